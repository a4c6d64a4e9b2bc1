"""What can be measured of a picture without looking at anatomy.

If such a number tells the classes apart, a network can learn it in place of the disease. Lengths are shares of the
picture's side, brightness is 0…1 between the slice's 0.5th and 99.5th percentile.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.volume.volume import Slice
from inference.classify.preprocess import prepare
from inference.contract.contract import InputSpec, Percentile
from training.audit.jpeg import read_jpeg_coding

PLAIN = InputSpec(
    modality=(),
    body_part=(),
    plane="acquired",
    orientation="as_stored",
    colour="grey",
    polarity="monochrome2",
    intensity=Percentile(method="percentile", low=0.5, high=99.5),
    resize="stretch",
    interpolation="area",
    size=(224, 224),
    mean=(0.0,),
    std=(1.0,),
    layout="NCHW",
)
"""How a slice is measured: grey, dark to bright."""

HASHED = PLAIN.model_copy(update={"mean": (0.5,), "std": (0.5,)})
"""How a slice is hashed where no recipe says it: as our own recipes prepare it, so that counts agree with theirs."""

Value = float | str

FEATURES = {
    "file_bytes": "file size in bytes",
    "bytes_per_pixel": "file size for each pixel",
    "coding": "file format, colour and depth",
    "jpeg_quality": "JPEG quality",
    "jpeg_tables": "JPEG quantisation tables and sampling",
    "rows": "rows",
    "columns": "columns",
    "aspect": "width over height",
    "size": "rows × columns",
    "margin_top": "dark margin at the top",
    "margin_bottom": "dark margin at the bottom",
    "margin_left": "dark margin on the left",
    "margin_right": "dark margin on the right",
    "rim": "mean brightness of the outermost 2 %",
    "text_marks": "letter-like marks in the corners",
    "mean": "mean brightness",
    "contrast": "standard deviation of brightness",
    "black": "share of black pixels",
    "white": "share of white pixels",
}
"""Every feature by its name in files, and what it is called in reports. Text has categories, the rest are numbers."""

_LONGEST_SIDE = 1024
_HEADER_BYTES = 2**16
_DARK, _DARK_SHARE = 0.08, 0.01
_RIM = 0.02
_BLACK, _WHITE = 0.02, 0.98
_CORNER = 0.3
_STROKE, _STEP, _BRIGHT = 0.015, 0.35, 0.6
_LETTER_HEIGHT, _LETTER_WIDTH, _LETTER_FILL = (0.015, 0.09), (0.004, 0.12), (0.12, 0.9)
_LEAST_LETTER = 4


def grey_picture(slice_: Slice, longest: int = _LONGEST_SIDE) -> NDArray[np.float32]:
    """The slice as grey 0…1 [row, column] on its own grid, made smaller only beyond `longest` pixels.

    Raises `Refusal` (EMPTY_SLICE) where the slice holds no value.
    """
    rows, columns = slice_.stored.shape[:2]
    scale = min(1.0, longest / max(rows, columns))
    size = (max(1, round(rows * scale)), max(1, round(columns * scale)))
    return prepare(slice_, PLAIN.model_copy(update={"size": size})).tensor[0, 0]


def measure_features(path: Path, slice_: Slice, grey: NDArray[np.float32]) -> dict[str, Value]:
    """Every feature of `FEATURES`; NaN or an empty text where it does not apply."""
    rows, columns = slice_.stored.shape[:2]
    return {**_of_file(path, slice_), **_of_size(rows, columns), **_of_borders(grey), **_of_tone(grey)}


def _of_file(path: Path, slice_: Slice) -> dict[str, Value]:
    try:
        size = float(path.stat().st_size)
        with path.open("rb") as stream:
            coding = read_jpeg_coding(stream.read(_HEADER_BYTES))
    except OSError:
        size, coding = float("nan"), None
    series = slice_.series
    kind = "JPEG" if coding else path.suffix.lower().lstrip(".") or str(series.format)
    return {
        "file_bytes": size,
        "bytes_per_pixel": size / (slice_.stored.shape[0] * slice_.stored.shape[1]),
        "coding": f"{kind}, {'colour' if slice_.is_colour else 'grey'}, {series.dtype}",
        "jpeg_quality": float(coding.quality) if coding else float("nan"),
        "jpeg_tables": f"{coding.tables} {coding.sampling}{' progressive' * coding.progressive}" if coding else "",
    }


def _of_size(rows: int, columns: int) -> dict[str, Value]:
    aspect = columns / rows
    return {"rows": float(rows), "columns": float(columns), "aspect": aspect, "size": f"{rows}×{columns}"}


def _of_borders(grey: NDArray[np.float32]) -> dict[str, Value]:
    bright = grey > _DARK
    by_row, by_column = bright.mean(axis=1) > _DARK_SHARE, bright.mean(axis=0) > _DARK_SHARE
    edge_rows, edge_columns = (max(1, round(_RIM * side)) for side in grey.shape)
    inside = grey[edge_rows:-edge_rows, edge_columns:-edge_columns]
    rim = (float(grey.sum(dtype=np.float64)) - float(inside.sum(dtype=np.float64))) / max(1, grey.size - inside.size)
    return {
        "margin_top": _dark_run(by_row),
        "margin_bottom": _dark_run(by_row[::-1]),
        "margin_left": _dark_run(by_column),
        "margin_right": _dark_run(by_column[::-1]),
        "rim": rim,
        "text_marks": float(len(text_marks(grey))),
    }


def _dark_run(lit: NDArray[np.bool_]) -> float:
    """Which share of the lines lies before the first that is lit."""
    return float(np.argmax(lit)) / len(lit) if lit.any() else 1.0


def _of_tone(grey: NDArray[np.float32]) -> dict[str, Value]:
    return {
        "mean": float(grey.mean()),
        "contrast": float(grey.std()),
        "black": float((grey < _BLACK).mean()),
        "white": float((grey > _WHITE).mean()),
    }


def text_marks(grey: NDArray[np.float32]) -> list[tuple[int, int, int, int]]:
    """Boxes (top, left, rows, columns) of what looks like a burned-in letter or side marker.

    That is: strokes thinner than 1.5 % of the side that stand out from what is around them by a third of the range
    (white top-hat), in one piece, of a letter's height and width, within the outer 30 % of both sides.
    """
    rows, columns = grey.shape
    thick = max(2, round(_STROKE * min(rows, columns)))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * thick + 1, 2 * thick + 1))
    raised = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    strokes = ((raised > _STEP) & (grey > _BRIGHT)).astype(np.uint8)
    _, _, boxes, centres = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    found = []
    for (left, top, width, height, area), (x, y) in zip(boxes[1:].tolist(), centres[1:].tolist(), strict=True):
        in_corner = min(x, columns - 1 - x) < _CORNER * columns and min(y, rows - 1 - y) < _CORNER * rows
        high = max(_LEAST_LETTER, _LETTER_HEIGHT[0] * rows) <= height <= _LETTER_HEIGHT[1] * rows
        wide = max(1.0, _LETTER_WIDTH[0] * columns) <= width <= _LETTER_WIDTH[1] * columns
        filled = _LETTER_FILL[0] <= area / (width * height) <= _LETTER_FILL[1]
        if in_corner and high and wide and filled:
            found.append((top, left, height, width))
    return found
