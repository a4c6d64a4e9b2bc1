"""Judge a run: calibrate and choose on validation, then judge validation and test with intervals.

The test part is looked at once, after everything is chosen. Another labelled set is judged by what was chosen then.
Nothing is written here but the network's answers; the files of an evaluation are written by `training.report`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import nn

from imaging.base.atomic_write import file_sha256
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job
from inference.contract.contract import Calibration, Conformal, Evaluation, Interval, QualityName
from inference.contract.wording import QUALITY_WORDS
from inference.statistics.any_finding import judge_any_finding
from inference.statistics.bootstrap import (
    GroupDraws,
    draw_group_weights,
    exact_ends,
    percentile_interval,
    share_interval,
)
from inference.statistics.calibration import calibration_error
from inference.statistics.conformal import prediction_sets
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import compute_intervals, label_figures
from inference.statistics.operating_point import sensitivity_specificity
from training.data.dataset import Case, list_cases, manifest_sha256
from training.data.persons import count_persons, describe_groups, number_persons
from training.data.split import FEW_TEST_CASES, PARTS, Split, load_split
from training.evaluate.explanations import Explanations, GalleryPicture, draw_samples_of, explain_run
from training.evaluate.metrics import METRICS, Coverage, External, Metrics, Operating
from training.evaluate.ood_statistics import Familiarity, count_refused, list_sources, score_foreign
from training.evaluate.operating_point import OperatingPoint, choose_operating_point
from training.evaluate.predictions import AnswerCache, ScoredCases, cache_key, join_cases, score_cases
from training.evaluate.qualities import (
    QUALITIES,
    QUICK_QUALITIES,
    TURNED,
    judge_qualities,
    score_copies,
    score_turned_training,
)
from training.evaluate.series_scores import judge_series
from training.fit.runs import BEST, RECIPE, SPLIT, read_checkpoint, read_facts
from training.network.network import build_recipe_network
from training.recipe.recipe import Recipe, TrainingCode, list_some
from training.recipe.recipe_files import read_recipe

EVERY_QUALITY = "test in every quality"
_MOST_OF_TRAINING = 2500
_MOST_TURNED = 200
"""Test cases of which turned and inverted copies are tried."""


@dataclass(frozen=True)
class EvaluationOptions:
    """Foreign slices to try, and whether to explain."""

    foreign: Mapping[str, Path]
    """Name -> folder of slices that the model should refuse."""
    photographs: Path | None = None
    explained: bool = True
    """Galleries and saliency checks, and all qualities."""
    most_in_qualities: int | None = 100
    """How many cases of each part are judged in other qualities than as given; None: all."""
    most_copied: int | None = 600
    """How many training cases are saved anew, and turned, for what is familiar; None: all that are asked."""
    lime: bool = False
    """LIME too, where the recipe asks for it: what takes the most time."""

    @property
    def qualities(self) -> tuple[QualityName, ...]:
        """The qualities in which cases are judged beside as given."""
        return QUALITIES if self.explained else QUICK_QUALITIES


@dataclass(frozen=True, eq=False)
class RunEvaluation:
    """A run judged on its own data."""

    metrics: Metrics
    choice: OperatingPoint
    familiarity: Familiarity
    scored: Mapping[str, ScoredCases]
    """By part: train, validation, test."""
    explanations: Explanations | None
    samples: tuple[GalleryPicture, ...]
    """Up to nine training cases with their labels."""
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, eq=False)
class ExternalEvaluation:
    """A run judged on another labelled set, by what was chosen on its own data."""

    external: External
    metrics: Metrics
    """Of the run on its own data."""
    choice: OperatingPoint
    scored: ScoredCases
    skipped: tuple[Skipped, ...]


def evaluate_run(
    run: Path, folder: Path, options: EvaluationOptions | None = None
) -> Job[RunEvaluation | ExternalEvaluation]:
    """Judge the best checkpoint of a run, on its own data or on another labelled set. Raises `Refusal`."""
    recipe = read_recipe(run / RECIPE)
    split = load_split(run / SPLIT)
    cases = list_cases(folder, recipe)
    parts = {case.name: case.part for case in split.cases}
    known = [case for case in cases if case.name in parts]
    model = trained_network(run, recipe, split)
    if manifest_sha256(known) == split.manifest_sha256:
        own = options or EvaluationOptions({})
        return (yield from _evaluate_own(run, known, own, recipe=recipe, split=split, model=model))
    if len(known) > len(cases) / 2:
        words = "these are not the pictures that the run was trained with, but most have the names of those."
        raise Refusal(TrainingCode.SPLIT, f"{folder}: {words}")
    return (yield from _evaluate_external(run, folder, cases, recipe=recipe, split=split, model=model))


def trained_network(run: Path, recipe: Recipe, split: Split) -> nn.Module:
    """Return the best averaged network, kernels rounded as the bundle stores them. Raises `Refusal` (CHECKPOINT)."""
    content = read_checkpoint(run / BEST, recipe, split)
    model = build_recipe_network(recipe, weights="none")
    weights: dict[str, torch.Tensor] = content["model"]
    rounded = {name: value.half().float() if value.ndim > 1 else value for name, value in weights.items()}
    model.load_state_dict(rounded, strict=True)
    return model.eval().requires_grad_(False)


def read_metrics(run: Path) -> Metrics:
    """Return the metrics of an earlier evaluation. Raises `Refusal` (RUN) if there is none."""
    try:
        return Metrics.model_validate_json((run / METRICS).read_bytes())
    except (OSError, ValidationError):
        words = "this run was not evaluated yet. Run `slicelens-train evaluate`, or give `export` its data with --data."
        raise Refusal(TrainingCode.RUN, f"{run}: {words}") from None


def is_judged(run: Path) -> bool:
    """Tell whether there are metrics of the run's weights as they are now."""
    try:
        return read_metrics(run).checkpoint_sha256 == file_sha256(run / BEST)
    except (Refusal, OSError):
        return False


