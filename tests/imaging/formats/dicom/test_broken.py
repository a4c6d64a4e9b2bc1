"""Damaged, odd and foreign files: a code and a sentence for each, and nothing else leaves the reader (row 35)."""

import io
import random
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG2MPML,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    RLELossless,
    SegmentationStorage,
)

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.formats.dicom import reader as dicom
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.formats.dicom.pixels import frames as pixel_frames
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import dataset, l_values, save, write_series
from tests.reading import POLICY

PIXELS = np.arange(600, dtype=np.uint16).reshape(20, 30)


def refusal_of(path: Path) -> Code:
    with pytest.raises(Refusal) as caught:
        dicom.read_header(Source(path), POLICY)
    assert caught.value.__cause__ is None
    assert isinstance(caught.value.code, Code)
    return caught.value.code


def opened(path: Path) -> Series:
    (series,) = dicom.group([dicom.read_header(Source(path), POLICY)])
    return series


def read(series: Series) -> list[np.ndarray | Refusal]:
    return [pixels for _, pixels in dicom.read_frames(series, range(len(series.frames)), POLICY)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", Code.EMPTY),
        (b"Dear colleague, thank you for referring this patient.", Code.UNKNOWN_FORMAT),
        (bytes(5000), Code.UNKNOWN_FORMAT),
        (random.Random(1).randbytes(5000), Code.UNKNOWN_FORMAT),
        (bytes(128) + b"DICM", Code.TRUNCATED),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_is_not_dicom(tmp_path: Path, content: bytes, code: Code) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert refusal_of(path) is code


def test_missing_file(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "none.dcm") is Code.MISSING


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ({"SOPClassUID": EncapsulatedPDFStorage, "PixelData": None}, Code.NOT_AN_IMAGE),
        ({"SOPClassUID": SegmentationStorage, "PixelData": None}, Code.NOT_AN_IMAGE),
        ({"PixelData": None}, Code.NO_PIXELS),
        ({"Rows": None}, Code.HEADER),
        ({"Rows": 0}, Code.HEADER),
        ({"BitsAllocated": None}, Code.HEADER),
        ({"BitsAllocated": 10}, Code.UNSUPPORTED),
        ({"SamplesPerPixel": 4}, Code.UNSUPPORTED),
        ({"Rows": 21}, Code.TRUNCATED),
        ({"NumberOfFrames": 2}, Code.TRUNCATED),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, Code.HEADER),
    ],
)
def test_headers_that_cannot_be_used(tmp_path: Path, elements: dict[str, Any], code: Code) -> None:
    assert refusal_of(save(dataset(PIXELS, **elements), tmp_path / "x.dcm")) is code


def test_video_is_refused_at_the_header(tmp_path: Path) -> None:
    source = dataset(PIXELS.astype(np.uint8))
    source.PixelData = encapsulate([bytes(100)])
    source["PixelData"].is_undefined_length = True
    source.file_meta.TransferSyntaxUID = MPEG2MPML
    assert refusal_of(save(source, tmp_path / "v.dcm")) is Code.UNSUPPORTED


def test_a_damaged_number_of_frames_does_not_make_millions(tmp_path: Path) -> None:
    source = dataset(PIXELS, syntax=RLELossless)
    source.NumberOfFrames = 2**31 - 1
    assert refusal_of(save(source, tmp_path / "m.dcm")) is Code.TRUNCATED


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "emri_small.dcm"])
def test_a_cut_inside_any_element_is_told_from_a_file_without_pixels(tmp_path: Path, name: str) -> None:
    """Only a cut right between two elements leaves what looks like a whole file without pixels."""
    path = Path(str(get_testdata_file(name, download=False)))
    whole = path.read_bytes()
    ends = _ends_of_elements(path)
    cut = tmp_path / "cut.dcm"
    for length in range(133, min(len(whole), 4000), 31):
        if length not in ends:
            cut.write_bytes(whole[:length])
            assert refusal_of(cut) is Code.TRUNCATED, length


def _ends_of_elements(path: Path) -> set[int]:
    """Offsets right behind an element of the data set, as pydicom finds them."""
    elements = pydicom.dcmread(path, stop_before_pixels=True).values()
    return {each.value_tell + each.length for each in elements if isinstance(each, RawDataElement)}


def test_a_header_alone_holds_no_pixels(tmp_path: Path) -> None:
    header = pydicom.dcmread(str(get_testdata_file("CT_small.dcm", download=False)), stop_before_pixels=True)
    header.save_as(tmp_path / "header.dcm")
    assert refusal_of(tmp_path / "header.dcm") is Code.NO_PIXELS


def test_a_truncated_codestream_is_refused_when_read(tmp_path: Path) -> None:
    path = save(dataset(l_values(4).astype(np.uint16), syntax=RLELossless), tmp_path / "x.dcm")
    path.write_bytes(path.read_bytes()[:-300])
    frames = read(opened(path))
    assert isinstance(frames[-1], Refusal)
    assert frames[-1].code is Code.TRUNCATED
    np.testing.assert_array_equal(frames[0], l_values(4)[0])


def test_a_file_that_changed_or_went_after_the_scan(tmp_path: Path) -> None:
    paths = write_series(tmp_path, values=l_values(3))
    (series,) = dicom.group([dicom.read_header(Source(path), POLICY) for path in paths])
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes()[:-50])
    gone, changed, whole = read(series)
    assert isinstance(gone, Refusal)
    assert gone.code is Code.MISSING
    assert isinstance(changed, Refusal)
    assert isinstance(whole, np.ndarray)


