"""How far a heatmap can be believed: does it hold under a nudge, and does it point at what the answer rests on?

Two questions, each to the model that made the map. *Stability*: the same method on the input shifted by two pixels, and
with mild noise; how alike the order of the pixels is (Spearman's rank correlation, the worse of both). *Deletion*
(Petsiuk, Das and Saenko 2018, "RISE"): pixels are covered from the strongest down, and the label's probability is
watched; a map that points at the evidence brings it down sooner than a blob in the middle, which knows nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from inference.classify.classifier import Classifier
from inference.classify.preprocess import ModelInput
from inference.contract.codes import ModelCode
from inference.explain.methods import MakeCams
from inference.explain.normalise_cam import normalise_cam

LEAST_STABILITY = 0.5
"""The rank correlation below which a map is called weak."""
_SHIFT, _NOISE, _SEED = 2, 2.0 / 255.0, 7
_STEPS = 16
_DELETED = 0.5
"""The share of all pixels that is covered in the end."""


@dataclass(frozen=True)
class MapCheck:
    """The outcome for one map. Areas are means of the label's probability while pixels are covered: small is good."""

    stability: float
    """Within -1…1."""
    deletion: float
    centre_deletion: float
    """The same for a blob in the middle."""

    @property
    def beats_centre(self) -> bool:
        """Return whether covering what the map points at costs the answer more than covering the middle."""
        return self.deletion < self.centre_deletion

    @property
    def is_weak(self) -> bool:
        """Return whether "weak" is to be written on the map."""
        return self.stability < LEAST_STABILITY or not self.beats_centre


def check_map(
    heat: NDArray[np.float32], input_: ModelInput, classifier: Classifier, *, label: str, make_cams: MakeCams
) -> Job[MapCheck]:
    """Check a heatmap over the model's input (float32 [rows, columns] in 0…1) of a label, made by `make_cams`.

    Raises `Refusal` (NO_HEATMAP) for a map that says nothing.
    """
    if not heat.any():
        raise Refusal(ModelCode.NO_HEATMAP, "This heatmap is empty, so there is nothing in it to check.")
    number, alike = classifier.contract.task.names.index(label), []
    for nudged, back in ((_shifted(input_, classifier), -_SHIFT), (_noisy(input_, classifier), 0)):
        cams = yield from make_cams(nudged)
        other = normalise_cam(cams[number], classifier.contract.input.size)
        alike.append(rank_correlation(_without_rim(heat), _without_rim(np.roll(other, (back, back), (0, 1)))))
    areas = []
    for order in (heat, centre_blob(heat.shape)):
        area = yield from _delete(order, input_, classifier, number)
        areas.append(area)
    return MapCheck(min(alike), *areas)


def describe_check(check: MapCheck) -> str:
    """Return an outcome in one line; it begins with `Weak` or with `Holds`."""
    if not check.is_weak:
        return english(
            "Holds: stability {stability:.2f}, and it points at more than the middle does.", stability=check.stability
        )
    reasons = [] if check.beats_centre else [english("a blob in the middle says as much")]
    if check.stability < LEAST_STABILITY:
        reasons.insert(
            0,
            english("it changes with a nudge that nobody sees (stability {stability:.2f})", stability=check.stability),
        )
    return (
        english("Weak: {first}, and {second}.", first=reasons[0], second=reasons[1])
        if len(reasons) > 1
        else english("Weak: {reason}.", reason=reasons[0])
    )


def rank_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of two maps, ties at their mean rank; 0 if one of them is flat."""
    ranks = [_ranks(one.ravel()) for one in (first, second)]
    deviations = [one - one.mean() for one in ranks]
    spread = float(np.sqrt((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum()))
    return float((deviations[0] * deviations[1]).sum() / spread) if spread else 0.0


def centre_blob(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a map [rows, columns] that knows nothing: strongest in the middle, weaker outward."""
    rows, columns = (np.linspace(-1, 1, length) for length in shape)
    return np.exp(-2 * (rows[:, np.newaxis] ** 2 + columns[np.newaxis] ** 2)).astype(np.float32)


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[where])


def _delete(order: NDArray[np.float32], input_: ModelInput, classifier: Classifier, number: int) -> Job[float]:
    """Return the mean probability while the strongest pixels are covered, a step at a time."""
    rows_and_columns = _rows_and_columns(classifier)
    mean = input_.tensor.mean(axis=rows_and_columns, keepdims=True)
    # Of equal pixels the first ones: a stable order, or the figure would differ from run to run.
    places = np.argsort(-order, axis=None, kind="stable")
    gone = np.zeros(order.size, dtype=bool)
    seen = []
    for step in range(1, _STEPS + 1):
        gone[places[: round(order.size * _DELETED * step / _STEPS)]] = True
        mask = gone.reshape(order.shape)
        laid = mask[np.newaxis, np.newaxis] if rows_and_columns == (2, 3) else mask[np.newaxis, :, :, np.newaxis]
        seen.append(float(classifier.run_variant(np.where(laid, mean, input_.tensor))[number]))
        yield Progress(english("Checking the heatmap"), step, _STEPS)
    return float(np.mean(seen))


def _rows_and_columns(classifier: Classifier) -> tuple[int, int]:
    return (2, 3) if classifier.contract.input.layout == "NCHW" else (1, 2)


def _shifted(input_: ModelInput, classifier: Classifier) -> ModelInput:
    """Return the input moved down and to the right; the rim repeats its first row and column."""
    first, second = _rows_and_columns(classifier)
    moved = np.roll(input_.tensor, (_SHIFT, _SHIFT), (first, second))
    for axis in (first, second):
        rim = np.take(moved, [_SHIFT], axis=axis)
        place = [slice(None)] * moved.ndim
        place[axis] = slice(0, _SHIFT)
        moved[tuple(place)] = rim
    return replace(input_, tensor=np.ascontiguousarray(moved))


def _noisy(input_: ModelInput, classifier: Classifier) -> ModelInput:
    """Return the input with noise of two grey levels of 255, the same each time."""
    spec = classifier.contract.input
    deviations = np.asarray(spec.std, np.float32)
    scale = _NOISE / (deviations.reshape(1, -1, 1, 1) if spec.layout == "NCHW" else deviations)
    noise = np.random.default_rng(_SEED).standard_normal(input_.tensor.shape).astype(np.float32) * scale
    return replace(input_, tensor=(input_.tensor + noise).astype(np.float32))


def _without_rim(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a map without the rim that a shift brought in."""
    return heat[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
