"""The job file beside a table: what that was begun with, and the salt of its keys; and how a table goes on.

Only a job of the same models, program, inputs and options goes on: rows of two kinds would stand in one table.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath

from imaging.base.atomic_write import write_whole
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular
from inference.batch.keys import KeyMaker, derive_salt, read_secret
from inference.batch.table import RowWriter, TableFile
from inference.cases.results import SKIPPED
from inference.contract.storage import Bundle

_VERSION = 1
_MOST_BYTES = 2**20
_OTHERS = english("Go on with what it was begun with, or name another table.")


@dataclass(frozen=True)
class JobModel:
    """A model of a job: how it was named, and which it was."""

    named: str
    id: str
    version: str
    sha256: str


@dataclass(frozen=True)
class BatchJob:
    """Everything that decides the rows of a table."""

    program: str
    """The version of Slicelens."""
    models: tuple[JobModel, ...]
    slices: str
    timings: bool
    inputs: str
    """A hash of the paths that were given."""
    salt: str
    """Of the keys, in hexadecimal digits."""

    @property
    def keys(self) -> KeyMaker:
        """Return what makes the keys of this job."""
        return KeyMaker(bytes.fromhex(self.salt))


def job_file(table: Path) -> Path:
    """Return the path of the job file of a table."""
    return table.with_name(f"{table.name}.job.json")


def describe_job(
    named: Sequence[str],
    bundles: Sequence[Bundle],
    paths: Sequence[Path],
    *,
    program: str,
    slices: str,
    timings: bool,
) -> BatchJob:
    """Return the job of some models and paths, with the salt that it has for this person."""
    models = tuple(
        JobModel(name, bundle.contract.id, bundle.contract.version, bundle.sha256)
        for name, bundle in zip(named, bundles, strict=True)
    )
    named_paths = tuple(os.path.abspath(path) for path in paths)
    decides = (program, *(model.sha256 for model in models), slices, str(timings), *named_paths)
    salt = derive_salt(read_secret(), "\0".join(decides))
    return BatchJob(program, models, slices, timings, KeyMaker(salt).digest(named_paths), salt.hex())


def read_job(table: Path) -> BatchJob | None:
    """Return the job of a table; None if it has no job file. Raises `Refusal` (HEADER) if that is damaged."""
    try:
        stored = json.loads(read_regular(job_file(table), _MOST_BYTES))
        if stored["version"] != _VERSION:
            raise Refusal(Code.UNSUPPORTED, "The job file of this table was written by a newer Slicelens.")
        models = tuple(JobModel(**model) for model in stored["models"])
        job = BatchJob(**{name: stored[name] for name in BatchJob.__dataclass_fields__} | {"models": models})
        bytes.fromhex(job.salt)
    except Refusal as refusal:
        if refusal.code is Code.MISSING:
            return None
        raise
    except (ValueError, TypeError, KeyError):
        raise Refusal(
            Code.HEADER, english("The job file of this table ({name}) is damaged.", name=PurePath(job_file(table).name))
        ) from None
    return job


def begin_job(table: Path, wanted: BatchJob, *, resume: bool) -> BatchJob:
    """Return the job that a table is written for: a new one, whose file is written now, or the one that goes on.

    Raises `Refusal` (WRITE) if there is a table that must not be replaced, (ARGUMENT) if another job wrote it.
    """
    there = table.exists()
    if there and not resume:
        raise Refusal(Code.WRITE, "There is a table of that name. Add --resume to go on with it, or name another one.")
    job = read_job(table) if resume else None
    if job is None and there:
        raise Refusal(
            Code.ARGUMENT,
            english(
                "This table cannot go on: its job file ({name}) is not beside it. {others}",
                name=PurePath(job_file(table).name),
                others=_OTHERS,
            ),
        )
    if job is None:
        content = json.dumps({"version": _VERSION, **asdict(wanted)}, indent=1)
        write_whole(job_file(table), content.encode())
        return wanted
    _require_same(job, wanted)
    return job


def _require_same(job: BatchJob, wanted: BatchJob) -> None:
    """Raise `Refusal` (ARGUMENT) that says in what two jobs differ; `wanted` is hashed with the salt of `job`."""
    if job.program != wanted.program:
        what = f"by Slicelens {job.program}, and this is {wanted.program}"
    elif [one.sha256 for one in job.models] != [one.sha256 for one in wanted.models]:
        begun = ", ".join(f"{one.id} {one.version} ({one.sha256[:12]})" for one in job.models)
        what = f"with other models: {begun}"
    elif (job.slices, job.timings) != (wanted.slices, wanted.timings):
        what = f"with other options: --slice {job.slices}{' --timings' if job.timings else ''}"
    elif job.inputs != wanted.inputs:
        what = "with other paths"
    else:
        return
    raise Refusal(Code.ARGUMENT, english("This table was begun {what}. {others}", what=what, others=_OTHERS))


def with_salt_of(wanted: BatchJob, job: BatchJob | None, paths: Sequence[Path]) -> BatchJob:
    """Return the wanted job with the salt of one that may go on, so that both can be compared."""
    if job is None:
        return wanted
    inputs = job.keys.digest(tuple(os.path.abspath(path) for path in paths))
    return replace(wanted, salt=job.salt, inputs=inputs)


def find_done(table: TableFile, writer: RowWriter, models: int) -> set[tuple[str, str]]:
    """Return the slices of which a table has the rows of all models, and the skipped files (`path` and empty).

    What stands behind the last whole slice is taken away: a row that was not finished, or a slice without all models.
    """
    path, key, status = (writer.columns.index(name) for name in ("path", "sop_key", "status"))
    done: set[tuple[str, str]] = set()
    last, begin, count = None, 0, 0
    for start, cells in table.records():
        if cells and cells[status] == SKIPPED:
            done.add((cells[path], ""))
            continue
        this = (cells[path], cells[key]) if cells else None
        if this != last or count == models:
            if last is not None and count < models:
                start = begin
                table.truncate(start)
                break
            begin, count = start, 0
        if this is None:
            table.truncate(start)
            break
        last, count = this, count + 1
        if count == models:
            done.add(this)
    return done
