"""Makes the Windows installer of a built edition: `python build_spec/package_windows.py --edition lite`.

Needs `makensis` (NSIS 3, https://nsis.sourceforge.io; Debian has it too, where the script is compiled as a test). The
installer lies in `dist/release` with its checksum; it is signed where there is a key (signing.py).
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from checksums import write_checksums
from signing import sign_windows

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "build_spec" / "windows" / "slicelens.nsi"
_COMMON = Path("C:/Program Files (x86)/NSIS/makensis.exe")


def main() -> int:
    """Make the installer; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", required=True, choices=("lite", "full"))
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    program = options.dist.resolve() / options.edition / "slicelens"
    facts = json.loads((program / "_internal" / "resources" / "build.json").read_text(encoding="utf-8"))
    for path in sorted(program.glob("*.exe")):
        sign_windows(path)
    release = options.dist.resolve() / "release"
    release.mkdir(parents=True, exist_ok=True)
    target = release / f"slicelens-{facts['edition']}-{facts['version']}-windows-x86_64.exe"
    compile_installer(program, facts, target)
    write_checksums(release)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


def compile_installer(
    program: Path, facts: dict[str, str], target: Path, *, quick: bool = False, options: Sequence[str] = ()
) -> None:
    """Run makensis on a program's folder. `quick` packs badly and at once; `options` are makensis' own.

    Raises SystemExit if it fails.
    """
    tool = shutil.which("makensis") or (str(_COMMON) if _COMMON.is_file() else None)
    if tool is None:
        sys.exit("The installer needs makensis (NSIS 3), which is not on this machine.")
    size = sum(path.stat().st_size for path in program.rglob("*") if path.is_file()) // 1024
    defines = {
        "SOURCE": str(program), "OUTPUT": str(target), "VERSION": facts["version"], "EDITION": facts["edition"],
        "BUILD": facts["build"], "NUMBERS": ".".join([*re.findall(r"\d+", facts["version"]), "0", "0", "0", "0"][:4]),
        "SIZE_KB": str(size), "ICON": str(ROOT / "build_spec" / "icons" / "slicelens.ico"),
        "LICENSE": str(ROOT / "LICENSE"),
    }  # fmt: skip
    if os.environ.get("SLICELENS_WINDOWS_CERTIFICATE"):
        defines["SIGN"] = f'"{sys.executable}" "{ROOT / "build_spec" / "signing.py"}"'
    if quick:
        defines["QUICK"] = "1"
    command = [tool, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *(f"-D{name}={value}" for name, value in defines.items())]
    done = subprocess.run(
        [*command, *options, str(SCRIPT)], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        sys.exit(f"makensis failed:\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
