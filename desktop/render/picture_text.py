"""Corner texts and letters written into a picture without a window: by Pillow, with the font that comes along."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from desktop.state.picture import Corners, Letters
from imaging.base.errors import Code, Refusal

LEAST_SIDE = 768
"""The longer side that a picture is enlarged to before texts are written into it."""

_SHARE = 0.019
_LEAST_SIZE = 11
_LINE = 1.3


@cache
def load_font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the bundled font. Raises `Refusal` (DAMAGED) if it is not there."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    try:
        with as_file(files("resources") / "fonts" / name) as path:
            return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        raise Refusal(Code.DAMAGED) from None


def enlarge(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with room for texts: a small one a whole number of times as large."""
    scale = max(1, -(-LEAST_SIDE // max(picture.shape[:2])))
    if scale == 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def write_below(picture: NDArray[np.uint8], lines: Sequence[str], *, rows: int) -> NDArray[np.uint8]:
    """Return a picture (grey or RGB) as RGB, with a black strip of so many rows of text below it.

    Lines are broken between words; what finds no room ends with an ellipsis.
    """
    image = Image.fromarray(picture).convert("RGB")
    size = max(_LEAST_SIZE, round(_SHARE * max(image.size)))
    font, step, margin = load_font(size), round(size * _LINE), size // 2
    whole = Image.new("RGB", (image.width, image.height + rows * step + 2 * margin))
    whole.paste(image, (0, 0))
    drawing = ImageDraw.Draw(whole)
    broken = [part for line in lines for part in break_line(line, drawing, font, image.width - 2 * margin)]
    if len(broken) > rows:
        broken = [*broken[: rows - 1], f"{broken[rows - 1]} …"]
    for number, line in enumerate(broken):
        drawing.text((margin, image.height + margin + number * step), line, font=font, fill="white")
    return np.asarray(whole, dtype=np.uint8)


def break_line(line: str, drawing: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    """Return a line in parts that are no wider than the room, where its words allow that."""
    parts: list[str] = []
    for word in line.split():
        longer = f"{parts[-1]} {word}" if parts else word
        if parts and drawing.textlength(longer, font=font) <= room:
            parts[-1] = longer
        else:
            parts.append(word)
    return parts


def write_texts(picture: NDArray[np.uint8], corners: Corners, letters: Letters | None) -> NDArray[np.uint8]:
    """Return a picture (grey or RGB) with texts in its corners and letters at its edges, as RGB; a small one larger."""
    image = Image.fromarray(enlarge(picture)).convert("RGB")
    size = max(_LEAST_SIZE, round(_SHARE * max(image.size)))
    pen = _Pen(ImageDraw.Draw(image), image.size, size)
    pen.write_corner(corners.top_left, right=False, bottom=False)
    pen.write_corner(corners.top_right, right=True, bottom=False)
    pen.write_corner(corners.bottom_left, right=False, bottom=True)
    pen.write_corner(corners.bottom_right, right=True, bottom=True)
    if letters is not None:
        pen.write_letters(letters)
    return np.asarray(image, dtype=np.uint8)


class _Pen:
    """Writes white text with a black rim, which is read on bright and dark alike."""

    def __init__(self, drawing: ImageDraw.ImageDraw, size: tuple[int, int], height: int) -> None:
        self._drawing, self._size, self._height = drawing, size, height
        self._font = load_font(height)
        self._margin = height // 2

    def write_corner(self, lines: tuple[str, ...], *, right: bool, bottom: bool) -> None:
        """Write lines into a corner, the first on top."""
        width, height = self._size
        step = round(self._height * _LINE)
        top = height - self._margin - step * len(lines) if bottom else self._margin
        for number, line in enumerate(lines):
            across = width - self._margin if right else self._margin
            self._write((across, top + number * step), line, "ra" if right else "la")

    def write_letters(self, letters: Letters) -> None:
        """Write a letter into the middle of each edge."""
        width, height = self._size
        self._write((self._margin, height // 2), letters.left, "lm")
        self._write((width - self._margin, height // 2), letters.right, "rm")
        self._write((width // 2, self._margin), letters.top, "ma")
        self._write((width // 2, height - self._margin), letters.bottom, "md")

    def _write(self, at: tuple[int, int], text: str, anchor: str) -> None:
        rim = max(1, self._height // 10)
        self._drawing.text(
            at, text, font=self._font, fill="white", stroke_width=rim, stroke_fill="black", anchor=anchor
        )
