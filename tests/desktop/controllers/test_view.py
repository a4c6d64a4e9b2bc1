"""How series are looked at: kept by series, told only if it changes."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers.view import ViewController
from desktop.state.view import FIT, Camera, ViewState
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.volume.volume import Volume
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
