"""A disk that is full in the middle, a real one of a few MB: a sentence, nothing half written, older files whole."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from imaging.annotations.shapes import Shape, ShapeType, new_uid
from imaging.annotations.store import AnnotationStore
from imaging.base.errors import Refusal
from tests.cli.conftest import Answer, Cli
from tests.imaging.phantoms import write_series

MIB = 2**20
NAMES = ("dicom", "1.2.3")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    folder, mount = tmp_path / "disk", shutil.which("mount")
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if mount is None or subprocess.run([mount, *options], capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Twenty slices of half a MiB each, which no packing makes smaller."""
    noise = np.random.default_rng(0).integers(-2000, 2000, (20, 512, 512)).astype(np.int16)
    write_series(tmp_path / "ct", values=noise, PatientName="Kestrel^Ann", PatientID="K-1")
    return tmp_path / "ct"


def fill(disk: Path, *, leave: int) -> Path:
    """Leave so many bytes free on a disk; return the file that takes the rest."""
    free = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(bytes(max(free - leave, 0)))
    return disk / "filler"


def files(folder: Path) -> dict[str, int]:
    """Every file below a folder by its name, with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def says_that_it_is_full(answer: Answer) -> bool:
    """Whether the last line of what is said is that the disk is full, with its code."""
    last = answer.err.splitlines()[-1]
    return answer.code == 2 and "is the disk full?" in last and last.endswith("[E_WRITE]")


@pytest.mark.parametrize(
    ("format_", "name", "whole"),
    [
        ("nifti", "f.nii", ""),
        ("webp", "f.webp", ""),
        ("avi", "f.avi", ""),
        ("png", "out", "png"),
        ("dicom-sc", "out", "dcm"),
        ("gsps", "f.dcm", ""),
    ],
)
def test_an_export_is_whole_or_not_there(
    format_: str, name: str, whole: str, disk: Path, series: Path, cli: Cli
) -> None:
    fill(disk, leave=0 if format_ == "gsps" else MIB)
    answer = cli("export", series, "--to", format_, "--out", disk / name)
    assert says_that_it_is_full(answer), answer.err
    left = {path: size for path, size in files(disk).items() if path != "filler"}
    if not whole:
        assert left == {}
    for path in left:
        assert path.endswith(whole), "no temporary file"
        if whole == "png":
            assert (disk / path).read_bytes().endswith(b"IEND\xaeB`\x82")
        else:
            assert pydicom.dcmread(disk / path).pixel_array.size == 512 * 512


def test_an_older_export_outlives_a_full_disk(disk: Path, series: Path, cli: Cli) -> None:
    (disk / "f.nii").write_bytes(b"older")
    fill(disk, leave=MIB)
    assert cli("export", series, "--to", "nifti", "--out", disk / "f.nii").is_refused_with("E_WRITE")
    assert (disk / "f.nii").read_bytes() == b"older"


def test_copies_without_identity_are_whole_or_not_there(disk: Path, series: Path, cli: Cli) -> None:
    fill(disk, leave=2 * MIB)
    answer = cli("deidentify", series, "--out", disk / "out")
    assert says_that_it_is_full(answer), answer.err
    assert "of them are whole and were kept" in answer.err
    there = sorted((disk / "out").rglob("*"))
    copies = [path for path in there if path.is_file()]
    assert all(path.suffix == ".dcm" for path in copies), "no temporary file"
    assert copies, "some found room"
    for path in copies:
        copy = pydicom.dcmread(path)
        assert copy.pixel_array.shape == (512, 512)
        assert "Kestrel" not in str(copy.PatientName)


def test_the_store_says_that_it_is_full_and_keeps_what_it_had(disk: Path) -> None:
    store = AnnotationStore(disk / "data" / "annotations.sqlite")
    kept = Shape(ShapeType.LENGTH, ((1.0, 2.0), (3.0, 4.0)), 0, uid=new_uid())
    store.save(NAMES, {kept.uid: kept})
    filler = fill(disk, leave=0)
    outline = tuple((float(number), float(number % 97)) for number in range(9000))
    large = Shape(ShapeType.FREEHAND, outline, 0, uid=new_uid())
    with pytest.raises(Refusal, match="disk is full"):
        store.save(NAMES, {large.uid: large})
    filler.unlink()
    assert store.load(NAMES) == (kept,)
    store.save(NAMES, {large.uid: large})
    assert {one.uid for one in store.load(NAMES)} == {kept.uid, large.uid}
    assert [name for name in os.listdir(disk / "data") if name.startswith("damaged")] == []
