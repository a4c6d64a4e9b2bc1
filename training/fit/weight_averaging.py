"""The average of the weights over the steps, which is what is judged and kept."""

from copy import deepcopy

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of a network's weights and batch statistics; with a decay of 0 the network itself."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._model = model
        self._decay = decay
        self.network = deepcopy(model).eval() if decay > 0 else model
        """What to predict with."""
        self.steps = 0
        """Updates since the average began."""

    @torch.no_grad()
    def update(self) -> None:
        """Move toward the model's weights; faster at the beginning, when the average still holds random weights."""
        if self._decay <= 0:
            return
        now = min(self._decay, (1 + self.steps) / (10 + self.steps))
        self.steps += 1
        moving: tuple[list[Tensor], list[Tensor]] = [], []
        for mean, value in zip(self.network.state_dict().values(), self._model.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                moving[0].append(mean)
                moving[1].append(value)
            else:
                mean.copy_(value)
        torch._foreach_lerp_(*moving, 1 - now)

    def begin_with_the_model(self) -> None:
        """Forget what was averaged; the model's weights are the first."""
        self.steps = 0
        if self._decay > 0:
            self.network.load_state_dict(self._model.state_dict())
