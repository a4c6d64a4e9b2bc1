"""From cases with answers, and what was chosen, to figures: the metrics of a run, or of another set."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from inference.contract.contract import Calibration, Conformal, Evaluation, Interval
from inference.statistics.bootstrap import Weights, draw_group_weights, percentile_interval
from inference.statistics.calibration import calibration_error
from inference.statistics.conformal import prediction_sets
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import compute_intervals, label_figures
from inference.statistics.operating_point import sensitivity_specificity
from training.data.split import Split
from training.evaluate.foreign import refusals
from training.evaluate.metrics import Coverage, External, Metrics, Operating
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.fit.runs import read_facts
from training.recipe.recipe import Recipe


def standing_of(run: Path, recipe: Recipe) -> tuple[str, ...]:
    """What must be said beside every figure of this run."""
    said = []
    if recipe.judging.stand_in:
        said.append(f"Stand-in data ({recipe.bundle.data}): this shows that the recipe runs, not what it is worth.")
    if sentence := read_facts(run).sentence:
        said.append(f"{sentence[0].upper()}{sentence[1:]}.")
    if recipe.split.protocol != "grouped":
        said.append(f"Split protocol: {recipe.split.protocol}; near-duplicates may stand on both sides.")
    return tuple(said)


def metrics_of(
    scored: Mapping[str, ScoredCases], choice: OperatingPoint, familiarity: Familiarity, *, recipe: Recipe, split: Split
) -> Metrics:
    """The figures of a run on its own data."""
    found, ece, coverage = {}, {}, {}
    seed = recipe.fit.seed
    for part in ("validation", "test", "train"):
        one = scored[part]
        draws = draw_group_weights(one.groups, seed=seed)
        calibrated, plain = choice.judge(one)
        words = f"{part} (our own, {recipe.split.protocol})"
        found[part], after = _evaluation(calibrated, draws, split=words, grouped_by=split.grouped_by)
        if part != "train":
            ece[part] = {"before": _ece(plain, draws), "after": after}
            coverage[part] = _coverage(calibrated, choice.conformal, draws)
        if part == "test":
            youden = _operating(calibrated, choice, draws)
    return Metrics(
        decision=choice.rule.decision,
        threshold=choice.rule.threshold,
        threshold_rule=choice.rule.sentence,
        calibration=Calibration(
            temperature=choice.temperature,
            ece_before=ece["test"]["before"].value,
            ece_after=ece["test"]["after"].value,
            cases=len(scored["validation"].names),
        ),
        conformal=choice.conformal,
        out_of_distribution=familiarity.rule(scored["test"].features),
        evaluations=(found["validation"], found["test"]),
        training=found["train"],
        ece=ece,
        youden=youden,
        coverage=coverage,
        counts=split.counts,
        data_manifest_sha256=split.manifest_sha256,
        split_sha256=split.sha256,
    )


def external_of(
    scored: ScoredCases,
    choice: OperatingPoint,
    familiarity: Familiarity,
    *,
    name: str,
    recipe: Recipe,
    metrics: Metrics,
) -> External:
    """The figures on another labelled set; hashes are left to the caller."""
    draws = draw_group_weights(scored.groups, seed=recipe.fit.seed)
    calibrated, plain = choice.judge(scored)
    words = f"{name} (external: nothing was chosen on it)"
    evaluation, after = _evaluation(calibrated, draws, split=words, grouped_by="person, where the names tell it")
    names = [f"{group}#{name}" for group, name in zip(scored.groups, scored.names, strict=True)]
    return External(
        name=name,
        evaluation=evaluation,
        ece={"before": _ece(plain, draws), "after": after},
        youden=_operating(calibrated, choice, draws),
        coverage=_coverage(calibrated, metrics.conformal, draws),
        refused=refusals(names, scored.features, familiarity, recipe.fit.seed),
        data_manifest_sha256="",
        checkpoint_sha256="",
    )


def _evaluation(cases: JudgedCases, draws: Weights, *, split: str, grouped_by: str) -> tuple[Evaluation, Interval]:
    """The figures in the contract's form, and the calibration error."""
    figures = compute_intervals(cases, draws)
    evaluation = Evaluation(
        split=split,
        grouped_by=grouped_by,
        n=len(cases.targets),
        macro_f1=figures["macro_f1"],
        accuracy=figures["accuracy"],
        auc=figures.get("auc"),
        labels=label_figures(figures, cases.targets, cases.task),
    )
    return evaluation, figures["ece"]


def _ece(cases: JudgedCases, draws: Weights) -> Interval:
    value = calibration_error(cases, np.ones((1, len(cases.targets))))
    return percentile_interval(float(value[0]), calibration_error(cases, draws))


def _coverage(cases: JudgedCases, conformal: Conformal | None, draws: Weights) -> dict[str, Coverage]:
    found = {}
    for alpha, limit in ({} if conformal is None else conformal.q_hat).items():
        sets = prediction_sets(cases, limit)
        coverage, size = sets.intervals(draws)
        found[alpha] = Coverage(n=len(sets.holds), coverage=coverage, size=size)
    return found


def _operating(cases: JudgedCases, choice: OperatingPoint, draws: Weights) -> dict[str, Operating]:
    """Return what Youden's thresholds, chosen on validation, do here."""
    found = {}
    for label, threshold in choice.youden.items():
        sensitivity, specificity = sensitivity_specificity(cases, label, threshold, draws)
        found[label] = Operating(threshold=threshold, sensitivity=sensitivity, specificity=specificity)
    return found
