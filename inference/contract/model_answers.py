"""A person's answers about a model that came without a contract, and the words of each choice. Nothing heavy here.

The window's dialog and `slicelens model save` fill the same `ModelAnswers`; `inference.bundle.model_questions` makes a
contract of them.
"""

from dataclasses import dataclass

from imaging.base.english import english

ACTIVATIONS = {
    "softmax": english("sums of one of several: a softmax is still to be done"),
    "sigmoid": english("sums of yes or no, each for itself: a sigmoid is still to be done"),
    "none": english("probabilities: the graph has done it"),
}
"""What the scores are, by the word of `--activation`."""

SCALES: dict[str, tuple[str, tuple[float, ...], tuple[float, ...]]] = {
    "0..1": ("0 to 1", (0.0,), (1.0,)),
    "0..255": ("0 to 255", (0.0,), (1 / 255,)),
    "signed": ("−1 to 1", (0.5,), (0.5,)),
    "imagenet": (english("ImageNet's mean and spread"), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "caffe": (
        english("0 to 255 less ImageNet's mean, as Keras's VGG and ResNet"),
        (103.939 / 255, 116.779 / 255, 123.68 / 255),
        (1 / 255,) * 3,
    ),
    "xrv": (english("−1024 to 1024, as torchxrayvision"), (0.5,), (1 / 2048,)),
}
"""The values that a model expects, by the word of `--scale`: in words, and the mean and the spread of 0…1."""

OWN_SCALE = "own"
SCALE_WORDS = {word: scale[0] for word, scale in SCALES.items()} | {
    OWN_SCALE: english("0 to 1 less another mean, divided by another spread")
}
"""The words of each scale; `own` has two numbers besides."""

RANGES = {
    "min-max": english("the slice's own least and greatest value"),
    "percentile": english("the slice's own 1st and 99th percentile"),
    "8-bit": english("0 and 255, as pictures have them"),
    "window": english("a window of CT"),
}
"""Which values of a slice become the ends of the scale, by the word of `--range`; `window` has two numbers besides."""

FITS = {
    "stretch": "stretched",
    "letterbox": english("fitted in, black beside it"),
    "crop": english("cut from the middle"),
}
"""How a slice comes to the size, by the word of `--fit`."""

LAYOUTS = {"NCHW": english("channels, rows, columns"), "NHWC": english("rows, columns, channels")}
"""The order of a tensor's dimensions, by the word of `--layout`."""


@dataclass(frozen=True, kw_only=True)
class ModelAnswers:
    """A person's answers, each None if the assumption holds. The words are the keys of the tables above."""

    labels: tuple[str, ...] | None = None
    """Names of the classes in the order of the scores; of a single score the negative and the positive one, or the
    positive one alone."""
    normal: str | None = None
    """The label that says that nothing was found; empty: none does."""
    activation: str | None = None
    threshold: float | None = None
    """The probability from which a label is decided."""
    scale: str | None = None
    own_scale: tuple[float, float] | None = None
    """Mean and spread of values 0 to 1, alike for all channels, for the scale `own`."""
    range: str | None = None
    window: tuple[float, float] | None = None
    """Centre and width, for the range `window`."""
    fit: str | None = None
    size: tuple[int, int] | None = None
    """(rows, columns)."""
    layout: str | None = None
    modality: tuple[str, ...] | None = None
    """DICOM modality codes that it is for; none: any."""
    name: str | None = None
    use: str | None = None
    """What it is for, in a sentence."""
