"""Fitting: from prepared cases and a split to the best checkpoint. Begin reading here; the parts are in `engine`.

Every random draw of an epoch comes from generators seeded by (seed, epoch), and a checkpoint after each epoch holds the
whole state, so a run that was killed continues with the curve it would have had.
"""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from training.data.dataset import Prepared
from training.data.split import Split
from training.fit.checkpoints import BEST, LAST, read_checkpoint, write_checkpoint
from training.fit.history import Epoch, best_of, history_csv, is_over
from training.fit.limit import limited
from training.fit.loop import Fitting
from training.fit.order import PartCases, generator, kinds_of, steps_of
from training.fit.prediction import Predictions, expand, predict
from training.fit.processes import Processes
from training.fit.tensorboard_log import Events
from training.network.network import free_parameters, network_of
from training.recipe.recipe import Recipe
from training.recipe.text_files import write_atomically
from training.recipe.training_codes import TrainingCode

LOG = "history.csv"

__all__ = ["BEST", "LAST", "LOG", "Epoch", "Predictions", "expand", "fit", "predict", "read_checkpoint"]


def fit(
    recipe: Recipe, prepared: Prepared, split: Split, *, run: Path, resume: bool, processes: Processes | None = None
) -> Job[tuple[Epoch, ...]]:
    """Train and leave `best.pt`, `last.pt`, `history.csv` and `tensorboard/` in the run's folder; the history.

    Raises `Refusal`: DIVERGED when the loss is no number, CHECKPOINT when the folder's checkpoint is of another run,
    SPLIT when there is nothing to learn from or to judge by, RECIPE and UNKNOWN_LAYER when the network lacks a layer
    that the recipe names, WRITE when a file cannot be written.
    """
    processes = processes or Processes()
    train, validation = _parts(recipe, prepared, split, processes)
    last = processes.in_main(lambda: _last(run, recipe, split) if resume else None)
    # The head's random weights come from the seed. A checkpoint has all weights, so it needs none to start from.
    torch.manual_seed(int(generator(recipe.fit.seed, 0, "network").integers(2**63)))
    model = network_of(recipe) if last is None else network_of(recipe, weights="none")
    # What is asked for late must be there: the layers that are explained, and those that the last stage frees.
    predict(model, prepared.tensors[:1], recipe)
    for stage in recipe.fit.stages:
        free_parameters(model, stage)
    fitting = Fitting(model, recipe, prepared, train=train, validation=validation, processes=processes)
    history = [] if last is None else [Epoch.restored(row) for row in last["history"]]
    with closing(Events(run, begun=len(history), writes=processes.is_main)) as events:
        saver = _Saver(run, recipe, split, processes=processes, fitting=fitting, events=events)
        if last is not None:
            fitting.restore_weights(last)
            saver.best_of_stage = last["best_of_stage"]
        for number, stage in enumerate(recipe.fit.stages):
            done = [epoch for epoch in history if epoch.stage == stage.name]
            if is_over(done, stage, recipe.fit.stop_by):
                continue
            before = recipe.fit.stages[number - 1] if number else None
            from_best = not done and before is not None and before.restore_best
            fitting.begin(stage, weights=saver.best_of_stage if from_best else None)
            if done and last is not None:
                fitting.restore_optimiser(last)
            while not is_over(done, stage, recipe.fit.stop_by):
                done.append((yield from fitting.epoch(len(history), [epoch.loss for epoch in done])))
                history.append(done[-1])
                saver.save(history, done)
    return tuple(history)


def _last(run: Path, recipe: Recipe, split: Split) -> dict[str, Any] | None:
    """The state to go on from, if there is one. Raises `Refusal` (CHECKPOINT)."""
    if not (run / LAST).is_file():
        return None
    content = read_checkpoint(run / LAST, recipe, split)
    if "best_of_stage" not in content:
        words = f"{run / LAST}: the checkpoint is of an older version and cannot be continued, only judged (`best.pt`)."
        raise Refusal(TrainingCode.CHECKPOINT, words)
    return content


def _parts(recipe: Recipe, prepared: Prepared, split: Split, processes: Processes) -> tuple[PartCases, PartCases]:
    """The training and the validation part, cut down where the recipe says so. Raises `Refusal` (SPLIT, RUN)."""
    rule = recipe.fit
    wanted = None if rule.limit is None else limited(split, rule.limit, rule.seed)
    group_of, parts = split.groups(), []
    number_of = {case.name: number for number, case in enumerate(split.cases)}
    for name in ("train", "validation"):
        places = split.indices(name, prepared.cases)
        if wanted is not None:
            places = np.array([place for place in places if prepared.cases[place].name in wanted], dtype=np.int64)
        if not len(places):
            raise Refusal(TrainingCode.SPLIT, f"There is no case in the {name} part of the split.")
        names = [prepared.cases[place].name for place in places]
        numbers = np.array([number_of[name] for name in names], dtype=np.int64)
        _, groups = np.unique([group_of[name] for name in names], return_inverse=True)
        parts.append(PartCases(places, numbers, groups.astype(np.int64), kinds_of(prepared.targets[places])))
    smallest = len(np.unique(parts[0].groups)) if rule.one_of_each_group else len(parts[0].places)
    if smallest // steps_of(parts[0], rule) < processes.count:
        words = f"A batch of {rule.batch} is too small to be shared by {processes.count} processes."
        raise Refusal(TrainingCode.RUN, words)
    return parts[0], parts[1]


class _Saver:
    """Writes what an epoch leaves, in the main process."""

    def __init__(
        self, run: Path, recipe: Recipe, split: Split, *, processes: Processes, fitting: Fitting, events: Events
    ) -> None:
        self._run, self._rule, self._fitting, self._events = run, recipe.fit, fitting, events
        self._known = {"recipe": recipe.digest, "split": split.sha256}
        self._processes = processes
        self.best_of_stage: dict[str, Tensor] | None = None
        """The averaged weights of the stage's best epoch, which the next stage may begin with."""

    def save(self, history: list[Epoch], of_stage: list[Epoch]) -> None:
        """The state after the last epoch of both lists. Raises `Refusal` (WRITE); the last checkpoint stays whole."""
        if best_of(of_stage, self._rule.best_by) is of_stage[-1]:
            weights = self._fitting.average.network.state_dict()
            self.best_of_stage = {name: value.detach().cpu().clone() for name, value in weights.items()}
        self._processes.in_main(lambda: self._write(history))

    def _write(self, history: list[Epoch]) -> None:
        """The last checkpoint last: should the run die before it, the epoch is done again with the same result."""
        known = {**self._known, "history": [asdict(epoch) for epoch in history]}
        if best_of(history, self._rule.best_by) is history[-1]:
            write_checkpoint(self._run / BEST, {**known, "model": self.best_of_stage})
        whole: dict[str, Any] = {**known, **self._fitting.state(), "best_of_stage": self.best_of_stage}
        write_atomically(self._run / LOG, history_csv(history).encode())
        write_checkpoint(self._run / LAST, whole)
        try:
            self._events.show(history[-1])
        except OSError:
            raise Refusal(Code.WRITE, f"{self._run}: TensorBoard's events could not be written.") from None
