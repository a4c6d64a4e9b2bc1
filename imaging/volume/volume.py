"""A volume: the stored pixels of one series in memory, and the slices one looks at.

Stored pixels keep their dtype. Conversion to modality values happens for the slice that is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.volume.deskew import UprightGrid
from imaging.volume.geometry import Affine, Plane, Reorientation, reorientation_to, spacing_of
from imaging.volume.series import IDENTITY, ModalityTable, OverlayPlane, Polarity, Rescale, Series, StoredFrame
from imaging.volume.windowing import PaddingRange


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice as stored, with all that is needed to draw it, to measure on it and to give it to a model.

    `stored` is [row, column] in the stored dtype, or [row, column, 3] uint8 for colour.
    """

    stored: NDArray[Any]
    modality: Rescale | ModalityTable
    series: Series
    plane: Plane
    index: int
    count: int
    phase: int
    affine: Affine | None
    """Maps (0, row, column) of this slice to LPS millimetres; None if unknown."""
    spacing: tuple[float, float] | None
    """Millimetres between rows and between columns; None if unknown."""
    pixel_aspect: float
    """Height of a pixel over its width; 1 if unknown."""
    frame: StoredFrame | None
    """The stored frame this slice is, None for a reformat."""
    is_interpolated: bool = False
    """Whether its values lie between those of voxels."""
    slab: str = ""
    """What it shows of several planes, in words; empty for one plane."""
    is_projection: bool = False
    """Whether its pixels have no depth: each is a value of a whole line through the volume."""

    @cached_property
    def values(self) -> NDArray[np.float32]:
        """Modality values, float32 [row, column] ([row, column, 3] for colour, as stored)."""
        return modality_values(self.stored, self.modality)

    @cached_property
    def padding(self) -> NDArray[np.bool_] | None:
        """The mask of padding, or None if the file names no padding value."""
        pad = self.series.padding
        if self.is_colour:
            return None
        if self.is_interpolated or self.stored.dtype.name != self.series.dtype:
            # A cut that was converted to modality values on the way, and has NaN where there is no picture.
            return np.asarray(np.isnan(self.stored))
        if pad is None:
            return None
        return np.asarray((self.stored >= pad.low) & (self.stored <= pad.high))

    @cached_property
    def graphics(self) -> NDArray[np.bool_] | None:
        """The mask of what the file draws over this slice (60xx overlays); None without any, and for a reformat."""
        if self.frame is None or self.plane is not Plane.ACQUIRED or not self.frame.overlays:
            return None
        return _drawn(self.frame.overlays, self.series.rows, self.series.columns)

    @property
    def is_colour(self) -> bool:
        """Tell RGB pixels, which have no window and no modality value."""
        return self.series.polarity is Polarity.COLOUR


