"""The loss of every kind of task, the same for training and validation: sums over cases, and their divisors.

The two stand apart so that several processes, each with a share of a batch, get exactly the loss of the whole batch.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from inference.contract.contract import Task


@dataclass(frozen=True)
class LossTerm:
    """One part of the loss: the logits and targets that it reads, and whether they exclude each other."""

    logits: tuple[int, ...]
    targets: tuple[int, ...]
    exclusive: bool
    """Softmax and cross entropy, else a sigmoid and binary cross entropy for each."""


def loss_terms(task: Task) -> tuple[LossTerm, ...]:
    """Return the terms that are added up: one, or one for each head of several outputs (one label: sigmoid)."""
    every = tuple(range(len(task.labels)))
    if task.kind == "binary":
        return (LossTerm((0,), (1,), exclusive=False),)
    if task.kind == "multilabel":
        return (LossTerm(every, every, exclusive=False),)
    if task.kind == "several_outputs":
        heads = [tuple(task.names.index(name) for name in head) for head in task.heads]
        return tuple(LossTerm(head, head, exclusive=len(head) > 1) for head in heads)
    return (LossTerm(every, every, exclusive=True),)


def weigh_classes(targets: Tensor, task: Task) -> tuple[Tensor, ...]:
    """Return for each term weights [C, 2] of targets that are 0 and 1, inverse to how often they occur.

    They have mean 1 over the answered targets [N, L]; one that does not occur at all gets weight 1. A softmax term has
    weights of targets that are 1 only, so its first column is 0.
    """
    return tuple(_weights(targets[:, list(term.targets)], exclusive=term.exclusive) for term in loss_terms(task))


def _weights(targets: Tensor, *, exclusive: bool) -> Tensor:
    answered = ~targets.isnan()
    ones = torch.nan_to_num(targets).sum(dim=0)
    if exclusive:
        weights = ones.sum() / ((ones > 0).sum() * ones)
        return torch.stack([torch.zeros_like(weights), weights.nan_to_num(1.0, posinf=1.0)], dim=1)
    counts = torch.stack([answered.sum(dim=0) - ones, ones], dim=1)
    weights = counts.sum(dim=1, keepdim=True) / ((counts > 0).sum(dim=1, keepdim=True) * counts)
    return weights.nan_to_num(1.0, posinf=1.0)


@dataclass(frozen=True)
class Loss:
    """The loss of a task, with class weights if the recipe wants them, and label smoothing."""

    terms: tuple[LossTerm, ...]
    weights: tuple[Tensor, ...] | None = None
    """One [C, 2] for each term, as `weigh_classes` gives them."""
    smoothing: float = 0.0

    def sums(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the weighted sums of the terms [T]: logits [N, outputs], targets [N, L], NaN if not asked."""
        return torch.stack(
            [self._sum(number, logits.float(), targets.to(logits.device)) for number in range(len(self.terms))]
        )

    def amounts(self, targets: Tensor) -> Tensor:
        """Return the divisors of the sums of cases with these targets [N, L]: the weight of all answers, [T]."""
        return torch.stack(
            [self._weight(number, targets[:, list(term.targets)]).sum() for number, term in enumerate(self.terms)]
        )

    def value(self, sums: Tensor, amounts: Tensor) -> Tensor:
        """Return the loss, a scalar: each term's mean, added up. A term that was never asked adds nothing."""
        return (sums / amounts.to(sums.device).clamp_min(1e-12)).sum()

    def mean(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of cases that one process has all of, a scalar."""
        return self.value(self.sums(logits, targets), self.amounts(targets))

    def _sum(self, number: int, logits: Tensor, targets: Tensor) -> Tensor:
        term = self.terms[number]
        logits, targets = logits[:, list(term.logits)], targets[:, list(term.targets)]
        weight = self._weight(number, targets)
        known = torch.nan_to_num(targets)
        if term.exclusive:
            shares = known * (1 - self.smoothing) + self.smoothing / len(term.targets)
            cross_entropy = -(shares * functional.log_softmax(logits, dim=1)).sum(dim=1)
            return (weight * cross_entropy).sum()
        shares = known * (1 - self.smoothing) + self.smoothing / 2
        return (weight * functional.binary_cross_entropy_with_logits(logits, shares, reduction="none")).sum()

    def _weight(self, number: int, targets: Tensor) -> Tensor:
        """Return the weight of each case [N] (softmax) or of each answer [N, C] (sigmoid); 0 if it was not asked."""
        # The weight belongs to the case (by what it shows), so that smoothing stays symmetric.
        answered = ~targets.isnan()
        known = torch.nan_to_num(targets)
        weights = None if self.weights is None else self.weights[number].to(targets.device)
        if self.terms[number].exclusive:
            asked = answered.all(dim=1).float()
            return asked if weights is None else asked * (known * weights[:, 1]).sum(dim=1)
        if weights is None:
            return answered.float()
        return answered * (weights[:, 0] * (1 - known) + weights[:, 1] * known)
