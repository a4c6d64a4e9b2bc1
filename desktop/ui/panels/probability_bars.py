"""Probabilities as bars, with their thresholds in figures: one painted row a label."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.labels import plain_tooltip
from desktop.ui.widgets.theme import colours, icon, units
from inference.classify.finding import LabelScore
from inference.classify.finding_words import NOT_ASKED, format_limit, format_percent


class ProbabilityBars(QWidget):
    """One painted row a label. The decision has a triangle and bold type, a doubtful number a warning sign.

    Hidden numbers leave their rows behind: names, empty bars, thresholds in figures. The rows of each question stand
    together; those of one that is not asked say so, and show no number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName=tr("Probabilities"))
        self._scores: tuple[LabelScore, ...] = ()
        self._marks: Mapping[str, tuple[float, ...]] = {}
        self._decision = ""
        self._doubtful = self._hidden = False
        self._firsts: frozenset[str] = frozenset()
        """The first label of each question but the first one."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scores(
        self,
        scores: tuple[LabelScore, ...],
        *,
        decision: str,
        doubtful: bool,
        marks: Mapping[str, tuple[float, ...]],
        hidden: bool = False,
        heads: Sequence[Sequence[str]] = (),
    ) -> None:
        """Show these scores; `marks` are limits drawn on a label's bar, `doubtful` puts a sign at each number.

        `heads` are the labels of each question, if there are several.
        """
        firsts = frozenset(head[0] for head in heads[1:])
        shape = len(scores), bool(marks), firsts
        is_resized = shape != (len(self._scores), bool(self._marks), self._firsts)
        self._firsts = firsts
        self._scores, self._decision, self._marks = scores, decision, marks
        self._doubtful, self._hidden = doubtful and not hidden, hidden
        lines = [score.display for score in scores]
        if not hidden:
            lines = [join_marks(tr(describe_score(score)), marks.get(score.name, ())) for score in scores]
        self.setAccessibleDescription("; ".join(lines) + (tr("; doubtful, see the concerns") if self._doubtful else ""))
        self.setToolTip(plain_tooltip("\n".join(lines)))
        if is_resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a row a label."""
        return QSize(units(240), self._row_height() * len(self._scores) + self._gap() * len(self._firsts))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, top = self._row_height(), 0
        for score in self._scores:
            if score.name in self._firsts:
                top += self._gap()
                rule = QRectF(0, top - self._gap() / 2, self.width(), 1)
                painter.fillRect(rule, QColor(colours().line))
            row = QRect(0, top, self.width(), height)
            top += height
            self._draw_words(painter, row, score)
            bar = QRectF(1, row.top() + self._line() + units(4), row.width() - 2, units(9))
            is_decided = score.name in self._decision.split("+")
            share = 0.0 if self._hidden or not score.asked else score.probability
            draw_bar(painter, bar, share, decided=is_decided)
            marks = self._marks.get(score.name, ())
            for mark in marks:
                draw_mark(painter, bar, mark)
            self._draw_limits(painter, bar, marks)

    def _draw_limits(self, painter: QPainter, bar: QRectF, marks: tuple[float, ...]) -> None:
        """Write the figure of each mark below it, as near as the figure before and the edges allow."""
        painter.setFont(self._small())
        painter.setPen(QColor(colours().quiet))
        metrics = QFontMetrics(painter.font())
        widths = [metrics.horizontalAdvance(format_limit(mark)) for mark in marks]
        tops = bar.bottom() + units(4)
        for left, width, mark in zip(spread_texts(marks, widths, bar.width(), units(6)), widths, marks, strict=True):
            where = QRectF(bar.left() + left, tops, width, metrics.height())
            painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, format_limit(mark))

    def _draw_words(self, painter: QPainter, row: QRect, score: LabelScore) -> None:
        """Draw the name at the left, then how it stands to its threshold, the number at the right."""
        is_decided = score.name in self._decision.split("+")
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Bold)
        line = QRect(row.left(), row.top(), row.width(), self._line())
        number, standing = format_percent(score.probability), compare_with_threshold(score)
        if not score.asked:
            number, standing = "", tr(NOT_ASKED)
        if self._hidden:
            number = standing = ""
        painter.setPen(QColor(colours().quiet if self._doubtful else colours().text))
        painter.setFont(bold)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        right = line.width() - QFontMetrics(bold).horizontalAdvance(number) - units(4)
        if self._doubtful:
            right -= units(15)
            icon("warning").paint(painter, QRect(right, line.center().y() - units(7), units(15), units(15)))
        small = self._small()
        left = units(13) if is_decided else 0
        face = bold if is_decided else self.font()
        needed = left + QFontMetrics(face).horizontalAdvance(score.display) + units(16)
        if standing and needed + QFontMetrics(small).horizontalAdvance(standing) > right:
            standing = compare_with_threshold(score, is_short=True)
        if standing:
            right -= QFontMetrics(small).horizontalAdvance(standing) + units(8)
            painter.setFont(small)
            painter.setPen(QColor(colours().quiet))
            beside = QRect(right, line.top(), line.width(), line.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, standing)
        if is_decided:
            draw_pointer(painter, line, units(8))
        name = QFontMetrics(face).elidedText(score.display, Qt.TextElideMode.ElideRight, right - left - units(8))
        painter.setFont(face)
        painter.setPen(QColor(colours().text))
        painter.drawText(line.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _gap(self) -> int:
        return units(9)

    def _line(self) -> int:
        return self.fontMetrics().height() + units(2)

    def _small(self) -> QFont:
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.9)
        return small

    def _row_height(self) -> int:
        below = QFontMetrics(self._small()).height() + units(8) if self._marks else units(12)
        return self._line() + units(4 + 9) + below


