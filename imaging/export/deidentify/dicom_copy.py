"""The copy of one DICOM file: parsed, walked, written with a new meta header, and verified before anyone sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.export.deidentify.codestreams import silence_codestreams
from imaging.export.deidentify.dataset_walk import (
    PIXEL_TAGS,
    DatasetWalk,
    OriginalValue,
    bytes_of,
    element_at,
    person_of,
    text_at,
    with_value,
)
from imaging.export.deidentify.file_record import FACE, OVERLAYS, CopyRecord, FinishedCopy
from imaging.export.deidentify.letter_marks import look_for_letters
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pixel_bytes import (
    black_out,
    clear_embedded_overlays,
    native_length,
    store_uncompressed,
    trim_native,
)
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.export.deidentify.value_rules import keyword_of
from imaging.export.deidentify.verifier import Leftover, SoughtBytes, collect_spellings, find_leftovers
from imaging.export.dicom.origin import derive_uid
from imaging.formats.dicom import reader
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.formats.dicom.dataset.parser import DEFLATED, stored_stream
from imaging.volume.dicom_source import legal_uid
from imaging.volume.series import Source

_PIXELS, _SERIES, _INSTANCE, _CLASS = 0x7FE00010, 0x0020000E, 0x00080018, 0x00080016
_DOCUMENT, _DOCUMENT_CLASSES = 0x00420011, "1.2.840.10008.5.1.4.1.1.104."
_DIRECTORY = "1.2.840.10008.1.3.10"
_META_NAMES = (0x00020016, 0x00020017, 0x00020018)
_UNDEFINED = 0xFFFFFFFF
_MOST_FRAMES_LOOKED_AT = 8
_IS_DOCUMENT = (
    "This object holds a whole document (a PDF, for example), whose text cannot be cleaned. It was not copied."
)
_IS_DIRECTORY = "A DICOMDIR names the patients of a disc and is not copied; the copies need none."
_STILL_THERE = "The copy would still hold the original's value of %s, so it was not written."


@dataclass(frozen=True)
class _Work:
    """One file on its way."""

    source: Source
    content: bytes
    options: DeidentifyOptions
    pseudonyms: Pseudonyms
    policy: ReadingPolicy


def copy_dicom(
    source: Source, content: bytes, options: DeidentifyOptions, pseudonyms: Pseudonyms, policy: ReadingPolicy
) -> FinishedCopy:
    """Return a copy without identity. Raises `Refusal`: UNSUPPORTED (documents, DICOMDIRs), HEADER, IDENTITY."""
    work = _Work(source, content, options, pseudonyms, policy)
    with silence_warnings():
        dataset = _parse(work)
        person = person_of(dataset) or sha256(content).hexdigest()
        copied, walk, sought, unsought = _write(work, dataset, person, frozenset())
        if left := _leftovers(copied, sought):
            # Some attribute that may stay repeats a value: its text goes as well.
            forbidden = frozenset(one.content for one in left)
            copied, walk, sought, unsought = _write(work, _parse(work), person, forbidden)
            if left := _leftovers(copied, sought):
                raise Refusal(Code.IDENTITY, _STILL_THERE % (keyword_of(left[0].tag) or "a private attribute"))
    return FinishedCopy(
        content=copied.content,
        folders=(pseudonyms.name_person(person), pseudonyms.name_file("series", text_at(dataset, _SERIES))),
        name=pseudonyms.name_file("file", sha256(content).hexdigest()) + ".dcm",
        record=CopyRecord(
            format="dicom",
            changed=walk.removed,
            looked_for=len(sought),
            not_looked_for=unsought,
            burned_in=_burned_in(work, dataset),
            notes=(*_notes(dataset), *sorted(walk.losses)),
        ),
    )


@dataclass(frozen=True)
class _Written:
    """The bytes of a copy, and the offset of its pixels."""

    content: bytes
    pixels: int


def _parse(work: _Work) -> FileDataset:
    stream = BytesIO(work.content)
    if DEFLATED.encode() in work.content[:1024]:
        stream = BytesIO(stored_stream(stream, DEFLATED, work.policy, work.source.name).read())
    dataset = dcmread(stream, force=True)
    sop_class = _class_of(dataset)
    if sop_class == _DIRECTORY:
        raise Refusal(Code.UNSUPPORTED, _IS_DIRECTORY)
    if sop_class.startswith(_DOCUMENT_CLASSES) or BaseTag(_DOCUMENT) in dataset:
        raise Refusal(Code.UNSUPPORTED, _IS_DOCUMENT)
    if not sop_class and BaseTag(0x00280010) not in dataset:
        raise Refusal(Code.UNKNOWN_FORMAT, "This is not a DICOM file.")
    return dataset


def _class_of(dataset: FileDataset) -> str:
    """Return the class of an object, from its meta header if it does not say itself; no text that is no UID."""
    return legal_uid(text_at(dataset, _CLASS)) or legal_uid(str(dataset.file_meta.get("MediaStorageSOPClassUID", "")))


def _write(
    work: _Work, dataset: FileDataset, person: str, forbidden: frozenset[bytes]
) -> tuple[_Written, DatasetWalk, dict[bytes, SoughtBytes], int]:
    """Return the copy, the walk that made it, and what the verifier has to look for."""
    walk = DatasetWalk(work.options, work.pseudonyms, person, forbidden)
    planes = _embedded_planes(dataset)
    for tag in _META_NAMES:
        if (element := element_at(dataset.file_meta, tag)) is not None:
            walk.originals.append(OriginalValue(tag, "AE", bytes_of(element)))
    cleaned = walk.clean(dataset)
    if planes:
        walk.losses.add(OVERLAYS)
    # What stays stands there as the original's bytes; else pydicom would decode and encode every element.
    is_implicit, is_little = dataset.original_encoding
    cleaned.set_original_encoding(is_implicit, is_little, dataset.original_character_set)
    _set_method(cleaned, work.options)
    cleaned.file_meta = _new_meta(work, dataset, cleaned)
    if work.options.boxes:
        _black_out(work, dataset, cleaned)
    else:
        _tidy_pixels(dataset, cleaned, planes)
    buffer = BytesIO()
    is_known = not cleaned.file_meta.TransferSyntaxUID.is_private
    how = {} if is_known else {"implicit_vr": bool(is_implicit), "little_endian": is_little is not False}
    dcmwrite(buffer, cleaned, enforce_file_format=True, **how)
    content = buffer.getvalue()
    pixels = element_at(cleaned, _PIXELS)
    tail = 0 if pixels is None else len(bytes_of(pixels)) + 8 * bool(getattr(pixels, "length", 0) == _UNDEFINED)
    sought, unsought = collect_spellings(walk.originals)
    return _Written(content, len(content) - tail), walk, sought, unsought


def _leftovers(copied: _Written, sought: dict[bytes, SoughtBytes]) -> list[Leftover]:
    header, pixels = copied.content[: copied.pixels], memoryview(copied.content)[copied.pixels :]
    return [*find_leftovers(header, sought), *find_leftovers(pixels, sought, in_pixels=True)]


def _new_meta(work: _Work, dataset: FileDataset, cleaned: Dataset) -> FileMetaDataset:
    """Return a meta header that says no more than it must (PS3.10 7.1)."""
    meta = FileMetaDataset()
    instance = text_at(cleaned, _INSTANCE)
    if not instance:
        instance = work.pseudonyms.new_uid(sha256(work.content).hexdigest())
    syntax = legal_uid(str(dataset.file_meta.get("TransferSyntaxUID", "")))
    if not syntax or syntax == DEFLATED:
        is_implicit, is_little = dataset.original_encoding
        plain = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
        syntax = plain if is_little is not False else ExplicitVRBigEndian
    meta.MediaStorageSOPInstanceUID = UID(instance)
    _add_common(meta, _common_meta(_class_of(dataset), syntax))
    return meta


def _add_common(made: Dataset, elements: Iterable[DataElement]) -> None:
    """Put elements of many files into one of them; what is changed in that file changes no other."""
    for one in elements:
        made[one.tag] = DataElement(one.tag, one.VR, one.value, already_converted=True)


@lru_cache(maxsize=64)
def _common_meta(sop_class: str, syntax: str) -> tuple[DataElement, ...]:
    """Return the elements of the meta header that the files of a series have in common."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = UID(sop_class), UID(syntax)
    meta.ImplementationClassUID = UID(derive_uid("Slicelens"))
    meta.ImplementationVersionName = "SLICELENS"
    return tuple(meta)


