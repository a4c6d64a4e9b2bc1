"""Two models on the same cases: what got better, what got worse, what cannot be told apart.

Both are judged on the same bootstrap draws of whole groups, so the interval of a difference is that of the difference
itself and not of two figures apart.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inference.contract.contract import ContractPart, Interval
from inference.statistics.bootstrap import draw_group_weights, percentile_interval
from inference.statistics.judged_cases import JudgedCases
from inference.statistics.metrics import compute_figures
from training.fit.runs import RunOrigin, read_run_file

COMPARISON = "comparison.json"

_WHOLE = ("accuracy", "macro_f1", "auc", "ece")
_OF_LABEL = ("precision", "recall", "f1", "auc")
_LESS_IS_BETTER = frozenset({"ece"})


class Change(ContractPart):
    """One figure of the old and of the new model, and the difference new minus old, each with its 95 % interval."""

    figure: str
    old: Interval
    new: Interval
    difference: Interval

    @property
    def verdict(self) -> str:
        """`better` or `worse` if the interval of the difference leaves 0 out, else `not told apart`."""
        low, high = self.difference.low, self.difference.high
        if self.figure in _LESS_IS_BETTER:
            low, high = -high, -low
        return "better" if low > 0 else "worse" if high < 0 else "not told apart"


class Compared(ContractPart):
    """Both models on one set of cases."""

    name: str
    n: int
    grouped_by: str
    whole: tuple[Change, ...]
    labels: dict[str, tuple[Change, ...]]
    counts: dict[str, int]
    """How many cases show each label."""


def compare_models(
    old: JudgedCases, new: JudgedCases, groups: Sequence[str], *, name: str, grouped_by: str, seed: int
) -> Compared:
    """Compare two models on the same cases, in the same order; `groups` holds the group of each case."""
    draws = draw_group_weights(groups, seed=seed)
    once = np.ones((1, len(groups)))
    values = [{key: float(one[0]) for key, one in compute_figures(cases, once).items()} for cases in (old, new)]
    drawn = [compute_figures(cases, draws) for cases in (old, new)]

    def changes(wanted: dict[str, str]) -> tuple[Change, ...]:
        """Return the changes of figure -> key; what cannot be computed for either model is left out."""
        return tuple(
            Change(
                figure=figure,
                old=percentile_interval(values[0][key], drawn[0][key]),
                new=percentile_interval(values[1][key], drawn[1][key]),
                difference=percentile_interval(values[1][key] - values[0][key], drawn[1][key] - drawn[0][key]),
            )
            for figure, key in wanted.items()
            if np.isfinite([values[0][key], values[1][key]]).all()
        )

    names = old.task.names
    return Compared(
        name=name,
        n=len(groups),
        grouped_by=grouped_by,
        whole=changes({figure: figure for figure in _WHOLE}),
        labels={
            label: changes({figure: f"{figure}.{number}" for figure in _OF_LABEL}) for number, label in enumerate(names)
        },
        counts={label: int(np.nansum(old.targets[:, number])) for number, label in enumerate(names)},
    )


class ModelComparison(ContractPart):
    """The bundle and the new model on the same cases."""

    old: RunOrigin
    sets: tuple[Compared, ...]
    seen_by_old: int | None
    """Held-out new cases that are byte for byte among the old data; None if the old data were not given."""
    seen_by_new: int | None
    """Held-out old cases that are byte for byte among those that the new model learned from or was chosen by."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences on cases that flatter one of the models."""
        said = []
        if self.seen_by_old:
            said.append(f"{self.seen_by_old} of the held-out new cases were in the old model's data: they flatter it.")
        if self.seen_by_new:
            said.append(
                f"{self.seen_by_new} of the held-out old cases are among the new model's own cases: they flatter it."
            )
        return tuple(said)


def read_comparison(run: Path) -> ModelComparison | None:
    """Return how the bundle and the new model compare, or None. Raises `Refusal` (RUN) for a damaged file."""
    return read_run_file(run / COMPARISON, ModelComparison)
