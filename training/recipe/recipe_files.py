"""Recipes as files: TOML as people write it, JSON inside a bundle, and the changes that the command line makes."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import ValidationError

from imaging.base.errors import Refusal
from inference.contract.contract import ContractPart
from inference.contract.storage import Bundle
from training.recipe.defaults import complete_recipe
from training.recipe.ensemble_recipe import EnsembleMember, EnsembleRecipe
from training.recipe.keys import near_keys
from training.recipe.recipe import Recipe, TrainingCode, list_some

RECIPES = Path(__file__).parent.parent / "recipes"
ENSEMBLES = RECIPES / "ensembles"
FOLDS = "ensemble.toml"
"""The ensemble's recipe that a fit in folds leaves in its folder."""
RECIPE_FILE = "recipe.json"
"""The recipe's name inside a bundle: data like all of a bundle, so that it can be continued."""

_SET = "set "

_Kind = TypeVar("_Kind", bound=ContractPart)


def recipe_path(name: str) -> Path:
    """Return a recipe's file by its path, or by the name of one of ours. Raises `Refusal` (UNKNOWN_RECIPE)."""
    given = Path(name)
    if given.suffix == ".toml" and given.is_file():
        return given
    ours = RECIPES / f"{name}.toml"
    if ours.is_file():
        return ours
    known = list_some(sorted(path.stem for path in RECIPES.glob("*.toml")), 30)
    words = (
        f"There is no recipe {name}. Known recipes: {known}. `slicelens-train new DATA` writes one for your own data."
    )
    raise Refusal(TrainingCode.UNKNOWN_RECIPE, words)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises `Refusal` (RECIPE) naming the file, the line and the key of every fault."""
    return _read_toml(path, Recipe)


def read_ensemble(path: Path) -> EnsembleRecipe:
    """Read an ensemble's recipe. Raises `Refusal` (RECIPE) naming the file, the line and the key of every fault."""
    return _read_toml(path, EnsembleRecipe)


def find_ensemble(name: Path) -> Path | None:
    """Return the file of an ensemble's recipe: its path, the folder of a fit in folds, a name of ours; else None."""
    ours = ENSEMBLES / f"{name}.toml"
    return next((path for path in (name, name / FOLDS, ours) if _is_ensemble(path)), None)


def _is_ensemble(path: Path) -> bool:
    """Tell whether a file is the recipe of an ensemble, or at least means to be one."""
    try:
        return path.suffix == ".toml" and tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "ensemble"
    except (OSError, ValueError):
        return False


def member_folder(member: EnsembleMember, recipe_file: Path) -> Path:
    """Return a member's folder: beside the recipe's file if it is there, else as it is given."""
    given = Path(member.path).expanduser()
    beside = recipe_file.parent / given
    return beside if not given.is_absolute() and beside.exists() else given


def _read_toml(path: Path, kind: type[_Kind]) -> _Kind:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal(TrainingCode.RECIPE, f"{path}: the recipe cannot be read.") from None
    return parse_recipe(text, path, kind)


def parse_recipe(text: str, path: Path, kind: type[_Kind]) -> _Kind:
    """Return the recipe of a TOML text. Raises `Refusal` (RECIPE) naming the file, the line and the key."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(TrainingCode.RECIPE, f"{path}: not valid TOML: {error}.") from None
    try:
        return _validate(content, kind)
    except ValidationError as error:
        faults = (
            (keys, _no_such_key(keys) if fault["type"] == "extra_forbidden" else fault["msg"])
            for fault in error.errors()
            for keys in [_file_keys(content, fault["loc"])]
        )
        sentences = [
            f"{path}{f', line {line}' if (line := find_line(text, keys)) else ''}: "
            f"{'.'.join(keys) or 'the recipe as a whole'}: {message}"
            for keys, message in faults
        ]
        raise Refusal(TrainingCode.RECIPE, "\n".join(sentences)) from None


def _no_such_key(keys: tuple[str, ...]) -> str:
    near = near_keys(".".join(keys))
    said = f" Near it: {list_some(near)}." if near else ""
    return f"this version knows no such key.{said} `slicelens-train keys` lists them all."


def _validate(content: dict[str, Any], kind: type[_Kind]) -> _Kind:
    """Complete and check a TOML file's content. TOML has no null: an empty condition stands for none."""
    content = complete_recipe(content, set(kind.model_fields))
    match content:
        case {"task": {"asked_if": list(conditions)} as task}:
            task["asked_if"] = [condition if condition != "" else None for condition in conditions]
    # JSON's strict mode takes a list for a tuple, as TOML writes it; Python's does not.
    return kind.model_validate_json(json.dumps(content, default=str))


