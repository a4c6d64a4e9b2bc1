"""Several panes, offscreen, in the real window: four linked ones under the wheel, the crosshair of MPR, a thick slab.

The clock runs from the event until every pane that it changes has painted its new picture.
"""

import tempfile
from functools import partial
from pathlib import Path

import nibabel
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.controllers.multiplanar.mpr import MprController
from desktop.state.pointer import place_on_pane
from desktop.ui.slice_view.slice_view import SliceView
from imaging.volume.geometry import Plane
from tests.benchmarks.harness import Row, Timing, timed
from tests.benchmarks.screen import Painted, Screen, body, opened, spin_until, wait_until, write_body

SHAPE = (275, 512, 512)
REACH_LINKED, REACH_DRAG, REACH_SLAB, REACH_FIRST = 16.0, 33.0, 120.0, 500.0


def run(rounds: int = 60) -> list[Row]:
    """Rows of the four figures, each the 95th percentile but for the first planes."""
    return [_linked(rounds), *_planes(rounds)]


def _row(name: str, what: str, times: Timing, reach: float, *, is_median: bool = False) -> Row:
    ours = times.median if is_median else times.percentile(95)
    limit = f"{'p50' if is_median else 'p95'} ≤ {reach:g} ms"
    spread = f"p50 {times.median:.3g} ms, {times.spread}"
    return Row(name=name, what=what, ours=ours, peer=None, ratio=None, spread=spread, reach=limit, ok=ours <= reach)


def _linked(rounds: int) -> Row:
    with tempfile.TemporaryDirectory() as folder, opened(write_body(Path(folder) / "ct", 512, 40)) as screen:
        window, program = screen.program.main_window, screen.program
        assert program.document is not None
        assert program.panes is not None
        window.menus.actions["layout_2x2"].trigger()
        for pane in program.panes.arrangement.shown[1:]:
            program.document.show_series(program.document.series[0].id, pane)
        wait_until(lambda: all(view.picture is not None for view in window.panes.shown) and not program.jobs.is_busy())
        window.menus.actions["link_scroll"].trigger()
        watched = [Painted(view) for view in window.panes.shown]

        def notch() -> None:
            before = [one.picture for one in watched]
            screen.notch()
            spin_until(lambda: all(one.picture is not was for one, was in zip(watched, before, strict=True)))

        for _ in range(5):
            notch()
        times = Timing(tuple(timed(notch) for _ in range(rounds)))
    return _row("panes", "wheel notch to painted frames, four linked panes of 512×512", times, REACH_LINKED)


def _planes(rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body.nii"
        slices = body(SHAPE[1], 25)
        values = np.concatenate([slices] * (SHAPE[0] // 25)).transpose(2, 1, 0)
        nibabel.save(nibabel.Nifti1Image(values, np.diag([-0.7, -0.7, 1.0, 1.0])), path)
        with opened(path) as screen:
            return _planes_of(screen, rounds)


def _planes_of(screen: Screen, rounds: int) -> list[Row]:
    window = screen.program.main_window
    [mpr] = window.findChildren(MprController)

    def enter() -> None:
        window.menus.actions["mpr"].trigger()
        wait_until(lambda: mpr.is_ready)

    firsts = []
    for _ in range(3):
        firsts.append(timed(enter))
        window.menus.actions["mpr"].trigger()
    enter()
    size = "×".join(map(str, SHAPE))
    return [
        _row("panes", f"first three planes of {size}", Timing(tuple(firsts)), REACH_FIRST, is_median=True),
        _row("panes", f"crosshair drag, three planes of {size}", _drag(window.panes.shown, rounds), REACH_DRAG),
        _row(
            "panes",
            f"oblique slab of 10 mm in {size}",
            _slab(mpr, window.panes.shown[0], max(1, rounds // 4)),
            REACH_SLAB,
        ),
    ]


def _drag(views: tuple[SliceView, ...], rounds: int) -> Timing:
    """Drag in the first pane from the middle of a line, until the other two planes are painted."""
    axial, *others = views
    watched = [Painted(view) for view in others]
    at = _place(axial, is_handle=False)
    QTest.mousePress(axial, Qt.MouseButton.LeftButton, pos=at)
    times = []
    for number in range(rounds + 5):
        # Diagonally, so that both planes change.
        at += QPoint(1, 1) if number // 20 % 2 == 0 else QPoint(-1, -1)
        times.append(timed(partial(_move, axial, at, watched)))
    QTest.mouseRelease(axial, Qt.MouseButton.LeftButton, pos=at)
    return Timing(tuple(times[5:]))


def _move(axial: SliceView, to: QPoint, watched: list[Painted]) -> None:
    before = [one.picture for one in watched]
    QTest.mouseMove(axial, to)
    spin_until(lambda: all(one.picture is not was for one, was in zip(watched, before, strict=True)), rest=True)


def _place(view: SliceView, *, is_handle: bool) -> QPoint:
    """Where a line of the crosshair can be taken: at its end to turn it, in the middle of a half to move it."""
    picture, viewport = view.picture, view.viewport
    assert picture is not None
    assert viewport is not None
    line = next(shape for shape in picture.annotations if shape.uid)
    (begin, end), _ = line.paths
    middle = (begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2
    x, y = place_on_pane(viewport, line.handles[0] if is_handle else middle)
    return QPoint(round(x), round(y))


def _slab(mpr: MprController, axial: SliceView, rounds: int) -> Timing:
    """Turn the planes, thicken them to 10 mm, and go through an oblique one."""
    at = _place(axial, is_handle=True)
    QTest.mousePress(axial, Qt.MouseButton.LeftButton, pos=at)
    for right in (20, 40):
        QTest.mouseMove(axial, at + QPoint(right, right))
    QTest.mouseRelease(axial, Qt.MouseButton.LeftButton, pos=at + QPoint(40, 40))
    for _ in range(3):
        mpr.step_thickness(1)
    wait_until(lambda: mpr.is_ready)
    times = []
    for number in range(rounds):
        mpr.step(Plane.SAGITTAL, 1 if number % 2 == 0 else -1)
        times.append(timed(lambda: wait_until(lambda: mpr.is_ready)))
    return Timing(tuple(times))
