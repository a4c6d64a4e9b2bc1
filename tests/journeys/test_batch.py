"""From folders to a table in the window: chosen, scored, stopped and gone on with; and from a row to its slice."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyqtgraph import GraphicsView
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.ui.dialogs.batch_dialog import BatchDialog
from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.plots.validation_window import ValidationWindow
from inference.bundle.bundle import load_bundle
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import l_values, write_series
from tests.inference.cases.table_files import make_rows, write_table, write_truth
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

LEFT = Qt.MouseButton.LeftButton


def ask_for_batch(reader: Reader) -> BatchDialog:
    QTest.keyClick(reader.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    dialog = reader.until_asked(BatchDialog)
    reader.until(dialog.isActiveWindow)
    return dialog


def fill_in(dialog: BatchDialog, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose as a person does: a folder, a model, all slices, a table."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(out), ""))
    QTest.mouseClick(dialog.add_folder, LEFT)
    item = dialog.models.item(
        next(row for row in range(dialog.models.count()) if dialog.models.item(row).text() == "Tiny")
    )
    if item.checkState() != Qt.CheckState.Checked:
        at = dialog.models.visualItemRect(item)
        QTest.mouseClick(dialog.models.viewport(), LEFT, pos=QPoint(at.left() + 10, at.center().y()))
    dialog.slices.setFocus()
    QTest.keyClick(dialog.slices, Qt.Key.Key_Down)
    assert dialog.slices.currentData() == "all"
    QTest.mouseClick(dialog.choose_out, LEFT)


def header_click(dialog: ResultTableDialog, column: str) -> None:
    table, header = dialog.rows.table, dialog.view.horizontalHeader()
    assert table is not None
    section = table.columns.index(column)
    dialog.view.scrollTo(dialog.rows.index(0, section))
    at = QPoint(header.sectionViewportPosition(section) + header.sectionSize(section) // 2, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, pos=at)


def shown(dialog: ResultTableDialog, column: str) -> list[str]:
    table = dialog.rows.table
    assert table is not None
    return [table.cell(int(row), column) for row in dialog.rows.order]


def test_a_folder_becomes_a_table_and_a_row_its_slice(
    launch: Launch, tiny_model: str, ct: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_series(other, values=l_values(slices=4), SeriesInstanceUID="1.2.3.9")
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    dialog = ask_for_batch(reader)
    assert [dialog.paths.item(0).text()] == [str(ct)]
    assert not dialog.start.isEnabled()
    assert "table" in dialog.start.toolTip()
    out = tmp_path / "results.csv"
    fill_in(dialog, other, out, monkeypatch)
    QTest.mouseClick(dialog.start, LEFT)
    reader.until(lambda: dialog.said.text_whole.startswith("Done: 14 slices scored, 14 rows added"))
    QTest.mouseClick(dialog.show_table, LEFT)
    table = reader.until_asked(ResultTableDialog)
    reader.until(lambda: table.rows.rowCount() == 14)
    reader.until(lambda: "rows reach" in table.threshold_said.text_whole)
    dialog.close()
    # What is looked for stands beside the name, whatever the order of the file is.
    head, columns = table.view.horizontalHeader(), table.rows.table.columns if table.rows.table is not None else ()
    assert [columns[head.logicalIndex(place)] for place in (0, 1)] == ["path", "decision"]
    # Rows on screen get their pictures.
    assert table.rows.table is not None
    path = table.rows.index(0, table.rows.table.columns.index("path"))
    reader.until(lambda: path.data(Qt.ItemDataRole.DecorationRole) is not None)
    # A series that is open: at once its slice.
    row = shown(table, "path").index(str(reader.program.document.series[0].frames[7].source.path))  # type: ignore[union-attr]
    table.view.selectRow(row)
    table.view.setCurrentIndex(table.rows.index(row, 0))
    QTest.keyClick(table.view, Qt.Key.Key_Return)
    reader.until(lambda: reader.place[0] == 7)
    # One that is not: its file is opened.
    row = next(n for n, path in enumerate(shown(table, "path")) if str(other) in path)
    table.view.setCurrentIndex(table.rows.index(row, 0))
    QTest.keyClick(table.view, Qt.Key.Key_Return)
    reader.until(lambda: reader.program.document.paths == (Path(shown(table, "path")[row]),))  # type: ignore[union-attr]
    reader.until_open()


def test_it_is_stopped_and_goes_on(
    launch: Launch, tiny_model: str, ct: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = tmp_path / "big"
    big.mkdir()
    write_series(big, values=l_values(slices=600), SeriesInstanceUID="1.2.3.9")
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    dialog = ask_for_batch(reader)
    out = tmp_path / "results.csv"
    fill_in(dialog, big, out, monkeypatch)
    QTest.mouseClick(dialog.start, LEFT)
    reader.until(lambda: dialog.said.text_whole.startswith("Scoring slices") and dialog.bar.value() > 5)
    assert reader.pane.picture is not None
    QTest.mouseClick(dialog.stop, LEFT)
    assert dialog.said.text_whole.startswith("Stopped; what was done is kept")
    assert dialog.resume.isChecked()
    reader.until(lambda: not reader.program.jobs.is_busy())
    reader.qtbot.wait(300)
    kept = out.read_bytes()
    assert 0 < kept.count(b"\n") < 610
    QTest.mouseClick(dialog.start, LEFT)
    reader.until(lambda: dialog.said.text_whole.startswith("Done"))
    assert out.read_bytes().startswith(kept)
    assert out.read_bytes().count(b"\n") == 611
    QTest.mouseClick(dialog.resume, LEFT)
    dialog.resume.setChecked(False)
    QTest.mouseClick(dialog.start, LEFT)
    reader.until(lambda: "E_WRITE" in dialog.said.text_whole)


@pytest.fixture
def results(launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Reader, ResultTableDialog]:
    """A table of 400 rows on screen."""
    path = write_table(tmp_path / "results.csv", make_rows(400))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    reader = launch()
    reader.until_ready()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(reader.window, Qt.Key.Key_B, both)
    dialog = reader.until_asked(ResultTableDialog)
    reader.until(lambda: "rows reach" in dialog.threshold_said.text_whole and dialog.isActiveWindow())
    return reader, dialog


def test_rows_are_sorted_and_found(results: tuple[Reader, ResultTableDialog]) -> None:
    reader, dialog = results
    header_click(dialog, "p_bright")
    reader.until(lambda: (found := [float(x) for x in shown(dialog, "p_bright")]) == sorted(found))
    header_click(dialog, "p_bright")
    reader.until(lambda: (found := [float(x) for x in shown(dialog, "p_bright")]) == sorted(found, reverse=True))
    QTest.mouseClick(dialog.text, LEFT)
    QTest.keyClicks(dialog.text, "17.PNG")
    reader.until(lambda: 0 < dialog.rows.rowCount() < 20)
    assert all(path.endswith("17.png") for path in shown(dialog, "path"))
    assert "rows of results.csv" in dialog.said.text_whole
    index = dialog.rows.index(0, dialog.rows.table.columns.index("path"))  # type: ignore[union-attr]
    assert index.data() == Path(shown(dialog, "path")[0]).name
    assert shown(dialog, "path")[0] in index.data(Qt.ItemDataRole.ToolTipRole)


def test_the_threshold_is_dragged(results: tuple[Reader, ResultTableDialog]) -> None:
    reader, dialog = results
    scores = np.array([float(x) for x in shown(dialog, "p_bright")])
    assert f"{(scores >= 0.5).sum()} of 400 rows reach 0.50 for bright" in dialog.threshold_said.text_whole
    plot: Any = dialog.histogram.findChild(GraphicsView)

    def at(share: float) -> QPoint:
        place = dialog.histogram.box.mapViewToScene(QPointF(share, 0.5))
        return QPoint(plot.mapFromScene(place))

    QTest.mousePress(plot.viewport(), LEFT, pos=at(0.5))
    for share in (0.55, 0.65, 0.8):
        QTest.mouseMove(plot.viewport(), at(share))
        reader.qtbot.wait(20)
    QTest.mouseRelease(plot.viewport(), LEFT, pos=at(0.8))
    reader.until(lambda: dialog.histogram.threshold > 0.7)
    threshold = dialog.histogram.threshold
    assert f"{(scores >= threshold).sum()} of 400 rows" in dialog.threshold_said.text_whole
    QTest.mouseClick(dialog.reaching, LEFT, pos=QPoint(8, dialog.reaching.height() // 2))
    reader.until(lambda: dialog.rows.rowCount() == (scores >= threshold).sum())


def test_the_line_begins_at_the_models_own_threshold(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bands = [
        {"low": 0.0, "decision": "normal", "sentence": "No."},
        {"low": 0.3, "decision": "bright", "sentence": "Yes."},
    ]
    decision = {"rule": "bands", "label": "bright", "bands": bands}
    model = load_bundle(make_bundle(user_models_folder(), schema_version=2, decision=decision))
    path = write_table(tmp_path / "results.csv", make_rows(40, model_sha256=model.sha256))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    reader = launch()
    reader.until_ready()
    reader.window.menus.actions["results"].trigger()
    dialog = reader.until_asked(ResultTableDialog)
    reader.until(lambda: "rows reach 0.30 for bright" in dialog.threshold_said.text_whole)
    assert dialog.histogram.threshold == pytest.approx(0.3)
    dialog.score.setCurrentText("p_normal")
    reader.until(lambda: "rows reach 0.50 for normal" in dialog.threshold_said.text_whole)


def test_a_file_that_is_no_table_is_said_in_the_main_window(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    reader = launch()
    reader.until_ready()
    reader.window.menus.actions["results"].trigger()
    reader.until(lambda: "no table of results" in reader.window.strip.message.text_whole)
    assert reader.dialog(ResultTableDialog) is None


def test_the_table_is_held_against_the_truth(
    results: tuple[Reader, ResultTableDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, dialog = results
    truth = write_truth(tmp_path / "truth.csv", make_rows(400), right=0.8)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(truth), ""))
    dialog.by.setFocus()
    QTest.keyClick(dialog.by, Qt.Key.Key_Down)
    assert dialog.by.currentData() == "patient"
    QTest.mouseClick(dialog.judge, LEFT)
    window = reader.until_asked(ValidationWindow)
    said = window.page.toPlainText()
    assert "400 cases, 200 persons" in said
    assert "Area under the ROC curve" in said
    assert "by drawing persons" in said
    assert "Research use only" in said
    thresholds = window.thresholds
    window.tabs.setCurrentWidget(thresholds)
    reader.until(thresholds.slider.isEnabled)
    # The figures follow the slider, and a cell opens its cases.
    before = thresholds.values["sensitivity"].text()
    thresholds.slider.setFocus()
    QTest.keyClick(thresholds.slider, Qt.Key.Key_Home)
    assert thresholds.values["sensitivity"].text().startswith("1.000")
    assert thresholds.values["sensitivity"].text() != before
    QTest.keyClick(thresholds.slider, Qt.Key.Key_End)
    assert thresholds.values["specificity"].text().startswith("1.000")
    for matrix in (thresholds.decisions, thresholds.at_threshold):
        cell = matrix.model().index(1, 0)
        matrix.scrollTo(cell)
        QTest.mouseClick(matrix.viewport(), LEFT, pos=matrix.visualRect(cell).center())
        reader.until(lambda cell=cell: dialog.rows.rowCount() == int(cell.data()))
    assert "truth: bright, below 1" in dialog.only.text()
    QTest.mouseClick(dialog.only, LEFT)
    reader.until(lambda: dialog.rows.rowCount() == 400)
    folder = tmp_path / "report"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    QTest.mouseClick(window.save, LEFT)
    reader.until(lambda: "folder report" in window.said.text_whole)
    assert (folder / "validation.html").exists()
    assert (folder / "validation.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "roc.png").exists()
    document = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    assert f"{document['metrics']['auc']['value']:.3f}" in said
    # A truth that does not fit is said where the person is.
    truth.write_text("path,label\n0001.png,dark\n")
    QTest.mouseClick(dialog.judge, LEFT)
    reader.until(lambda: "Line 2 of the truth has the label `dark`" in dialog.said.text_whole)
