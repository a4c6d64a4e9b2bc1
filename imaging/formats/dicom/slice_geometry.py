"""Positions and directions of slices: the affine of a stack, and whether other planes may be cut through it.

Spacing comes from Image Position (Patient) alone. Slice Thickness says how thick a slice is, not how far the next one
is; the tilt of the gantry is what the positions show, not what its own element claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.dataset.elements import Elements
from imaging.volume.geometry import Affine, affine_from_dicom

Vector = tuple[float, float, float]
Cosines = tuple[float, float, float, float, float, float]

# A step this many times the usual one is a missing slice; smaller differences are uneven spacing.
_GAP = 1.5
_PLANNED = 3
_UNEVEN = 0.05
_UNEVEN_MM = 0.02
# Tilt counts once it moves the last slice by half a pixel against the first: below that nobody can see it.
_TILT_PIXELS = 0.5
_TILT_DEGREES = 0.1
_THICKNESS_NOTE = 0.25
_UNEVEN_NOTE = "uneven distances between slices: {:.4g} to {:.4g} mm"
_NO_DEPTH = "one slice of unknown thickness"


def normal_of(orientation: Cosines) -> NDArray[np.float64]:
    """The unit normal of a slice: row direction × column direction."""
    normal = np.cross(np.asarray(orientation[:3]), np.asarray(orientation[3:]))
    return np.asarray(normal / np.linalg.norm(normal), dtype=np.float64)


def position_of(elements: Elements | None) -> Vector | None:
    """Image Position (Patient), or None."""
    found = elements.vector("ImagePositionPatient", 3) if elements is not None else None
    return (found[0], found[1], found[2]) if found else None


def orientation_of(elements: Elements | None) -> Cosines | None:
    """Image Orientation (Patient) as two unit vectors; None if absent, or not two directions at right angles."""
    found = elements.vector("ImageOrientationPatient", 6) if elements is not None else None
    if found is None:
        return None
    row, column = np.asarray(found[:3]), np.asarray(found[3:])
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if min(lengths) < 0.5 or max(lengths) > 2.0 or abs(float(row @ column)) > 0.02 * lengths[0] * lengths[1]:
        return None
    row, column = row / lengths[0], column / lengths[1]
    return float(row[0]), float(row[1]), float(row[2]), float(column[0]), float(column[1]), float(column[2])


@dataclass(frozen=True, eq=False)
class StackGeometry:
    """The affine of a stack, whether planes other than its own show true distances, and what a person should know."""

    affine: Affine | None
    regular: bool
    notes: tuple[str, ...] = ()
    depth_known: bool = True
    tilted: bool = False


UNKNOWN = StackGeometry(None, False)


def stack_geometry(
    positions: Sequence[Vector],
    orientation: Cosines,
    *,
    spacing: tuple[float, float],
    thickness: float | None,
    names: Sequence[str],
) -> StackGeometry:
    """The geometry of slices sorted along their normal, one position each; `names` are the files' names for notes.

    The slice step of the affine is the true mean vector between neighbours, so it leans if the gantry was tilted.
    """
    points = np.asarray(positions, dtype=np.float64)
    normal = normal_of(orientation)
    if len(points) == 1:
        return _single(points, orientation, spacing, thickness)
    steps = np.diff(points, axis=0)
    along = steps @ normal
    usual = float(np.median(along))
    gaps = along > _GAP * usual
    step = steps[~gaps].mean(axis=0)
    wide = np.flatnonzero(gaps)
    # Where one gap follows another the slices were planned so: nothing is missing there.
    if len(wide) >= _PLANNED and int(np.diff(wide).min()) == 1:
        notes = [_UNEVEN_NOTE.format(along.min(), along.max())]
    else:
        notes = [_gap_note(int(index), along[index] / usual, names) for index in wide]
        notes += _uneven_notes(along[~gaps], usual)
    if not notes:
        notes += _shift_notes(points, step, max(min(spacing), _UNEVEN * usual))
    even = not notes
    notes += _tilt_notes(step, normal, len(points), min(spacing))
    regular = not notes
    if thickness and abs(thickness / usual - 1) > _THICKNESS_NOTE:
        notes.append(f"slices are {thickness:.4g} mm thick and {usual:.4g} mm apart")
    affine = affine_from_dicom(orientation, points[0], spacing, step)
    return StackGeometry(affine, regular, tuple(notes), tilted=even and not regular)


def _single(
    points: NDArray[np.float64], orientation: Cosines, spacing: tuple[float, float], thickness: float | None
) -> StackGeometry:
    """One slice: its depth is its thickness. There is no neighbour whose distance could be wrong."""
    known = thickness is not None and thickness > 0
    notes = () if known else (_NO_DEPTH,)
    step = normal_of(orientation) * (thickness if thickness is not None and known else 1.0)
    return StackGeometry(affine_from_dicom(orientation, points[0], spacing, step), known, notes, depth_known=known)


def _gap_note(index: int, ratio: float, names: Sequence[str]) -> str:
    between = f" (between {names[index]} and {names[index + 1]})" if names[index] != names[index + 1] else ""
    missing = max(1, round(ratio) - 1)
    return f"gap after slice {index}{between}: about {missing} slice{'s' if missing > 1 else ''} missing"


def _uneven_notes(along: NDArray[np.float64], usual: float) -> list[str]:
    if np.abs(along - usual).max(initial=0.0) > max(_UNEVEN * usual, _UNEVEN_MM):
        return [_UNEVEN_NOTE.format(along.min(), along.max())]
    return []


def _shift_notes(points: NDArray[np.float64], step: NDArray[np.float64], tolerance: float) -> list[str]:
    """Slices that leave the straight line of equal steps from the first by more than the tolerance."""
    line = points[0] + np.arange(len(points))[:, np.newaxis] * step
    if float(np.linalg.norm(points - line, axis=1).max()) > tolerance:
        return ["slices are shifted against each other"]
    return []


def _tilt_notes(step: NDArray[np.float64], normal: NDArray[np.float64], count: int, pixel: float) -> list[str]:
    forward = float(step @ normal)
    sideways = float(np.linalg.norm(step - forward * normal))
    degrees = float(np.degrees(np.arctan2(sideways, forward)))
    if degrees < _TILT_DEGREES or sideways * (count - 1) < _TILT_PIXELS * pixel:
        return []
    return [f"gantry tilt of {degrees:.1f}°"]
