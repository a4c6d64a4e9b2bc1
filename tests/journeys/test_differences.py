"""Views are told only what changed: a notch of the wheel moves the picture and the slider, and touches nothing else."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from desktop.ui.menus import Menus
from desktop.ui.panels.heatmap_controls import HeatmapControls
from desktop.ui.panels.model import ModelPanel
from desktop.ui.panels.progress import ProgressStrip
from desktop.ui.panels.series import SeriesPanel
from desktop.ui.panels.series_rows import SeriesRows
from desktop.ui.slice_view.slice_view import SliceView
from desktop.ui.slice_view.sliders import Sliders
from tests.journeys.conftest import Launch, Reader, SettingsKept

SETTERS = (
    (Sliders, ("set_counts", "set_position")),
    (Menus, ("set_checked", "set_available")),
    (QAction, ("setChecked", "setEnabled")),
    (ModelPanel, ("set_models", "set_current", "set_has_slice", "show_analysis", "set_error")),
    (HeatmapControls, ("set_heat", "set_layers")),
    (SeriesPanel, ("set_series", "set_current")),
    (SeriesRows, ("set_thumbnail",)),
    (ProgressStrip, ("show_progress", "show_problem", "set_hint", "set_ledger_summary")),
    (SettingsKept, ("__setitem__",)),
    (SliceView, ("show_picture", "set_probe")),
)


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each setter of a view, or of the settings, was called."""
    counts: Counter[str] = Counter()

    def counted(kind: type, name: str) -> None:
        real = getattr(kind, name)

        def setter(self: object, *values: object, **named: object) -> object:
            counts[f"{kind.__name__}.{name}"] += 1
            return real(self, *values, **named)

        monkeypatch.setattr(kind, name, setter)

    for kind, names in SETTERS:
        for name in names:
            counted(kind, name)
    return counts


def notch(reader: Reader, touched: Counter[str]) -> dict[str, int]:
    """What one notch of the wheel touches."""
    # An earlier test may have left the mouse over the picture; the value under it would be told anew.
    QApplication.sendEvent(reader.pane, QEvent(QEvent.Type.Leave))
    before = reader.place
    touched.clear()
    reader.wheel(-120)
    assert reader.place != before
    reader.until_ready()
    return dict(touched)


def test_a_notch_touches_the_picture_and_the_slider(touched: Counter[str], launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    assert notch(reader, touched) == {"Sliders.set_position": 1, "SliceView.show_picture": 1}


def test_with_a_model_and_a_heatmap_too(touched: Counter[str], tiny_model: str, launch: Launch, pictures: Path) -> None:
    reader = launch(pictures, "--model", tiny_model)
    reader.until_open()
    reader.until(lambda: reader.program.model is not None and reader.program.model.contract is not None)
    reader.until_ready()
    assert notch(reader, touched) == {"Sliders.set_position": 1, "SliceView.show_picture": 1}
    reader.window.menus.actions["analyse"].trigger()
    reader.until_ready()
    # The finding was the last slice's: it goes.
    assert notch(reader, touched) == {
        "Sliders.set_position": 1, "SliceView.show_picture": 1, "ModelPanel.show_analysis": 1,
    }  # fmt: skip


def test_a_setting_is_written_when_it_changes(
    touched: Counter[str], tiny_model: str, launch: Launch, pictures: Path
) -> None:
    reader = launch(pictures, "--model", tiny_model)
    reader.until_open()
    assert reader.program.view is not None
    touched.clear()
    reader.program.view.set_heat(opacity=0.7)
    assert touched["SettingsKept.__setitem__"] == 1
    assert touched["HeatmapControls.set_heat"] == 1
    touched.clear()
    reader.program.view.set_heat(opacity=0.7)
    assert touched == {}
