"""The elements of a DICOM file as rows: sequences with their items, private elements by their makers' names."""

import struct
from collections.abc import Sequence

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag, private_dictionary_description
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag
from pydicom.uid import UID

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.dicom.dataset.elements import Elements, name_of, silence_warnings, vr_of
from imaging.formats.dicom.dataset.parser import PixelElement, open_whole
from imaging.volume.header_rows import HeaderListing, HeaderRow, RowList, describe_bytes
from imaging.volume.series import Source

_NUMBERS = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "US or SS": "H",
}  # fmt: skip
_BYTES = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN", "OB or OW", "US or OW", "US or SS or OW"})
_SHOWN_NUMBERS = 64
_UNREADABLE = english("cannot be read")
# What pydicom raises of a sequence that it cannot convert.
_FAULTS = (ValueError, TypeError, KeyError, AttributeError, IndexError, NotImplementedError, OSError, struct.error)


def list_header(source: Source, policy: ReadingPolicy) -> HeaderListing:
    """List every element in front of the pixels, and that of the pixels. Raises `Refusal`, or what pydicom raises."""
    with open_source(source, policy) as stream, silence_warnings():
        dataset, pixels = open_whole(stream, policy, source.name)
        rows = RowList()
        meta = getattr(dataset, "file_meta", None)
        if isinstance(meta, Dataset):
            _add_elements(rows, meta, 0, None)
        _add_elements(rows, dataset, 0, None)
        if pixels is not None:
            _add_pixels(rows, pixels)
        if not rows.rows:
            raise Refusal(Code.TRUNCATED)
        return rows.listing("dicom")


def _add_elements(rows: RowList, dataset: Dataset, depth: int, encodings: Sequence[str] | None) -> None:
    elements = Elements(dataset, encodings)
    for tag in sorted(dataset.keys()):  # a Dataset yields elements, its keys are tags
        element = dataset.get_item(tag)
        vr = element.VR or vr_of(int(tag))
        items = _items_of(dataset, tag, vr)
        if items is None:
            rows.add(_row(elements, tag, vr, _value_text(elements, element, int(tag), vr), depth))
        elif isinstance(items, str):
            rows.add(_row(elements, tag, vr, items, depth))
        elif rows.add(_row(elements, tag, "SQ", english("%n item(s)", "", len(items)), depth)):
            _add_items(rows, items, depth + 1, elements.encodings)


def _add_items(rows: RowList, items: Sequence[Dataset], depth: int, encodings: Sequence[str]) -> None:
    for number, item in enumerate(items, 1):
        if rows.add(HeaderRow(depth, "", english("Item {number}", number=number))):
            _add_elements(rows, item, depth + 1, encodings)


def _items_of(dataset: Dataset, tag: BaseTag, vr: str) -> Sequence[Dataset] | str | None:
    """Return the items of a sequence, a sentence if it cannot be read, None for what is none."""
    if vr != "SQ" and not (vr == "UN" and vr_of(int(tag)) == "SQ"):
        return None
    try:
        value = dataset[tag].value
    except _FAULTS:
        return _UNREADABLE
    if isinstance(value, DicomSequence):
        return list(value)
    return [] if not value else None


def _row(elements: Elements, tag: BaseTag, vr: str, value: str, depth: int) -> HeaderRow:
    number = int(tag)
    is_private = bool(tag.is_private)
    name = _private_name(elements, tag) if is_private else name_of(number)
    return HeaderRow(
        depth,
        f"({number >> 16:04X},{number & 0xFFFF:04X})",
        english("Group length") if number & 0xFFFF == 0 and name.startswith("(") else name,
        keyword="" if is_private else keyword_for_tag(number),
        kind=vr,
        value=value,
        is_private=is_private,
    )


def _private_name(elements: Elements, tag: BaseTag) -> str:
    """Return the name of a private element: its maker's (PS3.5 7.8.1), from pydicom's list if that has it."""
    if tag.is_private_creator:
        return english("Private creator")
    creator = elements.text(int(tag) >> 16 << 16 | (int(tag) & 0xFFFF) >> 8)
    try:
        return f"{private_dictionary_description(tag, creator)} ({creator})"
    except KeyError:
        return english("Private element of {creator}", creator=creator) if creator else english("Private element")


def _value_text(elements: Elements, element: RawDataElement | DataElement, tag: int, vr: str) -> str:
    raw = elements.raw(tag)
    if raw is None:
        value = element.value
        if isinstance(value, bytes):
            return describe_bytes(value)
        return "" if value is None else "\\".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    content, _, little = raw
    vr = vr_of(tag) if vr == "UN" else vr
    if vr in _NUMBERS:
        return _numbers_text(content, _NUMBERS[vr], little)
    if vr == "AT":
        pairs = struct.unpack(f"{'<' if little else '>'}{len(content) // 4 * 2}H", content[: len(content) // 4 * 4])
        return "\\".join(f"({group:04X},{one:04X})" for group, one in zip(pairs[::2], pairs[1::2], strict=True))
    if vr in _BYTES:
        return describe_bytes(content)
    text = elements.prose(tag)
    return _with_name(text) if vr == "UI" else text


def _numbers_text(content: bytes, code: str, little: bool) -> str:
    count = len(content) // struct.calcsize(code)
    shown = min(count, _SHOWN_NUMBERS)
    numbers = struct.unpack_from(f"{'<' if little else '>'}{shown}{code}", content)
    said = "\\".join(f"{number:.9g}" if isinstance(number, float) else str(number) for number in numbers)
    return english("{first}\\… ({count} numbers)", first=said, count=count) if count > shown else said


def _with_name(uid: str) -> str:
    """Return a UID with its name in the standard, if it has one."""
    name = UID(uid).name
    return uid if name == uid else f"{uid} ({name})"


def _add_pixels(rows: RowList, pixels: PixelElement) -> None:
    size = english("encapsulated") if pixels.length is None else english("%n byte(s)", "", pixels.length)
    number = f"({pixels.tag >> 16:04X},{pixels.tag & 0xFFFF:04X})"
    kind = "OW" if pixels.in_words else "OB"
    rows.add(
        HeaderRow(
            0, number, name_of(pixels.tag), keyword_for_tag(pixels.tag), kind, english("{size}, not read", size=size)
        )
    )
