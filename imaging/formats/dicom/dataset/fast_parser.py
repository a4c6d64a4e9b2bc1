"""The elements of an ordinary DICOM file straight from its first bytes, several times as fast as pydicom.

Ordinary is: a preamble, a meta header that names a little endian transfer syntax, known VRs, tags in ascending order,
no value that reaches beyond the file, none of the sequences that a header is read from. Whatever is not certain is left
to pydicom: the answer is then None, never a guess. Both ways give the same header; a test holds them together.
"""

import re
from collections.abc import Callable, Set
from struct import Struct
from typing import NamedTuple

from imaging.base.policy import NESTING, nested_too_deep
from imaging.formats.dicom.dataset.elements import RawElement, vr_of

LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
SHORT = {
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS",
    b"ST", b"TM", b"UI", b"UL", b"US",
}  # fmt: skip
"""The VRs whose lengths take four bytes behind two that are reserved, and those whose lengths take two."""
_VR_NAMES = {vr: vr.decode() for vr in LONG | SHORT}
_LONG_NAMES = frozenset(_VR_NAMES[vr] for vr in LONG)
_EXPLICIT = Struct("<HH2sH").unpack_from
_IMPLICIT = Struct("<HHI").unpack_from
_LENGTH = Struct("<I").unpack_from
_IMPLICIT_LITTLE = "1.2.840.10008.1.2"
# Explicit little endian and what is compressed within it. Big endian (.2), deflated (.1.99) and private ones are not
# ordinary.
_EXPLICIT_LITTLE = re.compile(r"1\.2\.840\.10008\.1\.2\.(1|5|1\.98|4\.\d{1,3})")
_UID = re.compile(rb"[0-9.]*[ \0]*")
_CHARSETS = re.compile(rb"[A-Za-z0-9_ \\]*")
_UNDEFINED = 0xFFFFFFFF
_CHARSET_TAG = 0x00080005
_META_CLASS, _META_SYNTAX = 0x00020002, 0x00020010
PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
"""The elements that hold pixels; they are among the wanted ones."""
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

_HeadOf = Callable[[bytes, int], tuple[int, str, int, int]]


class OrdinaryHeader(NamedTuple):
    """The elements in front of the pixels that are wanted and have a value, and the offset of Pixel Data."""

    elements: dict[int, RawElement]
    meta_class: str
    transfer_syntax: str
    position: int
    """Of the tag of Pixel Data."""


class _Uncertain(Exception):
    """Something that pydicom has to look at."""


class NeedsMore(Exception):
    """The file goes on behind the given bytes, and what is asked for may lie there."""


def parse_ordinary(head: bytes, size: int, wanted: Set[int], sequences: Set[int]) -> OrdinaryHeader | None:
    """Return the `wanted` elements of a file of `size` bytes that begins with `head`; None if pydicom must look.

    A file that has one of `sequences`, not empty, is not ordinary. Raises `NeedsMore` if `head` does not reach to
    the pixels.
    """
    if head[128:132] != b"DICM":
        return None
    try:
        meta_class, syntax, at = _meta(head, size)
        implicit = syntax == _IMPLICIT_LITTLE
        if not implicit and not _EXPLICIT_LITTLE.fullmatch(syntax):
            return None
        elements, position = _elements(head, at, size, wanted, sequences, implicit=implicit)
    except _Uncertain:
        return None
    return OrdinaryHeader(elements, meta_class, syntax, position)


def _meta(head: bytes, size: int) -> tuple[str, str, int]:
    """Return SOP class and transfer syntax of the meta header, which is explicit little endian, and its end."""
    at, last, end = 132, 0, len(head)
    found = {_META_CLASS: b"", _META_SYNTAX: b""}
    while True:
        if at + 12 > end:
            _there(head, at, 12, size)
        if head[at : at + 2] != b"\x02\0":
            break
        tag, _, value, length = _explicit_head(head, at)
        if tag <= last:
            raise _Uncertain
        last, at = tag, value + length
        if at > end:
            _there(head, value, length, size)
        if tag in found:
            found[tag] = head[value:at]
    meta_class, syntax = found.values()
    if not (syntax and _UID.fullmatch(syntax) and _UID.fullmatch(meta_class)):
        raise _Uncertain
    return meta_class.decode().rstrip(" \0"), syntax.decode().rstrip(" \0"), at


