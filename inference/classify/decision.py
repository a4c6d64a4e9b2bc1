"""Decision rules: from probabilities to a finding, by the rule of the contract.

A probability that equals a threshold has reached it. Both are compared in single precision, in which the model answers:
in double precision 0.7 computed by the model would lie just below the 0.7 of the contract.
"""

from itertools import compress

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english, join_english
from inference.classify.finding import (
    AMBIGUOUS,
    NONE,
    AnswerSet,
    Finding,
    LabelScore,
    MemberVotes,
    find_band,
    threshold_of,
)
from inference.contract.contract import Bands, Contract, Decision, Task, Thresholds, TwoStep
from inference.statistics.conformal import answers_within
from inference.statistics.judged_cases import competing_labels

_UNDECIDED = english("No label reaches its threshold, so the model does not decide.")


def decide(
    contract: Contract, probabilities: NDArray[np.float32], members: NDArray[np.float32] | None = None
) -> Finding:
    """Decide on probabilities [labels], in the order of the contract's labels; of an ensemble [members, labels] too."""
    decision, advice = decide_by_rule(contract.decision, contract.task, probabilities)
    unasked = find_unasked(contract.task, decision)
    scores = tuple(
        LabelScore(
            label.name,
            label.display,
            float(probability),
            threshold_of(contract, label.name),
            asked=label.name not in unasked,
        )
        for label, probability in zip(contract.task.labels, probabilities, strict=True)
    )
    votes = None if members is None else count_votes(contract, decision, probabilities, members)
    return Finding(scores, decision, advice, _find_answer_sets(contract, probabilities, decision, unasked), votes)


def count_votes(
    contract: Contract, decision: str, probabilities: NDArray[np.float32], members: NDArray[np.float32]
) -> MemberVotes:
    """Ask each member [members, labels] by the same rule; the label is one that was decided, or the most probable."""
    names = contract.task.names
    decided = [name for name in decision.split("+") if name in names]
    label = max(decided or names, key=lambda name: probabilities[names.index(name)])
    alone = [decide_by_rule(contract.decision, contract.task, one)[0] for one in members]
    each = tuple(float(one) for one in members[:, names.index(label)])
    return MemberVotes(label, each, sum(one == decision for one in alone))


def _find_answer_sets(
    contract: Contract, probabilities: NDArray[np.float32], decision: str, unasked: frozenset[str]
) -> tuple[AnswerSet, ...]:
    """Return the answers that each promise leaves, of the questions that are asked."""
    promised, task = contract.conformal, contract.task
    if promised is None:
        return ()
    decided = np.isin(task.names, decision.split("+"))
    is_asked = [unasked.isdisjoint(task.names[one] for one in columns) for columns in competing_labels(task)]
    return tuple(
        AnswerSet(
            float(alpha),
            tuple(
                tuple(names)
                for names in compress(answers_within(probabilities, task, promised, alpha, decided), is_asked)
            ),
            promised.cases,
        )
        for alpha in sorted(promised.q_hat, key=float)
    )


def find_unasked(task: Task, decision: str) -> frozenset[str]:
    """Return the labels of questions that are not asked if this was decided: bacterial or viral, of no pneumonia."""
    decided = decision.split("+")
    heads = zip(task.heads, task.asked_if, strict=False)
    return frozenset(name for head, asked_if in heads if asked_if and asked_if not in decided for name in head)


def decide_by_rule(rule: Decision, task: Task, probabilities: NDArray[np.float32]) -> tuple[str, str]:
    """Return decision and advice of a rule for probabilities [labels], in the order of the task's labels."""
    values = dict(zip(task.names, (float(value) for value in probabilities), strict=True))
    if isinstance(rule, TwoStep):
        return _decide_two_step(rule, values, task)
    if isinstance(rule, Thresholds):
        return _decide_thresholds(rule, values, task)
    if isinstance(rule, Bands):
        band = rule.bands[find_band(rule, values[rule.label])]
        return band.decision, band.sentence
    return _decide_argmax(values, task)


def _decide_argmax(values: dict[str, float], task: Task) -> tuple[str, str]:
    """Take the most probable label; of equal ones, the first. Several outputs: the winner of each head.

    A head or a model whose labels do not compete (multilabel) has a label if it is at least as probable as not.
    """
    if task.kind == "multilabel":
        return _join_labels([name for name in task.names if values[name] >= 0.5], task)
    if task.kind == "several_outputs":
        # A lone label has to be at least as probable as not; of several in a head one always wins.
        least = {name: 0.5 if len(head) == 1 else 0.0 for head in task.heads for name in head}
        return _join_labels(_decide_each_head(task, values, least), task)
    best = max(task.names, key=values.__getitem__)
    shown = _display_name(task, best)
    return best, english("{shown} is the most probable of {labels} labels.", shown=shown, labels=len(task.names))


def _decide_thresholds(rule: Thresholds, values: dict[str, float], task: Task) -> tuple[str, str]:
    """Take the labels that reach their own threshold: all if labels do not compete, else the most probable one."""
    if task.kind == "several_outputs":
        return _join_labels(_decide_each_head(task, values, rule.values), task)
    reached = [name for name in task.names if _reaches(values[name], rule.values[name])]
    if task.kind == "multilabel":
        return _join_labels(reached, task)
    if not reached:
        return AMBIGUOUS, _UNDECIDED
    best = max(reached, key=values.__getitem__)
    return best, english("{shown} reaches its threshold.", shown=_display_name(task, best))


def _decide_each_head(task: Task, values: dict[str, float], thresholds: dict[str, float]) -> list[str]:
    """Take the most probable label of each head that reaches its threshold; none of a head that is not asked."""
    decided: list[str] = []
    for number, head in enumerate(task.heads):
        condition = task.asked_if[number] if task.asked_if else None
        reached = [name for name in head if _reaches(values[name], thresholds[name])]
        if reached and (condition is None or condition in decided):
            decided.append(max(reached, key=values.__getitem__))
    return decided


def _decide_two_step(rule: TwoStep, values: dict[str, float], task: Task) -> tuple[str, str]:
    """Take the normal label at its gate; then the best of the others at its own threshold; else ambiguous."""
    best, decision = rule.normal, rule.normal
    said = english("{shown} reaches its gate, which ends the decision.", shown=_display_name(task, best))
    if not _reaches(values[rule.normal], rule.gate):
        best = max((name for name in task.names if name != rule.normal), key=values.__getitem__)
        is_reached = _reaches(values[best], rule.values[best])
        decision = best if is_reached else AMBIGUOUS
        shown = _display_name(task, best)
        said = (
            english("{shown} is the most probable of the others and reaches its threshold.", shown=shown)
            if is_reached
            else english("{shown} is the most probable of the others but stays below its threshold.", shown=shown)
        )
    reached = [one for one in rule.confidence if _reaches(values[best], one.low)]
    if reached:
        said = join_english(" ", (said, max(reached, key=lambda one: one.low).sentence))
    return decision, said


def _reaches(probability: float, threshold: float) -> bool:
    return bool(np.float32(probability) >= np.float32(threshold))


def _join_labels(names: list[str], task: Task) -> tuple[str, str]:
    if not names:
        return NONE, english("No label reaches its threshold.")
    shown = ", ".join(_display_name(task, name) for name in names)
    return "+".join(names), english("Reached: {shown}.", shown=shown)


def _display_name(task: Task, name: str) -> str:
    return next(label.display for label in task.labels if label.name == name)
