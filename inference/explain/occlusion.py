"""Class maps for a model whose graph has none: how much each label's probability falls when a patch is covered.

Occlusion sensitivity (Zeiler and Fergus 2014, section 4.2), on a coarse grid, with half-overlapping patches. Those that
lie side by side come first: they are a map already, at a third of the price.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.base.progress import Job, Progress
from inference.classify.classifier import Classifier
from inference.classify.preprocess import ModelInput
from inference.contract.contract import InputSpec

CELLS = 14
"""Patches along each side; each covers two cells, so neighbours overlap by half."""
_Patch = tuple[tuple[slice, slice], tuple[slice, slice]]


@dataclass(frozen=True, eq=False, kw_only=True)
class CoarseCams(Progress):
    """A step after which there are coarse maps [labels, cells / 2, cells / 2], to be shown until the fine ones come."""

    cams: NDArray[np.float32]


def compute_occlusion_cams(input_: ModelInput, classifier: Classifier) -> Job[NDArray[np.float32]]:
    """Compute maps [labels, cells, cells]: the mean loss of probability over the patches on a cell; may be negative.

    One step is a `CoarseCams`. The same input gets the same maps, bit for bit.
    """
    spec = classifier.contract.input
    patches = list(_lay_patches(*spec.size))
    # Patches at even cells lie side by side and cover everything once.
    tiles = [patch for patch in patches if not (patch[0][0].start % 2 or patch[0][1].start % 2)]
    between = [patch for patch in patches if patch[0][0].start % 2 or patch[0][1].start % 2]
    before = classifier.run(input_).probabilities.astype(np.float64)
    loss = np.zeros((len(before), CELLS, CELLS))
    cover = np.zeros((CELLS, CELLS))
    doing = "Covering parts of the slice"
    for done, (cells, pixels) in enumerate([*tiles, *between], 1):
        # One by one: fourteen in one run took 17 % longer (Lite0, two cores), and cannot be stopped between two.
        after = classifier.run_variant(_cover_pixels(input_.tensor, pixels, spec))
        loss[:, *cells] += (before - after)[:, np.newaxis, np.newaxis]
        cover[cells] += 1
        if done == len(tiles):
            yield CoarseCams(doing, done, len(patches), cams=loss[:, ::2, ::2].astype(np.float32))
        else:
            yield Progress(doing, done, len(patches))
    return (loss / cover).astype(np.float32)


def _lay_patches(rows: int, columns: int) -> Iterator[_Patch]:
    """Yield each patch as the cells and as the pixels that it covers, row by row."""
    row_edges = np.linspace(0, rows, CELLS + 1).round().astype(int)
    column_edges = np.linspace(0, columns, CELLS + 1).round().astype(int)
    for row in range(CELLS - 1):
        for column in range(CELLS - 1):
            cells = (slice(row, row + 2), slice(column, column + 2))
            down = slice(row_edges[row], row_edges[row + 2])
            across = slice(column_edges[column], column_edges[column + 2])
            yield cells, (down, across)


def _cover_pixels(tensor: NDArray[np.float32], pixels: tuple[slice, slice], spec: InputSpec) -> NDArray[np.float32]:
    """Return the tensor with some pixels at the mean of their channel: nothing to see, nothing new."""
    variant = tensor.copy()
    channels_first = (0, 1, 2) if spec.layout == "NCHW" else (2, 0, 1)
    channels = variant[0].transpose(channels_first)
    channels[:, *pixels] = channels.mean(axis=(1, 2), keepdims=True)
    return variant
