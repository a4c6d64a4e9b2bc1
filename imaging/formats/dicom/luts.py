"""What a DICOM header says about grey: from stored to modality value, units, padding, windows and lookup tables."""

import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.dataset.elements import Elements
from imaging.volume.series import IDENTITY, ModalityTable, Rescale
from imaging.volume.windowing import PaddingRange, VoiFunction, VoiTable, Window

_FUNCTIONS = {function.value: function for function in VoiFunction}


def rescale_of(elements: Elements) -> Rescale | None:
    """Rescale Slope and Intercept of a data set or of a Pixel Value Transformation item (C.11.1, C.7.6.16.2.9)."""
    slope, intercept = elements.number("RescaleSlope"), elements.number("RescaleIntercept")
    if slope is None and intercept is None:
        return None
    # A slope of 0 would erase the picture; writers leave it where they mean none.
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
    """The unit of modality values, None where the file does not tell.

    CT is HU where its rescale names HU or nothing, except for localizers (C.8.2.1.1.2).
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
    """What the file offers for display: VOI LUTs, then windows (C.11.2). Empty or impossible ones are left out."""
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
    """First mapped value, bits and entries of a LUT item (C.11.1.1.1); None where it is broken."""
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
