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
from imaging.base.progress import Job, Milestone
from training.data.dataset import Case, Prepared, list_cases
from training.data.split import Split, hash_cases, load_split, make_split
from training.fit import runs
from training.fit.batches import PartCases, count_steps, limit_cases, number_kinds, seeded_generator
from training.fit.epoch_line import epoch_line, epochs_ahead
from training.fit.loop import FitLoop
from training.fit.processes import Processes
from training.fit.runs import Epoch, RunFacts, TensorBoardLog
from training.network.network import build_recipe_network, free_parameters, predict
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import Overrides


@dataclass(frozen=True)
class FitRequest:
    """The wishes of a command line for one fit."""

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
    """The result of a fit."""

    history: tuple[Epoch, ...]
    skipped: tuple[Skipped, ...]
    facts: RunFacts


@dataclass(frozen=True)
class _Plan:
    """The recipe and split of a run as its processes share them."""

    recipe: Recipe
    split: Split
    skipped: tuple[Skipped, ...]


def fit_run(request: FitRequest, processes: Processes) -> Job[FitOutcome]:
    """Fit, in one of the processes. Raises `Refusal` as its parts do; then the last whole checkpoint is there."""
    began = time.monotonic()
    try:
        plan = yield from processes.run_job_in_main(lambda: _lay_out_run(request))
        prepared = yield from _prepare_here(request, plan, processes)
        history = yield from fit(
            plan.recipe, prepared, plan.split, run=request.run, resume=request.resume, processes=processes
        )
    finally:
        if processes.is_first_here:
            runs.discard_stored_cases(request.run)
    seconds = time.monotonic() - began
    facts = processes.run_in_main(lambda: _complete_facts(request, plan, processes, seconds))
    return FitOutcome(history, plan.skipped, facts)


def _lay_out_run(request: FitRequest) -> Job[_Plan]:
    """Settle recipe and split, store the slices and lay the run's folder out, in the main process."""
    listed = list_cases(request.data, request.recipe)
    is_new = not (request.run / runs.RECIPE).is_file()
    recipe = runs.resolve_recipe(request.run, recipe=request.recipe, overrides=request.overrides, resume=request.resume)
    split_file = request.split_file if is_new else request.run / runs.SPLIT
    skipped: tuple[Skipped, ...] = ()
    if split_file is not None:
        split = load_split(split_file)
        if request.split_file is not None and load_split(request.split_file) != split:
            raise Refusal(TrainingCode.SPLIT, f"{request.split_file}: the run was begun with another split.")
        runs.check_split(split, listed, split_file)
    elif recipe.fit.limit is not None:
        # Slices that a short run does not need are hashed for the split, but not stored.
        kept, hashes, skipped = yield from hash_cases(listed, recipe)
        split = make_split(kept, hashes, rule=recipe.split, seed=recipe.fit.seed)
    else:
        prepared = yield from runs.store_cases(request.run, listed, recipe)
        split, skipped = runs.split_cases(prepared, recipe), prepared.skipped
    if split_file is not None or recipe.fit.limit is not None:
        prepared = yield from runs.store_cases(request.run, _needed_cases(split, listed, recipe), recipe)
        runs.check_unknown_cases(split, prepared, split_file or request.run / runs.SPLIT)
        skipped = skipped or prepared.skipped
    if is_new:
        facts = RunFacts(
            recipe=request.recipe_file.stem,
            recipe_sha256=request.recipe.digest,
            overrides=request.overrides.given,
            data_folder=request.data.name,
            cases=len(listed),
            fitted_cases=len(limit_cases(split, recipe.fit.limit or len(listed), recipe.fit.seed)),
        )
        runs.begin_run(
            request.run,
            recipe_file=request.recipe_file,
            recipe=recipe,
            overrides=request.overrides,
            split=split,
            facts=facts,
        )
    return _Plan(recipe, split, skipped)


