"""Bits, colours, windows, tables, padding and facts of made files (display-traps rows 1 to 9, 19 to 27, 36, 37)."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from imaging.base.errors import Refusal
from imaging.formats.dicom import reader as dicom
from imaging.formats.dicom.patient_and_acquisition import age_in_years, readable_name
from imaging.formats.dicom.rules import microseconds_of
from imaging.volume.series import ModalityTable, Polarity, Rescale, Series, Source
from imaging.volume.volume import modality_values
from imaging.volume.windowing import PaddingRange, VoiFunction, VoiTable, Window
from tests.imaging.phantoms import dataset, save
from tests.reading import POLICY

RAMP = np.arange(-2560, 2560, dtype=np.int16).reshape(64, 80)
GREY = np.zeros((4, 5), np.uint16)


def opened(path: Path) -> Series:
    (series,) = dicom.group([dicom.read_header(Source(path), POLICY)])
    return series


def made(tmp_path: Path, pixels: np.ndarray = GREY, **elements: Any) -> Series:
    return opened(save(dataset(pixels, **elements), tmp_path / "made.dcm"))


def first_frame(series: Series, number: int = 0) -> np.ndarray:
    ((_, pixels),) = dicom.read_frames(series, [number], POLICY)
    assert not isinstance(pixels, Refusal), pixels
    return pixels


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ],
)
@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.uint8])
def test_grey_survives_every_lossless_syntax(tmp_path: Path, syntax: str, dtype: type) -> None:
    pixels = RAMP.astype(dtype) if dtype == np.int16 else np.abs(RAMP % 256).astype(dtype)
    series = opened(save(dataset(pixels, syntax=syntax), tmp_path / "a.dcm"))
    assert series.dtype == np.dtype(dtype).name
    frame = first_frame(series)
    assert frame.dtype == dtype
    np.testing.assert_array_equal(frame, pixels)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("dtype", [np.int32, np.uint32])
def test_32_bit_integers(tmp_path: Path, syntax: str, dtype: type) -> None:
    pixels = (RAMP.astype(np.int64) * 800_001).astype(dtype)
    series = opened(save(dataset(pixels, syntax=syntax), tmp_path / "a.dcm"))
    np.testing.assert_array_equal(first_frame(series), pixels)


@pytest.mark.parametrize(("keyword", "dtype"), [("FloatPixelData", np.float32), ("DoubleFloatPixelData", np.float64)])
def test_float_pixels(tmp_path: Path, keyword: str, dtype: type) -> None:
    pixels = RAMP.astype(dtype) / 7
    source = dataset(RAMP, BitsAllocated=np.dtype(dtype).itemsize * 8, PixelData=None)
    setattr(source, keyword, pixels.tobytes())
    series = opened(save(source, tmp_path / "f.dcm"))
    assert series.dtype == np.dtype(dtype).name
    np.testing.assert_array_equal(first_frame(series), pixels)


@pytest.mark.parametrize(("stored", "high"), [(12, 11), (12, 15), (10, 12)])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_junk_in_unused_bits_is_masked_and_the_sign_extended(
    tmp_path: Path, stored: int, high: int, signed: bool, syntax: str
) -> None:
    """Row 3: -5 in 12 bits, with noise in the bits around, reads as -5."""
    low = -(2 ** (stored - 1)) if signed else 0
    values = np.linspace(low, low + 2**stored - 1, 600).astype(np.int32).reshape(20, 30)
    values[0, 0] = -5 if signed else 5
    shift = high + 1 - stored
    mask = (2**stored - 1) << shift
    noise = np.random.default_rng(1).integers(0, 2**16, values.shape)
    packed = (((values & (2**stored - 1)) << shift) | (noise & ~mask)).astype(np.uint16)
    facts = {"BitsStored": stored, "HighBit": high, "PixelRepresentation": int(signed)}
    if syntax == RLELossless:
        source = dataset(packed.view(np.int16) if signed else packed, syntax=syntax)
        for keyword, value in facts.items():
            setattr(source, keyword, value)
    else:
        source = dataset(packed, **facts)
    series = opened(save(source, tmp_path / "b.dcm"))
    assert series.dtype == ("int16" if signed else "uint16")
    np.testing.assert_array_equal(first_frame(series), values)


@pytest.mark.parametrize("columns", [16, 13])
def test_one_bit_pixels_of_frames_that_end_inside_a_byte(tmp_path: Path, columns: int) -> None:
    bits = np.random.default_rng(2).integers(0, 2, (3, 5, columns), dtype=np.uint8)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    source = dataset(bits, BitsAllocated=1, BitsStored=1, HighBit=0)
    source.PixelData = packed + bytes(len(packed) % 2)
    series = opened(save(source, tmp_path / "bits.dcm"))
    for number, _ in enumerate(bits):
        np.testing.assert_array_equal(first_frame(series, number), bits[series.frames[number].index])


COLOURS = np.random.default_rng(3).integers(0, 256, (64, 72, 3), dtype=np.uint8)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless, JPEG2000Lossless])
def test_colour_by_pixel(tmp_path: Path, syntax: str) -> None:
    elements = {"PhotometricInterpretation": "YBR_RCT"} if syntax == JPEG2000Lossless else {}
    series = opened(save(dataset(COLOURS, syntax=syntax, **elements), tmp_path / "c.dcm"))
    assert (series.polarity, series.channels, series.units) == (Polarity.COLOUR, 3, None)
    np.testing.assert_array_equal(first_frame(series), COLOURS)


def test_colour_by_plane(tmp_path: Path) -> None:
    source = dataset(COLOURS, PlanarConfiguration=1)
    source.PixelData = COLOURS.transpose(2, 0, 1).tobytes()
    np.testing.assert_array_equal(first_frame(opened(save(source, tmp_path / "p.dcm"))), COLOURS)


def test_deep_colour_is_scaled_to_8_bits(tmp_path: Path) -> None:
    deep = COLOURS.astype(np.uint16) * 257
    np.testing.assert_array_equal(first_frame(made(tmp_path, deep)), COLOURS)


def test_palette_with_an_offset_and_signed_indices(tmp_path: Path) -> None:
    table = np.random.default_rng(4).integers(1, 255, (3, 100)).astype(np.uint16)
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, entries in zip(("Red", "Green", "Blue"), table, strict=True):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [100, -50, 16]
        elements[f"{colour}PaletteColorLookupTableData"] = (entries << 8).tobytes()
    pixels = np.array([[-60, -50, -49], [0, 49, 400]], np.int16)
    frame = first_frame(made(tmp_path, pixels, **elements))
    expected = table.T[np.clip(pixels + 50, 0, 99)]
    np.testing.assert_array_equal(frame, expected)


def test_monochrome1_is_stated_and_not_inverted(tmp_path: Path) -> None:
    series = made(tmp_path, RAMP, PhotometricInterpretation="MONOCHROME1")
    assert series.polarity is Polarity.MONOCHROME1
    np.testing.assert_array_equal(first_frame(series), RAMP)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"WindowCenter": [40, -600], "WindowWidth": [400, 1500]}, [(40, 400), (-600, 1500)]),
        ({"WindowCenter": "", "WindowWidth": ""}, []),
        ({"WindowCenter": ["", "50"], "WindowWidth": ["", "350"]}, [(50, 350)]),
        ({"WindowCenter": 40, "WindowWidth": 0}, []),
        ({"WindowCenter": 40}, []),
    ],
)
def test_windows(tmp_path: Path, elements: dict[str, Any], expected: list[tuple[float, float]]) -> None:
    windows = made(tmp_path, **elements).file_windows
    assert [(window.centre, window.width) for window in windows] == expected  # type: ignore[union-attr]


def test_windows_carry_their_function_and_names(tmp_path: Path) -> None:
    series = made(
        tmp_path,
        WindowCenter=[1, 2],
        WindowWidth=[10, 20],
        WindowCenterWidthExplanation=["Bröt", "LUNG"],
        VOILUTFunction="SIGMOID",
        SpecificCharacterSet="ISO_IR 100",
    )
    assert series.file_windows == (
        Window(1, 10, VoiFunction.SIGMOID, "Bröt"),
        Window(2, 20, VoiFunction.SIGMOID, "LUNG"),
    )


def lut_item(first: int, entries: np.ndarray, bits: int = 16) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries), first, bits])
    item.add_new("LUTData", "OW", entries.astype(np.uint16).tobytes())
    item.LUTExplanation = "curve"
    return item


def test_a_voi_table_stands_before_windows(tmp_path: Path) -> None:
    entries = np.arange(256) ** 2
    series = made(
        tmp_path,
        RescaleSlope=1,
        RescaleIntercept=-1024,
        VOILUTSequence=DicomSequence([lut_item(-100, entries)]),
        WindowCenter=40,
        WindowWidth=400,
    )
    table, window = series.file_windows
    assert isinstance(table, VoiTable)
    assert (table.first, table.bits, table.explanation) == (-100, 16, "curve")
    np.testing.assert_array_equal(table.entries, entries)
    assert window == Window(40, 400)


def test_modality_table(tmp_path: Path) -> None:
    series = made(tmp_path, RAMP, ModalityLUTSequence=DicomSequence([lut_item(-10, np.arange(20) * 3)]), RescaleSlope=7)
    table = series.frames[0].modality
    assert isinstance(table, ModalityTable)
    np.testing.assert_array_equal(modality_values(RAMP, table), (np.clip(RAMP + 10, 0, 19) * 3).astype(np.float32))


@pytest.mark.parametrize(
    ("elements", "rescale", "units"),
    [
        ({"RescaleSlope": 2, "RescaleIntercept": -1024}, Rescale(2, -1024), "HU"),
        ({"RescaleSlope": 0.001, "RescaleIntercept": 0}, Rescale(0.001, 0), "HU"),
        ({"RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "US"}, Rescale(), None),
        ({"RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "mgml"}, Rescale(), "mgml"),
        (
            {"RescaleSlope": 1, "RescaleIntercept": 0, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
            Rescale(),
            None,
        ),
        ({}, Rescale(), None),
        ({"RescaleSlope": 0, "RescaleIntercept": 5}, Rescale(1, 5), "HU"),
        ({"Modality": "MR", "RescaleSlope": 3, "RescaleIntercept": 0}, Rescale(3, 0), None),
        ({"Modality": "PT", "Units": "CNTS", "RescaleSlope": 3, "RescaleIntercept": 0}, Rescale(3, 0), "CNTS"),
        ({"Modality": "RTDOSE", "DoseUnits": "GY", "DoseGridScaling": 0.5}, Rescale(0.5, 0), "Gy"),
    ],
)
def test_rescale_and_units(tmp_path: Path, elements: dict[str, Any], rescale: Rescale, units: str | None) -> None:
    series = made(tmp_path, **elements)
    assert (series.frames[0].modality, series.units) == (rescale, units)


@pytest.mark.parametrize(
    ("dtype", "elements", "expected"),
    [
        (np.int16, {"PixelPaddingValue": -2000}, PaddingRange(-2000, -2000)),
        (np.uint16, {"PixelPaddingValue": 63536}, PaddingRange(63536, 63536)),
        (np.int16, {"PixelPaddingValue": -2000, "PixelPaddingRangeLimit": -1025}, PaddingRange(-2000, -1025)),
        (np.uint16, {"PixelPaddingValue": 5000, "PixelPaddingRangeLimit": 4000}, PaddingRange(4000, 5000)),
        (np.uint16, {}, None),
    ],
)
def test_padding(tmp_path: Path, dtype: type, elements: dict[str, Any], expected: PaddingRange | None) -> None:
    source = dataset(GREY.astype(dtype))
    for keyword, value in elements.items():
        source.add_new(keyword, "SS" if value < 0 else "US", value)
    assert opened(save(source, tmp_path / "pad.dcm")).padding == expected


@pytest.mark.parametrize(
    ("elements", "spacing", "label", "aspect"),
    [
        ({"Modality": "CT", "PixelSpacing": [1, 2]}, (1, 2), "mm", 0.5),
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2]}, (0.2, 0.2), "mm at detector", 1),
        (
            {"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]},
            (0.2, 0.2),
            "mm at detector",
            1,
        ),
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.15, 0.15]}, (0.15, 0.15), "mm", 1),
        ({"Modality": "CR", "PixelSpacing": [0.15, 0.15]}, (0.15, 0.15), "mm", 1),
        ({"Modality": "CR"}, None, "mm", 1),
        ({"Modality": "CT", "PixelSpacing": [0, 0]}, None, "mm", 1),
        ({"Modality": "US", "PixelSpacing": [0.3, 0.3]}, None, "mm", 1),
        ({"Modality": "OT", "PixelAspectRatio": ["1", "2"]}, None, "mm", 0.5),
    ],
)
def test_spacing_and_aspect(
    tmp_path: Path, elements: dict[str, Any], spacing: tuple[float, float] | None, label: str, aspect: float
) -> None:
    series = made(tmp_path, **elements)
    assert series.pixel_spacing == spacing
    assert series.pixel_aspect == aspect
    if spacing is not None:
        assert series.acquisition.spacing_label == label


@pytest.mark.parametrize(
    ("elements", "edges"),
    [
        ({"PatientOrientation": ["L", "F"]}, ("I", "L")),
        ({"PatientOrientation": ["A", "FR"]}, ("IR", "A")),
        ({"PatientOrientation": ["PH", "LH"]}, ("LS", "PS")),
        ({"PatientOrientation": ["L", ""]}, None),
        ({"PatientOrientation": "L"}, None),
        ({"PatientOrientation": ["L", "R"]}, None),
        ({"PatientOrientation": ["A", "P"]}, None),
        ({"PatientOrientation": ["H", "F"]}, None),
        ({"PatientOrientation": ["LR", "F"]}, None),
        ({"PatientOrientation": ["LE", "CD"]}, None),
        ({}, None),
        ({"ImageOrientationPatient": [0.0, 1.0, 0.0, 0.0, 0.0, -1.0], "PatientOrientation": ["L", "F"]}, ("I", "P")),
        (
            {
                "ImageOrientationPatient": [0.0, 1.0, 0.0, 0.0, 0.0, -1.0],
                "ImagePositionPatient": [0, 0, 0],
                "PixelSpacing": [1, 1],
            },
            None,
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_edges_without_an_affine(tmp_path: Path, elements: dict[str, Any], edges: tuple[str, str] | None) -> None:
    """(down, right), where the element says right before down; an affine says it better than any letter."""
    assert made(tmp_path, **elements).edges == edges


@pytest.mark.parametrize(
    ("charset", "encoding", "name", "shown"),
    [
        ("ISO_IR 100", "latin-1", "Buc^Jérôme", "Buc, Jérôme"),
        ("ISO_IR 126", "iso8859-7", "Διονυσιος", "Διονυσιος"),
        ("GB18030", "gb18030", "Wang^XiaoDong=王^小东", "Wang, XiaoDong = 王, 小东"),
        ("ISO_IR 192", "utf-8", "Люкceмбypг", "Люкceмбypг"),
        ("NO SUCH SET", "ascii", "Plain^Name", "Plain, Name"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_names_in_their_character_set(tmp_path: Path, charset: str, encoding: str, name: str, shown: str) -> None:
    source = dataset(GREY, SpecificCharacterSet="ISO_IR 192", PatientName="X" * 40)
    path = save(source, tmp_path / "n.dcm")
    content = path.read_bytes().replace(b"X" * 40, name.encode(encoding).ljust(40))
    old = b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 192"
    value = charset.encode().ljust((len(charset) + 1) // 2 * 2)
    assert old in content
    path.write_bytes(content.replace(old, b"\x08\x00\x05\x00CS" + len(value).to_bytes(2, "little") + value))
    assert opened(path).patient.name == shown


def test_japanese_name_with_escapes(tmp_path: Path) -> None:
    source = dataset(
        GREY, SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう"
    )
    name = opened(save(source, tmp_path / "j.dcm")).patient.name
    assert name == "Yamada, Tarou = 山田, 太郎 = やまだ, たろう"


@pytest.mark.parametrize(
    ("stated", "born", "seen", "years"),
    [
        ("003Y", "", "", 3.0),
        ("018M", "", "", 1.5),
        ("010W", "", "", 70 / 365.25),
        ("005D", "", "", 5 / 365.25),
        ("", "20000101", "20100101", 10.0),
        ("", "2000.01.01", "20100101", 10.0),
        ("", "20100101", "20000101", None),
        ("", "20100101", "", None),
        ("old", "", "", None),
        ("", "20109901", "20200101", None),
    ],
)
def test_age(stated: str, born: str, seen: str, years: float | None) -> None:
    assert age_in_years(stated, born, seen) == (None if years is None else pytest.approx(years, abs=0.01))


@given(st.text(st.characters(exclude_characters="\0"), max_size=30))
def test_any_name_can_be_shown(name: str) -> None:
    shown = readable_name(name)
    assert "^" not in shown
    assert sorted(shown.replace(",", "").replace("=", "").split()) == sorted(
        name.replace(",", "").replace("^", " ").replace("=", " ").split()
    )


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_time_gives_a_number(date: str, time: str) -> None:
    assert microseconds_of(date, time) >= 0


def test_times_order_as_clocks_do() -> None:
    times = ["000000", "0959", "095900.5", "10", "100000.000001", "235959.999999"]
    instants = [microseconds_of("20240101", time) for time in times]
    assert instants == sorted(instants)
    assert microseconds_of("20240102", "000000") > instants[-1]


def test_facts_of_the_acquisition(tmp_path: Path) -> None:
    facts = made(
        tmp_path,
        BodyPartExamined="CHEST",
        LossyImageCompression="01",
        LossyImageCompressionRatio=10,
        BurnedInAnnotation="YES",
    ).acquisition
    assert facts.body_part == "CHEST"
    assert (facts.is_lossy, facts.lossy_ratio, facts.burned_in) == (True, 10.0, True)
    assert facts.transfer_syntax == "Explicit VR Little Endian"


def test_deflated_data_set(tmp_path: Path) -> None:
    source = dataset(RAMP)
    source.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    series = opened(save(source, tmp_path / "d.dcm"))
    assert series.acquisition.transfer_syntax == "Deflated Explicit VR Little Endian"
    np.testing.assert_array_equal(first_frame(series), RAMP)
