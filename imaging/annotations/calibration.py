"""Millimetres of a shape: only if the file gives them, always with their source, never across two scales."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.annotations.shapes import Points
from imaging.base.english import Text, english
from imaging.volume.geometry import Plane
from imaging.volume.series import LengthRegion, SpacingSource
from imaging.volume.volume import Slice

_RIGHT_ANGLE = 1e-6


@dataclass(frozen=True)
class LengthScale:
    """How steps of a slice become lengths. Without a `source` they are widths of a pixel, not millimetres.

    `spacing` is the length of a step from row to row and from column to column, `cosine` that of the angle between
    these: not 0 on a grid whose axes lean against each other.
    """

    source: SpacingSource | None
    spacing: tuple[float, float]
    cosine: float = 0.0
    note: Text | None = None
    """Why there are no millimetres, if a person might expect them."""

    @property
    def unit(self) -> str:
        """Return `mm` or `px`."""
        return "px" if self.source is None else "mm"

    @property
    def pixel_area(self) -> float:
        """Return the area of one pixel, in the unit squared."""
        return float(self.spacing[0] * self.spacing[1] * np.sqrt(1 - self.cosine**2))

    def lay_out(self, points: Points) -> NDArray[np.float64]:
        """Return points as (x, y) [point, 2] in the unit, x along a row."""
        rows, columns = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
        down, right = rows * self.spacing[0], columns * self.spacing[1]
        return np.stack([right + down * self.cosine, down * np.sqrt(1 - self.cosine**2)], axis=1)


def calibrate(slice_: Slice, points: Points) -> LengthScale:
    """Return how lengths between points of a slice are measured: by its spacing, else by the one ultrasound region
    that holds them all, else in pixels.
    """
    if slice_.spacing is not None:
        return LengthScale(slice_.series.acquisition.spacing_source, slice_.spacing, _cosine(slice_))
    in_pixels = (slice_.pixel_aspect, 1.0)
    regions = () if slice_.frame is None or slice_.plane is not Plane.ACQUIRED else slice_.frame.regions
    if not regions:
        return LengthScale(None, in_pixels)
    spacing = _region_spacing(regions, points)
    if spacing is None:
        return LengthScale(None, in_pixels, note=english("not within one ultrasound region of known lengths"))
    return LengthScale(SpacingSource.REGION, spacing)


def calibrate_whole(slice_: Slice) -> LengthScale:
    """Return the one scale that holds wherever a slice has lengths; in pixels if there is none, or several."""
    if slice_.spacing is not None or slice_.frame is None or slice_.plane is not Plane.ACQUIRED:
        return calibrate(slice_, ((0.0, 0.0),))
    spacings = {one.spacing for one in slice_.frame.regions if one.spacing is not None}
    if len(spacings) == 1:
        return LengthScale(SpacingSource.REGION, spacings.pop())
    note = english("several ultrasound regions, each with lengths of its own") if spacings else None
    return LengthScale(None, (slice_.pixel_aspect, 1.0), note=note)


def _cosine(slice_: Slice) -> float:
    if slice_.affine is None:
        return 0.0
    down, right = slice_.affine[:3, 1], slice_.affine[:3, 2]
    cosine = float(down @ right / np.sqrt((down @ down) * (right @ right)))
    return cosine if abs(cosine) > _RIGHT_ANGLE else 0.0


def _region_spacing(regions: tuple[LengthRegion, ...], points: Points) -> tuple[float, float] | None:
    """Return the spacing of the region in which all points lie; None if another scale lies over a part of it."""
    corners = np.asarray(points, dtype=np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    holding = [one for one in regions if _holds(one, low) and _holds(one, high)]
    front = [one for one in holding if not one.is_behind] or holding
    if not front:
        return None
    above = [one for one in regions if one.is_behind <= front[0].is_behind and _meets(one, low, high)]
    found = {one.spacing for one in (*front, *above)}
    return found.pop() if len(found) == 1 else None


def _holds(region: LengthRegion, point: NDArray[np.float64]) -> bool:
    return bool((np.asarray(region.first) - 0.5 <= point).all() and (point <= np.asarray(region.last) + 0.5).all())


def _meets(region: LengthRegion, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    first, last = np.asarray(region.first) - 0.5, np.asarray(region.last) + 0.5
    return bool((first < high).all() and (low < last).all())
