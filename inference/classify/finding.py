"""The answer of a model for a slice, as frozen values that cross threads: raw output, finding, standing, analysis."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english, join_english

if TYPE_CHECKING:
    # At run time this would bring OpenCV and pydantic into every module that only shows a finding.
    from inference.classify.preprocess import Placement
    from inference.contract.contract import Bands, Contract

AMBIGUOUS, NONE = "ambiguous", "none"
"""The decisions that name no label: none is sure enough; none of several was reached."""
_TURNED = english("looks turned, upside down or inverted against the training cases")


@dataclass(frozen=True, eq=False)
class RawOutput:
    """One run of the graph on one slice: logits [L], probabilities [labels], cams [labels, h, w], features [D],
    members [members, labels] (the probabilities of each member of an ensemble).

    `cams` are signed sums over the channels, before ReLU and before any normalisation.
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    cams: NDArray[np.float32] | None
    features: NDArray[np.float32] | None
    members: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class LabelScore:
    """A label with its probability, and the threshold it is held against (None if the rule has none)."""

    name: str
    display: str
    probability: float
    threshold: float | None
    asked: bool = True
    """False for a question that follows another one's answer, which was not given: its number means nothing."""


@dataclass(frozen=True)
class AnswerSet:
    """The answers that a promise to be right in 1 - alpha of all cases leaves, for each question that was asked."""

    alpha: float
    answers: tuple[tuple[str, ...], ...]
    """Names of labels (or `no` and the name), the most probable first; empty if a bundle's rule rules none in."""
    cases: int
    """How many cases the promise was found on."""


@dataclass(frozen=True)
class MemberVotes:
    """The members of an ensemble on one label: the probability of each, and how many would decide alike alone."""

    label: str
    probabilities: tuple[float, ...]
    alike: int

    @property
    def mean(self) -> float:
        """Return the mean of the members, which count alike here whatever their shares are."""
        return sum(self.probabilities) / len(self.probabilities)


@dataclass(frozen=True)
class Finding:
    """Probabilities in the order of the bundle's labels, the decision (a label's name, `ambiguous`…), the advice."""

    scores: tuple[LabelScore, ...]
    decision: str
    advice: str
    sets: tuple[AnswerSet, ...] = ()
    """Of the bundle's conformal prediction, the strictest promise first."""
    votes: MemberVotes | None = None
    """Of an ensemble, on the label that the decision speaks of."""


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
    brief: str = ""
    """The same in a few words, both sides of it: `64.5 years, made for 1 to 5`."""

    @property
    def reason(self) -> str:
        """Return the point and what is said of it, as one reason of an applicability: `age: 64.5 years, …`."""
        return english("{point}: {brief}", point=Text(self.point), brief=self.brief or self.sentence)


class Standing(StrEnum):
    """The worth of a finding, decided before its number (`standing` of the command line's results)."""

    IN_CONTRACT = "in_contract"
    """Every stated fact fits, and the slice is like the training cases."""
    UNVERIFIED = "unverified"
    """Nothing contradicts, but the file does not say all that the contract asks."""
    OUT_OF_CONTRACT = "out_of_contract"
    """A stated fact contradicts the contract, or the slice is unlike the training cases."""


@dataclass(frozen=True)
class Applicability:
    """The standing of a finding, and the reasons for it (none if everything fits)."""

    standing: Standing
    reasons: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Return the reasons within a sentence that has a colon already: `age 64.5 years, made for 1 to 5; …`."""
        return join_english("; ", (_without_colon(reason) for reason in self.reasons))

    @property
    def first_said(self) -> str:
        """Return the first reason alone, in the same way."""
        return _without_colon(self.reasons[0]) if self.reasons else ""


def _without_colon(reason: str) -> str:
    """Return a reason as a part of a sentence: `age 64.5 years, …`."""
    if isinstance(reason, Text) and "point" in reason.facts:
        return english("{point} {brief}", **reason.facts)
    return reason.replace(": ", " ", 1) if ": " in reason else reason


class FindingColour(StrEnum):
    """The colour of a headline; a word and a sign always stand beside it."""

    GREEN = "green"
    """The normal answer."""
    RED = "red"
    """A finding."""
    YELLOW = "yellow"
    """Neither: ambiguous, a band beside one that decides otherwise, or the normal answer
    without confidence, or with another one that the strictest promise leaves.
    """
    GREY = "grey"
    """Nothing that a colour could say: out of contract, no finding, or it is unknown which answer is normal."""


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
    limit: float | None = None
    """The bundle's cut-off, above which a score is refused."""


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

    @property
    def applicability(self) -> Applicability:
        """Return whether the model is applicable to the slice, as it was judged before the number."""
        return judge_applicability(self.concerns, self.out_of_distribution)

    def with_cams(self, cams: NDArray[np.float32]) -> "Analysis":
        """Return the analysis with other class maps [labels, h, w]; one without an answer has none."""
        return self if self.raw is None else replace(self, raw=replace(self.raw, cams=cams))

    @property
    def is_withheld(self) -> bool:
        """Return whether a window hides number and map until a person asks for them: out of contract, or refused."""
        return self.status is not Status.OK or self.applicability.standing is Standing.OUT_OF_CONTRACT