def _file_keys(content: Any, location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return a fault's keys without the names of forms and rules that the check puts between the file's own keys."""
    keys: list[str] = []
    for depth, part in enumerate(location):
        is_last = depth == len(location) - 1
        # A rule may have a key of its own name, which then holds no table.
        if isinstance(content, dict) and not is_last and not isinstance(content.get(part), dict | list):
            continue
        keys.append(str(part))
        if isinstance(content, dict):
            content = content.get(part)
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
    return tuple(keys)


def find_line(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the line (from 1) of a key, else of its table, else None; `[[tables]]` are numbered from 0 in `keys`."""
    table: tuple[str, ...] = ()
    seen: Counter[str] = Counter()
    best: tuple[int, int] = (0, 0)
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[+)\s*([\w.\-\"]+)\s*\]+", line):
            table = tuple(part.strip('"') for part in header[2].split("."))
            if header[1] == "[[":
                table = (*table, str(seen[header[2]]))
                seen[header[2]] += 1
            known = table
        elif key := re.match(r"\s*([\w\-\"]+)\s*=", line):
            known = (*table, key[1].strip('"'))
        else:
            continue
        if known == keys[: len(known)] and len(known) > best[0]:
            best = (len(known), number)
    return best[1] or None


@dataclass(frozen=True)
class Overrides:
    """Options of `fit` that change the recipe; None leaves it as it is."""

    weights: str | None = None
    """imagenet, none, package:… or a file: instead of network.weights."""
    protocol: str | None = None
    """Instead of split.protocol."""
    limit: int | None = None
    """Learn from and judge by so many cases."""
    epochs: int | None = None
    """Of each stage."""
    seed: int | None = None
    size: int | None = None
    """Rows and columns of the network's input, instead of input.size."""
    batch: int | None = None
    set: tuple[str, ...] | None = None
    """`fit.weight_decay=0.1`: any key by its whole name, and its value as TOML (or a bare word)."""

    @property
    def given(self) -> dict[str, str | int]:
        """Those that change something, by their names on the command line; those of `--set` as `set KEY`."""
        named = {name: value for name, value in asdict(self).items() if value is not None and name != "set"}
        pairs = (text.partition("=") for text in self.set or ())
        return named | {f"{_SET}{key.strip()}": value.strip() for key, _, value in pairs}

    def apply(self, recipe: Recipe) -> Recipe:
        """Return the recipe with the changes. Raises `Refusal` (RECIPE) if a value makes no sense."""
        content = recipe.model_dump(mode="json")
        fit, network, split = content["fit"], content["network"], content["split"]
        for part, key, value in (
            (network, "weights", self.weights),
            (split, "protocol", self.protocol),
            (fit, "limit", self.limit),
            (fit, "seed", self.seed),
            (fit, "batch", self.batch),
            (content["input"], "size", None if self.size is None else [self.size, self.size]),
        ):
            if value is not None:
                part[key] = value
        for stage in fit["stages"] if self.epochs is not None else ():
            stage["epochs"] = self.epochs
        for text in self.set or ():
            _set_key(content, *text.partition("=")[::2])
        try:
            return Recipe.model_validate_json(json.dumps(content))
        except ValidationError as error:
            words = ", ".join(option_text(name, value) for name, value in self.given.items())
            first = error.errors()[0]
            fault = f"{'.'.join(_file_keys(content, first['loc']))}: {first['msg']}".removeprefix(": ")
            raise Refusal(TrainingCode.RECIPE, f"The recipe cannot be run with {words} ({fault}).") from None


def option_text(name: str, value: str | int) -> str:
    """Return a change of `Overrides.given` as it is written on the command line."""
    return f"--set {name.removeprefix(_SET)}={value}" if name.startswith(_SET) else f"--{name} {value}"


def change_text(name: str, value: str | int) -> str:
    """Return a change of `Overrides.given` in words, for a sentence."""
    return f"{name.removeprefix(_SET)}: {value}"


def _set_key(content: dict[str, Any], name: str, text: str) -> None:
    """Set one key of a recipe's content. Raises `Refusal` (RECIPE), naming the nearest keys if there is none such."""
    name = name.strip()
    if near := near_keys(name):
        more = "`slicelens-train keys` lists them all."
        raise Refusal(TrainingCode.RECIPE, f"--set {name}: there is no such key. Near it: {list_some(near)}. {more}")
    *tables, last = name.split(".")
    inside: Any = content
    try:
        for key in tables:
            if isinstance(inside, list):
                inside = inside[int(key)]
            else:
                # A table that the recipe does without is begun.
                inside[key] = inside = inside.get(key) or {}
        inside[int(last) if isinstance(inside, list) else last] = _toml_value(text.strip())
    except (IndexError, ValueError, AttributeError, TypeError):
        raise Refusal(TrainingCode.RECIPE, f"--set {name}: this recipe has no such table.") from None


def _toml_value(text: str) -> Any:
    """Return a value written as TOML; what is none is text, since a shell takes the quotation marks away."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def write_recipe_as_run(recipe_file: Path, recipe: Recipe, overrides: Overrides) -> bytes:
    """Return the recipe's own file, or, if changed, header, changes and all values. Raises `Refusal` (RECIPE)."""
    original = recipe_file.read_bytes()
    if not overrides.given:
        return original
    header = []
    for line in original.decode().splitlines():
        if not line.startswith("#"):
            break
        header.append(line)
    changed = ", ".join(change_text(name, value) for name, value in overrides.given.items())
    header += ["#", f"# Changed on the command line: {changed}.", "# All values follow, without the recipe's comments."]
    return write_toml(recipe, header)


def write_toml(recipe: Recipe | EnsembleRecipe, header: Sequence[str]) -> bytes:
    """Return a recipe's file: the header, then every value that is not its default. Raises `Refusal` (RECIPE)."""
    content = recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    match content:
        case {"task": {"asked_if": list(conditions)} as task}:
            task["asked_if"] = [condition or "" for condition in conditions]
    text = "\n".join([*header, "", tomli_w.dumps(content)])
    # Nothing that TOML would read otherwise may stand in a run's folder.
    try:
        is_same = _validate(tomllib.loads(text), type(recipe)) == recipe
    except ValueError:
        is_same = False
    if not is_same:
        raise Refusal(TrainingCode.RECIPE, "The recipe as changed cannot be written as TOML.")
    return text.encode()


def pack_recipe(recipe: Recipe) -> bytes:
    """Return the recipe as JSON without defaults for a bundle; a starting file is named without its folder."""
    content = recipe.model_dump(mode="json", exclude_defaults=True)
    weights = recipe.network.weights
    is_source = weights in ("imagenet", "none") or weights.startswith("package:")
    content["network"]["weights"] = weights if is_source else Path(weights).name
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def unpack_recipe(bundle: Bundle) -> Recipe:
    """Return the recipe of a bundle. Raises `Refusal` (RECIPE) if it has none, or one that cannot be read."""
    if RECIPE_FILE not in bundle.contract.files:
        raise Refusal(
            TrainingCode.RECIPE,
            f"{bundle.path}: this bundle carries no recipe ({RECIPE_FILE}), so nobody can say how to train it further.",
        )
    try:
        return Recipe.model_validate_json(bundle.read(RECIPE_FILE))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the recipe as a whole"
        raise Refusal(TrainingCode.RECIPE, f"{bundle.path}: {RECIPE_FILE}: {key}: {first['msg']}") from None
