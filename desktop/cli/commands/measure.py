"""`measure`: what given shapes measure on slices of a series, as the window would show it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from desktop.cli.commands.slices import find_series, read_initial_voi, read_plane, why_nothing_opened
from desktop.cli.output import CommandOutcome, file_counts, run_job, skipped_rows
from desktop.cli.parser import MeasureRequest
from desktop.render.annotations import find_presentation
from desktop.render.measurement_text import describe_measurement
from imaging.annotations.measurement import Measurement, is_inside, measure_shape
from imaging.annotations.shape_files import MOST_BYTES, measurement_row, parse_shapes, shape_row
from imaging.annotations.shapes import Shape
from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import read_regular
from imaging.load import allocate
from imaging.scan import scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading


def measure(request: MeasureRequest, reading: Reading) -> CommandOutcome:
    """Measure every shape of a file on its slice; the answers come in the order of the file."""
    plane = Plane(request.plane) if request.oblique is None else Plane.OBLIQUE
    shapes = parse_shapes(read_regular(request.shapes, MOST_BYTES), plane=plane, phase=request.phase)
    for number, shape in enumerate(shapes, start=1):
        if shape.plane is Plane.OBLIQUE and request.oblique is None:
            raise Refusal(Code.ARGUMENT, f"Shape {number}: its plane is oblique; say which with --oblique.")
    found = run_job(scan((request.path,), reading))
    if not found.series:
        raise why_nothing_opened(found.ledger)
    series = find_series(found, request.series)
    rows: list[dict[str, Any]] = [{} for _ in shapes]
    lines = [""] * len(shapes)
    volume = allocate(series, reading)
    voi = read_initial_voi(volume, reading) if any(shape.points[1:] == () for shape in shapes) else None
    for number, slice_ in _read_slices(shapes, volume, request, reading):
        shape = shapes[number]
        measured = _measure(number, shape, slice_)
        rows[number] = shape_row(shape) | measurement_row(measured)
        if measured.point is not None:
            rows[number]["presentation"] = find_presentation(measured, slice_, voi)
        lines[number] = f"{request.path}: shape {number + 1}, slice {shape.slice}: {_line(shape, measured, series)}"
    document = {
        "series": request.series,
        "units": series.units,
        "shapes": rows,
        "skipped": skipped_rows(found.ledger.skipped),
        "files": file_counts(found.ledger),
    }
    return CommandOutcome(document, lines, found.ledger.skipped)


def _read_slices(
    shapes: Sequence[Shape], volume: Volume, request: MeasureRequest, reading: Reading
) -> Iterator[tuple[int, Slice]]:
    """Yield the number of each shape with its slice, slice by slice, so that each is read once."""
    of_slice: dict[tuple[Plane, int, int], list[int]] = {}
    for number, shape in enumerate(shapes):
        of_slice.setdefault((shape.plane, shape.phase, shape.slice), []).append(number)
    for (plane, phase, index), numbers in of_slice.items():
        try:
            oblique = request.oblique if plane is Plane.OBLIQUE else None
            wanted = replace(request, plane=plane.value, oblique=oblique, phase=phase)
            slice_ = read_plane(volume, reading, wanted, index)
        except Refusal as refusal:
            raise Refusal(refusal.code, f"Shape {numbers[0] + 1}: {refusal.message}") from None
        for number in numbers:
            yield number, slice_


def _measure(number: int, shape: Shape, slice_: Slice) -> Measurement:
    rows, columns = slice_.stored.shape[:2]
    if not is_inside(shape.points, (rows, columns)):
        said = f"a point lies outside the slice, which has {rows} rows and {columns} columns"
        raise Refusal(Code.ARGUMENT, f"Shape {number + 1}: {said}.")
    return measure_shape(shape, slice_)


def _line(shape: Shape, measured: Measurement, series: Series) -> str:
    named = f"{shape.type.value} “{shape.label}”" if shape.label else shape.type.value
    said = "; ".join(describe_measurement(shape.type, measured, series.units, with_source=True))
    return f"{named}: {said}" if said else named
