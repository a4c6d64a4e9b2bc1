"""Answers of a model to every slice of a series, and the curve of one label that is drawn of it. No Qt here."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inference.classify.finding import threshold_of
from inference.classify.finding_words import find_label_at_stake

if TYPE_CHECKING:
    # At run time this would bring pydantic on the way to the window.
    from inference.contract.contract import Contract

PEAK_PROMINENCE = 0.05
"""How far a peak rises above the higher of the two valleys beside it, at least, in probability."""


class SliceState(IntEnum):
    """How far the scoring of a slice has come."""

    WAITING = 0
    SCORED = 1
    WITHHELD = 2  # out of contract: its number is hidden until a person asks for it
    FAILED = 3  # unreadable, or the model gave no answer


@dataclass(frozen=True, eq=False)
class SeriesScores:
    """The answers of one model to one phase; the arrays fill as slices are scored, the rest never changes."""

    contract: "Contract"
    phase: int
    probabilities: NDArray[np.float32]
    """[slices, labels]; NaN where there is no answer."""
    states: NDArray[np.uint8]
    """[slices], of `SliceState`."""
    decisions: list[str]
    """[slices]; empty where there is none to be said."""

    @property
    def is_complete(self) -> bool:
        """Return whether every slice was asked about."""
        return bool((self.states != SliceState.WAITING).all())


def empty_scores(contract: "Contract", *, phase: int, slices: int) -> SeriesScores:
    """Return scores of which none is there yet."""
    nothing = np.full((slices, len(contract.task.labels)), np.nan, dtype=np.float32)
    return SeriesScores(contract, phase, nothing, np.zeros(slices, dtype=np.uint8), [""] * slices)


@dataclass(frozen=True, eq=False)
class ProbabilityCurve:
    """The probability of one label over the slices of a phase; a gap is NaN."""

    model: str
    label: str
    values: NDArray[np.float32]
    states: NDArray[np.uint8]
    threshold: float | None
    is_doubtful: bool
    """Numbers out of contract are among it: a person asked to see them."""

    @cached_property
    def peaks(self) -> tuple[int, ...]:
        """The slices at which the curve has its peaks, in order; none before it is whole, as each end would be one."""
        return find_peaks(self.values) if (self.states != SliceState.WAITING).all() else ()

    @property
    def is_empty(self) -> bool:
        """Return whether there is no number to draw."""
        return bool(np.isnan(self.values).all())


def build_curve(scores: SeriesScores, label: str | None, *, revealed: bool) -> ProbabilityCurve:
    """Return the curve of a label (None: the one that `choose_curve_label` takes).

    Slices out of contract are gaps in it; `revealed` draws them all the same.
    """
    contract = scores.contract
    named = label if label in contract.task.names else choose_curve_label(scores)
    shown = [SliceState.SCORED, SliceState.WITHHELD] if revealed else [SliceState.SCORED]
    column = scores.probabilities[:, contract.task.names.index(named)]
    states = scores.states.copy()
    return ProbabilityCurve(
        model=contract.name,
        label=next(one.display for one in contract.task.labels if one.name == named),
        values=np.where(np.isin(states, shown), column, np.float32(np.nan)),
        states=states,
        threshold=threshold_of(contract, named),
        is_doubtful=revealed and bool((states == SliceState.WITHHELD).any()),
    )


def choose_curve_label(scores: SeriesScores) -> str:
    """Return the label whose curve is drawn: the finding of two labels; of more, the one that reaches highest."""
    names, normal = scores.contract.task.names, scores.contract.task.normal
    answered = ~np.isnan(scores.probabilities[:, 0])
    if len(names) <= 2 or not answered.any():
        return find_label_at_stake(None, scores.contract)
    highest = dict(zip(names, scores.probabilities[answered].max(axis=0).tolist(), strict=True))
    return max((name for name in names if name != normal), key=highest.__getitem__)


def find_peaks(values: NDArray[np.float32], prominence: float = PEAK_PROMINENCE) -> tuple[int, ...]:
    """Return where a curve [slices] has local maxima of at least so much prominence; of a plateau, its middle.

    Runs between gaps (NaN) are looked at each for itself, as if nothing (0) lay beyond their ends.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[True], np.isnan(values), [True]]).astype(np.int8)))
    found: list[int] = []
    for start, end in edges.reshape(-1, 2):
        run = np.concatenate([[0.0], values[start:end].astype(np.float64), [0.0]])
        found += [int(start) + at - 1 for at in _peaks_of_run(run, prominence)]
    return tuple(found)


def _peaks_of_run(run: NDArray[np.float64], prominence: float) -> list[int]:
    changes = np.flatnonzero(np.diff(run)) + 1
    starts, ends = np.concatenate([[0], changes]), np.concatenate([changes, [len(run)]])
    heights = run[starts]
    found = []
    for level in range(1, len(heights) - 1):
        height = heights[level]
        if heights[level - 1] < height > heights[level + 1]:
            left = _valley(heights[level - 1 :: -1], height)
            right = _valley(heights[level + 1 :], height)
            if height - max(left, right) >= prominence:
                found.append(int(starts[level] + ends[level] - 1) // 2)
    return found


def _valley(beside: NDArray[np.float64], height: float) -> float:
    """Return the lowest value on the way to one that is higher, or to the end."""
    higher = np.flatnonzero(beside > height)
    return float(beside[: higher[0]].min() if len(higher) else beside.min())
