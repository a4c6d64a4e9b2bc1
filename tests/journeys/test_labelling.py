"""Labelling in the real window: one key a label, what was said is kept, and nobody sees a score before the answer."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget

from desktop.state.cases.labelling import LabellingPurpose
from desktop.ui.cases.labelling_dialog import LabellingDialog
from desktop.ui.cases.labelling_window import LabellingWindow
from desktop.ui.cases.readers_window import ReadersWindow
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.plots.validation_window import ValidationWindow
from inference.cases.case_store import CaseStore, GivenAnswer, Occasion, default_case_store_path
from inference.cases.results import read_results
from inference.cases.truth import join_truth, read_truth
from tests.inference.cases.table_files import make_rows, write_table
from tests.journeys.conftest import Launch, Reader
from tests.journeys.labelling_steps import begin, end, press, until_seen

LEFT = Qt.MouseButton.LeftButton
LABELS = ("normal", "bright")
CANARY = "0.7310585"


@pytest.fixture
def table(pictures: Path, tmp_path: Path) -> Path:
    """A table of the twelve pictures, on which the model gives one odd probability throughout."""
    rows = make_rows(12)
    for number, row in enumerate(rows, 1):
        row |= {"path": str(pictures / f"slice{number}.png"), "decision": "bright"}
        row |= {"p_bright": CANARY, "p_normal": "0.2689415"}
    return write_table(tmp_path / "results.csv", rows)


@pytest.fixture
def dialog(launch: Launch, table: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Reader, LabellingDialog]:
    """The dialog of labelling on the table."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    reader = launch()
    reader.until_ready()
    return reader, ask(reader)


def ask(reader: Reader) -> LabellingDialog:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(reader.window, Qt.Key.Key_B, both)
    results = reader.until_asked(ResultTableDialog)
    reader.until(lambda: results.rows.rowCount() == 12 and not reader.program.jobs.is_busy())
    QTest.mouseClick(results.label, LEFT)
    return reader.until_asked(LabellingDialog)


def kept(table: Path) -> dict[str, list[tuple[str, str | None, str]]]:
    """What the store holds by file name: reader, answer, occasion."""
    results = read_results(table)[0]
    answers = CaseStore(default_case_store_path()).answers(LABELS, [row.place for row in results.rows])
    return {
        Path(place[0]).name: [(one.given.reader, one.given.answer, one.given.occasion.value) for one in said]
        for place, said in answers.items()
    }


def test_patient_data_is_hidden_by_its_key_while_cases_are_labelled(dialog: tuple[Reader, LabellingDialog]) -> None:
    reader, asked = dialog
    window = begin(reader, asked, "AB")
    window.activateWindow()
    reader.until(window.isActiveWindow)
    press(reader, window, Qt.Key.Key_D)
    assert reader.window.panes.is_private
    QTest.keyClick(window.pane, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert not reader.window.panes.is_private
    window.close()


def test_cases_are_labelled_by_one_key_each(dialog: tuple[Reader, LabellingDialog], table: Path) -> None:
    reader, asked = dialog
    assert not asked.start.isEnabled()
    assert "12 cases of results.csv" in asked.said.text_whole
    window = begin(reader, asked, "AB")
    assert not reader.window.isVisible()
    assert [button.text() for button in window.buttons.values()] == ["1   normal", "2   bright", "0   cannot tell"]
    assert window.progress.text_whole.startswith("Case 1 of 12\n0 done by AB")
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_0):
        press(reader, window, key)
    assert "3 done by AB" in window.progress.text_whole
    reader.until(
        lambda: window.before.text_whole.startswith("The case before: cannot tell\ntiny: bright (bright 0.73)")
    )
    # Taken back, and said anew.
    press(reader, window, Qt.Key.Key_Backspace)
    assert window.progress.text_whole.startswith("Case 3 of 12\n2 done")
    QTest.keyClick(window.pane, Qt.Key.Key_F2)
    QTest.keyClicks(window.remark, "2 rims")
    QTest.keyClick(window.remark, Qt.Key.Key_Return)
    press(reader, window, Qt.Key.Key_2)
    # A pause covers the case, and keys say nothing meanwhile.
    press(reader, window, Qt.Key.Key_Space)
    assert window.pane.picture is None
    QTest.keyClick(window.pane, Qt.Key.Key_1)
    assert "3 done" in window.progress.text_whole
    QTest.keyClick(window.pane, Qt.Key.Key_Space)
    until_seen(reader, window)
    reader.until(lambda: not reader.program.jobs.is_busy())
    QTest.keyClick(window, Qt.Key.Key_Escape)
    reader.until(reader.window.isVisible)
    assert not window.isVisible()
    said = kept(table)
    assert sorted(answer or "" for ((_, answer, _),) in said.values()) == ["bright", "bright", "normal"]
    # On another day it goes on with the fourth.
    window = begin(reader, ask(reader), "AB")
    assert window.progress.text_whole.startswith("Case 4 of 12\n3 done by AB")
    for _ in range(9):
        press(reader, window, Qt.Key.Key_1)
    end(reader, window)
    assert len(kept(table)) == 12


