"""Labelling in the background: what is asked, in which order, the pictures of cases, and what was said. No Qt here."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from desktop.jobs.open import FirstPicture, read_first_picture
from desktop.state.cases.labelling import LabellingChoice, LabellingPlan, LabellingPurpose, Question
from desktop.state.cases.result_rows import ResultTable
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.scan import RunningScan
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading
from inference.batch.table import written_path
from inference.cases.case_store import CaseAnswer, CasePlace, CaseStore, GivenAnswer, Occasion
from inference.cases.labelled_truth import ImportedTruth, import_truth, write_truth_csv
from inference.cases.reader_agreement import ReaderAgreement, compare_readers
from inference.cases.reader_study import ReaderStudy, StudyTable, count_ratings, write_study
from inference.cases.reading_order import CaseOrder, order_cases, seeded_generator
from inference.cases.results import ModelResults, read_results
from inference.contract.contract import Label, Task

_KEPT_VOLUMES = 4
_KEPT_SCANS = 4
_DOING = english("Reading the table")
_EXCLUSIVE = ("multiclass", "binary")

Key = TypeVar("Key")
Kept = TypeVar("Kept")
ModelAnswers = Mapping[CasePlace, str]
"""The answers of models to cases, in words. Only `LabellingController` holds them."""


@dataclass(frozen=True, eq=False)
class PreparedLabelling:
    """A plan, and apart from it what models said of its cases."""

    plan: LabellingPlan
    models: ModelAnswers


@dataclass(frozen=True)
class OfferedCases:
    """Cases of a table that may be labelled: what may be asked about them, and which are wanted."""

    table: Path
    questions: tuple[Question, ...]
    only: frozenset[CasePlace] | None = None
    """None for all of the table."""


def offer_cases(table: ResultTable, order: NDArray[np.intp]) -> Job[OfferedCases]:
    """Return what may be asked about the rows of a table that are shown: the labels of its models. Raises `Refusal`."""
    yield Progress(tr(_DOING), 0)
    questions = _list_questions(table.path)
    path, index = table.columns.index("path"), table.columns.index("slice")
    is_whole = len(order) == len(table.rows)
    only = None if is_whole else frozenset((table.rows[row][path], table.rows[row][index]) for row in order)
    return OfferedCases(table.path, questions, only)


def _list_questions(table: Path) -> tuple[Question, ...]:
    results = sorted(read_results(table), key=lambda one: one.labels)
    found = []
    for labels, group in groupby(results, key=lambda one: one.labels):
        models = list(group)
        cases = len({row.place for one in models for row in one.rows})
        found.append(Question(labels, _are_exclusive(models), tuple(one.model for one in models), cases))
    return tuple(sorted(found, key=lambda one: -one.cases))


def list_open_cases(series: Iterable[Series]) -> tuple[CasePlace, ...]:
    """Return the cases of series that are open: the middle slice of each, as a batch takes it."""
    return tuple((written_path(one.frame(0, one.middle).source.name), str(one.middle)) for one in series)


def prepare_labelling(
    choice: LabellingChoice, store: CaseStore, open_cases: Sequence[CasePlace]
) -> Job[PreparedLabelling]:
    """Return the cases that a reader gets, in order, with what was said of them before.

    Raises `Refusal`: what the table or the store raises; EMPTY if there is no case to show.
    """
    yield Progress(tr(_DOING), 0)
    labels = choice.question.labels
    results = [] if choice.table is None else _results_for(choice.table, choice.question)
    if choice.table is None:
        cases = _order_open(choice, open_cases)
    elif choice.study is not None:
        cases = choice.study.order(order_cases(results, CaseOrder.LISTED, seed=""), choice.reader)
    else:
        cases = order_cases(results, choice.order, seed=choice.reader)
    wanted = [case for case in cases if choice.only is None or case in choice.only]
    yield Progress(tr(_DOING), 1)
    answers = store.answers(labels, wanted)
    _require_label(choice.study, answers)
    said_by_others: dict[CasePlace, str] = {}
    if choice.purpose is LabellingPurpose.ADJUDICATE:
        disputed = {one.place: one for one in compare_readers(answers).disputed}
        wanted = [case for case in wanted if case in disputed]
        said_by_others = {
            place: ", ".join(f"{reader}: {said or tr('cannot tell')}" for reader, said in one.said)
            for place, one in disputed.items()
        }
        if not wanted:
            raise Refusal(Code.EMPTY, "Readers disagree on none of these cases, so there is nothing to adjudicate.")
    if not wanted:
        raise Refusal(Code.EMPTY, "There is no case to label.")
    said = {case: found for case in wanted if (found := _own_answer(choice, answers.get(case, ()))) is not None}
    notes = () if store.set_aside is None else (_say_set_aside(store),)
    plan = LabellingPlan(choice, tuple(wanted), said, said_by_others, notes)
    return PreparedLabelling(plan, _describe_models(results))


def keep_answers(store: CaseStore, labels: Sequence[str], answers: Sequence[GivenAnswer]) -> None:
    """Keep answers; they are on the disk when it returns. Raises `Refusal`."""
    store.add(labels, answers)


@dataclass(frozen=True)
class ReaderTable:
    """All that was said of the cases of a table, and how far readers agree."""

    table: Path
    question: Question
    answers: Mapping[CasePlace, tuple[CaseAnswer, ...]]
    agreement: ReaderAgreement
    studies: tuple[tuple[ReaderStudy, int], ...]
    """The reader studies of these cases, with how many ratings each has."""


def compare_table_readers(table: Path, question: Question, store: CaseStore) -> Job[ReaderTable]:
    """Return what readers said of the cases of a table. Raises `Refusal`."""
    yield Progress(tr(_DOING), 0)
    places = order_cases(_results_for(table, question), CaseOrder.LISTED, seed="")
    answers = store.answers(question.labels, places)
    ordered = {place: answers[place] for place in places if place in answers}
    studies = count_ratings(ordered)
    listed = sorted(studies.items(), key=lambda one: (one[0].name, one[0].label))
    return ReaderTable(table, question, ordered, compare_readers(ordered), tuple(listed))


def import_into_store(
    path: Path, table: Path, question: Question, store: CaseStore, *, reader: str
) -> Job[ImportedTruth]:
    """Take the labels of a truth file in, as those of a reader. Raises `Refusal`, with the line of what is wrong."""
    yield Progress(tr("Reading the truth"), 0)
    task = Task(
        kind="multiclass" if question.are_exclusive else "multilabel",
        labels=tuple(Label(name=name, display=name) for name in question.labels),
    )
    found = import_truth(path, _results_for(table, question)[0], task, reader=reader)
    store.add(question.labels, found.answers)
    return found


def export_truth(readers: ReaderTable, path: Path) -> int:
    """Write the truth as a CSV, and return how many cases have one. Raises `Refusal`."""
    return write_truth_csv(path, readers.answers)


def export_study(readers: ReaderTable, study: ReaderStudy, folder: Path) -> StudyTable:
    """Write a reader study as tables for R. Raises `Refusal`."""
    return write_study(folder, study, readers.answers)


class CaseReader:
    """Reads the pictures of cases, one at a time; files and series that were looked at lately are not read again."""

    def __init__(self, reading: Reading, known: Sequence[Series] = ()) -> None:
        """`known` are series that are open: a case that is one of their slices is shown among the others."""
        self._reading = reading
        self._known = {
            written_path(frame.source.name): series for series in reversed(known) for frame in reversed(series.frames)
        }
        self._scans: OrderedDict[Path, tuple[Series, ...]] = OrderedDict()
        self._volumes: OrderedDict[str, Volume] = OrderedDict()

    def read(self, case: CasePlace) -> Job[FirstPicture]:
        """Return the picture of a case. Raises `Refusal`: what reading raises, MISSING for a case that is gone."""
        name, index = case
        series = self._known.get(name) or (yield from self._find(name))
        number = _number_in(series, name, int(index) if index.isdigit() else 0)
        kept = self._volumes.get(series.id)
        first = yield from read_first_picture(kept if kept and kept.series is series else series, self._reading, number)
        if first.slice.index != number:
            # Where a slice is damaged, others look at the one beside it; that would be another case.
            raise Refusal(Code.DECODE)
        _remember(self._volumes, series.id, first.volume, _KEPT_VOLUMES)
        return first

    def _find(self, name: str) -> Job[Series]:
        path = next((one for one in (Path(name), *Path(name).parents) if one.is_file()), None)
        if path is None:
            raise Refusal(Code.MISSING)
        found = self._scans.get(path)
        if found is None:
            scan = yield from RunningScan(self._reading).run([path])
            found = scan.series
            if not found:
                raise Refusal(scan.ledger.skipped[0].code, scan.ledger.skipped[0].message)
            _remember(self._scans, path, found, _KEPT_SCANS)
        series = next((one for one in found if any(written_path(f.source.name) == name for f in one.frames)), None)
        if series is None:
            raise Refusal(Code.MISSING)
        return series


def _number_in(series: Series, name: str, index: int) -> int:
    """Return the number of a case's slice within its series. Raises `Refusal` (OUT_OF_RANGE)."""
    those = [n for n, frame in enumerate(series.frames) if written_path(frame.source.name) == name]
    # A file with one slice is known by its name: in a smaller series it has another number than in the table.
    number = those[0] % series.slices if len(those) == 1 else index
    if not 0 <= number < series.slices:
        raise Refusal(Code.OUT_OF_RANGE)
    return number


