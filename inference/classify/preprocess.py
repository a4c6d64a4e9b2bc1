"""The one preprocessing: from a slice's stored values to the tensor a model was trained on, and back for heatmaps.

Training and the viewer call the same `prepare`. It reads the slice and the model's input specification and nothing
else, so that nothing a person does to the picture on screen can change a probability.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from imaging.volume.geometry import Plane, Reorientation, reorientation_to
from imaging.volume.series import Polarity
from imaging.volume.volume import Slice
from imaging.volume.windowing import Window, to_unit
from inference.classify.percentiles import find_percentiles, list_possible_values
from inference.contract.codes import ModelCode
from inference.contract.contract import Clahe, EightBit, FixedWindow, InputSpec, MinMax, Percentile

_INTERPOLATION = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
}


@dataclass(frozen=True)
class Placement:
    """Turn, crop, scale and padding by which a slice became the model's input; `place` inverts it.

    `turn` acts on (slice, row, column) with the slice axis left alone. `crop` is (top, left, rows, columns) in the
    turned slice, `box` the same in the input: the area of the crop; outside the box is padding.
    """

    slice_shape: tuple[int, int]
    turn: Reorientation
    crop: tuple[int, int, int, int]
    box: tuple[int, int, int, int]
    input_shape: tuple[int, int]

    @property
    def turned_shape(self) -> tuple[int, int]:
        """Return (rows, columns) of the slice after the turn, before crop and resize."""
        rows, columns = self.slice_shape
        return (rows, columns) if self.turn.axes[1] == 1 else (columns, rows)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return the corners of what the model sees as points (row, column) of the slice, at the edges of pixels.

        In the order top left, top right, bottom right, bottom left of the model's input.
        """
        top, left, rows, columns = self.crop
        down, across = (top - 0.5, top + rows - 0.5), (left - 0.5, left + columns - 0.5)
        turned_rows, turned_columns = self.turned_shape
        found = []
        for row, column in ((down[0], across[0]), (down[0], across[1]), (down[1], across[1]), (down[1], across[0])):
            back = (
                turned_rows - 1 - row if self.turn.reversed_[1] else row,
                turned_columns - 1 - column if self.turn.reversed_[2] else column,
            )
            found.append(back if self.turn.axes[1] == 1 else back[::-1])
        return tuple(found)


@dataclass(frozen=True, eq=False)
class ModelInput:
    """The tensor for the model and its way back: float32 [1, channels, rows, columns], or channels last for NHWC."""

    tensor: NDArray[np.float32]
    placement: Placement


def prepare(slice_: Slice, spec: InputSpec) -> ModelInput:
    """Prepare a slice as specified: turn, intensity, polarity, CLAHE, resize, Gaussian filter, mean and std.

    Raises `Refusal` (EMPTY_SLICE) if the slice holds no value at all.
    """
    turn = _find_turn(slice_, spec)
    unit = np.ascontiguousarray(turn.of_array(_map_to_unit(slice_, spec)[np.newaxis])[0])
    if spec.clahe is not None:
        unit = _equalise(unit, spec.clahe)
    placement = _lay_out(slice_, turn, spec)
    picture = _resize(unit, placement, spec)
    if spec.gaussian_sigma is not None:
        picture = _smooth(picture, spec.gaussian_sigma)
    return ModelInput(_normalise(picture, spec), placement)


