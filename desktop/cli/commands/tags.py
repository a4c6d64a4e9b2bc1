"""`tags`: the header of one file as a tree, what in it holds a text, and how two headers differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.cli.output import CommandOutcome
from desktop.cli.parser import TagsRequest
from imaging.base.errors import Code, Refusal
from imaging.remote_read import list_header
from imaging.volume.header_rows import HeaderDifference, HeaderListing, HeaderRow, compare_rows, find_rows
from imaging.volume.series import Source
from imaging.workers.pool import Reading


def tags(request: TagsRequest, reading: Reading) -> CommandOutcome:
    """List the header of a file, or its differences to another one. Raises `Refusal`."""
    listing = _list_file(request.path, reading)
    if request.diff is not None:
        return _compare(request, listing, _list_file(request.diff, reading))
    found = find_rows(listing.rows, request.find)
    rows = [listing.rows[number] for number in found]
    document = {
        "path": str(request.path),
        "format": listing.format,
        "tags": _tree(rows),
        "rows": len(rows),
        "omitted": listing.omitted,
    }
    return CommandOutcome(document, [*map(_line, rows)] or [_nothing(request.find)], warnings=_omitted(listing))


def _list_file(path: Path, reading: Reading) -> HeaderListing:
    if path.is_dir():
        raise Refusal(Code.ARGUMENT, "A folder has no header; name one file.")
    return list_header(Source(path), reading)


def _compare(request: TagsRequest, first: HeaderListing, second: HeaderListing) -> CommandOutcome:
    wanted = request.find.strip().casefold()
    found = [one for one in compare_rows(first.rows, second.rows) if wanted in f"{one.name}\n{one.path}".casefold()]
    document = {
        "path": str(request.path),
        "other": str(request.diff),
        "format": first.format,
        "differences": [
            {"number": one.path, "name": one.name, "first": one.first, "second": one.second} for one in found
        ],
    }
    lines = [line for one in found for line in _difference_lines(one)] or ["The two headers say the same."]
    return CommandOutcome(document, lines, warnings=[*_omitted(first), *_omitted(second)])


def _difference_lines(one: HeaderDifference) -> tuple[str, ...]:
    sides = (("-", one.first), ("+", one.second))
    return f"{one.path} {one.name}", *(f"  {sign} {value}" for sign, value in sides if value is not None)


def _tree(rows: Sequence[HeaderRow]) -> list[dict[str, Any]]:
    """Return rows as objects that hold what is inside them under `items`."""
    top: list[dict[str, Any]] = []
    above: list[list[dict[str, Any]]] = [top]
    for row in rows:
        made: dict[str, Any] = {
            "number": row.number,
            "name": row.name,
            "keyword": row.keyword,
            "kind": row.kind,
            "value": row.value,
            "private": row.is_private,
            "items": [],
        }
        del above[row.depth + 1 :]
        above[row.depth].append(made)
        above.append(made["items"])
    return top


def _line(row: HeaderRow) -> str:
    """Return a row as one line, indented as deep as it lies; a value is kept on its line."""
    words = " ".join(filter(None, (row.number, row.kind, row.name)))
    value = " ⏎ ".join(row.value.splitlines())
    return f"{'  ' * row.depth}{words}{f': {value}' if value else ''}"


def _nothing(find: str) -> str:
    return f"Nothing in this header holds `{find}`." if find else "This header is empty."


def _omitted(listing: HeaderListing) -> list[str]:
    return [f"{listing.omitted} more rows of this header are not listed."] if listing.omitted else []
