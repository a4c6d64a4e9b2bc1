"""The one place that joins signals: requests go from the main window to the controllers, facts come back to be shown.

main window ── requests ──▶ document, view, model ── work ──▶ jobs
       ▲                                │
       └───────────── facts ────────────┘
"""

from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.controllers.document import LANES, DocumentController
from desktop.controllers.files.provenance import HeaderController, ProvenanceController
from desktop.controllers.files.structured_reports import StructuredReportsController
from desktop.controllers.panes import PanesController
from desktop.controllers.prompts import PasswordPrompt, UnpackPrompt
from desktop.controllers.series.slice_coverage import CoverageController
from desktop.controllers.view import PlaneView, ViewController
from desktop.jobs.jobs import Jobs
from desktop.state.commands import Need, shown_gesture
from desktop.state.key_bindings import GestureBindings
from desktop.state.picture import Picture
from desktop.state.settings import HEAT_CUT, HEAT_OPACITY, RADIOLOGICAL, Settings
from desktop.state.texts.language import tr
from desktop.state.view import Heat, ShownView, ViewState, resolve_view
from desktop.ui.dialogs.prompts import PasswordDialog, UnpackDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.panels.tag_browser import TagBrowserPanel
from desktop.wiring.annotation_wiring import AnnotationWiring
from desktop.wiring.pane_wiring import PaneWiring
from desktop.wiring.privacy_wiring import PrivacyWiring
from desktop.wiring.study_wiring import wire_studies
from imaging.base.policy import free_bytes
from imaging.volume.series import Series

if TYPE_CHECKING:
    # At run time this would make the first slice wait for what models need.
    from desktop.controllers.comparison import ComparisonController
    from desktop.controllers.findings.model_input import ModelInputController
    from desktop.controllers.findings.report_saving import ReportController
    from desktop.controllers.model import ModelController
    from desktop.controllers.model_wizard import ModelWizardController
    from desktop.controllers.sending import SendingController
    from desktop.controllers.series.series_scoring import SeriesScoringController
    from desktop.jobs.model_wizard import BareModel
    from desktop.state.report_options import Paper
    from inference.classify.finding import Analysis
    from inference.contract.contract import Contract
    from inference.contract.storage import Bundle
    from inference.report.content import ReportContent

_MOST_RECENT = 8