def spread_texts(marks: Sequence[float], widths: Sequence[float], room: float, gap: float) -> list[float]:
    """Return the left ends of texts centred below their marks (shares of `room`), moved apart if they touch."""
    lefts: list[float] = []
    edge = 0.0
    for mark, width in zip(marks, widths, strict=True):
        lefts.append(max(edge, mark * room - width / 2))
        edge = lefts[-1] + width + gap
    edge = room
    for number in reversed(range(len(lefts))):
        lefts[number] = min(lefts[number], edge - widths[number])
        edge = lefts[number] - gap
    return lefts


def draw_bar(painter: QPainter, bar: QRectF, probability: float, *, decided: bool) -> None:
    """Draw a groove, filled from the left by the probability."""
    painter.setPen(QColor(colours().border))
    painter.setBrush(QColor(colours().field))
    painter.drawRect(bar)
    filled = QRectF(bar)
    filled.setWidth(bar.width() * min(max(probability, 0.0), 1.0))
    painter.fillRect(filled, QColor(colours().accent if decided else colours().bar))


def draw_mark(painter: QPainter, bar: QRectF, at: float) -> None:
    """Draw a threshold: a line with a dark edge, so that it shows on the filled and the empty part of the bar."""
    x = bar.left() + bar.width() * at
    tall = QRectF(x - units(1), bar.top() - units(3), units(2), bar.height() + units(6))
    painter.fillRect(tall.adjusted(-units(1), 0, units(1), 0), QColor(colours().panel))
    painter.fillRect(tall, QColor(colours().text))


def draw_pointer(painter: QPainter, line: QRect, size: int) -> None:
    """Draw a small triangle that points at the decided label."""
    middle = line.center().y() + 1
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours().accent))
    corners = [QPointF(1, middle - size / 2), QPointF(1, middle + size / 2), QPointF(size, middle)]
    painter.drawPolygon(QPolygonF(corners))


def compare_with_threshold(score: LabelScore, *, is_short: bool = False) -> str:
    """Return in words, or with a sign if `is_short`, how a score stands to its threshold; empty if there is none."""
    if score.threshold is None:
        return ""
    limit, is_reached = format_limit(score.threshold), score.probability >= score.threshold
    if is_short:
        return f"{'≥' if is_reached else '<'} {limit}"
    return tr("reaches {limit}", limit=limit) if is_reached else tr("below {limit}", limit=limit)


def join_marks(line: str, marks: Sequence[float]) -> str:
    """Return the line of a label with what the marks on its bar are: one threshold, or the limits between bands."""
    if not marks:
        return line
    limits = ", ".join(map(format_limit, marks))
    told = tr("the mark on the bar is the threshold, {limit}", limit=limits)
    if len(marks) > 1:
        told = tr("the marks on the bar are the limits of the bands, {limits}", limits=limits)
    return f"{line}; {told}"


def describe_score(score: LabelScore) -> str:
    """Return a row as a sentence."""
    if not score.asked:
        return f"{score.display}: {tr(NOT_ASKED)}"
    standing = compare_with_threshold(score)
    return f"{score.display}: {format_percent(score.probability)}" + (f", {standing}" if standing else "")
