"""Upright cuts through a grid whose axes are not at right angles: slices that a tilted gantry shifts against each other
by an even step, or the sheared affine of a NIfTI file.

The grid is sheared right: each slice is moved within its own plane, and if its rows lean too each row along itself,
so that distances in the cut are true.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from imaging.volume.geometry import Affine

# A row that leans by less than this many columns in all stands upright but for rounding.
_NO_SKEW = 1e-3
_HALF = 0.5

Line = NDArray[np.float32]
LineOf = Callable[[int, int, int], Line]
"""(slice, axis 1 or 2, number of the row or column) to modality values along it."""


@dataclass(frozen=True, eq=False)
class UprightGrid:
    """The grid that holds every slice of a leaning stack, all of its steps at right angles to each other."""

    affine: Affine
    shape: tuple[int, int, int]
    shift: tuple[float, float]
    """Rows and columns by which every slice lies further than the one before it."""
    first: tuple[int, int]
    """The first row and column of the grid, in those of the first slice."""
    skew: float = 0.0
    """Columns by which every row lies further than the one before it."""

    @classmethod
    def of(cls, affine: Affine, shape: tuple[int, int, int]) -> "UprightGrid":
        """The grid around a stack of `shape` (slices, rows, columns) whose affine's slice step leans."""
        step, row, column = (affine[:3, axis] for axis in range(3))
        skew = float(row @ column / (column @ column))
        if abs(skew) * (shape[1] - 1) < _NO_SKEW:
            skew = 0.0
        down = row - skew * column
        normal = np.cross(column, down)
        normal /= np.linalg.norm(normal)
        forward = normal * float(step @ normal)
        aside = step - forward
        shift = float(aside @ down / (down @ down)), float(aside @ column / (column @ column))
        moved = [part * (shape[0] - 1) for part in shift]
        leaned = skew * (shape[1] - 1)
        least = min(moved[0], 0.0), min(moved[1], 0.0) + min(leaned, 0.0)
        most = max(moved[0], 0.0), max(moved[1], 0.0) + max(leaned, 0.0)
        first = floor(least[0]), floor(least[1])
        rows, columns = (length + ceil(end) - begin for length, end, begin in zip(shape[1:], most, first, strict=True))
        upright = affine.copy()
        upright[:3, 0], upright[:3, 1] = forward, down
        upright[:3, 3] += first[0] * down + first[1] * column
        return cls(upright, (shape[0], rows, columns), shift, first, skew)

    def cut(self, axis: int, number: int, line_of: LineOf, length: int) -> NDArray[np.float32]:
        """The cut at a row (axis 1) or column (axis 2) of the grid: [slice, index along the other one], float32.

        `line_of` reads a row or column of a slice as it is stored, `length` counts how many of them a slice has. Values
        between two are interpolated linearly; what lies outside a slice is NaN.
        """
        if axis == 2 and self.skew:
            return self._across_rows(number, line_of, length)
        other = 2 - axis
        points = np.arange(self.shape[3 - axis], dtype=np.float64) + self.first[other]
        lines = np.full((self.shape[0], len(points)), np.nan, dtype=np.float32)
        for index in range(self.shape[0]):
            at = number + self.first[axis - 1] - index * self.shift[axis - 1]
            line = _between(lambda near, index=index: line_of(index, axis, near), at, length)  # type: ignore[misc]
            if line is not None:
                # A row that leans is moved along itself; what leans of a column is seen to by `_across_rows`.
                own = points - index * self.shift[other] - (at * self.skew if axis == 1 else 0.0)
                lines[index] = np.interp(np.round(own, 6), np.arange(len(line)), line, left=np.nan, right=np.nan)
        return lines

    def _across_rows(self, number: int, line_of: LineOf, length: int) -> NDArray[np.float32]:
        """The cut at a column of the grid, which runs through many columns of each slice if its rows lean."""
        points = np.arange(self.shape[1], dtype=np.float64) + self.first[0]
        lines = np.full((self.shape[0], len(points)), np.nan, dtype=np.float32)
        for index in range(self.shape[0]):
            down = points - index * self.shift[0]
            across = number + self.first[1] - index * self.shift[1] - down * self.skew
            lines[index] = _sampled(lambda near, index=index: line_of(index, 2, near), down, across, length)  # type: ignore[misc]
        return lines


def leans(affine: Affine, shape: tuple[int, int, int]) -> bool:
    """Return whether a voxel of a grid of `shape` lies more than half a pixel beside its position in an upright one."""
    if not min(shape) > 0:
        return False
    grid = UprightGrid.of(affine, shape)
    # In columns, rows are as long as they are.
    aspect = float(np.linalg.norm(affine[:3, 1]) / np.linalg.norm(affine[:3, 2]))
    aside = [abs(part) * (shape[0] - 1) for part in grid.shift]
    return max(aside[0] * aspect, aside[1], abs(grid.skew) * (shape[1] - 1)) > _HALF * min(aspect, 1.0)


def _sampled(
    column_of: Callable[[int], Line], down: NDArray[np.float64], across: NDArray[np.float64], columns: int
) -> Line:
    """The values of a slice at (row, column) points, interpolated linearly both ways; NaN outside of it."""
    down, across = np.round(down, 6), np.round(across, 6)
    found = np.full(len(down), np.nan, dtype=np.float32)
    inside = np.flatnonzero((down >= 0) & (across >= 0) & (across <= columns - 1))
    if not len(inside):
        return found
    low = int(across[inside].min())
    high = min(int(across[inside].max()) + 1, columns - 1)
    part = np.stack([column_of(near) for near in range(low, high + 1)], axis=1)
    inside = inside[down[inside] <= len(part) - 1]
    row, column = down[inside].astype(np.intp), across[inside].astype(np.intp)
    below, right = (down[inside] - row).astype(np.float32), (across[inside] - column).astype(np.float32)
    next_row, next_column = np.minimum(row + 1, len(part) - 1), np.minimum(column + 1, high) - low
    column -= low
    # A share of nothing of a neighbour that is padding (NaN) must not spoil a value.
    upper = _mixed(part[row, column], part[row, next_column], right)
    lower = _mixed(part[next_row, column], part[next_row, next_column], right)
    found[inside] = _mixed(upper, lower, below)
    return found


def _mixed(one: Line, other: Line, share: Line) -> Line:
    return np.asarray(np.where(share == 0, one, one * (1 - share) + other * share), dtype=np.float32)


def _between(line_of: Callable[[int], Line], at: float, length: int) -> Line | None:
    """The line between two of them, None outside."""
    # Sums of shifts end a hair beside whole numbers.
    at = round(at, 6)
    if not 0 <= at <= length - 1:
        return None
    below = min(int(at), length - 1)
    share = np.float32(at - below)
    if share == 0:
        return line_of(below)
    return line_of(below) * (1 - share) + line_of(below + 1) * share
