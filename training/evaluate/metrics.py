"""The metrics of an evaluation as JSON: `metrics.json` of a run, and one more for every other set it was tried on."""

from pydantic import Field

from inference.contract.contract import (
    Calibration,
    Conformal,
    ContractPart,
    Decision,
    Evaluation,
    Interval,
    OutOfDistribution,
)

METRICS = "metrics.json"


class Operating(ContractPart):
    """A threshold that was chosen on the validation part, with its figures on the test part (None: cannot be told)."""

    threshold: float
    sensitivity: Interval | None
    specificity: Interval | None


class Coverage(ContractPart):
    """Sets of a conformal q-hat on one part: how often they hold the right answer, and how many answers they have."""

    n: int
    coverage: Interval
    size: Interval


class Foreign(ContractPart):
    """How many foreign slices, or slices of the test part, the cut-off calls unfamiliar."""

    n: int
    sources: int
    """Files (of an external set: persons) that they come from, over which intervals are drawn."""
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
    coverage: dict[str, dict[str, Coverage]] = Field(default_factory=dict)
    """By part and alpha."""
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
    coverage: dict[str, Coverage] = Field(default_factory=dict)
    refused: Foreign
    data_manifest_sha256: str
    checkpoint_sha256: str
