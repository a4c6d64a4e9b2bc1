"""LIME (Ribeiro 2016), captum's, on superpixels: which carry the answer, and do others with another seed?"""

from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from imaging.base.progress import Job, Progress
from training.evaluate.explained_case import Subject
from training.evaluate.metrics import LimeFigures
from training.evaluate.saliency import blurred, over_cases, rank_correlation

_ACROSS = 7
_COMPACTNESS = 0.6
"""How much nearness counts against likeness: one cell's width away weighs as much as this much of the grey scale."""
_ITERATIONS = 10
_SAMPLES = 400
_AT_ONCE = 50
_SEEDS = 3
_RIDGE = 1e-3


def superpixels(tensor: NDArray[np.float32]) -> NDArray[np.int64]:
    """Numbers [rows, columns] of about 49 patches of like brightness: k-means on place and value, begun on a grid.

    The idea is that of SLIC (Achanta 2012). Nothing is drawn by chance.
    """
    rows, columns = tensor.shape[1:]
    grey = tensor.mean(axis=0)
    grey = (grey - grey.min()) / max(float(np.ptp(grey)), 1e-6)
    row, column = np.mgrid[0:rows, 0:columns].astype(np.float32)
    places = [row * _ACROSS / rows, column * _ACROSS / columns]
    features = np.stack([*places, grey / _COMPACTNESS], axis=-1).reshape(-1, 3).astype(np.float32)
    first = (np.floor(places[0]) * _ACROSS + np.floor(places[1])).astype(np.int32).reshape(-1, 1)
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
        """The weight of each superpixel."""
        return self._weights.view(1, -1)


def weights_of(subject: Subject, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Superpixels [rows, columns] of a case, and the weight of each for the label's probability.

    Hidden superpixels are blurred. Equal seeds give equal weights; the generators of others are left as they are.
    """
    # Late: captum takes a second to import, and few recipes ask for LIME.
    from captum.attr import Lime

    mask = superpixels(subject.tensor)

    def forward(inputs: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(subject.probability(inputs.numpy()))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**63)
        found = Lime(forward, interpretable_model=Ridge()).attribute(
            torch.from_numpy(subject.tensor[np.newaxis]),
            baselines=torch.from_numpy(blurred(subject.tensor)[np.newaxis]),
            feature_mask=torch.from_numpy(np.broadcast_to(mask, subject.tensor.shape)[np.newaxis].copy()),
            n_samples=_SAMPLES,
            perturbations_per_eval=_AT_ONCE,
            return_input_shape=False,
        )
    return mask, found.numpy().reshape(-1).astype(np.float64)


def lime_figures(subjects: Sequence[Subject], *, seed: int) -> Job[LimeFigures]:
    """Rank correlations over superpixels, between seeds and with the heatmap."""
    repeated, like, counts = [], [], []
    for number, subject in enumerate(subjects):
        drawn = []
        for draw in range(_SEEDS):
            mask, weights = weights_of(subject, seed=seed + draw)
            drawn.append(weights)
            yield Progress("LIME", number * _SEEDS + draw + 1, len(subjects) * _SEEDS)
        counts.append(len(drawn[0]))
        pairs = [(first, second) for first in range(_SEEDS) for second in range(first)]
        repeated.append(float(np.mean([rank_correlation(drawn[first], drawn[second]) for first, second in pairs])))
        like.append(rank_correlation(drawn[0], _in_superpixels(subject, mask)))
    return LimeFigures(
        cases=len(subjects),
        seeds=_SEEDS,
        superpixels=float(np.mean(counts)),
        samples=_SAMPLES,
        repeatability=over_cases(repeated),
        like_heatmap=over_cases(like),
    )


def _in_superpixels(subject: Subject, mask: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean of the signed class map in each superpixel."""
    rows, columns = mask.shape
    fine = cv2.resize(subject.signed, (columns, rows), interpolation=cv2.INTER_LINEAR)
    sums = np.bincount(mask.ravel(), weights=np.asarray(fine, dtype=np.float64).ravel())
    return np.asarray(sums / np.bincount(mask.ravel()))
