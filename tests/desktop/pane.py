"""Where a point of a slice falls on the pane."""

from desktop.state.view import Viewport


def to_pane(viewport: Viewport, row: float, column: float) -> tuple[float, float]:
    a, b, c, d, e, f = viewport.matrix()
    return a * column + b * row + e, c * column + d * row + f
