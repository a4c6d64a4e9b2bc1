"""A series or a slice leaves the program, in the background: read, drawn as the viewer shows it, written."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop.jobs.export.layers import NO_LAYERS, NOTHING_OVER, ExportLayers, find_layers
from desktop.jobs.export.presentation import describe_presentations, make_presentations
from desktop.render.colour_bar import colour_slice
from desktop.render.colour_maps import lay_map
from desktop.render.frame import Grey, Voi, choose_voi, draw_frame, draw_graphics
from desktop.render.picture_text import enlarge, write_below, write_texts
from desktop.render.privacy import HIDDEN
from desktop.render.report_pictures import LONGEST, add_colour_bar, stand_up
from desktop.render.shape_picture import paint_shapes
from desktop.render.text import choose_home_turn, describe_corners, find_edge_letters
from desktop.startup.build_info import edition
from desktop.state.export_options import ENDINGS, FILMS, ExportOptions
from desktop.state.picture import SliceLayers
from desktop.state.texts.language import tr
from desktop.state.view import FIT, Heat, Turn, Viewport, ViewState
from imaging.base.atomic_write import write_with_folder
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.export.animation import FilmFormat, encode_film
from imaging.export.dicom.origin import Device, derive_uid, legal_source, without_identity
from imaging.export.dicom.secondary_capture import CaptureObject
from imaging.export.dicom.writers import write_objects
from imaging.load import allocate, fill, fill_for_window
from imaging.provenance import SourceIdentity, identify_source
from imaging.remote_read import frame_bytes
from imaging.volume.dicom_source import DicomSource
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.contract.contract import NOTICE
from inference.report.png_file import encode_png

_UNLIMITED = 65_536
_CAPTURES_AT_ONCE = 8
_CAPTION_ROWS = 5
_NO_HEAT = Heat()
_ONE_FILE = english("This format is one file; let the name of OUT end in {endings}.")
NO_OBLIQUE = english("Planes in any direction are not exported; show the slices as acquired, or a plane of the body.")
_OTHER_ENDING = english("A file of this format ends in {ending}; name one, or a folder for a file a slice.")
_OF_OTHERS = frozenset({*(one for each in ENDINGS.values() for one in each), ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
_ONE_PICTURE = english("OUT is one picture, and every slice was asked for: name a folder.")
_NO_SUCH = english("There are slices 0 to {last} in this plane, and {phases} phase(s).")
_MEMORY = english("All slices of this series together need more memory than may be used (--memory-limit).")


@dataclass(frozen=True)
class ExportedFiles:
    """The result of an export: the files written, and what a person should know of them."""

    paths: tuple[Path, ...]
    slices: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ExportedPicture:
    """One slice as a picture, uint8 grey or RGB, turned as on screen, and the window that it was drawn with."""

    slice: Slice
    pixels: NDArray[np.uint8]
    voi: Voi | None
    has_words: bool = False
    """Whether a person's or a measurement's words stand in it."""


def export_series(
    series: Series,
    options: ExportOptions,
    reading: Reading,
    layers: ExportLayers = NO_LAYERS,
    written: list[Path] | None = None,
) -> Job[ExportedFiles]:
    """Write what the options ask for, with `layers` over pictures. Originals are never written over.

    The files of single slices are put into `written` one by one, for whoever stops it, or it fails, before the end.

    Raises `Refusal`: ARGUMENT, OUT_OF_RANGE, NO_GEOMETRY, TOO_LARGE, WRITE, and those of reading.
    """
    written = [] if written is None else written
    _check_out(series, options)
    if options.format == "nifti":
        return (yield from _export_nifti(series, options, reading))
    if options.format == "gsps":
        return (yield from _export_presentations(series, options, reading, layers, written))
    if options.format in FILMS:
        return (yield from _export_film(series, options, reading, layers))
    return (yield from _export_slices(series, options, reading, layers, written))


def _check_out(series: Series, options: ExportOptions) -> None:
    if options.plane is Plane.OBLIQUE and options.format != "nifti":
        raise Refusal(Code.UNSUPPORTED, tr(NO_OBLIQUE))
    if options.format in ("nifti", *FILMS) and not options.is_one_file:
        raise Refusal(Code.ARGUMENT, tr(_ONE_FILE, endings=" or ".join(ENDINGS[options.format])))
    if not options.is_one_file and options.out.suffix.lower() in _OF_OTHERS and not options.out.is_dir():
        raise Refusal(Code.ARGUMENT, tr(_OTHER_ENDING, ending=ENDINGS[options.format][0]))
    if options.out.exists() and any(
        path.exists() and path.samefile(options.out) for path in {frame.source.path for frame in series.frames}
    ):
        raise Refusal(Code.WRITE, "The file to write is one of the files that were opened; they are never changed.")


# --- grids ---


def _export_nifti(series: Series, options: ExportOptions, reading: Reading) -> Job[ExportedFiles]:
    # nibabel comes with it: a window that exports nothing does without.
    from imaging.export.nifti_file import common_rescale, compress_gzip, encode_nifti, require_even_grid

    require_even_grid(series)
    if frame_bytes(series) * len(series.frames) > reading.policy.memory_budget():
        raise Refusal(Code.TOO_LARGE, tr(_MEMORY))
    volume = allocate(series, reading)
    rescale = None if series.channels == 3 else common_rescale(series)
    kind = series.dtype if rescale is not None or series.channels == 3 else "float32"
    shape = (series.phases, series.slices, *volume.pixels(0, 0).shape)
    try:
        values = np.zeros(shape, dtype=kind)
    except (MemoryError, ValueError):
        raise Refusal(Code.TOO_LARGE, tr(_MEMORY)) from None
    for number in range(len(series.frames)):
        phase, index = divmod(number, series.slices)
        slice_ = yield from _read_acquired(volume, reading, index, phase)
        values[phase, index] = slice_.stored if kind == series.dtype else slice_.values
        yield Progress(tr("Reading slices"), number + 1, len(series.frames))
    content = encode_nifti(values, series, rescale)
    if options.out.name.lower().endswith(".gz"):
        for packed in compress_gzip(content):
            yield Progress(tr("Packing"), len(series.frames), len(series.frames))
            content = packed or content
    write_with_folder(options.out, content)
    return ExportedFiles((options.out,), len(series.frames), _grid_notes(series))


def _grid_notes(series: Series) -> tuple[str, ...]:
    unknown = tr("The file does not say where its voxels lie; the NIfTI file says that it is unknown.")
    depth = tr("The one slice does not say how thick it is; 1 mm stands in.")
    overlays = tr("Drawings that the file lays over its slices are not part of a NIfTI file.")
    has_overlays = any(frame.overlays for frame in series.frames)
    return (
        *((unknown,) if series.affine is None else ()),
        *((depth,) if not series.depth_known else ()),
        *((overlays,) if has_overlays else ()),
    )


# --- pictures ---


def read_pictures(
    series: Series,
    options: ExportOptions,
    reading: Reading,
    layers: ExportLayers = NO_LAYERS,
    *,
    longest: int = _UNLIMITED,
) -> Iterator[Progress | ExportedPicture]:
    """Yield the pictures that the options ask for, one by one, and progress in between. Raises `Refusal`."""
    volume = allocate(series, reading)
    count = volume.count(options.plane)
    if not (0 <= (options.index or 0) < count and 0 <= options.phase < series.phases):
        raise Refusal(Code.OUT_OF_RANGE, tr(_NO_SUCH, last=count - 1, phases=series.phases))
    yield from fill_for_window(volume, reading, options.phase)
    voi = options.voi if options.voi is not None else choose_voi(volume, options.phase)
    wanted = range(count) if options.index is None else (options.index,)
    if options.plane is not Plane.ACQUIRED and volume.resident_slices is None:
        first = options.phase * series.slices
        yield from fill(volume, reading, range(first, first + series.slices))
    for done, index in enumerate(wanted, start=1):
        slice_ = yield from _read_slice(volume, reading, options, index)
        is_alone = options.index is not None
        how = {"inverted": options.inverted, "is_private": options.private, "is_alone": is_alone}
        over = yield from find_layers(slice_, layers, voi, **how)
        heat = _NO_HEAT if layers.map_model is None else layers.map_model.heat
        picture = draw_picture(slice_, voi, options, over, heat, longest=longest)
        yield ExportedPicture(slice_, picture, voi, has_words=any(one.lines for one in over.drawn))
        yield Progress(tr("Drawing slices"), done, len(wanted))


def draw_picture(
    slice_: Slice,
    voi: Voi | None,
    options: ExportOptions,
    over: SliceLayers = NOTHING_OVER,
    heat: Heat = _NO_HEAT,
    *,
    size: tuple[int, int] | None = None,
    longest: int = _UNLIMITED,
) -> Grey:
    """Return a slice as the viewer shows it, with square pixels; with layers and texts if they were asked for.

    `heat` says how a heatmap looks. `size` is the rows and columns that shapes are drawn on, if the slice is reduced.
    """
    turn = options.turn if options.turn is not None else choose_home_turn(slice_.affine)
    coloured = colour_slice(draw_frame(slice_, voi, inverted=options.inverted), slice_, options.colours)
    frame = draw_graphics(coloured, slice_)
    if over.levels is not None:
        frame = lay_map(frame, over.levels, opacity=heat.opacity, cut=heat.cut)
    picture = stand_up(frame, slice_, turn, longest=longest)
    if options.with_marks or options.with_map:
        # The same for every slice: the pictures of a film have one size.
        picture = enlarge(picture)
        rows, columns = size or slice_.stored.shape[:2]
        high, wide = picture.shape[:2]
        place = Viewport(rows, columns, slice_.pixel_aspect, turn, FIT, wide, high)
        picture = paint_shapes(picture, over.drawn, place)
    if options.with_text:
        picture = _write_corners(picture, slice_, voi, options, turn)
    if options.with_map:
        picture = write_below(add_colour_bar(picture, heat), over.caption, rows=_CAPTION_ROWS)
    return picture


def _write_corners(picture: Grey, slice_: Slice, voi: Voi | None, options: ExportOptions, turn: Turn) -> Grey:
    view = ViewState(
        plane=options.plane, index=slice_.index, phase=slice_.phase, voi=voi, inverted=options.inverted, turn=turn
    )
    letters = find_edge_letters(slice_.affine, turn, edges=slice_.series.edges)
    corners = describe_corners(slice_, view)
    return write_texts(picture, corners.without_patient(HIDDEN) if options.private else corners, letters)


def _read_slice(volume: Volume, reading: Reading, options: ExportOptions, index: int) -> Job[Slice]:
    if options.plane is Plane.ACQUIRED:
        return (yield from _read_acquired(volume, reading, index, options.phase))
    return volume.slice_at(options.plane, index, options.phase)


def _read_acquired(volume: Volume, reading: Reading, index: int, phase: int) -> Job[Slice]:
    """Return a slice as it was acquired. Raises `Refusal` if its frame cannot be read."""
    if volume.resident_slices is None:
        skipped = yield from fill(volume, reading, [phase * volume.series.slices + index])
        if skipped:
            raise Refusal(skipped[0].code, skipped[0].message)
    return volume.slice_at(Plane.ACQUIRED, index, phase)


def _export_film(series: Series, options: ExportOptions, reading: Reading, layers: ExportLayers) -> Job[ExportedFiles]:
    if options.index is not None:
        raise Refusal(Code.ARGUMENT, "A film shows every slice; --slice is for pictures.")
    pictures: list[NDArray[np.uint8]] = []
    for step in read_pictures(series, options, reading, layers, longest=LONGEST):
        if isinstance(step, Progress):
            yield step
        else:
            pictures.append(step.pixels)
    for content in encode_film(np.stack(pictures), cast(FilmFormat, options.format), options.rate, reading):
        yield Progress(tr("Coding the film"), len(pictures), len(pictures))
        if content is not None:
            write_with_folder(options.out, content)
    return ExportedFiles((options.out,), len(pictures), _picture_notes(series, options))


def _export_slices(
    series: Series, options: ExportOptions, reading: Reading, layers: ExportLayers, written: list[Path]
) -> Job[ExportedFiles]:
    """Write one file, or a folder with a file for each slice; their names say nothing but the slice's number."""
    if options.is_one_file and options.index is None:
        raise Refusal(Code.ARGUMENT, tr(_ONE_PICTURE))
    waiting: list[ExportedPicture] = []
    source: SourceIdentity | None = None
    for step in read_pictures(series, options, reading, layers):
        if isinstance(step, Progress):
            yield step
            continue
        waiting.append(step)
        if options.format == "png":
            _write_png(waiting.pop(), options, written)
            continue
        if source is None:
            # One for all, or they would not be of one study.
            frame = step.slice.frame or series.frame(options.phase, series.middle)
            source = yield from identify_source(series, frame, reading)
        if len(waiting) == _CAPTURES_AT_ONCE:
            yield from _write_captures(waiting, source, series, options, reading, written)
    if source is not None and waiting:
        yield from _write_captures(waiting, source, series, options, reading, written)
    return ExportedFiles(tuple(written), len(written), _picture_notes(series, options))


