"""Pictures of the worst pairs, side by side, for the report's own folder."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from training.audit.audit import Audit
from training.audit.duplicates import Pair
from training.audit.features import grey_picture
from training.data.dataset import read_slice
from training.report.pages import Figure, encode_png, figure

_SHOWN = 12
_SIDE, _GAP = 180, 6
_READ_SIDE = 512


def pair_figures(found: Audit, pairs: Sequence[Pair]) -> Job[list[Figure]]:
    """Pictures of the worst pairs, one of each group, each with its names and classes."""
    chosen = list(_one_of_each_group(pairs, found.duplicates.groups))[:_SHOWN]
    figures = []
    for done, pair in enumerate(chosen, start=1):
        cases = [found.survey.seen[number].case for number in (pair.first, pair.second)]
        try:
            one, other = (_thumbnail(grey_picture(read_slice(case.path, case.slice), _READ_SIDE)) for case in cases)
        except Refusal:
            # The file went away since it was looked at.
            continue
        gap = np.full((_SIDE, _GAP), 128, dtype=np.uint8)
        kind = f"{pair.kind}, {pair.distance} bits" if pair.kind == "near-duplicate" else pair.kind
        caption = "\n".join([kind, *(f"{case.label}: {case.name}" for case in cases)])
        figures.append(figure(encode_png(np.hstack([one, gap, other])), caption, alt=f"Two pictures: {kind}"))
        yield Progress("Drawing pairs", done, len(chosen))
    return figures


def _one_of_each_group(pairs: Sequence[Pair], groups: Sequence[int]) -> Iterable[Pair]:
    shown: set[int] = set()
    for pair in pairs:
        if groups[pair.first] not in shown:
            shown.add(groups[pair.first])
            yield pair


def _thumbnail(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture in the middle of a square, its shape kept."""
    rows, columns = grey.shape
    scale = _SIDE / max(rows, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.zeros((_SIDE, _SIDE), dtype=np.uint8)
    top, left = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = np.rint(np.clip(small, 0, 1) * 255)
    return square
