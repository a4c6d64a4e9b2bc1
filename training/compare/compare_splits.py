"""The same recipe under three splits, judged alike: what a figure owes to near-duplicates.

Projects in this field split single pictures at random, or by a hash that does not know flips. Where a picture, its
mirror image or one next to it stands on both sides, the test part asks what was learnt by heart. Nothing else differs
between the runs: recipe, seed, size of the parts.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal
from imaging.base.progress import Job
from inference.contract.contract import ContractPart, Evaluation, Interval
from training.data.split import Split, load_split
from training.evaluate.evaluate import EvaluationOptions, RunEvaluation
from training.evaluate.metrics import Metrics
from training.fit.fit import FitRequest, fit_run
from training.fit.processes import Processes
from training.fit.runs import RECIPE, SPLIT, read_facts
from training.recipe.recipe import Protocol, Recipe, TrainingCode
from training.recipe.recipe_files import Overrides
from training.report.rendering import render_text
from training.report.run_report import report_run

COMPARISON, ROW = "compare.json", "compare.md"
PROTOCOLS: tuple[Protocol, ...] = ("random", "grouped_upright", "grouped")

_TITLES = {"random": "random split", "grouped_upright": "grouped, flips not known", "grouped": "grouped, flips known"}


class SplitRun(ContractPart):
    """One of the runs."""

    test: Evaluation
    validation: Evaluation
    ece: Interval
    """On the test part, after temperature scaling."""
    counts: dict[str, int]
    """Counts of grouping, and of leaks for splits that tear groups apart."""
    test_cases_group_seen: int
    """Test cases of a group (persons joined by near-duplicates, however turned) that training or validation knew."""
    standing: tuple[str, ...]


class SplitComparison(ContractPart):
    """All runs."""

    recipe: str
    recipe_sha256: str
    data: str
    seed: int
    overrides: dict[str, str | int]
    sides: dict[Protocol, SplitRun]
    """By protocol."""


@dataclass(frozen=True)
class SplitRequest:
    """The wishes of a command line for one comparison; `out` holds the runs and the result."""

    recipe_file: Path
    recipe: Recipe
    data: Path
    out: Path
    overrides: Overrides


def compare_splits(request: SplitRequest) -> Job[SplitComparison]:
    """Fit and judge the runs; one that was begun is continued, one that is done is only judged. Raises `Refusal`."""
    if request.overrides.protocol is not None:
        raise Refusal(TrainingCode.RECIPE, "A comparison chooses the protocols itself.")
    sides: dict[Protocol, SplitRun] = {}
    for protocol in PROTOCOLS:
        run = request.out / protocol
        order = FitRequest(
            recipe_file=request.recipe_file,
            recipe=request.recipe,
            data=request.data,
            run=run,
            resume=(run / RECIPE).is_file(),
            overrides=replace(request.overrides, protocol=protocol),
        )
        with closing(Processes()) as processes:
            yield from fit_run(order, processes)
        evaluated = yield from report_run(run, request.data, EvaluationOptions({}, explained=False))
        assert isinstance(evaluated, RunEvaluation)
        sides[protocol] = _summarise_run(evaluated.metrics, load_split(run / SPLIT))
    found = SplitComparison(
        recipe=request.recipe_file.stem,
        recipe_sha256=request.recipe.digest,
        data=request.data.name,
        seed=request.recipe.fit.seed if request.overrides.seed is None else request.overrides.seed,
        overrides=request.overrides.given,
        sides=sides,
    )
    write_with_folder(request.out / COMPARISON, found.model_dump_json(indent=1).encode())
    fitted_cases = read_facts(request.out / "grouped").fitted_cases
    text = render_text("splits.md", comparison=found, fitted_cases=fitted_cases, titles=_TITLES)
    write_with_folder(request.out / ROW, text.encode())
    return found


def _summarise_run(metrics: Metrics, split: Split) -> SplitRun:
    validation, test = metrics.evaluations
    seen = {case.group for case in split.cases if case.part != "test"}
    return SplitRun(
        test=test,
        validation=validation,
        ece=metrics.ece["test"]["after"],
        counts=metrics.counts,
        test_cases_group_seen=sum(case.part == "test" and case.group in seen for case in split.cases),
        standing=metrics.standing,
    )
