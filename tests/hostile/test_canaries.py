"""What names a patient stays in the files: 1,000 marks in every VR, nested, private, in names, in every script.

The real program opens them, analyses a slice, meets a fault, loses a child, crashes, is killed, has no room left; then
everything that it could have written to (settings, reports, temporary folder, shared memory) is searched for a mark.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pydicom.config
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.valuerep import VR

from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import AXIAL, dataset, save
from tests.inference.factory import make_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform == "win32", reason="signals and full disks of POSIX"),
]

ROOT = Path(__file__).resolve().parents[2]
ALL = 1000
PATIENCE = 120.0
TEXTS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")
NUMBERS = {"AS": "73{:02d}Y", "DA": "7319{:04d}", "DS": "7319.{:04d}", "DT": "7319{:04d}", "IS": "7319{:04d}",
           "TM": "07319{:04d}", "UI": "1.2.7319.{:04d}"}  # fmt: skip
"""What marks a value that holds digits alone; an age has room for two of them and is not looked for."""
BYTES = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
SCRIPTS = {"ISO_IR 100": "Ärzte", "ISO_IR 144": "Ж", "ISO_IR 192": "山田", "GB18030": "王", "ISO_IR 126": "Ω"}
STANDARD = (
    "PatientName", "PatientID", "OtherPatientNames", "PatientAddress", "PatientComments", "InstitutionName",
    "ReferringPhysicianName", "StudyDescription", "SeriesDescription", "StudyID", "AccessionNumber", "ImageComments",
    "AdditionalPatientHistory", "StationName", "ProtocolName", "OperatorsName",
)  # fmt: skip
MARK = re.compile(rb"Q\0?Z\0?\d\0?\d\0?\d\0?\d\0?K|(?<!\d)7319\.?\d{4}(?!\d)|07319\d{4}")


@dataclass
class Marks:
    """Numbers marks, and knows how many there are."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    last: int = 0

    def text(self) -> str:
        self.last = next(self.numbers)
        return f"QZ{self.last:04d}K"

    def of(self, vr: str, script: str) -> Any:
        """A value of a VR with a mark in it, and letters of a script where they may stand."""
        mark = self.text()
        if vr in NUMBERS:
            return NUMBERS[vr].format(self.last % 100 if vr == "AS" else self.last)
        if vr in BYTES:
            return (mark + " " * 8)[:16].encode().ljust(16)
        return mark if vr in ("AE", "CS", "UR") else f"{mark}^{script}" if vr == "PN" else f"{mark} {script}"


def mark_elements(made: Dataset, marks: Marks, script: str) -> None:
    """Put a mark into a private element of every VR."""
    made.add_new(0x00090010, "LO", marks.text())
    for number, vr in enumerate((*TEXTS, *NUMBERS, *BYTES), start=0x1001):
        made.add_new(0x00090000 + number, VR(vr), marks.of(vr, script))


def write_patients(folder: Path, least: int) -> Path:
    """A folder of slices, some in an archive, with at least so many marks. Returns it."""
    marks, number = Marks(), 0
    while marks.last < least:
        charset, script = list(SCRIPTS.items())[number % len(SCRIPTS)]
        made = dataset(
            np.random.default_rng(number).integers(0, 1000, (32, 32)).astype(np.int16), SpecificCharacterSet=charset,
            ImageOrientationPatient=list(AXIAL), ImagePositionPatient=[0, 0, number], PixelSpacing=[1, 1],
            SeriesInstanceUID=f"1.2.{number // 4}", StudyInstanceUID=None,
        )  # fmt: skip
        for keyword in STANDARD:
            setattr(made, keyword, marks.of(pydicom.datadict.dictionary_VR(keyword), script))
        mark_elements(made, marks, script)
        inner, outer = Dataset(), Dataset()
        mark_elements(inner, marks, script)
        outer.PatientName, outer.RequestAttributesSequence = marks.of("PN", script), DicomSequence([inner])
        made.OtherPatientIDsSequence = DicomSequence([outer])
        place = folder / f"{marks.text()} {script}"
        place.mkdir(parents=True)
        path = save(made, place / f"{marks.text()} {script}.dcm")
        if number % 3 == 2:
            with zipfile.ZipFile(place / f"{marks.text()} {script}.zip", "w") as archive:
                archive.write(path, f"{marks.text()} {script}/{path.name}")
            path.unlink()
        number += 1
    return folder