def _remember(kept: "OrderedDict[Key, Kept]", key: Key, value: Kept, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)


def _results_for(table: Path, question: Question) -> list[ModelResults]:
    """Return the results of the models that answer a question. Raises `Refusal`."""
    found = [one for one in read_results(table) if one.labels == question.labels]
    if not found:
        raise Refusal(Code.HEADER, "No model of this table has these labels.")
    return found


def _require_label(study: ReaderStudy | None, answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> None:
    """Raise `Refusal` (ARGUMENT) if readers of a study have rated another label than the one that is wanted now."""
    others = [one for one in count_ratings(answers) if study and one.name == study.name and one.label != study.label]
    if study is not None and others:
        said = english(
            "Readers of the study {name} rate the label {label}; choose that, or another name.",
            name=study.name,
            label=others[0].label,
        )
        raise Refusal(Code.ARGUMENT, said)


def _are_exclusive(results: Sequence[ModelResults]) -> bool:
    return all(one.guess_task().kind in _EXCLUSIVE for one in results)


def _order_open(choice: LabellingChoice, cases: Sequence[CasePlace]) -> list[CasePlace]:
    if choice.order is CaseOrder.LISTED:
        return list(cases)
    return [cases[number] for number in seeded_generator(choice.reader).permutation(len(cases))]


def _own_answer(choice: LabellingChoice, answers: Sequence[CaseAnswer]) -> GivenAnswer | None:
    """Return what a reader has said of a case for this purpose already."""
    given = [one.given for one in answers]
    if choice.purpose is LabellingPurpose.ADJUDICATE:
        mine = [one for one in given if one.occasion is Occasion.ADJUDICATION]
    elif choice.study is not None:
        mine = [one for one in given if one.study == choice.study.name and one.reader == choice.reader]
        mine.sort(key=lambda one: one.occasion is Occasion.WITH_MODEL)
    else:
        mine = [one for one in given if one.occasion is Occasion.LABELLING and one.reader == choice.reader]
    return mine[-1] if mine else None


def _describe_models(results: Sequence[ModelResults]) -> ModelAnswers:
    said: dict[CasePlace, list[str]] = {}
    for one in results:
        for row in one.rows:
            number = max(range(len(one.labels)), key=row.probabilities.__getitem__)
            decision = row.cells["decision"] or tr("no decision")
            line = f"{one.model}: {decision} ({one.labels[number]} {row.probabilities[number]:.2f})"
            said.setdefault(row.place, []).append(line)
    return {place: "\n".join(lines) for place, lines in said.items()}


def _say_set_aside(store: CaseStore) -> str:
    assert store.set_aside is not None
    name, store.set_aside = store.set_aside.name, None
    return tr(
        "The store of labels was damaged. It is kept as {name} in the program's data folder; a new one is used.",
        name=name,
    )
