"""The palette of a PALETTE COLOR file as one table of 8-bit RGB (PS3.3 C.7.9, C.7.6.3.1.5)."""

import struct

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.dataset.elements import Elements

_ENTRIES = 65536
_BROKEN = "The palette's segments are broken."


def palette_of(elements: Elements, signed: bool) -> tuple[NDArray[np.uint8], int]:
    """RGB [entry, 3], and the stored value of the first entry; values beyond either end take the end's colour.

    Raises `Refusal` (HEADER) where a table is missing or broken.
    """
    channels = [_channel(elements, colour, signed) for colour in ("Red", "Green", "Blue")]
    if len({len(entries) for entries, _, _ in channels}) != 1:
        raise Refusal(Code.HEADER, "The palette's three tables differ in length.")
    deepest = max(int(entries.max()) for entries, _, _ in channels)
    bits = max(bits for _, _, bits in channels)
    # Writers put 8-bit colours into tables that are declared 16 bits deep; shifted, their white would be near black.
    shift = 8 if bits == 16 and deepest > 255 else 0
    table = np.stack([(entries >> shift).astype(np.uint8) for entries, _, _ in channels], axis=1)
    return table, channels[0][1]


def _channel(elements: Elements, colour: str, signed: bool) -> tuple[NDArray[np.uint16], int, int]:
    """Entries, first stored value, and bits of one colour."""
    descriptor = elements.raw(f"{colour}PaletteColorLookupTableDescriptor")
    if descriptor is None or len(descriptor[0]) < 6:
        raise Refusal(Code.HEADER, "The file has no usable palette.")
    value, _, little = descriptor
    count, first, bits = struct.unpack(f"{'<' if little else '>'}H{'h' if signed else 'H'}H", value[:6])
    count = count or _ENTRIES
    plain = elements.raw(f"{colour}PaletteColorLookupTableData")
    segmented = elements.raw(f"Segmented{colour}PaletteColorLookupTableData")
    if plain is not None:
        # One byte an entry is allowed for 8-bit tables (C.7.6.3.1.6).
        entries = _samples(plain[0], plain[2], 1 if len(plain[0]) < 2 * count else 2)
    elif segmented is not None:
        entries = _expanded(segmented[0], segmented[2], 1 if bits == 8 else 2)
    else:
        raise Refusal(Code.HEADER, "The file has no usable palette.")
    if len(entries) < count:
        raise Refusal(Code.HEADER, "The palette is shorter than its header says.")
    return entries[:count], first, bits


def _samples(value: bytes, little: bool, width: int) -> NDArray[np.uint16]:
    """Entries of one or two bytes each."""
    code = np.dtype(f"{'<' if little else '>'}u{width}")
    return np.frombuffer(value, code, count=len(value) // width).astype(np.uint16)


def _expanded(value: bytes, little: bool, width: int) -> NDArray[np.uint16]:
    """A segmented table written out (C.7.9.2): discrete runs, linear ramps, and copies of earlier segments."""
    words = _samples(value, little, width).tolist()
    entries: list[int] = []
    at = 0
    while at + 1 < len(words) and len(entries) < _ENTRIES:
        at = _segment(words, at, entries, width)
    return np.asarray(entries[:_ENTRIES], dtype=np.uint16)


def _segment(words: list[int], at: int, entries: list[int], width: int) -> int:
    """Append the segment at a position; returns where the next one begins. Raises `Refusal` (HEADER)."""
    opcode, count = words[at], words[at + 1]
    if opcode == 0:
        entries.extend(words[at + 2 : at + 2 + count])
        return at + 2 + count
    if opcode == 1 and entries and at + 2 < len(words):
        start, end = entries[-1], words[at + 2]
        entries.extend(round(start + (end - start) * step / count) for step in range(1, count + 1))
        return at + 3
    # The offset of a copy is a 32-bit count of bytes, written as two words or four bytes, least significant first.
    parts = words[at + 2 : at + 2 + 4 // width]
    if opcode != 2 or len(parts) < 4 // width:
        raise Refusal(Code.HEADER, _BROKEN)
    again = sum(part << (8 * width * place) for place, part in enumerate(parts)) // width
    for _ in range(count):
        if again + 1 >= len(words) or words[again] not in (0, 1):
            raise Refusal(Code.HEADER, _BROKEN)
        again = _segment(words, again, entries, width)
    return at + 2 + 4 // width
