"""Rows 1 to 12: from stored bits through modality value and window to grey."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from tests.conformance.conftest import Viewer, complements
from tests.conformance.traps import trap
from tests.imaging.dicom_files import find
from tests.imaging.phantoms import dataset, enhanced, l_values, save, write_series
from tests.inference.factory import make_bundle

RAMP = np.arange(-2560, 2560, dtype=np.int16).reshape(64, 80)


def disc(padding: int = -2000) -> np.ndarray:
    """A disc of 0 to 100 (a ramp along its columns) in padding."""
    rows, columns = np.mgrid[0:60, 0:60]
    values = np.round((columns - 9) * 100 / 41).clip(0, 100)
    return np.where((rows - 30) ** 2 + (columns - 30) ** 2 < 20**2, values, padding).astype(np.int16)


@trap(1)
def test_monochrome1_is_the_exact_complement_and_values_stay(viewer: Viewer, tmp_path: Path) -> None:
    facts: dict[str, Any] = {"WindowCenter": 40, "WindowWidth": 400, "RescaleSlope": 2, "RescaleIntercept": -100}
    two = save(dataset(RAMP, **facts), tmp_path / "two.dcm")
    one = save(dataset(RAMP, PhotometricInterpretation="MONOCHROME1", **facts), tmp_path / "one.dcm")
    for words in ((), ("--window", "0,1000"), ("--window", "-100,1")):
        assert complements(viewer.render(one, *words), viewer.render(two, *words))
    np.testing.assert_array_equal(viewer.values(one), viewer.values(two))
    assert viewer.screen(one).probe(5, 5) == viewer.screen(two).probe(5, 5)


@trap(1)
def test_invert_toggles_from_monochrome1(viewer: Viewer, tmp_path: Path) -> None:
    two = viewer.screen(save(dataset(RAMP), tmp_path / "two.dcm"))
    one = viewer.screen(save(dataset(RAMP, PhotometricInterpretation="MONOCHROME1"), tmp_path / "one.dcm"))
    np.testing.assert_array_equal(one.set(inverted=True).frame, two.frame)
    assert "inverted" in one.text


@trap(1)
@pytest.mark.parametrize("polarity", ["monochrome1", "monochrome2"])
def test_a_model_sees_its_own_polarity_whatever_the_file_s(viewer: Viewer, tmp_path: Path, polarity: str) -> None:
    """A film that looks the same, stored either way, has the same score."""
    model = make_bundle(tmp_path, input={"polarity": polarity})
    film = np.arange(4096, dtype=np.uint16).reshape(64, 64) % 1000
    two = save(dataset(film, Modality="CR"), tmp_path / "two.dcm")
    one = save(dataset(999 - film, Modality="CR", PhotometricInterpretation="MONOCHROME1"), tmp_path / "one.dcm")
    (of_two,), (of_one,) = viewer.classify(two, model), viewer.classify(one, model)
    assert of_one["probabilities"] == pytest.approx(of_two["probabilities"], rel=1e-3)
    other = save(dataset(film, Modality="CR", PhotometricInterpretation="MONOCHROME1"), tmp_path / "other.dcm")
    (negative,) = viewer.classify(other, model)
    assert negative["probabilities"]["normal"] != pytest.approx(of_two["probabilities"]["normal"], rel=0.1)


@trap(2)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("padding", "limit"), [(-2000, None), (-2000, -1500), (-1500, -2000)])
def test_padding_is_background_and_never_counted(
    viewer: Viewer, tmp_path: Path, photometric: str, padding: int, limit: int | None
) -> None:
    pixels = disc()
    made = dataset(pixels, PhotometricInterpretation=photometric, PixelPaddingValue=padding)
    if limit is not None:
        made.PixelPaddingRangeLimit = limit
        pixels[0, :30] = -1700
        made.PixelData = pixels.tobytes()
    screen = viewer.screen(save(made, tmp_path / "disc.dcm"))
    centre, half = screen.state.voi.centre, screen.state.voi.width / 2  # type: ignore[union-attr]
    assert -1 <= centre - half <= 5
    assert 95 <= centre + half <= 101
    inside = pixels >= 0
    assert (screen.frame[~inside] == 0).all()
    assert (screen.set(inverted=True).frame[~inside] == 0).all()
    assert np.ptp(screen.frame[inside]) >= 250
    assert screen.probe(0, 0).startswith("padding")
    assert screen.probe(30, 30).startswith("51")


@trap(3)
@pytest.mark.parametrize("high", [11, 15])
def test_minus_five_in_twelve_bits_with_junk_around(viewer: Viewer, tmp_path: Path, high: int) -> None:
    shift = high - 11
    stored = (np.array([[-5, 5], [-2048, 2047]]) & 0xFFF) << shift
    junk = 0xF000 if shift == 0 else 0x000F
    made = dataset((stored | junk).astype(np.uint16), BitsStored=12, HighBit=high, PixelRepresentation=1)
    path = save(made, tmp_path / "twelve.dcm")
    np.testing.assert_array_equal(viewer.values(path), [[-5, 5], [-2048, 2047]])
    assert viewer.screen(path).probe(0, 0).startswith("−5")


@trap(3)
@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_a_codestream_without_signs_is_sign_extended(viewer: Viewer, tmp_path: Path, syntax: str) -> None:
    """12 bits of two's complement, encoded as if they had no sign (pydicom#2009)."""
    values = np.arange(-2048, 2048, dtype=np.int16).reshape(64, 64)
    made = dataset(values.view(np.uint16) & 0xFFF, BitsStored=12, HighBit=11, syntax=syntax)
    made.PixelRepresentation = 1
    np.testing.assert_array_equal(viewer.values(save(made, tmp_path / "s.dcm")), values)