def is_on_screen(widget: QWidget) -> bool:
    """Whether the window that a widget stands in is really there: what a curtain hides believes that it is."""
    handle = widget.window().windowHandle()
    return widget.isVisible() and handle is not None and handle.isVisible()


def test_what_is_opened_meanwhile_waits(dialog: tuple[Reader, LabellingDialog]) -> None:
    reader, asked = dialog
    window = begin(reader, asked, "AB")
    results = reader.window.findChild(ResultTableDialog)
    validation = reader.window.findChild(ValidationWindow)
    assert isinstance(results, ResultTableDialog)
    assert isinstance(validation, ValidationWindow)
    assert not results.isVisible()
    late = QDialog(reader.window)
    for one in (validation, late):
        one.show()
        assert not is_on_screen(one)
    late.close()
    window.close()
    reader.until(lambda: is_on_screen(reader.window) and is_on_screen(results) and is_on_screen(validation))
    assert not late.isVisible()
    assert not asked.isVisible()
    validation.close()


def texts_on_screen() -> str:
    """All text that any widget on screen shows, offers under the pointer, or tells a screen reader."""
    found = []
    for one in QApplication.allWidgets():
        if isinstance(one, QWidget) and is_on_screen(one):
            whole = getattr(one, "text_whole", "")
            shown = one.text() if isinstance(one, QLabel) else ""
            found += [whole, shown, one.toolTip(), one.accessibleName(), one.accessibleDescription()]
    return "\n".join(map(str, found))


