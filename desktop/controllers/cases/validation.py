"""The validation of a table against a truth file: judged, reported and looked into in the background."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.controllers.cases.result_table import ResultTableController
from desktop.controllers.document import DocumentController
from desktop.jobs.cases.local_points import choose_and_keep
from desktop.jobs.cases.validation import (
    JudgedTable,
    WritePdf,
    judge_label,
    judge_table,
    write_judgement,
)
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.cases.matrix_cell import MatrixCell
from inference.cases.threshold_figures import lines_at_threshold
from inference.cases.validation import lines_in_matrix


class ValidationController(QObject):
    """One judgement at a time."""

    judged = Signal(object)  # the table against a truth file (`JudgedTable`)
    figures_changed = Signal(object)  # those of a label at every threshold (`ThresholdFigures`)
    cases_found = Signal(object, str)  # the lines of a cell's cases (a frozenset), and what they have in common
    point_kept = Signal(object)  # a `LocalPoint`
    report_saved = Signal(str)  # the name of the folder of the report
    refused = Signal(object)  # a `Refusal`, or None when something else is begun

    def __init__(
        self, jobs: Jobs, document: DocumentController, table: ResultTableController, write_pdf: WritePdf
    ) -> None:
        super().__init__(document)
        self._jobs = jobs
        self._document = document
        self._table = table
        self._write_pdf = write_pdf
        self.judgement: JudgedTable | None = None

    def judge(self, truth: Path, by: str) -> None:
        """Judge the models of the table by a truth file; cases are drawn `by` case or patient."""
        if (table := self._table.table) is not None:
            work = partial(judge_table, table.path, truth, by=by, policy=self._document.reading.policy)
            self._start(work, self._show)

    def find_figures(self, model: int, label: str) -> None:
        """Find the figures of a label at every threshold; of several wishes the newest counts."""
        if self.judgement is not None:
            work = partial(judge_label, self.judgement, model, label)
            self._jobs.start_latest(
                Lane.THRESHOLDS, work, returned=self.figures_changed.emit, refused=self.refused.emit
            )

    def find_cases(self, cell: MatrixCell) -> None:
        """Find the cases that a cell counts."""
        if self.judgement is None:
            return
        cases = self.judgement.validations[cell.model].cases
        if cell.label is None or cell.threshold is None:
            lines = lines_in_matrix(cases, cell.row, cell.column)
        else:
            lines = lines_at_threshold(
                cases, cell.label, cell.threshold, with_label=bool(cell.row), reaches=bool(cell.column)
            )
        self.cases_found.emit(frozenset(lines), cell.words)

    def choose_point(self, model: int, label: str, aim: str, with_temperature: bool) -> None:
        """Choose a local operating point on a part of the cases, and keep it."""
        if self.judgement is not None:
            named = None if aim == "temperature" else label
            work = partial(
                choose_and_keep, self.judgement, model, aim=aim, label=named, with_temperature=with_temperature
            )
            self._start(work, self.point_kept.emit)

    def save_report(self, folder: Path) -> None:
        """Write the report on the last judgement into a folder."""
        if self.judgement is not None:
            work = partial(write_judgement, self.judgement, folder, self._write_pdf)
            self._start(work, lambda _: self.report_saved.emit(folder.name))

    def _start(self, work: Callable[[], object], returned: Callable[[Any], None]) -> None:
        self.refused.emit(None)
        self._jobs.start(Lane.JUDGE, work, returned=returned, refused=self.refused.emit)

    def _show(self, judged: JudgedTable) -> None:
        self.judgement = judged
        self.judged.emit(judged)
