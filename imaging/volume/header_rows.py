"""A file's header as rows: elements, fields and tags in their tree, found by text, and compared. Pure.

The values are what stands in the file, names of patients among them: they are shown if a person asks for them, and
nowhere else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imaging.base.english import english, join_english

MOST_ROWS = 20_000
"""The most rows that are listed of one header."""
MOST_CHARACTERS = 1000
"""The most characters of one value."""
MOST_DEPTH = 64
_HEX = re.compile(r"[(]?([0-9a-f]{4})[, ]?([0-9a-f]{1,4})?[)]?")


@dataclass(frozen=True)
class HeaderRow:
    """One element, field, tag or item; rows of a greater depth behind it are inside it."""

    depth: int
    number: str
    """`(0010,0010)`, the offset of a field, the number of a tag; empty for what has none."""
    name: str
    """As the file's standard calls it; what is ours to say is a `Text`, here and in the value."""
    keyword: str = ""
    kind: str = ""
    """The VR, or the kind of numbers."""
    value: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class HeaderListing:
    """All rows of one header, in the order of the file; `omitted` are more than `MOST_ROWS`."""

    format: str
    rows: tuple[HeaderRow, ...]
    omitted: int


@dataclass(frozen=True)
class HeaderDifference:
    """A row that two headers do not share: where it stands, and its value in each (None: it is not there)."""

    path: str
    name: str
    first: str | None
    second: str | None


class RowList:
    """Collects rows, no more than are listed; the rest is counted."""

    def __init__(self) -> None:
        self.rows: list[HeaderRow] = []
        self.omitted = 0

    def add(self, row: HeaderRow) -> bool:
        """Add a row with its value shortened; return whether there is room for it and for what is inside it."""
        if len(self.rows) >= MOST_ROWS or row.depth > MOST_DEPTH:
            self.omitted += 1
            return False
        self.rows.append(replace(row, value=shorten(row.value)))
        return True

    def listing(self, format_: str) -> HeaderListing:
        """Return what was collected."""
        return HeaderListing(format_, tuple(self.rows), self.omitted)


def shorten(value: str) -> str:
    """Return a value that fits a row; what is left out is said."""
    if len(value) <= MOST_CHARACTERS:
        return value
    return english("{first}… ({count} characters)", first=value[:MOST_CHARACTERS], count=len(value))


def describe_bytes(value: bytes) -> str:
    """Return bytes as text if they are nothing else, else how many they are and how they begin."""
    text = value.rstrip(b"\0 ")
    if text and all(32 <= byte < 127 or byte in b"\r\n\t" for byte in text[: 4 * MOST_CHARACTERS]):
        return text[: 4 * MOST_CHARACTERS].decode("ascii")
    if not value:
        return ""
    begin = value[:16].hex(" ")
    more = " …" if len(value) > 16 else ""
    return english("%n byte(s): {begin}{more}", "", len(value), begin=begin, more=more)


def fold_rows(rows: Sequence[HeaderRow]) -> list[str]:
    """Return what is looked through of each row, in lower case: made once for many searches."""
    plain = (row.name.replace("'s", "").replace("'", "") for row in rows)
    return [
        f"{row.name}\n{name}\n{row.keyword}\n{row.number}\n{row.value}".casefold()
        for row, name in zip(rows, plain, strict=True)
    ]


def find_rows(rows: Sequence[HeaderRow], text: str, folded: Sequence[str] | None = None) -> tuple[int, ...]:
    """Return the numbers of rows whose name, keyword, number or value holds a text, and of those that they stand in.

    Upper and lower case are one, and `patient name` is Patient's Name. A number is found as `0010,0010`,
    `(0010,0010)` or `00100010`. `folded` is what `fold_rows` returns for the rows.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return tuple(range(len(rows)))
    as_number = _HEX.fullmatch(wanted)
    number = None if as_number is None else f"({as_number[1]},{as_number[2] or ''}"
    found: list[int] = []
    above: list[int] = []
    for index, (row, told) in enumerate(zip(rows, folded or fold_rows(rows), strict=True)):
        del above[row.depth :]
        above.append(index)
        if wanted in told or (number is not None and row.number.casefold().startswith(number)):
            last = found[-1] if found else -1
            found += [one for one in above if one > last]
    return tuple(found)


def compare_rows(first: Sequence[HeaderRow], second: Sequence[HeaderRow]) -> tuple[HeaderDifference, ...]:
    """Return the rows that differ, in the order of the first header; items are compared by their place."""
    one, other = dict(_by_path(first)), dict(_by_path(second))
    found = []
    for path in [*one, *(path for path in other if path not in one)]:
        left, right = one.get(path), other.get(path)
        values = (None if left is None else left.value, None if right is None else right.value)
        if values[0] != values[1]:
            row = left or right
            assert row is not None
            found.append(HeaderDifference(join_english(" › ", path), row.name, *values))
    return tuple(found)


def _by_path(rows: Sequence[HeaderRow]) -> Iterator[tuple[tuple[str, ...], HeaderRow]]:
    """Yield each row with the numbers (or names) of the rows that it stands in; of equal ones, with a count."""
    above: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        del above[row.depth :]
        path = (*above, row.number or row.name)
        seen[path] = seen.get(path, 0) + 1
        if seen[path] > 1:
            path = (*above, f"{row.number or row.name} #{seen[path]}")
        above.append(path[-1])
        yield path, row
