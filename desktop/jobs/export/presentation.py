"""Presentation states of a series: what was drawn on its slices and the window they are shown in, for other viewers."""

from collections.abc import Sequence
from dataclasses import replace

from desktop.jobs.export.layers import ExportLayers
from desktop.render.frame import Voi, choose_voi
from desktop.render.measurement_text import describe_measurement
from desktop.render.text import choose_home_turn
from desktop.startup.build_info import edition
from desktop.state.export_options import ExportOptions
from desktop.state.texts.language import tr
from imaging.annotations.measurement import measure_shape
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.export.dicom.origin import Device, legal_source
from imaging.export.dicom.shape_presentation import PresentationObject, PresentedShape
from imaging.export.dicom.writers import write_objects
from imaging.load import allocate, fill, fill_for_window
from imaging.provenance import find_dicom_sources
from imaging.volume.dicom_source import DicomSource
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Polarity, Series, StoredFrame
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading

_NOT_DICOM = english("This series is not DICOM, so no presentation state can refer to it; export pictures instead.")
_COLOUR = english("These pictures are in colour, and a grayscale presentation state is for grey ones alone.")
_PLANES = english("A presentation state is of slices as they were acquired.")
_UNNAMED = english(
    "The files of this series have no UIDs that a presentation state could refer to; export pictures instead."
)
_UNLIKE = english("The slices have different rescale values, which one presentation state cannot have; name a folder.")
_NO_SUCH = english("There are slices 0 to {last}, and {phases} phase(s).")
_NAMED = english("It stands in the patient's study, and names the patient.")
_LEFT_OUT = english("{count} measurements on other planes, phases or slices are not part of it.")
_DESCRIPTION = "Slicelens measurements, research use only"


def make_presentations(
    series: Series, options: ExportOptions, reading: Reading, layers: ExportLayers
) -> Job[list[tuple[int, bytes]]]:
    """Return the files of presentation states, each with its first slice: one of all slices that are wanted if `out`
    is a file, else one a slice.

    Raises `Refusal`: UNSUPPORTED for what no presentation state can be of, OUT_OF_RANGE, and those of reading.
    """
    _check(series, options)
    wanted = list(range(series.slices)) if options.index is None else [options.index]
    groups = [wanted] if options.is_one_file else [[index] for index in wanted]
    if any(len({id(_known(frame, series)) for frame in _frames(series, group, options)}) > 1 for group in groups):
        raise Refusal(Code.UNSUPPORTED, tr(_UNLIKE))
    volume = allocate(series, reading)
    yield from fill_for_window(volume, reading, options.phase)
    voi = options.voi if options.voi is not None else choose_voi(volume, options.phase)
    sources = yield from _find_sources(series, wanted, options, reading)
    presented: dict[int, list[PresentedShape]] = {}
    for index in wanted:
        if there := _shapes_on(index, options, layers):
            slice_ = yield from _read(volume, reading, index, options.phase)
            lines = [_lines_of(shape, slice_, options) for shape in there]
            presented[index] = [PresentedShape(*one, sources[index]) for one in zip(there, lines, strict=True)]
        yield Progress(tr("Measuring"), index, len(wanted))
    objects = [
        _make(series, [sources[index] for index in group], voi, options, _frames(series, group, options)[0])
        for group in groups
    ]
    filled = [
        replace(one, shapes=tuple(shape for index in group for shape in presented.get(index, ())))
        for one, group in zip(objects, groups, strict=True)
    ]
    made: list[tuple[int, bytes]] = []
    for answer in write_objects(filled, reading):
        yield Progress(tr("Writing presentation states"), len(made), len(filled))
        if answer is not None:
            number, content = answer
            if isinstance(content, Refusal):
                raise content
            made.append((groups[number][0], content))
    return made


