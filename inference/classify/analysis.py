"""The line itself: one slice through one model."""

from time import perf_counter

from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.applicability import concerns, out_of_distribution
from inference.classify.classifier import Classifier
from inference.classify.decision import decide
from inference.classify.finding import Analysis, Concern, Milliseconds, Status
from inference.classify.preprocess import prepare
from inference.contract.model_codes import ModelCode


def analyse(slice_: Slice, classifier: Classifier) -> Analysis:
    """The answer of a model for a slice. Never raises for what the model or the slice is: that is the answer's status.

    A slice unlike the training set keeps its finding, and says so in `out_of_distribution`.
    """
    contract = classifier.contract
    found = concerns(slice_, contract, classifier.bundle.assumptions)
    started = perf_counter()
    prepared = started
    try:
        input_ = prepare(slice_, contract.input)
        prepared = perf_counter()
        raw = classifier.run(input_)
        ended = perf_counter()
        unlike = out_of_distribution(raw.features, contract, classifier.reference)
    except Refusal as refusal:
        return _without_answer(refusal, found, Milliseconds((prepared - started) * 1e3, 0.0))
    return Analysis(
        status=Status.OK,
        finding=decide(contract, raw.probabilities),
        concerns=found,
        raw=raw,
        placement=input_.placement,
        out_of_distribution=unlike,
        milliseconds=Milliseconds((prepared - started) * 1e3, (ended - prepared) * 1e3),
    )


def _without_answer(refusal: Refusal, found: tuple[Concern, ...], milliseconds: Milliseconds) -> Analysis:
    """A slice that holds nothing is refused; everything else that goes wrong here is the model's own error."""
    return Analysis(
        status=Status.REFUSED if refusal.code is ModelCode.EMPTY_SLICE else Status.MODEL_ERROR,
        finding=None,
        concerns=found,
        raw=None,
        placement=None,
        out_of_distribution=None,
        milliseconds=milliseconds,
        code=refusal.code.value,
        message=refusal.message,
    )
