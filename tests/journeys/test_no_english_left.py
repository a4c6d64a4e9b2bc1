"""No English is left in a window of another language: not in its labels, and not in the facts within its sentences.

The window is started in a language of Cyrillic letters, made of the catalogue's English. Whatever is still in Latin
letters did not go through it: names of files and what stands in them, and what a bundle says; or a text that was
forgotten, such as a note on a series that was put together too early.
"""

import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt, QTranslator
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabWidget,
    QTextEdit,
    QWidget,
)

from desktop.state.settings import LANGUAGE
from desktop.ui.panels.tag_browser import TagBrowserPanel
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.widgets.translation import apply_language
from imaging.base.english import count_in_english
from tests.journeys.conftest import Launch, Reader

CATALOGUE = Path(__file__).resolve().parents[2] / "resources" / "translations" / "slicelens_de.ts"
CYRILLIC = str.maketrans(string.ascii_letters, "".join(chr(0x430 + number % 26) for number in range(52)))
QT_TRANSLATE = QTranslator.translate
FACTS = re.compile(r"(\{[^{}]*\}|%n|<[^>]*>|\*\.\w+|&\w+;)")
PAGES = ("settings", "keys", "why", "list_shapes", "export", "deidentify", "batch", "card", "report", "label")
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
ALLOWED = re.compile(
    # Names of formats, methods and units; codes; keys; elements of DICOM by their numbers.
    r"Slicelens|PNG|JPEG|TIFF|DICOM|NIfTI|ANALYZE|GIF|CSV|JSON|HTML|PDF|LIME|AUC|MiB|GiB|SHA-256|[ES]_[A-Z_]+|MONOCHROME2|PyTorch|timm|torchvision"
    r"|Ctrl|Shift|Alt|Esc|Tab|Del|English|Deutsch|Secondary Capture|LINEAR|u?int\d+|float\d+"
    r"|\(\d{4},[0-9A-F]{4}\)[^;:]*"
    r"|Nach (links|rechts) scrollen|(Explicit|Implicit) VR \w+ Endian|https?:\S+"
    # Names of files and folders, and of models with their labels.
    r"|[\w.*/-]*/[\w./-]*|[\w-]+…?[\w-]*\.(csv|png|nii|hdr|img|jpeg|dcm|gz)|…\w*"
)


def cyrillic_of(translator: QTranslator, context: str, source: str, comment: str = "", count: int = -1) -> str:
    """Return a text of the catalogue in other letters, its facts left open; Qt's own texts as they are in German."""
    if context:
        return QT_TRANSLATE(translator, context, source, comment, count)
    if source not in SOURCES:
        return ""
    pieces = FACTS.split(count_in_english(source, count))
    return "".join(piece if number % 2 else piece.translate(CYRILLIC) for number, piece in enumerate(pieces))


MODELS = sorted(Path(__file__).resolve().parents[2].glob("resources/models/*/bundle.json"))
OF_TINY = "Bright spot|Anything else|Tests|none|nobody|a test|Where the model looked|[Tt]iny|[Bb]right|[Nn]ormal"
OF_MODELS = "|".join(
    [OF_TINY] + [re.escape(text) for one in MODELS for text in (one.parent.name, json.loads(one.read_bytes())["name"])]
)
"""What bundles say is shown as it is."""
SOURCES = {message.findtext("source", "") for message in ElementTree.parse(CATALOGUE).iter("message")}


@pytest.fixture
def start(launch: Launch, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[Callable[..., Reader]]:
    """Starts the program on paths, in that language; keeps what is painted in `painted`."""
    monkeypatch.setattr(QTranslator, "translate", cyrillic_of)
    paint = QPainter.drawText

    def recording(painter: QPainter, *arguments: object) -> object:
        painted.update(one for one in arguments if isinstance(one, str))
        return paint(painter, *arguments)

    painted.clear()
    monkeypatch.setattr(QPainter, "drawText", recording)
    yield lambda *arguments: launch(*arguments, kept={LANGUAGE.name: "german"})
    apply_language(qapp, "english")


painted: set[str] = set()


def texts_of(widget: QWidget) -> Iterator[str]:
    """Yield every text of a widget, but not of those in it."""
    yield from (widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription())
    yield from (text for action in widget.actions() for text in (action.text(), action.toolTip()))
    match widget:
        case QLabel() | QAbstractSpinBox():
            yield widget.text()
        case QAbstractButton() if not isinstance(widget.parent(), QDialogButtonBox):
            # Those of a box are Qt's own.
            yield widget.text()
        case QLineEdit():
            yield from (widget.placeholderText(), widget.text())
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QTabWidget():
            yield from (widget.tabText(row) for row in range(widget.count()))
        case QMenu():
            yield widget.title()
        case QTextEdit():
            yield widget.toPlainText()
        case QAbstractItemView() if widget.model() is not None and not isinstance(widget.parent(), TagBrowserPanel):
            yield from texts_of_items(widget.model(), QModelIndex())


def texts_of_items(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    """Yield every text of the items of a model."""
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(model.rowCount(parent)):
        for column in range(columns):
            index = model.index(row, column, parent)
            yield from (text for role in ROLES if isinstance(text := model.data(index, role), str))
        yield from texts_of_items(model, model.index(row, 0, parent)) if columns and parent.row() < 0 else ()


def english_left(own: str) -> list[str]:
    """Return the texts that anybody could see and that hold a Latin word that is not of the file (`own`)."""
    texts = {text for widget in QApplication.allWidgets() for text in texts_of(widget)} | painted
    rest = {
        text: re.sub(f"{OF_MODELS}|{own}", "", ALLOWED.sub("", re.sub("<[^>]*>|&\\w+;", " ", text))) for text in texts
    }
    return sorted(text for text, left in rest.items() if re.search("[A-Za-z]{3,}", left))


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("faults/02_t1_mapping_inversion_times", "Doe, Jane|T1|anon\\w*|two"),
        ("faults/13_nifti/analyze", "spm|ana"),
    ],
)
def test_facts_within_sentences_are_said_too(
    start: Callable[..., Reader], shared: Path, tiny_model: str, path: str, own: str
) -> None:
    reader = start("--model", tiny_model, shared.parent / path)
    reader.until_open()
    # The scale bar has room for the source of its millimetres.
    reader.window.resize(1600, 1000)
    actions = reader.window.menus.actions
    for command_id in ("analyse", "input", "tool_length"):
        if actions[command_id].isEnabled():
            actions[command_id].trigger()
            reader.until_ready()
    reader.drag(Qt.MouseButton.LeftButton, 30, 20)
    for command_id in PAGES:
        if actions[command_id].isEnabled():
            actions[command_id].trigger()
            reader.until_ready()
    if actions["mpr"].isEnabled():
        actions["mpr"].trigger()
        reader.until_ready()
    for pane in reader.window.findChildren(SliceView):
        pane.grab()
    left = english_left(own)
    assert not left, "\n".join(left)
    for page in reader.window.findChildren(QDialog):
        page.close()
