"""Siemens' private image header (CSA): a list of named values in a private element, in two undocumented forms.

The forms are those that SPM's `spm_dicom_headers` and nibabel's `csareader` describe. The content is a stranger's:
every length is checked against what is there, text is only ever read as a number, and what does not fit is damaged.
"""

import math
from collections.abc import Set
from struct import Struct
from typing import Any

from imaging.formats.dicom.dataset.elements import Elements

_MARK = b"SV10"
_HEAD, _TAG, _ITEM = Struct("<2I"), Struct("<64si4s3i"), Struct("<4i")
_MOST = 1000
_LARGEST = 4 * 1024 * 1024
_BLOCKS = range(0x10, 0x14)
IMAGE_HEADER = (0x0029, "SIEMENS CSA HEADER", 0x10)
IMAGES_IN_MOSAIC = (0x0019, "SIEMENS MR HEADER", 0x0A)

PRIVATE_OWN_TAGS = tuple(
    group << 16 | block << 8 | element for group, _, element in (IMAGE_HEADER, IMAGES_IN_MOSAIC) for block in _BLOCKS
)
"""Where the values may lie: a file may give a maker's elements any block of the group (PS3.5 7.8.1)."""
PRIVATE_TAGS = (
    *PRIVATE_OWN_TAGS,
    *(group << 16 | block for group in (IMAGE_HEADER[0], IMAGES_IN_MOSAIC[0]) for block in _BLOCKS),
)


class DamagedCsa(Exception):
    """The header does not hold what its own lengths promise."""


def private_value(elements: Elements, place: tuple[int, str, int]) -> tuple[bytes, bool] | None:
    """The bytes of a maker's private element and whether they are little endian; None where there is none."""
    group, creator, element = place
    for block in _BLOCKS:
        if elements.text(group << 16 | block) == creator:
            found = elements.raw(group << 16 | block << 8 | element)
            if found is not None:
                return found[0], found[2]
    return None


def csa_numbers(content: bytes, wanted: Set[str]) -> dict[str, tuple[float, ...]]:
    """The finite numbers of those `wanted` names that are there. Raises `DamagedCsa`."""
    if len(content) > _LARGEST:
        raise DamagedCsa
    is_second = content.startswith(_MARK)
    cursor = _Cursor(content, 8 if is_second else 0)
    count, _ = cursor.next(_HEAD)
    if not 0 < count <= _MOST:
        raise DamagedCsa
    found: dict[str, tuple[float, ...]] = {}
    first_items: int | None = None
    for _ in range(count):
        name, _, _, _, items, _ = cursor.next(_TAG)
        if not 0 <= items <= _MOST:
            raise DamagedCsa
        first_items = items if first_items is None else first_items
        values = _second_form(cursor, items) if is_second else _first_form(cursor, items, first_items)
        key = _text(name)
        if key in wanted:
            found[key] = tuple(number for number in map(_number, values) if number is not None)
            if len(found) == len(wanted):
                break
    return found


class _Cursor:
    """A place in some bytes that never leaves them."""

    def __init__(self, content: bytes, at: int) -> None:
        self.content = content
        self.at = at

    def next(self, form: Struct) -> tuple[Any, ...]:
        """The fields of a structure. Raises `DamagedCsa`."""
        return form.unpack(self.take(form.size))

    def take(self, count: int) -> bytes:
        """So many bytes. Raises `DamagedCsa` where they are not there."""
        end = self.at + count
        if count < 0 or end > len(self.content):
            raise DamagedCsa
        taken = self.content[self.at : end]
        self.at = end
        return taken

    def value(self, length: int) -> bytes:
        """The bytes of a value, and on to the next multiple of four counted from the beginning."""
        taken = self.take(length)
        self.at = min((self.at + 3) & ~3, len(self.content))
        return taken


def _second_form(cursor: _Cursor, items: int) -> list[bytes]:
    return [cursor.value(cursor.next(_ITEM)[1]) for _ in range(items)]


def _first_form(cursor: _Cursor, items: int, first_items: int) -> list[bytes]:
    """As SPM reads it: lengths count from the number of items of the first name, and a wrong one ends the list."""
    values = []
    for _ in range(items):
        length = cursor.next(_ITEM)[0] - first_items
        if not 0 <= length <= len(cursor.content) - cursor.at:
            break
        values.append(cursor.value(length))
    return values


def _text(value: bytes) -> str:
    return value.partition(b"\0")[0].decode("latin-1").strip()


def _number(content: bytes) -> float | None:
    try:
        value = float(_text(content))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
