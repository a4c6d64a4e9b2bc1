"""One walk over a data set before pydicom gets it: how much it holds, how deep, and which VRs must be mended.

pydicom makes objects of every item of every sequence, some 700 bytes each. Three million empty items fit into 24 MB, so
elements and items are counted first. And it takes what follows a VR that it does not know for something else: such an
element is read as its neighbours show that it was meant, as DCMTK and GDCM do (pydicom#1067, #1305).
"""

from collections.abc import Set
from dataclasses import dataclass, field
from struct import Struct
from typing import BinaryIO

from imaging.base.errors import Code, Refusal
from imaging.base.policy import NESTING, nested_too_deep
from imaging.formats.dicom.dataset.elements import vr_of
from imaging.formats.dicom.dataset.fast_parser import LONG, PIXELS, SHORT

FEW_ELEMENTS, MOST_ELEMENTS = 100_000, 600_000
"""How many elements and items a header may have that the program itself reads, and any."""
MOST_ITEMS = 150_000
"""How many items of sequences a header may have: an Enhanced file of 12,000 frames has some 100,000."""
_WINDOW = 1024 * 1024
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UPPER = range(0x41, 0x5B)


class LongHeader(Refusal):
    """The refusal of a header that holds more elements than are read."""

    def __init__(self, most: int) -> None:
        super().__init__(Code.HEADER, f"Its header holds more than {most} elements or items, which is no picture's.")


@dataclass
class Structure:
    """The result of a walk: where it ended (at the pixels, if there are any), and bytes that make VRs readable."""

    end: int
    patches: list[tuple[int, bytes]] = field(default_factory=list)


def walk(stream: BinaryIO, start: int, size: int, wanted: Set[int], most: int, *, little: bool) -> Structure:
    """Walk over the data set that begins at `start`, as far as it can be followed.

    Sequences of stated length are looked into if they are among those `wanted`. Raises `Refusal`: `LongHeader` beyond
    `most` elements and items, HEADER for sequences that lie too deep.
    """
    return _Walk(stream, size, wanted, most, little=little).run(start)


class _Walk:
    """The state of a walk: the open sequences and items, innermost last, each with its end if that is stated."""

    def __init__(self, stream: BinaryIO, size: int, wanted: Set[int], most: int, *, little: bool) -> None:
        self._stream, self._size, self._wanted, self._most = stream, size, wanted, most
        order = "<" if little else ">"
        self._implicit, self._short, self._length = Struct(f"{order}HHI"), Struct(f"{order}HH2sH"), Struct(f"{order}I")
        self._is_explicit = True
        self._window, self._base = b"", 0
        self._patches: list[tuple[int, bytes]] = []

    def _bytes(self, at: int, count: int) -> bytes:
        begin = at - self._base
        if not 0 <= begin <= len(self._window) - count:
            self._stream.seek(at)
            self._window, self._base, begin = self._stream.read(max(count, _WINDOW)), at, 0
        return self._window[begin : begin + count]

    def run(self, start: int) -> Structure:
        """Walk from an offset on."""
        vr = self._bytes(start, 6)[4:6]
        self._is_explicit = len(vr) == 2 and vr[0] in _UPPER and vr[1] in _UPPER
        # (whether it is a sequence, its end); the whole data set is the outermost item.
        open_: list[tuple[bool, int | None]] = [(False, None)]
        at, count, items, depth = start, 0, 0, 0
        while open_:
            is_sequence, end = open_[-1]
            if end is not None and at >= end:
                open_.pop()
                depth -= is_sequence
                continue
            head = self._bytes(at, 12)
            if len(head) < 8:
                break
            group, element, length = self._implicit.unpack(head[:8])
            tag = group << 16 | element
            count += 1
            if count > self._most or items > MOST_ITEMS:
                raise LongHeader(self._most if count > self._most else MOST_ITEMS)
            if tag == (_SEQUENCE_END if is_sequence else _ITEM_END):
                open_.pop()
                depth -= is_sequence
                at += 8
            elif is_sequence:
                if tag != _ITEM:
                    break
                at, items = at + 8, items + 1
                if length:
                    open_.append((False, None if length == _UNDEFINED else at + length))
            elif tag in PIXELS and len(open_) == 1:
                break
            else:
                vr, value, length = self._element(at, head, tag, end)
                if length != _UNDEFINED and not (vr == b"SQ" and (depth or tag in self._wanted)):
                    at = value + length
                    continue
                if length == _UNDEFINED and not self._holds_items(value):
                    break
                open_.append((True, None if length == _UNDEFINED else value + length))
                at, depth = value, depth + 1
                if depth > NESTING:
                    raise nested_too_deep()
        return Structure(at, self._patches)

    def _holds_items(self, at: int) -> bool:
        head = self._bytes(at, 8)
        if len(head) < 8:
            return False
        group, element, _ = self._implicit.unpack(head)
        return group << 16 | element in (_ITEM, _SEQUENCE_END)

    def _element(self, at: int, head: bytes, tag: int, end: int | None) -> tuple[bytes, int, int]:
        """Return VR, offset of the value and length of an element; one whose VR is not known is mended."""
        if not self._is_explicit:
            return vr_of(tag).encode(), at + 8, self._length.unpack(head[4:8])[0]
        _, _, vr, length = self._short.unpack(head[:8])
        if vr in SHORT:
            return vr, at + 8, length
        if len(head) < 12:
            return vr, at + 8, 0
        if vr in LONG and not length:
            (length,) = self._length.unpack(head[8:])
            if length == _UNDEFINED or at + 12 + length <= self._size:
                return vr, at + 12, length
        return self._mended(at, head, tag, end)

    def _mended(self, at: int, head: bytes, tag: int, end: int | None) -> tuple[bytes, int, int]:
        """The same of an element without a known VR: in the form behind which the next element is found.

        An unknown VR of two capitals is a later one, all of which have a length of four bytes (PS3.5 7.1.2); anything
        else is a length of two bytes behind rubbish, or no VR at all, as some writers leave it inside sequences.
        """
        _, _, vr, length = self._short.unpack(head[:8])
        long = (vr, at + 12, self._length.unpack(head[8:])[0])
        short = (vr, at + 8, length)
        bare = (b"", at + 8, self._length.unpack(head[4:8])[0])
        is_letters = vr[0] in _UPPER and vr[1] in _UPPER
        forms = (long, short, bare) if is_letters else (bare, short, long)
        best = max(forms, key=lambda form: self._fits(form[1], form[2], tag, end))
        as_pydicom = long if vr in LONG else short if is_letters else bare
        own = vr_of(tag).encode()
        if best is not as_pydicom and self._fits(best[1], best[2], tag, end):
            known = own if own in SHORT else b"LT"
            if best is long:
                self._patches.append((at + 4, b"UN"))
            elif best[2] < 0x10000:
                self._patches.append((at + 4, self._short.pack(0, 0, known, best[2])[4:]))
        return own, best[1], best[2]

    def _fits(self, value: int, length: int, tag: int, end: int | None) -> int:
        """Return how well an element would be followed: 2 by one with a known VR, or by an end; 1 by a later tag."""
        if length == _UNDEFINED:
            return 2 * self._holds_items(value)
        following = value + length
        if following == (self._size if end is None else end):
            return 2
        head = self._bytes(following, 8) if following < self._size else b""
        if len(head) < 8 or (end is not None and following > end):
            return 0
        group, element, vr, _ = self._short.unpack(head)
        later = group << 16 | element
        if later == _ITEM_END or (later > tag and (vr in SHORT or vr in LONG)):
            return 2
        return int(tag < later < _ITEM)
