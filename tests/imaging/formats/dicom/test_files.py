"""Every file of pydicom's own test files and of pydicom-data: what it opens as, or the code it is refused with.

Pixels are compared with pydicom's own decoding, which goes another way through header, bits and colour, or with GDCM's.
"""

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.pixels.processing import apply_color_lut, apply_rescale
from pydicom.uid import JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom import reader as dicom
from imaging.volume.series import Rescale, Series, Source
from imaging.volume.volume import modality_values
from tests.imaging.dicom_files import all_files, find, folders
from tests.reading import POLICY

# name: (frames, rows, columns, channels, dtype)
OPENED = {
    "693_J2KI.dcm": (1, 512, 512, 1, "int16"),
    "693_J2KR.dcm": (1, 512, 512, 1, "int16"),
    "693_UNCI.dcm": (1, 512, 512, 1, "int16"),
    "693_UNCR.dcm": (1, 512, 512, 1, "int16"),
    "CT_small.dcm": (1, 128, 128, 1, "int16"),
    "ExplVR_BigEnd.dcm": (1, 60, 80, 3, "uint8"),
    "GDCMJ2K_TextGBR.dcm": (1, 400, 400, 3, "uint8"),
    "J2K_pixelrep_mismatch.dcm": (1, 512, 512, 1, "int16"),
    "JPEG-LL.dcm": (1, 1024, 256, 1, "int16"),
    "JPEG-lossy.dcm": (1, 1024, 256, 1, "uint16"),
    "JPEG2000-embedded-sequence-delimiter.dcm": (1, 1024, 256, 1, "int16"),
    "JPEG2000.dcm": (1, 1024, 256, 1, "int16"),
    "JPEG2000_UNC.dcm": (1, 1024, 256, 1, "int16"),
    "JPEGLSNearLossless_08.dcm": (1, 45, 10, 1, "uint8"),
    "JPEGLSNearLossless_16.dcm": (1, 50, 10, 1, "uint16"),
    "JPGExtended.dcm": (1, 1024, 256, 1, "uint16"),
    "JPGLosslessP14SV1_1s_1f_8b.dcm": (1, 768, 1024, 1, "uint8"),
    "MR-SIEMENS-DICOM-WithOverlays.dcm": (1, 484, 484, 1, "uint16"),
    "MR2_J2KI.dcm": (1, 1024, 1024, 1, "uint16"),
    "MR2_J2KR.dcm": (1, 1024, 1024, 1, "uint16"),
    "MR2_UNCI.dcm": (1, 1024, 1024, 1, "uint16"),
    "MR2_UNCR.dcm": (1, 1024, 1024, 1, "uint16"),
    "MR_small.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_RLE.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_bigendian.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_expb.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_implicit.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_jp2klossless.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_jpeg_ls_lossless.dcm": (1, 64, 64, 1, "int16"),
    "MR_small_padded.dcm": (1, 64, 64, 1, "int16"),
    "OBXXXX1A.dcm": (1, 600, 800, 3, "uint8"),
    "OBXXXX1A_2frame.dcm": (2, 600, 800, 3, "uint8"),
    "OBXXXX1A_expb.dcm": (1, 600, 800, 3, "uint8"),
    "OBXXXX1A_expb_2frame.dcm": (2, 600, 800, 3, "uint8"),
    "OBXXXX1A_rle.dcm": (1, 600, 800, 3, "uint8"),
    "OBXXXX1A_rle_2frame.dcm": (2, 600, 800, 3, "uint8"),
    "OT-PAL-8-face.dcm": (1, 480, 640, 3, "uint8"),
    "RG1_J2KI.dcm": (1, 1955, 1841, 1, "uint16"),
    "RG1_J2KR.dcm": (1, 1955, 1841, 1, "uint16"),
    "RG1_UNCI.dcm": (1, 1955, 1841, 1, "uint16"),
    "RG1_UNCR.dcm": (1, 1955, 1841, 1, "uint16"),
    "RG3_J2KI.dcm": (1, 1760, 1760, 1, "uint16"),
    "RG3_J2KR.dcm": (1, 1760, 1760, 1, "uint16"),
    "RG3_UNCI.dcm": (1, 1760, 1760, 1, "uint16"),
    "RG3_UNCR.dcm": (1, 1760, 1760, 1, "uint16"),
    "SC_jpeg_no_color_transform.dcm": (1, 256, 256, 3, "uint8"),
    "SC_jpeg_no_color_transform_2.dcm": (1, 256, 256, 3, "uint8"),
    "SC_rgb.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_16bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_16bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_32bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_32bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cr.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cy+n1.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cy+n2.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cy+np.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cy+s2.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_+eb+cy+s4.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcr_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcyn1_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcyn2_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcynp_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcys2_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_dcmtk_ebcys4_dcmd.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_expb.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_expb_16bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_expb_16bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_expb_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_expb_32bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_expb_32bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_gdcm2k_uncompressed.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_gdcm_KY.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_jls_lossy_line.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_jls_lossy_sample.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_jpeg.dcm": (1, 256, 256, 3, "uint8"),
    "SC_rgb_jpeg_app14_dcmd.dcm": (1, 256, 256, 3, "uint8"),
    "SC_rgb_jpeg_dcmd.dcm": (1, 256, 256, 3, "uint8"),
    "SC_rgb_jpeg_dcmtk.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_jpeg_gdcm.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_jpeg_lossy_gdcm.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_rle.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_rle_16bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_rle_16bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_rle_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_rle_32bit.dcm": (1, 100, 100, 3, "uint8"),
    "SC_rgb_rle_32bit_2frame.dcm": (2, 100, 100, 3, "uint8"),
    "SC_rgb_small_odd.dcm": (1, 3, 3, 3, "uint8"),
    "SC_rgb_small_odd_big_endian.dcm": (1, 3, 3, 3, "uint8"),
    "SC_rgb_small_odd_jpeg.dcm": (1, 3, 3, 3, "uint8"),
    "SC_ybr_full_422_uncompressed.dcm": (1, 100, 100, 3, "uint8"),
    "SC_ybr_full_uncompressed.dcm": (1, 100, 100, 3, "uint8"),
    "US1_J2KI.dcm": (1, 480, 640, 3, "uint8"),
    "US1_J2KR.dcm": (1, 480, 640, 3, "uint8"),
    "US1_UNCI.dcm": (1, 480, 640, 3, "uint8"),
    "US1_UNCR.dcm": (1, 480, 640, 3, "uint8"),
    "badVR.dcm": (15, 10, 10, 1, "uint32"),
    "bad_sequence.dcm": (1, 512, 512, 1, "uint16"),
    "color-pl.dcm": (1, 120, 256, 3, "uint8"),
    "color-px.dcm": (1, 120, 256, 3, "uint8"),
    "color3d_jpeg_baseline.dcm": (120, 480, 640, 3, "uint8"),
    "eCT_Supplemental.dcm": (2, 512, 512, 1, "uint16"),
    "emri_small.dcm": (10, 64, 64, 1, "uint16"),
    "emri_small_RLE.dcm": (10, 64, 64, 1, "uint16"),
    "emri_small_big_endian.dcm": (10, 64, 64, 1, "uint16"),
    "emri_small_jpeg_2k_lossless.dcm": (10, 64, 64, 1, "uint16"),
    "emri_small_jpeg_2k_lossless_too_short.dcm": (10, 64, 64, 1, "uint16"),
    "emri_small_jpeg_ls_lossless.dcm": (10, 64, 64, 1, "uint16"),
    "examples_jpeg2k.dcm": (1, 480, 640, 3, "uint8"),
    "examples_overlay.dcm": (1, 300, 484, 1, "uint16"),
    "examples_palette.dcm": (1, 350, 800, 3, "uint8"),
    "examples_rgb_color.dcm": (1, 240, 320, 3, "uint8"),
    "examples_ybr_color.dcm": (30, 240, 320, 3, "uint8"),
    "explicit_VR-UN.dcm": (1, 512, 512, 1, "int16"),
    "gdcm-US-ALOKA-16.dcm": (1, 480, 640, 3, "uint8"),
    "gdcm-US-ALOKA-16_big.dcm": (1, 480, 640, 3, "uint8"),
    "image_dfl.dcm": (1, 512, 512, 1, "uint8"),
    "liver.dcm": (3, 512, 512, 1, "uint8"),
    "liver_1frame.dcm": (1, 512, 512, 1, "uint8"),
    "liver_expb.dcm": (3, 512, 512, 1, "uint8"),
    "liver_expb_1frame.dcm": (1, 512, 512, 1, "uint8"),
    "mlut_18.dcm": (1, 512, 512, 1, "int16"),
    "rtdose.dcm": (15, 10, 10, 1, "uint32"),
    "rtdose_1frame.dcm": (1, 10, 10, 1, "uint32"),
    "rtdose_expb.dcm": (15, 10, 10, 1, "uint32"),
    "rtdose_expb_1frame.dcm": (1, 10, 10, 1, "uint32"),
    "rtdose_rle.dcm": (15, 10, 10, 1, "uint32"),
    "rtdose_rle_1frame.dcm": (1, 10, 10, 1, "uint32"),
    "vlut_04.dcm": (1, 512, 512, 1, "uint8"),
}

