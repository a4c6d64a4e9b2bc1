"""What the model saw: its input beside the slice, and its frame on it, however the slice is turned."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from imaging.volume.volume import Slice
from inference.bundle.catalog import user_models_folder
from inference.classify.preprocess import picture_of_input, prepare
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.journeys.conftest import Launch, Reader


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """A CT of slices twice as high as wide, before a model that cuts out their middle."""
    make_bundle(user_models_folder(), input={"resize": "centre_crop"})
    write_series(tmp_path / "ct", values=np.repeat(l_values(), 2, axis=1), SeriesInstanceUID="2.25.9")
    reader = launch(tmp_path / "ct", "--model", "tiny")
    reader.until_open()
    return reader


def on_screen(reader: Reader) -> Slice:
    assert reader.program.view is not None
    assert reader.program.view.slice is not None
    return reader.program.view.slice


def seen(reader: Reader) -> np.ndarray:
    """The pixels of the panel's picture."""
    image = reader.window.input.picture.image
    return np.array(
        [[image.pixelColor(x, y).red() for x in range(image.width())] for y in range(image.height())], np.uint8
    )


def expected(reader: Reader) -> np.ndarray:
    assert reader.program.model is not None
    assert reader.program.model.contract is not None
    spec = reader.program.model.contract.input
    return picture_of_input(prepare(on_screen(reader), spec), spec)


def test_the_input_stands_beside_the_slice_and_follows_the_wheel(reader: Reader) -> None:
    width = reader.pane.width()
    reader.key(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    reader.until(lambda: not reader.window.input.picture.image.isNull())
    assert reader.window.input.isVisible()
    assert reader.pane.width() < width, "beside, not above"
    assert np.array_equal(seen(reader), expected(reader))
    assert "cut to" in reader.window.input.said.text()
    before = seen(reader)
    reader.wheel(-120)
    reader.until_ready()
    assert np.array_equal(seen(reader), expected(reader))
    reader.key(Qt.Key.Key_Home)
    reader.until_ready()
    assert not np.array_equal(seen(reader), before)
    reader.key(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert not reader.window.input.isVisible()
    assert reader.pane.picture is not None
    assert reader.pane.picture.input_frame == ()


def test_the_frame_lies_on_what_was_cut_out(reader: Reader) -> None:
    plain = reader.pixels()
    reader.key(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    reader.until(lambda: reader.pane.picture and reader.pane.picture.input_frame)
    assert reader.pane.picture is not None
    rows, columns = on_screen(reader).stored.shape
    (top, left), (_, right), (bottom, _), _ = reader.pane.picture.input_frame
    assert (left, right) == (-0.5, columns - 0.5)
    assert 0 < top < bottom < rows - 1, "the middle of a high slice"
    framed = reader.pixels()
    assert plain.shape != framed.shape or (plain != framed).any()
    reader.key(Qt.Key.Key_R)
    assert reader.pane.picture.input_frame[0] == (top, left), "turned with the slice, not on it"


def test_without_a_model_there_is_nothing_to_see(reader: Reader) -> None:
    reader.key(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    reader.until(lambda: not reader.window.input.picture.image.isNull())
    assert reader.program.model is not None
    reader.program.model.bundle_changed.emit(None)
    assert reader.window.input.picture.image.isNull()
    assert reader.pane.picture is not None
    assert reader.pane.picture.input_frame == ()