def picture_of_input(input_: ModelInput, spec: InputSpec) -> NDArray[np.uint8]:
    """Return the model's input as a picture, without its normalisation: grey [row, column], or RGB [row, column, 3]."""
    laid = input_.tensor[0] if spec.layout == "NHWC" else input_.tensor[0].transpose(1, 2, 0)
    unit = laid * np.asarray(spec.std, np.float32) + np.asarray(spec.mean, np.float32)
    levels = np.rint(np.clip(unit, 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.ascontiguousarray(levels if spec.colour == "rgb" else levels[:, :, 0])


def place(grid: NDArray[np.float32], placement: Placement) -> NDArray[np.float32]:
    """Place a map over the model's input into slice pixels [row, column], float32; 0 outside of what the model saw.

    `grid` covers the whole input at any resolution; it is sampled bilinearly between its cell centres.
    """
    rows, columns = placement.input_shape
    full = grid if grid.shape == (rows, columns) else cv2.resize(grid, (columns, rows), interpolation=cv2.INTER_LINEAR)
    box_top, box_left, box_rows, box_columns = placement.box
    seen = full[box_top : box_top + box_rows, box_left : box_left + box_columns]
    top, left, crop_rows, crop_columns = placement.crop
    if seen.shape != (crop_rows, crop_columns):
        seen = cv2.resize(np.ascontiguousarray(seen), (crop_columns, crop_rows), interpolation=cv2.INTER_LINEAR)
    heat = np.asarray(seen, dtype=np.float32)
    if heat.shape != placement.turned_shape:
        heat = np.zeros(placement.turned_shape, dtype=np.float32)
        heat[top : top + crop_rows, left : left + crop_columns] = seen
    if placement.turn.reversed_[1]:
        heat = heat[::-1]
    if placement.turn.reversed_[2]:
        heat = heat[:, ::-1]
    turned = heat.T if placement.turn.axes[1] == 2 else heat
    # Not the grid itself, whose owner may change it.
    return turned.copy() if np.may_share_memory(turned, grid) else np.ascontiguousarray(turned)


def _find_turn(slice_: Slice, spec: InputSpec) -> Reorientation:
    """Find the turn within the slice that brings it to the model's orientation; none if the slice's own is unknown."""
    identity = reorientation_to(np.eye(4), Plane.ACQUIRED)
    if spec.orientation == "as_stored" or spec.plane == "acquired" or slice_.affine is None:
        return identity
    turn = reorientation_to(slice_.affine, Plane(spec.plane))
    if turn.axes[0] != 0:
        return identity
    return Reorientation(turn.axes, (False, turn.reversed_[1], turn.reversed_[2]))


def _map_to_unit(slice_: Slice, spec: InputSpec) -> NDArray[np.float32]:
    """Map values to 0…1 by the model's intensity rule and polarity; what is no value becomes background.

    Of short integers each value that there may be is mapped once, and looked up for every pixel: bit for bit the same.
    """
    possible = list_possible_values(slice_)
    if possible is None:
        return _map_values(slice_, slice_.values, slice_.padding, spec)
    return possible.look_up(_map_values(slice_, possible.modality[np.newaxis], None, spec)[0])


def _map_values(
    slice_: Slice, values: NDArray[np.float32], padding: NDArray[np.bool_] | None, spec: InputSpec
) -> NDArray[np.float32]:
    """Map values of a slice, each by itself, as `_map_to_unit` says."""
    if slice_.is_colour and spec.colour != "rgb":
        values = _convert_to_grey(values)
    counted = np.isfinite(values) if padding is None else np.isfinite(values) & ~padding
    is_whole = bool(counted.all())
    if not is_whole and not counted.any():
        raise Refusal(ModelCode.EMPTY_SLICE, "This slice holds no values that a model could read.")
    if isinstance(spec.intensity, FixedWindow):
        unit = to_unit(values, Window(spec.intensity.centre, spec.intensity.width))
    else:
        low, high = _find_bounds(slice_, values, None if is_whole else counted, spec.intensity)
        unit = (values if is_whole else np.where(counted, values, np.float32(low))) - np.float32(low)
        unit *= np.float32(1.0 / (high - low)) if high > low else np.float32(0.0)
        np.clip(unit, 0.0, 1.0, out=unit)
    # Colour turned to grey draws large values bright.
    is_dark = slice_.series.polarity is Polarity.MONOCHROME1
    if values.ndim == 2 and is_dark != (spec.polarity == "monochrome1"):
        unit = 1.0 - unit
    return unit if is_whole else np.where(counted, unit, _background_value(spec))


def _background_value(spec: InputSpec) -> np.float32:
    """Return the value of "no picture here" in the tensor before normalisation: its dark end."""
    return np.float32(1.0 if spec.polarity == "monochrome1" and spec.colour != "rgb" else 0.0)


def is_grey(colour: NDArray[np.generic]) -> bool:
    """Return whether a picture [row, column, 3] is grey stored as colour."""
    first = colour[:, :, 0]
    return np.array_equal(first, colour[:, :, 1]) and np.array_equal(first, colour[:, :, 2])


def _convert_to_grey(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the luminance (ITU-R BT.601) of colours; grey stored as colour keeps its values exactly."""
    if is_grey(colour):
        return colour[:, :, 0]
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_RGB2GRAY), dtype=np.float32)


def _find_bounds(
    slice_: Slice, values: NDArray[np.float32], counted: NDArray[np.bool_] | None, rule: Percentile | MinMax | EightBit
) -> tuple[float, float]:
    """Find what the rule maps to 0 and 1, among the values that are `counted` (None: all)."""
    if isinstance(rule, EightBit):
        return 0.0, 255.0
    if isinstance(rule, Percentile):
        return find_percentiles(slice_, values, counted, (rule.low, rule.high))
    among = values if counted is None else values[counted]
    return float(among.min()), float(among.max())


def _normalise(picture: NDArray[np.float32], spec: InputSpec) -> NDArray[np.float32]:
    """Return the tensor [1, …] of a picture in 0…1, grey [row, column] or RGB: each channel less mean, over std."""
    rows, columns = picture.shape[:2]
    is_planar = spec.layout == "NCHW"
    shape = (spec.channels, rows, columns) if is_planar else (rows, columns, spec.channels)
    tensor = np.empty((1, *shape), dtype=np.float32)
    laid = tensor[0] if is_planar else tensor[0].transpose(2, 0, 1)
    channels = picture if picture.ndim == 2 else picture.transpose(2, 0, 1)
    np.subtract(channels, np.asarray(spec.mean, np.float32)[:, np.newaxis, np.newaxis], out=laid)
    laid /= np.asarray(spec.std, np.float32)[:, np.newaxis, np.newaxis]
    return tensor


def _equalise(unit: NDArray[np.float32], clahe: Clahe) -> NDArray[np.float32]:
    operator = cv2.createCLAHE(clipLimit=clahe.clip_limit, tileGridSize=(clahe.grid[1], clahe.grid[0]))
    levels = np.rint(unit * 255.0).astype(np.uint8)
    if levels.ndim == 2:
        return np.asarray(operator.apply(levels), dtype=np.float32) / np.float32(255.0)
    # Equalising lightness alone keeps the hue of colour pictures.
    lab = cv2.cvtColor(levels, cv2.COLOR_RGB2LAB)
    lab[:, :, 0] = operator.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.float32) / np.float32(255.0)


def _smooth(channels: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Filter the resized picture, so that sigma means the same whatever size a slice had; the rim is repeated."""
    return np.asarray(cv2.GaussianBlur(channels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)


def _lay_out(slice_: Slice, turn: Reorientation, spec: InputSpec) -> Placement:
    """Lay out crop and box in the turned slice. Letterbox and centre crop keep the patient's shape, not the pixels'."""
    rows, columns = slice_.stored.shape[:2]
    aspect = slice_.pixel_aspect
    if turn.axes[1] == 2:
        rows, columns, aspect = columns, rows, 1.0 / aspect
    height, width = spec.size
    crop = (0, 0, rows, columns)
    box = (0, 0, height, width)
    if spec.resize == "letterbox":
        scale = min(height / (rows * aspect), width / columns)
        box_rows = min(height, max(1, round(rows * aspect * scale)))
        box_columns = min(width, max(1, round(columns * scale)))
        box = ((height - box_rows) // 2, (width - box_columns) // 2, box_rows, box_columns)
    elif spec.resize == "centre_crop":
        scale = max(height / (rows * aspect), width / columns)
        crop_rows = min(rows, max(1, round(height / (scale * aspect))))
        crop_columns = min(columns, max(1, round(width / scale)))
        crop = ((rows - crop_rows) // 2, (columns - crop_columns) // 2, crop_rows, crop_columns)
    return Placement((slice_.stored.shape[0], slice_.stored.shape[1]), turn, crop, box, (height, width))


def _resize(turned: NDArray[np.float32], placement: Placement, spec: InputSpec) -> NDArray[np.float32]:
    """Resize the crop to its box, on a canvas of background."""
    top, left, rows, columns = placement.crop
    box_top, box_left, box_rows, box_columns = placement.box
    cropped = turned[top : top + rows, left : left + columns]
    if cropped.shape[:2] != (box_rows, box_columns):
        shrinks = rows > box_rows or columns > box_columns
        method = "bilinear" if spec.interpolation == "area" and not shrinks else spec.interpolation
        resized = cv2.resize(cropped, (box_columns, box_rows), interpolation=_INTERPOLATION[method])
        cropped = np.asarray(resized, dtype=np.float32)
    if (box_rows, box_columns) == placement.input_shape:
        return np.asarray(np.clip(cropped, 0.0, 1.0))
    canvas = np.full((*placement.input_shape, *cropped.shape[2:]), _background_value(spec), dtype=np.float32)
    canvas[box_top : box_top + box_rows, box_left : box_left + box_columns] = np.clip(cropped, 0.0, 1.0)
    return canvas
