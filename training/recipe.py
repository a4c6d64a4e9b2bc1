"""A recipe: everything that decides what a model becomes, read from a TOML file and strictly checked.

The input, the labels and the intended use are parts of the bundle's own contract, so that a recipe cannot promise what
a bundle cannot say.
"""

import hashlib
import json
import re
import tomllib
from pathlib import Path

from pydantic import ValidationError, model_validator

from imaging.refusal import Refusal
from inference.contract import InputSpec, IntendedUse, Part, Task
from training.recipe_parts import (
    Augmentation,
    Cases,
    DecisionRule,
    Fit,
    FixedBands,
    FixedTwoStep,
    Folders,
    Identity,
    Judging,
    LeastSpecificity,
    Names,
    Network,
    SplitPart,
)
from training.training_codes import TrainingCode

RECIPES = Path(__file__).parent / "recipes"

_DECIDES_THE_WEIGHTS = {"task", "cases", "split", "input", "network", "augmentation", "fit"}


class Recipe(Part):
    """A whole recipe."""

    about: str
    bundle: Identity
    task: Task
    cases: Cases
    split: SplitPart
    input: InputSpec
    network: Network
    augmentation: Augmentation = Augmentation()
    fit: Fit
    decision: DecisionRule
    judging: Judging = Judging()
    heatmap_notice: str
    intended_use: IntendedUse

    @model_validator(mode="after")
    def _labels_agree(self) -> "Recipe":
        names = set(self.task.names)
        source = self.cases.source
        if isinstance(source, Folders) and set(source.folders) != names:
            raise ValueError("cases.source.folders must name each label of task.labels once")
        if isinstance(source, Names) and set(source.patterns) != names:
            raise ValueError("cases.source.patterns must name each label of task.labels once")
        if strangers := _labels_of(self.decision) - names:
            raise ValueError(f"decision names labels that are not among task.labels: {', '.join(sorted(strangers))}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the weights, whatever the comments, the order of keys, the sentences for people."""
        # Without defaults, so that a key that is added later changes no recipe which does not use it.
        content = self.model_dump(mode="json", include=_DECIDES_THE_WEIGHTS, exclude_defaults=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _labels_of(decision: DecisionRule) -> set[str]:
    """The labels that a decision rule names."""
    if isinstance(decision, LeastSpecificity):
        return {decision.label}
    if isinstance(decision, FixedTwoStep):
        return {decision.normal, *decision.values}
    if isinstance(decision, FixedBands):
        return {decision.label}
    return set()


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
        return Recipe.model_validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        faults = [_fault(path, text, fault["loc"], fault["msg"]) for fault in error.errors()]
        raise Refusal(TrainingCode.RECIPE, "\n".join(faults)) from None


def _fault(path: Path, text: str, where: tuple[int | str, ...], what: str) -> str:
    key = ".".join(str(part) for part in where) or "the recipe as a whole"
    line = line_of(text, tuple(str(part) for part in where))
    return f"{path}{f', line {line}' if line else ''}: {key}: {what}"


def line_of(text: str, where: tuple[str, ...]) -> int | None:
    """The line (from 1) in which a key stands, else that of the table it belongs to, else None."""
    table: tuple[str, ...] = ()
    best: tuple[int, int] = (0, 0)
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.\-\"]+)\s*\]+", line):
            table = tuple(part.strip('"') for part in header[1].split("."))
            known = table
        elif key := re.match(r"\s*([\w\-\"]+)\s*=", line):
            known = (*table, key[1].strip('"'))
        else:
            continue
        if known == where[: len(known)] and len(known) > best[0]:
            best = (len(known), number)
    return best[1] or None
