"""The frames of one file: the position of each, how its values are scaled, and what sets it apart from the others.

Enhanced multi-frame files say so in functional groups, for each frame or shared by all (PS3.3 C.7.6.16). pydicom's own
modality LUT ignores those, so the rescale of each frame is read here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.formats.dicom.dataset.elements import Elements
from imaging.formats.dicom.luts import rescale_of, windows_of
from imaging.volume.geometry import Cosines, Vector, normal_of
from imaging.volume.series import ModalityTable, Rescale
from imaging.volume.windowing import VoiTable, Window

_FRAME_TYPES = (
    "MRImageFrameTypeSequence",
    "CTImageFrameTypeSequence",
    "PETFrameTypeSequence",
    "MRSpectroscopyFrameTypeSequence",
    "XAXRFFrameCharacteristicsSequence",
)
# Dimensions of space: Stack ID, In-Stack Position Number, Image Position and Orientation (Patient).
_SPATIAL_DIMENSIONS = {0x00209056, 0x00209057, 0x00200032, 0x00200037}


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
    """One frame by the header. `variant` splits frames into series, `moment` orders those at one position."""

    index: int
    position: Vector | None
    orientation: Cosines | None
    spacing: tuple[float, float] | None
    thickness: float | None
    modality: Rescale | ModalityTable
    windows: tuple[Window | VoiTable, ...]
    variant: tuple[str, ...]
    moment: tuple[float, ...]
    rescale_type: str
    is_rescaled: bool


def read_frame_headers(elements: Elements, base: FrameHeader, count: int, signed: bool) -> tuple[FrameHeader, ...]:
    """The frames of a file, `base` being what the top of its data set says."""
    per_frame = elements.items("PerFrameFunctionalGroupsSequence")
    shared = elements.item("SharedFunctionalGroupsSequence")
    if per_frame or shared is not None:
        groups = [_Groups(per_frame[index] if index < len(per_frame) else None, shared) for index in range(count)]
        dimensions = _dimensions_besides_space(elements)
        return tuple(_enhanced(group, base, index, signed, dimensions) for index, group in enumerate(groups))
    if count == 1:
        return (base,)
    positions = _offset_positions(elements, base, count)
    return tuple(frame_at(base, index, positions[index]) for index in range(count))


def frame_at(base: FrameHeader, index: int, position: Vector | None) -> FrameHeader:
    """Return one of several frames of a file that says of them all what `base` holds, but for their positions."""
    orientation = base.orientation if position is not None else None
    moment = (*base.moment, float(index))
    return replace(base, index=index, position=position, orientation=orientation, moment=moment)


def _offset_positions(elements: Elements, base: FrameHeader, count: int) -> Sequence[Vector | None]:
    """Positions by RT Dose's Grid Frame Offset Vector (C.8.8.3.2); a single position for many frames tells nothing."""
    offsets = elements.vector("GridFrameOffsetVector", count)
    if offsets is None or base.position is None or base.orientation is None:
        return [None] * count
    normal = normal_of(base.orientation)
    origin = np.asarray(base.position)
    positions = (origin + (offset - offsets[0]) * normal for offset in offsets)
    return [(float(x), float(y), float(z)) for x, y, z in positions]


def moment_of(elements: Elements) -> tuple[float, ...]:
    """Sort key at one position: temporal position, time, trigger, diffusion weight, acquisition, instance."""
    return (
        elements.number("TemporalPositionIdentifier") or 0.0,
        _time_of(elements),
        elements.number("FrameReferenceTime") or 0.0,
        elements.number("TriggerTime") or 0.0,
        elements.number("DiffusionBValue") or 0.0,
        elements.number("AcquisitionNumber") or 0.0,
        elements.number("InstanceNumber") or 0.0,
    )


def _time_of(elements: Elements) -> int:
    stamp = elements.text("AcquisitionDateTime") or elements.text("FrameAcquisitionDateTime")
    if stamp:
        return microseconds_of(stamp[:8], stamp[8:])
    return microseconds_of(elements.text("AcquisitionDate"), elements.text("AcquisitionTime"))


def microseconds_of(date: str, time: str) -> int:
    """A DA and a TM as one number that grows with time; what is missing or broken counts as 0."""
    clock, _, fraction = time.replace(":", "").partition(".")
    parts = [clock[start : start + 2] for start in (0, 2, 4)]
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + (int(part) if _is_number(part) else 0)
    micro = int(fraction[:6].ljust(6, "0")) if _is_number(fraction[:6]) else 0
    days = int(date[:8]) if _is_number(date[:8]) else 0
    return (days * 86400 + seconds) * 1_000_000 + micro


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


class _Groups:
    """The functional groups of one frame: its own before those shared by all."""

    def __init__(self, own: Elements | None, shared: Elements | None) -> None:
        self._levels = [level for level in (own, shared) if level is not None]

    def item(self, keyword: str) -> Elements | None:
        for level in self._levels:
            found = level.item(keyword)
            if found is not None:
                return found
        return None

    def text(self, sequence: str, keyword: str) -> str:
        item = self.item(sequence)
        return "\\".join(item.texts(keyword)) if item is not None else ""

    def number(self, sequence: str, keyword: str) -> float | None:
        item = self.item(sequence)
        return item.number(keyword) if item is not None else None


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
        variant=(*base.variant, *_variant(groups)),
        moment=_enhanced_moment(groups, index, dimensions),
        rescale_type=transformation.text("RescaleType") if transformation is not None else base.rescale_type,
        is_rescaled=base.is_rescaled or own is not None,
    )


def _variant(groups: _Groups) -> tuple[str, ...]:
    frame_type = next((kind for kind in (groups.text(name, "FrameType") for name in _FRAME_TYPES) if kind), "")
    echo = groups.number("MREchoSequence", "EffectiveEchoTime")
    kernel = groups.text("CTReconstructionSequence", "ConvolutionKernel")
    stack = groups.text("FrameContentSequence", "StackID")
    return frame_type, "" if echo is None else f"{echo:.2f}", kernel, stack


def _enhanced_moment(groups: _Groups, index: int, dimensions: tuple[int, ...]) -> tuple[float, ...]:
    content = groups.item("FrameContentSequence")
    indices = content.numbers("DimensionIndexValues") if content is not None else ()
    return (
        (content.number("TemporalPositionIndex") or 0.0) if content is not None else 0.0,
        _time_of(content) if content is not None else 0.0,
        groups.number("TemporalPositionSequence", "TemporalPositionTimeOffset") or 0.0,
        groups.number("CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime") or 0.0,
        groups.number("MRDiffusionSequence", "DiffusionBValue") or 0.0,
        *((indices[number] or 0.0) if number < len(indices) else 0.0 for number in dimensions),
        float(index),
    )
