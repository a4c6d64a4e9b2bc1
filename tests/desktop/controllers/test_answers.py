"""What is kept of a model's answers, and which slice is asked about ahead of the wheel."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from desktop.controllers.answers import SliceAnswers, SlicesAhead
from desktop.controllers.view import key_of
from desktop.jobs.explain import MapChoice, SliceMap
from desktop.jobs.score import LIVE_SLICES, ScoredSlice
from imaging.volume.geometry import Plane
from imaging.volume.series import Source, StoredFrame
from imaging.volume.volume import Volume
from inference.classify.finding import Analysis, Milliseconds, Status
from inference.contract.phantoms import slice_from_array

ANALYSIS = Analysis(Status.OK, (), Milliseconds(0.0, 0.0))


def volume_of(slices: int) -> Volume:
    frame = StoredFrame(Source(Path("made.dcm")))
    made = slice_from_array(np.zeros((8, 8), np.int16)).series
    series = replace(made, frames=(frame,) * slices, slices=slices)
    return Volume(series, np.zeros((1, slices, 8, 8), np.int16), np.ones((1, slices), np.bool_))


def answer_to(volume: Volume, index: int) -> ScoredSlice:
    heat = np.zeros((8, 8), np.float32)
    slice_ = volume.slice_at(Plane.ACQUIRED, index)
    drawn = SliceMap(slice_, MapChoice("bright", "grad-cam"), "", heat, np.zeros((8, 8), np.uint8))
    return ScoredSlice(slice_, ANALYSIS, drawn)


def test_only_answers_made_ahead_keep_their_heatmaps() -> None:
    slices = LIVE_SLICES + 2
    volume, cache = volume_of(slices), SliceAnswers()
    first, second = answer_to(volume, 0), answer_to(volume, 1)
    cache.keep(first)
    cache.keep(second, ahead=True)
    found = [cache.find(key_of(one.slice)) for one in (first, second)]
    assert [one is not None and one.map is not None for one in found] == [False, True]
    for index in range(2, slices):
        cache.keep(answer_to(volume, index), ahead=True)
    kept = [cache.find(key_of(volume.slice_at(Plane.ACQUIRED, index))) for index in range(slices)]
    are_ahead = [False, False] + [True] * LIVE_SLICES
    assert [one is not None and one.map is not None for one in kept] == are_ahead
    cache.drop_ahead()
    assert [cache.find(key_of(volume.slice_at(Plane.ACQUIRED, index))) is None for index in range(slices)] == are_ahead


def test_what_is_as_large_as_a_slice_is_not_kept() -> None:
    answer, cache = answer_to(volume_of(1), 0), SliceAnswers()
    assert answer.slice.values.shape == (8, 8)
    cache.keep(answer)
    kept = cache.find(key_of(answer.slice))
    assert kept is not None
    assert "values" not in vars(kept.slice)


def test_the_slices_ahead_lie_where_the_wheel_goes() -> None:
    volume, ahead = volume_of(5), SlicesAhead()
    shown = [volume.slice_at(Plane.ACQUIRED, index) for index in range(5)]

    def following(index: int) -> list[int]:
        ahead.follow(shown[index])
        return [one.index for one in ahead.find(shown[index], volume, SliceAnswers())]

    assert [following(index) for index in (1, 2, 1, 0, 3, 4)] == [[2, 3, 4], [3, 4], [0], [], [4], []]


def test_a_slice_that_is_not_read_or_has_an_answer_is_not_asked_about() -> None:
    volume, ahead = volume_of(4), SlicesAhead()
    volume.loaded[0, 1] = False
    shown, answers = volume.slice_at(Plane.ACQUIRED, 0), SliceAnswers()
    assert [one.index for one in ahead.find(shown, volume, answers)] == [2, 3]
    answers.keep(answer_to(volume, 3), ahead=True)
    assert [one.index for one in ahead.find(shown, volume, answers)] == [2]
