"""Out of distribution: the statistics of the training set by which a bundle knows unfamiliar slices.

Looked at are the spatial means of the recipe's `familiarity_layers`, or without any the pooled features. A layer in the
middle sees how a picture is made (edges, grain, geometry), which the last one has learnt to overlook, and it knows
training cases no better than others. That it does not refuse what was only saved anew it learns from such copies of
training cases. Foreign sets (other data, photographs, noise) then show how much of what should be refused is refused.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import nn

from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.volume.volume import Slice
from inference.classify.ood import orientation_scores
from inference.contract.contract import OrientationCheck, OutOfDistribution
from inference.contract.phantoms import slice_from_array
from inference.statistics.bootstrap import draw_group_weights, share_interval
from training.data.dataset import case_reading, read_slice
from training.data.forms import files_below, is_picture
from training.data.persons import find_person, number_persons, read_facts
from training.evaluate.metrics import Foreign
from training.evaluate.predictions import AnswerCache, NetworkAnswers, ScoredCases, ask_network
from training.recipe.recipe import Recipe, TrainingCode

STATISTICS = "familiarity.safetensors"
REFUSED_SHARE = 0.05
"""So much of any label's validation cases, and of each quality's, is refused at most, by both checks together."""
TURNED_SHARE = 0.015
"""So much of it by the check of orientation, where there is one."""
_RIDGE = 0.1
_FEWEST_OF_A_QUALITY = 50

_SHRINKAGE, _FEWEST_OF_A_KIND, _MOST_KINDS = 0.01, 10, 16

NOISE = "noise"
_MOST_SLICES = 400
_TILE_ROWS, _MOST_TILE_COLUMNS, _LEAST_TILE = 2, 4, 120
_NOISES, _NOISE_SIDE = 60, 224


def group_by_targets(targets: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the kind [N] of each case by its targets [N, labels]; 0 for all if kinds are too many or too small."""
    _, kinds, counts = np.unique(np.nan_to_num(targets, nan=-1.0), axis=0, return_inverse=True, return_counts=True)
    if len(counts) > _MOST_KINDS or counts.min() < _FEWEST_OF_A_KIND:
        return np.zeros(len(targets), dtype=np.int64)
    return kinds.reshape(-1).astype(np.int64)


