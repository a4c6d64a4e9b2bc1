"""A reader study: the same cases without, then with the model, at random for each reader, as a table for R.

Each case is read in two stages in one sitting (the sequential design): a rating without the model, then, once that is
kept, its answer is shown and the rating is given again. Ratings say how sure the reader is that one label is there.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imaging.base.atomic_write import write_all
from imaging.base.errors import Code, Refusal
from imaging.base.spreadsheet import defuse_formula
from inference.cases.case_store import CaseAnswer, CasePlace, Occasion
from inference.cases.labelled_truth import settle_case
from inference.cases.reading_order import seeded_generator

RATINGS = ("certainly not", "probably not", "rather not", "rather", "probably", "certainly")
"""The words for ratings 1 to 6: an even number, so that each decides."""
STAGES = (Occasion.WITHOUT_MODEL, Occasion.WITH_MODEL)
MRMC_FILES = ("readings.csv", "imrmc.csv")
"""The files of a study: a row for each rating, as MRMCaov takes it, and the input of iMRMC."""
_LONG = (
    "reader", "treatment", "case", "truth", "rating", "path", "slice", "label", "seconds", "stage", "given_at"
)  # fmt: skip
_IMRMC = ("readerID", "caseID", "modalityID", "score")


@dataclass(frozen=True)
class ReaderStudy:
    """A study: its name, and the label of which readers say how sure they are that it is there."""

    name: str
    label: str

    def order(self, places: Sequence[CasePlace], reader: str) -> list[CasePlace]:
        """Return the cases as a reader gets them; the same again after a break."""
        listed = sorted(places)
        seed = f"study\0{self.name}\0{reader}"
        return [listed[number] for number in seeded_generator(seed).permutation(len(listed))]

    def ratings(self, answers: Sequence[CaseAnswer]) -> list[CaseAnswer]:
        """Return the answers to a case that belong to this study."""
        ours = [one for one in answers if one.given.study == self.name and one.given.answer == self.label]
        return [one for one in ours if one.given.rating is not None]


def count_ratings(answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> dict[ReaderStudy, int]:
    """Return the studies to which answers belong, with how many ratings each has."""
    found: dict[ReaderStudy, int] = {}
    for given in answers.values():
        for one in given:
            if one.given.study and one.given.rating is not None:
                study = ReaderStudy(one.given.study, one.given.answer or "")
                found[study] = found.get(study, 0) + 1
    return found


@dataclass(frozen=True)
class StudyTable:
    """The size of a study as it was written."""

    readers: int
    cases: int
    ratings: int
    without_truth: int
    """Cases that were left out: nobody has labelled them, or the labels disagree."""


def write_study(folder: Path, study: ReaderStudy, answers: Mapping[CasePlace, Sequence[CaseAnswer]]) -> StudyTable:
    """Write the ratings of a study as tables for R into a folder, and say what is in them.

    `readings.csv` has a row for each rating with `reader`, `treatment` (`without_model`, `with_model`), `case`, `truth`
    (1: the label is there) and `rating`, as MRMCaov's `mrmc(empirical_auc(truth, rating), treatment, reader, case)`
    takes it. `imrmc.csv` has `readerID`, `caseID`, `modalityID` and `score`, with a row of the reader `truth` for each
    case, as iMRMC's `doIMRMC` takes it. Raises `Refusal`: EMPTY without a rating of a case whose truth is known, WRITE.
    """
    rows: list[Sequence[object]] = []
    scores: list[Sequence[object]] = []
    readers, cases, without_truth = set(), 0, 0
    rated = {place: found for place, given in sorted(answers.items()) if (found := study.ratings(given))}
    for number, (place, ratings) in enumerate(rated.items(), 1):
        settled = settle_case(answers[place])
        if settled is None or not settled.label:
            without_truth += 1
            continue
        cases += 1
        name, truth = f"case{number}", int(study.label in settled.label.split("+"))
        scores.append(("truth", name, "truth", truth))
        for one in ratings:
            given = one.given
            readers.add(given.reader)
            seconds = "" if given.seconds is None else f"{given.seconds:.1f}"
            stage = given.occasion.value
            about = (*place, study.label, seconds, STAGES.index(given.occasion) + 1, one.at)
            rows.append((given.reader, stage, name, truth, given.rating, *about))
            scores.append((given.reader, name, stage, given.rating))
    if not rows:
        raise Refusal(
            Code.EMPTY, "No case of this study has both a rating and a truth yet; label its cases, or import the truth."
        )
    files = dict(zip(MRMC_FILES, (_as_csv(_LONG, rows), _as_csv(_IMRMC, scores)), strict=True))
    write_all(folder, files)
    return StudyTable(len(readers), cases, len(rows), without_truth)


def _as_csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    table.writerows([defuse_formula("" if cell is None else str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")
