"""A table of results that is looked at: read and arranged in the background, and from a row to its slice."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.controllers.document import DocumentController
from desktop.controllers.panes import PanesController
from desktop.jobs.cases.row_pictures import read_row_picture
from desktop.jobs.cases.table_reading import arrange_table, read_table, spread_scores
from desktop.jobs.jobs import Jobs, Lane
from desktop.render.frame import Grey
from desktop.state.cases.result_rows import ResultTable, RowArrangement
from imaging.base.errors import Code, Refusal
from imaging.volume.series import Series

_MOST_PICTURES = 100
"""Rows that wait for their pictures: more than are on screen are not looked at any more."""


class ResultTableController(QObject):
    """One table at a time."""

    opened = Signal(object)  # a `ResultTable`
    arranged = Signal(object)  # the numbers of the rows to show, in their order
    spread_changed = Signal(object)  # how the scores of a column are spread (`SpreadScores`)
    picture_came = Signal(int, object)  # the number of a row in the file, and its 8-bit thumbnail
    refused = Signal(object)  # a `Refusal`, or None when something else is begun

    def __init__(self, jobs: Jobs, document: DocumentController, panes: PanesController) -> None:
        super().__init__(document)
        self._jobs = jobs
        self._document = document
        self._panes = panes
        self.table: ResultTable | None = None
        self._wanted: tuple[str, int] | None = None
        self._pictures: list[int] = []
        """The rows whose pictures are wanted, the most wanted last."""
        panes.shown_changed.connect(self._go_on)

    def open(self, path: Path) -> None:
        """Read a table."""
        self.refused.emit(None)
        self._jobs.start(Lane.TABLE, partial(read_table, path), returned=self._show, refused=self.refused.emit)

    def arrange(self, wanted: RowArrangement) -> None:
        """Find the rows that are wanted, in their order; of several wishes the newest counts."""
        if self.table is not None:
            work = partial(arrange_table, self.table, wanted)
            self._jobs.start_latest(Lane.ARRANGE, work, returned=self._arranged, refused=self.refused.emit)

    def spread(self, column: str) -> None:
        """Count the scores of a column."""
        if self.table is not None:
            work = partial(spread_scores, self.table, column, self._document.reading.policy)
            self._jobs.start_latest(Lane.TABLE, work, returned=self.spread_changed.emit, refused=self.refused.emit)

    def want_pictures(self, rows: Sequence[int]) -> None:
        """Read the small pictures of these rows, which are on screen, one after another."""
        self._pictures = [*self._pictures, *reversed(rows)][-_MOST_PICTURES:]
        self._read_next_picture()

    def _read_next_picture(self) -> None:
        table = self.table
        if table is None or not self._pictures or self._jobs.is_busy(Lane.ROW_PICTURES):
            return
        row = self._pictures.pop()
        work = partial(read_row_picture, table.cell(row, "path"), table.cell(row, "slice"), self._document.reading)
        self._jobs.start(
            Lane.ROW_PICTURES,
            work,
            returned=partial(self._give_picture, table, row),
            refused=lambda _: self._read_next_picture(),
        )

    def _give_picture(self, table: ResultTable, row: int, pixels: Grey) -> None:
        if table is self.table:
            self.picture_came.emit(row, pixels)
        self._read_next_picture()

    def show_slice(self, row: int) -> None:
        """Put the slice of a row on screen: of a series that is open at once, else its file is opened."""
        table = self.table
        if table is None:
            return
        self.refused.emit(None)
        name, index = table.cell(row, "path"), table.cell(row, "slice")
        for series in self._document.series:
            found = next((n for n, frame in enumerate(series.frames) if frame.source.name == name), None)
            if found is not None:
                several = series.frames[0].source == series.frames[-1].source
                self._go(series, int(index) if several and index.isdigit() else found % series.slices)
                return
        path = _existing_part(Path(name))
        if path is None:
            self.refused.emit(Refusal(Code.MISSING))
            return
        # A file of its own is a series of one slice; one with several has them by their numbers.
        same = sum(table.cell(other, "path") == name for other in range(max(0, row - 1), min(row + 2, len(table.rows))))
        self._document.open([path], index=int(index) if same > 1 and index.isdigit() else None)

    def _go(self, series: Series, index: int) -> None:
        shown = self._panes.active.series
        if shown is not None and shown.id == series.id:
            self._panes.active.go(index)
        else:
            self._wanted = series.id, index
            self._document.show_series(series.id)

    def _go_on(self, series: Series) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted[0] == series.id:
            self._panes.active.go(wanted[1])

    def _show(self, table: ResultTable) -> None:
        self.table, self._pictures = table, []
        self.opened.emit(table)

    def _arranged(self, order: NDArray[np.intp]) -> None:
        self.arranged.emit(order)


def _existing_part(path: Path) -> Path | None:
    """Return the file that a path names; for a member of an archive, the archive. None if it is gone."""
    return next((one for one in (path, *path.parents) if one.is_file()), None)