def files_written() -> bytes:
    """All that the program has written in its own folders."""
    folder = default_case_store_path().parents[1]
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def test_a_reader_study_shows_no_score_before_the_answer(
    dialog: tuple[Reader, LabellingDialog],
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    reader, asked = dialog
    orders = []
    for name in ("AB", "CD"):
        asked.purpose.setCurrentIndex(asked.purpose.findData(LabellingPurpose.STUDY))
        asked.study.setText("rims")
        window = begin(reader, asked, name)
        seen = []
        for number in range(12):
            until_seen(reader, window)
            assert "Without the model" in window.progress.text_whole
            for secret in (CANARY[:4], "tiny"):
                assert secret not in texts_on_screen()
            corners = window.pane.picture.corners  # type: ignore[union-attr]
            assert corners is not None
            seen.append("".join(corners.top_left + corners.top_right + corners.bottom_right))
            # A second press before the first is kept is no second answer.
            QTest.keyClick(window.pane, Qt.Key.Key_5 if number % 2 else Qt.Key.Key_2)
            reader.until(lambda: "tiny: bright (bright 0.73)" in texts_on_screen())
            assert "With the model" in window.progress.text_whole
            QTest.keyClick(window.pane, Qt.Key.Key_6 if number % 2 else Qt.Key.Key_1)
        orders.append(seen)
        end(reader, window)
        asked = ask(reader)
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert CANARY.encode() not in files_written()
    assert CANARY[:4] not in "".join(capfd.readouterr())
    # Nobody rates another label under the same name.
    asked.purpose.setCurrentIndex(asked.purpose.findData(LabellingPurpose.STUDY))
    asked.study.setText("rims")
    asked.study_label.setCurrentText("normal")
    QTest.mouseClick(asked.start, LEFT)
    reader.until(lambda: "rate the label bright" in asked.said.text_whole)
    # The truth comes of a file; then the tables are written.
    truth = write_table(
        tmp_path / "truth.csv",
        [{"path": f"slice{n}.png", "label": LABELS[n % 2]} for n in range(1, 13)],
    )
    readers = see_readers(reader, asked)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(truth), ""))
    QTest.mouseClick(readers.bring, LEFT)
    reader.until(lambda: "12 labels were taken in." in readers.said.text_whole)
    reader.until(lambda: "imported 12" in readers.summary.text())
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "study"))
    QTest.mouseClick(readers.save_study, LEFT)
    reader.until(lambda: "48 ratings of 12 cases by 2 readers" in readers.said.text_whole)
    with open(tmp_path / "study" / "readings.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["reader"], row["treatment"]) for row in rows} == {
        (name, stage) for name in ("AB", "CD") for stage in ("without_model", "with_model")
    }
    assert {row["rating"] for row in rows} == {"1", "2", "5", "6"}
    assert sum(row["truth"] == "1" for row in rows) == 24
    assert all(float(row["seconds"]) >= 0 for row in rows)


def see_readers(reader: Reader, asked: LabellingDialog) -> ReadersWindow:
    QTest.mouseClick(asked.readers, LEFT)
    return reader.until_asked(ReadersWindow)


