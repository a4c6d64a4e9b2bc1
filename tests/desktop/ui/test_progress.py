"""The strip at the bottom, both ways."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.ui.panels.progress import ProgressStrip
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Progress


@pytest.fixture
def strip(shown: Callable[[ProgressStrip], ProgressStrip]) -> ProgressStrip:
    strip = ProgressStrip()
    strip.resize(1200, strip.sizeHint().height())
    return shown(strip)


def test_is_empty_at_first(strip: ProgressStrip) -> None:
    assert not strip.bar.isVisible()
    assert not strip.cancel.isVisible()
    assert not strip.ledger.isVisible()
    assert not strip.dismiss.isVisible()
    assert strip.message.text_whole == ""


def test_progress_comes_and_goes(strip: ProgressStrip) -> None:
    strip.show_progress(Progress("Reading slices", 41, 112))
    assert strip._doing.text() == "Reading slices"
    assert (strip.bar.value(), strip.bar.maximum(), strip.bar.text()) == (41, 112, "41 of 112")
    assert strip.cancel.isVisible()
    strip.show_progress(Progress("Looking through folders", 7))
    assert (strip.bar.minimum(), strip.bar.maximum()) == (0, 0), "no total: no share is pretended"
    strip.show_progress(None)
    assert not strip.bar.isVisible()
    assert not strip.cancel.isVisible()


def test_never_changes_its_height(strip: ProgressStrip) -> None:
    heights = {strip.sizeHint().height()}
    strip.show_progress(Progress("Reading slices", 1, 2))
    strip.set_ledger_summary("1 opened")
    heights.add(strip.sizeHint().height())
    strip.show_problem(Refusal(Code.EMPTY, "The file is empty."))
    heights.add(strip.sizeHint().height())
    assert len(heights) == 1


def test_a_problem_stands_before_the_hint_until_it_is_dismissed(strip: ProgressStrip, qtbot: QtBot) -> None:
    strip.set_hint("Wheel: slices")
    strip.show_problem(Refusal(Code.EMPTY, "The file is empty."))
    assert strip.message.text() == "The file is empty. (E_EMPTY)"
    assert strip._mark.isVisible()
    strip.set_hint("Another hint")
    assert strip.message.text() == "The file is empty. (E_EMPTY)"
    qtbot.mouseClick(strip.dismiss, Qt.MouseButton.LeftButton)
    assert strip.message.text() == "Another hint"
    assert not strip._mark.isVisible()


def test_a_long_problem_is_elided_and_whole_in_its_tooltip(strip: ProgressStrip) -> None:
    strip.resize(300, strip.height())
    strip.show_problem(
        Refusal(Code.TRUNCATED, "The file ends before its pixels do; <b>it</b> is probably an incomplete copy.")
    )
    assert strip.message.text().endswith("…")
    assert "&lt;b&gt;it&lt;/b&gt; is probably an incomplete copy. (E_TRUNCATED)" in strip.message.toolTip()


def test_setters_ask_for_nothing_and_buttons_ask(
    strip: ProgressStrip, requests: Callable[[ProgressStrip], list[tuple[Any, ...]]], qtbot: QtBot
) -> None:
    heard = requests(strip)
    strip.show_progress(Progress("Reading", 1, 3))
    strip.set_ledger_summary("60 opened, 3 skipped")
    strip.show_problem(Refusal(Code.EMPTY, "The file is empty."))
    strip.show_problem(None)
    assert heard == []
    qtbot.mouseClick(strip.cancel, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(strip.ledger, Qt.MouseButton.LeftButton)
    assert heard == [("cancel_requested",), ("ledger_requested",)]
