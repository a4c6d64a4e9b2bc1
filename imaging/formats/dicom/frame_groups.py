"""The frames of one file: the position of each, how its values are scaled, and what sets it apart from the others.

Enhanced multi-frame files say so in functional groups, for each frame or shared by all (PS3.3 C.7.6.16). pydicom's own
modality LUT ignores those, so the rescale of each frame is read here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.base.english import english
from imaging.formats.dicom.dataset.elements import Elements
from imaging.formats.dicom.luts import rescale_of, windows_of
from imaging.formats.dicom.rules import Values, with_group_values, with_vector_values
from imaging.volume.geometry import Cosines, Vector, normal_of
from imaging.volume.series import ModalityTable, Rescale
from imaging.volume.windowing import VoiTable, Window

# Dimensions of space: Stack ID, In-Stack Position Number, Image Position and Orientation (Patient).
_SPATIAL_DIMENSIONS = {0x00209056, 0x00209057, 0x00200032, 0x00200037}
BY_THICKNESS = english("the file does not say how far its slices are apart; their thickness is taken")


def position_of(elements: Elements | None) -> Vector | None:
    """Image Position (Patient), or None."""
    found = elements.vector("ImagePositionPatient", 3) if elements is not None else None
    return (found[0], found[1], found[2]) if found else None


def orientation_of(elements: Elements | None) -> Cosines | None:
    """Image Orientation (Patient) as two unit vectors; None if absent, or not two directions at right angles."""
    found = elements.vector("ImageOrientationPatient", 6) if elements is not None else None
    if found is None:
        return None
    row, column = np.asarray(found[:3]), np.asarray(found[3:])
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if min(lengths) < 0.5 or max(lengths) > 2.0 or abs(float(row @ column)) > 0.02 * lengths[0] * lengths[1]:
        return None
    row, column = row / lengths[0], column / lengths[1]
    return float(row[0]), float(row[1]), float(row[2]), float(column[0]), float(column[1]), float(column[2])


@dataclass(frozen=True)
class FrameHeader:
    """One frame by the header."""

    index: int
    position: Vector | None
    orientation: Cosines | None
    spacing: tuple[float, float] | None
    thickness: float | None
    modality: Rescale | ModalityTable
    windows: tuple[Window | VoiTable, ...]
    values: Values
    """The values that the frame states for each row of the table of rules."""
    rescale_type: str
    is_rescaled: bool
    step: float | None = None
    """Spacing Between Slices, as the file states it: with its sign."""


def read_frame_headers(elements: Elements, base: FrameHeader, count: int, signed: bool) -> tuple[FrameHeader, ...]:
    """The frames of a file, `base` being what the top of its data set says."""
    per_frame = elements.items("PerFrameFunctionalGroupsSequence")
    shared = elements.item("SharedFunctionalGroupsSequence")
    if per_frame or shared is not None:
        common = _Level(shared) if shared is not None else None
        dimensions = _dimensions_besides_space(elements)
        own = [_Level(item) for item in per_frame[:count]] + [None] * (count - len(per_frame))
        return tuple(
            _enhanced(_Groups(level, common), base, index, signed, dimensions) for index, level in enumerate(own)
        )
    if count == 1:
        return (base,)
    positions = _offset_positions(elements, base, count) or _nuclear_positions(elements, base, count)
    values = with_vector_values(elements, base.values, count)
    return tuple(
        frame_at(replace(base, values=own), index, positions[index] if positions else None)
        for index, own in enumerate(values)
    )


def frame_at(base: FrameHeader, index: int, position: Vector | None) -> FrameHeader:
    """Return one of several frames of a file that says of them all what `base` holds, but for their positions."""
    orientation = base.orientation if position is not None else None
    return replace(base, index=index, position=position, orientation=orientation)


def _offset_positions(elements: Elements, base: FrameHeader, count: int) -> Sequence[Vector]:
    """Positions by RT Dose's Grid Frame Offset Vector (C.8.8.3.2); a single position for many frames tells nothing."""
    offsets = elements.vector("GridFrameOffsetVector", count)
    if offsets is None:
        return ()
    return _along_normal(base, [offset - offsets[0] for offset in offsets])


