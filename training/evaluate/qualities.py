"""The same cases in other qualities: saved anew by another program, or lying a little otherwise.

Changed is the slice's grey at its file's own size, before `prepare` sees it, as somebody's program would change the
file: 8-bit values as they stand, others between the least and the greatest value of the slice. What comes in from
outside is black. Of a file with more pixels than the input, the original resolution is the case as it was given; what
it is held against is the same picture shrunk until its shorter side is that of the input, and saved as JPEG 50.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from torch import nn

from imaging.base.errors import Refusal
from imaging.base.progress import Job
from imaging.volume.series import Polarity
from imaging.volume.volume import Slice
from inference.contract.contract import QualityFigures, QualityName
from inference.statistics.bootstrap import GroupDraws, share_interval
from inference.statistics.metrics import accuracy_interval
from training.data.augment import Grey, add_noise, bend_tone, save_as_jpeg
from training.data.dataset import Case, slices_of
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import AnswerCache, NetworkAnswers, ScoredCases, ask_network, join_answers
from training.recipe.recipe import Recipe


def _move(grey: Grey, _noise: np.random.Generator, *, angle: float = 0.0, scale: float = 1.0) -> Grey:
    """Turn the picture about its middle (degrees, counter-clockwise) and scale it."""
    rows, columns = grey.shape
    map_ = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), angle, scale)
    return np.asarray(cv2.warpAffine(grey, map_, (columns, rows), flags=cv2.INTER_LINEAR), dtype=np.float32)


CHANGES: dict[QualityName, Callable[[Grey, np.random.Generator], Grey]] = {
    "jpeg_20": lambda grey, _: save_as_jpeg(grey, 20),
    "noise_5": lambda grey, noise: add_noise(grey, 5 / 255, noise),
    "turn_minus_5": partial(_move, angle=-5.0),
    "turn_plus_5": partial(_move, angle=5.0),
    "zoom_0_9": partial(_move, scale=0.9),
    "washed_out": lambda grey, _: bend_tone(grey, -1.0),
}
"""From the grey in 0…1 [rows, columns] to the same in another quality."""

QUALITIES: tuple[QualityName, ...] = ("original_resolution", *CHANGES)
QUICK_QUALITIES: tuple[QualityName, ...] = ("original_resolution", "jpeg_20")


def degrade_for_judging(slice_: Slice, quality: QualityName, size: tuple[int, int]) -> Slice | None:
    """Return the slice in a quality; None if that is the original resolution and the input's `size` holds it all."""
    rows, columns = slice_.stored.shape[:2]
    change = CHANGES.get(quality)
    if change is None:
        if rows * columns <= size[0] * size[1]:
            return None
        scale = min(1.0, max(size[0] / rows, size[1] / columns))
        change = partial(_shrink, size=(max(1, round(columns * scale)), max(1, round(rows * scale))))
    stored = slice_.stored
    seed = zlib.crc32(np.ascontiguousarray(stored).tobytes())
    low, high = _find_range(slice_)
    inverted = slice_.series.polarity is Polarity.MONOCHROME1
    unit = (np.nan_to_num(stored.astype(np.float32), nan=low) - low) / max(high - low, 1e-12)
    unit = np.clip(1 - unit if inverted else unit, 0, 1).astype(np.float32)
    # Equal channels stay equal: each gets the same noise.
    planes = [change(plane, np.random.default_rng(seed)) for plane in np.atleast_3d(unit).transpose(2, 0, 1)]
    changed = np.stack(planes, axis=2) if stored.ndim == 3 else planes[0]
    values = low + (high - low) * (1 - changed if inverted else changed)
    return replace(slice_, stored=(values if stored.dtype.kind == "f" else np.rint(values)).astype(stored.dtype))


def _shrink(grey: Grey, _noise: np.random.Generator, *, size: tuple[int, int]) -> Grey:
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return save_as_jpeg(small, 50)


