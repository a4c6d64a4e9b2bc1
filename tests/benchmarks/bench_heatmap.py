"""Whether our heatmaps are those of the libraries that most people use: pytorch-grad-cam and captum, same weights."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from inference.classify.classifier import Classifier
from inference.contract.storage import Bundle
from inference.explain.normalise_cam import heatmap
from tests.benchmarks.harness import Row
from tests.benchmarks.models import bundled_models, captum_heatmap, library_heatmap, sample_inputs, trainable

REACH = 5e-3
SLICES = 50


def run(rounds: int = SLICES, folders: Sequence[Path] | None = None) -> list[Row]:
    """Two rows a model: the greatest difference of any pixel of any label's map, of maps that span 0 to 1."""
    return [row for bundle in bundled_models(folders) for row in _rows(bundle, rounds)]


def _rows(bundle: Bundle, slices: int) -> list[Row]:
    contract, classifier, network = bundle.contract, Classifier(bundle), trainable(bundle)
    peers: dict[str, Callable[..., np.ndarray]] = {"pytorch-grad-cam": library_heatmap, "captum": captum_heatmap}
    apart: dict[str, list[float]] = {name: [] for name in peers}
    for input_ in sample_inputs(contract, slices):
        raw = classifier.run(input_)
        for label in contract.task.names:
            ours = heatmap(raw, contract, label)
            for name, theirs in peers.items():
                apart[name].append(float(np.abs(ours - theirs(network, contract, input_, label)).max()))
    return [
        Row(
            name="heatmap",
            what=f"{contract.id}: greatest difference to {name}, {slices} slices, every label",
            ours=max(differences),
            peer=None,
            ratio=None,
            spread=f"median {np.median(differences):.1e}",
            reach=f"≤ {REACH:g}",
            ok=max(differences) <= REACH,
            unit="",
        )
        for name, differences in apart.items()
    ]
