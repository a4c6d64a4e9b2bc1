"""From the bytes of a file to its elements and the place of its pixels, whatever the file leaves out.

Handles files without preamble, without meta header or transfer syntax, deflated ones, and tells a file that was cut.
"""

import os
import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag
from pydicom.uid import UID

from imaging.base.errors import Code, Refusal
from imaging.base.policy import NESTING, ReadingPolicy, nested_too_deep
from imaging.formats.dicom.dataset.elements import PRIVATE_BLOCKS, Elements, tag_of, vr_of
from imaging.formats.dicom.dataset.fast_parser import PIXELS, NeedsMore, parse_ordinary

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
PAPYRUS = "1.2.840.10008.1.20"
REFERENCED = {f"1.2.840.10008.1.2.4.{number}" for number in (94, 95, 204, 205)}
"""JPIP: the file names a server that has the pixels (PS3.5 A.6, A.7)."""
# Two of those deflate the data set, of which nothing is wanted.
_DEFLATED_REFERENCED = re.compile(rb"\x02\0\x10\0UI..(1\.2\.840\.10008\.1\.2\.4\.(?:95|205))[\0\x02]", re.DOTALL)
# Names of PS3.6 that pydicom's dictionary does not have yet.
_LATER_NAMES = {
    DEFLATED_FRAMES: "Deflated Image Frame Compression",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}

