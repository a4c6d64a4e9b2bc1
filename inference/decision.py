"""From probabilities to a finding, by the rule of the contract.

A probability that equals a threshold has reached it. Both are compared in single precision, in which the model answers:
in double precision 0.7 computed by the model would lie just below the 0.7 of the contract.
"""

import numpy as np
from numpy.typing import NDArray

from inference.contract import Band, Bands, Contract, Label, Task, Thresholds, TwoStep
from inference.finding import Finding, LabelScore

AMBIGUOUS = "ambiguous"
NONE = "none"
_UNDECIDED = "No label reaches its threshold, so the model does not decide."


def decide(contract: Contract, probabilities: NDArray[np.float32]) -> Finding:
    """The finding for probabilities [labels], in the order of the contract's labels."""
    values = dict(zip(contract.task.names, (float(value) for value in probabilities), strict=True))
    rule = contract.decision
    if isinstance(rule, TwoStep):
        decision, advice = _two_step(rule, values, contract.task)
    elif isinstance(rule, Thresholds):
        decision, advice = _thresholds(rule, values, contract.task)
    elif isinstance(rule, Bands):
        band = _band(rule, values[rule.label])
        decision, advice = band.decision, band.sentence
    else:
        decision, advice = _argmax(values, contract.task)
    scores = tuple(
        LabelScore(label.name, label.display, values[label.name], threshold_of(contract, label.name))
        for label in contract.task.labels
    )
    return Finding(scores=scores, decision=decision, advice=advice)


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
        chosen = [max(head, key=values.__getitem__) for head in task.heads if len(head) > 1 or values[head[0]] >= 0.5]
        return _all_of(chosen, task)
    best = max(task.names, key=values.__getitem__)
    return best, f"{_display(task, best)} is the most probable of {len(task.names)} labels."


def _thresholds(rule: Thresholds, values: dict[str, float], task: Task) -> tuple[str, str]:
    """The labels that reach their own threshold: all where labels do not compete, else the most probable one."""
    reached = [name for name in task.names if _reaches(values[name], rule.values[name])]
    if task.kind in ("multilabel", "several_outputs"):
        return _all_of(reached, task)
    if not reached:
        return AMBIGUOUS, _UNDECIDED
    best = max(reached, key=values.__getitem__)
    return best, f"{_display(task, best)} reaches its threshold."


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
