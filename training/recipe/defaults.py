"""Completing a recipe's file: it is laid over `defaults.toml`, which has every key that a recipe must have.

The types know nothing of it, so a whole recipe (in a bundle, as run) and its digest depend on no default of a file.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_CHOICES = ("method", "schedule", "rule", "form", "architecture")
"""Keys that say which kind a table is: one of another kind than the default's has nothing in common with it."""

DERIVED = {
    "cases.source.folders": "each label's own name",
    "task.labels.N.display": "the name in words",
}
"""Defaults that follow from other keys, in words."""


@cache
def recipe_defaults() -> dict[str, Any]:
    """Return the content of `defaults.toml`; not to be changed."""
    found = tomllib.loads((Path(__file__).parent / "defaults.toml").read_text(encoding="utf-8"))
    # TOML has no null: an age that is not written is unknown.
    found["intended_use"]["population"]["age_years"] = None
    return found


def complete_recipe(content: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return a file's content with what it does not say, for a kind of recipe that has these keys."""
    made = _lay_over({key: value for key, value in recipe_defaults().items() if key in keys}, content)
    task, cases = made.get("task"), made.get("cases")
    if isinstance(task, dict) and isinstance(task.get("labels"), list):
        labels = [_label(label) for label in task["labels"]]
        made["task"] = {**task, "labels": labels}
        match cases:
            case {"source": {"form": "folders"} as source} if "folders" not in source:
                names = [label["name"] for label in labels if isinstance(label, dict) and "name" in label]
                made["cases"] = {**cases, "source": {**source, "folders": {name: name for name in names}}}
    return made


def _lay_over(under: Any, over: Any) -> Any:
    """Return `over` with the keys that only `under` has; each of several stages is laid over the one stage."""
    if isinstance(under, list) and isinstance(over, list) and len(under) == 1 and isinstance(under[0], dict):
        return [_lay_over(under[0], one) for one in over]
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    if any(under.get(key) != over[key] for key in _CHOICES if key in over):
        return over
    return {**under, **{key: _lay_over(under[key], value) if key in under else value for key, value in over.items()}}


def _label(given: Any) -> Any:
    """Return a label as a table; one that is only a name is shown by it, with spaces for underscores."""
    table = {"name": given} if isinstance(given, str) else given
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        return table
    words = table["name"].replace("_", " ")
    return {"display": words[:1].upper() + words[1:], **table}
