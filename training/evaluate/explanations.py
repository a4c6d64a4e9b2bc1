"""Explanations of test cases: galleries of right and wrong ones with their heatmaps, saliency checks, LIME."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.explain.normalise_cam import normalise_cam
from training.data.dataset import Case, map_slices, prepared_tensor, slices_of
from training.evaluate.metrics import LimeFigures, Saliency
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.evaluate.saliency import (
    ExplainedCase,
    check_saliency,
    class_map,
    lime_figures,
    lime_weights,
    picture_of,
)
from training.recipe.recipe import Recipe

RIGHT, WRONG = "right", "wrong"
_SALIENCY_CASES, _LIME_CASES, _SAMPLES = 12, 4, 9


@dataclass(frozen=True, eq=False)
class GalleryPicture:
    """A case of a gallery: the slice as the network gets it, beside it the heatmap, and LIME if the recipe asks."""

    rgb: NDArray[np.uint8]
    """[rows, columns, 3]."""
    caption: str


@dataclass(frozen=True, eq=False)
class Explanations:
    """Galleries by `RIGHT` and `WRONG`, and the checks on some of the right cases."""

    galleries: Mapping[str, Sequence[GalleryPicture]]
    saliency: Saliency | None = None
    lime: LimeFigures | None = None


@dataclass(frozen=True)
class _Choice:
    """A case of the test part, with the label that its heatmap speaks for."""

    case: Case
    label: int
    caption: str


def draw_samples_of(cases: Sequence[Case], recipe: Recipe) -> Job[tuple[GalleryPicture, ...]]:
    """Return up to nine cases as the network gets them, each label in turn, with their labels."""
    chosen = [cases[number] for number in _mix_labels([case.label for case in cases], recipe.fit.seed)[:_SAMPLES]]

    def draw(case: Case, slice_: Slice) -> GalleryPicture:
        return GalleryPicture(picture_of(prepared_tensor(slice_, recipe.input), recipe.input), case.label or "no label")

    _, pictures, _ = yield from map_slices(chosen, draw, "Drawing samples")
    return tuple(pictures)


def explain_run(
    cases: Sequence[Case], test: ScoredCases, choice: OperatingPoint, *, model: nn.Module, recipe: Recipe, lime: bool
) -> Job[Explanations]:
    """Explain right and wrong test cases, by LIME too if asked; check saliency and LIME on some of the right ones."""
    explained: dict[str, list[ExplainedCase]] = {}
    galleries = {}
    for kind, chosen in _choose_cases(cases, test, choice, recipe).items():
        explained[kind] = yield from _explain(chosen, model=model, recipe=recipe, temperature=choice.temperature)
        galleries[kind] = yield from _draw_gallery(explained[kind][: recipe.judging.gallery], recipe, lime=lime)
    right = explained[RIGHT]
    if not right:
        return Explanations(galleries)
    saliency = yield from check_saliency(right[:_SALIENCY_CASES], model=model, recipe=recipe)
    repeated = (yield from lime_figures(right[:_LIME_CASES], seed=recipe.fit.seed)) if lime else None
    return Explanations(galleries, saliency, repeated)


def _choose_cases(
    cases: Sequence[Case], test: ScoredCases, choice: OperatingPoint, recipe: Recipe
) -> dict[str, list[_Choice]]:
    """Return right cases, each label in turn, and wrong ones, the most confident first."""
    judged, _ = choice.judge(test)
    probabilities, words = judged.probabilities, choice.decisions(test)
    right = (((judged.targets == 1) == judged.decided) | np.isnan(judged.targets)).all(axis=1)
    confident_first = sorted(range(len(cases)), key=lambda number: -float(probabilities[number].max()))
    numbers = {
        RIGHT: [number for number in _mix_labels(test.labels, recipe.fit.seed) if right[number]],
        WRONG: [number for number in confident_first if not right[number]],
    }
    most = {RIGHT: max(recipe.judging.gallery, _SALIENCY_CASES), WRONG: recipe.judging.gallery}
    return {
        kind: [
            _Choice(
                cases[number],
                int(probabilities[number].argmax()),
                _caption(test, words[number], probabilities[number], number, recipe),
            )
            for number in of_kind[: most[kind]]
        ]
        for kind, of_kind in numbers.items()
    }


def _mix_labels(labels: Sequence[str], seed: int) -> list[int]:
    """Return the numbers of all cases, each label in turn, drawn by the seed."""
    drawn = np.random.default_rng(seed % 2**64).permutation(len(labels))
    turn: dict[str, int] = {}
    turn_of = {}
    for number in drawn.tolist():
        turn_of[number] = turn[labels[number]] = turn.get(labels[number], 0) + 1
    return sorted(drawn.tolist(), key=lambda number: (turn_of[number], labels[number]))


def _caption(test: ScoredCases, word: str, probabilities: NDArray[np.float32], number: int, recipe: Recipe) -> str:
    best = int(probabilities.argmax())
    stand_in = "Stand-in data. " if recipe.judging.stand_in else ""
    share = f"{recipe.task.names[best]} {probabilities[best]:.3f}"
    return f"{stand_in}{test.names[number]}\nlabelled {test.labels[number]}, decided {word}; {share}"


def _explain(
    chosen: Sequence[_Choice], *, model: nn.Module, recipe: Recipe, temperature: float
) -> Job[list[ExplainedCase]]:
    """Prepare the cases again (answers are cached, tensors are not) and make the heatmap of each."""
    found = []
    for number, (_, slice_) in enumerate(slices_of([one.case for one in chosen])):
        yield Progress("Explaining cases", number + 1, len(chosen))
        if isinstance(slice_, Refusal):
            continue
        tensor = prepared_tensor(slice_, recipe.input)
        tensor = np.repeat(tensor, recipe.input.channels // len(tensor), axis=0)
        one = chosen[number]
        found.append(
            ExplainedCase(
                tensor=tensor,
                label=one.label,
                caption=one.caption,
                signed=class_map(model, recipe, tensor, one.label),
                model=model,
                task=recipe.task,
                temperature=temperature,
            )
        )
    return found


def _draw_gallery(explained: Sequence[ExplainedCase], recipe: Recipe, *, lime: bool) -> Job[list[GalleryPicture]]:
    found = []
    for number, one in enumerate(explained):
        rgb = picture_of(one.tensor, recipe.input)
        panels = [rgb, _overlay(rgb, normalise_cam(one.signed, recipe.input.size))]
        if lime:
            mask, weights = lime_weights(one, seed=recipe.fit.seed)
            yield Progress("LIME of the gallery", number + 1, len(explained))
            raised = np.maximum(weights, 0.0)
            panels.append(_overlay(rgb, np.asarray(raised / max(float(raised.max()), 1e-12), np.float32)[mask]))
        found.append(GalleryPicture(np.hstack(panels), one.caption))
    return found


def _overlay(rgb: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return RGB [rows, columns, 3] of the slice under a heatmap 0…1, the more opaque the stronger."""
    coloured = cv2.cvtColor(
        cv2.applyColorMap(np.rint(heat * 255).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB
    )
    share = (0.65 * heat)[:, :, np.newaxis]
    return np.rint((1 - share) * rgb + share * coloured).astype(np.uint8)