@pytest.mark.parametrize("with_meta", [True, False])
def test_without_preamble(tmp_path: Path, with_meta: bool) -> None:
    whole = save(dataset(PIXELS, InstanceNumber=7), tmp_path / "x.dcm").read_bytes()
    start = 132
    if not with_meta:
        start = whole.index(b"\x08\x00\x16\x00UI")
    path = tmp_path / "bare"
    path.write_bytes(whole[start:])
    series = opened(path)
    np.testing.assert_array_equal(read(series)[0], PIXELS)
    assert bool(series.notes) is not with_meta


@pytest.mark.parametrize("syntax", ["1.3.46.670589.33.1.4.1", "1.2.3.4.5"])
def test_private_transfer_syntax_of_plain_pixels(tmp_path: Path, syntax: str) -> None:
    source = dataset(PIXELS)
    source.file_meta.TransferSyntaxUID = syntax
    path = tmp_path / "p.dcm"
    source.save_as(path, implicit_vr=False, little_endian=True)
    series = opened(path)
    np.testing.assert_array_equal(read(series)[0], PIXELS)
    assert series.notes == ("private transfer syntax; read as uncompressed",)


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    dataset(PIXELS).save_as(buffer, enforce_file_format=True)
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("deep/IM1", buffer.getvalue())
    (series,) = dicom.group([dicom.read_header(Source(archive, "deep/IM1"), POLICY)])
    np.testing.assert_array_equal(read(series)[0], PIXELS)


def test_inflating_stops_at_the_limit(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = packer.compress(bytes(10_000_000)) + packer.flush()
    syntax = b"1.2.840.10008.1.2.1.99"
    meta = b"\x02\x00\x10\x00UI" + len(syntax).to_bytes(2, "little") + syntax
    path = tmp_path / "bomb.dcm"
    path.write_bytes(bytes(128) + b"DICM" + meta + bomb)
    with pytest.raises(Refusal) as caught:
        dicom.read_header(Source(path), ReadingPolicy(unpacked_bytes=100_000))
    assert caught.value.code is Code.TOO_LARGE


def test_deeply_nested_sequences_do_not_overflow(tmp_path: Path) -> None:
    opening = b"\x40\x00\x75\xa3SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    whole = save(dataset(PIXELS), tmp_path / "x.dcm").read_bytes()
    at = whole.index(b"\xe0\x7f\x10\x00")
    path = tmp_path / "deep.dcm"
    path.write_bytes(whole[:at] + opening * 5000 + whole[at:])
    assert refusal_of(path) is Code.HEADER


class Panic(BaseException):
    """What a Rust decoder's panic looks like: no subclass of `Exception`."""


@pytest.mark.parametrize("thrown", [Panic("patient name"), ValueError("patient name"), MemoryError()])
def test_whatever_a_decoder_throws_becomes_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thrown: BaseException
) -> None:
    series = opened(save(dataset(PIXELS, syntax=RLELossless), tmp_path / "x.dcm"))

    def fail(*_: object) -> None:
        raise thrown

    monkeypatch.setattr(pixel_frames, "decode_frame", fail)
    (refused,) = read(series)
    assert isinstance(refused, Refusal)
    assert refused.code in (Code.DECODE, Code.TOO_LARGE)
    assert "patient" not in str(refused)


def test_an_interrupt_is_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = opened(save(dataset(PIXELS, syntax=RLELossless), tmp_path / "x.dcm"))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pixel_frames, "decode_frame", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read(series)


def test_a_cancelled_read_closes_its_file(tmp_path: Path) -> None:
    series = opened(save(dataset(l_values(4)), tmp_path / "x.dcm"))
    frames = dicom.read_frames(series, [0, 1], POLICY)
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    (tmp_path / "x.dcm").rename(tmp_path / "moved.dcm")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_damaged_bytes_never_escape_as_anything_but_a_refusal(tmp_path: Path, syntax: str) -> None:
    """Bit flips, cuts and doubled blocks of a small multi-frame file, the same ones in every run."""
    chance = random.Random(syntax)
    source = dataset(l_values(3, 8, 6).astype(np.uint16), syntax=syntax, PatientAge="003Y", WindowCenter=1)
    item = Dataset()
    item.CodeMeaning = "Chest"
    source.AnatomicRegionSequence = [item]
    whole = save(source, tmp_path / "x.dcm").read_bytes()
    path = tmp_path / "damaged.dcm"
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(132, len(content))] = chance.randrange(256)
        start = chance.randrange(132, len(content))
        match chance.randrange(4):
            case 0:
                del content[start:]
            case 1:
                content[start:start] = content[start : start + 40]
            case 2:
                del content[start : start + 8]
        path.write_bytes(content)
        try:
            series = dicom.group([dicom.read_header(Source(path), POLICY)])
        except Refusal:
            continue
        for one in series:
            # A damaged size may ask for far more than there is; what `allocate` would refuse is not read here either.
            if len(one.frames) * one.rows * one.columns < 1_000_000:
                read(one)


def test_quiet_blocks_of_two_threads_leave_the_filters_as_they_were() -> None:
    import warnings

    before = list(warnings.filters)
    one, other = silence_warnings(), silence_warnings()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    warnings.warn("still inside the second block", UserWarning, stacklevel=1)
    other.__exit__(None, None, None)
    assert warnings.filters == before
