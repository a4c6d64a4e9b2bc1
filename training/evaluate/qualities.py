"""Copies of cases: in other qualities, as another program might have saved them, or turned and inverted.

Changed is the slice's grey at its file's own size, before `prepare` sees it, as somebody's program would change the
file: 8-bit values as they stand, others between the least and the greatest value of the slice. What comes in from
outside is black. Of a file with more pixels than the input, the original resolution is the case as it was given; what
it is held against is the same picture shrunk until its shorter side is that of the input, and saved as JPEG 50.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar, get_args

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
from training.data.augment import Grey, add_noise, bend_tone, degrade, save_as_jpeg
from training.data.dataset import Case, slices_of
from training.evaluate.ood_statistics import Familiarity
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import (
    AnswerCache,
    NetworkAnswers,
    ScoredCases,
    ask_network,
    join_answers,
    join_cases,
)
from training.recipe.augmentation import Quality
from training.recipe.recipe import Recipe

Copy = TypeVar("Copy", bound=str)


def _move(grey: Grey, _noise: np.random.Generator, *, angle: float = 0.0, scale: float = 1.0) -> Grey:
    """Turn the picture about its middle (degrees, counter-clockwise) and scale it."""
    rows, columns = grey.shape
    map_ = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), angle, scale)
    return np.asarray(cv2.warpAffine(grey, map_, (columns, rows), flags=cv2.INTER_LINEAR), dtype=np.float32)


CHANGES: dict[str, Callable[[Grey, np.random.Generator], Grey]] = {
    "jpeg_20": lambda grey, _: save_as_jpeg(grey, 20),
    "noise_5": lambda grey, noise: add_noise(grey, 5 / 255, noise),
    "turn_minus_5": partial(_move, angle=-5.0),
    "turn_plus_5": partial(_move, angle=5.0),
    "zoom_0_9": partial(_move, scale=0.9),
    "washed_out": lambda grey, _: bend_tone(grey, -1.0),
}
"""From the grey in 0…1 [rows, columns] to the same in another quality."""

SAVED_ANEW = "saved anew"
_ANY_MAKER = Quality(resolution=0.5, jpeg=0.5, noise=10 / 255, tone=0.5)


def save_anew(grey: Grey, rule: Quality | None, drawn: np.random.Generator) -> Grey:
    """Return the picture as any program might have saved it, lying a little otherwise; the rule is the recipe's."""
    moved = _move(grey, drawn, angle=float(drawn.uniform(-5, 5)), scale=float(drawn.uniform(0.9, 1.1)))
    return degrade(moved, rule or _ANY_MAKER, int(drawn.integers(2**63)))


def _turn(slice_: Slice, *, quarters: int) -> Slice:
    turned = replace(slice_, stored=np.ascontiguousarray(np.rot90(slice_.stored, quarters)))
    if quarters == 2:
        return turned
    spacing = None if slice_.spacing is None else slice_.spacing[::-1]
    return replace(turned, spacing=spacing, pixel_aspect=1 / slice_.pixel_aspect)


def _invert(slice_: Slice) -> Slice:
    if slice_.is_colour:
        return replace(slice_, stored=255 - slice_.stored)
    dark = slice_.series.polarity is Polarity.MONOCHROME1
    polarity = Polarity.MONOCHROME2 if dark else Polarity.MONOCHROME1
    return replace(slice_, series=replace(slice_.series, polarity=polarity))


TURNED: dict[str, Callable[[Slice], Slice]] = {
    "a quarter turn to the left": partial(_turn, quarters=1),
    "a quarter turn to the right": partial(_turn, quarters=3),
    "a half turn": partial(_turn, quarters=2),
    "upside down": lambda slice_: replace(slice_, stored=np.ascontiguousarray(slice_.stored[::-1])),
    "inverted": _invert,
}
"""Copies that the check of orientation and polarity should refuse. Left and right exchanged is not among them."""

QUALITIES: tuple[QualityName, ...] = tuple(name for name in get_args(QualityName) if name != "as_given")
QUICK_QUALITIES: tuple[QualityName, ...] = ("original_resolution", "jpeg_20")


