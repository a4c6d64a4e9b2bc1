"""`export`: a series or slice leaves the program as NIfTI, pictures, a film or DICOM."""

from dataclasses import replace
from pathlib import Path

from desktop.cli.commands.slices import find_series, requested_window, why_nothing_opened
from desktop.cli.output import KEPT, CommandOutcome, model_row, run_job, skipped_rows
from desktop.cli.sending_options import ExportRequest
from desktop.jobs.export.figure import write_figure
from desktop.jobs.export.layers import ExportLayers, FoundMarks, MapModel, find_marks
from desktop.jobs.export.series_files import ExportedFiles, export_series
from desktop.state.export_options import ExportOptions
from desktop.state.figure_recipe import read_recipe
from desktop.state.view import Heat
from imaging.annotations.shapes import Shape
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular
from imaging.load import allocate
from imaging.scan import Scan, scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series, middle_of
from imaging.workers.pool import Reading
from inference.bundle.catalog import resolve_model
from inference.classify.classifier import Classifier

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
    _check_layers(request, options)
    marks = run_job(find_marks(series, reading, request.shapes)) if options.with_marks else FoundMarks()
    layers = _layers(request, marks.shapes, reading)
    written: list[Path] = []
    result, is_interrupted, error = ExportedFiles((), 0), False, None
    try:
        result = run_job(export_series(series, options, reading, layers, written))
    except KeyboardInterrupt:
        is_interrupted = True
    except Refusal as refusal:
        if not written:
            raise
        error = refusal
    paths, slices = result.paths or tuple(written), result.slices or len(written)
    notes = (*marks.notes, *result.notes)
    document = {
        "out": str(request.out),
        "to": request.to,
        "series": request.series,
        "written": [str(path) for path in paths],
        "slices": slices,
        "with_text": options.with_text,
        "marks": len(layers.shapes) if options.with_marks else None,
        "map": None if layers.map_model is None else model_row(layers.map_model.classifier.bundle),
        "notes": list(notes),
        "skipped": skipped_rows(found.ledger.skipped),
    }
    lines = [f"{slices} slices: {request.out}"]
    warnings = (KEPT, *notes) if is_interrupted else notes
    return CommandOutcome(
        document, lines, found.ledger.skipped, error=error, warnings=warnings, interrupted=is_interrupted
    )


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
        with_marks=request.with_marks or request.shapes is not None or request.to == "gsps",
        with_map=request.with_map is not None,
    )
    index: int | None = request.slice if isinstance(request.slice, int) else None
    is_picture = request.to in ("png", "dicom-sc") and options.is_one_file
    if request.slice == "middle" or (request.slice is None and is_picture):
        index = middle_of(allocate(series, reading).count(plane))
    return replace(options, index=index)


def _check_layers(request: ExportRequest, options: ExportOptions) -> None:
    """Raise `Refusal` (ARGUMENT) for layers that the format has no room for; a figure's recipe has its own."""
    if options.format == "gsps" and (options.with_map or options.with_text):
        raise Refusal(Code.ARGUMENT, "A presentation state holds measurements and the window alone.")
    if options.format == "nifti" and (options.with_marks or options.with_map):
        raise Refusal(Code.ARGUMENT, "NIfTI holds voxels alone; marks and heatmaps are for pictures.")
    if request.label is not None and not options.with_map:
        raise Refusal(Code.ARGUMENT, "--label is the label of a heatmap; name its model with --with-map.")


def _layers(request: ExportRequest, shapes: tuple[Shape, ...], reading: Reading) -> ExportLayers:
    """Return what is laid over the pictures."""
    if request.with_map is None:
        return ExportLayers(shapes)
    bundle = resolve_model(request.with_map, policy=reading.policy)
    names = bundle.contract.task.names
    if request.label is not None and request.label not in names:
        raise Refusal(Code.ARGUMENT, f"This model has no label {request.label}; it has {', '.join(names)}.")
    classifier = Classifier(bundle, policy=reading.policy)
    return ExportLayers(shapes, MapModel(classifier, Heat(visible=True, label=request.label)))
