"""The contract of a model: `bundle.json`, strictly checked. Each part says what it means.

Everything here is data. Nothing in a bundle is ever unpickled, imported or executed. Reading it, with every fault named
by the path of its key, is `inference.contract.contract_check`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from imaging.base.english import english

NOTICE = "Research use only. Not for diagnosis."

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, lt=2**53)]
Seed = Annotated[int, Field(ge=-(2**63), lt=2**64)]
Units = Annotated[int, Field(gt=0, le=16384)]


class ContractPart(BaseModel):
    """A part of the contract: unknown keys and wrong types are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Label(ContractPart):
    """One output of the model: the name that files and scripts use, and the one that a person reads."""

    name: str
    """How files, tables and scripts call it."""
    display: str
    """How a person reads it."""
    snomed_ct: Annotated[str, Field(pattern=r"^[1-9]\d{5,17}$")] | None = None
    """SNOMED CT concept, for structured reports."""
    radlex: Annotated[str, Field(pattern=r"^RID\d+$")] | None = None
    """RadLex id, for structured reports."""


class Task(ContractPart):
    """The kind of answer that the logits are, and the labels in their order.

    `binary` has one logit for the positive label, and two labels: (negative, positive). `several_outputs` names
    independent heads.
    """

    kind: Literal["multiclass", "multilabel", "binary", "several_outputs"]
    """One label of several, any number of them, one of two with one output, or several questions."""
    labels: tuple[Label, ...] = Field(min_length=1, max_length=32768)
    """Names, or tables of name and display; their order is that of all figures."""
    heads: tuple[tuple[str, ...], ...] = ()
    """For several outputs: the label names that compete with each other, one group a head."""
    asked_if: tuple[str | None, ...] = ()
    """For several outputs, one label a head: that of an earlier head that must have been decided for this one to
    count (bacterial or viral is asked of a pneumonia only); None, or an empty list: it always counts."""
    normal: str | None = None
    """The label that says that nothing was found; None if no label says so."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the label names in the order of the probabilities."""
        return tuple(label.name for label in self.labels)

    @property
    def unreported(self) -> "Task":
        """Return the task without what is only reported: the normal label, and the codes of labels."""
        labels = tuple(Label(name=label.name, display=label.display) for label in self.labels)
        return self.model_copy(update={"normal": None, "labels": labels})

    @property
    def logits(self) -> int:
        """Return how many logits the graph must return."""
        return 1 if self.kind == "binary" else len(self.labels)


class FixedWindow(ContractPart):
    """A DICOM window in modality units (for CT): LINEAR by PS3.3 C.11.2.1.2, to 0…1."""

    method: Literal["window"]
    centre: float
    """In modality units (HU for CT)."""
    width: Annotated[float, Field(gt=1)]
    """In modality units (HU for CT)."""


class Percentile(ContractPart):
    """The slice's own percentiles become 0 and 1; padding is not counted."""

    method: Literal["percentile"]
    low: Annotated[float, Field(ge=0, le=100)]
    """The percentile that becomes 0."""
    high: Annotated[float, Field(ge=0, le=100)]
    """The percentile that becomes 1."""


class MinMax(ContractPart):
    """The slice's own least and greatest values become 0 and 1; padding is not counted."""

    method: Literal["min_max"]


class EightBit(ContractPart):
    """Values are 8-bit grey already: divided by 255, clipped."""

    method: Literal["eight_bit"]


class Clahe(ContractPart):
    """Contrast-limited adaptive histogram equalisation on the 8-bit slice, after the intensity step."""

    clip_limit: Positive
    """OpenCV's: how far a tile's histogram may rise above the mean."""
    grid: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
    """Tiles along columns and rows."""


class InputSpec(ContractPart):
    """How a slice becomes the tensor that the model was trained on; `preprocess.prepare` is its one reader."""

    modality: tuple[str, ...]
    """DICOM modality codes it was made for, for example ("CR", "DX"); empty means any."""
    body_part: tuple[str, ...]
    """DICOM Body Part Examined values; empty means any."""
    plane: Literal["axial", "sagittal", "coronal", "acquired"]
    """The plane of the slices; `acquired` is whatever the file has."""
    orientation: Literal["radiological", "as_stored"]
    """Turned as radiologists look at it, or left as the file stores it."""
    colour: Literal["grey", "grey_to_rgb", "rgb"]
    """One grey channel, the same grey in three, or colours."""
    polarity: Literal["monochrome1", "monochrome2"]
    """Which end is bright in the tensor: monochrome2 draws large values bright."""
    intensity: Annotated[FixedWindow | Percentile | MinMax | EightBit, Field(discriminator="method")]
    """How stored values become 0…1."""
    clahe: Clahe | None = None
    """Local contrast equalisation after that; left out, there is none."""
    resize: Literal["stretch", "letterbox", "centre_crop"]
    """Stretched to the size, fitted in with black beside it, or cut from the middle."""
    interpolation: Literal["nearest", "bilinear", "cubic", "area"]
    """`area` averages when it shrinks and is bilinear when it enlarges."""
    size: tuple[Annotated[int, Field(gt=0, le=4096)], Annotated[int, Field(gt=0, le=4096)]]
    """(rows, columns)."""
    gaussian_sigma: Annotated[float, Field(gt=0, le=32)] | None = None
    """Standard deviation in pixels of `size` of a Gaussian filter after resizing; None is no filter."""
    mean: tuple[Annotated[float, Field(ge=-1e30, le=1e30)], ...]
    """Subtracted from 0…1, one number a channel."""
    std: tuple[Annotated[float, Field(gt=1e-30, le=1e30)], ...]
    """Divided by, one number a channel."""
    layout: Literal["NCHW", "NHWC"]
    """Order of batch, channels, rows and columns in the tensor."""

    @property
    def channels(self) -> int:
        """Return the number of channels of the tensor."""
        return 1 if self.colour == "grey" else 3

    @model_validator(mode="after")
    def _one_value_a_channel(self) -> "InputSpec":
        if not len(self.mean) == len(self.std) == self.channels:
            raise ValueError(english("Mean and std need %n value(s) each.", "", self.channels))
        return self


