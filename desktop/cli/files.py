"""Files that a command writes: whole or not at all, and only where the person said."""

import io
import os
import secrets
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.refusal import Code, Refusal


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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the whole new one. Raises `Refusal` (WRITE)."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise Refusal(Code.WRITE, "The place to write to is a folder or a device, not a file.")
    if not target.parent.is_dir():
        raise Refusal(Code.WRITE, "The folder to write to does not exist.")
    unfinished = target.parent / f".slicelens-{secrets.token_hex(8)}"
    try:
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except OSError as error:
        raise Refusal(Code.WRITE) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def make_folder(path: Path) -> None:
    """A folder that results may be written to, made where it is not there yet. Raises `Refusal` (WRITE)."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(Code.WRITE, "The folder for the results could not be made there.") from error
