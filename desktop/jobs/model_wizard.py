"""A model without a contract in the background: opened, tried under a person's answers, saved. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.bundle.model_questions import (
    ModelQuestions,
    answer_questions,
    answered_bundle,
    ask_questions,
    told_and_assumed,
)
from inference.bundle.provisional import open_onnx, save_completed_bundle
from inference.classify.classifier import Classifier
from inference.classify.decision import decide
from inference.classify.finding_words import describe_decision
from inference.classify.preprocess import picture_of_input, prepare
from inference.contract.model_answers import ModelAnswers
from inference.contract.phantoms import make_phantoms
from inference.contract.storage import Assumption, Bundle

SHOWN_LABELS = 100
"""The most labels whose probabilities a preview shows: the most probable ones."""
_SLICE = english("This slice")


@dataclass(frozen=True, eq=False)
class BareModel:
    """A model without a contract: what its graph tells, what is assumed, and what is asked."""

    bundle: Bundle
    asked: ModelQuestions
    told: tuple[Assumption, ...]
    assumed: tuple[Assumption, ...]


@dataclass(frozen=True)
class TriedSlice:
    """The answer for one slice under a person's answers; `refusal` says why there is none."""

    what: str
    probabilities: tuple[float, ...]
    decision: str
    refusal: Refusal | None = None


@dataclass(frozen=True, eq=False)
class ModelPreview:
    """A model under a person's answers: probabilities of labels for the open slice and for phantoms.

    `picture` is what the model gets of the first of them: grey [row, column] or RGB [row, column, 3].
    """

    labels: tuple[str, ...]
    tried: tuple[TriedSlice, ...]
    picture: NDArray[np.uint8] | None
    omitted: int
    """How many labels are not among `labels`."""


def open_bare_model(path: Path, policy: ReadingPolicy) -> BareModel:
    """Open an ONNX file, and list what is to be asked about it. Raises `Refusal`."""
    bundle = open_onnx(path, policy)
    return BareModel(bundle, ask_questions(bundle), *told_and_assumed(bundle))


def preview_answers(
    bundle: Bundle, answers: ModelAnswers, slice_: Slice | None, policy: ReadingPolicy
) -> Job[ModelPreview]:
    """Try the answers on the open slice and on phantoms. Raises `Refusal` for answers that do not fit."""
    answered = _apply_answers(bundle, answers)
    contract = answered.contract
    classifier = Classifier(answered, policy=policy)
    phantoms = [(tr("Phantom: {name}", name=one.name), one.slice) for one in make_phantoms(contract)]
    rows, picture = [], None
    for what, one in [*([] if slice_ is None else [(tr(_SLICE), slice_)]), *phantoms]:
        try:
            input_ = prepare(one, contract.input)
            picture = picture_of_input(input_, contract.input) if picture is None else picture
            probabilities = classifier.run(input_).probabilities
        except Refusal as refusal:
            rows.append(TriedSlice(what, (), "", refusal))
            continue
        decision = tr(describe_decision(decide(contract, probabilities).decision, contract))
        rows.append(TriedSlice(what, tuple(map(float, probabilities)), decision))
        yield Progress(tr("Trying the model"), len(rows))
    return _choose_labels(tuple(label.display for label in contract.task.labels), rows, picture)


def use_answers(bundle: Bundle, answers: ModelAnswers) -> Bundle:
    """Return the bare model under the answers, to be used without being saved. Raises `Refusal`."""
    return _apply_answers(bundle, answers)


def save_answers(bundle: Bundle, answers: ModelAnswers, path: Path, policy: ReadingPolicy) -> Path:
    """Save the model with the answers as a bundle; return its path. Raises `Refusal`."""
    save_completed_bundle(bundle, answer_questions(bundle.contract, answers), path, policy)
    return path


def _apply_answers(bundle: Bundle, answers: ModelAnswers) -> Bundle:
    return answered_bundle(bundle, answer_questions(bundle.contract, answers))


def _choose_labels(
    labels: tuple[str, ...], rows: Sequence[TriedSlice], picture: NDArray[np.uint8] | None
) -> ModelPreview:
    """Return the preview with the labels that have room: of very many the most probable of the first slice."""
    if len(labels) <= SHOWN_LABELS:
        return ModelPreview(labels, tuple(rows), picture, 0)
    first = next((row.probabilities for row in rows if row.probabilities), tuple(0.0 for _ in labels))
    shown = sorted(sorted(range(len(labels)), key=lambda number: -first[number])[:SHOWN_LABELS])
    kept = tuple(
        TriedSlice(row.what, tuple(row.probabilities[n] for n in shown if row.probabilities), row.decision, row.refusal)
        for row in rows
    )
    return ModelPreview(tuple(labels[number] for number in shown), kept, picture, len(labels) - SHOWN_LABELS)
