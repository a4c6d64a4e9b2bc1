"""Every real file at hand and what it must open as: the table `real_files.json`, and how it is made.

`python -m tests.conformance.real_files` writes the table anew. Each frame is compared with what pydicom, GDCM (of
JPEG) or nibabel make of the file, by another way than ours; `checked` names who agreed, and is null where nobody else
can read it. Look at the difference (`git diff`) before you commit one: a changed hash is a changed picture.
"""

import hashlib
import json
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import SimpleITK
from nibabel.affines import apply_affine
from numpy.typing import NDArray
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import JPEGTransferSyntaxes

from imaging.base.errors import Code
from imaging.base.progress import finish
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series
from tests.reading import allocate, fill, scan

TABLE = Path(__file__).with_name("real_files.json")
SHARED = Path(__file__).parents[3] / "shared" / "data"
_NO_FILES_OF_OURS = {".py", ".pyc", ".md"}
_HEADERS_ONLY = "TINY_ALPHA"
"""A folder of fifty headers that pydicom tests its directories with."""


def roots() -> dict[str, Path]:
    """The folders of real files by the name of the package that brings them; absent ones are left out."""
    found = {
        "pydicom": _inside("pydicom", "data/test_files"),
        "pydicom-data": _inside("data_store", "data"),
        "nibabel": _inside("nibabel", "tests/data"),
        "nibabel-nicom": _inside("nibabel", "nicom/tests/data"),
        "nilearn": _inside("nilearn", "datasets/data"),
        "shared": SHARED,
    }
    return {name: folder for name, folder in found.items() if folder is not None and folder.is_dir()}


def _inside(package: str, below: str) -> Path | None:
    """A folder of an installed package, which is not imported: only its files are wanted."""
    spec = find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / below


def real_files() -> Iterator[tuple[str, Path]]:
    """(name in the table, path) of everything that may hold pixels; the shared DICOM series are a folder each."""
    for name, root in roots().items():
        if name == "shared":
            for folder in sorted((root / "dicom").iterdir()):
                yield f"shared/dicom/{folder.name}", folder
            for path in sorted((root / "nifti").glob("*.nii.gz")):
                yield f"shared/nifti/{path.name}", path
            continue
        for path in sorted(root.rglob("*")):
            directory = path.name.startswith("DICOMDIR") or _HEADERS_ONLY in path.parts
            if path.is_file() and path.suffix not in _NO_FILES_OF_OURS and not directory:
                yield f"{name}/{path.relative_to(root).as_posix()}", path


def path_of(name: str) -> Path | None:
    """Where a row's file is on this machine; None where its package is not installed."""
    package, _, rest = name.partition("/")
    root = roots().get(package)
    return None if root is None else root / rest


def describe(path: Path) -> dict[str, Any]:
    """What a file opens as: a code where it is refused, else its series with their middle frames."""
    found = finish(scan([path]))
    refused = [row.code.value for row in found.ledger.skipped if row.code != Code.UNKNOWN_FORMAT]
    if not found.series:
        return {"code": (refused or [Code.UNKNOWN_FORMAT.value])[0]}
    return {"series": [_row(series) for series in found.series]}


