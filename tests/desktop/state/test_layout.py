"""Layouts and what stands in their cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.state.layout import PANE_LAYOUTS, Arrangement, Layout, find_layout


@pytest.mark.parametrize("layout", PANE_LAYOUTS, ids=lambda layout: layout.id)
def test_cells_fill_the_grid_and_never_overlap(layout: Layout) -> None:
    covered = [
        (row + down, column + across)
        for row, column, rows, columns in layout.cells
        for down in range(rows)
        for across in range(columns)
    ]
    assert len(set(covered)) == len(covered)
    rows, columns = (max(parts) + 1 for parts in zip(*covered, strict=True))
    assert len(covered) == rows * columns


@given(st.lists(st.one_of(st.sampled_from(PANE_LAYOUTS), st.integers(-2, 4), st.just("alone")), max_size=12))
def test_the_active_pane_is_always_on_screen(steps: list[Layout | int | str]) -> None:
    arrangement = Arrangement()
    for step in steps:
        active = arrangement.active
        if isinstance(step, Layout):
            arrangement = arrangement.with_layout(step)
            assert len(arrangement.shown) == len(step.cells)
        elif step == "alone":
            arrangement = arrangement.switched()
        else:
            arrangement = arrangement.stepped(int(step))
            active = arrangement.active
        assert arrangement.active == active
        assert arrangement.active in arrangement.shown
        assert sorted(arrangement.order) == list(range(4))


def test_steps_go_around_and_alone_goes_back() -> None:
    four = Arrangement().with_layout(find_layout("2x2"))
    assert [four.stepped(step).active for step in (1, 3, 4, -1)] == [1, 3, 0, 3]
    alone = four.activated(2).switched()
    assert alone.shown == (2,)
    assert alone.switched().shown == (0, 1, 2, 3)
    assert Arrangement().switched().shown == (0,)
