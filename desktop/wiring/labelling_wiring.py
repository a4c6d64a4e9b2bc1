"""The signals of labelling and of readers: joined once models are there.

A part of `wiring`, which is the one place that joins signals.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.controllers.cases.labelling import LabellingController
from desktop.controllers.cases.readers import ReadersController
from desktop.controllers.document import DocumentController
from desktop.jobs.jobs import Jobs
from desktop.state.cases.labelling import LabellingPurpose
from desktop.state.commands import COMMANDS
from desktop.ui.cases.labelling_pages import LabellingPages
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.main_window import MainWindow
from inference.cases.case_store import CaseStore, default_case_store_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.controllers.model import ModelController
    from desktop.jobs.cases.labelled_cases import OfferedCases
    from desktop.state.picture import Picture


class LabellingWiring(QObject):
    """Connects what labels cases with its windows and with the table that cases come from."""

    def __init__(
        self,
        main_window: MainWindow,
        document: DocumentController,
        model: "ModelController",
        table: ResultTableDialog,
        *,
        jobs: Jobs,
    ) -> None:
        super().__init__(main_window)
        store = CaseStore(default_case_store_path())
        self._main_window = main_window
        self.controller = LabellingController(jobs, document, store)
        self.readers = ReadersController(jobs, store, self)

        def open_cases() -> "tuple[int, Sequence[str]]":
            return len(document.series), () if model.contract is None else model.contract.task.names

        self.pages = LabellingPages(main_window, open_cases)
        self._wire_pages(table)
        self._wire_window()

    def close(self) -> None:
        """Keep what is not kept yet: the program ends, and no job runs any more."""
        self.controller.close()

    def _wire_pages(self, table: ResultTableDialog) -> None:
        pages, labelling, readers = self.pages, self.controller, self.readers
        readers.offered.connect(self._ask_about_table)
        readers.refused.connect(table.show_problem)
        readers.refused.connect(pages.dialog.show_problem)
        readers.refused.connect(pages.readers.show_problem)
        pages.dialog.start_requested.connect(labelling.start)
        pages.dialog.readers_requested.connect(readers.compare)
        labelling.refused.connect(pages.dialog.show_problem)
        labelling.said.connect(self._main_window.strip.set_hint)
        readers.compared.connect(pages.readers.show_readers)
        readers.compared.connect(lambda _: pages.show_readers())
        readers.said.connect(pages.readers.say)
        pages.readers.import_requested.connect(readers.import_truth)
        pages.readers.export_requested.connect(readers.export_truth)
        pages.readers.study_requested.connect(readers.export_study)
        pages.readers.adjudicate_requested.connect(self._adjudicate)

    def _wire_window(self) -> None:
        labelling, window, view = self.controller, self.pages.window, self.controller.view
        window.answered.connect(labelling.answer)
        window.confirmed.connect(labelling.confirm)
        window.remarked.connect(labelling.remark)
        window.take_back_requested.connect(labelling.take_back)
        window.step_requested.connect(labelling.step)
        window.pause_requested.connect(labelling.pause)
        window.closed.connect(labelling.stop)
        labelling.began.connect(self._begin)
        labelling.changed.connect(window.show_facts)
        labelling.ended.connect(self.pages.end)
        pane = window.pane
        pane.stepped.connect(view.step)
        pane.drag_began.connect(view.begin_drag)
        pane.window_dragged.connect(view.drag_window)
        pane.drag_ended.connect(view.end_drag)
        pane.camera_requested.connect(view.look)
        pane.hovered.connect(view.probe)
        view.picture_changed.connect(self._show_picture)
        view.probed.connect(pane.set_probe)
        keys = {
            "F": view.fit,
            "I": view.invert,
            "R": lambda: view.rotate(1),
            "Shift+R": lambda: view.rotate(-1),
            "H": lambda: view.flip("horizontally"),
            "V": lambda: view.flip("vertically"),
            "W": view.window_of_file,
            "Shift+W": view.window_automatically,
        }
        # The window is modal, so that keys of the main window do not reach it.
        actions = self._main_window.menus.actions
        window.addActions([actions[row.id] for row in COMMANDS if row.everywhere])
        window.slice_key_pressed.connect(lambda key: keys.get(key, lambda: None)())

    def _begin(self, _: object) -> None:
        grid, pane = self._main_window.panes, self.pages.window.pane
        # Names of files and descriptions often say what a case is.
        pane.set_text_level("none" if grid.text_level == "none" else "some")
        self.pages.window.set_private(grid.is_private)
        self.pages.begin()

    def _show_picture(self, picture: "Picture | None") -> None:
        self.pages.window.pane.show_picture(picture)
        self.controller.view.probe(self.pages.window.pane.pixel_under_cursor)

    def _ask_about_table(self, offered: "OfferedCases") -> None:
        self.pages.dialog.ask_about_table(offered.table, offered.questions, offered.only)
        self.pages.show_dialog()

    def _adjudicate(self) -> None:
        dialog = self.pages.dialog
        dialog.purpose.setCurrentIndex(dialog.purpose.findData(LabellingPurpose.ADJUDICATE))
        self.pages.show_dialog()
