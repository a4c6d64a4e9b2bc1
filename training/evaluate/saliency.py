"""Saliency checks: does a heatmap depend on what was learnt, and on what matters to the answer?

Randomised weights must destroy it (Adebayo 2018): from the head down, the values of every tensor are shuffled, and the
maps are compared with those of the trained network. Insertion and deletion (Petsiuk 2018): pixels are shown, or blurred
away, in the heatmap's order; the answer must follow faster than in random orders of blobs as coarse as the map. LIME
(Ribeiro 2016) by captum, on superpixels, must repeat itself under other seeds.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from imaging.base.progress import Job, Progress
from inference.classify.classifier import maps_of_labels
from inference.contract.contract import InputSpec, Interval, Task
from inference.explain.normalise_cam import normalise_cam
from inference.statistics.bootstrap import draw_group_weights, mean_interval
from inference.torch_path.gradcam import compute_cams
from training.evaluate.metrics import Curve, LimeFigures, Randomised, Saliency
from training.evaluate.predictions import probabilities
from training.recipe.recipe import Recipe

DESTROYED = 0.3
"""Mean rank correlation up to which a map counts as destroyed."""

_STAGES, _STEPS, _BLUR_SHARE = 5, 12, 0.05

_LIME_ACROSS = 7
_LIME_COMPACTNESS = 0.6
"""How much nearness counts against likeness: one cell's width away weighs as much as this much of the grey scale."""
_LIME_ITERATIONS, _LIME_SAMPLES, _LIME_AT_ONCE, _LIME_SEEDS, _LIME_RIDGE = 10, 400, 50, 3, 1e-3


