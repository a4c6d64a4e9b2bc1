"""Planes in any direction through a volume, and slabs of several such planes in one picture.

Values between voxels are interpolated linearly (SimpleITK); a voxel at the edge goes on for half its length, and what
lies further outside, or touches padding, is NaN.
The grid may lean (gantry tilt): voxels are found by the affine, so that they stay where they are in the patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import SCREEN_AXES, Affine, Plane, reorientation_to, spacing_of
from imaging.volume.series import IDENTITY, Rescale, Series
from imaging.volume.volume import Slice, Volume, frame_values, require_even_grid

# Planes of a slab that are held at a time.
_AT_ONCE = 16
# Directions that differ by less are the same one.
_SAME = 1e-6
_ALONG = 0.999
_DTYPES = frozenset({"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"})
_COLOUR = "Pictures in colour have no values to interpolate, so oblique planes and slabs are not made of them."
_PAGED = (
    "This series needs more memory than it may have, so oblique planes and slabs are not made of it. "
    "Allow more in the settings or with --memory-limit."
)


class Projection(StrEnum):
    """The value of those along its depth that a slab shows."""

    MAXIMUM = "max"
    MINIMUM = "min"
    MEAN = "mean"

    @property
    def word(self) -> Text:
        """Return it in words."""
        return _WORDS[self]


_WORDS = {
    Projection.MAXIMUM: english("maximum"),
    Projection.MINIMUM: english("minimum"),
    Projection.MEAN: english("mean"),
}


@dataclass(frozen=True)
class Slab:
    """How thick the tissue is that one picture shows, in millimetres, and what is shown of it."""

    millimetres: float
    projection: Projection


@dataclass(frozen=True, eq=False)
class CutPlane:
    """The pixels of a plane in the patient: number `index` of `count` parallel ones.

    `affine` maps (0, row, column) of this plane to millimetres, and its slice step is that from one plane to the next.
    """

    affine: Affine
    rows: int
    columns: int
    plane: Plane = Plane.OBLIQUE
    index: int = 0
    count: int = 1

    def halved(self) -> "CutPlane":
        """Return the same area with half as many rows and columns."""
        rows, columns = (self.rows + 1) // 2, (self.columns + 1) // 2
        larger = np.array([self.rows / rows, self.columns / columns])
        affine = self.affine.copy()
        # The edges of the area stay, so the centre of its first pixel moves inward.
        affine[:3, 3] += affine[:3, 1:3] @ ((larger - 1) / 2)
        affine[:3, 1:3] *= larger
        return replace(self, affine=affine, rows=rows, columns=columns)

    def pixel_of(self, point: ArrayLike) -> tuple[float, float]:
        """Return the (row, column) of a point in millimetres, seen along the normal."""
        place = np.linalg.solve(self.affine, [*np.asarray(point, dtype=np.float64), 1.0])
        return float(place[1]), float(place[2])

    def point_of(self, row: float, column: float) -> NDArray[np.float64]:
        """Return the point in millimetres at a (row, column)."""
        return np.asarray((self.affine @ (0.0, row, column, 1.0))[:3])


def plane_of_slice(slice_: Slice, volume: Volume) -> CutPlane:
    """Return the pixels of a slice that a volume gave, with a slice step along their normal."""
    affine = slice_.affine
    if affine is None:
        # A grid whose sides are unknown stands upright, as if it were the patient.
        grid, series = require_even_grid(volume.series), volume.series
        axes = reorientation_to(grid, slice_.plane)
        affine = axes.of_affine(grid, (series.slices, series.rows, series.columns))
        affine[:3, 3] += affine[:3, 0] * slice_.index
    affine = affine.copy()
    normal = np.cross(affine[:3, 1], affine[:3, 2])
    normal /= np.linalg.norm(normal)
    affine[:3, 0] = normal * (normal @ affine[:3, 0])
    rows, columns = slice_.stored.shape[:2]
    return CutPlane(affine, rows, columns, slice_.plane, slice_.index, slice_.count)


def require_resampling(volume: Volume) -> Affine:
    """Return the affine by which planes are cut out of a volume. Raises `Refusal` if they would not be true."""
    series = volume.series
    grid = require_even_grid(series)
    if series.channels != 1:
        raise Refusal(Code.UNSUPPORTED, _COLOUR)
    if volume.resident_slices is not None:
        raise Refusal(Code.TOO_LARGE, _PAGED)
    return grid


def choose_directions(normal: ArrayLike, *, like: Plane | None = None) -> NDArray[np.float64]:
    """Return unit vectors in LPS, one column each: the normal, toward the bottom and toward the right of the picture.

    A plane is shown as the nearest of axial, sagittal and coronal is (`SCREEN_AXES`), or as the one named. Raises
    `Refusal` (ARGUMENT) for a normal without a direction.
    """
    along = np.asarray(normal, dtype=np.float64)
    length = float(np.linalg.norm(along))
    if not np.isfinite(along).all() or length < _SAME:
        raise Refusal(Code.ARGUMENT, "The normal of an oblique plane is three numbers that are not all 0.")
    along = along / length
    plane = like or (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[int(np.argmax(np.abs(along)))]
    _, down_letter, right_letter = SCREEN_AXES[plane]
    right = direction_of(right_letter)
    if abs(along @ right) > _ALONG:
        # A plane that was turned until it faces its own right has that where the other direction was.
        right = np.cross(direction_of(down_letter), along)
    right = right - along * (along @ right)
    right /= np.linalg.norm(right)
    down = np.cross(along, right)
    return np.stack((along, down if down @ direction_of(down_letter) > 0 else -down, right), axis=1)


def direction_of(letter: str) -> NDArray[np.float64]:
    """Return the unit vector in LPS of one of the letters L R P A S I."""
    axis = next(number for number, pair in enumerate(("LR", "PA", "SI")) if letter in pair)
    return np.asarray(np.eye(3)[axis] * (1.0 if letter in "LPS" else -1.0))


def plan_plane(
    grid: Affine, shape: tuple[int, int, int], directions: NDArray[np.float64], at: ArrayLike | int | None = None
) -> CutPlane:
    """Return the pixels of a plane that cover a volume of `shape`, seen along its normal.

    `directions` are unit vectors (normal, down, right), one column each; `at` is a point in millimetres that the plane
    goes through, or its number, counted along the normal; None is the middle one. A side of a pixel is as long as
    the voxel's if they are parallel, else as the shortest side of a voxel.
    """
    steps, spacing = grid[:3, :3] / np.linalg.norm(grid[:3, :3], axis=0), spacing_of(grid)
    lengths = np.array([_step_along(direction, steps, spacing) for direction in directions.T])
    corners = np.array([(*corner, 1.0) for corner in product(*((0, length - 1) for length in shape))])
    reach = (corners @ grid.T)[:, :3] @ directions
    first, extent = reach.min(axis=0), np.ptp(reach, axis=0)
    count, rows, columns = (int(extent[axis] / lengths[axis] + _SAME) + 1 for axis in range(3))
    if at is None or isinstance(at, int):
        index = count // 2 if at is None else at
        depth = first[0] + index * lengths[0]
    else:
        depth = float(np.asarray(at, dtype=np.float64) @ directions[:, 0])
        index = min(max(round((depth - first[0]) / lengths[0]), 0), count - 1)
    affine = np.eye(4)
    affine[:3, :3] = directions * lengths
    affine[:3, 3] = directions @ (depth, first[1], first[2])
    return CutPlane(affine, rows, columns, Plane.OBLIQUE, index, count)


def _step_along(direction: NDArray[np.float64], steps: NDArray[np.float64], spacing: tuple[float, ...]) -> float:
    for axis in range(3):
        if abs(float(direction @ steps[:, axis])) > 1 - _SAME:
            return spacing[axis]
    return min(spacing)


class Resampler:
    """One phase of a volume that is read whole, made ready for planes: that takes a copy of it."""

    def __init__(self, volume: Volume, phase: int) -> None:
        """Raise `Refusal` if its planes would not be true."""
        self._grid = require_resampling(volume)
        self._series = volume.series
        self._phase = phase
        values, self._modality = read_uniform_values(volume, phase)
        self._image = _toolkit().GetImageFromArray(values)

    def cut(self, plane: CutPlane, slab: Slab | None = None, *, is_half: bool = False) -> Slice:
        """Return the slice at a plane, or the slab around it.

        With `is_half` every second row and column is computed, which takes a quarter of the time; the others are put
        between them.
        """
        series = self._series
        parts = self._planes(plane.halved() if is_half else plane, slab)
        values = _projected(parts, Projection.MAXIMUM if slab is None else slab.projection)
        if is_half:
            import cv2  # whoever reads files without drawing them starts sooner without

            values = np.asarray(cv2.resize(values, (plane.columns, plane.rows), interpolation=cv2.INTER_LINEAR))
        if self._modality != IDENTITY:
            values = values * np.float32(self._modality.slope) + np.float32(self._modality.intercept)
        _, row, column = spacing_of(plane.affine)
        return Slice(
            stored=values,
            modality=IDENTITY,
            series=series,
            plane=plane.plane,
            index=plane.index,
            count=plane.count,
            phase=self._phase,
            affine=None if series.affine is None else plane.affine,
            spacing=(row, column),
            pixel_aspect=row / column,
            frame=None,
            is_interpolated=True,
            slab="" if slab is None else describe_slab(slab),
        )

    def _planes(self, plane: CutPlane, slab: Slab | None) -> Iterator[NDArray[np.float32]]:
        """Yield planes of the slab [plane, row, column], some at a time."""
        step = spacing_of(plane.affine)[0]
        aside = 0 if slab is None else int(slab.millimetres / 2 / step + _SAME)
        for start in range(-aside, aside + 1, _AT_ONCE):
            yield self._sample(plane, start, min(_AT_ONCE, aside + 1 - start))

    def _sample(self, plane: CutPlane, start: int, count: int) -> NDArray[np.float32]:
        toolkit = _toolkit()
        # Index of a pixel (slice, row, column) to index of a voxel; ITK's order is (column, row, slice).
        to_voxel = np.linalg.solve(self._grid, plane.affine)
        to_voxel[:3, 3] += start * to_voxel[:3, 0]
        # Sums of steps end a hair beside whole numbers, where a voxel at the edge would count as outside.
        to_voxel = np.round(to_voxel, 9)
        transform = toolkit.AffineTransform(3)
        transform.SetMatrix(to_voxel[2::-1, 2::-1].ravel().tolist())
        transform.SetTranslation(to_voxel[2::-1, 3].tolist())
        sampling = toolkit.ResampleImageFilter()
        sampling.SetSize((plane.columns, plane.rows, count))
        sampling.SetTransform(transform)
        sampling.SetInterpolator(toolkit.sitkLinear)
        sampling.SetDefaultPixelValue(float("nan"))
        sampling.SetOutputPixelType(toolkit.sitkFloat32)
        return np.asarray(toolkit.GetArrayFromImage(sampling.Execute(self._image)), dtype=np.float32)


def _toolkit() -> Any:
    """Return SimpleITK, which carries no types; most people never cut a plane."""
    import SimpleITK

    found: Any = SimpleITK
    return found


def describe_slab(slab: Slab) -> Text:
    """Return a slab in words, as `Slab 10 mm, maximum`."""
    return english("Slab {length:g} mm, {projection}", length=slab.millimetres, projection=slab.projection.word)


def _projected(parts: Iterator[NDArray[np.float32]], projection: Projection) -> NDArray[np.float32]:
    """Return one value of those along the depth, NaN if there is none."""
    if projection is not Projection.MEAN:
        choose = np.fmax if projection is Projection.MAXIMUM else np.fmin
        chosen = [np.asarray(choose.reduce(part, axis=0)) for part in parts]
        return np.asarray(choose.reduce(chosen, axis=0), dtype=np.float32)
    total: NDArray[Any] | None = None
    for part in parts:
        there = ~np.isnan(part)
        # Sums of a slab may be long.
        found = np.where(there, part, 0).sum(axis=0, dtype=np.float64), there.sum(axis=0)
        total = np.stack(found) if total is None else total + np.stack(found)
    assert total is not None
    with np.errstate(invalid="ignore"):
        return np.asarray(total[0] / total[1], dtype=np.float32)


def read_uniform_values(volume: Volume, phase: int) -> tuple[NDArray[Any], Rescale]:
    """Return [slice, row, column] with one mapping to modality values: as stored if that is possible."""
    series, stored = volume.series, volume.stored[phase]
    first = series.frame(phase, 0).modality
    is_one = isinstance(first, Rescale) and all(series.frame(phase, i).modality == first for i in range(series.slices))
    if isinstance(first, Rescale) and is_one and stored.dtype.name in _DTYPES and not _has_padding(stored, series):
        return stored, first
    converted = np.empty(stored.shape, dtype=np.float32)
    for index in range(series.slices):
        converted[index] = frame_values(stored[index], series.frame(phase, index).modality, series.padding)
    return converted, IDENTITY


def _has_padding(stored: NDArray[Any], series: Series) -> bool:
    pad = series.padding
    # Slice by slice: masks of the whole volume would take as much memory again.
    return pad is not None and any(bool(((one >= pad.low) & (one <= pad.high)).any()) for one in stored)
