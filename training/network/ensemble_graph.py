"""Several calibrated networks as one: the mean of their probabilities, and of their class maps.

Member m with logits z, temperature T and share w answers with probabilities p = activation(z / T). The ensemble's are
the sum of w · p over members, written as logits that the contract's activation turns back into them: log p for labels
that compete (softmax of log p is p), log(p / (1 - p)) for a label alone.

Each member's class map is divided by its own strongest value, so that members count alike however large their logits
are; maps of another size are resized to the finest one, and the weighted mean is the ensemble's map. It stays signed.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.contract.contract import Task

_LEAST = 1e-7
"""Probabilities are kept this far from 0 and 1, so that their logarithm is a number."""


class EnsembleNetwork(nn.Module):
    """Members that each answer with (logits, cams, features), as one that answers so too."""

    def __init__(
        self,
        members: Sequence[nn.Module],
        *,
        task: Task,
        temperatures: Sequence[float],
        shares: Sequence[float],
        grid: tuple[int, int],
    ) -> None:
        """Take the members' calibration temperatures, their shares in the mean, and the maps' size."""
        super().__init__()
        self.members = nn.ModuleList(members)
        self.task = task
        self.temperatures = tuple(temperatures)
        self.shares = tuple(share / sum(shares) for share in shares)
        self.grid = grid

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, rows, columns]."""
        outputs = [member(inputs) for member in self.members]
        logits = average_logits([one[0] for one in outputs], self.task, self.temperatures, self.shares)
        cams = average_maps([one[1] for one in outputs], self.shares, self.grid)
        return logits, cams, torch.cat([one[2] for one in outputs], dim=1)


def average_logits(
    logits: Sequence[Tensor], task: Task, temperatures: Sequence[float], shares: Sequence[float]
) -> Tensor:
    """Return logits [N, C] of the weighted mean of the members' calibrated probabilities."""
    found = []
    for first, end in _competing_columns(task):
        parts = [one[:, first:end] / temperature for one, temperature in zip(logits, temperatures, strict=True)]
        alone = end - first == 1
        each = [torch.sigmoid(part) if alone else torch.softmax(part, dim=1) for part in parts]
        mean = sum((share * one for share, one in zip(shares, each, strict=True)), torch.zeros_like(each[0]))
        mean = mean.clamp(_LEAST, 1 - _LEAST)
        found.append(torch.log(mean) - torch.log(1 - mean) if alone else torch.log(mean))
    return torch.cat(found, dim=1)


def average_maps(cams: Sequence[Tensor], shares: Sequence[float], grid: tuple[int, int]) -> Tensor:
    """Return the weighted mean [N, C, *grid] of the members' class maps, each divided by its strongest value."""
    mean = torch.zeros_like(cams[0][:, :, :1, :1])
    for maps, share in zip(cams, shares, strict=True):
        strongest = maps.abs().amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)
        own = maps / strongest
        if tuple(own.shape[2:]) != grid:
            own = functional.interpolate(own, size=grid, mode="bilinear", align_corners=False)
        mean = mean + share * own
    return mean


def _competing_columns(task: Task) -> list[tuple[int, int]]:
    """Return the columns of the logits that compete with each other, as ranges."""
    if task.kind == "multiclass":
        return [(0, len(task.names))]
    if task.kind == "several_outputs":
        ends = [0]
        for head in task.heads:
            ends.append(ends[-1] + len(head))
        return list(pairwise(ends))
    return [(column, column + 1) for column in range(task.logits)]
