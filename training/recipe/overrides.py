"""What the command line changes about a recipe, and the recipe as it was run, as a file that can be run again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imaging.base.errors import Refusal
from training.recipe.recipe import Recipe, read_toml
from training.recipe.training_codes import TrainingCode


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