def _path_of(picture: ExportedPicture, options: ExportOptions) -> Path:
    ending = ENDINGS[options.format][0]
    return options.out if options.is_one_file else options.out / f"slice-{picture.slice.index:04d}{ending}"


def _write_png(picture: ExportedPicture, options: ExportOptions, written: list[Path]) -> None:
    path = _path_of(picture, options)
    write_with_folder(path, encode_png(picture.pixels))
    written.append(path)


def _write_captures(
    waiting: list[ExportedPicture],
    identity: SourceIdentity,
    series: Series,
    options: ExportOptions,
    reading: Reading,
    written: list[Path],
) -> Job[None]:
    """Write pictures as secondary captures, in one series of the source's study; without text nobody is named."""
    stated = identity.dicom
    run = derive_uid(identity.sha256, "export", str(options.out), secrets.token_hex(8))
    if stated is None or not options.names_patient:
        stated = without_identity(stated or DicomSource(), identity.sha256)
    origin = legal_source(replace(stated, study_uid=stated.study_uid or derive_uid(identity.sha256, "study_uid")))
    made = series.acquisition
    captures = [
        CaptureObject(
            picture=picture.pixels,
            origin=origin,
            device=Device("Slicelens", edition().version),
            series_uid=derive_uid(origin.study_uid, "exported slices", str(options.out)),
            instance_uid=derive_uid(run, str(picture.slice.index)),
            description="Slicelens, research use only",
            comments=NOTICE,
            number=picture.slice.index + 1,
            has_text=options.with_text or made.burned_in or picture.has_words,
            is_lossy=made.is_lossy,
            lossy_ratio=made.lossy_ratio if made.is_lossy else None,
        )
        for picture in waiting
    ]
    paths = [_path_of(picture, options) for picture in waiting]
    for answer in write_objects(captures, reading):
        yield Progress(tr("Writing captures"), 0, None)
        if answer is not None:
            number, content = answer
            if isinstance(content, Refusal):
                raise content
            write_with_folder(paths[number], content)
            written.append(paths[number])
    waiting.clear()


def _export_presentations(
    series: Series, options: ExportOptions, reading: Reading, layers: ExportLayers, written: list[Path]
) -> Job[ExportedFiles]:
    """Write one presentation state, or a folder with one for each slice."""
    made = yield from make_presentations(series, options, reading, layers)
    for index, content in made:
        path = options.out if options.is_one_file else options.out / f"slice-{index:04d}.dcm"
        write_with_folder(path, content)
        written.append(path)
    slices = series.slices if options.index is None else 1
    return ExportedFiles(tuple(written), slices, describe_presentations(series, options, layers))


def _picture_notes(series: Series, options: ExportOptions) -> tuple[str, ...]:
    burned = tr("Text is burned into these pixels and may name the patient; it is in the pictures too.")
    named = tr("The pictures hold the patient's name and dates, as asked.")
    return (
        *((burned,) if series.acquisition.burned_in else ()),
        *((named,) if options.names_patient and any(_patient_facts(series)) else ()),
    )


def _patient_facts(series: Series) -> tuple[Any, ...]:
    patient = series.patient
    return patient.name, patient.id, patient.birth_date, patient.study_date, patient.institution
