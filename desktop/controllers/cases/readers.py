"""Readers of a table's cases: what may be asked, how far they agree, the truth as a file in and out, studies for R."""

from functools import partial
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from desktop.jobs.cases.labelled_cases import (
    ReaderTable,
    compare_table_readers,
    export_study,
    export_truth,
    import_into_store,
    offer_cases,
)
from desktop.jobs.jobs import Jobs, Lane
from desktop.state.cases.labelling import Question
from desktop.state.cases.result_rows import ResultTable
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from inference.cases.case_store import CaseStore
from inference.cases.labelled_truth import ImportedTruth
from inference.cases.reader_study import MRMC_FILES, ReaderStudy, StudyTable


class ReadersController(QObject):
    """The readers of one table at a time."""

    offered = Signal(object)  # `OfferedCases`
    compared = Signal(object)  # a `ReaderTable`
    said = Signal(str)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, store: CaseStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._store = store
        self._readers: ReaderTable | None = None

    def offer(self, table: ResultTable, order: NDArray[np.intp]) -> None:
        """Find out what may be asked about the rows of a table that are shown."""
        work = partial(offer_cases, table, order)
        self._jobs.start(Lane.READERS, work, returned=self.offered.emit, refused=self.refused.emit)

    def compare(self, table: Path, question: Question) -> None:
        """Find out how far the readers of a table agree."""
        work = partial(compare_table_readers, table, question, self._store)
        self._jobs.start(Lane.READERS, work, returned=self._show, refused=self.refused.emit)

    def compare_again(self) -> None:
        """Find it out anew: something was said meanwhile."""
        if self._readers is not None:
            self.compare(self._readers.table, self._readers.question)

    def import_truth(self, path: Path, reader: str) -> None:
        """Take the labels of a truth file in, as those of a reader."""
        if (readers := self._readers) is not None:
            work = partial(import_into_store, path, readers.table, readers.question, self._store, reader=reader)
            self._jobs.start(Lane.READERS, work, returned=self._imported, refused=self.refused.emit)

    def export_truth(self, path: Path) -> None:
        """Write the truth as a CSV."""
        if (readers := self._readers) is not None:
            work = partial(export_truth, readers, path)
            told = partial(self._exported, path.name)
            self._jobs.start(Lane.READERS, work, returned=told, refused=self.refused.emit)

    def export_study(self, study: ReaderStudy, folder: Path) -> None:
        """Write the tables of a reader study."""
        if (readers := self._readers) is not None:
            work = partial(export_study, readers, study, folder)
            self._jobs.start(Lane.READERS, work, returned=self._study_exported, refused=self.refused.emit)

    def _show(self, readers: ReaderTable) -> None:
        self._readers = readers
        self.compared.emit(readers)

    def _imported(self, found: ImportedTruth) -> None:
        lines = [tr("{answers} labels were taken in.", answers=len(found.answers)), *map(tr, found.notes)]
        if found.unknown:
            more = tr(" (and {unknown} lines more)", unknown=len(found.unknown) - 1) if len(found.unknown) > 1 else ""
            lines.append(f"{tr(found.unknown[0].message)}{more}")
        self.said.emit(" ".join(lines))
        self.compare_again()

    def _exported(self, name: str, count: int) -> None:
        if count:
            self.said.emit(tr("{name} holds the truth of {count} cases.", name=PurePath(name), count=count))
        else:
            self.refused.emit(
                Refusal(
                    Code.EMPTY,
                    english("{name} was written, but no case has a label that stands yet.", name=PurePath(name)),
                )
            )

    def _study_exported(self, table: StudyTable) -> None:
        left_out = (
            tr(" {without_truth} cases have no truth and were left out.", without_truth=table.without_truth)
            if table.without_truth
            else ""
        )
        files = " and ".join(MRMC_FILES)
        said = tr(
            "{files}: {ratings} ratings of {cases} cases by {readers} readers.{left_out}",
            files=files,
            ratings=table.ratings,
            cases=table.cases,
            readers=table.readers,
            left_out=left_out,
        )
        self.said.emit(said)
