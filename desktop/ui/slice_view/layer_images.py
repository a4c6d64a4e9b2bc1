"""The layers of a picture as images for Qt's painter, kept until they change.

They are made by OpenCV, in one pass and one thread: Qt would wake its own threads for each, and those wait for a
processor that a model is using.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from desktop.state.picture import Overlay

Pixels = NDArray[np.uint8]


@dataclass
class _KeptImage:
    """An image, what it was made of, and its bytes, which Qt only looks at."""

    pixels: Pixels
    shrink: int
    shrunk: Pixels
    table: Pixels | None
    packed: NDArray[np.generic]
    image: QImage


class LayerImages:
    """The images of one pane, by the names of its layers."""

    def __init__(self) -> None:
        self._kept: dict[str, _KeptImage] = {}
        self._laid: dict[str, tuple[_KeptImage, _KeptImage, QImage]] = {}

    def find(self, name: str, pixels: Pixels, shrink: int, table: Pixels | None = None) -> QImage:
        """Return pixels, or levels coloured by `table` (RGBA of each), averaged down by `shrink`."""
        return self._find(name, pixels, shrink, table).image

    def find_with_heat(self, name: str, pixels: Pixels, shrink: int, heat: Overlay) -> QImage:
        """Return a frame averaged down by `shrink` with a heatmap laid over it pixel by pixel, as in files."""
        frame = self._find(name, pixels, shrink, None)
        # A frame may be a reduced one, the levels of a heatmap never are.
        times = max(1, round(heat.levels.shape[1] / frame.shrunk.shape[1]))
        over = self._find(f"{name}+heat", heat.levels, times, heat.table)
        laid = self._laid.get(name)
        if laid is None or laid[0] is not frame or laid[1] is not over:
            image = frame.image.copy()
            painter = QPainter(image)
            painter.drawImage(image.rect(), over.image)
            painter.end()
            self._laid[name] = laid = frame, over, image
        return laid[2]

    def _find(self, name: str, pixels: Pixels, shrink: int, table: Pixels | None) -> _KeptImage:
        kept = self._kept.get(name)
        is_same = kept is not None and kept.pixels is pixels and kept.shrink == shrink
        if kept is None or not is_same or kept.table is not table:
            # OpenCV is loaded by the time there is a frame; importing it with this module would delay the start.
            from desktop.render.colour_maps import colour_levels, pack_frame
            from desktop.render.frame import shrink_frame

            shrunk = kept.shrunk if kept is not None and is_same else shrink_frame(pixels, shrink)
            packed: NDArray[np.generic] = pack_frame(shrunk) if table is None else colour_levels(shrunk, table)
            form = QImage.Format.Format_RGB32 if table is None else QImage.Format.Format_ARGB32_Premultiplied
            rows, columns = shrunk.shape[:2]
            image = QImage(packed.data, columns, rows, packed.strides[0], form)
            self._kept[name] = kept = _KeptImage(pixels, shrink, shrunk, table, packed, image)
        return kept
