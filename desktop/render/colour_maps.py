"""Colour maps: of layers over a slice (heatmaps, the file's own drawings) and of pictures with grey levels themselves.

A layer is levels uint8 [row, column] on the slice's own grid, and an RGBA table uint8 [256, 4] that colours them.
"""

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]
"""uint8 [row, column, 4], alpha not multiplied in."""
Levels = NDArray[np.uint8]
"""uint8 [row, column] of the slice; of a heatmap 0…255 for 0…1."""

COLOUR_MAPS = {
    "bone": cv2.COLORMAP_BONE,
    "inferno": cv2.COLORMAP_INFERNO,
    "cividis": cv2.COLORMAP_CIVIDIS,
}
"""Colours that OpenCV has."""
COLOUR_KNOTS = {
    "hot-iron": ((0, 0, 0), (128, 0, 0), (255, 0, 0), (255, 128, 0), (255, 255, 255)),
    "pet": ((0, 0, 0), (0, 128, 127), (128, 0, 255), (255, 128, 0), (255, 255, 255)),
}
"""RGB at the levels 0, 64, 128, 192 and 255, straight lines between: DICOM's own palettes (PS3.6 B.1.1, B.1.2)."""

GRAPHICS_TABLE: NDArray[np.uint8] = np.full((256, 4), 255, dtype=np.uint8)
"""RGBA of the levels of a file's own drawings: nothing for 0, white for the rest."""
GRAPHICS_TABLE[0] = 0
GRAPHICS_TABLE.setflags(write=False)


def quantise_heat(heat: NDArray[np.float32]) -> Levels:
    """Return a heatmap (0…1) as levels 0…255; NaN is 0."""
    # OpenCV takes absolute values, and turns what no integer holds to 0: both ends are cut first, if they stick out.
    if not (heat.min(initial=0.0) >= 0.0 and heat.max(initial=1.0) <= 1.0):
        heat = np.clip(heat, 0.0, 1.0)
    # Rounds half to even as numpy does, in one pass; NaN becomes 0.
    return np.asarray(cv2.convertScaleAbs(heat, alpha=255.0))


@cache
def build_colour_table(name: str) -> NDArray[np.uint8]:
    """Return the RGB of the levels 0…255 as uint8 [256, 3], of a name in `COLOUR_MAPS` or `COLOUR_KNOTS`."""
    levels = np.arange(256, dtype=np.uint8)
    if name in COLOUR_MAPS:
        table = np.asarray(cv2.applyColorMap(levels[:, np.newaxis], COLOUR_MAPS[name]))[:, 0, ::-1].astype(np.uint8)
    else:
        at, knots = (0, 64, 128, 192, 255), np.array(COLOUR_KNOTS[name])
        table = np.rint([np.interp(levels, at, knots[:, channel]) for channel in range(3)]).T.astype(np.uint8)
    table = np.ascontiguousarray(table)
    table.setflags(write=False)
    return table


def colour_frame(grey: NDArray[np.uint8], name: str, *, padding: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
    """Return a frame [row, column] in the colours of a table, as RGB [row, column, 3]; padding stays black.

    A frame that has colours already passes through.
    """
    if grey.ndim == 3:
        return grey
    coloured = np.asarray(cv2.applyColorMap(grey, build_colour_table(name)[:, np.newaxis].copy()), dtype=np.uint8)
    if padding is not None:
        coloured[padding] = 0
    return coloured


@cache
def build_overlay_table(opacity: float, cut: float, colours: str = "inferno") -> NDArray[np.uint8]:
    """Return the RGBA of a heatmap's levels: one opacity, nothing below the cut, never stretched."""
    table = np.zeros((256, 4), dtype=np.uint8)
    table[:, :3] = build_colour_table(colours)
    table[:, 3] = np.where(np.arange(256) / 255.0 >= cut, round(min(max(opacity, 0.0), 1.0) * 255), 0)
    table.setflags(write=False)
    return table


def draw_heat(heat: NDArray[np.float32], *, opacity: float, cut: float, colours: str = "inferno") -> Rgba:
    """Return a heatmap (0…1, [row, column]) as RGBA."""
    return np.asarray(build_overlay_table(opacity, cut, colours)[quantise_heat(heat)])


def colour_levels(levels: Levels, table: Rgba) -> NDArray[np.int32]:
    """Return levels as 0xAARRGGBB [row, column], alpha multiplied in: what Qt's painter lays over a frame fastest."""
    return np.asarray(cv2.LUT(np.ascontiguousarray(levels), _pack_table(table.tobytes())))


@lru_cache(maxsize=16)
def _pack_table(table: bytes) -> NDArray[np.int32]:
    """Return the RGBA of 256 levels as 0xAARRGGBB, alpha multiplied in."""
    colours = np.frombuffer(table, np.uint8).reshape(-1, 4).astype(np.uint32)
    alpha = colours[:, 3]
    scaled = colours[:, :3] * alpha[:, np.newaxis]
    # Qt's own rounding of x / 255.
    red, green, blue = ((scaled + (scaled >> 8) + 128) >> 8).T
    packed: NDArray[np.uint32] = alpha << 24 | red << 16 | green << 8 | blue
    return packed.view(np.int32)


def pack_frame(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a frame, grey [row, column] or RGB [row, column, 3], as [row, column, 4]: blue, green, red, opaque."""
    code = cv2.COLOR_GRAY2BGRA if frame.ndim == 2 else cv2.COLOR_RGB2BGRA
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(frame), code))


def blend_overlay(grey: NDArray[np.uint8], overlay: Rgba) -> NDArray[np.uint8]:
    """Return a frame, grey or RGB, with an overlay laid over it, as RGB [row, column, 3]; for files."""
    under = grey if grey.ndim == 3 else np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    alpha = overlay[:, :, 3:].astype(np.float32) / np.float32(255.0)
    mixed = under * (1 - alpha) + overlay[:, :, :3] * alpha
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def lay_map(frame: NDArray[np.uint8], levels: Levels, *, opacity: float, cut: float) -> NDArray[np.uint8]:
    """Return a frame with a heatmap over it as on screen, RGB [row, column, 3]; a reduced frame gets a reduced map."""
    if levels.shape != frame.shape[:2]:
        reduced = cv2.resize(levels, frame.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        levels = np.asarray(reduced, dtype=np.uint8)
    return blend_overlay(frame, np.asarray(build_overlay_table(round(opacity, 3), round(cut, 3))[levels]))
