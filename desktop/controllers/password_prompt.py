"""Encrypted archives: asks for the password once for each time something is opened, then opens it again.

Loaded after the window is shown, since it needs the session.
"""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.controllers.document import DocumentController
from desktop.ui.dialogs.prompts import PasswordQuestion
from imaging.base.errors import Code
from imaging.base.ledger import Ledger
from imaging.base.passwords import offer_password


class Locked(QObject):
    """Looks at every ledger for entries that only a password is missing for."""

    def __init__(self, session: DocumentController, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._asked_for: tuple[Path, ...] | None = None
        self.question: PasswordQuestion | None = None
        """What is on screen, if anything is."""
        self._was_given = False
        session.ledger_changed.connect(self._look)

    def _look(self, ledger: Ledger) -> None:
        count = sum(row.code is Code.ENCRYPTED for row in ledger.skipped)
        # The same tuple stands for the same opening; another one of the same paths may ask again.
        if not count or self.question is not None or self._asked_for is self._session.paths:
            return
        self._asked_for = self._session.paths
        question = PasswordQuestion(count, is_again=self._was_given, parent=self._window)
        question.given.connect(self._open)
        question.finished.connect(self._answered)
        question.finished.connect(question.deleteLater)
        self.question = question
        self._was_given = False
        question.open()

    def _open(self, password: str) -> None:
        offer_password(password)
        self._was_given = True
        self.question = None
        self._session.open(list(self._session.paths))

    def _answered(self) -> None:
        self.question = None
