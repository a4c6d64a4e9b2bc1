"""The Windows installer, run for real under Wine: it installs, replaces, refuses and removes, and nothing more."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

resource = pytest.importorskip("resource", reason="limits on files; the workflow installs on Windows itself")
NEEDED = {"makensis": "nsis", "wine": "wine64 wine"}
LACKING = [f"{name} (Debian: {package})" for name, package in NEEDED.items() if shutil.which(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(LACKING), reason=f"needs {', '.join(LACKING)}"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the workflow installs on Windows itself"),
    pytest.mark.timeout(300),
]

UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Slicelens"
APP_PATHS = r"HKCU\Software\Microsoft\Windows\CurrentVersion\App Paths\slicelens.exe"
CLASSES = r"HKCU\Software\Classes"
OFFERED = (".dcm", ".dicom", ".nii", ".gz", ".nrrd", ".nhdr", ".mha", ".mhd")
MENU = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Slicelens.lnk"
# makensis makes these too: a program that ends with its code, one that stays.
STAND_IN = """
Unicode true
SilentInstall silent
RequestExecutionLevel user
OutFile "{target}"
Section
  Sleep {milliseconds}
  SetErrorLevel {code}
SectionEnd
"""


def limit_files(most_bytes: int) -> None:
    """Let no file grow beyond so many bytes: writing fails, as Python has the signal ignored already."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


@dataclass
class Windows:
    """A Windows of its own below a folder of this test's."""

    folder: Path
    options: tuple[str, ...] = ()
    """What makensis is told so that its programs run here: a Wine of 64 bits alone has no others."""

    @property
    def drive(self) -> Path:
        """Drive C."""
        return self.folder / "prefix" / "drive_c"

    @property
    def home(self) -> Path:
        """The one user's folder."""
        return next(path for path in (self.drive / "users").iterdir() if path.name != "Public")

    def started(self, *command: str, most_bytes: int | None = None) -> "subprocess.Popen[bytes]":
        """A program on its way. No file that it writes may grow beyond `most_bytes`: the nearest to a full disk."""
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "WINEPREFIX": str(self.folder / "prefix"),
            "WINEDEBUG": "-all", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            # Neither menus of this desktop, nor questions about what a browser or .NET would need.
            "WINEDLLOVERRIDES": "winemenubuilder.exe=d;mscoree=d;mshtml=d",
        }  # fmt: skip
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, restore_signals=most_bytes is None,
            preexec_fn=None if most_bytes is None else partial(limit_files, most_bytes),
        )  # fmt: skip

    def ran(self, program: Path | str, *words: str, most_bytes: int | None = None) -> int:
        """The exit code of a program."""
        with self.started("wine", str(program), *words, most_bytes=most_bytes) as running:
            running.communicate(timeout=120)
        return running.returncode

    def pretend(self, version: str) -> None:
        """Be that version of Windows."""
        assert self.reg("add", r"HKCU\Software\Wine", "/v", "Version", "/d", version, "/f") is not None

    def reg(self, *words: str) -> str | None:
        """What Windows' `reg` says; None where there is no such key."""
        with self.started("wine", "reg", *words) as running:
            said, _ = running.communicate(timeout=120)
        # The code page of a console; it agrees with this one in whatever is asked for here.
        return said.decode("cp437") if running.returncode == 0 else None

    def value(self, key: str, name: str = "") -> str | None:
        """A value of the registry, the default one where no name is given; None where there is none."""
        said = self.reg("query", key, *(("/v", name) if name else ("/ve",)))
        lines = [line for line in (said or "").splitlines() if "    REG_" in line]
        return lines[0].split("    ")[-1].strip() if lines else None

    def compile(self, target: Path, *, code: int = 0, milliseconds: int = 0) -> None:
        """A small program of Windows."""
        script = self.folder / "stand_in.nsi"
        script.write_text(
            STAND_IN.format(target=target, code=code, milliseconds=milliseconds), encoding="utf-8"
        )  # fmt: skip
        subprocess.run(["makensis", "-V1", *self.options, str(script)], check=True)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """A fresh Windows, which is gone at the end with all that runs in it."""
    folder = tmp_path_factory.mktemp("windows")
    made = Windows(folder)
    try:
        with made.started("wine", "wineboot", "-i") as running:
            running.communicate(timeout=200)
        probe = folder / "probe.exe"
        for options in ((), ("-XTarget amd64-unicode",)):
            made.options = options
            made.compile(probe, code=7)
            if made.ran(probe) == 7:
                break
        else:
            pytest.skip("this Wine runs none of the programs that makensis makes")
        made.pretend("win10")
        yield made
    finally:
        for word in ("-k", "-w"):
            with made.started("wineserver", word) as running:
                running.communicate(timeout=60)


