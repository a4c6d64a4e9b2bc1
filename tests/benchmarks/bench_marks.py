"""The wheel over a series with 2,000 measurements on it, against the same series without, offscreen in the real window.

Both windows are open at the same time and take turns, notch by notch. The clock runs from posting the notch until the
pane has painted the slice it leads to, with everything that was drawn on it. Every measurement has been on screen
before, as after a look through the series: then its statistics are known.
"""

import tempfile
from pathlib import Path

import numpy as np

from desktop.controllers.annotations.shapes_of_series import AnnotationController, place_shape
from imaging.annotations.shapes import Points, Shape, ShapeType, new_uid
from imaging.volume.geometry import Plane
from tests.benchmarks.harness import Row, alternate
from tests.benchmarks.screen import Screen, opened, wait_until, write_body

MARKS, SLICES, SIDE = 2_000, 100, 512
REACH = 1.1
_KINDS = (ShapeType.LENGTH, ShapeType.ELLIPSE, ShapeType.ANGLE, ShapeType.RECTANGLE, ShapeType.POINT)


def run(rounds: int = 200) -> list[Row]:
    """The ratio of both medians, taken within one run."""
    slices = SLICES if rounds > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        marked, plain = (write_body(Path(folder) / name, SIDE, slices) for name in ("marked", "plain"))
        with opened(marked) as ours, opened(plain) as theirs:
            _draw(ours, slices)
            for screen in (ours, theirs):
                for _ in range(2 * slices):
                    screen.scroll()
            pair = alternate(ours.scroll, theirs.scroll, runs=rounds, warm=10)
    return [
        Row(
            name="marks",
            what=f"wheel notch to painted frame, {SIDE}×{SIDE}, {MARKS} measurements on {SLICES} slices · without",
            ours=pair.a.median,
            peer=pair.b.median,
            ratio=pair.ratio,
            spread=pair.spread,
            reach=f"≤ {REACH:g} times without",
            ok=pair.ratio <= REACH,
        )
    ]


def _draw(screen: Screen, slices: int) -> None:
    """Put measurements on every slice of the series on screen, as a hand would have."""
    document, view = screen.program.document, screen.program.view
    assert document is not None
    assert view is not None
    assert view.volume is not None
    rng = np.random.default_rng(0)
    shapes = []
    for number in range(MARKS * slices // SLICES):
        slice_ = view.volume.slice_at(Plane.ACQUIRED, number % slices, 0)
        type_ = _KINDS[number // slices % len(_KINDS)]
        shapes.append(place_shape(Shape(type_, _points_of(type_, rng), 0, uid=new_uid()), slice_))
    [controller] = document.findChildren(AnnotationController)
    controller.change(view.volume.series, tuple(shapes))
    wait_until(lambda: not screen.program.jobs.is_busy())


def _points_of(type_: ShapeType, rng: np.random.Generator) -> Points:
    row, column = (float(part) for part in rng.uniform(40, SIDE - 90, 2))
    down, right = (float(part) for part in rng.uniform(10, 50, 2))
    points: Points = ((row, column), (row + down, column + right), (row, column + right))
    counts = {ShapeType.POINT: 1, ShapeType.ANGLE: 3}
    return points[: counts.get(type_, 2)]