def _evaluate_own(
    run: Path, cases: Sequence[Case], options: EvaluationOptions, *, recipe: Recipe, split: Split, model: nn.Module
) -> Job[RunEvaluation]:
    cache = AnswerCache(run, cache_key(run / BEST, recipe))
    scored: dict[str, ScoredCases] = {}
    skipped: tuple[Skipped, ...] = ()
    group_of = split.groups()
    for part in PARTS:
        of_part = [cases[number] for number in split.indices(part, cases)]
        if part == "train":
            # As many of many as figures and statistics need.
            of_part = [of_part[row] for row in _draw_rows(len(of_part), _MOST_OF_TRAINING, recipe.fit.seed)]
        groups = [group_of[case.name] for case in of_part]
        scored[part], more = yield from score_cases(part, of_part, groups, model=model, recipe=recipe, cache=cache)
        skipped += more
    case_of = {case.name: case for case in cases}
    shown: dict[str, dict[QualityName, ScoredCases]] = {}
    for part in ("validation", "test"):
        some = scored[part].at(_draw_rows(len(scored[part].names), options.most_in_qualities, recipe.fit.seed))
        shown[part] = yield from score_copies(some, case_of, options.qualities, model=model, recipe=recipe, cache=cache)
    foreign = yield from score_foreign(options.foreign, options.photographs, model=model, recipe=recipe, cache=cache)
    tuning = (scored["validation"], *shown["validation"].values())
    choice = choose_operating_point(join_cases(tuning), recipe)
    some = scored["train"].at(_draw_rows(len(scored["train"].names), options.most_copied, recipe.fit.seed))
    anew, turned = yield from score_turned_training(some, case_of, model=model, recipe=recipe, cache=cache)
    familiarity = Familiarity.fitted(join_cases([scored["train"], anew]), tuning, turned)
    sample = scored["test"].at(_draw_rows(len(scored["test"].names), _MOST_TURNED, recipe.fit.seed))
    caught = yield from score_copies(sample, case_of, tuple(TURNED), model=model, recipe=recipe, cache=cache)
    metrics = compute_metrics(
        scored, choice, familiarity, recipe=recipe, split=split, shown=shown["test"], turned=caught
    )
    by_series = {part: judge_series(scored[part], choice, recipe.fit.seed) for part in ("validation", "test")}
    update: dict[str, object] = {
        "by_series": {part: found for part, found in by_series.items() if found is not None},
        "foreign": {
            name: count_refused(list_sources(answers.names), answers.features, familiarity, recipe.fit.seed)
            for name, answers in foreign.items()
        },
        "standing": (
            *list_caveats(run, recipe),
            *_few_tests(metrics.evaluations[1]),
            *_list_left_out(options, recipe, scored),
        ),
        "checkpoint_sha256": file_sha256(run / BEST),
    }
    explanations = None
    if options.explained:
        test_cases = [case_of[name] for name in scored["test"].names]
        explanations = yield from explain_run(
            test_cases, scored["test"], choice, model=model, recipe=recipe, lime=options.lime and recipe.judging.lime
        )
        update |= {"saliency": explanations.saliency, "lime": explanations.lime}
    samples = yield from draw_samples_of([cases[number] for number in split.indices("train", cases)], recipe)
    metrics = metrics.model_copy(update=update)
    return RunEvaluation(metrics, choice, familiarity, scored, explanations, samples, skipped)


