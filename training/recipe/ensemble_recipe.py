"""The recipe of an ensemble: which runs or bundles, how they decide together, and what the bundle is called."""

import json
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from imaging.base.errors import Refusal
from inference.contract.contract import ContractPart, IntendedUse, Positive
from training.recipe.recipe import RECIPES, line_of
from training.recipe.recipe_parts import DecisionRule, Identity
from training.recipe.training_codes import TrainingCode

ENSEMBLES = RECIPES / "ensembles"


class Member(ContractPart):
    """One member: an evaluated run, or a bundle of ours, and its share in the mean."""

    path: str
    """The folder; one that is not absolute stands beside the recipe's file, or else where the command is given."""
    share: Positive = 1.0


class EnsembleRecipe(ContractPart):
    """A whole recipe. Labels, input and split are those of the members, which must agree in them."""

    kind: Literal["ensemble"]
    about: str
    bundle: Identity
    members: tuple[Member, ...] = Field(min_length=2, max_length=16)
    decision: DecisionRule
    heatmap_notice: str
    intended_use: IntendedUse


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