class Installer:
    """Editions and versions, packed when they are first wanted."""

    def __init__(self, script: Any, windows: Windows) -> None:
        self._script, self._windows = script, windows

    def __call__(
        self, version: str, *, edition: str = "lite", code: int = 0, kilobytes: int = 0, options: tuple[str, ...] = ()
    ) -> Path:
        """An installer whose program ends with `code`; it holds a file named after its version."""
        target = self._windows.folder / f"setup-{edition}-{version}.exe"
        if target.is_file():
            return target
        program = self._windows.folder / "programs" / target.stem
        (program / "_internal" / "Ünterlagen").mkdir(parents=True)
        (program / "_internal" / "Ünterlagen" / f"of {version}.txt").write_text(version, encoding="utf-8")
        (program / "_internal" / "same.txt").write_text(f"{edition} {version}", encoding="utf-8")
        if kilobytes:
            with (program / "_internal" / "large.bin").open("wb") as file:
                file.truncate(kilobytes * 1024)
        self._windows.compile(program / "slicelens.exe", code=code)
        self._windows.compile(program / "slicelensw.exe", milliseconds=60_000)
        facts = {"version": version, "build": "abc", "made": "2026-11-21", "edition": edition, "system": "Windows"}
        self._script("package_windows").compile_installer(
            program, facts, target, quick=True, options=(*self._windows.options, *options)
        )  # fmt: skip
        return target


@pytest.fixture(scope="module")
def installer(script: Any, windows: Windows) -> Installer:
    """Makes installers."""
    os.environ.pop("SLICELENS_WINDOWS_CERTIFICATE", None)
    return Installer(script, windows)


def chosen(windows: Windows, name: str) -> tuple[list[str], Path]:
    """The words that choose a folder (`/D=` takes the rest of the line, and no quotes), and that folder."""
    return f"/D=C:\\{name}".split(" "), windows.drive / name


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def removed(windows: Windows, folder: Path) -> int:
    """The exit code of the silent uninstaller, which is waited for: it would otherwise go on as a copy of itself."""
    place = "C:\\" + str(folder.relative_to(windows.drive)).replace("/", "\\")
    return windows.ran(folder / "uninstall.exe", "/S", *f"_?={place}".split(" "))


