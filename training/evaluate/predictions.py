"""Cases with what a network says of them: read, prepared and asked a few at a time, and cached beside the run.

Answers are cached in `scored.npz`, since asking ten thousand slices takes minutes; they hold for the weights, input and
layers of `cache_key` only. Probabilities and decisions are made of them by the viewer's own code, and by no other.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from torch import nn

from imaging.base.atomic_write import file_sha256, write_with_folder
from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.classify.classifier import activate_logits
from inference.classify.decision import decide_by_rule
from inference.contract.contract import Decision, Task
from training.data.dataset import Case, labels_and_targets, prepared_tensor, slices_of
from training.network.network import predict
from training.recipe.recipe import Recipe, json_sha256

ANSWERS_FILE = "scored.npz"
_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class NetworkAnswers:
    """Logits [N, outputs] and features [N, D] of slices, with their names."""

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
    """The findings of each case in one word: several are joined by +."""
    targets: NDArray[np.float32]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    series: tuple[str, ...] = ()
    """The series of each case, named by its first file; none where nobody asks for figures by series."""

    def at(self, rows: NDArray[np.intp]) -> "ScoredCases":
        """Return the cases of these rows, in their order."""
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            groups=tuple(self.groups[row] for row in rows),
            labels=tuple(self.labels[row] for row in rows),
            targets=self.targets[rows],
            logits=self.logits[rows],
            features=self.features[rows],
            series=tuple(self.series[row] for row in rows) if self.series else (),
        )


def join_cases(parts: Sequence[ScoredCases]) -> ScoredCases:
    """Return the cases of several sets one after the other; a case may be there more than once, its group stays one."""
    return ScoredCases(
        part=parts[0].part,
        names=tuple(name for one in parts for name in one.names),
        groups=tuple(name for one in parts for name in one.groups),
        labels=tuple(name for one in parts for name in one.labels),
        targets=np.concatenate([one.targets for one in parts]),
        logits=np.concatenate([one.logits for one in parts]),
        features=np.concatenate([one.features for one in parts]),
        series=tuple(name for one in parts for name in one.series),
    )


class AnswerCache:
    """The answers of earlier evaluations of the same weights, by name of the set."""

    def __init__(self, run: Path, key: str) -> None:
        self._path = run / ANSWERS_FILE
        self._key = key
        self._sets: dict[str, NetworkAnswers] = {}
        try:
            with np.load(io.BytesIO(self._path.read_bytes()), allow_pickle=False) as stored:
                if str(stored["key"]) == key:
                    for name in {array.split("|")[0] for array in stored.files if "|" in array}:
                        names = tuple(stored[f"{name}|names"].tolist())
                        self._sets[name] = NetworkAnswers(names, stored[f"{name}|logits"], stored[f"{name}|features"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            # Not there or damaged: everything is asked again.
            self._sets = {}

    def find(self, set_: str, wanted: Sequence[str]) -> NetworkAnswers | None:
        """Return the answers of a set if they are those of these very cases, or of those that could be read."""
        found = self._sets.get(set_)
        return found if found is not None and found.names and set(found.names) <= set(wanted) else None

    def find_any(self, set_: str) -> NetworkAnswers | None:
        """Return all answers of a set that grows, whichever cases they are of."""
        return self._sets.get(set_)

    def names(self, set_: str) -> tuple[str, ...]:
        """Return the names of the slices of a cached set."""
        return self._sets[set_].names if set_ in self._sets else ()

    def keep(self, set_: str, answers: NetworkAnswers) -> None:
        """Add a set and write the file. Raises `Refusal` (WRITE)."""
        self._sets[set_] = answers
        arrays: dict[str, NDArray[np.generic]] = {"key": np.array(self._key)}
        for name, one in self._sets.items():
            arrays[f"{name}|names"] = np.array(one.names)
            arrays[f"{name}|logits"], arrays[f"{name}|features"] = one.logits, one.features
        stream = io.BytesIO()
        np.savez(stream, **arrays)  # type: ignore[arg-type]
        write_with_folder(self._path, stream.getvalue())


def cache_key(checkpoint: Path, recipe: Recipe) -> str:
    """Return a hash of all that answers depend on: weights, input, layers. Raises OSError."""
    content = [file_sha256(checkpoint), recipe.input.model_dump(mode="json"), recipe.network.model_dump(mode="json")]
    return json_sha256(content)


def score_cases(
    part: str, cases: Sequence[Case], groups: Sequence[str], *, model: nn.Module, recipe: Recipe, cache: AnswerCache
) -> Job[tuple[ScoredCases, tuple[Skipped, ...]]]:
    """Return the answers for cases, cached ones if there are any. `groups` holds the group of each case."""
    answers = cache.find(part, [case.name for case in cases])
    known = set() if answers is None else set(answers.names)
    left = [case for case in cases if case.name not in known]
    skipped: tuple[Skipped, ...] = ()
    if left:
        slices = ((case.name, slice_) for case, slice_ in slices_of(left))
        doing = f"Scoring the {part} part"
        new, skipped = yield from ask_network(slices, len(left), model=model, recipe=recipe, doing=doing)
        answers = new if answers is None else join_answers([answers, new])
        cache.keep(part, answers)
    assert answers is not None
    position = {case.name: number for number, case in enumerate(cases)}
    readable = [cases[position[name]] for name in answers.names]
    return ScoredCases(
        part=part,
        names=answers.names,
        groups=tuple(groups[position[name]] for name in answers.names),
        labels=tuple(case.label for case in readable),
        targets=labels_and_targets(readable, recipe.task)[1],
        logits=answers.logits,
        features=answers.features,
        series=tuple(case.series for case in readable),
    ), skipped


def ask_network(
    slices: Iterator[tuple[str, Slice | Refusal]], count: int, *, model: nn.Module, recipe: Recipe, doing: str
) -> Job[tuple[NetworkAnswers, tuple[Skipped, ...]]]:
    """Prepare slices and ask the network, a few at a time; one that cannot be read is a row, and the rest go on."""
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
    return NetworkAnswers(tuple(names), logits, features), tuple(skipped)


def join_answers(parts: Sequence[NetworkAnswers]) -> NetworkAnswers:
    """Return the answers of several sets one after the other."""
    filled = [one for one in parts if one.names] or list(parts[:1])
    return NetworkAnswers(
        tuple(name for one in filled for name in one.names),
        np.concatenate([one.logits for one in filled]),
        np.concatenate([one.features for one in filled]),
    )


def activation_of(task: Task) -> Literal["softmax", "sigmoid"]:
    """Return the activation for the logits of a network that was trained here."""
    return "sigmoid" if task.kind in ("binary", "multilabel") else "softmax"


def probabilities(logits: NDArray[np.float32], task: Task, temperature: float = 1.0) -> NDArray[np.float32]:
    """Return probabilities [N, labels] of logits [N, outputs]. Raises `Refusal` (MODEL_ERROR) for NaN."""
    if not len(logits):
        return np.empty((0, len(task.names)), dtype=np.float32)
    activation = activation_of(task)
    return np.stack([activate_logits(row, task=task, activation=activation, temperature=temperature) for row in logits])


def decisions(rows: NDArray[np.float32], rule: Decision, task: Task) -> tuple[str, ...]:
    """Return the decision for each row of probabilities [N, labels]: a label's name, `a+b`, `ambiguous`, `none`…"""
    return tuple(decide_by_rule(rule, task, row)[0] for row in rows)


def decided(words: tuple[str, ...], task: Task) -> NDArray[np.bool_]:
    """Return which labels were decided for, [N, labels]; none if the rule left it open."""
    several = task.kind in ("multilabel", "several_outputs")
    found = np.zeros((len(words), len(task.names)), dtype=np.bool_)
    number = {name: position for position, name in enumerate(task.names)}
    for row, word in enumerate(words):
        for name in word.split("+") if several else (word,):
            if name in number:
                found[row, number[name]] = True
    return found
