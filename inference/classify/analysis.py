"""One slice through one model: prepare, run, decide, and what speaks against relying on it."""

from dataclasses import dataclass, replace
from time import perf_counter

from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.applicability import find_concerns
from inference.classify.classifier import Classifier
from inference.classify.decision import decide
from inference.classify.finding import Analysis, Finding, Milliseconds, Status
from inference.classify.ood import score_out_of_distribution
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract


@dataclass(frozen=True, eq=False)
class PreparedSlice:
    """A slice with the input that a model makes of it, or why it makes none; and how long that took."""

    slice: Slice
    contract: Contract
    input: ModelInput | Refusal
    milliseconds: float


def prepare_slice(slice_: Slice, contract: Contract) -> PreparedSlice:
    """Make the input of a model from a slice; never raises."""
    started = perf_counter()
    try:
        made: ModelInput | Refusal = prepare(slice_, contract.input)
    except Refusal as refusal:
        made = refusal
    return PreparedSlice(slice_, contract, made, (perf_counter() - started) * 1e3)


def analyse(slice_: Slice, classifier: Classifier, prepared: PreparedSlice | None = None) -> Analysis:
    """Analyse a slice with a model. Never raises for a fault of the model or the slice: that is the status.

    A slice unlike the training set keeps its finding; `out_of_distribution` tells. `prepared` is the slice's input, if
    it was made before.
    """
    contract = classifier.contract
    found = find_concerns(slice_, contract, classifier.bundle.assumptions)
    prepared = prepared or prepare_slice(slice_, contract)
    input_ = prepared.input
    started = ended = perf_counter()
    try:
        if isinstance(input_, Refusal):
            raise input_
        raw = classifier.run(input_)
        ended = perf_counter()
        ood = score_out_of_distribution(raw.features, contract, classifier.reference)
    except Refusal as refusal:
        return Analysis(
            status=Status.REFUSED if refusal.code is ModelCode.EMPTY_SLICE else Status.MODEL_ERROR,
            concerns=found,
            milliseconds=Milliseconds(prepared.milliseconds, 0.0),
            code=refusal.code.value,
            message=refusal.message,
        )
    return Analysis(
        status=Status.OK,
        finding=_with_note(decide(contract, raw.probabilities, raw.members), classifier.bundle.local_sentence),
        concerns=found,
        raw=raw,
        placement=input_.placement,
        out_of_distribution=ood,
        milliseconds=Milliseconds(prepared.milliseconds, (ended - started) * 1e3),
    )


def _with_note(finding: Finding, note: str | None) -> Finding:
    """Return a finding whose advice names what of the rule is the person's own."""
    return finding if note is None else replace(finding, advice=f"{finding.advice} {note}".lstrip())
