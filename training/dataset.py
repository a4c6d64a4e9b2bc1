"""Cases: labelled pictures in a folder for each class, read by imaging and prepared by the viewer's own `prepare`."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.geometry import Plane
from imaging.ledger import Skipped
from imaging.loading import read_slices
from imaging.progress import Job, Progress
from imaging.readers import HEAD_BYTES, reader_for, recognise
from imaging.refusal import Code, Refusal
from imaging.series import Source
from imaging.volume import Slice
from inference.contract import InputSpec
from inference.preprocess import prepare
from training.recipe import Recipe
from training.training_codes import TrainingCode


@dataclass(frozen=True)
class Case:
    """One labelled picture. `name` is its path below the data folder, `person` whom it shows (itself if unknown)."""

    path: Path
    name: str
    label: str
    person: str
    sha256: str


@dataclass(frozen=True, eq=False)
class Prepared:
    """Cases with their tensors, float32 [N, channels, rows, columns] as `prepare` made them.

    For `grey_to_rgb` the three channels are equal before normalisation, so one is kept (`expand` brings them back).
    """

    cases: tuple[Case, ...]
    labels: NDArray[np.int64]
    tensors: NDArray[np.float32]
    skipped: tuple[Skipped, ...]


def list_cases(folder: Path, recipe: Recipe) -> tuple[Case, ...]:
    """The cases of a data folder in the order of labels and names.

    Raises `Refusal`: MISSING for a folder that is not there, EMPTY_CLASS for a label without a picture.
    """
    cases: list[Case] = []
    for label in recipe.task.names:
        of_label = folder / recipe.classes.folders[label]
        if not of_label.is_dir():
            raise Refusal(Code.MISSING, f"{of_label}: there is no such folder, and the recipe wants it for {label}.")
        files = sorted(path for path in of_label.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise Refusal(TrainingCode.EMPTY_CLASS, f"{of_label}: there is no picture of the class {label}.")
        cases.extend(_case(path, folder, label, recipe.classes.person_patterns) for path in files)
    return tuple(cases)


def _case(path: Path, folder: Path, label: str, patterns: Sequence[str]) -> Case:
    name = path.relative_to(folder).as_posix()
    found = next((match for pattern in patterns if (match := re.search(pattern, path.name))), None)
    person = f"{label}/{found[1]}" if found else name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        digest = ""
    return Case(path=path, name=name, label=label, person=person, sha256=digest)


def manifest_sha256(cases: Sequence[Case]) -> str:
    """SHA-256 over names, labels and the content of all cases: it changes when any of the data does."""
    rows = sorted((case.name, case.label, case.sha256) for case in cases)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def read_slice(path: Path) -> Slice:
    """The middle slice of one file, through imaging's readers and its one door for pixels. Raises `Refusal`."""
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        raise Refusal(Code.PERMISSION) from None
    if not head:
        raise Refusal(Code.EMPTY)
    format_ = recognise(head, path.name)
    if format_ is None:
        raise Refusal(Code.UNKNOWN_FORMAT)
    reader = reader_for(format_)
    series = reader.group([reader.read_header(Source(path))])[0]
    found = next(read_slices(series, Plane.ACQUIRED, [series.middle]))
    if isinstance(found, Refusal):
        raise found
    return found


def prepare_cases(cases: Sequence[Case], recipe: Recipe) -> Job[Prepared]:
    """Read and prepare every case; one that cannot be read is a row of `skipped`, and the rest go on.

    Raises `Refusal` (EMPTY_CLASS) where a class has no readable case left.
    """
    spec = recipe.input
    names = recipe.task.names
    channels = 1 if spec.colour == "grey_to_rgb" else spec.channels
    tensors = np.empty((len(cases), channels, *spec.size), dtype=np.float32)
    kept: list[Case] = []
    skipped: list[Skipped] = []
    for done, case in enumerate(cases, start=1):
        try:
            tensors[len(kept)] = prepared_tensor(read_slice(case.path), spec)
            kept.append(case)
        except Refusal as refusal:
            skipped.append(Skipped.because(case.name, refusal))
        yield Progress("Preparing slices", done, len(cases))
    for label in names:
        if not any(case.label == label for case in kept):
            raise Refusal(TrainingCode.EMPTY_CLASS, f"No picture of the class {label} can be read.")
    labels = np.array([names.index(case.label) for case in kept], dtype=np.int64)
    return Prepared(tuple(kept), labels, tensors[: len(kept)], tuple(skipped))


def prepared_tensor(slice_: Slice, spec: InputSpec) -> NDArray[np.float32]:
    """What `prepare` gives for the slice, as [channels, rows, columns]; one channel for `grey_to_rgb`."""
    tensor = prepare(slice_, spec).tensor[0]
    if spec.layout == "NHWC":
        tensor = np.ascontiguousarray(tensor.transpose(2, 0, 1))
    if spec.colour == "grey_to_rgb" and len(set(spec.mean)) == len(set(spec.std)) == 1:
        return tensor[:1]
    return tensor