def _needed_cases(split: Split, listed: Sequence[Case], recipe: Recipe) -> list[Case]:
    """Return the cases to learn from and to judge by, and those unknown to the split, which should not be readable."""
    known = {case.name for case in split.cases}
    wanted = limit_cases(split, recipe.fit.limit or len(known), recipe.fit.seed)
    return [case for case in listed if case.name in wanted or case.name not in known]


def _prepare_here(request: FitRequest, plan: _Plan, processes: Processes) -> Job[Prepared]:
    """Return the prepared slices from the store that this machine sees."""
    prepared = runs.open_stored_cases(request.run, plan.recipe)
    if prepared is None and processes.is_first_here:
        cases = _needed_cases(plan.split, list_cases(request.data, plan.recipe), plan.recipe)
        prepared = yield from runs.store_cases(request.run, cases, plan.recipe)
    processes.wait()
    if prepared is None:
        prepared = runs.open_stored_cases(request.run, plan.recipe)
    assert prepared is not None, "the first process of this machine has stored it"
    return prepared


def _complete_facts(request: FitRequest, plan: _Plan, processes: Processes, seconds: float) -> RunFacts:
    before = runs.read_facts(request.run)
    facts = before.model_copy(
        update={
            "skipped": tuple(row.path for row in plan.skipped),
            "seconds": round(before.seconds + seconds, 1),
            "device": processes.device_name,
            "precision": processes.precision_name(plan.recipe.fit.precision),
            "processes": processes.count,
            "environment": runs.package_versions(),
        }
    )
    runs.write_facts(request.run, facts)
    return facts


def fit(
    recipe: Recipe, prepared: Prepared, split: Split, *, run: Path, resume: bool, processes: Processes | None = None
) -> Job[tuple[Epoch, ...]]:
    """Train, leave checkpoints and logs in the run's folder, and return the history.

    Raises `Refusal`: DIVERGED if the loss is no number, CHECKPOINT if the folder's is of another run, SPLIT for an
    empty part, RECIPE and UNKNOWN_LAYER if the network lacks a layer that the recipe names, WRITE.
    """
    processes = processes or Processes()
    train, validation = _select_parts(recipe, prepared, split, processes)
    last = processes.run_in_main(lambda: _read_last(run, recipe, split) if resume else None)
    # The head's random weights come from the seed. A checkpoint has all weights, so it needs none to start from.
    torch.manual_seed(int(seeded_generator(recipe.fit.seed, 0, "network").integers(2**63)))
    model = build_recipe_network(recipe) if last is None else build_recipe_network(recipe, weights="none")
    # Layers that are needed late must be there: those that are explained, and those that the last stage frees.
    predict(model, prepared.tensors[:1], recipe)
    for stage in recipe.fit.stages:
        free_parameters(model, stage)
    loop = FitLoop(model, recipe, prepared, train=train, validation=validation, processes=processes)
    history = [] if last is None else [Epoch(**row) for row in last["history"]]
    with closing(TensorBoardLog(run, begun=len(history), writes=processes.is_main)) as log:
        saver = _Saver(run, recipe, split, processes=processes, loop=loop, log=log)
        if last is not None:
            loop.restore_weights(last)
            saver.best_of_stage = last["best_of_stage"]
        for number, stage in enumerate(recipe.fit.stages):
            done = [epoch for epoch in history if epoch.stage == stage.name]
            if runs.is_stage_over(done, stage, recipe.fit.stop_by):
                continue
            before = recipe.fit.stages[number - 1] if number else None
            from_best = not done and before is not None and before.restore_best
            loop.begin_stage(stage, weights=saver.best_of_stage if from_best else None)
            if done and last is not None:
                loop.restore_optimiser(last)
            while not runs.is_stage_over(done, stage, recipe.fit.stop_by):
                done.append((yield from loop.run_epoch(len(history), done)))
                history.append(done[-1])
                saver.save(history, done)
                said = epoch_line(history, recipe.fit)
                yield Milestone("Fitting", len(history), len(history) + epochs_ahead(history, recipe.fit), said=said)
    return tuple(history)


