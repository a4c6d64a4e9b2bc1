"""Values of DICOM elements straight from their bytes: fast, and forgiving if a value breaks its own rules.

pydicom parses the file; converting every value through its classes would cost four times the parsing, warn, and raise
on values that are odd but usable. What cannot be understood comes back as absent, and is remarked upon.
"""

import logging
import math
import re
import struct
import threading
import warnings
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from functools import cache, lru_cache

from pydicom import Dataset
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_description, dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag, Tag

from imaging.base.english import Text, english

# Messages of these libraries quote values of the file, and values can name the patient.
for _library in ("pydicom", "rle"):
    logging.getLogger(_library).propagate = False

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d", "US or SS": "H"}
_DECIMALS = ("DS", "IS")
_TEXT_DELIMITERS = {0x0D, 0x0A, 0x09, 0x0C}
_NAME_DELIMITERS = {0x0D, 0x0A, 0x09, 0x0C, 0x5E, 0x3D}


_silence_lock = threading.Lock()
# One for each block that wants warnings off, all of them the first one's.
_silences: list["warnings.catch_warnings[None]"] = []


@contextmanager
def silence_warnings() -> Iterator[None]:
    """No warning of pydicom or a decoder leaves this block: they quote values. Do not yield to a caller inside it.

    Only the first of several threads turns them off, and the last one on: each would undo what another did.
    """
    with _silence_lock:
        if not _silences:
            _silences.append(warnings.catch_warnings(action="ignore"))
            _silences[0].__enter__()
        else:
            _silences.append(_silences[0])
    try:
        yield
    finally:
        with _silence_lock:
            silence = _silences.pop()
            if not _silences:
                silence.__exit__(None, None, None)


@cache
def tag_of(keyword: str) -> BaseTag:
    """The tag of a keyword of the DICOM dictionary."""
    return Tag(keyword)


@cache
def _number_of(keyword: str | int) -> int:
    return keyword if isinstance(keyword, int) else int(Tag(keyword))


@cache
def vr_of(tag: int) -> str:
    """The VR of an element by the DICOM dictionary; UN of one that it does not know."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


RawElement = tuple[bytes, str, bool]
"""The value's bytes, the VR as the file gives it (empty if it gives none), whether it is little endian."""


PRIVATE_BLOCKS = range(0x10, 0x14)
"""The blocks of a group in which a maker's elements are looked for (PS3.5 7.8.1)."""
# Decimals as half of the world writes them; with a point beside it, a comma may mean thousands.
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
# The reader of these says itself what it makes of an unreadable one.
_SAID_ELSEWHERE = frozenset((int(Tag("NumberOfFrames")),))
# A blank in these is no way to leave them out: what hangs on them would silently be another picture.
_NEVER_BLANK = frozenset(
    int(Tag(keyword))
    for keyword in (
        "RescaleSlope", "RescaleIntercept", "PixelSpacing", "ImagerPixelSpacing", "ImagePositionPatient",
        "ImageOrientationPatient", "SliceThickness", "SpacingBetweenSlices", "GridFrameOffsetVector", "DoseGridScaling",
    )
)  # fmt: skip
_EMPTY = Dataset()
_NOTHING: frozenset[int] = frozenset()
_CHARSET = 0x00080005
_LATIN = ("iso8859",)


