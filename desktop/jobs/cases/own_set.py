"""A training set of own labelled cases, written in the background: copies, and the table beside them. No Qt here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from desktop.jobs.cases.validation import JudgedTable
from imaging.base.atomic_write import write_with_folder
from imaging.base.english import english
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.export.deidentify.copies import deidentify
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.files.sources import open_source
from imaging.scan import scan
from imaging.volume.series import Source
from imaging.workers.pool import Reading
from inference.batch.table import written_path
from inference.cases.results import CaseRow
from inference.cases.training_set import PICTURES, TABLE, TrainingCase, write_training_table
from inference.contract.contract import Task

_PART = 2**20
_DOING = english("Copying cases")


@dataclass(frozen=True)
class WrittenSet:
    """A training set that was written: its folder, how many cases it holds, and the files that it lacks."""

    folder: Path
    cases: int
    skipped: tuple[Skipped, ...]


def write_training_set(
    judged: JudgedTable, model: int, folder: Path, reading: Reading, *, without_identity: bool
) -> Job[WrittenSet]:
    """Copy the labelled cases of a judgement into a folder, and write their table.

    Copies are the files themselves, or without identity (PS3.15). Raises `Refusal`: WRITE, EMPTY if no file is left,
    ARGUMENT for a folder that holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(Code.ARGUMENT, "The folder for the training set is not empty; name a new one.")
    cases = judged.validations[model].cases
    names = tuple(dict.fromkeys(row.cells["path"] for row in cases.rows))
    sources = {name: _find_source(name) for name in names}
    skipped = [Skipped.because(name, Refusal(Code.MISSING)) for name, source in sources.items() if source is None]
    there = {name: source for name, source in sources.items() if source is not None}
    pictures = folder / PICTURES
    if without_identity:
        copies = yield from _copy_without_identity(there, pictures, reading, skipped)
    else:
        copies = yield from _copy_files(there, pictures, reading, skipped)
    if not copies:
        raise Refusal(Code.EMPTY, "None of the labelled files could be copied.")
    found = yield from scan((pictures,), reading)
    several = Counter(frame.source.path.name for series in found.series for frame in series.frames)
    made = [
        _make_case(row, copies[row.cells["path"]], several, target, cases.task)
        for row, target in zip(cases.rows, cases.judged.targets, strict=True)
        if row.cells["path"] in copies
    ]
    write_with_folder(folder / TABLE, write_training_table(made, cases.task))
    return WrittenSet(folder, len(made), tuple(skipped))


def _make_case(
    row: CaseRow, copy: str, several: Counter[str], target: "np.ndarray[tuple[int], np.dtype[np.float32]]", task: Task
) -> TrainingCase:
    has_several = several[PurePosixPath(copy).name] > 1
    return TrainingCase(
        key=row.cell("sop_key") or row.cell("series_key"),
        path=f"{PICTURES}/{copy}",
        slice=int(row.cells["slice"]) if has_several else None,
        person=row.cell("patient_key"),
        labels=tuple(name for name, value in zip(task.names, target, strict=True) if value == 1),
        unknown=tuple(name for name, value in zip(task.names, target, strict=True) if np.isnan(value)),
    )


def _find_source(name: str) -> Source | None:
    """Return the file that a table names, or the member of an archive; None if it is gone."""
    path = Path(name)
    archive = next((one for one in path.parents if one.is_file()), None)
    if path.is_file():
        return Source(path)
    return None if archive is None else Source(archive, path.relative_to(archive).as_posix())


def _copy_files(
    sources: dict[str, Source], pictures: Path, reading: Reading, skipped: list[Skipped]
) -> Job[dict[str, str]]:
    """Copy files under numbers: their own names may be names of patients."""
    copies: dict[str, str] = {}
    for number, (name, source) in enumerate(sources.items()):
        yield Progress(_DOING, number, len(sources))
        # Of `scan.nii.gz` both endings count.
        endings = [one for one in PurePosixPath(name).suffixes[-2:] if one[1:].isalnum() and len(one) <= 5]
        copy = f"{number:05d}{''.join(endings[-1:] if len(endings) < 2 or endings[1] != '.gz' else endings)}"
        try:
            with open_source(source, reading.policy) as stream:
                write_with_folder(pictures / copy, stream.read())
        except Refusal as refusal:
            if refusal.code is Code.WRITE:
                raise
            skipped.append(Skipped.because(name, refusal))
            continue
        copies[name] = copy
    return copies


def _copy_without_identity(
    sources: dict[str, Source], pictures: Path, reading: Reading, skipped: list[Skipped]
) -> Job[dict[str, str]]:
    """Copy files by the Basic Profile; of an archive everything is copied, and what has no label taken away again."""
    paths: Sequence[Path] = tuple(dict.fromkeys(source.path for source in sources.values()))
    done = yield from deidentify(paths, pictures, DeidentifyOptions(), Pseudonyms(), reading)
    skipped.extend(done.ledger.skipped)
    names = {written_path(source.name): name for name, source in sources.items()}
    copies = {}
    for row in done.copies:
        if (name := names.get(written_path(row.original))) is not None:
            copies[name] = row.path
        else:
            (pictures / row.path).unlink(missing_ok=True)
    return copies
