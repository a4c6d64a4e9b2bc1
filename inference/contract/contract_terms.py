"""What the contract expects at a place, in words: for the author of a bundle who was told that something is wrong.

The words are read off the schema itself, so that they cannot differ from what is checked.
"""

from functools import cache
from typing import Any

from inference.contract.contract import Contract

Place = tuple[int | str, ...]
"""Keys and numbers of list entries, and after a union the kind that was chosen: the `loc` of a pydantic error."""

_PLAIN = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}


def expected_at(place: Place) -> str:
    """What must stand there, as in "a list of 2 whole numbers"; "a value" where the contract knows no such place."""
    found = _schema_at(place)
    return "a value" if found is None else _described(found)


def keys_at(place: Place) -> tuple[str, ...]:
    """The keys that an object there may have; empty where it is none, or where its keys are free."""
    found = _schema_at(place)
    return () if found is None else tuple(found.get("properties", ()))


@cache
def _whole() -> dict[str, Any]:
    return Contract.model_json_schema()


def _schema_at(place: Place) -> dict[str, Any] | None:
    here: dict[str, Any] | None = _resolved(_whole())
    for step in place:
        if here is None:
            return None
        here = _stepped(here, step)
    return here


def _stepped(schema: dict[str, Any], step: int | str) -> dict[str, Any] | None:
    if isinstance(step, int):
        fixed = schema.get("prefixItems", [])
        found = fixed[step] if step < len(fixed) else schema.get("items")
    elif "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        if step == schema["discriminator"]["propertyName"]:
            return {"enum": list(mapping)}
        found = {"$ref": mapping[step]} if step in mapping else None
    else:
        found = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
    return _resolved(found) if isinstance(found, dict) else None


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, and the one beside null where a value may be missing."""
    if "$ref" in schema:
        return _resolved(_whole()["$defs"][schema["$ref"].rpartition("/")[2]])
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _resolved(kinds[0]) if len(kinds) == 1 else schema


def _described(schema: dict[str, Any], *, many: bool = False) -> str:
    schema = _resolved(schema)
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return " or ".join(map(repr, schema["enum"]))
    if "discriminator" in schema:
        key = schema["discriminator"]["propertyName"]
        return f"an object whose `{key}` is {' or '.join(map(repr, schema['discriminator']['mapping']))}"
    if schema.get("type") == "array":
        return _described_list(schema, many=many)
    if schema.get("type") == "object":
        keys = ", ".join(schema.get("properties", ()))
        known = f" with the keys {keys}" if keys else " with keys"
        return f"objects{known}" if many else f"an object{known}"
    word = _PLAIN.get(str(schema.get("type")), "a value")
    return f"{word.removeprefix('a ')}s" if many and word.startswith("a ") else word


def _described_list(schema: dict[str, Any], *, many: bool) -> str:
    fixed = schema.get("prefixItems")
    entry = fixed[0] if fixed else schema.get("items", {})
    if fixed and all("const" in one for one in fixed):
        return "[" + ", ".join(repr(one["const"]) for one in fixed) + "]"
    count = f"{len(fixed)} " if fixed else ""
    return f"{'lists' if many else 'a list'} of {count}{_described(entry, many=True)}"
