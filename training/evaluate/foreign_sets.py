"""Slices that a model should call unfamiliar: other data sets, photographs, noise; and how many it does."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.volume.volume import Slice
from inference.contract.phantoms import slice_from_array
from inference.statistics.bootstrap import draw_group_weights, mean_interval
from training.data.dataset import read_slice
from training.data.forms import files_below, is_picture
from training.evaluate.metrics import Foreign
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.predictions import AnswerCache, NetworkAnswers, ask_network
from training.recipe.codes import TrainingCode
from training.recipe.recipe import Recipe

NOISE = "noise"
_MOST_SLICES = 400
_TILE_ROWS, _MOST_TILE_COLUMNS, _LEAST_TILE = 2, 4, 120
_NOISES = 60
_NOISE_SIDE = 224


def score_foreign(
    sets: Mapping[str, Path], photographs: Path | None, *, model: nn.Module, recipe: Recipe, cache: AnswerCache
) -> Job[dict[str, NetworkAnswers]]:
    """Return the answers for foreign folders by their names, for photographs cut into pieces, and for noise.

    Raises `Refusal` (MISSING, CASES) for a folder that does not exist or holds nothing that can be read.
    """
    named = [(name, _slices(folder)) for name, folder in sets.items()]
    if photographs is not None:
        named.append(("photographs", _tiles(photographs)))
    found = {}
    for name, (key, slices, count) in (*named, (NOISE, _noise(recipe.fit.seed))):
        set_ = f"{name} {key}"
        answers = cache.find(set_, cache.names(set_))
        if answers is None:
            answers, _ = yield from ask_network(slices, count, model=model, recipe=recipe, doing=f"Trying {name}")
            if not answers.names:
                raise Refusal(TrainingCode.CASES, f"{name}: there is no slice that can be read.")
            cache.keep(set_, answers)
        found[name] = answers
    return found


def refusals(names: Sequence[str], features: NDArray[np.float32], familiarity: Familiarity, seed: int) -> Foreign:
    """Count the slices beyond the cut-off. Those whose names agree up to a # come from one source."""
    sources = [name.partition("#")[0] for name in names]
    distances = familiarity.distances(features)
    draws = draw_group_weights(sources, seed=seed)
    return Foreign(
        n=len(names),
        sources=len(set(sources)),
        refused=mean_interval((distances > familiarity.cut_off).astype(np.float64), draws),
        median_distance=round(float(np.median(distances)), 3),
    )


_Named = Iterator[tuple[str, Slice | Refusal]]


def _slices(folder: Path) -> tuple[str, _Named, int]:
    """Return a key, the middle slice of each file of a folder (evenly drawn if there are many), and their count."""
    files = _pictures(folder)
    chosen = [files[number] for number in np.unique(np.linspace(0, len(files) - 1, _MOST_SLICES).astype(int))]
    named = ((path.relative_to(folder).as_posix(), _read(path)) for path in chosen)
    return _key_of(chosen), named, len(chosen)


def _tiles(folder: Path) -> tuple[str, _Named, int]:
    """Return photographs cut into squares that do not overlap, two rows of up to four; a small one stays whole."""
    files = _pictures(folder)

    def named() -> _Named:
        for path in files:
            name = path.relative_to(folder).as_posix()
            slice_ = _read(path)
            if isinstance(slice_, Refusal):
                yield name, slice_
            else:
                yield from ((f"{name}#{n}", slice_from_array(tile)) for n, tile in enumerate(_squares(slice_.stored)))

    return _key_of(files), named(), len(files) * _TILE_ROWS * 3


def _squares(stored: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    rows, columns = stored.shape[:2]
    side = rows // _TILE_ROWS
    if side < _LEAST_TILE or columns < side:
        yield stored
        return
    for row in range(_TILE_ROWS):
        for column in range(min(columns // side, _MOST_TILE_COLUMNS)):
            yield stored[row * side : (row + 1) * side, column * side : (column + 1) * side]


def _noise(seed: int) -> tuple[str, _Named, int]:
    """Return white noise (normal, even, salt), noise of two coarse grains, and three of even grey, as 8-bit slices."""
    named = ((f"noise {number}", slice_from_array(one)) for number, one in enumerate(_noise_pictures(seed)))
    return f"{seed}", named, _NOISES + 3


def _noise_pictures(seed: int) -> Iterator[NDArray[np.uint8]]:
    generator, shape = np.random.default_rng(seed), (_NOISE_SIDE, _NOISE_SIDE)
    for number in range(_NOISES):
        kind = number % 5
        if kind == 0:
            values = generator.normal(128, 40, shape)
        elif kind == 1:
            values = generator.uniform(0, 255, shape)
        elif kind == 2:
            values = np.float64(255.0) * (generator.uniform(size=shape) < 0.05)
        else:
            grain = 4.0 if kind == 3 else 20.0
            smooth = cv2.GaussianBlur(generator.normal(size=shape), (0, 0), grain)
            values = 255 * (smooth - smooth.min()) / (smooth.max() - smooth.min())
        yield np.clip(np.rint(values), 0, 255).astype(np.uint8)
    for level in (0, 128, 255):
        yield np.full(shape, level, dtype=np.uint8)


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    files = [path for path in files_below(folder) if is_picture(path)]
    if not files:
        raise Refusal(TrainingCode.CASES, f"{folder}: there is no slice that can be read.")
    return files


def _read(path: Path) -> Slice | Refusal:
    try:
        return read_slice(path)
    except Refusal as refusal:
        return refusal


def _key_of(files: Sequence[Path]) -> str:
    """Return a key of files by name and size: enough to notice another folder of the same name."""
    rows = "\n".join(f"{path} {path.stat().st_size}" for path in files)
    return hashlib.sha256(rows.encode()).hexdigest()[:16]
