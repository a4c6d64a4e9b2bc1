"""Where slices of two series are to each other in the patient: the same space, depths along the normal, cuts."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.volume.geometry import Affine
from imaging.volume.series import Series

# Slices whose normals differ by less than 20° are scrolled through together.
_PARALLEL = 0.94
_SAME = 1e-6


def share_space(one: Series, other: Series) -> bool:
    """Return whether positions of both mean the same point of the patient.

    That is what a Frame of Reference UID says (PS3.3 C.7.4.1.1.1); without one, only a series agrees with itself.
    """
    if one.affine is None or other.affine is None:
        return False
    stated = one.acquisition.frame_of_reference
    return one is other or one.id == other.id or bool(stated and stated == other.acquisition.frame_of_reference)


def normal_of_slices(series: Series) -> NDArray[np.float64]:
    """Return the unit normal of a series that knows its place: row direction × column direction."""
    assert series.affine is not None
    normal = np.cross(series.affine[:3, 2], series.affine[:3, 1])
    return np.asarray(normal / np.linalg.norm(normal))


def are_parallel(one: Series, other: Series) -> bool:
    """Return whether slices of both can be scrolled through together."""
    return one is other or abs(float(normal_of_slices(one) @ normal_of_slices(other))) > _PARALLEL


def slice_depths(series: Series) -> NDArray[np.float64]:
    """Return the millimetres of every slice of the first phase along the normal."""
    assert series.affine is not None
    origin, step = series.affine[:3, 3], series.affine[:3, 0]
    frames = series.frames[: series.slices]
    places = [origin + step * n if one.position is None else one.position for n, one in enumerate(frames)]
    return np.asarray(np.array(places) @ normal_of_slices(series))


def cut_line(
    plane: Affine, other: Affine, size: tuple[int, int]
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the line in which a slice cuts another plane, as two points (row, column) of that; None if it does not.

    `plane` maps (0, row, column) of the plane to millimetres, `other` those of the slice of `size` (rows, columns).
    """
    rows, columns = size
    edge = [(-0.5, -0.5), (-0.5, columns - 0.5), (rows - 0.5, columns - 0.5), (rows - 0.5, -0.5)]
    corners = np.array([(other @ (0.0, row, column, 1.0))[:3] for row, column in edge])
    normal = np.cross(plane[:3, 2], plane[:3, 1])
    away = (corners - plane[:3, 3]) @ (normal / np.linalg.norm(normal))
    ends = []
    for number in range(4):
        one, next_ = away[number], away[(number + 1) % 4]
        if (one < 0) != (next_ < 0) and abs(one - next_) > _SAME:
            share = one / (one - next_)
            ends.append(_pixel(plane, corners[number] * (1 - share) + corners[(number + 1) % 4] * share))
    return (ends[0], ends[1]) if len(ends) == 2 else None


def _pixel(plane: Affine, point: ArrayLike) -> tuple[float, float]:
    steps, *_ = np.linalg.lstsq(plane[:3, 1:3], np.asarray(point) - plane[:3, 3], rcond=None)
    return float(steps[0]), float(steps[1])
