"""The input of a model as a picture, and where on the slice it lies; in the background. No Qt here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop.state.texts.language import tr
from imaging.volume.volume import Slice
from inference.classify.preprocess import Placement, picture_of_input, prepare
from inference.contract.contract import Contract

_STRETCHED = 0.02
"""How far the scales of rows and columns may differ before that is said."""


@dataclass(frozen=True, eq=False)
class SeenSlice:
    """A slice as a model sees it: uint8 [row, column] grey or [row, column, 3] RGB."""

    slice: Slice
    picture: NDArray[np.uint8]
    placement: Placement
    said: str
    """How it was made of the slice, in a line."""


def see_slice(slice_: Slice, contract: Contract) -> SeenSlice:
    """Make the input of a model from a slice. Raises `Refusal` for a slice without values."""
    input_ = prepare(slice_, contract.input)
    said = describe_placement(input_.placement, contract)
    return SeenSlice(slice_, picture_of_input(input_, contract.input), input_.placement, said)


def describe_placement(placement: Placement, contract: Contract) -> str:
    """Return how a slice becomes the input: cut, turned, stretched, equalised, smoothed."""
    spec = contract.input
    rows, columns = placement.input_shape
    _, _, crop_rows, crop_columns = placement.crop
    parts = [tr("{columns} × {rows} pixels", columns=columns, rows=rows)]
    if placement.crop != (0, 0, *placement.turned_shape):
        parts.append(tr("cut to {crop_columns} × {crop_rows}", crop_columns=crop_columns, crop_rows=crop_rows))
    if placement.turn.axes != (0, 1, 2) or any(placement.turn.reversed_):
        parts.append(tr("turned as its training cases lay"))
    _, _, box_rows, box_columns = placement.box
    if abs(box_rows * crop_columns / (box_columns * crop_rows) - 1) > _STRETCHED:
        parts.append(tr("stretched, so that shapes are others"))
    if placement.box != (0, 0, rows, columns):
        parts.append(tr("with a border, so that the patient keeps his shape"))
    if spec.clahe is not None:
        parts.append(tr("local contrast equalised (CLAHE)"))
    if spec.gaussian_sigma is not None:
        parts.append(tr("smoothed"))
    return ", ".join(parts) + "."
