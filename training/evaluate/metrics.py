"""The metrics of an evaluation as JSON: `metrics.json` of a run, and one more for every other set it was tried on.

`compare_models` judges two models on the same bootstrap draws of whole groups, so its intervals are those of the
differences themselves.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import Field

from inference.contract.contract import (
    Calibration,
    Conformal,
    ContractPart,
    Decision,
    Evaluation,
    Interval,
    OutOfDistribution,
    QualityFigures,
    QualityName,
    SizeCoverage,
)
from inference.statistics.any_finding import AnyFinding
from inference.statistics.bootstrap import draw_group_weights, exact_ends, percentile_interval
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import bootstrap_figures
from training.fit.runs import RunOrigin, read_run_file

METRICS = "metrics.json"


class Operating(ContractPart):
    """A threshold that was chosen on the validation part, with its figures on the test part (None: cannot be told)."""

    threshold: float
    sensitivity: Interval | None
    specificity: Interval | None


class PooledFigures(ContractPart):
    """How well series are told by one way of pooling the scores of their slices."""

    auc: dict[str, Interval | None]
    """By label; None: cannot be told."""
    operating: dict[str, Operating]
    """By label, at the threshold that was chosen for slices."""


class SeriesFigures(ContractPart):
    """Figures by series, beside those by slice."""

    series: int
    slices: int
    longest: int
    """Slices of the series that has most."""
    having: dict[str, int]
    """How many series have each label in one slice at least."""
    pooled: dict[str, PooledFigures]
    """By the name of the pooling (`series_scores.POOLINGS`)."""


class Coverage(ContractPart):
    """Sets of a conformal q-hat on one part: how often they hold the right answer, and how many answers they have."""

    n: int
    coverage: Interval
    size: Interval
    by_size: dict[str, SizeCoverage] = Field(default_factory=dict)


class Foreign(ContractPart):
    """How many foreign slices, or slices of the test part, the cut-off calls unfamiliar."""

    n: int
    sources: int
    """Persons that they show (files, where nothing tells persons), over which intervals are drawn."""
    refused: Interval
    median_distance: float


class Randomised(ContractPart):
    """Heatmaps before and after the weights from the head down to this layer were randomised (Adebayo 2018)."""

    down_to: str
    correlation: Interval
    """Spearman's, over the pixels of the map."""
    similarity: Interval
    """SSIM of the maps as they are shown."""


class Curve(ContractPart):
    """Area under the curve of the decided answer's probability, in the heatmap's order and in random orders."""

    heatmap: Interval
    random: Interval
    gain: Interval
    """How much better the heatmap's order is, case by case: above 0 is better than chance."""
    shares: tuple[float, ...]
    """Of pixels changed; then the mean probability at each, for both orders."""
    by_heatmap: tuple[float, ...]
    by_random: tuple[float, ...]


class Saliency(ContractPart):
    """Whether the heatmap can be believed."""

    cases: int
    randomised: tuple[Randomised, ...]
    destroyed: bool
    """Whether the mean correlation, all weights randomised, is at most `saliency.DESTROYED`."""
    insertion: Curve
    deletion: Curve


class LimeFigures(ContractPart):
    """LIME on superpixels: how alike explanations of one case are under other seeds, and to the heatmap."""

    cases: int
    seeds: int
    superpixels: float
    samples: int
    repeatability: Interval
    """Spearman's correlation between seeds, over superpixels."""
    like_heatmap: Interval
    """Spearman's correlation with the heatmap's mean in each superpixel."""


class Metrics(ContractPart):
    """The choices made on the validation part, and their figures there and on the test part."""

    decision: Decision
    threshold: float | None = None
    """If the decision hangs on one that was chosen."""
    threshold_rule: str
    """How the decision came about."""
    calibration: Calibration
    temperature_rule: str = ""
    """How the temperature came about."""
    conformal: Conformal | None = None
    out_of_distribution: OutOfDistribution
    evaluations: tuple[Evaluation, ...]
    """Of validation and test."""
    training: Evaluation | None = None
    """Of the training part (or cases drawn from it): how much of the rest is memory."""
    ece: dict[str, dict[str, Interval]]
    """Expected calibration error of each part, before and after the temperature."""
    youden: dict[str, Operating] = Field(default_factory=dict)
    """By label."""
    any_finding: AnyFinding | None = None
    """On the test part; None if the task has no normal label."""
    coverage: dict[str, dict[str, Coverage]] = Field(default_factory=dict)
    """By part and alpha; as `ece`, of the test part in every quality as well."""
    refused: dict[str, dict[str, Interval]] = Field(default_factory=dict)
    """Share called unlike the training cases, by part and label."""
    qualities: dict[QualityName, QualityFigures] = Field(default_factory=dict)
    """Of the test part; every choice was made on validation cases in all of them."""
    by_series: dict[str, SeriesFigures] = Field(default_factory=dict)
    """By part, if a series has more than one slice."""
    foreign: dict[str, Foreign] = Field(default_factory=dict)
    """By name of the set."""
    saliency: Saliency | None = None
    lime: LimeFigures | None = None
    standing: tuple[str, ...] = ()
    """Sentences beside every figure: stand-in data, a short run, checks that were left out."""
    counts: dict[str, int]
    """Of the grouping, when the split was made."""
    data_manifest_sha256: str
    split_sha256: str
    checkpoint_sha256: str = ""


