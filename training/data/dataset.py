"""Cases: labelled pictures of a data folder, read by imaging and prepared by the viewer's own `prepare`.

A case is one slice: the middle one of its file, the one that a table names, or each one of a volume that the recipe
wants (`training.data.volumes`). Else a DICOM series is as many cases as it has files. Which file has which label is
told by one of four forms (`training.data.forms`), whom it shows by `training.data.persons`.
"""

import atexit
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from imaging.base.atomic_write import file_sha256
from imaging.base.errors import Code, Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress, finish
from imaging.batch_read import VolumeRequest, read_slices_of_volumes
from imaging.volume.geometry import Plane
from imaging.volume.series import Source
from imaging.volume.volume import Slice
from imaging.workers.pool import Reading, WorkerPool
from inference.classify.preprocess import prepare
from inference.contract.contract import InputSpec, Task
from inference.contract.storage import sha256_of
from training.data.forms import FoundPicture, find_pictures
from training.data.persons import ToldBy, find_person, read_facts
from training.data.volumes import choose_slices
from training.recipe.recipe import CsvTable, Folders, Recipe, TrainingCode, VolumeSlices, json_sha256, list_some

Made = TypeVar("Made")

_SLICES_AT_ONCE = 64


@dataclass(frozen=True)
class Case:
    """One labelled slice, named by its file's path below the data folder (and `#12` for a slice of a table)."""

    path: Path
    name: str
    labels: tuple[str, ...]
    person: str
    """Whom it shows, in whatever class; the file itself if that is unknown. Not to be written: see `number_persons`."""
    sha256: str
    """Of the file's content (and the slice's number); empty where the file cannot be read."""
    unknown: tuple[str, ...] = ()
    """Labels of which nobody knows whether they apply."""
    slice: int | None = None
    """The slice's number in the file, None for the middle one."""
    facts: tuple[tuple[str, str], ...] = ()
    """(level, folder name) for nested folders."""
    told_by: ToldBy = ToldBy.NAME
    series: str = ""
    """The name of the first file of its DICOM series, of any other file its own; empty if nobody asked."""
    plane: Plane = Plane.ACQUIRED
    files: tuple[Path, ...] = ()
    """All files of its volume, where one does not suffice to cut the slice."""

    @property
    def label(self) -> str:
        """The label; of several, all of them joined by `+` in the recipe's order; empty if there is none."""
        return "+".join(self.labels)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Cases with their tensors, float32 [N, channels, rows, columns] as `prepare` made them.

    For `grey_to_rgb` the three channels are equal before normalisation, so one is kept (see `expand_channels`).
    """

    cases: tuple[Case, ...]
    labels: NDArray[np.int64]
    """[N]: the number of the one label; -1 where a case may have several (multilabel, several outputs)."""
    targets: NDArray[np.float32]
    """[N, L]: 0 or 1 for each label of the task, NaN where it was not asked."""
    tensors: NDArray[np.float32]
    skipped: tuple[Skipped, ...]


def list_cases(folder: Path, recipe: Recipe) -> tuple[Case, ...]:
    """Return the cases of a folder in the order of labels and names. Raises `Refusal` (MISSING, EMPTY_CLASS, CASES)."""
    # Absolute: the pool's children may have been started in another folder than this process is in now.
    folder = folder.absolute()
    task, source = recipe.task, recipe.cases.source
    if isinstance(source, Folders) and folder.is_dir() and not recipe.cases.may_lack_classes:
        for label, name in source.named:
            if not (folder / name).is_dir():
                there = f"{folder / name}: there is no such folder, and the recipe wants it for {label}."
                raise Refusal(Code.MISSING, there)
    found = find_pictures(folder, source, task)
    for one in found:
        _check_labels(one, task)
    held = {label for one in found for label in one.labels}
    _check_classes(held, recipe, f"{folder}: there is no picture of the class {{}}.")
    order = {name: number for number, name in enumerate(task.names)}
    cases = finish(make_cases(found, folder, recipe.cases.person_patterns, recipe.cases.volumes))
    if isinstance(source, CsvTable):
        _check_pictures(cases)
    return tuple(sorted(cases, key=lambda case: (order[case.labels[0]] if case.labels else len(order), case.name)))


def _check_labels(one: FoundPicture, task: Task) -> None:
    """Raise `Refusal` (CASES) for several labels of which only one can be right, or for none."""
    heads = task.heads if task.kind == "several_outputs" else (task.names,) if task.kind != "multilabel" else ()
    for head in heads:
        if len(held := [label for label in one.labels if label in head]) > 1:
            raise Refusal(TrainingCode.CASES, f"{one.where or one.path}: {' and '.join(held)} cannot both be right.")
    if task.kind in ("multiclass", "binary") and not one.labels:
        raise Refusal(TrainingCode.CASES, f"{one.where or one.path}: there is no label.")


def _check_pictures(cases: Sequence[Case]) -> None:
    """Raise `Refusal` (CASES) for one and the same picture under two labels of a table; folders may hold copies."""
    first: dict[str, Case] = {}
    for case in cases:
        other = first.setdefault(case.sha256, case)
        if case.sha256 and other.label != case.label:
            labels = f"{other.label or 'nothing'} and {case.label or 'nothing'}"
            words = f"are one and the same picture, which is called {labels}. Correct or take out the wrong one."
            raise Refusal(TrainingCode.CASES, f"{other.name} and {case.name} {words}")


def _check_classes(held: set[str], recipe: Recipe, sentence: str) -> None:
    """Raise `Refusal` (EMPTY_CLASS) unless every class is there, or two at least if the recipe lets some lack."""
    lacking = [label for label in recipe.task.names if label not in held]
    if not lacking or (recipe.cases.may_lack_classes and len(held) > 1):
        return
    raise Refusal(TrainingCode.EMPTY_CLASS, sentence.format(list_some(lacking, joined=" or ")))


def make_cases(
    found: Sequence[FoundPicture], folder: Path, patterns: Sequence[str], volumes: VolumeSlices | None = None
) -> Job[list[Case]]:
    """Return the cases of pictures that a form has found, of a volume one for each slice that is wanted."""
    facts = read_facts((one.path for one in found), case_reading())
    if volumes is not None:
        found = choose_slices(found, facts, volumes, case_reading())
    first_of_series: dict[str, str] = {}
    for path in sorted(path for path, known in facts.items() if known.series):
        first_of_series.setdefault(facts[path].series, path.relative_to(folder).as_posix())
    digests: dict[Path, str] = {}
    cases = []
    for done, one in enumerate(found, start=1):
        for path in one.files or (one.path,):
            if path not in digests:
                digests[path] = _digest(path)
        name = one.path.relative_to(folder).as_posix()
        person, told_by = find_person(name, facts[one.path], patterns, one.person)
        cases.append(
            Case(
                path=one.path,
                name=name + one.mark,
                labels=one.labels,
                person=person,
                sha256=_join_digests([digests[path] for path in one.files or (one.path,)], one.mark),
                unknown=one.unknown,
                slice=one.slice,
                facts=one.facts,
                told_by=told_by,
                series=first_of_series.get(facts[one.path].series, name),
                plane=one.plane,
                files=one.files,
            )
        )
        yield Progress("Reading files", done, len(found))
    return cases


def _join_digests(digests: Sequence[str], mark: str) -> str:
    """Return the digest of a slice's files and of which slice it is; empty if a file cannot be read."""
    whole = digests[0] if len(digests) == 1 else sha256_of("".join(digests).encode()) * all(digests)
    return sha256_of(f"{whole}{mark}".encode()) if whole and mark else whole


