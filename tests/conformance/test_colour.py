"""Rows 20 to 27 and 37: colour, palettes, and what the screen must say of the pixels."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import (
    JPEG2000,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)
from pytestqt.qtbot import QtBot

from desktop.ui.slice_view.slice_view import SliceView
from tests.conformance.conftest import Viewer, near
from tests.conformance.traps import trap
from tests.desktop.pane import to_pane
from tests.imaging.dicom_files import find
from tests.imaging.phantoms import dataset, save

SWATCHES = [
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (0, 255, 255),
    (255, 0, 255),
    (0, 0, 0),
    (128, 128, 128),
]


def swatches() -> np.ndarray:
    """Eight bands of colour, 16 rows each, so that no block of a JPEG has two."""
    return np.repeat(np.array(SWATCHES, np.uint8), 16, axis=0)[:, np.newaxis, :].repeat(48, axis=1)


def native(photometric: str) -> FileDataset:
    pixels = swatches()
    if photometric.startswith("YBR"):
        pixels = convert_color_space(pixels, "RGB", "YBR_FULL")
    made = dataset(pixels, PhotometricInterpretation=photometric)
    if photometric == "YBR_FULL_422":
        pairs = pixels.reshape(128, 24, 2, 3)
        stored = np.stack([pairs[..., 0, 0], pairs[..., 1, 0], pairs[..., 0, 1], pairs[..., 0, 2]], axis=-1)
        made.PixelData = stored.tobytes()
    return made


def by_plane() -> FileDataset:
    made = dataset(swatches(), PlanarConfiguration=1)
    made.PixelData = swatches().transpose(2, 0, 1).tobytes()
    return made


def compressed(syntax: str, photometric: str = "RGB", **options: Any) -> FileDataset:
    made = dataset(swatches(), PhotometricInterpretation=photometric)
    made.compress(syntax, generate_instance_uid=False, **options)
    return made


def jpeg(photometric: str, *, subsampling: str = "4:4:4", adobe: int | None = None, jfif: bool = True) -> FileDataset:
    """Baseline JPEG of the swatches: in YCbCr, or as RGB with Adobe's marker (transform 0) where asked."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(swatches()).save(buffer, "JPEG", quality=100, subsampling=subsampling, keep_rgb=adobe == 0)
    stream = buffer.getvalue()
    if not jfif and stream[2:4] == b"\xff\xe0":
        stream = stream[:2] + stream[4 + int.from_bytes(stream[4:6], "big") :]
    made = dataset(swatches(), PhotometricInterpretation=photometric)
    made.PixelData = encapsulate([stream])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    return made


ENCODINGS: dict[str, Callable[[], FileDataset]] = {
    "RGB": lambda: native("RGB"),
    "RGB by plane": by_plane,
    "YBR_FULL": lambda: native("YBR_FULL"),
    "YBR_FULL_422": lambda: native("YBR_FULL_422"),
    "RLE": lambda: compressed(RLELossless),
    "JPEG, YBR_FULL_422": lambda: jpeg("YBR_FULL_422", subsampling="4:2:2"),
    "JPEG, RGB with Adobe's marker": lambda: jpeg("RGB", adobe=0),
    "JPEG-LS": lambda: compressed(JPEGLSLossless),
    "JPEG 2000, RCT": lambda: compressed(JPEG2000Lossless, "YBR_RCT"),
    "JPEG 2000, ICT": lambda: compressed(JPEG2000, "YBR_ICT", j2k_cr=[2]),
}


@trap(23)
@pytest.mark.parametrize("name", ENCODINGS)
def test_swatches_are_the_same_in_every_encoding(viewer: Viewer, tmp_path: Path, name: str) -> None:
    path = save(ENCODINGS[name](), tmp_path / "c.dcm")
    assert near(viewer.render(path), swatches(), within=2)


LIES: dict[str, Callable[[], FileDataset]] = {
    "YCbCr that is called RGB": lambda: jpeg("RGB"),
    "RGB with Adobe's marker that is called YBR_FULL": lambda: jpeg("YBR_FULL", adobe=0),
    "RGB with Adobe's marker that is called YBR_FULL_422": lambda: jpeg("YBR_FULL_422", adobe=0),
    "4:4:4 that is called 4:2:2": lambda: jpeg("YBR_FULL_422"),
    "4:2:2 that is called YBR_FULL": lambda: jpeg("YBR_FULL", subsampling="4:2:2"),
    "uncompressed that is called RCT": lambda: dataset(swatches(), PhotometricInterpretation="YBR_RCT"),
    "JPEG 2000 with RCT that is called RGB": lambda: _renamed(compressed(JPEG2000Lossless, "YBR_RCT"), "RGB"),
}