class OutputSpec(ContractPart):
    """Names of the graph's input and outputs, and what still has to be done to the logits."""

    input: str
    logits: str
    """[N, logits]; with activation `none`, these are probabilities already."""
    cams: str | None
    """[N, logits, h, w], signed (before ReLU): the negative label of a one-logit model is the negated map."""
    features: str | None
    """[N, D], pooled."""
    members: str | None = None
    """[N, members, logits], of an ensemble: the calibrated probabilities of each member."""
    activation: Literal["softmax", "sigmoid", "none"]
    """For several outputs, softmax is taken within each head, and a head of one label gets a sigmoid."""


class Argmax(ContractPart):
    """The most probable label wins."""

    rule: Literal["argmax"]


class Thresholds(ContractPart):
    """Each label against its own threshold; none above its threshold is "none" (multilabel) or "ambiguous"."""

    rule: Literal["thresholds"]
    values: dict[str, Share]
    """Label name -> its threshold."""


class ConfidenceSentence(ContractPart):
    """A sentence on how sure an answer is."""

    low: Share
    """The answer's probability from which it is said."""
    sentence: str
    """The words after the decision's own."""


class TwoStep(ContractPart):
    """The normal label ends it at its gate; else the best of the others against its own threshold; else ambiguous."""

    rule: Literal["two_step"]
    normal: str
    """The label that ends it."""
    gate: Share
    """The probability at which it does."""
    values: dict[str, Share]
    """Name of each other label -> its threshold."""
    confidence: tuple[ConfidenceSentence, ...] = ()
    """Said of the answer: the one with the greatest `low` that its probability reaches."""


class Band(ContractPart):
    """A range of the positive label's probability, from `low` (included), with the sentence to say and the decision."""

    low: Share
    """The probability from which the band applies."""
    decision: str
    """The label that is decided."""
    sentence: str
    """The words beside it."""


class Bands(ContractPart):
    """Confidence bands of one label; the band with the greatest `low` not above the probability applies."""

    rule: Literal["bands"]
    label: str
    """The label whose probability it is."""
    bands: tuple[Band, ...] = Field(min_length=1)
    """From the lowest to the highest."""


Decision = Annotated[Argmax | Thresholds | TwoStep | Bands, Field(discriminator="rule")]


class Explanation(ContractPart):
    """How the heatmap is made. `order` is fixed so that every implementation does the same steps."""

    method: Literal["grad_cam", "hires_cam", "occlusion", "none"]
    """The maps of the graph are Grad-CAM's or HiResCAM's (positions with weights of their own), or there are none."""
    target_layer: str | None
    """The layer's name in the torch path, None if the method looks at no layer."""
    order: tuple[Literal["relu"], Literal["min_max"], Literal["bilinear_resize"], Literal["min_max"]] = (
        "relu",
        "min_max",
        "bilinear_resize",
        "min_max",
    )
    notice: str


class Calibration(ContractPart):
    """Temperature scaling: logits are divided by the temperature before the activation."""

    temperature: Positive
    ece_before: Share
    ece_after: Share
    cases: Count


class OrientationCheck(ContractPart):
    """Whether a slice lies as the training slices did and is as bright where they were."""

    cut_off: float
    in_distribution_refused: Share
    """Of upright cases."""
    caught: dict[str, Share]
    """Share refused of turned, mirrored or inverted copies of the same cases, by the name of the change."""


class OutOfDistribution(ContractPart):
    """Distance of the pooled features to the training classes; above the cut-off the slice is unlike the training set.

    Reference statistics stand in a safetensors file of the bundle (`mean` [C, D], `precision` [D, D]); the score is
    `inference.classify.ood.mahalanobis_distance`.
    """

    method: Literal["mahalanobis"]
    statistics: str
    cut_off: float
    in_distribution_refused: Share
    refused_by_label: dict[str, Share] = {}
    """Share of the test cases of each label that the cut-off refuses."""
    orientation: OrientationCheck | None = None