def marked_files(*folders: Path) -> list[str]:
    """Where a mark stands, in a name or a content."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            name = str(path.relative_to(folder)).encode("utf-8", "surrogateescape")
            # Of a pixel's bytes some may look like digits; what was written for a person is no picture.
            content = path.read_bytes() if path.is_file() and path.suffix != ".png" else b""
            found += [f"{path}: {match[0]!r}" for match in (MARK.search(name), MARK.search(content)) if match]
    return found


@dataclass
class Stage:
    """The folders of one run of the program, all that it may write to."""

    patients: Path
    home: Path
    temporary: Path

    @property
    def picture(self) -> Path:
        return self.home.parent / "shot.png"

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start the window over the patients' folder; it saves what it shows once that is analysed."""
        shown = ("--model", "tiny", "--explain", "--screenshot", str(self.picture))
        environment = {
            **os.environ, "HOME": str(self.home), "TMPDIR": str(self.temporary), "QT_QPA_PLATFORM": "offscreen",
            **{f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")},
        }  # fmt: skip
        return subprocess.Popen(
            [sys.executable, "-m", "desktop.main", str(self.patients), *shown, *words],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def until_shown(self, running: "subprocess.Popen[bytes]") -> None:
        """Wait until a slice is on screen, analysed."""
        ends = time.monotonic() + PATIENCE
        while not self.picture.is_file():
            assert running.poll() is None, running.stderr and running.stderr.read()
            assert time.monotonic() < ends, "nothing was shown"
            time.sleep(0.1)

    def reports(self) -> str:
        """The text of everything that the program wrote to keep."""
        kept = [path.read_bytes() for path in self.home.rglob("*") if path.is_file()]
        return b"\n".join(kept).decode("utf-8", "replace")


def end(running: "subprocess.Popen[bytes]", number: int) -> bytes:
    """Send a signal to the program, and wait until it and its children are gone; what it wrote to standard error."""
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    return err


def end_well(stage: Stage) -> bytes:
    running = stage.start("--quit")
    _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, err
    return err


def meet_a_fault(stage: Stage) -> bytes:
    running = stage.start("--provoke", "--quit")
    _, err = running.communicate(timeout=PATIENCE)
    assert "ArithmeticError" in stage.reports(), "a report of the fault was written"
    return err


def crash(stage: Stage) -> bytes:
    running = stage.start()
    stage.until_shown(running)
    err = end(running, signal.SIGSEGV)
    assert "Segmentation fault" in stage.reports()
    return err


def lose_children(stage: Stage) -> bytes:
    running = stage.start()
    stage.until_shown(running)
    children = psutil.Process(running.pid).children(recursive=True)
    assert children, "archives are read in child processes"
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.send_signal(signal.SIGSEGV)
    time.sleep(1.0)
    return end(running, signal.SIGTERM)


def be_killed(stage: Stage) -> bytes:
    running = stage.start()
    stage.until_shown(running)
    return end(running, signal.SIGKILL)


ENDS: dict[str, Callable[[Stage], bytes]] = {
    "open and analyse": end_well, "a fault of ours": meet_a_fault, "a crash": crash,
    "children that crash": lose_children, "kill -9": be_killed,
}  # fmt: skip
MANY = pytest.mark.parametrize(
    "least", [pytest.param(ALL // 10, id="a tenth"), pytest.param(ALL, id="all", marks=pytest.mark.on_demand)]
)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Folders of one run, with an installed model in its home."""
    made = Stage(tmp_path / "patients", tmp_path / "home", tmp_path / "temporary")
    for folder in (made.home, made.temporary):
        folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(made.home / "data"))
    make_bundle(user_models_folder())
    monkeypatch.setattr(pydicom.config.settings, "writing_validation_mode", pydicom.config.IGNORE)
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.IGNORE)
    return made


def shared_memory() -> set[Path]:
    folder = Path("/dev/shm")
    return set(folder.iterdir()) if folder.is_dir() else set()


@pytest.mark.leaves("processes that are killed are waited for here")
@pytest.mark.parametrize("ending", ENDS)
@MANY
def test_no_mark_is_found_but_in_the_files(stage: Stage, ending: str, least: int) -> None:
    write_patients(stage.patients, least)
    assert len(marked_files(stage.patients)) >= least / 100, "the search finds what is there"
    before = shared_memory()
    err = ENDS[ending](stage)
    assert MARK.search(err) is None, err
    assert marked_files(stage.home, stage.temporary) == []
    left = [path for path in shared_memory() - before if path.is_file() and MARK.search(path.read_bytes())]
    assert left == []


@pytest.mark.leaves("processes that are killed are waited for here")
@MANY
def test_no_mark_is_found_where_the_disk_is_full(stage: Stage, tmp_path: Path, least: int) -> None:
    """Home and temporary folder on a small file system that has no room left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        shutil.copytree(stage.home, disk / "home")
        (disk / "temporary").mkdir()
        with contextlib.suppress(OSError), (disk / "filler").open("wb") as filler:
            while filler.write(bytes(4096)):
                filler.flush()
        write_patients(stage.patients, least)
        full = Stage(stage.patients, disk / "home", disk / "temporary")
        running = full.start("--provoke", "--quit")
        _, err = running.communicate(timeout=PATIENCE)
        assert running.returncode in (0, 1, 2), err
        assert MARK.search(err) is None, err
        (disk / "filler").unlink()
        assert marked_files(full.home, full.temporary) == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
