"""The colours of a pane whose picture has a colour table, and the bar that says what they stand for. No Qt here."""

import numpy as np
from numpy.typing import NDArray

from desktop.render.colour_maps import build_colour_table, colour_frame
from desktop.render.frame import Grey
from desktop.render.text import format_number
from desktop.state.colour_tables import GREY
from desktop.state.picture import ColourKey
from desktop.state.view import ViewState
from imaging.volume.series import Polarity
from imaging.volume.volume import Slice
from imaging.volume.windowing import Window, window_bounds


class PaneColours:
    """Colours the frames of a pane one after another, and keeps the last one while it stays."""

    def __init__(self) -> None:
        self._last: tuple[Grey, str, Grey] | None = None

    def colour(self, frame: Grey, slice_: Slice, colours: str) -> Grey:
        """Return the same as `colour_slice`."""
        if colours == GREY:
            return frame
        if self._last is None or self._last[0] is not frame or self._last[1] != colours:
            self._last = frame, colours, colour_slice(frame, slice_, colours)
        return self._last[2]


def colour_slice(frame: Grey, slice_: Slice, colours: str) -> Grey:
    """Return the frame of a slice, whole or reduced, in a table's colours; grey, and a picture in colour, stay."""
    if colours == GREY or frame.ndim == 3:
        return frame
    return colour_frame(frame, colours, padding=_padding_of(slice_, frame))


def describe_colours(slice_: Slice, state: ViewState) -> ColourKey | None:
    """Return the colours from low to high, with the values of the window's ends; None without a colour table."""
    if state.colours == GREY or slice_.is_colour:
        return None
    table = build_colour_table(state.colours)
    is_dark_high = (slice_.series.polarity is Polarity.MONOCHROME1) != state.inverted
    low, high = "", ""
    if isinstance(state.voi, Window):
        units = f" {slice_.series.units}" if slice_.series.units else ""
        low, high = (f"{format_number(round(end, 3))}{units}" for end in window_bounds(state.voi))
    return ColourKey(table[::-1] if is_dark_high else table, low, high)


def _padding_of(slice_: Slice, frame: Grey) -> NDArray[np.bool_] | None:
    """Return the mask of padding on the grid of a frame, which may hold every n-th row and column alone."""
    mask = slice_.padding
    if mask is None or mask.shape == frame.shape:
        return mask
    rows, columns = (np.arange(n) * whole // n for n, whole in zip(frame.shape, mask.shape, strict=True))
    return np.asarray(mask[np.ix_(rows, columns)])
