"""The table of a batch: its columns, a row for each slice and model, and the file, to which whole rows are added.

A row is complete once its line has ended, so that whatever ends the program leaves at most one that is not.
"""

import csv
import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from imaging.base.errors import Code, Refusal, Skipped, error_line
from imaging.base.spreadsheet import defuse_formula, restore_text
from inference.batch.keys import KeyMaker
from inference.batch.plan import SeriesPlan
from inference.batch.run import SliceAnswer
from inference.cases.results import PROBABILITY, SKIPPED
from inference.classify.finding import Analysis, FindingColour, Standing, Status, choose_colour
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.storage import Bundle

_BEFORE = (
    "path", "patient_key", "study_key", "series_key", "sop_key", "series", "slice", "modality", "model",
    "model_sha256", "status", "standing", "reasons", "decision", "colour",
)  # fmt: skip
_AFTER = ("ood_score", "ood_refused", "error", "sex", "age_band", "maker")
_SECONDS_BETWEEN_SYNCS = 2.0
_AGE_YEARS = 10
_CODES: dict[str, StrEnum] = {code.value: code for listing in (Code, ModelCode) for code in listing}


@dataclass(frozen=True)
class RowScore:
    """All that a row holds of one model's answer for a slice: plain values that may come from another machine."""

    status: str
    standing: str
    reasons: tuple[str, ...]
    decision: str
    colour: str
    probabilities: tuple[tuple[str, float], ...]
    ood_score: float | None
    ood_refused: bool | None
    code: str
    """Why there is no finding, as `message` says it; both empty if there is one."""
    message: str
    milliseconds: float

    @property
    def failure(self) -> Refusal | None:
        """Return why there is no finding; None if there is one."""
        return Refusal(_CODES[self.code], self.message) if self.code else None


def scores_of(answer: SliceAnswer, contracts: Sequence[Contract]) -> tuple[RowScore, ...]:
    """Return what the rows of a slice hold, one for each model."""
    if answer.refusal is not None:
        # As `classify` has it: what never reached the model is not verified.
        reasons = (answer.refusal.message,)
        values = (Status.REFUSED.value, Standing.UNVERIFIED.value, reasons, "", FindingColour.GREY.value, ())
        return (RowScore(*values, None, None, answer.refusal.code.value, answer.refusal.message, 0.0),) * len(contracts)
    pairs = zip(answer.analyses, contracts, strict=True)
    return tuple(_score_of(analysis, contract, answer.read) for analysis, contract in pairs)


def _score_of(analysis: Analysis, contract: Contract, read: float) -> RowScore:
    finding, unlike, worth = analysis.finding, analysis.out_of_distribution, analysis.applicability
    return RowScore(
        status=analysis.status.value,
        standing=worth.standing.value,
        reasons=worth.reasons,
        decision="" if finding is None else finding.decision,
        colour=choose_colour(analysis, contract).value,
        probabilities=() if finding is None else tuple((one.name, one.probability) for one in finding.scores),
        ood_score=None if unlike is None else unlike.score,
        ood_refused=None if unlike is None else unlike.refused,
        code=analysis.code,
        message=analysis.message,
        milliseconds=read + analysis.milliseconds.prepare + analysis.milliseconds.run,
    )


class RowWriter:
    """Writes answers as rows of a table of some models."""

    def __init__(self, bundles: Sequence[Bundle], keys: KeyMaker, *, with_timings: bool) -> None:
        self._bundles = bundles
        self._keys = keys
        self._with_timings = with_timings
        names = dict.fromkeys(name for bundle in bundles for name in bundle.contract.task.names)
        timings = ("milliseconds",) if with_timings else ()
        self.columns = (*_BEFORE, *(PROBABILITY + name for name in names), *_AFTER, *timings)
        self._labels = tuple(names)

    def row_key(self, plan: SeriesPlan, index: int) -> tuple[str, str]:
        """Return by which two cells (`path`, `sop_key`) the rows of a slice are known."""
        frame = plan.frame(index)
        return written_path(frame.source.name), self._keys.keys_of(plan.series, frame).sop

    def rows(self, plan: SeriesPlan, index: int, scores: Sequence[RowScore]) -> list[list[str]]:
        """Return the rows of a slice, one for each model."""
        series, frame = plan.series, plan.frame(index)
        keys = self._keys.keys_of(series, frame)
        before = [written_path(frame.source.name), keys.patient, keys.study, keys.series, keys.sop]
        before += [str(plan.number), str(index), series.modality]
        about = [series.patient.sex, age_band(series.patient.age_years), series.acquisition.maker]
        return [
            [*before, *self._cells(bundle, score), *about, *self._timing(score)]
            for bundle, score in zip(self._bundles, scores, strict=True)
        ]

    def skipped_row(self, skipped: Skipped) -> list[str]:
        """Return the row of a file that was not opened."""
        cells = dict.fromkeys(self.columns, "")
        many = f"{skipped.message} ({skipped.files} files)" if skipped.files > 1 else skipped.message
        cells |= {"path": written_path(skipped.path), "status": SKIPPED, "error": error_line(many, skipped.code)}
        return list(cells.values())

    def _cells(self, bundle: Bundle, score: RowScore) -> list[str]:
        chances = dict(score.probabilities)
        return [
            bundle.contract.id,
            bundle.sha256,
            score.status,
            score.standing,
            "; ".join(score.reasons),
            score.decision,
            score.colour,
            *(repr(chances[name]) if name in chances else "" for name in self._labels),
            "" if score.ood_score is None else repr(score.ood_score),
            "" if score.ood_refused is None else str(score.ood_refused).lower(),
            "" if score.failure is None else error_line(score.message, score.failure.code),
        ]

    def _timing(self, score: RowScore) -> list[str]:
        return [f"{score.milliseconds:.3f}"] if self._with_timings else []


