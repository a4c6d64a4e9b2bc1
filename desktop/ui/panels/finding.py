"""A model's finding about a slice: decision, remarks that speak against it, probabilities as bars."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.widgets.controls import make_column, make_holder
from desktop.ui.widgets.labels import Remark, add_widgets, clear_layout, explain_problem, plain_tooltip, text_label
from desktop.ui.widgets.theme import COLOURS, icon, units
from inference.classify.finding import ConcernKind, Status, answer_set_sentence, out_of_distribution_sentence

if TYPE_CHECKING:
    from inference.classify.finding import Analysis, Finding, LabelScore
    from inference.contract.contract import Contract

NOTHING_YET = "Nothing scored yet. Analyse asks the model about the slice on screen."
_DECISIONS = {"ambiguous": "Ambiguous", "none": "None of the labels"}


class FindingView(QWidget):
    """The slice that was scored, decision, remarks, bars, advice. Remarks are only rebuilt if they are others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._hint = NOTHING_YET
        self._is_empty = True
        self.what = text_label(role="small")
        self.decision = text_label(role="headline")
        self.bars = ProbabilityBars()
        self.advice = text_label()
        self.trace = text_label(role="small")
        self._remarks = make_holder()
        make_column(holder=self._remarks, spacing=6)
        self._remarked: tuple[tuple[str, ...], ...] = ()
        self._shown_remarks: list[Remark] = []
        parts = (self.what, self.decision, self._remarks, self.bars, self.advice, self.trace)
        make_column(*parts, holder=self, spacing=8)
        self.show_analysis(None, None, what="")

    def show_analysis(self, analysis: "Analysis | None", contract: "Contract | None", *, what: str) -> None:
        """Show one answer (None: none yet). `what` names model, series and slice."""
        self._is_empty = analysis is None
        self.what.setText(self._hint if analysis is None else what)
        finding = None if analysis is None else analysis.finding
        self._show_remarks(() if analysis is None else collect_remarks(analysis, contract))
        for part in (self.decision, self.bars, self.advice, self.trace):
            part.setVisible(finding is not None)
        if analysis is None or finding is None or contract is None:
            return
        shown = {label.name: label.display for label in contract.task.labels} | _DECISIONS
        self.decision.setText(shown.get(finding.decision, finding.decision.replace("_", " ").capitalize()))
        doubtful, marks = is_doubtful(analysis), _marks(finding, contract)
        self.bars.show_scores(finding.scores, decision=finding.decision, doubtful=doubtful, marks=marks)
        self.advice.setText(finding.advice)
        self.advice.setVisible(bool(finding.advice))
        self.trace.setText(_trace(analysis, contract))

    def set_hint(self, hint: str) -> None:
        """Set the sentence that stands there while there is no answer."""
        self._hint = hint
        if self._is_empty:
            self.what.setText(hint)

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


def collect_remarks(analysis: "Analysis", contract: "Contract | None") -> tuple[tuple[str, ...], ...]:
    """Return (role, heading, sentences…) of every remark: why there is no score, then what speaks against it."""
    found: list[tuple[str, ...]] = []
    if analysis.status is not Status.OK:
        heading = "No score" if analysis.finding is None else "The model refuses this slice"
        found.append(("error", heading, *explain_problem(analysis.message, analysis.code)))
    found += _concern_remark(analysis, ConcernKind.MISMATCH, "warning", "Not made for this slice")
    unfamiliar = out_of_distribution_sentence(analysis, contract)
    if unfamiliar is not None:
        found.append(("warning", "Unlike what it was trained on", unfamiliar))
    found += _concern_remark(analysis, ConcernKind.UNKNOWN, "unknown", "The file does not tell")
    return tuple(found)


def is_doubtful(analysis: "Analysis") -> bool:
    """Tell whether a number needs a warning sign: a mismatch with the contract, a refusal, an unfamiliar slice."""
    is_mismatch = any(concern.kind is ConcernKind.MISMATCH for concern in analysis.concerns)
    distance = analysis.out_of_distribution
    return is_mismatch or analysis.status is not Status.OK or (distance is not None and distance.refused)


def _concern_remark(analysis: "Analysis", kind: ConcernKind, role: str, heading: str) -> list[tuple[str, ...]]:
    concerns = [concern for concern in analysis.concerns if concern.kind is kind]
    said = (f"{concern.point.replace('_', ' ').capitalize()}: {concern.sentence}" for concern in concerns)
    return [(role, heading, *said)] if concerns else []


def _marks(finding: "Finding", contract: "Contract") -> dict[str, tuple[float, ...]]:
    """Return thresholds to draw on the bars, or the limits between bands if the rule has bands."""
    marks: dict[str, tuple[float, ...]] = {
        score.name: (score.threshold,) for score in finding.scores if score.threshold is not None
    }
    if contract.decision.rule == "bands":
        marks[contract.decision.label] = tuple(band.low for band in contract.decision.bands if band.low > 0)
    return marks


def _trace(analysis: "Analysis", contract: "Contract") -> str:
    took = analysis.milliseconds
    parts = [f"{took.prepare + took.run:.0f} ms"]
    distance, limits = analysis.out_of_distribution, contract.out_of_distribution
    if distance is not None and not distance.refused and limits is not None:
        parts.insert(0, f"Like its training cases: distance {distance.score:.4g}, limit {limits.cut_off:.4g}")
    if contract.calibration is not None:
        parts.insert(0, f"Calibrated on {contract.calibration.cases} cases")
    promised = answer_set_sentence(analysis.finding) if analysis.finding is not None else None
    return "\n".join(filter(None, (promised, " · ".join(parts))))


