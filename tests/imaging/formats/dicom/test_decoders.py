"""JPEG through libjpeg-turbo: every depth and predictor to the bit, colours by their markers, no filler for pixels."""

import io
import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK
from imagecodecs import jpeg8_decode, jpeg8_encode
from numpy.typing import NDArray
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.formats.dicom.pixels.codestream import ends_of_data, jpeg_head
from tests.imaging.phantoms import dataset, save
from tests.reading import allocate, fill, read_volume, scan

SIZE = (37, 53)
NOISE = np.random.default_rng(1)


def smooth(bits: int) -> NDArray[Any]:
    """A slope with a little noise, from 0 to the most that the bits hold."""
    row, column = np.mgrid[: SIZE[0], : SIZE[1]]
    values = (row + column) / (sum(SIZE) - 2) * (2**bits - 1) + NOISE.integers(-2, 3, SIZE)
    return np.clip(values, 0, 2**bits - 1).astype(np.uint8 if bits <= 8 else np.uint16)


def stored(content: bytes, pixels: NDArray[Any], folder: Path, *, process: int = 70, **elements: Any) -> NDArray[Any]:
    """What our reader makes of a codestream in a file whose header describes `pixels`. Raises its `Refusal`."""
    made = dataset(pixels, **elements)
    made.PixelData = encapsulate([content])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = UID(f"1.2.840.10008.1.2.4.{process}")
    (series,) = finish(scan([save(made, folder / "a.dcm")])).series
    return np.asarray(read_volume(series).stored[0, 0])


def code_of(content: bytes, pixels: NDArray[Any], folder: Path, **elements: Any) -> Code | None:
    try:
        stored(content, pixels, folder, **elements)
    except Refusal as refusal:
        return Code(refusal.code.value)
    return None


def by_pillow(pixels: NDArray[Any], **options: Any) -> bytes:
    coded = io.BytesIO()
    Image.fromarray(pixels).save(coded, "jpeg", quality=95, **options)
    return coded.getvalue()


@pytest.mark.parametrize(("bits", "predictor"), [(bits, 1) for bits in range(2, 17)] + [(16, n) for n in range(2, 8)])
def test_lossless_is_the_same_to_the_bit(tmp_path: Path, bits: int, predictor: int) -> None:
    pixels = smooth(bits)
    content = jpeg8_encode(pixels, lossless=True, predictor=predictor, bitspersample=bits)
    found = stored(content, pixels, tmp_path, BitsStored=bits, HighBit=bits - 1)
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_signed_samples_have_their_sign(tmp_path: Path, bits: int) -> None:
    values = smooth(bits).astype(np.int32) - 2 ** (bits - 1)
    coded = (values & 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16)
    content = jpeg8_encode(coded, lossless=True, bitspersample=bits)
    pixels = values.astype(np.int16)
    found = stored(content, pixels, tmp_path, BitsStored=bits, HighBit=bits - 1)
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("bits", [8, 12])
def test_bits_that_are_not_in_use_are_cut_off(tmp_path: Path, bits: int) -> None:
    pixels = smooth(16)
    content = jpeg8_encode(pixels, lossless=True, bitspersample=16)
    found = stored(content, pixels, tmp_path, BitsStored=bits, HighBit=bits - 1)
    np.testing.assert_array_equal(found, pixels & 2**bits - 1)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}], ids=str)
def test_colour_is_what_gdcm_makes_of_it(tmp_path: Path, subsampling: str, options: dict[str, Any]) -> None:
    pixels = np.stack([smooth(8), smooth(8)[::-1], smooth(8)[:, ::-1]], axis=-1)
    content = by_pillow(pixels, subsampling=subsampling, **options)
    process = 55 if "progressive" in options else 50
    found = stored(content, pixels, tmp_path, process=process, PhotometricInterpretation="YBR_FULL")
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "a.dcm"), imageIO="GDCMImageIO"))
    apart = np.abs(found.astype(int) - theirs[0])
    # To the bit in every real file; here the last digit of the conversion to RGB shows now and then.
    assert apart.max() <= 1
    assert apart.mean() <= 0.01


