"""A curve of probability as a picture for reports: no text in it, since its caption says the axes. No Qt here."""

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop.state.probability_curve import ProbabilityCurve

_ROWS, _COLUMNS, _MARGIN = 300, 900, 12
_PAPER, _GRID, _LIMIT, _INK, _PEAK, _HERE = (
    255,
    (225, 225, 225),
    (120, 120, 120),
    (20, 60, 140),
    (190, 30, 30),
    (0, 120, 60),
)
_DASH = 10


def draw_curve(curve: ProbabilityCurve, here: int | None = None) -> NDArray[np.uint8]:
    """Draw a curve as RGB [row, column]: slices from left to right, 0 to 1 from below, gaps where there is no number.

    The threshold is dashed, peaks have circles, and the slice `here` a line from top to bottom.
    """
    picture = np.full((_ROWS, _COLUMNS, 3), _PAPER, np.uint8)
    left, right = _MARGIN, _COLUMNS - 1 - _MARGIN
    for level in (0.0, 0.5, 1.0):
        cv2.line(picture, (left, _row_of(level)), (right, _row_of(level)), _GRID, 1)
    if curve.threshold is not None:
        row = _row_of(curve.threshold)
        for start in range(left, right, 2 * _DASH):
            cv2.line(picture, (start, row), (min(start + _DASH, right), row), _LIMIT, 1)
    points = [(_column_of(index, len(curve.values)), value) for index, value in enumerate(curve.values.tolist())]
    if here is not None:
        cv2.line(picture, (points[here][0], _MARGIN), (points[here][0], _ROWS - 1 - _MARGIN), _HERE, 1)
    for run in _runs(points):
        cv2.polylines(picture, [run], False, _INK, 2, cv2.LINE_AA)
        if len(run) == 1:
            cv2.circle(picture, (int(run[0][0]), int(run[0][1])), 2, _INK, -1, cv2.LINE_AA)
    for peak in curve.peaks:
        column, value = points[peak]
        cv2.circle(picture, (column, _row_of(value)), 6, _PEAK, 2, cv2.LINE_AA)
    return picture


def caption_curve(curve: ProbabilityCurve) -> str:
    """Return what the picture of a curve shows, its axes among it."""
    return (
        f"Probability of {curve.label} over {len(curve.values)} slices, the first one on the left; 0 below, 1 above. "
        "Dashed: threshold. Circles: peaks. Upright line: the slice of this report. Gaps: no number."
    )


def _runs(points: list[tuple[int, float]]) -> list[NDArray[np.int32]]:
    """Return the points between gaps as (column, row) in pixels."""
    found: list[list[tuple[int, int]]] = [[]]
    for column, value in points:
        if np.isnan(value):
            found.append([])
        else:
            found[-1].append((column, _row_of(value)))
    return [np.array(run, np.int32) for run in found if run]


def _row_of(probability: float) -> int:
    return round((1.0 - probability) * (_ROWS - 1 - 2 * _MARGIN)) + _MARGIN


def _column_of(index: int, count: int) -> int:
    return round(index / max(count - 1, 1) * (_COLUMNS - 1 - 2 * _MARGIN)) + _MARGIN
