"""Judging a run: calibrate and choose the threshold on validation, then report validation and test with intervals.

The test part is looked at once, after everything is chosen. What is found stands in the run's folder: `metrics.json`,
`predictions.csv`, the reference statistics and the figures.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import nn

from imaging.ledger import Skipped
from imaging.progress import Job, Progress
from imaging.refusal import Refusal
from inference.contract import Bands, Calibration, Evaluation, Interval, OutOfDistribution, Part
from training.calibrate import bands, find_temperature, lowest_threshold, probabilities
from training.dataset import Prepared, list_cases, manifest_sha256, prepare_cases
from training.familiarity import distances, reference_statistics, statistics_file
from training.figures import draw_figures
from training.files import write_atomically
from training.fit import BEST, Predictions, predict, read_checkpoint
from training.measures import calibration_error
from training.models import build_network
from training.recipe import Recipe, read_recipe
from training.resample import group_draws, label_figures, with_intervals
from training.runs import RECIPE, SPLIT
from training.split import PARTS, Split, load_split
from training.training_codes import TrainingCode

METRICS, PREDICTIONS, STATISTICS = "metrics.json", "predictions.csv", "familiarity.safetensors"
_PREDICT_AT_ONCE = 256
_FAMILIAR_SHARE = 0.95


class Metrics(Part):
    """All that judging found, in the contract's own parts."""

    decision: Bands
    threshold: float
    threshold_rule: str
    calibration: Calibration
    out_of_distribution: OutOfDistribution
    evaluations: tuple[Evaluation, ...]
    ece: dict[str, dict[str, Interval]]
    """Expected calibration error of each part, before and after the temperature."""
    counts: dict[str, int]
    """What grouping found when the split was made."""
    data_manifest_sha256: str
    split_sha256: str


@dataclass(frozen=True, eq=False)
class Scored:
    """One part of the split with what the network says of it."""

    part: str
    labels: NDArray[np.int64]
    groups: tuple[str, ...]
    names: tuple[str, ...]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]


def evaluate_run(run: Path, folder: Path) -> Job[tuple[Metrics, tuple[Skipped, ...]]]:
    """Judge the best checkpoint of a run on the data it was trained with. Raises `Refusal`."""
    recipe = read_recipe(run / RECIPE)
    split = load_split(run / SPLIT)
    model = trained_network(run, recipe, split)
    cases = list_cases(folder, recipe)
    if manifest_sha256(cases) != split.manifest_sha256:
        raise Refusal(TrainingCode.SPLIT, f"{folder}: these are not the pictures that the run was trained with.")
    prepared = yield from prepare_cases(cases, recipe)
    scored = {}
    for part in PARTS:
        scored[part] = yield from _scored(part, model, recipe, prepared, split)
    metrics, statistics = _judge(scored, recipe, split)
    write_atomically(run / METRICS, metrics.model_dump_json(indent=1).encode())
    write_atomically(run / PREDICTIONS, _predictions_csv(scored, recipe, metrics.calibration.temperature))
    write_atomically(run / STATISTICS, statistics)
    draw_figures(run, {part: scored[part] for part in ("validation", "test")}, metrics, recipe)
    return metrics, prepared.skipped


def trained_network(run: Path, recipe: Recipe, split: Split) -> nn.Module:
    """The network with the best averaged weights as the bundle will carry them. Raises `Refusal` (CHECKPOINT).

    Kernels are rounded to half precision here, before anything is judged: the bundle stores them so, and every figure
    is then one of the weights that ship.
    """
    content = read_checkpoint(run / BEST, recipe, split)
    model = build_network(recipe.network.model_copy(update={"weights": "none"}), len(recipe.task.names))
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


def decide(scores: NDArray[np.float32], threshold: float, *, positive: int) -> NDArray[np.int64]:
    """The decided class of two for the positive one's probabilities [N]; what equals the threshold has reached it."""
    return np.where(scores >= np.float32(threshold), positive, 1 - positive).astype(np.int64)


def summary(metrics: Metrics) -> str:
    """A few lines for the terminal."""
    temperature = metrics.calibration.temperature
    lines = [f"threshold {metrics.threshold} ({metrics.threshold_rule}); temperature {temperature:.3f}"]
    for evaluation in metrics.evaluations:
        auc = "" if evaluation.auc is None else f", AUC {_text(evaluation.auc)}"
        lines.append(
            f"{evaluation.split} (n = {evaluation.n}): accuracy {_text(evaluation.accuracy)}, "
            f"macro-F1 {_text(evaluation.macro_f1)}{auc}"
        )
        for name, figures in evaluation.labels.items():
            if figures.precision and figures.recall and figures.f1:
                lines.append(
                    f"  {name} (n = {figures.n}): precision {_text(figures.precision)}, "
                    f"recall {_text(figures.recall)}, F1 {_text(figures.f1)}"
                )
    for part, both in metrics.ece.items():
        lines.append(f"ECE on {part}: {_text(both['before'])} before, {_text(both['after'])} after")
    rule = metrics.out_of_distribution
    lines.append(f"unfamiliar above {rule.cut_off:.2f}; refuses {rule.in_distribution_refused:.1%} of the test part")
    return "\n".join(lines)


