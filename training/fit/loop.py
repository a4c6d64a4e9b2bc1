"""One fit while it runs: network, average and optimiser, and what a stage, an epoch and a step do to them.

Losses are sums over cases and their divisors, apart: so several processes, each with a share of a batch, get exactly
the loss of the whole batch.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from inference.contract.contract import Task
from inference.statistics.metrics import mean_auc, precision_recall_f1
from inference.torch_path import timm
from training.data.dataset import Prepared
from training.fit.batches import Batch, InputMaker, PartCases, draw_batches, seeded_generator
from training.fit.processes import Processes
from training.fit.runs import Epoch
from training.network.network import free_parameters, group_parameters, predict_logits, rest_batch_norms
from training.recipe.recipe import Cosine, Plateau, Recipe, Stage, TrainingCode


@dataclass(frozen=True)
class LossTerm:
    """One part of the loss: the logits and targets that it reads, and whether they exclude each other."""

    logits: tuple[int, ...]
    targets: tuple[int, ...]
    exclusive: bool
    """Softmax and cross entropy, else a sigmoid and binary cross entropy for each."""

    @property
    def classes(self) -> tuple[int, ...]:
        """The number of answers to each question: a sigmoid is asked yes or no."""
        return (len(self.targets),) if self.exclusive else (2,) * len(self.targets)


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


_OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": lambda groups: torch.optim.SGD(groups, momentum=0.9),
}


class FitLoop:
    """A fit in one of its processes: `begin_stage`, then `run_epoch` as often as it takes."""

    def __init__(
        self,
        model: nn.Module,
        recipe: Recipe,
        prepared: Prepared,
        *,
        train: PartCases,
        validation: PartCases,
        processes: Processes,
    ) -> None:
        rule, terms = recipe.fit, loss_terms(recipe.task)
        train_targets = torch.from_numpy(prepared.targets[train.rows])
        weights = weigh_classes(train_targets, recipe.task) if rule.balance == "weights" else None
        model = model.to(processes.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if processes.count > 1 and processes.device.type == "cuda":
            model = timm.layers.convert_sync_batchnorm(model)
        self.model = model
        self._average = _average_of(model, rule.ema_decay) if rule.ema_decay > 0 else None
        self._accelerator = processes.accelerator(rule.precision)
        self._loss, self._validation_loss = Loss(terms, weights, rule.label_smoothing), Loss(terms, weights)
        self._inputs = InputMaker(prepared, recipe, processes)
        self._recipe, self._prepared, self._processes = recipe, prepared, processes
        self._train, self._validation = train, validation

    @property
    def judged(self) -> nn.Module:
        """The network that is judged and kept: the average of the weights over the steps, if there is one."""
        return self.model if self._average is None else self._average.module

    def begin_stage(self, stage: Stage, *, weights: dict[str, Tensor] | None) -> None:
        """Free what the stage lets learn, from these weights if any; begin its optimiser. Raises `Refusal` (RECIPE)."""
        if weights is not None:
            self.model.load_state_dict(weights)
            if self._average is not None:
                self._average.module.load_state_dict(weights)
                self._average.n_averaged.fill_(1)
        free_parameters(self.model, stage)
        self._stage = stage
        self._accelerator.free_memory()
        self._network = self._wrap_network()
        groups = group_parameters(self.model, stage, self._recipe.fit)
        self._optimiser = self._accelerator.prepare_optimizer(_OPTIMISERS[self._recipe.fit.optimiser](groups))

    def _wrap_network(self) -> nn.Module:
        """Return the network such that its gradients are the mean over processes; itself for one process."""
        if self._processes.count == 1:
            return self.model
        network: nn.Module = self._accelerator.prepare_model(self.model)
        # Validation computes in float32, so mixed precision is the business of `_learn` and not of the network.
        self._accelerator.unwrap_model(network, keep_fp32_wrapper=False)
        return network

    def state(self) -> dict[str, Any]:
        """Return everything that the two `restore…` methods need to go on as if nothing had happened."""
        scaler = self._accelerator.scaler
        return {
            "model": self.model.state_dict(),
            "average": None if self._average is None else self._average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "scaler": None if scaler is None else scaler.state_dict(),
        }

    def restore_weights(self, state: dict[str, Any]) -> None:
        """Put the network and its average back as they were."""
        self.model.load_state_dict(state["model"])
        if self._average is not None:
            self._average.load_state_dict(state["average"])

    def restore_optimiser(self, state: dict[str, Any]) -> None:
        """Put the optimiser back as it was; only after `begin_stage` of the stage that it belongs to."""
        self._optimiser.load_state_dict(state["optimiser"])
        if self._accelerator.scaler is not None and state["scaler"] is not None:
            self._accelerator.scaler.load_state_dict(state["scaler"])

    def run_epoch(self, number: int, done: Sequence[Epoch]) -> Job[Epoch]:
        """Run epoch `number` (from 0) after the stage's earlier epochs. Raises `Refusal` (DIVERGED)."""
        began, stage, rule = time.monotonic(), self._stage, self._recipe.fit
        torch.manual_seed(int(seeded_generator(rule.seed, number, "network", self._processes.number).integers(2**63)))
        plan = draw_batches(self._train, rule, number)
        self._network.train()
        if stage.frozen_batch_norm:
            rest_batch_norms(self.model)
        found = _Found(torch.zeros(()), torch.zeros(len(self._loss.terms)))
        waiting: _Found | None = None
        for step, batch in enumerate(plan):
            rate = rate_at(stage, epoch=len(done), step=step, steps=len(plan), done=done)
            learned = self._learn(batch, rate, epoch=number, step=step)
            # The loss of the step before: asking for this one would make a GPU wait for the next step's inputs.
            if waiting is not None:
                found = self._add_step(found, waiting, number, step)
            waiting = learned
            yield Progress(f"Stage {stage.name}, epoch {len(done) + 1} of {stage.epochs}", step + 1, len(plan))
        if waiting is not None:
            found = self._add_step(found, waiting, number, len(plan))
        return self._judge_epoch(number, rate, found, began)

    def learn_once(self, batch: Batch, factor: float, *, step: int) -> float:
        """Learn from a batch at `factor` times the stage's rates, outside of any epoch; return the batch's loss."""
        self._network.train()
        found = self._learn(batch, LearningRate(factor), epoch=0, step=step)
        return float(self._loss.value(found.totals[: len(self._loss.terms)].cpu(), found.amounts))

    def _learn(self, batch: Batch, rate: "LearningRate", *, epoch: int, step: int) -> "_Found":
        """Learn from a batch; return what all processes found in it."""
        made = self._inputs.make_inputs(batch, epoch=epoch, step=step)
        for group in self._optimiser.param_groups:
            group["lr"] = rate.scaled(group["scale"])
        with self._accelerator.autocast():
            logits = self._network(made.inputs)
        sums, amounts = self._loss.sums(logits, made.targets), self._loss.amounts(made.batch_targets)
        # Gradients become the mean over processes, and what is wanted is their sum.
        loss = self._loss.value(sums, amounts) * self._processes.count
        self._optimiser.zero_grad(set_to_none=True)
        self._accelerator.backward(loss)
        if self._recipe.fit.gradient_clip > 0:
            self._accelerator.clip_grad_norm_(self.model.parameters(), self._recipe.fit.gradient_clip)
        self._optimiser.step()
        if self._average is not None:
            self._average.update_parameters(self.model)
        tables = count_answers(logits.detach().float(), made.unmixed, self._loss.terms)
        totals = torch.cat([sums.detach(), *(table.flatten() for table in tables)])
        return _Found(self._processes.sum_over_all(totals), amounts)

    def _add_step(self, found: "_Found", step: "_Found", epoch: int, number: int) -> "_Found":
        """Return the epoch's totals with a step's; every process sees the same and so refuses the same."""
        totals, terms = step.totals.cpu(), len(self._loss.terms)
        if not math.isfinite(value := float(self._loss.value(totals[:terms], step.amounts))):
            self._processes.refuse(
                Refusal(
                    TrainingCode.DIVERGED,
                    f"The loss became {value} in stage {self._stage.name}, epoch {epoch + 1}, step {number}; the last "
                    "checkpoint is whole. A lower learning rate is the usual cure.",
                )
            )
        return _Found(found.totals + totals, found.amounts + step.amounts)

    def _judge_epoch(self, number: int, rate: "LearningRate", trained: "_Found", began: float) -> Epoch:
        """Return the epoch's line: each process predicts a share of the validation part, the main one judges."""
        rows, processes, stage = self._validation.rows, self._processes, self._stage
        processes.share_buffers(self.judged)
        own = rows[processes.own_share(len(rows))]
        logits = processes.gather_rows(predict_logits(self.judged, self._prepared.tensors, self._recipe, own))
        targets = self._prepared.targets[rows]
        found = processes.run_in_main(lambda: validation_figures(logits, targets, self._validation_loss))
        terms = self._loss.terms
        classes = [count for term in terms for count in term.classes]
        sums, *tables = trained.totals.split([len(terms), *(count * count for count in classes)])
        learned = answer_figures([table.view(count, count) for table, count in zip(tables, classes, strict=True)])
        return Epoch(
            epoch=number + 1,
            stage=stage.name,
            head_learning_rate=rate.scaled(stage.head_learning_rate),
            # A backbone that rests learns at no rate.
            backbone_learning_rate=0.0 if stage.free == "head" else rate.scaled(stage.backbone_learning_rate),
            train_loss=float(self._loss.value(sums, trained.amounts)),
            **{f"train_{name}": learned[name] for name in ("accuracy", "precision", "recall")},
            seconds=round(time.monotonic() - began, 3),
            **found,
        )


