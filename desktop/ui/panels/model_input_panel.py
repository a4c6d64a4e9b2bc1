"""The panel of what the model saw, beside the slice: its input as a picture, and in a line how it was made."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.state.texts.language import tr
from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.controls import make_column, style_as_panel
from desktop.ui.widgets.labels import text_label
from desktop.ui.widgets.theme import units
from imaging.base.english import english

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TITLE = english("What the model saw")
NOTHING = english("No slice, or no model.")


class ModelInputPanel(QWidget):
    """Shows one picture, as large as fits, with square pixels; the frame on the slice says where it lies."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style_as_panel(self)
        self.picture = InputPicture()
        self.said = text_label(tr(NOTHING), role="small")
        title = text_label(tr(TITLE), role="heading")
        make_column(title, (self.picture, 1), self.said, holder=self, margins=(8, 8, 8, 8), spacing=6)
        self.setMinimumWidth(units(120))

    def show_input(self, picture: "NDArray[np.uint8] | None", said: str = "") -> None:
        """Show an input, or that there is none and why."""
        self.picture.set_pixels(picture)
        self.said.setText(said or tr(NOTHING))


class InputPicture(QWidget):
    """Paints pixels enlarged as the squares they are, or reduced smoothly, in the middle of black."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName=tr(TITLE))
        self.image = QImage()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_pixels(self, pixels: "NDArray[np.uint8] | None") -> None:
        """Show these, or nothing."""
        self.image = QImage() if pixels is None else make_image(pixels)
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for the room of a usual input."""
        return QSize(units(224), units(224))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture as large as fits."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self.image.isNull():
            return
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), self.image)
