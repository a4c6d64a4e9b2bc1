"""Which model's training cases a slice is most like: for a picture whose file does not say what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.classify.ood import score_out_of_distribution
from inference.classify.preprocess import prepare
from inference.contract.contract import Contract


@dataclass(frozen=True)
class ModelFamiliarity:
    """How near a slice is to a model's training cases: its distance, in parts of the bundle's limit."""

    contract: Contract
    ratio: float
    is_turned: bool
    """Whether it looks turned, upside down or inverted against them."""

    @property
    def is_like(self) -> bool:
        """Return whether the slice passes for one of the training cases."""
        return self.ratio <= 1.0 and not self.is_turned


def measure_familiarity(slice_: Slice, classifier: Classifier) -> ModelFamiliarity | None:
    """Measure how like a model's training cases a slice is; None if the model cannot tell, or does not answer."""
    contract = classifier.contract
    try:
        features = classifier.run(prepare(slice_, contract.input)).features
        unlike = score_out_of_distribution(features, contract, classifier.reference)
    except Refusal:
        return None
    if unlike is None or unlike.limit is None or unlike.limit <= 0:
        return None
    return ModelFamiliarity(contract, unlike.score / unlike.limit, unlike.turned)


def find_most_familiar(slice_: Slice, classifiers: Iterable[Classifier]) -> ModelFamiliarity | None:
    """Return the nearest of those models whose training cases the slice is like; None if it is like nobody's.

    The last model used is no reason, nor is the order: distances are compared in parts of each model's own limit.
    """
    return choose_most_familiar(measure_familiarity(slice_, classifier) for classifier in classifiers)


def choose_most_familiar(found: Iterable[ModelFamiliarity | None]) -> ModelFamiliarity | None:
    """Return the nearest of those that the slice is like, as `find_most_familiar`."""
    return min((one for one in found if one is not None and one.is_like), key=lambda one: one.ratio, default=None)