def _read_last(run: Path, recipe: Recipe, split: Split) -> dict[str, Any] | None:
    """Return the state to go on from, or None if there is none. Raises `Refusal` (CHECKPOINT)."""
    if not (run / runs.LAST).is_file():
        return None
    content = runs.read_checkpoint(run / runs.LAST, recipe, split)
    if "average" not in content:
        words = "the checkpoint is of an older version and cannot be continued, only judged (`best.pt`)."
        raise Refusal(TrainingCode.CHECKPOINT, f"{run / runs.LAST}: {words}")
    return content


def _select_parts(
    recipe: Recipe, prepared: Prepared, split: Split, processes: Processes
) -> tuple[PartCases, PartCases]:
    """Return the training and the validation part, cut down if the recipe says so. Raises `Refusal` (SPLIT, RUN)."""
    rule = recipe.fit
    wanted = None if rule.limit is None else limit_cases(split, rule.limit, rule.seed)
    group_of, parts = split.groups(), []
    number_of = {case.name: number for number, case in enumerate(split.cases)}
    for part in ("train", "validation"):
        rows = split.indices(part, prepared.cases)
        if wanted is not None:
            rows = np.array([row for row in rows if prepared.cases[row].name in wanted], dtype=np.int64)
        if not len(rows):
            raise Refusal(TrainingCode.SPLIT, f"There is no case in the {part} part of the split.")
        names = [prepared.cases[row].name for row in rows]
        numbers = np.array([number_of[name] for name in names], dtype=np.int64)
        _, groups = np.unique([group_of[name] for name in names], return_inverse=True)
        parts.append(PartCases(rows, numbers, groups.astype(np.int64), number_kinds(prepared.targets[rows])))
    smallest = len(np.unique(parts[0].groups)) if rule.one_of_each_group else len(parts[0].rows)
    if smallest // count_steps(parts[0], rule) < processes.count:
        words = f"A batch of {rule.batch} is too small to be shared by {processes.count} processes."
        raise Refusal(TrainingCode.RUN, words)
    return parts[0], parts[1]


class _Saver:
    """Writes checkpoints and logs after each epoch, in the main process."""

    def __init__(
        self, run: Path, recipe: Recipe, split: Split, *, processes: Processes, loop: FitLoop, log: TensorBoardLog
    ) -> None:
        self._run, self._rule, self._loop, self._log = run, recipe.fit, loop, log
        self._origin = {"recipe": recipe.digest, "split": split.sha256}
        self._processes = processes
        self.best_of_stage: dict[str, Tensor] | None = None
        """The averaged weights of the stage's best epoch, which the next stage may begin with."""

    def save(self, history: list[Epoch], of_stage: list[Epoch]) -> None:
        """Save the state after the last epoch of both lists. Raises `Refusal` (WRITE); the last checkpoint is whole."""
        if runs.best_epoch(of_stage, self._rule.best_by) is of_stage[-1]:
            weights = self._loop.judged.state_dict()
            self.best_of_stage = {name: value.detach().cpu().clone() for name, value in weights.items()}
        self._processes.run_in_main(lambda: self._write(history))

    def _write(self, history: list[Epoch]) -> None:
        """Write the last checkpoint last: if the run dies before it, the epoch is done again with the same result."""
        known = {**self._origin, "history": [asdict(epoch) for epoch in history]}
        if runs.best_epoch(history, self._rule.best_by) is history[-1]:
            runs.write_checkpoint(self._run / runs.BEST, {**known, "model": self.best_of_stage})
        whole: dict[str, Any] = {**known, **self._loop.state(), "best_of_stage": self.best_of_stage}
        write_with_folder(self._run / runs.LOG, runs.format_history(history).encode())
        runs.write_checkpoint(self._run / runs.LAST, whole)
        try:
            self._log.write_epoch(history[-1])
        except OSError:
            raise Refusal(Code.WRITE, f"{self._run}: TensorBoard's events could not be written.") from None
