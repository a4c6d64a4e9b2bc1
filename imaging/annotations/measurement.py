"""Measurements of shapes on their slices: length, angle, area with its statistics, or the values of one pixel."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imaging.annotations.calibration import LengthScale, calibrate
from imaging.annotations.shapes import AREAS, Points, Shape, ShapeType, area_in_pixels, outline_of, pixels_in_box
from imaging.annotations.statistics import RegionStatistics, measure_values
from imaging.volume.geometry import Vector
from imaging.volume.volume import Slice


@dataclass(frozen=True)
class PointValues:
    """The pixel that a point lies in: its number, its stored and modality value, and its centre in LPS millimetres.

    A colour pixel has its three samples as stored, and no modality value; padding has none either.
    """

    pixel: tuple[int, int]
    stored: float | tuple[float, ...]
    modality: float | None
    position: Vector | None


@dataclass(frozen=True)
class Measurement:
    """The numbers of a shape. `value` is a length, an angle in degrees, the outline of an area, or a modality value.

    It is None for an arrow and a text, and for a point that has no value.
    """

    value: float | None
    unit: str | None
    calibration: LengthScale
    area: float | None = None
    pixels: int | None = None
    """How many pixels belong to the area, padding not counted."""
    padding: int = 0
    statistics: RegionStatistics | None = None
    """None if the picture is in colour, or no pixel belongs to the area."""
    point: PointValues | None = None
    is_interpolated: bool = False
    """Whether the slice was cut between voxels, so that values are interpolated."""

    @property
    def area_unit(self) -> str | None:
        """Return `mm²` or `px²` for an area."""
        return None if self.area is None else f"{self.calibration.unit}²"


def is_inside(points: Points, size: tuple[int, int]) -> bool:
    """Return whether every point lies on the picture of `size` (rows, columns), its outermost pixels included."""
    corners = np.asarray(points, dtype=np.float64)
    return bool((corners >= -0.5).all() and (corners < np.asarray(size) - 0.5).all())


def measure_shape(shape: Shape, slice_: Slice, *, with_values: bool = True) -> Measurement:
    """Return what a shape measures on the slice that it was drawn on; `with_values` statistics of an area too."""
    covered = tuple(map(tuple, outline_of(shape.type, shape.points))) if shape.type in AREAS else shape.points
    calibration = calibrate(slice_, covered)
    laid_out = calibration.lay_out(shape.points)
    between = slice_.is_interpolated
    match shape.type:
        case ShapeType.LENGTH:
            length = float(np.linalg.norm(laid_out[1] - laid_out[0]))
            return Measurement(length, calibration.unit, calibration, is_interpolated=between)
        case ShapeType.ANGLE:
            angle = angle_between(laid_out[0] - laid_out[1], laid_out[2] - laid_out[1])
            return Measurement(angle, "°", calibration, is_interpolated=between)
        case ShapeType.COBB:
            angle = angle_between(laid_out[1] - laid_out[0], laid_out[3] - laid_out[2])
            # A line has no direction: of the two angles at a crossing the lesser one counts.
            return Measurement(min(angle, 180.0 - angle), "°", calibration, is_interpolated=between)
        case ShapeType.POINT:
            return _measure_point(shape.points[0], slice_, calibration, between)
        case ShapeType.RECTANGLE | ShapeType.ELLIPSE | ShapeType.FREEHAND:
            return _measure_area(shape, slice_, calibration, with_values)
        case _:
            return Measurement(None, None, calibration)


def angle_between(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the angle between two vectors of the plane, 0 to 180 degrees."""
    return float(np.degrees(np.arctan2(abs(one[0] * other[1] - one[1] * other[0]), float(one @ other))))


def _measure_area(shape: Shape, slice_: Slice, calibration: LengthScale, with_values: bool) -> Measurement:
    outline = calibration.lay_out(tuple(map(tuple, outline_of(shape.type, shape.points))))
    around = float(np.linalg.norm(outline - np.roll(outline, -1, axis=0), axis=1).sum())
    found = Measurement(
        around,
        calibration.unit,
        calibration,
        area=area_in_pixels(shape.type, shape.points) * calibration.pixel_area,
        is_interpolated=slice_.is_interpolated,
    )
    if not with_values:
        return found
    rows, columns = slice_.stored.shape[:2]
    box, mask = pixels_in_box(shape.type, shape.points, (rows, columns))
    part = replace(slice_, stored=slice_.stored[box])
    padding = 0
    if part.padding is not None:
        padding = int((mask & part.padding).sum())
        mask &= ~part.padding
    statistics = None if slice_.is_colour else measure_values(part.values[mask])
    return replace(found, pixels=int(mask.sum()), padding=padding, statistics=statistics)


def _measure_point(point: tuple[float, float], slice_: Slice, calibration: LengthScale, between: bool) -> Measurement:
    rows, columns = slice_.stored.shape[:2]
    row, column = (int(np.floor(part + 0.5)) for part in point)
    if not (0 <= row < rows and 0 <= column < columns):
        return Measurement(None, None, calibration, is_interpolated=between)
    stored = slice_.stored[row, column]
    part = replace(slice_, stored=slice_.stored[row : row + 1, column : column + 1])
    is_known = not slice_.is_colour and not (part.padding is not None and part.padding[0, 0])
    modality = float(part.values[0, 0]) if is_known else None
    position: Vector | None = None
    if slice_.affine is not None:
        x, y, z = (float(part) for part in (slice_.affine @ (0.0, row, column, 1.0))[:3])
        position = x, y, z
    samples = tuple(float(one) for one in stored) if slice_.is_colour else float(stored)
    values = PointValues((row, column), samples, modality, position)
    unit = None if modality is None else slice_.series.units
    return Measurement(modality, unit, calibration, point=values, is_interpolated=between)
