"""One slice through one model: prepare, run, decide, and what speaks against relying on it."""

from dataclasses import replace
from time import perf_counter

from imaging.base.english import Text, join_english
from imaging.base.errors import Refusal
from imaging.volume.volume import Slice
from inference.classify.applicability import find_concerns
from inference.classify.classifier import Classifier
from inference.classify.decision import decide
from inference.classify.finding import Analysis, Finding, Milliseconds, Status
from inference.classify.ood import score_out_of_distribution
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode


def analyse(slice_: Slice, classifier: Classifier) -> Analysis:
    """Analyse a slice with a model. Never raises for a fault of the model or the slice: that is the status.

    A slice unlike the training set keeps its finding; `out_of_distribution` tells.
    """
    contract = classifier.contract
    found = find_concerns(slice_, contract, classifier.bundle.assumptions)
    started = prepared = perf_counter()
    try:
        input_ = prepare(slice_, contract.input)
        prepared = perf_counter()
        raw = classifier.run(input_)
        ended = perf_counter()
        ood = score_out_of_distribution(raw.features, contract, classifier.reference)
    except Refusal as refusal:
        return Analysis(
            status=Status.REFUSED if refusal.code is ModelCode.EMPTY_SLICE else Status.MODEL_ERROR,
            concerns=found,
            milliseconds=Milliseconds((prepared - started) * 1e3, 0.0),
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
        milliseconds=Milliseconds((prepared - started) * 1e3, (ended - prepared) * 1e3),
    )


def _with_note(finding: Finding, note: Text | None) -> Finding:
    """Return a finding whose advice names what of the rule is the person's own."""
    if note is None:
        return finding
    return replace(finding, advice=join_english(" ", filter(None, (finding.advice, note))))
