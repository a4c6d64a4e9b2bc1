"""One call of `slicelens-train fit`: from a data folder and a recipe to a run's folder, in all processes.

The main process reads, splits and writes. The others learn from it what recipe and split to use, and find the prepared
slices in the store; the first one on a machine that does not see the main one's files prepares them there again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imaging.base.errors import Refusal
from imaging.base.ledger import Skipped
from imaging.base.progress import Job
from training.data.dataset import Case, Prepared, list_cases
from training.data.split import Split, hash_cases, load_split, make_split
from training.fit.fit import fit
from training.fit.history import Epoch
from training.fit.limit import limited
from training.fit.precision import Precision
from training.fit.prepared_cases import discard, opened, stored
from training.fit.processes import Processes
from training.fit.runs import (
    RECIPE,
    SPLIT,
    Facts,
    begin,
    check_folder,
    check_split,
    check_strangers,
    environment,
    read_facts,
    split_cases,
    write_facts,
)
from training.recipe.overrides import Overrides
from training.recipe.recipe import Recipe
from training.recipe.training_codes import TrainingCode


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
