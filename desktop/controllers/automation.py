"""What `--explain --screenshot --quit` do with the real window: wait until it shows the answer, save it, say it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QObject, QTimer, Signal

from desktop.cli.output import print_line
from desktop.state.launch_request import LaunchRequest
from desktop.ui.main_window import MainWindow
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal

if TYPE_CHECKING:
    # Loaded by the time an errand is told of them; at run time this would load them before the window.
    from desktop.controllers.document import DocumentController
    from desktop.controllers.model import Analyst

_PAINTED_MS = 120
# After this a picture that does not come is a fault of ours, not a slow disk.
_PATIENCE_MS = 300_000


class Errand(QObject):
    """One errand of one window. `finished` carries the exit code; without `--quit` the window stays open after it."""

    finished = Signal(int)

    def __init__(self, request: LaunchRequest, window: MainWindow) -> None:
        super().__init__(window)
        self._request = request
        self._window = window
        self._session: DocumentController | None = None
        self._analyst: Analyst | None = None
        self._is_over = False
        self._has_picture = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._end(Refusal(Code.INTERNAL, "The window took too long.")))
        self._patience.start(_PATIENCE_MS)

    def watch_session(self, session: "DocumentController") -> None:
        """Follow what the session reports."""
        self._session = session
        session.opened.connect(self._opened)
        session.refused.connect(self._end)

    def watch_analyst(self, analyst: "Analyst") -> None:
        """Follow what the model reports; ask it for the answer once there is a picture."""
        self._analyst = analyst
        analyst.settled.connect(self._answered)
        analyst.refused.connect(self._model_refused)
        if self._request.explain and self._has_picture:
            analyst.set_heat_visible(True)

    def not_loaded(self, refusal: Refusal) -> None:
        """What it takes could not be brought in: nobody else will tell."""
        if self._session is None or self._request.explain:
            self._end(refusal)

    def nothing_to_open(self) -> None:
        """There are no paths: the start page is what is shown, and it is painted."""
        QTimer.singleShot(0, self, lambda: self._end(None))

    def _opened(self) -> None:
        self._has_picture = True
        if not self._request.explain:
            self._finish_soon()
        elif self._analyst is not None:
            self._analyst.set_heat_visible(True)

    def _answered(self) -> None:
        if self._request.explain and self._analyst is not None and self._analyst.answer is not None:
            self._finish_soon()

    def _model_refused(self, refusal: Refusal | None) -> None:
        if refusal is not None and self._request.explain:
            self._end(refusal)

    def _finish_soon(self) -> None:
        QTimer.singleShot(_PAINTED_MS, self, lambda: self._end(None))

    def _end(self, refusal: Refusal | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._patience.stop()
        refusal = refusal or self._model_error()
        if refusal is None and self._request.screenshot is not None:
            refusal = self._saved(self._request.screenshot)
        if refusal is not None:
            print_line(sys.stderr, f"{refusal.message} ({refusal.code.value})")
        for line in self._finding():
            print_line(sys.stdout, line)
        skipped = self._session is not None and bool(self._session.ledger.skipped)
        self.finished.emit(2 if refusal is not None else 1 if skipped else 0)

    def _model_error(self) -> Refusal | None:
        """The model's own failure, where it gave no finding."""
        answer = None if self._analyst is None else self._analyst.answer
        if not self._request.explain or answer is None or answer.analysis.finding is not None:
            return None
        # Loaded with the analyst, so this costs nothing now.
        from inference.contract.codes import ModelCode

        return Refusal(ModelCode(answer.analysis.code), answer.analysis.message)

    def _saved(self, path: Path) -> Refusal | None:
        """Save what is on screen, whole or not at all."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        try:
            write_whole(path, bytes(buffer.data().data()))
        except Refusal as refusal:
            return refusal
        return None

    def _finding(self) -> list[str]:
        analyst = self._analyst
        if not self._request.explain or analyst is None or analyst.answer is None or analyst.contract is None:
            return []
        analysis, contract = analyst.answer.analysis, analyst.contract
        if analysis.finding is None:
            return []
        # Loaded with the analyst, so this costs nothing now.
        from desktop.render.text import scored_text
        from inference.classify.finding import out_of_distribution_sentence

        limits = contract.out_of_distribution
        unfamiliar = out_of_distribution_sentence(
            analysis.out_of_distribution, cut_off=None if limits is None else limits.cut_off
        )
        held = ", ".join(
            f"{score.display} {score.probability:.3f}"
            + ("" if score.threshold is None else f" (threshold {score.threshold:.2f})")
            for score in analysis.finding.scores
        )
        return [
            f"{contract.name} {contract.version}: {scored_text(analyst.answer.slice)}",
            held,
            f"Decision: {analysis.finding.decision}. {analysis.finding.advice}".strip(),
            *(f"Mind: {concern.sentence}" for concern in analysis.concerns),
            *(() if unfamiliar is None else (f"Unlike what it was trained on: {unfamiliar}",)),
            contract.intended_use.notice,
        ]
