"""A figure for publication: panes on a ground, each with its letter, scale bar and colour bar. No Qt here.

Everything is drawn by OpenCV and Pillow with the bundled font, so that the same slices and recipe give the same bytes.
"""

from dataclasses import dataclass, field, replace
from io import BytesIO
from string import ascii_uppercase

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from desktop.render.colour_bar import colour_slice
from desktop.render.colour_maps import build_overlay_table, colour_frame, lay_map
from desktop.render.frame import Voi, draw_frame, draw_graphics
from desktop.render.picture_text import break_line, load_font
from desktop.render.report_pictures import stand_up
from desktop.render.scale_bar import describe_bar, round_down
from desktop.render.shape_picture import paint_shapes
from desktop.render.text import choose_home_turn, find_edge_letters, format_number
from desktop.state.colour_tables import GREY
from desktop.state.figure_recipe import FigurePane, FigureRecipe
from desktop.state.picture import DrawnShape, SliceLayers
from desktop.state.view import FIT, Viewport
from imaging.annotations.calibration import LengthScale, calibrate
from imaging.base.errors import Code, Refusal
from imaging.volume.series import Polarity
from imaging.volume.volume import Slice
from imaging.volume.windowing import Window

_MM_PER_INCH, _POINTS_PER_INCH = 25.4, 72.0
_MOST_PIXELS = 2**28
# Words beside shapes and below panes are smaller than titles.
_SMALL, _LINE = 0.75, 1.3
_AUTOMATIC_SHARE = 0.25
_BAR_MM, _BAR_WIDTH_MM, _BAR_SHARE = 0.7, 2.5, 0.4
_NO_SCALE = "The pixel size of a pane's slice is not known, so a scale bar of so many millimetres cannot be drawn."
_OUTSIDE = "The crop of a pane lies outside its slice."


@dataclass(frozen=True, eq=False)
class FigurePart:
    """One pane with the slice that it shows, its window (None for colour), and what lies over it."""

    pane: FigurePane
    slice: Slice
    voi: Voi | None
    over: SliceLayers = field(default_factory=SliceLayers)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A pane's picture, how many millimetres one of its pixels is (None if that is not known), and whence."""

    picture: NDArray[np.uint8]
    millimetres: float | None
    scale: LengthScale


def draw_figure(parts: tuple[FigurePart, ...], recipe: FigureRecipe) -> NDArray[np.uint8]:
    """Return the figure as RGB [row, column, 3]. Raises `Refusal`: NO_GEOMETRY, OUT_OF_RANGE, TOO_LARGE."""
    drawn = [_draw_pane(part) for part in parts]
    width, gap = _pixels(recipe.width_mm, recipe), _pixels(recipe.gap_mm, recipe)
    across = (width - gap * (recipe.columns - 1)) // recipe.columns
    rows = [range(start, min(start + recipe.columns, len(parts))) for start in range(0, len(parts), recipe.columns)]
    captions = [_caption_height(part, across, recipe) for part in parts]
    heights = [max(_height(drawn[number], across) + captions[number] for number in row) for row in rows]
    height = sum(heights) + gap * (len(rows) - 1)
    if width * height > _MOST_PIXELS:
        raise Refusal(Code.TOO_LARGE, "The figure would be too large; choose fewer dots per inch or fewer panes.")
    canvas = Image.new("RGB", (width, height), recipe.ground)
    top = 0
    for row, down in zip(rows, heights, strict=True):
        for column, number in enumerate(row):
            cell = _Cell(canvas, column * (across + gap), top, across, down - captions[number], recipe)
            cell.fill(parts[number], drawn[number], ascii_uppercase[number] if len(parts) > 1 else "")
        top += down + gap
    return np.asarray(canvas, dtype=np.uint8)


def encode_figure(figure: NDArray[np.uint8], dpi: int, *, as_tiff: bool) -> bytes:
    """Return a figure as PNG or TIFF that says its dots per inch, and nothing else."""
    buffer = BytesIO()
    image = Image.fromarray(figure)
    if as_tiff:
        image.save(buffer, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi))
    else:
        image.save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def _draw_pane(part: FigurePart) -> _Drawn:
    slice_, pane = part.slice, part.pane
    grey = draw_frame(slice_, part.voi, inverted=pane.inverted)
    frame = draw_graphics(colour_slice(grey, slice_, pane.colours), slice_)
    if part.over.levels is not None and pane.map is not None:
        frame = lay_map(frame, part.over.levels, opacity=pane.map.opacity, cut=pane.map.cut)
    rows, columns = frame.shape[:2]
    top, left, bottom, right = pane.crop or (0, 0, rows, columns)
    if bottom > rows or right > columns:
        raise Refusal(Code.OUT_OF_RANGE, _OUTSIDE)
    cut = np.ascontiguousarray(frame[top:bottom, left:right])
    picture = stand_up(cut, slice_, choose_home_turn(slice_.affine), longest=max(rows, columns) * 64)
    scale = calibrate(slice_, ((top, left), (bottom - 1, right - 1)))
    if scale.source is None:
        return _Drawn(picture, None, scale)
    # `stand_up` makes square pixels as large as the smaller side of a stored one.
    return _Drawn(picture, min(scale.spacing), scale)


