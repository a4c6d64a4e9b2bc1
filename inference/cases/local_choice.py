"""Choosing a local operating point: on a part of one's own cases, judged on the rest.

Persons stay on one side, so that nobody judges what was chosen on himself.
"""

from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from inference.bundle.local_point import LocalPoint, local_rule
from inference.cases.validation import LEAST_CASES, LEAST_OF_LABEL, SEED, ValidatedCases, is_enough
from inference.classify.classifier import activate_logits
from inference.classify.decision import decide_by_rule
from inference.contract.contract import Calibration, Contract, Decision, Evaluation, Interval
from inference.statistics.calibration import calibration_error, find_temperature
from inference.statistics.judged_cases import competing_labels, is_one_of_two
from inference.statistics.metrics import compute_intervals, label_figures
from inference.statistics.operating_point import (
    threshold_for_sensitivity,
    threshold_for_specificity,
    youden_threshold,
)

AIMS = ("youden", "sensitivity", "specificity", "temperature")
SHARE = 0.5
"""Of the cases, how many choose; the rest judges."""
_LEAST_PROBABILITY = 1e-7


def choose_local_point(
    cases: ValidatedCases,
    contract: Contract,
    *,
    aim: str,
    today: date,
    label: str | None = None,
    share: float = SHARE,
    with_temperature: bool = False,
) -> LocalPoint:
    """Return the threshold (and temperature) that a part of the cases gives, judged on the others.

    `aim` is `youden`, `sensitivity=S`, `specificity=S`, or `temperature` for that alone; `label` may be left out of
    two. Raises `Refusal` (ARGUMENT): an aim that is none, a label without a threshold, too few cases on either side.
    """
    kind, least = read_aim(aim)
    choosing, judging, split_by = _divide(cases, share)
    calibration = None
    if with_temperature or kind == "temperature":
        temperature = find_local_temperature(choosing, contract)
        before = _calibration_error(judging)
        choosing, judging = (_at_temperature(one, contract, temperature) for one in (choosing, judging))
        calibration = Calibration(
            temperature=temperature, ece_before=before, ece_after=_calibration_error(judging), cases=len(choosing.rows)
        )
    named, threshold, rule = None, None, contract.decision
    if kind != "temperature":
        named = label or _only_label(contract)
        threshold = _find_threshold(choosing, named, kind, least)
        rule = local_rule(contract, named, threshold)
    point = LocalPoint(
        model=contract.id,
        model_sha256=cases.model.sha256,
        aim=aim,
        label=named,
        threshold=threshold,
        calibration=calibration,
        date=today.isoformat(),
        cases=len(choosing.rows),
        split_by=split_by,
        judged=_judge(_decided_by(judging, rule), split_by),
    )
    said = f"{point.sentence.rstrip('.')}; judged on the others"
    return point.model_copy(update={"judged": point.judged.model_copy(update={"split": said})})


def read_aim(aim: str) -> tuple[str, float]:
    """Return the kind of an aim, and the share that it wants. Raises `Refusal` (ARGUMENT)."""
    kind, equals, text = aim.partition("=")
    wants_share = kind in ("sensitivity", "specificity")
    try:
        least = float(text) if equals else 0.0
    except ValueError:
        least = -1.0
    if kind not in AIMS or wants_share != bool(equals) or not 0 <= least < 1 or (wants_share and least == 0):
        raise Refusal(
            Code.ARGUMENT, "An aim is youden, sensitivity=0.95, specificity=0.95 (any share), or temperature."
        )
    return kind, least


def find_local_temperature(cases: ValidatedCases, contract: Contract) -> float:
    """Return the temperature of the least negative log-likelihood on cases. Raises `Refusal` (ARGUMENT) if none fits.

    The table has probabilities, whose logarithms are the logits but for a constant that no temperature sees.
    """
    return find_temperature(_logits(cases, contract), cases.judged.targets, contract.task)