UNDEFINED_LENGTH = 0xFFFFFFFF
_SEQUENCE_ENDS = (b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xff\xfe\xe0\xdd\0\0\0\0")
# Little endian, as nearly all are: an undefined length and a first item behind it, or the end of a sequence.
_SEQUENCE_MARKS = re.compile(rb"\xff\xff\xff\xff\xfe\xff\x00\xe0|\xfe\xff\xdd\xe0\0\0\0\0")
_NESTING_LOOKED_AT = 32 * 1024 * 1024
_LONG_VRS = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN")

# What read_header uses, top level. Sequences come whole. (Naming them makes pydicom step over all else.)
_WANTED = """
SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID StudyDate SeriesDate AcquisitionDate ContentDate StudyTime
AcquisitionDateTime AcquisitionTime ContentTime Modality InstitutionName StudyDescription
SeriesDescription PatientName PatientID PatientBirthDate PatientSex PatientAge BodyPartExamined SliceThickness
EchoTime EchoNumbers SpacingBetweenSlices TriggerTime ConvolutionKernel ViewPosition ImagerPixelSpacing
DiffusionBValue StudyInstanceUID SeriesInstanceUID StudyID SeriesNumber AcquisitionNumber InstanceNumber
ImagePositionPatient ImageOrientationPatient PatientOrientation ImageLaterality Laterality TemporalPositionIdentifier
SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns PixelSpacing
PixelAspectRatio BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit
PixelSpacingCalibrationType BurnedInAnnotation WindowCenter WindowWidth RescaleIntercept RescaleSlope RescaleType
WindowCenterWidthExplanation VOILUTFunction LossyImageCompression LossyImageCompressionRatio
LossyImageCompressionMethod ModalityLUTSequence VOILUTSequence RedPaletteColorLookupTableDescriptor
GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
GreenPaletteColorLookupTableData BluePaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData
SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData Units GridFrameOffsetVector
DoseUnits DoseGridScaling AnatomicRegionSequence SharedFunctionalGroupsSequence
PerFrameFunctionalGroupsSequence ExtendedOffsetTable ExtendedOffsetTableLengths DetectorInformationSequence
DecayCorrection SequenceOfUltrasoundRegions FrameReferenceTime DimensionIndexSequence RecommendedViewingMode
""".split()  # noqa: SIM905 - eighty quoted names would hide the names
OVERLAY_GROUPS = range(0x6000, 0x6020, 2)
"""The repeating groups of overlay planes (PS3.5 7.6)."""

CSA_IMAGE_HEADER = (0x0029, "SIEMENS CSA HEADER", 0x10)
IMAGES_IN_MOSAIC = (0x0019, "SIEMENS MR HEADER", 0x0A)
"""Group, creator and number of the private elements that are read."""
PRIVATE_TAGS = frozenset(
    group << 16 | block << 8 | element
    for group, _, element in (CSA_IMAGE_HEADER, IMAGES_IN_MOSAIC)
    for block in PRIVATE_BLOCKS
)
"""The tags that they may have."""
_CREATOR_TAGS = [group << 16 | block for group in (0x0019, 0x0029) for block in PRIVATE_BLOCKS]

# Whether there is an overlay is asked of every file; the rest of its elements of those few that have one.
_WANTED_TAGS = [
    *(tag_of(keyword) for keyword in _WANTED),
    *(BaseTag(tag) for tag in (*sorted(PRIVATE_TAGS), *_CREATOR_TAGS)),
    *(BaseTag(group << 16 | 0x10) for group in OVERLAY_GROUPS),
]
_OVERLAY_TAGS = [
    BaseTag(group << 16 | element) for group in OVERLAY_GROUPS for element in (0x11, 0x15, 0x50, 0x51, 0x102, 0x3000)
]

ORDINARY_TAGS = frozenset(map(int, [*_WANTED_TAGS, *_OVERLAY_TAGS])) | PIXELS
SEQUENCE_TAGS = frozenset(tag for tag in ORDINARY_TAGS if vr_of(tag) == "SQ")
# Enough for most headers; those with private megabytes are read on, up to the second.
_FIRST_BYTES = 8 * 1024
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class PixelElement:
    """The value of Pixel Data (or its float kinds): its offset in the stream, and the length that it states."""

    tag: int
    offset: int
    length: int | None
    """Bytes; None if undefined, as for encapsulated pixels."""
    little_endian: bool
    in_words: bool
    """True for OW, whose bytes a big endian file swaps in pairs even if a sample has 8 bits (PS3.5 8.1.2)."""


@dataclass(frozen=True)
class Opened:
    """A parsed file. `stream` is what the pixel offset counts in: the file's own, or its inflated content."""

    elements: Elements
    meta_class: str
    transfer_syntax: str
    """The UID that the file names, or an empty string."""
    stream: BinaryIO
    size: int
    pixels: PixelElement | None
    is_part10: bool
    was_cut: bool
    """Whether the file has no pixels and ends inside an element of its header."""


def open_dataset(stream: BinaryIO, policy: ReadingPolicy, name: str) -> Opened:
    """Parse everything in front of the pixels. Call it inside `quiet()`.

    Raises `Refusal` (UNKNOWN_FORMAT, HEADER, TOO_LARGE, UNSUPPORTED) or what pydicom raises for what it cannot parse.
    """
    head = stream.read(_FIRST_BYTES)
    opened = open_ordinary(stream, head)
    if opened is not None:
        return opened
    is_part10 = head[128:132] == b"DICM"
    referenced = _DEFLATED_REFERENCED.search(head[:1024]) if is_part10 else None
    if referenced is not None:
        raise refuse_pixels_elsewhere(referenced[1].decode())
    stream.seek(0)
    deflated = is_part10 and DEFLATED.encode() in head[:1024]
    if deflated:
        stream = _inflated(stream, policy, name)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    try:
        parsed = dcmread(stream, stop_before_pixels=True, force=True, specific_tags=_WANTED_TAGS)
        if any(int(tag) >> 16 in OVERLAY_GROUPS for tag in parsed.keys()):  # noqa: SIM118 - a Dataset yields elements
            stream.seek(0)
            wanted = [*_WANTED_TAGS, *_OVERLAY_TAGS]
            parsed = dcmread(stream, stop_before_pixels=True, force=True, specific_tags=wanted)
    except (EOFError, struct.error):
        # pydicom reads on for the rest of an element's head, or of a sequence, that is not there.
        raise Refusal(Code.TRUNCATED if is_part10 else Code.UNKNOWN_FORMAT) from None
    position = stream.tell()
    _check_nesting(stream, position)
    meta = parsed.file_meta
    syntax = DEFLATED if deflated else str(meta.get("TransferSyntaxUID", "") or "").strip(" \0")
    stream.seek(position)
    pixels = _pixel_element(stream.read(12), position)
    return Opened(
        elements=Elements(parsed),
        meta_class=str(meta.get("MediaStorageSOPClassUID", "") or ""),
        transfer_syntax=syntax,
        stream=stream,
        size=size,
        pixels=pixels,
        is_part10=is_part10,
        was_cut=pixels is None and (position > size or _was_cut(stream, size)),
    )


def open_ordinary(stream: BinaryIO, head: bytes) -> Opened | None:
    """Parse an ordinary file, whose first bytes are given, without pydicom; None if pydicom has to parse it."""
    if head[128:132] != b"DICM":
        return None
    size = stream.seek(0, os.SEEK_END)
    while True:
        try:
            found = parse_ordinary(head, size, ORDINARY_TAGS, SEQUENCE_TAGS)
            break
        except NeedsMore:
            if len(head) >= min(size, _MOST_BYTES):
                return None
            stream.seek(len(head))
            head += stream.read(7 * len(head))
    if found is None:
        return None
    return Opened(
        elements=Elements.of_raw(found.elements),
        meta_class=found.meta_class,
        transfer_syntax=found.transfer_syntax,
        stream=stream,
        size=size,
        pixels=_pixel_element(head[found.position : found.position + 12], found.position),
        is_part10=True,
        was_cut=False,
    )


def _check_nesting(stream: BinaryIO, end: int) -> None:
    """Raise `Refusal` (HEADER) if sequences of undefined length lie too deep within each other.

    Deeper than some two hundred levels pydicom does not get; one of stated length is only parsed when it is asked for.
    """
    stream.seek(0)
    depth = 0
    for mark in _SEQUENCE_MARKS.finditer(stream.read(min(end, _NESTING_LOOKED_AT))):
        depth = max(depth + (1 if mark[0].startswith(b"\xff\xff") else -1), 0)
        if depth > NESTING:
            raise nested_too_deep()


def stored_stream(stream: BinaryIO, transfer_syntax: str, policy: ReadingPolicy, name: str) -> BinaryIO:
    """The stream that a `PixelElement.offset` of this file counts in. Raises `Refusal` (HEADER, TOO_LARGE)."""
    return _inflated(stream, policy, name) if transfer_syntax == DEFLATED else stream


def syntax_name(uid: str) -> str:
    """Return the name of a transfer syntax for a person; the UID itself if it is private."""
    return _LATER_NAMES.get(uid) or (UID(uid).name if uid else "")


def refuse_pixels_elsewhere(uid: str) -> Refusal:
    """The refusal of a file whose pixels lie on a server. Nothing that a file names is followed."""
    return Refusal(
        Code.UNSUPPORTED, f"Its pixels lie on a server that the file names, which is not asked ({syntax_name(uid)})."
    )


def _inflated(stream: BinaryIO, policy: ReadingPolicy, name: str) -> BytesIO:
    """The file with its deflated data set (PS3.5 A.5) replaced by the plain one, under a meta header that says so."""
    content = stream.read()
    start = _end_of_meta(content)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    limit = policy.unpack_limit(name)
    try:
        plain = inflater.decompress(content[start:], limit)
    except zlib.error:
        raise Refusal(Code.HEADER) from None
    if inflater.unconsumed_tail:
        # How far it goes on is not written anywhere.
        raise policy.unpacks_too_far(2 * limit)
    syntax = EXPLICIT_LITTLE.encode() + b"\0"
    meta = struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", len(syntax)) + syntax
    return BytesIO(bytes(128) + b"DICM" + meta + plain)


def _end_of_meta(content: bytes) -> int:
    """Return the end of group 0002, which is always explicit little endian (PS3.10 7.1)."""
    at = 132
    while content[at : at + 2] == b"\x02\0":
        vr = content[at + 4 : at + 6]
        if vr in _LONG_VRS:
            at += 12 + int.from_bytes(content[at + 8 : at + 12], "little")
        else:
            at += 8 + int.from_bytes(content[at + 6 : at + 8], "little")
    return at


def _pixel_element(head: bytes, position: int) -> PixelElement | None:
    """The element that `head` begins, at `position`, if it holds pixels; its own bytes tell the encoding, as meta
    headers can be wrong.
    """
    if len(head) < 8:
        return None
    little = head[:2] == b"\xe0\x7f"
    order = "<" if little else ">"
    group, element = struct.unpack(f"{order}HH", head[:4])
    if group != 0x7FE0 or element not in (0x0008, 0x0009, 0x0010):
        return None
    explicit = head[4:6] in _LONG_VRS
    if explicit and len(head) < 12:
        return None
    start = 8 if explicit else 4
    (length,) = struct.unpack(f"{order}I", head[start : start + 4])
    return PixelElement(
        tag=group << 16 | element,
        offset=position + start + 4,
        length=None if length == UNDEFINED_LENGTH else length,
        little_endian=little,
        in_words=head[4:6] == b"OW" or not explicit,
    )


def _was_cut(stream: BinaryIO, size: int) -> bool:
    """Return whether the last element in front of the end is not whole, or there is none at all.

    Parses once more, since `_WANTED` leaves out elements, and the last one may be among those.
    """
    stream.seek(0)
    try:
        # Values are stepped over: what is no DICOM at all may declare one as long as the file.
        parsed = dcmread(stream, stop_before_pixels=True, force=True, defer_size=1024)
    except (EOFError, struct.error):
        return True
    elements: list[DataElement | RawDataElement] = list(parsed.values())
    last = elements[-1] if elements else None
    if isinstance(last, RawDataElement) and last.length != UNDEFINED_LENGTH:
        return last.value_tell + last.length != size
    # Otherwise it was a sequence of undefined length, which ends with its delimiter (PS3.5 7.5.2).
    stream.seek(max(size - 8, 0))
    return stream.read(8) not in _SEQUENCE_ENDS