def written_path(name: str) -> str:
    """Return a path as the table has it: bytes of a name that are no UTF-8 are written as their numbers."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def age_band(years: float | None) -> str:
    """Return the ten years that an age lies in, `60-69`; empty if it is not known."""
    if years is None:
        return ""
    first = int(years // _AGE_YEARS) * _AGE_YEARS
    return f"{first}-{first + _AGE_YEARS - 1}"


class TableFile:
    """A table on disk that grows by whole rows, held by one program at a time."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Open a table, or begin one with its head. Raises `Refusal` (WRITE) if another program writes to it."""
        self._columns = tuple(columns)
        try:
            self._file: IO[bytes] = open(path, "a+b", buffering=0)  # noqa: SIM115 - closed by `close`
        except OSError:
            raise Refusal(Code.WRITE, "The table could not be written there.") from None
        if not _hold(self._file):
            self._file.close()
            raise Refusal(Code.WRITE, "Another program writes to this table now.")
        self._end = os.fstat(self._file.fileno()).st_size
        self._synced = time.monotonic()
        self.rows = 0
        """How many rows were added."""
        head = _as_csv([self._columns])
        if self._end < len(head) and self._has_begun_with(head):
            # It ended in the midst of its first line.
            self.truncate(0)
            self._write(head)

    @property
    def end(self) -> int:
        """Return the number of bytes of the table."""
        return self._end

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Add rows. Raises `Refusal` (WRITE) if the disk takes them not, or not whole; then none of them is there."""
        self._write(_as_csv([[defuse_formula(cell) for cell in row] for row in rows]))
        self.rows += len(rows)

    def truncate(self, end: int) -> None:
        """Take away all that stands behind so many bytes."""
        self._file.truncate(end)
        self._end = end

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the complete rows below the head, each with the byte at which it begins; the last step is the end."""
        self._file.seek(0)
        begin, parts = 0, b""
        for line in io.BufferedReader(_Unclosed(self._file)):
            parts += line
            # Within a quoted cell there may be ends of lines.
            if parts.endswith(b"\n") and parts.count(b'"') % 2 == 0:
                if begin:
                    cells = next(csv.reader(io.StringIO(parts.decode("utf-8", "replace"), newline="")), [])
                    yield begin, [restore_text(cell) for cell in cells]
                elif parts != _as_csv([self._columns]):
                    raise Refusal(Code.HEADER, "This table has other columns than the one that would go on here.")
                begin += len(parts)
                parts = b""
        yield begin, []

    def _has_begun_with(self, head: bytes) -> bool:
        self._file.seek(0)
        return head.startswith(self._file.read(len(head)) or b"")

    def close(self) -> None:
        """Let go of the table, once the disk has it."""
        try:
            os.fsync(self._file.fileno())
        except OSError:
            raise _full_disk() from None
        finally:
            self._file.close()

    def _write(self, content: bytes) -> None:
        view = memoryview(content)
        try:
            while view:
                view = view[self._file.write(view) or 0 :]
            if time.monotonic() - self._synced > _SECONDS_BETWEEN_SYNCS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError:
            with suppress(OSError):
                self.truncate(self._end)
            raise _full_disk() from None
        self._end += len(content)


class _Unclosed(io.RawIOBase):
    """The raw file of a table for a reader with a buffer, which would close it when it goes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        content = self._file.read(len(buffer)) or b""
        buffer[: len(content)] = content
        return len(content)


def _as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    lines = []
    for row in rows:
        text = io.StringIO(newline="")
        # The writer puts a cell between quotes for the characters that it ends its own lines with.
        csv.writer(text, lineterminator="\r\n").writerow(row)
        lines.append(text.getvalue().removesuffix("\r\n"))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")


def _full_disk() -> Refusal:
    said = (
        "The table could not be written further (is the disk full?). All rows until then are whole; --resume goes on."
    )
    return Refusal(Code.WRITE, said)


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**62

    def _hold(file: IO[bytes]) -> bool:
        """Lock a byte far behind the end, which nobody reads; return False if another program has."""
        try:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(0, os.SEEK_END)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _hold(file: IO[bytes]) -> bool:
        """Lock the file for as long as it is open; return False if another program has."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # Some network disks have no locks.
            return True
        return True