def test_two_readers_are_compared_and_adjudicated(
    dialog: tuple[Reader, LabellingDialog], table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, asked = dialog
    results = read_results(table)[0]
    store = CaseStore(default_case_store_path())
    for name, others in (("AB", 0), ("CD", 3)):
        store.add(
            LABELS,
            [GivenAnswer(row.place, name, LABELS[(n + (n < others)) % 2]) for n, row in enumerate(results.rows)],
        )
    readers = see_readers(reader, asked)
    reader.until(lambda: readers.pairs.rowCount() == 1)
    assert "9 cases have a truth; 3 are disputed, 3 of them not adjudicated." in readers.summary.text()
    assert [readers.pairs.item(0, n).text() for n in range(4)] == ["AB", "CD", "12", "9"]  # type: ignore[union-attr]
    assert readers.pairs.item(0, 4).text() == "0.50 (0.02 to 0.98)"  # type: ignore[union-attr]
    assert readers.disputed.rowCount() == 3
    results_window = reader.window.findChild(ResultTableDialog)
    assert isinstance(results_window, ResultTableDialog)
    for command, are_hidden in (("hide_patient", True), ("show_patient", False)):
        reader.window.menus.actions[command].trigger()
        assert readers.disputed.isColumnHidden(0) is are_hidden, "files may be named after patients"
        assert results_window.view.isColumnHidden(results_window.rows.table.columns.index("path")) is are_hidden  # type: ignore[union-attr]
    QTest.mouseClick(readers.adjudicate, LEFT)
    reader.until(asked.isActiveWindow)
    window = begin(reader, asked, "EF")
    assert window.progress.text_whole.startswith("Case 1 of 3")
    assert "AB: " in window.others.text_whole
    assert "CD: " in window.others.text_whole
    for _ in range(3):
        press(reader, window, Qt.Key.Key_2)
    end(reader, window)
    assert sum(Occasion.ADJUDICATION in [one[2] for one in said] for said in kept(table).values()) == 3
    readers = see_readers(reader, ask(reader))
    reader.until(lambda: "12 cases have a truth; 3 are disputed, 0 of them" in readers.summary.text())
    out = tmp_path / "truth.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    QTest.mouseClick(readers.export, LEFT)
    reader.until(lambda: "truth.csv holds the truth of 12 cases." in readers.said.text_whole)
    joined = join_truth(read_truth(out), results, results.guess_task())
    assert joined.known.all()
    assert joined.targets[:3, 1].tolist() == [1, 1, 1]


def test_the_series_that_are_open_are_labelled(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(reader.window, Qt.Key.Key_L, both)
    asked = reader.until_asked(LabellingDialog)
    asked.labels.setText("normal, bright")
    window = begin(reader, asked, "AB")
    view = reader.program.cases.labelling.controller.view  # type: ignore[union-attr]
    assert (view.state.index, view.count) == (5, 10)
    # The other slices of the series are there to be looked at.
    QTest.keyClick(window.pane, Qt.Key.Key_Down)
    reader.until(lambda: view.slice is not None and view.slice.index == 6)
    press(reader, window, Qt.Key.Key_2)
    end(reader, window)
    place = str(reader.program.document.series[0].frames[5].source.path), "5"  # type: ignore[union-attr]
    answers = CaseStore(default_case_store_path()).answers(LABELS, [place])
    assert [one.given.answer for one in answers[place]] == ["bright"]


def test_a_case_that_is_gone_is_said_and_passed_by(dialog: tuple[Reader, LabellingDialog], pictures: Path) -> None:
    reader, asked = dialog
    (pictures / "slice1.png").unlink()
    asked.order.setCurrentIndex(asked.order.findData("listed"))
    asked.reader.setText("AB")
    QTest.mouseClick(asked.start, LEFT)
    window = reader.until_asked(LabellingWindow)
    reader.until(lambda: "no file or folder" in window.problem.text_whole)
    # Nobody says a label of what was not seen.
    QTest.keyClick(window.pane, Qt.Key.Key_1)
    assert window.progress.text_whole.startswith("Case 1 of 12\n0 done")
    QTest.keyClick(window.pane, Qt.Key.Key_0)
    until_seen(reader, window)
    assert window.progress.text_whole.startswith("Case 2 of 12\n1 done")
    reader.until(lambda: not reader.program.jobs.is_busy())
    window.close()


def test_a_store_that_is_held_loses_no_answer(dialog: tuple[Reader, LabellingDialog], table: Path) -> None:
    reader, asked = dialog
    window = begin(reader, asked, "AB")
    press(reader, window, Qt.Key.Key_1)
    reader.until(lambda: not reader.program.jobs.is_busy())
    with closing(sqlite3.connect(default_case_store_path(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        press(reader, window, Qt.Key.Key_2)
        reader.until(lambda: "Another program holds the store of labels" in window.problem.text_whole)
        other.execute("ROLLBACK")
    reader.until(lambda: window.pane.picture is not None)
    QTest.keyClick(window.pane, Qt.Key.Key_2)
    reader.until(lambda: len(kept(table)) == 3)
    reader.until(lambda: not window.problem.text_whole)
    reader.until(lambda: not reader.program.jobs.is_busy())
    window.close()


def test_a_store_of_a_newer_program_is_said_before_anything_is_labelled(dialog: tuple[Reader, LabellingDialog]) -> None:
    reader, asked = dialog
    CaseStore(default_case_store_path()).add(LABELS, [])
    with closing(sqlite3.connect(default_case_store_path())) as connection:
        connection.execute("PRAGMA user_version = 99")
    asked.reader.setText("AB")
    QTest.mouseClick(asked.start, LEFT)
    reader.until(lambda: "written by a newer Slicelens" in asked.said.text_whole)
    assert reader.window.isVisible()
