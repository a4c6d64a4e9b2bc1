"""The colour bar of the heatmap: the overlay's own colours, and which part of them is hidden."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui.widgets.theme import COLOURS, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ColourBar(QWidget):
    """Weak at the left, strong at the right; what lies below the cut is struck out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = QImage()
        self._cut = 0.0
        self.setAccessibleName("Colours of the heatmap, weak to strong")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_colours(self, colours: "NDArray[np.uint8]") -> None:
        """The colours to show: RGB [n, 3], weakest first. Until then the strip is empty."""
        count = len(colours)
        strip = QImage(colours.tobytes(), count, 1, 3 * count, QImage.Format.Format_RGB888)
        self._strip = strip.convertToFormat(QImage.Format.Format_RGB32)
        self.update()

    @property
    def strip(self) -> QImage:
        """One row of the colours shown."""
        return self._strip

    def set_cut(self, cut: float) -> None:
        """Mark the share of the colours that is hidden, 0 to 1."""
        self._cut = cut
        self.update()

    def sizeHint(self) -> QSize:
        """The strip and a line of text."""
        return QSize(units(200), units(13) + self.fontMetrics().height() + units(2))

    def minimumSizeHint(self) -> QSize:
        """As narrow as the panel needs."""
        return QSize(units(100), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw strip, hidden part, words."""
        painter = QPainter(self)
        strip = QRectF(0.5, 0.5, self.width() - 1, units(13))
        painter.fillRect(strip, QColor(COLOURS.field))
        painter.drawImage(strip, self._strip)
        if self._cut > 0:
            hidden = QRectF(strip.left(), strip.top(), strip.width() * self._cut, strip.height())
            painter.fillRect(hidden, QColor(COLOURS.panel))
            painter.fillRect(hidden, QBrush(QColor(COLOURS.border), Qt.BrushStyle.BDiagPattern))
            painter.fillRect(QRectF(hidden.right() - 1, strip.top(), units(2), strip.height()), QColor(COLOURS.text))
        painter.setPen(QColor(COLOURS.border))
        painter.drawRect(strip)
        painter.setPen(QColor(COLOURS.quiet))
        text = self.rect().adjusted(0, units(14), 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, "looked little")
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, "looked most")
