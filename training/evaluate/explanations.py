"""What the heatmaps of a run look like and whether they can be believed: galleries, saliency checks, LIME."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from inference.classify.classifier import maps_of_labels
from inference.explain.normalise_cam import normalise_cam
from inference.torch_path.gradcam import compute_cams
from training.data.dataset import Case, prepared_tensor, slices_of
from training.evaluate.explained_case import Subject
from training.evaluate.lime import lime_figures, weights_of
from training.evaluate.metrics import LimeFigures, Saliency
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.evaluate.saliency import saliency
from training.recipe.recipe import Recipe
from training.report.pages import png_of

GALLERY = "gallery"
RIGHT, WRONG = "right", "wrong"
_SALIENCY_CASES = 12
_LIME_CASES = 4


@dataclass(frozen=True)
class _Chosen:
    """A case of the test part, with the label that its heatmap speaks for."""

    case: Case
    label: int
    caption: str


def explain_run(
    run: Path, cases: Sequence[Case], test: ScoredCases, choice: OperatingPoint, *, model: nn.Module, recipe: Recipe
) -> Job[dict[str, Saliency | LimeFigures | None]]:
    """Write galleries of right and wrong test cases; saliency checks and LIME on some of the right ones.

    Returns what `Metrics` holds of them, by its field names.
    """
    shares, words = choice.probabilities(test), choice.decisions(test)
    answered, _ = choice.judge(test)
    exact = ((answered.targets == 1) == answered.decided) | np.isnan(answered.targets)
    order = _mixed(test.labels, recipe.fit.seed)
    wrong_first = sorted(range(len(cases)), key=lambda number: -float(shares[number].max()))
    picked = {
        RIGHT: [number for number in order if exact[number].all()],
        WRONG: [number for number in wrong_first if not exact[number].all()],
    }
    subjects = {}
    for kind, numbers in picked.items():
        most = max(recipe.judging.gallery, _SALIENCY_CASES if kind == RIGHT else 0)
        chosen = [
            _Chosen(cases[number], int(shares[number].argmax()), _caption(test, words, shares, number, recipe))
            for number in numbers[:most]
        ]
        subjects[kind] = yield from _subjects(chosen, model=model, recipe=recipe, choice=choice)
        yield from _write_gallery(run / GALLERY / kind, subjects[kind][: recipe.judging.gallery], recipe)
    right = subjects[RIGHT]
    if not right:
        return {"saliency": None, "lime": None}
    checked = yield from saliency(right[:_SALIENCY_CASES], model=model, recipe=recipe)
    lime = None
    if recipe.judging.lime:
        lime = yield from lime_figures(right[:_LIME_CASES], seed=recipe.fit.seed)
    return {"saliency": checked, "lime": lime}


def _mixed(labels: Sequence[str], seed: int) -> list[int]:
    """All cases, each label in turn, drawn by the seed."""
    drawn = np.random.default_rng(seed % 2**64).permutation(len(labels))
    turn: dict[str, int] = {}
    place = {}
    for number in drawn.tolist():
        place[number] = turn[labels[number]] = turn.get(labels[number], 0) + 1
    return sorted(drawn.tolist(), key=lambda number: (place[number], labels[number]))


def _caption(test: ScoredCases, words: Sequence[str], shares: NDArray[np.float32], number: int, recipe: Recipe) -> str:
    best = int(shares[number].argmax())
    stand_in = "Stand-in data. " if recipe.judging.stand_in else ""
    share = f"{recipe.task.names[best]} {shares[number, best]:.3f}"
    return f"{stand_in}{test.names[number]}\nlabelled {test.labels[number]}, decided {words[number]}; {share}"


def _subjects(
    chosen: Sequence[_Chosen], *, model: nn.Module, recipe: Recipe, choice: OperatingPoint
) -> Job[list[Subject]]:
    """Prepare the cases again (scores are kept, tensors are not) and make the heatmap of each."""
    found = []
    cases = [one.case for one in chosen]
    for number, (_, slice_) in enumerate(slices_of(cases)):
        yield Progress("Explaining cases", number + 1, len(cases))
        if isinstance(slice_, Refusal):
            continue
        tensor = prepared_tensor(slice_, recipe.input)
        tensor = np.repeat(tensor, recipe.input.channels // len(tensor), axis=0)
        one = chosen[number]
        found.append(
            Subject(
                tensor=tensor,
                label=one.label,
                caption=one.caption,
                signed=class_map(model, recipe, tensor, one.label),
                model=model,
                task=recipe.task,
                temperature=choice.temperature,
            )
        )
    return found


def class_map(model: nn.Module, recipe: Recipe, tensor: NDArray[np.float32], label: int) -> NDArray[np.float32]:
    """The signed class map [h, w] of a label for one prepared slice [channels, rows, columns]."""
    maps = maps_of_labels(compute_cams(model, recipe.network.target_layer, tensor[np.newaxis]), recipe.task)
    return np.asarray(maps[label])


def _write_gallery(folder: Path, subjects: Sequence[Subject], recipe: Recipe) -> Job[None]:
    """One PNG a case: the slice as the network gets it, the heatmap over it, and LIME where the recipe wants it."""
    for old in folder.glob("*.png") if folder.is_dir() else ():
        old.unlink()
    captions = []
    for number, subject in enumerate(subjects):
        grey = subject.picture(recipe.input)
        panels = [grey, _overlaid(grey, normalise_cam(subject.signed, recipe.input.size))]
        if recipe.judging.lime:
            mask, weights = weights_of(subject, seed=recipe.fit.seed)
            yield Progress("LIME of the gallery", number + 1, len(subjects))
            panels.append(_overlaid(grey, _positive(weights)[mask]))
        write_with_folder(folder / f"{number:03d}.png", png_of(np.hstack(panels)))
        captions.append(subject.caption.replace("\n", " | "))
    write_with_folder(folder / "captions.txt", ("\n".join(captions) + "\n").encode())


def read_gallery(run: Path, kind: str) -> list[tuple[bytes, str]]:
    """The pictures of a gallery with their captions."""
    folder = run / GALLERY / kind
    try:
        captions = (folder / "captions.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    paths = sorted(folder.glob("*.png"))
    return [(path.read_bytes(), caption.replace(" | ", "\n")) for path, caption in zip(paths, captions, strict=False)]


def _positive(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    raised = np.maximum(weights, 0.0)
    return np.asarray(raised / max(float(raised.max()), 1e-12), dtype=np.float32)


def _overlaid(grey: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """RGB [rows, columns, 3]: the slice under a heatmap 0…1, the more opaque the stronger."""
    coloured = cv2.cvtColor(
        cv2.applyColorMap(np.rint(heat * 255).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB
    )
    share = (0.65 * heat)[:, :, np.newaxis]
    return np.rint((1 - share) * grey + share * coloured).astype(np.uint8)
