"""A local operating point in the window: chosen in the validation, named by the finding, switched off and on."""

import csv
import hashlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.ui.dialogs.result_table import ResultTableDialog
from desktop.ui.plots.validation_window import ValidationWindow
from inference.bundle.catalog import user_models_folder
from tests.inference.cases.table_files import make_rows, write_table
from tests.journeys.conftest import Launch

LEFT = Qt.MouseButton.LeftButton


def test_it_is_chosen_named_and_switched_off(
    launch: Launch, tiny_model: str, ct: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = user_models_folder() / "tiny" / "bundle.json"
    rows = make_rows(240, model_sha256=hashlib.sha256(bundle.read_bytes()).hexdigest())
    truth = [
        {"path": row["path"], "label": ("normal", "bright")[(float(row["p_bright"]) >= 0.3) == (number % 9 > 0)]}
        for number, row in enumerate(rows)
    ]
    files = iter([write_table(tmp_path / "r.csv", rows), write_table(tmp_path / "t.csv", truth)])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(next(files)), ""))
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    panel = reader.window.model
    panel.analyse_requested.emit()
    reader.until(lambda: panel.finding.advice.text_whole)
    own = panel.finding.advice.text_whole
    assert not panel.finding.local.isVisible()
    reader.window.menus.actions["results"].trigger()
    table = reader.until_asked(ResultTableDialog)
    reader.until(lambda: table.rows.rowCount() == 240)
    QTest.mouseClick(table.judge, LEFT)
    thresholds = reader.until_asked(ValidationWindow).thresholds
    QTest.mouseClick(thresholds.choose, LEFT)
    reader.until(lambda: thresholds.chosen.text_whole.startswith("Local threshold 0."))
    # The model in use takes it up at once, and every finding names it.
    reader.until(lambda: "Local threshold 0." in panel.finding.advice.text_whole)
    assert panel.finding.local.isChecked()
    assert "from 120 cases" in panel.finding.local_note.text_whole
    assert "Local threshold" in panel.finding.figures.text_whole
    panel.finding.local.click()
    reader.until(lambda: panel.finding.advice.text_whole == own)
    assert not panel.finding.local.isChecked()
    assert "from 120 cases" in panel.finding.local_note.text_whole
    with open(tmp_path / "r.csv", encoding="utf-8", newline="") as stream:
        assert next(csv.DictReader(stream))["model_sha256"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