def _divide(cases: ValidatedCases, share: float) -> tuple[ValidatedCases, ValidatedCases, Literal["person", "case"]]:
    """Return the cases that choose and those that judge; whole persons if every row names one."""
    keys = [row.cell("patient_key") for row in cases.rows]
    split_by: Literal["person", "case"] = "person" if all(keys) else "case"
    groups = keys if split_by == "person" else [str(row.line) for row in cases.rows]
    names, group_of = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(SEED).permutation(len(names))
    chooses = np.isin(group_of, order[: round(share * len(names))])
    parts = (
        replace(cases, groups=tuple(groups)).at(np.flatnonzero(chooses)),
        replace(cases, groups=tuple(groups)).at(np.flatnonzero(~chooses)),
    )
    if not all(len(part.rows) and is_enough(part) for part in parts):
        raise Refusal(
            Code.ARGUMENT,
            english(
                "Too few cases: the part that chooses and the part that judges need {least} each, and {of_label} with "
                "and without each label. There are {chooses} and {judges}.",
                least=LEAST_CASES,
                of_label=LEAST_OF_LABEL,
                chooses=len(parts[0].rows),
                judges=len(parts[1].rows),
            ),
        )
    return *parts, split_by


def _only_label(contract: Contract) -> str:
    task = contract.task
    if len(task.names) == 1:
        return task.names[0]
    if not is_one_of_two(task):
        raise Refusal(
            Code.ARGUMENT, english("Say which label the threshold is of: {labels}.", labels=", ".join(task.names))
        )
    return next((name for name in task.names[::-1] if name != task.normal), task.names[1])


def _find_threshold(cases: ValidatedCases, label: str, kind: str, least: float) -> float:
    if label not in cases.task.names:
        raise Refusal(
            Code.ARGUMENT,
            english(
                "The model has no label `{label}`; it has {labels}.", label=label, labels=", ".join(cases.task.names)
            ),
        )
    number = cases.task.names.index(label)
    targets = cases.judged.targets[:, number]
    asked = ~np.isnan(targets)
    positive, scores = targets[asked] == 1, cases.judged.probabilities[asked, number]
    if positive.all() or not positive.any():
        raise Refusal(
            Code.ARGUMENT, english("The part that chooses has cases of one kind only for `{label}`.", label=label)
        )
    if kind == "sensitivity":
        return threshold_for_sensitivity(positive, scores, least)
    if kind == "specificity":
        return threshold_for_specificity(positive, scores, least)
    return youden_threshold(positive, scores)


def _logits(cases: ValidatedCases, contract: Contract) -> NDArray[np.float32]:
    """Return what the graph answered, up to a constant a question, from the probabilities of the table."""
    if contract.output.activation == "none":
        raise Refusal(Code.ARGUMENT, "This model's graph gives probabilities itself, so no temperature can be applied.")
    before = 1.0 if contract.calibration is None else contract.calibration.temperature
    chances = np.clip(cases.judged.probabilities.astype(np.float64), _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    logits = np.log(chances)
    for columns in competing_labels(contract.task):
        if len(columns) == 1:
            logits[:, columns[0]] -= np.log1p(-chances[:, columns[0]])
    if contract.task.kind == "binary":
        logits = logits[:, 1:] - logits[:, :1]
    return (logits * before).astype(np.float32)


def _at_temperature(cases: ValidatedCases, contract: Contract, temperature: float) -> ValidatedCases:
    kind, task = contract.output.activation, contract.task
    rows = [
        activate_logits(row, task=task, activation=kind, temperature=temperature) for row in _logits(cases, contract)
    ]
    return replace(cases, judged=replace(cases.judged, probabilities=np.stack(rows)))


def _decided_by(cases: ValidatedCases, rule: Decision) -> ValidatedCases:
    said = [decide_by_rule(rule, cases.task, row)[0].split("+") for row in cases.judged.probabilities]
    decided = np.array([[name in one for name in cases.task.names] for one in said], dtype=np.bool_)
    return replace(cases, judged=replace(cases.judged, decided=decided))


def _judge(cases: ValidatedCases, split_by: str) -> Evaluation:
    found = compute_intervals(cases.judged, cases.draws)
    nothing = Interval(value=0.0, low=0.0, high=1.0)
    return Evaluation(
        split="",
        grouped_by=split_by,
        n=len(cases.rows),
        macro_f1=found.get("macro_f1", nothing),
        accuracy=found.get("accuracy", nothing),
        auc=found.get("auc"),
        labels=label_figures(found, cases.judged.targets, cases.task),
    )


def _calibration_error(cases: ValidatedCases) -> float:
    return round(float(calibration_error(cases.judged, np.ones((1, len(cases.rows))))[0]), 5)
