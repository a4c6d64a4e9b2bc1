"""The heatmap's controls: on or off, for which label, how opaque, hidden below what, from which layer."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QSizePolicy,
    QSlider,
    QStyleOptionComboBox,
    QWidget,
)

from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.controls import make_column, make_holder
from desktop.ui.widgets.labels import plain_tooltip, text_label, thin_line
from desktop.ui.widgets.theme import COLOURS, set_margins, units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.contract.contract import Contract

CAVEAT = "Where the model looked, not the outline of a lesion."
NO_METHOD = "This model comes without a heatmap."
OWN_LABEL = "What the decision says"
OWN_LAYER = "The model's own"
OTHER_LAYER = "Another layer (torch)"


class HeatmapControls(QWidget):
    """Controls of the heatmap. Details show while it is on, the caveat always.

    An empty label asks for the label that the decision speaks of, an empty layer for the map that comes with the score.
    """

    visible_requested = Signal(bool)
    label_requested = Signal(str)
    opacity_requested = Signal(float)
    cut_requested = Signal(float)
    layer_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, key: str) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self.toggle = QCheckBox(f"Heatmap  ({key})")
        self.toggle.setAccessibleName("Show the heatmap")
        self.toggle.clicked.connect(self.visible_requested)
        self.caveat = text_label(CAVEAT, role="quiet")
        self.notice = text_label(role="small")
        self.bar = ColourBar()
        self.label = ElidingComboBox("Label of the heatmap")
        self.label.activated.connect(lambda index: self.label_requested.emit(self.label.itemData(index)))
        self.opacity = ShareSlider("Opacity of the heatmap")
        self.opacity.share_requested.connect(self.opacity_requested)
        self.cut = ShareSlider("Hide the heatmap below")
        self.cut.share_requested.connect(self.bar.set_cut)
        self.cut.share_requested.connect(self.cut_requested)
        self.layer = ElidingComboBox("Layer that the heatmap is computed at")
        self.layer.activated.connect(lambda index: self.layer_requested.emit(self.layer.itemData(index)))
        self.layer_reason = text_label(role="small")
        self.details = make_holder()
        self._lay_out()
        self.set_contract(None)
        self.set_layers((), None, None)

    def set_contract(self, contract: "Contract | None") -> None:
        """Offer the labels of a model; grey if it has no heatmap."""
        has_method = contract is not None and contract.explanation.method != "none"
        self.label.clear()
        if contract is not None:
            self.label.addItem(OWN_LABEL, "")
            for label in contract.task.labels:
                self.label.addItem(label.display, label.name)
            # Late, because it brings OpenCV: a start without a model must not wait for that.
            from desktop.render.colour_maps import build_overlay_table

            self.bar.set_colours(build_overlay_table(1.0, 0.0)[:, :3])
        notice = "" if contract is None else contract.explanation.notice if has_method else NO_METHOD
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice) and notice.strip(". ").lower() != CAVEAT.strip(". ").lower())
        for control in (self.toggle, self.label, self.opacity, self.cut, self.layer):
            control.setEnabled(has_method)

    def set_heat(self, visible: bool, label: str | None, opacity: float, cut: float) -> None:
        """Show the heatmap's state: opacity and cut from 0 to 1, the label by its name, None for the decision's."""
        self.toggle.setChecked(visible)
        self.details.setVisible(visible)
        self.label.setCurrentIndex(self.label.findData(label or ""))
        self.opacity.set_share(opacity)
        self.cut.set_share(cut)
        self.bar.set_cut(cut)

    def set_layers(self, layers: tuple[str, ...], current: str | None, reason: str | None) -> None:
        """Offer the torch path's layers below the model's own (`current` None). A `reason` says why they are grey."""
        self.layer.clear()
        self.layer.addItem(OWN_LAYER, "")
        for layer in layers:
            self.layer.addItem(layer, layer)
        if reason is not None and not layers:
            self.layer.addItem(OTHER_LAYER, "")
        self.layer.setCurrentIndex(max(0, self.layer.findData(current or "")))
        rows = self.layer.model()
        if reason is not None and isinstance(rows, QStandardItemModel):
            for row in range(1, rows.rowCount()):
                rows.item(row).setEnabled(False)
                rows.item(row).setToolTip(plain_tooltip(reason))
        self.layer_reason.setText(reason or "")
        self.layer_reason.setVisible(bool(reason))

    def _lay_out(self) -> None:
        parts = (thin_line(), self.toggle, self.caveat, self.details, self.notice)
        make_column(*parts, holder=self, spacing=6)
        self.details.hide()
        grid = QGridLayout()
        set_margins(grid, 0, spacing=6)
        grid.setColumnStretch(1, 1)
        rows = (
            ("For", self.label, None),
            ("Opacity", self.opacity, self.opacity.shown),
            ("Hide below", self.cut, self.cut.shown),
            ("Layer", self.layer, None),
        )
        for number, (name, control, shown) in enumerate(rows):
            title = text_label(name, role="quiet", wrap=False)
            title.setBuddy(control)
            grid.addWidget(title, number, 0)
            grid.addWidget(control, number, 1, 1, 1 if shown else 2)
            if shown:
                grid.addWidget(shown, number, 2)
        make_column(self.bar, grid, self.layer_reason, holder=self.details, spacing=6)


class ShareSlider(QSlider):
    """A slider from 0 to 100 %, and the label that shows its share; it has room for `100 %`, so that nothing jumps."""

    share_requested = Signal(float)

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setAccessibleName(name)
        self.shown = text_label("0 %", wrap=False)
        self.shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.shown.setMinimumWidth(self.shown.fontMetrics().horizontalAdvance("100 %") + units(2))
        self.valueChanged.connect(lambda value: self.shown.setText(f"{value} %"))
        self.valueChanged.connect(lambda value: self.share_requested.emit(value / 100))

    def set_share(self, share: float) -> None:
        """Show a share, 0 to 1."""
        with QSignalBlocker(self):
            self.setValue(round(share * 100))
        self.shown.setText(f"{self.value()} %")


class ElidingComboBox(QComboBox):
    """A combo box that may get narrower than its entries; the one it shows is then elided, and whole in its tooltip."""

    def __init__(self, name: str) -> None:
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        super().__init__(sizeAdjustPolicy=policy, minimumContentsLength=8)
        self.setAccessibleName(name)
        self.currentTextChanged.connect(lambda text: self.setToolTip(plain_tooltip(text)))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:  # noqa: N802
        """Elide what a style sheet would cut off."""
        super().initStyleOption(option)
        room = self.width() - units(35)
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)


class ColourBar(QWidget):
    """Weak at the left, strong at the right; what lies below the cut is struck out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName="Colours of the heatmap, weak to strong")
        self.strip = QImage()
        """The colours shown, as one row."""
        self._cut = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_colours(self, colours: "NDArray[np.uint8]") -> None:
        """Show these colours: RGB [n, 3], weakest first. Until then the strip is empty."""
        self.strip = make_image(colours[None])
        self.update()

    def set_cut(self, cut: float) -> None:
        """Mark the share of the colours that is hidden, 0 to 1."""
        self._cut = cut
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the strip and a line of text."""
        return QSize(units(200), units(13) + self.fontMetrics().height() + units(2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the strip, its hidden part, words."""
        painter = QPainter(self)
        strip = QRectF(0.5, 0.5, self.width() - 1, units(13))
        painter.fillRect(strip, QColor(COLOURS.field))
        painter.drawImage(strip, self.strip)
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