class Wiring(QObject):
    """Connects the main window with the document while the program runs; holds the little that is neither's."""

    def __init__(
        self,
        main_window: MainWindow,
        document: DocumentController,
        panes: PanesController,
        coverage: CoverageController,
        *,
        jobs: Jobs,
        settings: Settings,
        private: bool = False,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._document = document
        self._panes = panes
        self._model: ModelController | None = None
        self._scoring: SeriesScoringController | None = None
        self._comparison: ComparisonController | None = None
        self._wizard: ModelWizardController | None = None
        self._sending: SendingController | None = None
        self._jobs = jobs
        self._settings = settings
        self._recent: list[tuple[Path, ...]] = []
        self._shown = ShownView()
        main_window.menus.connect({"document": document})
        provenance = ProvenanceController(panes, document, jobs, self)
        main_window.why.watched.connect(provenance.watch)
        provenance.rows_changed.connect(main_window.why.set_rows)
        _connect_tags(HeaderController(panes, document, jobs, self), main_window.tags)
        reports = StructuredReportsController(panes, document, jobs, self)
        main_window.reports.watched.connect(reports.watch)
        reports.reports_changed.connect(main_window.reports.set_reports)
        reports.refused.connect(main_window.strip.show_problem)
        document.reports_changed.connect(lambda _: self._show_available())
        document.opened.connect(self._show_available)
        coverage.coverage_changed.connect(main_window.sliders.set_coverage)
        self.privacy = PrivacyWiring(main_window, document, private=private)
        self._wire_requests()
        self._wire_facts()
        self.annotations = AnnotationWiring(main_window, document, lambda: panes.active, jobs=jobs)
        self.annotations.shapes.slices_changed.connect(coverage.set_marked)
        self.privacy.add(self.annotations.shapes)
        self.pane_wiring = PaneWiring(main_window, document, panes, settings, self.annotations, jobs=jobs)
        self.pane_wiring.mpr.changed.connect(lambda _: self._show_available())
        main_window.menus.set_checked("radiological", settings.get(RADIOLOGICAL))
        main_window.menus.actions["radiological"].toggled.connect(partial(settings.set, RADIOLOGICAL))

    @property
    def _view(self) -> ViewController:
        return self._panes.active

    def _wire_requests(self) -> None:
        main_window, document = self._main_window, self._document
        main_window.paths_requested.connect(self._open)
        main_window.paths_dropped.connect(partial(self._open, beside=True))
        main_window.escape_requested.connect(self._escape)
        main_window.series.series_requested.connect(self._show_series_again)
        main_window.series.rows.thumbnails_wanted.connect(document.thumbnails.want)
        wire_studies(main_window, document, self._panes)

    def _wire_facts(self) -> None:
        main_window, document, panes = self._main_window, self._document, self._panes
        panes.picture_changed.connect(self._show_heat_empty)
        panes.shown_changed.connect(self._show_series)
        panes.view_changed.connect(self._show_view)
        panes.arrangement_changed.connect(lambda _: self._show_available())
        document.wanted_changed.connect(main_window.series.set_wanted)
        document.thumbnails.came.connect(main_window.series.rows.set_thumbnail)
        document.ledger_changed.connect(main_window.ledger.set_ledger)
        document.ledger_changed.connect(lambda ledger: main_window.strip.set_ledger_summary(tr(ledger.sentence())))
        document.progress_changed.connect(main_window.strip.show_progress)
        document.refused.connect(main_window.strip.show_problem)
        document.opened.connect(partial(main_window.strip.show_problem, None))

    def add_model(self, model: "ModelController") -> None:
        """Connect the side of the model, which is loaded a moment after the main window."""
        from desktop.controllers.findings.local_point import LocalPointController  # imported with what runs models

        main_window, panel = self._main_window, self._main_window.model
        self._model = model
        self.local_point = LocalPointController(model, lambda: self._document.reading.policy)
        self.local_point.note_changed.connect(panel.finding.set_local)
        panel.finding.local_requested.connect(self.local_point.switch)
        explanation = model.explanation
        main_window.menus.connect({"model": model, "explanation": explanation})
        main_window.model_requested.connect(self._choose_model)
        panel.model_requested.connect(model.choose)
        panel.analyse_requested.connect(model.analyse)
        panel.live_requested.connect(model.set_live)
        panel.reveal_requested.connect(model.set_revealed)
        panel.heat.visible_requested.connect(explanation.set_heat_visible)
        panel.heat.label_requested.connect(explanation.set_label)
        panel.heat.method_requested.connect(explanation.set_method)
        panel.heat.layer_requested.connect(explanation.set_layer)
        panel.heat.opacity_requested.connect(lambda share: self._view.set_heat(opacity=share))
        panel.heat.cut_requested.connect(lambda share: self._view.set_heat(cut=share))
        model.offers.listed.connect(panel.set_models)
        model.bundle_changed.connect(self._show_bundle)
        model.analysis_changed.connect(self._show_analysis)
        model.offers.offered.connect(panel.set_offer)
        model.offers.unfitting.connect(panel.show_unfitting)
        model.live_changed.connect(panel.set_live)
        model.live_changed.connect(partial(main_window.menus.set_checked, "live"))
        explanation.layers_changed.connect(panel.heat.set_layers)
        explanation.note_changed.connect(panel.heat.set_note)
        explanation.heat_kept.connect(lambda: self._show_heat(self._view.state.heat))
        model.busy_changed.connect(panel.show_busy)
        model.progress_changed.connect(main_window.strip.show_progress)
        model.refused.connect(panel.set_error)
        model.offers.listed.connect(panel.comparison.set_models)
        self._show_heat(self._view.state.heat)

    def add_series(self, scoring: "SeriesScoringController", comparison: "ComparisonController") -> None:
        """Connect what scores whole series, and the second model."""
        from desktop.wiring.series_wiring import SeriesWiring  # imported with what runs models

        self._scoring, self._comparison = scoring, comparison
        SeriesWiring(self._main_window, self._panes, scoring, comparison)
        scoring.curves_changed.connect(lambda *_: self._show_available())
        comparison.second_changed.connect(lambda _: self._show_available())

    def add_model_input(self, model_input: "ModelInputController") -> None:
        """Connect what shows the model's input."""
        main_window = self._main_window
        main_window.menus.connect({"model_input": model_input})
        model_input.shown_changed.connect(main_window.input.setVisible)
        model_input.shown_changed.connect(partial(main_window.menus.set_checked, "input"))
        model_input.seen.connect(main_window.input.show_input)

    def add_report(self, report: "ReportController") -> None:
        """Connect what saves reports."""
        main_window = self._main_window
        main_window.model_pages.report_requested.connect(report.save)
        main_window.model_pages.print_requested.connect(report.prepare_print)
        report.printable.connect(partial(_show_preview, main_window))
        report.refused.connect(main_window.strip.show_problem)
        report.progress_changed.connect(main_window.strip.show_progress)
        report.saved.connect(
            lambda folder, refused: main_window.strip.set_hint(
                " ".join((tr("The report is in the folder {folder}.", folder=PurePath(folder)), *refused))
            )
        )

    def add_sending(self, sending: "SendingController") -> None:
        """Connect what exports, and what copies without identity."""
        from desktop.wiring.sending_wiring import wire_sending  # with what it exports with, a moment later

        self._sending = sending
        wire_sending(self._main_window, sending, self.privacy, self.annotations.shapes)

    def add_wizard(self, wizard: "ModelWizardController") -> None:
        """Connect what asks about models without a contract."""
        main_window, self._wizard = self._main_window, wizard
        main_window.onnx_requested.connect(wizard.open)
        wizard.refused.connect(main_window.model.set_error)
        wizard.progress_changed.connect(main_window.strip.show_progress)
        wizard.saved.connect(
            lambda path: main_window.strip.set_hint(tr("The model is saved as {name}.", name=path.name))
        )
        wizard.opened.connect(partial(_ask_about_model, wizard, main_window))

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
            question.set_private(main_window.panes.is_private)
            question.given.connect(unpack.answer)
            question.finished.connect(question.deleteLater)
            unpack.withdrawn.connect(question.reject)
            # Not `open`: the slices that are there can be looked at while it waits.
            question.show()

        password.asked.connect(ask_password)
        unpack.asked.connect(ask_unpack)
        unpack.allowed.connect(partial(main_window.strip.show_problem, None))

    # --- requests that concern more than one ---

    def _open(self, paths: list[Path], *, beside: bool = False) -> None:
        """Open files, beside what is open or in its place, or use a model that was dropped."""
        if len(paths) == 1 and self._model is not None and _is_model(paths[0]):
            self._choose_model(str(paths[0]))
            return
        self._recent = list(dict.fromkeys([tuple(paths), *self._recent]))[:_MOST_RECENT]
        self.privacy.set_recent(self._recent)
        self._document.open(paths, beside=beside)

    def _choose_model(self, named: str) -> None:
        """Use a model; one without a contract is asked about first."""
        if self._wizard is not None and named.lower().endswith(".onnx"):
            self._wizard.open(Path(named))
        elif self._model is not None:
            self._model.choose(named)

    def _show_series_again(self, series_id: str) -> None:
        """Show a series, which may be the one that the start page stands before."""
        self._main_window.show_slices(self._view.series is not None)
        self._document.show_series(series_id)

    def _escape(self) -> None:
        """Put away what is drawn with; else cancel what runs (cine, files, the model), else reset the view."""
        if self.pane_wiring.picture.escape() or self.annotations.drawing.escape() or self.pane_wiring.escape():
            return
        if self._jobs.is_busy(*LANES):
            self._document.cancel()
        elif self._sending is not None and self._sending.is_busy:
            self._sending.stop()
        elif self._scoring is not None and self._scoring.is_busy:
            self._scoring.stop()
        elif self._model is not None and self._model.is_busy:
            self._model.stop()
        else:
            self._view.reset()
            self.pane_wiring.mpr.straighten()
            self.pane_wiring.mip.face()

    # --- facts that are shown in more than one place ---

    def _show_bundle(self, bundle: "Bundle | None") -> None:
        contract, assumed = (None, ()) if bundle is None else (bundle.contract, bundle.assumed)
        self._main_window.model.set_current(contract)
        self._main_window.model.comparison.set_first(contract)
        self._main_window.model_pages.set_contract(contract, assumed)
        # The model's labels are listed anew: the one in use is chosen among them again.
        self._show_heat(self._view.state.heat)
        self._show_available()

    def _show_analysis(self, found: "Analysis | None", contract: "Contract | None", what: str, revealed: bool) -> None:
        self._main_window.model.show_analysis(found, contract, what=what, revealed=revealed)

    def _show_series(self, series: Series | None) -> None:
        if series is not None:
            self._main_window.show_slices(True)
            self._main_window.strip.set_hint(describe_gestures(series, self._main_window.keys.gestures))
        self._main_window.series.set_current(None if series is None else series.id)
        self._show_available()

    def _show_heat_empty(self, picture: Picture | None) -> None:
        overlay = None if picture is None else picture.overlay
        self._main_window.model.heat.set_empty(overlay is not None and overlay.levels.max() == 0)

    def _show_view(self, state: ViewState) -> None:
        """Tell each part of the main window what it shows of a view, only if that has changed."""
        main_window, before = self._main_window, self._shown
        self._shown = now = resolve_view(state, self._view.series, self._view.count)
        is_other = (now.counts, now.phase_names) != (before.counts, before.phase_names)
        if is_other:
            main_window.sliders.set_counts(*now.counts, now.phase_names)
        if is_other or now.position != before.position:
            main_window.sliders.set_position(*now.position)
        if now.drawings != before.drawings:
            main_window.menus.set_checked("drawings", now.drawings)
        if now.heat != before.heat:
            self._show_heat(now.heat)

    def _show_heat(self, heat: Heat) -> None:
        if self._model is not None:
            self._main_window.model.heat.set_heat(heat)
            self._main_window.menus.set_checked("heat", heat.visible)
            self._settings.set(HEAT_OPACITY, heat.opacity)
            self._settings.set(HEAT_CUT, heat.cut)

    def _show_available(self) -> None:
        series = self._view.series
        needs = {Need.NOTHING} | ({Need.REPORTS} if self._document.reports else set())
        if len(self._panes.arrangement.layout.cells) > 1:
            needs.add(Need.PANES)
        needs |= {Need.MPR} if self._panes.arrangement.is_mpr else set()
        needs |= {Need.SEVERAL} if len(self._document.series) > 1 else set()
        is_stored = not isinstance(self._view, PlaneView)
        if series is not None:
            facts = {
                Need.SERIES: True,
                Need.WHOLE: self._document.knows_whole(series),
                Need.WINDOW: series.channels == 1,
                Need.HU: series.units == "HU",
                Need.PHASES: series.phases > 1,
                Need.DRAWINGS: any(frame.overlays for frame in series.frames),
                Need.CURVE: self._scoring is not None and bool(self._scoring.curves),
                Need.PEAKS: self._scoring is not None and any(one.peaks for one in self._scoring.curves),
                Need.SECOND: self._comparison is not None and self._comparison.classifier is not None,
                Need.MODEL: is_stored and self._model is not None and self._model.contract is not None,
            }
            needs |= {need for need, is_met in facts.items() if is_met}
        self._main_window.menus.set_available(frozenset(needs))
        self._main_window.sliders.analyse.setEnabled(Need.MODEL in needs)
        self._main_window.model.set_has_slice(series is not None)


def _show_preview(main_window: MainWindow, content: "ReportContent", paper: "Paper") -> None:
    """Show a report as it will be printed."""
    from desktop.ui.print_preview import ReportPreview  # Qt's printing: for who prints

    preview = ReportPreview(content, paper, main_window)
    preview.show()
    # Patient data may have been hidden while the report was made.
    preview.set_private(main_window.panes.is_private)


def _connect_tags(header: HeaderController, panel: TagBrowserPanel) -> None:
    panel.watched.connect(header.watch)
    panel.compare_requested.connect(header.compare)
    header.listed.connect(panel.show_listing)
    header.compared.connect(panel.show_differences)
    header.refused.connect(panel.show_refusal)


def _ask_about_model(wizard: "ModelWizardController", main_window: MainWindow, bare: "BareModel") -> None:
    """Put the questions about a model without a contract on screen."""
    # With what reads contracts, as models are.
    from desktop.ui.dialogs.model_wizard_dialog import ModelWizardDialog
    from inference.bundle.catalog import user_models_folder

    dialog = ModelWizardDialog(bare, user_models_folder(), main_window)
    dialog.preview_requested.connect(wizard.preview)
    dialog.names_requested.connect(wizard.read_names)
    dialog.use_requested.connect(wizard.use)
    dialog.save_requested.connect(wizard.save)
    dialog.rejected.connect(wizard.close)
    wizard.previewed.connect(dialog.preview.show_preview)
    wizard.not_previewed.connect(dialog.preview.show_refusal)
    wizard.names_read.connect(dialog.set_names)
    wizard.failed.connect(dialog.show_failure)
    wizard.ended.connect(dialog.hide)
    wizard.ended.connect(dialog.deleteLater)
    dialog.show()


def describe_gestures(series: Series, gestures: GestureBindings) -> str:
    """Return what the mouse does over a series, in one line; what would do nothing is left out."""
    offered = {
        "slices": tr("slices") if series.slices > 1 else "",
        "window": tr("window") if series.channels == 1 else "",
        "zoom": tr("zoom"),
    }
    said = [
        f"{shown_gesture(gesture)}: {done}"
        for name, done in offered.items()
        if done and (gesture := gestures.first_of(name))
    ]
    return "   ".join([*said, tr("?: all keys")])


def _is_model(path: Path) -> bool:
    return path.suffix.lower() in (".slb", ".onnx") or (path / "bundle.json").is_file()