@dataclass(frozen=True, eq=False)
class _Found:
    """Totals over steps: the sums of the loss [T] with the counts of `count_answers` behind them, and divisors [T]."""

    totals: Tensor
    amounts: Tensor


def _average_of(model: nn.Module, decay: float) -> AveragedModel:
    """Return a moving average of weights and batch statistics, faster at first; other buffers are copied."""

    @torch.no_grad()
    def move(means: Sequence[Tensor], values: Sequence[Tensor], _: Tensor | int) -> None:
        # The count on the CPU: asking a GPU for its copy would wait for the step.
        count = int(average.n_averaged)
        kept = min(decay, count / (9 + count))
        if means[0].dtype.is_floating_point:
            torch._foreach_lerp_(list(means), list(values), 1 - kept)
        else:
            torch._foreach_copy_(list(means), list(values))

    average = AveragedModel(model, multi_avg_fn=move, use_buffers=True)
    average.n_averaged.fill_(1)  # the weights that the model begins with are the first
    return average


@dataclass(frozen=True)
class LearningRate:
    """The factor of a learning rate, and the least rate that it falls to, unless it began below."""

    factor: float
    least: float = 0.0

    def scaled(self, begun: float) -> float:
        """Return the learning rate that began as `begun`."""
        return max(begun * self.factor, min(begun, self.least))


