"""Lines of the corners as they fit."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from desktop.ui.slice_view.text_painter import clear_line_cache, fit_lines

LINES = (
    "Philips Medical Systems Hamburg",
    "1841 × 1955   pixel size unknown",
    "Radiological: patient's right on the left",
)
MANY = 100


@pytest.fixture(autouse=True)
def lines_are_forgotten(qapp: QApplication) -> Iterator[None]:
    yield
    clear_line_cache()


def width_of(text: str) -> float:
    return QFontMetricsF(QFont()).horizontalAdvance(text)


def fitted(lines: tuple[str, ...], width: float, most: int = MANY) -> tuple[str, ...]:
    return fit_lines(lines, QFont().toString(), width, most)


def test_what_fits_stays_as_it_is() -> None:
    assert fitted(LINES, max(map(width_of, LINES))) == LINES


def test_two_facts_are_parted_before_a_fact_is() -> None:
    assert fitted(LINES[1:2], width_of(LINES[1]) - 1) == ("1841 × 1955", "pixel size unknown")


def test_a_line_is_broken_between_facts_before_within_one() -> None:
    line = "36 HU   row 250, column 250   R 5.7  P 136.3  I 549.8 mm"
    expected = ("36 HU   row 250, column 250", "R 5.7  P 136.3  I 549.8 mm")
    assert fitted((line,), width_of(line) - 1) == expected


def test_where_there_is_no_room_for_more_lines_each_is_elided() -> None:
    found = fitted(LINES, 120, most=3)
    assert len(found) == 3
    assert all(line.endswith("…") for line in found)


@given(
    words=st.lists(st.text(alphabet="abcWi .×", min_size=1, max_size=12), min_size=1, max_size=9),
    width=st.floats(30, 400),
)
def test_every_word_is_there_in_order_and_no_line_is_too_wide(words: list[str], width: float) -> None:
    line = " ".join(words)
    found = fitted((line,), width)
    assert all(width_of(piece) <= width for piece in found)
    if all(width_of(word) <= width for word in line.split()):
        assert " ".join(found).split() == line.split()
