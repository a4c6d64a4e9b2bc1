"""Positions of voxels in the patient: DICOM's LPS millimetres, and one affine from (slice, row, column) to them.

Every affine here is 4×4, float64, and maps the column vector (slice, row, column, 1) to (x, y, z, 1) in millimetres
with x toward the patient's Left, y toward Posterior, z toward Superior (PS3.3 C.7.6.2.1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.base.english import Text, english

Affine = NDArray[np.float64]
Vector = tuple[float, float, float]
Cosines = tuple[float, float, float, float, float, float]
"""Directions along a row and along a column, as ImageOrientationPatient has them; unit vectors at right angles."""

_POSITIVE = "LPS"
_NEGATIVE = "RAI"
_OPPOSITE = dict(zip(_POSITIVE + _NEGATIVE, _NEGATIVE + _POSITIVE, strict=True))
# A slice whose normal is within this angle of a body axis takes that axis' name; beyond it the series is oblique.
_PLANE_TOLERANCE_DEGREES = 15.0
# A component below sin(5°) of a direction is not worth a second letter on the edge of the picture.
_LETTER_TOLERANCE = 0.0872
# An axis with this many times the step of both others is the one that slices were acquired along.
_COARSE = 1.5
# A lean that changes a distance by less than this is rounding.
_UPRIGHT = 1e-6

# A step this many times the usual one is a missing slice; smaller differences are uneven spacing.
_GAP = 1.5
_PLANNED = 3
_UNEVEN = 0.05
_UNEVEN_MM = 0.02
# Tilt counts once it moves the last slice by half a pixel against the first: below that nobody can see it.
_TILT_PIXELS = 0.5
_TILT_DEGREES = 0.1
_THICKNESS_NOTE = 0.25
_NO_DEPTH = english("one slice of unknown thickness")


class Plane(StrEnum):
    """A plane that slices can be taken in. `ACQUIRED` is the grid as the file stores it, `OBLIQUE` any other one."""

    ACQUIRED = "acquired"
    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"
    OBLIQUE = "oblique"


# The directions (slice, row, column) in which index grows on screen, radiological: patient's right on the left side of
# the picture, anterior up or superior up, nose to the left. The slice direction is row direction × column direction.
SCREEN_AXES: dict[Plane, tuple[str, str, str]] = {
    Plane.AXIAL: ("S", "P", "L"),
    Plane.SAGITTAL: ("R", "I", "P"),
    Plane.CORONAL: ("P", "I", "L"),
}


@dataclass(frozen=True)
class Reorientation:
    """A permutation of (slice, row, column) followed by flips: which old axis becomes each new one, and if reversed."""

    axes: tuple[int, int, int]
    reversed_: tuple[bool, bool, bool]

    def of_array(self, array: NDArray[Any]) -> NDArray[Any]:
        """A view of `array` [slice, row, column, …] in the new order; no copy."""
        moved = np.moveaxis(array, self.axes, (0, 1, 2))
        return moved[tuple(slice(None, None, -1) if turned else slice(None) for turned in self.reversed_)]

    def of_affine(self, affine: Affine, shape: tuple[int, int, int]) -> Affine:
        """The affine of the reoriented array; `shape` is that of the array before."""
        result = np.eye(4)
        result[:3, 3] = affine[:3, 3]
        for new, (old, turned) in enumerate(zip(self.axes, self.reversed_, strict=True)):
            step = affine[:3, old]
            result[:3, new] = -step if turned else step
            if turned:
                result[:3, 3] += step * (shape[old] - 1)
        return result


def affine_from_dicom(
    orientation: ArrayLike, position: ArrayLike, pixel_spacing: tuple[float, float], slice_step: ArrayLike
) -> Affine:
    """The affine of a DICOM stack (PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1).

    `orientation` holds the six numbers of ImageOrientationPatient (direction along a row, then along a column),
    `position` the centre of the first voxel of the first slice, `pixel_spacing` (between rows, between columns), and
    `slice_step` the vector from one slice to the next; all in millimetres.
    """
    cosines = np.asarray(orientation, dtype=np.float64)
    result = np.eye(4)
    result[:3, 0] = np.asarray(slice_step, dtype=np.float64)
    result[:3, 1] = cosines[3:] * pixel_spacing[0]
    result[:3, 2] = cosines[:3] * pixel_spacing[1]
    result[:3, 3] = np.asarray(position, dtype=np.float64)
    return result


def lps_from_ras(affine: Affine) -> Affine:
    """The same mapping with its millimetres turned from NIfTI's RAS to LPS (x and y change sign)."""
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine


def spacing_of(affine: Affine) -> tuple[float, float, float]:
    """Millimetres between neighbours along (slice, row, column)."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return float(lengths[0]), float(lengths[1]), float(lengths[2])


def slice_distance(affine: Affine) -> float:
    """Millimetres between neighbouring slices along their normal: less than the step from one to the next if that
    leans, as under gantry tilt.
    """
    step = float(np.linalg.norm(affine[:3, 0]))
    normal = np.cross(affine[:3, 1], affine[:3, 2])
    along = abs(float(affine[:3, 0] @ normal)) / float(np.linalg.norm(normal))
    return step if abs(along - step) < _UPRIGHT * step else along


def directions_of(affine: Affine) -> NDArray[np.float64]:
    """Unit vectors in LPS, one column each for (slice, row, column)."""
    steps = affine[:3, :3]
    return np.asarray(steps / np.linalg.norm(steps, axis=0))


def is_usable(affine: Affine) -> bool:
    """Return whether the three directions are finite and span space, so that the affine can be inverted."""
    if not np.isfinite(affine).all():
        return False
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return bool((lengths > 0).all() and abs(np.linalg.det(affine[:3, :3] / lengths)) > 1e-3)


def letters_of(direction: ArrayLike) -> str:
    """The letters of a direction, strongest first, as PatientOrientation spells them: `L`, or `LA` for an oblique."""
    vector = np.asarray(direction, dtype=np.float64)
    strongest = sorted(range(3), key=lambda axis: -abs(vector[axis]))
    return "".join(
        (_POSITIVE if vector[axis] > 0 else _NEGATIVE)[axis]
        for axis in strongest
        if abs(vector[axis]) > _LETTER_TOLERANCE
    )


def opposite_of(letters: str) -> str:
    """The letters of the opposite direction: `RP` of `LA`."""
    return "".join(_OPPOSITE[letter] for letter in letters)


def axes_of(affine: Affine) -> tuple[str, str, str]:
    """The letters toward which (slice, row, column) grow; three different body axes, also for an oblique.

    Of the six ways to pair them with the body's axes it is the closest one. At 45° two are equally close, and the
    lines themselves decide, never their order or sign: a grid that is permuted or flipped keeps its names.
    """
    directions = directions_of(affine)
    body = max(permutations(range(3)), key=lambda axes: _closeness(directions, axes))
    letters = [(_POSITIVE if directions[axis, index] > 0 else _NEGATIVE)[axis] for index, axis in enumerate(body)]
    return letters[0], letters[1], letters[2]


def _closeness(directions: NDArray[np.float64], body: tuple[int, ...]) -> tuple[float, ...]:
    """Return how well each column of `directions` fits its body axis; then their lean, which breaks a tie."""
    fit = sum(abs(float(directions[axis, index])) for index, axis in enumerate(body))
    leans: list[float] = []
    for axis in range(3):
        line = directions[:, body.index(axis)]
        upward = line if line[axis] > 0 else -line
        leans.extend(round(float(component), 3) for component in upward)
    return (round(fit, 3), *leans)


def orientation_of(affine: Affine) -> str:
    """`axial`, `sagittal`, `coronal` by the normal of the slices, or `oblique` if that leans by more than 15°."""
    steps = directions_of(affine)
    normal = np.cross(steps[:, 2], steps[:, 1])
    normal /= np.linalg.norm(normal)
    axis = int(np.argmax(np.abs(normal)))
    if abs(normal[axis]) < np.cos(np.deg2rad(_PLANE_TOLERANCE_DEGREES)):
        return "oblique"
    return (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[axis].value


def plane_of_acquisition(affine: Affine, shape: tuple[int, int, int], slice_axis: int | None = None) -> Plane:
    """The plane that a grid was acquired in, of a format that stores axes in any order.

    `shape` counts the voxels along the affine's three axes. The slices lie along the one axis of length 1, else along
    `slice_axis` (0 to 2, if the header names one), else along a much coarser axis, else the plane is axial.
    """
    spacing = spacing_of(affine)
    single = [axis for axis in range(3) if shape[axis] == 1]
    axis = int(np.argmax(spacing))
    if len(single) == 1:
        axis = single[0]
    elif slice_axis is not None:
        axis = slice_axis
    elif spacing[axis] < _COARSE * sorted(spacing)[1]:
        return Plane.AXIAL
    letter = axes_of(affine)[axis]
    return next(plane for plane, axes in SCREEN_AXES.items() if axes[0] in (letter, _OPPOSITE[letter]))


def reorientation_to(affine: Affine, plane: Plane) -> Reorientation:
    """Return how to permute and flip (slice, row, column) so that the slices stand in `plane` as `SCREEN_AXES` says.

    An oblique plane is none of those that can be reached so (`reslice`).
    """
    if plane is Plane.ACQUIRED:
        return Reorientation((0, 1, 2), (False, False, False))
    have = axes_of(affine)
    wanted = SCREEN_AXES[plane]
    first, second, third = (have.index(one if one in have else _OPPOSITE[one]) for one in wanted)
    return Reorientation((first, second, third), (wanted[0] not in have, wanted[1] not in have, wanted[2] not in have))


def normal_of(orientation: Cosines) -> NDArray[np.float64]:
    """The unit normal of a slice: row direction × column direction."""
    normal = np.cross(np.asarray(orientation[:3]), np.asarray(orientation[3:]))
    return np.asarray(normal / np.linalg.norm(normal), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class StackGeometry:
    """The affine of a stack, whether planes other than its own show true distances, and what a person should know."""

    affine: Affine | None
    regular: bool
    notes: tuple[Text, ...] = ()
    depth_known: bool = True
    tilted: bool = False


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
        notes = [_uneven_note(along)]
    else:
        notes = [_gap_note(int(index), along[index] / usual, names) for index in wide]
        if np.abs(along[~gaps] - usual).max(initial=0.0) > max(_UNEVEN * usual, _UNEVEN_MM):
            notes.append(_uneven_note(along[~gaps]))
    if not notes:
        notes += _shift_notes(points, step, max(min(spacing), _UNEVEN * usual))
    even = not notes
    notes += _tilt_notes(step, normal, len(points), min(spacing))
    regular = not notes
    if thickness and abs(thickness / usual - 1) > _THICKNESS_NOTE:
        notes.append(
            english("slices are {thickness:.4g} mm thick and {usual:.4g} mm apart", thickness=thickness, usual=usual)
        )
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


def _uneven_note(steps: NDArray[np.float64]) -> Text:
    least, most = float(steps.min()), float(steps.max())
    return english("uneven distances between slices: {least:.4g} to {most:.4g} mm", least=least, most=most)


def _gap_note(index: int, ratio: float, names: Sequence[str]) -> Text:
    between = (
        english(" (between {names} and {names_2})", names=names[index], names_2=names[index + 1])
        if names[index] != names[index + 1]
        else ""
    )
    missing = max(1, round(ratio) - 1)
    return english(
        "gap after slice {index}{between}: about %n slice(s) missing", "", missing, index=index, between=between
    )


def _shift_notes(points: NDArray[np.float64], step: NDArray[np.float64], tolerance: float) -> list[Text]:
    """Slices that leave the straight line of equal steps from the first by more than the tolerance."""
    line = points[0] + np.arange(len(points))[:, np.newaxis] * step
    if float(np.linalg.norm(points - line, axis=1).max()) > tolerance:
        return [english("slices are shifted against each other")]
    return []


def _tilt_notes(step: NDArray[np.float64], normal: NDArray[np.float64], count: int, pixel: float) -> list[Text]:
    forward = float(step @ normal)
    sideways = float(np.linalg.norm(step - forward * normal))
    degrees = float(np.degrees(np.arctan2(sideways, forward)))
    if degrees < _TILT_DEGREES or sideways * (count - 1) < _TILT_PIXELS * pixel:
        return []
    return [english("gantry tilt of {degrees:.1f}°", degrees=degrees)]
