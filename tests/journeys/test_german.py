"""The window in German: what a person reads there is no English of the catalogue, and every control has its name."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QLocale, QObject, QTranslator
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabWidget,
    QTreeWidget,
    QWidget,
)

from desktop.state.settings import LANGUAGE
from desktop.state.texts.language import tr
from desktop.ui.dialogs.settings import SettingsDialog
from desktop.ui.widgets.translation import apply_language
from tests.journeys.conftest import Launch, Reader

CATALOGUE = Path(__file__).resolve().parents[2] / "resources" / "translations" / "slicelens_de.ts"
PAGES = (
    "settings",
    "change_keys",
    "keys",
    "about",
    "ledger",
    "tags",
    "why",
    "list_shapes",
    "export",
    "deidentify",
    "batch",
    "card",
)
"""Commands that show a page each."""


@pytest.fixture
def in_german(launch: Launch, ct: Path, qapp: QApplication, tiny_model: str) -> Iterator[Reader]:
    """The program in German on a CT."""
    reader = launch("--model", tiny_model, ct, kept={LANGUAGE.name: "german"})
    reader.until_open()
    yield reader
    apply_language(qapp, "english")


def english_of_the_catalogue() -> tuple[set[str], list[re.Pattern[str]]]:
    """Texts whose German is another one: those without facts, and those with, as patterns."""
    plain, patterns = set(), []
    for message in ElementTree.parse(CATALOGUE).iter("message"):
        source = message.findtext("source", "")
        if source in [message.findtext("translation"), *(form.text for form in message.iter("numerusform"))]:
            continue
        if "{" in source or "%n" in source:
            pieces = re.split(r"(\{\w[^{}]*\}|%n|\(\w+(?:\|\w+)?\))", source)
            words = [".+" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)]
            if sum(map(len, pieces[::2])) > 8:
                patterns.append(re.compile("".join(words), re.DOTALL))
        else:
            plain.add(source.replace("&", ""))
    return plain, patterns


def texts_in(thing: QObject) -> Iterator[str]:
    """Every text of a widget and of all that is in it, whether it is shown now or not."""
    for one in (thing, *thing.findChildren(QObject)):
        match one:
            case QMenu():
                yield one.title()
            case QAction():
                yield from (one.text(), one.toolTip(), one.iconText())
            case QLabel() | QAbstractButton():
                yield one.text()
            case QLineEdit():
                yield one.placeholderText()
            case QComboBox():
                yield from (one.itemText(row) for row in range(one.count()))
            case QTabWidget():
                yield from (one.tabText(row) for row in range(one.count()))
            case QTreeWidget():
                yield from (one.headerItem().text(column) for column in range(one.columnCount()))
        if isinstance(one, QWidget):
            yield from (one.windowTitle(), re.sub("<[^>]*>", "", one.toolTip()), one.accessibleName())


def english_on(window: QWidget) -> list[str]:
    plain, patterns = english_of_the_catalogue()
    shown = {text.replace("&&", "\0").replace("&", "").replace("\0", "&") for text in texts_in(window)} - {""}
    return sorted(text for text in shown if text in plain or any(one.fullmatch(text) for one in patterns))


def test_the_window_and_its_pages_are_german(in_german: Reader) -> None:
    window = in_german.window
    assert [action.text() for action in window.menuBar().actions()][:3] == ["&Datei", "&Schicht", "A&nsicht"]
    for command_id in PAGES:
        window.menus.actions[command_id].trigger()
    pages = [page for page in window.findChildren(QDialog) if page.isVisible()]
    assert len(pages) >= len(PAGES)
    assert ", ".join(english_on(window)) == ""
    # Qt's own words too.
    page = next(page for page in pages if isinstance(page, SettingsDialog))
    close = page.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)  # type: ignore[union-attr]
    assert close.text() in ("Schließen", "Schl&ießen", "S&chließen")
    for page in pages:
        page.close()


def test_a_finding_is_german(in_german: Reader) -> None:
    actions = in_german.window.menus.actions
    in_german.until(actions["analyse"].isEnabled)
    actions["analyse"].trigger()
    model = in_german.program.model
    assert model is not None
    finding = in_german.window.model.finding
    in_german.until(lambda: finding.decision.text_whole)
    in_german.until_ready()
    assert ", ".join(english_on(in_german.window)) == ""


def test_letters_of_menus_are_unique(in_german: Reader) -> None:
    letters = [re.findall("&(.)", action.text())[0].lower() for action in in_german.window.menuBar().actions()]
    assert len(set(letters)) == len(letters)


def test_the_language_is_chosen_in_settings_and_holds_after_the_next_start(launch: Launch, qapp: QApplication) -> None:
    reader = launch()
    reader.until_ready()
    reader.window.menus.actions["settings"].trigger()
    page = reader.until_asked(SettingsDialog)
    assert page.language.currentData() == "english"
    page.language.setCurrentIndex(page.language.findData("german"))
    page.language.activated.emit(page.language.currentIndex())
    assert reader.window._settings.get(LANGUAGE) == "german"
    # Not half of the window in one language and half in another.
    assert reader.window.menus.actions["settings"].text() == "Settings…"
    again = launch(kept={LANGUAGE.name: reader.window._settings.get(LANGUAGE)})
    assert again.window.menus.actions["settings"].text() == "Einstellungen…"
    apply_language(qapp, "english")
    assert not qapp.findChildren(QTranslator) or tr("Settings") == "Settings"


@pytest.mark.parametrize(
    ("spoken", "said"), [(("de-AT", "en"), "Einstellungen"), (("fr", "C"), "Settings"), ((), "Settings")]
)
def test_at_first_it_is_the_systems(
    spoken: tuple[str, ...], said: str, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QLocale, "uiLanguages", lambda *_: list(spoken))
    apply_language(qapp, LANGUAGE.default)
    assert tr("Settings") == said
    apply_language(qapp, "english")


def test_every_control_has_a_name_for_screen_readers(in_german: Reader) -> None:
    for command_id in PAGES:
        in_german.window.menus.actions[command_id].trigger()
    nameless = {f"{type(one.window()).__name__}: {type(one).__name__}" for one in nameless_controls(in_german.window)}
    assert sorted(nameless) == []
    for page in in_german.window.findChildren(QDialog):
        page.close()


def nameless_controls(window: QWidget) -> Iterator[QWidget]:
    """Controls that the keyboard reaches and that a screen reader has no name for, as Qt tells it of them."""
    for widget in window.findChildren(QWidget):
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.isValid() or not interface.state().focusable or widget.focusProxy():
            # The field within a box of numbers speaks by the box.
            continue
        if widget.isVisible() and not interface.text(QAccessible.Text.Name):
            yield widget
