"""The list of series, both ways: what a setter shows, what a person's hand asks for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.render.privacy import hide_patients
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.panels.series_painting import break_title
from desktop.ui.panels.series_rows import HEADING_ROLE, ROW_ROLE, SERIES_ROLE, SHOWN_ROLE, THUMBNAIL_ROLE, SeriesRows
from desktop.ui.panels.series_tree import counts_text
from desktop.ui.widgets.theme import units
from imaging.volume.series import Patient
from tests.desktop.ui import material

Show = Callable[[SeriesPanel], SeriesPanel]
Record = Callable[[SeriesPanel], list[tuple[Any, ...]]]


@pytest.fixture
def panel(shown: Show) -> SeriesPanel:
    panel = SeriesPanel()
    panel.resize(260, 600)
    panel.set_series(material.several_series())
    return shown(panel)


def rows(panel: SeriesPanel, role: int) -> list[Any]:
    model = panel.list.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


def click(qtbot: QtBot, panel: SeriesPanel, row: int) -> None:
    where = panel.list.visualRect(panel.list.model().index(row, 0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_says_what_each_series_is(panel: SeriesPanel) -> None:
    shown = [(entry.title, entry.counts, entry.shape) for entry in rows(panel, ROW_ROLE)]
    assert shown == [
        ("Abdomen portal venous 2.0 B30f", "CT · 60 slices", "512 × 512 · axial"),
        ("Scout", "CT · 2 slices", "888 × 512"),
        ("ep2d_diff_4scan_trace_p2", "MR · 24 × 2 phases", "512 × 512"),
        ("ep2d_diff_4scan_trace_p2", "#2 · MR · 24 slices", "512 × 512"),
        ("No description", "CR · 1 slice", "1841 × 1955"),
    ]


def test_setters_ask_for_nothing(panel: SeriesPanel, requests: Record) -> None:
    heard = requests(panel)
    panel.set_series(material.several_series())
    panel.set_current("c")
    panel.rows.set_thumbnail("c", material.picture())
    panel.set_current(None)
    panel.set_series(())
    assert heard == []


def test_a_click_and_enter_and_space_ask_for_a_series(panel: SeriesPanel, requests: Record, qtbot: QtBot) -> None:
    heard = requests(panel)
    click(qtbot, panel, 2)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert heard == [("series_requested", "c")], "the arrows only move the focus"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Space)
    assert heard[1:] == [("series_requested", "e"), ("series_requested", "d")]


def test_a_click_does_not_mark_the_series_by_itself(panel: SeriesPanel, qtbot: QtBot) -> None:
    panel.set_current("a")
    click(qtbot, panel, 1)
    assert rows(panel, SHOWN_ROLE) == [True, False, False, False, False]


def test_marks_one_series_and_says_so_to_a_screen_reader(panel: SeriesPanel) -> None:
    panel.set_current("a")
    panel.set_current("c")
    assert rows(panel, SHOWN_ROLE) == [False, False, True, False, False]
    spoken = rows(panel, Qt.ItemDataRole.AccessibleTextRole)
    assert [("on screen" in line) for line in spoken] == [False, False, True, False, False]
    assert "Gap after slice 7." in spoken[2]


def test_keeps_thumbnails_and_mark_when_series_are_added(panel: SeriesPanel) -> None:
    first, *rest = material.several_series()
    panel.set_series((first,))
    panel.rows.set_thumbnail("a", material.picture())
    panel.set_current("a")
    panel.set_series((*rest, first))
    assert rows(panel, SHOWN_ROLE)[-1] is True
    assert [picture is not None for picture in rows(panel, THUMBNAIL_ROLE)] == [False, False, False, False, True]


@pytest.mark.parametrize("colour", [False, True])
def test_a_thumbnail_shows_the_pixels_it_was_given(panel: SeriesPanel, colour: bool) -> None:
    grey = np.arange(35, dtype=np.uint8).reshape(5, 7) * 7
    pixels = np.stack([grey, 255 - grey, grey // 2], axis=2) if colour else grey
    panel.rows.set_thumbnail("b", pixels)
    picture = rows(panel, THUMBNAIL_ROLE)[1].toImage()
    for row, column in ((0, 0), (4, 6), (2, 3)):
        got = picture.pixelColor(column, row)
        wanted = pixels[row, column] if colour else [grey[row, column]] * 3
        assert (got.red(), got.green(), got.blue()) == tuple(int(value) for value in wanted)


def test_long_file_names_that_differ_at_their_ends_look_different(panel: SeriesPanel) -> None:
    drawn = []
    for end in ("0115.jpeg", "0115.jpeg", "0997.jpeg"):
        panel.set_series((material.series("x", description=f"person1000_bacteria_and_virus_2931_frontal_{end}"),))
        drawn.append(panel.list.grab().toImage())
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_a_late_thumbnail_of_a_series_that_is_gone_is_dropped(panel: SeriesPanel) -> None:
    panel.rows.set_thumbnail("gone", material.picture())
    assert rows(panel, THUMBNAIL_ROLE) == [None] * 5


def test_notes_are_in_the_tooltip_as_text_not_as_markup(panel: SeriesPanel) -> None:
    panel.set_series((material.series("x", description="<b>T1</b> & more", notes=("a < b",)),))
    (tip,) = rows(panel, Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;T1&lt;/b&gt; &amp; more" in tip
    assert "a &lt; b" in tip


def test_says_so_when_nothing_is_open(panel: SeriesPanel) -> None:
    assert not panel._empty.isVisible()
    panel.set_series(())
    assert panel._empty.isVisible()
    assert not panel.list.isVisible()


@pytest.mark.parametrize(
    ("slices", "phases", "expected"),
    [(1, 1, "MR · 1 slice"), (3, 1, "MR · 3 slices"), (24, 2, "MR · 24 × 2 phases"), (1, 5, "MR · 1 × 5 phases")],
)
def test_counts(slices: int, phases: int, expected: str) -> None:
    assert counts_text(material.series("x", modality="MR", slices=slices, phases=phases)) == expected


def test_only_a_twin_is_numbered() -> None:
    twins = [material.series(name, number=4, description="T2", modality="MR") for name in "abc"]
    other = material.series("d", number=5, description="T2", modality="MR")
    rows = SeriesRows()
    rows.set_series((*twins, other))
    said = [rows.index(row, 0).data(ROW_ROLE).counts for row in range(4)]
    assert [counts_text.split(" · ")[0] for counts_text in said] == ["MR", "#2", "#3", "MR"]


def test_a_title_breaks_at_a_word(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    width = metrics.horizontalAdvance("Abdomen portal ")
    assert break_title("Abdomen portal venous", metrics, width) == ("Abdomen portal", "venous")
    assert break_title("Abdomen", metrics, width) == ("Abdomen", "")
    assert break_title("A" * 90, metrics, width) == ("A" * 90, "")


# --- the tree of patients and studies ---

ROE = Patient(name="Roe, Jane", id="4711", study_id="1", study_date="20260101", study_description="Thorax")
ROE_AGAIN = replace(ROE, study_id="2", study_date="20260201", study_description="Follow-up")
DOE = Patient(name="Doe, John", id="4712", study_id="3", study_date="20260301", study_description="Thorax")


@pytest.fixture
def tree(shown: Show) -> SeriesPanel:
    """Two patients, of whom one has two studies; two series each."""
    panel = SeriesPanel()
    panel.resize(260, 900)
    panel.set_series(
        tuple(
            replace(material.series(f"{who.study_id}{part}", number=part, description=what, modality="CT"), patient=who)
            for who in (ROE, ROE_AGAIN, DOE)
            for part, what in ((1, "Lung"), (2, "Bone"))
        )
    )
    return shown(panel)


def lines(panel: SeriesPanel) -> list[str]:
    """What the list shows: headings, folded ones with a plus, and titles."""
    found = []
    for row in range(panel.rows.rowCount()):
        index = panel.rows.index(row, 0)
        found += [("+ " if one.is_folded else "") + one.text for one in index.data(HEADING_ROLE)]
        found += [index.data(ROW_ROLE).numbered_title] if index.data(SERIES_ROLE) else []
    return found


def click_line(qtbot: QtBot, panel: SeriesPanel, row: int, line: int) -> None:
    """Click on a heading of a row by its number."""
    box = panel.list.visualRect(panel.rows.index(row, 0))
    height = QFontMetrics(panel.list.font()).lineSpacing()
    at = QPoint(box.left() + 30, box.top() + units(6) + line * height + height // 2)
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


WHOLE = [
    "Roe, Jane  4711", "2026-01-01  Thorax", "1 · Lung", "2 · Bone", "2026-02-01  Follow-up", "1 · Lung", "2 · Bone",
    "Doe, John  4712", "2026-03-01  Thorax", "1 · Lung", "2 · Bone",
]  # fmt: skip


def test_patients_and_studies_fold_by_a_click_and_ask_for_nothing(
    tree: SeriesPanel, qtbot: QtBot, requests: Record
) -> None:
    heard = requests(tree)
    assert lines(tree) == WHOLE
    click_line(qtbot, tree, 0, 1)
    assert lines(tree)[:3] == ["Roe, Jane  4711", "+ 2026-01-01  Thorax   2 series", "2026-02-01  Follow-up"]
    click_line(qtbot, tree, 0, 0)
    assert lines(tree) == ["+ Roe, Jane  4711   2 studies, 4 series", *WHOLE[7:]]
    click_line(qtbot, tree, 0, 0)
    click_line(qtbot, tree, 0, 1)
    assert lines(tree) == WHOLE
    assert heard == []
    click(qtbot, tree, 3)
    assert heard == [("series_requested", "22")]


def test_left_and_right_fold_the_tree_and_enter_unfolds(tree: SeriesPanel, qtbot: QtBot, requests: Record) -> None:
    heard = requests(tree)
    tree.list.setFocus(Qt.FocusReason.TabFocusReason)
    tree.list.setCurrentIndex(tree.rows.index(1, 0))
    qtbot.keyClick(tree.list, Qt.Key.Key_Left)
    assert lines(tree)[1] == "+ 2026-01-01  Thorax   2 series"
    qtbot.keyClick(tree.list, Qt.Key.Key_Left)
    assert lines(tree)[0] == "+ Roe, Jane  4711   2 studies, 4 series"
    spoken = tree.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Roe, Jane  4711   2 studies, 4 series, folded"
    qtbot.keyClick(tree.list, Qt.Key.Key_Return)
    qtbot.keyClick(tree.list, Qt.Key.Key_Right)
    assert lines(tree) == WHOLE
    assert heard == []


def test_folds_stay_when_patient_data_is_hidden(tree: SeriesPanel, qtbot: QtBot) -> None:
    click_line(qtbot, tree, 0, 0)
    tree.set_series(hide_patients(tree.rows.series))
    assert lines(tree)[0].startswith("+ Patient 1")
    assert not any("Roe" in line or "2026" in line for line in lines(tree))


@pytest.mark.parametrize(
    ("words", "found"),
    [("", 6), ("lung", 3), ("BONE follow", 1), ("jane", 4), ("4712 lung", 1), ("2026-02", 2), ("ct", 6), ("pet", 0)],
)
def test_a_filter_keeps_what_holds_each_word(tree: SeriesPanel, words: str, found: int) -> None:
    tree.filter.setText(words)
    assert sum(rows(tree, SERIES_ROLE)) == found
    assert tree._heading.text() == ("Series (6)" if found == 6 else f"Series ({found} of 6)")


def test_what_a_filter_finds_is_shown_though_it_is_folded(tree: SeriesPanel, qtbot: QtBot) -> None:
    click_line(qtbot, tree, 0, 0)
    tree.filter.setText("follow bone")
    assert lines(tree) == ["Roe, Jane  4711", "2026-02-01  Follow-up", "2 · Bone"]
    tree.filter.setFocus()
    qtbot.keyClick(tree.filter, Qt.Key.Key_Escape)
    assert lines(tree)[0] == "+ Roe, Jane  4711   2 studies, 4 series"


def test_a_name_in_the_filter_goes_when_patient_data_is_hidden(tree: SeriesPanel) -> None:
    tree.filter.setText("jane")
    tree.set_private(True)
    assert tree.filter.text() == ""
    assert lines(tree) == WHOLE


def test_a_hidden_name_is_not_found(tree: SeriesPanel) -> None:
    tree.set_series(hide_patients(tree.rows.series))
    tree.filter.setText("jane")
    assert rows(tree, SERIES_ROLE) == []
