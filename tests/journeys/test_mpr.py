"""MPR: three planes of one series through a crosshair that the hand moves and turns."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from desktop.controllers.multiplanar.mpr import MprController
from desktop.state.multiplanar.mpr import MPR_PLANES, PLANE_COLOURS
from desktop.state.picture import DrawnShape
from desktop.state.pointer import place_on_pane
from desktop.ui.slice_view.slice_view import SliceView
from imaging.volume.geometry import Plane
from tests.imaging.phantoms import l_values, write_series
from tests.journeys.conftest import Launch, Reader

SLICES, ROWS, COLUMNS = 10, 24, 16


def mpr_of(reader: Reader) -> MprController:
    """The crosshair: read, never moved from here."""
    found = reader.window.findChildren(MprController)
    assert len(found) == 1
    return found[0]


def settle(reader: Reader) -> None:
    reader.until(lambda: mpr_of(reader).is_ready)


@pytest.fixture
def reader(launch: Launch, tmp_path: Path) -> Reader:
    """An axial CT whose every voxel says where it is: 1000 x slice + 30 x row + column, 2 mm apart."""
    index = np.indices((SLICES, ROWS, COLUMNS))
    values = (index[0] * 1000 + index[1] * 30 + index[2]).astype(np.int16)
    write_series(tmp_path / "ct", values=values, step=2.0, RescaleSlope=1, RescaleIntercept=0)
    reader = launch(tmp_path / "ct", "--size", "1280x800")
    reader.until_open()
    reader.pane.setFocus()
    return reader


@pytest.fixture
def planes(reader: Reader) -> dict[Plane, SliceView]:
    reader.key(Qt.Key.Key_M)
    settle(reader)
    return dict(zip(MPR_PLANES, reader.window.panes.shown, strict=True))


def lines(view: SliceView) -> dict[str, DrawnShape]:
    assert view.picture is not None
    return {shape.uid: shape for shape in view.picture.annotations if shape.uid}


def centre(view: SliceView) -> QPoint:
    """Where the crosshair is on a pane: in the middle of the gap of a line."""
    line = next(iter(lines(view).values()))
    viewport = view.viewport
    assert viewport is not None
    (begin, end), (other_begin, other_end) = line.paths
    whole = [np.array(place_on_pane(viewport, place)) for place in (begin, end, other_begin, other_end)]
    # A gap is the same share of both parts.
    share = 0.08
    middle = (whole[0] - share * whole[1]) / (1 - share)
    return QPoint(round(middle[0]), round(middle[1]))


def probed(reader: Reader, view: SliceView, at: QPoint) -> str:
    reader.qtbot.mouseMove(view, at + QPoint(1, 1))
    reader.qtbot.mouseMove(view, at)
    return view.writing.probe


def test_three_planes_with_their_letters_lines_and_colours(reader: Reader, planes: dict[Plane, SliceView]) -> None:
    expected = {Plane.AXIAL: "RALP", Plane.SAGITTAL: "ASPI", Plane.CORONAL: "RSLI"}
    for plane, view in planes.items():
        assert view.picture is not None
        letters = view.picture.letters
        assert letters is not None
        assert letters.left + letters.top + letters.right + letters.bottom == expected[plane]
        assert lines(view).keys() == {other.value for other in MPR_PLANES if other is not plane}
        assert all(line.colour == PLANE_COLOURS[Plane(name)] for name, line in lines(view).items())
        named = {text for shape in view.picture.annotations for text in shape.lines}
        assert named == lines(view).keys()
        painted, viewport = view.grab().toImage(), view.viewport
        assert viewport is not None
        for name, line in lines(view).items():
            x, y = (round(part) for part in place_on_pane(viewport, tuple(np.mean(line.paths[0], axis=0))))
            around = {QColor(painted.pixel(x + right, y + down)).hue() for right in (-1, 0, 1) for down in (-1, 0, 1)}
            assert any(abs(hue - QColor(PLANE_COLOURS[Plane(name)]).hue()) < 8 for hue in around if hue >= 0)


def test_a_click_moves_the_crosshair_and_the_other_planes_follow(
    reader: Reader, planes: dict[Plane, SliceView]
) -> None:
    axial = planes[Plane.AXIAL]
    viewport = axial.viewport
    assert viewport is not None
    x, y = place_on_pane(viewport, (5.0, 11.0))
    reader.qtbot.mouseClick(axial, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    settle(reader)
    # Within half a voxel of where it was clicked, in every plane.
    for view in planes.values():
        said = probed(reader, view, centre(view))
        assert "(interpolated)" in said
        value = float(said.split(" ")[0].replace("−", "-"))
        slice_, rest = divmod(value + 15, 1000)
        assert slice_ == SLICES // 2
        assert rest - 15 == pytest.approx(5 * 30 + 11, abs=0.5 * 31)
    assert "Sagittal 5/16" in corner(planes[Plane.SAGITTAL])
    assert "Coronal 6/24" in corner(planes[Plane.CORONAL])


def corner(view: SliceView) -> str:
    assert view.picture is not None
    assert view.picture.corners is not None
    return "\n".join(view.picture.corners.bottom_left)


def test_the_wheel_goes_through_the_planes(reader: Reader, planes: dict[Plane, SliceView]) -> None:
    assert "Axial 6/10" in corner(planes[Plane.AXIAL])
    line = lines(planes[Plane.CORONAL])["axial"]
    reader.wheel(-120)
    settle(reader)
    assert "Axial 7/10" in corner(planes[Plane.AXIAL])
    assert lines(planes[Plane.CORONAL])["axial"] != line
    assert reader.window.sliders.slices.maximum() == SLICES - 1
    reader.key(Qt.Key.Key_End)
    settle(reader)
    assert "Axial 10/10" in corner(planes[Plane.AXIAL])


def test_a_line_is_dragged_and_turned(reader: Reader, planes: dict[Plane, SliceView]) -> None:
    axial, sagittal = planes[Plane.AXIAL], planes[Plane.SAGITTAL]
    viewport = axial.viewport
    assert viewport is not None
    line = lines(axial)["sagittal"]
    on_line = QPoint(*map(round, place_on_pane(viewport, tuple(np.mean(line.paths[1], axis=0)))))
    before = corner(sagittal)
    drag(reader, axial, on_line, on_line + QPoint(40, 0))
    settle(reader)
    assert corner(sagittal) != before
    turned = lines(axial)["sagittal"]
    viewport = axial.viewport
    assert viewport is not None
    end = QPoint(*map(round, place_on_pane(viewport, turned.handles[1])))
    drag(reader, axial, end, end + QPoint(60, 0))
    settle(reader)
    (row, column), (other_row, other_column) = lines(axial)["sagittal"].paths[1]
    assert abs(other_column - column) > 0.05 * abs(other_row - row)
    assert lines(axial)["coronal"].paths[0][0][0] != pytest.approx(lines(axial)["coronal"].paths[1][1][0])
    letters = sagittal.picture.letters if sagittal.picture is not None else None
    assert letters is not None
    # Its right is no longer straight posterior.
    assert len(letters.right) == 2


def drag(reader: Reader, view: SliceView, begin: QPoint, end: QPoint) -> None:
    reader.qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    for share in (0.3, 0.7, 1.0):
        reader.qtbot.mouseMove(view, begin + (end - begin) * share)
    reader.qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_slabs_and_back_to_the_panes_before(reader: Reader, planes: dict[Plane, SliceView]) -> None:
    axial = planes[Plane.AXIAL]
    for _ in range(3):
        reader.key(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    settle(reader)
    assert "Slab 10 mm, maximum" in corner(axial)
    reader.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    settle(reader)
    assert "Slab 10 mm, minimum" in corner(axial)
    assert not reader.window.model.analyse.isEnabled()
    reader.key(Qt.Key.Key_M)
    assert reader.window.panes.shown == (reader.pane,)
    assert "Slice 6/10" in reader.corner
    assert all(view.picture is None for view in planes.values())


def test_another_series_leaves_the_planes(reader: Reader, planes: dict[Plane, SliceView], pictures: Path) -> None:
    reader.open(pictures)
    reader.until(lambda: len(reader.window.panes.shown) == 1)
    assert reader.pane not in planes.values()
    assert reader.pane.picture is not None


def test_a_series_without_spacing_says_why(launch: Launch, pictures: Path) -> None:
    reader = launch(pictures)
    reader.until_open()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_M)
    assert len(reader.window.panes.shown) == 1
    assert "other planes cannot be made" in reader.window.strip.message.text_whole


def test_uneven_slices_are_refused_with_the_reason(launch: Launch, tmp_path: Path) -> None:
    def gap(made: object, index: int) -> None:
        if index == 4:
            raise LookupError

    write_series(tmp_path / "ct", values=l_values(), edit=gap)
    reader = launch(tmp_path / "ct")
    reader.until_open()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_M)
    assert len(reader.window.panes.shown) == 1
    assert "evenly spaced" in reader.window.strip.message.text_whole


def test_a_number_that_is_asked_for_is_reached_before_the_planes_are_cut(
    reader: Reader, planes: dict[Plane, SliceView]
) -> None:
    slices = reader.window.sliders.slices
    for index in (6, 7, 8):
        slices.setValue(index)
    settle(reader)
    assert "Axial 9/10" in corner(planes[Plane.AXIAL])
    for _ in range(3):
        reader.wheel(120)
    settle(reader)
    assert "Axial 6/10" in corner(planes[Plane.AXIAL]), "each notch counts, however fast they come"


def test_escape_brings_turned_planes_upright(reader: Reader, planes: dict[Plane, SliceView]) -> None:
    axial = planes[Plane.AXIAL]
    straight = lines(axial)
    viewport = axial.viewport
    assert viewport is not None
    begin = QPoint(*map(round, place_on_pane(viewport, straight["sagittal"].handles[0])))
    drag(reader, axial, begin, begin + QPoint(60, 0))
    settle(reader)
    assert lines(axial) != straight
    reader.key(Qt.Key.Key_Escape)
    settle(reader)
    assert lines(axial) == straight


def test_phases_are_cut_and_run(launch: Launch, head: Path) -> None:
    reader = launch(head)
    reader.until_open()
    reader.pane.setFocus()
    reader.key(Qt.Key.Key_M)
    settle(reader)
    shown = reader.window.panes.shown[0]
    # The phantom's value is 100 times its phase, and more.
    for phase in (1, 2):
        reader.key(Qt.Key.Key_Period)
        settle(reader)
        assert f"phase {phase + 1}/3" in corner(shown)
        assert probed(reader, shown, centre(shown)).startswith(f"{phase}")
    reader.key(Qt.Key.Key_C)
    reader.until(lambda: "phase 1/3" in corner(shown))
    reader.until(lambda: "phase 2/3" in corner(shown))
    reader.key(Qt.Key.Key_Escape)
