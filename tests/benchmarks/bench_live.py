"""Live mode: how many slices a second get their finding and their heatmap painted while the wheel turns.

The next notch comes only after the slice before was painted with both, so nothing is skipped and nothing overlaps:
a hand that turns faster is served at this rate, with the newest slice each time.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.harness import Row, Timing, alternate_told, timed
from tests.benchmarks.screen import Screen, bare_graph, choose_model, opened, spin_until, wait_until, write_body

REACH, REACH_RATIO = 30.0, 1.6
SLICES = 60
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def run(rounds: int = 7, model: str = "pneumonia-cxr") -> list[Row]:
    """Two rows: slices a second in passes through a 512×512 CT series, and what a slice costs beside its bare graph."""
    with tempfile.TemporaryDirectory() as folder:
        real = SHARED / "dicom" / "abdomen_ct"
        series, kind = (real, "real") if real.is_dir() else (write_body(Path(folder) / "ct", 512, SLICES), "made")
        with opened(series) as screen:
            notches = min(SLICES, screen.slices) - 1
            choose_model(screen, model)
            bare = bare_graph(screen)

            def live() -> float:
                return 1000.0 / _rate(screen, model, notches)

            pair = alternate_told(live, lambda: timed(lambda: [bare() for _ in range(notches)]) / notches, runs=rounds)
            rates = Timing(tuple(1000.0 / one for one in pair.a.times))
    what = f"live mode, {model}, heatmap on, {kind} CT 512×512, {notches} notches a pass"
    return [
        Row(
            name="live",
            what=what,
            ours=rates.median,
            peer=None,
            ratio=None,
            spread=rates.spread,
            reach=f"≥ {REACH:g} a second",
            ok=rates.median >= REACH,
            unit="a second",
        ),
        Row(
            name="live",
            what=f"{what}: a slice, against a run of the bare graph in ONNX Runtime",
            ours=pair.a.median,
            peer=pair.b.median,
            ratio=pair.ratio,
            spread=pair.spread,
            reach=f"≤ {REACH_RATIO:g}",
            ok=pair.ratio <= REACH_RATIO,
        ),
    ]


def _rate(screen: Screen, named: str, notches: int) -> float:
    """Slices a second in one pass, from the first slice on; the model is chosen anew, so that nothing is remembered."""
    program = screen.program
    model, view = program.model, program.view
    assert model is not None
    assert view is not None
    choose_model(screen, named)
    view.go(0)
    model.explanation.set_heat_visible(True)
    wait_until(lambda: model.answer is not None)
    # A CT is none of the radiograph model's business: a person asks to see its map all the same.
    model.set_revealed(True)
    model.set_live(True)
    wait_until(lambda: _is_shown(screen) and not program.jobs.is_busy())

    def turn() -> None:
        for _ in range(notches):
            before = view.state.index
            screen.notch()
            spin_until(lambda before=before: view.state.index != before and _is_shown(screen), rest=True)

    return notches / (timed(turn) / 1000.0)


def _is_shown(screen: Screen) -> bool:
    """The finding is that of the slice on screen, and the pane has painted that slice with its heatmap."""
    model, view = screen.program.model, screen.program.view
    assert model is not None
    assert view is not None
    answer, picture = model.answer, screen.painted.picture
    if answer is None or view.slice is None or picture is None or picture is not screen.view.picture:
        return False
    return answer.slice.index == view.slice.index and picture.overlay is not None