def describe_presentations(series: Series, options: ExportOptions, layers: ExportLayers) -> tuple[str, ...]:
    """Return what a person should know of the presentation states of a series."""
    wanted = range(series.slices) if options.index is None else (options.index,)
    there = sum(len(_shapes_on(index, options, layers)) for index in wanted)
    others = sum(one.is_visible for one in layers.shapes) - there
    is_named = not options.private and any((series.patient.name, series.patient.id))
    return (*((tr(_NAMED),) if is_named else ()), *((tr(_LEFT_OUT, count=others),) if others else ()))


def _check(series: Series, options: ExportOptions) -> None:
    for is_wrong, code, said in (
        (series.format is not Format.DICOM, Code.UNSUPPORTED, tr(_NOT_DICOM)),
        (series.channels != 1, Code.UNSUPPORTED, tr(_COLOUR)),
        (options.plane is not Plane.ACQUIRED, Code.UNSUPPORTED, tr(_PLANES)),
    ):
        if is_wrong:
            raise Refusal(code, said)
    if not (0 <= (options.index or 0) < series.slices and 0 <= options.phase < series.phases):
        raise Refusal(Code.OUT_OF_RANGE, tr(_NO_SUCH, last=series.slices - 1, phases=series.phases))


def _frames(series: Series, group: Sequence[int], options: ExportOptions) -> list[StoredFrame]:
    return [series.frame(options.phase, index) for index in group]


def _known(frame: StoredFrame, series: Series) -> object:
    """Return the modality transformation of a frame: the same object for all that have the same one."""
    return next(one.modality for one in series.frames if one.modality == frame.modality)


def _find_sources(
    series: Series, wanted: Sequence[int], options: ExportOptions, reading: Reading
) -> Job[dict[int, DicomSource]]:
    """Return the legal sources of slices; of a patient whose data is hidden only the references."""
    first = options.phase * series.slices
    stated = yield from find_dicom_sources(series, [first + index for index in wanted], reading)
    found = {number - first: legal_source(_nameless(one) if options.private else one) for number, one in stated.items()}
    if not all(source.can_be_referenced for source in found.values()):
        raise Refusal(Code.UNSUPPORTED, tr(_UNNAMED))
    return found


def _nameless(source: DicomSource) -> DicomSource:
    return DicomSource(
        study_uid=source.study_uid,
        series_uid=source.series_uid,
        sop_class_uid=source.sop_class_uid,
        instance_uid=source.instance_uid,
        frame_of_reference_uid=source.frame_of_reference_uid,
        frame=source.frame,
    )


def _shapes_on(index: int, options: ExportOptions, layers: ExportLayers) -> list[Shape]:
    place = (Plane.ACQUIRED, options.phase, index)
    return [one for one in layers.shapes if one.is_visible and (one.plane, one.phase, one.slice) == place]


def _read(volume: Volume, reading: Reading, index: int, phase: int) -> Job[Slice]:
    if volume.resident_slices is None:
        skipped = yield from fill(volume, reading, [phase * volume.series.slices + index])
        if skipped:
            raise Refusal(skipped[0].code, skipped[0].message)
    return volume.slice_at(Plane.ACQUIRED, index, phase)


def _lines_of(shape: Shape, slice_: Slice, options: ExportOptions) -> tuple[str, ...]:
    measured = describe_measurement(shape.type, measure_shape(shape, slice_), slice_.series.units)
    return (*((shape.label,) if shape.label and not options.private else ()), *measured)


def _make(
    series: Series, images: Sequence[DicomSource], voi: Voi | None, options: ExportOptions, frame: StoredFrame
) -> PresentationObject:
    """Return the presentation state of some slices, without its shapes."""
    turn = options.turn if options.turn is not None else choose_home_turn(series.affine)
    return PresentationObject(
        images=tuple(images),
        shapes=(),
        device=Device("Slicelens", edition().version),
        size=(series.rows, series.columns),
        rescale=frame.modality,
        voi=voi,
        is_inverse=(series.polarity is Polarity.MONOCHROME1) != options.inverted,
        spacing=series.pixel_spacing,
        pixel_aspect=series.pixel_aspect,
        mirrored=turn.mirrored,
        quarters=turn.quarters,
        label="MEASUREMENTS",
        description=_DESCRIPTION,
    )