def _nuclear_positions(elements: Elements, base: FrameHeader, count: int) -> Sequence[Vector]:
    """Positions of reconstructed nuclear medicine slices: the first one's, and equal steps (C.8.4.15).

    The sign of Spacing Between Slices is the direction in which slices are stacked: along their normal, or against it.
    """
    kinds = elements.texts("ImageType")
    if elements.text("Modality") != "NM" or not any(kind.startswith("RECON") for kind in kinds[2:3]):
        return ()
    slices = elements.vector("SliceVector", count) or tuple(range(1, count + 1))
    step = base.step
    if not step and base.thickness:
        elements.remark("SliceThickness", BY_THICKNESS)
        step = base.thickness
    return _along_normal(base, [(number - 1) * step for number in slices]) if step else ()


def _along_normal(base: FrameHeader, distances: Sequence[float]) -> Sequence[Vector]:
    """Return positions at so many millimetres from that of the file; none if it has none."""
    if base.position is None or base.orientation is None:
        return ()
    normal = normal_of(base.orientation)
    origin = np.asarray(base.position)
    positions = (origin + distance * normal for distance in distances)
    return [(float(x), float(y), float(z)) for x, y, z in positions]


class _Level:
    """The functional groups of one frame, or those shared by all, each item found once."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._items: dict[str, Elements | None] = {}

    def item(self, keyword: str) -> Elements | None:
        if keyword not in self._items:
            self._items[keyword] = self._elements.item(keyword)
        return self._items[keyword]


class _Groups:
    """The functional groups of one frame: its own before those shared by all."""

    def __init__(self, own: _Level | None, shared: _Level | None) -> None:
        self._levels = [level for level in (own, shared) if level is not None]

    def item(self, keyword: str) -> Elements | None:
        """Return the item of a functional group; None without one."""
        for level in self._levels:
            found = level.item(keyword)
            if found is not None:
                return found
        return None


def _dimensions_besides_space(elements: Elements) -> tuple[int, ...]:
    """Return which of a frame's Dimension Index Values tell frames at one position apart (C.7.6.17)."""
    pointers = [item.tag("DimensionIndexPointer") for item in elements.items("DimensionIndexSequence")]
    return tuple(number for number, pointer in enumerate(pointers) if pointer not in _SPATIAL_DIMENSIONS)


def _enhanced(groups: _Groups, base: FrameHeader, index: int, signed: bool, dimensions: tuple[int, ...]) -> FrameHeader:
    measures = groups.item("PixelMeasuresSequence")
    transformation = groups.item("PixelValueTransformationSequence")
    voi = groups.item("FrameVOILUTSequence")
    own = rescale_of(transformation) if transformation is not None else None
    modality = own or base.modality
    pair = measures.vector("PixelSpacing", 2) if measures is not None else None
    return FrameHeader(
        index=index,
        position=position_of(groups.item("PlanePositionSequence")) or base.position,
        orientation=orientation_of(groups.item("PlaneOrientationSequence")) or base.orientation,
        spacing=(pair[0], pair[1]) if pair is not None and min(pair) > 0 else base.spacing,
        thickness=(measures.number("SliceThickness") if measures is not None else None) or base.thickness,
        modality=modality,
        windows=(windows_of(voi, modality, signed) if voi is not None else ()) or base.windows,
        values=with_group_values(groups, base.values, _dimensions_of(groups, dimensions)),
        rescale_type=transformation.text("RescaleType") if transformation is not None else base.rescale_type,
        is_rescaled=base.is_rescaled or own is not None,
        step=(measures.number("SpacingBetweenSlices") if measures is not None else None) or base.step,
    )


def _dimensions_of(groups: _Groups, dimensions: tuple[int, ...]) -> tuple[float, ...]:
    content = groups.item("FrameContentSequence") if dimensions else None
    indices = content.numbers("DimensionIndexValues") if content is not None else ()
    return tuple((indices[number] or 0.0) if number < len(indices) else 0.0 for number in dimensions)
