"""The one place that joins signals: requests go from the main window to the controllers, facts come back to be shown.

main window ── requests ──▶ document, view, model ── work ──▶ jobs
       ▲                                │
       └───────────── facts ────────────┘
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.controllers.document import LANES, DocumentController
from desktop.controllers.prompts import PasswordPrompt, UnpackPrompt
from desktop.controllers.provenance import ProvenanceController
from desktop.controllers.view import ViewController
from desktop.jobs.jobs import Jobs
from desktop.state.commands import Need
from desktop.state.settings import HEAT_CUT, HEAT_OPACITY, MODEL, RADIOLOGICAL, Settings
from desktop.state.view import Heat, ShownView, ViewState, resolve_view
from desktop.ui.dialogs.prompts import PasswordDialog, UnpackDialog
from desktop.ui.main_window import MainWindow
from imaging.base.policy import free_bytes
from imaging.volume.series import Series

if TYPE_CHECKING:
    # At run time this would make the first slice wait for what models need.
    from desktop.controllers.model import ModelController
    from inference.contract.contract import Contract

_MOST_RECENT = 8
_STRIP_HINT = "Wheel: slices   Left drag: window   Right drag: zoom   ?: all keys"


class Wiring(QObject):
    """Connects the main window with the document while the program runs; holds the little that is neither's."""

    def __init__(
        self,
        main_window: MainWindow,
        document: DocumentController,
        view: ViewController,
        *,
        jobs: Jobs,
        settings: Settings,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._document = document
        self._view = view
        self._model: ModelController | None = None
        self._jobs = jobs
        self._settings = settings
        self._recent: list[tuple[Path, ...]] = []
        self._shown = ShownView()
        main_window.menus.connect({"document": document, "view": view})
        provenance = ProvenanceController(view, document, jobs, self)
        main_window.why.watched.connect(provenance.watch)
        provenance.rows_changed.connect(main_window.why.set_rows)
        self._wire_requests()
        self._wire_facts()
        view.set_heat(opacity=settings.get(HEAT_OPACITY), cut=settings.get(HEAT_CUT))
        main_window.menus.set_checked("radiological", settings.get(RADIOLOGICAL))
        main_window.menus.actions["radiological"].toggled.connect(partial(settings.set, RADIOLOGICAL))

    def _wire_requests(self) -> None:
        main_window, document, view = self._main_window, self._document, self._view
        main_window.paths_requested.connect(self._open)
        main_window.escape_requested.connect(self._escape)
        main_window.series.series_requested.connect(document.show_series)
        main_window.series.rows.thumbnails_wanted.connect(document.thumbnails.want)
        main_window.slice_view.stepped.connect(view.step)
        main_window.slice_view.drag_began.connect(view.begin_drag)
        main_window.slice_view.window_dragged.connect(view.drag_window)
        main_window.slice_view.camera_requested.connect(view.look)
        main_window.slice_view.hovered.connect(view.probe)
        main_window.sliders.index_requested.connect(view.go)
        main_window.sliders.phase_requested.connect(view.go_to_phase)

    def _wire_facts(self) -> None:
        main_window, document, view = self._main_window, self._document, self._view
        view.picture_changed.connect(main_window.slice_view.show_picture)
        view.probed.connect(main_window.slice_view.set_probe)
        view.shown_changed.connect(self._show_series)
        view.view_changed.connect(self._show_view)
        document.series_changed.connect(main_window.series.set_series)
        document.thumbnails.came.connect(main_window.series.rows.set_thumbnail)
        document.ledger_changed.connect(main_window.ledger.set_ledger)
        document.ledger_changed.connect(lambda ledger: main_window.strip.set_ledger_summary(ledger.sentence()))
        document.progress_changed.connect(main_window.strip.show_progress)
        document.refused.connect(main_window.strip.show_problem)
        document.opened.connect(partial(main_window.strip.show_problem, None))

    def add_model(self, model: "ModelController") -> None:
        """Connect the side of the model, which is loaded a moment after the main window."""
        main_window, panel = self._main_window, self._main_window.model
        self._model = model
        main_window.menus.connect({"model": model})
        main_window.model_requested.connect(model.choose)
        panel.model_requested.connect(model.choose)
        panel.analyse_requested.connect(model.analyse)
        panel.live_requested.connect(model.set_live)
        panel.heat.visible_requested.connect(model.set_heat_visible)
        panel.heat.label_requested.connect(model.set_label)
        panel.heat.layer_requested.connect(model.set_layer)
        panel.heat.opacity_requested.connect(lambda share: self._view.set_heat(opacity=share))
        panel.heat.cut_requested.connect(lambda share: self._view.set_heat(cut=share))
        model.offers_changed.connect(panel.set_models)
        model.contract_changed.connect(self._show_contract)
        model.analysis_changed.connect(lambda found, contract, what: panel.show_analysis(found, contract, what=what))
        model.live_changed.connect(panel.set_live)
        model.live_changed.connect(partial(main_window.menus.set_checked, "live"))
        model.layers_changed.connect(panel.heat.set_layers)
        model.busy_changed.connect(panel.show_busy)
        model.progress_changed.connect(main_window.strip.show_progress)
        model.refused.connect(panel.set_error)
        self._show_heat(self._view.state.heat)

    def add_prompts(self, password: PasswordPrompt, unpack: UnpackPrompt) -> None:
        """Put the questions that an opening leaves on screen."""
        main_window = self._main_window

        def ask_password(count: int, is_again: bool) -> None:
            question = PasswordDialog(count, is_again=is_again, parent=main_window)
            question.given.connect(password.answer)
            question.finished.connect(password.close)
            question.finished.connect(question.deleteLater)
            question.open()

        def ask_unpack(sizes: dict[str, int]) -> None:
            limit = self._document.reading.policy.unpacked_bytes
            question = UnpackDialog(tuple(sizes.items()), free=free_bytes(), limit=limit, parent=main_window)
            question.given.connect(unpack.answer)
            question.finished.connect(question.deleteLater)
            unpack.withdrawn.connect(question.reject)
            # Not `open`: the slices that are there can be looked at while it waits.
            question.show()

        password.asked.connect(ask_password)
        unpack.asked.connect(ask_unpack)
        unpack.allowed.connect(partial(main_window.strip.show_problem, None))

    # --- requests that concern more than one ---

    def _open(self, paths: list[Path]) -> None:
        """Open files, or use a model that was dropped."""
        if len(paths) == 1 and self._model is not None and _is_model(paths[0]):
            self._model.choose(str(paths[0]))
            return
        self._recent = list(dict.fromkeys([tuple(paths), *self._recent]))[:_MOST_RECENT]
        self._main_window.set_recent(self._recent)
        self._document.open(paths)

    def _escape(self) -> None:
        """Cancel what runs (files, then the model, then live mode); if nothing runs, reset the view."""
        if self._jobs.is_busy(*LANES):
            self._document.cancel()
        elif self._model is not None and self._model.is_busy:
            self._model.stop()
        else:
            self._view.reset()

    # --- facts that are shown in more than one place ---

    def _show_contract(self, contract: "Contract | None") -> None:
        self._main_window.model.set_current(contract)
        if contract is not None:
            self._settings.set(MODEL, contract.id)
        # The model's labels are listed anew: the one in use is chosen among them again.
        self._show_heat(self._view.state.heat)
        self._show_available()

    def _show_series(self, series: Series) -> None:
        self._main_window.show_slices(True)
        self._main_window.strip.set_hint(_STRIP_HINT)
        self._main_window.series.set_current(series.id)
        self._show_available()

    def _show_view(self, state: ViewState) -> None:
        """Tell each part of the main window what it shows of a view, only if that has changed."""
        main_window, before = self._main_window, self._shown
        self._shown = now = resolve_view(state, self._view.series)
        if now.counts != before.counts:
            main_window.sliders.set_counts(*now.counts)
        if now.counts != before.counts or now.position != before.position:
            main_window.sliders.set_position(*now.position)
        if now.drawings != before.drawings:
            main_window.menus.set_checked("drawings", now.drawings)
        if now.heat != before.heat:
            self._show_heat(now.heat)

    def _show_heat(self, heat: Heat) -> None:
        if self._model is not None:
            self._main_window.model.heat.set_heat(heat.visible, heat.label, heat.opacity, heat.cut)
            self._main_window.menus.set_checked("heat", heat.visible)
            self._settings.set(HEAT_OPACITY, heat.opacity)
            self._settings.set(HEAT_CUT, heat.cut)

    def _show_available(self) -> None:
        series = self._view.series
        needs = {Need.NOTHING}
        if series is not None:
            facts = {
                Need.SERIES: True,
                Need.WINDOW: series.channels == 1,
                Need.HU: series.units == "HU",
                Need.PHASES: series.phases > 1,
                Need.SEVERAL: len(self._document.series) > 1,
                Need.DRAWINGS: any(frame.overlays for frame in series.frames),
                Need.MODEL: self._model is not None and self._model.contract is not None,
            }
            needs |= {need for need, is_met in facts.items() if is_met}
        self._main_window.menus.set_available(frozenset(needs))
        self._main_window.model.set_has_slice(series is not None)


def _is_model(path: Path) -> bool:
    return path.suffix.lower() in (".slb", ".onnx") or (path / "bundle.json").is_file()
