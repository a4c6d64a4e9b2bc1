"""Work on what was drawn: finding it in the store, saving it, measuring what takes long, and files of shapes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.jobs.report_reading import read_all_reports
from desktop.startup.build_info import edition
from desktop.state.texts.language import tr
from imaging.annotations.measurement import Measurement, is_inside, measure_shape
from imaging.annotations.placement import find_plane, find_slice
from imaging.annotations.report_shapes import ReportedOutline, SpatialOutline, count_unplaced, read_outlines
from imaging.annotations.shape_files import MOST_BYTES, WRITERS, parse_shapes
from imaging.annotations.shapes import Shape
from imaging.annotations.store import AnnotationStore
from imaging.base.atomic_write import write_whole
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.base.regular_file import open_regular, read_regular
from imaging.provenance import find_dicom_sources, name_series
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Series, Source
from imaging.volume.structured_report import StructuredReport
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading

REPORT_ENDING = "dcm"
MOST_REPORTED = 700
"""The most shapes of one DICOM report, which then has some 9,000 items."""
_DICOM_HEAD = 132
SET_ASIDE = english(
    "The store of measurements was damaged. It is kept as {name} in the program's data folder; a new one is used."
)
_UNNAMED = english(
    "The files of this series have no UIDs that a DICOM report could refer to: export JSON or CSV instead."
)
_NOT_DICOM = english("This series is not DICOM, so no DICOM report can refer to it: export JSON or CSV instead.")
_NONE_HERE = english(
    "None of the shapes on this series can stand in a DICOM report: it names slices as they were acquired."
)


@dataclass(frozen=True)
class KeptShapes:
    """The shapes that the store has of a series, and the names by which it has them."""

    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    set_aside: Path | None
    """A damaged store that was put aside on the way."""


@dataclass(frozen=True)
class FoundShapes:
    """Shapes that were read for a series, and how many others were there that do not belong on it."""

    shapes: tuple[Shape, ...]
    lost: int = 0
    unplaced: int = 0
    """Numbers of reports that have no place in a picture."""


def load_shapes(series: Series, store: AnnotationStore) -> Job[KeptShapes]:
    """Find what was drawn on a series before. Raises `Refusal` if its files or the store cannot be read."""
    names = yield from name_series(series)
    shapes = store.load(names)
    set_aside, store.set_aside = store.set_aside, None
    return KeptShapes(names, shapes, set_aside)


# --- writing ---


def write_shapes(path: Path, shapes: Sequence[Shape], volume: Volume, reading: Reading) -> Job[int]:
    """Write shapes to a file of the format that its ending names; return how many are in it.

    Raises `Refusal`: ARGUMENT, UNSUPPORTED for what cannot stand in a DICOM report, WRITE.
    """
    ending = path.suffix.lower().removeprefix(".")
    measured = [(shape, _measure_if_read(shape, volume)) for shape in shapes]
    if ending == REPORT_ENDING:
        return (yield from _write_report(path, measured, volume, reading))
    if ending not in WRITERS:
        known = ", ".join(f".{one}" for one in (*WRITERS, REPORT_ENDING))
        raise Refusal(Code.ARGUMENT, english("The name of the file must end with one of {known}.", known=known))
    write_whole(path, WRITERS[ending](measured))
    return len(measured)


def _write_report(
    path: Path, measured: Sequence[tuple[Shape, Measurement | None]], volume: Volume, reading: Reading
) -> Job[int]:
    # Loaded now: a second of imports that no other export needs.
    from imaging.export.dicom.measurement_report import MeasurementsObject
    from imaging.export.dicom.origin import Device, legal_source
    from imaging.export.dicom.writers import write_objects

    series = volume.series
    if series.format is not Format.DICOM:
        raise Refusal(Code.UNSUPPORTED, tr(_NOT_DICOM))
    there = [(shape, found) for shape, found in measured if shape.plane is Plane.ACQUIRED and found is not None]
    if not there:
        raise Refusal(Code.UNSUPPORTED, tr(_NONE_HERE))
    if len(there) > MOST_REPORTED:
        raise Refusal(
            Code.TOO_LARGE,
            english(
                "A DICOM report holds at most {most_reported} measurements; here are more.", most_reported=MOST_REPORTED
            ),
        )
    numbers = [shape.phase * series.slices + shape.slice for shape, _ in there]
    stated = yield from find_dicom_sources(series, sorted(set(numbers)), reading)
    sources = {number: legal_source(source) for number, source in stated.items()}
    if not all(source.can_be_referenced for source in sources.values()):
        raise Refusal(Code.UNSUPPORTED, tr(_UNNAMED))
    shapes = tuple((shape, found, sources[number]) for (shape, found), number in zip(there, numbers, strict=True))
    made = MeasurementsObject(shapes=shapes, units=series.units, device=Device("Slicelens", edition().version))
    for answer in write_objects((made,), reading):
        if answer is not None:
            if isinstance(answer[1], Refusal):
                raise answer[1]
            write_whole(path, answer[1])
    return len(there)


def _measure_if_read(shape: Shape, volume: Volume) -> Measurement | None:
    """Return what a shape measures; None if its slice is not read, or is not to be had."""
    if shape.plane is Plane.OBLIQUE:
        return None
    is_read = volume.loaded[shape.phase, shape.slice] if shape.plane is Plane.ACQUIRED else volume.is_complete
    return measure_shape(shape, volume.slice_at(shape.plane, shape.slice, shape.phase)) if is_read else None


# --- reading ---


def read_shapes(path: Path, volume: Volume, reading: Reading) -> Job[FoundShapes]:
    """Return the shapes of a file, each with the number of its slice in a series.

    Of JSON and CSV all must fit: raises `Refusal` that names the first shape that does not. Of a DICOM report those
    are returned that lie on this series.
    """
    with open_regular(path) as stream:
        is_dicom = stream.read(_DICOM_HEAD)[-4:] == b"DICM"
    if is_dicom:
        return (yield from read_reported((Source(path),), volume, reading))
    found = []
    sizes: dict[Plane, tuple[int, int]] = {}
    for number, shape in enumerate(parse_shapes(read_regular(path, MOST_BYTES)), start=1):
        index = find_slice(shape, volume.series)
        if index is None or (shape.plane is not Plane.OBLIQUE and index >= volume.count(shape.plane)):
            raise Refusal(
                Code.OUT_OF_RANGE,
                english("Shape {number}: this series has no such slice; nothing was imported.", number=number),
            )
        if shape.plane is not Plane.OBLIQUE:
            if shape.plane not in sizes:
                sizes[shape.plane] = volume.slice_at(shape.plane, index, shape.phase).stored.shape[:2]
            if not is_inside(shape.points, sizes[shape.plane]):
                said = tr("Shape {number}: a point lies outside the picture; nothing was imported.", number=number)
                raise Refusal(Code.ARGUMENT, said)
        found.append(shape.on_slice(index))
    return FoundShapes(tuple(found))


def read_reported(sources: Sequence[Source], volume: Volume, reading: Reading) -> Job[FoundShapes]:
    """Return the shapes of structured reports on the images of a series. Raises the `Refusal` of a report alone."""
    reports = yield from read_all_reports(sources, reading)
    outlines: list[ReportedOutline | SpatialOutline] = []
    lost = unplaced = 0
    for one in reports:
        if isinstance(one.found, StructuredReport):
            found, others = read_outlines(one.found)
            outlines += found
            lost += others
            unplaced += count_unplaced(one.found)
        elif len(reports) == 1:
            raise one.found
    placed = yield from _place_outlines(outlines, volume, reading)
    return FoundShapes(placed, lost + len(outlines) - len(placed), unplaced)


def _place_outlines(
    outlines: Sequence[ReportedOutline | SpatialOutline], volume: Volume, reading: Reading
) -> Job[tuple[Shape, ...]]:
    """Return shapes on the slices of the images that they refer to, or in whose plane they lie, less all others."""
    series = volume.series
    if series.format is not Format.DICOM or not outlines:
        return ()
    stated = yield from find_dicom_sources(series, range(len(series.frames)), reading)
    of_image = {(one.instance_uid, one.frame): number for number, one in stated.items() if one.instance_uid}
    placed = []
    for outline in outlines:
        if isinstance(outline, SpatialOutline):
            if (shape := _place_in_space(outline, series)) is not None:
                placed.append(shape)
            continue
        number = of_image.get((outline.image.instance_uid, next(iter(outline.image.frames), None)))
        if number is None:
            # A file of one frame may be named with its frame all the same.
            number = of_image.get((outline.image.instance_uid, None))
        if number is None or not is_inside(outline.shape.points, (series.rows, series.columns)):
            continue
        phase, index = divmod(number, series.slices)
        position = series.frames[number].position
        placed.append(replace(outline.shape, slice=index, phase=phase, origin=position))
    return tuple(placed)


def _place_in_space(outline: SpatialOutline, series: Series) -> Shape | None:
    """Return the shape of coordinates in space on the slice in whose plane they lie; None if there is none."""
    there = find_plane(outline.points, outline.frame_of_reference_uid, series)
    if there is None or not is_inside(there[1], (series.rows, series.columns)):
        return None
    shape = outline.on_slice(there[1], there[0])
    return None if shape is None else replace(shape, origin=series.frames[there[0]].position)
