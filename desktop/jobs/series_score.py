"""Scoring every slice of a series in the background. No Qt here."""

import time
from collections.abc import Callable, Sequence

from desktop.state.probability_curve import SeriesScores, SliceState
from desktop.state.texts.language import tr
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress, is_stopped
from imaging.load import fill_each
from imaging.volume.geometry import Plane
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis, Status
from inference.contract.codes import ModelCode

_SECONDS_BETWEEN_LOOKS = 0.02
_ENDING = {ModelCode.TIMEOUT, ModelCode.MEMORY}
"""After these the other slices would cost as much each."""


def score_series(
    volume: Volume,
    asked: Sequence[tuple[Classifier, SeriesScores]],
    reading: Reading,
    *,
    is_streaming: Callable[[], bool],
) -> Job[None]:
    """Score the slices that were not yet, by each model, those first that are read; one slice is in memory at a time.

    `is_streaming` says whether slices are read by somebody else, who is waited for. Raises `Refusal` (TIMEOUT, MEMORY).
    """
    phase, total = asked[0][1].phase, len(asked[0][1].states)
    waiting = [index for index in range(total) if any(not scores.states[index] for _, scores in asked)]
    tried: set[int] = set()
    while waiting:
        yield Progress(tr("Scoring the series"), total - len(waiting), total)
        index = next((one for one in waiting if volume.loaded[phase, one]), None)
        if index is None and is_streaming():
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            continue
        if index is None:
            # Of a paged volume one after another: there is no room for all.
            wanted = [one for one in waiting[: 1 if volume.resident_slices else None] if one not in tried]
            tried.update(wanted)
            yield from fill_each(volume, reading, [phase * total + one for one in wanted])
            index = next((one for one in waiting if volume.loaded[phase, one]), waiting[0])
        waiting.remove(index)
        slice_ = _take(volume, phase, index)
        for classifier, scores in asked:
            if not scores.states[index]:
                _score(slice_, index, classifier, scores)
                yield Progress(tr("Scoring the series"), total - len(waiting), total)


def _take(volume: Volume, phase: int, index: int) -> Slice | None:
    """Return a slice, None if it cannot be read."""
    if not volume.loaded[phase, index]:
        return None
    try:
        return volume.slice_at(Plane.ACQUIRED, index, phase)
    except Refusal:
        return None


def _score(slice_: Slice | None, index: int, classifier: Classifier, scores: SeriesScores) -> None:
    analysis = None if slice_ is None else analyse(slice_, classifier)
    if is_stopped():
        # What a stranger's model says then is that it was ended.
        return
    if analysis is not None and analysis.code in _ENDING:
        raise Refusal(ModelCode(analysis.code), analysis.message)
    if analysis is not None and analysis.raw is not None:
        scores.probabilities[index] = analysis.raw.probabilities
    if analysis is not None and analysis.finding is not None and not analysis.is_withheld:
        scores.decisions[index] = analysis.finding.decision
    # Last: whoever sees it finds the numbers there.
    scores.states[index] = _state_of(analysis)


def _state_of(analysis: Analysis | None) -> SliceState:
    if analysis is None or analysis.status is not Status.OK:
        return SliceState.FAILED
    return SliceState.WITHHELD if analysis.is_withheld else SliceState.SCORED