REFUSED = {
    "DICOMDIR-empty.dcm": Code.NOT_AN_IMAGE,
    "ExplVR_BigEndNoMeta.dcm": Code.NOT_AN_IMAGE,
    "ExplVR_LitEndNoMeta.dcm": Code.NOT_AN_IMAGE,
    "MR_truncated.dcm": Code.TRUNCATED,
    "UN_sequence.dcm": Code.NO_PIXELS,
    "empty_charset_LEI.dcm": Code.NO_PIXELS,
    "meta_missing_tsyntax.dcm": Code.HEADER,
    "nested_priv_SQ.dcm": Code.HEADER,
    "no_meta.dcm": Code.UNKNOWN_FORMAT,
    "no_meta_group_length.dcm": Code.NO_PIXELS,
    "priv_SQ.dcm": Code.NO_PIXELS,
    "reportsi.dcm": Code.NOT_AN_IMAGE,
    "reportsi_with_empty_number_tags.dcm": Code.NOT_AN_IMAGE,
    "rtplan.dcm": Code.NOT_AN_IMAGE,
    "rtplan_truncated.dcm": Code.NOT_AN_IMAGE,
    "rtstruct.dcm": Code.NOT_AN_IMAGE,
    "test-SR.dcm": Code.NOT_AN_IMAGE,
    "waveform_ecg.dcm": Code.NOT_AN_IMAGE,
    "DICOMDIR": Code.NOT_AN_IMAGE,
    "README.txt": Code.UNKNOWN_FORMAT,
    "crayons.icc": Code.UNKNOWN_FORMAT,
    "rtplan.dump": Code.UNKNOWN_FORMAT,
    "test1.json": Code.UNKNOWN_FORMAT,
    "zipMR.gz": Code.UNKNOWN_FORMAT,
}

