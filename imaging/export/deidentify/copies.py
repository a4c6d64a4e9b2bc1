"""The job of a run: files listed, copied in child processes and verified; what was skipped, and why."""

import secrets
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from imaging.base.atomic_write import move
from imaging.base.english import Text, english
from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.leftovers import PREFIX, sweep_leftovers
from imaging.base.natural_sort import natural_key
from imaging.base.progress import Job, Progress
from imaging.export.deidentify.file_copy import CALL, CopyOrder, WrittenCopy
from imaging.export.deidentify.file_record import CopyRecord
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.files.archive import Contents
from imaging.files.file_names import is_litter
from imaging.files.folder_listing import list_files
from imaging.volume.series import Source
from imaging.workers.messages import WorkerTask
from imaging.workers.pool import Reading

_FILES_PER_TASK = 8
_MEMORY = 2 * 2**30
_INSIDE = "The folder for the copies lies within what is to be copied; name another one."
_IS_FILE = "The path for the copies is a file; name a folder."
_SAME = "Another of the files is the same, byte for byte; one copy stands for both."
_DISK = english("The copies could not be written (is the disk full?). {done} of them are whole and were kept.")


@dataclass(frozen=True)
class CopyRow:
    """One original with its copy."""

    original: str
    """For the person's eyes."""
    path: str
    """Of the copy, below the folder of the run."""
    record: CopyRecord


@dataclass(frozen=True)
class DeidentifiedFiles:
    """The result of a run: its copies in the order of the originals' names, and the ledger."""

    copies: tuple[CopyRow, ...]
    ledger: Ledger


@dataclass
class DeidentifyRun:
    """A run under way; `result` is what is done so far, also after it was stopped.

    Children write into a folder of the run's own below that of the copies. A copy is moved into its place when its
    account is here, so that a run that is stopped leaves the copies that it lists and no others.
    """

    order: CopyOrder
    reading: Reading
    copies: dict[str, CopyRow] = field(default_factory=dict)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    """Paths of the copies below the folder; one of the same content has the same."""

    def run(self, paths: Sequence[Path]) -> Job[DeidentifiedFiles]:
        """Copy everything in `paths`: files, folders with all below, archives.

        Raises `Refusal` (ARGUMENT) if the copies would lie among the originals; (WRITE) as soon as one cannot be
        written: those that were written by then are whole and stay.
        """
        check_folder(self.order.out, paths)
        sweep_leftovers(self.order.out)
        staging = self.order.out / f".{PREFIX}{secrets.token_hex(8)}"
        try:
            yield from self._copy(deque(self._listed(paths)), staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return self.result()

    def result(self) -> DeidentifiedFiles:
        """Return what is done so far."""
        copies = tuple(self.copies[name] for name in sorted(self.copies, key=natural_key))
        skipped = tuple(self.skipped[name] for name in sorted(self.skipped, key=natural_key))
        files = sum(row.files for row in skipped)
        return DeidentifiedFiles(copies, Ledger(seen=len(copies) + files, opened=len(copies), skipped=skipped))

    def _copy(self, waiting: deque[Source], staging: Path) -> Job[None]:
        """Copy files, and those within archives among them, by way of a folder for what is not in its place yet."""
        total = len(waiting)
        while waiting:
            batch = list(waiting)
            waiting.clear()
            with closing(self.reading.run(self._tasks(batch, staging))) as answers:
                for answer in answers:
                    if answer is None:
                        yield self._progress(total)
                        continue
                    source = answer.task.items[answer.number]
                    if isinstance(answer.value, Contents):
                        within = [one for one in answer.value.sources if not is_litter(one.member or "")]
                        waiting.extend(within)
                        total += len(within) - 1
                        self.skipped.update((row.path, row) for row in answer.value.skipped)
                    else:
                        self._take(source, answer.value, staging)
                    yield self._progress(total)

    def _listed(self, paths: Sequence[Path]) -> Iterator[Source]:
        known: set[Path] = set()
        for found in list_files(paths):
            if isinstance(found, Skipped):
                self.skipped.setdefault(found.path, found)
            elif found is not None and not is_litter(found.path.name) and found.path.absolute() not in known:
                known.add(found.path.absolute())
                yield found

    def _tasks(self, sources: Sequence[Source], staging: Path) -> Iterator[WorkerTask]:
        left, order = iter(sources), replace(self.order, out=staging)
        few = max(1, min(_FILES_PER_TASK, len(sources) // (2 * self.reading.pool.count)))
        while items := tuple(islice(left, few)):
            yield WorkerTask(CALL, items, order, fault=Code.HEADER, memory=_MEMORY)

    def _take(self, source: Source, value: WrittenCopy | Refusal, staging: Path) -> None:
        if isinstance(value, WrittenCopy) and value.path in self.written:
            self.skipped[source.name] = Skipped(source.name, Code.DUPLICATE, _SAME)
        elif isinstance(value, WrittenCopy):
            self._put_in_place(CopyRow(source.name, value.path, value.record), staging / value.path)
        elif value.code is Code.WRITE:
            raise self._disk_refusal()
        else:
            self.skipped[source.name] = Skipped.because(source.name, value)

    def _put_in_place(self, copy: CopyRow, staged: Path) -> None:
        """Move a copy to where it belongs; it is listed if it stands there, whatever comes between, Ctrl+C too."""
        target = self.order.out / copy.path
        try:
            self.copies[copy.original] = copy
            target.parent.mkdir(parents=True, exist_ok=True)
            move(staged, target)
        except OSError:
            del self.copies[copy.original]
            raise self._disk_refusal() from None
        finally:
            if staged.exists():
                self.copies.pop(copy.original, None)
        self.written.add(copy.path)

    def _disk_refusal(self) -> Refusal:
        return Refusal(Code.WRITE, Text(_DISK, facts={"done": len(self.copies)}))

    def _progress(self, total: int) -> Progress:
        return Progress("Copying files", len(self.copies) + len(self.skipped), total)


def deidentify(
    paths: Sequence[Path], out: Path, options: DeidentifyOptions, pseudonyms: Pseudonyms, reading: Reading
) -> Job[DeidentifiedFiles]:
    """Write copies without identity of everything in `paths` into a folder. Raises as `DeidentifyRun.run` does."""
    return (yield from DeidentifyRun(CopyOrder(out, options, pseudonyms), reading).run(paths))


def check_folder(out: Path, paths: Sequence[Path]) -> None:
    """Raise `Refusal` (ARGUMENT) if copies in a folder would lie among the originals, or it is none."""
    target = out.resolve()
    if target.exists() and not target.is_dir():
        raise Refusal(Code.ARGUMENT, _IS_FILE)
    for path in paths:
        original = path.resolve()
        if original == target or original in target.parents:
            raise Refusal(Code.ARGUMENT, _INSIDE)