def _renamed(made: FileDataset, photometric: str) -> FileDataset:
    made.PhotometricInterpretation = photometric
    return made


@trap(23)
@pytest.mark.parametrize("name", LIES)
def test_a_photometric_tag_that_lies_is_not_believed(viewer: Viewer, tmp_path: Path, name: str) -> None:
    """What the codestream says of itself counts (pylibjpeg-libjpeg#29)."""
    path = save(LIES[name](), tmp_path / "c.dcm")
    assert near(viewer.render(path), swatches(), within=2)


@trap(23)
@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_jpeg_without_any_marker_is_what_the_header_says(viewer: Viewer, tmp_path: Path, photometric: str) -> None:
    path = save(jpeg(photometric, jfif=False), tmp_path / "c.dcm")
    assert near(viewer.render(path), swatches(), within=2)


@trap(22)
def test_planar_configuration_changes_nothing(viewer: Viewer) -> None:
    np.testing.assert_array_equal(viewer.render(find("color-pl.dcm")), viewer.render(find("color-px.dcm")))
    odd = pydicom.dcmread(find("SC_rgb_small_odd.dcm")).pixel_array
    for name in ("SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm"):
        np.testing.assert_array_equal(viewer.render(find(name)), odd)


@trap(22)
@pytest.mark.parametrize("syntax", [RLELossless, JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless])
def test_a_wrong_planar_tag_on_compressed_pixels_changes_nothing(viewer: Viewer, tmp_path: Path, syntax: str) -> None:
    made = jpeg("YBR_FULL") if syntax == JPEGBaseline8Bit else compressed(syntax)
    made.PlanarConfiguration = 1 - int(made.PlanarConfiguration)
    assert near(viewer.render(save(made, tmp_path / "c.dcm")), swatches(), within=2)