@dataclass(frozen=True, eq=False)
class ExplainedCase:
    """A case to explain: the prepared slice, the label of its heatmap, the network to ask about changed copies."""

    tensor: NDArray[np.float32]
    """[channels, rows, columns], as the network gets it."""
    label: int
    caption: str
    signed: NDArray[np.float32]
    """The class map [h, w] of the label, before ReLU."""
    model: nn.Module
    task: Task
    temperature: float

    def probability(self, tensors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability [N] of the label for changed copies [N, channels, rows, columns]."""
        with torch.no_grad():
            logits = self.model(torch.from_numpy(np.ascontiguousarray(tensors))).float().numpy()
        return probabilities(logits, self.task, self.temperature)[:, self.label].astype(np.float64)


def picture_of(tensor: NDArray[np.float32], spec: InputSpec) -> NDArray[np.uint8]:
    """Return an input [channels, rows, columns] as RGB [rows, columns, 3], normalisation undone."""
    count = len(tensor)
    mean = np.array(spec.mean[:count], dtype=np.float32)[:, None, None]
    std = np.array(spec.std[:count], dtype=np.float32)[:, None, None]
    unit = np.clip((tensor * std + mean) * 255.0, 0, 255).transpose(1, 2, 0)
    return np.rint(np.repeat(unit, 3 // count, axis=2)).astype(np.uint8)


def check_saliency(cases: Sequence[ExplainedCase], *, model: nn.Module, recipe: Recipe) -> Job[Saliency]:
    """Run both checks on some cases."""
    randomised = yield from randomise_weights(cases, model=model, recipe=recipe)
    insertion, deletion = yield from insertion_deletion(cases, size=recipe.input.size, seed=recipe.fit.seed)
    return Saliency(
        cases=len(cases),
        randomised=randomised,
        destroyed=randomised[-1].correlation.value <= DESTROYED,
        insertion=insertion,
        deletion=deletion,
    )


def randomise_weights(
    cases: Sequence[ExplainedCase], *, model: nn.Module, recipe: Recipe
) -> Job[tuple[Randomised, ...]]:
    """Shuffle the weights from the head down, in five stages, and compare the maps of each with the first ones."""
    generator = torch.Generator().manual_seed(recipe.fit.seed % 2**63)
    changed = deepcopy(model)
    found = []
    stages = _stages(changed)
    for number, (name, modules) in enumerate(stages):
        for module in modules:
            _shuffle(module, generator)
        correlations, similarities = [], []
        for case in cases:
            # Shuffled weights may overflow; a map of NaN shows nothing.
            after = np.nan_to_num(class_map(changed, recipe, case.tensor, case.label), nan=0.0, posinf=0.0, neginf=0.0)
            correlations.append(rank_correlation(np.maximum(case.signed, 0), np.maximum(after, 0)))
            size = recipe.input.size
            similarities.append(structural_similarity(normalise_cam(case.signed, size), normalise_cam(after, size)))
        yield Progress("Randomising weights", number + 1, len(stages))
        found.append(
            Randomised(
                down_to=name, correlation=mean_over_cases(correlations), similarity=mean_over_cases(similarities)
            )
        )
    return tuple(found)


def insertion_deletion(cases: Sequence[ExplainedCase], *, size: tuple[int, int], seed: int) -> Job[tuple[Curve, Curve]]:
    """Compute insertion and deletion curves, in the heatmap's order and in one random order a case."""
    generator = np.random.default_rng(seed % 2**64)
    rows: list[NDArray[np.float64]] = []
    for number, case in enumerate(cases):
        random = generator.uniform(size=case.signed.shape).astype(np.float32)
        orders = [normalise_cam(case.signed, size), normalise_cam(random, size)]
        rows.append(np.stack([curve for order in orders for curve in _curves_of(case, order)]))
        yield Progress("Insertion and deletion", number + 1, len(cases))
    # [cases, (insertion by heatmap, deletion by heatmap, insertion by chance, deletion by chance), steps]
    all_ = np.stack(rows)
    insertion = _curve(all_[:, 0], all_[:, 2], better=lambda mine, random: mine - random)
    deletion = _curve(all_[:, 1], all_[:, 3], better=lambda mine, random: random - mine)
    return insertion, deletion


def _curves_of(case: ExplainedCase, order: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability after each step of showing, and of blurring away, the pixels of highest values first."""
    away = blurred(case.tensor)
    # Ties (a map is 0 over wide areas) go by a fixed mixture and not from the top row down.
    mixed = np.random.default_rng(0).permutation(order.size)
    ranked = mixed[np.argsort(-order.ravel()[mixed], kind="stable")]
    rank = np.empty(order.size, dtype=np.int64)
    rank[ranked] = np.arange(order.size)
    reached = [rank.reshape(order.shape) < round(order.size * step / _STEPS) for step in range(_STEPS + 1)]
    shown_ = np.stack([np.where(mask, case.tensor, away) for mask in reached])
    gone = np.stack([np.where(mask, away, case.tensor) for mask in reached])
    return case.probability(shown_), case.probability(gone)


def blurred(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the slice without its detail: blurred by a twentieth of its side."""
    sigma = _BLUR_SHARE * min(tensor.shape[1:])
    return np.stack([cv2.GaussianBlur(channel, (0, 0), sigma) for channel in tensor]).astype(np.float32)


def _curve(
    mine: NDArray[np.float64],
    random: NDArray[np.float64],
    *,
    better: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
) -> Curve:
    """Return the areas of curves [cases, steps] by the trapezoid rule, over shares 0…1."""
    shares = np.linspace(0, 1, mine.shape[1])
    of_mine, of_random = (np.asarray(np.trapezoid(one, shares, axis=1)) for one in (mine, random))
    return Curve(
        heatmap=mean_over_cases(of_mine),
        random=mean_over_cases(of_random),
        gain=mean_over_cases(better(of_mine, of_random)),
        shares=tuple(np.round(shares, 4).tolist()),
        by_heatmap=tuple(np.round(mine.mean(axis=0), 4).tolist()),
        by_random=tuple(np.round(random.mean(axis=0), 4).tolist()),
    )


def mean_over_cases(values: Sequence[float] | NDArray[np.float64]) -> Interval:
    """Return the mean over cases of what lies in -1…1, with its interval."""
    draws = draw_group_weights(range(len(values)), seed=0)
    return mean_interval(np.asarray(values, dtype=np.float64), draws, (-1.0, 1.0))


def _stages(model: nn.Module) -> list[tuple[str, list[nn.Module]]]:
    """Return modules with weights of their own from last to first, the last one alone, the others in even parts."""
    own = [
        (name, module)
        for name, module in model.named_modules()
        if any(True for _ in (*module.parameters(recurse=False), *module.buffers(recurse=False)))
    ][::-1]
    rest = np.array_split(np.arange(1, len(own)), min(_STAGES, max(1, len(own) - 1)))
    parts = [[0], *(part.tolist() for part in rest if len(part))]
    return [(own[part[-1]][0] or "all", [own[number][1] for number in part]) for part in parts]


@torch.no_grad()
def _shuffle(module: nn.Module, generator: torch.Generator) -> None:
    """Shuffle the values of each tensor of the module: what it learnt is gone, their sizes are as before."""
    for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
        if tensor.is_floating_point() and tensor.numel() > 1:
            order = torch.randperm(tensor.numel(), generator=generator)
            tensor.copy_(tensor.flatten()[order].view_as(tensor))


def class_map(model: nn.Module, recipe: Recipe, tensor: NDArray[np.float32], label: int) -> NDArray[np.float32]:
    """Return the signed class map [h, w] of a label for one prepared slice [channels, rows, columns]."""
    maps = maps_of_labels(compute_cams(model, recipe.network.target_layer, tensor[np.newaxis]), recipe.task)
    return np.asarray(maps[label])


def rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return Spearman's correlation of two arrays of one shape; ties share their rank, 0 if one is flat."""
    ranks = [_ranks(one.ravel()) for one in (first, second)]
    apart = [one - one.mean() for one in ranks]
    size = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    return float((apart[0] * apart[1]).sum() / size) if size > 0 else 0.0


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place], dtype=np.float64)


