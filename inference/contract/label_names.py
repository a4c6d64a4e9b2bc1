"""Names of classes as people keep them: one a line, separated by commas, numbered, or as JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular
from inference.contract.codes import ModelCode

MOST_CHARACTERS = 2**20
_LONGEST_NAME = 200
_NUMBERED = re.compile(r"\s*(\d{1,5})\s*[:=,;.)\t ]\s*(\S.*)")
_WORDS_OF_NORMAL = frozenset({"normal", "no finding", "no findings", "healthy", "negative", "unremarkable"})


def read_label_names(path: Path) -> tuple[str, ...]:
    """Read the names of classes from a text or JSON file. Raises `Refusal`."""
    try:
        text = read_regular(path, MOST_CHARACTERS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(ModelCode.SCHEMA, "The file with the names of the classes is no text in UTF-8.") from None
    except Refusal as refusal:
        if refusal.code is Code.TOO_LARGE:
            raise Refusal(Code.TOO_LARGE, "The file with the names of the classes is larger than any list.") from None
        raise Refusal(
            refusal.code,
            english("The file with the names of the classes cannot be read. {message}", message=refusal.message),
        ) from None
    return parse_label_names(text)


def parse_label_names(text: str) -> tuple[str, ...]:
    """Return the names of classes in the order of the scores; numbers before all of them say the order.

    Takes one name a line, names between commas or semicolons, a JSON list, and JSON objects of numbers to names or of
    names to numbers. Raises `Refusal` (SCHEMA) if there is no name, or one that nobody could read.
    """
    if len(text) > MOST_CHARACTERS:
        raise _refuse(english("That is more text than any list of names."))
    stripped = text.strip()
    names = _read_json(stripped) if stripped[:1] in ("[", "{") else _read_lines(stripped)
    found = tuple(name.strip() for name in names)
    if not found or not all(found):
        raise _refuse(english("There is no name of a class, or one of them is empty."))
    if any(len(name) > _LONGEST_NAME or not name.isprintable() for name in found):
        raise _refuse(
            english(
                "A name of a class is longer than {longest_name} characters, or holds what is no character.",
                longest_name=_LONGEST_NAME,
            )
        )
    return found


def find_normal(names: tuple[str, ...]) -> str | None:
    """Return the name that says by its words that nothing was found; None if none or several do."""
    found = [name for name in names if re.sub(r"[\W_]+", " ", name).strip().lower() in _WORDS_OF_NORMAL]
    return found[0] if len(found) == 1 else None


def label_rows(names: Sequence[str]) -> list[dict[str, str]]:
    """Return the labels of a contract for names as a person writes them."""
    return [{"name": plain_name(name), "display": name.replace("_", " ")} for name in names]


def plain_name(name: str) -> str:
    """Return a name as files and tables have it: without spaces."""
    return re.sub(r"\s+", "_", name.strip())


def id_of(name: str) -> str:
    """Return the identifier that a model of that name has."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "model"


def _read_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if len(lines) > 1 and all(numbered):
        rows = sorted((int(match[1]), match[2]) for match in numbered if match is not None)
        first = rows[0][0]
        if first in (0, 1) and [number for number, _ in rows] == list(range(first, first + len(rows))):
            return [name.strip().strip("\"'") for _, name in rows]
    if len(lines) == 1:
        lines = re.split(r"[,;\t]", lines[0])
    return [line.strip().rstrip(",;").strip("\"'") for line in lines]


def _read_json(text: str) -> list[str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _refuse(english("The names of the classes begin like JSON, and are none.")) from None
    found: Any = _in_order(content) if isinstance(content, Mapping) else content
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise _refuse(
            english("JSON with the names of the classes must be a list of texts, or an object of numbers and names.")
        )
    return found


def _in_order(content: Mapping[str, Any]) -> list[Any] | None:
    """Return names by number from `{"0": "name"}` or `{"name": 0}`; None if the numbers are not 0, 1, 2…"""
    by_number: dict[int, Any] = {}
    for key, value in content.items():
        if isinstance(value, int) and not isinstance(value, bool):
            by_number[value] = key
        elif key.isdecimal() and len(key) < 6:
            by_number[int(key)] = value
    if sorted(by_number) != list(range(len(content))):
        return None
    return [by_number[number] for number in range(len(content))]


def _refuse(sentence: str) -> Refusal:
    return Refusal(ModelCode.SCHEMA, sentence)