def degrade_for_judging(slice_: Slice, quality: str, size: tuple[int, int]) -> Slice | None:
    """Return the slice in a quality; None if that is the original resolution and the input's `size` holds it all."""
    rows, columns = slice_.stored.shape[:2]
    change = CHANGES.get(quality)
    if change is None:
        if rows * columns <= size[0] * size[1]:
            return None
        scale = min(1.0, max(size[0] / rows, size[1] / columns))
        change = partial(_shrink, size=(max(1, round(columns * scale)), max(1, round(rows * scale))))
    return _change_grey(slice_, change)


def _change_grey(slice_: Slice, change: Callable[[Grey, np.random.Generator], Grey]) -> Slice:
    """Return the slice with its grey in 0…1, white being bright, changed by draws that its content seeds."""
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


def score_copies(
    given: ScoredCases,
    cases: Mapping[str, Case],
    copies: Sequence[Copy],
    *,
    model: nn.Module,
    recipe: Recipe,
    cache: AnswerCache,
) -> Job[dict[Copy, ScoredCases]]:
    """Return the answers to copies of cases (by name), cached ones if there are any; each file is read once.

    A copy is a quality, one of `TURNED`, or `SAVED_ANEW`. Only those cases are in a quality that have it.
    """
    set_ = f"{given.part}, copies"
    answers = cache.find_any(set_)
    known = frozenset() if answers is None else frozenset(answers.names)
    left = [f"{copy}/{name}" for name in given.names for copy in copies if f"{copy}/{name}" not in known]
    if left:
        asked = [cases[name] for name in dict.fromkeys(one.partition("/")[2] for one in left)]
        slices = _show_slices(asked, copies, frozenset(left), recipe)
        doing = f"Scoring copies of the {given.part} part"
        new, _ = yield from ask_network(slices, len(left), model=model, recipe=recipe, doing=doing)
        # What a case lacks is kept as NaN, so that nobody looks again.
        absent = tuple(sorted(set(left) - set(new.names)))
        nothing = [np.full((len(absent), one.shape[1]), np.nan, np.float32) for one in (given.logits, given.features)]
        answers = join_answers([*(() if answers is None else (answers,)), new, NetworkAnswers(absent, *nothing)])
        cache.keep(set_, answers)
    assert answers is not None
    return {copy: _select_answers(given, copy, answers) for copy in copies}


def score_turned_training(
    given: ScoredCases, cases: Mapping[str, Case], *, model: nn.Module, recipe: Recipe, cache: AnswerCache
) -> Job[tuple[ScoredCases, ScoredCases]]:
    """Return each training case saved anew, and one turned or inverted copy of each, all kinds equally often."""
    anew = yield from score_copies(given, cases, (SAVED_ANEW,), model=model, recipe=recipe, cache=cache)
    turned = []
    for number, copy in enumerate(TURNED):
        some = given.at(np.arange(number, len(given.names), len(TURNED)))
        if some.names:
            found = yield from score_copies(some, cases, (copy,), model=model, recipe=recipe, cache=cache)
            turned.append(found[copy])
    return anew[SAVED_ANEW], join_cases(turned)


def _show_slices(
    cases: Sequence[Case], copies: Sequence[str], left: frozenset[str], recipe: Recipe
) -> Iterator[tuple[str, Slice | Refusal]]:
    for case, slice_ in slices_of(cases):
        for copy in copies:
            name = f"{copy}/{case.name}"
            if name in left and not isinstance(slice_, Refusal):
                shown = _copy_slice(slice_, copy, recipe)
                if shown is not None:
                    yield name, shown


def _copy_slice(slice_: Slice, copy: str, recipe: Recipe) -> Slice | None:
    if copy in TURNED:
        return TURNED[copy](slice_)
    if copy == SAVED_ANEW:
        return _change_grey(slice_, lambda grey, drawn: save_anew(grey, recipe.augmentation.quality, drawn))
    return degrade_for_judging(slice_, copy, recipe.input.size)


def _select_answers(given: ScoredCases, copy: str, answers: NetworkAnswers) -> ScoredCases:
    row_of = {name: row for row, name in enumerate(answers.names)}
    rows = np.array([row_of[f"{copy}/{name}"] for name in given.names], dtype=np.intp)
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
