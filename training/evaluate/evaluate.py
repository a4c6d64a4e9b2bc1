"""Judging a run: calibrate and choose on validation, then report validation and test with intervals.

The test part is looked at once, after everything is chosen. What is found stands in the run's folder: `metrics.json`,
`report.html`, `predictions.csv`, `per_class_*.csv`, the reference statistics, figures and galleries. Another labelled
set is judged by what was chosen then, and has a folder of its own in `external/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from pydantic import ValidationError
from torch import nn

from imaging.base.atomic_write import file_sha256, write_with_folder
from imaging.base.errors import Refusal
from imaging.base.ledger import Skipped
from imaging.base.progress import Job
from training.data.dataset import Case, list_cases, manifest_sha256
from training.data.split import Split, load_split
from training.evaluate.explanations import explain_run
from training.evaluate.foreign import refusals, score_foreign
from training.evaluate.metrics import METRICS, External, Metrics
from training.evaluate.ood_statistics import STATISTICS, Familiarity, statistics_file
from training.evaluate.operating_point import OperatingPoint, choose_operating_point
from training.evaluate.predictions import Kept, ScoredCases, key_of, score
from training.evaluate.verdict import external_of, metrics_of, standing_of
from training.fit.fit import LOG
from training.fit.runs import BEST, RECIPE, SPLIT, read_checkpoint
from training.network.network import network_of
from training.recipe.codes import TrainingCode
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe
from training.report.figures import draw_figures, draw_history
from training.report.run_report import write_report
from training.report.tables import PREDICTIONS, per_class, per_class_csv, predictions_csv

__all__ = ["METRICS", "PREDICTIONS", "STATISTICS", "Metrics", "evaluate_run", "read_metrics", "trained_network"]

EXTERNAL = "external"
_MOST_OF_TRAINING = 2500


@dataclass(frozen=True)
class Also:
    """What evaluation looks at beside the run's own data."""

    foreign: Mapping[str, Path]
    """Name -> folder of slices that the model should refuse."""
    photographs: Path | None = None
    explained: bool = True
    """Galleries, saliency checks and LIME, which take the most time."""


def evaluate_run(
    run: Path, folder: Path, also: Also | None = None
) -> Job[tuple[Metrics | External, tuple[Skipped, ...]]]:
    """Judge the best checkpoint of a run, on its own data or on another labelled set. Raises `Refusal`."""
    recipe = read_recipe(run / RECIPE)
    split = load_split(run / SPLIT)
    cases = list_cases(folder, recipe)
    parts = {case.name: case.part for case in split.cases}
    known = [case for case in cases if case.name in parts]
    model = trained_network(run, recipe, split)
    if manifest_sha256(known) == split.manifest_sha256:
        return (yield from _judged(run, known, also or Also({}), recipe=recipe, split=split, model=model))
    if len(known) > len(cases) / 2:
        words = "these are not the pictures that the run was trained with, but most have the names of those."
        raise Refusal(TrainingCode.SPLIT, f"{folder}: {words}")
    return (yield from _judged_elsewhere(run, folder, cases, recipe=recipe, split=split, model=model))


def trained_network(run: Path, recipe: Recipe, split: Split) -> nn.Module:
    """The network with the best averaged weights as the bundle will carry them. Raises `Refusal` (CHECKPOINT).

    Kernels are rounded to half precision here, before anything is judged: the bundle stores them so, and every figure
    is then one of the weights that ship.
    """
    content = read_checkpoint(run / BEST, recipe, split)
    model = network_of(recipe, weights="none")
    weights: dict[str, torch.Tensor] = content["model"]
    model.load_state_dict({name: _rounded(value) for name, value in weights.items()}, strict=True)
    return model.eval().requires_grad_(False)


def _rounded(value: torch.Tensor) -> torch.Tensor:
    return value.half().float() if value.ndim > 1 else value


def read_metrics(run: Path) -> Metrics:
    """What judging found. Raises `Refusal` (RUN) where the run was not evaluated yet."""
    try:
        return Metrics.model_validate_json((run / METRICS).read_bytes())
    except (OSError, ValidationError):
        raise Refusal(TrainingCode.RUN, f"{run}: this run was not evaluated yet (slicelens-train evaluate).") from None


def _judged(
    run: Path, cases: Sequence[Case], also: Also, *, recipe: Recipe, split: Split, model: nn.Module
) -> Job[tuple[Metrics, tuple[Skipped, ...]]]:
    """Everything about a run on its own data."""
    kept = Kept(run, key_of(run / BEST, recipe))
    scored: dict[str, ScoredCases] = {}
    skipped: tuple[Skipped, ...] = ()
    group_of = split.groups()
    for part in ("train", "validation", "test"):
        of_part = _drawn([cases[number] for number in split.indices(part, cases)], recipe.fit.seed)
        of_part = of_part if part == "train" else [cases[number] for number in split.indices(part, cases)]
        groups = [group_of[case.name] for case in of_part]
        scored[part], more = yield from score(part, of_part, groups, model=model, recipe=recipe, kept=kept)
        skipped += more
    answers = yield from score_foreign(also.foreign, also.photographs, model=model, recipe=recipe, kept=kept)
    choice = choose_operating_point(scored["validation"], recipe)
    train = scored["train"]
    familiarity = Familiarity.fitted(train.features, train.targets, scored["validation"].features)
    foreign = {
        name: refusals([f"{name}/{one}" for one in said.names], said.features, familiarity, recipe.fit.seed)
        for name, said in answers.items()
    }
    metrics = metrics_of(scored, choice, familiarity, recipe=recipe, split=split)
    metrics = metrics.model_copy(
        update={"foreign": foreign, "standing": standing_of(run, recipe), "checkpoint_sha256": file_sha256(run / BEST)}
    )
    if also.explained:
        path_of = {case.name: case for case in cases}
        test_cases = [path_of[name] for name in scored["test"].names]
        found = yield from explain_run(run, test_cases, scored["test"], choice, model=model, recipe=recipe)
        metrics = metrics.model_copy(update=found)
    _write(run, metrics, choice, familiarity, scored=scored, recipe=recipe)
    write_report(run, recipe, metrics, externals=_externals(run, metrics.checkpoint_sha256))
    return metrics, skipped


