"""The headers of a series are alike but for a few values: what was taken apart once is recognised in the next file.

A `Pattern` is a header as bytes with gaps, one for each value that differs from file to file. A file fits it where all
bytes between the gaps are the same and each gap is as long as the file itself says, so that whoever takes the file
apart element by element comes to the same elements. Which values differ is learnt from the files that do not fit.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from struct import Struct, error

from imaging.formats.dicom.dataset.elements import RawElement
from imaging.formats.dicom.dataset.fast_parser import NeedsMore, Quick, Span

_LENGTHS = {2: Struct("<H").unpack_from, 4: Struct("<I").unpack_from}
_PIXEL_HEAD = 12
# What nearly always differs: the group's length and the UID of the meta header, UID, number, position and location.
_USUAL = frozenset((0x00020000, 0x00020003, 0x00080018, 0x00200013, 0x00200032, 0x00201041))
# What the way of reading hangs on: SOP class, transfer syntax, character set.
_NEVER = frozenset((0x00020002, 0x00020010, 0x00080005))
_MOST_GAPS, _LONGEST = 64, 256 * 1024
_PATTERNS = 4
# A folder whose files have nothing in common is not worth learning from again and again.
_TRIES, _PAUSE = 8, 16


@dataclass(frozen=True, eq=False)
class Pattern:
    """A header with gaps. `pieces` are the bytes up to the length of each gap, and that gap; `tail` is what follows."""

    spans: tuple[Span, ...]
    head: bytes
    gaps: frozenset[int]
    """Their tags."""
    pieces: tuple[tuple[bytes, Span], ...]
    tail: bytes
    """Up to the length of Pixel Data."""
    after: int
    """How many bytes of the tail lie in front of the tag of Pixel Data."""
    fixed: dict[int, RawElement]
    """Those wanted elements that are no gaps, and have a value."""
    wanted_gaps: frozenset[int]
    known: Quick

    def fit(self, head: bytes) -> Quick | None:
        """What `quick_elements` finds in a file that begins with `head`; None where the file does not fit.

        Raises `NeedsMore` where it fits as far as `head` goes.
        """
        at = 128
        elements = dict(self.fixed)
        for same, gap in self.pieces:
            if not head.startswith(same, at):
                _require_difference(head, at, same)
                return None
            at += len(same)
            try:
                (length,) = _LENGTHS[gap.width](head, at)
            except error:
                raise NeedsMore from None
            at += gap.width
            if length and gap.tag in self.wanted_gaps:
                elements[gap.tag] = head[at : at + length], gap.vr, True
            at += length
        position = at + self.after
        if not head.startswith(self.tail, at):
            _require_difference(head, at, self.tail)
            return None
        if position + _PIXEL_HEAD > len(head):
            raise NeedsMore
        return Quick(elements, self.known.meta_class, self.known.transfer_syntax, position, self)


def _require_difference(head: bytes, at: int, same: bytes) -> None:
    """Raise `NeedsMore` where `head` does not differ from what should stand at a place, but ends too soon."""
    if at >= len(head) or (at + len(same) > len(head) and same.startswith(head[at:])):
        raise NeedsMore


def _made(head: bytes, spans: tuple[Span, ...], gaps: Set[int], known: Quick, wanted: Set[int]) -> Pattern | None:
    """The pattern of a header in which the values of some elements differ."""
    at = 128
    pieces = []
    taken = [span for span in spans if span.tag in gaps and _may_differ(span, spans)]
    for span in taken:
        pieces.append((head[at : span.start - span.width], span))
        at = span.end
    pixels = spans[-1]
    is_odd = bool(pixels.vr) and pixels.start - pixels.begin != _PIXEL_HEAD
    if is_odd or len(taken) > _MOST_GAPS or pixels.start > _LONGEST:
        return None
    own = frozenset(span.tag for span in taken)
    return Pattern(
        spans=spans,
        head=head[: pixels.start],
        gaps=own,
        pieces=tuple(pieces),
        tail=head[at : pixels.start - 4],
        after=pixels.begin - at,
        fixed={tag: raw for tag, raw in known.elements.items() if tag not in own},
        wanted_gaps=own & wanted,
        known=known._replace(elements={}),
    )


def _may_differ(span: Span, spans: tuple[Span, ...]) -> bool:
    """By the first element of the data set it is told how the others are written."""
    first = next(one.tag for one in spans if one.tag > 0x0002FFFF)
    return span.width > 0 and span.tag not in _NEVER and span.tag != first


class Patterns:
    """The patterns of the files that were seen last. May be asked from several threads."""

    def __init__(self, wanted: Set[int]) -> None:
        self._wanted = wanted
        self._patterns: tuple[Pattern, ...] = ()
        self._misses = 0

    def fit(self, head: bytes) -> Quick | None:
        """What `quick_elements` finds in a file that fits one of the patterns; None where it fits none.

        Raises `NeedsMore` where `head` is too short to tell.
        """
        patterns, is_short = self._patterns, False
        for pattern in patterns:
            try:
                found = pattern.fit(head)
            except NeedsMore:
                is_short = True
                continue
            if found is not None:
                self._misses = 0
                if pattern is not patterns[0]:
                    self._keep(pattern)
                return found
        if is_short:
            raise NeedsMore
        return None

    def is_curious(self) -> bool:
        """True where the file that did not fit is worth learning from."""
        self._misses += 1
        return self._misses < _TRIES or self._misses % _PAUSE == 0

    def learn(self, head: bytes, spans: Iterable[Span], known: Quick) -> None:
        """Take in a header that fits none, and is taken apart already."""
        found = tuple(spans)
        outline = [(span.tag, span.vr, span.width) for span in found]
        for pattern in self._patterns:
            if [(span.tag, span.vr, span.width) for span in pattern.spans] == outline:
                differing = {
                    own.tag
                    for own, other in zip(found, pattern.spans, strict=True)
                    if head[own.start : own.end] != pattern.head[other.start : other.end]
                }
                if not all(_may_differ(span, found) for span in found[:-1] if span.tag in differing):
                    continue
                made = _made(head, found, pattern.gaps | differing, known, self._wanted)
                self._patterns = tuple(one for one in self._patterns if one is not pattern)
                break
        else:
            made = _made(head, found, _USUAL, known, self._wanted)
        if made is not None:
            self._keep(made)

    def _keep(self, pattern: Pattern) -> None:
        others = [one for one in self._patterns if one is not pattern]
        self._patterns = (pattern, *others[: _PATTERNS - 1])
