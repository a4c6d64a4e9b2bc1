"""LIME (Ribeiro 2016) by captum, on superpixels, and whether it repeats itself under other seeds."""

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from imaging.base.progress import Job, Progress
from training.evaluate.metrics import LimeFigures
from training.evaluate.saliency import ExplainedCase, blurred, mean_over_cases, rank_correlation

_ACROSS = 7
_COMPACTNESS = 0.6
"""How much nearness counts against likeness: one cell's width away weighs as much as this much of the grey scale."""
_ITERATIONS = 10
_SAMPLES = 400
_AT_ONCE = 50
_SEEDS = 3
_RIDGE = 1e-3


def segment_superpixels(tensor: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return numbers [rows, columns] of about 49 patches of like brightness: k-means on position and value.

    Begun on a grid, as in SLIC (Achanta 2012); nothing is drawn by chance.
    """
    rows, columns = tensor.shape[1:]
    grey = tensor.mean(axis=0)
    grey = (grey - grey.min()) / max(float(np.ptp(grey)), 1e-6)
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float32)
    position = [row * _ACROSS / rows, column * _ACROSS / columns]
    features = np.stack([*position, grey / _COMPACTNESS], axis=-1).reshape(-1, 3).astype(np.float32)
    first = (np.floor(position[0]) * _ACROSS + np.floor(position[1])).astype(np.int32).reshape(-1, 1)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, _ITERATIONS, 0.0)
    _, numbers, _ = cv2.kmeans(features, _ACROSS**2, first, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
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
        shrink = _RIDGE * len(shown) * torch.eye(design.shape[1], dtype=torch.float64)
        shrink[-1, -1] = 0.0
        solved = torch.linalg.solve(weighted.T @ design + shrink, weighted.T @ answers.view(-1))
        self._weights = solved[:-1].float()
        return {}

    def representation(self) -> torch.Tensor:
        """Return the weight of each superpixel."""
        return self._weights.view(1, -1)


def lime_weights(case: ExplainedCase, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return superpixels [rows, columns] of a case, and the weight of each for the label's probability.

    Hidden superpixels are blurred. Equal seeds give equal weights; the generators of others are left as they are.
    """
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
            n_samples=_SAMPLES,
            perturbations_per_eval=_AT_ONCE,
            return_input_shape=False,
        )
    return mask, found.numpy().reshape(-1).astype(np.float64)


def lime_figures(cases: Sequence[ExplainedCase], *, seed: int) -> Job[LimeFigures]:
    """Compute rank correlations over superpixels, between seeds and with the heatmap."""
    repeated, like, counts = [], [], []
    for number, case in enumerate(cases):
        drawn = []
        for draw in range(_SEEDS):
            mask, weights = lime_weights(case, seed=seed + draw)
            drawn.append(weights)
            yield Progress("LIME", number * _SEEDS + draw + 1, len(cases) * _SEEDS)
        counts.append(len(drawn[0]))
        pairs = [(first, second) for first in range(_SEEDS) for second in range(first)]
        repeated.append(float(np.mean([rank_correlation(drawn[first], drawn[second]) for first, second in pairs])))
        like.append(rank_correlation(drawn[0], _in_segment_superpixels(case, mask)))
    return LimeFigures(
        cases=len(cases),
        seeds=_SEEDS,
        superpixels=float(np.mean(counts)),
        samples=_SAMPLES,
        repeatability=mean_over_cases(repeated),
        like_heatmap=mean_over_cases(like),
    )


def _in_segment_superpixels(case: ExplainedCase, mask: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean of the signed class map in each superpixel."""
    rows, columns = mask.shape
    fine = cv2.resize(case.signed, (columns, rows), interpolation=cv2.INTER_LINEAR)
    sums = np.bincount(mask.ravel(), weights=np.asarray(fine, dtype=np.float64).ravel())
    return np.asarray(sums / np.bincount(mask.ravel()))
