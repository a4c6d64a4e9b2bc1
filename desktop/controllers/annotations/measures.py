"""Measurements of the shapes on screen: at once if that takes no time, else in the background, and kept."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from desktop.jobs.jobs import Jobs, Lane
from imaging.annotations.measurement import Measurement, measure_shape
from imaging.annotations.shapes import AREAS, Shape, box_of
from imaging.volume.volume import Slice, Volume

# Pixels of which the statistics are computed within a moment of the hand that drags.
_AT_ONCE = 2**16


class ShapeMeasures(QObject):
    """Measures shapes, and calls `redraw` when the statistics of a large area have come."""

    def __init__(self, jobs: Jobs, redraw: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._redraw = redraw
        self._kept: dict[str, tuple[Shape, Slice | None, Measurement]] = {}
        self._asked: tuple[Shape, Slice] | None = None

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._asked = None

    def kept(self, shape: Shape) -> Measurement | None:
        """Return what a shape was found to measure; None if it was not measured yet."""
        found = self._kept.get(shape.uid)
        return None if found is None or not _is_same(found[0], shape) else found[2]

    def measure(self, shape: Shape, slice_: Slice, volume: Volume) -> Measurement:
        """Return what a shape measures on its slice; the statistics of a large area come later."""
        kept = self._kept.get(shape.uid)
        if kept is not None and _is_same(kept[0], shape) and kept[1] in (None, slice_):
            return kept[2]
        if not _is_large(shape, slice_):
            return self._keep(shape, slice_, volume, measure_shape(shape, slice_))
        if self._asked is None or self._asked[0] != shape or self._asked[1] is not slice_:
            self._asked = shape, slice_
            came = partial(self._came, shape, slice_, volume)
            work = partial(measure_shape, shape, slice_)
            self._jobs.start_latest(Lane.MEASURE, work, returned=came, refused=lambda _: None)
        return measure_shape(shape, slice_, with_values=False)

    def _came(self, shape: Shape, slice_: Slice, volume: Volume, measured: Measurement) -> None:
        self._asked = None
        self._keep(shape, slice_, volume, measured)
        self._redraw()

    def _keep(self, shape: Shape, slice_: Slice, volume: Volume, measured: Measurement) -> Measurement:
        """Keep it for good if it will not change: a slice across others changes as long as these are being read."""
        is_final = slice_.frame is not None or volume.is_complete
        self._kept[shape.uid] = shape, None if is_final and shape.uid else slice_, measured
        return measured


def _is_same(one: Shape, other: Shape) -> bool:
    """Return whether two shapes measure the same: whatever they are called, and however they look."""
    return one is other or replace(one, label=other.label, colour=other.colour, is_visible=other.is_visible) == other


def _is_large(shape: Shape, slice_: Slice) -> bool:
    if shape.type not in AREAS:
        return False
    height, width = slice_.stored.shape[:2]
    rows, columns = box_of(shape.type, shape.points, (height, width))
    return bool((rows.stop - rows.start) * (columns.stop - columns.start) > _AT_ONCE)
