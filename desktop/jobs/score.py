"""Scoring a slice in the background: plain functions on frozen values. No Qt here."""

import os
from dataclasses import dataclass
from pathlib import Path

from desktop.jobs.explain import MapChoice, SliceMap, draw_map
from desktop.state.texts.language import tr
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from imaging.volume.volume import Slice
from inference.batch.run import open_lanes
from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import list_installed, resolve_model
from inference.bundle.local_point import find_local_point, switch_local_point, with_local_point
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.classify.finding_words import describe_missing_map
from inference.contract.contract import Contract
from inference.contract.storage import Bundle
from inference.explain.methods import CAM, take_graph_maps
from inference.graph.walk import MODEL_FILE

LIVE_SLICES = 3
"""How many slices live mode asks about at a time: two keep the cores busy, a third while answers wait."""
_MOST_BYTES_SHARED = 64 * 2**20


@dataclass(frozen=True, eq=False)
class ModelOffer:
    """A model that can be chosen: its contract and its path."""

    path: Path
    contract: Contract


@dataclass(frozen=True, eq=False)
class ScoredSlice:
    """The answer for a slice, and the heatmap that came with it if one was wanted."""

    slice: Slice
    analysis: Analysis
    map: SliceMap | None = None


def list_offers() -> tuple[ModelOffer, ...]:
    """Return the installed bundles whose contracts can be read."""
    return tuple(ModelOffer(one.path, one.contract) for one in list_installed() if one.contract is not None)


def open_model(named: str, known: tuple[ModelOffer, ...], policy: ReadingPolicy = DEFAULT_POLICY) -> Classifier:
    """Return a model by its id, or by the path of a bundle or of an ONNX file; checked whole. Raises `Refusal`.

    With its local operating point, if one was chosen here.
    """
    offer = next((one for one in known if one.contract.id == named), None)
    bundle = resolve_model(named, policy=policy) if offer is None else load_bundle(offer.path, policy)
    return Classifier(with_local_point(bundle, find_local_point(bundle.sha256)), policy=policy)


def switch_rule(path: Path, sha256: str, policy: ReadingPolicy, *, local: bool) -> Classifier:
    """Return a model with its local operating point in use, or with its own rule; so it stays. Raises `Refusal`."""
    switch_local_point(sha256, used=local)
    bundle = resolve_model(str(path), policy=policy)
    return Classifier(with_local_point(bundle, find_local_point(bundle.sha256)), policy=policy)


def open_shares(bundle: Bundle, policy: ReadingPolicy = DEFAULT_POLICY) -> tuple[Classifier, ...]:
    """Open a model for each slice that live mode asks about at a time, with half of the cores.

    None for a large model: its weights would lie in memory twice, and it follows no wheel anyway. Raises `Refusal`.
    """
    threads = (os.cpu_count() or 1) // 2
    if threads == 0 or len(bundle.read(MODEL_FILE)) > _MOST_BYTES_SHARED:
        return ()
    return tuple(one for (one,) in open_lanes((bundle,), LIVE_SLICES, policy, threads=threads))


def score_slice(slice_: Slice, classifier: Classifier, *, label: str | None, with_map: bool) -> ScoredSlice:
    """Run one slice through the model; with the heatmap of `label` (None: `choose_map`) if it comes with the score."""
    analysis = analyse(slice_, classifier)
    if not with_map or analysis.raw is None or analysis.raw.cams is None:
        return ScoredSlice(slice_, analysis)
    choice = choose_map(analysis, classifier.contract, label)
    if isinstance(choice, str):
        return ScoredSlice(slice_, analysis)
    explained = take_graph_maps(analysis, classifier.contract)
    return ScoredSlice(slice_, analysis, draw_map(slice_, explained, classifier.contract, choice))


def choose_map(
    analysis: Analysis,
    contract: Contract,
    label: str | None,
    *,
    method: str | None = None,
    layer: str | None = None,
    is_asked: bool = False,
) -> MapChoice | str:
    """Return the heatmap that is shown of an answer: of `label` if a person chose one, else of what was decided.

    Where that is no finding, and nobody asked for its map, return the sentence that says why there is none.
    """
    named = label or choose_label(analysis)
    if named is None or analysis.finding is None:
        return tr("No map: the model gave no answer.")
    missing = None if label or is_asked else describe_missing_map(analysis.finding, contract, named)
    return missing or MapChoice(named, method or own_method(contract), layer)


def own_method(contract: Contract) -> str:
    """Return the method by which a model's answers are explained unless a person chooses one."""
    return CAM if contract.output.cams is not None else "occlusion"


def choose_label(analysis: Analysis) -> str | None:
    """Return the label that a decision speaks of; if it names none (ambiguous) or several, the most probable one."""
    finding = analysis.finding
    if finding is None:
        return None
    decided = [score for score in finding.scores if score.name in finding.decision.split("+")]
    asked = [score for score in finding.scores if score.asked]
    return max(decided or asked, key=lambda score: score.probability).name
