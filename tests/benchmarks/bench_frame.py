"""A wheel notch to the painted frame, offscreen, in the real window; beside it a bare pyqtgraph view of the same size.

The clock runs from posting the notch until Qt has painted the slice it leads to, with all that changed along with it
(slider, corner text), and has flushed the window. pyqtgraph's view shows the same stored values and nothing else.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyqtgraph
from numpy.typing import NDArray

from tests.benchmarks.harness import Row, alternate
from tests.benchmarks.screen import Screen, opened, spin_until, write_body

REACH_MS = {512: 8.0, 2000: 16.0}
SLICES = 10


def run(rounds: int = 300) -> list[Row]:
    """A row for each size: the 95th percentile of our notches and of pyqtgraph's frames."""
    return [_row(side, rounds) for side in REACH_MS]


def _row(side: int, rounds: int) -> Row:
    with tempfile.TemporaryDirectory() as folder, opened(write_body(Path(folder) / "ct", side, SLICES)) as screen:
        bare, next_frame = _bare_view(screen)
        pair = alternate(screen.scroll, next_frame, runs=rounds, warm=10)
        bare.close()
        bare.deleteLater()
    ours, theirs, reach = pair.a.percentile(95), pair.b.percentile(95), REACH_MS[side]
    return Row(
        name="frame",
        what=f"wheel notch to painted frame, {side}×{side}, p95 · bare pyqtgraph (ratio of medians)",
        ours=ours,
        peer=theirs,
        ratio=pair.ratio,
        spread=f"p50 {pair.a.median:.3g} ms, {pair.a.spread}",
        reach=f"p95 ≤ {reach:g} ms",
        ok=ours <= reach,
    )


def _bare_view(screen: Screen) -> tuple[pyqtgraph.GraphicsView, Callable[[], None]]:
    """A pyqtgraph view as large as our pane with one ImageItem, and what shows its next slice."""
    pyqtgraph.setConfigOptions(imageAxisOrder="row-major")
    assert screen.program.view is not None
    assert screen.program.view.volume is not None
    stored: NDArray[np.generic] = screen.program.view.volume.stored[0]
    frames = _Counted()
    frames.resize(screen.view.size())
    box = pyqtgraph.ViewBox(lockAspect=True, invertY=True, enableMenu=False)
    item = pyqtgraph.ImageItem(stored[0], levels=(-160, 240))
    box.addItem(item)
    frames.setCentralItem(box)
    frames.show()
    spin_until(lambda: frames.painted > 0)
    shown = 0

    def next_frame() -> None:
        nonlocal shown
        shown = (shown + 1) % len(stored)
        before = frames.painted
        item.setImage(stored[shown], autoLevels=False)
        spin_until(lambda: frames.painted > before)

    return frames, next_frame


class _Counted(pyqtgraph.GraphicsView):  # type: ignore[misc]
    """Counts how often it has painted."""

    painted = 0

    def paintEvent(self, event: object) -> None:
        super().paintEvent(event)
        self.painted += 1
