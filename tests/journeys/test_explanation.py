"""Why the model says so: the heatmap by any method, coarse first, cancelled, checked; and findings that do not glow."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from desktop.jobs.jobs import Lane
from desktop.state.map_note import MapNote, MapStanding
from desktop.ui.panels.heatmap_controls import METHODS
from inference.bundle.catalog import user_models_folder
from inference.classify.classifier import Classifier
from tests.imaging.phantoms import write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader

CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = {name: shown for name, shown, _ in METHODS}
ALWAYS_BRIGHT = {"rule": "bands", "label": "bright", "bands": [{"low": 0.0, "decision": "bright", "sentence": "Yes."}]}
ALWAYS_NORMAL = {"rule": "bands", "label": "bright", "bands": [{"low": 0.0, "decision": "normal", "sentence": "No."}]}


def write_spots(folder: Path, *, at: tuple[int, int]) -> Path:
    """A CT of four slices, each with a bright square at the same pixel, a little brighter from slice to slice."""
    values = np.full((4, 64, 64), 100, np.int16)
    for index in range(4):
        values[index, at[0] - 4 : at[0] + 5, at[1] - 4 : at[1] + 5] = 2000 + 100 * index
    folder.mkdir(exist_ok=True)
    write_series(folder, values=values)
    return folder


def start(launch: Launch, folder: Path, decision: dict[str, Any]) -> Reader:
    make_bundle(user_models_folder(), schema_version=2, task={"normal": "normal"}, decision=decision)
    reader = launch(folder, "--model", "tiny")
    reader.until_open()
    return reader


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """A slice with a spot far from its middle, before a model that always decides for it."""
    return start(launch, write_spots(tmp_path / "ct", at=(12, 48)), ALWAYS_BRIGHT)


def has_map(reader: Reader) -> bool:
    return reader.pane.picture is not None and reader.pane.picture.overlay is not None


def levels(reader: Reader) -> NDArray[np.uint8]:
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is not None
    return reader.pane.picture.overlay.levels


def record_notes(reader: Reader) -> list[MapNote]:
    notes: list[MapNote] = []
    assert reader.program.model is not None
    reader.program.model.explanation.note_changed.connect(notes.append)
    return notes


def show_map(reader: Reader) -> None:
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: has_map(reader))
    reader.until_ready()


def choose_method(reader: Reader, method: str) -> None:
    choice = reader.window.model.heat.method
    choice.setFocus()
    while choice.currentText() != NAMES[method]:
        is_below = choice.currentIndex() < choice.findText(NAMES[method])
        reader.qtbot.keyClick(choice, Qt.Key.Key_Down if is_below else Qt.Key.Key_Up)


def test_every_method_shows_its_map_with_its_name_and_parameters(reader: Reader) -> None:
    show_map(reader)
    heat = reader.window.model.heat
    assert heat.method.currentText() == NAMES["cam"]
    assert heat.how.text_whole == "Grad-CAM: 8 × 8 cells"
    maps = {"cam": levels(reader).copy()}
    choose_method(reader, "occlusion")
    reader.until(lambda: heat.how.text_whole.startswith("Occlusion: 14 × 14 cells"))
    reader.until_ready()
    maps["occlusion"] = levels(reader).copy()
    choose_method(reader, "lime")
    reader.until(lambda: heat.how.text_whole.startswith("LIME: 320 mixes"))
    reader.until_ready()
    maps["lime"] = levels(reader).copy()
    for shown in maps.values():
        row, column = np.unravel_index(int(shown.argmax()), shown.shape)
        assert abs(row - 12) <= 12
        assert abs(column - 48) <= 12
    assert len({shown.tobytes() for shown in maps.values()}) == 3
    # What was made is kept: going back makes the same bytes, and nothing runs for long.
    choose_method(reader, "occlusion")
    reader.until(lambda: has_map(reader) and heat.how.text_whole.startswith("Occlusion"))
    assert np.array_equal(levels(reader), maps["occlusion"])


def test_occlusion_shows_a_coarse_map_before_the_fine_one(reader: Reader) -> None:
    show_map(reader)
    notes, seen = record_notes(reader), []
    reader.program.view.picture_changed.connect(lambda picture: seen.append(picture.overlay))
    choose_method(reader, "occlusion")
    reader.until(lambda: notes and notes[-1].standing in (MapStanding.HOLDS, MapStanding.WEAK))
    assert [note.how.split(",")[0] for note in notes if note.standing is MapStanding.COARSE] == [
        "Occlusion: 7 × 7 cells",
        "Occlusion: 14 × 14 cells",
    ]
    maps = {id(overlay.levels): overlay.levels for overlay in seen if overlay is not None}
    assert len(maps) >= 2, "the coarse one was on screen"


def make_slow(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let every covered picture take as long as a larger network needs; the times at which they were asked."""
    asked: list[float] = []
    run = Classifier.run_variant

    def run_slowly(self: Classifier, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(time.monotonic())
        time.sleep(0.02)
        return run(self, tensor)

    monkeypatch.setattr(Classifier, "run_variant", run_slowly)
    return asked


def test_escape_ends_a_method_and_goes_back_to_the_map_before(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    show_map(reader)
    own = levels(reader).copy()
    asked = make_slow(monkeypatch)
    choose_method(reader, "lime")
    reader.until(lambda: len(asked) > 3)
    assert not has_map(reader), "no map under the name of another method"
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_Escape)
    assert reader.window.model.heat.method.currentText() == NAMES["cam"]
    assert np.array_equal(levels(reader), own)
    reader.qtbot.wait(100)
    after = len(asked)
    reader.qtbot.wait(200)
    assert len(asked) == after, "nothing runs on"
    assert np.array_equal(levels(reader), own), "a late answer is dropped"


def test_another_slice_ends_a_method_too(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    show_map(reader)
    asked = make_slow(monkeypatch)
    choose_method(reader, "lime")
    reader.until(lambda: len(asked) > 3)
    reader.wheel(-120)
    assert not has_map(reader)
    assert not reader.program.jobs.is_busy(Lane.HEAT, Lane.CHECK)


def test_a_map_that_does_not_hold_is_called_weak_on_the_map_and_beside_it(launch: Launch, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 1000, (4, 64, 64)).astype(np.int16)
    write_series(tmp_path / "noise", values=noise)
    reader = start(launch, tmp_path / "noise", ALWAYS_BRIGHT)
    show_map(reader)
    heat = reader.window.model.heat
    assert heat.standing.text_whole.startswith("Weak: ")
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is not None
    assert reader.pane.picture.overlay.warning == "Weak map"
    places = heat.standing.geometry(), heat.bar.geometry()
    reader.key(Qt.Key.Key_E)
    reader.key(Qt.Key.Key_E)
    reader.until_ready()
    assert (heat.standing.geometry(), heat.bar.geometry()) == places


def test_a_map_that_holds_says_so_and_nothing_is_written_on_it(reader: Reader) -> None:
    show_map(reader)
    assert reader.window.model.heat.standing.text_whole.startswith("Holds: ")
    assert reader.pane.picture is not None
    assert reader.pane.picture.overlay is not None
    assert reader.pane.picture.overlay.warning == ""


def test_nothing_is_checked_while_live(reader: Reader) -> None:
    reader.key(Qt.Key.Key_Home)
    reader.window.menus.actions["live"].trigger()
    reader.until_ready()
    notes = record_notes(reader)
    reader.key(Qt.Key.Key_E)
    for _ in range(3):
        reader.wheel(-120)
        index = reader.place[0]
        reader.until(lambda index=index: has_map(reader) and reader.place[0] == index)
    reader.until_ready()
    assert MapStanding.CHECKING not in {note.standing for note in notes}
    assert reader.window.model.heat.standing.text_whole == "Not checked while live."
    reader.window.menus.actions["live"].trigger()
    reader.until(lambda: notes[-1].standing in (MapStanding.HOLDS, MapStanding.WEAK))


def test_a_normal_finding_glows_only_if_it_is_asked_for(launch: Launch, tmp_path: Path) -> None:
    reader = start(launch, write_spots(tmp_path / "ct", at=(12, 48)), ALWAYS_NORMAL)
    heat = reader.window.model.heat
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: heat.standing.text_whole)
    assert not has_map(reader)
    said = "No map: “Normal” is the normal answer. Press E, or choose a label, to see one all the same."
    assert heat.standing.text_whole == said
    assert heat.toggle.isChecked()
    reader.key(Qt.Key.Key_E)
    reader.until(lambda: has_map(reader))
    assert heat.toggle.isChecked()
    assert reader.window.menus.actions["heat"].isChecked()
    reader.until_ready()
    reader.key(Qt.Key.Key_E)
    assert not has_map(reader)
    assert not heat.toggle.isChecked()


def test_a_label_that_is_chosen_is_shown_on_every_slice(launch: Launch, tmp_path: Path) -> None:
    reader = start(launch, write_spots(tmp_path / "ct", at=(12, 48)), ALWAYS_NORMAL)
    reader.window.menus.actions["live"].trigger()
    reader.key(Qt.Key.Key_E)
    heat = reader.window.model.heat
    reader.until(lambda: heat.standing.text_whole.startswith("No map"))
    heat.label.setFocus()
    while heat.label.currentText() != "Bright spot":
        reader.qtbot.keyClick(heat.label, Qt.Key.Key_Down)
    reader.until(lambda: has_map(reader))
    reader.pane.setFocus()
    reader.wheel(120)
    reader.until(lambda: has_map(reader))


def test_without_class_maps_the_other_methods_are_offered(launch: Launch, tmp_path: Path) -> None:
    from tests.inference.factory import make_contract, tiny_model

    changes: dict[str, Any] = {
        "output": {"cams": None, "features": None},
        "explanation": {"method": "occlusion", "target_layer": None, "notice": "By covering."},
    }
    make_bundle(user_models_folder(), model=tiny_model(make_contract(**changes), maps=False), **changes)
    reader = launch(write_spots(tmp_path / "ct", at=(12, 48)), "--model", "tiny")
    reader.until_open()
    reader.window.model.heat.label_requested.emit("bright")
    show_map(reader)
    choice = reader.window.model.heat.method
    assert choice.currentText() == NAMES["occlusion"]
    flags = choice.model().flags(choice.model().index(0, 0))
    assert not flags & Qt.ItemFlag.ItemIsEnabled
    choose_method(reader, "lime")
    reader.until(lambda: reader.window.model.heat.how.text_whole.startswith("LIME"))
