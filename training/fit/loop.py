"""One fit while it runs: network, average and optimiser, and what a stage, an epoch and a step do to them."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from training.data.dataset import Prepared
from training.fit import batch_norm
from training.fit.history import Epoch
from training.fit.inputs import Inputs
from training.fit.losses import Loss, class_weights, terms_of
from training.fit.order import Batch, PartCases, batches, generator
from training.fit.precision import Precision
from training.fit.prediction import logits_of
from training.fit.processes import Processes
from training.fit.schedule import Rate, rate_at
from training.fit.validation import figures
from training.fit.weight_averaging import Average
from training.network.network import free_parameters, parameter_groups
from training.recipe.recipe import Recipe
from training.recipe.recipe_parts import Stage
from training.recipe.training_codes import TrainingCode

_OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "sgd": lambda groups: torch.optim.SGD(groups, momentum=0.9),
}


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