class Elements:
    """Typed access to the elements of one dataset or sequence item, by keyword (a repeating group's by its tag)."""

    def __init__(
        self, dataset: Dataset, encodings: Sequence[str] | None = None, remarks: dict[Text, None] | None = None
    ) -> None:
        self._dataset = dataset
        self.remarks: dict[Text, None] = {} if remarks is None else remarks
        """Sentences on values that were read in spite of a fault, or not at all; those of items are among them."""
        # pydicom compares tags in Python code; plain integers make every look-up below several times quicker.
        self._elements: dict[int, RawElement] = {
            int(element.tag): (element.value, element.VR or "", element.is_little_endian)
            for element in dataset.values()
            if isinstance(element, RawDataElement) and isinstance(element.value, bytes)
        }
        self._present: Set[int] = {int(element.tag) for element in dataset.values()}
        declared = self._converted_charsets() or self.texts("SpecificCharacterSet")
        self.encodings: Sequence[str] = _encodings(declared) if declared else encodings or _LATIN

    @classmethod
    def of_raw(cls, elements: dict[int, RawElement]) -> "Elements":
        """Return elements by tag, none of which is a sequence."""
        made = cls.__new__(cls)
        made._dataset, made._elements, made._present, made.encodings = _EMPTY, elements, _NOTHING, _LATIN
        made.remarks = {}
        if _CHARSET in elements and (declared := made.texts(_CHARSET)):
            made.encodings = _encodings(declared)
        return made

    @property
    def plain(self) -> dict[int, RawElement] | None:
        """The elements by tag if there is no sequence among them, as `of_raw` takes them; else None."""
        return self._elements if self._dataset is _EMPTY else None

    def _converted_charsets(self) -> tuple[str, ...]:
        """The one element that pydicom converts while it parses."""
        element = self._dataset.get_item("SpecificCharacterSet") if _CHARSET in self._present else None
        if not isinstance(element, DataElement):
            return ()
        value = element.value
        return (value,) if isinstance(value, str) else tuple(str(part) for part in value or ())

    def __contains__(self, keyword: str) -> bool:
        """Return whether the element is present with a value."""
        found = self.raw(keyword)
        return found is not None and len(found[0]) > 0

    def has_any(self, tags: Set[int]) -> bool:
        """Return whether one of the elements is present, if only with an empty value."""
        return not (tags.isdisjoint(self._elements) and tags.isdisjoint(self._present))

    def is_stated(self, tags: Sequence[int]) -> bool:
        """Return whether one of the elements is there, none of which is a sequence: quicker than to read them."""
        for tag in tags:  # noqa: SIM110 - any() with a generator takes four times as long
            if tag in self._elements:
                return True
        return False

    def raw(self, keyword: str | int) -> tuple[bytes, str, bool] | None:
        """Return the value's bytes, its VR, and whether it is little endian; None if absent or not plain bytes."""
        element = self._elements.get(_number_of(keyword))
        if element is None:
            return None
        value, vr, little = element
        return (value, vr_of(_number_of(keyword)), little) if vr in ("", "UN") else element

    def private(self, group: int, creator: str, element: int) -> tuple[bytes, bool] | None:
        """Return the bytes of a maker's private element, and whether they are little endian; None without one."""
        for block in PRIVATE_BLOCKS:
            if self.text(group << 16 | block) == creator:
                found = self.raw(group << 16 | block << 8 | element)
                if found is not None:
                    return found[0], found[2]
        return None

    def texts(self, keyword: str | int) -> tuple[str, ...]:
        """The backslash-separated values as ASCII-safe text, stripped; for codes, UIDs and numbers in text."""
        found = self.raw(keyword)
        if found is None:
            return ()
        text = found[0].decode("latin-1").strip(" \0")
        if "\\" not in text:
            return (text,) if text else ()
        return tuple(part.strip(" \0") for part in text.split("\\")) if text else ()

    def text(self, keyword: str | int) -> str:
        """The first value as ASCII-safe text, or an empty string."""
        found = self.raw(keyword)
        return "" if found is None else found[0].partition(b"\\")[0].decode("latin-1").strip(" \0")

    def prose(self, keyword: str | int) -> str:
        """Free text in the file's own character set, values joined by a backslash."""
        found = self.raw(keyword)
        if found is None:
            return ""
        delimiters = _NAME_DELIMITERS if found[1] == "PN" else _TEXT_DELIMITERS
        return _decoded(found[0], self.encodings, delimiters).strip(" \0")

    def numbers(self, keyword: str | int, *, signed: bool = False) -> tuple[float | None, ...]:
        """Every value as a finite float, None in the place of one that is empty or no number.

        `signed` settles elements whose VR is "US or SS".
        """
        found = self.raw(keyword)
        if found is None:
            return ()
        value, vr, little = found
        code = _BINARY.get(vr)
        if code is None:
            if (plain := _plain_numbers(value)) is not None:
                return plain
            texts = self.texts(keyword)
            if not texts and value and _number_of(keyword) in _NEVER_BLANK:
                self.remark(keyword, UNREADABLE)
            return tuple(self._number_in(part, keyword) for part in texts)
        if signed and vr in ("US or SS", "US"):
            code = "h"
        count = len(value) // struct.calcsize(code)
        unpacked = struct.unpack_from(f"{'<' if little else '>'}{count}{code}", value)
        if code in "fd" and not all(map(math.isfinite, unpacked)):
            self.remark(keyword, UNREADABLE)
        return tuple(float(part) if math.isfinite(part) else None for part in unpacked)

    def _number_in(self, text: str, keyword: str | int) -> float | None:
        """Return the number of a text, with a remark if it is not written as DICOM asks (PS3.5 6.2, DS)."""
        value = finite_number(text)
        if value is None and text:
            value = finite_number(text.replace(",", ".")) if _COMMA.fullmatch(text) else None
            if value is not None or _number_of(keyword) not in _SAID_ELSEWHERE:
                self.remark(keyword, UNREADABLE if value is None else WITH_COMMA)
        return value

    def remark(self, keyword: str | int, sentence: str) -> None:
        """Note something about an element that a person should know; `sentence` has its name as `{element}`."""
        self.remarks[Text(sentence, facts={"element": name_of(_number_of(keyword))})] = None

    def is_unreadable(self, keyword: str) -> bool:
        """Return whether a number is stated that cannot be read."""
        return keyword in self and self.number(keyword) is None

    def number(self, keyword: str | int, *, signed: bool = False) -> float | None:
        """The first value as a finite float."""
        found = self.raw(keyword)
        if found is None:
            return None
        if found[1] in _DECIMALS and (plain := _plain_numbers(found[0])) is not None:
            return plain[0]
        return next(iter(self.numbers(keyword, signed=signed)), None)

    def integer(self, keyword: str | int) -> int | None:
        """Return the first value as an integer; None if it is absent or has a fraction."""
        value = self.number(keyword)
        return int(value) if value is not None and value == int(value) else None

    def vector(self, keyword: str | int, length: int) -> tuple[float, ...] | None:
        """Exactly `length` finite numbers, or None."""
        values = self.numbers(keyword)
        known = tuple(value for value in values if value is not None)
        if len(values) == length and len(known) == length:
            return known
        if values and (known or _number_of(keyword) in _NEVER_BLANK):
            self.remark(keyword, UNREADABLE)
        return None

    def tag(self, keyword: str) -> int | None:
        """The first value of an element that names another one (VR AT)."""
        found = self.raw(keyword)
        if found is None or len(found[0]) < 4:
            return None
        group, element = struct.unpack_from("<HH" if found[2] else ">HH", found[0])
        return int(group) << 16 | int(element)

    def items(self, keyword: str) -> list["Elements"]:
        """Return the items of a sequence; an empty list if it is absent or cannot be parsed."""
        if _number_of(keyword) not in self._present:
            return []
        element: DataElement = self._dataset[tag_of(keyword)]
        if not isinstance(element.value, DicomSequence):
            return []
        return [Elements(item, self.encodings, self.remarks) for item in element.value]

    def item(self, keyword: str) -> "Elements | None":
        """The first item of a sequence, or None."""
        return next(iter(self.items(keyword)), None)


UNREADABLE = english("{element} is stated, but cannot be read and is not used")
WITH_COMMA = english("{element} is written with a comma, which is read as the decimal point")


@cache
def name_of(tag: int) -> str:
    """Return the name of an element for a person; its number if the DICOM dictionary does not know it."""
    try:
        return dictionary_description(tag)
    except KeyError:
        return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _plain_numbers(value: bytes) -> tuple[float, ...] | None:
    """Return the numbers of a text that is nothing but finite ones; several times as fast as to look at each."""
    try:
        found = tuple(map(float, value.split(b"\\")))
    except ValueError:
        return None
    return found if all(map(math.isfinite, found)) else None


def finite_number(text: str) -> float | None:
    """Return the number that a text holds; None if it holds none, or none that is finite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@lru_cache(maxsize=64)
def _encodings(declared: tuple[str, ...]) -> tuple[str, ...]:
    try:
        with silence_warnings():
            return tuple(convert_encodings(list(declared)))
    except (LookupError, ValueError):
        return _LATIN


def _decoded(value: bytes, encodings: Sequence[str], delimiters: set[int]) -> str:
    try:
        return decode_bytes(value, encodings, delimiters)
    except (LookupError, ValueError):
        return value.decode("latin-1")
