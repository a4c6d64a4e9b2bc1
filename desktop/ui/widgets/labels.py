"""Text on panels. Always plain: what a file or a stranger's bundle says is never taken for markup."""

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from desktop.state.texts.language import tr
from desktop.ui.widgets.controls import make_column
from desktop.ui.widgets.theme import icon, set_icon, set_margins, units
from imaging.base.errors import Code
from inference.contract.codes import ModelCode


def text_label(text: str = "", *, role: str = "", wrap: bool = True) -> QLabel:
    """Return a label of plain text in a role of `theme.qss`, such as title, heading, quiet, small."""
    label = QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=wrap)
    if role:
        label.setProperty("role", role)
    if wrap:
        # A wrapped label gets as narrow as its panel: its longest word is no demand. Its height follows its width.
        policy = label.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        label.setSizePolicy(policy)
    return label


def plain_tooltip(text: str) -> str:
    """Return plain text as a tooltip: Qt would guess whether it is markup."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def thin_line() -> QFrame:
    """Return a thin line between parts."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


class Mark(QLabel):
    """An icon of ours of a given size in units; drawn anew when the scale changes."""

    def __init__(self, name: str, size: int) -> None:
        super().__init__()
        self._name, self._size = name, size
        self._draw()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew: a new scale comes with a new font, a new theme with a new palette."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._draw()

    def _draw(self) -> None:
        self.setPixmap(icon(self._name).pixmap(units(self._size), units(self._size)))


class SteadyLabel(QLabel):
    """Text with room for so many lines, no more and no less: nothing around it moves when it says something else.

    What does not fit is elided, and whole in the tooltip and for a screen reader.
    """

    def __init__(self, lines: int = 1, *, role: str = "") -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText)
        self.text_whole = ""
        self._lines = lines
        if role:
            self.setProperty("role", role)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show a text."""
        if text == self.text_whole:
            return
        self.text_whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break and elide it anew."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Break and elide it anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
            self._fit()

    def sizeHint(self) -> QSize:
        """Return room for its lines."""
        return QSize(super().sizeHint().width(), self.fontMetrics().lineSpacing() * self._lines)

    def minimumSizeHint(self) -> QSize:
        """Allow it to be narrow, and never lower."""
        return QSize(0, self.sizeHint().height())

    def _fit(self) -> None:
        shown = "\n".join(break_lines(self.text_whole, self.font(), self.width(), self._lines))
        self.setText(shown)
        is_whole = shown.split() == self.text_whole.split()
        self.setToolTip("" if is_whole else plain_tooltip(self.text_whole))


def break_lines(text: str, font: QFont, width: int, most: int) -> list[str]:
    """Return a text broken between words into at most so many lines; the last one is elided if there is more."""
    layout, lines = QTextLayout(text, font), list[str]()
    layout.beginLayout()
    while len(lines) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        # The layout counts in UTF-16.
        rest = text.encode("utf-16-le")[2 * line.textStart() :]
        piece = rest if len(lines) == most - 1 else rest[: 2 * line.textLength()]
        lines.append(piece.decode("utf-16-le").strip())
    layout.endLayout()
    return [QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines]


def add_widgets(holder: QWidget, *widgets: QWidget) -> None:
    """Put widgets at the end of a holder's layout, to be seen at once if the holder is."""
    layout = holder.layout()
    for widget in widgets:
        if layout is not None:
            layout.addWidget(widget)
        widget.show()


