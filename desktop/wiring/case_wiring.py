"""The signals of batches and tables of results: joined once models are there."""

from desktop.controllers.cases.batch import BatchController
from desktop.controllers.cases.result_table import ResultTableController
from desktop.controllers.document import DocumentController
from desktop.controllers.model import ModelController
from desktop.ui.dialogs.case_pages import CasePages
from desktop.ui.main_window import MainWindow


def wire_cases(
    main_window: MainWindow,
    document: DocumentController,
    model: ModelController,
    *,
    batch: BatchController,
    results: ResultTableController,
) -> None:
    """Connect what scores folders and shows tables."""

    def list_models() -> tuple[list[tuple[str, str]], str | None]:
        found = [(one.contract.id, one.contract.name) for one in model.offers.models]
        return found, None if model.contract is None else model.contract.id

    pages = CasePages(main_window, list_models, lambda: document.paths)
    main_window.menus.connect({"case_pages": pages})
    pages.batch.start_requested.connect(batch.start)
    pages.batch.stop_requested.connect(batch.stop)
    batch.began.connect(pages.batch.show_running)
    batch.progress_changed.connect(pages.batch.show_progress)
    batch.ended.connect(pages.batch.show_end)
    batch.ended.connect(lambda end: main_window.strip.set_hint(end.sentence))
    batch.refused.connect(pages.batch.show_problem)
    pages.open_requested.connect(results.open)
    pages.table.arrange_requested.connect(results.arrange)
    pages.table.spread_requested.connect(results.spread)
    pages.table.slice_requested.connect(results.show_slice)
    results.opened.connect(pages.table.show_table)
    results.opened.connect(pages.show_table)
    results.arranged.connect(pages.table.show_rows)
    results.spread_changed.connect(pages.table.show_spread)
    pages.table.judge_requested.connect(results.judge)
    pages.validation.save_requested.connect(results.save_report)
    results.judged.connect(pages.validation.show_judged)
    results.judged.connect(pages.show_validation)
    results.judged.connect(lambda _: pages.table.show_problem(None))
    results.report_saved.connect(pages.validation.show_saved)
    results.refused.connect(pages.table.show_problem)
    results.refused.connect(pages.validation.show_problem)
    results.refused.connect(main_window.strip.show_problem)
