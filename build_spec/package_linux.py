"""Makes Linux packages of a built edition: `python build_spec/package_linux.py --edition lite deb tar appimage`.

They lie in `dist/release` with their checksums (`SHA256SUMS`). Standard library and dpkg-deb; the AppImage wants
`appimagetool`, which is not everywhere, and says so. That fetches the AppImage's runtime from the internet, unless
SLICELENS_APPIMAGE_RUNTIME names the file. Nothing here needs root.
"""

import argparse
import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path

from checksums import write_checksums

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "build_spec" / "linux"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
DEB_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# What the program does not bring along: the C library, and what belongs to the graphics driver and the desktop.
DEPENDS = (
    "libc6 (>= {glibc})",
    "libgl1",
    "libegl1",
    "libxcb1",
    "libx11-6 | libx11-xcb1",
    "fontconfig-config | fontconfig",
)
RECOMMENDS = (
    "libcups2",
    "hicolor-icon-theme",
    "shared-mime-info",
    "desktop-file-utils",
    "fonts-dejavu-core | fonts-liberation",
)


# What a program that was unpacked onto a full disk needs to say that it is damaged: these come first.
_FIRST = re.compile(r"slicelens|_internal/([^/]+\.(so|zip)[^/]*|python3[^/]*/lib-dynload/.*|resources/manifest\.json)")


def main() -> int:
    """Make the named packages; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="+", choices=("deb", "tar", "appimage"))
    parser.add_argument("--edition", required=True, choices=("lite", "full"))
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("--quick", action="store_true", help="pack badly and at once, to try a package out")
    options = parser.parse_args()
    program = options.dist.resolve() / options.edition / "slicelens"
    facts = json.loads((program / "_internal" / "resources" / "build.json").read_text(encoding="utf-8"))
    release = options.dist.resolve() / "release"
    release.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory(dir=release) as scratch:
        for kind in options.kinds:
            make = {"deb": _deb, "tar": _tar, "appimage": _appimage}[kind]
            target = make(program, facts, release, Path(scratch) / kind, 0 if options.quick else 6)
            if target is not None:
                made.append(target)
                print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    write_checksums(release)
    return 0 if made else 1


def _name(facts: dict[str, str]) -> str:
    return f"slicelens-{facts['edition']}-{facts['version']}-linux-{platform.machine()}"


def _stage_share(share: Path) -> None:
    """Menu entry, icons, MIME types, manual page below a `share` folder."""
    (share / "applications").mkdir(parents=True)
    shutil.copyfile(LINUX / "slicelens.desktop", share / "applications" / "slicelens.desktop")
    (share / "mime" / "packages").mkdir(parents=True)
    shutil.copyfile(LINUX / "slicelens-mime.xml", share / "mime" / "packages" / "slicelens.xml")
    icons = share / "icons" / "hicolor"
    (icons / "scalable" / "apps").mkdir(parents=True)
    shutil.copyfile(ROOT / "resources" / "icons" / "slicelens.svg", icons / "scalable" / "apps" / "slicelens.svg")
    for size in ICON_SIZES:
        folder = icons / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        shutil.copyfile(ROOT / "build_spec" / "icons" / f"slicelens-{size}.png", folder / "slicelens.png")
    manual = share / "man" / "man1"
    manual.mkdir(parents=True)
    (manual / "slicelens.1.gz").write_bytes(gzip.compress((LINUX / "slicelens.1").read_bytes(), 9, mtime=0))


def _deb(program: Path, facts: dict[str, str], release: Path, stage: Path, level: int) -> Path:
    """A Debian package: the program in /opt/slicelens, a link on the PATH, the rest where desktops look for it."""
    (stage / "opt").mkdir(parents=True)
    shutil.copytree(program, stage / "opt" / "slicelens", symlinks=True)
    (stage / "usr" / "bin").mkdir(parents=True)
    (stage / "usr" / "bin" / "slicelens").symlink_to("/opt/slicelens/slicelens")
    _stage_share(stage / "usr" / "share")
    documents = stage / "usr" / "share" / "doc" / f"slicelens-{facts['edition']}"
    documents.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", documents / "copyright")
    with open(documents / "copyright", "a", encoding="utf-8") as file:
        file.write("\nThe licences of every bundled part: /opt/slicelens/_internal/resources/licences\n")
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    (documents / "changelog.gz").write_bytes(gzip.compress(changes, 9, mtime=0))
    (stage / "DEBIAN").mkdir()
    for script in ("postinst", "postrm"):
        shutil.copyfile(LINUX / script, stage / "DEBIAN" / script)
        (stage / "DEBIAN" / script).chmod(0o755)
    architecture = DEB_ARCHITECTURES[platform.machine()]
    (stage / "DEBIAN" / "control").write_text(_control(facts, stage, architecture), encoding="utf-8")
    _settle(stage, _seconds(facts))
    target = release / f"slicelens-{facts['edition']}_{facts['version']}_{architecture}.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(_seconds(facts))}
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(stage), str(target)],
        check=True, env=environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return target


def _control(facts: dict[str, str], stage: Path, architecture: str) -> str:
    """The package's own description. The editions exclude each other: both are /opt/slicelens."""
    size = sum(path.lstat().st_size for path in stage.rglob("*") if not path.is_dir()) // 1024
    other = {"lite": "full", "full": "lite"}[facts["edition"]]
    what = "with heatmaps at every layer (torch)" if facts["edition"] == "full" else "without torch"
    return "\n".join(
        [
            f"Package: slicelens-{facts['edition']}",
            f"Version: {facts['version']}",
            f"Architecture: {architecture}",
            "Maintainer: Slicelens <slicelens@localhost>",
            f"Installed-Size: {size}",
            f"Depends: {', '.join(DEPENDS).format(glibc=_needed_glibc(stage))}",
            f"Recommends: {', '.join(RECOMMENDS)}",
            "Provides: slicelens",
            f"Conflicts: slicelens-{other}",
            f"Replaces: slicelens-{other}",
            "Section: science",
            "Priority: optional",
            f"Description: viewer for radiology slices, {facts['edition']} edition",
            " An offline viewer for DICOM, NIfTI and other radiology files with local",
            f" classifiers, {what}.",
            " .",
            " Research use only. Not for diagnosis.",
            "",
        ]
    )


