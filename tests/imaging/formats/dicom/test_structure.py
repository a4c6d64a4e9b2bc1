"""Bytes before claims: VRs that are none, packed samples, offset tables that lie, and headers that never end."""

import struct
import tracemalloc
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imagecodecs import jpeg2k_encode, jpegls_encode
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom import reader as dicom
from imaging.formats.dicom.dataset.structure import FEW_ELEMENTS, MOST_ELEMENTS, MOST_ITEMS, LongHeader
from imaging.formats.dicom.header import read_open_header
from imaging.identify import identify_in_process
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import dataset, enhanced, save
from tests.reading import POLICY

PIXELS = np.arange(600, dtype=np.uint16).reshape(20, 30)


def opened(path: Path) -> Series:
    (series,) = dicom.group([dicom.read_header(Source(path), POLICY)])
    return series


def pixels_of(series: Series) -> list[Any]:
    return [pixels for _, pixels in dicom.read_frames(series, range(len(series.frames)), POLICY)]


def element(tag: int, vr: bytes, value: bytes, *, form: str) -> bytes:
    """An explicit little endian element whose length is `short`, `long`, or `bare` (no VR at all)."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if form == "bare":
        return head + struct.pack("<I", len(value)) + value
    length = struct.pack("<H", len(value)) if form == "short" else b"\0\0" + struct.pack("<I", len(value))
    return head + vr + length + value


# --- VRs ---

ODD = [(vr, "short") for vr in (b"??", b"  ", b"\0\0", b"ox", b"\xff\xfe", b"-1", b"ZZ")]
ODD += [(b"OX", "long"), (b"ZZ", "long"), (b"OB", "short"), (b"UN", "short"), (b"", "bare")]


@pytest.mark.parametrize(("vr", "form"), ODD)
@pytest.mark.parametrize("value", [b"abcd", b"", b"x" * 200])
@pytest.mark.parametrize("count", [1, 3])
def test_an_element_with_a_vr_that_is_none_is_stepped_over(
    tmp_path: Path, vr: bytes, form: str, value: bytes, count: int
) -> None:
    whole = save(dataset(PIXELS, InstanceNumber=7), tmp_path / "x.dcm").read_bytes()
    at = whole.index(b"\x28\0\x10\0US")
    odd = b"".join(element(0x00211001 + number, vr, value, form=form) for number in range(count))
    path = tmp_path / "odd.dcm"
    path.write_bytes(whole[:at] + odd + whole[at:])
    series = opened(path)
    np.testing.assert_array_equal(pixels_of(series)[0], PIXELS)
    assert series.notes == ()


@pytest.mark.parametrize("vr", [b"??", b"  ", b"\0\0", b"OB", b"UN"])
def test_what_such_an_element_holds_is_read_by_the_dictionary(tmp_path: Path, vr: bytes) -> None:
    frames = np.stack([PIXELS, PIXELS + 1])
    whole = save(dataset(frames), tmp_path / "x.dcm").read_bytes()
    at = whole.index(b"\x28\0\x08\0IS\x02\0")
    path = tmp_path / "odd.dcm"
    path.write_bytes(whole[: at + 4] + vr + whole[at + 6 :])
    np.testing.assert_array_equal(pixels_of(opened(path)), frames)


@pytest.mark.parametrize("vr", [b"??", b"  ", b"\0\0", b"OX"])
def test_the_pixels_may_have_such_a_vr_themselves(tmp_path: Path, vr: bytes) -> None:
    whole = save(dataset(PIXELS), tmp_path / "x.dcm").read_bytes()
    at = whole.index(b"\xe0\x7f\x10\0OW")
    path = tmp_path / "odd.dcm"
    path.write_bytes(whole[: at + 4] + vr + whole[at + 6 :])
    np.testing.assert_array_equal(pixels_of(opened(path))[0], PIXELS)


@pytest.mark.parametrize("vr", [b"??", b"OX"])
def test_a_vr_that_is_none_inside_a_sequence(tmp_path: Path, vr: bytes) -> None:
    made = enhanced(np.stack([PIXELS] * 2), positions=[(0, 0, 0), (0, 0, 3)])
    whole = save(made, tmp_path / "x.dcm").read_bytes()
    # The thickness, in the measures that all frames share.
    at = whole.index(b"\x18\0\x50\0DS\x04\x002.0 ")
    odd = vr + (b"\x04\0" if vr == b"??" else b"\0\0\x04\0\0\0")
    grown = len(odd) - 4
    path = tmp_path / "odd.dcm"
    path.write_bytes(_grow(whole[:at], grown) + whole[at : at + 4] + odd + whole[at + 8 :])
    series = opened(path)
    assert series.spacing == (3.0, 1.0, 1.0)
    assert series.frames[1].position == (0.0, 0.0, 3.0)


def _grow(head: bytes, count: int) -> bytes:
    """The bytes in front of a place with the lengths of the sequences and items around it grown."""
    if not count:
        return head
    content = bytearray(head)
    for mark in (b"\x00\x52\x29\x92SQ\0\0", b"\x28\0\x10\x91SQ\0\0"):
        at = content.index(mark) + len(mark)
        for place in (at, at + 8):
            (length,) = struct.unpack_from("<I", content, place)
            struct.pack_into("<I", content, place, length + count)
    return bytes(content)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_two_bytes_for_a_vr_leave_the_picture_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """An element that nobody wants, in front of those that are."""
    folder = tmp_path_factory.mktemp("vr")
    vr = data.draw(st.binary(min_size=2, max_size=2))
    whole = save(dataset(PIXELS), folder / "x.dcm").read_bytes()
    at = whole.index(b"\x28\0\x10\0US")
    value = data.draw(st.sampled_from([b"12", b"abcdef"]))
    content = whole[:at] + element(0x00211001, vr, value, form="short") + whole[at:]
    (folder / "odd.dcm").write_bytes(content)
    np.testing.assert_array_equal(pixels_of(opened(folder / "odd.dcm"))[0], PIXELS)


# --- samples of 12 bits ---


def packed(samples: np.ndarray) -> bytes:
    """Two samples in three bytes, the lowest bits first."""
    values = [int(value) & 0xFFF for value in samples.ravel()]
    number = sum(value << (12 * index) for index, value in enumerate(values))
    content = number.to_bytes((12 * len(values) + 7) // 8, "little")
    return content + bytes(len(content) % 2)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("shape", [(1, 4, 6), (3, 3, 5), (2, 1, 1)])
def test_twelve_bits_without_a_gap(tmp_path: Path, signed: bool, shape: tuple[int, int, int]) -> None:
    """Frames of an odd number of samples begin in the midst of a byte."""
    values = np.random.default_rng(1).integers(-2048 if signed else 0, 2048 if signed else 4096, shape)
    made = dataset(
        values.astype(np.int16), BitsAllocated=12, BitsStored=12, HighBit=11, PixelRepresentation=int(signed)
    )
    made.PixelData = packed(values)
    (series,) = dicom.group([dicom.read_header(Source(save(made, tmp_path / "p.dcm")), POLICY)])
    np.testing.assert_array_equal(np.squeeze(pixels_of(series)), np.squeeze(values))
    assert series.dtype == ("int16" if signed else "uint16")


def test_twelve_bits_that_take_sixteen_are_said(tmp_path: Path) -> None:
    series = opened(save(dataset(PIXELS, BitsAllocated=12, BitsStored=12, HighBit=11), tmp_path / "p.dcm"))
    np.testing.assert_array_equal(pixels_of(series)[0], PIXELS)
    assert series.notes == ("the header says 12 bits for each pixel, but they take 16",)


# --- encapsulated pixels ---

FRAMES = [np.full((8, 8), number, np.uint8) for number in range(5)]


ENCODERS: dict[str, Any] = {
    JPEG2000Lossless: lambda pixels: jpeg2k_encode(pixels, level=0, reversible=True, codecformat="j2k"),
    JPEGLSLossless: jpegls_encode,
    RLELossless: lambda pixels: struct.pack("<16I", 1, 64, *[0] * 14) + _runs(pixels.tobytes()),
}


def _runs(content: bytes) -> bytes:
    """PackBits of literal runs alone (PS3.5 G.3)."""
    parts = [content[at : at + 128] for at in range(0, len(content), 128)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts)


def fragments(syntax: str, cut: int) -> list[list[bytes]]:
    """The codestream of each of `FRAMES` in so many fragments of even length."""
    found = []
    for pixels in FRAMES:
        content = ENCODERS[syntax](pixels)
        content += bytes(len(content) % 2)
        ends = [len(content) * number // cut // 2 * 2 for number in range(cut + 1)]
        found.append([content[start:end] for start, end in pairwise(ends)])
    return found


def encapsulated(frames: list[list[bytes]], table: list[int] | None) -> bytes:
    offsets = b"" if table is None else struct.pack(f"<{len(table)}I", *table)
    items = [offsets, *(part for parts in frames for part in parts)]
    return b"".join(b"\xfe\xff\0\xe0" + struct.pack("<I", len(item)) + item for item in items)


def offsets_of(frames: list[list[bytes]]) -> list[int]:
    found, at = [], 0
    for parts in frames:
        found.append(at)
        at += sum(8 + len(part) for part in parts)
    return found


def write(path: Path, frames: list[list[bytes]], table: list[int] | None, syntax: str, **elements: Any) -> Path:
    made = dataset(np.stack(FRAMES), **elements)
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulated(frames, table)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    return save(made, path)


TABLES: dict[str, Any] = {
    "right": lambda offsets: offsets,
    "none": lambda offsets: None,
    "all zero": lambda offsets: [0] * len(offsets),
    "from the file's start": lambda offsets: [1734 + offset for offset in offsets],
    "from behind the first item's head": lambda offsets: [offset + 8 for offset in offsets],
    "of other fragments": lambda offsets: [offset + 2 * number for number, offset in enumerate(offsets)],
    "backwards": lambda offsets: offsets[::-1],
    "too short": lambda offsets: offsets[:-1],
    "lengths instead": lambda offsets: [300] * len(offsets),
    "beyond the file": lambda offsets: [2**31 + offset * 1000 for offset in offsets],
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize(
    ("syntax", "cut"), [(JPEG2000Lossless, 1), (JPEG2000Lossless, 3), (JPEGLSLossless, 2), (RLELossless, 1)]
)
def test_an_offset_table_counts_only_where_it_fits_the_fragments(
    tmp_path: Path, kind: str, syntax: str, cut: int
) -> None:
    frames = fragments(syntax, cut)
    path = write(tmp_path / "x.dcm", frames, TABLES[kind](offsets_of(frames)), syntax)
    series = opened(path)
    np.testing.assert_array_equal(pixels_of(series), FRAMES)


@pytest.mark.parametrize("kind", ["right", "all zero", "from the file's start"])
def test_the_same_of_an_extended_table(tmp_path: Path, kind: str) -> None:
    frames = fragments(JPEG2000Lossless, 2)
    table = struct.pack("<5Q", *TABLES[kind](offsets_of(frames)))
    elements = {"ExtendedOffsetTable": table, "ExtendedOffsetTableLengths": bytes(40)}
    series = opened(write(tmp_path / "x.dcm", frames, None, JPEG2000Lossless, **elements))
    np.testing.assert_array_equal(pixels_of(series), FRAMES)


def test_a_file_that_was_cut_loses_its_last_frames_alone(tmp_path: Path) -> None:
    frames = fragments(JPEG2000Lossless, 2)
    path = write(tmp_path / "x.dcm", frames, offsets_of(frames), JPEG2000Lossless)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(frames[3][0]) + 10])
    found = pixels_of(opened(path))
    np.testing.assert_array_equal(found[:3], FRAMES[:3])
    assert [one.code for one in found[3:]] == [Code.TRUNCATED] * 2


CLAIMS = [ExplicitVRLittleEndian, "", "1.2.3.4.5"]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("syntax", ENCODERS)
@pytest.mark.parametrize("is_length_stated", [False, True])
def test_pixels_are_what_their_bytes_say_not_what_the_header_calls_them(
    tmp_path: Path, claim: str, syntax: str, is_length_stated: bool
) -> None:
    path = write(tmp_path / "x.dcm", fragments(syntax, 1), None, syntax)
    content = path.read_bytes()
    if is_length_stated:
        at = content.index(b"\xe0\x7f\x10\0OB\0\0") + 8
        content = content[:at] + struct.pack("<I", len(content) - at - 4) + content[at + 4 :]
    path.write_bytes(content.replace(_named(syntax), _named(claim)))
    series = opened(path)
    np.testing.assert_array_equal(pixels_of(series), FRAMES)
    assert any("which the header does not say" in note for note in series.notes)


def _named(syntax: str) -> bytes:
    """The element of the transfer syntax."""
    value = syntax.encode() + bytes(len(syntax) % 2)
    return b"\x02\0\x10\0UI" + struct.pack("<H", len(value)) + value


def test_a_codestream_of_another_compression_than_the_header_s(tmp_path: Path) -> None:
    series = opened(write(tmp_path / "x.dcm", fragments(JPEGLSLossless, 1), None, JPEG2000Lossless))
    np.testing.assert_array_equal(pixels_of(series), FRAMES)


def test_fragments_of_plain_bytes_under_a_plain_syntax(tmp_path: Path) -> None:
    path = write(tmp_path / "x.dcm", [[one.tobytes()] for one in FRAMES], None, JPEG2000Lossless)
    path.write_bytes(path.read_bytes().replace(_named(JPEG2000Lossless), _named(ExplicitVRLittleEndian)))
    series = opened(path)
    np.testing.assert_array_equal(pixels_of(series), FRAMES)


def test_what_is_compressed_in_no_way_known_here_is_refused_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "x.dcm", [[b"\0\0\1\xb3" + bytes(20)]] * 5, None, "1.2.840.10008.1.2.4.100")
    with pytest.raises(Refusal, match="no decoder") as caught:
        dicom.read_header(Source(path), POLICY)
    assert caught.value.code is Code.UNSUPPORTED


# --- headers that never end ---


def bomb(kind: str, count: int) -> bytes:
    """A file whose header holds so many elements or items, with pixels behind."""
    made = dataset(PIXELS)
    stream = BytesIO()
    made.save_as(stream)
    whole = stream.getvalue()
    item = b"\xfe\xff\0\xe0" + bytes(4)
    head = b"\x00\x52\x30\x92SQ\0\0"
    end = b"\xfe\xff\xdd\xe0" + bytes(4)
    if kind == "empty items":
        inside = head + b"\xff" * 4 + item * count + end
    elif kind == "elements of an item":
        elements = b"".join(struct.pack("<HH2sH", 9 + 2 * (n >> 16), n & 0xFFFF, b"LO", 0) for n in range(count))
        inside = head + b"\xff" * 4 + b"\xfe\xff\0\xe0" + struct.pack("<I", len(elements)) + elements + end
    else:
        inside = b"".join(struct.pack("<HH2sH", 0x41 + 2 * (n >> 16), n & 0xFFFF, b"LO", 0) for n in range(count))
    at = whole.index(b"\xe0\x7f\x10\0")
    return whole[:at] + inside + whole[at:]


BOMBS = ["empty items", "elements of an item", "elements"]


@pytest.mark.parametrize("kind", BOMBS)
def test_a_header_of_millions_of_elements_is_counted_before_it_is_parsed(kind: str) -> None:
    content = bomb(kind, MOST_ELEMENTS + 2)
    tracemalloc.start()
    with pytest.raises(LongHeader) as caught:
        read_open_header(Source(Path("bomb.dcm")), BytesIO(content), POLICY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code is Code.HEADER
    assert str(MOST_ITEMS if "items" in kind else MOST_ELEMENTS) in caught.value.message
    assert most < 64 * 2**20


@pytest.mark.parametrize("kind", BOMBS[:2])
def test_a_long_header_is_for_a_child(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "long.dcm"
    path.write_bytes(bomb(kind, FEW_ELEMENTS + 1))
    assert identify_in_process(Source(path), POLICY) is None
    np.testing.assert_array_equal(pixels_of(opened(path))[0], PIXELS)
