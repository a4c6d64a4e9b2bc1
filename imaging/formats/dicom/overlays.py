"""The drawings that a file lays over its frames: overlay planes of the groups 6000 to 601E (PS3.3 C.9.2)."""

from collections.abc import Callable

import numpy as np

from imaging.formats.dicom.dataset.elements import Elements, RawElement
from imaging.formats.dicom.dataset.parser import OVERLAY_GROUPS
from imaging.volume.series import OverlayPlane

_ROWS, _COLUMNS, _COUNT, _ORIGIN, _FIRST_FRAME, _BIT, _DATA = 0x0010, 0x0011, 0x0015, 0x0050, 0x0051, 0x0102, 0x3000
_ROWS_TAGS = frozenset(group << 16 | _ROWS for group in OVERLAY_GROUPS)

UnusedBits = Callable[[int, tuple[int, int]], list[bytes] | None]
"""The packed bits of every frame at a bit position, of pixels with so many (rows, columns); None where it has none."""
EMBEDDED = "a drawing in the bits of the pixels cannot be read and is not shown"
BROKEN = "a drawing over the pixels is damaged and not shown"


def overlays_of(
    elements: Elements, frames: int, notes: list[str], unused_bits: UnusedBits
) -> list[tuple[OverlayPlane, ...]]:
    """The planes of each frame; those of the kind that was retired in 2004 lie in the unused bits of the pixels.

    What is not shown becomes a note: planes that are broken, or whose bits are none of the pixels' unused ones.
    """
    if not elements.has_any(_ROWS_TAGS):
        return [()] * frames
    planes: list[list[OverlayPlane]] = [[] for _ in range(frames)]
    for group in OVERLAY_GROUPS:
        if elements.integer(group << 16 | _ROWS) is not None:
            own = elements.raw(group << 16 | _DATA)
            made = (
                _planes_inside(elements, group << 16, notes, unused_bits)
                if own is None
                else _planes_of(elements, group << 16, frames, notes, own)
            )
            for index, plane in made:
                planes[index].append(plane)
    return [tuple(of_frame) for of_frame in planes]


def _planes_inside(
    elements: Elements, group: int, notes: list[str], unused_bits: UnusedBits
) -> list[tuple[int, OverlayPlane]]:
    """(frame, plane) of a group that has its bits in the pixels: one of each frame, as large as the frame."""
    rows, columns = elements.integer(group | _ROWS) or 0, elements.integer(group | _COLUMNS) or 0
    bit = elements.integer(group | _BIT)
    found = None if bit is None else unused_bits(bit, (rows, columns))
    if found is None:
        notes.append(EMBEDDED)
        return []
    return [(index, OverlayPlane(rows, columns, (0, 0), bits)) for index, bits in enumerate(found)]


def _planes_of(
    elements: Elements, group: int, frames: int, notes: list[str], data: RawElement
) -> list[tuple[int, OverlayPlane]]:
    """(frame, plane) of one group. Without a count of its own, one plane lies over every frame (C.9.2.1.2)."""
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
