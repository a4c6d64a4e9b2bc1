"""From stored pixels to what is seen: modality and VOI LUTs, units, padding, windows, and overlay planes."""

from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.formats.dicom.dataset.elements import Elements, RawElement
from imaging.formats.dicom.dataset.parser import OVERLAY_GROUPS
from imaging.formats.dicom.pixels.decoders import read_unused_bit
from imaging.formats.dicom.pixels.pixel_module import PixelLayout
from imaging.volume.series import IDENTITY, ModalityTable, OverlayPlane, Rescale
from imaging.volume.windowing import PaddingRange, VoiFunction, VoiTable, Window

_ZERO_SLOPE = english("{element} is 0, which would erase the picture; 1 is taken")
_FUNCTIONS = {function.value: function for function in VoiFunction}


def rescale_of(elements: Elements) -> Rescale | None:
    """Rescale Slope and Intercept of a data set or of a Pixel Value Transformation item (C.11.1, C.7.6.16.2.9).

    With one of them unreadable the other says nothing: stored values are then all that is known.
    """
    slope, intercept = elements.number("RescaleSlope"), elements.number("RescaleIntercept")
    if slope is None and intercept is None:
        return None
    if elements.is_unreadable("RescaleSlope") or elements.is_unreadable("RescaleIntercept"):
        return None
    if slope == 0:
        # Writers leave it where they mean none.
        elements.remark("RescaleSlope", _ZERO_SLOPE)
    return Rescale(slope if slope else 1.0, intercept or 0.0)


def modality_of(elements: Elements, signed: bool) -> Rescale | ModalityTable:
    """The mapping from stored to modality values at the top of a data set.

    A Modality LUT stands before the rescale (they exclude each other, C.11.1); RT Dose has its own scaling (C.8.8.3).
    """
    item = elements.item("ModalityLUTSequence")
    if item is not None:
        table = _table(item, signed)
        if table is not None:
            first, _, entries = table
            return ModalityTable(first, entries.astype(np.float32))
    found = rescale_of(elements)
    if found is not None:
        return found
    dose = elements.number("DoseGridScaling")
    return Rescale(dose, 0.0) if dose else IDENTITY


def units_of(elements: Elements, modality: str, rescale_type: str, is_rescaled: bool) -> str | None:
    """Return the unit of modality values, None if the file does not tell.

    CT is HU if its rescale names HU or nothing, except for localizers (C.8.2.1.1.2).
    """
    if modality == "PT":
        return elements.text("Units") or None
    if modality == "RTDOSE":
        return {"GY": "Gy"}.get(elements.text("DoseUnits"))
    if rescale_type not in ("", "US"):
        return rescale_type
    is_localizer = "LOCALIZER" in elements.texts("ImageType")
    return "HU" if modality == "CT" and is_rescaled and not rescale_type and not is_localizer else None


def padding_of(elements: Elements, signed: bool) -> PaddingRange | None:
    """Pixel Padding Value with its Range Limit, in stored values (C.7.5.1.1.2)."""
    value = elements.number("PixelPaddingValue", signed=signed)
    if value is None:
        return None
    limit = elements.number("PixelPaddingRangeLimit", signed=signed)
    other = value if limit is None else limit
    return PaddingRange(min(value, other), max(value, other))


def windows_of(elements: Elements, modality: Rescale | ModalityTable, signed: bool) -> tuple[Window | VoiTable, ...]:
    """Return what the file offers for display: VOI LUTs, then windows (C.11.2), without empty or impossible ones."""
    return (*_voi_tables(elements, modality, signed), *_windows(elements))


def _windows(elements: Elements) -> list[Window]:
    centres, widths = elements.numbers("WindowCenter"), elements.numbers("WindowWidth")
    names = [name.strip() for name in elements.prose("WindowCenterWidthExplanation").split("\\")]
    function = _FUNCTIONS.get(elements.text("VOILUTFunction"), VoiFunction.LINEAR)
    windows = []
    for number, (centre, width) in enumerate(zip(centres, widths, strict=False)):
        if centre is None or width is None or width <= 0:
            continue
        # LINEAR is not defined below width 1 (C.11.2.1.2.1); float pixels are written so all the same.
        exact = VoiFunction.LINEAR_EXACT if function is VoiFunction.LINEAR and width < 1 else function
        windows.append(Window(centre, width, exact, names[number] if number < len(names) else ""))
    return windows


def _voi_tables(elements: Elements, modality: Rescale | ModalityTable, signed: bool) -> list[VoiTable]:
    # The first mapped value is in modality values, which a rescale may have made negative.
    negative = signed if isinstance(modality, ModalityTable) else signed or modality.intercept < 0
    tables = []
    for item in elements.items("VOILUTSequence"):
        table = _table(item, negative)
        if table is not None:
            first, bits, entries = table
            tables.append(VoiTable(first, bits, entries, item.prose("LUTExplanation")))
    return tables


