"""The signals of batches, tables of results, labelling and trainings: joined when somebody asks for the first of them.

Seven windows that nobody may want take longer to make than the window may stand still while it starts.
"""

from functools import cached_property

from PySide6.QtCore import QObject

from desktop.controllers.cases.batch import BatchController
from desktop.controllers.cases.result_table import ResultTableController
from desktop.controllers.cases.training import TrainingController
from desktop.controllers.cases.validation import ValidationController
from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.jobs.jobs import Jobs
from desktop.state.settings import Settings
from desktop.ui.cases.labelling_pages import LabellingPages
from desktop.ui.dialogs.case_pages import CasePages
from desktop.ui.main_window import MainWindow
from desktop.ui.report_pdf import write_validation_pdf
from desktop.wiring.labelling_wiring import LabellingWiring
from desktop.wiring.training_wiring import wire_training
from desktop.wiring.wiring import Wiring


class CaseWiring(QObject):
    """Makes what scores folders, shows tables and labels cases, and connects it, once it is asked for."""

    def __init__(
        self,
        main_window: MainWindow,
        wiring: Wiring,
        document: DocumentController,
        panes: PanesController,
        model: ModelController,
        *,
        jobs: Jobs,
        settings: Settings,
    ) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._document = document
        self._panes = panes
        self._model = model
        self._jobs = jobs
        self._settings = settings
        self._wiring = wiring
        main_window.menus.follow("case_pages", lambda: self.pages, CasePages)
        main_window.menus.follow("labelling_pages", lambda: self.labelling.pages, LabellingPages)

    def close(self) -> None:
        """Keep what is not kept yet: the program ends, and no job runs any more."""
        if "labelling" in self.__dict__:
            self.labelling.close()

    @cached_property
    def pages(self) -> CasePages:
        """The pages about many cases."""
        main_window, document, jobs = self._main_window, self._document, self._jobs
        pages = CasePages(main_window, self._list_models, lambda: document.paths)
        _connect_batch(pages, BatchController(jobs, document), main_window)
        table = ResultTableController(jobs, document, self._panes)
        _connect_table(pages, table, main_window)
        validation = ValidationController(jobs, document, table, write_validation_pdf)
        _connect_validation(pages, validation, main_window)
        validation.point_kept.connect(lambda point: self._wiring.local_point.take_up(point.model_sha256))
        wire_training(main_window, pages.training, TrainingController(jobs, document, validation, self._settings))
        pages.table.label_requested.connect(lambda table, order: self.labelling.readers.offer(table, order))
        self._wiring.privacy.tell_dialogs()
        return pages

    @cached_property
    def labelling(self) -> LabellingWiring:
        """Labelling and its pages."""
        labelling = LabellingWiring(self._main_window, self._document, self._model, self.pages.table, jobs=self._jobs)
        self._wiring.privacy.tell_dialogs()
        return labelling

    def _list_models(self) -> tuple[list[tuple[str, str]], str | None]:
        model = self._model
        found = [(one.contract.id, one.contract.name) for one in model.offers.models]
        return found, None if model.contract is None else model.contract.id


def _connect_batch(pages: CasePages, batch: BatchController, main_window: MainWindow) -> None:
    pages.batch.start_requested.connect(batch.start)
    pages.batch.stop_requested.connect(batch.stop)
    batch.began.connect(pages.batch.show_running)
    batch.progress_changed.connect(pages.batch.show_progress)
    batch.ended.connect(pages.batch.show_end)
    batch.ended.connect(lambda end: main_window.strip.set_hint(end.sentence))
    batch.refused.connect(pages.batch.show_problem)


def _connect_table(pages: CasePages, results: ResultTableController, main_window: MainWindow) -> None:
    pages.open_requested.connect(results.open)
    pages.table.arrange_requested.connect(results.arrange)
    pages.table.spread_requested.connect(results.spread)
    pages.table.slice_requested.connect(results.show_slice)
    results.opened.connect(pages.table.show_table)
    results.opened.connect(pages.show_table)
    results.arranged.connect(pages.table.show_rows)
    pages.table.rows.pictures_wanted.connect(results.want_pictures)
    results.picture_came.connect(pages.table.rows.set_picture)
    results.spread_changed.connect(pages.table.show_spread)
    results.refused.connect(pages.table.show_problem)
    results.refused.connect(main_window.strip.show_problem)


def _connect_validation(pages: CasePages, validation: ValidationController, main_window: MainWindow) -> None:
    pages.table.judge_requested.connect(validation.judge)
    pages.validation.save_requested.connect(validation.save_report)
    pages.validation.thresholds.figures_requested.connect(validation.find_figures)
    pages.validation.thresholds.cases_requested.connect(validation.find_cases)
    validation.judged.connect(pages.validation.show_judged)
    validation.judged.connect(pages.show_validation)
    validation.judged.connect(lambda _: pages.table.show_problem(None))
    validation.figures_changed.connect(pages.validation.thresholds.show_figures)
    validation.cases_found.connect(pages.table.show_lines)
    validation.cases_found.connect(pages.show_table)
    pages.validation.thresholds.point_requested.connect(validation.choose_point)
    validation.point_kept.connect(pages.validation.thresholds.show_point)
    validation.report_saved.connect(pages.validation.show_saved)
    validation.refused.connect(pages.table.show_problem)
    validation.refused.connect(pages.validation.show_problem)
    validation.refused.connect(main_window.strip.show_problem)
