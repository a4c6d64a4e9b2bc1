"""Run `--explain --screenshot --quit` on the real main window: wait until it shows the answer, save it, say it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.state.launch_request import LaunchRequest
from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal

if TYPE_CHECKING:
    # Loaded by the time the automation is told of them; at run time this would load them before the window.
    from desktop.controllers.document import DocumentController
    from desktop.controllers.model import ModelController
    from inference.contract.contract import Contract

_PAINTED_MS = 120
# After this a picture that does not come is a fault of ours, not a slow disk.
_PATIENCE_MS = 300_000


class Automation(QObject):
    """One command line carried out on one main window (`screenshot`: a PNG of it); without `--quit` it stays open."""

    finished = Signal(int)  # the exit code
    said = Signal(str)  # a line of the finding, for standard output
    failed = Signal(object)  # the `Refusal` that it ended with

    def __init__(self, request: LaunchRequest, screenshot: Callable[[], bytes], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = request
        self._screenshot = screenshot
        self._document: DocumentController | None = None
        self._model: ModelController | None = None
        self._fill_panes: Callable[[], None] = lambda: None
        self._print: Callable[[Path], None] | None = None
        self._are_planes_ready: Callable[[], bool] = lambda: True
        self._is_over = False
        self._has_picture = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(lambda: self._end(Refusal(Code.INTERNAL, "The window took too long.")))
        self._patience.start(_PATIENCE_MS)

    def watch_document(self, document: "DocumentController", fill_panes: Callable[[], None]) -> None:
        """Follow what the document controller reports; `fill_panes` fills the panes of a layout."""
        self._document, self._fill_panes = document, fill_panes
        document.opened.connect(self._opened)
        document.refused.connect(self._end)

    def watch_model(self, model: "ModelController") -> None:
        """Follow what the model reports; ask it for the answer once there is a picture."""
        self._model = model
        if self._request.explain or self._request.model is not None:
            model.refused.connect(self._model_refused)
        if self._request.explain:
            model.settled.connect(self._answered)
            model.offers.offered.connect(self._accept)
            model.offers.unfitting.connect(self._end)
            if self._has_picture:
                model.explanation.set_heat_visible(True)

    def watch_print(self, print_report: Callable[[Path], None]) -> None:
        """Use this to print the report on what is shown into a file; it raises `Refusal`."""
        self._print = print_report

    def watch_planes(self, is_ready: Callable[[], bool]) -> None:
        """Wait for the planes of MPR, or the projection, before the end."""
        self._are_planes_ready = is_ready

    def planes_refused(self, refusal: Refusal) -> None:
        """End if there are no planes or projections of the first series."""
        self._end(refusal)

    def not_loaded(self, refusal: Refusal) -> None:
        """End if the libraries could not be loaded: nobody else will tell."""
        if self._document is None or self._request.explain:
            self._end(refusal)

    def nothing_to_open(self) -> None:
        """End once the start page is painted: there are no paths."""
        QTimer.singleShot(0, self, lambda: self._end(None))

    def _opened(self) -> None:
        self._has_picture = True
        if self._request.layout is not None and self._document is not None:
            self._fill_panes()
        if not self._request.explain:
            self._finish_soon()
        elif self._model is not None:
            self._model.explanation.set_heat_visible(True)

    def _answered(self) -> None:
        if self._model is not None and self._model.answer is not None:
            self._finish_soon()

    def _accept(self, contract: "Contract | None", _subject: str) -> None:
        """Use the model that is offered: nobody is there to be asked."""
        if contract is not None and self._model is not None:
            self._model.choose(contract.id)

    def _model_refused(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self._end(refusal)

    def _finish_soon(self) -> None:
        QTimer.singleShot(_PAINTED_MS, self, self._finish)

    def _finish(self) -> None:
        is_showing = self._document is not None and self._document.is_showing
        has_model = self._request.model is None or (self._model is not None and self._model.contract is not None)
        if is_showing or not has_model or not self._are_planes_ready():
            self._finish_soon()
        else:
            self._end(None)

    def _end(self, refusal: Refusal | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._patience.stop()
        refusal = refusal or self._model_error()
        if refusal is None:
            try:
                self._save()
            except Refusal as failure:
                refusal = failure
        if refusal is not None:
            self.failed.emit(refusal)
        for line in self._finding():
            self.said.emit(line)
        skipped = self._document is not None and bool(self._document.ledger.skipped)
        self.finished.emit(2 if refusal is not None else 1 if skipped else 0)

    def _save(self) -> None:
        """Save the screen, and print the report, if that is wanted. Raises `Refusal`."""
        if self._request.screenshot is not None:
            write_whole(self._request.screenshot, self._screenshot())
        if self._request.print_to is not None and self._print is not None:
            self._print(self._request.print_to)

    def _model_error(self) -> Refusal | None:
        """Return the model's own failure, if it gave no finding."""
        answer = None if self._model is None else self._model.answer
        if not self._request.explain or answer is None or answer.analysis.finding is not None:
            return None
        # Loaded with the model, so this costs nothing now.
        from inference.contract.codes import ModelCode

        return Refusal(ModelCode(answer.analysis.code), answer.analysis.message)

    def _finding(self) -> list[str]:
        answer, contract = (None, None) if self._model is None else (self._model.answer, self._model.contract)
        if not self._request.explain or answer is None or contract is None or answer.analysis.finding is None:
            return []
        analysis, finding = answer.analysis, answer.analysis.finding
        # Loaded with the model, so this costs nothing now.
        from desktop.render.text import describe_slice
        from inference.classify.finding import describe_standing
        from inference.classify.finding_words import NOT_ASKED

        slice_ = answer.slice
        what = f"slice {slice_.index + 1}/{slice_.count}" if self._request.private else describe_slice(slice_)
        held = ", ".join(
            f"{score.display} {f'{score.probability:.3f}' if score.asked else NOT_ASKED}"
            + ("" if score.threshold is None else f" (threshold {score.threshold:.2f})")
            for score in finding.scores
        )
        return [
            f"{contract.name} {contract.version}: {what}",
            held,
            f"Decision: {finding.decision}. {finding.advice}".strip(),
            describe_standing(analysis),
            *(f"Mind: {concern.sentence}" for concern in analysis.concerns),
            contract.intended_use.notice,
        ]
