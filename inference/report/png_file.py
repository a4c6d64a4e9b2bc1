"""Pictures of reports as PNG."""

from typing import Any

import cv2
from numpy.typing import NDArray


def encode_png(picture: NDArray[Any]) -> bytes:
    """Return a PNG of uint8 [row, column] grey or [row, column, 3] RGB. Raises ValueError if it cannot be coded."""
    stored = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    done, coded = cv2.imencode(".png", stored)
    if not done:
        raise ValueError("the picture cannot be coded")
    return bytes(coded.tobytes())
