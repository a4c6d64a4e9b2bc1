"""How good a model is on one's own cases: figures with intervals, over all, by label and by subgroup, in one value.

Whatever is below `LEAST_CASES` gets its figures, but nothing is concluded from them; a subgroup gets not even these.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from inference.cases.results import CaseRow, ModelResults
from inference.cases.truth import JoinedTruth
from inference.contract.contract import Task
from inference.statistics.agreement import drawn_cohen_kappa
from inference.statistics.bootstrap import DRAWS, GroupDraws, draw_group_weights, exact_ends, percentile_ends
from inference.statistics.calibration import reliability_curve
from inference.statistics.judged_cases import JudgedCases, competing_labels, is_one_of_two
from inference.statistics.metrics import DrawnFigures, bootstrap_figures, is_share, roc_curve

LEAST_CASES, LEAST_OF_LABEL = 30, 10
"""The fewest cases from which anything is concluded, and the fewest with a label of which it is."""
SUBGROUPS = ("modality", "maker", "sex", "age_band")
SEED = 20261128
_MOST_WEIGHTS = 2 * 10**7
_LEAST_DRAWS = 200
_CURVE_BINS = 10
_OPEN = english("left open")


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval, not rounded."""

    value: float
    low: float
    high: float

    @property
    def ends(self) -> tuple[float, float, float]:
        """Return value, low and high."""
        return self.value, self.low, self.high


