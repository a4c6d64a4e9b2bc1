"""Small pictures of dialogs: arrays as pixmaps."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap


def pixmap_of(picture: NDArray[np.uint8], side: int) -> QPixmap:
    """Return uint8 pixels, grey or RGB, as a pixmap whose longer side is `side`."""
    rows, columns = picture.shape[:2]
    packed = np.ascontiguousarray(picture)
    layout = QImage.Format.Format_Grayscale8 if packed.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(packed.tobytes(), columns, rows, packed.strides[0], layout)
    fit = Qt.AspectRatioMode.KeepAspectRatio
    return QPixmap.fromImage(image).scaled(side, side, fit, Qt.TransformationMode.SmoothTransformation)
