"""Before anything is decoded: how large a file may become, how deep it may nest, and where its pixels may lie."""

import gzip
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from nibabel.nifti1 import Nifti1Image
from PIL import Image
from pydicom.dataset import Dataset

from imaging.base.errors import Code
from imaging.base.policy import FRAMES, NESTING, ReadingPolicy
from imaging.base.progress import finish
from imaging.scan import Scan
from tests.imaging.phantoms import dataset, save
from tests.reading import POLICY, read_volume, scan, under

sitk: Any = SimpleITK
GREY = np.arange(600, dtype=np.uint16).reshape(20, 30)


def found(path: Path, policy: ReadingPolicy = POLICY) -> Scan:
    return finish(scan([path], under(policy)))


def code(path: Path) -> str | None:
    """Why the one file was not opened, or None."""
    rows = found(path).ledger.skipped
    return rows[0].code.value if rows else None


def nested(levels: int, *, stated: bool = False) -> bytes:
    """A sequence within a sequence, so many levels deep, of undefined or of stated length."""
    content = b""
    for _ in range(levels):
        if stated:
            item = struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content
            content = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, len(item)) + item
        else:
            head = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
            content = head + content + b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return content


def with_sequences(path: Path, content: bytes, **elements: Any) -> Path:
    """A CT file with that in front of the patient's name."""
    save(dataset(GREY, **elements), path)
    whole = path.read_bytes()
    at = whole.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    path.write_bytes(whole[:at] + content + whole[at:])
    return path


@pytest.mark.parametrize(("levels", "opens"), [(1, True), (NESTING, True), (NESTING + 1, False), (5000, False)])
@pytest.mark.parametrize("quick", [True, False])
def test_sequences_nest_to_a_hundred_levels(tmp_path: Path, levels: int, opens: bool, quick: bool) -> None:
    # A header that has one of the sequences that are read is left to pydicom by the quick way.
    region = Dataset()
    region.CodeMeaning = "Head"
    elements = {} if quick else {"AnatomicRegionSequence": [region]}
    path = with_sequences(tmp_path / "a.dcm", nested(levels), **elements)
    assert code(path) == (None if opens else "E_HEADER")


def test_sequences_that_nobody_opens_may_lie_deep(tmp_path: Path) -> None:
    assert code(with_sequences(tmp_path / "a.dcm", nested(3000, stated=True))) is None


def test_a_frame_that_no_machine_decodes_is_refused(tmp_path: Path) -> None:
    made = dataset(GREY)
    made.Rows = made.Columns = 65535
    assert code(save(made, tmp_path / "a.dcm")) == "E_TOO_LARGE"


def test_more_frames_than_can_be_listed_are_refused(tmp_path: Path) -> None:
    made = dataset(np.zeros((1, 1), np.uint8))
    made.NumberOfFrames = FRAMES + 1
    made.PixelData = bytes(FRAMES + 1 + (FRAMES + 1) % 2)
    assert code(save(made, tmp_path / "a.dcm")) == "E_TOO_LARGE"


