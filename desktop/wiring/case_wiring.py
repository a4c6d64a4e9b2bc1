"""The signals of batches and tables of results: joined once models are there."""

from desktop.controllers.cases.batch import BatchController
from desktop.controllers.cases.result_table import ResultTableController
from desktop.controllers.cases.training import TrainingController
from desktop.controllers.cases.validation import ValidationController
from desktop.controllers.document import DocumentController
from desktop.controllers.findings.local_point import LocalPointController
from desktop.controllers.model import ModelController
from desktop.controllers.panes import PanesController
from desktop.jobs.jobs import Jobs
from desktop.state.settings import Settings
from desktop.ui.dialogs.case_pages import CasePages
from desktop.ui.main_window import MainWindow
from desktop.ui.report_pdf import write_validation_pdf
from desktop.wiring.training_wiring import wire_training


def wire_cases(
    main_window: MainWindow,
    document: DocumentController,
    panes: PanesController,
    model: ModelController,
    jobs: Jobs,
    settings: Settings,
) -> CasePages:
    """Make what scores folders and shows tables, connect it, and return its pages."""

    def list_models() -> tuple[list[tuple[str, str]], str | None]:
        found = [(one.contract.id, one.contract.name) for one in model.offers.models]
        return found, None if model.contract is None else model.contract.id

    pages = CasePages(main_window, list_models, lambda: document.paths)
    main_window.menus.connect({"case_pages": pages})
    _connect_batch(pages, BatchController(jobs, document), main_window)
    table = ResultTableController(jobs, document, panes)
    _connect_table(pages, table, main_window)
    validation = ValidationController(jobs, document, table, write_validation_pdf)
    _connect_validation(pages, validation, main_window)
    local = LocalPointController(model, lambda: document.reading.policy)
    local.note_changed.connect(main_window.model.finding.set_local)
    main_window.model.finding.local_requested.connect(local.switch)
    validation.point_kept.connect(lambda point: local.take_up(point.model_sha256))
    training = TrainingController(jobs, document, validation, settings)
    wire_training(main_window, pages.training, training)
    return pages


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
