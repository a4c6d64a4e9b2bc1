"""Installers as far as they can be made here: the NSIS script compiles, the Linux packages hold what they must."""

import json
import plistlib
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
    ):  # fmt: skip
        assert name in listed, name
    assert {line.split()[1] for line in listed.splitlines()} == {"root/root"}
    with tarfile.open(archive) as opened:
        assert {member.uid for member in opened} == {0}
        places = {member.name.partition("/")[2]: number for number, member in enumerate(opened)}
        # On a disk that becomes full the program itself is there, and says that it is damaged.
        assert max(places["slicelens"], places["_internal/base_library.zip"]) < places["_internal/cv2/cv2.abi3.so"]
        opened.extractall(dist / "a place", filter="data")
    (folder,) = (dist / "a place").iterdir()
    said = subprocess.run([str(folder / "slicelens")], capture_output=True, text=True, check=True).stdout
    assert said == "it runs\n"


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
        with tarfile.open(archive) as opened:
            opened.extractall(place, filter="data")
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
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "place", filter="data")
    (folder,) = (tmp_path / "place").iterdir()
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["sh", str(folder / "install.sh")], env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "it is damaged\n")
    assert list(home.iterdir()) == []


def test_macos_is_told_of_the_document_types(script: Any, root: Path) -> None:
    plist = script("plist").info_plist(FACTS)
    assert plistlib.loads(plistlib.dumps(plist)) == plist
    offered = {row["LSItemContentTypes"][0]: row["LSHandlerRank"] for row in plist["CFBundleDocumentTypes"]}
    assert offered["org.nema.dicom"] == "Alternate"
    assert offered["org.slicelens.bundle"] == "Owner"
    declared = [*plist["UTImportedTypeDeclarations"], *plist["UTExportedTypeDeclarations"]]
    assert offered.keys() - {row["UTTypeIdentifier"] for row in declared} == {"public.folder"}
    entitlements = plistlib.loads((root / "build_spec" / "macos" / "entitlements.plist").read_bytes())
    assert list(entitlements) == ["com.apple.security.cs.allow-unsigned-executable-memory"]


def test_without_keys_nothing_is_signed_and_that_is_said(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WINDOWS_CERTIFICATE", "CODESIGN_IDENTITY", "NOTARY_PROFILE", "GPG_KEY"):
        monkeypatch.delenv(f"SLICELENS_{name}", raising=False)
    signing = script("signing")
    for sign in (signing.sign_windows, signing.sign_and_notarise, signing.sign_checksums):
        assert sign(tmp_path / "thing") is False
    assert capsys.readouterr().out.count("thing is not signed: SLICELENS_") == 3


def test_the_workflow_runs_scripts_that_there_are(root: Path) -> None:
    text = (root / ".github" / "workflows" / "build.yml").read_text(encoding="utf-8")
    named = {word for line in text.splitlines() for word in line.split() if word.startswith("build_spec/")}
    assert [name for name in named if not (root / name).exists()] == []
    built = re.findall(r"- \{system: ([\w.-]+), edition: (\w+)\}", text)
    assert {system for system, _ in built} == {"ubuntu-22.04", "windows-2022", "macos-15", "macos-15-intel"}
    assert {edition for _, edition in built} == {"lite", "full"}
    assert "needs: [tests, programs]" in text
    limits = [int(number) for number in re.findall(r"timeout-minutes: (\d+)", text)]
    assert len(limits) == 3
    assert max(limits) <= 60
