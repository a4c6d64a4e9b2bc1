"""The program: the main window first, then, in the background, what it takes to open files and to run models."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, Qt, QTimer, Signal, qInstallMessageHandler
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from desktop.cli.output import print_line, warn
from desktop.controllers.automation import Automation
from desktop.jobs.jobs import Jobs, Lane
from desktop.startup import crash_reports, timings
from desktop.startup.background_imports import import_modules, import_qt
from desktop.startup.crash_reports import show_faults_with
from desktop.startup.gc_policy import GarbageCollector
from desktop.startup.samples import find_sample, list_samples
from desktop.state.launch_request import LaunchRequest
from desktop.state.settings import LANGUAGE, MEMORY, RADIOLOGICAL, SCALE, THEME, Settings
from desktop.stored_settings import StoredSettings
from desktop.ui.main_window import HEIGHT, TITLE, WIDTH, MainWindow
from desktop.ui.screen_watch import ScreenWatch
from desktop.ui.slice_view.annotation_painter import clear_text_cache
from desktop.ui.slice_view.text_painter import clear_line_cache
from desktop.ui.widgets.theme import apply_theme, forget_icons, icon, units
from desktop.ui.widgets.translation import apply_language
from imaging.base.errors import Refusal, error_line
from imaging.base.heap import share_heap

if TYPE_CHECKING:
    from desktop.controllers.comparison import ComparisonController
    from desktop.controllers.document import DocumentController
    from desktop.controllers.findings.report_saving import ReportController
    from desktop.controllers.model import ModelController
    from desktop.controllers.panes import PanesController
    from desktop.controllers.series.series_scoring import SeriesScoringController
    from desktop.controllers.series.slice_coverage import CoverageController
    from desktop.controllers.session.session_keeping import SessionController
    from desktop.controllers.view import ViewController
    from desktop.jobs.handover import HandoverListener
    from desktop.wiring.case_wiring import CaseWiring
    from desktop.wiring.wiring import Wiring
    from imaging.base.policy import ReadingPolicy
    from imaging.workers.pool import WorkerPool

_NAME = "slicelens"
# A window that is not painted for so long starts minimised, or behind others: what it needs is loaded all the same.
_UNSEEN_MS = 500
# The modules for a first slice, then those for a model: loaded in this order once the window is on screen.
FOR_SLICES = partial(
    import_modules,
    (
        "cv2",
        "psutil",
        "desktop.wiring.wiring",
        "desktop.wiring.session_wiring",
        "desktop.controllers.document",
        "desktop.controllers.panes",
    ),
    opening=("cv2",),
)
FOR_MODELS = partial(
    import_modules,
    (
        "desktop.controllers.model",
        "desktop.controllers.findings.local_point",
        "desktop.wiring.series_wiring",
        "desktop.controllers.findings.report_saving",
        "desktop.controllers.sending",
        "desktop.jobs.handover",
        "desktop.controllers.model_wizard",
        "desktop.wiring.sending_wiring",
        "desktop.ui.report_pdf",
    ),
    opening=("onnxruntime",),
)
# Then what reads the files that most people have; one that comes sooner imports it itself.
FOR_FILES = partial(import_modules, ("imaging.formats.dicom.reader",))
# Last what only a request needs.
FOR_REQUESTS = partial(import_modules, ("desktop.wiring.case_wiring", "desktop.ui.dialogs.model_wizard_dialog"))


class Application(QApplication):
    """Qt's application; macOS tells it of the files that a person opens with the program in Finder."""

    paths_requested = Signal(list)  # files to open, a list of `Path`; other systems pass them as arguments

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._handed: list[Path] = []

    def event(self, event: QEvent) -> bool:
        """Take a file that the system hands over; the rest is Qt's."""
        if isinstance(event, QFileOpenEvent) and event.file():
            # The slices of a series that were chosen together come one by one, in one go.
            if not self._handed:
                QTimer.singleShot(0, self._ask)
            self._handed.append(Path(event.file()))
            return True
        return super().event(event)

    def _ask(self) -> None:
        handed, self._handed = self._handed, []
        self.paths_requested.emit(handed)


