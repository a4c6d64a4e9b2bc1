"""The store of what readers said of cases: one SQLite file in the program's own folder, to which rows are only added.

A case is known by a salted hash of its file's path and its slice, so that no path, name or UID stands in the store. A
reader is known by what that person typed. Changing an answer or taking it back adds a row; the last one counts, and all
are the history: who, when, and what before.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import platformdirs

from imaging.base.english import english
from imaging.base.sqlite_store import SqliteStore, StoreLayout, hash_names, store_salt

CANNOT_TELL = ""
"""The answer of a reader who cannot tell."""
SCHEMA = 1
"""Raised if an older program would misread the rows."""
CasePlace = tuple[str, str]
"""Path and slice of a case, as the cells of a table of `batch` have them."""

_NAME = "cases.sqlite"
_LAYOUT = StoreLayout(
    schema=SCHEMA,
    tables=(
        """CREATE TABLE answers (
            id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, question TEXT NOT NULL,
            case_key TEXT NOT NULL, reader TEXT NOT NULL,
            occasion TEXT NOT NULL, study TEXT NOT NULL, answer TEXT, rating INTEGER, remark TEXT NOT NULL,
            seconds REAL, given_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX answers_to_question ON answers (question, case_key)",
    ),
    probe="SELECT uid, question, case_key, reader, occasion, study, answer, rating, remark, seconds, given_at "
    "FROM answers LIMIT 1",
    contents=english("labels"),
)


class Occasion(StrEnum):
    """The occasion on which an answer was given."""

    LABELLING = "labelling"
    ADJUDICATION = "adjudication"
    WITHOUT_MODEL = "without_model"
    """The first stage of a reader study."""
    WITH_MODEL = "with_model"


@dataclass(frozen=True)
class GivenAnswer:
    """An answer of a reader to a case: labels joined by `+`, `CANNOT_TELL`, or None to take back what was said."""

    place: CasePlace
    reader: str
    answer: str | None
    occasion: Occasion = Occasion.LABELLING
    study: str = ""
    rating: int | None = None
    """In a study: how sure the reader is that the label `answer` is there, from 1 (certainly not) upwards."""
    remark: str = ""
    seconds: float | None = None
    """How long the case was looked at, without pauses."""
    uid: str = field(default_factory=lambda: uuid4().hex, compare=False)
    """By which keeping it a second time, after an end in the midst of it, doubles nothing."""


@dataclass(frozen=True)
class CaseAnswer:
    """An answer as it is kept: with its time (UTC, ISO 8601), and what the same reader had said before."""

    given: GivenAnswer
    at: str
    before: str | None = None
    """None if this is the first answer, or the one before was taken back."""


class CaseStore(SqliteStore):
    """The store of answers."""

    def __init__(self, path: Path, *, patience: float = 2.0) -> None:
        super().__init__(path, _LAYOUT, patience=patience)

    def add(self, labels: Sequence[str], answers: Iterable[GivenAnswer]) -> None:
        """Add answers to the question which of `labels` a case has, all or none; one that is there stays single.

        They are on the disk when it returns. Raises `Refusal`.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        with self.transaction() as connection:
            salt = store_salt(connection)
            rows = [
                (
                    *(one.uid, _question(labels), _key(salt, one.place), one.reader, one.occasion.value, one.study),
                    *(one.answer, one.rating, one.remark, one.seconds, at),
                )
                for one in answers
            ]
            connection.executemany(
                "INSERT OR IGNORE INTO answers (uid, question, case_key, reader, occasion, study, answer, rating, "
                "remark, seconds, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def history(self, labels: Sequence[str], places: Iterable[CasePlace]) -> dict[CasePlace, tuple[CaseAnswer, ...]]:
        """Return all that was ever said of cases, oldest first; a case of which nothing was said is left out.

        Raises `Refusal`.
        """
        with self.connection() as connection:
            salt = store_salt(connection)
            place_of = {_key(salt, place): place for place in places}
            rows = connection.execute(
                "SELECT uid, case_key, reader, answer, occasion, study, rating, remark, seconds, given_at FROM answers "
                "WHERE question = ? ORDER BY id",
                (_question(labels),),
            ).fetchall()
        found: dict[CasePlace, list[CaseAnswer]] = {}
        last: dict[tuple[CasePlace, str, str, str], str | None] = {}
        for uid, key, reader, answer, occasion, study, rating, remark, seconds, at in rows:
            place = place_of.get(key)
            if place is None:
                continue
            given = GivenAnswer(place, reader, answer, Occasion(occasion), study, rating, remark, seconds, uid)
            whose = place, reader, occasion, study
            found.setdefault(place, []).append(CaseAnswer(given, at, last.get(whose)))
            last[whose] = answer
        return {place: tuple(answers) for place, answers in found.items()}

    def answers(self, labels: Sequence[str], places: Iterable[CasePlace]) -> dict[CasePlace, tuple[CaseAnswer, ...]]:
        """Return what counts of what was said of cases: the last answer of each reader on each occasion.

        Raises `Refusal`.
        """
        counting = {place: counting_answers(answers) for place, answers in self.history(labels, places).items()}
        return {place: answers for place, answers in counting.items() if answers}


def default_case_store_path() -> Path:
    """Return the path of the person's own store; it may not exist yet."""
    return platformdirs.user_data_path("slicelens", appauthor=False) / "cases" / _NAME


def counting_answers(history: Sequence[CaseAnswer]) -> tuple[CaseAnswer, ...]:
    """Return the last answer of each reader on each occasion, unless it was taken back."""
    last: dict[tuple[str, str, str], CaseAnswer] = {}
    for one in history:
        last[one.given.reader, one.given.occasion, one.given.study] = one
    return tuple(one for one in last.values() if one.given.answer is not None)


def place_of_cells(cells: Mapping[str, str]) -> CasePlace:
    """Return the place of a row of a table."""
    return cells["path"], cells["slice"]


def _question(labels: Sequence[str]) -> str:
    return json.dumps(list(labels), ensure_ascii=False)


def _key(salt: bytes, place: CasePlace) -> str:
    path, index = place
    return hash_names(salt, (os.path.normcase(os.path.abspath(path)), index))
