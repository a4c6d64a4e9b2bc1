"""The verifier: is any identifying value of the original anywhere in the bytes of its copy?

It knows nothing of how the copy was made. Values are looked for in every part and spelling that one could recognise:
each of several values, each part of a name, in upper and lower case, in the file's own characters, UTF-8, Latin-1 and
both UTF-16. What is too short or too ordinary to name anybody is not looked for, and counted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from imaging.export.deidentify.dataset_walk import OriginalValue, decode_text, uids_of
from imaging.export.deidentify.description_words import is_ordinary
from imaging.export.deidentify.value_rules import SIZES, TEXTS, dummy_of

_SHORTEST, _SHORTEST_OF_NAME, _SHORTEST_NUMBER, _SHORTEST_IN_PIXELS = 4, 3, 6, 8
_FREE_LENGTH = 6
_NUMBER = re.compile(r"[0-9 .,:/+-]*")
_SEPARATORS = re.compile(r"[\\\x00-\x1f\x7f]+")
_NAME_SEPARATORS = re.compile(r"[\\^=,\s\x00-\x1f]+")
# An original that looks like what stands for all originals.
_DUMMIES = frozenset(
    dummy_of(vr, b"").decode().strip().upper() for vr in ("LO", "DA", "TM", "DT", "AS", "CS", "UR")
) | {"ANON"}
_WIDE = ("utf-16-le", "utf-16-be")
_WORD_BYTES = 4
_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz")
_FIGURE = frozenset(b"0123456789.")


@dataclass(frozen=True)
class SoughtBytes:
    """One spelling of a value, in lower case; `edges` are bytes that must not stand on either side of it."""

    content: bytes
    edges: frozenset[int]
    tag: int


@dataclass(frozen=True)
class Leftover:
    """A value that is still there: the tag of its attribute, its spelling, and its offset in the copy."""

    tag: int
    content: bytes
    offset: int


def collect_spellings(originals: Iterable[OriginalValue]) -> tuple[dict[bytes, SoughtBytes], int]:
    """Return what to look for, and how many values are too short or too ordinary for it."""
    sought: dict[bytes, SoughtBytes] = {}
    unsought = 0
    for original in dict.fromkeys(originals):
        spellings = _spellings_of(original)
        unsought += not spellings
        for one in spellings:
            sought.setdefault(one.content, one)
    return sought, unsought


@lru_cache(maxsize=4096)
def _spellings_of(original: OriginalValue) -> tuple[SoughtBytes, ...]:
    """Return every spelling of a value that is worth looking for; slices of a series share most of their values."""
    if original.vr in SIZES:
        return ()
    if original.vr == "UI":
        texts = [uid for uid in uids_of(original.content) if len(uid) >= _SHORTEST_NUMBER]
        return tuple(SoughtBytes(text.encode("latin-1"), _FIGURE, original.tag) for text in texts)
    if original.vr not in TEXTS and original.vr not in ("CS", "DS", "IS", "DA", "TM", "DT", "AS", "UN"):
        is_long = len(original.content) >= _SHORTEST_IN_PIXELS and len(set(original.content)) >= _SHORTEST
        return (SoughtBytes(original.content.lower(), frozenset(), original.tag),) if is_long else ()
    found: dict[bytes, SoughtBytes] = {}
    for text in _texts_of(original):
        is_number = _NUMBER.fullmatch(text) is not None
        edges = _FIGURE if is_number else _WORD if len(text) < _FREE_LENGTH else frozenset()
        for content in _encodings_of(text, original.encodings):
            found.setdefault(content, SoughtBytes(content, edges, original.tag))
    return tuple(found.values())


def _texts_of(original: OriginalValue) -> list[str]:
    """Return the parts of a value that could name somebody."""
    whole = decode_text(original.content, original.encodings, original.vr)
    parts = [part.strip() for part in _SEPARATORS.split(whole)]
    shortest = _SHORTEST
    if original.vr == "PN":
        parts += _NAME_SEPARATORS.split(whole)
        shortest = _SHORTEST_OF_NAME
    return [text for text in dict.fromkeys(parts) if _is_telling(text, shortest)]


def _is_telling(text: str, shortest: int) -> bool:
    if len(set(text)) < 2 or text.upper() in _DUMMIES:
        return False
    if _NUMBER.fullmatch(text):
        # Zeros around a number are how it is written: 0.000000 and 75.500000 name nobody.
        return len("".join(letter for letter in text if letter.isdigit()).strip("0")) >= _SHORTEST_NUMBER
    if text.isascii():
        return len(text) >= shortest and not is_ordinary(text)
    return len(text.encode("utf-8", "ignore")) >= _SHORTEST


def _encodings_of(text: str, encodings: Sequence[str]) -> list[bytes]:
    """Return a text in every encoding in which it could stand there, ASCII letters in lower case."""
    written = []
    for form in dict.fromkeys((text, text.lower(), text.upper())) if not text.isascii() else (text,):
        codecs = ("ascii", *_WIDE) if text.isascii() else ("utf-8", "latin-1", *_WIDE, *encodings)
        for codec in codecs:
            try:
                written.append(form.encode(codec).lower())
            except (UnicodeEncodeError, LookupError):
                continue
    return [content for content in dict.fromkeys(written) if len(content) >= _SHORTEST_OF_NAME]


def find_leftovers(
    content: bytes | memoryview, sought: dict[bytes, SoughtBytes], *, in_pixels: bool = False
) -> list[Leftover]:
    """Return every offset at which one of the spellings stands.

    Among pixels, which are as good as random, only spellings of eight bytes or more are looked for.
    """
    wanted = [one for one in sought.values() if not in_pixels or len(one.content) >= _SHORTEST_IN_PIXELS]
    if not wanted or len(content) < _SHORTEST:
        return []
    return _find_among_pixels(memoryview(content), wanted) if in_pixels else _find_in_header(bytes(content), wanted)


def _find_among_pixels(content: memoryview, wanted: Sequence[SoughtBytes]) -> list[Leftover]:
    """Return the offsets of long spellings: one of seven bytes or more holds a whole word of four wherever it begins.

    So only every fourth offset is looked at, and nothing is copied to have its letters in one case.
    """
    of_word: dict[bytes, list[tuple[int, SoughtBytes]]] = {}
    for one in wanted:
        for offset in range(_WORD_BYTES):
            of_word.setdefault(one.content[offset : offset + _WORD_BYTES], []).append((offset, one))
    first, second = _pairs_of({word[:2] for word in of_word}), _pairs_of({word[2:] for word in of_word})
    pairs = np.frombuffer(content, dtype="<u2", count=len(content) // _WORD_BYTES * 2).reshape(-1, 2)
    at = np.flatnonzero(first[pairs[:, 0]])
    found: list[Leftover] = []
    for word in at[second[pairs[at, 1]]].tolist():
        middle = word * _WORD_BYTES
        for offset, one in of_word.get(bytes(content[middle : middle + _WORD_BYTES]).lower(), ()):
            begin = middle - offset
            around = bytes(content[max(begin - 1, 0) : max(begin + len(one.content) + 1, 0)]).lower()
            within = min(begin, 1)
            if begin >= 0 and around.startswith(one.content, within) and _stands_alone(around, within, one):
                found.append(Leftover(one.tag, one.content, begin))
    return found


def _pairs_of(pairs: set[bytes]) -> NDArray[np.bool_]:
    """Return a table of every number of 16 bits: whether it is one of these pairs of bytes, in either case."""
    table = np.zeros(65536, dtype=np.bool_)
    cased = ((pair, pair.upper(), pair[:1].upper() + pair[1:], pair[:1] + pair[1:].upper()) for pair in pairs)
    table[np.frombuffer(b"".join(one for each in cased for one in each), dtype="<u2")] = True
    return table


def _find_in_header(content: bytes, wanted: Sequence[SoughtBytes]) -> list[Leftover]:
    low = content.lower()
    by_start: dict[bytes, list[SoughtBytes]] = {}
    short: list[SoughtBytes] = []
    for one in wanted:
        if len(one.content) < _SHORTEST:
            short.append(one)
        else:
            by_start.setdefault(one.content[:4], []).append(one)
    found = [
        Leftover(one.tag, one.content, at)
        for at in _candidates(low, list(by_start))
        for one in by_start.get(low[at : at + 4], ())
        if low.startswith(one.content, at) and _stands_alone(low, at, one)
    ]
    for one in short:
        at = low.find(one.content)
        while at >= 0:
            if _stands_alone(low, at, one):
                found.append(Leftover(one.tag, one.content, at))
            at = low.find(one.content, at + 1)
    return found


def _stands_alone(low: bytes, at: int, one: SoughtBytes) -> bool:
    """Return whether the bytes on both sides do not belong to a longer word or number."""
    end = at + len(one.content)
    before = at > 0 and low[at - 1] in one.edges
    return not before and not (end < len(low) and low[end] in one.edges)


def _candidates(low: bytes, starts: list[bytes]) -> list[int]:
    """Return the offsets at which one of the starts (four bytes each) may stand; a few others among them."""
    first, second = np.zeros(65536, dtype=np.bool_), np.zeros(65536, dtype=np.bool_)
    pairs = np.frombuffer(b"".join(starts), dtype="<u2").reshape(-1, 2)
    first[pairs[:, 0]] = True
    second[pairs[:, 1]] = True
    found: list[NDArray[np.intp]] = []
    for offset in (0, 1):
        words = np.frombuffer(low, dtype="<u2", count=(len(low) - offset) // 2, offset=offset)
        at = np.flatnonzero(first[words[:-1]])
        found.append(2 * at[second[words[at + 1]]] + offset)
    return [int(at) for at in np.sort(np.concatenate(found))]
