"""Shapes that a person drew, painted into a picture without a window: where the pane would paint them.

Lines by OpenCV, text by Pillow with the bundled font, so that the same shapes give the same bytes everywhere.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from desktop.render.picture_text import load_font
from desktop.state.picture import HEAD_ANGLE, MOST_WITH_TEXT, SHAPE_COLOUR, DrawnShape
from desktop.state.pointer import Place, place_on_pane
from desktop.state.view import Viewport

_BITS = 4
_TEXT_SHARE, _LEAST_TEXT, _LINE = 0.019, 11, 1.3
# A line is so many times as thin as text is high.
_LINE_PARTS = 11


def paint_shapes(
    picture: NDArray[np.uint8], drawn: Sequence[DrawnShape], viewport: Viewport, *, text_size: int | None = None
) -> NDArray[np.uint8]:
    """Return a picture (grey or RGB) with shapes over it, as RGB [row, column, 3].

    `viewport` places points of the slice on the picture, whose columns and rows are its width and height. `text_size`
    is the height of the text beside shapes in pixels; None fits it to the picture.
    """
    colour = picture if picture.ndim == 3 else np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    canvas = np.array(colour, dtype=np.uint8, order="C")
    size = text_size or max(_LEAST_TEXT, round(_TEXT_SHARE * max(canvas.shape[:2])))
    width = max(1, round(size / _LINE_PARTS))
    lines = [(one, _strokes_of(one, viewport, float(size))) for one in drawn]
    # The shadow of all first, so that no line lies under another one's.
    for _, strokes in lines:
        _draw_lines(canvas, strokes, (0, 0, 0), width + 2)
    for one, strokes in lines:
        _draw_lines(canvas, strokes, ImageColor.getrgb(one.colour or SHAPE_COLOUR)[:3], width)
    if len(drawn) > MOST_WITH_TEXT:
        return canvas
    image = Image.fromarray(canvas)
    for one in drawn:
        if one.lines:
            _write_beside(image, one, viewport, size)
    return np.array(image, dtype=np.uint8)


def _strokes_of(shape: DrawnShape, viewport: Viewport, size: float) -> list[list[Place]]:
    """Return the lines of a shape on the picture: its paths, the head of an arrow, or the cross of a point."""
    paths = [[place_on_pane(viewport, point) for point in path] for path in shape.paths]
    if len(paths[0]) == 1:
        (x, y), inner, outer = paths[0][0], 0.2 * size, 0.7 * size
        ways = ((1, 0), (-1, 0), (0, 1), (0, -1))
        return [[(x + a * inner, y + b * inner), (x + a * outer, y + b * outer)] for a, b in ways]
    if not shape.has_head:
        return paths
    (x, y), (end_x, end_y) = paths[0][:2]
    angle, length = math.atan2(end_y - y, end_x - x), size
    turns = (angle + HEAD_ANGLE, angle - HEAD_ANGLE)
    return [*paths, *([(x, y), (x + math.cos(one) * length, y + math.sin(one) * length)] for one in turns)]


def _draw_lines(
    canvas: NDArray[np.uint8], strokes: Sequence[Sequence[Place]], colour: tuple[int, ...], width: int
) -> None:
    # A point of the pane counts from the corner of its first pixel, one of OpenCV from that pixel's centre.
    fixed = [
        np.rint((np.asarray(stroke, dtype=np.float64) - 0.5) * (1 << _BITS)).astype(np.int32).reshape(-1, 1, 2)
        for stroke in strokes
    ]
    cv2.polylines(canvas, fixed, False, colour, width, cv2.LINE_AA, _BITS)


def _write_beside(image: Image.Image, shape: DrawnShape, viewport: Viewport, size: int) -> None:
    """Write the lines of a shape to the right of it, or as near to that as there is room."""
    places = [place_on_pane(viewport, point) for path in shape.paths for point in path]
    drawing, font, rim = ImageDraw.Draw(image), load_font(size), max(1, size // 10)
    step = round(size * _LINE)
    width = max(drawing.textlength(line, font=font) for line in shape.lines)
    right = max(x for x, _ in places)
    middle = (min(y for _, y in places) + max(y for _, y in places)) / 2
    x = min(max(right + 0.7 * size, rim), image.width - width - rim)
    y = min(max(middle - step * len(shape.lines) / 2, rim), image.height - step * len(shape.lines) - rim)
    for number, line in enumerate(shape.lines):
        at = round(x), round(y + number * step)
        drawing.text(at, line, font=font, fill="white", stroke_width=rim, stroke_fill="black", anchor="la")