def judge_applicability(concerns: tuple[Concern, ...], unlike: OutOfDistributionScore | None) -> Applicability:
    """Judge from what speaks against a slice where its finding stands, and why; the number takes no part in it."""
    against = [one.reason for one in concerns if one.kind is ConcernKind.MISMATCH] + _unlike_reasons(unlike)
    if against:
        return Applicability(Standing.OUT_OF_CONTRACT, tuple(against))
    unknown = tuple(one.reason for one in concerns if one.kind is ConcernKind.UNKNOWN)
    return Applicability(Standing.UNVERIFIED if unknown else Standing.IN_CONTRACT, unknown)


def _unlike_reasons(unlike: OutOfDistributionScore | None) -> list[Text]:
    if unlike is None or not unlike.refused:
        return []
    reasons = [_TURNED] if unlike.turned else []
    limit = unlike.limit
    if not unlike.turned or (limit is not None and unlike.score > limit):
        times = (
            ""
            if limit is None or limit <= 0
            else english(" (just above the limit)")
            if unlike.score < 1.05 * limit
            else english(" ({score:.1f} times the limit)", score=unlike.score / limit)
        )
        reasons.append(english("unlike the training cases{times}", times=times))
    return reasons


def choose_colour(analysis: Analysis, contract: "Contract") -> FindingColour:
    """Choose the colour of a finding's headline: what was decided, unless its standing forbids to say it."""
    finding = analysis.finding
    if finding is None or analysis.applicability.standing is Standing.OUT_OF_CONTRACT:
        return FindingColour.GREY
    scores, normal = {score.name: score for score in finding.scores}, contract.task.normal
    decided = [finding.decision] if finding.decision in scores else finding.decision.split("+")
    leaves_more = bool(finding.sets) and any(len(names) > 1 for names in finding.sets[0].answers)
    if finding.decision == NONE:
        # None of several labels that do not exclude each other was reached.
        return FindingColour.YELLOW if leaves_more else FindingColour.GREEN
    if not all(name in scores for name in decided) or _is_unsure_band(scores, contract):
        return FindingColour.YELLOW
    if decided == [normal]:
        score = scores[decided[0]]
        is_confident = score.probability >= (0.5 if score.threshold is None else score.threshold)
        return FindingColour.GREEN if is_confident and not leaves_more else FindingColour.YELLOW
    is_known = normal is not None or contract.task.kind in ("multilabel", "several_outputs")
    return FindingColour.RED if is_known else FindingColour.GREY


def _is_unsure_band(scores: dict[str, LabelScore], contract: "Contract") -> bool:
    """Return whether a band beside the one that applies decides otherwise, and a surer one decides alike.

    A rule that has several bands of one decision tells by them how sure it is; their sentences say the same.
    """
    rule = contract.decision
    if rule.rule != "bands":
        return False
    at = find_band(rule, scores[rule.label].probability)
    decisions = [band.decision for band in rule.bands]
    beside = decisions[max(0, at - 1) : at] + decisions[at + 1 : at + 2]
    return decisions.count(decisions[at]) > 1 and any(one != decisions[at] for one in beside)


def find_band(rule: "Bands", probability: float) -> int:
    """Return the number of the band that applies to a probability, compared in single precision."""
    return max(number for number, band in enumerate(rule.bands) if np.float32(probability) >= np.float32(band.low))


def threshold_of(contract: "Contract", label: str) -> float | None:
    """Return the probability from which a label is decided, None if the rule has none for it."""
    rule = contract.decision
    if rule.rule == "bands":
        # Bands are those of one label's probability; another label has none.
        lows = (band.low for band in rule.bands if label == rule.label == band.decision and band.low > 0)
        return min(lows, default=None)
    if rule.rule == "two_step":
        return rule.gate if label == rule.normal else rule.values[label]
    return rule.values[label] if rule.rule == "thresholds" else None


def describe_standing(analysis: Analysis) -> str:
    """Return in one line what the decision is worth."""
    applicability = analysis.applicability
    if applicability.standing is Standing.IN_CONTRACT:
        return english("In contract: all that the file states fits.")
    if applicability.standing is Standing.OUT_OF_CONTRACT:
        return english("Out of contract: {said}. Do not rely on the number.", said=applicability.said)
    points = dict.fromkeys(one.point for one in analysis.concerns if one.kind is ConcernKind.UNKNOWN)
    return english("Not verified: {points}", points=join_english(", ", map(Text, points)))


def out_of_distribution_sentence(analysis: Analysis) -> str | None:
    """Return what a person must know of a slice beyond the bundle's cut-off; None if it is not."""
    reasons = _unlike_reasons(analysis.out_of_distribution)
    said = [
        english("It {reason}.", reason=reason) if reason is _TURNED else english("It is {reason}.", reason=reason)
        for reason in reasons
    ]
    return join_english(" ", [*said, english("Do not rely on the number.")]) if said else None


def answer_set_sentence(finding: Finding) -> str | None:
    """Return which answers the strictest promise of the bundle leaves; None if it promises nothing."""
    if not finding.sets:
        return None
    strictest = finding.sets[0]
    shown = {one.name: one.display for one in finding.scores}
    shown |= {f"no {one.name}": english("no {display}", display=one.display) for one in finding.scores}
    said = [
        " or ".join(shown[name] for name in names) or english("no answer is ruled in") for names in strictest.answers
    ]
    promise = english("{alpha:g} % of {cases} cases", alpha=100 * (1 - strictest.alpha), cases=strictest.cases)
    return english("Not ruled out: {said} ({promise}).", said=join_english("; ", said), promise=promise)
