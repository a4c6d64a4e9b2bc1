"""Where a shape belongs in a series that may have more slices, or fewer, than when it was drawn."""

from collections.abc import Sequence

import numpy as np

from imaging.annotations.shapes import Shape
from imaging.volume.geometry import Plane, Vector, reorientation_to
from imaging.volume.series import Series
from imaging.volume.volume import Slice

_SAME_MM = 0.05
_SAME_STEP = 1e-3
# Of a plane that was cut: how far along its normal it is still the same one, in steps, and within it, in pixels.
_HALF_STEP, _SAME_PIXEL = 0.5, 0.05


def origin_of(slice_: Slice) -> Vector | None:
    """Return the point in LPS millimetres by which a slice is found again: the centre of its first pixel."""
    if slice_.affine is None:
        return None
    x, y, z = (float(part) for part in slice_.affine[:3, 3])
    return x, y, z


def plane_of(slice_: Slice) -> Plane:
    """Return the plane that a shape on a slice belongs to: what is cut between voxels has a place, and no number."""
    return Plane.OBLIQUE if slice_.is_interpolated else slice_.plane


def steps_of(slice_: Slice) -> tuple[float, ...] | None:
    """Return the steps along rows and columns by which an oblique plane is known again; None of every other plane."""
    if slice_.affine is None or plane_of(slice_) is not Plane.OBLIQUE:
        return None
    return tuple(map(float, slice_.affine[:3, 1:3].T.ravel()))


def is_on_slice(shape: Shape, slice_: Slice) -> bool:
    """Return whether a shape whose slice was found (`find_slice`) lies on this one."""
    if (shape.plane, shape.phase) != (plane_of(slice_), slice_.phase):
        return False
    if shape.plane is not Plane.OBLIQUE:
        return shape.slice == slice_.index
    steps = steps_of(slice_)
    if slice_.affine is None or steps is None or shape.origin is None or shape.steps is None:
        return False
    away = np.linalg.solve(slice_.affine, (*shape.origin, 1.0))[:3]
    is_near = abs(float(away[0])) < _HALF_STEP and float(np.abs(away[1:]).max()) < _SAME_PIXEL
    return is_near and bool(np.allclose(steps, shape.steps, rtol=0, atol=_SAME_STEP))


def find_slice(shape: Shape, series: Series) -> int | None:
    """Return the number of the slice that a shape was drawn on; None if the series has no such slice.

    It is the slice at the same point of the patient, whatever its number is now; that number if nothing is known of
    points.
    """
    if shape.phase >= series.phases:
        return None
    if shape.plane is Plane.OBLIQUE:
        return shape.slice
    shape_of_grid = (series.slices, series.rows, series.columns)
    if shape.origin is None or series.affine is None:
        is_there = shape.plane is not Plane.ACQUIRED or shape.slice < series.slices
        return shape.slice if is_there else None
    if shape.plane is Plane.ACQUIRED and (number := _find_frame(shape, series)) is not None:
        return number
    turn = reorientation_to(series.affine, shape.plane)
    grid = turn.of_affine(series.affine, shape_of_grid)
    steps = np.linalg.inv(grid) @ (*shape.origin, 1.0)
    number = round(float(steps[0]))
    nearest = grid @ (number, 0.0, 0.0, 1.0)
    is_same = np.linalg.norm(nearest[:3] - shape.origin) <= _SAME_MM
    return number if is_same and 0 <= number < shape_of_grid[turn.axes[0]] else None


def find_plane(
    points: Sequence[Vector], frame_of_reference: str, series: Series
) -> tuple[int, tuple[tuple[float, float], ...]] | None:
    """Return the slice, as acquired, in whose plane points in LPS millimetres lie, and where: (row, column) of each.

    None if the series is in another frame of reference, or the points lie off every slice by more than half a step.
    """
    affine, known = series.affine, series.acquisition.frame_of_reference
    if affine is None or not known or known != frame_of_reference:
        return None
    placed = np.asarray(points, dtype=np.float64)
    in_plane = affine[:3, 1:3]
    normal = np.cross(in_plane[:, 0], in_plane[:, 1])
    normal /= np.linalg.norm(normal)
    origins = np.asarray([_origin_at(series, number) for number in range(series.slices)])
    along = origins @ normal
    away = np.abs((placed @ normal)[:, np.newaxis] - along).max(axis=0)
    number = int(away.argmin())
    gaps = np.abs(np.delete(along, number) - along[number])
    step = float(gaps.min()) if len(gaps) else float(np.linalg.norm(affine[:3, 0]))
    if away[number] > _HALF_STEP * step:
        return None
    steps, *_ = np.linalg.lstsq(in_plane, (placed - origins[number]).T, rcond=None)
    return number, tuple((float(row), float(column)) for row, column in steps.T)


def _origin_at(series: Series, number: int) -> Vector:
    """Return the centre of a slice's first pixel in LPS millimetres: its own, else that of the grid."""
    if series.affine is None:
        raise ValueError("a series without an affine has no places")
    position = series.frames[number].position
    if position is not None:
        return position
    x, y, z = (float(part) for part in (series.affine @ (number, 0.0, 0.0, 1.0))[:3])
    return x, y, z


def _find_frame(shape: Shape, series: Series) -> int | None:
    first = shape.phase * series.slices
    positions = [frame.position for frame in series.frames[first : first + series.slices]]
    if shape.origin is None or not positions or any(one is None for one in positions):
        return None
    away = np.linalg.norm(np.asarray(positions, dtype=np.float64) - shape.origin, axis=1)
    nearest = int(away.argmin())
    return nearest if away[nearest] <= _SAME_MM else None