def _needed_glibc(stage: Path) -> str:
    """The newest version of the C library that any file of the program asks for."""
    newest = (2, 28)
    for path in stage.rglob("*"):
        if path.is_file() and not path.is_symlink() and (".so" in path.name or path.name == "slicelens"):
            with open(path, "rb") as file:
                if file.read(4) != b"\x7fELF":
                    continue
            said = subprocess.run(["readelf", "-V", str(path)], capture_output=True, text=True, check=False).stdout
            # A library with packed relocations asks for a name of 2.36 (gABI, DT_RELR).
            found = re.findall(r"GLIBC_2\.(\d+)", said.replace("GLIBC_ABI_DT_RELR", "GLIBC_2.36"))
            newest = max(newest, *((2, int(number)) for number in found)) if found else newest
    return ".".join(map(str, newest))


def _seconds(facts: dict[str, str]) -> int:
    """The day of the build's sources, in seconds: the time of every packed file."""
    return int(datetime.fromisoformat(f"{facts['made']}T00:00:00+00:00").timestamp())


def _settle(stage: Path, seconds: int) -> None:
    """As Debian wants it: all may read, the owner may write, only what can run runs; and one time for all."""
    for path in (stage, *stage.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or _runs(path) else 0o644)
        os.utime(path, (seconds, seconds), follow_symlinks=False)


def _runs(path: Path) -> bool:
    """Return whether a file is a program or a script; wheels mark libraries and texts as such, too."""
    if not path.stat().st_mode & 0o100 or ".so" in path.suffixes:
        return False
    with open(path, "rb") as file:
        return file.read(4).startswith((b"\x7fELF", b"#!"))


def _tar(program: Path, facts: dict[str, str], release: Path, stage: Path, level: int) -> Path:
    """A folder that runs from wherever it is unpacked, with a script that puts it into a person's menu."""
    folder = stage / _name(facts)
    shutil.copytree(program, folder, symlinks=True)
    _stage_share(folder / "share")
    for name in ("install.sh", "uninstall.sh"):
        shutil.copyfile(LINUX / name, folder / name)
        (folder / name).chmod(0o755)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    target = release / f"{_name(facts)}.tar.xz"
    with tarfile.open(target, "w:xz", preset=level) as archive:
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
        for name in sorted(names, key=lambda one: not _FIRST.fullmatch(one)):
            archive.add(folder / name, f"{folder.name}/{name}", recursive=False, filter=partial(_as_root, facts))
    return target


def _as_root(facts: dict[str, str], entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's name and no time of this machine goes into the archive."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = _seconds(facts)
    return entry


def _appimage(program: Path, facts: dict[str, str], release: Path, stage: Path, _level: int) -> Path | None:
    """One file that runs by itself; None, said, if `appimagetool` or the named runtime is missing."""
    tool, runtime = shutil.which("appimagetool"), os.environ.get("SLICELENS_APPIMAGE_RUNTIME")
    if tool is None:
        print("AppImage: left out, `appimagetool` is not on this machine (see build_spec/README.md).", file=sys.stderr)
        return None
    if runtime and not Path(runtime).is_file():
        print(f"AppImage: left out, SLICELENS_APPIMAGE_RUNTIME names no file: {runtime}", file=sys.stderr)
        return None
    folder = stage / "Slicelens.AppDir"
    shutil.copytree(program, folder / "usr" / "lib" / "slicelens", symlinks=True)
    _stage_share(folder / "usr" / "share")
    shutil.copyfile(LINUX / "slicelens.desktop", folder / "slicelens.desktop")
    shutil.copyfile(ROOT / "build_spec" / "icons" / "slicelens-256.png", folder / "slicelens.png")
    # What a desktop shows for the file without looking into its menu entry.
    (folder / ".DirIcon").symlink_to("slicelens.png")
    runner = folder / "AppRun"
    runner.write_text(
        '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/usr/lib/slicelens/slicelens" "$@"\n', encoding="ascii"
    )
    runner.chmod(0o755)
    target = release / f"{_name(facts)}.AppImage"
    environment = {**os.environ, "ARCH": platform.machine(), "VERSION": facts["version"]}
    with_runtime = ["--runtime-file", str(Path(runtime).resolve())] if runtime else []
    subprocess.run([tool, "--no-appstream", *with_runtime, str(folder), str(target)], check=True, env=environment)
    return target


if __name__ == "__main__":
    sys.exit(main())