def _there(head: bytes, at: int, count: int, size: int) -> None:
    """Raise `NeedsMore` if so many bytes are not at hand yet, `_Uncertain` if the file ends before them."""
    if at + count > len(head):
        raise _Uncertain if at + count > size else NeedsMore


def _elements(
    head: bytes, at: int, size: int, wanted: Set[int], sequences: Set[int], *, implicit: bool
) -> tuple[dict[int, RawElement], int]:
    """Return the wanted elements of the data set that begins at an offset, and the offset of Pixel Data."""
    found: dict[int, RawElement] = {}
    # Above the meta header and the command set.
    last = 0x0002FFFF
    # pydicom tells by the first element whether there are VRs, whatever the transfer syntax says.
    _there(head, at, 12, size)
    if implicit == (0x40 < head[at + 4] < 0x5B and 0x40 < head[at + 5] < 0x5B):
        raise _Uncertain
    head_of = _implicit_head if implicit else _explicit_head
    end, unpack, unpack_explicit = len(head), _IMPLICIT, _EXPLICIT
    most = end - 12
    while True:
        if at > most:
            _there(head, at, 12, size)
        # As `head_of`, without a call: this loop is most of the time that a header takes.
        if implicit:
            group, element, length = unpack(head, at)
            tag, vr, value = group << 16 | element, "", at + 8
        else:
            group, element, code, length = unpack_explicit(head, at)
            if code in SHORT:
                tag, vr, value = group << 16 | element, _VR_NAMES[code], at + 8
            else:
                tag, vr, value, length = _explicit_head(head, at)
        if tag <= last:
            raise _Uncertain
        last = tag
        at = value + length
        if tag in wanted:
            if tag in PIXELS:
                return found, value - (12 if vr in _LONG_NAMES else 8)
            if not length:
                continue
            if length == _UNDEFINED or tag in sequences:
                raise _Uncertain
            if at > end:
                _there(head, value, length, size)
            found[tag] = content = head[value:at], vr, True
            if tag == _CHARSET_TAG and not _CHARSETS.fullmatch(content[0]):
                raise _Uncertain
        elif length == _UNDEFINED:
            at = _end_of_sequence(head, _sequence(tag, vr, value), size, head_of)


def _explicit_head(head: bytes, at: int) -> tuple[int, str, int, int]:
    """Return tag, VR, the offset of the value, and its length."""
    group, element, vr, length = _EXPLICIT(head, at)
    if vr in SHORT:
        return group << 16 | element, _VR_NAMES[vr], at + 8, length
    if vr not in LONG:
        raise _Uncertain
    return group << 16 | element, _VR_NAMES[vr], at + 12, _LENGTH(head, at + 8)[0]


def _implicit_head(head: bytes, at: int) -> tuple[int, str, int, int]:
    """The same of an element whose VR only the dictionary knows."""
    group, element, length = _IMPLICIT(head, at)
    return group << 16 | element, "", at + 8, length


def _sequence(tag: int, vr: str, value: int) -> int:
    """Return the offset of the value of a sequence of undefined length. Raises `_Uncertain` if it may be none."""
    if (vr or vr_of(tag)) != "SQ":
        raise _Uncertain
    return value


def _end_of_sequence(head: bytes, at: int, size: int, head_of: _HeadOf, depth: int = 0) -> int:
    """Return the end of a sequence of undefined length (PS3.5 7.5.2). Raises `Refusal` (HEADER) if it lies too deep."""
    if depth >= NESTING:
        raise nested_too_deep()
    while True:
        _there(head, at, 8, size)
        group, element, length = _IMPLICIT(head, at)
        tag = group << 16 | element
        at += 8
        if tag == _SEQUENCE_END and length == 0:
            return at
        if tag != _ITEM:
            raise _Uncertain
        at = _end_of_item(head, at, size, head_of, depth) if length == _UNDEFINED else at + length


def _end_of_item(head: bytes, at: int, size: int, head_of: _HeadOf, depth: int) -> int:
    """Return the end of an item of undefined length."""
    last = -1
    while True:
        _there(head, at, 12, size)
        group, element, length = _IMPLICIT(head, at)
        if group << 16 | element == _ITEM_END:
            if length:
                raise _Uncertain
            return at + 8
        tag, vr, value, length = head_of(head, at)
        if tag <= last:
            raise _Uncertain
        last = tag
        if length == _UNDEFINED:
            at = _end_of_sequence(head, _sequence(tag, vr, value), size, head_of, depth + 1)
        else:
            at = value + length
