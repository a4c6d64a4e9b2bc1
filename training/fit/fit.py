"""Fitting: from a data folder and a recipe to a run's folder, in all processes. Begin reading here.

The main process reads, splits and writes. The others learn from it what recipe and split to use, and find the prepared
slices in the run's folder; the first one on a machine that does not see the main one's files prepares them there again.

Every random draw of an epoch comes from generators seeded by (seed, epoch), and a checkpoint after each epoch holds the
whole state, so a run that was killed continues with the curve it would have had.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Job
from training.data.dataset import Case, Prepared, list_cases
from training.data.split import Split, hash_cases, load_split, make_split
from training.fit.batches import PartCases, generator, kinds_of, limited, steps_of
from training.fit.history import Epoch, Events, best_of, history_csv, is_over
from training.fit.loop import Fitting, Precision
from training.fit.processes import Processes
from training.fit.runs import (
    BEST,
    LAST,
    RECIPE,
    SPLIT,
    Facts,
    begin,
    check_folder,
    check_split,
    check_strangers,
    discard,
    environment,
    opened,
    read_checkpoint,
    read_facts,
    split_cases,
    stored,
    write_checkpoint,
    write_facts,
)
from training.network.network import Predictions, expand, free_parameters, network_of, predict
from training.recipe.codes import TrainingCode
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import Overrides


@dataclass(frozen=True)
class FitRequest:
    """What the command line asks for."""

    recipe_file: Path
    recipe: Recipe
    """As it stands in the file."""
    data: Path
    run: Path
    resume: bool = False
    split_file: Path | None = None
    overrides: Overrides = field(default_factory=Overrides)


@dataclass(frozen=True)
class FitOutcome:
    """What a fit ends with."""

    history: tuple[Epoch, ...]
    skipped: tuple[Skipped, ...]
    facts: Facts


@dataclass(frozen=True)
class _Begun:
    recipe: Recipe
    split: Split
    skipped: tuple[Skipped, ...]


def fit_run(order: FitRequest, processes: Processes) -> Job[FitOutcome]:
    """Fit, in one of the processes. Raises `Refusal` as its parts do; then the last whole checkpoint is there."""
    began = time.monotonic()
    try:
        begun = yield from processes.job_in_main(lambda: _begin(order))
        prepared = yield from _here(order, begun, processes)
        history = yield from fit(
            begun.recipe, prepared, begun.split, run=order.run, resume=order.resume, processes=processes
        )
    finally:
        if processes.is_first_here:
            discard(order.run)
    seconds = time.monotonic() - began
    facts = processes.in_main(lambda: _facts_after(order, begun, processes, seconds))
    return FitOutcome(history, begun.skipped, facts)


def _begin(order: FitRequest) -> Job[_Begun]:
    """In the main process: recipe and split, slices in the store, and the run's folder laid out."""
    listed = list_cases(order.data, order.recipe)
    is_new = not (order.run / RECIPE).is_file()
    recipe = check_folder(order.run, recipe=order.recipe, overrides=order.overrides, resume=order.resume)
    split_file = order.split_file if is_new else order.run / SPLIT
    skipped: tuple[Skipped, ...] = ()
    if split_file is not None:
        split = load_split(split_file)
        if order.split_file is not None and load_split(order.split_file) != split:
            raise Refusal(TrainingCode.SPLIT, f"{order.split_file}: the run was begun with another split.")
        check_split(split, listed, split_file)
    elif recipe.fit.limit is not None:
        # Slices that a short run does not need are hashed for the split, but not stored.
        kept, hashes, skipped = yield from hash_cases(listed, recipe)
        split = make_split(kept, hashes, rule=recipe.split, seed=recipe.fit.seed)
    else:
        prepared = yield from stored(order.run, listed, recipe)
        split, skipped = split_cases(prepared, recipe), prepared.skipped
    cases = _needed(split, listed, recipe)
    if split_file is not None or recipe.fit.limit is not None:
        prepared = yield from stored(order.run, cases, recipe)
        check_strangers(split, prepared, split_file or order.run / SPLIT)
        skipped = skipped or prepared.skipped
    if is_new:
        facts = Facts(
            recipe=order.recipe_file.stem,
            recipe_sha256=order.recipe.digest,
            overrides=order.overrides.given,
            data_folder=order.data.name,
            cases=len(listed),
            fitted_cases=len(limited(split, recipe.fit.limit or len(listed), recipe.fit.seed)),
        )
        begin(
            order.run,
            recipe_file=order.recipe_file,
            recipe=recipe,
            overrides=order.overrides,
            split=split,
            facts=facts,
        )
    return _Begun(recipe, split, skipped)


def _needed(split: Split, listed: Sequence[Case], recipe: Recipe) -> list[Case]:
    """The cases to learn from and to judge by, and those that the split does not know, which should not be readable."""
    known = {case.name for case in split.cases}
    wanted = limited(split, recipe.fit.limit or len(known), recipe.fit.seed)
    return [case for case in listed if case.name in wanted or case.name not in known]


def _here(order: FitRequest, begun: _Begun, processes: Processes) -> Job[Prepared]:
    """The prepared slices, from the store that this machine sees."""
    prepared = opened(order.run, begun.recipe)
    if prepared is None and processes.is_first_here:
        cases = _needed(begun.split, list_cases(order.data, begun.recipe), begun.recipe)
        prepared = yield from stored(order.run, cases, begun.recipe)
    processes.wait()
    if prepared is None:
        prepared = opened(order.run, begun.recipe)
    assert prepared is not None, "the first process of this machine has stored it"
    return prepared


def _facts_after(order: FitRequest, begun: _Begun, processes: Processes, seconds: float) -> Facts:
    """The run's facts with what only the end knows, written."""
    before = read_facts(order.run)
    facts = before.model_copy(
        update={
            "skipped": tuple(row.path for row in begun.skipped),
            "seconds": round(before.seconds + seconds, 1),
            "device": processes.device_name,
            "precision": Precision(begun.recipe.fit, processes.device).name,
            "processes": processes.count,
            "environment": environment(),
        }
    )
    write_facts(order.run, facts)
    return facts


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
        write_with_folder(self._run / LOG, history_csv(history).encode())
        write_checkpoint(self._run / LAST, whole)
        try:
            self._events.show(history[-1])
        except OSError:
            raise Refusal(Code.WRITE, f"{self._run}: TensorBoard's events could not be written.") from None