@trap(4)
def test_a_fractional_slope_keeps_its_fractions(viewer: Viewer, tmp_path: Path) -> None:
    ramp = np.arange(1024, dtype=np.uint16).reshape(32, 32)
    path = save(dataset(ramp, RescaleSlope="0.001", RescaleIntercept=0), tmp_path / "f.dcm")
    values = viewer.values(path)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, ramp * 0.001, rtol=1e-6)
    assert viewer.screen(path).probe(3, 27).startswith("0.123 HU")
    assert len(np.unique(viewer.render(path))) > 250


@trap(5)
def test_each_enhanced_frame_has_its_own_slope(viewer: Viewer, tmp_path: Path) -> None:
    """pydicom's own modality LUT ignores this (pydicom#2353)."""
    same = np.tile(np.arange(64, dtype=np.uint16).reshape(1, 8, 8), (2, 1, 1))
    path = save(enhanced(same, positions=[(0, 0, 0), (0, 0, 2)], slopes=[1.0, 3.0]), tmp_path / "e.dcm")
    first, second = viewer.values(path, "--slice", 0), viewer.values(path, "--slice", 1)
    np.testing.assert_array_equal(first, same[0])
    np.testing.assert_array_equal(second, same[0] * 3)
    assert viewer.screen(path).go(1).probe(0, 5).startswith("15")


