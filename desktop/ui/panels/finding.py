"""A model's finding about a slice: what it is worth, the decision, probabilities as bars.

Every part has a place and a height of its own, whatever is said in it: in live mode the answer changes with each slice,
and bars and sliders must not move under the hand.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton, QWidget

from desktop.render.privacy import HIDDEN
from desktop.state.texts.language import tr
from desktop.ui.panels.probability_bars import ProbabilityBars
from desktop.ui.widgets.controls import make_column, make_holder, make_row, set_up_button, settle_key_focus
from desktop.ui.widgets.labels import (
    Mark,
    Remark,
    SteadyLabel,
    add_widgets,
    clear_layout,
    explain_problem,
    plain_tooltip,
    text_label,
)
from desktop.ui.widgets.theme import set_role
from imaging.base.english import english
from inference.classify.finding import (
    ConcernKind,
    FindingColour,
    LabelScore,
    Status,
    answer_set_sentence,
    choose_colour,
    describe_standing,
    out_of_distribution_sentence,
)
from inference.classify.finding_words import (
    COLOUR_WORDS,
    describe_headline,
    describe_short_headline,
    describe_threshold,
    describe_votes,
)

if TYPE_CHECKING:
    from inference.classify.finding import Analysis
    from inference.contract.contract import Contract
    from inference.contract.storage import LocalNote

NOTHING_YET = english("Nothing scored yet. Analyse asks the model about the slice on screen.")
_SIGNS = {
    FindingColour.GREEN: "no_finding",
    FindingColour.RED: "finding",
    FindingColour.YELLOW: "ambiguous",
    FindingColour.GREY: "scored",
}
"""The sign of each colour, beside its word (`COLOUR_WORDS`)."""


class FindingView(QWidget):
    """The slice that was scored, the headline with its sign, its standing, bars, figures, answers left, advice."""

    reveal_requested = Signal(bool)
    local_requested = Signal(bool)  # use the local operating point, or the bundle's own rule

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._hint = tr(NOTHING_YET)
        self._what = ""
        self._is_private = False
        self._analysis: Analysis | None = None
        self._contract: Contract | None = None
        self.model = SteadyLabel(1, role="small")
        self.local = QCheckBox(tr("Use my local operating point"))
        self.local.clicked.connect(self.local_requested)
        self.local_note = SteadyLabel(1, role="small")
        self.what = SteadyLabel(2, role="small")
        self._sign = Mark("not_scored", 22)
        self.decision = SteadyLabel(3, role="headline")
        self.standing = SteadyLabel(1, role="small")
        self.reveal = set_up_button(QPushButton(), self.reveal_requested, role="flat")
        self.reveal.setCheckable(True)
        self.bars = ProbabilityBars()
        self.figures = SteadyLabel(2, role="small")
        self.sets = SteadyLabel(2, role="small")
        self.votes = SteadyLabel(2, role="small")
        self.advice = SteadyLabel(2)
        self._verdict = self._lay_out_verdict()
        figures = (self.figures, self.sets, self.votes, self.advice)
        parts = (self.model, self.local, self.local_note, self.what, self._verdict, self.bars, *figures)
        make_column(*parts, holder=self, spacing=6)
        settle_key_focus(self)
        self.set_contract(None)
        self.set_local(None)

    def set_contract(self, contract: "Contract | None") -> None:
        """Make room for the answers of a model; there is none yet."""
        self._contract = contract
        self.model.set_text("" if contract is None else f"{contract.name} {contract.version}")
        for part in (self.model, self._verdict, self.bars, self.figures, self.advice):
            part.setVisible(contract is not None)
        self.sets.setVisible(contract is not None and contract.conformal is not None)
        self.votes.setVisible(contract is not None and contract.output.members is not None)
        self.show_analysis(None, contract, what="")

    def set_local(self, note: "LocalNote | None") -> None:
        """Offer the local operating point of the model, and name it; None: none was chosen."""
        self.local.setVisible(note is not None)
        self.local_note.setVisible(note is not None)
        self.local.setChecked(note is not None and note.is_used)
        self.local_note.set_text("" if note is None else tr(note.sentence))

    def show_analysis(
        self, analysis: "Analysis | None", contract: "Contract | None", *, what: str, revealed: bool = False
    ) -> None:
        """Show one answer (None: none yet). `revealed` shows the number of one that stands out of contract."""
        self._analysis = analysis
        self._what = what
        self._show_what()
        if contract is None:
            return
        finding = None if analysis is None else analysis.finding
        withheld = analysis is not None and analysis.is_withheld
        self._show_headline(analysis, contract)
        self.standing.set_text(_describe_rest(analysis))
        self.reveal.setVisible(withheld and finding is not None)
        self.reveal.setChecked(revealed)
        self.reveal.setText(tr("Hide again") if revealed else tr("Show anyway"))
        scores = _empty_scores(contract) if finding is None else finding.scores
        is_hidden = finding is None or (withheld and not revealed)
        self.bars.show_scores(
            scores,
            decision="" if finding is None or withheld else finding.decision,
            doubtful=withheld,
            marks=find_marks(contract),
            hidden=is_hidden,
            heads=contract.task.heads,
        )
        promised = None if finding is None or is_hidden else answer_set_sentence(finding)
        self.sets.set_text(tr(promised or ""))
        self.votes.set_text("" if is_hidden else tr(describe_votes(finding) or ""))
        self.figures.set_text(tr(describe_threshold(None if is_hidden else finding, contract)))
        self.advice.set_text("" if finding is None or withheld else tr(finding.advice))

    def lines(self, *, is_private: bool) -> tuple[str, ...]:
        """Return what is said of the slice, for a copy; without what the file says of the patient if `is_private`.

        So too while patient data are hidden.
        """
        analysis = self._analysis
        if analysis is None:
            return ()
        headline = self.decision.accessibleName()
        if (is_private or self._is_private) and analysis.finding is not None and analysis.is_withheld:
            points = (tr(reason.partition(":")[0]) for reason in analysis.applicability.reasons)
            headline = tr("Not scored: {points}", points=", ".join(points))
        parts = (self.standing, self.figures, self.sets, self.votes, self.advice)
        numbers = self.bars.accessibleDescription()
        said = (self.model.text_whole, headline, numbers, *(part.text_whole for part in parts))
        return tuple(line for line in said if line)

    def set_hint(self, hint: str) -> None:
        """Set the sentence that stands there while there is no answer."""
        self._hint = hint
        self._show_what()

    def set_private(self, private: bool) -> None:
        """Name neither series nor file while patient data is hidden, or name them again."""
        self._is_private = private
        self._show_what()

    def _show_what(self) -> None:
        scored = tr(HIDDEN) if self._is_private else self._what
        self.what.set_text(self._hint if self._analysis is None else scored)

    def _show_headline(self, analysis: "Analysis | None", contract: "Contract") -> None:
        colour = FindingColour.GREY if analysis is None else choose_colour(analysis, contract)
        is_told = analysis is None or not analysis.is_withheld
        name, word = (_SIGNS[colour], tr(COLOUR_WORDS[colour])) if is_told else ("not_scored", "")
        said = "" if analysis is None else tr(describe_headline(analysis, contract))
        short = "" if analysis is None else tr(describe_short_headline(analysis, contract))
        decided = "" if analysis is None or analysis.finding is None else analysis.finding.decision
        # What stands in large type is what is believed.
        is_leaning = colour is FindingColour.YELLOW and decided in contract.task.names
        self._sign.set_icon(name)
        self._sign.setVisible(analysis is not None)
        self.decision.set_text(f"{word}: {short}" if is_leaning else short)
        self.decision.setAccessibleName(f"{word}: {said}" if word and said else said)
        self.decision.setToolTip("" if short == said else plain_tooltip(said))
        set_role(self._verdict, colour.value if analysis is not None else "verdict")

    def _lay_out_verdict(self) -> QFrame:
        frame = QFrame()
        # The room of the sign, and the height of the button, are kept while they are hidden.
        height = set_up_button(QPushButton(), self.reveal_requested, role="flat")
        height.setFixedWidth(0)
        height.hide()
        for part in (self._sign, height):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        head = make_row(self._sign, (self.decision, 1), spacing=8)
        head.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        foot = make_row((self.standing, 1), self.reveal, height, spacing=0)
        make_column(head, foot, holder=frame, margins=(9, 7, 7, 6), spacing=2)
        return frame


class FindingDetails(QWidget):
    """All that is to be said about an answer in full: what speaks against it, what it was measured by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.advice = text_label()
        self.trace = text_label(role="small")
        self._remarks = make_holder()
        make_column(holder=self._remarks, spacing=6)
        self._remarked: tuple[tuple[str, ...], ...] = ()
        self._shown_remarks: list[Remark] = []
        make_column(self._remarks, self.advice, self.trace, holder=self, spacing=8)

    def show_analysis(self, analysis: "Analysis | None", contract: "Contract | None") -> None:
        """Show what is to be said about one answer (None: nothing)."""
        self._show_remarks(() if analysis is None else collect_remarks(analysis))
        is_scored = analysis is not None and contract is not None and analysis.finding is not None
        self.trace.setText(_trace(analysis, contract) if is_scored and analysis and contract else "")
        self.trace.setVisible(is_scored)
        advice = analysis.finding.advice if analysis and analysis.finding and not analysis.is_withheld else ""
        self.advice.setText(tr(advice))
        self.advice.setVisible(bool(advice))

    def _show_remarks(self, remarks: tuple[tuple[str, ...], ...]) -> None:
        if remarks == self._remarked:
            return
        # In live mode a distance changes with every slice, and nothing else: new words for the same remarks.
        if [(role, len(said)) for role, *said in remarks] != [(role, len(said)) for role, *said in self._remarked]:
            clear_layout(self._remarks)
            self._shown_remarks = [Remark(role, heading, tuple(said)) for role, heading, *said in remarks]
            add_widgets(self._remarks, *self._shown_remarks)
            self._remarks.setVisible(bool(remarks))
        else:
            for shown, (_, heading, *said) in zip(self._shown_remarks, remarks, strict=True):
                shown.say(heading, tuple(said))
        self._remarked = remarks


