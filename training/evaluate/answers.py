"""What a network answers of many cases: probabilities and decisions by the viewer's own code, and by no other."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.classify.classifier import activate_logits
from inference.classify.decision import decide_by_rule
from inference.contract.contract import Decision, Task


def activation_of(task: Task) -> Literal["softmax", "sigmoid"]:
    """What turns the logits of a network that was trained here into probabilities."""
    return "sigmoid" if task.kind in ("binary", "multilabel") else "softmax"


def probabilities(logits: NDArray[np.float32], task: Task, temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities [N, labels] of logits [N, outputs]. Raises `Refusal` (MODEL_ERROR) for what is no number."""
    if not len(logits):
        return np.empty((0, len(task.names)), dtype=np.float32)
    activation = activation_of(task)
    return np.stack([activate_logits(row, task=task, activation=activation, temperature=temperature) for row in logits])


def decisions(shares: NDArray[np.float32], rule: Decision, task: Task) -> tuple[str, ...]:
    """The decision for each row of probabilities [N, labels]: a label's name, `a+b`, `ambiguous`, `none`…"""
    return tuple(decide_by_rule(rule, task, row)[0] for row in shares)


def decided(words: tuple[str, ...], task: Task) -> NDArray[np.bool_]:
    """Which labels were decided for, [N, labels]; nothing where the rule left it open."""
    several = task.kind in ("multilabel", "several_outputs")
    found = np.zeros((len(words), len(task.names)), dtype=np.bool_)
    number = {name: position for position, name in enumerate(task.names)}
    for row, word in enumerate(words):
        for name in word.split("+") if several else (word,):
            if name in number:
                found[row, number[name]] = True
    return found
