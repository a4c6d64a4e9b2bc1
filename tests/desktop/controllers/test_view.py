"""How series are looked at: kept by series, told only if it changes."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers.view import ViewController, key_of
from desktop.state.picture import Picture
from desktop.state.view import FIT, Camera, ViewState
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.volume.volume import Slice, Volume
from imaging.volume.windowing import Window

WINDOW = Window(40, 400)


def volume_of(name: str, slices: int = 3) -> Volume:
    frames = tuple(StoredFrame(Source(Path(name)), number) for number in range(slices))
    series = Series(
        id=name, format=Format.DICOM, frames=frames, slices=slices, rows=4, columns=5, dtype="int16", units="HU"
    )
    return Volume(series, np.zeros((1, slices, 4, 5), np.int16), np.ones((1, slices), dtype=bool))


@pytest.fixture
def view(qtbot: QtBot) -> ViewController:
    return ViewController()


def show(view: ViewController, volume: Volume) -> None:
    view.show(volume.slice_at(Plane.ACQUIRED, 1), volume=volume, voi=WINDOW)


def test_a_series_is_found_as_it_was_left(view: ViewController) -> None:
    first, second = volume_of("first"), volume_of("second")
    show(view, first)
    view.step(1)
    view.look(Camera(2.0))
    view.set_heat(opacity=0.9)
    show(view, second)
    assert (view.state.index, view.state.camera) == (1, FIT)
    view.show_again(first)
    assert (view.state.index, view.state.camera) == (2, Camera(2.0))
    assert view.home.camera is FIT
    # The heatmap is one for all series.
    assert view.state.heat.opacity == 0.9


def test_other_files_begin_anew_even_under_the_same_id(view: ViewController) -> None:
    show(view, volume_of("same"))
    view.invert()
    view.forget()
    assert view.state.inverted, "what is on screen stays until something else comes"
    show(view, volume_of("same"))
    assert not view.state.inverted


def test_a_series_that_has_grown_is_looked_at_as_before(view: ViewController) -> None:
    show(view, volume_of("preview"))
    view.invert()
    view.adopt(volume_of("whole", 9), phase=0, index=7)
    assert (view.state.index, view.home.index, view.state.inverted) == (7, 7, True)
    view.reset()
    assert (view.state.index, view.state.inverted) == (7, False)


def test_nobody_is_told_of_a_change_that_changes_nothing(view: ViewController) -> None:
    heard: list[ViewState] = []
    show(view, volume_of("a"))
    view.view_changed.connect(heard.append)
    view.fit()
    view.window_preset((40, 400))
    view.set_drawings(True)
    view.set_heat(visible=False)
    view.go(1)
    view.reset()
    assert heard == []
    view.window_preset((40, 80))
    assert [state.voi for state in heard] == [Window(40, 80)]


@pytest.fixture
def painted(view: ViewController) -> list[Picture]:
    """The pictures of a series from its second slice on, as they come."""
    show(view, volume_of("a"))
    pictures: list[Picture] = []
    view.picture_changed.connect(pictures.append)
    view.set_heat(visible=True)
    pictures.clear()
    return pictures


def test_a_picture_waits_for_its_heatmap_and_is_composed_once(view: ViewController, painted: list[Picture]) -> None:
    view.frames.hold()
    view.step(1)
    assert painted == []
    assert view.slice is not None
    view.set_overlay(key_of(view.slice), np.full((4, 5), 9, np.uint8))
    [picture] = painted
    assert picture.overlay is not None
    assert picture.corners is not None
    assert picture.corners.bottom_left[0].startswith("Slice 3/3")


def test_an_answer_without_a_heatmap_ends_the_wait(view: ViewController, painted: list[Picture]) -> None:
    view.frames.hold()
    view.step(1)
    assert view.slice is not None
    view.set_overlay(key_of(view.slice), None)
    assert [picture.overlay for picture in painted] == [None]


def test_a_picture_does_not_wait_for_what_never_comes(
    view: ViewController, painted: list[Picture], qtbot: QtBot
) -> None:
    view.frames.hold()
    view.step(1)
    qtbot.waitUntil(lambda: len(painted) == 1)
    view.step(-1)
    assert len(painted) == 2


def test_what_is_said_while_a_slice_is_taken_makes_one_picture(view: ViewController, painted: list[Picture]) -> None:
    def answer(slice_: Slice) -> None:
        view.set_overlay(key_of(slice_), np.zeros((4, 5), np.uint8))
        view.set_marks(key_of(slice_), is_weak=True)

    view.slice_changed.connect(answer)
    view.step(1)
    [picture] = painted
    assert picture.overlay is not None
    assert picture.overlay.warning
