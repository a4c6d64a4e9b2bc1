"""What crosses between the program and its children names nothing that another Python, or another NumPy, would not."""

import os
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path
from pickletools import genops
from typing import Any

import numpy as np
import pytest
import SimpleITK
from nibabel.nifti1 import Nifti1Image
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import JPEG2000Lossless

from imaging import remote_read
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import finish
from imaging.volume.geometry import Plane
from imaging.volume.series import Source
from imaging.workers import process
from imaging.workers.messages import WorkerTask, pack_message, unpack_message
from tests.imaging.phantoms import dataset, l_values, save, write_series
from tests.reading import READING, read_volume, scan

# The room's own classes and makers, which are the same for every Python; from elsewhere nothing is named at all.
OURS = Source.__module__.partition(".")[0]
DICOMS = ("examples_jpeg2k.dcm", "SC_rgb_rle_16bit_2frame.dcm", "image_dfl.dcm", "emri_small_RLE.dcm", "mlut_18.dcm")


def named(content: bytes) -> Iterator[tuple[str, str]]:
    """(module, name) of everything that a pickle of our protocol refers to instead of holding it."""
    pushed: list[Any] = []
    memo: list[Any] = []
    for operation, argument, _ in genops(content):
        match operation.name:
            case "GLOBAL":
                module, _, name = str(argument).partition(" ")
                yield module, name
            case "STACK_GLOBAL":
                yield pushed[-2], pushed[-1]
            case "MEMOIZE":
                memo.append(pushed[-1])
                continue
            case "BINGET" | "LONG_BINGET":
                argument = memo[argument]
            case "PROTO" | "FRAME":
                continue
        pushed.append(argument)


def foreign(content: bytes) -> set[tuple[str, str]]:
    return {(module, name) for module, name in named(content) if module.partition(".")[0] != OURS}


def same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(np.array_equal(one, other)) and _facts(one) == _facts(other)


def _facts(thing: Any) -> Any:
    return (thing.dtype, thing.shape) if isinstance(thing, np.ndarray | np.generic) else None


def test_what_is_looked_for_is_found() -> None:
    found = foreign(
        pickle.dumps((os.getcwd, Source(Path("x")), Source(Path("y")), np.ones(3)), pickle.HIGHEST_PROTOCOL)
    )
    assert (os.getcwd.__module__, "getcwd") in found
    assert {module.partition(".")[0] for module, _ in found} == {os.getcwd.__module__, "numpy", "pathlib"}


@pytest.mark.parametrize(
    "value",
    [
        Path("a/b"), Path("/a/ü試"), Path(os.fsdecode(b"/a/\xff")), Source(Path("x.zip"), "member"),
        np.zeros((0, 3), ">i2"), np.array(3.5), np.arange(6.0).reshape(2, 3).T, np.arange(10)[::2],
        np.array("2020-01-01", "M8[D]"), np.array(["a", "bc"]), np.ones(3, "?"),
        np.float32(2), np.bool_(True), np.dtype(">f4"), np.str_("x"), np.longdouble(1.5),
        Code.DECODE, Plane.AXIAL, {1, 2}, frozenset({3}), bytearray(b"x"), None, 2**70,
    ],
    ids=repr,
)  # fmt: skip
def test_what_travels_arrives_and_is_named_by_nobody_else(value: Any) -> None:
    assert foreign(pack_message((value, [value]))) == set()
    assert same(unpack_message(pack_message(value)), value)


def test_an_array_that_travelled_can_be_written_to_where_it_could_be_before() -> None:
    there, fixed = np.arange(4), np.arange(4)
    fixed.flags.writeable = False
    assert [array.flags.writeable for array in unpack_message(pack_message((there, fixed)))] == [True, False]


@pytest.mark.parametrize("dtype", ["O", [("a", "i4")]])
def test_an_array_of_anything_but_numbers_and_text_is_not_understood(dtype: Any) -> None:
    with pytest.raises(Exception, match="not a record of ours"):
        unpack_message(pack_message(np.zeros(2, dtype)))


def test_an_order_names_only_what_is_ours() -> None:
    policy = ReadingPolicy().with_grant("z", 2).with_password("secret")
    order = WorkerTask("a:b", (Source(Path("y")), 1), Path("x")), policy
    assert foreign(pack_message(order)) == set()
    assert unpack_message(pack_message(order)) == order


@pytest.mark.parametrize("refusal", [Refusal(Code.DECODE), Refusal(Code.TOO_LARGE, "Three sentences.", 7)])
def test_a_refusal_arrives_as_it_was(refusal: Refusal) -> None:
    arrived = unpack_message(pack_message((1, refusal)))[1]
    assert (arrived.code, arrived.message, arrived.unpacks_to) == (refusal.code, refusal.message, refusal.unpacks_to)
    assert arrived.code is refusal.code
    assert str(arrived) == str(refusal)


def one_of_each(folder: Path) -> Path:
    """A folder of all that children read: the four kinds of readers, a member of an archive, and damage."""
    for name in DICOMS:
        (folder / name).write_bytes(Path(str(get_testdata_file(name, download=False))).read_bytes())
    (folder / "series").mkdir()
    write_series(folder / "series", values=l_values(4).astype(np.uint16), PatientName="Roe^Jane")
    values = l_values(1, rows=64, columns=64)[0].astype(np.uint16)
    save(dataset(values, syntax=JPEG2000Lossless, SeriesInstanceUID="1.2"), folder / "j2k.dcm")
    Nifti1Image(l_values(8), np.diag([1.0, 2.0, 3.0, 1.0])).to_filename(folder / "head.nii.gz")
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)).save(folder / "grey.png")
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(l_values(3)), str(folder / "a.nhdr"))
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "grey.png", "deep/grey.png")
    (folder / "broken.png").write_bytes((folder / "grey.png").read_bytes()[:40])
    (folder / "broken.nii.gz").write_bytes((folder / "head.nii.gz").read_bytes()[:60])
    return folder


def test_scans_pictures_and_refusals_name_only_what_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    heard: list[bytes] = []
    understand = process.unpack_message

    def sending(message: object) -> bytes:
        sent.append(pack_message(message))
        return sent[-1]

    def hearing(content: bytes) -> Any:
        heard.append(content)
        return understand(content)

    monkeypatch.setattr(process, "pack_message", sending)
    monkeypatch.setattr(process, "unpack_message", hearing)
    found = finish(scan([one_of_each(tmp_path)]))
    assert len(found.series) == len(DICOMS) + 6
    assert {Path(row.path).name for row in found.ledger.skipped} == {"broken.png", "broken.nii.gz"}
    for series in found.series:
        assert read_volume(series).is_complete
        assert remote_read.reasons(series, series.frames[0], READING)
        # As a part of an order whatever reads it, though only some are read by children.
        assert foreign(pack_message(series)) == set()
    names = {name for content in sent for _, name in named(content)}
    assert {"WorkerTask", "Source", "Series", "StoredFrame", "_path"} <= names
    answers = {name for content in heard for _, name in named(content)}
    assert {"IdentifiedFile", "DicomHeader", "NiftiHeader", "RasterHeader", "ItkHeader", "Reason", "_array"} <= answers
    assert set().union(*map(foreign, sent), *map(foreign, heard)) == set()