@dataclass(frozen=True, eq=False)
class Volume:
    """The stored pixels of a series: `stored[phase, slice, row, column(, 3)]`, and which slices are there yet.

    `loaded[phase, slice]` turns true as the loader fills the array; everything else never changes.
    """

    series: Series
    stored: NDArray[Any]
    loaded: NDArray[np.bool_]
    flaws: list[Refusal] = field(default_factory=list)
    """The faults found in the one packed file that all slices come from."""
    stamps: list[tuple[int, int]] = field(default_factory=list)
    """Size and time of change of the one file that all slices come from, when the first of them was read."""

    @property
    def is_damaged(self) -> bool:
        """Return whether any slice is known to be possibly wrong; from then on each says that it is incomplete."""
        return bool(self.flaws)

    @property
    def is_complete(self) -> bool:
        """Return whether every slice was read."""
        return bool(self.loaded.all())

    @property
    def resident_slices(self) -> int | None:
        """The most slices in memory at a time; None if all of them are."""
        return None

    def pixels(self, phase: int, index: int) -> NDArray[Any]:
        """The stored pixels of one slice, as far as they are loaded."""
        return np.asarray(self.stored[phase, index])

    def frame_array(self, number: int) -> NDArray[Any] | None:
        """Return the array for the pixels of frame `number`, if a reader can fill it; None if `store_frame` must."""
        return np.asarray(self.stored[divmod(number, self.series.slices)])

    def store_frame(self, number: int, pixels: NDArray[Any] | None = None) -> None:
        """Take in a frame that was read; without `pixels` if they are in its `frame_array` already."""
        where = divmod(number, self.series.slices)
        if pixels is not None:
            self.stored[where] = pixels
        self.loaded[where] = True

    def look_at(self, phase: int, index: int) -> None:
        """Say which slice is looked at: a paged volume keeps what is near."""

    def count(self, plane: Plane = Plane.ACQUIRED) -> int:
        """Return how many slices the volume has in a plane. Raises `Refusal` if it cannot be cut that way."""
        return self._shape(plane)[0]

    def slice_at(self, plane: Plane, index: int, phase: int = 0) -> Slice:
        """The slice with a number, counted from 0 along the plane's normal.

        Raises `Refusal` (OUT_OF_RANGE) for a number that does not exist, (NO_GEOMETRY) for a plane that cannot be cut.
        """
        count = self.count(plane)
        if not (0 <= index < count and 0 <= phase < self.series.phases):
            there = f"This series has slices 0 to {count - 1} and {self.series.phases} phase(s)."
            raise Refusal(Code.OUT_OF_RANGE, there)
        if plane is Plane.ACQUIRED:
            return self._acquired(index, phase)
        return self._reformatted(plane, index, phase)

    def _shape(self, plane: Plane) -> tuple[int, int, int]:
        series = self.series
        shape = (series.slices, series.rows, series.columns)
        if plane is Plane.ACQUIRED:
            return shape
        if series.grid_affine is None:
            raise Refusal(Code.NO_GEOMETRY)
        axes = reorientation_to(series.grid_affine, plane).axes
        # Turning slices within their own plane moves no distance, so only real reformats need an even, upright grid.
        if axes[0] != 0:
            require_even_grid(series)
            shape = self._upright.shape if series.tilted else shape
        return shape[axes[0]], shape[axes[1]], shape[axes[2]]

    @property
    def _as_known(self) -> Series:
        """The series as its slices name it."""
        is_news = self.is_damaged and not self.series.incomplete
        return replace(self.series, incomplete=True) if is_news else self.series

    def _acquired(self, index: int, phase: int) -> Slice:
        series = self.series
        frame = series.frame(phase, index)
        spacing = series.pixel_spacing
        affine = None
        if series.affine is not None:
            affine = series.affine.copy()
            affine[:3, 3] += index * affine[:3, 0]
            if frame.position is not None:
                affine[:3, 3] = frame.position
            spacing = spacing or spacing_of(affine)[1:]
        return Slice(
            stored=self.pixels(phase, index),
            modality=frame.modality,
            series=self._as_known,
            plane=Plane.ACQUIRED,
            index=index,
            count=series.slices,
            phase=phase,
            affine=affine,
            spacing=spacing,
            pixel_aspect=series.pixel_aspect,
            frame=frame,
        )

    def _reformatted(self, plane: Plane, index: int, phase: int) -> Slice:
        series = self.series
        grid = series.grid_affine
        assert grid is not None
        turn = reorientation_to(grid, plane)
        frame: StoredFrame | None = None
        modality: Rescale | ModalityTable = IDENTITY
        if turn.axes[0] == 0:
            # A stored slice that is turned within its own plane keeps its own position.
            whole = self._acquired(series.slices - 1 - index if turn.reversed_[0] else index, phase)
            stored, modality, frame = turn.of_array(whole.stored[np.newaxis])[0], whole.modality, whole.frame
            lies = grid if whole.affine is None else whole.affine
            affine = turn.of_affine(lies, (1, series.rows, series.columns))
        elif series.tilted:
            stored = self._upright_cut(turn, index, phase)
            affine = turn.of_affine(self._upright.affine, self._upright.shape)
        else:
            stored, modality = self._uniform(phase, self._cut(turn, index, phase), turn)
            affine = turn.of_affine(grid, (series.slices, series.rows, series.columns))
        if frame is None:
            affine[:3, 3] += index * affine[:3, 0]
        _, row, column = spacing_of(affine)
        return Slice(
            stored=stored,
            modality=modality,
            series=self._as_known,
            plane=plane,
            index=index,
            count=self.count(plane),
            phase=phase,
            affine=None if series.affine is None else affine,
            spacing=(row, column),
            pixel_aspect=row / column,
            frame=frame,
            is_interpolated=series.tilted and frame is None,
        )

    def _cut(self, turn: Reorientation, index: int, phase: int) -> NDArray[Any]:
        """The stored pixels of a cut across the slices, on the grid as it is."""
        return np.asarray(turn.of_array(self.stored[phase])[index])

    def _line(self, phase: int, index: int, axis: int, near: int) -> NDArray[Any]:
        """A row (axis 1) or a column (axis 2) of a stored slice."""
        pixels = self.pixels(phase, index)
        return np.asarray(pixels[near] if axis == 1 else pixels[:, near])

    @cached_property
    def _upright(self) -> UprightGrid:
        series = self.series
        assert series.affine is not None
        return UprightGrid.of(series.affine, (series.slices, series.rows, series.columns))

    def _upright_cut(self, turn: Reorientation, index: int, phase: int) -> NDArray[np.float32]:
        """A cut through a tilted stack, sheared right, as modality values [row, column]."""
        axis = turn.axes[0]
        number = self._upright.shape[axis] - 1 - index if turn.reversed_[0] else index

        def line_of(slice_: int, axis: int, near: int) -> NDArray[np.float32]:
            line = self._line(phase, slice_, axis, near)
            return frame_values(line, self.series.frame(phase, slice_).modality, self.series.padding)

        length = self.series.rows if axis == 1 else self.series.columns
        cut = self._upright.cut(axis, number, line_of, length)
        cut = cut if turn.axes[1] == 0 else cut.T
        backwards = tuple(slice(None, None, -1) if turned else slice(None) for turned in turn.reversed_[1:])
        return np.ascontiguousarray(cut[backwards])

    def _uniform(
        self, phase: int, cut: NDArray[Any], turn: Reorientation
    ) -> tuple[NDArray[Any], Rescale | ModalityTable]:
        """A cut across the slices with one mapping to modality values: if theirs differ, it is converted row by row."""
        frames = self.series.frames[phase * self.series.slices : (phase + 1) * self.series.slices]
        if all(frame.modality == frames[0].modality for frame in frames):
            return cut, frames[0].modality
        axis = turn.axes.index(0)
        pad = None if self.series.channels == 3 else self.series.padding
        converted = [
            frame_values(line, frame.modality, pad)
            for line, frame in zip(
                np.moveaxis(cut, axis - 1, 0), frames[::-1] if turn.reversed_[axis] else frames, strict=True
            )
        ]
        return np.moveaxis(np.stack(converted), 0, axis - 1), IDENTITY


