"""Prepared slices in a file of the run's folder, mapped into memory: exactly what `prepare` made, float32.

Thousands of slices take gigabytes. Mapped, the system keeps what there is memory for, processes on one machine share
it, and a run that was killed finds its slices again. The file is gone when the fit ends.
"""

import hashlib
import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from training.data.dataset import Case, Prepared, labels_and_targets, manifest_sha256, prepare_cases
from training.fit.runs import environment
from training.recipe.recipe import Recipe
from training.recipe.text_files import write_atomically

STORE = "prepared"
_TENSORS, _INDEX = "tensors.f32", "index.json"
_PIECE = 16 * 2**20


@dataclass(frozen=True)
class _Index:
    """What the store holds; written when all of it is there."""

    key: str
    shape: tuple[int, ...]
    cases: tuple[Case, ...]
    skipped: int


_INDEX_FORM = TypeAdapter(_Index)


def stored(run: Path, cases: Sequence[Case], recipe: Recipe) -> Job[Prepared]:
    """The cases' slices, prepared into the run's store, or found there as an earlier process left them.

    Raises `Refusal` (WRITE where the disk is full, and what `prepare_cases` raises); then nothing is left.
    """
    folder, key = run / STORE, _key(cases, recipe)
    index = _read(folder)
    # With files that could not be read, reading again is what lists them.
    if index is not None and index.key == key and not index.skipped:
        return _prepared(folder, index, recipe)
    try:
        made = yield from prepare_cases(cases, recipe, room=lambda shape: _reserved(folder, shape))
        shape = tuple(map(int, made.tensors.shape))
        content = _INDEX_FORM.dump_json(_Index(key, shape, made.cases, len(made.skipped)))
        write_atomically(folder / _INDEX, content)
    except Refusal:
        discard(run)
        raise
    return made


def opened(run: Path, recipe: Recipe) -> Prepared | None:
    """What another process has stored; None where this machine does not see it."""
    index = _read(run / STORE)
    return None if index is None else _prepared(run / STORE, index, recipe)


def discard(run: Path) -> None:
    """Take the store away."""
    shutil.rmtree(run / STORE, ignore_errors=True)


def _key(cases: Sequence[Case], recipe: Recipe) -> str:
    """What the stored tensors depend on: the pictures, the input of the recipe, the versions of what prepares them."""
    content = [manifest_sha256(cases), recipe.input.model_dump(mode="json"), environment()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _reserved(folder: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A file of this size, every byte of it on the disk: writing through a mapping cannot say that the disk is full."""
    left = math.prod(shape) * np.dtype(np.float32).itemsize
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _INDEX).unlink(missing_ok=True)
        with (folder / _TENSORS).open("wb") as stream:
            while left > 0:
                left -= stream.write(bytes(min(left, _PIECE)))
        return np.memmap(folder / _TENSORS, dtype=np.float32, mode="r+", shape=shape)
    except OSError:
        words = f"{folder}: there is no room for the prepared slices (is the disk full?)."
        raise Refusal(Code.WRITE, words) from None


def _read(folder: Path) -> _Index | None:
    try:
        return _INDEX_FORM.validate_json((folder / _INDEX).read_bytes())
    except (OSError, ValidationError):
        return None


def _prepared(folder: Path, index: _Index, recipe: Recipe) -> Prepared:
    tensors = np.memmap(folder / _TENSORS, dtype=np.float32, mode="r", shape=index.shape)
    labels, targets = labels_and_targets(index.cases, recipe.task)
    return Prepared(index.cases, labels, targets, tensors, ())
