"""Small plots as SVG, by hand: curves over a square from 0 to 1, with axes, a diagonal and words. Numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_SIDE, _LEFT, _TOP, _BOTTOM, _RIGHT = 320, 52, 24, 44, 14
COLOURS = ("#1b5e9e", "#b3501e", "#3d7a3a", "#7a3d8f", "#6b6b1e", "#8f3d55")
_DASHES = ("", "6 3", "2 3", "8 3 2 3")
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class PlottedCurve:
    """A line through points (x, y), each from 0 to 1, and its name in the legend; marks are drawn at each point."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    with_marks: bool = False


@dataclass(frozen=True)
class Plot:
    """Curves over a square from 0 to 1 with the words of its axes: drawn as SVG here, as a picture in the desktop."""

    title: str
    x_label: str
    y_label: str
    curves: Sequence[PlottedCurve]


def draw_svg(plot: Plot) -> str:
    """Return an SVG of curves; each has a dash of its own, so that none is told by colour alone."""
    title, x_label, y_label, curves = plot.title, plot.x_label, plot.y_label, plot.curves
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM + 18 * len(curves)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="15" font-weight="bold">{escape(title)}</text>',
        *_axes(x_label, y_label),
    ]
    (x0, y0), (x1, y1) = _place(0, 0), _place(1, 1)
    parts.append(f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#999" stroke-dasharray="3 3"/>')
    for number, curve in enumerate(curves):
        parts += _draw_curve(curve, number)
    return "\n".join([*parts, "</svg>\n"])


def _axes(x_label: str, y_label: str) -> list[str]:
    parts = [f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#333"/>']
    for tick in _TICKS:
        x, y = _place(tick, tick)
        parts += [
            f'<line x1="{x}" y1="{_TOP + _SIDE}" x2="{x}" y2="{_TOP + _SIDE + 5}" stroke="#333"/>',
            f'<text x="{x}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{tick:g}</text>',
            f'<line x1="{_LEFT - 5}" y1="{y}" x2="{_LEFT}" y2="{y}" stroke="#333"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end">{tick:g}</text>',
        ]
    middle = _TOP + _SIDE / 2
    return [
        *parts,
        f'<text x="{_LEFT + _SIDE / 2:g}" y="{_TOP + _SIDE + 36}" text-anchor="middle">{escape(x_label)}</text>',
        f'<text transform="translate(14 {middle:g}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>',
    ]


def _draw_curve(curve: PlottedCurve, number: int) -> list[str]:
    look = f'fill="none" stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="2"'
    look += f' stroke-dasharray="{_DASHES[number % len(_DASHES)]}"'
    places = [_place(x, y) for x, y in zip(curve.x, curve.y, strict=True)]
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    parts = [f'<polyline points="{points}" {look}/>']
    if curve.with_marks:
        parts += [f'<circle cx="{x:g}" cy="{y:g}" r="3.5" {look}/>' for x, y in places]
    at = _TOP + _SIDE + _BOTTOM + 18 * number + 6
    return [
        *parts,
        f'<line x1="{_LEFT}" y1="{at}" x2="{_LEFT + 28}" y2="{at}" {look}/>',
        f'<text x="{_LEFT + 36}" y="{at + 4}">{escape(curve.name)}</text>',
    ]


def _place(x: float, y: float) -> tuple[float, float]:
    return round(_LEFT + _SIDE * x, 2), round(_TOP + _SIDE * (1 - y), 2)
