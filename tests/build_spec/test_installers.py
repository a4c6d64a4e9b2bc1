"""Installers as far as they can be made here: the NSIS script compiles, the Linux packages hold what they must."""

import json
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

FACTS = {"version": "1.2.3", "build": "abc", "made": "2026-11-21", "edition": "lite", "system": "Linux x86_64"}


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A `dist` with a program of three files."""
    resources = tmp_path / "lite" / "slicelens" / "_internal" / "resources"
    resources.mkdir(parents=True)
    (resources / "build.json").write_text(json.dumps(FACTS))
    for name in ("_internal/base_library.zip", "_internal/cv2/cv2.abi3.so"):
        path = resources.parents[1] / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"bytes")
    for name in ("slicelens", "slicelens.exe", "slicelensw.exe"):
        program = resources.parents[1] / name
        program.write_text("#!/bin/sh\necho it runs\n")
        program.chmod(0o755)
    return tmp_path


def made_by(script: Any, name: str, dist: Path, monkeypatch: pytest.MonkeyPatch, *kinds: str) -> int:
    monkeypatch.setattr(sys, "argv", [name, "--edition", "lite", "--dist", str(dist), *kinds])
    code = script(name).main()
    assert isinstance(code, int)
    return code


def unpack(archive: Path, place: Path) -> None:
    """As a person would; Python's own way is another before and after 3.11.4."""
    place.mkdir()
    subprocess.run(["tar", "--extract", "--file", str(archive), "--directory", str(place)], check=True)


