"""Colour tables, the length of scale bars, and the window of a region."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_palette_files

from desktop.render.colour_maps import COLOUR_KNOTS, COLOUR_MAPS, build_colour_table, colour_frame
from desktop.render.gestures.region_window import fit_region
from desktop.render.scale_bar import describe_bar, round_down
from desktop.state.colour_tables import COLOUR_TABLES, GREY
from imaging.annotations.calibration import LengthScale
from imaging.volume.series import SpacingSource
from imaging.volume.windowing import PaddingRange, window_bounds
from tests.imaging.annotations.slices import make_slice


def test_every_table_that_is_offered_has_its_colours() -> None:
    offered = {table.id for table in COLOUR_TABLES} - {GREY}
    assert offered == set(COLOUR_MAPS) | set(COLOUR_KNOTS)
    for name in offered:
        table = build_colour_table(name)
        assert (table.shape, table.dtype) == ((256, 3), np.uint8)
        assert len(np.unique(table, axis=0)) > 200


@pytest.mark.parametrize("name", sorted(COLOUR_KNOTS))
def test_dicoms_palettes(name: str) -> None:
    [path] = [one for one in get_palette_files("*.dcm") if Path(one).stem == name.replace("-", "")]
    palette = dcmread(path)
    colours = ("Red", "Green", "Blue")
    data = [np.frombuffer(palette[f"{one}PaletteColorLookupTableData"].value, np.uint8) for one in colours]
    # The standard's steps of 2 and 4 leave a smaller one at the end of each line.
    assert np.abs(build_colour_table(name).astype(int) - np.stack(data, axis=1)).max() <= 4


def test_padding_stays_black_in_every_table() -> None:
    grey = np.array([[0, 128, 255]], np.uint8)
    padding = np.array([[True, False, False]])
    for name in (*COLOUR_MAPS, *COLOUR_KNOTS):
        coloured = colour_frame(grey, name, padding=padding)
        assert coloured[0, 0].tolist() == [0, 0, 0]
        assert np.array_equal(coloured[0, 1:], build_colour_table(name)[[128, 255]])


@given(st.floats(1e-3, 1e5))
def test_a_bar_is_1_2_or_5_and_fills_most_of_its_room(length: float) -> None:
    found = round_down(length)
    assert found <= length * (1 + 1e-6)
    assert length / found < 2.5 + 1e-6
    assert f"{found:.0e}"[0] in "125"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (None, "50 px"),
        (SpacingSource.PIXEL_SPACING, "50 mm (pixel spacing)"),
        (SpacingSource.DETECTOR, "50 mm (at detector)"),
        (SpacingSource.CALIBRATED, "50 mm (calibrated)"),
        (SpacingSource.REGION, "50 mm (ultrasound region)"),
    ],
)
def test_a_bar_says_its_source(source: SpacingSource | None, text: str) -> None:
    assert describe_bar(50.0, LengthScale(source, (1.0, 1.0))) == text
    assert describe_bar(50.0, LengthScale(source, (1.0, 1.0)), with_source=False) == text.partition(" (")[0]


def test_the_window_of_a_region_counts_neither_padding_nor_what_lies_outside() -> None:
    stored = np.full((20, 30), -2000, np.int16)
    stored[5:15, 10:20] = np.arange(100, dtype=np.int16).reshape(10, 10)
    slice_ = make_slice(stored, padding=PaddingRange(-2000, -2000))
    found = fit_region(slice_, (40.0, 50.0), (-3.0, -3.0))
    assert found is not None
    assert found.values == 100
    assert window_bounds(found.window) == pytest.approx(tuple(np.percentile(np.arange(100), (0.5, 99.5))))
    assert fit_region(slice_, (0.0, 0.0), (3.0, 3.0)) is None
    one = fit_region(slice_, (7.2, 12.1), (7.4, 12.4))
    assert one is not None
    assert (one.values, window_bounds(one.window)) == (1, (22.0, 23.0))
