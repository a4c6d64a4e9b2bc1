"""Class maps for a model whose graph has none: how much each label's probability falls when a patch is covered.

Occlusion sensitivity (Zeiler and Fergus 2014, section 4.2), on a coarse grid, with half-overlapping patches.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import InputSpec

CELLS = 14
"""Patches along each side; each covers two cells, so neighbours overlap by half."""
_BATCH = 14


def explain_by_occlusion(analysis: Analysis, slice_: Slice, classifier: Classifier) -> Job[Analysis]:
    """Return the analysis with class maps made by occlusion; `heat_in_slice` then works as for any other.

    Raises `Refusal` (NO_HEATMAP) if the analysis has no answer.
    """
    if analysis.raw is None:
        raise Refusal(ModelCode.NO_HEATMAP, "The model gave no answer for this slice, so there is no heatmap.")
    cams = yield from compute_occlusion_cams(prepare(slice_, classifier.contract.input), classifier)
    return replace(analysis, raw=replace(analysis.raw, cams=cams))


def compute_occlusion_cams(input_: ModelInput, classifier: Classifier) -> Job[NDArray[np.float32]]:
    """Compute maps [labels, cells, cells]: the mean loss of probability over the patches on a cell; may be negative."""
    spec = classifier.contract.input
    patches = list(_lay_patches(*spec.size))
    before = classifier.run(input_).probabilities.astype(np.float64)
    loss = np.zeros((len(before), CELLS, CELLS))
    cover = np.zeros((CELLS, CELLS))
    for start in range(0, len(patches), _BATCH):
        part = patches[start : start + _BATCH]
        after = classifier.probabilities_of_variants(_cover_patches(input_.tensor, part, spec))
        for (cells, _), probabilities in zip(part, after, strict=True):
            loss[:, *cells] += (before - probabilities)[:, np.newaxis, np.newaxis]
            cover[cells] += 1
        yield Progress("Covering parts of the slice", start + len(part), len(patches))
    return (loss / cover).astype(np.float32)


def _lay_patches(rows: int, columns: int) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Yield each patch as the cells and as the pixels that it covers, row by row."""
    row_edges = np.linspace(0, rows, CELLS + 1).round().astype(int)
    column_edges = np.linspace(0, columns, CELLS + 1).round().astype(int)
    for row in range(CELLS - 1):
        for column in range(CELLS - 1):
            cells = (slice(row, row + 2), slice(column, column + 2))
            down = slice(row_edges[row], row_edges[row + 2])
            across = slice(column_edges[column], column_edges[column + 2])
            yield cells, (down, across)


def _cover_patches(
    tensor: NDArray[np.float32], part: list[tuple[tuple[slice, slice], tuple[slice, slice]]], spec: InputSpec
) -> NDArray[np.float32]:
    """Return the tensor once for each patch, with the patch at the mean of its channel: nothing to see, nothing new."""
    variants = np.repeat(tensor, len(part), axis=0)
    channels_first = (0, 1, 2) if spec.layout == "NCHW" else (2, 0, 1)
    mean = tensor[0].transpose(channels_first).mean(axis=(1, 2), keepdims=True)
    for variant, (_, (down, across)) in zip(variants, part, strict=True):
        variant.transpose(channels_first)[:, down, across] = mean
    return variants
