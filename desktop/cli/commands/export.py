"""`export`: a series or slice leaves the program as NIfTI, pictures, a film or DICOM."""

from dataclasses import replace
from pathlib import Path

from desktop.cli.commands.slices import find_series, requested_window, why_nothing_opened
from desktop.cli.output import CommandOutcome, run_job, skipped_rows
from desktop.cli.sending_options import ExportRequest
from desktop.jobs.export import export_series
from desktop.jobs.figure import write_figure
from desktop.state.export_options import ExportOptions
from desktop.state.figure_recipe import read_recipe
from imaging.base.regular_file import read_regular
from imaging.load import allocate
from imaging.scan import Scan, scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, middle_of
from imaging.workers.pool import Reading

_MOST_RECIPE_BYTES = 2**20


def export(request: ExportRequest, reading: Reading) -> CommandOutcome:
    """Write a series or a slice. Raises `Refusal` if it cannot be read, drawn or written."""
    found = run_job(scan((request.path,), reading))
    if not found.series:
        raise why_nothing_opened(found.ledger)
    if request.figure is not None:
        return _export_figure(request, request.figure, found, reading)
    series = find_series(found, request.series)
    options = _options(request, series, reading)
    result = run_job(export_series(series, options, reading))
    document = {
        "out": str(request.out),
        "to": request.to,
        "series": request.series,
        "written": [str(path) for path in result.paths],
        "slices": result.slices,
        "with_text": options.with_text,
        "notes": list(result.notes),
        "skipped": skipped_rows(found.ledger.skipped),
    }
    lines = [f"{result.slices} slices: {request.out}"]
    return CommandOutcome(document, lines, found.ledger.skipped, warnings=result.notes)


def _export_figure(request: ExportRequest, recipe: Path, found: Scan, reading: Reading) -> CommandOutcome:
    """Write a figure by its recipe, whose panes name series by their numbers."""
    figure = read_recipe(read_regular(recipe, _MOST_RECIPE_BYTES))
    result = run_job(write_figure(found.series, figure, request.out, reading))
    document = {
        "out": str(request.out),
        "figure": {"rows": result.rows, "columns": result.columns, "dpi": figure.dpi, "panes": len(figure.panes)},
        "written": [str(request.out)],
        "notes": list(result.notes),
        "skipped": skipped_rows(found.ledger.skipped),
    }
    lines = [f"{result.columns} x {result.rows} pixels, {figure.dpi} dpi: {request.out}"]
    return CommandOutcome(document, lines, found.ledger.skipped, warnings=result.notes)


def _options(request: ExportRequest, series: Series, reading: Reading) -> ExportOptions:
    assert request.to is not None
    plane = Plane(request.plane)
    options = ExportOptions(
        format=request.to,
        out=request.out,
        phase=request.phase,
        plane=plane,
        voi=requested_window(request.window, is_colour=series.channels == 3),
        with_text=request.with_text,
        rate=request.rate,
    )
    index: int | None = request.slice if isinstance(request.slice, int) else None
    is_picture = request.to in ("png", "dicom-sc") and options.is_one_file
    if request.slice == "middle" or (request.slice is None and is_picture):
        index = middle_of(allocate(series, reading).count(plane))
    return replace(options, index=index)