def _set_method(cleaned: Dataset, options: DeidentifyOptions) -> None:
    """Say what was done (PS3.15 E.1.1; PS3.3 C.7.1.1)."""
    _add_common(cleaned, _method_of(options))


@lru_cache(maxsize=8)
def _method_of(options: DeidentifyOptions) -> tuple[DataElement, ...]:
    """Return the elements that say what was done, which all files of a run have in common."""
    made = Dataset()
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = [f"PS3.15 {meaning}"[:64] for _, meaning in options.codes]
    made.DeidentificationMethodCodeSequence = DicomSequence([_code(*one) for one in options.codes])
    made.LongitudinalTemporalInformationModified = "MODIFIED" if "dates" in options.keep else "REMOVED"
    if options.boxes:
        made.BurnedInAnnotation = "NO"
    return tuple(made)


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning[:64]
    return item


def _embedded_planes(dataset: Dataset) -> list[int]:
    """Return the bits of samples in which overlays are drawn that have no data of their own."""
    planes = []
    for group in range(0x6000, 0x6020, 2):
        if BaseTag(group << 16 | 0x0102) in dataset and BaseTag(group << 16 | 0x3000) not in dataset:
            planes.append(int(dataset[group, 0x0102].value or 0))
    return [bit for bit in planes if bit]