def test_twelve_bits_are_what_gdcm_makes_of_them(tmp_path: Path) -> None:
    pixels = smooth(12)
    found = stored(jpeg8_encode(pixels, level=90), pixels, tmp_path, process=51, BitsStored=12, HighBit=11)
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "a.dcm"), imageIO="GDCMImageIO"))
    np.testing.assert_array_equal(found, theirs[0])
    assert np.abs(found.astype(int) - pixels).max() <= 40


RED = np.full((16, 16, 3), (200, 60, 30), np.uint8)
# The numbers of RED, had they been luminance and chrominance.
GREEN = (63, 255, 80)
JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"
MARKERS = {"": b"", "JFIF": JFIF, "Adobe 0": ADOBE + b"\0", "Adobe 1": ADOBE + b"\1", "short": b"\xff\xee\0\x07Adobe"}


def red(marker: bytes, identifiers: bytes, *, lossless: bool) -> bytes:
    """RED with its components as they are, under any marker and identifiers."""
    content = bytes(jpeg8_encode(RED, level=100, colorspace="RGB", outcolorspace="RGB", lossless=lossless))
    head = jpeg_head(content)
    assert head is not None
    assert head.components == b"RGB"
    tables = bytearray(content)
    (scan_at,) = [at for at in range(head.end, len(content)) if content[at : at + 2] == b"\xff\xda"]
    for number, identifier in enumerate(identifiers):
        tables[head.end - 9 + 3 * number] = tables[scan_at + 5 + 2 * number] = identifier
    # Behind its first marker and Adobe's, which the encoder wrote.
    assert content[2:4] == b"\xff\xee"
    return content[:2] + marker + bytes(tables[4 + int.from_bytes(content[4:6], "big") :])


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize(
    ("identifiers", "marker", "photometric"),
    [*itertools.product((b"\1\2\3", b"\0\1\2", b"RGB", b"rgb"), MARKERS, ("RGB", "YBR_FULL", "YBR_FULL_422"))],
)
def test_a_codestream_says_itself_what_its_colours_are(
    tmp_path: Path, identifiers: bytes, marker: str, photometric: str, lossless: bool
) -> None:
    """By its identifiers, JFIF's marker, Adobe's marker, in this order; the file's header only where it has none."""
    if identifiers in (b"RGB", b"rgb"):
        is_red = True
    elif marker in ("JFIF", "Adobe 0", "Adobe 1"):
        is_red = marker == "Adobe 0"
    else:
        is_red = photometric == "RGB"
    content = red(MARKERS[marker], identifiers, lossless=lossless)
    process = 70 if lossless else 50
    found = stored(content, RED, tmp_path, process=process, PhotometricInterpretation=photometric)
    assert np.abs(found[8, 8].astype(int) - (tuple(RED[0, 0]) if is_red else GREEN)).max() <= 1


def real(name: str) -> tuple[bytes, NDArray[Any], dict[str, Any]]:
    """The first codestream of a real file, an array of its kind, and the elements that describe it."""
    read = pydicom.dcmread(str(get_testdata_file(name, download=False)))
    elements = {key: read[key].value for key in ("BitsStored", "HighBit", "PhotometricInterpretation")}
    shape = (read.Rows, read.Columns, 3)[: 2 if read.SamplesPerPixel == 1 else 3]
    content = next(generate_frames(read.PixelData, number_of_frames=int(read.get("NumberOfFrames", 1))))
    return content, np.zeros(shape, f"u{read.BitsAllocated // 8}"), elements