@trap(22)
def test_odd_sizes_by_plane(viewer: Viewer, tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    made = dataset(pixels, PlanarConfiguration=1)
    made.PixelData = pixels.transpose(2, 0, 1).tobytes() + b"\0"
    np.testing.assert_array_equal(viewer.render(save(made, tmp_path / "odd.dcm")), pixels)


def palette(entries: np.ndarray, *, first: int = 0, bits: int = 16, segmented: bool = False) -> dict[str, Any]:
    """Elements of a palette; `entries` is [colour, entry]."""
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour, values in zip(("Red", "Green", "Blue"), entries, strict=True):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [len(values), first, bits]
        code = np.uint8 if bits == 8 else "<u2"
        if segmented:
            words = np.concatenate([[0, len(values)], values])
            elements[f"Segmented{colour}PaletteColorLookupTableData"] = words.astype(code).tobytes()
        else:
            elements[f"{colour}PaletteColorLookupTableData"] = values.astype(code).tobytes()
    return elements


@trap(24)
@pytest.mark.parametrize(
    ("bits", "first", "segmented"), [(16, 0, False), (16, 20, False), (16, 0, True), (8, 0, False)]
)
def test_palettes_of_every_kind(viewer: Viewer, tmp_path: Path, bits: int, first: int, segmented: bool) -> None:
    colours = np.random.default_rng(2).integers(0, 256, (3, 64))
    entries = colours if bits == 8 else colours * 257
    pixels = np.arange(first, first + 64, dtype=np.uint8).reshape(8, 8)
    path = save(dataset(pixels, **palette(entries, first=first, bits=bits, segmented=segmented)), tmp_path / "p.dcm")
    np.testing.assert_array_equal(viewer.render(path), colours.T[pixels - first])


@trap(24)
def test_a_segmented_palette_with_ramps_and_copies(viewer: Viewer, tmp_path: Path) -> None:
    """PS3.3 C.7.9.2: one discrete entry, a ramp of 15 to 65535, then a copy of the ramp's segment from the start."""
    words = np.array([0, 1, 0, 1, 15, 65535, 2, 1, 6, 0], "<u2")
    ramp = np.concatenate([[0], np.rint(np.arange(1, 16) * 65535 / 15)])
    expected = np.concatenate([ramp, np.full(15, 65535)]).astype(int) >> 8
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        elements[f"{colour}PaletteColorLookupTableDescriptor"] = [31, 0, 16]
        elements[f"Segmented{colour}PaletteColorLookupTableData"] = words.tobytes()
    pixels = np.arange(31, dtype=np.uint8).reshape(1, 31)
    frame = viewer.render(save(dataset(pixels, **elements), tmp_path / "s.dcm"))
    assert near(frame[0, :, 0], expected, within=1)


@trap(24)
def test_a_real_palette_is_colour_and_has_no_window(viewer: Viewer) -> None:
    path = find("examples_palette.dcm")
    read = pydicom.dcmread(path)
    expected = pydicom.pixels.apply_color_lut(read.pixel_array, read)  # type: ignore[attr-defined]
    expected = expected >> 8 if expected.dtype.itemsize > 1 else expected
    np.testing.assert_array_equal(viewer.render(path), expected)
    np.testing.assert_array_equal(viewer.render(path, "--window", "40,400"), expected)
    assert "no window" in viewer.err
    row = viewer.one(path)
    assert (row["channels"], row["window"], row["units"]) == (3, None, None)
    screen = viewer.screen(path)
    assert screen.state.voi is None
    assert "Colour" in screen.text


@trap(25)
def test_rgb_has_no_window_and_no_units(viewer: Viewer, tmp_path: Path) -> None:
    path = save(dataset(swatches(), WindowCenter=40, WindowWidth=400, RescaleSlope=2), tmp_path / "rgb.dcm")
    row = viewer.one(path)
    assert (row["window"], row["units"], row["channels"]) == (None, None, 3)
    screen = viewer.screen(path)
    assert screen.probe(50, 3).startswith("R 255 G 255 B 0")
    assert "HU" not in screen.probe(50, 3)
    np.testing.assert_array_equal(screen.frame, swatches())
    np.testing.assert_array_equal(viewer.values(path), swatches())


def corner() -> np.ndarray:
    """An L, so that no turn leaves it as it was."""
    bits = np.zeros((7, 6), bool)
    bits[:, 0] = bits[-1] = True
    return bits


def overlaid(made: FileDataset, bits: np.ndarray, *, group: int = 0x6000, origin: tuple[int, int] = (1, 1)) -> Dataset:
    """The data set with an overlay plane; `bits` is [row, column], or [frame, row, column] with a count."""
    made.add_new((group, 0x0010), "US", bits.shape[-2])
    made.add_new((group, 0x0011), "US", bits.shape[-1])
    if bits.ndim == 3:
        made.add_new((group, 0x0015), "IS", str(len(bits)))
        made.add_new((group, 0x0051), "US", 2)
    made.add_new((group, 0x0040), "CS", "G")
    made.add_new((group, 0x0050), "SS", list(origin))
    made.add_new((group, 0x0100), "US", 1)
    made.add_new((group, 0x0102), "US", 0)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    packed += bytes(len(packed) % 2)
    if made.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        packed = np.frombuffer(packed, np.uint16).byteswap().tobytes()
    made.add_new((group, 0x3000), "OW", packed)
    return made


@trap(26)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("group", [0x6000, 0x601E])
@pytest.mark.parametrize("origin", [(5, 3), (1, 1), (-2, -1), (18, 27), (60, 60)])
def test_an_overlay_is_drawn_at_its_origin(
    viewer: Viewer, tmp_path: Path, syntax: str, group: int, origin: tuple[int, int]
) -> None:
    grey = np.full((20, 30), 100, np.uint16)
    made = dataset(grey, syntax=syntax, WindowCenter=100, WindowWidth=100)
    path = save(overlaid(made, corner(), group=group, origin=origin), tmp_path / "o.dcm")
    expected = np.zeros((20, 30), bool)
    for row, column in np.argwhere(corner()):
        at = row + origin[0] - 1, column + origin[1] - 1
        if 0 <= at[0] < 20 and 0 <= at[1] < 30:
            expected[at] = True
    frame = viewer.render(path)
    np.testing.assert_array_equal(frame == 255, expected)
    assert (frame[~expected] == 129).all()
    np.testing.assert_array_equal(viewer.values(path), grey)


@trap(26)
def test_an_overlay_is_a_layer_that_can_be_taken_away(viewer: Viewer, tmp_path: Path) -> None:
    made = dataset(np.full((20, 30), 100, np.uint16), WindowCenter=100, WindowWidth=100)
    screen = viewer.screen(save(overlaid(made, corner(), origin=(5, 3)), tmp_path / "o.dcm"))
    layer = screen.picture.graphics
    assert layer is not None
    assert layer.levels[4:11, 2:8].tolist() == corner().astype(int).tolist()
    assert layer.table[0, 3] == 0
    assert layer.table[1].tolist() == [255, 255, 255, 255]
    assert (screen.frame == 129).all(), "never burned into the frame"
    assert screen.set(graphics=False).picture.graphics is None


@trap(26)
def test_an_overlay_is_painted_white_over_the_slice(viewer: Viewer, tmp_path: Path, qtbot: QtBot) -> None:
    made = dataset(np.full((20, 30), 100, np.uint16), WindowCenter=100, WindowWidth=100)
    screen = viewer.screen(save(overlaid(made, corner(), origin=(5, 3)), tmp_path / "o.dcm"))
    pane = SliceView()
    qtbot.addWidget(pane)
    pane.resize(600, 400)
    pane.set_text_level("none")
    for shown, level in ((True, 255), (False, 129)):
        pane.show_picture(replace(screen.set(graphics=shown).picture, letters=None))
        assert pane.viewport is not None
        x, y = to_pane(pane.viewport, 10, 4)
        colour = pane.grab().toImage().pixelColor(round(x), round(y))
        assert (colour.red(), colour.green(), colour.blue()) == (level,) * 3


@trap(26)
def test_two_overlays_and_their_own_frames(viewer: Viewer, tmp_path: Path) -> None:
    """Planes with a count belong to the frames from Image Frame Origin on; their bits follow without a gap."""
    made = dataset(np.full((4, 20, 30), 100, np.uint16), WindowCenter=100, WindowWidth=100)
    overlaid(made, np.stack([corner(), corner()[::-1]]), origin=(1, 1))
    path = save(overlaid(made, corner()[:, ::-1], group=0x6002, origin=(10, 10)), tmp_path / "o.dcm")
    for index, shown in ((0, None), (1, corner()), (2, corner()[::-1]), (3, None)):
        drawn = viewer.render(path, "--slice", index) == 255
        np.testing.assert_array_equal(drawn[:7, :6], np.zeros((7, 6), bool) if shown is None else shown)
        np.testing.assert_array_equal(drawn[9:16, 9:15], corner()[:, ::-1])


@trap(26)
def test_overlay_bits_in_the_pixels_are_masked_out_of_the_values(viewer: Viewer, tmp_path: Path) -> None:
    """The retired kind: bit 12 of every pixel is the overlay (fo-dicom#140)."""
    values = np.arange(600, dtype=np.uint16).reshape(20, 30)
    made = dataset(values | 0x1000, BitsStored=12, HighBit=11)
    for element, vr, value in ((0x10, "US", 20), (0x11, "US", 30), (0x100, "US", 16), (0x102, "US", 12)):
        made.add_new((0x6000, element), vr, value)
    path = save(made, tmp_path / "e.dcm")
    np.testing.assert_array_equal(viewer.values(path), values)
    assert viewer.one(path)["notes"] == []


@trap(26)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_overlay_bits_in_the_pixels_are_drawn(viewer: Viewer, tmp_path: Path, syntax: str) -> None:
    """Two planes, of the bits above the stored ones; a third that names a bit of the values is told of instead."""
    expected = np.zeros((20, 30), bool)
    expected[3, 4:9] = expected[7:12, 20] = True
    pixels = np.full((20, 30), 100, np.uint16)
    pixels[3, 4:9] |= 0x1000
    pixels[7:12, 20] |= 0x8000
    made = dataset(pixels, syntax=syntax, BitsStored=12, HighBit=11)
    for group, bit in ((0x6000, 12), (0x6002, 15), (0x6004, 3)):
        for element, vr, value in ((0x10, "US", 20), (0x11, "US", 30), (0x100, "US", 16), (0x102, "US", bit)):
            made.add_new((group, element), vr, value)
    screen = viewer.screen(save(made, tmp_path / "e.dcm"))
    np.testing.assert_array_equal(screen.slice.graphics, expected)
    assert screen.picture.graphics is not None
    assert (screen.slice.values == 100).all()
    assert any("drawing in the bits" in note for note in screen.slice.series.notes)


@trap(26)
def test_overlay_bits_of_a_run_of_frames(viewer: Viewer, tmp_path: Path) -> None:
    pixels = np.full((3, 6, 8), 5, np.uint16)
    for frame in range(3):
        pixels[frame, frame] |= 0x4000
    made = dataset(pixels, BitsStored=12, HighBit=11)
    for element, vr, value in ((0x10, "US", 6), (0x11, "US", 8), (0x100, "US", 16), (0x102, "US", 14)):
        made.add_new((0x6000, element), vr, value)
    for frame in range(3):
        graphics = viewer.screen(save(made, tmp_path / "e.dcm"), index=frame).slice.graphics
        assert graphics is not None
        assert graphics.nonzero()[0].tolist() == [frame] * 8


@trap(26)
@pytest.mark.parametrize("name", ["examples_overlay.dcm", "MR-SIEMENS-DICOM-WithOverlays.dcm"])
def test_real_overlays(viewer: Viewer, name: str) -> None:
    expected = pydicom.dcmread(find(name)).overlay_array(0x6000).astype(bool)
    assert expected.any()
    assert (viewer.render(find(name))[expected] == 255).all()


@trap(26)
def test_an_overlay_that_is_too_short_costs_the_overlay_alone(viewer: Viewer, tmp_path: Path) -> None:
    made = overlaid(dataset(np.full((20, 30), 100, np.uint16)), corner())
    made[0x6000, 0x0010].value = 700
    path = save(made, tmp_path / "s.dcm")
    assert viewer.one(path)["notes"] == ["a drawing over the pixels is damaged and not shown"]


@trap(27)
def test_burned_in_text_is_said_on_screen_and_when_a_frame_is_written(viewer: Viewer, tmp_path: Path) -> None:
    path = save(dataset(swatches()[..., 0], BurnedInAnnotation="YES"), tmp_path / "us.dcm")
    assert "Text burned into the pixels" in viewer.screen(path).text
    viewer.render(path)
    assert "burned into" in viewer.err
    plain = save(dataset(swatches()[..., 0], BurnedInAnnotation="NO"), tmp_path / "no.dcm")
    assert "burned" not in viewer.screen(plain).text
    viewer.render(plain)
    assert viewer.err == ""


@trap(37)
@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": 10}, "Lossy compression 10:1"),
        ({"LossyImageCompression": "01"}, "Lossy compression"),
        ({"LossyImageCompression": "01", "LossyImageCompressionRatio": ["4", "2.5"]}, "Lossy compression 10:1"),
        ({"LossyImageCompression": "00"}, None),
        ({}, None),
    ],
)
def test_lossy_compression_is_said(viewer: Viewer, tmp_path: Path, elements: dict[str, Any], said: str | None) -> None:
    text = viewer.screen(save(dataset(swatches()[..., 0], **elements), tmp_path / "l.dcm")).text
    lines = [line for line in text.splitlines() if line.startswith("Lossy")]
    assert lines == ([] if said is None else [said])


