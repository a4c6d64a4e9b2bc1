"""Several panes, offscreen, in the real window: four linked ones under the wheel, MPR, a projection that turns.

The clock runs from the event until every pane that it changes has painted its new picture. napari, stepping the same
crosshair through the same volume in views of the same size, draws in a process of its own and in turn with us; its
clock ends when OpenGL has drawn both views, before they are put together on the screen.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import nibabel
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.controllers.multiplanar.mpr import MprController
from desktop.controllers.multiplanar.rotating_projection import RotatingProjection
from desktop.state.pointer import place_on_pane
from desktop.ui.slice_view.slice_view import SliceView
from imaging.volume.geometry import Plane
from tests.benchmarks.harness import Pair, Row, Timing, alternate_told, timed
from tests.benchmarks.napari_peer import Missing, beside_napari, find_napari
from tests.benchmarks.screen import Painted, Screen, body, opened, spin_until, wait_until, write_body

SHAPE = (275, 512, 512)
REACH_LINKED, REACH_DRAG, REACH_SLAB, REACH_FIRST = 16.0, 33.0, 120.0, 500.0
REACH_TURN, REACH_WHOLE = 100.0, 500.0


def run(rounds: int = 60) -> list[Row]:
    """Rows of the panes, of MPR and of a projection: 95th percentiles but for the first planes; and one of napari."""
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
        path, plain = Path(folder) / "body.nii", Path(folder) / "body.npy"
        slices = body(SHAPE[1], 25)
        values = np.concatenate([slices] * (SHAPE[0] // 25))
        np.save(plain, values)
        nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), np.diag([-0.7, -0.7, 1.0, 1.0])), path)
        with opened(path) as screen:
            return [*_planes_of(screen, plain, rounds), *_projection(screen, max(2, rounds // 3))]


def _planes_of(screen: Screen, plain: Path, rounds: int) -> list[Row]:
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
        *_beside_napari(window.panes.shown, plain, rounds),
        _row(
            "panes",
            f"oblique slab of 10 mm in {size}",
            _slab(mpr, window.panes.shown[0], max(1, rounds // 4)),
            REACH_SLAB,
        ),
    ]


def _drag(views: tuple[SliceView, ...], rounds: int) -> Timing:
    """Drag in the first pane from the middle of a line, until the other two planes are painted."""
    with _dragging(views) as step:
        times = [timed(step) for _ in range(rounds + 5)]
    return Timing(tuple(times[5:]))


@contextmanager
def _dragging(views: tuple[SliceView, ...]) -> Iterator[Callable[[], None]]:
    """Hold the crosshair in the first pane; each call drags it by a pixel, until the other two planes are painted."""
    axial, *others = views
    watched = [Painted(view) for view in others]
    begun = _place(axial, is_handle=False)
    QTest.mousePress(axial, Qt.MouseButton.LeftButton, pos=begun)
    shifts = _there_and_back()

    def step() -> None:
        shift = next(shifts)
        # Diagonally, so that both planes change.
        _move(axial, begun + QPoint(shift, shift), watched)

    yield step
    QTest.mouseRelease(axial, Qt.MouseButton.LeftButton, pos=begun)


def _there_and_back() -> Iterator[int]:
    """Yield 1 to 20, back to 0, and so on."""
    return cycle((*range(1, 21), *range(19, -1, -1)))


def _beside_napari(views: tuple[SliceView, ...], plain: Path, rounds: int) -> list[Row]:
    """Step the crosshair in turn with napari, which has the same volume in three views of the same sizes."""
    try:
        python = find_napari(make=rounds > 1)
    except Missing as missing:
        print(f"panes: the rows against napari are left out, {missing}", file=sys.stderr, flush=True)
        return []
    shifts, sliced = _there_and_back(), list[float]()
    with beside_napari(python) as napari, _dragging(views) as ours:
        drawn_by = napari.tell("open", str(plain), [(view.width(), view.height()) for view in views])["returned"]

        def theirs() -> float:
            middle = SHAPE[1] // 2 + next(shifts)
            whole, before_drawing = napari.tell("step", middle, middle)["returned"]
            sliced.append(before_drawing)
            return float(whole)

        pair = alternate_told(lambda: timed(ours), theirs, runs=rounds, warm=5)
    unseen = Pair(pair.a, Timing(tuple(sliced[5:])))
    what = "crosshair step, two planes painted, against napari"
    return [
        Row("panes", f"{what}, drawn by {drawn_by}", pair.a.median, pair.b.median, pair.ratio, pair.spread, "< 1",
            ok=pair.ratio < 1),
        Row("panes", f"{what} before it draws anything", unseen.a.median, unseen.b.median, unseen.ratio, unseen.spread,
            "stated", ok=True),
    ]  # fmt: skip


def _projection(screen: Screen, rounds: int) -> list[Row]:
    """Turn the projection of the volume by dragging it, and let go after each turn, so that it is projected whole."""
    window = screen.program.main_window
    [mip] = window.findChildren(RotatingProjection)
    window.menus.actions["mip"].trigger()
    wait_until(lambda: mip.is_ready)
    view = window.slice_view
    painted, at = Painted(view), view.rect().center()
    view.update()
    wait_until(lambda: painted.picture is not None)

    def turn(right: int) -> None:
        before = painted.picture
        QTest.mouseMove(view, at + QPoint(right, 0))
        # A pane paints for other reasons too.
        spin_until(lambda: not np.array_equal(painted.picture.frame, before.frame), rest=True)

    def let_go() -> None:
        before = painted.picture
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 0))
        wait_until(lambda: mip.is_ready and painted.picture is view.picture is not before)

    turns, wholes = [], []
    for _ in range(rounds):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
        turns += [timed(partial(turn, right)) for right in (20, 40, 60)]
        wholes.append(timed(let_go))
    size = "×".join(map(str, SHAPE))
    return [
        _row("panes", f"projection of {size}, turned 10° at half its resolution", Timing(tuple(turns)), REACH_TURN),
        _row("panes", f"projection of {size}, whole after that", Timing(tuple(wholes)), REACH_WHOLE),
    ]


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
