"""Files that a command writes: whole or not at all, and only where the person said."""

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.atomic_write import write_whole
from imaging.base.errors import Code, Refusal


def write_png(path: Path, frame: NDArray[np.uint8]) -> None:
    """An 8-bit frame, grey [row, column] or RGB [row, column, 3], as PNG. Raises `Refusal` (WRITE)."""
    pixels = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", pixels)
    write_whole(path, encoded.tobytes())


def write_npy(path: Path, values: NDArray[np.float32]) -> None:
    """An array as .npy, C order, under exactly this name. Raises `Refusal` (WRITE)."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(values), allow_pickle=False)
    write_whole(path, buffer.getvalue())


def make_folder(path: Path) -> None:
    """A folder that results may be written to, made where it is not there yet. Raises `Refusal` (WRITE)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(Code.WRITE, "The folder for the results could not be made there.") from error
