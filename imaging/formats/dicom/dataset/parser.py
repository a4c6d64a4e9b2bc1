"""From the bytes of a file to its elements and the place of its pixels, whatever the file leaves out.

Handles files without preamble, without meta header or transfer syntax, deflated ones, and tells a file that was cut.
"""

import os
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import BaseTag
from pydicom.uid import UID

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.formats.dicom.dataset.elements import PRIVATE_BLOCKS, Elements, silence_warnings, tag_of, vr_of
from imaging.formats.dicom.dataset.fast_parser import PIXELS, NeedsMore, OrdinaryHeader, parse_ordinary
from imaging.formats.dicom.dataset.structure import MOST_ELEMENTS, walk

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
_TAG, _TAG_BIG = struct.Struct("<HH").unpack_from, struct.Struct(">HH").unpack_from
# A meta header is some hundred bytes; a deflated data set is inflated by steps of so many.
_META_BYTES, _INFLATED_BYTES = 2**20, 2**22
_LONG_VRS = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN")

# What read_header uses, top level. Sequences come whole. (Naming them makes pydicom step over all else.)
_WANTED = """
SpecificCharacterSet ImageType SOPClassUID SOPInstanceUID StudyDate SeriesDate AcquisitionDate ContentDate StudyTime
AcquisitionDateTime AcquisitionTime ContentTime Modality Manufacturer InstitutionName StudyDescription
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
FrameOfReferenceUID StackID DiffusionDirectionality DiffusionGradientOrientation InversionTime FlipAngle RepetitionTime
KVP ComplexImageComponent AcquisitionContrast VelocityEncodingDirection ASLContext MagnetizationTransfer
ContrastBolusAgent ReceiveCoilName CorrectedImage SequenceName PulseSequenceName ProtocolName SliceLocation
NominalPercentageOfCardiacPhase CineRate RecommendedDisplayFrameRate FrameTime
SegmentSequence EnergyWindowVector PhaseVector TimeSlotVector SliceVector
TimeSliceVector
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


def open_dataset(stream: BinaryIO, policy: ReadingPolicy, name: str, most: int = MOST_ELEMENTS) -> Opened:
    """Parse everything in front of the pixels.

    Raises `Refusal` (UNKNOWN_FORMAT, HEADER, TOO_LARGE, UNSUPPORTED; `LongHeader` beyond `most` elements) or what
    pydicom raises for what it cannot parse.
    """
    head = stream.read(_FIRST_BYTES)
    opened = open_ordinary(stream, head)
    if opened is not None:
        return opened
    with silence_warnings():
        return _open_with_pydicom(stream, head, policy, name, most)


def open_elements(
    stream: BinaryIO, policy: ReadingPolicy, name: str, keywords: Sequence[str], most: int = MOST_ELEMENTS
) -> Opened:
    """Parse the elements of these keywords alone, sequences whole. Raises as `open_dataset`."""
    wanted = tuple(tag_of(keyword) for keyword in keywords)
    with silence_warnings():
        return _open_with_pydicom(stream, stream.read(_FIRST_BYTES), policy, name, most, wanted)


class _EveryTag(frozenset[int]):
    """All tags: each sequence is walked over."""

    def __contains__(self, tag: object) -> bool:
        return True


def open_whole(
    stream: BinaryIO, policy: ReadingPolicy, name: str, most: int = MOST_ELEMENTS
) -> tuple[Dataset, PixelElement | None]:
    """Parse every element in front of the pixels, sequences whole; raises as `open_dataset`.

    Warnings are the caller's to silence, since values are converted when they are asked for.
    """
    head = stream.read(_FIRST_BYTES)
    is_part10 = head[128:132] == b"DICM"
    stream.seek(0)
    if is_part10 and DEFLATED.encode() in head[:1024]:
        stream = _inflated(stream, policy, name)
    size = stream.seek(0, os.SEEK_END)
    mended = _walked(stream, size, most, _EveryTag())
    plain = stream if mended is None else BytesIO(mended)
    plain.seek(0)
    try:
        parsed = dcmread(plain, stop_before_pixels=True, force=True)
    except (EOFError, struct.error):
        raise Refusal(Code.TRUNCATED if is_part10 else Code.UNKNOWN_FORMAT) from None
    position = plain.tell()
    stream.seek(position)
    return parsed, _pixel_element(stream.read(12), position, size)


def _open_with_pydicom(
    stream: BinaryIO, head: bytes, policy: ReadingPolicy, name: str, most: int, wanted: tuple[BaseTag, ...] = ()
) -> Opened:
    """As `open_dataset`, of a file that is not ordinary; if tags are `wanted`, those alone."""
    is_part10 = head[128:132] == b"DICM"
    referenced = _DEFLATED_REFERENCED.search(head[:1024]) if is_part10 else None
    if referenced is not None:
        raise refuse_pixels_elsewhere(referenced[1].decode())
    stream.seek(0)
    deflated = is_part10 and DEFLATED.encode() in head[:1024]
    if deflated:
        stream = _inflated(stream, policy, name)
    size = stream.seek(0, os.SEEK_END)
    sequences = frozenset(int(tag) for tag in wanted if vr_of(tag) == "SQ") if wanted else SEQUENCE_TAGS
    mended = _walked(stream, size, most, sequences)
    if mended is not None and not wanted:
        found = parse_ordinary(mended, size, ORDINARY_TAGS, SEQUENCE_TAGS)
        if found is not None:
            return _opened(stream, size, found, mended[found.position : found.position + 12])
    plain = stream if mended is None else BytesIO(mended)
    plain.seek(0)
    try:
        parsed = dcmread(plain, stop_before_pixels=True, force=True, specific_tags=list(wanted or _WANTED_TAGS))
        if not wanted and any(int(tag) >> 16 in OVERLAY_GROUPS for tag in parsed.keys()):  # noqa: SIM118 - a Dataset yields elements
            plain.seek(0)
            also = [*_WANTED_TAGS, *_OVERLAY_TAGS]
            parsed = dcmread(plain, stop_before_pixels=True, force=True, specific_tags=also)
    except (EOFError, struct.error):
        # pydicom reads on for the rest of an element's head, or of a sequence, that is not there.
        raise Refusal(Code.TRUNCATED if is_part10 else Code.UNKNOWN_FORMAT) from None
    position = plain.tell()
    meta = parsed.file_meta
    syntax = DEFLATED if deflated else str(meta.get("TransferSyntaxUID", "") or "").strip(" \0")
    stream.seek(position)
    pixels = _pixel_element(stream.read(12), position, size)
    return Opened(
        elements=Elements(parsed),
        meta_class=str(meta.get("MediaStorageSOPClassUID", "") or ""),
        transfer_syntax=syntax,
        stream=stream,
        size=size,
        pixels=pixels,
        is_part10=is_part10,
        was_cut=pixels is None and (position > size or _was_cut(plain, size)),
    )


def _walked(stream: BinaryIO, size: int, most: int, sequences: frozenset[int]) -> bytes | None:
    """Look through a data set for more than is read; return its header if VRs in it had to be mended, else None."""
    stream.seek(0)
    head = stream.read(_FIRST_BYTES)
    start, is_little = 0, True
    if head[128:132] == b"DICM":
        start = _end_of_meta(head)
        is_little = EXPLICIT_BIG.encode() + b"\0" not in head[:start]
    elif head[:2] == b"\0\x08":
        is_little = False
    elif head[:2] == b"\x02\0":
        start = _end_of_meta(bytes(132) + head) - 132
    structure = walk(stream, start, size, sequences, most, little=is_little)
    if not structure.patches or structure.end > _MOST_BYTES:
        return None
    stream.seek(0)
    content = bytearray(stream.read(structure.end + 12))
    for at, patch in structure.patches:
        content[at : at + len(patch)] = patch
    return bytes(content)


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
    return _opened(stream, size, found, head[found.position : found.position + 12])


def _opened(stream: BinaryIO, size: int, found: OrdinaryHeader, pixels: bytes) -> Opened:
    """Return a file whose header was parsed here; `pixels` are the first bytes of Pixel Data."""
    return Opened(
        elements=Elements.of_raw(found.elements),
        meta_class=found.meta_class,
        transfer_syntax=found.transfer_syntax,
        stream=stream,
        size=size,
        pixels=_pixel_element(pixels, found.position, size),
        is_part10=True,
        was_cut=False,
    )


def stored_stream(stream: BinaryIO, transfer_syntax: str, policy: ReadingPolicy, name: str) -> BinaryIO:
    """The stream that a `PixelElement.offset` of this file counts in. Raises `Refusal` (HEADER, TOO_LARGE)."""
    return _inflated(stream, policy, name) if transfer_syntax == DEFLATED else stream


def syntax_name(uid: str) -> str:
    """Return the name of a transfer syntax for a person; the UID itself if it is private."""
    return _LATER_NAMES.get(uid) or (UID(uid).name if uid else "")


def refuse_pixels_elsewhere(uid: str) -> Refusal:
    """The refusal of a file whose pixels lie on a server. Nothing that a file names is followed."""
    return Refusal(
        Code.UNSUPPORTED,
        english(
            "Its pixels lie on a server that the file names, which is not asked ({syntax_name}).",
            syntax_name=syntax_name(uid),
        ),
    )


def _inflated(stream: BinaryIO, policy: ReadingPolicy, name: str) -> BytesIO:
    """The file with its deflated data set (PS3.5 A.5) replaced by the plain one, under a meta header that says so.

    Block by block: neither side of it is ever in memory twice.
    """
    stream.seek(0)
    stream.seek(_end_of_meta(stream.read(_META_BYTES)))
    syntax = EXPLICIT_LITTLE.encode() + b"\0"
    plain = BytesIO()
    plain.write(bytes(128) + b"DICM" + struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", len(syntax)) + syntax)
    limit = policy.unpack_limit(name)
    most = plain.tell() + limit
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while not inflater.eof and (block := inflater.unconsumed_tail or stream.read(_INFLATED_BYTES)):
            plain.write(inflater.decompress(block, _INFLATED_BYTES))
            if plain.tell() > most:
                # How far it goes on is not written anywhere.
                raise policy.unpacks_too_far(2 * limit)
        plain.write(inflater.flush())
    except zlib.error:
        raise Refusal(Code.HEADER) from None
    plain.seek(0)
    return plain


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


def _pixel_element(head: bytes, position: int, size: int) -> PixelElement | None:
    """The element that `head` begins, at `position` of so many bytes, if it holds pixels; its own bytes tell the
    encoding, as meta headers can be wrong.
    """
    if len(head) < 8:
        return None
    little = head[:2] == b"\xe0\x7f"
    order = "<" if little else ">"
    group, element = (_TAG if little else _TAG_BIG)(head)
    if group != 0x7FE0 or element not in (0x0008, 0x0009, 0x0010):
        return None
    explicit = head[4:6] in _LONG_VRS
    if not explicit and len(head) == 12 and head[6:8] == b"\0\0":
        # Behind a VR that is none, the length that fits into the file is the right one.
        (bare,), (long,) = struct.unpack(f"{order}I", head[4:8]), struct.unpack(f"{order}I", head[8:])
        fits = long == UNDEFINED_LENGTH or position + 12 + long <= size
        explicit = fits and (position + 8 + bare > size or (bare == 0 and position + 12 + long == size))
    if explicit and len(head) < 12:
        return None
    start = 8 if explicit else 4
    (length,) = struct.unpack(f"{order}I", head[start : start + 4])
    return PixelElement(
        tag=group << 16 | element,
        offset=position + start + 4,
        length=None if length == UNDEFINED_LENGTH else length,
        little_endian=little,
        in_words=head[4:6] == b"OW" or head[4:6] not in _LONG_VRS,
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
