"""Marks that look like lines of letters burned into a picture: thin strokes of one brightness, equally high, in a row.

A help for the eye, not a proof: what it finds is probably text, what it does not find may still be some. How often it
is right on pictures with and without text is measured in its test, and stated in docs/deidentify.md.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.export.deidentify.options import Box

_LONGEST_SIDE = 2048
_STROKE = 9
_CONTRAST = 0.25
_BRIGHTEST = 0.72
_FLAT = 0.30
_HEIGHTS = (5, 64)
_FEWEST_IN_LINE = 4
_FILL = (0.12, 0.92)
_MARGIN = 2
_BUSY_WINDOW = (48, 12)
_BUSY = 80
_EDGE = 0.18


def look_for_letters(frame: NDArray[Any]) -> bool:
    """Return whether a frame of any dtype, [row, column] or [row, column, 3], seems to hold a line of text."""
    return bool(find_letter_marks(frame))


def find_letter_marks(frame: NDArray[Any]) -> tuple[Box, ...]:
    """Return a box (top, left, bottom, right) around every line of marks that look like letters."""
    grey, factor = _to_grey(frame)
    part = None if grey is None else _busy_part(grey)
    if grey is None or part is None:
        return ()
    busy = np.ascontiguousarray(grey[part])
    kernel = np.ones((_STROKE, _STROKE), dtype=np.uint8)
    bright = cv2.morphologyEx(busy, cv2.MORPH_TOPHAT, kernel)
    dark = cv2.morphologyEx(busy, cv2.MORPH_BLACKHAT, kernel)
    masks = [bright >= round(_CONTRAST * 255), dark >= round(_CONTRAST * 255)]
    # Bold strokes are wider than the kernel, and the brightest of all.
    masks.append(busy >= round(_BRIGHTEST * 255))
    found = [line for mask in masks for line in _lines(_letters(busy, mask))]
    top, left = part[0].start, part[1].start
    moved = [(box[0] + top, box[1] + left, box[2] + top, box[3] + left) for box in _merge(found)]
    return tuple(_enlarge(box, factor, frame.shape) for box in moved)


def _to_grey(frame: NDArray[Any]) -> tuple[NDArray[np.uint8] | None, int]:
    """Return 8-bit grey of at most `_LONGEST_SIDE`, by its full range, and by how much it was reduced."""
    factor = -(-max(frame.shape[:2]) // _LONGEST_SIDE)
    plain = frame[::factor, ::factor]
    if plain.ndim == 3:
        plain = plain.max(axis=2)
    if min(plain.shape) < 2 * _STROKE or plain.dtype.kind not in "iuf":
        return None, factor
    if plain.dtype not in (np.uint8, np.uint16, np.int16):
        plain = np.nan_to_num(plain.astype(np.float32), posinf=0.0, neginf=0.0)
    grey = np.empty(plain.shape, dtype=np.uint8)
    cv2.normalize(np.ascontiguousarray(plain), grey, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
    return grey, factor


def _busy_part(grey: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Return the part in which edges across stand as close as those of letters do; None if there is none."""
    edges = (cv2.absdiff(grey[:, 1:], grey[:, :-1]) >= round(_EDGE * 255)).view(np.uint8)
    counts = cv2.boxFilter(edges, cv2.CV_16U, _BUSY_WINDOW, normalize=False, borderType=cv2.BORDER_CONSTANT)
    rows, columns = np.flatnonzero((counts >= _BUSY).any(axis=1)), np.flatnonzero((counts >= _BUSY).any(axis=0))
    if not len(rows):
        return None
    pad = _HEIGHTS[1] + _BUSY_WINDOW[0]
    return (
        slice(max(int(rows[0]) - pad, 0), int(rows[-1]) + pad),
        slice(max(int(columns[0]) - pad, 0), int(columns[-1]) + pad),
    )


def _letters(grey: NDArray[np.uint8], strokes: NDArray[np.bool_]) -> list[Box]:
    """Return the boxes of connected strokes that have the size, the filling and the evenness of a letter."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    width, height, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    filled = area / (width * height)
    is_sized = (height >= _HEIGHTS[0]) & (height <= _HEIGHTS[1]) & (width <= 1.6 * height)
    is_filled = ((filled >= _FILL[0]) & (filled <= _FILL[1])) | (width <= 3)
    found: list[Box] = []
    for number in np.flatnonzero(is_sized & is_filled):
        left, top, across, down = (int(one) for one in stats[number, :4])
        where = slice(top, top + down), slice(left, left + across)
        inside = np.sort(grey[where][labels[where] == number])
        if int(inside[-1 - len(inside) // 10]) - int(inside[len(inside) // 2]) <= _FLAT * 255:
            found.append((top, left, top + down, left + across))
    return found


def _lines(letters: Sequence[Box]) -> list[Box]:
    """Return the boxes of letters that stand in a row: alike in height, on one base line, close to each other."""
    lines: list[list[Box]] = []
    for letter in sorted(letters, key=lambda box: box[1]):
        fitting = [line for line in lines if _follows(line[-1], letter)]
        if fitting:
            min(fitting, key=lambda line: letter[1] - line[-1][3]).append(letter)
        else:
            lines.append([letter])
    return [_around(line) for line in lines if len(line) >= _FEWEST_IN_LINE]


def _follows(last: Box, letter: Box) -> bool:
    high, higher = sorted((last[2] - last[0], letter[2] - letter[0]))
    gap = letter[1] - last[3]
    on_line = abs(letter[2] - last[2]) <= max(1, 0.15 * higher)
    return on_line and high >= 0.6 * higher and -0.2 * higher <= gap <= 1.1 * higher


def _merge(boxes: Sequence[Box]) -> list[Box]:
    """Return boxes of which none overlaps another: a line that several masks showed is one."""
    merged: list[Box] = []
    for box in boxes:
        touching = [one for one in merged if _overlap(one, box)]
        merged = [one for one in merged if one not in touching]
        merged.append(_around([box, *touching]))
    return merged


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(line: Sequence[Box]) -> Box:
    tops, lefts, bottoms, rights = zip(*line, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def _enlarge(box: Box, factor: int, shape: Sequence[int]) -> Box:
    top, left, bottom, right = (side * factor for side in box)
    return (
        max(top - _MARGIN, 0),
        max(left - _MARGIN, 0),
        min(bottom + _MARGIN, shape[0]),
        min(right + _MARGIN, shape[1]),
    )