def _drawn(cases: list[Case], seed: int) -> list[Case]:
    """Of many training cases so many as its figures and statistics need, in their order."""
    if len(cases) <= _MOST_OF_TRAINING:
        return cases
    chosen = np.random.default_rng(seed % 2**64).choice(len(cases), _MOST_OF_TRAINING, replace=False)
    return [cases[number] for number in sorted(chosen.tolist())]


def _write(
    run: Path,
    metrics: Metrics,
    choice: OperatingPoint,
    familiarity: Familiarity,
    *,
    scored: Mapping[str, ScoredCases],
    recipe: Recipe,
) -> None:
    """Statistics, figures and tables first: who finds `metrics.json` finds all that it speaks of."""
    write_with_folder(run / STATISTICS, statistics_file(familiarity.mean, familiarity.precision))
    judged = {part: choice.judge(scored[part]) for part in ("validation", "test")}
    draw_figures(run / "figures", judged, dots=_dots(metrics, choice), notes=metrics.standing)
    draw_history(run / "figures", run / LOG, notes=metrics.standing)
    for part, evaluation in zip(("validation", "test"), metrics.evaluations, strict=True):
        write_with_folder(run / per_class(part), per_class_csv(evaluation))
    if metrics.training is not None:
        write_with_folder(run / per_class("train"), per_class_csv(metrics.training))
    parts = [scored[part] for part in ("train", "validation", "test")]
    shares = [choice.probabilities(one) for one in parts]
    words = [choice.decisions(one) for one in parts]
    write_with_folder(run / PREDICTIONS, predictions_csv(parts, shares, words, recipe.task.names))
    write_with_folder(run / METRICS, metrics.model_dump_json(indent=1).encode())


def _dots(metrics: Metrics, choice: OperatingPoint) -> dict[str, float]:
    """The thresholds to mark on the curves: the one of the decision where there is one, else Youden's."""
    if metrics.threshold is not None and choice.label is not None:
        return {choice.label: metrics.threshold}
    return {label: one.threshold for label, one in metrics.youden.items()}


def _judged_elsewhere(
    run: Path, folder: Path, cases: Sequence[Case], *, recipe: Recipe, split: Split, model: nn.Module
) -> Job[tuple[External, tuple[Skipped, ...]]]:
    """Another labelled set, judged by what was chosen on the run's own validation part."""
    metrics = read_metrics(run)
    checkpoint = file_sha256(run / BEST)
    if metrics.checkpoint_sha256 != checkpoint or metrics.split_sha256 != split.sha256:
        raise Refusal(TrainingCode.RUN, f"{run}: evaluate the run on its own data first; what is there is of another.")
    manifest = manifest_sha256(cases)
    kept = Kept(run, key_of(run / BEST, recipe))
    set_ = f"{folder.name} {manifest[:16]}"
    people = [case.person for case in cases]
    scored, skipped = yield from score(set_, cases, people, model=model, recipe=recipe, kept=kept)
    choice = OperatingPoint.restored(metrics, recipe)
    familiarity = Familiarity.restored(run, metrics.out_of_distribution)
    external = external_of(scored, choice, familiarity, name=folder.name, recipe=recipe, metrics=metrics)
    external = external.model_copy(update={"data_manifest_sha256": manifest, "checkpoint_sha256": checkpoint})
    out = run / EXTERNAL / f"{folder.name}-{manifest[:8]}"
    draw_figures(out, {folder.name: choice.judge(scored)}, dots=_dots(metrics, choice), notes=metrics.standing)
    write_with_folder(out / per_class("external"), per_class_csv(external.evaluation))
    rows = predictions_csv([scored], [choice.probabilities(scored)], [choice.decisions(scored)], recipe.task.names)
    write_with_folder(out / PREDICTIONS, rows)
    write_with_folder(out / METRICS, external.model_dump_json(indent=1).encode())
    write_report(run, recipe, metrics, externals=_externals(run, checkpoint))
    return external, skipped


def _externals(run: Path, checkpoint: str) -> list[tuple[Path, External]]:
    """The other sets on which these very weights were judged, with their folders."""
    found = []
    for path in sorted((run / EXTERNAL).glob(f"*/{METRICS}")):
        try:
            external = External.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if external.checkpoint_sha256 == checkpoint:
            found.append((path.parent, external))
    return found