def _text(interval: Interval) -> str:
    return f"{interval.value:.4f} [{interval.low:.4f}, {interval.high:.4f}]"


def _scored(part: str, model: nn.Module, recipe: Recipe, prepared: Prepared, split: Split) -> Job[Scored]:
    chosen = split.indices(part, prepared.cases)
    answers: list[Predictions] = []
    for start in range(0, len(chosen), _PREDICT_AT_ONCE):
        answers.append(predict(model, prepared.tensors[chosen[start : start + _PREDICT_AT_ONCE]], recipe.input))
        yield Progress(f"Scoring the {part} part", min(start + _PREDICT_AT_ONCE, len(chosen)), len(chosen))
    group_of = split.groups()
    names = tuple(prepared.cases[number].name for number in chosen)
    return Scored(
        part=part,
        labels=prepared.labels[chosen],
        groups=tuple(group_of[name] for name in names),
        names=names,
        logits=np.concatenate([answer.logits for answer in answers]),
        features=np.concatenate([answer.features for answer in answers]),
    )


def _judge(scored: dict[str, Scored], recipe: Recipe, split: Split) -> tuple[Metrics, bytes]:
    """All figures, and the file of reference statistics."""
    rule = recipe.operating_point
    positive = recipe.task.names.index(rule.label)
    validation, test = scored["validation"], scored["test"]
    temperature = find_temperature(validation.logits, validation.labels)
    of_label = probabilities(validation.logits, temperature)[:, positive]
    threshold = lowest_threshold(validation.labels == positive, of_label, rule.least_specificity)
    evaluations, ece = [], {}
    for one in (validation, test):
        evaluation, errors = _evaluated(one, recipe, split, temperature=temperature, threshold=threshold)
        evaluations.append(evaluation)
        ece[one.part] = errors
    statistics, familiarity = _familiarity(scored, recipe)
    metrics = Metrics(
        decision=bands(rule, threshold, recipe.task.names[1 - positive]),
        threshold=threshold,
        threshold_rule=f"the lowest with specificity {rule.least_specificity:g} or more on the validation part",
        calibration=Calibration(
            temperature=temperature,
            ece_before=ece["test"]["before"].value,
            ece_after=ece["test"]["after"].value,
            cases=len(validation.labels),
        ),
        out_of_distribution=familiarity,
        evaluations=tuple(evaluations),
        ece=ece,
        counts=split.counts,
        data_manifest_sha256=split.manifest_sha256,
        split_sha256=split.sha256,
    )
    return metrics, statistics


def _evaluated(
    one: Scored, recipe: Recipe, split: Split, *, temperature: float, threshold: float
) -> tuple[Evaluation, dict[str, Interval]]:
    positive = recipe.task.names.index(recipe.operating_point.label)
    calibrated = probabilities(one.logits, temperature)
    decided = decide(calibrated[:, positive], threshold, positive=positive)
    draws = group_draws(one.groups, seed=recipe.fit.seed)
    figures = with_intervals(one.labels, decided, calibrated, draws)
    plain = probabilities(one.logits)
    before = [calibration_error(one.labels[draw], plain[draw]) for draw in draws]
    low, high = np.percentile(before, (2.5, 97.5))
    raw = Interval(value=round(calibration_error(one.labels, plain), 5), low=round(low, 5), high=round(high, 5))
    evaluation = Evaluation(
        split=f"{one.part} (our own, grouped)",
        grouped_by=split.grouped_by,
        n=len(one.labels),
        macro_f1=figures["macro_f1"],
        accuracy=figures["accuracy"],
        auc=figures.get("auc"),
        labels=label_figures(figures, one.labels, recipe.task.names),
    )
    return evaluation, {"before": raw, "after": figures["ece"]}


def _familiarity(scored: dict[str, Scored], recipe: Recipe) -> tuple[bytes, OutOfDistribution]:
    """Statistics of the training part, the cut-off from validation, and what it refuses of the test part."""
    train = scored["train"]
    mean, precision = reference_statistics(train.features, train.labels, len(recipe.task.names))
    cut_off = float(np.quantile(distances(scored["validation"].features, mean, precision), _FAMILIAR_SHARE))
    refused = float((distances(scored["test"].features, mean, precision) > cut_off).mean())
    rule = OutOfDistribution(
        method="mahalanobis",
        statistics=STATISTICS,
        cut_off=round(cut_off, 4),
        in_distribution_refused=round(refused, 5),
    )
    return statistics_file(mean, precision), rule


def _predictions_csv(scored: dict[str, Scored], recipe: Recipe, temperature: float) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["part", "name", "group", "label", *(f"p_{name}" for name in recipe.task.names)])
    for part in scored.values():
        rows: Sequence[Sequence[float]] = probabilities(part.logits, temperature).tolist()
        for name, group, label, values in zip(part.names, part.groups, part.labels, rows, strict=True):
            writer.writerow([part.part, name, group, recipe.task.names[label], *(f"{value:.6f}" for value in values)])
    return stream.getvalue().encode()
