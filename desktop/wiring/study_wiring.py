"""The part of the wiring that is about studies in the list at the left: closing them, and finding series."""

from functools import partial

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.controllers.series.studies import StudyController
from desktop.ui.main_window import MainWindow


def wire_studies(main_window: MainWindow, document: DocumentController, panes: PanesController) -> None:
    """Connect list, menu and strip with what closes studies."""
    studies = StudyController(document, panes, main_window)
    panel = main_window.series
    main_window.menus.connect({"studies": studies})
    panel.close_requested.connect(studies.close)
    panel.show_requested.connect(main_window.menus.actions["left_panel"].trigger)
    panel.left.connect(lambda: main_window.slice_view.setFocus())
    studies.emptied.connect(partial(main_window.show_slices, False))
    studies.emptied.connect(partial(main_window.strip.show_problem, None))
    studies.emptied.connect(partial(main_window.strip.set_ledger_summary, ""))
