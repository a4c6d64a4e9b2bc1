"""The answer of a model for a slice, as frozen values that cross threads: raw output, finding, concerns, analysis."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    # At run time this would bring OpenCV and pydantic into every module that only shows a finding.
    from inference.classify.preprocess import Placement
    from inference.contract.contract import Contract


@dataclass(frozen=True, eq=False)
class RawOutput:
    """One run of the graph on one slice: logits [L], probabilities [labels], cams [labels, h, w], features [D].

    `cams` are signed sums over the channels, before ReLU and before any normalisation.
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    cams: NDArray[np.float32] | None
    features: NDArray[np.float32] | None


@dataclass(frozen=True)
class LabelScore:
    """A label with its probability, and the threshold it is held against (None if the rule has none)."""

    name: str
    display: str
    probability: float
    threshold: float | None


@dataclass(frozen=True)
class AnswerSet:
    """The answers that a promise to be right in 1 - alpha of all cases leaves, for each question the task asks."""

    alpha: float
    answers: tuple[tuple[str, ...], ...]
    """Names of labels (or `no` and the name), the most probable first; empty if a bundle's rule rules none in."""


@dataclass(frozen=True)
class Finding:
    """Probabilities in the order of the bundle's labels, the decision (a label's name, `ambiguous`…), the advice."""

    scores: tuple[LabelScore, ...]
    decision: str
    advice: str
    sets: tuple[AnswerSet, ...] = ()
    """Of the bundle's conformal prediction, the strictest promise first."""


class ConcernKind(StrEnum):
    """The two ways in which a slice may not be what the bundle was made for."""

    MISMATCH = "mismatch"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Concern:
    """One point of the contract that the slice does not meet, or that the file does not tell."""

    point: str
    """modality, body part, plane, polarity, age, colour…"""
    kind: ConcernKind
    sentence: str


class Status(StrEnum):
    """How an analysis ended (`status` of the command line's results)."""

    OK = "ok"
    REFUSED = "refused"
    MODEL_ERROR = "model_error"


@dataclass(frozen=True)
class OutOfDistributionScore:
    """Distance of the slice's features to the training classes, and whether it or the orientation is refused."""

    score: float
    refused: bool
    turned: bool = False
    """Whether the slice looks turned, upside down or inverted against the training slices."""


@dataclass(frozen=True)
class Milliseconds:
    """How long the steps took."""

    prepare: float
    run: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """The whole answer for one slice. With status MODEL_ERROR there is no finding, and `message` says why."""

    status: Status
    concerns: tuple[Concern, ...]
    milliseconds: Milliseconds
    finding: Finding | None = None
    raw: RawOutput | None = None
    placement: "Placement | None" = None
    out_of_distribution: OutOfDistributionScore | None = None
    code: str = ""
    message: str = ""


def out_of_distribution_sentence(analysis: Analysis, contract: "Contract | None") -> str | None:
    """Return what a person must know of a slice beyond the bundle's cut-off; None if it is not."""
    score, limits = analysis.out_of_distribution, None if contract is None else contract.out_of_distribution
    if score is None or not score.refused:
        return None
    said = ["It looks turned, upside down or inverted against the training cases."] if score.turned else []
    if limits is None or score.score > limits.cut_off or not said:
        against = "" if limits is None else f", its limit is {limits.cut_off:.4g}"
        said.append(f"Its distance to the training cases is {score.score:.4g}{against}.")
    return " ".join([*said, "Do not rely on the number."])


def answer_set_sentence(finding: Finding) -> str | None:
    """Return which answers the strictest promise of the bundle leaves; None if it promises nothing."""
    if not finding.sets:
        return None
    strictest = finding.sets[0]
    shown = {one.name: one.display for one in finding.scores}
    shown |= {f"no {one.name}": f"no {one.display}" for one in finding.scores}
    said = [" or ".join(shown[name] for name in names) or "no answer is ruled in" for names in strictest.answers]
    return f"Not ruled out at {100 * (1 - strictest.alpha):g} %: {'; '.join(said)}."
