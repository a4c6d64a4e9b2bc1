"""A whole series through a model in the window, its curve drawn as it comes, against a bare loop of the same graph.

Then through two models at once, against the sum of what each of them takes; and single slices, asked one by one.
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
SLICES, ASKED = 60, 15
MODEL, SECOND = "pneumonia-cxr", "brain-tumor-mri"


def run(rounds: int = 7) -> list[Row]:
    """Three rows, of a CT of 512×512: a series of 60 slices by one model and by two, one slice by two."""
    warm = min(1, rounds - 1)
    with tempfile.TemporaryDirectory() as folder:
        series = SHARED_CT if SHARED_CT.is_dir() else write_body(Path(folder) / "ct", 512, SLICES)
        with opened(series) as screen:
            slices = screen.slices
            choose_model(screen, MODEL)
            bare = bare_graph(screen)
            one = alternate_told(
                lambda: _analysed(screen),
                lambda: timed(lambda: [bare() for _ in range(slices)]),
                runs=rounds,
                warm=warm,
            )
            two = alternate_told(
                lambda: _analysed(screen, SECOND),
                lambda: _analysed(screen) + _analysed_by_other(screen),
                runs=rounds,
                warm=warm,
            )
            single = alternate_told(
                lambda: _asked(screen, MODEL, SECOND),
                lambda: _asked(screen, MODEL) + _asked(screen, SECOND),
                runs=rounds,
                warm=warm,
            )
    what = f"over {slices} slices of a CT 512×512 in the window"
    return [
        _row(f"{MODEL} {what}, against the graph alone", one, REACH),
        _row(f"{MODEL} and {SECOND} {what}, against the sum of both", two, REACH_TWO),
        _row(
            f"{MODEL} and {SECOND} on one slice of a CT 512×512, request to both findings, against the sum of both",
            single,
            REACH_TWO,
        ),
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


def _asked(screen: Screen, named: str, second: str = "") -> float:
    """Milliseconds a slice from the request until the finding has come, or both; models are chosen anew before."""
    model, view, comparison = screen.program.model, screen.program.view, screen.program.comparison
    assert model is not None
    assert view is not None
    assert comparison is not None
    choose_model(screen, named)
    comparison.choose(second)
    wait_until(lambda: not screen.program.jobs.is_busy())
    told: list[tuple[object, object]] = []
    listening = comparison.answers_changed.connect(lambda *both: told.append(both))

    def ask(index: int) -> None:
        view.go(index)
        told.clear()
        model.analyse()
        wanted = 2 if second else 1
        spin_until(lambda: any(sum(one is not None for one in both) == wanted for both in told), rest=True)

    try:
        return timed(lambda: [ask(index) for index in range(ASKED)]) / ASKED
    finally:
        comparison.disconnect(listening)
        comparison.choose("")


def _analysed(screen: Screen, second: str = "") -> float:
    """Milliseconds from the request until the last slice is drawn on the curve, or on both."""
    scoring, comparison = screen.program.scoring, screen.program.comparison
    assert scoring is not None
    assert comparison is not None
    comparison.choose(second)
    wait_until(lambda: not screen.program.jobs.is_busy())
    scoring.forget()
    return timed(lambda: (scoring.analyse(), spin_until(lambda: not scoring.is_busy, rest=True)))