def _digest(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError:
        return ""


def manifest_sha256(cases: Sequence[Case]) -> str:
    """Return the SHA-256 over names, labels and the content of all cases: it changes when any of the data does."""
    return json_sha256(sorted((case.name, case.label, case.sha256) for case in cases))


@cache
def case_reading() -> Reading:
    """Return how this process reads pictures; its pool starts children when the first picture comes."""
    pool = WorkerPool()
    atexit.register(pool.close)
    return Reading(ReadingPolicy(), pool)


def read_slice(path: Path, index: int | None = None) -> Slice:
    """Read one slice of a file (the middle one). Raises `Refusal`."""
    return _read_request(((Source(path.absolute()),), ((Plane.ACQUIRED, index),)))


def read_case(case: Case) -> Slice:
    """Read the slice of a case. Raises `Refusal`."""
    return _read_request((_sources_of(case), ((case.plane, case.slice),)))


def _read_request(wanted: VolumeRequest) -> Slice:
    for step in read_slices_of_volumes([wanted], case_reading()):
        if step is not None:
            (found,) = step[1]
            if isinstance(found, Refusal):
                raise found
            return found
    raise Refusal(Code.DECODE)


def _sources_of(case: Case) -> tuple[Source, ...]:
    return tuple(map(Source, case.files or (case.path,)))


def slices_of(cases: Sequence[Case]) -> Iterator[tuple[Case, Slice | Refusal]]:
    """Yield each case with its slice, or with the `Refusal` of its reader; a file of many cases is read at once."""
    groups = [
        of_file[start : start + _SLICES_AT_ONCE]
        for of_file in (list(group) for _, group in groupby(cases, key=_sources_of))
        for start in range(0, len(of_file), _SLICES_AT_ONCE)
    ]
    wanted = [(_sources_of(group[0]), tuple((case.plane, case.slice) for case in group)) for group in groups]
    # Files come in any order, and what is made of them must not depend on it.
    early: dict[int, tuple[Slice | Refusal, ...]] = {}
    due = 0
    for step in read_slices_of_volumes(wanted, case_reading()):
        if step is not None:
            early[step[0]] = step[1]
        while due in early:
            yield from zip(groups[due], early.pop(due), strict=True)
            due += 1


def map_slices(
    cases: Sequence[Case], make: Callable[[Case, Slice], Made], doing: str
) -> Job[tuple[list[Case], list[Made], tuple[Skipped, ...]]]:
    """Make something of each case's slice: readable cases, what is made of them, and a row for each of the others."""
    kept: list[Case] = []
    made: list[Made] = []
    skipped: list[Skipped] = []
    for done, (case, slice_) in enumerate(slices_of(cases), start=1):
        try:
            if isinstance(slice_, Refusal):
                raise slice_
            made.append(make(case, slice_))
            kept.append(case)
        except Refusal as refusal:
            skipped.append(Skipped.because(case.name, refusal))
        yield Progress(doing, done, len(cases))
    return kept, made, tuple(skipped)


Room = Callable[[tuple[int, ...]], NDArray[np.float32]]
"""Gives an array of a shape, to be filled with tensors; it may raise `Refusal`."""


def _in_memory(shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.empty(shape, dtype=np.float32)


def prepare_cases(cases: Sequence[Case], recipe: Recipe, *, room: Room = _in_memory) -> Job[Prepared]:
    """Prepare every readable case in the array that `room` makes. Raises `Refusal` (EMPTY_CLASS)."""
    spec = recipe.input
    channels = 1 if _is_one_channel(spec) else spec.channels
    tensors = room((len(cases), channels, *spec.size))
    free = iter(tensors)

    def fill(_: Case, slice_: Slice) -> None:
        tensor = prepared_tensor(slice_, spec)
        next(free)[:] = tensor

    kept, _, skipped = yield from map_slices(cases, fill, "Preparing slices")
    _check_classes({label for case in kept for label in case.labels}, recipe, "No picture of the class {} can be read.")
    labels, targets = labels_and_targets(kept, recipe.task)
    return Prepared(tuple(kept), labels, targets, tensors[: len(kept)], skipped)


def labels_and_targets(cases: Sequence[Case], task: Task) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return labels [N] and targets [N, L]; a head of several labels in which a case has none was not asked (NaN)."""
    number = {name: position for position, name in enumerate(task.names)}
    targets = np.zeros((len(cases), len(number)), dtype=np.float32)
    labels = np.full(len(cases), -1, dtype=np.int64)
    for row, case in enumerate(cases):
        if task.kind == "several_outputs":
            for head in task.heads:
                if len(head) > 1 and not set(head) & set(case.labels):
                    targets[row, [number[name] for name in head]] = np.nan
        if task.kind in ("multilabel", "several_outputs"):
            # Of labels that exclude each other, the one that applies answers for the others too.
            open_ = [name for name in case.unknown if not _is_answered(name, case, task)]
            targets[row, [number[name] for name in open_]] = np.nan
        else:
            labels[row] = number[case.labels[0]]
        targets[row, [number[name] for name in case.labels]] = 1.0
    return labels, targets


def _is_answered(name: str, case: Case, task: Task) -> bool:
    return any(name in head and set(head) & set(case.labels) for head in task.heads)


def _is_one_channel(spec: InputSpec) -> bool:
    """Tell whether the channels of `grey_to_rgb` stay equal after normalisation."""
    return spec.colour == "grey_to_rgb" and len(set(spec.mean)) == len(set(spec.std)) == 1


def prepared_tensor(slice_: Slice, spec: InputSpec) -> NDArray[np.float32]:
    """Return the slice as `prepare` makes it, as [channels, rows, columns]; one channel for `grey_to_rgb`."""
    tensor = prepare(slice_, spec).tensor[0]
    if spec.layout == "NHWC":
        tensor = np.ascontiguousarray(tensor.transpose(2, 0, 1))
    return tensor[:1] if _is_one_channel(spec) else tensor
