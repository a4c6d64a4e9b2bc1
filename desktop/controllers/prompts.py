"""Questions that an opening leaves for a person: the password of an archive, a yes to files that become large.

Each asks once for each opening, and opens the same paths again with the answer. `wiring` puts the dialogs on screen.
"""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from imaging.base.errors import Code, Ledger


class PasswordPrompt(QObject):
    """Looks at every ledger for files that only a password is missing for."""

    asked = Signal(int, bool)  # (how many files are encrypted, whether a password was given that does not fit)

    def __init__(self, document: DocumentController) -> None:
        super().__init__(document)
        self._document = document
        # The same tuple stands for the same opening; another one of the same paths may ask again.
        self._asked_for: tuple[Path, ...] | None = None
        self._is_asking = self._was_given = False
        document.ledger_changed.connect(self._look)

    def _look(self, ledger: Ledger) -> None:
        count = sum(row.code is Code.ENCRYPTED for row in ledger.skipped)
        if not count or self._is_asking or self._asked_for is self._document.paths:
            return
        self._asked_for = self._document.paths
        was_given, self._was_given = self._was_given, False
        self._is_asking = True
        self.asked.emit(count, was_given)

    def answer(self, password: str) -> None:
        """Open the same files with a password."""
        self._document.set_policy(self._document.reading.policy.with_password(password))
        self._was_given = True
        self._is_asking = False
        self._document.open_again()

    def close(self) -> None:
        """Go on without: the question is no longer on screen."""
        self._is_asking = False


class UnpackPrompt(QObject):
    """Looks at every ledger for files that only a person's yes is missing for."""

    asked = Signal(object)  # path of each file, as the ledger names it, to the bytes that it would become
    withdrawn = Signal()  # something else was opened: the question is of no more interest
    allowed = Signal()  # a person said yes: what was told as a problem is none any more

    def __init__(self, document: DocumentController) -> None:
        super().__init__(document)
        self._document = document
        self._asked_for: tuple[Path, ...] | None = None
        self._sizes: dict[str, int] = {}
        document.ledger_changed.connect(self._look)

    def _look(self, ledger: Ledger) -> None:
        found = {row.path: row.unpacks_to for row in ledger.skipped if row.unpacks_to is not None}
        paths = self._document.paths
        if self._asked_for is not paths:
            self.withdrawn.emit()
            if found:
                self._asked_for, self._sizes = paths, found
                self.asked.emit(found)

    def answer(self, chosen: tuple[str, ...]) -> None:
        """Open the same files, and unpack the chosen ones whatever they become."""
        policy = self._document.reading.policy
        for path in chosen:
            policy = policy.with_grant(path, self._sizes[path])
        self._document.set_policy(policy)
        self.allowed.emit()
        self._document.open_again(preferred=Path(chosen[0]))
        if len(chosen) < len(self._sizes):
            # The others were said no to.
            self._asked_for = self._document.paths