REAL = ("JPEG-lossy.dcm", "JPGExtended.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_gdcm.dcm", "JPEG-LL.dcm")
GRADIENT = np.stack([smooth(8)] * 3, axis=-1)
WHOLE: dict[str, Callable[[], tuple[bytes, NDArray[Any], dict[str, Any]]]] = {
    **{name: partial(real, name) for name in REAL},
    "progressive": lambda: (by_pillow(smooth(8), progressive=True), smooth(8), {}),
    "restarts": lambda: (by_pillow(smooth(8), restart_marker_blocks=2), smooth(8), {}),
    "restarts, 4:2:0": lambda: (by_pillow(GRADIENT, subsampling="4:2:0", restart_marker_rows=1), GRADIENT, {}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_missing_samples_are_never_shown_as_grey(tmp_path: Path, name: str) -> None:
    """Of each stretch of coded samples the last half is cut away; libjpeg-turbo decodes what is left without a word."""
    content, pixels, elements = WHOLE[name]()
    assert code_of(content, pixels, tmp_path, process=51, **elements) is None
    head = jpeg_head(content)
    assert head is not None
    ends = list(ends_of_data(content, head.end))
    assert (len(ends) > 1) is (name in ("progressive", "restarts", "restarts, 4:2:0"))
    for end in {ends[0], ends[len(ends) // 2], ends[-1]}:
        start = max([0, *(other for other in ends if other < end)], key=int) or content.index(b"\xff\xda")
        cut = content[: (start + end) // 2].rstrip(b"\xff") + content[end:]
        assert jpeg8_decode(cut).shape == pixels.shape
        assert code_of(cut, pixels, tmp_path, process=51, **elements) is Code.DECODE


@pytest.mark.parametrize("stray", [b"\xff\xff", b"\0\0", b"\1\2\3"])
def test_what_stands_behind_whole_samples_does_no_harm(tmp_path: Path, stray: bytes) -> None:
    """Fill bytes and padding before the end marker, and behind it."""
    pixels = smooth(8)
    content = bytes(jpeg8_encode(pixels, lossless=True))
    for changed in (content[:-2] + stray + content[-2:], content + stray):
        np.testing.assert_array_equal(stored(changed, pixels, tmp_path), pixels)


def test_a_second_head_behind_what_means_nothing_is_not_decoded(tmp_path: Path) -> None:
    """A decoder skips 0xFF00 and finds the head behind it, of a picture larger than the header of the file says."""
    large = by_pillow(np.zeros((1000, 1000), np.uint8), progressive=True)
    pixels = smooth(8)
    small = by_pillow(pixels)
    content = small[:2] + b"\xff\0" + len(large).to_bytes(2, "big") + large[2:] + small[2:]
    assert jpeg8_decode(content).shape == (1000, 1000)
    assert code_of(content, pixels, tmp_path, process=50) is Code.DECODE


def test_a_codestream_of_other_pixels_than_the_header_promises_is_refused(tmp_path: Path) -> None:
    grey, colour = smooth(8), np.stack([smooth(8)] * 3, axis=-1)
    for content, pixels in ((by_pillow(grey[:, :-1]), grey), (by_pillow(grey), colour), (by_pillow(colour), grey)):
        assert code_of(content, pixels, tmp_path, process=50) is Code.HEADER
    assert code_of(jpeg8_encode(smooth(12)), grey, tmp_path, process=51) is Code.HEADER, "12 bits do not go into 8"
    ybr = {"colorspace": "YCBCR", "outcolorspace": "YCBCR"}
    deep = bytes(jpeg8_encode(np.stack([smooth(12)] * 3, -1), lossless=True, bitspersample=12, **ybr))
    kinds = {"PhotometricInterpretation": "YBR_FULL", "BitsStored": 12, "HighBit": 11}
    assert code_of(deep, np.stack([smooth(12)] * 3, -1), tmp_path, **kinds) is Code.UNSUPPORTED


def test_frames_are_each_their_own(tmp_path: Path) -> None:
    pixels = np.stack([smooth(12), smooth(12)[::-1], smooth(12)[:, ::-1]])
    made = dataset(pixels, BitsStored=12, HighBit=11)
    contents = [bytes(jpeg8_encode(frame, lossless=True, bitspersample=12)) for frame in pixels]
    contents[1] = contents[1][: len(contents[1]) // 2] + b"\xff\xd9"
    made.PixelData = encapsulate(contents)
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.57")
    (series,) = finish(scan([save(made, tmp_path / "a.dcm")])).series
    volume = allocate(series)
    skipped = finish(fill(volume))
    assert [row.code.value for row in skipped] == [Code.DECODE.value]
    np.testing.assert_array_equal(volume.stored[0, [0, 2]], pixels[[0, 2]])