def test_it_installs_where_nobody_chooses_and_is_gone_afterwards(windows: Windows, installer: Installer) -> None:
    # What belongs to others, and is to be there afterwards.
    for words in (
        (rf"{CLASSES}\.dcm", "/ve", "/d", "Other.Dicom"), (rf"{CLASSES}\.dcm\OpenWithProgids", "/v", "Other.Dicom"),
        (rf"{CLASSES}\.gz", "/v", "PerceivedType", "/d", "compressed"), (rf"{CLASSES}\.nii\ShellEx", "/ve", "/d", "x"),
    ):  # fmt: skip
        assert windows.reg("add", *words, "/f") is not None
    before = {extension: windows.reg("query", rf"{CLASSES}\{extension}", "/s") for extension in OFFERED}
    assert windows.ran(installer("1.0.0", code=10), "/S") == 0
    folder = windows.home / "AppData" / "Local" / "Programs" / "Slicelens"
    there = {
        "slicelens.exe", "slicelensw.exe", "uninstall.exe", "_internal/same.txt", "_internal/Ünterlagen/of 1.0.0.txt",
    }  # fmt: skip
    assert set(files(folder)) == there
    assert windows.ran(folder / "slicelens.exe") == 10
    place = windows.value(UNINSTALL, "InstallLocation")
    assert place is not None
    assert place.endswith(r"\AppData\Local\Programs\Slicelens")
    assert windows.value(UNINSTALL, "DisplayName") == "Slicelens (lite)"
    assert windows.value(UNINSTALL, "DisplayVersion") == "1.0.0"
    assert windows.value(UNINSTALL, "QuietUninstallString") == rf'"{place}\uninstall.exe" /S'
    assert windows.value(APP_PATHS) == rf"{place}\slicelens.exe"
    assert windows.value(rf"{CLASSES}\Slicelens.File\shell\open\command") == rf'"{place}\slicelensw.exe" "%1"'
    assert windows.value(rf"{CLASSES}\.slb") == "Slicelens.Bundle"
    assert windows.value(rf"{CLASSES}\Slicelens.Bundle\shell\open\command") == rf'"{place}\slicelensw.exe" "%1"'
    for extension in OFFERED:
        said = windows.reg("query", rf"{CLASSES}\{extension}\OpenWithProgids") or ""
        assert "Slicelens.File" in said, extension
    assert windows.value(rf"{CLASSES}\.dcm") == "Other.Dicom"
    assert (windows.home / MENU).is_file()
    assert b"s\0l\0i\0c\0e\0l\0e\0n\0s\0w\0.\0e\0x\0e\0" in (windows.home / MENU).read_bytes()

    assert removed(windows, folder) == 0
    assert not (folder / "slicelens.exe").exists()
    assert list(files(folder)) in ([], ["uninstall.exe"])
    for key in (UNINSTALL, APP_PATHS, rf"{CLASSES}\Slicelens.File", rf"{CLASSES}\Slicelens.Bundle", rf"{CLASSES}\.slb"):
        assert windows.reg("query", key) is None, key
    assert {one: windows.reg("query", rf"{CLASSES}\{one}", "/s") for one in OFFERED} == before
    assert not (windows.home / MENU).exists()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_windows_too_old_for_it_is_told_so(windows: Windows, installer: Installer) -> None:
    words, folder = chosen(windows, "Too old")
    windows.pretend("win81")
    assert windows.ran(installer("1.0.0", code=10), "/S", *words) == 2
    windows.pretend("win10")
    assert not folder.exists()


def test_a_folder_of_choice_an_upgrade_and_what_a_person_keeps_there(windows: Windows, installer: Installer) -> None:
    words, folder = chosen(windows, "Prögramme für Ärzte")
    assert windows.ran(installer("1.0.0", code=10), "/S", *words) == 0
    assert windows.ran(folder / "slicelens.exe") == 10
    (folder / "my notes.txt").write_text("mine", encoding="utf-8")
    # No /D: it finds the one that is there. Full takes the place of lite.
    assert windows.ran(installer("2.0.0", edition="full", code=20), "/S") == 0
    found = files(folder)
    assert found.pop("my notes.txt") == b"mine"
    assert found["_internal/same.txt"] == b"full 2.0.0"
    assert set(found) == {
        "slicelens.exe", "slicelensw.exe", "uninstall.exe", "_internal/same.txt", "_internal/Ünterlagen/of 2.0.0.txt",
    }  # fmt: skip
    assert not list(folder.glob("slicelens-*"))
    assert windows.ran(folder / "slicelens.exe") == 20
    assert windows.value(UNINSTALL, "DisplayName") == "Slicelens (full)"
    assert windows.value(UNINSTALL, "InstallLocation") == r"C:\Prögramme für Ärzte"
    assert windows.ran(folder / "uninstall.exe", "/S") == 0
    # The uninstaller goes on as a copy of itself, so that it can remove itself.
    for _ in range(100):
        if set(files(folder)) == {"my notes.txt"} and windows.reg("query", UNINSTALL) is None:
            break
        time.sleep(0.1)
    assert files(folder) == {"my notes.txt": b"mine"}
    assert [path.name for path in folder.iterdir()] == ["my notes.txt"]
    assert windows.reg("query", UNINSTALL) is None


