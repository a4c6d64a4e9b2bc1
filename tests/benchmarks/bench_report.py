"""A report saved from a finding on screen, as documents and as DICOM, and how long the window is deaf meanwhile."""

import tempfile
from pathlib import Path

from desktop.jobs.jobs import Lane
from desktop.state.report_options import DICOM_FORMATS, REPORT_FORMATS, ReportOptions
from tests.benchmarks.bench_gap import Beat
from tests.benchmarks.harness import Row, Timing, timed
from tests.benchmarks.screen import SHARED_CT, Screen, choose_model, opened, spin_until, write_body

MODEL = "brain-tumor-mri"
GAP_MS = 50.0
KINDS = {
    "documents": ("JSON, HTML, CSV and PDF", REPORT_FORMATS, 1000.0),
    "dicom": ("SR, parametric map, secondary capture and GSPS", DICOM_FORMATS, 2000.0),
}
"""What is saved, in which formats, and the milliseconds that it may take."""


def run(rounds: int = 7) -> list[Row]:
    """Two rows for each kind: milliseconds from the request to the files, the first time included; the longest gap."""
    with tempfile.TemporaryDirectory() as folder:
        series = SHARED_CT if SHARED_CT.is_dir() else write_body(Path(folder) / "ct", 512, 60)
        with opened(series) as screen:
            choose_model(screen, MODEL)
            assert screen.program.model is not None
            screen.program.model.analyse()
            spin_until(lambda: not screen.program.jobs.is_busy(), rest=True)
            beat = Beat()
            rows = [row for kind in KINDS for row in _measured(screen, beat, kind, Path(folder), rounds)]
            beat.stop()
    return rows


def _measured(screen: Screen, beat: Beat, kind: str, folder: Path, rounds: int) -> list[Row]:
    what, formats, reach = KINDS[kind]
    beat.phase = kind
    # Of the first one alone, libraries and tables are loaded: it counts as any other.
    saved = Timing(tuple(_save(screen, folder / f"{kind} {at}", formats) for at in range(rounds)))
    gaps = Timing(tuple(beat.gaps[kind]) or (0.0,))
    longest = max(gaps.times)
    says = f"{what} of the finding on screen, {rounds} times"
    first = f"{saved.spread}, first {saved.times[0]:.4g}"
    return [
        Row(f"report: {kind}", says, saved.median, None, None, first, f"≤ {reach:g} ms", max(saved.times) <= reach),
        Row(
            f"report: {kind}, gap", "the GUI thread's longest silence meanwhile", longest, None, None,
            f"p99 {gaps.percentile(99):.3g} ms", f"≤ {GAP_MS:g} ms", longest <= GAP_MS,
        ),
    ]  # fmt: skip


def _save(screen: Screen, folder: Path, formats: tuple[str, ...]) -> float:
    """Return the milliseconds from the request until nothing is left to do."""
    options, jobs = ReportOptions(folder=folder, formats=formats), screen.program.jobs
    request = screen.program.main_window.model_pages.report_requested
    taken = timed(lambda: (request.emit(options), spin_until(lambda: not jobs.is_busy(Lane.REPORT), rest=True)))
    if not any(folder.iterdir()):
        raise SystemExit(f"Nothing was written as {', '.join(formats)}.")
    return taken
