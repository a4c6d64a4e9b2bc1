"""The .app, its signature and its disk image, as far as they are decided by code that runs here as well."""

import os
import plistlib
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyInstaller.building.osx import BUNDLE

from desktop.startup.build_info import Damage, find_damage

FACTS = {"version": "1.2.3", "build": "abc", "made": "2026-11-21", "edition": "lite", "system": "Darwin arm64"}
# What a build collects: name in the program, what it is to PyInstaller.
COLLECTED = {
    "numpy/_core/math.cpython-311-darwin.so": "EXTENSION",
    "numpy/.dylibs/libopenblas.dylib": "BINARY",
    "numpy/version.json": "DATA",
    "python3.11/lib-dynload/_struct.cpython-311-darwin.so": "EXTENSION",
    "PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore": "BINARY",
    "PySide6/Qt/plugins/platforms/libqcocoa.dylib": "BINARY",
    "Python.framework/Versions/3.11/Python": "BINARY",
    "resources/build.json": "DATA",
    "resources/models/tiny/model.onnx": "DATA",
    "slicelens-1.2.3.dist-info/METADATA": "DATA",
    "base_library.zip": "DATA",
    "slicelens": "EXECUTABLE",
}
LINKS = {"QtCore": "PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", "QtGone": "PySide6/gone/QtGone"}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An .app laid out by PyInstaller's own rules, which place, rename and link files as codesign wants them."""
    source = tmp_path / "source"
    source.mkdir()
    rows = []
    for number, (name, kind) in enumerate(COLLECTED.items()):
        (source / str(number)).write_bytes(b"x" * (number + 1))
        rows.append((name, str(source / str(number)), kind))
    rows += [(name, target, "SYMLINK") for name, target in LINKS.items()]
    made = tmp_path / "lite" / "Slicelens.app"
    for name, origin, kind in BUNDLE.__new__(BUNDLE)._process_bundle_toc(rows):
        target = made / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if kind == "SYMLINK":
            os.symlink(origin, target)
        else:
            target.write_bytes(Path(origin).read_bytes())
    (made / "Contents" / "Resources" / "slicelens.icns").write_bytes(b"icon")
    return made


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be run, instead of running them."""
    seen: list[list[str]] = []

    def run(command: list[str], **_: object) -> SimpleNamespace:
        seen.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    for name in ("CODESIGN_IDENTITY", "NOTARY_PROFILE", "NOTARY_KEYCHAIN", "WINDOWS_CERTIFICATE"):
        monkeypatch.delenv(f"SLICELENS_{name}", raising=False)
    return seen


def test_every_file_of_an_app_is_seen_once_under_its_own_name(script: Any, app: Path) -> None:
    found = [name for _, name in script("tree").files_in(app / "Contents" / "Frameworks")]
    assert sorted(found) == sorted([*(COLLECTED.keys() - {"slicelens"}), "slicelens.icns"])


def test_everything_in_an_app_is_weighed_and_has_its_part(script: Any, app: Path, contents: Any) -> None:
    internal, program = app / "Contents" / "Frameworks", app / "Contents" / "MacOS" / "slicelens"
    weights, unclaimed = script("sizes").weigh(contents, internal, program, {})
    assert unclaimed == []
    sizes = {name: number + 1 for number, name in enumerate(COLLECTED)}
    assert weights["Models"] == sizes["resources/models/tiny/model.onnx"]
    assert weights["numpy"] == sum(size for name, size in sizes.items() if name.startswith("numpy"))


def test_the_list_of_files_of_an_app_is_whole_and_holds(script: Any, app: Path) -> None:
    """The data lies in Resources, and the program looks for it through links from Frameworks."""
    internal = app / "Contents" / "Frameworks"
    script("tree").remove_dangling(internal)
    assert not (internal / "QtGone").is_symlink()
    assert (internal / "QtCore").exists()
    script("build")._write_manifest(internal)
    assert find_damage(thorough=True, root=internal) == ()
    for name in ("numpy/.dylibs/libopenblas.dylib", "resources/models/tiny/model.onnx", "base_library.zip"):
        (internal / name).resolve().write_bytes(b"other")
        assert Damage(name, "changed") in find_damage(thorough=True, root=internal)


def test_an_app_is_sealed_after_everything_was_put_in(script: Any, root: Path, commands: list[list[str]]) -> None:
    text = (root / "build_spec" / "build.py").read_text(encoding="utf-8")
    places = [text.index(f"    {call}(") for call in ("write_sbom", "shutil.copyfile", "_write_manifest")]
    assert max(places) < text.index("        sign_app(")
    signing = script("signing")
    assert signing.sign_app(Path("Slicelens.app")) is False
    assert commands[0] == ["codesign", "--force", "--sign", "-", "Slicelens.app"]
    assert commands[1][:3] == ["codesign", "--verify", "--strict"]


def test_with_a_key_the_runtime_is_hardened_and_nothing_is_signed_deep(
    script: Any, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLICELENS_CODESIGN_IDENTITY", "Developer ID Application: N (T)")
    monkeypatch.setenv("SLICELENS_NOTARY_PROFILE", "slicelens")
    monkeypatch.setenv("SLICELENS_NOTARY_KEYCHAIN", "/k.keychain-db")
    signing = script("signing")
    assert signing.sign_app(Path("Slicelens.app"))
    assert signing.sign_and_notarise(Path("Slicelens.dmg"))
    sealed, _, image, submitted, stapled = commands
    assert {"--timestamp", "--options", "runtime", "--entitlements"} <= set(sealed)
    entitlements = plistlib.loads(Path(sealed[sealed.index("--entitlements") + 1]).read_bytes())
    assert list(entitlements) == ["com.apple.security.cs.allow-unsigned-executable-memory"]
    assert image[-1] == "Slicelens.dmg"
    assert submitted[:3] == ["xcrun", "notarytool", "submit"]
    assert submitted[-2:] == ["--keychain", "/k.keychain-db"]
    assert stapled == ["xcrun", "stapler", "staple", "Slicelens.dmg"]
    assert not any("--deep" in command for command in commands)


def test_the_newest_signtool_is_found_where_microsoft_puts_it(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = script("signing")
    monkeypatch.setattr(signing, "_KITS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert signing._signtool() == "signtool"
    for version in ("10.0.9.0", "10.0.22621.0"):
        tool = tmp_path / version / "x64" / "signtool.exe"
        tool.parent.mkdir(parents=True)
        tool.touch()
    assert signing._signtool() == str(tmp_path / "10.0.22621.0" / "x64" / "signtool.exe")


def test_a_disk_image_is_tried_again_and_then_given_up(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    package = script("package_macos")
    codes = [1, 0]

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.CompletedProcess(command, codes.pop(0))

    monkeypatch.setattr(package.subprocess, "run", run)
    monkeypatch.setattr(package.time, "sleep", lambda _: None)
    package._run_again(["hdiutil"])
    assert codes == []
    codes.extend([1, 1, 1])
    with pytest.raises(subprocess.CalledProcessError):
        package._run_again(["hdiutil"])


def test_the_oldest_system_is_what_every_wheel_was_made_for(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plist = script("plist")
    tags = {
        "plain": "Tag: py3-none-any\n",
        "old": "Tag: cp311-abi3-macosx_11_0_arm64\nTag: cp311-abi3-macosx_10_9_universal2\n",
        "new": "Wheel-Version: 1.0\nTag: cp311-cp311-macosx_14_0_arm64\n",
        "of another": "Tag: cp311-cp311-macosx_26_0_x86_64\n",
    }
    monkeypatch.setattr(plist, "distribution", lambda name: SimpleNamespace(read_text=lambda _: tags[name]))
    assert plist.oldest_system(["plain", "old", "of another"], "arm64") == "13.0"
    assert plist.oldest_system(tags, "arm64") == "14.0"
    assert plist.oldest_system(tags, "x86_64") == "26.0"


def test_the_system_is_told_of_the_document_types(script: Any) -> None:
    plist = script("plist").info_plist(FACTS, "14.0")
    assert plistlib.loads(plistlib.dumps(plist)) == plist
    assert plist["LSMinimumSystemVersion"] == "14.0"
    offered = {row["LSItemContentTypes"][0]: row["LSHandlerRank"] for row in plist["CFBundleDocumentTypes"]}
    assert offered["org.nema.dicom"] == "Alternate"
    assert offered["org.slicelens.bundle"] == "Owner"
    declared = [*plist["UTImportedTypeDeclarations"], *plist["UTExportedTypeDeclarations"]]
    assert offered.keys() - {row["UTTypeIdentifier"] for row in declared} == {"public.folder"}


def test_the_app_has_a_window_and_a_place_in_the_dock(script: Any, root: Path) -> None:
    """PyInstaller makes an app around a console program one that only works in the background (LSBackgroundOnly)."""
    assert script("plist").info_plist(FACTS, "13.0")["LSBackgroundOnly"] is False
    spec = (root / "build_spec" / "slicelens.spec").read_text(encoding="utf-8")
    assert re.search(r'EXE\([^)]*name="slicelens", console=sys\.platform != "darwin"', spec)
