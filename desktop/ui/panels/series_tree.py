"""The tree of patients, studies and series as rows one below another: headings that fold, and what a filter keeps.

No widget here. A list of rows that may carry headings is quicker to fill than a tree of items (docs/decisions/0098).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING

from desktop.state.texts.dates import format_date
from desktop.state.texts.language import tr

if TYPE_CHECKING:
    from imaging.volume.series import Patient, Series


@dataclass(frozen=True)
class SeriesRow:
    """One series as the list shows it."""

    id: str
    title: str
    counts: str
    shape: str
    modality: str
    notes: tuple[str, ...]
    number: int | None = None

    @property
    def numbered_title(self) -> str:
        """The title behind the series number, which radiologists go by."""
        named = self.title != _title_by(self.number)
        return f"{self.number} · {self.title}" if self.number is not None and named else self.title


class Level(IntEnum):
    """How deep a heading stands."""

    PATIENT = 0
    STUDY = 1


@dataclass(frozen=True)
class Heading:
    """A line above a row: a patient, or a study."""

    text: str
    level: Level
    ids: tuple[str, ...]
    """The series below it."""
    is_folded: bool = False


@dataclass(frozen=True)
class TreeRow:
    """One row of the list: a series below the headings that begin with it; folded, the headings alone."""

    number: int
    """The place of the series among all that are open."""
    headings: tuple[Heading, ...] = ()
    has_series: bool = True


Key = tuple[tuple[str, ...], tuple[str, ...]]
"""What tells persons apart, and what tells studies apart."""
Folds = Collection[tuple[Level, str]]
"""The level and the id of each series that is folded away at that level."""


def keys_of(series: "Sequence[Series]") -> tuple[Key, ...]:
    """Return for each series which patient and study it belongs to."""
    return tuple((one.patient.person, one.patient.study) for one in series)


def plan_tree(series: "Sequence[Series]", keys: Sequence[Key], kept: Sequence[int], folded: Folds) -> Iterator[TreeRow]:
    """Yield the rows for the series whose numbers are `kept`; a heading is folded if all series below it are.

    Files without patient data have no heading of their own, but must not seem to belong to the patient above.
    """
    is_first = True
    for _, person in groupby(kept, key=lambda number: keys[number][0]):
        studies = [tuple(study) for _, study in groupby(person, key=lambda number: keys[number][1])]
        texts = [describe_study(series[study[0]].patient)[1] for study in studies]
        ids = tuple(series[number].id for study in studies for number in study)
        is_folded = all((Level.PATIENT, name) in folded for name in ids)
        who = describe_study(series[studies[0][0]].patient)[0]
        if not who and not is_first and not any(texts):
            who = tr("Without patient data")
        is_first = False
        if who and is_folded:
            several = tr("%n stud(y|ies)", "", len(studies))
            who = tr("{who}   {several}, {ids} series", who=who, several=several, ids=len(ids))
        above = (Heading(who, Level.PATIENT, ids, is_folded),) if who else ()
        if is_folded and above:
            yield TreeRow(studies[0][0], above, has_series=False)
            continue
        for study, text in zip(studies, texts, strict=True):
            yield from _plan_study(series, study, text, above, folded)
            above = ()


def _plan_study(
    series: "Sequence[Series]", study: Sequence[int], text: str, above: tuple[Heading, ...], folded: Folds
) -> Iterator[TreeRow]:
    ids = tuple(series[number].id for number in study)
    is_folded = bool(text) and all((Level.STUDY, name) in folded for name in ids)
    if is_folded:
        text = tr("{text}   {ids} series", text=text, ids=len(ids))
    headings = (*above, Heading(text, Level.STUDY, ids, is_folded)) if text else above
    if is_folded:
        yield TreeRow(study[0], headings, has_series=False)
        return
    for place, number in enumerate(study):
        yield TreeRow(number, headings if place == 0 else ())


def text_to_search(series: "Series", row: SeriesRow) -> str:
    """Return everything that a filter finds a series by, in small letters."""
    who = " ".join(describe_study(series.patient))
    parts = (who, row.numbered_title, row.counts, row.shape, *row.notes)
    return "\n".join(parts).casefold()


def count_twins(series: "tuple[Series, ...]") -> Iterator[int]:
    """Yield for each series how many before it, and itself, have its number and description."""
    seen: Counter[tuple[object, ...]] = Counter()
    for one in series:
        key = (one.patient.id, one.patient.study_id, one.number, one.modality, one.description)
        seen[key] += 1
        yield seen[key]


def describe_study(patient: "Patient") -> tuple[str, str]:
    """Return a patient and a study in a line each; empty if the file does not tell."""
    name = patient.name.replace("^", " ").replace("=", " ").strip()
    who = "  ".join(filter(None, (name, patient.id)))
    study = "  ".join(filter(None, (format_date(patient.study_date), patient.study_description)))
    return who, study


def make_series_row(series: "Series", nth: int = 1) -> SeriesRow:
    """Return a series as the list shows it; the second of one number and description is marked `#2`."""
    # Before the counts, where it is never elided: the titles of such a pair are the same.
    part = f"#{nth} · " if nth > 1 else ""
    title = series.description.strip() or _title_by(series.number)
    orientation = tr(series.orientation) if series.orientation else ""
    shape = " · ".join(filter(None, (f"{series.columns} × {series.rows}", orientation)))
    notes = tuple(map(tr, series.notes))
    return SeriesRow(series.id, title, part + counts_text(series), shape, series.modality, notes, series.number)


def _title_by(number: int | None) -> str:
    return tr("Series {number}", number=number) if number is not None else tr("No description")


def counts_text(series: "Series") -> str:
    """Return `MR · 60 slices`, or `MR · 24 × 2 phases`."""
    slices = tr("%n slice(s)", "", series.slices)
    if series.phases > 1:
        slices = tr("{slices} × {phases} phases", slices=series.slices, phases=series.phases)
    return " · ".join(filter(None, (series.modality, slices)))
