"""The truth that readers' labels make: agreed, or adjudicated. As a value that is joined to a table, and as a CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from imaging.base.atomic_write import write_whole
from imaging.base.english import english
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.spreadsheet import defuse_formula
from inference.cases.case_store import CANNOT_TELL, CaseAnswer, CasePlace, CaseStore, GivenAnswer, Occasion
from inference.cases.results import ModelResults
from inference.cases.truth import Truth, TruthRow, join_truth, read_truth
from inference.contract.contract import Task

_COLUMNS = ("path", "slice", "label", "settled_by", "readers", "remarks")


class SettledBy(StrEnum):
    """The way in which the truth of a case came about, or the reason why it has none."""

    ONE_READER = "one reader"
    AGREEMENT = "agreement"
    ADJUDICATION = "adjudication"
    DISAGREEMENT = "disagreement"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class SettledCase:
    """The outcome of readers' answers to one case; `label` is empty if that is no truth."""

    label: str
    by: SettledBy


def settle_case(answers: Sequence[CaseAnswer]) -> SettledCase | None:
    """Return what the answers that count come to; None if there is none. Answers of a study are no truth.

    The last adjudication stands above all; else all readers have to agree.
    """
    adjudicated = [one for one in answers if one.given.occasion is Occasion.ADJUDICATION]
    labelled = [one for one in answers if one.given.occasion is Occasion.LABELLING]
    if adjudicated:
        said = max(adjudicated, key=lambda one: one.at).given.answer or CANNOT_TELL
        return SettledCase(said, SettledBy.ADJUDICATION if said else SettledBy.CANNOT_TELL)
    found = {frozenset((one.given.answer or CANNOT_TELL).split("+")) for one in labelled}
    if not found:
        return None
    if len(found) > 1:
        return SettledCase("", SettledBy.DISAGREEMENT)
    said = labelled[0].given.answer or CANNOT_TELL
    if not said:
        return SettledCase("", SettledBy.CANNOT_TELL)
    return SettledCase(said, SettledBy.AGREEMENT if len(labelled) > 1 else SettledBy.ONE_READER)


def truth_of(store: CaseStore, results: ModelResults) -> Truth:
    """Return what is known of the cases of a table from readers' labels, as `read_truth` returns a truth file.

    Raises `Refusal`: what the store raises; EMPTY if no case of the table has a truth yet.
    """
    by_place = store.answers(results.labels, {row.place for row in results.rows})
    rows, open_cases = [], 0
    for row in results.rows:
        settled = settle_case(by_place.get(row.place, ()))
        if settled is not None and settled.label:
            labels = tuple(settled.label.split("+"))
            rows.append(TruthRow(row.line, "path", row.place[0], row.place[1], labels))
        elif settled is not None:
            open_cases += 1
    if not rows:
        raise Refusal(Code.EMPTY, "No case of this table has a label that stands; label some of them first.")
    return Truth(Path("labels given here"), tuple(rows), open_cases)


def write_truth_csv(path: Path, answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> int:
    """Write the truth of cases as a CSV that `validate` reads, and return how many cases have a truth in it.

    A case without a truth has an empty label and says why. Raises `Refusal` (WRITE), and then the old file is there;
    EMPTY if nothing was said of any case.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    count = lines = 0
    for (name, index), said in answers.items():
        settled = settle_case(said)
        if settled is None:
            continue
        ours = [one.given for one in said if not one.given.study]
        readers = ", ".join(sorted({one.reader for one in ours}))
        remarks = "; ".join(one.remark for one in ours if one.remark)
        cells = (name, index, settled.label, settled.by.value, readers, remarks)
        table.writerow([defuse_formula(cell) for cell in cells])
        lines += 1
        count += bool(settled.label)
    if not lines:
        raise Refusal(Code.EMPTY, "No case has been labelled yet, so there is no truth to write.")
    write_whole(path, text.getvalue().encode("utf-8", "backslashreplace"))
    return count


@dataclass(frozen=True)
class ImportedTruth:
    """The outcome of reading a truth file: answers to keep, lines that name no case, and what else is to be said."""

    answers: tuple[GivenAnswer, ...]
    unknown: tuple[Skipped, ...]
    notes: tuple[str, ...]


def import_truth(path: Path, results: ModelResults, task: Task, *, reader: str) -> ImportedTruth:
    """Return the labels of a truth file as the answers of a reader to the cases of a table.

    Raises `Refusal`, with lines: a label that the model lacks, two labels for one case, no line that fits.
    """
    truth = read_truth(path)
    joined = join_truth(truth, results, task)
    answers = {}
    for number in joined.known.nonzero()[0]:
        named = [name for name, has in zip(task.names, joined.targets[number], strict=True) if has]
        place = results.rows[number].place
        answers[place] = GivenAnswer(place, reader, "+".join(named) or "none")
    notes = []
    said = {one.answer for one in answers.values()}
    if len(said) == 1:
        notes.append(
            english(
                "Lines {first} to {last} all give the label `{label}`; figures need cases of two labels at least.",
                first=truth.rows[0].line,
                last=truth.rows[-1].line,
                label=said.pop(),
            )
        )
    if truth.unlabelled:
        notes.append(english("%n line(s) without a label left out.", "", truth.unlabelled))
    return ImportedTruth(tuple(answers.values()), joined.unknown, tuple(notes))
