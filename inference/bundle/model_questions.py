"""Questions about a model without a contract, six at most, and the contract that the answers make."""

import json
from dataclasses import dataclass, replace
from typing import Any

from imaging.base.english import Text, english, join_english
from imaging.base.errors import Refusal
from inference.bundle.provisional import UNTRAINED
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract, InputSpec, Label
from inference.contract.contract_check import read_contract
from inference.contract.label_names import find_normal, id_of, label_rows, plain_name
from inference.contract.model_answers import OWN_SCALE, SCALES, ModelAnswers
from inference.contract.storage import Assumption, Bundle

MOST_QUESTIONS = 6
_RESIZE = {"stretch": "stretch", "letterbox": "letterbox", "crop": "centre_crop"}
_INTENSITY: dict[str, dict[str, Any]] = {
    "min-max": {"method": "min_max"},
    "percentile": {"method": "percentile", "low": 1.0, "high": 99.0},
    "8-bit": {"method": "eight_bit"},
}
_METHODS = {"min_max": "min-max", "percentile": "percentile", "eight_bit": "8-bit", "window": "window"}
_ROWS = {
    "labels": ("labels",),
    "activation": ("activation",),
    "scale": ("scale",),
    "range": (english("range of values"),),
    "fit": ("size", "fit"),
    "layout": ("layout",),
}
"""The rows of `Bundle.assumed` that a question settles."""


@dataclass(frozen=True)
class ModelQuestion:
    """One question: the field of `ModelAnswers` that it fills, its words, and why the preset answer is assumed."""

    key: str
    title: Text
    why: Text


@dataclass(frozen=True)
class ModelQuestions:
    """All that is asked about a model, and the answer that is assumed for each."""

    questions: tuple[ModelQuestion, ...]
    presets: ModelAnswers
    scores: int
    """How many numbers the model answers with."""
    size_is_open: bool
    """Whether the graph leaves rows and columns to whoever uses it."""


def ask_questions(bundle: Bundle) -> ModelQuestions:
    """Return the questions about a bare model, at most `MOST_QUESTIONS`, with the assumed answers."""
    rows: dict[str, Assumption] = {one.what: one for one in bundle.assumed}
    contract = bundle.contract
    count = contract.task.logits
    named = (
        english("the positive answer's name, or both names")
        if count == 1
        else english("{count} names in the order of the scores", count=count)
    )
    titles = {
        "labels": english("What are the classes called? ({named})", named=named),
        "activation": english("What are the scores that it answers with?"),
        "scale": english("Which values does it expect?"),
        "range": english("Which values of a slice become the ends of these?"),
        "fit": english("How does a slice come to its size?"),
    }
    if "layout" in rows and not rows["layout"].is_told:
        titles["layout"] = english("In which order are the numbers of its input?")
    else:
        titles["modality"] = english("Which modalities is it for? (DICOM codes; none: any)")
    whys = {"modality": english("a graph does not say what it was trained on")}
    for key, whats in _ROWS.items():
        found = [rows[what] for what in whats if what in rows]
        # The reason of what the graph tells stands with that.
        asked = [one for one in found if not one.is_told] or found
        whys[key] = join_english("; ", (one.why for one in asked))
    questions = tuple(ModelQuestion(key, title, whys[key]) for key, title in titles.items())
    size_is_open = "size" in rows and not rows["size"].is_told
    return ModelQuestions(questions, _read_presets(contract), count, size_is_open)


def answer_questions(contract: Contract, answers: ModelAnswers) -> Contract:
    """Return the contract with a person's answers in it. Raises `Refusal` (SCHEMA) for answers that do not fit."""
    changes: dict[str, Any] = {
        "task": _answer_task(contract, answers),
        "input": _answer_input(contract.input, answers),
    }
    whole = contract.model_dump(mode="json")
    for part, change in changes.items():
        whole[part] |= change
    if answers.activation is not None:
        whole["output"]["activation"] = answers.activation
    if answers.threshold is not None:
        names = [label["name"] for label in whole["task"]["labels"]]
        whole["decision"] = _decide_from(answers.threshold, names, whole["task"]["kind"])
    if answers.name is not None:
        whole |= {"name": answers.name.strip(), "id": id_of(answers.name)}
    if answers.use is not None:
        whole["intended_use"]["use"] = answers.use.strip()
    answered, faults = read_contract(json.dumps(whole).encode())
    if answered is None or faults:
        raise Refusal(ModelCode.SCHEMA, join_english(" ", (fault.line for fault in faults[:5])))
    return answered


def answered_bundle(bundle: Bundle, contract: Contract) -> Bundle:
    """Return the bare model under its answered contract, without the assumptions that were asked about."""
    settled = {what for question in ask_questions(bundle).questions for what in _ROWS.get(question.key, ())}
    left = tuple(one for one in bundle.assumed if one.what not in settled)
    return replace(bundle, contract=contract, assumptions=(UNTRAINED,), assumed=left)