@trap(37)
def test_a_syntax_that_cannot_be_lossless_is_lossy_whatever_the_tag(viewer: Viewer, tmp_path: Path) -> None:
    made = jpeg("YBR_FULL")
    made.LossyImageCompression = "00"
    assert "Lossy compression" in viewer.screen(save(made, tmp_path / "j.dcm")).text


@trap(20)
@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"Modality": "DX", "PixelSpacing": [0.15, 0.15], "ImagerPixelSpacing": [0.2, 0.2]}, "0.15 mm"),
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2]}, "0.2 mm at detector"),
        ({"Modality": "DX", "PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]}, "0.2 mm at detector"),
        ({"Modality": "CR"}, "pixel size unknown"),
        ({"Modality": "US", "PixelSpacing": [0.3, 0.6]}, "pixel size unknown"),
    ],
)
def test_whose_millimetres_a_projection_has(
    viewer: Viewer, tmp_path: Path, elements: dict[str, Any], said: str
) -> None:
    path = save(dataset(np.zeros((30, 40), np.uint8), **elements), tmp_path / "x.dcm")
    screen = viewer.screen(path)
    (size,) = [line for line in screen.text.splitlines() if line.startswith("40 × 30")]
    assert size.split("   ")[1] == said
    assert "mm" not in screen.probe(3, 4)
    assert viewer.one(path)["spacing_mm"] is None


@trap(20)
def test_ultrasound_is_drawn_one_to_one(viewer: Viewer, tmp_path: Path) -> None:
    region = Dataset()
    region.PhysicalDeltaX, region.PhysicalDeltaY = 0.01, 0.03
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    made = dataset(np.zeros((30, 40), np.uint8), Modality="US", SequenceOfUltrasoundRegions=[region])
    assert viewer.screen(save(made, tmp_path / "us.dcm")).picture.pixel_aspect == 1


@trap(21)
def test_an_aspect_ratio_alone_is_honoured_and_gives_no_millimetres(viewer: Viewer, tmp_path: Path) -> None:
    path = save(dataset(np.zeros((30, 40), np.uint8), Modality="OT", PixelAspectRatio=["1", "2"]), tmp_path / "a.dcm")
    screen = viewer.screen(path)
    assert screen.picture.pixel_aspect == 0.5
    assert "pixel size unknown" in screen.text


@trap(23)
def test_big_endian_colour(viewer: Viewer, tmp_path: Path) -> None:
    path = save(dataset(swatches(), syntax=ExplicitVRBigEndian), tmp_path / "b.dcm")
    np.testing.assert_array_equal(viewer.render(path), swatches())
