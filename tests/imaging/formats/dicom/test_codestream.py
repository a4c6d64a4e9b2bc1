"""Codestreams before their decoder: size and end by their own markers; and JPEG of every process from real encoders."""

import io
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.formats.dicom.pixels.codestream import check_codestream, picture_size
from imaging.volume.series import Series
from tests.imaging.phantoms import dataset, save
from tests.reading import read_volume, scan

REAL = {
    "JPEG2000.dcm": (1024, 256),
    "MR_small_jp2klossless.dcm": (64, 64),
    "GDCMJ2K_TextGBR.dcm": (400, 400),
    "MR_small_jpeg_ls_lossless.dcm": (64, 64),
    "JPEG-lossy.dcm": (1024, 256),
    "SC_rgb_jpeg_gdcm.dcm": (100, 100),
    "MR_small_RLE.dcm": None,
}
SMOOTH = (np.add.outer(np.arange(48), np.arange(40)) * 20 + 200).astype(np.uint16)


def first_codestream(name: str) -> bytes:
    import pydicom

    read = pydicom.dcmread(str(get_testdata_file(name, download=False)))
    return next(generate_frames(read.PixelData, number_of_frames=1))


def code_of(content: bytes, rows: int, columns: int) -> Code | None:
    try:
        check_codestream(content, rows, columns)
    except Refusal as refusal:
        return Code(refusal.code.value)
    return None


def opened(path: Path) -> Series:
    (series,) = finish(scan([path])).series
    return series


@pytest.mark.parametrize(("name", "size"), REAL.items())
def test_size_by_the_markers(name: str, size: tuple[int, int] | None) -> None:
    content = first_codestream(name)
    assert picture_size(content) == size
    assert code_of(content, *(size or (1, 1))) is None


@pytest.mark.parametrize("name", [name for name, size in REAL.items() if size])
def test_a_stream_without_its_end_is_not_given_to_a_decoder(name: str) -> None:
    content = first_codestream(name)
    size = REAL[name]
    assert size is not None
    assert code_of(content[: len(content) * 2 // 3], *size) is Code.TRUNCATED
    assert code_of(content[:12], *size) is Code.TRUNCATED
    assert code_of(content, size[0] - 1, size[1]) is Code.DECODE


@pytest.mark.parametrize("content", [b"", b"\0" * 64, b"\xff\xd8", b"\xff\xd8\xff\xff\xff", b"\xff\x4f\xff\x51", b"ab"])
def test_what_has_no_size_raises_nothing_else(content: bytes) -> None:
    assert code_of(content, 10, 10) in (None, Code.TRUNCATED)


def test_a_codestream_of_32_bytes_is_refused_at_once(tmp_path: Path) -> None:
    """JPEG 2000 with a header alone, of a picture of terabytes: decoders hang over it."""
    siz = struct.pack(">HHIIIIIIIIH", 41, 0, 2**31, 2**31, 0, 0, 1, 1, 0, 0, 1)
    made = dataset(SMOOTH)
    made.PixelData = encapsulate([b"\xff\x4f\xff\x51" + siz[:24] + b"\xff\xd9\0\0"])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.90")
    with pytest.raises(Refusal) as caught:
        read_volume(opened(save(made, tmp_path / "a.dcm")))
    assert caught.value.code in (Code.DECODE, Code.TRUNCATED)


def test_twelve_bits_with_odd_scan_parameters_are_read() -> None:
    """pydicom's own file of process 4, which its decoders refuse."""
    series = opened(Path(str(get_testdata_file("JPEG-lossy.dcm", download=False))))
    stored = read_volume(series).stored
    assert stored.dtype == np.uint16
    assert int(stored.max()) == 264


@pytest.mark.parametrize("number", [52, 53, 54, 55, 56])
def test_retired_lossy_processes_are_read(tmp_path: Path, number: int) -> None:
    """A JPEG says itself how it is coded: here progressively."""
    grey = (SMOOTH // 8).astype(np.uint8)
    coded = io.BytesIO()
    Image.fromarray(grey).save(coded, "jpeg", quality=95, progressive=True)
    made = dataset(grey)
    made.PixelData = encapsulate([coded.getvalue()])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = UID(f"1.2.840.10008.1.2.4.{number}")
    stored = read_volume(opened(save(made, tmp_path / "a.dcm"))).stored[0, 0]
    assert np.abs(stored.astype(int) - grey).max() <= 4


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="DCMTK is not on this machine")
@pytest.mark.parametrize(
    ("option", "syntax", "apart"),
    [("+el", 57, 0), ("+e1", 70, 0), ("+ee", 51, 12), ("+es", 53, 12), ("+ep", 55, 12)],
)
def test_dcmtks_own_files_of_each_process(tmp_path: Path, option: str, syntax: int, apart: int) -> None:
    # From the least to the most that 12 bits hold, or DCMTK would shift and stretch them.
    values = np.clip((SMOOTH - 200.0) * (4095 / 1720), 0, 4095).astype(np.uint16)
    made = dataset(values, BitsStored=12, HighBit=11, StudyID="1")
    plain = save(made, tmp_path / "plain.dcm", enforce_file_format=True)
    subprocess.run(["dcmcjpeg", option, plain, tmp_path / "coded.dcm"], check=True, capture_output=True)
    series = opened(tmp_path / "coded.dcm")
    layout: Any = series.frames[0].layout
    assert layout.file_syntax == f"1.2.840.10008.1.2.4.{syntax}"
    stored = read_volume(series).stored[0, 0]
    assert np.abs(stored.astype(int) - values).max() <= apart
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "coded.dcm"), imageIO="GDCMImageIO"))
    np.testing.assert_array_equal(theirs[0], stored, "GDCM agrees to the bit")