class ProbabilityBars(QWidget):
    """One painted row a label. The decision has a triangle and bold type, a doubtful number a warning sign."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName="Probabilities")
        self._scores: tuple[LabelScore, ...] = ()
        self._marks: Mapping[str, tuple[float, ...]] = {}
        self._decision = ""
        self._doubtful = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(
        self, scores: "tuple[LabelScore, ...]", *, decision: str, doubtful: bool, marks: Mapping[str, tuple[float, ...]]
    ) -> None:
        """Show these scores; `marks` are limits drawn on a label's bar, `doubtful` puts a sign at each number."""
        is_resized = len(scores) != len(self._scores)
        self._scores, self._decision, self._doubtful, self._marks = scores, decision, doubtful, marks
        lines = [describe_score(score) for score in scores]
        self.setAccessibleDescription("; ".join(lines) + ("; doubtful, see the concerns" if doubtful else ""))
        self.setToolTip(plain_tooltip("\n".join(lines)))
        if is_resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a row a label."""
        return QSize(units(240), self._row_height() * len(self._scores))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._row_height()
        for number, score in enumerate(self._scores):
            row = QRect(0, number * height, self.width(), height)
            self._draw_words(painter, row, score)
            bar = QRectF(1, row.top() + self._line() + units(4), row.width() - 2, units(9))
            draw_bar(painter, bar, score.probability, decided=score.name == self._decision)
            for mark in self._marks.get(score.name, ()):
                draw_mark(painter, bar, mark)

    def _draw_words(self, painter: QPainter, row: QRect, score: "LabelScore") -> None:
        """Draw the name at the left, then how it stands to its threshold, the number at the right."""
        is_decided = score.name == self._decision
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Bold)
        line = QRect(row.left(), row.top(), row.width(), self._line())
        number, standing = format_percent(score.probability), compare_with_threshold(score)
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(bold)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        right = line.width() - QFontMetrics(bold).horizontalAdvance(number) - units(4)
        if self._doubtful:
            right -= units(15)
            icon("warning").paint(painter, QRect(right, line.center().y() - units(7), units(15), units(15)))
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.9)
        left = units(13) if is_decided else 0
        face = bold if is_decided else self.font()
        needed = left + QFontMetrics(face).horizontalAdvance(score.display) + units(16)
        if standing and needed + QFontMetrics(small).horizontalAdvance(standing) > right:
            standing = standing.replace("reaches", "≥").replace("below", "<")
        if standing:
            right -= QFontMetrics(small).horizontalAdvance(standing) + units(8)
            painter.setFont(small)
            painter.setPen(QColor(COLOURS.quiet))
            beside = QRect(right, line.top(), line.width(), line.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, standing)
        if is_decided:
            draw_pointer(painter, line, units(8))
        name = QFontMetrics(face).elidedText(score.display, Qt.TextElideMode.ElideRight, right - left - units(8))
        painter.setFont(face)
        painter.setPen(QColor(COLOURS.text))
        painter.drawText(line.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _line(self) -> int:
        return self.fontMetrics().height() + units(2)

    def _row_height(self) -> int:
        return self._line() + units(4 + 9 + 12)


def draw_bar(painter: QPainter, bar: QRectF, probability: float, *, decided: bool) -> None:
    """Draw a groove, filled from the left by the probability."""
    painter.setPen(QColor(COLOURS.border))
    painter.setBrush(QColor(COLOURS.field))
    painter.drawRect(bar)
    filled = QRectF(bar)
    filled.setWidth(bar.width() * min(max(probability, 0.0), 1.0))
    painter.fillRect(filled, QColor(COLOURS.accent if decided else COLOURS.bar))


def draw_mark(painter: QPainter, bar: QRectF, at: float) -> None:
    """Draw a threshold: a line with a dark edge, so that it shows on the filled and the empty part of the bar."""
    x = bar.left() + bar.width() * at
    tall = QRectF(x - units(1), bar.top() - units(3), units(2), bar.height() + units(6))
    painter.fillRect(tall.adjusted(-units(1), 0, units(1), 0), QColor(COLOURS.panel))
    painter.fillRect(tall, QColor(COLOURS.text))


def draw_pointer(painter: QPainter, line: QRect, size: int) -> None:
    """Draw a small triangle that points at the decided label."""
    middle = line.center().y() + 1
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(COLOURS.accent))
    corners = [QPointF(1, middle - size / 2), QPointF(1, middle + size / 2), QPointF(size, middle)]
    painter.drawPolygon(QPolygonF(corners))


def format_percent(share: float) -> str:
    """Return a share as `96.4 %`; never `100.0 %` or `0.0 %` for what is neither."""
    value = share * 100
    if 99.95 <= value < 100:
        return "> 99.9 %"
    if 0 < value < 0.05:
        return "< 0.1 %"
    return f"{value:.1f} %"


def format_limit(share: float) -> str:
    """Return a threshold as `50 %` or `37.5 %`."""
    return f"{share * 100:.1f}".removesuffix(".0") + " %"


def compare_with_threshold(score: "LabelScore") -> str:
    """Return in words how a score stands to its threshold; empty if there is none."""
    if score.threshold is None:
        return ""
    return f"{'reaches' if score.probability >= score.threshold else 'below'} {format_limit(score.threshold)}"


def describe_score(score: "LabelScore") -> str:
    """Return a row as a sentence."""
    standing = compare_with_threshold(score)
    return f"{score.display}: {format_percent(score.probability)}" + (f", {standing}" if standing else "")
