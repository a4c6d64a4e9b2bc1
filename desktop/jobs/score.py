"""Scoring a slice in the background: plain functions on frozen values. No Qt here, and no torch until asked.

A heatmap is returned as levels (uint8 [row, column] of the slice), ready to be laid over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.render.colour_maps import Levels, quantise_heat
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import list_installed, resolve_model
from inference.classify.analysis import analyse
from inference.classify.applicability import find_concerns
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis, ConcernKind
from inference.contract.contract import Contract
from inference.explain.normalise_cam import heat_in_slice
from inference.explain.occlusion import explain_by_occlusion
from inference.torch_availability import torch_available


@dataclass(frozen=True, eq=False)
class ModelOffer:
    """A model that can be chosen: its contract and its path."""

    path: Path
    contract: Contract


def choose_best_fit(offers: Sequence[ModelOffer], slice_: Slice | None, preferred: str) -> str:
    """Return the id of the model that the slice contradicts least; of equals the preferred one, else the first."""

    def order(offer: ModelOffer) -> tuple[int, bool]:
        found = () if slice_ is None else find_concerns(slice_, offer.contract)
        return sum(one.kind is ConcernKind.MISMATCH for one in found), offer.contract.id != preferred

    return min(offers, key=order).contract.id


class ModelChoice:
    """The model to use: the one that a person chose, else, for each series anew, the one that fits best."""

    def __init__(self, preferred: str = "") -> None:
        self.offers: tuple[ModelOffer, ...] = ()
        self.is_by_person = False
        self._preferred = preferred
        self._fitted_to: str | None = None

    def offer(self, found: tuple[ModelOffer, ...]) -> None:
        """Choose among these models from now on."""
        self.offers = found
        self._fitted_to = None

    def fitting(self, slice_: Slice | None) -> str | None:
        """Return the id of the model for the slice's series; None if nothing is to be decided, or was before."""
        series = "" if slice_ is None else slice_.series.id
        if not self.offers or self.is_by_person or series == self._fitted_to:
            return None
        self._fitted_to = series
        return choose_best_fit(self.offers, slice_, self._preferred)


@dataclass(frozen=True, eq=False)
class ScoredSlice:
    """The answer for a slice, and the heatmap of `label` if one was wanted; `refusal` says why there is none.

    `layer` is where torch computed the heatmap, None for the map that comes with the score.
    """

    slice: Slice
    analysis: Analysis
    label: str | None = None
    levels: Levels | None = None
    refusal: Refusal | None = None
    layer: str | None = None


def list_offers() -> tuple[ModelOffer, ...]:
    """Return the installed bundles whose contracts can be read."""
    return tuple(ModelOffer(one.path, one.contract) for one in list_installed() if one.contract is not None)


def open_model(named: str, known: tuple[ModelOffer, ...]) -> Classifier:
    """Return a model by its id, or by the path of a bundle or of an ONNX file; checked whole. Raises `Refusal`."""
    offer = next((one for one in known if one.contract.id == named), None)
    return Classifier(load_bundle(offer.path) if offer is not None else resolve_model(named))


def score_slice(slice_: Slice, classifier: Classifier, *, label: str | None, with_heat: bool) -> ScoredSlice:
    """Run one slice through the model; with the heatmap of `label` (None: that of the decision) if wanted."""
    analysis = analyse(slice_, classifier)
    if not with_heat or analysis.raw is None or analysis.raw.cams is None:
        return ScoredSlice(slice_, analysis)
    return add_heat(ScoredSlice(slice_, analysis), classifier, label=label)


def add_heat(answer: ScoredSlice, classifier: Classifier, *, label: str | None) -> ScoredSlice:
    """Return the same answer with the heatmap of a label."""
    named = label or choose_label(answer.analysis)
    if named is None:
        return answer
    try:
        levels = quantise_heat(heat_in_slice(answer.analysis, classifier.contract, named))
    except Refusal as refusal:
        return ScoredSlice(answer.slice, answer.analysis, named, None, refusal)
    return ScoredSlice(answer.slice, answer.analysis, named, levels)


def explain_answer(answer: ScoredSlice, classifier: Classifier, *, label: str | None) -> Job[ScoredSlice]:
    """Return the heatmap of a model without class maps, by covering patches one after another (slow)."""
    analysis = yield from explain_by_occlusion(answer.analysis, answer.slice, classifier)
    return add_heat(ScoredSlice(answer.slice, analysis), classifier, label=label)


class TorchPath:
    """The network of one bundle in torch, built when a person first asks for another layer; for one lane only."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._model: Any = None

    def layers(self) -> Job[tuple[str, ...]]:
        """Return the layers that Grad-CAM can look at. Raises `Refusal`."""
        model = yield from self._built()
        from inference.torch_path.gradcam import list_layers  # torch: only when a person asks for it

        return list_layers(model, self._classifier.contract)

    def explain(self, answer: ScoredSlice, *, layer: str, label: str | None) -> Job[ScoredSlice]:
        """Return the heatmap of a layer. Raises `Refusal`."""
        model = yield from self._built()
        from inference.torch_path.gradcam import explain_at_layer  # torch: only when a person asks for it

        contract = self._classifier.contract
        analysis = explain_at_layer(answer.analysis, answer.slice, model=model, contract=contract, layer=layer)
        shown = add_heat(ScoredSlice(answer.slice, analysis), self._classifier, label=label)
        # The finding keeps the class maps that came with the score: the person may go back to them.
        return ScoredSlice(answer.slice, answer.analysis, shown.label, shown.levels, shown.refusal, layer)

    def _built(self) -> Job[Any]:
        if self._model is None:
            yield Progress("Loading torch", 0)
            from inference.torch_path.proof import load_bundle_network  # torch: only when a person asks for it

            yield Progress("Building the network", 0)
            self._model = load_bundle_network(self._classifier.bundle)
        return self._model


def choose_label(analysis: Analysis) -> str | None:
    """Return the label that a decision speaks of; if it names none (ambiguous, several), the most probable one."""
    finding = analysis.finding
    if finding is None:
        return None
    names = [score_.name for score_ in finding.scores]
    if finding.decision in names:
        return finding.decision
    return max(finding.scores, key=lambda score_: score_.probability).name


def reason_without_layers(contract: Contract) -> str | None:
    """Return why another layer cannot be chosen, in a sentence; None if it can."""
    available = torch_available()
    if not available:
        return available.reason
    return None if contract.torch is not None else "This bundle does not say how to build its network in torch."
