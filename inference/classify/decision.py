"""From probabilities to a finding, by the rule of the contract.

A probability that equals a threshold has reached it. Both are compared in single precision, in which the model answers:
in double precision 0.7 computed by the model would lie just below the 0.7 of the contract.
"""

import numpy as np
from numpy.typing import NDArray

from inference.classify.finding import Finding, LabelScore
from inference.contract.contract import Band, Bands, Contract, Decision, Label, Task, Thresholds, TwoStep

AMBIGUOUS = "ambiguous"
NONE = "none"
_UNDECIDED = "No label reaches its threshold, so the model does not decide."


def decide(contract: Contract, probabilities: NDArray[np.float32]) -> Finding:
    """The finding for probabilities [labels], in the order of the contract's labels."""
    decision, advice = decide_by_rule(contract.decision, contract.task, probabilities)
    scores = tuple(
        LabelScore(label.name, label.display, float(probability), threshold_of(contract, label.name))
        for label, probability in zip(contract.task.labels, probabilities, strict=True)
    )
    return Finding(scores=scores, decision=decision, advice=advice)


def decide_by_rule(rule: Decision, task: Task, probabilities: NDArray[np.float32]) -> tuple[str, str]:
    """Decision and advice of a rule for probabilities [labels], in the order of the task's labels."""
    values = dict(zip(task.names, (float(value) for value in probabilities), strict=True))
    if isinstance(rule, TwoStep):
        return _two_step(rule, values, task)
    if isinstance(rule, Thresholds):
        return _thresholds(rule, values, task)
    if isinstance(rule, Bands):
        band = _band(rule, values[rule.label])
        return band.decision, band.sentence
    return _argmax(values, task)


def threshold_of(contract: Contract, label: str) -> float | None:
    """The threshold that a label is held against, None where the rule has none for it."""
    rule = contract.decision
    if isinstance(rule, TwoStep):
        return rule.gate if label == rule.normal else rule.values[label]
    return rule.values[label] if isinstance(rule, Thresholds) else None


def marks(contract: Contract, label: str) -> tuple[float, ...]:
    """The probabilities of a label at which the decision changes: its threshold, or the edges of its bands."""
    if isinstance(contract.decision, Bands):
        return tuple(band.low for band in contract.decision.bands[1:]) if label == contract.decision.label else ()
    threshold = threshold_of(contract, label)
    return () if threshold is None else (threshold,)


def _argmax(values: dict[str, float], task: Task) -> tuple[str, str]:
    """The most probable label; with equal ones, the first. Several outputs: the winner of each head.

    A head or a model whose labels do not compete (multilabel) has a label where it is at least as probable as not.
    """
    if task.kind == "multilabel":
        return _all_of([name for name in task.names if values[name] >= 0.5], task)
    if task.kind == "several_outputs":
        # A lone label has to be at least as probable as not; of several in a head one always wins.
        least = {name: 0.5 if len(head) == 1 else 0.0 for head in task.heads for name in head}
        return _all_of(_of_each_head(task, values, least), task)
    best = max(task.names, key=values.__getitem__)
    return best, f"{_display(task, best)} is the most probable of {len(task.names)} labels."


def _thresholds(rule: Thresholds, values: dict[str, float], task: Task) -> tuple[str, str]:
    """The labels that reach their own threshold: all where labels do not compete, else the most probable one."""
    if task.kind == "several_outputs":
        return _all_of(_of_each_head(task, values, rule.values), task)
    reached = [name for name in task.names if _reaches(values[name], rule.values[name])]
    if task.kind == "multilabel":
        return _all_of(reached, task)
    if not reached:
        return AMBIGUOUS, _UNDECIDED
    best = max(reached, key=values.__getitem__)
    return best, f"{_display(task, best)} reaches its threshold."


def _of_each_head(task: Task, values: dict[str, float], thresholds: dict[str, float]) -> list[str]:
    """The most probable label of each head among those that reach their threshold; none of a head that is not asked."""
    decided: list[str] = []
    for number, head in enumerate(task.heads):
        condition = task.asked_if[number] if task.asked_if else None
        reached = [name for name in head if _reaches(values[name], thresholds[name])]
        if reached and (condition is None or condition in decided):
            decided.append(max(reached, key=values.__getitem__))
    return decided


def _two_step(rule: TwoStep, values: dict[str, float], task: Task) -> tuple[str, str]:
    """The gate of the normal label; then the best of the others against its own threshold; else ambiguous."""
    if _reaches(values[rule.normal], rule.gate):
        return rule.normal, f"{_display(task, rule.normal)} reaches its gate, which ends the decision."
    best = max((name for name in task.names if name != rule.normal), key=values.__getitem__)
    if _reaches(values[best], rule.values[best]):
        return best, f"{_display(task, best)} is the most probable of the others and reaches its threshold."
    return AMBIGUOUS, f"{_display(task, best)} is the most probable of the others but stays below its threshold."


def _band(rule: Bands, probability: float) -> Band:
    return next(band for band in reversed(rule.bands) if _reaches(probability, band.low))


def _reaches(probability: float, threshold: float) -> bool:
    return bool(np.float32(probability) >= np.float32(threshold))


def _all_of(names: list[str], task: Task) -> tuple[str, str]:
    if not names:
        return NONE, "No label reaches its threshold."
    return "+".join(names), f"Reached: {', '.join(_display(task, name) for name in names)}."


def _display(task: Task, name: str) -> str:
    label: Label = next(label for label in task.labels if label.name == name)
    return label.display
