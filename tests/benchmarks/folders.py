"""Folders for the benchmarks of opening, made of the shared CT where it is there, else of a phantom.

Slices are repeated with new positions and UIDs. Compressed ones are encoded once for each picture and then repeated, so
that a folder is made in seconds.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, generate_uid

from tests.benchmarks.screen import SHARED_CT, body
from tests.imaging.phantoms import dataset

SYNTAXES = {"uncompressed": ExplicitVRLittleEndian, "JPEG 2000": JPEG2000Lossless, "JPEG-LS": JPEGLSLossless}
SLICES = 275
STEP_MM = 1.5


@cache
def _originals() -> tuple[FileDataset, ...]:
    """Slices of 512×512 to repeat, uncompressed."""
    if SHARED_CT.is_dir():
        found = [dcmread(path) for path in sorted(SHARED_CT.iterdir())]
        for one in found:
            if one.file_meta.TransferSyntaxUID.is_compressed:
                one.decompress()
        return tuple(found)
    made = [dataset(plane, PatientName="Bench^Mark") for plane in body(512, 60)]
    for one in made:
        one.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        one.PixelSpacing = [0.8, 0.8]
        one.SliceThickness = STEP_MM
    return tuple(made)


def write_ct(folder: Path, count: int = SLICES, *, kind: str = "uncompressed") -> Path:
    """One series of 512×512 slices; `kind` is a key of `SYNTAXES`. Returns its folder."""
    folder.mkdir(parents=True)
    series, frame_of_reference = generate_uid(), generate_uid()
    heads: dict[int, FileDataset] = {}
    for number in range(count):
        which = number % len(_originals())
        if which not in heads:
            heads[which] = _encoded(_originals()[which], SYNTAXES[kind])
        one = heads[which]
        one.SeriesInstanceUID, one.FrameOfReferenceUID = series, frame_of_reference
        _place(one, number, STEP_MM * number)
        one.save_as(folder / f"I{number:05d}")
    return folder


def _encoded(original: FileDataset, syntax: str) -> FileDataset:
    """A copy of a slice in a transfer syntax."""
    stream = BytesIO()
    original.save_as(stream)
    stream.seek(0)
    copy = dcmread(stream)
    if syntax != ExplicitVRLittleEndian:
        copy.compress(syntax, generate_instance_uid=False)
    return copy


def _place(one: FileDataset, number: int, millimetres: float) -> None:
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    one.InstanceNumber = number + 1
    one.ImagePositionPatient = [-200.0, -200.0, round(millimetres, 3)]
    one.SliceLocation = round(millimetres, 3)


def write_study(folder: Path, files: int, *, per_series: int = 250) -> Path:
    """Many series, a folder each, with the whole headers of a CT over a picture cut down to 64×64. Returns `folder`."""
    head = _encoded(_originals()[len(_originals()) // 2], ExplicitVRLittleEndian)
    head.PixelData = head.pixel_array[224:288, 224:288].tobytes()
    head.Rows = head.Columns = 64
    for number in range(files):
        series, place = divmod(number, per_series)
        if place == 0:
            head.SeriesInstanceUID, head.SeriesNumber = generate_uid(), series + 1
            (folder / f"S{series:03d}").mkdir(parents=True)
        _place(head, place, STEP_MM * place)
        head.save_as(folder / f"S{series:03d}" / f"I{place:05d}")
    return folder


def warm(folders: Sequence[Path]) -> None:
    """Bring every file of the folders into the page cache."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                path.read_bytes()
