"""Texts about recipes: a first one for a folder, and the page of all keys."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from imaging.base.atomic_write import write_with_folder
from training.audit.proposal import Proposal, SplitTrial
from training.data.split import FEW_TEST_CASES
from training.recipe.keys import RecipeKey, recipe_keys
from training.recipe.recipe import list_some
from training.report.rendering import render_text, write_html

_PER_LINE = 8
_USAGE = (
    "--set KEY=VALUE changes any of them for one run, for example --set fit.weight_decay=0.1. N is the number of one "
    "of several tables, from 0: --set fit.stages.0.epochs=5."
)


def recipe_id(folder: str) -> str:
    """Return a bundle's id made of a folder's name."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", folder.lower()).strip("-._")
    return plain or "model"


def recipe_text(proposal: Proposal, file: Path, trial: SplitTrial | None = None) -> str:
    """Return the TOML of a first recipe that will stand in a file, with what a trial of its split has shown."""
    tests = {} if trial is None else trial.tests
    return render_text(
        "recipe.jinja",
        proposal=proposal,
        file=file,
        id=recipe_id(proposal.folder),
        trial=trial,
        few=list_some(f"{count} of {name}" for name, count in tests.items() if count < FEW_TEST_CASES),
        some=list_some,
        toml=toml_value,
        toml_lines=toml_lines,
        line=comment_line,
    )


def write_keys(path: Path) -> None:
    """Write the page of all keys: Markdown for `.md`, HTML for any other name. Raises `Refusal` (WRITE)."""
    if path.suffix.lower() == ".md":
        write_with_folder(path, keys_text().encode())
    else:
        write_html(path, "keys.jinja", **_keys_context())


def keys_text() -> str:
    """Return the page of all keys as Markdown."""
    return render_text("keys.md", **_keys_context())


def _keys_context() -> dict[str, object]:
    tables: defaultdict[str, list[RecipeKey]] = defaultdict(list)
    for key in recipe_keys():
        tables[key.name.partition(".")[0]].append(key)
    plain = [of_table[0] for of_table in tables.values() if len(of_table) == 1]
    return {
        "title": "The keys of a recipe",
        "subtitle": "Made from the types that check a recipe. A key that is not required may be left out.",
        "notice": "",
        "usage": _USAGE,
        "plain": [_row(key) for key in plain],
        "tables": [
            (f"[{name}]", of_table[0].meaning, [_row(key) for key in of_table[1:]])
            for name, of_table in tables.items()
            if len(of_table) > 1
        ],
    }


def _row(key: RecipeKey) -> list[str]:
    name = f"{key.name} ({key.where})" if key.where else key.name
    return [name, key.kind, key.default, key.meaning]


def toml_value(value: Any) -> str:
    """Return a value as TOML on one line; a pattern in single quotation marks, where nothing is escaped."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(key)} = {toml_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str) and "\\" in value and value.isprintable() and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def toml_lines(values: list[str]) -> str:
    """Return a list as TOML, on several lines if it is long."""
    if len(values) <= _PER_LINE:
        return toml_value(values)
    rows = [values[start : start + _PER_LINE] for start in range(0, len(values), _PER_LINE)]
    return "[\n" + "".join(f"    {', '.join(map(toml_value, row))},\n" for row in rows) + "]"


def comment_line(text: str) -> str:
    """Return text that can stand in a comment: one line of what can be printed."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