# Its header is right; its codestream is damaged.
UNDECODABLE = {
    "JPEG2000-embedded-sequence-delimiter.dcm": Code.DECODE,
}

# pydicom has no answer for these: the number of frames is no number, the transfer syntax is missing, or the file breaks
# off behind its pixels. It takes big endian palettes for little endian; those have twins to be compared with.
WITHOUT_REFERENCE = {
    "OBXXXX1A_expb.dcm",
    "OBXXXX1A_expb_2frame.dcm",
    "badVR.dcm",
    "OT-PAL-8-face.dcm",
    "emri_small_jpeg_2k_lossless_too_short.dcm",
    *UNDECODABLE,
}


def open_series(name: str) -> Series:
    (series,) = dicom.group([dicom.read_header(Source(find(name)), POLICY)])
    return series


def read_stack(series: Series) -> np.ndarray:
    """Frames in the order of the file, so that they can be compared with pydicom's."""
    frames = dict(dicom.read_frames(series, range(len(series.frames)), POLICY))
    in_file = sorted(frames, key=lambda number: series.frames[number].index)
    stack = []
    for number in in_file:
        pixels = frames[number]
        assert not isinstance(pixels, Refusal), pixels
        stack.append(pixels)
    return np.stack(stack)


def reference(path: Path) -> np.ndarray:
    """pydicom's pixels as [frame, row, column(, 3)], colour scaled to 8 bits; GDCM's where pydicom has no decoder."""
    read = pydicom.dcmread(path)
    if read.file_meta.get("TransferSyntaxUID") in (JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1):
        theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path), imageIO="GDCMImageIO"))
        assert read.get("RescaleSlope", 1) == 1
        return np.asarray(theirs - int(read.get("RescaleIntercept", 0)))
    pixels = read.pixel_array
    if read.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, read) >> 8
    elif read.SamplesPerPixel == 3 and pixels.dtype.itemsize > 1:
        pixels = np.rint(pixels * (255.0 / (2 ** (8 * pixels.dtype.itemsize) - 1)))
    return pixels if int(read.get("NumberOfFrames") or 1) > 1 else pixels[np.newaxis]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", OPENED)
