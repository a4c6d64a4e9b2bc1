"""The drawings that a file lays over its frames: overlay planes of the groups 6000 to 601E (PS3.3 C.9.2)."""

import numpy as np

from imaging.readers.dicom_elements import Elements
from imaging.readers.dicom_stream import OVERLAY_GROUPS
from imaging.series import OverlayPlane

_ROWS, _COLUMNS, _COUNT, _ORIGIN, _FIRST_FRAME, _DATA = 0x0010, 0x0011, 0x0015, 0x0050, 0x0051, 0x3000
EMBEDDED = "a drawing in the unused bits of the pixels is not shown"
BROKEN = "a drawing over the pixels is damaged and not shown"


def overlays_of(elements: Elements, frames: int, notes: list[str]) -> list[tuple[OverlayPlane, ...]]:
    """The planes of each frame. What is not shown becomes a note: the retired kind inside the pixels, broken ones."""
    planes: list[list[OverlayPlane]] = [[] for _ in range(frames)]
    for group in OVERLAY_GROUPS:
        if elements.has(group << 16 | _ROWS) and elements.integer(group << 16 | _ROWS) is not None:
            for index, plane in _planes_of(elements, group << 16, frames, notes):
                planes[index].append(plane)
    return [tuple(of_frame) for of_frame in planes]


def _planes_of(elements: Elements, group: int, frames: int, notes: list[str]) -> list[tuple[int, OverlayPlane]]:
    """(frame, plane) of one group. Without a count of its own, one plane lies over every frame (C.9.2.1.2)."""
    data = elements.raw(group | _DATA)
    if data is None:
        notes.append(EMBEDDED)
        return []
    rows, columns = elements.integer(group | _ROWS) or 0, elements.integer(group | _COLUMNS) or 0
    count = elements.integer(group | _COUNT)
    if min(rows, columns) <= 0 or rows * columns * (count or 1) > 8 * len(data[0]):
        notes.append(BROKEN)
        return []
    top, left = elements.vector(group | _ORIGIN, 2) or (1, 1)
    origin = int(top) - 1, int(left) - 1
    bits = _in_order(*data)
    if count is None:
        return [(index, OverlayPlane(rows, columns, origin, bits)) for index in range(frames)]
    start = (elements.integer(group | _FIRST_FRAME) or 1) - 1
    return [
        (start + number, OverlayPlane(rows, columns, origin, bits, number * rows * columns))
        for number in range(count)
        if 0 <= start + number < frames
    ]


def _in_order(value: bytes, vr: str, little: bool) -> bytes:
    """The bytes as a little endian file has them: of OW a big endian one swaps each pair (PS3.5 8.1.2)."""
    if little or vr == "OB" or len(value) % 2:
        return value
    return np.frombuffer(value, np.uint16).byteswap().tobytes()
