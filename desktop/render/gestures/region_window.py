"""The window of a region of a slice: that of its own values, through the modality LUT. No Qt here."""

from dataclasses import dataclass, replace

import numpy as np

from desktop.render.text import format_number
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.volume.volume import Slice
from imaging.volume.windowing import Window, auto_window, window_bounds

Place = tuple[float, float]
"""(row, column) of a slice, between pixels too."""


@dataclass(frozen=True)
class RegionWindow:
    """The window from the 0.5 to the 99.5 percentile of so many values of a region."""

    window: Window
    values: int
    units: str

    def describe(self) -> str:
        """Return it in a sentence."""
        low, high = (format_number(round(end, 3)) for end in window_bounds(self.window))
        units = f" {self.units}" if self.units else ""
        return tr(
            "Window of the region: {low} to {high}{units}, the 0.5 to 99.5 percentile of {values} values",
            low=low,
            high=high,
            units=units,
            values=self.values,
        )


def fit_region(slice_: Slice, one: Place, other: Place) -> RegionWindow | None:
    """Return the window of the pixels between two corners, given in any order.

    Padding and NaN are not counted. None for a picture in colour, and if there is no value in the region.
    """
    if slice_.is_colour:
        return None
    parts = []
    for first, last, length in zip(one, other, slice_.stored.shape, strict=False):
        # Pixel n covers n - 0.5 (included) to n + 0.5.
        low, high = (int(np.floor(edge + 0.5)) for edge in sorted((first, last)))
        parts.append(slice(max(low, 0), min(high + 1, length)))
    region = replace(slice_, stored=np.ascontiguousarray(slice_.stored[tuple(parts)]))
    counted = np.isfinite(region.values) if region.padding is None else np.isfinite(region.values) & ~region.padding
    if not counted.any():
        return None
    window = replace(auto_window(region.values, ignore=~counted), explanation=english("of a region"))
    return RegionWindow(window, int(counted.sum()), slice_.series.units or "")