class Program(QObject):
    """One main window and everything behind it. The controllers are None until they are loaded."""

    def __init__(self, request: LaunchRequest, settings: Settings, pool: "WorkerPool | None" = None) -> None:
        super().__init__()
        self._request = request
        self._settings = settings
        self._pool = pool
        self._owns_pool = pool is None
        self.document: DocumentController | None = None
        self.panes: PanesController | None = None
        self.coverage: CoverageController | None = None
        self.model: ModelController | None = None
        self.comparison: ComparisonController | None = None
        self.scoring: SeriesScoringController | None = None
        self.cases: CaseWiring | None = None
        self.exit_code = 0
        self._wiring: Wiring | None = None
        self._waiting: list[list[Path]] = []
        self._is_shut = False
        self._is_loading = False
        self._told_timings = False
        self._garbage = GarbageCollector(self)
        self.jobs = Jobs(self)
        self.handover: HandoverListener | None = None
        self.main_window = MainWindow(settings)
        ScreenWatch(self.main_window)
        self.session: SessionController | None = None
        self.automation = Automation(request, self._screenshot, self) if request.is_automated else None
        self.main_window.set_samples(list_samples(), self.open_sample)
        self.main_window.paths_requested.connect(self._waiting.append)
        self.main_window.paths_dropped.connect(self._waiting.append)
        self.main_window.memory_limit_requested.connect(self._set_memory_limit)
        self._restore_hook = show_faults_with(self.main_window.strip.show_problem)
        if self.automation is not None:
            self.automation.finished.connect(self._automation_over)
            self.automation.said.connect(lambda line: print_line(sys.stdout, line))
            self.automation.failed.connect(lambda refusal: warn(error_line(refusal.message, refusal.code)))

    @property
    def view(self) -> "ViewController | None":
        """The active pane."""
        return None if self.panes is None else self.panes.active

    def show(self) -> None:
        """Put the main window on screen, then load the rest."""
        # A step beside the window that is there, which was last in the same place.
        self.main_window.fit_screen(step=units(28) if self._request.new_window else 0)
        if self._request.size is not None:
            self.main_window.resize(*self._request.size)
        elif self._request.is_automated and QApplication.platformName() == "offscreen":
            # There is no screen to fit; a picture has one size everywhere.
            self.main_window.resize(units(WIDTH), units(HEIGHT))
        self.main_window.show()
        timings.mark("window shown")
        if self.automation is not None and not (self._request.paths or self._request.demo):
            self.automation.nothing_to_open()
        if self._request.provoke:
            QTimer.singleShot(0, self, _raise)
        # After the first paint: importing keeps Python busy, and the window would stand there empty.
        self.main_window.installEventFilter(self)
        QTimer.singleShot(_UNSEEN_MS, self, self._load)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Load once the main window has been painted."""
        if event.type() == QEvent.Type.Paint:
            timings.mark("window painted")
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._load)
        return False

    def open_sample(self, sample_id: str) -> None:
        """Open a sample by its id."""
        try:
            self.main_window.paths_requested.emit(list(find_sample(sample_id).paths))
        except Refusal as refusal:
            self.main_window.strip.show_problem(refusal)

    def _take_over(self, paths: list[Path]) -> None:
        """Open what a second start handed over, and come to the front."""
        window = self.main_window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
        if paths:
            window.paths_requested.emit(paths)

    def _set_memory_limit(self, mebibytes: int) -> None:
        self._settings.set(MEMORY, mebibytes)
        if self.document is not None:
            policy = self.document.reading.policy
            self.document.set_policy(replace(policy, memory_bytes=mebibytes * 2**20 or None))

    def shut_down(self) -> None:
        """End every thread and take the main window away. May be called twice."""
        if self._is_shut:
            return
        self._is_shut = True
        if self.handover is not None:
            self.handover.close()
        self._restore_hook()
        self._tell_timings()
        self.jobs.shut_down()
        if self.session is not None:
            self.session.close()
        if self._wiring is not None:
            self._wiring.annotations.close()
        if self.cases is not None:
            self.cases.close()
        if self._owns_pool and self._pool is not None:
            self._pool.close()
        self._garbage.stop()
        self.main_window.hide()
        self.main_window.deleteLater()
        clear_line_cache()
        clear_text_cache()
        forget_icons()

    def _load(self) -> None:
        if self._is_shut or self._is_loading or not self.main_window.isVisible():
            return
        self._is_loading = True
        self.jobs.start(Lane.LOAD, FOR_SLICES, returned=self._slices_loaded, refused=self._not_loaded)

    def _slices_loaded(self, _: object) -> None:
        timings.mark("what opens files is loaded")
        # These were imported in the background a moment ago; here they only get their names.
        from desktop.controllers.document import DocumentController
        from desktop.controllers.panes import PanesController
        from desktop.controllers.prompts import PasswordPrompt, UnpackPrompt
        from desktop.controllers.series.slice_coverage import CoverageController
        from desktop.controllers.series.studies import fill_panes
        from desktop.wiring.session_wiring import wire_session
        from desktop.wiring.wiring import Wiring
        from imaging.workers.pool import Reading, WorkerPool

        self._pool = self._pool or WorkerPool()
        # A picture of an automation is whole when it is saved.
        jobs = self.jobs if self.automation is None else None
        self.panes = PanesController(self, radiological=self._settings.get(RADIOLOGICAL), jobs=jobs)
        self.panes.picture_changed.connect(self._garbage.picture_moved)
        memory_limit = self._request.memory_limit or self._settings.get(MEMORY)
        policy = replace(self._request, memory_limit=memory_limit).policy()
        self.document = DocumentController(self.jobs, self.panes, Reading(policy, self._pool), self)
        self.coverage = CoverageController(self.document, self.panes, self)
        self._wiring = Wiring(
            self.main_window,
            self.document,
            self.panes,
            self.coverage,
            jobs=self.jobs,
            settings=self._settings,
            private=self._request.private,
        )
        self.main_window.paths_requested.disconnect(self._waiting.append)
        self.main_window.paths_dropped.disconnect(self._waiting.append)
        if self.automation is not None:
            self.automation.watch_document(self.document, partial(fill_panes, self.document, self.panes))
        else:
            # An automation has nobody to ask.
            self._wiring.add_prompts(PasswordPrompt(self.document), UnpackPrompt(self.document))
            self.session = wire_session(
                self.main_window, self.document, self.panes, self._wiring, jobs=self.jobs, settings=self._settings
            )
        planes = self._wiring.pane_wiring.through_volume(self._request.layout)
        if planes is not None:
            self.document.opened.connect(planes.switch, Qt.ConnectionType.SingleShotConnection)
            if self.automation is not None:
                self.automation.watch_planes(lambda: planes.is_ready)
                planes.given_up.connect(self.automation.planes_refused)
        elif self._request.layout is not None:
            self.panes.set_layout(self._request.layout)
        self._open_first(self.document)
        if not self._request.quit:
            # The first child process imports what it reads with while we import what runs models.
            self.jobs.start(Lane.CHILDREN, partial(self._pool.warm, 1))
        self.jobs.start(Lane.LOAD, FOR_MODELS, returned=self._models_loaded, refused=self._not_loaded)

    def _policy(self) -> "ReadingPolicy":
        """Return what is allowed to reading now, and with it to strangers' models."""
        assert self.document is not None
        return self.document.reading.policy

    def _open_first(self, document: "DocumentController") -> None:
        """Open the paths of the command line, then those that were dropped while the program was still loading."""
        samples = [one for one in list_samples() if one.demo] if self._request.demo else []
        paths = [*self._request.paths, *(path for one in samples for path in one.paths)]
        if paths:
            # The demo is about its first sample; the others wait in the list of series.
            preferred = samples[0].paths[0] if samples else None
            document.open(paths, series=self._request.series, index=self._request.slice, preferred=preferred)
        for dropped in self._waiting:
            self.main_window.paths_requested.emit(dropped)
        self._waiting.clear()

    def _models_loaded(self, _: object) -> None:
        timings.mark("what runs models is loaded")
        from desktop.controllers.comparison import ComparisonController
        from desktop.controllers.findings.model_input import ModelInputController
        from desktop.controllers.findings.report_saving import ReportController
        from desktop.controllers.model import ModelController  # imported in the background a moment ago
        from desktop.controllers.model_wizard import ModelWizardController
        from desktop.controllers.sending import SendingController
        from desktop.controllers.series.series_scoring import SeriesScoringController
        from desktop.jobs.handover import HandoverListener
        from desktop.ui.report_pdf import write_pdf

        self._garbage.settle()
        assert self.panes is not None
        assert self._wiring is not None
        self.model = ModelController(self.jobs, self.panes, self._policy, self)
        self._wiring.add_model(self.model)
        self._wiring.add_model_input(ModelInputController(self.jobs, self.panes, self.model))
        assert self.document is not None
        self.comparison = ComparisonController(self.jobs, self.model, self._policy)
        self.scoring = SeriesScoringController(self.jobs, self.document, self.panes, self.model, self.comparison)
        self._wiring.add_series(self.scoring, self.comparison)
        report = ReportController(
            self.document,
            self.panes,
            self.model,
            curve=self.scoring.find_whole_curve,
            jobs=self.jobs,
            write_pdf=write_pdf,
        )
        self._wiring.add_report(report)
        self._wiring.add_sending(SendingController(self.document, self.panes, self.model, jobs=self.jobs))
        if self.automation is None:
            # An automation has nobody to ask.
            self._wiring.add_wizard(ModelWizardController(self.jobs, self.panes, self.model, self._policy))
        if self._request.model is not None:
            self.model.choose(self._request.model)
        self.model.list_models()
        if self.automation is not None:
            self.automation.watch_model(self.model)
            self.automation.watch_print(partial(_print_report, report))
        elif reports := crash_reports.find_unseen():
            from desktop.ui.dialogs.prompts import offer_crash_reports  # wanted after a crash only

            offer_crash_reports(reports, self.main_window)
        if not self._request.quit:
            self.jobs.start(
                Lane.CHILDREN, self._prepare_reading, returned=self._reading_prepared, refused=self._reading_prepared
            )
        if self.automation is None:
            self.handover = HandoverListener(self)
            self.handover.received.connect(self._take_over)
            self.handover.listen()
        self._tell_timings()

    def _prepare_reading(self) -> None:
        """Have the child processes and the reader of DICOM ready before the first file comes. In the background."""
        assert self._pool is not None
        self._pool.warm()
        FOR_FILES()

    def _reading_prepared(self, _: object) -> None:
        self.jobs.start(Lane.LOAD, FOR_REQUESTS, returned=self._requests_loaded, refused=self._not_loaded)

    def _requests_loaded(self, _: object) -> None:
        from desktop.wiring.case_wiring import CaseWiring  # imported in the background a moment ago

        assert self.document is not None
        assert self.panes is not None
        assert self.model is not None
        assert self._wiring is not None
        self.cases = CaseWiring(
            self.main_window,
            self._wiring,
            self.document,
            self.panes,
            self.model,
            jobs=self.jobs,
            settings=self._settings,
        )

    def _tell_timings(self) -> None:
        """Say once how long the start took; a main window that closes before all is loaded says how far it came."""
        if self._request.timings and not self._told_timings:
            self._told_timings = True
            print_line(sys.stdout, "\n".join(timings.lines()))

    def _not_loaded(self, refusal: Refusal) -> None:
        self._garbage.settle()
        self.main_window.strip.show_problem(refusal)
        if self.automation is not None:
            self.automation.not_loaded(refusal)

    def _screenshot(self) -> bytes:
        """Return what is on screen as a PNG."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.main_window.grab().save(buffer, "PNG")
        return bytes(buffer.data().data())

    def _automation_over(self, exit_code: int) -> None:
        self.exit_code = exit_code
        if self._request.quit:
            self.main_window.close()


def start(request: LaunchRequest, settings: Settings | None = None, pool: "WorkerPool | None" = None) -> Program:
    """Return the program on screen; the caller runs Qt's loop, then `shut_down`. A `pool` given stays the caller's."""
    share_heap()
    import_qt()
    app = QApplication.instance() or Application([_NAME])
    assert isinstance(app, QApplication)
    app.setApplicationName(_NAME)
    app.setApplicationDisplayName(TITLE)
    app.setWindowIcon(icon("slicelens"))
    timings.mark("Qt started")
    # A picture of an automation looks the same whatever the person's own settings are.
    stored = None if settings is not None or request.is_automated else StoredSettings()
    chosen = settings or Settings({} if stored is None else stored)
    apply_theme(app, scale=chosen.get(SCALE), theme=chosen.get(THEME))
    apply_language(app, "english" if request.is_automated else chosen.get(LANGUAGE))
    program = Program(request, chosen, pool)
    if isinstance(app, Application):
        app.paths_requested.connect(program.main_window.paths_requested)
    program.show()
    if stored is not None and stored.refusal is not None:
        program.main_window.strip.show_first(stored.refusal)
    return program


def run(request: LaunchRequest) -> int:
    """Show the main window until it is closed, and return the exit code."""
    # Qt's own remarks about the platform are for developers, and may name files; ours go through the strip or `main`.
    qInstallMessageHandler(lambda *_: None)
    watch = crash_reports.CrashWatch()
    program = start(request)
    code = QApplication.exec()
    program.shut_down()
    watch.close()
    return code or program.exit_code


def _print_report(report: "ReportController", path: Path) -> None:
    """Print the report on what is shown into a file. Raises `Refusal`."""
    from desktop.state.report_options import ReportOptions  # for an automation that prints
    from desktop.ui.print_preview import print_into_file

    options = ReportOptions(folder=path.parent, formats=())
    content = report.make_now(options)
    if content is not None:
        print_into_file(content, options.paper, path)


def _raise() -> None:
    """Raise, for `--provoke`, an exception with a text that must never be shown, logged or kept."""
    raise ArithmeticError("provoked; this text stands for a name in somebody's file")
