"""Slices as 8-bit pixels, and the windows that they are drawn with; on screen, in `render` and in overlay files alike.

No Qt here. Arrays are [row, column] on the slice's own grid; turning and zooming belong to the view.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.load import frames_for_window, is_not_empty
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Polarity, Rescale
from imaging.volume.volume import Slice, Volume, modality_values
from imaging.volume.windowing import VoiFunction, VoiTable, Window, auto_window, to_grey

Grey = NDArray[np.uint8]
"""uint8 [row, column], or [row, column, 3] for colour."""
Voi = Window | VoiTable
_AS_STORED = Window(127.5, 255.0, VoiFunction.LINEAR_EXACT)
# Values that are enough for a percentile.
_COUNTED = 2**18
_LARGE, _REDUCED = 4 * 2**20, 2**20


def list_file_windows(slice_: Slice) -> tuple[Voi, ...]:
    """Return the windows that the file offers for this slice, its default first, each once; none for colour."""
    if slice_.is_colour:
        return ()
    offered = slice_.frame.windows if slice_.frame is not None else slice_.series.file_windows
    return tuple(dict.fromkeys(offered))


def choose_voi(volume: Volume, phase: int = 0) -> Voi | None:
    """Return the window to begin with: the file's own for the middle slice, else that of a slice that is loaded.

    A file's window does not depend on which slices are loaded: one slice alone is drawn as it is within its series.
    Colour has none. 8-bit pictures that are no DICOM are shown as they are stored, others in an automatic window, of
    nothing if no slice is loaded. Raises `Refusal` as `Volume.slice_at` does.
    """
    series = volume.series
    offered = series.frame(phase, series.middle).windows or series.file_windows
    if offered:
        return offered[0]
    numbers = frames_for_window(series, phase)
    loaded = [number % series.slices for number in numbers if volume.loaded[phase, number % series.slices]]
    index = next((one for one in loaded if is_not_empty(volume.pixels(phase, one))), series.middle)
    slice_ = volume.slice_at(Plane.ACQUIRED, index, phase)
    if slice_.is_colour:
        return None
    if own := list_file_windows(slice_):
        return own[0]
    as_stored = series.format is Format.RASTER and series.dtype == "uint8"
    return _AS_STORED if as_stored else fit_window(slice_)


def fit_window(slice_: Slice) -> Window:
    """Return a window that spans this slice's values, less padding and the outermost half percent at each end.

    Of a large slice every n-th row and column is counted: sorting millions of values would hold up the hand.
    """
    step = max(1, round((slice_.stored.size / _COUNTED) ** 0.5))
    few = replace(slice_, stored=slice_.stored[::step, ::step])
    return auto_window(few.values, ignore=few.padding)


def measure_span(slice_: Slice) -> float:
    """Return the distance from the least to the greatest modality value, padding not counted; for window drags."""
    values = slice_.values if slice_.padding is None else slice_.values[~slice_.padding]
    if values.size == 0:
        return 1.0
    low, high = (float(edge) for edge in cv2.minMaxLoc(np.ascontiguousarray(values).reshape(1, -1))[:2])
    return high - low if np.isfinite(high - low) and high > low else 1.0


def measure_drag(slice_: Slice, voi: Voi | None) -> tuple[Window, float] | None:
    """Return the window that a drag begins at, and the span of values that it covers; None without a window."""
    if isinstance(voi, VoiTable):
        # A window over the values that the table covers.
        voi = Window(voi.first + len(voi.entries) / 2, max(float(len(voi.entries)), 1.0))
    if voi is None:
        return None
    return voi, measure_span(reduce_slice(slice_) if is_large(slice_) else slice_)


def is_large(slice_: Slice) -> bool:
    """Return whether drawing the whole slice takes longer than a hand that drags can wait for."""
    return int(np.prod(slice_.stored.shape[:2])) > _LARGE


def reduce_slice(slice_: Slice) -> Slice:
    """Return about `_REDUCED` pixels of a slice, every n-th, for drawing alone: it has no place any more.

    No means: they would take thirty times as long, and one of padding and picture is neither.
    """
    rows, columns = slice_.stored.shape[:2]
    step = max(1, round((rows * columns / _REDUCED) ** 0.5))
    return replace(slice_, stored=np.ascontiguousarray(slice_.stored[step // 2 :: step, step // 2 :: step]))


def draw_frame(slice_: Slice, voi: Voi | None, *, inverted: bool = False) -> Grey:
    """Return the slice as 8-bit grey [row, column]; colour passes through as RGB [row, column, 3].

    MONOCHROME1 is inverted after the VOI (PS3.3 C.7.6.3.1.2), `inverted` toggles from there. Padding is drawn as
    background, black, however the rest is turned.
    """
    if slice_.is_colour:
        return np.asarray(255 - slice_.stored if inverted else slice_.stored, dtype=np.uint8)
    grey = _map_to_grey(slice_, voi if voi is not None else fit_window(slice_))
    if (slice_.series.polarity is Polarity.MONOCHROME1) != inverted:
        grey = cv2.bitwise_not(grey).reshape(grey.shape).astype(np.uint8, copy=False)
    if slice_.padding is not None:
        grey = np.where(slice_.padding, np.uint8(0), grey)
    return grey


def _map_to_grey(slice_: Slice, voi: Voi) -> Grey:
    """Return `to_grey` of the slice's values; of short integers by a table, in one pass over them."""
    stored, modality = slice_.stored, slice_.modality
    is_short = stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2
    if not (is_short and isinstance(modality, Rescale) and isinstance(voi, Window)):
        return to_grey(slice_.values, voi)
    bits = np.ascontiguousarray(stored).view(f"u{stored.dtype.itemsize}")
    return np.asarray(cv2.LUT(bits, _build_grey_table(modality, voi, stored.dtype.str)), dtype=np.uint8)


@lru_cache(maxsize=32)
def _build_grey_table(modality: Rescale, window: Window, dtype: str) -> Grey:
    """Return the grey of every value of a short integer, in the order of its bits."""
    size = np.dtype(dtype).itemsize
    every = np.arange(256**size, dtype=f"u{size}").view(dtype)
    # Values that no slice has may leave what single precision holds.
    with np.errstate(over="ignore", invalid="ignore"):
        return to_grey(modality_values(every, modality), window)


def draw_graphics(frame: Grey, slice_: Slice) -> Grey:
    """Return the frame with the file's own drawings laid over it, for files: the same white as on screen."""
    if slice_.graphics is None:
        return frame
    drawn = frame.copy()
    drawn[slice_.graphics] = 255
    return drawn


def shrink_frame(frame: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Return the mean of every factor × factor pixels: fine structure must not alias in a small pane."""
    if factor < 2:
        return frame
    rows, columns = (max(1, round(length / factor)) for length in frame.shape[:2])
    return np.asarray(cv2.resize(frame, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def make_thumbnail(grey: Grey, *, longest: int = 96, pixel_aspect: float = 1.0) -> Grey:
    """Return a small frame for the list of series, with its pixels' aspect."""
    rows, columns = grey.shape[0] * pixel_aspect, float(grey.shape[1])
    scale = longest / max(rows, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def choose_next_window(offered: Sequence[Voi], current: Voi | None) -> Voi | None:
    """Return the file's first window, or the one after the current one if that is the file's; None without any."""
    if current in offered:
        return offered[(offered.index(current) + 1) % len(offered)]
    return offered[0] if offered else None