def checked(release: Path) -> set[str]:
    """Names in SHA256SUMS, every sum of which is right."""
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=release, check=True)
    return {line.split("  ")[1] for line in (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}


@pytest.mark.skipif(shutil.which("makensis") is None, reason="needs makensis (Debian: nsis)")
def test_the_windows_installer_compiles_without_a_warning(
    script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLICELENS_WINDOWS_CERTIFICATE", raising=False)
    assert made_by(script, "package_windows", dist, monkeypatch) == 0
    assert checked(dist / "release") == {"slicelens-lite-1.2.3-windows-x86_64.exe"}
    assert (dist / "release" / "slicelens-lite-1.2.3-windows-x86_64.exe").read_bytes()[:2] == b"MZ"


def test_the_windows_installer_writes_for_one_person_and_removes_what_it_made(root: Path) -> None:
    text = (root / "build_spec" / "windows" / "slicelens.nsi").read_text(encoding="utf-8")
    assert "RequestExecutionLevel user" in text
    assert "HKLM" not in text
    assert 'RMDir /r "$INSTDIR"' not in text, "a person's own files may lie in the folder that was chosen"
    written = {line.split()[2] for line in text.splitlines() if line.lstrip().startswith("WriteReg")}
    removed = {line.split()[-1] for line in text.splitlines() if line.lstrip().startswith("DeleteRegKey")}
    for key in written - {'"Software\\Classes\\${extension}\\OpenWithProgids"'}:
        assert any(key.startswith(one.rstrip('"')) for one in removed), key


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_debian_package_and_the_archive(script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = dist / "lite" / "slicelens" / "_internal" / "cv2" / "cv2.abi3.so"
    library.chmod(0o755)
    assert made_by(script, "package_linux", dist, monkeypatch, "deb", "tar") == 0
    (package,) = (dist / "release").glob("*.deb")
    (archive,) = (dist / "release").glob("*.tar.xz")
    assert checked(dist / "release") == {package.name, archive.name}
    control = subprocess.run(["dpkg-deb", "--info", str(package)], capture_output=True, text=True, check=True).stdout
    assert "Package: slicelens-lite" in control
    assert "Conflicts: slicelens-full" in control
    listed = subprocess.run(["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True).stdout
    for name in (
        "./opt/slicelens/slicelens", "./usr/bin/slicelens -> /opt/slicelens/slicelens",
        "./usr/share/mime/packages/slicelens.xml", "./usr/share/applications/slicelens.desktop",
        "hicolor/48x48/apps/slicelens.png", "./usr/share/man/man1/slicelens.1.gz",
        "./usr/share/doc/slicelens-lite/copyright", "./usr/share/doc/slicelens-lite/changelog.gz",
    ):  # fmt: skip
        assert name in listed, name
    modes = {line.split()[5]: line.split()[0] for line in listed.splitlines()}
    assert modes["./opt/slicelens/slicelens"] == "-rwxr-xr-x"
    assert modes["./opt/slicelens/_internal/cv2/cv2.abi3.so"] == "-rw-r--r--", (
        "a library is not run, whatever its wheel says"
    )
    assert {line.split()[3] for line in listed.splitlines()} == {FACTS["made"]}
    assert {line.split()[1] for line in listed.splitlines()} == {"root/root"}
    with tarfile.open(archive) as opened:
        assert {member.uid for member in opened} == {0}
        assert len({member.mtime for member in opened}) == 1
        places = {member.name.partition("/")[2]: number for number, member in enumerate(opened)}
        # On a disk that becomes full the program itself is there, and says that it is damaged.
        assert max(places["slicelens"], places["_internal/base_library.zip"]) < places["_internal/cv2/cv2.abi3.so"]
    unpack(archive, dist / "a place")
    (folder,) = (dist / "a place").iterdir()
    said = subprocess.run([str(folder / "slicelens")], capture_output=True, text=True, check=True).stdout
    assert said == "it runs\n"


@pytest.fixture
def appimagetool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in on the PATH, which keeps the AppDir that it was given and how it was called."""
    tool = tmp_path / "tools" / "appimagetool"
    tool.parent.mkdir()
    tool.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$ARCH" "$VERSION" "$@" > "$0.said"\n'
        'for word; do last2=$last; last=$word; done\ncp -R "$last2" "$0.AppDir"; echo image > "$last"\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    monkeypatch.delenv("SLICELENS_APPIMAGE_RUNTIME", raising=False)
    return tool


needs_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="packages of Linux")


@needs_linux
def test_an_appimage_is_made_of_a_whole_appdir(
    script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch, appimagetool: Path
) -> None:
    assert made_by(script, "package_linux", dist, monkeypatch, "appimage") == 0
    (image,) = (dist / "release").glob("*.AppImage")
    assert checked(dist / "release") == {image.name}
    folder = appimagetool.with_name("appimagetool.AppDir")
    said = appimagetool.with_name("appimagetool.said").read_text(encoding="utf-8").splitlines()
    assert said[:3] == [platform.machine(), "1.2.3", "--no-appstream"]
    assert "--runtime-file" not in said
    # What the AppImage specification asks for: a runner, one menu entry, its icon, and the picture of the file.
    (entry,) = folder.glob("*.desktop")
    icon = re.search(r"^Icon=(.+)$", entry.read_text(encoding="utf-8"), re.MULTILINE)
    assert icon is not None
    assert (folder / f"{icon[1]}.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / ".DirIcon").resolve() == (folder / f"{icon[1]}.png").resolve()
    ran = subprocess.run([str(folder / "AppRun")], cwd="/", capture_output=True, text=True, check=True)
    assert ran.stdout == "it runs\n"


@needs_linux
def test_a_machine_without_internet_names_the_runtime(
    script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch, appimagetool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLICELENS_APPIMAGE_RUNTIME", str(dist / "runtime"))
    assert made_by(script, "package_linux", dist, monkeypatch, "appimage") == 1
    assert f"names no file: {dist / 'runtime'}" in capsys.readouterr().err
    (dist / "runtime").write_bytes(b"runtime")
    assert made_by(script, "package_linux", dist, monkeypatch, "appimage") == 0
    said = appimagetool.with_name("appimagetool.said").read_text(encoding="utf-8").splitlines()
    assert said[said.index("--runtime-file") + 1] == str(dist / "runtime")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="menus of Linux desktops")
def test_two_versions_side_by_side_do_not_take_each_other_away(
    script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made_by(script, "package_linux", dist, monkeypatch, "tar")
    (archive,) = (dist / "release").glob("*.tar.xz")
    home = tmp_path / "Hôme $x & co"
    home.mkdir()
    places = [tmp_path / "old one", tmp_path / "new one"]
    for place in places:
        unpack(archive, place)
    old, new = (next(place.iterdir()) for place in places)
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}

    def ran(tool: Path) -> None:
        subprocess.run(["sh", str(tool)], env=environment, check=True, capture_output=True)

    entry = home / ".local" / "share" / "applications" / "slicelens.desktop"
    ran(old / "install.sh")
    assert f'Exec="{old}/slicelens" %F' in entry.read_text(encoding="utf-8")
    ran(new / "install.sh")
    ran(old / "uninstall.sh")
    assert f'Exec="{new}/slicelens" %F' in entry.read_text(encoding="utf-8")
    assert (home / ".local" / "bin" / "slicelens").resolve() == (new / "slicelens").resolve()
    ran(new / "uninstall.sh")
    left = [path for path in home.rglob("*") if path.is_file() or path.is_symlink()]
    assert [path for path in left if "slicelens" in path.name] == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="menus of Linux desktops")
def test_a_damaged_program_does_not_go_into_the_menu(
    script: Any, dist: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (dist / "lite" / "slicelens" / "slicelens").write_text("#!/bin/sh\necho it is damaged >&2\nexit 2\n")
    made_by(script, "package_linux", dist, monkeypatch, "tar")
    (archive,) = (dist / "release").glob("*.tar.xz")
    unpack(archive, tmp_path / "place")
    (folder,) = (tmp_path / "place").iterdir()
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["sh", str(folder / "install.sh")], env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "it is damaged\n")
    assert list(home.iterdir()) == []


def test_without_keys_nothing_is_signed_and_that_is_said(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WINDOWS_CERTIFICATE", "CODESIGN_IDENTITY", "NOTARY_PROFILE", "GPG_KEY"):
        monkeypatch.delenv(f"SLICELENS_{name}", raising=False)
    signing = script("signing")
    for sign in (signing.sign_windows, signing.sign_and_notarise, signing.sign_checksums):
        assert sign(tmp_path / "thing") is False
    assert capsys.readouterr().out.count("thing is not signed: SLICELENS_") == 3
