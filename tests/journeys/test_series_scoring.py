"""The strip under the image, and the analysis of a whole series on it."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.controllers.series.series_scoring import SeriesScoringController
from desktop.state.probability_curve import ProbabilityCurve, SliceState
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SLICES = 30
PEAKS = (7, 20)


@pytest.fixture
def bumps(tmp_path: Path) -> Path:
    """A CT of 30 slices, bright over the middle at two of them and less so beside."""
    values = np.zeros((SLICES, 32, 32), np.int16)
    for index in range(SLICES):
        nearness = max(0.0, 1.0 - min(abs(index - peak) for peak in PEAKS) / 4)
        values[index, :, 31] = 1000
        values[index, 10:20, 10 : 10 + round(8 * nearness)] = 1000
    write_series(tmp_path / "bumps", values=values)
    return tmp_path / "bumps"


def strip_point(reader: Reader, index: int, slices: int = SLICES) -> QPoint:
    strip = reader.window.sliders.slices
    edge = 5
    return QPoint(round(edge + (index + 0.5) / slices * (strip.width() - 2 * edge)), strip.height() - 6)


def scoring_of(reader: Reader) -> SeriesScoringController:
    reader.until(lambda: reader.program.scoring)
    assert reader.program.scoring is not None
    return reader.program.scoring


def curve(reader: Reader) -> ProbabilityCurve:
    [shown] = scoring_of(reader).curves
    return shown


def test_a_click_jumps_a_drag_scrubs_and_the_wheel_goes_one(launch: Launch, bumps: Path) -> None:
    reader = launch(bumps)
    reader.until_open()
    strip = reader.window.sliders.slices
    reader.qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip_point(reader, 4))
    assert reader.place[0] == 4
    reader.qtbot.mousePress(strip, Qt.MouseButton.LeftButton, pos=strip_point(reader, 10))
    for index in (12, 15, 29):
        reader.qtbot.mouseMove(strip, strip_point(reader, index))
        assert reader.place[0] == index
    reader.qtbot.mouseMove(strip, QPoint(strip.width() + 500, 3))
    assert reader.place[0] == SLICES - 1
    reader.qtbot.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=strip_point(reader, 29))
    reader.qtbot.mouseMove(strip, strip_point(reader, 3))
    assert reader.place[0] == SLICES - 1, "let go"
    at = QPointF(20, 8)
    for angle, index in ((120, SLICES - 2), (-120, SLICES - 1)):
        plain = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
        QApplication.sendEvent(strip, QWheelEvent(at, strip.mapToGlobal(at), QPoint(), QPoint(0, angle), *plain))
        assert reader.place[0] == index


def test_what_nobody_has_looked_at_is_counted(launch: Launch, bumps: Path, ct: Path) -> None:
    reader = launch(bumps, ct)
    reader.until_open()
    said = reader.window.sliders.looked_at
    assert said.text_whole == f"{SLICES - 1} of {SLICES} not looked at"
    before = reader.window.sliders.slices.grab().toImage()
    reader.wheel(-120)
    reader.wheel(-120)
    reader.wheel(120)
    assert said.text_whole == f"{SLICES - 3} of {SLICES} not looked at"
    assert reader.window.sliders.slices.accessibleDescription() == said.text_whole
    assert reader.window.sliders.slices.grab().toImage() != before
    reader.key(Qt.Key.Key_PageDown)
    reader.until(lambda: said.text_whole == "9 of 10 not looked at")
    reader.key(Qt.Key.Key_PageUp)
    reader.until(lambda: said.text_whole == f"{SLICES - 3} of {SLICES} not looked at")


def test_marks_of_measurements_stand_on_the_strip(launch: Launch, bumps: Path) -> None:
    reader = launch(bumps)
    reader.until_open()
    view, coverage, strip = reader.program.view, reader.program.coverage, reader.window.sliders.slices
    assert coverage is not None
    assert view is not None
    assert view.series is not None
    plain = strip.grab().toImage()
    coverage.set_marked(view.series.id, 0, frozenset({3}))
    at = strip_point(reader, 3)
    assert strip.grab().toImage().pixelColor(at) != plain.pixelColor(at)
    coverage.set_marked(view.series.id, 0, frozenset())
    assert strip.grab().toImage() == plain


def test_the_series_is_scored_and_its_peaks_are_a_key_away(launch: Launch, bumps: Path, tiny_model: str) -> None:
    reader = launch(bumps, "--model", tiny_model)
    reader.until_open()
    height = reader.window.sliders.slices.height()
    assert not reader.window.menus.actions["next_peak"].isEnabled()
    reader.key(Qt.Key.Key_Return, CTRL_SHIFT)
    reader.until(lambda: scoring_of(reader).curves and (curve(reader).states != SliceState.WAITING).all())
    reader.until_ready()
    found = curve(reader)
    assert found.label == "Bright spot"
    assert found.peaks == PEAKS
    highest = int(np.nanargmax(found.values))
    said = reader.window.sliders.said
    assert said.isVisible()
    assert f"maximum {found.values[highest]:.1%} on slice {highest + 1}".replace("%", " %") in said.text_whole
    assert "mean" in said.text_whole
    assert reader.window.sliders.slices.height() > height
    reader.key(Qt.Key.Key_Home)
    for key, index in ((Qt.Key.Key_N, 7), (Qt.Key.Key_N, 20), (Qt.Key.Key_N, 20)):
        reader.key(key)
        assert reader.place[0] == index
    reader.key(Qt.Key.Key_N, SHIFT)
    assert reader.place[0] == 7
    # The numbers are those of one slice asked for itself.
    reader.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    assert reader.program.model is not None
    assert reader.program.model.answer is not None
    finding = reader.program.model.answer.analysis.finding
    assert finding is not None
    assert finding.scores[1].probability == found.values[7]


def test_a_cancelled_analysis_keeps_what_it_has_and_goes_on_from_there(
    launch: Launch, tmp_path: Path, tiny_model: str
) -> None:
    # So many that none of the machines scores all of them before the key arrives.
    slices = 600
    rising = np.arange(32 * 32 * slices, dtype=np.int16).reshape(32, 32, slices)
    nibabel.save(nibabel.Nifti1Image(rising, np.eye(4)), tmp_path / "long.nii")
    reader = launch(tmp_path / "long.nii", "--model", tiny_model)
    reader.until_open()
    scoring = scoring_of(reader)

    def escape_soon(curves: tuple[ProbabilityCurve, ...]) -> None:
        if 0 < (curves[0].states == SliceState.WAITING).sum() < slices:
            reader.key(Qt.Key.Key_Escape)

    scoring.curves_changed.connect(escape_soon)
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until(lambda: not scoring.is_busy)
    reader.until_ready()
    scoring.curves_changed.disconnect(escape_soon)
    waiting = int((curve(reader).states == SliceState.WAITING).sum())
    assert 0 < waiting < slices
    assert f"{slices - waiting} of {slices} slices scored" in reader.window.sliders.said.text_whole
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until_ready()
    assert (curve(reader).states == SliceState.SCORED).all()


def test_out_of_contract_is_a_gap_until_a_person_asks(launch: Launch, bumps: Path) -> None:
    make_bundle(user_models_folder(), id="for-mr", input={"modality": ["MR"]})
    reader = launch(bumps, "--model", "for-mr")
    reader.until_open()
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until_ready()
    said = reader.window.sliders.said
    assert curve(reader).is_empty
    assert said.text_whole == f"Bright spot: no slice has a number to show; {SLICES} of {SLICES} out of contract."
    assert not reader.window.menus.actions["next_peak"].isEnabled()
    hatched = reader.window.sliders.slices.grab().toImage()
    reader.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    reader.until(lambda: reader.window.model.finding.reveal.isVisible())
    reader.qtbot.mouseClick(reader.window.model.finding.reveal, Qt.MouseButton.LeftButton)
    assert curve(reader).peaks == PEAKS
    assert "do not rely on it" in said.text_whole
    assert reader.window.sliders.slices.grab().toImage() != hatched
    reader.qtbot.mouseClick(reader.window.model.finding.reveal, Qt.MouseButton.LeftButton)
    assert curve(reader).is_empty


def test_another_series_or_model_ends_it_and_its_own_curve_comes_back(
    launch: Launch, bumps: Path, ct: Path, tiny_model: str
) -> None:
    make_bundle(user_models_folder(), id="another")
    reader = launch(bumps, ct, "--model", tiny_model)
    reader.until_open()
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until_ready()
    whole = curve(reader).values
    reader.key(Qt.Key.Key_PageDown)
    reader.until(lambda: not reader.window.sliders.said.isVisible())
    reader.until_ready()
    reader.window.menus.actions["analyse_series"].trigger()
    assert scoring_of(reader).is_busy
    reader.key(Qt.Key.Key_PageUp)
    reader.until(lambda: scoring_of(reader).curves)
    assert not scoring_of(reader).is_busy
    assert np.array_equal(curve(reader).values, whole, equal_nan=True)
    reader.window.model_requested.emit("another")
    reader.until(lambda: not scoring_of(reader).curves)
    reader.window.model_requested.emit(tiny_model)
    reader.until(lambda: scoring_of(reader).curves)


def test_the_curve_has_axes_in_a_window_of_its_own(launch: Launch, bumps: Path, tiny_model: str) -> None:
    reader = launch(bumps, "--model", tiny_model)
    reader.until_open()
    assert not reader.window.menus.actions["curve"].isEnabled()
    reader.window.menus.actions["analyse_series"].trigger()
    reader.until_ready()
    reader.window.menus.actions["curve"].trigger()
    reader.until_ready()
    from desktop.ui.plots.curve_window import CurveWindow  # its pyqtgraph is loaded when it is wanted

    [window] = reader.window.findChildren(CurveWindow)
    reader.until(window.isVisible)
    drawn = window.plot.plotItem.listDataItems()[0]
    assert np.allclose(drawn.yData, curve(reader).values * 100)
    assert window.said.text() == reader.window.sliders.said.text_whole
    assert window.plot.getAxis("bottom").labelText == "Slice"
    # A click on the plot goes to the slice there, and the line moves along.
    at = window.plot.mapFromScene(window.plot.plotItem.vb.mapViewToScene(QPointF(13, 50)))
    reader.qtbot.mouseClick(window.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    reader.until(lambda: reader.place[0] == 12)
    reader.wheel(-120)
    lines = [one for one in window.plot.plotItem.items if type(one).__name__ == "InfiniteLine" and one.angle == 90]
    assert [line.value() for line in lines] == [14]
