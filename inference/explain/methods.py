"""Ways to explain an answer behind one interface: each returns the analysis with class maps, and says how."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.explain.lime import compute_lime_cams, describe_mixes
from inference.explain.occlusion import compute_occlusion_cams

MakeCams = Callable[[ModelInput], Job[NDArray[np.float32]]]
"""Makes signed class maps [labels, h, w] of an input, by one method of one model."""

CAM = "cam"
BY_COVERING: dict[str, Callable[[ModelInput, Classifier], Job[NDArray[np.float32]]]] = {
    "occlusion": compute_occlusion_cams,
    "lime": compute_lime_cams,
}
"""Methods that ask the model about inputs of which parts are covered: from an input to maps of its labels."""
METHODS = (CAM, *BY_COVERING)
"""The words by which a method is chosen; `cam` are the maps that come with the score."""


@dataclass(frozen=True, eq=False)
class ExplainedAnalysis:
    """An analysis with class maps: by which method, and of which layer (None: it looks at none)."""

    analysis: Analysis
    method: str
    """`grad-cam`, `hires-cam`, `occlusion` or `lime`."""
    layer: str | None


def explain(analysis: Analysis, slice_: Slice, classifier: Classifier, wanted: str | None) -> Job[ExplainedAnalysis]:
    """Explain by one of `METHODS`; None is the maps of the graph if it has them, else occlusion.

    Occlusion's steps have coarse maps among them (`CoarseCams`). Raises `Refusal`: NO_HEATMAP if `cam` is wanted of a
    model without class maps, or the analysis has no answer; what the model raises on covered slices.
    """
    has_maps = analysis.raw is not None and analysis.raw.cams is not None
    chosen = wanted or (CAM if has_maps else "occlusion")
    if chosen != CAM:
        if analysis.raw is None:
            raise Refusal(ModelCode.NO_HEATMAP, "The model gave no answer for this slice, so there is no heatmap.")
        cams = yield from choose_maker(chosen, classifier)(prepare(slice_, classifier.contract.input))
        return ExplainedAnalysis(analysis.with_cams(cams), chosen, None)
    if not has_maps:
        raise without_maps()
    return take_graph_maps(analysis, classifier.contract)


def take_graph_maps(analysis: Analysis, contract: Contract) -> ExplainedAnalysis:
    """Return an analysis whose maps came with the score, and by which method the graph makes them."""
    spec = contract.explanation
    return ExplainedAnalysis(analysis, "hires-cam" if spec.method == "hires_cam" else "grad-cam", spec.target_layer)


def choose_maker(method: str, classifier: Classifier) -> MakeCams:
    """Return what makes the class maps of any input by one of `METHODS` (or by its name in an `ExplainedAnalysis`)."""
    make_cams = BY_COVERING.get(method, _run_for_cams)
    return lambda input_: make_cams(input_, classifier)


def describe_method(method: str, layer: str | None, cells: tuple[int, int]) -> str:
    """Return a method and its parameters in a few words; `cells` are the rows and columns of its maps."""
    grid = english("{rows} × {columns} cells", rows=cells[0], columns=cells[1])
    if method == "occlusion":
        return english("Occlusion: {grid}, each patch covered by the mean of the picture", grid=grid)
    if method == "lime":
        return english("LIME: {mixes}", mixes=describe_mixes())
    if method == "hires-cam":
        return english("HiResCAM: {grid}, each with weights of its own", grid=grid)
    return (
        english("Grad-CAM at {layer}: {grid}", layer=layer, grid=grid)
        if layer
        else english("Grad-CAM: {grid}", grid=grid)
    )


def without_maps() -> Refusal:
    """Return the refusal of class maps by a model that has none."""
    return Refusal(ModelCode.NO_HEATMAP, "This model has no class maps. `--method occlusion` does without.")


def _run_for_cams(input_: ModelInput, classifier: Classifier) -> Job[NDArray[np.float32]]:
    yield Progress(english("Computing the class maps"), 0, None)
    cams = classifier.run(input_).cams
    if cams is None:
        raise without_maps()
    return cams
