"""Cases with what the network says of them: read, prepared and asked a few at a time, and kept beside the run.

The answers are kept in `scored.npz`, since asking ten thousand slices takes minutes and every figure can be made anew
from them. They hold only for the weights, the input and the layers with which they were made: `key_of`.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from torch import nn

from imaging.base.atomic_write import file_sha256, write_with_folder
from imaging.base.errors import Refusal
from imaging.base.ledger import Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from training.data.dataset import Case, labels_and_targets, prepared_tensor, slices_of
from training.network.network import predict
from training.recipe.recipe import Recipe

KEPT = "scored.npz"
_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of slices: logits [N, outputs] and features [N, D], with the names of those it was asked."""

    names: tuple[str, ...]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ScoredCases:
    """One part of the split, or another labelled set, with what the network says of it."""

    part: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    """Cases of one group are drawn together."""
    labels: tuple[str, ...]
    """What each case shows, in one word: several are joined by +."""
    targets: NDArray[np.float32]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]


class Kept:
    """The answers of earlier evaluations of the same weights, by name of the set."""

    def __init__(self, run: Path, key: str) -> None:
        self._path = run / KEPT
        self._key = key
        self._sets: dict[str, Answers] = {}
        try:
            with np.load(io.BytesIO(self._path.read_bytes()), allow_pickle=False) as stored:
                if str(stored["key"]) == key:
                    for name in {entry.split("|")[0] for entry in stored.files if "|" in entry}:
                        names = tuple(stored[f"{name}|names"].tolist())
                        self._sets[name] = Answers(names, stored[f"{name}|logits"], stored[f"{name}|features"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            # Not there or damaged: everything is asked again.
            self._sets = {}

    def of(self, name: str, wanted: Sequence[str]) -> Answers | None:
        """The answers of a set, where they are those of these very cases (or of those among them that can be read)."""
        found = self._sets.get(name)
        return found if found is not None and found.names and set(found.names) <= set(wanted) else None

    def names(self, name: str) -> tuple[str, ...]:
        """The names of the slices of a set that is kept."""
        return self._sets[name].names if name in self._sets else ()

    def keep(self, name: str, answers: Answers) -> None:
        """Add a set and write the file. Raises `Refusal` (WRITE)."""
        self._sets[name] = answers
        arrays: dict[str, NDArray[np.generic]] = {"key": np.array(self._key)}
        for set_, one in self._sets.items():
            arrays[f"{set_}|names"] = np.array(one.names)
            arrays[f"{set_}|logits"], arrays[f"{set_}|features"] = one.logits, one.features
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        write_with_folder(self._path, stream.getvalue())


def key_of(checkpoint: Path, recipe: Recipe) -> str:
    """What the answers depend on: weights, input, layers. Raises OSError."""
    content = [
        file_sha256(checkpoint),
        recipe.input.model_dump(mode="json"),
        recipe.network.model_dump(mode="json"),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def answers_of(
    slices: Iterator[tuple[str, Slice | Refusal]], count: int, *, model: nn.Module, recipe: Recipe, doing: str
) -> Job[tuple[Answers, tuple[Skipped, ...]]]:
    """Prepare and ask slices, a few at a time; what cannot be read is a row, and the rest go on."""
    names: list[str] = []
    said, skipped, done = [], [], 0
    while some := list(islice(slices, _AT_ONCE)):
        tensors = []
        for name, slice_ in some:
            try:
                if isinstance(slice_, Refusal):
                    raise slice_
                tensors.append(prepared_tensor(slice_, recipe.input))
                names.append(name)
            except Refusal as refusal:
                skipped.append(Skipped.because(name, refusal))
        if tensors:
            said.append(predict(model, np.stack(tensors), recipe))
        done += len(some)
        yield Progress(doing, done, count)
    logits = np.concatenate([one.logits for one in said]) if said else np.empty((0, recipe.task.logits), np.float32)
    features = np.concatenate([one.features for one in said]) if said else np.empty((0, 0), np.float32)
    return Answers(tuple(names), logits, features), tuple(skipped)


def score(
    part: str, cases: Sequence[Case], groups: Sequence[str], *, model: nn.Module, recipe: Recipe, kept: Kept
) -> Job[tuple[ScoredCases, tuple[Skipped, ...]]]:
    """The answers for cases, kept ones where there are any. `groups` holds the group of each case."""
    answers = kept.of(part, [case.name for case in cases])
    known = set() if answers is None else set(answers.names)
    left = [case for case in cases if case.name not in known]
    skipped: tuple[Skipped, ...] = ()
    if left:
        slices = ((case.name, slice_) for case, slice_ in slices_of(left))
        doing = f"Scoring the {part} part"
        new, skipped = yield from answers_of(slices, len(left), model=model, recipe=recipe, doing=doing)
        answers = new if answers is None else _joined(answers, new)
        kept.keep(part, answers)
    assert answers is not None
    place = {case.name: number for number, case in enumerate(cases)}
    readable = [cases[place[name]] for name in answers.names]
    return ScoredCases(
        part=part,
        names=answers.names,
        groups=tuple(groups[place[name]] for name in answers.names),
        labels=tuple(case.label for case in readable),
        targets=labels_and_targets(readable, recipe.task)[1],
        logits=answers.logits,
        features=answers.features,
    ), skipped


def _joined(first: Answers, second: Answers) -> Answers:
    if not second.names:
        return first
    logits = np.concatenate([first.logits, second.logits])
    return Answers(first.names + second.names, logits, np.concatenate([first.features, second.features]))
