"""Names in the order a person counts: 2 before 10."""

import re

_DIGITS = re.compile(r"(\d+)")

NaturalKey = tuple[tuple[str | tuple[int, str], ...], ...]


def natural_key(name: str) -> NaturalKey:
    """Return the sort key for a path or a name: folder by folder, numbers by their value, letters of either case alike.

    The name itself comes last, so that two names never count as equal.
    """
    folded = name.replace("\\", "/").lower().split("/")
    return (*(_part_key(part) for part in folded), (name,))


def _part_key(part: str) -> tuple[str | tuple[int, str], ...]:
    """Return text and numbers in turn. A number is compared by its length, then its digits: an int has a limit."""
    pieces = _DIGITS.split(part)
    return tuple(
        (len(piece.lstrip("0")), piece.lstrip("0")) if index % 2 else piece for index, piece in enumerate(pieces)
    )
