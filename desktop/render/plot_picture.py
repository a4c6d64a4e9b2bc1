"""Plots of a validation as pictures, text and all, without a window: by Pillow, with the font that comes along."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from desktop.render.picture_text import load_font
from inference.report.svg_plots import COLOURS, Plot, PlottedCurve

_SIDE, _LEFT, _TOP, _BOTTOM, _RIGHT, _LINE = 960, 170, 80, 140, 50, 56
_FINE = 2
"""Lines are drawn so much larger, and the picture reduced: Pillow's own have steps."""
_SIZE, _TICKS = 34, (0.0, 0.25, 0.5, 0.75, 1.0)
_INK, _AXIS, _DIAGONAL = "#1b1b1b", "#333333", "#999999"
_DASHES = ((), (18, 9), (6, 9), (24, 9, 6, 9))


def draw_plot(plot: Plot, say: Callable[[str], str] = str) -> NDArray[np.uint8]:
    """Return a plot as RGB [row, column, 3], about 1,200 pixels wide; each curve has a dash of its own.

    `say` says its words in another language than English.
    """
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM + _LINE * len(plot.curves)
    lines = Image.new("RGB", (width * _FINE, height * _FINE), "white")
    pen = ImageDraw.Draw(lines)
    _draw_axes(pen)
    for number, curve in enumerate(plot.curves):
        _draw_curve(pen, curve, number)
    picture = lines.resize((width, height), Image.Resampling.LANCZOS)
    _write_words(picture, plot, say)
    return np.asarray(picture, dtype=np.uint8)


def _draw_axes(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle([*_place(0, 1), *_place(1, 0)], outline=_AXIS, width=2 * _FINE)
    _draw_line(pen, [_place(0, 0), _place(1, 1)], _DIAGONAL, (9, 9), 2)
    for tick in _TICKS:
        (x, y), (left, _) = _place(tick, 0), _place(0, tick)
        pen.line([x, y, x, y + 12 * _FINE], fill=_AXIS, width=2 * _FINE)
        pen.line([left - 12 * _FINE, _place(0, tick)[1], left, _place(0, tick)[1]], fill=_AXIS, width=2 * _FINE)


def _draw_curve(pen: ImageDraw.ImageDraw, curve: PlottedCurve, number: int) -> None:
    colour, dashes = COLOURS[number % len(COLOURS)], _DASHES[number % len(_DASHES)]
    points = [_place(x, y) for x, y in zip(curve.x, curve.y, strict=True)]
    _draw_line(pen, points, colour, dashes, 5)
    reach = 10 * _FINE
    for x, y in points if curve.with_marks else ():
        pen.ellipse([x - reach, y - reach, x + reach, y + reach], outline=colour, width=4 * _FINE)
    at = (_TOP + _SIDE + _BOTTOM + _LINE * number) * _FINE
    _draw_line(pen, [(_LEFT * _FINE, at), ((_LEFT + 90) * _FINE, at)], colour, dashes, 5)


def _draw_line(
    pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], colour: str, dashes: tuple[int, ...], width: int
) -> None:
    """Draw a line through points, with dashes and gaps of these lengths by turns; without any, a whole one."""
    if not dashes:
        pen.line(points, fill=colour, width=width * _FINE, joint="curve")
        return
    number, left = 0, float(dashes[0] * _FINE)
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = float(np.hypot(x1 - x0, y1 - y0)), 0.0
        while done < length:
            step = min(left, length - done)
            ends = [(x0 + (x1 - x0) * at / length, y0 + (y1 - y0) * at / length) for at in (done, done + step)]
            if number % 2 == 0:
                pen.line(ends, fill=colour, width=width * _FINE)
            done, left = done + step, left - step
            if left <= 0:
                number += 1
                left = float(dashes[number % len(dashes)] * _FINE)


def _write_words(picture: Image.Image, plot: Plot, say: Callable[[str], str]) -> None:
    pen, font = ImageDraw.Draw(picture), load_font(_SIZE)
    pen.text((_LEFT, 20), say(plot.title), font=load_font(_SIZE, bold=True), fill=_INK)
    bottom, middle = _TOP + _SIDE, _TOP + _SIDE // 2
    for tick in _TICKS:
        pen.text((_LEFT + _SIDE * tick, bottom + 18), f"{tick:g}", font=font, fill=_INK, anchor="ma")
        pen.text((_LEFT - 22, bottom - _SIDE * tick), f"{tick:g}", font=font, fill=_INK, anchor="rm")
    pen.text((_LEFT + _SIDE // 2, bottom + 64), say(plot.x_label), font=font, fill=_INK, anchor="ma")
    upright = Image.new("L", (_SIDE, _SIZE + 12))
    ImageDraw.Draw(upright).text((_SIDE // 2, 0), say(plot.y_label), font=font, fill=255, anchor="ma")
    upright = upright.rotate(90, expand=True)
    picture.paste(_INK, (14, middle - upright.height // 2), upright)
    for number, curve in enumerate(plot.curves):
        pen.text((_LEFT + 110, bottom + _BOTTOM + _LINE * number), say(curve.name), font=font, fill=_INK, anchor="lm")


def _place(x: float, y: float) -> tuple[float, float]:
    return (_LEFT + _SIDE * x) * _FINE, (_TOP + _SIDE * (1 - y)) * _FINE
