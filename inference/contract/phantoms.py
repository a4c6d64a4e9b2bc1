"""Slices made by code, on which golden pairs are computed. No patient is in them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.volume.geometry import Affine, Plane
from imaging.volume.series import IDENTITY, Format, Polarity, Series
from imaging.volume.volume import Slice
from inference.contract.contract import Contract, EightBit, FixedWindow


@dataclass(frozen=True, eq=False)
class Phantom:
    """A slice made by code, and its name."""

    name: str
    slice: Slice


def make_phantoms(contract: Contract) -> tuple[Phantom, ...]:
    """Make three phantoms in the model's range of values: a ramp, discs, and a texture of rising frequency.

    They are neither square nor alike; one has the other polarity, and one lies turned in the patient if the contract
    asks for an orientation, so that every step of `prepare` takes part.
    """
    spec = contract.input
    other = Polarity.MONOCHROME1 if spec.polarity == "monochrome2" else Polarity.MONOCHROME2
    turned = _make_turned_affine(Plane(spec.plane)) if spec.orientation == "radiological" else None
    return (
        Phantom("ramp", _scale_to_slice(_draw_ramp(300, 260), contract, Polarity(spec.polarity), None)),
        Phantom("discs", _scale_to_slice(_draw_discs(192, 256), contract, other, None)),
        Phantom("texture", _scale_to_slice(_draw_texture(256, 200), contract, Polarity(spec.polarity), turned)),
    )


def slice_from_array(
    stored: NDArray[Any], *, polarity: Polarity = Polarity.MONOCHROME2, affine: Affine | None = None
) -> Slice:
    """Make a slice, in a series of its own, of an array [row, column] or [row, column, 3] that comes from no file."""
    series = Series(
        id="phantom",
        format=Format.RASTER,
        frames=(),
        slices=1,
        rows=stored.shape[0],
        columns=stored.shape[1],
        dtype=stored.dtype.name,
        channels=3 if stored.ndim == 3 else 1,
        polarity=Polarity.COLOUR if stored.ndim == 3 else polarity,
        affine=affine,
    )
    return Slice(
        stored=stored,
        modality=IDENTITY,
        series=series,
        plane=Plane.ACQUIRED,
        index=0,
        count=1,
        phase=0,
        affine=affine,
        spacing=None,
        pixel_aspect=1.0,
        frame=None,
    )


def _scale_to_slice(unit: NDArray[np.float64], contract: Contract, polarity: Polarity, affine: Affine | None) -> Slice:
    """Make a slice of a pattern of 0…1 in the model's own range of values and colour."""
    rule = contract.input.intensity
    if contract.input.colour == "rgb":
        levels = np.rint(unit * 255.0).astype(np.uint8)
        stored: NDArray[Any] = np.stack([levels, levels[::-1], levels[:, ::-1]], axis=2)
    elif isinstance(rule, EightBit):
        stored = np.rint(unit * 255.0).astype(np.uint8)
    elif isinstance(rule, FixedWindow):
        # A little more than the window, so that both of its ends cut.
        stored = ((unit - 0.5) * 1.5 * rule.width + rule.centre).astype(np.float32)
    else:
        stored = np.rint(unit * 4095.0).astype(np.int16)
    return slice_from_array(stored, polarity=polarity, affine=affine)


def _make_turned_affine(plane: Plane) -> Affine | None:
    """Return the affine of slices of `plane` at 1 mm with rows and columns exchanged and reversed."""
    axes = {Plane.AXIAL: (2, 0, 1), Plane.CORONAL: (1, 0, 2), Plane.SAGITTAL: (0, 1, 2)}.get(plane)
    if axes is None:
        return None
    affine = np.eye(4)
    affine[:3, :3] = 0.0
    for index, axis in enumerate(axes):
        affine[axis, index] = -1.0
    return affine


def _make_grid(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row and column of every pixel, each 0…1, as two arrays that broadcast."""
    return np.linspace(0.0, 1.0, rows)[:, np.newaxis], np.linspace(0.0, 1.0, columns)[np.newaxis, :]


def _draw_ramp(rows: int, columns: int) -> NDArray[np.float64]:
    row, column = _make_grid(rows, columns)
    return np.asarray(0.7 * row + 0.3 * column)


# Row, column and radius as shares of the slice, and the level inside.
_DISCS = ((0.5, 0.5, 0.42, 0.4), (0.35, 0.3, 0.14, 0.9), (0.7, 0.68, 0.2, 0.65))


def _draw_discs(rows: int, columns: int) -> NDArray[np.float64]:
    row, column = _make_grid(rows, columns)
    unit = np.full((rows, columns), 0.1)
    for centre_row, centre_column, radius, level in _DISCS:
        unit[(row - centre_row) ** 2 + (column - centre_column) ** 2 < radius**2] = level
    return unit


def _draw_texture(rows: int, columns: int) -> NDArray[np.float64]:
    """Draw a zone plate off the centre: its frequency rises from nothing to one cycle in four pixels."""
    row, column = _make_grid(rows, columns)
    distance = (row - 0.2) ** 2 + (column - 0.3) ** 2
    return np.asarray(0.5 + 0.5 * np.cos(0.3 * max(rows, columns) * np.pi * distance))