def _table(item: Elements, signed: bool) -> tuple[int, int, NDArray[np.uint16]] | None:
    """Return first mapped value, bits and entries of a LUT item (C.11.1.1.1); None if it is broken."""
    descriptor = item.numbers("LUTDescriptor")
    first = item.numbers("LUTDescriptor", signed=signed)
    data = item.raw("LUTData")
    if len(descriptor) != 3 or None in descriptor or data is None:
        return None
    count = int(descriptor[0] or 65536) % 65536 or 65536
    bits = int(descriptor[2] or 16)
    value, _, little = data
    code = "u1" if len(value) < 2 * count else f"{'<' if little else '>'}u2"
    entries = np.frombuffer(value, code, count=min(count, len(value) // np.dtype(code).itemsize)).astype(np.uint16)
    if not 1 <= bits <= 16 or len(entries) == 0:
        return None
    return int(first[1] or 0), bits, entries


_ROWS, _COLUMNS, _COUNT, _ORIGIN, _FIRST_FRAME, _BIT, _DATA = 0x0010, 0x0011, 0x0015, 0x0050, 0x0051, 0x0102, 0x3000
_ROWS_TAGS = frozenset(group << 16 | _ROWS for group in OVERLAY_GROUPS)

EMBEDDED = english("a drawing in the bits of the pixels cannot be read and is not shown")
BROKEN = english("a drawing over the pixels is damaged and not shown")


def overlays_of(
    elements: Elements, layout: PixelLayout, stream: BinaryIO, notes: list[Text]
) -> list[tuple[OverlayPlane, ...]]:
    """The planes of each frame; those of the kind that was retired in 2004 lie in the unused bits of the pixels.

    What is not shown becomes a note: planes that are broken, or whose bits are none of the pixels' unused ones.
    """
    if not elements.has_any(_ROWS_TAGS):
        return [()] * layout.frames
    planes: list[list[OverlayPlane]] = [[] for _ in range(layout.frames)]
    for group in OVERLAY_GROUPS:
        if elements.integer(group << 16 | _ROWS) is not None:
            own = elements.raw(group << 16 | _DATA)
            made = (
                _planes_inside(elements, group << 16, notes, layout, stream)
                if own is None
                else _planes_of(elements, group << 16, layout.frames, notes, own)
            )
            for index, plane in made:
                planes[index].append(plane)
    return [tuple(of_frame) for of_frame in planes]


def _planes_inside(
    elements: Elements, group: int, notes: list[Text], layout: PixelLayout, stream: BinaryIO
) -> list[tuple[int, OverlayPlane]]:
    """(frame, plane) of a group that has its bits in the pixels: one of each frame, as large as the frame."""
    rows, columns = elements.integer(group | _ROWS) or 0, elements.integer(group | _COLUMNS) or 0
    bit = elements.integer(group | _BIT)
    is_of_frame = (rows, columns) == (layout.rows, layout.columns)
    found = None if bit is None or not is_of_frame else read_unused_bit(stream, layout, bit)
    if found is None:
        notes.append(EMBEDDED)
        return []
    return [(index, OverlayPlane(rows, columns, (0, 0), bits)) for index, bits in enumerate(found)]


def _planes_of(
    elements: Elements, group: int, frames: int, notes: list[Text], data: RawElement
) -> list[tuple[int, OverlayPlane]]:
    """(frame, plane) of one group. Without a count of its own, one plane lies over every frame (C.9.2.1.2)."""
    rows, columns = elements.integer(group | _ROWS) or 0, elements.integer(group | _COLUMNS) or 0
    count = elements.integer(group | _COUNT)
    if min(rows, columns) <= 0 or rows * columns * (count or 1) > 8 * len(data[0]):
        notes.append(BROKEN)
        return []
    top, left = elements.vector(group | _ORIGIN, 2) or (1, 1)
    origin = int(top) - 1, int(left) - 1
    bits = _in_order(*data)
    if count is None:
        return [(index, OverlayPlane(rows, columns, origin, bits)) for index in range(frames)]
    start = (elements.integer(group | _FIRST_FRAME) or 1) - 1
    return [
        (start + number, OverlayPlane(rows, columns, origin, bits, number * rows * columns))
        for number in range(count)
        if 0 <= start + number < frames
    ]


def _in_order(value: bytes, vr: str, little: bool) -> bytes:
    """The bytes as a little endian file has them: of OW a big endian one swaps each pair (PS3.5 8.1.2)."""
    if little or vr == "OB" or len(value) % 2:
        return value
    return np.frombuffer(value, np.uint16).byteswap().tobytes()
