"""From class maps to heatmaps: ReLU, min-max, bilinear resize to the input, min-max; then placed into the slice.

The order is that of the contract and of the pytorch-grad-cam library (`BaseCAM.forward`), so that maps can be compared.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Refusal
from inference.classify.finding import Analysis, RawOutput
from inference.classify.preprocess import place
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract

# Below this share of the strongest value, before ReLU, the differences within a map are rounding, not evidence.
_FLAT = 1e-5


def heatmap(raw: RawOutput, contract: Contract, label: str) -> NDArray[np.float32]:
    """Make the heatmap of a label over the model's input, float32 [rows, columns] in 0…1; all zero without evidence.

    Raises `Refusal` (NO_HEATMAP) if there are no class maps or no such label.
    """
    if raw.cams is None:
        raise Refusal(ModelCode.NO_HEATMAP, "This model has no class maps, so there is no heatmap yet.")
    if label not in contract.task.names:
        raise Refusal(ModelCode.NO_HEATMAP, english("The model has no label `{label}`.", label=label))
    return normalise_cam(raw.cams[contract.task.names.index(label)], contract.input.size)


def normalise_cam(signed: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Normalise a signed class map [h, w] to an input of `size` (rows, columns): float32 in 0…1."""
    floor = _FLAT * float(np.abs(signed).max())
    rows, columns = size
    coarse = _stretch(np.maximum(signed, np.float32(0.0)), floor)
    fine = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return _stretch(np.asarray(fine, dtype=np.float32), 0.0)


def heat_in_slice(analysis: Analysis, contract: Contract, label: str) -> NDArray[np.float32]:
    """Make the heatmap of a label in slice pixels [row, column], float32 in 0…1; 0 outside of what the model saw.

    Raises `Refusal` (NO_HEATMAP) if the analysis has no answer or no class maps.
    """
    if analysis.raw is None or analysis.placement is None:
        raise Refusal(ModelCode.NO_HEATMAP, "The model gave no answer for this slice, so there is no heatmap.")
    return place(heatmap(analysis.raw, contract, label), analysis.placement)


def _stretch(values: NDArray[np.float32], floor: float) -> NDArray[np.float32]:
    """Stretch values to 0…1; all zero if they differ by no more than `floor`."""
    low, high = float(values.min()), float(values.max())
    if high - low <= floor:
        return np.zeros_like(values)
    return (values - np.float32(low)) / np.float32(high - low)