def _height(drawn: _Drawn, across: int) -> int:
    rows, columns = drawn.picture.shape[:2]
    return max(1, round(int(rows) * across / int(columns)))


def _pixels(millimetres: float, recipe: FigureRecipe) -> int:
    return int(millimetres / _MM_PER_INCH * recipe.dpi + 0.5)


def _text_size(recipe: FigureRecipe, share: float = 1.0) -> int:
    return max(6, round(share * recipe.text_points / _POINTS_PER_INCH * recipe.dpi))


def _break_caption(part: FigurePart, across: int, recipe: FigureRecipe) -> list[str]:
    """Return the lines below a pane: whose heatmap it is, and its caveat."""
    font = load_font(_text_size(recipe, _SMALL))
    drawing = ImageDraw.Draw(Image.new("L", (1, 1)))
    return [broken for line in part.over.caption for broken in break_line(line, drawing, font, across)]


def _caption_height(part: FigurePart, across: int, recipe: FigureRecipe) -> int:
    lines = len(_break_caption(part, across, recipe))
    return round(_LINE * _text_size(recipe, _SMALL) * (lines + 0.5)) if lines else 0


def _shift(shape: DrawnShape, top: int, left: int, size: tuple[int, int]) -> DrawnShape | None:
    """Return a shape by the first pixel of a cut of so many rows and columns; None if it lies outside of that."""
    paths = tuple(tuple((row - top, column - left) for row, column in path) for path in shape.paths)
    points = np.asarray([point for path in paths for point in path])
    is_there = (points.max(axis=0) >= -0.5).all() and (points.min(axis=0) < np.asarray(size) - 0.5).all()
    return replace(shape, paths=paths) if is_there else None


