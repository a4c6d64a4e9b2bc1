"""What the tests of panels share: the theme, and a recorder of requests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.widgets.theme import apply_theme


@pytest.fixture
def themed(qapp: QApplication) -> QApplication:
    """The application with the theme of the program at scale 1."""
    apply_theme(qapp)
    return qapp


@pytest.fixture
def shown(themed: QApplication, qtbot: QtBot) -> Callable[[QWidget], Any]:
    """Shows a panel, active, and takes it away after the test."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        return widget

    return show


@pytest.fixture
def requests() -> Iterator[Callable[[QWidget], list[tuple[Any, ...]]]]:
    """Records everything that any signal of a panel's own class emits, as (name, arguments…)."""
    connected: list[tuple[SignalInstance, Callable[..., None]]] = []

    def record(widget: QWidget) -> list[tuple[Any, ...]]:
        heard: list[tuple[Any, ...]] = []
        for name, value in vars(type(widget)).items():
            if isinstance(value, Signal):
                signal = getattr(widget, name)

                def note(*arguments: Any, name: str = name) -> None:
                    heard.append((name, *arguments))

                signal.connect(note)
                connected.append((signal, note))
        return heard

    yield record
    connected.clear()
