"""What is kept of a model's answers, and which slice is asked about ahead of the wheel."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from desktop.controllers.answers import SliceAhead, SliceAnswers
from desktop.jobs.explain import MapChoice, SliceMap
from desktop.jobs.score import ScoredSlice
from imaging.volume.geometry import Plane
from imaging.volume.series import Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from inference.classify.analysis import prepare_slice
from inference.classify.finding import Analysis, Milliseconds, Status
from inference.contract.contract import Contract
from inference.contract.phantoms import slice_from_array
from tests.inference.factory import make_contract

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


def test_only_an_answer_made_ahead_keeps_its_heatmap() -> None:
    volume, cache = volume_of(4), SliceAnswers()
    first, second = answer_to(volume, 0), answer_to(volume, 1)
    cache.keep(first)
    cache.keep(second, ahead=True)
    found = [cache.find(one.slice) for one in (first, second)]
    assert [one is not None and one.map is not None for one in found] == [False, True]
    cache.keep(answer_to(volume, 2), ahead=True)
    kept = cache.find(second.slice)
    assert kept is not None
    assert kept.map is None


def test_what_is_as_large_as_a_slice_is_not_kept() -> None:
    answer, cache = answer_to(volume_of(1), 0), SliceAnswers()
    assert answer.slice.values.shape == (8, 8)
    cache.keep(answer)
    kept = cache.find(answer.slice)
    assert kept is not None
    assert "values" not in vars(kept.slice)


def test_the_slice_ahead_lies_where_the_wheel_goes() -> None:
    volume, ahead = volume_of(5), SliceAhead()
    shown = [volume.slice_at(Plane.ACQUIRED, index) for index in range(5)]

    def following(index: int) -> int | None:
        ahead.follow(shown[index])
        found = ahead.take(shown[index], volume)
        return None if found is None else found.index

    assert [following(index) for index in (1, 2, 1, 0, 3, 4)] == [2, 3, 0, None, 4, None]


def test_a_slice_that_is_not_read_is_not_asked_about() -> None:
    volume, ahead = volume_of(3), SliceAhead()
    volume.loaded[0, 1] = False
    assert ahead.take(volume.slice_at(Plane.ACQUIRED, 0), volume) is None


def test_an_input_is_prepared_for_one_slice_one_model_and_its_pixels() -> None:
    volume, ahead = volume_of(3), SliceAhead()
    contract, slice_ = make_contract(), volume.slice_at(Plane.ACQUIRED, 1)

    def take(*, wanted: Slice = slice_, by: Contract = contract) -> bool:
        ahead.keep_input(prepare_slice(slice_, contract))
        return ahead.take_input(wanted, by) is not None

    assert take(wanted=volume.slice_at(Plane.ACQUIRED, 1))
    assert ahead.take_input(slice_, contract) is None
    assert not take(wanted=volume.slice_at(Plane.ACQUIRED, 2))
    assert not take(by=make_contract())
    assert not take(wanted=replace(slice_, stored=slice_.stored.copy()))
