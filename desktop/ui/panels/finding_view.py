"""What the model said of a slice, and right beside the number what speaks against it."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.widgets.advice import advice_for
from desktop.ui.widgets.labels import Remark, add, clear, words
from desktop.ui.widgets.probability_bars import ProbabilityBars
from desktop.ui.widgets.theme import pad
from inference.classify.finding import ConcernKind, Status, unfamiliar_sentence

if TYPE_CHECKING:
    from inference.classify.finding import Analysis, Concern, Finding
    from inference.contract.contract import Contract

NOTHING_YET = "Nothing scored yet. Analyse asks the model about the slice on screen."
_DECISIONS = {"ambiguous": "Ambiguous", "none": "None of the labels"}


class FindingView(QWidget):
    """What was scored, decision, concerns, bars, advice. Remarks are rebuilt only where others are said, or more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._hint = NOTHING_YET
        self._is_empty = True
        self.what = words(role="small")
        self.decision = words(role="headline")
        self.bars = ProbabilityBars()
        self.advice = words()
        self.trace = words(role="small")
        self._remarks = QWidget()
        self._remarks.setObjectName("bare")
        pad(QVBoxLayout(self._remarks), 0, spacing=6)
        self._remarked: tuple[tuple[str, ...], ...] = ()
        self._shown_remarks: list[Remark] = []
        column = QVBoxLayout(self)
        pad(column, 0, spacing=8)
        for part in (self.what, self.decision, self._remarks, self.bars, self.advice, self.trace):
            column.addWidget(part)
        self.show_analysis(None, None, what="")

    def show_analysis(self, analysis: "Analysis | None", contract: "Contract | None", *, what: str) -> None:
        """Show one answer (None: none yet). `what` names model, series and slice."""
        self._is_empty = analysis is None
        self.what.setText(self._hint if analysis is None else what)
        finding = None if analysis is None else analysis.finding
        self._show_remarks(() if analysis is None else remarks_of(analysis, contract))
        for part in (self.decision, self.bars, self.advice, self.trace):
            part.setVisible(finding is not None)
        if analysis is None or finding is None or contract is None:
            return
        self.decision.setText(decision_words(finding, contract))
        self.bars.show_scores(
            finding.scores, decision=finding.decision, doubtful=is_doubtful(analysis), marks=_marks(finding, contract)
        )
        self.advice.setText(finding.advice)
        self.advice.setVisible(bool(finding.advice))
        self.trace.setText(_trace(analysis, contract))

    def set_hint(self, hint: str) -> None:
        """What to say while there is no answer."""
        self._hint = hint
        if self._is_empty:
            self.what.setText(hint)

    def _show_remarks(self, remarks: tuple[tuple[str, ...], ...]) -> None:
        if remarks == self._remarked:
            return
        # In live mode a distance changes with every slice, and nothing else: new words for the same remarks.
        if [(role, len(said)) for role, *said in remarks] != [(role, len(said)) for role, *said in self._remarked]:
            clear(self._remarks)
            self._shown_remarks = [Remark(role, heading, tuple(said)) for role, heading, *said in remarks]
            add(self._remarks, *self._shown_remarks)
            self._remarks.setVisible(bool(remarks))
        else:
            for shown, (_, heading, *said) in zip(self._shown_remarks, remarks, strict=True):
                shown.say(heading, tuple(said))
        self._remarked = remarks


def remarks_of(analysis: "Analysis", contract: "Contract | None") -> tuple[tuple[str, ...], ...]:
    """(role, heading, sentences…) of every remark on an answer: why there is none, then what speaks against it."""
    found: list[tuple[str, ...]] = []
    if analysis.status is not Status.OK:
        heading = "No score" if analysis.finding is None else "The model refuses this slice"
        said = f"{analysis.message} ({analysis.code})" if analysis.code else analysis.message
        found.append(("error", heading, *filter(None, (said, advice_for(analysis.code)))))
    found += _concern_remark(analysis, ConcernKind.MISMATCH, "warning", "Not made for this slice")
    limits = None if contract is None else contract.out_of_distribution
    cut_off = None if limits is None else limits.cut_off
    unfamiliar = unfamiliar_sentence(analysis.out_of_distribution, cut_off=cut_off)
    if unfamiliar is not None:
        found.append(("warning", "Unlike what it was trained on", unfamiliar))
    found += _concern_remark(analysis, ConcernKind.UNKNOWN, "unknown", "The file does not tell")
    return tuple(found)


def is_doubtful(analysis: "Analysis") -> bool:
    """Whether a number must carry a warning sign: a mismatch with the contract, a refusal, an unfamiliar slice."""
    is_mismatch = any(concern.kind is ConcernKind.MISMATCH for concern in analysis.concerns)
    distance = analysis.out_of_distribution
    return is_mismatch or analysis.status is not Status.OK or (distance is not None and distance.refused)


def decision_words(finding: "Finding", contract: "Contract") -> str:
    """The decision as a person reads it."""
    shown = {label.name: label.display for label in contract.task.labels} | _DECISIONS
    return shown.get(finding.decision, finding.decision.replace("_", " ").capitalize())


def _concern_remark(analysis: "Analysis", kind: ConcernKind, role: str, heading: str) -> list[tuple[str, ...]]:
    concerns = [concern for concern in analysis.concerns if concern.kind is kind]
    return [(role, heading, *map(_concern_words, concerns))] if concerns else []


def _concern_words(concern: "Concern") -> str:
    return f"{concern.point.replace('_', ' ').capitalize()}: {concern.sentence}"


def _marks(finding: "Finding", contract: "Contract") -> dict[str, tuple[float, ...]]:
    """Thresholds to draw on the bars; the limits between bands where the rule has bands."""
    marks: dict[str, tuple[float, ...]] = {
        score.name: (score.threshold,) for score in finding.scores if score.threshold is not None
    }
    decision = contract.decision
    if decision.rule == "bands":
        return {**marks, decision.label: tuple(band.low for band in decision.bands if band.low > 0)}
    return marks


def _trace(analysis: "Analysis", contract: "Contract") -> str:
    took = analysis.milliseconds
    parts = [f"{took.prepare + took.run:.0f} ms"]
    distance, limits = analysis.out_of_distribution, contract.out_of_distribution
    if distance is not None and not distance.refused and limits is not None:
        parts.insert(0, f"Like its training cases: distance {distance.score:.4g}, limit {limits.cut_off:.4g}")
    if contract.calibration is not None:
        parts.insert(0, f"Calibrated on {contract.calibration.cases} cases")
    return " · ".join(parts)