class Interval(ContractPart):
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class SizeCoverage(ContractPart):
    """How often sets of answers of one size hold the right answer."""

    n: Count
    coverage: Interval


class Conformal(ContractPart):
    """q-hat of split conformal prediction for each alpha (as text, for example "0.1").

    `score`: a set holds every answer whose probability is at least 1 - q-hat; it can be empty. `aps`: a set holds every
    answer before which, in the order of probability, no more than q-hat was taken, so the most probable one always
    (Romano, Sesia and Candès 2020, without randomisation).
    """

    rule: Literal["score", "aps"] = "score"
    q_hat: dict[str, float]
    cases: Count
    coverage_by_size: dict[str, dict[str, SizeCoverage]] = {}
    """By alpha and number of answers (as text), on the test part."""


QualityName = Literal[
    "as_given",
    "original_resolution",
    "jpeg_20",
    "noise_5",
    "turn_minus_5",
    "turn_plus_5",
    "zoom_0_9",
    "washed_out",
]
"""`noise_5` has a standard deviation of 5/255 of white, turns are degrees, zoom is a factor."""


class QualityFigures(ContractPart):
    """The same test cases in one quality; of `original_resolution`, those whose file has more pixels than the input."""

    n: Count
    accuracy: Interval
    flipped: Interval | None
    """Share decided otherwise than as given (at original resolution: otherwise than shrunk to the input's size and
    saved as JPEG); None for `as_given` itself."""
    refused: Interval | None
    """Share called unlike the training cases; None if the bundle cannot tell."""


class LabelFigures(ContractPart):
    """Figures of one label on one split."""

    n: Count
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None
    auc: Interval | None


class Evaluation(ContractPart):
    """Figures on one split, and how that split was grouped."""

    split: str
    grouped_by: str
    n: Count
    macro_f1: Interval
    accuracy: Interval
    auc: Interval | None
    labels: dict[str, LabelFigures]


class Provenance(ContractPart):
    """Where the weights come from, so that someone else can make them again."""

    code_version: str
    seed: Seed
    recipe: str
    data: str
    data_manifest_sha256: str
    split_sha256: str
    base_weights: str
    base_weights_licence: str
    environment: dict[str, str]


class Population(ContractPart):
    """Whom the model was trained on; None is unknown."""

    age_years: tuple[float, float] | None
    """From and to; beyond it the viewer warns."""
    description: str
    """In a sentence."""


class IntendedUse(ContractPart):
    """The use that the model is for, and what it is not for. Required."""

    use: str
    """The purpose it was made for."""
    not_for: str
    """Uses that are ruled out."""
    limits: tuple[str, ...]
    """Faults that are known."""
    population: Population
    """Whom the training cases show."""
    notice: Literal["Research use only. Not for diagnosis."]
    """Always this one sentence."""


class HeadLayer(ContractPart):
    """One hidden layer of a head: dense, ReLU, then batch norm if asked, dropout (Keras's usual order)."""

    units: Units
    """Outputs of the dense layer."""
    batch_norm: bool = False
    """Batch norm behind it."""
    dropout: Share = 0.0
    """Share of outputs that is left out in training."""


class Head(ContractPart):
    """The layers between the last maps and the logits.

    `own` is the architecture's own (global average pooling and one linear layer, or a transformer's tokens); `pooled`
    and `flattened` maps go through dropout, then `layers`, then one linear layer.
    """

    input: Literal["own", "pooled", "flattened"] = "own"
    """The architecture's own head, pooled maps, or all of them flattened."""
    dropout: Share = 0.0
    """Before the layers."""
    layers: Annotated[tuple[HeadLayer, ...], Field(max_length=8)] = ()
    """Hidden layers, the first one first."""

    @model_validator(mode="after")
    def _own_has_none(self) -> "Head":
        if self.input == "own" and (self.layers or self.dropout):
            raise ValueError(
                english("The architecture's own head takes no layers and no dropout here (see drop_rate).")
            )
        return self


class Torch(ContractPart):
    """How the torch path builds the same network: a timm architecture or one of ours, its arguments, its head."""

    architecture: str
    kwargs: dict[str, float | int | str | bool] = {}
    head: Head = Head()


class Contract(ContractPart):
    """All of `bundle.json`."""

    schema_version: Literal[1, 2]
    """Version 2 knows more (`inference.contract.wording`); what is new in it is optional."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    name: str
    version: str
    authors: tuple[str, ...]
    created: str
    weights_licence: str
    data_licence: str
    task: Task
    input: InputSpec
    output: OutputSpec
    decision: Decision
    explanation: Explanation
    calibration: Calibration | None = None
    out_of_distribution: OutOfDistribution | None = None
    conformal: Conformal | None = None
    qualities: dict[QualityName, QualityFigures] = {}
    evaluation: tuple[Evaluation, ...]
    provenance: Provenance
    intended_use: IntendedUse
    torch: Torch | None = None
    files: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]
    """SHA-256 of every file of the bundle but bundle.json itself, by its path inside the bundle."""