def _list_left_out(options: EvaluationOptions, recipe: Recipe, scored: Mapping[str, ScoredCases]) -> tuple[str, ...]:
    """Return a sentence on what a whole evaluation would judge besides, if that is anything."""
    said = []
    if left := [QUALITY_WORDS[quality] for quality in QUALITIES if quality not in options.qualities]:
        said.append(f"nothing was chosen or judged in the qualities {', '.join(left)}")
    tests, trained = len(scored["test"].names), len(scored["train"].names)
    if options.most_in_qualities is not None and tests > options.most_in_qualities:
        said.append(f"other qualities were judged on {options.most_in_qualities} of {tests:,} test cases")
    if options.most_copied is not None and trained > options.most_copied:
        said.append(f"{options.most_copied:,} training cases were saved anew and turned to learn what is familiar")
    if recipe.judging.lime and not (options.explained and options.lime):
        said.append("LIME was left out")
    kind = "An evaluation with samples" if options.explained else "A quick evaluation"
    return (f"{kind}: {'; '.join(said)} (`evaluate --all` leaves out nothing).",) if said else ()


def _draw_rows(count: int, most: int | None, seed: int) -> NDArray[np.intp]:
    """Return the positions of at most so many of `count` cases in their order, drawn by the seed; None: of all."""
    if most is None or count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed % 2**64).choice(count, most, replace=False))


def _evaluate_external(
    run: Path, folder: Path, cases: Sequence[Case], *, recipe: Recipe, split: Split, model: nn.Module
) -> Job[ExternalEvaluation]:
    metrics = read_metrics(run)
    checkpoint = file_sha256(run / BEST)
    if metrics.checkpoint_sha256 != checkpoint or metrics.split_sha256 != split.sha256:
        raise Refusal(TrainingCode.RUN, f"{run}: evaluate the run on its own data first; what is there is of another.")
    manifest = manifest_sha256(cases)
    cache = AnswerCache(run, cache_key(run / BEST, recipe))
    set_ = f"{folder.name} {manifest[:16]}"
    people = number_persons(case.person for case in cases)
    scored, skipped = yield from score_cases(set_, cases, people, model=model, recipe=recipe, cache=cache)
    choice = OperatingPoint.restored(metrics, recipe)
    familiarity = Familiarity.restored(run, metrics.out_of_distribution)
    external = compute_external(scored, choice, familiarity, name=folder.name, seed=recipe.fit.seed)
    known = describe_groups(count_persons([(case.person, case.told_by, case.label) for case in cases]))
    evaluation = external.evaluation.model_copy(update={"grouped_by": known})
    external = external.model_copy(
        update={
            "evaluation": evaluation,
            "by_series": judge_series(scored, choice, recipe.fit.seed),
            "data_manifest_sha256": manifest,
            "checkpoint_sha256": checkpoint,
        }
    )
    return ExternalEvaluation(external, metrics, choice, scored, skipped)


def list_caveats(run: Path, recipe: Recipe) -> tuple[str, ...]:
    """Return the sentences that stand beside every figure of this run."""
    said = []
    if recipe.judging.stand_in:
        said.append(f"Stand-in data ({recipe.bundle.data}): this shows that the recipe runs, not what it is worth.")
    if sentence := read_facts(run).sentence:
        said.append(f"{sentence[0].upper()}{sentence[1:]}.")
    if recipe.split.protocol != "grouped":
        said.append(f"Split protocol: {recipe.split.protocol}; near-duplicates may stand on both sides.")
    return tuple(said)


def _few_tests(test: Evaluation) -> tuple[str, ...]:
    """Return the sentence on classes with few test cases, if there are any."""
    few = [f"{found.n} of {label}" for label, found in test.labels.items() if found.n < FEW_TEST_CASES]
    words = f"Figures of a class with fewer than {FEW_TEST_CASES} test cases say little"
    return (f"{words}: there are {list_some(few)}.",) if few else ()


def compute_metrics(
    scored: Mapping[str, ScoredCases],
    choice: OperatingPoint,
    familiarity: Familiarity,
    *,
    recipe: Recipe,
    split: Split,
    shown: Mapping[QualityName, ScoredCases],
    turned: Mapping[str, ScoredCases] | None = None,
) -> Metrics:
    """Return the figures of a run on its own data; `shown` is the test part in other qualities, `turned` copies."""
    found, ece, coverage, refused = {}, {}, {}, {}
    seed = recipe.fit.seed
    for part in ("validation", "test", "train"):
        one = scored[part]
        draws = draw_group_weights(one.groups, seed=seed)
        calibrated, plain = choice.judge(one)
        words = f"{part} (our own, {recipe.split.protocol})"
        found[part], after = evaluate_cases(calibrated, draws, split=words, grouped_by=split.described_groups)
        if part != "train":
            ece[part] = {"before": _ece_interval(plain, draws), "after": after}
            coverage[part] = _judge_conformal(calibrated, choice.conformal, draws)
            refused[part] = _judge_refused(one, familiarity, draws, recipe.task.names)
        if part == "test":
            youden = _judge_youden(calibrated, choice, draws)
            any_finding = judge_any_finding(calibrated, draws)
            qualities = judge_qualities(one, shown, choice, familiarity, draws)
    every = join_cases([scored["test"], *shown.values()])
    draws = draw_group_weights(every.groups, seed=seed)
    calibrated, plain = choice.judge(every)
    ece[EVERY_QUALITY] = {"before": _ece_interval(plain, draws), "after": _ece_interval(calibrated, draws)}
    coverage[EVERY_QUALITY] = _judge_conformal(calibrated, choice.conformal, draws)
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
        temperature_rule=choice.temperature_rule,
        conformal=choice.conformal
        and choice.conformal.model_copy(
            update={"coverage_by_size": {alpha: one.by_size for alpha, one in coverage["test"].items()}}
        ),
        out_of_distribution=familiarity.rule(scored["test"], recipe.task.names, turned),
        evaluations=(found["validation"], found["test"]),
        training=found["train"],
        ece=ece,
        youden=youden,
        any_finding=any_finding,
        coverage=coverage,
        refused=refused,
        qualities=qualities,
        counts=split.counts,
        data_manifest_sha256=split.manifest_sha256,
        split_sha256=split.sha256,
    )


def compute_external(
    scored: ScoredCases, choice: OperatingPoint, familiarity: Familiarity, *, name: str, seed: int
) -> External:
    """Return the figures on another labelled set; hashes and words on who is who are left to the caller."""
    draws = draw_group_weights(scored.groups, seed=seed)
    calibrated, plain = choice.judge(scored)
    words = f"{name} (external: nothing was chosen on it)"
    evaluation, after = evaluate_cases(calibrated, draws, split=words, grouped_by="")
    return External(
        name=name,
        evaluation=evaluation,
        ece={"before": _ece_interval(plain, draws), "after": after},
        youden=_judge_youden(calibrated, choice, draws),
        any_finding=judge_any_finding(calibrated, draws),
        coverage=_judge_conformal(calibrated, choice.conformal, draws),
        refused=count_refused(scored.groups, scored.features, familiarity, seed),
        data_manifest_sha256="",
        checkpoint_sha256="",
    )


def evaluate_cases(
    cases: JudgedCases, draws: GroupDraws, *, split: str, grouped_by: str
) -> tuple[Evaluation, Interval]:
    """Return the figures of judged cases with intervals, and their calibration error."""
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


def _judge_refused(
    cases: ScoredCases, familiarity: Familiarity, draws: GroupDraws, names: Sequence[str]
) -> dict[str, Interval]:
    """Return by label the share of its cases that is called unlike the training cases."""
    refused = familiarity.refused(cases.features)
    columns = zip(names, cases.targets.T == 1, strict=True)
    return {name: share_interval(refused[has], draws.of(has)) for name, has in columns if has.any()}


def _ece_interval(cases: JudgedCases, draws: GroupDraws) -> Interval:
    value = float(calibration_error(cases, np.ones((1, len(cases.targets))))[0])
    return percentile_interval(value, calibration_error(cases, draws.weights), exact_ends(value, draws.count()))


def _judge_conformal(cases: JudgedCases, conformal: Conformal | None, draws: GroupDraws) -> dict[str, Coverage]:
    found = dict[str, Coverage]()
    if conformal is None:
        return found
    for alpha in conformal.q_hat:
        sets = prediction_sets(cases, conformal, alpha)
        coverage, size = sets.intervals(draws)
        found[alpha] = Coverage(n=len(sets.holds), coverage=coverage, size=size, by_size=sets.by_size(draws))
    return found


def _judge_youden(cases: JudgedCases, choice: OperatingPoint, draws: GroupDraws) -> dict[str, Operating]:
    found = {}
    for label, threshold in choice.youden.items():
        sensitivity, specificity = sensitivity_specificity(cases, label, threshold, draws)
        found[label] = Operating(threshold=threshold, sensitivity=sensitivity, specificity=specificity)
    return found