def frame_values(
    stored: NDArray[Any], modality: Rescale | ModalityTable, pad: PaddingRange | None
) -> NDArray[np.float32]:
    """Modality values of a frame, or a part of it, with NaN for padding, which only stored values tell."""
    values = modality_values(stored, modality)
    if pad is not None:
        values[(stored >= pad.low) & (stored <= pad.high)] = np.nan
    return values


def require_even_grid(series: Series) -> Affine:
    """Return (slice, row, column) to millimetres of a grid that planes can be cut out of, which may lean.

    Raises `Refusal` (NO_GEOMETRY) if it is not known, or distances across its slices would not be true.
    """
    grid = series.grid_affine
    if grid is None:
        raise Refusal(Code.NO_GEOMETRY)
    if not (series.regular or (series.tilted and series.channels == 1)):
        raise Refusal(Code.NO_GEOMETRY, _IRREGULAR if series.depth_known else _NO_DEPTH)
    return grid


def _drawn(planes: Sequence[OverlayPlane], rows: int, columns: int) -> NDArray[np.bool_]:
    """The pixels of a frame that any of the planes covers; what reaches beyond the frame is cut off."""
    mask = np.zeros((rows, columns), dtype=np.bool_)
    for plane in planes:
        count = plane.rows * plane.columns
        whole = np.frombuffer(plane.bits, np.uint8)[plane.first // 8 : (plane.first + count + 7) // 8]
        bits = np.unpackbits(whole, bitorder="little")[plane.first % 8 :][:count].reshape(plane.rows, plane.columns)
        top, left = plane.origin
        shown = mask[max(top, 0) : max(top + plane.rows, 0), max(left, 0) : max(left + plane.columns, 0)]
        above, before = max(-top, 0), max(-left, 0)
        shown |= bits[above : above + shown.shape[0], before : before + shown.shape[1]].astype(np.bool_)
    return mask


_NO_DEPTH = "The one slice of this series does not say how thick it is, so other planes cannot be made."
_IRREGULAR = "The slices of this series are not evenly spaced, so other planes would show wrong distances."


def modality_values(stored: NDArray[Any], modality: Rescale | ModalityTable) -> NDArray[np.float32]:
    """Stored values through their modality mapping (PS3.3 C.11.1), as float32 of the same shape."""
    if isinstance(modality, ModalityTable):
        last = len(modality.entries) - 1
        index = np.clip(stored.astype(np.int64) - modality.first, 0, last)
        return np.asarray(modality.entries[index], dtype=np.float32)
    if modality == IDENTITY:
        return stored.astype(np.float32)
    if stored.dtype.itemsize <= 2:
        return stored.astype(np.float32) * np.float32(modality.slope) + np.float32(modality.intercept)
    # 32-bit integers do not fit float32's 24 bits before the slope is applied.
    return (stored.astype(np.float64) * modality.slope + modality.intercept).astype(np.float32)