def clear_layout(holder: QWidget) -> None:
    """Take every widget out of a holder's layout and let go of it at once, so that nothing old shows for one frame."""
    layout = holder.layout()
    while layout is not None and layout.count():
        item = layout.takeAt(0)
        widget = None if item is None else item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Disclosure(QWidget):
    """A button with an arrow and a heading; its content is shown while it is open. It starts closed."""

    def __init__(self, heading: str, content: QWidget) -> None:
        super().__init__()
        self.button = QToolButton(toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setProperty("role", "disclosure")
        self.button.setText(heading)
        self.button.setCheckable(True)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.setAccessibleName(heading)
        self.button.toggled.connect(self.set_open)
        self.content = content
        make_column(self.button, content, holder=self, spacing=4)
        self.set_open(False)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self.button.setChecked(is_open)
        set_icon(self.button, "down" if is_open else "right")
        self.content.setVisible(is_open)


_COPY_AGAIN = "Copy the file again from where it came from."
_OTHER_VERSION = "Ask the model's authors for a bundle made for this version."

ADVICE: dict[str, str] = {
    Code.MISSING: "Check the path, or plug in the disc or drive that it is on.",
    Code.EMPTY: _COPY_AGAIN,
    Code.PERMISSION: "Ask the file's owner or your IT for the right to read it, or copy it to your own folder.",
    Code.UNKNOWN_FORMAT: "Nothing, if this is not a picture. Otherwise export it as DICOM, NIfTI, PNG or TIFF.",
    Code.HEADER: _COPY_AGAIN + " If it stays so, export it again from its source.",
    Code.TRUNCATED: _COPY_AGAIN + " It is shorter than it says.",
    Code.NO_PIXELS: "Nothing: there is no picture in it.",
    Code.NOT_AN_IMAGE: "Nothing: open it in the program that made it.",
    Code.DECODE: _COPY_AGAIN + " If it stays so, export it uncompressed.",
    Code.UNSUPPORTED: "Export it in another form, for example as uncompressed DICOM.",
    Code.TIMEOUT: "Copy the file again. If it stays so, the file is damaged: export it anew from its source.",
    Code.DAMAGED: "Install Slicelens again; nothing of yours is lost.",
    Code.TOO_LARGE: "Close other programs, or open a smaller part of it.",
    Code.ARCHIVE: "Unpack the archive yourself and open the folder.",
    Code.ENCRYPTED: "Give its password when asked, or unpack it yourself and open the folder.",
    Code.NO_GEOMETRY: "Look at it in the plane it was acquired in; other planes need positions in the files.",
    Code.OUT_OF_RANGE: "Ask for a slice, phase or series that exists.",
    Code.ARGUMENT: "Correct the argument.",
    Code.WRITE: "Choose another folder, or make room on the disc.",
    Code.IDENTITY: "Export it from its source in a form without patient data, or leave it where it is.",
    Code.DUPLICATE: "Nothing: what it holds is open already.",
    Code.CANCELLED: "Open it again when you want it.",
    Code.INTERNAL: "Try once more. If it stays so, tell us which kind of file it was.",
    ModelCode.NOT_A_BUNDLE: "Choose a bundle's folder or its .slb file.",
    ModelCode.SCHEMA: _OTHER_VERSION,
    ModelCode.HASH: "Do not use it: the bundle was changed or damaged. Get it again from its authors.",
    ModelCode.MISSING_FILE: "Get the bundle again; its copy is incomplete.",
    ModelCode.EXTRA_FILE: "Do not use it: its contract does not list all of its files. Get it again from its authors.",
    ModelCode.FORBIDDEN_FILE: "Do not use it: a bundle may hold data only. Get it again from its authors.",
    ModelCode.UNSAFE_PATH: "Do not use it: it tries to reach outside its own folder.",
    ModelCode.TOO_LARGE: "Ask the model's authors for a smaller bundle.",
    ModelCode.EXTERNAL_DATA: "Ask the authors for a model with its weights inside.",
    ModelCode.CUSTOM_DOMAIN: "Ask the authors for a model of standard ONNX operators.",
    ModelCode.GRAPH: "Ask the authors for a classifier of slices that ONNX Runtime can run.",
    ModelCode.GOLDEN: "Do not use it: here it does not compute what its authors computed.",
    ModelCode.UNKNOWN_MODEL: "Choose an installed model, or open a bundle.",
    ModelCode.MODEL_ERROR: "Try another slice. If it stays so, tell the model's authors.",
    ModelCode.TIMEOUT: "Try another slice. An honest model that is slow gets more with --time-limit at the start.",
    ModelCode.MEMORY: "An honest model that is large gets more with --memory-limit at the start.",
    ModelCode.EMPTY_SLICE: "Scroll to a slice that shows something.",
    ModelCode.NO_HEATMAP: "Nothing: this model comes without a heatmap.",
    ModelCode.UNKNOWN_LAYER: "Choose one of the layers that the list offers.",
    ModelCode.NO_TORCH: "Use the heatmap of the bundle's own layer, or install the full edition.",
}


def explain_problem(message: str, code: str) -> tuple[str, ...]:
    """Return the sentences of a remark: what is wrong, with its code, and what to do about it if that is known."""
    return tuple(filter(None, (f"{tr(message)} ({code})" if code else tr(message), tr(ADVICE.get(code, "")))))


class Remark(QFrame):
    """A framed remark that cannot be missed: a mark of its own shape (not its colour alone), a heading, sentences."""

    def __init__(self, role: str, heading: str, sentences: tuple[str, ...]) -> None:
        """Take `role` as warning, unknown or error; it names the mark too."""
        super().__init__()
        self.setProperty("role", role)
        self._heading = text_label(role="heading")
        self._sentences = tuple(text_label() for _ in sentences)
        # A grid, not a column within a row: remarks come and go, and PySide 6.11 now and then frees the inner layout of
        # one twice when the window goes (SIGSEGV in Shiboken's releaseWrapper).
        grid = QGridLayout(self)
        set_margins(grid, 9, 7, 9, 8, spacing=6)
        grid.setColumnStretch(1, 1)
        lines = (self._heading, *self._sentences)
        grid.addWidget(Mark(role, 17), 0, 0, len(lines), 1, Qt.AlignmentFlag.AlignTop)
        for row, line in enumerate(lines):
            grid.addWidget(line, row, 1)
        self.say(heading, sentences)

    def say(self, heading: str, sentences: tuple[str, ...]) -> None:
        """Say something else in as many sentences: far cheaper than another remark, and nothing jumps."""
        self._heading.setText(heading)
        for line, sentence in zip(self._sentences, sentences, strict=True):
            line.setText(sentence)
        self.setAccessibleName(f"{heading} {' '.join(sentences)}".strip())