def _row(series: Series) -> dict[str, Any]:
    facts = [series.phases, series.slices, series.rows, series.columns, series.channels]
    row: dict[str, Any] = {"format": series.format.value, "shape": facts, "dtype": series.dtype}
    if series.format is Format.DICOM:
        row["syntax"] = series.acquisition.transfer_syntax
    number = series.middle
    frame = frame_of(series, number)
    if isinstance(frame, Code):
        return {**row, "code": frame.value}
    places = [(frame.shape[0] // 2, frame.shape[1] // 2), (frame.shape[0] // 4, frame.shape[1] * 2 // 3)]
    row["spots"] = [[*place, *np.atleast_1d(frame[place]).tolist()] for place in places]
    row["sha256"] = hashlib.sha256(frame.astype(frame.dtype.newbyteorder("<")).tobytes()).hexdigest()
    return row


def frame_of(series: Series, number: int) -> NDArray[Any] | Code:
    """The stored pixels of one slice of the first phase, or the code it is refused with."""
    volume = allocate(series)
    skipped = finish(fill(volume, [number]))
    return Code(skipped[0].code.value) if skipped else volume.stored[0, number]


def checked_by(path: Path) -> str | None:
    """Who else reads the middle frames of this file, and agrees. Raises `AssertionError` where they do not."""
    found = finish(scan([path])).series
    nibabels = ("nibabel", _same_as_nibabel)
    readers = {Format.DICOM: ("pydicom", _same_as_pydicom), Format.NIFTI: nibabels, Format.ITK: nibabels}
    if len(found) != 1 or found[0].format not in readers:
        return None
    name, compare = readers[found[0].format]
    layout: Any = found[0].frames[0].layout
    if found[0].format is Format.DICOM and layout.file_syntax in JPEGTransferSyntaxes:
        # pydicom has a decoder for one of the processes, Pillow.
        name, compare = "gdcm", _same_as_gdcm
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return name if compare(found[0]) else None


def _same_as_pydicom(series: Series) -> bool:
    """Compares a frame with pydicom's own; False where it has none."""
    stored = series.frame(0, series.middle)
    ours = frame_of(series, series.middle)
    try:
        read = pydicom.dcmread(stored.source.path)
        theirs = pydicom.pixels.pixel_array(read, index=stored.index)
        if read.PhotometricInterpretation == "PALETTE COLOR":
            theirs = apply_color_lut(theirs, read) >> 8
    except Exception:
        # Whatever it trips over: then there is nothing to compare with.
        return False
    if series.channels == 3 and theirs.dtype.itemsize > 1 and read.PhotometricInterpretation != "PALETTE COLOR":
        theirs = np.rint(theirs * (255.0 / (2 ** (8 * theirs.dtype.itemsize) - 1)))
    np.testing.assert_array_equal(ours, theirs)
    return True


def _same_as_gdcm(series: Series) -> bool:
    """Compares a frame with SimpleITK's, whose DICOM reader is GDCM."""
    stored = series.frame(0, series.middle)
    read = pydicom.dcmread(stored.source.path, stop_before_pixels=True)
    ours = np.asarray(frame_of(series, series.middle)) * read.get("RescaleSlope", 1) + read.get("RescaleIntercept", 0)
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(stored.source.path), imageIO="GDCMImageIO"))
    np.testing.assert_array_equal(ours, theirs[stored.index])
    return True


def _same_as_nibabel(series: Series) -> bool:
    """Every value of a slice lies where nibabel says that voxel is, and is what nibabel says it is."""
    index = series.middle
    if series.affine is None or series.channels != 1:
        return False
    try:
        picture: Any = nibabel.load(series.frames[0].source.path)
    except Exception:
        # What it does not read, or only with a library that is not here.
        return False
    expected = np.asarray(picture.dataobj).reshape(*picture.shape[:3], -1)[..., 0]
    volume = allocate(series)
    finish(fill(volume, [index]))
    grid = np.moveaxis(np.indices((1, series.rows, series.columns)), 0, -1)[0] + [index, 0, 0]
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ series.affine
    places = np.rint(apply_affine(np.linalg.inv(picture.affine) @ to_ras, grid)).astype(int)
    i, j, k = np.moveaxis(places, -1, 0)
    values = volume.slice_at(Plane.ACQUIRED, index).values
    np.testing.assert_allclose(values, expected[i, j, k], rtol=1e-6, atol=1e-6)
    return True


def main() -> None:
    """Write the table."""
    rows = {}
    for name, path in real_files():
        row = describe(path)
        if row.get("code") == Code.UNKNOWN_FORMAT.value:
            continue
        if "series" in row:
            try:
                row["checked"] = checked_by(path)
            except AssertionError as difference:
                row["checked"] = None
                print(f"{name}: {str(difference).strip().splitlines()[0:6]}")
        rows[name] = row
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(rows.items())]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(rows)} rows")


if __name__ == "__main__":
    main()