def _read_presets(contract: Contract) -> ModelAnswers:
    spec, rule = contract.input, contract.input.intensity
    return ModelAnswers(
        labels=tuple(label.display for label in contract.task.labels),
        normal=contract.task.normal or "",
        activation=contract.output.activation,
        scale=next((word for word in SCALES if _mean_and_std(word, spec) == (spec.mean, spec.std)), OWN_SCALE),
        own_scale=(spec.mean[0], spec.std[0]),
        range=_METHODS[rule.method],
        window=(rule.centre, rule.width) if rule.method == "window" else None,
        fit=next(word for word, resize in _RESIZE.items() if resize == spec.resize),
        size=spec.size,
        layout=spec.layout,
        modality=spec.modality,
        name=contract.name,
        use=contract.intended_use.use,
    )


def _answer_task(contract: Contract, answers: ModelAnswers) -> dict[str, Any]:
    task, count = contract.task, contract.task.logits
    if answers.activation == "softmax" and count == 1:
        raise _refuse(
            english("A softmax is over several scores, and this model answers with one: choose sigmoid or none.")
        )
    changes: dict[str, Any] = {}
    if answers.activation is not None and task.kind != "several_outputs":
        changes["kind"] = _kind_of(contract, answers.activation)
    labels = task.labels
    if answers.labels is not None:
        names = _whole_names(answers.labels, count)
        changes["labels"] = label_rows(names)
        labels = tuple(Label(**one) for one in changes["labels"])
    if answers.labels is not None or answers.normal is not None:
        wanted = find_normal(tuple(label.display for label in labels)) if answers.normal is None else answers.normal
        changes["normal"] = _find_label(wanted, [(label.name, label.display) for label in labels]) if wanted else None
    return changes


def _kind_of(contract: Contract, activation: str) -> str:
    if contract.task.logits == 1:
        return "binary"
    if activation == "none" and contract.output.activation == "none":
        # What came out for phantoms told whether they add up to one.
        return contract.task.kind
    return "multilabel" if activation == "sigmoid" else "multiclass"


def _whole_names(given: tuple[str, ...], count: int) -> tuple[str, ...]:
    if count == 1 and len(given) == 1:
        return english("no {given}", given=given[0]), given[0]
    wanted = 2 if count == 1 else count
    if len(given) != wanted:
        sentence = english(
            "Give {wanted} names, one for each answer and in the order of the scores; these are {given}.",
            wanted=wanted,
            given=len(given),
        )
        raise _refuse(sentence)
    if len({plain_name(name) for name in given}) < len(given):
        raise _refuse(english("Two of the classes have the same name."))
    return given


def _find_label(wanted: str, labels: list[tuple[str, str]]) -> str:
    for name, display in labels:
        if wanted in (name, display) or plain_name(wanted) == name:
            return name
    raise _refuse(english("The answer that says that nothing was found must be one of the classes."))


def _answer_input(spec: InputSpec, answers: ModelAnswers) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if answers.scale == OWN_SCALE or (answers.scale is None and answers.own_scale is not None):
        if answers.own_scale is None or answers.own_scale[1] <= 0:
            raise _refuse(english("A scale of one's own needs its mean, and its spread, which is greater than 0."))
        changes |= {name: (one,) * spec.channels for name, one in zip(("mean", "std"), answers.own_scale, strict=True)}
    elif answers.scale is not None:
        mean, std = _mean_and_std(answers.scale, spec)
        changes |= {"mean": mean, "std": std}
    if answers.range == "window" or (answers.range is None and answers.window is not None):
        if answers.window is None:
            raise _refuse(english("A window needs its centre and its width."))
        changes["intensity"] = {"method": "window", "centre": answers.window[0], "width": answers.window[1]}
    elif answers.range is not None:
        changes["intensity"] = _INTENSITY[answers.range]
    if answers.fit is not None:
        changes["resize"] = _RESIZE[answers.fit]
    for key, given in (("size", answers.size), ("layout", answers.layout)):
        if given is not None:
            changes[key] = given
    if answers.modality is not None:
        changes["modality"] = [code.strip().upper() for code in answers.modality if code.strip()]
    return changes


def _mean_and_std(word: str, spec: InputSpec) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and spread of a scale for each channel; one channel has the average of three."""
    _, *both = SCALES[word]
    mean, std = (one if len(one) == spec.channels else (sum(one) / len(one),) * spec.channels for one in both)
    return mean, std


def _decide_from(threshold: float, names: list[str], kind: str) -> dict[str, Any]:
    """Return the rule by which a label is decided from a probability on."""
    if kind == "binary" and 0 < threshold <= 1:
        below = {"low": 0.0, "decision": names[0], "sentence": english("Below the threshold.")}
        above = {"low": threshold, "decision": names[1], "sentence": english("Reaches the threshold.")}
        return {"rule": "bands", "label": names[1], "bands": [below, above]}
    return {"rule": "thresholds", "values": dict.fromkeys(names, threshold)}


def _refuse(sentence: str) -> Refusal:
    return Refusal(ModelCode.SCHEMA, sentence)


def told_and_assumed(bundle: Bundle) -> tuple[tuple[Assumption, ...], tuple[Assumption, ...]]:
    """Return what the graph itself tells of a bare model, and what is assumed beside it."""
    told = tuple(one for one in bundle.assumed if one.is_told)
    return told, tuple(one for one in bundle.assumed if not one.is_told)