def rate_at(stage: Stage, *, epoch: int, step: int, steps: int, done: Sequence[Epoch]) -> LearningRate:
    """Return the rate at `step` of `steps` of a stage's epoch (both from 0), after the epochs of it that are done."""
    rule = stage.rate
    if isinstance(rule, Cosine):
        return LearningRate(_cosine(epoch * steps + step, steps, rule, stage.epochs))
    if isinstance(rule, Plateau):
        return LearningRate(_plateau([one.value(rule.by) for one in done], rule), rule.least)
    return LearningRate(1.0)


def _cosine(step: int, steps: int, rule: Cosine, epochs: int) -> float:
    """Return the factor after a linear start, on half a cosine down to `final`."""
    warm = max(1, round(rule.warmup_epochs * steps))
    if step < warm:
        return (step + 1) / warm
    along = (step - warm) / max(1, epochs * steps - warm)
    return rule.final + (1 - rule.final) * 0.5 * (1 + math.cos(math.pi * along))


def _plateau(values: Sequence[float], rule: Plateau) -> float:
    """Return the factor multiplied each time that `patience` epochs in a row brought nothing above the best value."""
    factor, best, waited = 1.0, -math.inf, 0
    for value in values:
        if value > best + rule.least_gain:
            best, waited = value, 0
            continue
        waited += 1
        if waited >= rule.patience:
            factor, waited = factor * rule.factor, 0
    return factor


def validation_figures(logits: NDArray[np.float32], targets: NDArray[np.float32], loss: Loss) -> dict[str, float]:
    """Return loss, accuracy, precision, recall, macro_f1, auc (if defined) of logits against targets [N, L]."""
    given, wanted = torch.from_numpy(logits), torch.from_numpy(targets)
    areas = [
        mean_auc(true[asked].argmax(dim=1).numpy(), functional.softmax(said[asked], dim=1).numpy())
        for said, true in _questions(given, wanted, loss.terms)
        if (asked := ~true.isnan().any(dim=1)).any()
    ]
    figures = answer_figures(count_answers(given, wanted, loss.terms))
    return {"loss": float(loss.mean(given, wanted)), **figures, "auc": _mean([one for one in areas if one == one])}


def _questions(logits: Tensor, targets: Tensor, terms: Sequence[LossTerm]) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield logits and targets [N, C] of each question; of a sigmoid, "no" is a class of its own with a logit of 0."""
    for term in terms:
        if term.exclusive:
            yield logits[:, list(term.logits)], targets[:, list(term.targets)]
            continue
        for logit, target in zip(term.logits, term.targets, strict=True):
            said, true = logits[:, logit], targets[:, target]
            yield torch.stack([torch.zeros_like(said), said], dim=1), torch.stack([1 - true, true], dim=1)


def count_answers(logits: Tensor, targets: Tensor, terms: Sequence[LossTerm]) -> list[Tensor]:
    """Return a table [C, C] of true against most probable class for each question; who was not asked is not counted."""
    tables = []
    for said, true in _questions(logits, targets, terms):
        once = torch.eye(said.shape[1], device=said.device)
        # No row is picked out by a condition: a GPU would have to wait for it.
        asked = ~true.isnan().any(dim=1, keepdim=True)
        tables.append((once[true.nan_to_num().argmax(dim=1)] * asked).T @ once[said.argmax(dim=1)])
    return tables


def answer_figures(tables: Sequence[Tensor]) -> dict[str, float]:
    """Return accuracy, precision, recall and macro_f1, each the mean over the questions that anybody was asked."""
    rows = [_table_figures(table.numpy().astype(np.int64)) for table in tables if table.any()]
    names = ("accuracy", "precision", "recall", "macro_f1")
    return {name: _mean([row[number] for row in rows]) for number, name in enumerate(names)}


def _table_figures(table: NDArray[np.int64]) -> tuple[float, float, float, float]:
    each = precision_recall_f1(table)
    precision, recall, f1 = each[:, table.sum(axis=0) + table.sum(axis=1) > 0].mean(axis=1)
    if len(table) == 2:
        precision, recall = each[:2, 1]
    return float(np.trace(table) / table.sum()), float(precision), float(recall), float(f1)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan
