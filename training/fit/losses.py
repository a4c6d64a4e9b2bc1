"""The loss of every kind of task, the same for training and validation: sums over cases, and what divides them.

The two stand apart so that several processes, each with a share of a batch, get exactly the loss of the whole batch.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from inference.contract.contract import Task


@dataclass(frozen=True)
class Term:
    """One part of the loss: which logits it reads, which targets, and whether they exclude each other."""

    logits: tuple[int, ...]
    targets: tuple[int, ...]
    exclusive: bool
    """Softmax and cross entropy, else a sigmoid and binary cross entropy for each."""


def terms_of(task: Task) -> tuple[Term, ...]:
    """The terms that are added up: one, or one for each head of several outputs (one label: sigmoid, more: softmax)."""
    every = tuple(range(len(task.labels)))
    if task.kind == "binary":
        return (Term((0,), (1,), exclusive=False),)
    if task.kind == "multilabel":
        return (Term(every, every, exclusive=False),)
    if task.kind == "several_outputs":
        heads = [tuple(task.names.index(name) for name in head) for head in task.heads]
        return tuple(Term(head, head, exclusive=len(head) > 1) for head in heads)
    return (Term(every, every, exclusive=True),)


def class_weights(targets: Tensor, task: Task) -> tuple[Tensor, ...]:
    """For each term, weights [C, 2] of a target that is 0 and one that is 1, inverse to how often that occurs.

    They have mean 1 over the answered targets [N, L]; what does not occur at all gets weight 1. A softmax term has
    weights of what applies only, so its first column is 0.
    """
    return tuple(_weights(targets[:, list(term.targets)], exclusive=term.exclusive) for term in terms_of(task))


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
    """The loss of a task, with class weights where the recipe wants them, and label smoothing."""

    terms: tuple[Term, ...]
    weights: tuple[Tensor, ...] | None = None
    """One [C, 2] for each term, as `class_weights` gives them."""
    smoothing: float = 0.0

    def sums(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Weighted sums over cases, one for each term [T]: logits [N, outputs], targets [N, L] with NaN = not asked."""
        return torch.stack(
            [self._sum(number, logits.float(), targets.to(logits.device)) for number in range(len(self.terms))]
        )

    def amounts(self, targets: Tensor) -> Tensor:
        """What the sums of the cases with these targets [N, L] are divided by: the weight of all answers, [T]."""
        return torch.stack(
            [self._weight(number, targets[:, list(term.targets)]).sum() for number, term in enumerate(self.terms)]
        )

    def value(self, sums: Tensor, amounts: Tensor) -> Tensor:
        """The loss, a scalar: each term's mean, added up. A term that was never asked adds nothing."""
        return (sums / amounts.to(sums.device).clamp_min(1e-12)).sum()

    def mean(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of cases that one process has all of, a scalar."""
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
        """The weight of each case [N] (softmax) or of each answer [N, C] (sigmoid); 0 where it was not asked."""
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