def _tidy_pixels(dataset: Dataset, cleaned: Dataset, planes: list[int]) -> None:
    """Take away what stands behind or between the samples; they themselves stay byte for byte."""
    element = element_at(cleaned, _PIXELS)
    if not isinstance(element, RawDataElement) or element.value is None:
        return
    value = bytes_of(element)
    if element.length == _UNDEFINED:
        tidy = silence_codestreams(value)
        if tidy != value:
            cleaned[_PIXELS] = element._replace(value=tidy)
        return
    length = native_length(dataset)
    tidy = value if length is None else trim_native(value, length)
    if planes and element.is_little_endian:
        tidy = clear_embedded_overlays(tidy, dataset, planes)
    if tidy != value:
        cleaned[_PIXELS] = with_value(element, element.tag, str(element.VR or "OW"), tidy)


def _black_out(work: _Work, dataset: FileDataset, cleaned: Dataset) -> None:
    """Decode, black out the boxes and store uncompressed. Raises `Refusal` if the pixels cannot be decoded."""
    if BaseTag(_PIXELS) not in dataset:
        return
    is_native = not dataset.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian).is_compressed
    if is_native and int(dataset.get("SamplesPerPixel", 1) or 1) == 1:
        frames = np.asarray(dataset.pixel_array)
        frames = frames if frames.ndim == 3 else frames[np.newaxis]
    else:
        frames = np.stack(list(_decoded_frames(work, most=None)))
    is_inverse = str(dataset.get("PhotometricInterpretation", "")) == "MONOCHROME1"
    filled = black_out(frames, work.options.boxes, white_is_least=is_inverse)
    store_uncompressed(cleaned, filled)


def _decoded_frames(work: _Work, most: int | None) -> list[NDArray[Any]]:
    """Return decoded frames of the file, all or about `most` of them. Raises `Refusal`."""
    header = reader.read_header(work.source, work.policy)
    series = reader.group([header])[0]
    count = len(series.frames)
    order = sorted(range(count), key=lambda number: series.frames[number].index)
    wanted = order if most is None else order[:: max(1, -(-count // most))]
    found = []
    for _, pixels in reader.read_frames(series, wanted, work.policy):
        if isinstance(pixels, Refusal):
            raise pixels
        found.append(pixels)
    return found


def _burned_in(work: _Work, dataset: Dataset) -> str:
    """Return what is known of text in the pixels: `stated`, `letters` that were found, `not looked at`, or nothing."""
    if text_at(dataset, 0x00280301).upper() == "YES":
        return "stated"
    if not any(BaseTag(tag) in dataset for tag in PIXEL_TAGS):
        return ""
    try:
        frames = _plain_frames(dataset) or _decoded_frames(work, most=_MOST_FRAMES_LOOKED_AT)
    except Refusal:
        return "not looked at"
    return "letters" if any(look_for_letters(frame) for frame in frames) else ""


def _plain_frames(dataset: Dataset) -> list[NDArray[Any]]:
    """Return some frames of ordinary uncompressed grey as they lie in the file; none of any other."""
    element = element_at(dataset, _PIXELS)
    bits, shape = _short(dataset, 0x00280100), (_short(dataset, 0x00280010), _short(dataset, 0x00280011))
    if not isinstance(element, RawDataElement) or element.length == _UNDEFINED or not element.is_little_endian:
        return []
    size = shape[0] * shape[1] * bits // 8
    if bits not in (8, 16) or _short(dataset, 0x00280002) != 1 or not 0 < size <= len(bytes_of(element)):
        return []
    kind = "i" if _short(dataset, 0x00280103) else "u"
    stored = bytes_of(element)
    count = len(stored) // size
    numbers = range(0, count, max(1, -(-count // _MOST_FRAMES_LOOKED_AT)))
    return [np.frombuffer(stored, f"<{kind}{bits // 8}", shape[0] * shape[1], n * size).reshape(shape) for n in numbers]


def _short(dataset: Dataset, tag: int) -> int:
    """Return the first unsigned short of an element, read or not read yet; 0 without one."""
    element = element_at(dataset, tag)
    if isinstance(element, RawDataElement):
        return int.from_bytes(bytes_of(element)[:2], "little")
    return element.value if element is not None and isinstance(element.value, int) else 0


def _notes(dataset: Dataset) -> tuple[str, ...]:
    """Return what a person should know of a copy that no machine can settle."""
    part = text_at(dataset, 0x00180015).upper()
    is_cut = text_at(dataset, 0x00080060) in ("CT", "MR", "PT")
    may_be_head = not part or any(word in part for word in ("HEAD", "BRAIN", "SKULL", "FACE", "NECK"))
    return (FACE,) if is_cut and may_be_head else ()
