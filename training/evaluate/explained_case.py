"""One explained case: the prepared slice, the label its heatmap speaks for, the network to ask about changed copies."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.contract.contract import InputSpec, Task
from training.evaluate.answers import probabilities


@dataclass(frozen=True, eq=False)
class Subject:
    """A case to explain."""

    tensor: NDArray[np.float32]
    """[channels, rows, columns], as the network gets it."""
    label: int
    caption: str
    signed: NDArray[np.float32]
    """The class map [h, w] of the label, before ReLU."""
    model: nn.Module
    task: Task
    temperature: float

    def probability(self, tensors: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability [N] of the label for changed copies [N, channels, rows, columns]."""
        with torch.no_grad():
            logits = self.model(torch.from_numpy(np.ascontiguousarray(tensors))).float().numpy()
        return probabilities(logits, self.task, self.temperature)[:, self.label].astype(np.float64)

    def picture(self, spec: InputSpec) -> NDArray[np.uint8]:
        """The slice as RGB [rows, columns, 3], normalisation undone."""
        mean = np.array(spec.mean, dtype=np.float32)[:, None, None]
        std = np.array(spec.std, dtype=np.float32)[:, None, None]
        unit = np.clip((self.tensor * std + mean) * 255.0, 0, 255).transpose(1, 2, 0)
        return np.rint(np.repeat(unit, 3 // unit.shape[2], axis=2)).astype(np.uint8)
