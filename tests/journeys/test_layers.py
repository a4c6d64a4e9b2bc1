"""The heatmap at another layer, through torch; and the heatmap's key, held to peek underneath."""

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel

from desktop.controllers.explanation import OTHER_LAYERS
from desktop.state.picture import Picture
from desktop.ui.panels.heatmap_controls import OTHER_LAYER, OWN_LAYER
from inference import torch_availability
from inference.torch_availability import torch_available
from tests.journeys.conftest import Launch, Reader

BUNDLED = "pneumonia-cxr"
LONGER_THAN_A_CLICK_MS = 450


def with_heatmap(launch: Launch, ct: Path, model: str) -> Reader:
    reader = launch(ct, "--model", model)
    reader.until_open()
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    if (reveal := reader.window.model.finding.reveal).isVisible():
        # A bundled model was not made for the phantom.
        reader.qtbot.mouseClick(reveal, Qt.MouseButton.LeftButton)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.until_ready()
    return reader


def levels(reader: Reader) -> np.ndarray:
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is not None
    return reader.pane.picture.overlay.levels


def offered(reader: Reader) -> list[str]:
    choice = reader.window.model.heat.layer
    return [choice.itemText(index) for index in range(choice.count())]


def choose_layer(reader: Reader, name: str) -> None:
    choice = reader.window.model.heat.layer
    index = choice.findText(name)
    assert index >= 0
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


@pytest.mark.slow
@pytest.mark.skipif(not torch_available(), reason="this edition has no torch")
def test_another_layer_gives_another_heatmap_and_the_same_finding(launch: Launch, ct: Path) -> None:
    reader = with_heatmap(launch, ct, BUNDLED)
    model = reader.program.model
    assert model is not None
    assert model.answer is not None
    own, finding = levels(reader).copy(), model.answer.analysis.finding
    assert offered(reader) == [OWN_LAYER, OTHER_LAYERS]
    choose_layer(reader, OTHER_LAYERS)
    reader.until(lambda: len(offered(reader)) > 2 and not reader.program.jobs.is_busy())
    names = offered(reader)[1:]
    assert OTHER_LAYERS not in names
    busy: list[bool] = []
    model.busy_changed.connect(busy.append)
    choose_layer(reader, names[len(names) // 2])
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None, "no map under the name of another layer"
    assert busy[-1]
    reader.until(lambda: not reader.program.jobs.is_busy() and not np.array_equal(levels(reader), own))
    assert not busy[-1]
    assert reader.window.model.heat.layer.currentText() == names[len(names) // 2]
    assert model.answer.analysis.finding == finding
    choose_layer(reader, OWN_LAYER)
    reader.until(lambda: not reader.program.jobs.is_busy() and np.array_equal(levels(reader), own))


def test_without_torch_other_layers_are_grey_and_say_why(
    launch: Launch, ct: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = torch_availability.find_spec
    monkeypatch.setattr(torch_availability, "find_spec", lambda name: None if name == "torch" else found(name))
    reader = with_heatmap(launch, ct, BUNDLED)
    heat = reader.window.model.heat
    assert offered(reader) == [OWN_LAYER, OTHER_LAYER]
    rows = heat.layer.model()
    assert isinstance(rows, QStandardItemModel)
    assert not rows.item(1).isEnabled()
    assert heat.layer_reason.isVisible()
    assert heat.layer_reason.text().startswith("Not installed: PyTorch")


def test_holding_the_key_peeks_underneath(launch: Launch, ct: Path, tiny_model: str) -> None:
    reader = with_heatmap(launch, ct, tiny_model)
    covered = reader.pixels()
    reader.qtbot.keyPress(reader.pane, Qt.Key.Key_E)
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None
    reader.qtbot.wait(LONGER_THAN_A_CLICK_MS)
    reader.qtbot.keyRelease(reader.pane, Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    assert np.array_equal(reader.pixels(), covered)


def test_a_short_press_stays(launch: Launch, ct: Path, tiny_model: str) -> None:
    reader = with_heatmap(launch, ct, tiny_model)
    reader.key(Qt.Key.Key_E)
    reader.until_ready()
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None
    assert not reader.window.model.heat.toggle.isChecked()


def test_a_short_press_is_short_however_long_its_work_takes(
    launch: Launch, ct: Path, tiny_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = with_heatmap(launch, ct, tiny_model)
    show = reader.pane.show_picture

    def show_slowly(picture: Picture | None) -> None:
        time.sleep(LONGER_THAN_A_CLICK_MS / 1000)
        show(picture)

    monkeypatch.setattr(reader.pane, "show_picture", show_slowly)
    reader.key(Qt.Key.Key_E)
    reader.until_ready()
    reader.qtbot.wait(LONGER_THAN_A_CLICK_MS)
    assert not reader.window.model.heat.toggle.isChecked()
