"""Patient data hidden everywhere, and shown again: the part of the wiring that every panel with names follows.

The other part of `wiring`, which is the one place that joins signals.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from desktop.controllers.document import DocumentController
from desktop.render.privacy import hide_patients
from desktop.render.text import list_opened
from desktop.state.texts.language import hide_paths
from desktop.ui.main_window import MainWindow


@runtime_checkable
class HidingPart(Protocol):
    """A panel or window that can hide names of patients and files."""

    def set_private(self, private: bool) -> None:
        """Hide them, or show them again."""


class PrivacyWiring(QObject):
    """Gives the panels what they may show. A mark on every pane, and one in the strip, say that something is hidden.

    Dialogs of the main window that can hide names hear of it too, whenever they were made.
    """

    def __init__(self, main_window: MainWindow, document: DocumentController, *, private: bool) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._document = document
        self._recent: Sequence[tuple[Path, ...]] = ()
        self.is_private = False
        """Whether patient data is hidden."""
        hide_paths(False)
        self._parts: list[HidingPart] = [
            main_window.panes,
            main_window.series,
            main_window.ledger,
            main_window.reports,
            main_window.tags,
            main_window.model.finding,
            main_window.strip,
        ]
        main_window.menus.connect({"privacy": self})
        document.series_changed.connect(lambda _: self._show_series())
        if private:
            self.hide()

    def hide(self) -> None:
        """Hide names, dates, identifiers and descriptions in every panel, corner and list."""
        self._set_private(True)

    def show(self) -> None:
        """Show them again."""
        self._set_private(False)

    def add(self, part: HidingPart) -> None:
        """Hide in another part too."""
        self._parts.append(part)
        part.set_private(self.is_private)

    def tell_dialogs(self) -> None:
        """Tell the dialogs that are there, some of which were made since patient data was hidden."""
        for dialog in self._main_window.findChildren(QDialog):
            if isinstance(dialog, HidingPart):
                dialog.set_private(self.is_private)

    def set_recent(self, opened: Sequence[tuple[Path, ...]]) -> None:
        """Offer what was opened since the start."""
        self._recent = opened
        self._main_window.set_recent(opened, private=self.is_private)

    def _set_private(self, private: bool) -> None:
        self.is_private = private
        hide_paths(private)
        for part in self._parts:
            part.set_private(private)
        self.tell_dialogs()
        self.set_recent(self._recent)
        self._show_series()

    def _show_series(self) -> None:
        series = self._document.series
        shown = hide_patients(series) if self.is_private else series
        self._main_window.series.set_series(shown)
        self._main_window.ledger.set_opened(partial(list_opened, shown))
