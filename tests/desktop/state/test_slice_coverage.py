"""How much of a series was looked at, in words and in columns of pixels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.slice_coverage import SliceCoverage, reduce_to_columns


def coverage(seen: list[bool]) -> SliceCoverage:
    return SliceCoverage(np.ones(len(seen), np.bool_), np.array(seen, np.bool_))


def test_it_says_what_is_left_to_look_at() -> None:
    assert coverage([True] * 48 + [False] * 12).describe() == "12 of 60 not looked at"
    assert coverage([True] * 3).describe() == "All 3 looked at"


@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(1, 60))
def test_no_slice_that_was_missed_gets_lost_in_a_column(flags: list[bool], columns: int) -> None:
    reduced = reduce_to_columns(np.array(flags), columns)
    assert len(reduced) == min(len(flags), columns)
    assert bool(reduced.all()) is all(flags)
    assert int((~reduced).sum()) >= min(1, flags.count(False))