def _describe_rest(analysis: "Analysis | None") -> str:
    """Return what stands below the headline: the standing, or how many reasons there are besides the one in it."""
    if analysis is None:
        return ""
    if not analysis.is_withheld:
        return tr(describe_standing(analysis))
    more = len(analysis.applicability.reasons) - 1
    return tr("and %n more reason(s), below", "", more) if more > 0 and analysis.finding is not None else ""


def collect_remarks(analysis: "Analysis") -> tuple[tuple[str, ...], ...]:
    """Return (role, heading, sentences…) of every remark: why there is no score, then what speaks against it."""
    found: list[tuple[str, ...]] = []
    if analysis.status is not Status.OK:
        heading = tr("No score") if analysis.finding is None else tr("The model refuses this slice")
        found.append(("error", heading, *explain_problem(analysis.message, analysis.code)))
    found += _concern_remark(analysis, ConcernKind.MISMATCH, "warning", tr("Not made for this slice"))
    unfamiliar = out_of_distribution_sentence(analysis)
    if unfamiliar is not None:
        found.append(("warning", tr("Unlike what it was trained on"), tr(unfamiliar)))
    found += _concern_remark(analysis, ConcernKind.UNKNOWN, "unknown", tr("The file does not tell"))
    return tuple(found)


def _concern_remark(analysis: "Analysis", kind: ConcernKind, role: str, heading: str) -> list[tuple[str, ...]]:
    concerns = [concern for concern in analysis.concerns if concern.kind is kind]
    said = (f"{tr(concern.point.replace('_', ' ').capitalize())}: {tr(concern.sentence)}" for concern in concerns)
    return [(role, heading, *said)] if concerns else []


