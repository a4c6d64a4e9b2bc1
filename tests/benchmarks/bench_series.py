"""A whole series through a model in the window, its curve drawn as it comes, against a bare loop of the same graph.

Then through two models at once, against the sum of what each of them takes.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.harness import Pair, Row, alternate_told, timed
from tests.benchmarks.screen import (
    SHARED_CT,
    Screen,
    bare_graph,
    choose_model,
    opened,
    spin_until,
    wait_until,
    write_body,
)

REACH, REACH_TWO = 1.6, 1.1
SLICES = 60
MODEL, SECOND = "pneumonia-cxr", "brain-tumor-mri"


def run(rounds: int = 7) -> list[Row]:
    """Two rows: milliseconds for a series of 60 slices of a 512×512 CT by one model, and by two."""
    with tempfile.TemporaryDirectory() as folder:
        series = SHARED_CT if SHARED_CT.is_dir() else write_body(Path(folder) / "ct", 512, SLICES)
        with opened(series) as screen:
            slices = screen.slices
            choose_model(screen, MODEL)
            bare = bare_graph(screen)
            one = alternate_told(
                lambda: _analysed(screen), lambda: timed(lambda: [bare() for _ in range(slices)]), runs=rounds
            )
            two = alternate_told(
                lambda: _analysed(screen, SECOND), lambda: _analysed(screen) + _analysed_by_other(screen), runs=rounds
            )
    what = f"over {slices} slices of a CT 512×512 in the window"
    return [
        _row(f"{MODEL} {what}, against the graph alone", one, REACH),
        _row(f"{MODEL} and {SECOND} {what}, against the sum of both", two, REACH_TWO),
    ]


def _row(what: str, pair: Pair, reach: float) -> Row:
    return Row(
        name="series",
        what=what,
        ours=pair.a.median,
        peer=pair.b.median,
        ratio=pair.ratio,
        spread=pair.spread,
        reach=f"≤ {reach:g}",
        ok=pair.ratio <= reach,
    )


def _analysed_by_other(screen: Screen) -> float:
    """Milliseconds of the second model alone, in the place of the first."""
    choose_model(screen, SECOND)
    try:
        return _analysed(screen)
    finally:
        choose_model(screen, MODEL)


def _analysed(screen: Screen, second: str = "") -> float:
    """Milliseconds from the request until the last slice is drawn on the curve, or on both."""
    scoring, comparison = screen.program.scoring, screen.program.comparison
    assert scoring is not None
    assert comparison is not None
    comparison.choose(second)
    wait_until(lambda: not screen.program.jobs.is_busy())
    scoring.forget()
    return timed(lambda: (scoring.analyse(), spin_until(lambda: not scoring.is_busy, rest=True)))