@dataclass(frozen=True, eq=False)
class ValidatedCases:
    """The cases of one model that have a truth: rows of the table, targets, probabilities and decisions."""

    model: ModelResults
    rows: tuple[CaseRow, ...]
    judged: JudgedCases
    groups: tuple[str, ...]
    """By which cases are drawn: the person's key, or the line of each."""
    decisions_are_guessed: bool = False
    """Whether the table's decisions are none of the labels, so that the most probable one stands for them."""

    @property
    def task(self) -> Task:
        """Return the task that was judged."""
        return self.judged.task

    @cached_property
    def draws(self) -> GroupDraws:
        """Return the draws of groups; fewer if so many cases would not fit in memory."""
        count = min(DRAWS, max(_LEAST_DRAWS, _MOST_WEIGHTS // max(len(self.rows), 1)))
        return draw_group_weights(self.groups, seed=SEED, draws=count)

    @cached_property
    def figures(self) -> DrawnFigures:
        """Return every figure with its value in every draw."""
        return bootstrap_figures(self.judged, self.draws)

    def at(self, chosen: NDArray[np.intp]) -> "ValidatedCases":
        """Return some of the cases."""
        judged, rows = self.judged, tuple(self.rows[one] for one in chosen)
        return replace(
            self,
            rows=rows,
            judged=replace(
                judged,
                targets=judged.targets[chosen],
                probabilities=judged.probabilities[chosen],
                decided=judged.decided[chosen],
            ),
            groups=tuple(self.groups[one] for one in chosen),
        )


@dataclass(frozen=True)
class Subgroup:
    """The cases that share a fact; `metrics` is None if they are too few."""

    column: str
    value: str
    n: int
    metrics: dict[str, Figure] | None


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything that is said of one model on one's own cases."""

    cases: ValidatedCases
    persons: int | None
    refused: int
    matrix: tuple[tuple[int, ...], ...]
    """[true label, decision]; the last column counts what was left open. Empty for labels that do not compete."""
    metrics: dict[str, Figure]
    by_label: dict[str, dict[str, Figure | int]]
    subgroups: tuple[Subgroup, ...]
    calibration: tuple[list[float], list[float]]
    """Mean probability of the most probable answer, and the share that was right, in ten bins."""
    notes: tuple[Text, ...] = ()
    is_enough: bool = field(default=True)
    """Whether there are cases enough to conclude anything."""

    @property
    def n(self) -> int:
        """Return the number of cases."""
        return len(self.cases.rows)

    def roc(self, label: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the ROC curve of a label: shares of cases without it and with it that reach each threshold."""
        number = self.cases.task.names.index(label)
        targets = self.cases.judged.targets[:, number]
        known = ~np.isnan(targets)
        return roc_curve(targets[known] == 1, self.cases.judged.probabilities[known, number])


def select_cases(results: ModelResults, truth: JoinedTruth, task: Task, *, by_patient: bool) -> ValidatedCases:
    """Return the rows of a model of which the truth is known.

    Raises `Refusal` (ARGUMENT) if cases are to be drawn by person and a row names none, (HEADER) if all cases have one
    label.
    """
    chosen = np.flatnonzero(truth.known)
    rows = tuple(results.rows[one] for one in chosen)
    _require_two_sides(truth.targets[chosen], task)
    if by_patient:
        nameless = next((row for row in rows if not row.cell("patient_key")), None)
        if nameless is not None:
            raise Refusal(
                Code.ARGUMENT,
                english(
                    "--by patient needs the key of each person; the row on line {line} of the table has none.",
                    line=nameless.line,
                ),
            )
    decided = np.array([_decided(row, task) for row in rows], dtype=np.bool_).reshape(len(rows), -1)
    probabilities = results.probabilities[chosen]
    # A rule with words of its own decides for no label.
    is_foreign = not decided.any() and all(row.cells["decision"] not in ("none", "ambiguous") for row in rows)
    if is_foreign:
        decided = probabilities == probabilities.max(axis=1, keepdims=True)
    groups = tuple(row.cell("patient_key") if by_patient else str(row.line) for row in rows)
    return ValidatedCases(
        results, rows, JudgedCases(task, truth.targets[chosen], probabilities, decided), groups, is_foreign
    )


def validate_cases(cases: ValidatedCases) -> Validation:
    """Return what is to be said of a model on cases."""
    task = cases.task
    persons = {row.cell("patient_key") for row in cases.rows}
    return Validation(
        cases=cases,
        persons=None if "" in persons else len(persons),
        refused=sum(row.cells["standing"] == "out_of_contract" for row in cases.rows),
        matrix=_matrix(cases),
        metrics=compute_metrics(cases),
        by_label=_judge_labels(cases),
        subgroups=tuple(_judge_subgroups(cases)),
        calibration=reliability_curve(cases.judged, _CURVE_BINS),
        notes=tuple(_notes(cases, task, has_enough=is_enough(cases))),
        is_enough=is_enough(cases),
    )


def compute_metrics(cases: ValidatedCases) -> dict[str, Figure]:
    """Return the figures over all cases; what cannot be computed is left out.

    Sensitivity and specificity are those of any finding against the normal answer (of two labels: the second against
    the first); what was left open counts as wrong. Predictive values are those of the answers that were given.
    """
    named: tuple[str, ...] = ("auc", "accuracy")
    found = {name: _drawn_figure(cases.figures, name) for name in named if name in cases.figures.values}
    found |= _judge_finding(cases)
    if is_one_of_two(cases.task) and "f1.1" in cases.figures.values:
        found["f1"] = _drawn_figure(cases.figures, "f1.1")
    for name in ("macro_f1", "ece"):
        if name in cases.figures.values:
            found[name] = _drawn_figure(cases.figures, name)
    kappa = _kappa(cases)
    return found if kappa is None else found | {"kappa": kappa}


def _drawn_figure(figures: DrawnFigures, name: str) -> Figure:
    value = figures.values[name]
    return Figure(value, *percentile_ends(value, figures.drawn[name], figures.exact[name], is_share=is_share(name)))


def _judge_finding(cases: ValidatedCases) -> dict[str, Figure]:
    """Return sensitivity, specificity and predictive values of any finding; nothing if no answer is the normal one."""
    task, judged = cases.task, cases.judged
    normal = task.normal or (task.names[0] if is_one_of_two(task) else None)
    if normal is None:
        return {}
    number = task.names.index(normal)
    competing = next(columns for columns in competing_labels(task) if number in columns)
    others = [one for one in (competing if len(competing) > 1 else range(len(task.names))) if one != number]
    ill, well = judged.targets[:, number] == 0, judged.targets[:, number] == 1
    said_well, said_ill = judged.decided[:, number], judged.decided[:, others].any(axis=1)
    said_well, said_ill = said_well & ~said_ill, said_ill & ~said_well
    told = ill | well
    shares = {
        "sensitivity": (said_ill, ill),
        "specificity": (said_well, well),
        "ppv": (ill, said_ill & told),
        "npv": (well, said_well & told),
    }
    return {name: _share(*sides, cases.draws) for name, sides in shares.items() if sides[1].any()}


def _share(holds: NDArray[np.bool_], among: NDArray[np.bool_], draws: GroupDraws) -> Figure:
    """Return the share of the cases `among` all of which something holds."""
    of = draws.of(among)
    value = float(holds[among].mean())
    with np.errstate(invalid="ignore"):
        drawn = of.weights @ holds[among].astype(np.float64) / of.weights.sum(axis=1)
    return Figure(value, *percentile_ends(value, drawn, exact_ends(value, of.count()), is_share=True))


def _answers(cases: ValidatedCases) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Return true and decided label of each case as numbers, the number of labels for what was left open.

    None for labels that do not compete.
    """
    if len(competing_labels(cases.task)) > 1 or len(cases.task.names) == 1:
        return None
    decided = cases.judged.decided
    said = np.where(decided.sum(axis=1) == 1, decided.argmax(axis=1), decided.shape[1])
    return cases.judged.targets.argmax(axis=1), said.astype(np.intp)


def _kappa(cases: ValidatedCases) -> Figure | None:
    answers = _answers(cases)
    if answers is None:
        return None
    categories = len(cases.task.names) + 1
    value = float(drawn_cohen_kappa(*answers, categories, np.ones((1, len(cases.rows))))[0])
    if not np.isfinite(value):
        return None
    drawn = drawn_cohen_kappa(*answers, categories, cases.draws.weights)
    return Figure(value, *percentile_ends(value, drawn, exact_ends(value, cases.draws.count(), (-1.0, 1.0))))


def _matrix(cases: ValidatedCases) -> tuple[tuple[int, ...], ...]:
    answers = _answers(cases)
    if answers is None:
        return ()
    count = len(cases.task.names)
    counted = np.bincount(answers[0] * (count + 1) + answers[1], minlength=count * (count + 1))
    return tuple(tuple(map(int, row)) for row in counted.reshape(count, count + 1))


def lines_in_matrix(cases: ValidatedCases, true: int, decided: int) -> tuple[int, ...]:
    """Return the lines of the table of the cases that a cell of the matrix counts, by its row and column."""
    answers = _answers(cases)
    if answers is None:
        return ()
    chosen = np.flatnonzero((answers[0] == true) & (answers[1] == decided))
    return tuple(cases.rows[one].line for one in chosen)


def matrix_columns(task: Task) -> tuple[str, ...]:
    """Return the names of a matrix's columns."""
    return (*task.names, _OPEN)


def _judge_labels(cases: ValidatedCases) -> dict[str, dict[str, Figure | int]]:
    found: dict[str, dict[str, Figure | int]] = {}
    for number, label in enumerate(cases.task.names):
        targets, decided = cases.judged.targets[:, number], cases.judged.decided[:, number]
        about: dict[str, Figure | int] = {"n": int(np.nansum(targets))}
        for name in ("auc", "precision", "recall", "f1"):
            if f"{name}.{number}" in cases.figures.values:
                about[name] = _drawn_figure(cases.figures, f"{name}.{number}")
        if (targets == 0).any():
            about["specificity"] = _share(~decided, targets == 0, cases.draws)
        found[label] = about
    return found


def _judge_subgroups(cases: ValidatedCases) -> list[Subgroup]:
    found = []
    for column in SUBGROUPS:
        values = [row.cell(column) for row in cases.rows]
        stated = sorted(set(values) - {""})
        for value in stated if len(stated) > 1 or "" in values else ():
            part = cases.at(np.array([number for number, one in enumerate(values) if one == value], dtype=np.intp))
            metrics = compute_metrics(part) if is_enough(part) else None
            found.append(Subgroup(column, value, len(part.rows), metrics))
    return found


def is_enough(cases: ValidatedCases) -> bool:
    """Return whether there are cases enough, and enough with and without each label that any of them shows."""
    targets = cases.judged.targets
    with_label, without = np.nansum(targets == 1, axis=0), np.nansum(targets == 0, axis=0)
    shown = with_label > 0
    least = min((min(a, b) for a, b in zip(with_label[shown], without[shown], strict=True)), default=0)
    return len(cases.rows) >= LEAST_CASES and int(least) >= LEAST_OF_LABEL


def _require_two_sides(targets: NDArray[np.float32], task: Task) -> None:
    if not any((column == 0).any() and (column == 1).any() for column in targets.T):
        shown = [name for name, column in zip(task.names, targets.T, strict=True) if (column == 1).any()]
        only = f"`{shown[0]}`" if shown else english("without any label")
        raise Refusal(
            Code.HEADER,
            english(
                "All {targets} cases of the truth are {only}; figures need cases of two labels at least.",
                targets=len(targets),
                only=only,
            ),
        )


def _decided(row: CaseRow, task: Task) -> list[bool]:
    decision = row.cells["decision"]
    said = {decision} if decision in task.names else set(decision.split("+"))
    return [name in said for name in task.names]


def _notes(cases: ValidatedCases, task: Task, *, has_enough: bool) -> list[Text]:
    notes: list[Text] = []
    if not has_enough:
        notes.append(
            english(
                "Too few cases to conclude anything: {cases}, of which at least {least} are needed, and {of_label} "
                "with and without each label. The figures say how these cases went, no more.",
                cases=len(cases.rows),
                least=LEAST_CASES,
                of_label=LEAST_OF_LABEL,
            )
        )
    if cases.decisions_are_guessed:
        notes.append(
            english("The model's decisions are none of its labels; the most probable label was taken for each.")
        )
    if task.normal is None and not is_one_of_two(task):
        notes.append(english("No label is known to be the normal one, so there is no sensitivity of any finding."))
    if len(cases.draws.weights) < DRAWS:
        notes.append(
            english("Intervals are of {draws} draws, as there are so many cases.", draws=len(cases.draws.weights))
        )
    missing = sorted({name for name in task.names if not (cases.judged.targets[:, task.names.index(name)] == 1).any()})
    if missing:
        notes.append(english("No case has the label {labels}.", labels=", ".join(missing)))
    return notes