@pytest.mark.parametrize("name", ["slicelensw.exe", "slicelens.exe"])
def test_a_running_program_is_left_as_it_is(windows: Windows, installer: Installer, name: str) -> None:
    words, folder = chosen(windows, f"Running {name}")
    assert windows.ran(installer("1.0.0", code=10), "/S", *words) == 0
    if name == "slicelens.exe":
        shutil.copy(folder / "slicelensw.exe", folder / name)
    before = files(folder)
    with windows.started("wine", str(folder / name)) as running:
        time.sleep(3)
        assert running.poll() is None
        assert windows.ran(installer("2.0.0", edition="full", code=20), "/S", *words) == 2
        assert files(folder) == before
        assert windows.value(UNINSTALL, "DisplayVersion") == "1.0.0"
        assert removed(windows, folder) == 2
        assert files(folder) == before
        assert windows.value(UNINSTALL, "DisplayVersion") == "1.0.0"
        windows.ran("taskkill", "/F", "/IM", name)
        running.wait(timeout=30)
    assert removed(windows, folder) == 0


def test_what_cannot_be_installed_changes_nothing(windows: Windows, installer: Installer) -> None:
    words, folder = chosen(windows, "There")
    assert windows.ran(installer("1.0.0", code=10), "/S", *words) == 0
    before = files(folder)

    def is_as_it_was() -> bool:
        return files(folder) == before and windows.value(UNINSTALL, "DisplayVersion") == "1.0.0"

    huge = installer("3.0.0", options=("-X!undef SIZE_KB", "-X!define SIZE_KB 99999999999"))
    assert windows.ran(huge, "/S", *words) == 2
    assert is_as_it_was()
    _, elsewhere = chosen(windows, "Nowhere")
    assert windows.ran(huge, "/S", r"/D=C:\Nowhere") == 2
    assert not elsewhere.exists()
    # There is room at first, and none while it unpacks.
    large = installer("4.0.0", kilobytes=8 * 1024)
    assert windows.ran(large, "/S", *words, most_bytes=2 * 1024 * 1024) == 2
    assert is_as_it_was()
    assert windows.ran(large, "/S", r"/D=C:\Nowhere", most_bytes=2 * 1024 * 1024) == 2
    assert not elsewhere.exists()
    (folder / "slicelens-new").write_text("in the way", encoding="utf-8")
    assert windows.ran(large, "/S", *words) == 2
    (folder / "slicelens-new").unlink()
    assert is_as_it_was()
    assert windows.ran(large, "/S", *words) == 0
    assert windows.value(UNINSTALL, "DisplayVersion") == "4.0.0"
    assert removed(windows, folder) == 0


def test_another_program_in_the_folder_is_not_removed(windows: Windows, installer: Installer) -> None:
    words, folder = chosen(windows, "Another")
    (folder / "_internal").mkdir(parents=True)
    (folder / "_internal" / "theirs.dll").write_bytes(b"theirs")
    assert windows.ran(installer("1.0.0", code=10), "/S", *words) == 2
    assert files(folder) == {"_internal/theirs.dll": b"theirs"}


def test_of_two_in_two_folders_the_last_stays_known(windows: Windows, installer: Installer) -> None:
    old_words, old = chosen(windows, "Old one")
    new_words, new = chosen(windows, "New one")
    assert windows.ran(installer("1.0.0", code=10), "/S", *old_words) == 0
    assert windows.ran(installer("2.0.0", edition="full", code=20), "/S", *new_words) == 0
    assert removed(windows, old) == 0
    assert not (old / "slicelens.exe").exists()
    assert windows.ran(new / "slicelens.exe") == 20
    assert windows.value(UNINSTALL, "InstallLocation") == r"C:\New one"
    assert windows.value(rf"{CLASSES}\.slb") == "Slicelens.Bundle"
    assert (windows.home / MENU).is_file()
    assert removed(windows, new) == 0
    assert windows.reg("query", UNINSTALL) is None
    assert not (windows.home / MENU).exists()
