"""Colour maps of layers over a slice: heatmaps and the file's own drawings. Add a map by a row in `COLOUR_MAPS`.

A layer is levels uint8 [row, column] on the slice's own grid, and an RGBA table uint8 [256, 4] that colours them.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]
"""uint8 [row, column, 4], alpha not multiplied in."""
Levels = NDArray[np.uint8]
"""uint8 [row, column] of the slice; of a heatmap 0…255 for 0…1."""

COLOUR_MAPS = {"inferno": cv2.COLORMAP_INFERNO}

GRAPHICS_TABLE: NDArray[np.uint8] = np.full((256, 4), 255, dtype=np.uint8)
"""RGBA of the levels of a file's own drawings: nothing for 0, white for the rest."""
GRAPHICS_TABLE[0] = 0
GRAPHICS_TABLE.setflags(write=False)


def quantise_heat(heat: NDArray[np.float32]) -> Levels:
    """Return a heatmap (0…1) as levels 0…255; NaN is 0."""
    # Rounds half to even as numpy does, in one pass; NaN becomes 0. Both ends are cut first: it takes absolute values.
    return np.asarray(cv2.convertScaleAbs(np.clip(heat, 0.0, 1.0), alpha=255.0))


@cache
def build_overlay_table(opacity: float, cut: float, colours: str = "inferno") -> NDArray[np.uint8]:
    """Return the RGBA of a heatmap's levels: one opacity, nothing below the cut, never stretched."""
    ramp = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    table = np.zeros((256, 4), dtype=np.uint8)
    table[:, :3] = np.asarray(cv2.applyColorMap(ramp, COLOUR_MAPS[colours]))[:, 0, ::-1]
    table[:, 3] = np.where(ramp[:, 0] / 255.0 >= cut, round(min(max(opacity, 0.0), 1.0) * 255), 0)
    table.setflags(write=False)
    return table


def draw_heat(heat: NDArray[np.float32], *, opacity: float, cut: float, colours: str = "inferno") -> Rgba:
    """Return a heatmap (0…1, [row, column]) as RGBA."""
    return np.asarray(build_overlay_table(opacity, cut, colours)[quantise_heat(heat)])


def blend_overlay(grey: NDArray[np.uint8], overlay: Rgba) -> NDArray[np.uint8]:
    """Return a frame, grey or RGB, with an overlay laid over it, as RGB [row, column, 3]; for files."""
    under = grey if grey.ndim == 3 else np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    alpha = overlay[:, :, 3:].astype(np.float32) / np.float32(255.0)
    mixed = under * (1 - alpha) + overlay[:, :, :3] * alpha
    return np.asarray(np.rint(mixed), dtype=np.uint8)
