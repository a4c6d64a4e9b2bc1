"""A recipe: everything that decides what a model becomes, read from a TOML file and strictly checked.

The input, the labels and the intended use are parts of the bundle's own contract, so that a recipe cannot promise what
a bundle cannot say.
"""

import hashlib
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from imaging.base.errors import Refusal
from inference.contract.contract import Bands, ContractPart, InputSpec, IntendedUse, Task, TwoStep
from training.recipe.recipe_parts import (
    Augmentation,
    Cases,
    CsvTable,
    DecisionRule,
    Fit,
    Folders,
    Identity,
    Judging,
    LeastSpecificity,
    Levels,
    Names,
    Network,
    SplitPart,
)
from training.recipe.training_codes import TrainingCode

RECIPES = Path(__file__).parent.parent / "recipes"

_DECIDES_THE_WEIGHTS = {"task", "cases", "split", "input", "network", "augmentation", "fit"}


class Recipe(ContractPart):
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
        if isinstance(source, Levels) and not set(source.folders) <= names:
            raise ValueError("cases.source.folders names a label that is not among task.labels")
        if isinstance(source, CsvTable) and len(source.labels) not in (1, len(names)):
            raise ValueError("cases.source.labels must be one column, or one for each label of task.labels")
        if strangers := _labels_of(self.decision) - names:
            raise ValueError(f"decision names labels that are not among task.labels: {', '.join(sorted(strangers))}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the weights, whatever the comments, the order of keys, the sentences for people."""
        # Without defaults, so that a key that is added later changes no recipe which does not use it.
        content = self.model_dump(mode="json", include=_DECIDES_THE_WEIGHTS, exclude_defaults=True)
        # Which layers the familiarity check looks at is a matter of judging.
        content["network"].pop("familiarity_layers", None)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _labels_of(decision: DecisionRule) -> set[str]:
    """The labels that a decision rule names."""
    if isinstance(decision, LeastSpecificity):
        return {decision.label}
    if isinstance(decision, TwoStep):
        return {decision.normal, *decision.values}
    if isinstance(decision, Bands):
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