def find_marks(contract: "Contract") -> dict[str, tuple[float, ...]]:
    """Return the thresholds to draw on the bars, by label, or the limits between bands if the rule has bands."""
    rule = contract.decision
    if rule.rule == "bands":
        return {rule.label: tuple(band.low for band in rule.bands if band.low > 0)}
    if rule.rule == "two_step":
        return {rule.normal: (rule.gate,), **{name: (value,) for name, value in rule.values.items()}}
    return {name: (value,) for name, value in rule.values.items()} if rule.rule == "thresholds" else {}


def _empty_scores(contract: "Contract") -> tuple[LabelScore, ...]:
    return tuple(LabelScore(label.name, label.display, 0.0, None) for label in contract.task.labels)


def _trace(analysis: "Analysis", contract: "Contract") -> str:
    took = analysis.milliseconds
    parts = [f"{took.prepare + took.run:.0f} ms"]
    distance, limits = analysis.out_of_distribution, contract.out_of_distribution
    if distance is not None and not distance.refused and limits is not None and limits.cut_off > 0:
        parts.insert(0, tr("Like its training cases ({score:.1f} of the limit)", score=distance.score / limits.cut_off))
    if contract.calibration is not None:
        parts.insert(0, tr("Calibrated on {cases} cases", cases=contract.calibration.cases))
    return " · ".join(parts)
