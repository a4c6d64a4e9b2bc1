"""Opening what people bring, and moving through it."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from desktop.ui.main_window import TITLE
from tests.journeys.conftest import Launch


def test_a_dicom_folder_opens_at_its_middle_slice(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    assert reader.place == (5, 0)
    assert "Slice 6/10" in reader.corner
    assert "Roe, Jane" in reader.corner
    assert "Radiological" in reader.corner
    assert reader.window.strip.ledger.text() == "10 opened"
    assert reader.window.windowTitle() == TITLE
    assert reader.program.document is not None
    assert len(reader.program.document.series) == 1


def test_the_wheel_moves_exactly_one_slice_a_notch(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    places = []
    for angle in (-120, -120, 120, -60, -60, -40, -40, -40, 1200, -1200, -120):
        reader.wheel(angle)
        places.append(reader.place[0])
    assert places == [6, 7, 6, 6, 7, 7, 7, 8, 0, 9, 9]


@pytest.mark.parametrize(
    ("key", "modifiers", "index"),
    [
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier, 6),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 6),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, 4),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 9),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier, 9),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier, 0),
    ],
)
def test_keys_move(launch: Launch, ct: Path, key: Qt.Key, modifiers: Qt.KeyboardModifier, index: int) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.key(key, modifiers)
    assert reader.place[0] == index
    assert reader.window.sliders.slices.value() == index


def test_the_slider_moves(launch: Launch, ct: Path) -> None:
    reader = launch(ct)
    reader.until_open()
    reader.window.sliders.slices.setValue(8)
    assert "Slice 9/10" in reader.corner


def test_a_4d_nifti_has_phases(launch: Launch, head: Path) -> None:
    reader = launch(head)
    reader.until_open()
    assert reader.place == (2, 0)
    assert reader.window.sliders.phases.isVisible()
    reader.key(Qt.Key.Key_Period)
    reader.key(Qt.Key.Key_Period)
    reader.key(Qt.Key.Key_Period)
    assert reader.place == (2, 2)
    assert "phase 3/3" in reader.corner
    reader.key(Qt.Key.Key_Comma)
    assert reader.place == (2, 1)
    assert reader.program.view is not None
    assert reader.program.view.slice is not None
    assert float(reader.program.view.slice.values.max()) == 125.0


def test_a_folder_of_pictures_is_one_stack_in_the_order_a_person_counts(launch: Launch, pictures: Path) -> None:
    reader = launch(pictures)
    reader.until_open()
    reader.key(Qt.Key.Key_Home)
    greys = []
    for _ in range(12):
        pixels = reader.pixels()
        greys.append(int(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2, 0]))
        reader.wheel(-120)
    assert greys == [number * 10 for number in range(1, 13)]
    assert "pixel size unknown" in reader.corner
    assert "Orientation unknown" in reader.corner


def test_going_from_series_to_series_keeps_each_ones_place(launch: Launch, ct: Path, head: Path) -> None:
    reader = launch(ct, head)
    reader.until_open()
    assert reader.program.document is not None
    assert len(reader.program.document.series) == 2
    view = reader.program.view
    assert view is not None
    first = view.series
    reader.key(Qt.Key.Key_End)
    left_at = reader.place
    reader.key(Qt.Key.Key_PageDown)
    reader.until(lambda: view.series is not first)
    reader.until_ready()
    reader.key(Qt.Key.Key_PageUp)
    reader.until(lambda: view.series is first)
    assert reader.place == left_at


def test_what_is_dropped_while_the_program_loads_is_opened(launch: Launch, ct: Path) -> None:
    reader = launch()
    assert reader.program.document is None
    reader.window.paths_requested.emit([ct])
    reader.until_open()
    assert "Slice 6/10" in reader.corner


def test_a_sample_opens_from_the_start_page(launch: Launch) -> None:
    pytest.importorskip("data_store", reason="the samples of pydicom-data are not installed")
    reader = launch()
    reader.until_ready()
    assert reader.window.start_page.isVisible()
    reader.window.start_page.sample_requested.emit("chest-radiograph")
    reader.until_open()
    assert reader.pane.isVisible()
    assert not reader.window.start_page.isVisible()
    assert "CR" in reader.corner


def test_the_demo_shows_the_radiograph_and_lists_a_few_others(launch: Launch) -> None:
    pytest.importorskip("data_store", reason="the samples of pydicom-data are not installed")
    reader = launch("--demo")
    reader.until_open()
    assert reader.program.document is not None
    assert reader.program.view is not None
    shown, listed = reader.program.view.series, reader.program.document.series
    assert shown is listed[0]
    assert shown.frames[0].source.path.name == "person554_bacteria_2321.jpeg"
    assert 7 <= len(listed) <= 10
    assert "Folders from a disc" in [action.text() for action in reader.window.menus.samples.actions()]


def test_the_shared_ct_opens_whole(launch: Launch, shared: Path) -> None:
    reader = launch(shared / "dicom" / "abdomen_ct")
    reader.until_open()
    assert "Slice 31/60" in reader.corner
    assert reader.program.view is not None
    assert reader.program.view.volume is not None
    assert reader.program.view.volume.is_complete
    assert np.ptp(reader.pixels()) > 200