@trap(6)
def test_a_modality_table_stands_before_the_window(viewer: Viewer, tmp_path: Path) -> None:
    entries = (np.arange(256) ** 2 // 16).astype(np.uint16)
    item = _table(0, entries)
    item.ModalityLUTType = "US"
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    made = dataset(pixels, ModalityLUTSequence=DicomSequence([item]), WindowCenter=2000, WindowWidth=2000)
    path = save(made, tmp_path / "m.dcm")
    np.testing.assert_array_equal(viewer.values(path), entries[pixels])
    plain = save(dataset(entries[pixels], WindowCenter=2000, WindowWidth=2000), tmp_path / "plain.dcm")
    np.testing.assert_array_equal(viewer.render(path), viewer.render(plain))


@trap(6)
def test_a_real_modality_table(viewer: Viewer) -> None:
    read = pydicom.dcmread(find("mlut_18.dcm"))
    np.testing.assert_array_equal(viewer.values(find("mlut_18.dcm")), apply_modality_lut(read.pixel_array, read))


@trap(7)
def test_a_voi_table_is_first_and_the_window_on_offer(viewer: Viewer, tmp_path: Path) -> None:
    entries = (np.arange(256) ** 2).astype(np.uint16)
    item = _table(0, entries)
    item.LUTExplanation = "square"
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    made = dataset(pixels, VOILUTSequence=DicomSequence([item]), WindowCenter=128, WindowWidth=256)
    made.WindowCenterWidthExplanation = "straight"
    path = save(made, tmp_path / "v.dcm")
    expected = np.rint(entries[pixels] * (255 / 65535))
    np.testing.assert_array_equal(viewer.render(path), expected)
    screen = viewer.screen(path)
    assert "Table square" in screen.text
    screen.next_window()
    assert "straight" in screen.text
    np.testing.assert_array_equal(screen.frame, viewer.render(path, "--window", "128,256"))
    assert "Table square" in screen.next_window().text
    assert "Table" not in screen.automatic_window().text


@trap(7)
def test_a_real_voi_table_is_what_pydicom_makes_of_it(viewer: Viewer) -> None:
    read = pydicom.dcmread(find("vlut_04.dcm"))
    item = read.VOILUTSequence[0]
    drawn = pydicom.pixels.apply_voi(read.pixel_array, read)  # type: ignore[attr-defined]
    expected = drawn * (255 / (2 ** item.LUTDescriptor[2] - 1))
    assert np.abs(viewer.render(find("vlut_04.dcm")) - expected).max() <= 0.5


@trap(8)
def test_several_windows_are_named_and_the_first_is_used(viewer: Viewer, tmp_path: Path) -> None:
    made = dataset(RAMP, WindowCenter=[40, -600], WindowWidth=[400, 1500])
    made.WindowCenterWidthExplanation = ["SOFT TISSUE", "LUNG"]
    path = save(made, tmp_path / "w.dcm")
    np.testing.assert_array_equal(viewer.render(path), viewer.render(path, "--window", "40,400"))
    assert viewer.one(path)["window"] == [40, 400]
    screen = viewer.screen(path)
    assert "W 400  C 40   SOFT TISSUE" in screen.text
    assert "W 1500  C −600   LUNG" in screen.next_window().text
    np.testing.assert_array_equal(screen.frame, viewer.render(path, "--window", "-600,1500"))


@trap(8)
@pytest.mark.parametrize(
    "elements",
    [
        {"WindowCenter": "", "WindowWidth": ""},
        {"WindowCenter": 40, "WindowWidth": ""},
        {"WindowCenter": "", "WindowWidth": 400},
        {"WindowCenter": [40, 50], "WindowWidth": 0},
    ],
)
def test_empty_windows_are_none_and_the_automatic_one_is_used(
    viewer: Viewer, tmp_path: Path, elements: dict[str, Any]
) -> None:
    path = save(dataset(RAMP, **elements), tmp_path / "e.dcm")
    plain = save(dataset(RAMP), tmp_path / "plain.dcm")
    assert viewer.one(path)["window"] is None
    np.testing.assert_array_equal(viewer.render(path), viewer.render(plain))


# Centre 50, width 10: PS3.3 C.11.2.1.2 and C.11.2.1.3, worked out by hand and rounded to the nearest of 256 levels.
INPUTS = [44, 45, 47, 51, 53, 55]
GOLDEN = {
    "LINEAR": [0, 0, 57, 170, 227, 255],
    "LINEAR_EXACT": [0, 0, 51, 153, 204, 255],
    "SIGMOID": [21, 30, 59, 153, 196, 225],
}


@trap(9)
@pytest.mark.parametrize("function", GOLDEN)
def test_voi_functions_by_hand(viewer: Viewer, tmp_path: Path, function: str) -> None:
    made = dataset(np.array([INPUTS], np.int16), WindowCenter=50, WindowWidth=10, VOILUTFunction=function)
    assert viewer.render(save(made, tmp_path / "v.dcm")).tolist() == [GOLDEN[function]]


@trap(9)
def test_width_one_is_a_step(viewer: Viewer, tmp_path: Path) -> None:
    values = np.array([[48, 49, 50, 51]], np.int16)
    path = save(dataset(values, WindowCenter=50, WindowWidth=1), tmp_path / "s.dcm")
    assert viewer.render(path).tolist() == [[0, 0, 255, 255]]


@trap(9)
def test_without_a_function_it_is_linear(viewer: Viewer, tmp_path: Path) -> None:
    path = save(dataset(np.array([INPUTS], np.int16), WindowCenter=50, WindowWidth=10), tmp_path / "v.dcm")
    assert viewer.render(path).tolist() == [GOLDEN["LINEAR"]]


@trap(10)
def test_the_window_is_the_middle_slice_s_and_not_an_empty_first_one_s(viewer: Viewer, tmp_path: Path) -> None:
    values = l_values(9)
    values[0] = 0

    def own(made: Dataset, number: int) -> None:
        made.WindowCenter, made.WindowWidth = (0, 1) if number == 0 else (250, 500)

    write_series(tmp_path / "ct", values=values, edit=own)
    assert viewer.one(tmp_path / "ct")["window"] == [250, 500]
    for index in (0, 6):
        frame = viewer.render(tmp_path / "ct", "--slice", index)
        np.testing.assert_array_equal(frame, viewer.render(tmp_path / "ct", "--slice", index, "--window", "250,500"))


@trap(10)
@pytest.mark.parametrize("empty", [(0,), (0, 1, 2, 3, 4), (0, 3, 4, 5)])
def test_an_automatic_window_is_never_that_of_an_empty_slice(
    viewer: Viewer, tmp_path: Path, empty: tuple[int, ...]
) -> None:
    values = np.tile(np.arange(400, dtype=np.int16).reshape(20, 20), (9, 1, 1))
    values[list(empty)] = 0
    write_series(tmp_path / "ct", values=values)
    for index in (0, 8):
        frame = viewer.render(tmp_path / "ct", "--slice", index)
        assert np.ptp(frame) == (0 if index in empty else 255)


@trap(11)
def test_the_window_stays_while_scrolling_and_the_file_s_own_is_named(viewer: Viewer, tmp_path: Path) -> None:
    def own(made: Dataset, number: int) -> None:
        made.WindowCenter, made.WindowWidth = 100 * number, 400

    write_series(tmp_path / "ct", values=l_values(3), edit=own)
    screen = viewer.screen(tmp_path / "ct", index=1)
    assert "W 400  C 100" in screen.text
    assert "File's window here" not in screen.text
    screen.go(2)
    assert "W 400  C 100" in screen.text
    assert "File's window here: W 400  C 200" in screen.text
    np.testing.assert_array_equal(screen.frame, viewer.render(tmp_path / "ct", "--slice", 2, "--window", "100,400"))


@trap(12)
def test_each_slice_of_pet_has_its_own_slope(viewer: Viewer, tmp_path: Path) -> None:
    def own(made: Dataset, number: int) -> None:
        made.RescaleSlope = number + 1

    stored = np.full((2, 8, 8), 7, np.int16)
    write_series(tmp_path / "pt", values=stored, Modality="PT", Units="BQML", edit=own)
    assert [float(viewer.values(tmp_path / "pt", "--slice", index)[0, 0]) for index in (0, 1)] == [7, 14]
    assert viewer.one(tmp_path / "pt")["units"] == "BQML"
    assert viewer.screen(tmp_path / "pt").go(1).probe(0, 0).startswith("14 BQML")
    coronal = viewer.values(tmp_path / "pt", "--plane", "coronal", "--slice", 0)
    assert sorted(set(coronal.ravel().tolist())) == [7, 14], "a cut across both keeps each slice's own"


@trap(10)
def test_an_empty_volume_is_black_and_no_crash(viewer: Viewer, tmp_path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.zeros((6, 5, 4), np.float32), np.eye(4)), tmp_path / "zero.nii")
    assert not viewer.render(tmp_path / "zero.nii").any()


def _table(first: int, entries: np.ndarray) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries), first, 16])
    item.add_new("LUTData", "OW", entries.astype(np.uint16).tobytes())
    return item
