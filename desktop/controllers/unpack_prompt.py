"""Packed files that become large: asks once for each time something is opened, then opens it again with a yes.

Loaded after the window is shown, since it needs the session.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.controllers.document import DocumentController
from desktop.ui.dialogs.prompts import UnpackQuestion
from imaging.base.ledger import Ledger
from imaging.base.limits import grant, unpack_limit
from imaging.base.memory_budget import free_bytes


class Large(QObject):
    """Looks at every ledger for files that only a person's yes is missing for."""

    allowed = Signal()
    """A person said yes: what was told as a problem is none any more."""

    def __init__(self, session: DocumentController, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._asked_for: tuple[Path, ...] | None = None
        self.question: UnpackQuestion | None = None
        """What is on screen, if anything is."""
        session.ledger_changed.connect(self._look)

    def _look(self, ledger: Ledger) -> None:
        found = {row.path: row.unpacks_to for row in ledger.skipped if row.unpacks_to is not None}
        paths = self._session.paths
        if self.question is not None and self._asked_for is not paths:
            # Something else was opened meanwhile.
            self.question.reject()
        # The same tuple stands for the same opening; another one of the same paths may ask again.
        if not found or self._asked_for is paths:
            return
        self._asked_for = paths
        question = UnpackQuestion(tuple(found.items()), free=free_bytes(), limit=unpack_limit(), parent=self._window)
        question.given.connect(partial(self._open, found))
        question.finished.connect(lambda: self._answered(question))
        self.question = question
        # Not `open`: the slices that are there can be looked at while it waits.
        question.show()

    def _open(self, found: dict[str, int], chosen: tuple[str, ...]) -> None:
        for path in chosen:
            grant(path, found[path])
        self.allowed.emit()
        self._session.open(list(self._session.paths), preferred=Path(chosen[0]))
        if len(chosen) < len(found):
            # The others were said no to.
            self._asked_for = self._session.paths

    def _answered(self, question: UnpackQuestion) -> None:
        if self.question is question:
            self.question = None
        question.deleteLater()