def test_opens_as_expected(name: str) -> None:
    series = open_series(name)
    frames = len(series.frames)
    assert (frames, series.rows, series.columns, series.channels, series.dtype) == OPENED[name]
    for _, pixels in dicom.read_frames(series, range(frames), POLICY):
        if isinstance(pixels, Refusal):
            assert pixels.code is UNDECODABLE[name]
        else:
            shape = (series.rows, series.columns) if series.channels == 1 else (series.rows, series.columns, 3)
            assert (pixels.shape, pixels.dtype.name) == (shape, series.dtype)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_its_code(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        dicom.read_header(Source(find(name)), POLICY)
    assert caught.value.code is REFUSED[name]
    assert caught.value.__cause__ is None


def test_every_dcm_file_is_in_the_table() -> None:
    names = {name for name in all_files() if name.endswith(".dcm")}
    assert names == {name for name in (*OPENED, *REFUSED) if name.endswith(".dcm")}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in OPENED if name not in WITHOUT_REFERENCE])
def test_pixels_equal_pydicoms(name: str) -> None:
    series = open_series(name)
    expected = reference(find(name))
    stack = read_stack(series)
    np.testing.assert_array_equal(stack, expected)
    header = pydicom.dcmread(find(name), stop_before_pixels=True)
    if "RescaleSlope" in header and series.channels == 1:
        own = modality_values(stack[0], series.frames[0].modality)
        np.testing.assert_allclose(own, apply_rescale(expected[0], header), rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_whole_folders_open_without_a_warning_and_every_other_file_is_refused() -> None:
    """All files of the test folders at once: DICOMDIR's directory of 81 slices and everything that is no DICOM."""
    opened, refused = [], []
    for folder in folders():
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.suffix in (".py", ".pyc"):
                continue
            try:
                opened.append(dicom.read_header(Source(path), POLICY))
            except Refusal as refusal:
                refused.append((path.name, refusal.code))
    assert len(opened) >= len(OPENED)
    series = dicom.group(opened)
    assert sum(len(one.frames) for one in series) <= sum(len(header.frames) for header in opened)
    assert len({one.id for one in series}) == len(series)
    assert ("README", Code.UNKNOWN_FORMAT) in refused


def test_swatches_are_the_same_colours_in_every_encoding() -> None:
    """Red, green, blue, black, grey: one conversion, exactly once, whatever transfer syntax and colour space."""
    expected = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (192, 192, 192)], dtype=int)
    names = [name for name, facts in OPENED.items() if name.startswith("SC_") and facts[1:4] == (100, 100, 3)]
    assert len(names) > 25
    for name in names:
        swatches = read_stack(open_series(name))[0][[5, 25, 45, 65, 85], 50].astype(int)
        assert np.abs(swatches - expected).max() <= 5, name