class _Cell:
    """The place of one pane on the figure."""

    def __init__(self, canvas: Image.Image, left: int, top: int, across: int, down: int, recipe: FigureRecipe) -> None:
        self._canvas, self._recipe = canvas, recipe
        self._left, self._top, self._across, self._down = left, top, across, down
        self._size = _text_size(recipe)
        self._drawing = ImageDraw.Draw(canvas)
        self._margin = self._size // 2

    def fill(self, part: FigurePart, drawn: _Drawn, letter: str) -> None:
        """Draw the picture and what belongs to it."""
        rows, columns = drawn.picture.shape[:2]
        scale = min(self._across / columns, self._down / rows)
        size = max(1, round(columns * scale)), max(1, round(rows * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized = np.asarray(cv2.resize(drawn.picture, size, interpolation=way), dtype=np.uint8)
        if part.over.drawn:
            resized = self._paint_shapes(resized, part)
        left, top = self._left + (self._across - size[0]) // 2, self._top + (self._down - size[1]) // 2
        self._canvas.paste(Image.fromarray(resized).convert("RGB"), (left, top))
        self._box = left, top, left + size[0], top + size[1]
        title = "  ".join(filter(None, (letter, part.pane.title)))
        self._write((left + self._margin, top + self._margin), title, "la", bold=True)
        self._write_caption(part)
        if part.pane.letters:
            self._write_letters(part)
        self._draw_scale_bar(part.pane, drawn, scale)
        if part.pane.colour_bar:
            self._draw_colour_bar(part)
            self._draw_map_bar(part)

    def _paint_shapes(self, picture: NDArray[np.uint8], part: FigurePart) -> NDArray[np.uint8]:
        """Paint the shapes that lie in the cut of the slice which is shown, at the size of the figure's text."""
        rows, columns = part.slice.stored.shape[:2]
        top, left, bottom, right = part.pane.crop or (0, 0, rows, columns)
        there = [moved for one in part.over.drawn if (moved := _shift(one, top, left, (bottom - top, right - left)))]
        turn, (high, wide) = choose_home_turn(part.slice.affine), picture.shape[:2]
        place = Viewport(bottom - top, right - left, part.slice.pixel_aspect, turn, FIT, wide, high)
        return paint_shapes(picture, there, place, text_size=_text_size(self._recipe, _SMALL))

    def _write_caption(self, part: FigurePart) -> None:
        """Write whose heatmap it is, and its caveat, below the pane."""
        size = _text_size(self._recipe, _SMALL)
        ink = "black" if self._recipe.ground == "white" else "white"
        for number, line in enumerate(_break_caption(part, self._across, self._recipe)):
            at = self._left, self._top + self._down + round(_LINE * size * (number + 0.25))
            self._drawing.text(at, line, font=load_font(size), fill=ink, anchor="la")

    def _write(self, at: tuple[int, int], text: str, anchor: str, *, bold: bool = False) -> None:
        rim = max(1, self._size // 10)
        font = load_font(self._size, bold=bold)
        self._drawing.text(at, text, font=font, fill="white", stroke_width=rim, stroke_fill="black", anchor=anchor)

    def _write_letters(self, part: FigurePart) -> None:
        """Write the letters of the sides, beside the bars that stand at the same height."""
        (left, top, right, bottom), slice_ = self._box, part.slice
        bar = _pixels(_BAR_WIDTH_MM, self._recipe) + self._margin
        has_bars = part.pane.colour_bar
        left += bar if has_bars and part.over.levels is not None else 0
        right -= bar if has_bars and not slice_.is_colour and isinstance(part.voi, Window) else 0
        turn = choose_home_turn(slice_.affine)
        letters = find_edge_letters(slice_.affine, turn, edges=slice_.series.edges)
        if letters is not None:
            middle = (left + right) // 2, (top + bottom) // 2
            self._write((left + self._margin, middle[1]), letters.left, "lm")
            self._write((right - self._margin, middle[1]), letters.right, "rm")
            self._write((middle[0], top + self._margin), letters.top, "ma")
            self._write((middle[0], bottom - self._margin), letters.bottom, "md")

    def _draw_scale_bar(self, pane: FigurePane, drawn: _Drawn, scale: float) -> None:
        """Draw a bar at the bottom left, with its length and the source of the length."""
        if pane.scale_bar_mm == 0 or (pane.scale_bar_mm is None and drawn.millimetres is None):
            return
        if drawn.millimetres is None:
            raise Refusal(Code.NO_GEOMETRY, _NO_SCALE)
        left, _, right, bottom = self._box
        a_millimetre = scale / drawn.millimetres
        length = pane.scale_bar_mm or round_down(_AUTOMATIC_SHARE * (right - left) / a_millimetre)
        thick = max(2, _pixels(_BAR_MM, self._recipe))
        x, y = left + self._margin, bottom - self._margin - thick
        rim = max(1, thick // 5)
        end = x + round(length * a_millimetre)
        self._drawing.rectangle((x - rim, y - rim, end - 1 + rim, y + thick - 1 + rim), fill="black")
        self._drawing.rectangle((x, y, end - 1, y + thick - 1), fill="white")
        self._write((x, y - rim - self._margin // 2), describe_bar(length, drawn.scale), "ls")

    def _draw_map_bar(self, part: FigurePart) -> None:
        """Draw the colours of the heatmap at the left, with 0 and 1 at its ends; what is cut off is black."""
        if part.over.levels is None or part.pane.map is None:
            return
        left, top, _, bottom = self._box
        height = min(bottom - top - 2 * self._margin, max(round(_BAR_SHARE * (bottom - top)), 4 * self._size))
        width = _pixels(_BAR_WIDTH_MM, self._recipe)
        levels = np.linspace(255, 0, height).round().astype(np.uint8)
        colours = build_overlay_table(1.0, round(part.pane.map.cut, 3))[levels]
        seen = np.where(colours[:, 3:] > 0, colours[:, :3], np.uint8(0))
        x, y = left + self._margin, (top + bottom - height) // 2
        self._drawing.rectangle((x - 1, y - 1, x + width, y + height), outline="white")
        bar = np.repeat(seen[:, np.newaxis], width, axis=1)
        self._canvas.paste(Image.fromarray(np.asarray(bar, dtype=np.uint8)), (x, y))
        self._write((x + width + self._margin // 2, y), "1", "la")
        self._write((x + width + self._margin // 2, y + height), "0", "ld")

    def _draw_colour_bar(self, part: FigurePart) -> None:
        """Draw the greys or colours of the window at the right, with the values of its ends."""
        if part.slice.is_colour or not isinstance(part.voi, Window):
            return
        _, top, right, bottom = self._box
        # Room for both numbers, also in a flat picture.
        height = min(bottom - top - 2 * self._margin, max(round(_BAR_SHARE * (bottom - top)), 4 * self._size))
        width = _pixels(_BAR_WIDTH_MM, self._recipe)
        is_dark_high = (part.slice.series.polarity is Polarity.MONOCHROME1) != part.pane.inverted
        ramp = np.linspace(0, 255, height) if is_dark_high else np.linspace(255, 0, height)
        bar = np.repeat(np.rint(ramp).astype(np.uint8)[:, np.newaxis], width, axis=1)
        bar = colour_frame(bar, part.pane.colours) if part.pane.colours != GREY else bar
        x, y = right - self._margin - width, (top + bottom - height) // 2
        self._drawing.rectangle((x - 1, y - 1, x + width, y + height), outline="white")
        self._canvas.paste(Image.fromarray(bar).convert("RGB"), (x, y))
        low, high = part.voi.centre - part.voi.width / 2, part.voi.centre + part.voi.width / 2
        units = f" {part.slice.series.units}" if part.slice.series.units else ""
        self._write((x - self._margin // 2, y), f"{format_number(high)}{units}", "ra")
        self._write((x - self._margin // 2, y + height), f"{format_number(low)}{units}", "rd")
