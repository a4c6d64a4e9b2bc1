"""The heatmap's controls: on or off, for which label, by which method, how opaque; and how far it can be believed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from desktop.state.map_note import MapNote, MapStanding
from desktop.state.texts.language import tr
from desktop.state.view import Heat
from desktop.ui.slice_view.slice_view import make_image
from desktop.ui.widgets.controls import make_column, make_holder, make_row
from desktop.ui.widgets.labels import Mark, SteadyLabel, plain_tooltip, text_label, thin_line
from desktop.ui.widgets.theme import colours, set_margins, units
from imaging.base.english import english

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.contract.contract import Contract

CAVEAT = english("Where the model looked, not the outline of a lesion.")
EMPTY = english("The map is zero everywhere: no place of the slice speaks for it.")
NO_METHOD = english("This model comes without a heatmap.")
OWN_LABEL = english("What the decision says")
OWN_LAYER = english("The model's own")
OTHER_LAYER = english("Another layer (torch)")
MOST_LAYERS = 8
METHODS = (
    (
        "cam",
        english("Class map (CAM)"),
        english("Which regions raised the score, from the network's last maps. At once."),
    ),
    (
        "occlusion",
        english("Occlusion"),
        english("What the score loses while parts are covered, one after another. Seconds."),
    ),
    ("lime", "LIME", english("What each superpixel adds to the score, from hundreds of mixes. Seconds.")),
)
"""Methods by their ids in `inference.explain.methods.METHODS`, with their names and tooltips."""
NO_CLASS_MAPS = english("This model's graph has no class maps.")
_STANDING_SIGNS = {
    MapStanding.WEAK: "warning",
    MapStanding.HOLDS: "check",
    MapStanding.MISSING: "no_finding",
    MapStanding.UNCHECKED: "unknown",
}


class HeatmapControls(QWidget):
    """Controls of the heatmap. Details show while it is on, the caveat always.

    An empty label asks for the label that the decision speaks of, an empty layer for where the graph's maps come from.
    """

    visible_requested = Signal(bool)
    label_requested = Signal(str)
    opacity_requested = Signal(float)
    cut_requested = Signal(float)
    method_requested = Signal(str)
    layer_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bare")
        self._title, self._key, self._note = tr("Heatmap"), "", MapNote()
        self.toggle = QCheckBox(self._title)
        self.toggle.setAccessibleName(tr("Show the heatmap"))
        self.toggle.clicked.connect(self.visible_requested)
        self.caveat = text_label(tr(CAVEAT), role="quiet")
        self.notice = text_label(role="small")
        self.bar = ColourBar()
        self.how = SteadyLabel(2, role="small")
        self._sign = Mark("unknown", 15)
        self.standing = SteadyLabel(2, role="small")
        self.label = ElidingComboBox(tr("Label of the heatmap"))
        self.label.activated.connect(lambda index: self.label_requested.emit(self.label.itemData(index)))
        self.opacity = ShareSlider(tr("Opacity of the heatmap"))
        self.opacity.share_requested.connect(self.opacity_requested)
        self.cut = ShareSlider(tr("Hide the heatmap below"))
        self.cut.share_requested.connect(self.bar.set_cut)
        self.cut.share_requested.connect(self.cut_requested)
        self.method = ElidingComboBox(tr("Method of the heatmap"))
        for number, (name, shown, tip) in enumerate(METHODS):
            self.method.addItem(tr(shown), name)
            self.method.setItemData(number, plain_tooltip(tr(tip)), Qt.ItemDataRole.ToolTipRole)
        self.method.activated.connect(lambda index: self.method_requested.emit(self.method.itemData(index)))
        self.layer = ElidingComboBox(tr("Layer that the heatmap is computed at"))
        self.layer.activated.connect(lambda index: self.layer_requested.emit(self.layer.itemData(index)))
        self.layer_reason = text_label(role="small")
        self.details = make_holder()
        self._lay_out()
        self.set_contract(None)
        self.set_layers((), None, None)
        self.set_note(MapNote())

    def set_contract(self, contract: "Contract | None") -> None:
        """Offer the labels of a model; grey if it has no heatmap."""
        has_method = contract is not None and contract.explanation.method != "none"
        self.label.clear()
        if contract is not None:
            self.label.addItem(tr(OWN_LABEL), "")
            for label in contract.task.labels:
                self.label.addItem(label.display, label.name)
            # Late, because it brings OpenCV: a start without a model must not wait for that.
            from desktop.render.colour_maps import build_overlay_table

            self.bar.set_colours(build_overlay_table(1.0, 0.0)[:, :3])
        notice = "" if contract is None else contract.explanation.notice if has_method else tr(NO_METHOD)
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice) and notice.strip(". ").lower() != tr(CAVEAT).strip(". ").lower())
        self._has_method = has_method
        self._own_method = "cam" if contract is None or contract.output.cams is not None else "occlusion"
        rows = self.method.model()
        if isinstance(rows, QStandardItemModel):
            rows.item(0).setEnabled(self._own_method == "cam")
            rows.item(0).setToolTip(tr(METHODS[0][2]) if self._own_method == "cam" else tr(NO_CLASS_MAPS))
        self.set_withheld(False)

    def set_key(self, key: str) -> None:
        """Name the key that shows the heatmap and hides it, empty if it has none."""
        title = tr("Heatmap  ({key})", key=key) if key else tr("Heatmap")
        self.toggle.setText(title + self.toggle.text().removeprefix(self._title))
        self._title, self._key = title, key
        self.set_note(self._note)

    def set_withheld(self, withheld: bool) -> None:
        """Say whether there is no heatmap to see, because the slice on screen is not scored."""
        self.toggle.setText(tr("{title}: off, not scored", title=self._title) if withheld else self._title)
        for control in (self.toggle, self.label, self.method, self.opacity, self.cut, self.layer):
            control.setEnabled(self._has_method and not withheld)

    def set_empty(self, empty: bool) -> None:
        """Say that the map on screen is zero everywhere, or the caveat of any other."""
        wanted = tr(EMPTY) if empty else tr(CAVEAT)
        if self.caveat.text() != wanted:
            self.caveat.setText(wanted)

    def set_heat(self, heat: Heat) -> None:
        """Show how the heatmap is drawn."""
        self.toggle.setChecked(heat.visible)
        self.details.setVisible(heat.visible)
        self.label.setCurrentIndex(self.label.findData(heat.label or ""))
        self.method.setCurrentIndex(self.method.findData(heat.method or self._own_method))
        # The other methods look at no layer; choosing one goes back to class maps.
        self.layer.setEnabled(self.method.isEnabled() and heat.method in (None, "cam"))
        self.opacity.set_share(heat.opacity)
        self.cut.set_share(heat.cut)
        self.bar.set_cut(heat.cut)

    def set_note(self, note: MapNote) -> None:
        """Say how the map on screen was made, and how far it can be believed, where that always stands."""
        if note == self._note and note.standing is not MapStanding.MISSING:
            return
        self._note = note
        way = tr("Press {key}, or choose a label,", key=self._key) if self._key else tr("Choose a label")
        asks = tr(" {way} to see one all the same.", way=way)
        self.how.set_text(tr(note.how))
        self.standing.set_text(tr(note.words) + asks if note.standing is MapStanding.MISSING else tr(note.words))
        sign = _STANDING_SIGNS.get(note.standing)
        self._sign.setVisible(sign is not None)
        if sign is not None:
            self._sign.set_icon(sign)

    @property
    def lines(self) -> tuple[str, ...]:
        """The words about the map on screen, for a copy; none if there is no map."""
        if not self.toggle.isChecked() or not self._note.how:
            return ()
        return tr(
            "Heatmap: {how}. {words}", how=tr(self._note.how), words=tr(self._note.words)
        ).strip(), self.caveat.text()

    def set_layers(self, layers: tuple[str, ...], current: str | None, reason: str | None) -> None:
        """Offer the torch path's layers below the model's own (`current` None). A `reason` says why they are grey."""
        self.layer.clear()
        self.layer.addItem(tr(OWN_LAYER), "")
        offered = choose_layers(layers, current)
        for number, layer in offered:
            self.layer.addItem(describe_layer(layer, number, len(layers)), layer)
            self.layer.setItemData(self.layer.count() - 1, plain_tooltip(layer), Qt.ItemDataRole.ToolTipRole)
        if reason is not None and not layers:
            self.layer.addItem(tr(OTHER_LAYER), "")
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
            (tr("For"), self.label, None),
            (tr("Method"), self.method, None),
            (tr("Opacity"), self.opacity, self.opacity.shown),
            (tr("Hide below"), self.cut, self.cut.shown),
            (tr("Layer"), self.layer, None),
        )
        for number, (name, control, shown) in enumerate(rows):
            title = text_label(name, role="quiet", wrap=False)
            title.setBuddy(control)
            grid.addWidget(title, number, 0)
            grid.addWidget(control, number, 1, 1, 1 if shown else 2)
            if shown:
                grid.addWidget(shown, number, 2)
        policy = self._sign.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._sign.setSizePolicy(policy)
        said = make_row(self._sign, (self.standing, 1), spacing=6)
        said.setAlignment(self._sign, Qt.AlignmentFlag.AlignTop)
        make_column(self.bar, self.how, said, grid, self.layer_reason, holder=self.details, spacing=6)


def choose_layers(layers: tuple[str, ...], current: str | None) -> list[tuple[int, str]]:
    """Return (number from 1, name) of at most `MOST_LAYERS` layers: the last, others at even steps, the current one.

    Networks have a layer of maps for every module, fifty and more; neighbours look alike.
    """
    count = len(layers)
    steps = min(count, MOST_LAYERS)
    numbers = {round(count * (step + 1) / steps) for step in range(steps)}
    if current in layers:
        numbers.add(layers.index(current) + 1)
    return [(number, layers[number - 1]) for number in sorted(numbers)]


def describe_layer(name: str, number: int, count: int) -> str:
    """Return where a layer lies in the network, in plain words. What is no module's name is words already."""
    if " " in name:
        return name
    where = number / count
    looks = (
        tr("fine: edges and texture")
        if where <= 1 / 3
        else tr("coarse: what it decides by")
        if where > 2 / 3
        else tr("between")
    )
    return tr("Layer {number} of {count}, {looks}", number=number, count=count, looks=looks)


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

    def minimumSizeHint(self) -> QSize:
        """Allow it to be narrower than what stands in it while nothing is chosen, too."""
        return QSize(units(100), super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Elide what a style sheet would cut off, and what stands there while nothing is chosen."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        shown = option.currentText if self.currentIndex() >= 0 else self.placeholderText()
        room = self.width() - units(35)
        option.currentText = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, room)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class ColourBar(QWidget):
    """Weak at the left, strong at the right; what lies below the cut is struck out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName=tr("Colours of the heatmap, weak to strong"))
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
        painter.fillRect(strip, QColor(colours().field))
        painter.drawImage(strip, self.strip)
        if self._cut > 0:
            hidden = QRectF(strip.left(), strip.top(), strip.width() * self._cut, strip.height())
            painter.fillRect(hidden, QColor(colours().panel))
            painter.fillRect(hidden, QBrush(QColor(colours().border), Qt.BrushStyle.BDiagPattern))
            painter.fillRect(QRectF(hidden.right() - 1, strip.top(), units(2), strip.height()), QColor(colours().text))
        painter.setPen(QColor(colours().border))
        painter.drawRect(strip)
        painter.setPen(QColor(colours().quiet))
        text = self.rect().adjusted(0, units(14), 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr("looked little"))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, tr("looked most"))
