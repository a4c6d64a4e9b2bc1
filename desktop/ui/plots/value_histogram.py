"""How the values of an area are spread: bars of counts between the least value and the greatest, and their numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.state.annotations.rows import ValueSpread
from desktop.state.texts.language import said, tr
from desktop.ui.widgets.theme import colours, units


class ValueHistogram(QWidget):
    """A small histogram; hidden while there is none to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName=tr("Histogram of the values"))
        self.spread: ValueSpread | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_spread(self, spread: ValueSpread | None) -> None:
        """Show how values are spread; None hides the histogram."""
        if spread is self.spread:
            return
        self.spread = spread
        self.setAccessibleDescription("" if spread is None else said(spread.words))
        self.setVisible(spread is not None)
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for bars and a line of numbers."""
        return QSize(units(320), units(64) + QFontMetrics(self.font()).height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the bars, the ends of their axis and the numbers between them."""
        if self.spread is None:
            return
        painter = QPainter(self)
        palette, line = self.palette(), QFontMetrics(self.font()).height()
        room = QRectF(0, 0, self.width(), self.height() - line - units(2))
        painter.fillRect(room, palette.color(QPalette.ColorRole.Base))
        wide, most = room.width() / len(self.spread.counts), max(self.spread.counts)
        for number, count in enumerate(self.spread.counts):
            high = room.height() * count / most
            if count:
                bar = QRectF(number * wide, room.height() - high, wide, high)
                painter.fillRect(bar, QColor(colours().accent))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        below = QRectF(0, self.height() - line, self.width(), line)
        for text, side in (
            (self.spread.least, Qt.AlignmentFlag.AlignLeft),
            (said(self.spread.words), Qt.AlignmentFlag.AlignHCenter),
            (self.spread.greatest, Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(below, side, text)
