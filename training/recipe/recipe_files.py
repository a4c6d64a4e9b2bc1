"""Recipes as files: TOML as people write it, JSON inside a bundle, and what the command line changes about one."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from imaging.base.errors import Refusal
from inference.contract.storage import Bundle
from training.recipe.codes import TrainingCode
from training.recipe.recipe import EnsembleRecipe, Member, Recipe

RECIPES = Path(__file__).parent.parent / "recipes"


def recipe_path(name: str) -> Path:
    """The file of a recipe: a path to a TOML file, or the name of one of ours. Raises `Refusal` (UNKNOWN_RECIPE)."""
    given = Path(name)
    if given.suffix == ".toml" and given.is_file():
        return given
    ours = RECIPES / f"{name}.toml"
    if ours.is_file():
        return ours
    known = ", ".join(sorted(path.stem for path in RECIPES.glob("*.toml")))
    raise Refusal(TrainingCode.UNKNOWN_RECIPE, f"There is no recipe {name}. Known recipes: {known}.")


def read_recipe(path: Path) -> Recipe:
    """A recipe from its file. Raises `Refusal` (RECIPE) naming the file, the line and the key of every fault."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError):
        raise Refusal(TrainingCode.RECIPE, f"{path}: the recipe cannot be read.") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(TrainingCode.RECIPE, f"{path}: not valid TOML: {error}.") from None
    try:
        # JSON's strict mode takes a list for a tuple, as TOML writes it; Python's does not.
        return Recipe.model_validate_json(json.dumps(_with_nulls(content), default=str))
    except ValidationError as error:
        faults = [_fault(path, text, _place(content, fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise Refusal(TrainingCode.RECIPE, "\n".join(faults)) from None


def read_toml(text: str) -> Recipe:
    """A recipe from the text of its file. Raises ValueError for text that is none; `read_recipe` says what is wrong."""
    return Recipe.model_validate_json(json.dumps(_with_nulls(tomllib.loads(text)), default=str))


def _with_nulls(content: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: an age that is not written is unknown, and an empty text in `task.asked_if` is no condition."""
    match content:
        case {"intended_use": {"population": dict(population)}}:
            population.setdefault("age_years", None)
    match content:
        case {"task": {"asked_if": list(conditions)} as task}:
            task["asked_if"] = [condition if condition != "" else None for condition in conditions]
    return content


def _place(content: Any, where: tuple[int | str, ...]) -> tuple[str, ...]:
    """Where a fault stands, without the names of forms and rules that the check puts between the file's own keys."""
    place: list[str] = []
    for depth, part in enumerate(where):
        is_last = depth == len(where) - 1
        # A rule may have a key of its own name, which then holds no table.
        if isinstance(content, dict) and not is_last and not isinstance(content.get(part), dict | list):
            continue
        place.append(str(part))
        if isinstance(content, dict):
            content = content.get(part)
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
    return tuple(place)


def _fault(path: Path, text: str, where: tuple[str, ...], what: str) -> str:
    key = ".".join(where) or "the recipe as a whole"
    line = line_of(text, where)
    return f"{path}{f', line {line}' if line else ''}: {key}: {what}"


def line_of(text: str, where: tuple[str, ...]) -> int | None:
    """The line (from 1) in which a key stands, else that of the table it belongs to, else None.

    Of an array of tables (`[[fit.stages]]`) the number of the table, from 0, stands in `where` behind its name.
    """
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
        if known == where[: len(known)] and len(known) > best[0]:
            best = (len(known), number)
    return best[1] or None


@dataclass(frozen=True)
class Overrides:
    """Options of `fit` that change the recipe; None leaves it as it is."""

    weights: str | None = None
    """imagenet, none, package:… or a file: instead of network.weights."""
    protocol: str | None = None
    """grouped, random or published: instead of split.protocol."""
    limit: int | None = None
    """Learn from and judge by so many cases."""
    epochs: int | None = None
    """Of each stage."""
    seed: int | None = None
    size: int | None = None
    """Rows and columns of the network's input, instead of input.size."""

    @property
    def given(self) -> dict[str, str | int]:
        """Those that change something, by their names on the command line."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def applied(self, recipe: Recipe) -> Recipe:
        """The recipe with the changes. Raises `Refusal` (RECIPE) where a value makes no sense."""
        content = recipe.model_dump(mode="json")
        fit, network, split = content["fit"], content["network"], content["split"]
        for part, key, value in (
            (network, "weights", self.weights),
            (split, "protocol", self.protocol),
            (fit, "limit", self.limit),
            (fit, "seed", self.seed),
        ):
            if value is not None:
                part[key] = value
        for stage in fit["stages"] if self.epochs is not None else ():
            stage["epochs"] = self.epochs
        if self.size is not None:
            content["input"]["size"] = [self.size, self.size]
        try:
            return Recipe.model_validate_json(json.dumps(content))
        except ValueError:
            words = ", ".join(f"--{name} {value}" for name, value in self.given.items())
            raise Refusal(TrainingCode.RECIPE, f"The recipe cannot be run with {words}.") from None


def recipe_as_run(recipe_file: Path, recipe: Recipe, overrides: Overrides) -> bytes:
    """The file of the recipe itself, or where something was changed its header, what was changed, and all values.

    `recipe` has the changes already. Raises `Refusal` (RECIPE).
    """
    original = recipe_file.read_bytes()
    if not overrides.given:
        return original
    header = []
    for line in original.decode().splitlines():
        if not line.startswith("#"):
            break
        header.append(line)
    changed = ", ".join(f"{name} = {value}" for name, value in overrides.given.items())
    header += ["#", f"# Changed on the command line: {changed}.", "# All values follow, without the recipe's comments."]
    return as_toml(recipe, header)


def as_toml(recipe: Recipe, header: Sequence[str]) -> bytes:
    """A recipe's file: the header's lines, then every value that is not its default. Raises `Refusal` (RECIPE)."""
    content = recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    text = "\n".join([*header, "", *_table(content, ())]) + "\n"
    # Nothing that TOML would read otherwise may stand in a run's folder.
    try:
        is_same = read_toml(text) == recipe
    except ValueError:
        is_same = False
    if not is_same:
        raise Refusal(TrainingCode.RECIPE, "The recipe as changed cannot be written as TOML.")
    return text.encode()


def _table(content: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """A TOML table: plain values first, then its tables, each with its header."""
    plain = {key: value for key, value in content.items() if not _is_table(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in content.items():
        if key not in plain:
            within = (*path, _key(key))
            inner = _table(value, within)
            lines += ["", f"[{'.'.join(within)}]", *inner]
    return lines


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and bool(value)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if value is None:
        return '""'  # TOML has no null; recipes write an empty text for it
    # What JSON writes for text, numbers and truth is TOML too, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else json.dumps(key, ensure_ascii=False)


RECIPE_FILE = "recipe.json"


def packed(recipe: Recipe) -> bytes:
    """The recipe as JSON, what has its default left out, so that later versions can read it."""
    content = recipe.model_dump(mode="json", exclude_defaults=True)
    content["network"]["weights"] = without_folder(recipe.network.weights)
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def unpacked(bundle: Bundle) -> Recipe:
    """The recipe of a bundle. Raises `Refusal` (RECIPE) where it has none, or one that cannot be read."""
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


def without_folder(weights: str) -> str:
    """A source of weights as anybody may read it."""
    is_source = weights in ("imagenet", "none") or weights.startswith("package:")
    return weights if is_source else Path(weights).name


ENSEMBLES = RECIPES / "ensembles"


def is_ensemble(path: Path) -> bool:
    """Whether a file is the recipe of an ensemble, or at least means to be one."""
    try:
        return path.suffix == ".toml" and tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "ensemble"
    except (OSError, ValueError):
        return False


def ensemble_path(name: Path) -> Path | None:
    """The file of an ensemble's recipe: a path, or the name of one of ours; None where it is neither."""
    ours = ENSEMBLES / f"{name}.toml"
    return next((path for path in (name, ours) if is_ensemble(path)), None)


def read_ensemble(path: Path) -> EnsembleRecipe:
    """The recipe from its file. Raises `Refusal` (RECIPE) naming the file, the line and the key of every fault."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (OSError, ValueError):
        raise Refusal(TrainingCode.RECIPE, f"{path}: the recipe cannot be read, or is not valid TOML.") from None
    population = content.get("intended_use", {}).get("population")
    if isinstance(population, dict):
        population.setdefault("age_years", None)  # TOML has no null
    try:
        return EnsembleRecipe.model_validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        faults = []
        for fault in error.errors():
            where = tuple(str(part) for part in fault["loc"])
            line = line_of(text, where)
            at = f"{path}, line {line}" if line else f"{path}"
            faults.append(f"{at}: {'.'.join(where) or 'the recipe as a whole'}: {fault['msg']}")
        raise Refusal(TrainingCode.RECIPE, "\n".join(faults)) from None


def folder_of(member: Member, recipe_file: Path) -> Path:
    """Where a member is."""
    given = Path(member.path).expanduser()
    beside = recipe_file.parent / given
    return beside if not given.is_absolute() and beside.exists() else given
