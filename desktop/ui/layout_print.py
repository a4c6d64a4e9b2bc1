"""Printing what is on the screen: all panes on one page, with the finding below. Loaded when a person prints."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from desktop.state.texts.language import tr
from desktop.ui.print_preview import make_printer
from desktop.ui.widgets.theme import resize_within_screen

_POINTS = 9
_WRAPPED = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_GAP_SHARE = 0.02
# Not quite black, the pen that a painter begins with: a preview would not hear of it, and take that of the theme.
_INK = QColor(1, 1, 1)


class LayoutPreview(QPrintPreviewDialog):
    """The page as it will be printed; its printer button opens the dialog of the printers."""

    def __init__(self, panes: QWidget, lines: Sequence[str], parent: QWidget | None = None) -> None:
        printer = make_printer("A4")
        # A wide layout lies, a high one stands.
        is_wide = panes.width() > panes.height()
        way = QPageLayout.Orientation.Landscape if is_wide else QPageLayout.Orientation.Portrait
        printer.setPageOrientation(way)
        printer.setDocName("Slicelens")
        super().__init__(printer, parent)
        self._printer = printer
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Print all panes"))
        self.paintRequested.connect(partial(print_layout, panes, tuple(lines)))
        resize_within_screen(self, 760, 640)

    def set_private(self, private: bool) -> None:
        """Close: the page shows what was hidden, or hides what is shown."""
        del private
        self.close()


def print_layout(panes: QWidget, lines: Sequence[str], printer: QPrinter) -> None:
    """Print panes as large as the page allows, as sharp as it does, and the lines below them."""
    painter = QPainter(printer)
    page = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
    page.moveTo(0, 0)
    font = QFont(panes.font().family(), _POINTS)
    text = "\n".join(lines)
    gap = _GAP_SHARE * page.height()
    high = QFontMetricsF(font, printer).boundingRect(page, _WRAPPED, text).height()
    room = max(page.height() - high - gap, page.height() / 2)
    scale = min(page.width() / panes.width(), room / panes.height())
    painter.setFont(font)
    painter.setPen(_INK)
    below = scale * panes.height() + gap
    painter.drawText(QRectF(0, below, page.width(), max(page.height() - below, 0)), _WRAPPED, text)
    painter.translate((page.width() - scale * panes.width()) / 2, 0)
    painter.scale(scale, scale)
    panes.render(painter, QPoint())
    painter.end()
