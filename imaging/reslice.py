"""Upright cuts through a stack whose slices are shifted against each other by an even step, as a tilted gantry does.

The tilted grid is sheared right: each slice is moved within its own plane, so that distances in the cut are true.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Affine

Line = NDArray[np.float32]
LineOf = Callable[[int, int, int], Line]
"""(slice, axis 1 or 2, number of the row or column) to modality values along it."""


@dataclass(frozen=True, eq=False)
class UprightGrid:
    """The grid that holds every slice of a tilted stack, its slice step at right angles to the slices."""

    affine: Affine
    shape: tuple[int, int, int]
    shift: tuple[float, float]
    """Rows and columns by which every slice lies further than the one before it."""
    first: tuple[int, int]
    """The first row and column of the grid, in those of the first slice."""

    @classmethod
    def of(cls, affine: Affine, shape: tuple[int, int, int]) -> "UprightGrid":
        """The grid around a stack of `shape` (slices, rows, columns) whose affine's slice step leans."""
        step, row, column = (affine[:3, axis] for axis in range(3))
        normal = np.cross(column, row)
        normal /= np.linalg.norm(normal)
        forward = normal * float(step @ normal)
        aside = step - forward
        shift = float(aside @ row / (row @ row)), float(aside @ column / (column @ column))
        moved = [part * (shape[0] - 1) for part in shift]
        first = floor(min(moved[0], 0.0)), floor(min(moved[1], 0.0))
        rows, columns = (
            length + ceil(max(end, 0.0)) - begin for length, end, begin in zip(shape[1:], moved, first, strict=True)
        )
        upright = affine.copy()
        upright[:3, 0] = forward
        upright[:3, 3] += first[0] * row + first[1] * column
        return cls(upright, (shape[0], rows, columns), shift, first)

    def cut(self, axis: int, number: int, line_of: LineOf, length: int) -> NDArray[np.float32]:
        """The cut at a row (axis 1) or column (axis 2) of the grid: [slice, place along the other one], float32.

        `line_of` reads a row or column of a slice as it is stored, `length` counts how many of them a slice has. Values
        between two are interpolated linearly; what lies outside a slice is NaN.
        """
        other = 2 - axis
        places = np.arange(self.shape[3 - axis], dtype=np.float64) + self.first[other]
        lines = np.full((self.shape[0], len(places)), np.nan, dtype=np.float32)
        for index in range(self.shape[0]):
            at = number + self.first[axis - 1] - index * self.shift[axis - 1]
            line = _between(lambda near, index=index: line_of(index, axis, near), at, length)  # type: ignore[misc]
            if line is not None:
                own = places - index * self.shift[other]
                lines[index] = np.interp(own, np.arange(len(line)), line, left=np.nan, right=np.nan)
        return lines


def _between(line_of: Callable[[int], Line], at: float, length: int) -> Line | None:
    """The line at a place between two, None outside."""
    # Sums of shifts end a hair beside whole numbers.
    at = round(at, 6)
    if not 0 <= at <= length - 1:
        return None
    below = min(int(at), length - 1)
    share = np.float32(at - below)
    if share == 0:
        return line_of(below)
    return line_of(below) * (1 - share) + line_of(below + 1) * share
