"""Class maps by LIME: which superpixels a linear model, true near this one slice, gives the label's probability to.

Ribeiro, Singh and Guestrin 2016 ("Why should I trust you?"), for images: superpixels are covered at random, each mix is
scored, and a ridge regression weighted by nearness to the whole slice says what each superpixel adds. Superpixels are
SLIC's (Achanta and others 2012, by SimpleITK, which is loaded when the first map is wanted).
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.progress import Job, Progress
from inference.classify.classifier import Classifier
from inference.classify.preprocess import ModelInput, picture_of_input

MIXES = 320
"""How many mixes of covered superpixels are scored; the first one covers none."""
SUPERPIXELS = 8
"""How many superpixels stand beside each other at first, along each side."""
_SEED = 20160818
_KERNEL_WIDTH = 0.25
_RIDGE = 1.0
_STEPS_OF_SLIC, _NEARNESS, _SMOOTHING = 10, 20.0, 1.0


def compute_lime_cams(input_: ModelInput, classifier: Classifier) -> Job[NDArray[np.float32]]:
    """Compute maps [labels, rows, columns] over the model's input: what its superpixel adds to each label.

    The same input gets the same maps, bit for bit.
    """
    spec = classifier.contract.input
    segments = find_superpixels(picture_of_input(input_, spec))
    count = int(segments.max()) + 1
    kept = np.random.default_rng(_SEED).random((MIXES, count)) < 0.5
    kept[0] = True
    # As occlusion does. The mean of a superpixel itself would cover nothing: SLIC looks for what is alike.
    rows_and_columns = (2, 3) if spec.layout == "NCHW" else (1, 2)
    covered = input_.tensor.mean(axis=rows_and_columns, keepdims=True)
    layout = segments[np.newaxis, np.newaxis] if spec.layout == "NCHW" else segments[np.newaxis, :, :, np.newaxis]
    scores = np.zeros((MIXES, len(classifier.contract.task.names)))
    for number, mix in enumerate(kept):
        # One by one, so that it can be stopped between two.
        scores[number] = classifier.run_variant(np.where(mix[layout], input_.tensor, covered))
        yield Progress("Mixing parts of the slice", number + 1, MIXES)
    coefficients = fit_ridge(kept.astype(np.float64), scores, weigh_by_nearness(kept))
    return coefficients.T[:, segments].astype(np.float32)


def describe_mixes() -> str:
    """Return the parameters of the method in a few words."""
    return f"{MIXES} mixes of superpixels (SLIC, {SUPERPIXELS} × {SUPERPIXELS} to begin with), seed {_SEED}"


def find_superpixels(picture: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return which superpixel each pixel belongs to, [row, column], counted from 0 without gaps."""
    import SimpleITK  # half a second that only a person who asks for such a map is to wait

    smooth = cv2.GaussianBlur(picture, (0, 0), _SMOOTHING).astype(np.float32)
    image = SimpleITK.GetImageFromArray(smooth, isVector=smooth.ndim == 3)
    cutter: Any = SimpleITK.SLICImageFilter()  # type: ignore[no-untyped-call]
    cutter.SetSuperGridSize([max(1, length // SUPERPIXELS) for length in picture.shape[1::-1]])
    cutter.SetMaximumNumberOfIterations(_STEPS_OF_SLIC)
    cutter.SetSpatialProximityWeight(_NEARNESS)
    # In several threads the last bits of its means depend on who was first.
    cutter.SetNumberOfThreads(1)
    labels = SimpleITK.GetArrayFromImage(cutter.Execute(image))
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64).reshape(labels.shape)


def weigh_by_nearness(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weight of each mix [mixes, superpixels]: exp(-d²/2w²)-shaped in the cosine distance to the whole.

    As the authors' own library has it: sqrt(exp(-d²/w²)) with w = 0.25; a mix that keeps nothing has distance 1.
    """
    distance = 1.0 - np.sqrt(kept.mean(axis=1))
    return np.asarray(np.sqrt(np.exp(-(distance**2) / _KERNEL_WIDTH**2)))


def fit_ridge(
    features: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the coefficients [features, targets] of a weighted ridge regression with a free intercept."""
    share = weights / weights.sum()
    centred = features - share @ features
    wanted = targets - share @ targets
    scaled = centred * weights[:, np.newaxis]
    normal = scaled.T @ centred + _RIDGE * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(normal, scaled.T @ wanted))
