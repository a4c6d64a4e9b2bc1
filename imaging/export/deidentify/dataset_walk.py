"""The walk over a data set: every element of every VR, private ones and those within sequences, judged one by one.

Values are handled as the bytes that the file holds; what stays is copied as it stands. Beside the new data set the walk
returns every identifying value that it took away, for the verifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag

from imaging.base.policy import NESTING, nested_too_deep
from imaging.export.deidentify.description_words import clean_description
from imaging.export.deidentify.file_record import BINARY, CURVES, OVERLAYS, WAVEFORMS
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.profile_table import Action, ProfileRow, profile_rows
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.export.deidentify.value_rules import (
    CODE_TEXTS,
    LABEL,
    SIZES,
    TEXTS,
    TIMES,
    dummy_of,
    is_public_uid,
    keyword_of,
    may_stay,
    shift_times,
)
from imaging.volume.dicom_source import legal_uid

PIXEL_TAGS = frozenset({0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010})
_CHARSET, _TEXT_VALUE = 0x00080005, 0x0040A160
_NAME, _ID, _BIRTH, _STUDY = 0x00100010, 0x00100020, 0x00100030, 0x0020000D
_SCHEME = 0x00080102
_LATIN = ("iso8859",)
# The repeating groups of curves and overlays (PS3.5 7.6).
_DRAWINGS = {0x50: CURVES, 0x60: OVERLAYS}
_WAVEFORMS = 0x5400
# Codes and class UIDs within what is removed say what kind of thing it was, not who.
_SAYS_KIND = frozenset({"CodeValue", "CodeMeaning", "CodingSchemeDesignator", "CodingSchemeVersion", "LongCodeValue"})
_TAIL = b"\0 "
# What a slice cannot be placed or drawn without: a copy that repeats a value in one of these is not written.
_NUMBERS = frozenset({*SIZES, "DS", "IS"})


@dataclass(frozen=True)
class OriginalValue:
    """An identifying value that was taken away: its attribute, its VR, its bytes, and the codecs of its text."""

    tag: int
    vr: str
    content: bytes = field(repr=False)
    encodings: tuple[str, ...] = _LATIN


@dataclass
class DatasetWalk:
    """One walk. `removed` counts elements that are gone or were changed; `forbidden` are bytes that no text may hold
    (in lower case), for a second walk after the verifier found something.
    """

    options: DeidentifyOptions
    pseudonyms: Pseudonyms
    person: str
    forbidden: frozenset[bytes] = frozenset()
    originals: list[OriginalValue] = field(default_factory=list)
    removed: int = 0
    losses: set[str] = field(default_factory=set)
    """Sentences on content that was removed: a person would look for it in the copy."""

    def clean(self, dataset: Dataset, encodings: tuple[str, ...] = _LATIN, depth: int = 0) -> Dataset:
        """Return the data set without identity. Raises `Refusal` (HEADER) for sequences that lie too deep."""
        if depth > NESTING:
            raise nested_too_deep()
        encodings = encodings_of(dataset, encodings)
        scheme = text_at(dataset, _SCHEME) or None
        cleaned = Dataset()
        for tag, element in list(dataset.items()):
            kept = self._judge(dataset, tag, element, encodings, scheme, depth)
            if isinstance(kept, RawDataElement) and not kept.VR:
                # Some files are implicit under a transfer syntax that is explicit, in which the copy is written.
                kept = kept._replace(VR=vr_of(int(tag), kept))
            if kept is not None:
                cleaned[tag] = kept
        return cleaned

    def _judge(
        self,
        dataset: Dataset,
        tag: BaseTag,
        element: DataElement | RawDataElement,
        encodings: tuple[str, ...],
        scheme: str | None,
        depth: int,
    ) -> DataElement | RawDataElement | None:
        """Return an element as it may stay, None if it may not."""
        number, group = int(tag), int(tag) >> 16
        row = profile_rows().get(number)
        if number in PIXEL_TAGS and depth == 0:
            return element
        vr = vr_of(number, element)
        if number in PIXEL_TAGS:
            self._count_loss(number, vr, bytes_of(element))
            return None
        if group % 2 or group < 8 or number & 0xFFFF == 0 or group >> 8 in _DRAWINGS or group > 0x7FE0:
            self._take(dataset, number, vr, element, encodings, depth)
            return None
        if number == _CHARSET:
            return element
        if vr == "SQ" or (row is None and vr == "UN"):
            return self._judge_sequence(dataset, tag, row, encodings, depth)
        value = bytes_of(element)
        if row is None:
            kept = self._judge_unlisted(number, vr, value, encodings, scheme)
        else:
            kept = self._apply(row, number, vr, value, encodings)
        if kept == value:
            return element
        if kept is None and row is None:
            self._count_loss(number, vr, value)
            return None
        self.removed += 1
        return None if kept is None else with_value(element, tag, vr, kept)

    def _judge_sequence(
        self, dataset: Dataset, tag: BaseTag, row: ProfileRow | None, encodings: tuple[str, ...], depth: int
    ) -> DataElement | None:
        action = None if row is None else row.action
        element = dataset[tag]
        if element.VR != "SQ" or not isinstance(element.value, DicomSequence):
            self.removed += 1
            return None
        if action in (Action.REMOVE, Action.EMPTY):
            self._collect(element.value, encodings, depth)
            self.removed += 1
            return DataElement(tag, "SQ", DicomSequence()) if action is Action.EMPTY else None
        items = [self.clean(item, encodings, depth + 1) for item in element.value]
        return DataElement(tag, "SQ", DicomSequence(items))

    def _apply(self, row: ProfileRow, tag: int, vr: str, value: bytes, encodings: tuple[str, ...]) -> bytes | None:
        """Do what the table says with a value."""
        if not value.strip(_TAIL):
            return None if row.action is Action.REMOVE else b""
        kept = self._keep_by_option(row, tag, vr, value, encodings)
        if kept == value:
            return value
        self.originals.append(OriginalValue(tag, vr, value, encodings))
        if kept is not None:
            return kept
        if tag in (_NAME, _ID):
            return self.pseudonyms.name_person(self.person).encode() + b" "
        if row.action is Action.REMOVE:
            return None
        if row.action is Action.EMPTY:
            return b""
        return self._new_uids(tag, value) if vr == "UI" else dummy_of(vr, value)

    def _keep_by_option(
        self, row: ProfileRow, tag: int, vr: str, value: bytes, encodings: tuple[str, ...]
    ) -> bytes | None:
        """Return what an option lets stay of a value, None if there is none that does."""
        kept = row.options & self.options.keep
        keeps_uids = "uids" in kept and (vr != "UI" or _are_uids(value))
        if keeps_uids or ("device" in kept and vr not in TIMES):
            return None if self._holds_forbidden(value) else value
        if "dates" in kept and vr in (*TIMES, "SH"):
            return shift_times(vr, value, self.pseudonyms.days_back(self.person))
        if "descriptions" in kept and vr in TEXTS:
            text = clean_description(decode_text(value, encodings, vr)).encode("ascii", "ignore")
            text += b" " * (len(text) % 2)
            return None if not text or self._holds_forbidden(text) else text
        return None

    def _judge_unlisted(
        self, tag: int, vr: str, value: bytes, encodings: tuple[str, ...], scheme: str | None
    ) -> bytes | None:
        """Return what stays of a value of which the table says nothing; None if it goes."""
        if not value.strip(_TAIL):
            return value if keyword_of(tag) else None
        if vr == "UI":
            if all(is_public_uid(keyword_of(tag), uid) for uid in uids_of(value)):
                return value
            if "uids" in self.options.keep and _are_uids(value):
                return None if self._holds_forbidden(value) else value
            self.originals.append(OriginalValue(tag, vr, value))
            return self._new_uids(tag, value)
        if vr in TIMES:
            self.originals.append(OriginalValue(tag, vr, value))
            is_kept = "dates" in self.options.keep
            return shift_times(vr, value, self.pseudonyms.days_back(self.person)) if is_kept else None
        if tag == _TEXT_VALUE or vr == "PN":
            self.originals.append(OriginalValue(tag, vr, value, encodings))
            return dummy_of(vr, value)
        if may_stay(tag, vr, value, scheme) and (vr in _NUMBERS or not self._holds_forbidden(value)):
            return value
        if keyword_of(tag) in (*CODE_TEXTS, LABEL):
            return dummy_of(vr, value)
        # Empty is right wherever an object must have the attribute and need not know its value.
        return b"" if vr in TEXTS and keyword_of(tag) else None

    def _new_uids(self, tag: int, value: bytes) -> bytes:
        """Return every UID of a value replaced, but for those that name something public."""
        keyword = keyword_of(tag)
        new = [uid if is_public_uid(keyword, uid) else self.pseudonyms.new_uid(uid) for uid in uids_of(value)]
        joined = "\\".join(new).encode()
        return joined + b"\0" * (len(joined) % 2)

    def _holds_forbidden(self, value: bytes) -> bool:
        low = value.lower()
        return any(one in low for one in self.forbidden)

    def _take(
        self,
        dataset: Dataset,
        tag: int,
        vr: str,
        element: DataElement | RawDataElement,
        encodings: tuple[str, ...],
        depth: int,
    ) -> None:
        """Count an element that is removed whatever it is; text over curves and overlays is looked for afterwards."""
        self._count_loss(tag, vr, bytes_of(element))
        if tag >> 24 in _DRAWINGS and vr in TEXTS:
            self.originals.append(OriginalValue(tag, vr, bytes_of(element), encodings))
        elif tag >> 16 > 0x7FE0 and vr == "SQ":
            self._collect(dataset[tag].value, encodings, depth)

    def _count_loss(self, tag: int, vr: str, value: bytes) -> None:
        """Count an element that is removed, and say so if it is content: binary values that no maker keeps private."""
        self.removed += 1
        group = tag >> 16
        if vr.startswith("O") and value.strip(_TAIL) and group % 2 == 0 and group <= 0x7FE0:
            self.losses.add(_DRAWINGS.get(group >> 8, WAVEFORMS if group == _WAVEFORMS else BINARY))

    def _collect(self, items: Sequence[Dataset], encodings: tuple[str, ...], depth: int) -> None:
        """Take note of every value within a sequence that is removed as a whole."""
        if depth > NESTING:
            raise nested_too_deep()
        for item in items:
            codecs = encodings_of(item, encodings)
            for tag, element in list(item.items()):
                number = int(tag)
                vr = vr_of(number, element)
                if vr == "SQ":
                    found = item[tag]
                    if isinstance(found.value, DicomSequence):
                        self._collect(found.value, codecs, depth + 1)
                    continue
                value = bytes_of(element)
                if not value.strip(_TAIL) or number >> 16 & 1 or keyword_of(number) in _SAYS_KIND:
                    continue
                if vr == "UI" and all(is_public_uid(keyword_of(number), uid) for uid in uids_of(value)):
                    continue
                if number in profile_rows() or vr in TEXTS or vr in TIMES or vr == "UI":
                    self.originals.append(OriginalValue(number, vr, value, codecs))


def person_of(dataset: Dataset) -> str:
    """Return what tells the person of a data set from others: the ID, else name and birth date, else the study."""
    stated = text_at(dataset, _ID).casefold()
    named = f"{text_at(dataset, _NAME).casefold()}\0{text_at(dataset, _BIRTH)}"
    return stated or (named if len(named) > 1 else text_at(dataset, _STUDY))


def element_at(dataset: Dataset, tag: int) -> DataElement | RawDataElement | None:
    """Return an element as it was read, None without one."""
    return cast("DataElement | RawDataElement | None", dataset.get_item(BaseTag(tag)))


def text_at(dataset: Dataset, tag: int) -> str:
    """Return the value of an element as text, byte for byte; an empty string without one."""
    element = element_at(dataset, tag)
    return "" if element is None else bytes_of(element).decode("latin-1").strip(" \0")


def vr_of(tag: int, element: DataElement | RawDataElement) -> str:
    """Return the VR of an element: its own, else that of the dictionary, of which the first of several."""
    own = str(element.VR or "")
    if own not in ("", "UN"):
        return own
    try:
        return dictionary_VR(tag).split(" or ")[0]
    except KeyError:
        return "UN"


def bytes_of(element: DataElement | RawDataElement) -> bytes:
    """Return the value as the file holds it; of one that pydicom has decoded, as text."""
    value = element.value
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if value is None or isinstance(element, RawDataElement):
        return b""
    parts = [value] if isinstance(value, str) else list(value) if hasattr(value, "__iter__") else [value]
    return "\\".join(str(part) for part in parts).encode("utf-8", "surrogateescape")


def with_value(element: DataElement | RawDataElement, tag: BaseTag, vr: str, value: bytes) -> RawDataElement:
    """Return an element with another value."""
    is_implicit = isinstance(element, RawDataElement) and element.is_implicit_VR
    is_little = not isinstance(element, RawDataElement) or element.is_little_endian
    return RawDataElement(tag, vr, len(value), value, 0, is_implicit, is_little, True)


def uids_of(value: bytes) -> list[str]:
    """Return the UIDs of a value."""
    return [part.decode("latin-1").strip(" \0") for part in value.split(b"\\")]


def _are_uids(value: bytes) -> bool:
    return all(map(legal_uid, uids_of(value)))


def encodings_of(dataset: Dataset, inherited: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codecs of a data set's text, by its own character set or that of what it lies in."""
    element = element_at(dataset, _CHARSET)
    if element is None:
        return inherited
    declared = bytes_of(element).decode("latin-1").split("\\")
    try:
        return tuple(convert_encodings(declared))
    except (LookupError, ValueError):
        return inherited


def decode_text(value: bytes, encodings: Sequence[str], vr: str) -> str:
    """Return text in its character set, as far as that can be read."""
    from pydicom.charset import decode_bytes
    from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

    try:
        return decode_bytes(value, encodings, PN_DELIMS if vr == "PN" else TEXT_VR_DELIMS)
    except (LookupError, ValueError):
        return value.decode("latin-1")