def packed_files(folder: Path) -> dict[str, Path]:
    """Something that unpacks to 120 kB in each of the packed formats."""
    zeros = np.zeros((30, 40, 50), dtype=np.int16)
    made = {name: folder / name for name in ("a.nii.gz", "a.nrrd", "a.mha", "a.zip", "a.dcm")}
    Nifti1Image(zeros, np.eye(4)).to_filename(made["a.nii.gz"])
    for name in ("a.nrrd", "a.mha"):
        sitk.WriteImage(sitk.GetImageFromArray(zeros), str(made[name]), useCompression=True)
    with zipfile.ZipFile(made["a.zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dcm", save(dataset(zeros), folder / "inner").read_bytes())
    whole = (folder / "inner").read_bytes()
    (folder / "inner").unlink()
    start = whole.index(b"\x08\0\x16\0")
    syntax = b"1.2.840.10008.1.2.1.99"
    meta = struct.pack("<HH2sH", 2, 16, b"UI", len(syntax)) + syntax
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    made["a.dcm"].write_bytes(bytes(128) + b"DICM" + meta + packer.compress(whole[start:]) + packer.flush())
    return made


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha", "a.zip", "a.dcm"])
def test_what_unpacks_too_far_is_refused_and_can_be_allowed(tmp_path: Path, name: str) -> None:
    path = packed_files(tmp_path)[name]
    (row,) = found(path, ReadingPolicy(unpacked_bytes=100_000)).ledger.skipped
    assert row.code is Code.TOO_LARGE
    assert "--unpack-limit" in row.message
    more = ReadingPolicy(unpacked_bytes=200_000)
    (series,) = found(path, more).series
    assert read_volume(series, under(more)).is_complete


def test_a_picture_whose_size_is_a_lie_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(GREY).save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    assert code(path) == "E_TOO_LARGE"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.mhd", "ElementDataFile = {0}\n"),
        ("a.mhd", "ElementDataFile: {0}\n"),
        ("a.mhd", "\tElementDataFile\t=\t{0}\n"),
        ("a.mha", "ElementDataFile = {0}\n"),
        ("a.mhd", "ElementDataFile = LIST\n{0}\n"),
        ("a.nhdr", "data file: {0}\n"),
        ("a.nrrd", "datafile: {0}\n"),
        ("a.dat", "data file: {0}\n"),
        ("a.nhdr", "data file: LIST\n{0}\n"),
        ("a.mhd", "Comment = " + "x" * 70_000 + "\nElementDataFile = {0}\n"),
        ("a.nhdr", "# " + "x" * 70_000 + "\ndata file: {0}\n"),
    ],
)
def test_no_path_in_a_file_leads_out_of_its_folder(tmp_path: Path, name: str, header: str) -> None:
    secret = tmp_path / "secret.raw"
    secret.write_bytes(bytes(range(256)) * 4)
    (tmp_path / "in").mkdir()
    if "." in name and name.split(".")[1] in ("mhd", "mha"):
        start = "ObjectType = Image\nNDims = 2\nDimSize = 16 16\nElementType = MET_UCHAR\n"
    else:
        start = "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 16 16\nencoding: raw\n"
    for target in (str(secret), "../secret.raw"):
        path = tmp_path / "in" / name
        path.write_text(start + header.format(target))
        result = found(path)
        assert result.series == ()
        assert result.ledger.skipped[0].code in (Code.UNSUPPORTED, Code.HEADER, Code.UNKNOWN_FORMAT)


def test_a_link_beside_a_header_is_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.raw").write_bytes(bytes(256))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.raw").symlink_to(tmp_path / "secret.raw")
    path = tmp_path / "in/a.mhd"
    path.write_text(
        "ObjectType = Image\nNDims = 2\nDimSize = 16 16\nElementType = MET_UCHAR\nElementDataFile = a.raw\n"
    )
    assert code(path) == "E_UNSUPPORTED"


def test_a_cut_packed_file_says_that_it_is_incomplete(tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(0, 1000, (20, 20, 20)).astype(np.int16)
    whole, cut = tmp_path / "whole.nii.gz", tmp_path / "cut.nii.gz"
    Nifti1Image(values, np.eye(4)).to_filename(whole)
    cut.write_bytes(whole.read_bytes()[:-900])
    (one,) = found(whole).series
    (other,) = found(cut).series
    assert not one.incomplete
    assert other.incomplete
    assert any("incomplete" in note for note in other.notes)
    assert not any("incomplete" in note for note in one.notes)


def test_a_file_in_blocks_cannot_tell_its_length_and_is_not_accused(tmp_path: Path) -> None:
    """bgzip writes many members, each with a mark in its header and a length of its own."""
    Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4)).to_filename(tmp_path / "a.nii")
    content = (tmp_path / "a.nii").read_bytes()
    blocks = [gzip.compress(part) for part in (content[:400], content[400:], b"")]
    extra = struct.pack("<H", 6) + b"BC\x02\x00\x00\x00"
    marked = [block[:3] + bytes([block[3] | 4]) + block[4:10] + extra + block[10:] for block in blocks]
    (tmp_path / "b.nii.gz").write_bytes(b"".join(marked))
    (series,) = found(tmp_path / "b.nii.gz").series
    assert not series.incomplete


def test_few_passwords_are_kept_the_latest_first() -> None:
    policy = POLICY.with_password("")
    assert policy.passwords == ()
    for number in range(40):
        policy = policy.with_password(str(number))
    policy = policy.with_password("30")
    assert policy.passwords[:2] == ("30", "39")
    assert len(policy.passwords) == 16
    assert "39" not in repr(policy)