@pytest.mark.parametrize(("packed", "plain"), [("color-pl.dcm", "color-px.dcm")])
def test_planar_configuration_does_not_change_the_picture(packed: str, plain: str) -> None:
    np.testing.assert_array_equal(read_stack(open_series(packed)), read_stack(open_series(plain)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MR_small.dcm", "MR_small_bigendian.dcm"),
        ("MR_small.dcm", "MR_small_implicit.dcm"),
        ("MR_small.dcm", "MR_small_RLE.dcm"),
        ("MR_small.dcm", "MR_small_jp2klossless.dcm"),
        ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm"),
        ("emri_small.dcm", "emri_small_RLE.dcm"),
        ("emri_small.dcm", "emri_small_jpeg_2k_lossless_too_short.dcm"),
        ("OBXXXX1A.dcm", "OBXXXX1A_rle.dcm"),
        ("OBXXXX1A.dcm", "OBXXXX1A_expb.dcm"),
        ("OBXXXX1A_2frame.dcm", "OBXXXX1A_expb_2frame.dcm"),
        ("gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm"),
        ("rtdose.dcm", "badVR.dcm"),
        ("rtdose.dcm", "rtdose_rle.dcm"),
        ("liver.dcm", "liver_expb.dcm"),
        ("SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm"),
        ("US1_UNCR.dcm", "US1_J2KR.dcm"),
        ("RG1_UNCR.dcm", "RG1_J2KR.dcm"),
    ],
)
def test_the_same_pixels_in_another_encoding(one: str, other: str) -> None:
    np.testing.assert_array_equal(read_stack(open_series(one)), read_stack(open_series(other)))


def test_one_frame_of_many_is_read_without_the_rest() -> None:
    series = open_series("color3d_jpeg_baseline.dcm")
    assert [number for number, _ in dicom.read_frames(series, [100, 3], POLICY)] == [100, 3]
    whole = read_stack(open_series("SC_rgb_rle_2frame.dcm"))
    two = open_series("SC_rgb_rle_2frame.dcm")
    ((_, second),) = dicom.read_frames(two, [1], POLICY)
    np.testing.assert_array_equal(second, whole[1])


def test_sample_radiograph() -> None:
    series = open_series("RG1_UNCR.dcm")
    assert series.polarity == "monochrome1"
    assert series.modality == "CR"
    assert series.patient.age_years == pytest.approx(64.48, abs=0.01)
    assert series.patient.sex == "F"
    assert series.acquisition.body_part == "CHEST"
    assert not series.acquisition.is_lossy
    assert [(window.centre, window.width) for window in series.file_windows] == [(15000.0, 30000.0)]  # type: ignore[union-attr]
    assert series.pixel_spacing is None, "the file says 0 by 0 mm"
    assert series.affine is None
    assert series.frames[0].modality == Rescale()


def test_lookup_tables_of_real_files() -> None:
    modality = open_series("mlut_18.dcm")
    table = modality.frames[0].modality
    read = pydicom.dcmread(find("mlut_18.dcm"))
    expected = pydicom.pixels.apply_modality_lut(read.pixel_array, read)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(modality_values(read_stack(modality)[0], table), expected)
    (voi,) = open_series("vlut_04.dcm").file_windows
    item = pydicom.dcmread(find("vlut_04.dcm")).VOILUTSequence[0]
    assert len(voi.entries) == (item.LUTDescriptor[0] or 65536)  # type: ignore[union-attr]
    assert (voi.first, voi.bits) == tuple(item.LUTDescriptor[1:])  # type: ignore[union-attr]


@pytest.mark.parametrize(("folder", "count"), [("head_mr_3y", 112), ("abdomen_ct", 60)])
def test_shared_series(shared: Path, folder: str, count: int) -> None:
    paths = sorted((shared / "dicom" / folder).iterdir(), key=lambda path: hash(path.name))
    headers = [dicom.read_header(Source(path), POLICY) for path in paths if path.suffix != ".md"]
    (series,) = dicom.group(headers)
    # Every file of the CT names a frame of reference of its own.
    named = "each file names a frame of reference of its own, as some de-identifiers leave it; they are taken as one"
    notes = (named,) if folder == "abdomen_ct" else ()
    assert (series.slices, series.phases, series.regular, series.notes) == (count, 1, True, notes)
    assert series.affine is not None
    first, last = series.frames[0], series.frames[-1]
    for number, frame in ((0, first), (count - 1, last)):
        np.testing.assert_allclose((series.affine @ (number, 0, 0, 1))[:3], frame.position, atol=1e-3)
    assert series.axes == {"head_mr_3y": ("R", "I", "P"), "abdomen_ct": ("S", "P", "L")}[folder]
    assert series.units == {"head_mr_3y": None, "abdomen_ct": "HU"}[folder]
    ((_, middle),) = dicom.read_frames(series, [count // 2], POLICY)
    path = os.fspath(series.frames[count // 2].source.path)
    np.testing.assert_array_equal(middle, pydicom.dcmread(path).pixel_array)
