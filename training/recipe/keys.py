"""All keys of a recipe, read from its types: name, type, default, and what each means by the docstring of its field."""

import ast
import difflib
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from inference.contract.contract import ContractPart
from training.recipe.defaults import DERIVED, recipe_defaults
from training.recipe.recipe import Recipe

_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false"}
_CHOOSING = ("form", "schedule", "rule", "method")


@dataclass(frozen=True)
class RecipeKey:
    """One key."""

    name: str
    """With its tables, for example `fit.stages.N.epochs`; N is the number of one of several tables, from 0."""
    kind: str
    default: str
    """As TOML writes it; `required`, or `none` for a key that may be missing."""
    meaning: str
    where: str = ""
    """The kind of table that has this key, for example `rule = "bands"`; empty if all have it."""


@cache
def recipe_keys() -> tuple[RecipeKey, ...]:
    """Return every key in the order of the types."""
    return tuple(_keys_of(Recipe, "", recipe_defaults(), ""))


def _keys_of(part: type[ContractPart], prefix: str, defaults: Mapping[str, Any], where: str) -> Iterator[RecipeKey]:
    meanings = _meanings(part)
    for name, field in part.model_fields.items():
        path, below = f"{prefix}{name}", _parts_of(field.annotation)
        chooses = bool(where) and name in _CHOOSING
        meaning = _summary(part) if chooses else meanings.get(name, "")
        default = DERIVED.get(path) if field.is_required() else None
        default = default or _default_of(field, defaults.get(name, ...), chooses=chooses)
        yield RecipeKey(path, _kind_of(field.annotation, field.metadata), default, meaning, where)
        inner = defaults.get(name)
        inner = inner[0] if isinstance(inner, list) and inner else inner
        is_many = get_origin(_without_none(field.annotation)) is tuple
        for one in below:
            choice = _choice_of(one) if len(below) > 1 else where
            known = inner if isinstance(inner, dict) else {}
            yield from _keys_of(one, f"{path}.{'N.' if is_many else ''}", known, choice)


def _without_none(kind: Any) -> Any:
    """Return a type without `Annotated` and without the None that says that it may be missing."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        some = [one for one in get_args(kind) if one is not NoneType]
        return _without_none(some[0]) if len(some) == 1 else Union[tuple(some)]  # noqa: UP007
    return kind


def _parts_of(kind: Any) -> list[type[ContractPart]]:
    """Return the tables that a type may hold: itself, each of a choice, or what a list has."""
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, ContractPart):
        return [kind]
    if get_origin(kind) in (Union, UnionType, tuple):
        return [part for one in get_args(kind) if one is not Ellipsis for part in _parts_of(one)]
    return []


def _choice_of(part: type[ContractPart]) -> str:
    key = next(name for name in _CHOOSING if name in part.model_fields)
    return f'{key} = "{get_args(part.model_fields[key].annotation)[0]}"'


def _kind_of(kind: Any, limits: Any = ()) -> str:
    """Return a type in words, with its limits."""
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _kind_of(inner, [one for item in more for one in getattr(item, "metadata", [item])])
    origin, inside = get_origin(kind), [one for one in get_args(kind) if one is not NoneType]
    if origin in (Union, UnionType) and len(inside) == 1:
        return _kind_of(inside[0], limits)
    if origin is Literal:
        return " or ".join(f'"{one}"' for one in inside)
    if origin is tuple:
        few = "" if Ellipsis in inside else f"{len(inside)} × "
        return f"list of {few}{_kind_of(inside[0])}"
    if origin is dict:
        return f"table of {_kind_of(inside[1])}"
    if parts := _parts_of(kind):
        return "table" if len(parts) == 1 else "table, " + " or ".join(_choice_of(one) for one in parts)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_kind_of(one) for one in inside))
    return _PLAIN[kind] + _limits(limits)


def _limits(given: Any) -> str:
    words = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    found = [text.format(getattr(one, name)) for one in given for name, text in words.items() if hasattr(one, name)]
    return f", {' and '.join(found)}" if found else ""


def _default_of(field: FieldInfo, of_file: Any, *, chooses: bool) -> str:
    """Return the default of `defaults.toml` (`...` if it has none), else that of the type."""
    if of_file is ... and field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True) if of_file is ... else of_file
    return "required" if chooses and value not in get_args(field.annotation) else _toml(value)


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, ContractPart):
        return "see its keys"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "see its keys" if value else "{}"
    if isinstance(value, list | tuple):
        return "see its keys" if value and isinstance(value[0], dict) else f"[{', '.join(map(_toml, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


@cache
def _meanings(part: type[ContractPart]) -> dict[str, str]:
    """Return field -> the docstring that stands below it, on one line; those of parents too."""
    found: dict[str, str] = {}
    for kind in reversed(part.__mro__[: part.__mro__.index(ContractPart)]):
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
        assert isinstance(body, ast.ClassDef)
        for field, below in zip(body.body, body.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(text.split())
    return found


def _summary(part: type[ContractPart]) -> str:
    return " ".join((inspect.getdoc(part) or "").partition("\n\n")[0].split())


def near_keys(name: str) -> list[str]:
    """Return the known keys nearest to one that is not known, the nearest first; empty if the key is known."""
    plain = re.sub(r"(?<=\.)\d+(?=\.|$)", "N", name)
    known = {key.name: key.kind for key in recipe_keys()}
    table, _, _ = plain.rpartition(".")
    if plain in known or known.get(table, "").startswith("table of "):
        return []
    last = plain.rpartition(".")[2]
    same = [key for key in known if key.rpartition(".")[2] == last]
    return (
        list(dict.fromkeys([*same, *difflib.get_close_matches(plain, known, n=5, cutoff=0.6)]))[:5] or sorted(known)[:5]
    )
