"""Builds an edition on the system it runs on: `python build_spec/build.py --edition lite|full`.

What comes out lies in `dist/EDITION`: the program's folder, its SBOM, and the table of its sizes. Needs the environment
of `dev.py` with the extra `build`. Exit code 1 where something is in the program that nobody decided on, or has grown.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from contents import EDITIONS, Contents
from licences import collect
from links import unresolved
from sbom import write_sbom
from signing import sign_app
from sizes import compared, keep, weigh
from stubs import replace_unused
from tree import names_in, remove_dangling

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "build_spec" / "slicelens.spec"


def main() -> int:
    """Build one edition; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", required=True, choices=EDITIONS)
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the built program goes (default: dist)")
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="where PyInstaller works (default: build)")
    parser.add_argument(
        "--keep-sizes", action="store_true", help="make the sizes of this build the ones to compare with"
    )
    parser.add_argument("--any-size", action="store_true", help="tell what has grown, and go on")
    parser.add_argument("--finish-only", action="store_true", help="do again what follows PyInstaller's own part")
    options = parser.parse_args()
    began = time.monotonic()
    dist, work = (folder.resolve() / options.edition for folder in (options.dist, options.work))
    work.mkdir(parents=True, exist_ok=True)
    if not options.finish_only:
        code = _pyinstaller(options.edition, dist, work)
        if code != 0:
            return code
    code = _finish(options.edition, dist, work, keep_sizes=options.keep_sizes, any_size=options.any_size)
    print(f"{dist} after {time.monotonic() - began:.0f} s")
    return code


def _pyinstaller(edition: str, dist: Path, work: Path) -> int:
    environment = {**os.environ, "SLICELENS_EDITION": edition, "SLICELENS_WORK": str(work), "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(dist), "--workpath", str(work), str(SPEC)]
    with open(work / "pyinstaller.log", "w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print((work / "pyinstaller.log").read_text(encoding="utf-8", errors="replace")[-3000:], file=sys.stderr)
    return done.returncode


def _finish(edition: str, dist: Path, work: Path, *, keep_sizes: bool, any_size: bool) -> int:
    """Slim, describe and weigh what PyInstaller made."""
    contents = Contents.read(ROOT / "build_spec" / "contents.toml", edition)
    internal, program = _places(dist)
    facts = json.loads((work / "build.json").read_text(encoding="utf-8"))
    remove_dangling(internal)
    for make_smaller in (_stripped, replace_unused):
        for line in make_smaller(contents, internal):
            print(line, flush=True)
    if lacking := unresolved(internal) if sys.platform.startswith("linux") else []:
        print(f"Linked to, and nowhere: {', '.join(lacking)}. Leave out less in contents.toml.", file=sys.stderr)
        return 1
    components = collect(contents, ROOT, internal)
    write_sbom(dist / "slicelens.cdx.json", facts, components)
    shutil.copyfile(dist / "slicelens.cdx.json", internal / "resources" / "slicelens.cdx.json")
    _write_manifest(internal)
    if sys.platform == "darwin":
        sign_app(dist / "Slicelens.app")
    modules = json.loads((work / "modules.json").read_text(encoding="utf-8"))
    weights, unclaimed = weigh(contents, internal, program, modules)
    if keep_sizes:
        keep(edition, weights)
    lines, grown = compared(edition, weights)
    print("\n".join(lines))
    if unclaimed:
        print(f"Nobody decided on these (see contents.toml): {', '.join(unclaimed)}", file=sys.stderr)
    if grown:
        print(f"Grown, see above: {', '.join(grown)}. Where that is right: --keep-sizes.", file=sys.stderr)
    return 1 if unclaimed or (grown and not any_size) else 0


def _places(dist: Path) -> tuple[Path, Path]:
    """(the folder of libraries and resources, the executable)."""
    if sys.platform == "darwin":
        app = dist / "Slicelens.app" / "Contents"
        return app / "Frameworks", app / "MacOS" / "slicelens"
    name = "slicelens.exe" if sys.platform == "win32" else "slicelens"
    return dist / "slicelens" / "_internal", dist / "slicelens" / name


def _stripped(contents: Contents, internal: Path) -> list[str]:
    """Take symbols that only debuggers read out of the listed libraries (Linux); what was saved."""
    if not sys.platform.startswith("linux") or shutil.which("strip") is None:
        return []
    saved = 0
    for path in sorted(internal.rglob("*")):
        if path.is_file() and not path.is_symlink() and contents.strips(path.relative_to(internal).as_posix()):
            before = path.stat().st_size
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
            saved += before - path.stat().st_size
    return [f"stripped: {saved / 1e6:.1f} MB"]


def _write_manifest(internal: Path) -> None:
    """Every file of the program with its size and SHA-256, which the program checks itself by."""
    target = internal / "resources" / "manifest.json"
    target.unlink(missing_ok=True)
    files = {}
    for name, path in names_in(internal).items():
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[name] = [path.stat().st_size, digest]
    target.write_text(json.dumps({"files": files}, indent=0), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
