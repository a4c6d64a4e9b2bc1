"""Many slices at a time, answered in their order; what fails on the way costs its slice, or is raised."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.base.errors import Code
from imaging.base.progress import finish
from inference.batch.plan import SeriesPlan, count_slices, plan_slices
from inference.batch.run import SliceAnswer, answer_slices, open_lanes
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.reading import POLICY, READING, read_volume, scan, with_memory


@pytest.fixture
def plan(tmp_path: Path) -> list[SeriesPlan]:
    """Three series of 60, 1 and 5 slices."""
    for number, count in enumerate((60, 1, 5)):
        (tmp_path / str(number)).mkdir()
        values = l_values(slices=count)
        write_series(tmp_path / str(number), values=values, SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number)
    return plan_slices(enumerate(finish(scan([tmp_path])).series), "all")


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    bundle = load_bundle(make_bundle(tmp_path_factory.mktemp("bundles")))
    return open_lanes([bundle], 2, POLICY)


def answered(plan: list[SeriesPlan], lanes: Any, reading: Any = READING) -> list[SliceAnswer]:
    return [one for one in answer_slices(plan, lanes, reading) if one is not None]


def test_answers_come_in_the_order_of_the_plan_and_are_those_of_one_at_a_time(
    plan: list[SeriesPlan], lanes: Any
) -> None:
    found = answered(plan, lanes)
    assert [(one.plan.number, one.index) for one in found] == [
        (one.number, index) for one in plan for index in one.indices
    ]
    for one in found[::7]:
        assert one.slice is not None
        alone = analyse(read_volume(one.series).slice_at(one.slice.plane, one.index), lanes[0][0])
        assert one.analyses[0].raw is not None
        assert alone.raw is not None
        np.testing.assert_array_equal(one.analyses[0].raw.logits, alone.raw.logits)


def test_little_memory_changes_no_answer(plan: list[SeriesPlan], lanes: Any) -> None:
    def logits(found: list[SliceAnswer]) -> Any:
        return [one.analyses[0].raw.logits.tobytes() for one in found if one.analyses[0].raw is not None]

    few = with_memory(4 * 24 * 16 * 2)
    assert logits(answered(plan, lanes, few)) == logits(answered(plan, lanes))


def test_a_file_that_went_is_the_refusal_of_its_slice(plan: list[SeriesPlan], lanes: Any) -> None:
    lost = plan[0].frame(3).source.path
    lost.unlink()
    found = answered(plan, lanes)
    assert len(found) == count_slices(plan)
    gone = [one for one in found if one.refusal is not None]
    assert [(one.plan.number, one.index) for one in gone] == [(plan[0].number, 3)]
    assert gone[0].refusal is not None
    assert gone[0].refusal.code is Code.MISSING
    assert gone[0].path == str(lost)


def test_slices_that_are_not_there_are_refused_in_their_place(plan: list[SeriesPlan], lanes: Any) -> None:
    found = answered(plan_slices([(one.number, one.series) for one in plan], 4), lanes)
    assert [one.refusal is None for one in found] == [one.series.slices > 4 for one in plan]
    assert {one.refusal.code for one in found if one.refusal is not None} == {Code.OUT_OF_RANGE}


class _Broken:
    """A model that is none."""

    @property
    def contract(self) -> Any:
        raise ZeroDivisionError


def test_a_fault_of_ours_in_a_thread_is_raised(plan: list[SeriesPlan]) -> None:
    lanes: Any = [(_Broken(),)] * 2
    with pytest.raises(ZeroDivisionError):
        answered(plan, lanes)


def test_who_stops_early_is_not_kept_waiting(plan: list[SeriesPlan], lanes: Any) -> None:
    """The test's own check of threads that are left sees to it that they end."""
    answers = answer_slices(plan, lanes, READING)
    assert next(one for one in answers if one is not None).index == 0
    answers.close()


def test_no_more_is_read_ahead_than_is_allowed(plan: list[SeriesPlan], lanes: Any) -> None:
    answers = answer_slices(plan, lanes, READING)
    first = next(one for one in answers if one is not None)
    assert first.volume is not None
    # Long enough for a reader that did not stop to read the other slices, which takes milliseconds.
    time.sleep(0.5)
    loaded = int(first.volume.loaded.sum())
    answers.close()
    assert loaded <= 48, "a block of 16 that was begun before the 32nd slice may end behind it"


def test_pictures_that_are_packed_together_are_one_block(plan: list[SeriesPlan]) -> None:
    assert [len(block) for block in plan[0].blocks()] == [16, 16, 16, 12]
    assert [len(block) for block in plan[0].blocks(most=30)] == [16, 16, 16, 12]
    assert [len(block) for block in plan[0].blocks(most=3)][:2] == [3, 3]