def fit_statistics(
    features: NDArray[np.float32], kinds: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return means of kinds [C, D] and the precision [D, D] of their shared, slightly shrunk covariance (Lee 2018)."""
    wide = features.astype(np.float64)
    mean = np.stack([wide[kinds == number].mean(axis=0) for number in range(int(kinds.max()) + 1)])
    offset = wide - mean[kinds]
    covariance = offset.T @ offset / len(offset)
    level = float(np.trace(covariance)) / len(covariance)
    shrunk = (1 - _SHRINKAGE) * covariance + _SHRINKAGE * max(level, 1e-12) * np.eye(len(covariance))
    return mean.astype(np.float32), np.linalg.inv(shrunk).astype(np.float32)


def distances(
    features: NDArray[np.float32], mean: NDArray[np.float32], precision: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the distance of each row of features [N, D] to the nearest kind, as `applicability.distance` for one."""
    wide, matrix = features.astype(np.float64), precision.astype(np.float64)
    squared = []
    for centre in mean.astype(np.float64):
        offset = wide - centre
        squared.append(((offset @ matrix) * offset).sum(axis=1))
    return np.asarray(np.sqrt(np.maximum(np.min(squared, axis=0), 0.0)))


def fit_orientation(upright: NDArray[np.float32], turned: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return weights and offset [D + 1] that tell features of turned slices [M, D] from those of upright ones [N, D].

    Least squares on -1 and 1 with a ridge (Hastie, Tibshirani and Friedman 2009, 3.4.1 and 4.2), features scaled by
    their spread over upright slices, each side with half of the weight.
    """
    spread = upright.std(axis=0, dtype=np.float64)
    spread += 1e-3 * max(float(spread.mean()), 1e-12)
    scaled = np.concatenate([upright, turned]) / spread
    side = np.repeat([-1.0, 1.0], [len(upright), len(turned)])
    weight = np.repeat([0.5 / len(upright), 0.5 / len(turned)], [len(upright), len(turned)])
    centre = weight @ scaled
    scaled -= centre
    weighted = (scaled * weight[:, np.newaxis]).T
    covariance = weighted @ scaled
    covariance += _RIDGE * float(np.trace(covariance)) / len(covariance) * np.eye(len(covariance))
    found = np.linalg.solve(covariance, weighted @ side)
    return np.append(found / spread, -float(centre @ found)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The out-of-distribution rule of a run: fitted on training features, its cut-offs set on those of validation."""

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]
    cut_off: float
    orientation: NDArray[np.float32] | None = None
    """Weights and offset [D + 1] of the check of orientation and polarity, if there is one."""
    orientation_cut_off: float = 0.0

    @classmethod
    def fitted(
        cls,
        train: ScoredCases,
        validation: Sequence[ScoredCases],
        turned: ScoredCases | None = None,
    ) -> "Familiarity":
        """Fit to training cases, and turned or inverted copies of them for the check of orientation.

        `validation` holds the cases as given, then those of each other quality. A cut-off is the greatest of the
        quantiles of all of them, of each label, and of each quality with at least 50 cases.
        """
        mean, precision = fit_statistics(train.features, group_by_targets(train.targets))
        share = 1 - REFUSED_SHARE if turned is None else 1 - REFUSED_SHARE + TURNED_SHARE
        cut_off = _greatest_quantile(lambda rows: distances(rows, mean, precision), validation, share)
        if turned is None:
            return cls(mean, precision, cut_off)
        orientation = fit_orientation(train.features, turned.features)
        limit = _greatest_quantile(lambda rows: orientation_scores(rows, orientation), validation, 1 - TURNED_SHARE)
        return cls(mean, precision, cut_off, orientation, limit)

    @classmethod
    def restored(cls, run: Path, rule: OutOfDistribution) -> "Familiarity":
        """Return the rule of a run that was evaluated before. Raises `Refusal` (RUN) if its statistics are missing."""
        try:
            arrays = load((run / rule.statistics).read_bytes())
            if rule.orientation is None:
                return cls(arrays["mean"], arrays["precision"], rule.cut_off)
            limit = rule.orientation.cut_off
            return cls(arrays["mean"], arrays["precision"], rule.cut_off, arrays["orientation"], limit)
        except (OSError, SafetensorError, KeyError):
            raise Refusal(TrainingCode.RUN, f"{run}: the reference statistics are missing; evaluate again.") from None

    def statistics(self) -> bytes:
        """Return the statistics as a safetensors file, as the bundle holds it."""
        tensors = {"mean": self.mean, "precision": self.precision}
        if self.orientation is not None:
            tensors["orientation"] = self.orientation
        return save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})

    def distances(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the distance of each row of features [N, D]."""
        return distances(features, self.mean, self.precision)

    def turned(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which rows of features [N, D] look turned or inverted; none without a check."""
        if self.orientation is None:
            return np.zeros(len(features), dtype=np.bool_)
        return orientation_scores(features, self.orientation) > self.orientation_cut_off

    def refused(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which rows of features [N, D] are refused, for their distance or their orientation."""
        return (self.distances(features) > self.cut_off) | self.turned(features)

    def rule(
        self, test: ScoredCases, names: Sequence[str], turned: Mapping[str, ScoredCases] | None = None
    ) -> OutOfDistribution:
        """Return the rule for the contract, with the shares of the test part, its labels and turned copies refused."""
        refused = self.refused(test.features)
        columns = zip(names, test.targets.T == 1, strict=True)
        orientation = OrientationCheck(
            cut_off=self.orientation_cut_off,
            in_distribution_refused=_share(self.turned(test.features)),
            caught={name: _share(self.refused(one.features)) for name, one in (turned or {}).items()},
        )
        return OutOfDistribution(
            method="mahalanobis",
            statistics=STATISTICS,
            cut_off=self.cut_off,
            in_distribution_refused=_share(refused),
            refused_by_label={name: _share(refused[has]) for name, has in columns if has.any()},
            orientation=None if self.orientation is None else orientation,
        )


def _greatest_quantile(
    score: Callable[[NDArray[np.float32]], NDArray[np.float64]], validation: Sequence[ScoredCases], share: float
) -> float:
    """Return the greatest of the quantiles over all cases, over each label's and over each quality's, rounded up."""
    of_qualities = [score(one.features) for one in validation]
    scores, targets = np.concatenate(of_qualities), np.concatenate([one.targets for one in validation])
    of_labels = [scores[column == 1] for column in targets.T]
    many = [one for one in of_qualities if len(one) >= _FEWEST_OF_A_QUALITY]
    # "higher" and rounding up: no label loses one case more.
    limits = [np.quantile(one, share, method="higher") for one in (scores, *of_labels, *many) if len(one)]
    return math.ceil(float(max(limits)) * 1e4) / 1e4


def _share(refused: NDArray[np.bool_]) -> float:
    return round(float(refused.mean()), 5)


def score_foreign(
    sets: Mapping[str, Path], photographs: Path | None, *, model: nn.Module, recipe: Recipe, cache: AnswerCache
) -> Job[dict[str, NetworkAnswers]]:
    """Return the answers for foreign folders, photographs cut up, and noise. Raises `Refusal` (MISSING, CASES)."""
    named = [(name, _folder_slices(folder, recipe.cases.person_patterns)) for name, folder in sets.items()]
    if photographs is not None:
        named.append(("photographs", _photograph_tiles(photographs)))
    found = {}
    for name, (key, slices, count) in (*named, (NOISE, _noise_slices(recipe.fit.seed))):
        set_ = f"{name} {key}"
        answers = cache.find(set_, cache.names(set_))
        if answers is None:
            answers, _ = yield from ask_network(slices, count, model=model, recipe=recipe, doing=f"Trying {name}")
            if not answers.names:
                raise Refusal(TrainingCode.CASES, f"{name}: there is no slice that can be read.")
            cache.keep(set_, answers)
        found[name] = answers
    return found


def list_sources(names: Sequence[str]) -> list[str]:
    """Return where each foreign slice comes from: its name up to a #, or the whole of it."""
    return [name.partition("#")[0] for name in names]


def count_refused(
    sources: Sequence[str], features: NDArray[np.float32], familiarity: Familiarity, seed: int
) -> Foreign:
    """Count the slices [N, D] that are refused; slices of one source (a person, a file) are drawn together."""
    distances = familiarity.distances(features)
    return Foreign(
        n=len(sources),
        sources=len(set(sources)),
        refused=share_interval(familiarity.refused(features), draw_group_weights(sources, seed=seed)),
        median_distance=round(float(np.median(distances)), 3),
    )


_Named = Iterator[tuple[str, Slice | Refusal]]


def _folder_slices(folder: Path, patterns: Sequence[str]) -> tuple[str, _Named, int]:
    """Return a key, the middle slice of each file of a folder (evenly drawn if there are many), and their count.

    A name says whom the slice shows before its #, as far as that is known.
    """
    files = _list_pictures(folder)
    chosen = [files[number] for number in np.unique(np.linspace(0, len(files) - 1, _MOST_SLICES).astype(int))]
    facts = read_facts(chosen, case_reading())
    names = [path.relative_to(folder).as_posix() for path in chosen]
    shown = (find_person(name, facts[path], patterns)[0] for name, path in zip(names, chosen, strict=True))
    persons = zip(number_persons(shown), names, chosen, strict=True)
    named = ((f"{person}#{name}", _read_or_refuse(path)) for person, name, path in persons)
    return f"{_key_of(chosen)} by person", named, len(chosen)


def _photograph_tiles(folder: Path) -> tuple[str, _Named, int]:
    """Return photographs cut into squares that do not overlap, two rows of up to four; a small one stays whole."""
    files = _list_pictures(folder)

    def named() -> _Named:
        for path in files:
            name = path.relative_to(folder).as_posix()
            slice_ = _read_or_refuse(path)
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


def _noise_slices(seed: int) -> tuple[str, _Named, int]:
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


def _list_pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Refusal(Code.MISSING, f"{folder}: there is no such folder.")
    files = [path for path in files_below(folder) if is_picture(path)]
    if not files:
        raise Refusal(TrainingCode.CASES, f"{folder}: there is no slice that can be read.")
    return files


def _read_or_refuse(path: Path) -> Slice | Refusal:
    try:
        return read_slice(path)
    except Refusal as refusal:
        return refusal


def _key_of(files: Sequence[Path]) -> str:
    """Return a key of files by name and size: enough to notice another folder of the same name."""
    rows = "\n".join(f"{path} {path.stat().st_size}" for path in files)
    return hashlib.sha256(rows.encode()).hexdigest()[:16]
