"""The window of training: how the old and the new model compare, in the window's language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers.cases.training import NewModel
from desktop.jobs.cases.training_process import ComparedFigure, Comparison
from desktop.state.texts.language import use_translation
from desktop.ui.plots.training_window import TrainingWindow

FIGURES = ("accuracy", "macro_f1", "auc", "ece", "precision", "recall", "f1")


@pytest.fixture
def _turned() -> Iterator[None]:
    use_translation(lambda source, _, __: source[::-1] if "{" not in source else None)
    yield
    use_translation(None)


@pytest.mark.usefixtures("_turned")
def test_every_figure_is_said_in_the_windows_language(qtbot: QtBot) -> None:
    window = TrainingWindow()
    qtbot.addWidget(window)
    rows = tuple(ComparedFigure("glioma", name, 0.5, 0.6, 0.0, 0.2) for name in FIGURES)
    window.show_end(NewModel((Comparison("test", 90, rows),), Path("new.slb")))
    shown = window.comparison.toPlainText()
    for name in ("accuracy", "mean F1 of the labels", "AUC", "calibration error", "precision", "sensitivity"):
        assert name[::-1] in shown
    assert "glioma" in shown
