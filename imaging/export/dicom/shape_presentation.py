"""Shapes that a person drew, and the window of their images, as a Grayscale Softcopy Presentation State (A.33.1).

Each colour is a layer, each image that has shapes an annotation. Points are (column, row) from the corner of the first
pixel (PS3.3 C.10.5.1.2), as in structured reports.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from imaging.annotations.report_shapes import report_graphic
from imaging.annotations.shapes import Shape, ShapeType
from imaging.export.dicom.origin import (
    Device,
    as_dataset,
    cut_text,
    encode,
    name_classes,
    name_source,
    new_identity,
    quiet_highdicom,
)
from imaging.export.dicom.presentation_state import modality_lut, set_pixel_size, voi_lut
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource
from imaging.volume.series import ModalityTable, Rescale
from imaging.volume.windowing import VoiTable, Window

_USUAL = "#ffd24a"
# A short text has at most 1024 characters.
_LONGEST_LINE, _MOST_LINES = 200, 5
_HEAD_ANGLE, _HEAD_SHARE, _LEAST_HEAD, _MOST_HEAD = math.radians(25), 0.2, 4.0, 16.0
_TURNS = (_HEAD_ANGLE, -_HEAD_ANGLE)
_TEXT_GAP = 4.0

Places = NDArray[np.float64]
"""[point, 2] of (column, row)."""


@dataclass(frozen=True)
class PresentedShape:
    """A shape on one of the images, and the lines of text beside it."""

    shape: Shape
    lines: tuple[str, ...]
    source: DicomSource


@dataclass(frozen=True, kw_only=True)
class PresentationObject:
    """Shapes on grey images of one series that share their modality transformation, and how these are shown.

    `images` are legal sources that can be referenced, of which at least one; `shapes` lie on some of them.
    """

    images: tuple[DicomSource, ...]
    shapes: tuple[PresentedShape, ...]
    device: Device
    size: tuple[int, int]
    """(rows, columns)."""
    rescale: Rescale | ModalityTable
    voi: Window | VoiTable | None
    is_inverse: bool
    """Whether small values are bright."""
    spacing: tuple[float, float] | None
    pixel_aspect: float
    mirrored: bool
    """Whether left and right are exchanged before `quarters`."""
    quarters: int
    """Turns of 90 degrees, clockwise."""
    label: str
    description: str


def write_shape_presentation(one: PresentationObject) -> bytes:
    """Return the file of a presentation state."""
    from highdicom import PresentationLUTTransformation
    from highdicom.pr import GrayscaleSoftcopyPresentationState

    quiet_highdicom()
    sources = {source.instance_uid: source for source in one.images}
    with silence_warnings():
        images = {uid: _image_of(source, one.size) for uid, source in sources.items()}
        layers = _layers_of(one.shapes)
        annotations = [
            _annotate(images[uid], layers[colour], there, one.size)
            for (uid, _, colour), there in _group(one.shapes).items()
        ]
        made: Any = GrayscaleSoftcopyPresentationState(
            list(images.values()),
            content_label=one.label,
            content_description=cut_text(one.description, 64),
            series_description=cut_text(one.description, 64),
            graphic_annotations=annotations or None,
            graphic_layers=list(layers.values()) or None,
            modality_lut_transformation=modality_lut(one.rescale),
            voi_lut_transformations=voi_lut(one.voi),
            presentation_lut_transformation=PresentationLUTTransformation("INVERSE" if one.is_inverse else "IDENTITY"),
            **new_identity("PR"),
            **one.device.equipment(),
        )
        set_pixel_size(made.DisplayedAreaSelectionSequence[0], one.spacing, one.pixel_aspect)
        made.Laterality = None
        _set_turn(made, one.size, mirrored=one.mirrored, quarters=one.quarters)
        name_classes(made, {uid: source.sop_class_uid for uid, source in sources.items()})
        if len(one.images) == 1:
            name_source(made, one.images[0])
        else:
            _name_frames(made, [frame for _, frame, _ in _group(one.shapes)])
    return encode(made)


def _image_of(source: DicomSource, size: tuple[int, int]) -> Dataset:
    image = as_dataset(source)
    image.Rows, image.Columns = size
    image.SamplesPerPixel = 1
    return image


def _group(shapes: tuple[PresentedShape, ...]) -> dict[tuple[str, int | None, str], list[PresentedShape]]:
    """Return the shapes by image, frame and colour: an annotation is of one frame and one layer."""
    found: dict[tuple[str, int | None, str], list[PresentedShape]] = {}
    for one in shapes:
        key = one.source.instance_uid, one.source.frame, one.shape.colour or _USUAL
        found.setdefault(key, []).append(one)
    return found


def _layers_of(shapes: tuple[PresentedShape, ...]) -> dict[str, Any]:
    from highdicom.color import CIELabColor
    from highdicom.pr import GraphicLayer

    colours = dict.fromkeys(one.shape.colour or _USUAL for one in shapes)
    return {
        colour: GraphicLayer(
            f"MEASURED{number}",
            order=number,
            description="Measurements",
            display_color=CIELabColor.from_rgb(*bytes.fromhex(colour[1:])),
        )
        for number, colour in enumerate(colours, start=1)
    }


def _annotate(image: Dataset, layer: Any, shapes: list[PresentedShape], size: tuple[int, int]) -> Any:
    from highdicom.pr import GraphicAnnotation, GraphicObject

    figures, texts = [], []
    for one in shapes:
        for kind, points in _graphics_of(one.shape):
            figures.append(GraphicObject(kind, _held(points, size), "PIXEL"))
        if one.lines or one.shape.type is ShapeType.TEXT:
            texts.append(_text_of(one, size))
    return GraphicAnnotation([image], layer, graphic_objects=figures or None, text_objects=texts or None)


def _graphics_of(shape: Shape) -> Iterator[tuple[str, Places]]:
    """Yield the graphics of a shape: type and points [point, 2] of (column, row)."""
    if shape.type is ShapeType.TEXT:
        return
    kind, points = report_graphic(shape)
    lines = np.asarray(points, dtype=np.float64)
    if shape.type is ShapeType.COBB:
        yield from ((kind, lines[:2]), (kind, lines[2:]))
        return
    yield kind, lines
    if shape.type is ShapeType.ARROW:
        # Presentation states have no arrow; its head is a line over its tip.
        tip, end = lines
        away = end - tip
        length = float(np.clip(_HEAD_SHARE * np.hypot(*away), _LEAST_HEAD, _MOST_HEAD))
        angle = math.atan2(away[1], away[0])
        barbs = [tip + length * np.array([math.cos(angle + turn), math.sin(angle + turn)]) for turn in _TURNS]
        yield "POLYLINE", np.stack([barbs[0], tip, barbs[1]])


def _text_of(one: PresentedShape, size: tuple[int, int]) -> Any:
    """Return the text beside a shape, to the right of it at half its height."""
    from highdicom.pr import TextObject

    points = np.asarray(report_graphic(one.shape)[1], dtype=np.float64)
    at = _held(np.array([[points[:, 0].max() + _TEXT_GAP, points[:, 1].mean()]]), size)[0]
    text = "\r\n".join(cut_text(line, _LONGEST_LINE) for line in one.lines[:_MOST_LINES]) or "-"
    return TextObject(text, "PIXEL", anchor_point=(float(at[0]), float(at[1])), anchor_point_visible=False)


def _held(points: Places, size: tuple[int, int]) -> Places:
    """Return points (column, row) held on the image, beyond which none may lie."""
    return np.clip(points, 0.0, (float(size[1]), float(size[0])))


def _set_turn(made: Any, size: tuple[int, int], *, mirrored: bool, quarters: int) -> None:
    """Say how the images stand (C.10.6): turned clockwise first, then mirrored; ours are mirrored first."""
    if not mirrored and quarters % 4 == 0:
        return
    turns = (-quarters if mirrored else quarters) % 4
    made.ImageHorizontalFlip = "Y" if mirrored else "N"
    made.ImageRotation = 90 * turns
    # The corners of the area are pixels of the image that stand at the top left and bottom right then (C.10.4).
    rows, columns = size
    corners = [[1, 1], [columns, 1], [columns, rows], [1, rows]]
    seen = corners[-turns:] + corners[:-turns] if turns else corners
    area = made.DisplayedAreaSelectionSequence[0]
    area.DisplayedAreaTopLeftHandCorner = seen[1 if mirrored else 0]
    area.DisplayedAreaBottomRightHandCorner = seen[3 if mirrored else 2]


def _name_frames(made: Any, frames: list[int | None]) -> None:
    """Name the frame of each annotation whose image holds several."""
    for item, frame in zip(made.get("GraphicAnnotationSequence", ()), frames, strict=True):
        if frame is not None:
            item.ReferencedImageSequence[0].ReferencedFrameNumber = frame
