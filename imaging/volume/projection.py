"""Maximum intensity projections of a whole volume, seen from any side: parallel rays, by shear and warp.

Every slice across the axis that the rays run along most nearly is shifted along the rays onto one plane, where the
greatest values stay; that picture is warped once into the plane of the screen (Lacroute and Levoy, SIGGRAPH 1994, for
parallel projection). Each slice counts with values interpolated linearly within it, so that no voxel is missed, and the
grid may lean: rays are found by the affine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.base.progress import is_stopped
from imaging.volume.geometry import Affine, Plane, spacing_of
from imaging.volume.reslice import CutPlane, read_uniform_values, require_resampling
from imaging.volume.series import IDENTITY
from imaging.volume.volume import Slice, Volume

Values = NDArray[Any]
"""int16 or float32: what OpenCV warps, and has a lowest value that is none."""

_MOST_PIXELS = 1024
# An axis is halved for the quick picture unless its steps are so much longer than the shortest ones.
_COARSE = 1.9
_SMALL = ("int8", "uint8", "int16")


@dataclass(frozen=True, eq=False)
class _Grid:
    """Values [slice, row, column], and the affine of their indices to millimetres."""

    values: Values
    affine: Affine

    @cached_property
    def columns_first(self) -> Values:
        """A copy [column, slice, row]: picking single columns out of all values would read all of them for each."""
        import cv2  # whoever reads files without drawing them starts sooner without

        slices, rows, columns = self.values.shape
        copy = np.empty((columns, slices, rows), self.values.dtype)
        for number, plane in enumerate(self.values):
            copy[:, number] = cv2.transpose(plane)
        return copy

    def across(self, axis: int) -> Iterator[Values]:
        """Yield the slices across an axis."""
        return iter(self.columns_first if axis == 2 else np.moveaxis(self.values, axis, 0))

    def halved(self) -> "_Grid":
        """Return the greatest of every two values along each axis, but not along one that is coarse already."""
        values, affine = self.values, self.affine.copy()
        spacing = spacing_of(affine)
        for axis in range(3):
            if spacing[axis] < _COARSE * min(spacing) and values.shape[axis] > 1:
                values = _halve(values, axis)
                affine[:3, 3] += affine[:3, axis] / 2
                affine[:3, axis] *= 2
        return _Grid(values, affine)


class Projector:
    """One phase of a volume that is read whole, made ready for projections: that may take a copy of it."""

    def __init__(self, volume: Volume, phase: int) -> None:
        """Raise `Refusal` if the projections would not be true, for the reasons for which planes are refused."""
        grid = require_resampling(volume)
        self._series, self._phase = volume.series, phase
        stored, self._modality = read_uniform_values(volume, phase)
        if self._modality.slope < 0:
            # The greatest value is the least stored one.
            stored = stored * np.float32(self._modality.slope) + np.float32(self._modality.intercept)
            self._modality = IDENTITY
        values = stored.astype(np.int16 if stored.dtype.name in _SMALL else np.float32, copy=False)
        if values.dtype == np.float32 and (unknown := np.isnan(values)).any():
            values = np.where(unknown, np.float32(np.nanmin(values)), values)
        self._whole = _Grid(values, grid)
        self._half = self._whole.halved()

    def plan(self, directions: NDArray[np.float64], *, index: int = 0, count: int = 1) -> CutPlane:
        """Return the pixels of a projection along `directions` (normal, down, right: unit vectors, a column each).

        The volume's middle is in the middle of the picture. However the volume is turned about the patient's long
        axis, the picture keeps its size, so that nothing jumps while it turns.
        """
        shape, affine = np.array(self._whole.values.shape), self._whole.affine
        half = (shape - 1) / 2
        middle = affine[:3, :3] @ half + affine[:3, 3]
        corners = np.array(
            [affine[:3, :3] @ (half * signs) for signs in ((1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1))]
        )
        around = float(np.hypot(corners[:, 0], corners[:, 1]).max())
        tilt = float(np.hypot(directions[0, 1], directions[1, 1]))
        above = float(np.abs(corners[:, 2]).max()) * abs(float(directions[2, 1])) + around * tilt
        step = max(min(spacing_of(affine)), 2 * max(around, above) / (_MOST_PIXELS - 1))
        rows, columns = (2 * int(np.ceil(reach / step + 0.5)) + 1 for reach in (above, around))
        plane = np.eye(4)
        plane[:3, :3] = directions * step
        plane[:3, 3] = middle - plane[:3, 1:3] @ ((rows - 1) / 2, (columns - 1) / 2)
        return CutPlane(plane, rows, columns, Plane.OBLIQUE, index, count)

    def project(self, plane: CutPlane, *, is_half: bool = False, title: str = "") -> Slice:
        """Return the greatest value on the line through each pixel, NaN beside the volume; `title` says so in words.

        With `is_half` every second voxel's neighbourhood and pixel counts, which takes an eighth of the time. In a job
        that is stopped it ends early, and what it returns is not whole.
        """
        seen = plane.halved() if is_half else plane
        values = self._project(self._half if is_half else self._whole, seen)
        if is_half:
            import cv2  # as above

            values = np.asarray(cv2.resize(values, (plane.columns, plane.rows), interpolation=cv2.INTER_LINEAR))
        if self._modality != IDENTITY:
            values = values * np.float32(self._modality.slope) + np.float32(self._modality.intercept)
        step = spacing_of(plane.affine)[1]
        return Slice(
            stored=values,
            modality=IDENTITY,
            series=self._series,
            plane=plane.plane,
            index=plane.index,
            count=plane.count,
            phase=self._phase,
            affine=None if self._series.affine is None else plane.affine,
            spacing=(step, step),
            pixel_aspect=1.0,
            frame=None,
            is_interpolated=True,
            slab=title,
            is_projection=True,
        )

    def _project(self, grid: _Grid, plane: CutPlane) -> NDArray[np.float32]:
        import cv2  # as above

        inverse = np.linalg.inv(grid.affine)
        ray = inverse[:3, :3] @ plane.affine[:3, 0]
        axis = int(np.argmax(np.abs(ray)))
        one, other = (number for number in range(3) if number != axis)
        slope = ray[[one, other]] / ray[axis]
        shifts = -np.outer(np.arange(grid.values.shape[axis]), slope)
        flat, first = _shift_and_keep(grid.across(axis), shifts)
        # Where the pixel (row, column) of the plane lies on the flat picture: index, along the ray to slice 0.
        to_index = inverse @ plane.affine
        to_flat = to_index[[one, other]] - np.outer(slope, to_index[axis])
        row, column = to_flat - np.array([[0, 0, 0, first[0]], [0, 0, 0, first[1]]])
        # OpenCV's points are (x, y).
        warp = np.array([column[[2, 1, 3]], row[[2, 1, 3]]])
        unknown = np.float32("nan")
        return np.asarray(
            cv2.warpAffine(
                flat, warp, (plane.columns, plane.rows), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_CONSTANT, borderValue=float(unknown),
            ),
            dtype=np.float32,
        )  # fmt: skip


def _shift_and_keep(slices: Iterator[Values], shifts: ArrayLike) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Return the greatest of all slices, each shifted by (rows, columns), and the index of the first pixel.

    Pixels that no slice covers are NaN.
    """
    import cv2  # as above

    moved = np.asarray(shifts, dtype=np.float64)
    whole = np.floor(moved).astype(int)
    least, most = whole.min(axis=0), whole.max(axis=0)
    flat: Values | None = None
    for one, rest, at in zip(slices, moved - whole, whole - least, strict=True):
        rows, columns = one.shape
        if flat is None:
            lowest = np.iinfo(np.int16).min if one.dtype == np.int16 else -np.inf
            flat = np.full((rows + 1 + most[0] - least[0], columns + 1 + most[1] - least[1]), lowest, one.dtype)
        between = np.array([[1.0, 0.0, -rest[1]], [0.0, 1.0, -rest[0]]])
        # The edge goes on, or it would be mixed with what lies outside.
        shifted = cv2.warpAffine(
            one, between, (columns + 1, rows + 1), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        place = flat[at[0] : at[0] + rows + 1, at[1] : at[1] + columns + 1]
        np.maximum(place, shifted, out=place)
        if is_stopped():
            break
    assert flat is not None
    found = flat.astype(np.float32)
    found[flat == lowest] = np.nan
    return found, (int(least[0]), int(least[1]))


def _halve(values: Values, axis: int) -> Values:
    """Return the greater of every two values along an axis; a last one without a partner stays."""
    along = np.moveaxis(values, axis, 0)
    larger = along[0::2].copy()
    paired = along[1::2]
    np.maximum(larger[: len(paired)], paired, out=larger[: len(paired)])
    return np.moveaxis(larger, 0, axis)