def _find_range(slice_: Slice) -> tuple[float, float]:
    """Return the stored values that are black and white (for inverted polarity, white and black)."""
    if slice_.stored.dtype == np.uint8:
        return 0.0, 255.0
    counted = np.isfinite(slice_.stored) if slice_.padding is None else ~slice_.padding
    values = slice_.stored[counted]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)


def score_qualities(
    given: ScoredCases,
    cases: Mapping[str, Case],
    qualities: Sequence[QualityName],
    *,
    model: nn.Module,
    recipe: Recipe,
    cache: AnswerCache,
) -> Job[dict[QualityName, ScoredCases]]:
    """Return the answers to cases (by name) in each quality, cached ones if there are any; each file is read once.

    Only those cases are in a quality that have it.
    """
    set_ = f"{given.part} in other qualities"
    answers = cache.find(set_, [f"{quality}/{name}" for quality in QUALITIES for name in given.names])
    known = frozenset() if answers is None else frozenset(answers.names)
    left = [f"{quality}/{name}" for name in given.names for quality in qualities if f"{quality}/{name}" not in known]
    if left:
        asked = [cases[name] for name in dict.fromkeys(one.partition("/")[2] for one in left)]
        slices = _show_slices(asked, frozenset(left), recipe.input.size)
        doing = f"Scoring the {given.part} part in other qualities"
        new, _ = yield from ask_network(slices, len(left), model=model, recipe=recipe, doing=doing)
        # What a case lacks is kept as NaN, so that nobody looks again.
        absent = tuple(sorted(set(left) - set(new.names)))
        nothing = [np.full((len(absent), one.shape[1]), np.nan, np.float32) for one in (given.logits, given.features)]
        answers = join_answers([*(() if answers is None else (answers,)), new, NetworkAnswers(absent, *nothing)])
        cache.keep(set_, answers)
    assert answers is not None
    return {quality: _select_answers(given, quality, answers) for quality in qualities}


def _show_slices(
    cases: Sequence[Case], left: frozenset[str], size: tuple[int, int]
) -> Iterator[tuple[str, Slice | Refusal]]:
    for case, slice_ in slices_of(cases):
        for quality in QUALITIES:
            name = f"{quality}/{case.name}"
            if name in left and not isinstance(slice_, Refusal):
                shown = degrade_for_judging(slice_, quality, size)
                if shown is not None:
                    yield name, shown


def _select_answers(given: ScoredCases, quality: QualityName, answers: NetworkAnswers) -> ScoredCases:
    row_of = {name: row for row, name in enumerate(answers.names)}
    rows = np.array([row_of[f"{quality}/{name}"] for name in given.names], dtype=np.intp)
    shown = replace(given, logits=answers.logits[rows], features=answers.features[rows])
    return shown.at(np.flatnonzero(np.isfinite(shown.logits).all(axis=1)))


def judge_qualities(
    given: ScoredCases,
    shown: Mapping[QualityName, ScoredCases],
    choice: OperatingPoint,
    familiarity: Familiarity,
    draws: GroupDraws,
) -> dict[QualityName, QualityFigures]:
    """Return the figures of the same cases as given and in each quality; one that no case has is left out."""
    row_of = {name: row for row, name in enumerate(given.names)}
    found: dict[QualityName, QualityFigures] = {}
    for quality, one in {"as_given": given, **shown}.items():
        rows = np.array([row_of[name] for name in one.names], dtype=np.intp)
        if not len(rows):
            continue
        drawn = draws.of(rows)
        judged = given.at(rows) if quality == "original_resolution" else one
        flipped = np.array(choice.decisions(one)) != np.array(choice.decisions(given.at(rows)))
        found[quality] = QualityFigures(
            n=len(rows),
            accuracy=accuracy_interval(choice.judge(judged)[0], drawn),
            flipped=None if quality == "as_given" else share_interval(flipped, drawn),
            refused=share_interval(familiarity.refused(judged.features), drawn),
        )
    return found
