"""Makes the .dmg of a built edition: `python build_spec/package_macos.py --edition lite` (on macOS).

It holds Slicelens.app and a link to Applications, lies in `dist/release` with its checksum, and is signed and notarised
where there are keys (signing.py). For the processor that it was built on.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from checksums import write_checksums
from signing import sign_and_notarise

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Make the image; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", required=True, choices=("lite", "full"))
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    if sys.platform != "darwin":
        sys.exit("A .dmg is made on macOS: hdiutil and codesign are nowhere else.")
    app = options.dist.resolve() / options.edition / "Slicelens.app"
    # PyInstaller puts data below Resources and links it into Frameworks.
    facts = json.loads((app / "Contents" / "Frameworks" / "resources" / "build.json").read_text(encoding="utf-8"))
    release = options.dist.resolve() / "release"
    release.mkdir(parents=True, exist_ok=True)
    target = release / f"slicelens-{facts['edition']}-{facts['version']}-macos-{platform.machine()}.dmg"
    with tempfile.TemporaryDirectory(dir=release) as scratch:
        # ditto keeps links, rights and signatures, which a plain copy does not.
        subprocess.run(["ditto", str(app), str(Path(scratch) / app.name)], check=True)
        (Path(scratch) / "Applications").symlink_to("/Applications")
        command = ["hdiutil", "create", "-quiet", "-ov", "-volname", "Slicelens", "-format", "ULFO"]
        _run_again([*command, "-srcfolder", scratch, str(target)])
    sign_and_notarise(target)
    write_checksums(release)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


def _run_again(command: list[str]) -> None:
    """Run it, twice more where it fails: hdiutil does while Spotlight still looks at what was copied."""
    for wait in (5, 15, 0):
        done = subprocess.run(command, check=False)
        if done.returncode == 0:
            return
        time.sleep(wait)
    done.check_returncode()


if __name__ == "__main__":
    sys.exit(main())