def structural_similarity(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the mean SSIM (Wang 2004, equation 13) of two maps in 0…1: Gaussian window of 11, deviation 1.5."""
    x, y = first.astype(np.float64), second.astype(np.float64)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), dtype=np.float64)

    c1, c2 = 0.01**2, 0.03**2
    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    above = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float((above / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())


def segment_superpixels(tensor: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return numbers [rows, columns] of about 49 patches: k-means on position and grey, from a grid (SLIC, 2012)."""
    rows, columns = tensor.shape[1:]
    grey = tensor.mean(axis=0)
    grey = (grey - grey.min()) / max(float(np.ptp(grey)), 1e-6)
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float32)
    position = [row * _LIME_ACROSS / rows, column * _LIME_ACROSS / columns]
    features = np.stack([*position, grey / _LIME_COMPACTNESS], axis=-1).reshape(-1, 3).astype(np.float32)
    first = (np.floor(position[0]) * _LIME_ACROSS + np.floor(position[1])).astype(np.int32).reshape(-1, 1)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, _LIME_ITERATIONS, 0.0)
    _, numbers, _ = cv2.kmeans(features, _LIME_ACROSS**2, first, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    _, dense = np.unique(np.asarray(numbers), return_inverse=True)
    return dense.reshape(rows, columns).astype(np.int64)


class Ridge:
    """The linear model that LIME fits, weighted, a little shrunk, in closed form (captum's own needs scikit-learn)."""

    def __init__(self) -> None:
        self._weights = torch.zeros(0)

    def fit(self, train_data: Iterable[Sequence[torch.Tensor]], **_: Any) -> dict[str, float]:
        """Fit to batches of (which superpixels were shown, the answer, how near that is to the whole slice)."""
        shown, answers, near = (torch.cat(parts).double() for parts in zip(*train_data, strict=True))
        design = torch.cat([shown, torch.ones(len(shown), 1, dtype=torch.float64)], dim=1)
        weighted = design * near.view(-1, 1)
        shrink = _LIME_RIDGE * len(shown) * torch.eye(design.shape[1], dtype=torch.float64)
        shrink[-1, -1] = 0.0
        solved = torch.linalg.solve(weighted.T @ design + shrink, weighted.T @ answers.view(-1))
        self._weights = solved[:-1].float()
        return {}

    def representation(self) -> torch.Tensor:
        """Return the weight of each superpixel."""
        return self._weights.view(1, -1)


def lime_weights(case: ExplainedCase, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return superpixels [rows, columns] of a case, and each one's weight for the label; equal seeds, equal weights."""
    # Late: captum takes a second to import, and few recipes ask for LIME.
    from captum.attr import Lime

    mask = segment_superpixels(case.tensor)

    def forward(inputs: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(case.probability(inputs.numpy()))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**63)
        found = Lime(forward, interpretable_model=Ridge()).attribute(
            torch.from_numpy(case.tensor[np.newaxis]),
            baselines=torch.from_numpy(blurred(case.tensor)[np.newaxis]),
            feature_mask=torch.from_numpy(np.broadcast_to(mask, case.tensor.shape)[np.newaxis].copy()),
            n_samples=_LIME_SAMPLES,
            perturbations_per_eval=_LIME_AT_ONCE,
            return_input_shape=False,
        )
    return mask, found.numpy().reshape(-1).astype(np.float64)


def lime_figures(cases: Sequence[ExplainedCase], *, seed: int) -> Job[LimeFigures]:
    """Compute rank correlations over superpixels, between seeds and with the heatmap."""
    repeated, like, counts = [], [], []
    for number, case in enumerate(cases):
        drawn = []
        for draw in range(_LIME_SEEDS):
            mask, weights = lime_weights(case, seed=seed + draw)
            drawn.append(weights)
            yield Progress("LIME", number * _LIME_SEEDS + draw + 1, len(cases) * _LIME_SEEDS)
        counts.append(len(drawn[0]))
        pairs = [(first, second) for first in range(_LIME_SEEDS) for second in range(first)]
        repeated.append(float(np.mean([rank_correlation(drawn[first], drawn[second]) for first, second in pairs])))
        like.append(rank_correlation(drawn[0], _in_segment_superpixels(case, mask)))
    return LimeFigures(
        cases=len(cases),
        seeds=_LIME_SEEDS,
        superpixels=float(np.mean(counts)),
        samples=_LIME_SAMPLES,
        repeatability=mean_over_cases(repeated),
        like_heatmap=mean_over_cases(like),
    )


def _in_segment_superpixels(case: ExplainedCase, mask: NDArray[np.int64]) -> NDArray[np.float64]:
    rows, columns = mask.shape
    fine = cv2.resize(case.signed, (columns, rows), interpolation=cv2.INTER_LINEAR)
    sums = np.bincount(mask.ravel(), weights=np.asarray(fine, dtype=np.float64).ravel())
    return np.asarray(sums / np.bincount(mask.ravel()))
