"""One fit while it runs: network, average and optimiser, and what a stage, an epoch and a step do to them."""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from inference.statistics.metrics import macro_f1, mean_auc
from training.data.dataset import Prepared
from training.fit import batch_norm
from training.fit.batches import Batch, Inputs, PartCases, batches, generator
from training.fit.history import Epoch
from training.fit.losses import Loss, Term, class_weights, terms_of
from training.fit.processes import Processes
from training.network.network import free_parameters, logits_of, parameter_groups
from training.recipe.codes import TrainingCode
from training.recipe.recipe import Cosine, Fit, Plateau, Recipe, Stage

_OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": lambda groups: torch.optim.SGD(groups, momentum=0.9),
}


@dataclass(frozen=True)
class Rate:
    """What a learning rate is multiplied by, and what it never falls below unless it began there."""

    scale: float
    least: float = 0.0

    def of(self, begun: float) -> float:
        """The learning rate that began as `begun`."""
        return max(begun * self.scale, min(begun, self.least))


class Fitting:
    """A fit in one of its processes: `begin` a stage, then run `epoch` as often as it takes."""

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
        rule, terms = recipe.fit, terms_of(recipe.task)
        of_train = torch.from_numpy(prepared.targets[train.places])
        weights = class_weights(of_train, recipe.task) if rule.balance == "weights" else None
        model = model.to(processes.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(model, rule.ema_decay)
        self.model = batch_norm.shared(model) if processes.count > 1 else model
        self.precision = Precision(rule, processes.device)
        self._loss, self._judged_by = Loss(terms, weights, rule.label_smoothing), Loss(terms, weights)
        self._inputs = Inputs(prepared, recipe, processes)
        self._recipe, self._prepared, self._processes = recipe, prepared, processes
        self._train, self._validation = train, validation

    def begin(self, stage: Stage, *, weights: dict[str, Tensor] | None) -> None:
        """Free what the stage lets learn and begin an optimiser for it, from these weights or the present ones.

        Raises `Refusal` (RECIPE) where the network has not the layers that the stage names.
        """
        if weights is not None:
            self.model.load_state_dict(weights)
            self.average.begin_with_the_model()
        free_parameters(self.model, stage)
        self._stage = stage
        self._network = self._processes.wrapped(self.model)
        groups = parameter_groups(self.model, stage, self._recipe.fit)
        self._optimiser = _OPTIMISERS[self._recipe.fit.optimiser](groups)

    def state(self) -> dict[str, Any]:
        """Everything that `restore` needs to go on as if nothing had happened."""
        return {
            "model": self.model.state_dict(),
            "averaged": self.average.network.state_dict(),
            "average_steps": self.average.steps,
            "optimiser": self._optimiser.state_dict(),
            "scaler": self.precision.scaler.state_dict(),
        }

    def restore_weights(self, state: dict[str, Any]) -> None:
        """The network and its average as they were."""
        self.model.load_state_dict(state["model"])
        self.average.network.load_state_dict(state["averaged"])
        self.average.steps = int(state["average_steps"])

    def restore_optimiser(self, state: dict[str, Any]) -> None:
        """The optimiser as it was; only after `begin` of the stage that it belongs to."""
        self._optimiser.load_state_dict(state["optimiser"])
        self.precision.scaler.load_state_dict(state["scaler"])

    def epoch(self, number: int, losses: Sequence[float]) -> Job[Epoch]:
        """Epoch `number` (from 0, through all stages), after validation `losses` of this stage's earlier epochs.

        Raises `Refusal` (DIVERGED) where the loss is no number.
        """
        began, stage, rule = time.monotonic(), self._stage, self._recipe.fit
        torch.manual_seed(int(generator(rule.seed, number, "network", self._processes.number).integers(2**63)))
        plan = batches(self._train, rule, number)
        self._network.train()
        if stage.frozen_batch_norm:
            batch_norm.freeze(self.model)
        sums, amounts = torch.zeros(len(self._loss.terms)), torch.zeros(len(self._loss.terms))
        waiting: tuple[Tensor, Tensor] | None = None
        for step, batch in enumerate(plan):
            rate = rate_at(stage, epoch=len(losses), step=step, steps=len(plan), losses=losses)
            found = self._step(batch, rate, epoch=number, step=step)
            # The loss of the step before: asking for this one would make a GPU wait for the next step's inputs.
            if waiting is not None:
                sums, amounts = self._added(waiting, sums, amounts, number, step)
            waiting = found
            yield Progress(f"Stage {stage.name}, epoch {len(losses) + 1} of {stage.epochs}", step + 1, len(plan))
        if waiting is not None:
            sums, amounts = self._added(waiting, sums, amounts, number, len(plan))
        return self._judged(number, rate, float(self._loss.value(sums, amounts)), began)

    def _step(self, batch: Batch, rate: Rate, *, epoch: int, step: int) -> tuple[Tensor, Tensor]:
        """Learn from a batch; the sums of its loss over all processes, and what they are divided by."""
        made = self._inputs.of(batch, epoch=epoch, step=step)
        for group in self._optimiser.param_groups:
            group["lr"] = rate.of(group["scale"])
        with self.precision.mixed():
            logits = self._network(made.inputs)
        sums, amounts = self._loss.sums(logits, made.targets), self._loss.amounts(made.of_all)
        # Gradients become the mean over processes, and what is wanted is their sum.
        loss = self._loss.value(sums, amounts) * self._processes.count
        scaler = self.precision.scaler
        self._optimiser.zero_grad(set_to_none=True)
        self._processes.accelerator.backward(scaler.scale(loss))
        if self._recipe.fit.gradient_clip > 0:
            scaler.unscale_(self._optimiser)
            nn.utils.clip_grad_norm_(self.model.parameters(), self._recipe.fit.gradient_clip)
        scaler.step(self._optimiser)
        scaler.update()
        self.average.update()
        return self._processes.summed(sums), amounts

    def _added(
        self, found: tuple[Tensor, Tensor], sums: Tensor, amounts: Tensor, epoch: int, step: int
    ) -> tuple[Tensor, Tensor]:
        """The epoch's sums and amounts with those of a step; every process sees the same and so refuses the same."""
        of_step = found[0].cpu()
        if not math.isfinite(value := float(self._loss.value(of_step, found[1]))):
            self._processes.refuse(
                Refusal(
                    TrainingCode.DIVERGED,
                    f"The loss became {value} in stage {self._stage.name}, epoch {epoch + 1}, step {step}; the last "
                    "checkpoint is whole. A lower learning rate is the usual cure.",
                )
            )
        return sums + of_step, amounts + found[1]

    def _judged(self, number: int, rate: Rate, train_loss: float, began: float) -> Epoch:
        """The epoch's line: each process predicts a share of the validation part, the main one judges for all."""
        places = self._validation.places
        own = places[self._processes.share(len(places))]
        logits = self._processes.gathered(logits_of(self.average.network, self._prepared.tensors, self._recipe, own))
        found = self._processes.in_main(lambda: figures(logits, self._prepared.targets[places], self._judged_by))
        stage = self._stage
        return Epoch(
            epoch=number + 1,
            stage=stage.name,
            head_learning_rate=rate.of(stage.head_learning_rate),
            # A backbone that rests learns at no rate.
            backbone_learning_rate=0.0 if stage.free == "head" else rate.of(stage.backbone_learning_rate),
            train_loss=train_loss,
            seconds=round(time.monotonic() - began, 3),
            **found,
        )


class Precision:
    """Float32, or mixed: bfloat16 where the device knows it, else float16 with a scaled loss (Micikevicius 2018)."""

    def __init__(self, rule: Fit, device: torch.device) -> None:
        self._device = device.type
        self._mixed = _mixed(rule, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self._mixed is torch.float16)
        """Does nothing unless the numbers are float16."""

    @property
    def name(self) -> str:
        """What the run says it computed in."""
        return "float32" if self._mixed is None else f"mixed with {str(self._mixed).removeprefix('torch.')}"

    def mixed(self) -> AbstractContextManager[object]:
        """The context of the network's forward pass."""
        return torch.autocast(self._device, dtype=self._mixed or torch.bfloat16, enabled=self._mixed is not None)


def _mixed(rule: Fit, device: torch.device) -> torch.dtype | None:
    if rule.precision == "float32" or (rule.precision == "auto" and device.type != "cuda"):
        return None
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


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


def rate_at(stage: Stage, *, epoch: int, step: int, steps: int, losses: Sequence[float]) -> Rate:
    """The rate at `step` of `steps` of the stage's epoch (both from 0); `losses` are the stage's validation losses."""
    rule = stage.rate
    if isinstance(rule, Cosine):
        return Rate(_cosine(epoch * steps + step, steps, rule, stage.epochs))
    if isinstance(rule, Plateau):
        return Rate(_plateau(losses, rule), rule.least)
    return Rate(1.0)


def _cosine(step: int, steps: int, rule: Cosine, epochs: int) -> float:
    """A linear start, then half a cosine down to `final`."""
    warm = max(1, round(rule.warmup_epochs * steps))
    if step < warm:
        return (step + 1) / warm
    along = (step - warm) / max(1, epochs * steps - warm)
    return rule.final + (1 - rule.final) * 0.5 * (1 + math.cos(math.pi * along))


def _plateau(losses: Sequence[float], rule: Plateau) -> float:
    """Multiplied by the factor each time that `patience` epochs in a row brought no lower loss than the lowest."""
    scale, lowest, waited = 1.0, math.inf, 0
    for loss in losses:
        if loss < lowest - rule.least_gain:
            lowest, waited = loss, 0
            continue
        waited += 1
        if waited >= rule.patience:
            scale, waited = scale * rule.factor, 0
    return scale


def figures(logits: NDArray[np.float32], targets: NDArray[np.float32], loss: Loss) -> dict[str, float]:
    """loss, accuracy, macro_f1 and auc of logits [N, outputs] against targets [N, L] with NaN where not asked.

    Where a task has several answers (labels of a multilabel task, heads), a figure is the mean of theirs; an answer
    whose AUC is not defined, since only one class is there, does not count in that mean.
    """
    rows = [row for term in loss.terms for row in _of_term(logits, targets, term)]
    accuracy, f1, auc = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    defined = auc[~np.isnan(auc)]
    return {
        "loss": float(loss.mean(torch.from_numpy(logits), torch.from_numpy(targets))),
        "accuracy": float(np.mean(accuracy)) if len(accuracy) else float("nan"),
        "macro_f1": float(np.mean(f1)) if len(f1) else float("nan"),
        "auc": float(defined.mean()) if len(defined) else float("nan"),
    }


def _of_term(logits: NDArray[np.float32], targets: NDArray[np.float32], term: Term) -> list[tuple[float, float, float]]:
    """(accuracy, macro-F1, AUC) of each answer that anyone was asked for."""
    if term.exclusive:
        answers = [(logits[:, list(term.logits)], targets[:, list(term.targets)])]
    else:
        # "No" as a class of its own, with a logit of 0: softmax over the two is the sigmoid.
        answers = [
            (
                np.stack([np.zeros_like(logits[:, logit]), logits[:, logit]], axis=1),
                np.stack([1 - targets[:, target], targets[:, target]], axis=1),
            )
            for logit, target in zip(term.logits, term.targets, strict=True)
        ]
    return [_of_classes(given, wanted) for given, wanted in answers if not np.isnan(wanted).any(axis=1).all()]


def _of_classes(logits: NDArray[np.float32], targets: NDArray[np.float32]) -> tuple[float, float, float]:
    asked = ~np.isnan(targets).any(axis=1)
    labels = targets[asked].argmax(axis=1).astype(np.int64)
    probabilities = functional.softmax(torch.from_numpy(logits[asked]), dim=1).numpy()
    decided = probabilities.argmax(axis=1).astype(np.int64)
    classes = probabilities.shape[1]
    return float((decided == labels).mean()), macro_f1(labels, decided, classes), mean_auc(labels, probabilities)