class External(ContractPart):
    """The same model on another labelled set: nothing was chosen here."""

    name: str
    evaluation: Evaluation
    ece: dict[str, Interval]
    youden: dict[str, Operating] = Field(default_factory=dict)
    any_finding: AnyFinding | None = None
    coverage: dict[str, Coverage] = Field(default_factory=dict)
    by_series: SeriesFigures | None = None
    refused: Foreign
    data_manifest_sha256: str
    checkpoint_sha256: str


COMPARISON = "comparison.json"

_WHOLE = ("accuracy", "macro_f1", "auc", "ece")
_OF_LABEL = ("precision", "recall", "f1", "auc")
_LESS_IS_BETTER = frozenset({"ece"})


class Change(ContractPart):
    """One figure of the old and of the new model, and the difference new minus old, each with its 95 % interval."""

    figure: str
    old: Interval
    new: Interval
    difference: Interval

    @property
    def verdict(self) -> str:
        """`better` or `worse` if the interval of the difference leaves 0 out, else `not told apart`."""
        low, high = self.difference.low, self.difference.high
        if self.figure in _LESS_IS_BETTER:
            low, high = -high, -low
        return "better" if low > 0 else "worse" if high < 0 else "not told apart"


class Compared(ContractPart):
    """Both models on one set of cases."""

    name: str
    n: int
    grouped_by: str
    whole: tuple[Change, ...]
    labels: dict[str, tuple[Change, ...]]
    counts: dict[str, int]
    """How many cases show each label."""


def compare_models(
    old: JudgedCases, new: JudgedCases, groups: Sequence[str], *, name: str, grouped_by: str, seed: int
) -> Compared:
    """Compare two models on the same cases, in the same order; `groups` holds the group of each case."""
    draws = draw_group_weights(groups, seed=seed)
    first, second = bootstrap_figures(old, draws), bootstrap_figures(new, draws)

    def difference(key: str) -> Interval:
        value = second.values[key] - first.values[key]
        exact = exact_ends(value, draws.count(), (-1.0, 1.0))
        return percentile_interval(value, second.drawn[key] - first.drawn[key], exact)

    def changes(wanted: dict[str, str]) -> tuple[Change, ...]:
        """Return the changes of figure -> key; what cannot be computed for either model is left out."""
        return tuple(
            Change(figure=figure, old=first.interval(key), new=second.interval(key), difference=difference(key))
            for figure, key in wanted.items()
            if key in first.values and key in second.values
        )

    names = old.task.names
    return Compared(
        name=name,
        n=len(groups),
        grouped_by=grouped_by,
        whole=changes({figure: figure for figure in _WHOLE}),
        labels={
            label: changes({figure: f"{figure}.{number}" for figure in _OF_LABEL}) for number, label in enumerate(names)
        },
        counts={label: int(np.nansum(old.targets[:, number])) for number, label in enumerate(names)},
    )


class ModelComparison(ContractPart):
    """The bundle and the new model on the same cases."""

    old: RunOrigin
    sets: tuple[Compared, ...]
    seen_by_old: int | None
    """Held-out new cases that are byte for byte among the old data; None if the old data were not given."""
    seen_by_new: int | None
    """Held-out old cases that are byte for byte among those that the new model learned from or was chosen by."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on cases that flatter one of the models."""
        said = []
        if self.seen_by_old:
            said.append(f"{self.seen_by_old} of the held-out new cases were in the old model's data: they flatter it.")
        if self.seen_by_new:
            said.append(
                f"{self.seen_by_new} of the held-out old cases are among the new model's own cases: they flatter it."
            )
        return tuple(said)


def read_comparison(run: Path) -> ModelComparison | None:
    """Return how the bundle and the new model compare, or None. Raises `Refusal` (RUN) for a damaged file."""
    return read_run_file(run / COMPARISON, ModelComparison)
