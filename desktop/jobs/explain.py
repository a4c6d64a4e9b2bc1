"""Explaining an answer in the background: heatmaps by any method, coarse ones on the way, and whether they hold.

A heatmap is made as levels (uint8 [row, column] of the slice), ready to be laid over it. No Qt here, and neither torch
nor SimpleITK until a person asks for what needs them.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.render.colour_maps import Levels, quantise_heat
from desktop.startup.background_imports import import_modules
from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress, change_steps
from imaging.volume.volume import Slice
from inference.classify.allowed_models import is_allowed
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.classify.preprocess import ModelInput, place, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.storage import Bundle
from inference.explain.map_check import MapCheck, check_map
from inference.explain.methods import ExplainedAnalysis, MakeCams, choose_maker, describe_method, explain
from inference.explain.normalise_cam import heatmap
from inference.explain.occlusion import CoarseCams
from inference.torch_availability import torch_available

NOT_ALLOWED = english("Torch runs in Slicelens itself: only for models that came with it, or that models.allow names.")
"""Why a stranger's network is not built in torch."""


@dataclass(frozen=True)
class MapChoice:
    """Which heatmap: of which label, by which of `inference.explain.methods.METHODS`, at which layer through torch.

    `layer` None is where the graph's own class maps come from, for the methods that look at one.
    """

    label: str
    method: str
    layer: str | None = None


@dataclass(frozen=True, eq=False)
class SliceMap:
    """A heatmap over a slice: float32 [rows, columns] in 0…1 of the model's input, and its levels on the slice."""

    slice: Slice
    choice: MapChoice
    said: str
    """Its method and parameters."""
    heat: NDArray[np.float32]
    levels: Levels
    is_coarse: bool = False
    """A finer one is on its way."""


@dataclass(frozen=True, eq=False)
class MadeMap:
    """A heatmap, and the class maps of all labels that it was made of."""

    map: SliceMap
    explained: ExplainedAnalysis


@dataclass(frozen=True, eq=False)
class ShownMap:
    """The heatmap on screen, for a report: the class maps that it was made of, its label, what its check found."""

    explained: ExplainedAnalysis
    label: str
    check: MapCheck | None
    """None if it was not checked yet."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CoarseMap(Progress):
    """A step after which a coarse heatmap can be shown."""

    map: SliceMap


def draw_map(
    slice_: Slice, explained: ExplainedAnalysis, contract: Contract, choice: MapChoice, *, is_coarse: bool = False
) -> SliceMap:
    """Draw the heatmap of a label from class maps. Raises `Refusal` (NO_HEATMAP)."""
    raw, placement = explained.analysis.raw, explained.analysis.placement
    if raw is None or raw.cams is None or placement is None:
        raise Refusal(ModelCode.NO_HEATMAP, "The model gave no answer for this slice, so there is no heatmap.")
    heat = heatmap(raw, contract, choice.label)
    said = describe_method(explained.method, explained.layer, (raw.cams.shape[1], raw.cams.shape[2]))
    return SliceMap(slice_, choice, said, heat, quantise_heat(place(heat, placement)), is_coarse)


def make_map(
    slice_: Slice,
    analysis: Analysis,
    classifier: Classifier,
    choice: MapChoice,
    *,
    torch_path: "TorchPath | None" = None,
    explained: ExplainedAnalysis | None = None,
) -> Job[MadeMap]:
    """Make a heatmap of an analysed slice; `explained` is what was found before by that method or layer.

    Occlusion has a `CoarseMap` among its steps. Raises `Refusal`.
    """
    contract = classifier.contract
    if explained is None and choice.layer is not None and torch_path is not None:
        explained = yield from torch_path.explain(analysis, slice_, choice.layer)
    elif explained is None:
        if choice.method == "lime":
            yield Progress(tr("Loading SimpleITK"), 0)
            import_modules(("SimpleITK",), opening=("SimpleITK",))
        job = explain(analysis, slice_, classifier, choice.method)
        explained = yield from change_steps(job, partial(_draw_coarse, slice_, analysis, contract, choice))
    return MadeMap(draw_map(slice_, explained, contract, choice), explained)


def _draw_coarse(slice_: Slice, analysis: Analysis, contract: Contract, choice: MapChoice, step: Progress) -> Progress:
    """Return a step with the coarse map that can be shown after it, if it brings one."""
    if not isinstance(step, CoarseCams) or analysis.raw is None:
        return step
    coarse = ExplainedAnalysis(analysis.with_cams(step.cams), "occlusion", None)
    drawn = draw_map(slice_, coarse, contract, choice, is_coarse=True)
    return CoarseMap(step.doing, step.done, step.total, map=drawn)


def check_slice_map(drawn: SliceMap, classifier: Classifier, torch_path: "TorchPath | None" = None) -> Job[MapCheck]:
    """Check whether a heatmap holds, by the way it was made. Raises `Refusal`."""
    layer = drawn.choice.layer
    make_cams = choose_maker(drawn.choice.method, classifier)
    if layer is not None and torch_path is not None:
        make_cams = torch_path.maker_at(layer)
    input_ = prepare(drawn.slice, classifier.contract.input)
    return (yield from check_map(drawn.heat, input_, classifier, label=drawn.choice.label, make_cams=make_cams))


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

    def explain(self, analysis: Analysis, slice_: Slice, layer: str) -> Job[ExplainedAnalysis]:
        """Return the analysis with the class maps of a layer. Raises `Refusal`."""
        cams = yield from self.maker_at(layer)(prepare(slice_, self._classifier.contract.input))
        return ExplainedAnalysis(analysis.with_cams(cams), "grad-cam", layer)

    def maker_at(self, layer: str) -> MakeCams:
        """Return what makes the class maps of any input at a layer."""

        def make_cams(input_: ModelInput) -> Job[NDArray[np.float32]]:
            model = yield from self._built()
            from inference.torch_path.gradcam import compute_label_cams  # torch: only when a person asks for it

            yield Progress(tr("Computing the class maps"), 0)
            return compute_label_cams(input_, model=model, contract=self._classifier.contract, layer=layer)

        return make_cams

    def _built(self) -> Job[Any]:
        if self._model is None:
            yield Progress(tr("Loading torch"), 0)
            from inference.torch_path.proof import load_bundle_network  # torch: only when a person asks for it

            yield Progress(tr("Building the network"), 0)
            self._model = load_bundle_network(self._classifier.bundle)
        return self._model


def reason_without_layers(bundle: Bundle) -> str | None:
    """Return why another layer cannot be chosen, in a sentence; None if it can."""
    available = torch_available()
    if not available:
        return tr(available.reason)
    if bundle.contract.torch is None:
        return tr("This bundle does not say how to build its network in torch.")
    return None if is_allowed(bundle.sha256) else tr(NOT_ALLOWED)
