"""Analyse, heatmap, live mode: from the slice to the finding and back to the slice."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.jobs.score import ScoredSlice
from desktop.ui.dialogs.model_card import ModelCardDialog
from desktop.ui.panels.heatmap_controls import CAVEAT, EMPTY
from inference.bundle.catalog import user_models_folder
from tests.hostile import graphs
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import break_bundle, make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reader(launch: Launch, tiny_model: str, ct: Path) -> Reader:
    reader = launch(ct, "--model", tiny_model)
    reader.until_open()
    return reader


def answer(reader: Reader) -> ScoredSlice:
    assert reader.program.model is not None
    assert reader.program.model.answer is not None
    return reader.program.model.answer


def label_of_map(reader: Reader) -> str | None:
    drawn = None if reader.program.model is None else reader.program.model.explanation.map
    return None if drawn is None else drawn.choice.label


def probabilities(reader: Reader) -> list[float]:
    finding = answer(reader).analysis.finding
    assert finding is not None
    return [score.probability for score in finding.scores]


def test_analyse_shows_a_finding_for_the_slice_on_screen(reader: Reader) -> None:
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    assert answer(reader).slice.index == 9
    assert sum(probabilities(reader)) == pytest.approx(1)
    reader.wheel(120)
    assert reader.program.model is not None
    assert reader.program.model.answer is None
    reader.wheel(-120)
    assert answer(reader).slice.index == 9


def test_nothing_done_to_the_picture_changes_a_probability(reader: Reader) -> None:
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    before = probabilities(reader)
    for key in (Qt.Key.Key_3, Qt.Key.Key_I, Qt.Key.Key_H, Qt.Key.Key_R):
        reader.key(key)
    reader.wheel(120, modifiers=CTRL)
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until_ready()
    assert probabilities(reader) == before


def test_the_heatmap_is_a_layer_that_comes_and_goes(reader: Reader) -> None:
    reader.key(Qt.Key.Key_End)
    plain = reader.pixels()
    assert reader.pane.picture is not None
    frame = reader.pane.picture.frame.copy()
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    shown = reader.pixels()
    assert (shown != plain).any()
    assert np.ptp(shown.astype(int), axis=2).max() > 30
    assert np.array_equal(reader.pane.picture.frame, frame)
    reader.key(Qt.Key.Key_E)
    assert np.array_equal(reader.pixels(), plain)


def test_the_heatmap_belongs_to_its_slice(reader: Reader) -> None:
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.wheel(-120)
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is None
    reader.wheel(120)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)


def test_opacity_cut_and_label_are_the_persons(reader: Reader) -> None:
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    panel = reader.window.model
    plain = reader.pixels()
    panel.heat.opacity_requested.emit(1.0)
    opaque = reader.pixels()
    assert (opaque != plain).any()
    panel.heat.cut_requested.emit(1.1)
    hidden = reader.pixels()
    assert np.ptp(hidden.astype(int), axis=2).max() == 0
    assert reader.program.model is not None
    before = label_of_map(reader)
    other = "bright" if before == "normal" else "normal"
    panel.heat.label_requested.emit(other)
    reader.until(lambda: label_of_map(reader) == other)


def test_live_mode_follows_the_wheel(reader: Reader) -> None:
    reader.window.menus.actions["live"].trigger()
    reader.key(Qt.Key.Key_E)
    for _ in range(3):
        reader.wheel(-120)
        index = reader.place[0]
        reader.until(lambda index=index: reader.program.model.answer and answer(reader).slice.index == index)
        reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)
    reader.key(Qt.Key.Key_Escape)
    reader.until_ready()
    assert reader.program.model is not None
    assert not reader.program.model.is_live
    before = answer(reader).slice.index
    reader.wheel(120)
    reader.wheel(120)
    reader.until_ready()
    assert reader.program.model.answer is None or answer(reader).slice.index != before


def test_a_fast_wheel_ends_at_the_newest_slice(reader: Reader) -> None:
    reader.window.menus.actions["live"].trigger()
    for angle in (-120,) * 4 + (120,) * 7 + (-120,) * 3:
        reader.wheel(angle)
    reader.until_ready()
    assert answer(reader).slice.index == reader.place[0]


def test_a_broken_bundle_is_refused_with_its_code(launch: Launch, ct: Path, tmp_path: Path) -> None:
    folder = break_bundle(make_bundle(tmp_path / "models"), "wrong hash")
    reader = launch(ct)
    reader.until_open()
    reader.open(folder)
    said: list[object] = []
    assert reader.program.model is not None
    reader.program.model.refused.connect(said.append)
    reader.window.model_requested.emit(str(folder))
    reader.until(lambda: [one for one in said if one is not None])
    assert "E_BUNDLE_HASH" in str(said[-1])
    assert "Slice 6/10" in reader.corner


def test_a_refused_bundle_leaves_the_model_in_use_and_what_it_said(reader: Reader, tmp_path: Path) -> None:
    model = reader.program.model
    assert model is not None
    plain = reader.pixels()
    reader.window.model.heat.visible_requested.emit(True)
    reader.until(lambda: not np.array_equal(reader.pixels(), plain))
    reader.until_ready()
    before, said = reader.pixels(), answer(reader)
    folder = break_bundle(make_bundle(tmp_path / "broken"), "wrong hash")
    refusals: list[object] = []
    model.refused.connect(refusals.append)
    reader.window.model_requested.emit(str(folder))
    reader.until(lambda: [one for one in refusals if one is not None])
    assert answer(reader) is said
    assert np.array_equal(reader.pixels(), before)
    assert model.contract is not None
    assert reader.window.model.choice.currentData() == model.contract.id


def test_the_heatmap_of_a_model_goes_with_the_model(reader: Reader, tmp_path: Path) -> None:
    plain = reader.pixels()
    reader.window.model.heat.visible_requested.emit(True)
    reader.until(lambda: not np.array_equal(reader.pixels(), plain))
    reader.window.model.heat.visible_requested.emit(False)
    reader.until(lambda: np.array_equal(reader.pixels(), plain))
    reader.window.model.heat.visible_requested.emit(True)
    reader.until(lambda: not np.array_equal(reader.pixels(), plain))
    folder = make_bundle(tmp_path / "others", id="another")
    reader.window.model_requested.emit(str(folder))
    reader.until(lambda: np.array_equal(reader.pixels(), plain))


def test_a_model_dropped_on_the_window_is_used(launch: Launch, ct: Path, tmp_path: Path) -> None:
    folder = make_bundle(tmp_path / "models", id="dropped")
    reader = launch(ct)
    reader.until_open()
    reader.open(folder)
    assert reader.program.model is not None
    assert reader.program.model.contract is not None
    assert reader.program.model.contract.id == "dropped"
    assert "Slice 6/10" in reader.corner


def test_a_heatmap_of_a_model_without_class_maps_is_found_by_covering(launch: Launch, ct: Path) -> None:
    from tests.inference.factory import make_contract, tiny_model

    changes = {
        "output": {"cams": None, "features": None},
        "explanation": {"method": "occlusion", "target_layer": None, "notice": "By covering."},
    }
    make_bundle(user_models_folder(), model=tiny_model(make_contract(**changes), maps=False), **changes)
    reader = launch(ct)
    reader.until_open()
    reader.key(Qt.Key.Key_End)
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.overlay)


@pytest.fixture
def breast(tmp_path: Path) -> Path:
    """A mammography series, and installed models for CT and for mammography."""
    for modality in ("CT", "MG"):
        make_bundle(user_models_folder(), id=f"for-{modality.lower()}", input={"modality": [modality]})
    folder = tmp_path / "mg"
    folder.mkdir()
    write_series(folder, values=l_values(), Modality="MG", SeriesInstanceUID="2.25.77")
    return folder


def test_the_model_follows_the_series_until_a_person_chooses(launch: Launch, ct: Path, breast: Path) -> None:
    def chosen() -> str:
        assert reader.program.model is not None
        assert reader.program.model.contract is not None
        return reader.program.model.contract.id

    reader = launch(ct)
    reader.until_open()
    assert chosen() == "for-ct"
    reader.open(breast)
    assert chosen() == "for-mg"
    assert reader.program.model is not None
    reader.program.model.choose("for-ct")
    reader.until_ready()
    reader.open(breast)
    reader.open(ct)
    reader.open(breast)
    assert chosen() == "for-ct"


def test_live_mode_goes_on_with_the_model_of_the_next_series(launch: Launch, ct: Path, breast: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    assert reader.program.model is not None
    reader.program.model.set_live(True)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    reader.open(breast)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    assert answer(reader).slice.series.modality == "MG"
    assert reader.program.model.contract is not None
    assert reader.program.model.contract.id == "for-mg"


def test_a_bare_model_says_what_is_assumed_and_that_its_map_is_zero(launch: Launch, ct: Path, tmp_path: Path) -> None:
    """Its label 1 wins by a bias, and every bright place speaks against it."""
    bias = graphs.weight("B", raw_data=np.array([-99, 99], np.float32).tobytes())
    (tmp_path / "m.onnx").write_bytes(graphs.classifier(bias))
    reader = launch(ct, "--model", str(tmp_path / "m.onnx"))
    reader.until_open()
    panel = reader.window.model
    reader.key(Qt.Key.Key_Return, CTRL)
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    reader.qtbot.mouseClick(panel.about, Qt.MouseButton.LeftButton)
    card = reader.until_asked(ModelCardDialog)
    lines = [label.text() for label in card.findChildren(QLabel)]
    card.close()
    assert "Layout: NCHW (the second dimension of the input is 1)" in lines
    assert panel.heat.caveat.text() == CAVEAT
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: panel.heat.caveat.text() == EMPTY)


def test_in_live_mode_the_next_slices_are_scored_before_the_wheel_comes_there(reader: Reader) -> None:
    reader.window.menus.actions["live"].trigger()
    reader.until(lambda: reader.program.model and reader.program.model.answer)
    for _ in range(2):
        reader.until_ready()
        for _ in range(2):
            reader.wheel(-120)
            # Nothing has come back from the background in between.
            assert answer(reader).slice.index == reader.place[0]
        said = f"slice {reader.place[0] + 1}/10"
        reader.until(lambda said=said: said in reader.window.model.finding.what.text_whole)


def test_files_that_are_opened_anew_have_no_finding_of_before(reader: Reader, ct: Path) -> None:
    reader.until_ready()
    reader.window.model.analyse.click()
    reader.until(lambda: reader.program.model.answer is not None)  # type: ignore[union-attr]
    reader.until_ready()
    for path in sorted(ct.iterdir())[:3]:
        path.unlink()
    reader.open(ct)
    # The middle slice has the same number as one that was scored, and is another one.
    for index in range(7):
        reader.program.panes.active.go(index)  # type: ignore[union-attr]
        assert reader.program.model.answer is None  # type: ignore[union-attr]


def test_live_mode_leaves_planes_of_mpr_alone(reader: Reader) -> None:
    """Their numbers are those of no slice: there are more of them than slices."""
    reader.until_ready()
    reader.key(Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    reader.until(lambda: reader.program.model.answer is not None)  # type: ignore[union-attr]
    reader.key(Qt.Key.Key_M)
    reader.until(lambda: len(reader.window.panes.shown) == 3 and reader.pane.picture is not None)
    reader.key(Qt.Key.Key_Tab)
    reader.key(Qt.Key.Key_End)
    reader.until(lambda: reader.window.sliders.slices.value() == 15)
    model, panes = reader.program.model, reader.program.panes
    assert model is not None
    assert panes is not None
    assert panes.stored_slice is None
    # An answer that was on its way comes while the planes are on screen.
    model.analyse()
    reader.until(lambda: not reader.program.jobs.is_busy())
    assert model.answer is None or not model.answer.slice.is_interpolated
