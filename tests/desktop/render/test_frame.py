"""The 8-bit frame, the window to begin with, the overlay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as hn
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from desktop.render.colour_maps import blend_overlay, build_overlay_table, colour_levels, draw_heat
from desktop.render.frame import (
    choose_next_window,
    choose_voi,
    draw_frame,
    fit_window,
    list_file_windows,
    make_thumbnail,
    measure_span,
    shrink_frame,
)
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, PaddingRange, Polarity, Rescale, Series, Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import VoiFunction, VoiTable, Window, to_grey
from inference.contract.phantoms import slice_from_array

Make = Callable[..., Volume]


@pytest.fixture
def make() -> Make:
    """Makes a volume of [slice, row, column(, 3)] that is loaded whole."""

    def made(stored: NDArray[Any], windows: tuple[Any, ...] = (), **facts: Any) -> Volume:
        frames = tuple(StoredFrame(Source(Path("a")), n, windows=windows) for n in range(len(stored)))
        series = Series(
            **{
                "id": "1", "format": Format.DICOM, "frames": frames, "slices": len(stored), "rows": stored.shape[1],
                "columns": stored.shape[2], "dtype": stored.dtype.name, "channels": 3 if stored.ndim == 4 else 1,
                **facts,
            }
        )  # fmt: skip
        return Volume(series, stored[np.newaxis], np.ones((1, len(stored)), dtype=bool))

    return made


def only(volume: Volume, index: int = 0) -> Slice:
    return volume.slice_at(Plane.ACQUIRED, index)


RAMP = np.arange(0, 256, dtype=np.int16).reshape(1, 16, 16)
SAME = Window(127.5, 255, VoiFunction.LINEAR_EXACT)


def test_monochrome1_is_the_exact_complement(make: Make) -> None:
    bright = draw_frame(only(make(RAMP)), SAME)
    dark = draw_frame(only(make(RAMP, polarity=Polarity.MONOCHROME1)), SAME)
    assert np.array_equal(bright, RAMP[0])
    assert np.array_equal(dark, 255 - bright)
    assert np.array_equal(draw_frame(only(make(RAMP, polarity=Polarity.MONOCHROME1)), SAME, inverted=True), bright)


@pytest.mark.parametrize("polarity", [Polarity.MONOCHROME1, Polarity.MONOCHROME2])
@pytest.mark.parametrize("inverted", [False, True])
def test_padding_is_background_and_never_counted(make: Make, polarity: Polarity, inverted: bool) -> None:
    values = np.full((1, 20, 20), -2000, dtype=np.int16)
    values[0, 5:15, 5:15] = np.linspace(0, 100, 100).reshape(10, 10)
    slice_ = only(make(values, polarity=polarity, padding=PaddingRange(-2000, -2000)))
    frame = draw_frame(slice_, fit_window(slice_), inverted=inverted)
    assert (frame[values[0] == -2000] == 0).all()
    window = fit_window(slice_)
    assert window.centre - window.width / 2 >= 0
    assert window.centre + window.width / 2 <= 100
    assert measure_span(slice_) == 100


def test_colour_passes_through(make: Make) -> None:
    red = np.zeros((1, 4, 4, 3), dtype=np.uint8)
    red[..., 0] = 200
    volume = make(red, polarity=Polarity.COLOUR)
    assert choose_voi(volume) is None
    assert np.array_equal(draw_frame(only(volume), None), red[0])


def test_the_files_own_window_comes_first(make: Make) -> None:
    windows = (Window(40, 400), Window(-600, 1500))
    assert choose_voi(make(RAMP, windows)) == windows[0]


def test_the_same_window_twice_is_offered_once(make: Make) -> None:
    assert list_file_windows(only(make(RAMP, (Window(-450, 2000), Window(-450, 2000))))) == (Window(-450, 2000),)


def test_the_window_never_comes_from_an_empty_slice(make: Make) -> None:
    stack = np.zeros((5, 16, 16), dtype=np.int16)
    stack[4] = RAMP[0] * 4
    window = choose_voi(make(stack))
    assert isinstance(window, Window)
    assert window.width > 900


def test_a_first_slice_that_is_empty_does_not_matter(make: Make) -> None:
    stack = np.stack([RAMP[0] * 0, RAMP[0], RAMP[0]])
    assert choose_voi(make(stack)) == choose_voi(make(np.stack([RAMP[0]] * 3)))


def test_8_bit_pictures_are_shown_as_they_are(make: Make) -> None:
    grey = np.tile(np.arange(100, 120, dtype=np.uint8), (1, 20, 1))
    volume = make(grey, format=Format.RASTER)
    assert np.array_equal(draw_frame(only(volume), choose_voi(volume)), grey[0])


def test_nothing_loaded_is_no_crash(make: Make) -> None:
    volume = make(RAMP)
    assert isinstance(choose_voi(replace(volume, loaded=np.zeros((1, 1), dtype=bool))), Window)


def test_windows_take_turns() -> None:
    table = VoiTable(0, 8, np.arange(256, dtype=np.uint16))
    offered = (table, Window(40, 400))
    assert choose_next_window(offered, table) == Window(40, 400)
    assert choose_next_window(offered, Window(40, 400)) is table
    assert choose_next_window(offered, Window(1, 2)) is table
    assert choose_next_window((), Window(1, 2)) is None


@given(
    st.sampled_from(["int8", "uint8", "int16", "uint16", ">i2"]).flatmap(lambda dtype: hn.arrays(dtype, (3, 5))),
    st.floats(-3000, 3000),
    st.floats(1, 5000),
    st.sampled_from(VoiFunction),
    st.sampled_from([0.5, 1.0, -2.0]),
)
def test_a_table_of_short_integers_draws_what_the_values_say(
    stored: NDArray[Any], centre: float, width: float, function: VoiFunction, slope: float
) -> None:
    window = Window(centre, width, function)
    slice_ = replace(slice_from_array(stored), modality=Rescale(slope, -1000.0))
    assert np.array_equal(draw_frame(slice_, window), to_grey(slice_.values, window))


@given(hn.arrays(np.uint8, (4, 6)), st.floats(0, 1), st.floats(0, 1))
def test_packed_colours_are_those_of_qt(levels: NDArray[np.uint8], opacity: float, cut: float) -> None:
    table = build_overlay_table(opacity, cut)
    image = QImage(levels.tobytes(), 6, 4, 6, QImage.Format.Format_Indexed8)
    image.setColorTable([int(a) << 24 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b, a in table])
    wanted = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    assert colour_levels(levels, table).tobytes() == bytes(wanted.constBits())


def test_one_opacity_and_nothing_below_the_cut() -> None:
    heat = np.array([[0.0, 0.2, 0.5, 1.0, np.nan]], dtype=np.float32)
    overlay = draw_heat(heat, opacity=0.5, cut=0.4)
    assert overlay[0, :, 3].tolist() == [0, 0, 128, 128, 0]
    brightness = draw_heat(np.linspace(0, 1, 256, dtype=np.float32)[np.newaxis], opacity=1, cut=0)[0, :, :3].sum(axis=1)
    assert (np.diff(brightness.astype(int)) >= -3).all()


def test_the_map_is_not_stretched_here() -> None:
    weak = np.full((2, 2), 0.3, dtype=np.float32)
    strong = np.full((2, 2), 1.0, dtype=np.float32)
    assert (draw_heat(weak, opacity=1, cut=0) != draw_heat(strong, opacity=1, cut=0)).any()


def test_blend() -> None:
    grey = np.array([[100, 100]], dtype=np.uint8)
    overlay = np.array([[[200, 0, 0, 255], [200, 0, 0, 0]]], dtype=np.uint8)
    assert blend_overlay(grey, overlay).tolist() == [[[200, 0, 0], [100, 100, 100]]]


def test_shrinking_averages() -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    assert np.unique(shrink_frame(checks.astype(np.uint8), 2)).tolist() == [128]
    assert shrink_frame(checks.astype(np.uint8), 1).shape == (64, 64)


def test_a_thumbnail_has_the_pixels_aspect() -> None:
    assert make_thumbnail(np.zeros((64, 32), dtype=np.uint8), longest=32, pixel_aspect=0.5).shape == (32, 32)
