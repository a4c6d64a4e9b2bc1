"""How the pixels of a file are stored: checked once against the file's size, then enough to read any frame.

The elements are those of the Image Pixel module (PS3.3 C.7.6.3), the palette's among them (C.7.9).
"""

import struct
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.frozen_copy import with_fields
from imaging.base.policy import check_frame, check_frames
from imaging.formats.dicom.dataset.elements import Elements
from imaging.formats.dicom.dataset.parser import (
    DEFLATED,
    DEFLATED_FRAMES,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    PAPYRUS,
    PixelElement,
    syntax_name,
)
from imaging.volume.series import Polarity

_ENTRIES = 65536
_BROKEN = "The palette's segments are broken."


def read_palette(elements: Elements, signed: bool) -> tuple[NDArray[np.uint8], int]:
    """Return RGB [entry, 3], and the stored value of the first entry; values beyond either end take the end's colour.

    A segmented table is expanded to 65,536 entries at most. Raises `Refusal` (HEADER) if one is missing or broken.
    """
    channels = [_channel(elements, colour, signed) for colour in ("Red", "Green", "Blue")]
    if len({len(entries) for entries, _, _ in channels}) != 1:
        raise Refusal(Code.HEADER, "The palette's three tables differ in length.")
    deepest = max(int(entries.max()) for entries, _, _ in channels)
    bits = max(bits for _, _, bits in channels)
    # Writers put 8-bit colours into tables that are declared 16 bits deep; shifted, their white would be near black.
    shift = 8 if bits == 16 and deepest > 255 else 0
    table = np.stack([(entries >> shift).astype(np.uint8) for entries, _, _ in channels], axis=1)
    return table, channels[0][1]


def _channel(elements: Elements, colour: str, signed: bool) -> tuple[NDArray[np.uint16], int, int]:
    """Entries, first stored value, and bits of one colour."""
    descriptor = elements.raw(f"{colour}PaletteColorLookupTableDescriptor")
    if descriptor is None or len(descriptor[0]) < 6:
        raise Refusal(Code.HEADER, "The file has no usable palette.")
    value, _, little = descriptor
    count, first, bits = struct.unpack(f"{'<' if little else '>'}H{'h' if signed else 'H'}H", value[:6])
    count = count or _ENTRIES
    plain = elements.raw(f"{colour}PaletteColorLookupTableData")
    segmented = elements.raw(f"Segmented{colour}PaletteColorLookupTableData")
    if plain is not None:
        # One byte an entry is allowed for 8-bit tables (C.7.6.3.1.6).
        entries = _samples(plain[0], plain[2], 1 if len(plain[0]) < 2 * count else 2)
    elif segmented is not None:
        entries = _expanded(segmented[0], segmented[2], 1 if bits == 8 else 2)
    else:
        raise Refusal(Code.HEADER, "The file has no usable palette.")
    if len(entries) < count:
        raise Refusal(Code.HEADER, "The palette is shorter than its header says.")
    return entries[:count], first, bits


def _samples(value: bytes, little: bool, width: int) -> NDArray[np.uint16]:
    """Entries of one or two bytes each."""
    code = np.dtype(f"{'<' if little else '>'}u{width}")
    return np.frombuffer(value, code, count=len(value) // width).astype(np.uint16)


def _expanded(value: bytes, little: bool, width: int) -> NDArray[np.uint16]:
    """A segmented table written out (C.7.9.2): discrete runs, linear ramps, and copies of earlier segments."""
    words = _samples(value, little, width).tolist()
    entries: list[int] = []
    at = 0
    while at + 1 < len(words) and len(entries) < _ENTRIES:
        at = _segment(words, at, entries, width)
    return np.asarray(entries[:_ENTRIES], dtype=np.uint16)


def _segment(words: list[int], at: int, entries: list[int], width: int) -> int:
    """Append the segment at an index, and return the index of the next one. Raises `Refusal` (HEADER)."""
    opcode, count = words[at], words[at + 1]
    if opcode == 0:
        entries.extend(words[at + 2 : at + 2 + count])
        return at + 2 + count
    if opcode == 1 and entries and at + 2 < len(words):
        start, end = entries[-1], words[at + 2]
        entries.extend(round(start + (end - start) * step / count) for step in range(1, count + 1))
        return at + 3
    # The offset of a copy is a 32-bit count of bytes, written as two words or four bytes, least significant first.
    parts = words[at + 2 : at + 2 + 4 // width]
    if opcode != 2 or len(parts) < 4 // width:
        raise Refusal(Code.HEADER, _BROKEN)
    again = sum(part << (8 * width * number) for number, part in enumerate(parts)) // width
    for _ in range(count):
        if len(entries) >= _ENTRIES:
            break
        if again + 1 >= len(words) or words[again] not in (0, 1):
            raise Refusal(Code.HEADER, _BROKEN)
        again = _segment(words, again, entries, width)
    return at + 2 + 4 // width


ENCAPSULATED_RAW = "1.2.840.10008.1.2.1.98"
# GE's private syntax: an implicit little endian header in front of big endian pixels.
_GE_BIG_PIXELS = "1.2.840.113619.5.2"
_NATIVE = {IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED, PAPYRUS, _GE_BIG_PIXELS}
PACKED = 12
"""Bits of samples that lie without a gap, two in three bytes, as PS3.5 once allowed (fo-dicom#340)."""
_FLOAT_BITS = {0x7FE00008: 32, 0x7FE00009: 64}
_GREY = {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}
_COLOUR = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_422", "YBR_PARTIAL_420"}


PART_2 = {f"1.2.840.10008.1.2.4.{number}" for number in (92, 93)}
"""JPEG 2000 Part 2, which is read if each frame has a codestream of its own, as in Part 1."""


class Codec(StrEnum):
    """The compression of a codestream, which says itself in which of its processes it is coded."""

    JPEG = "JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000 or HTJ2K"
    RUN_LENGTHS = "RLE"


def is_without_codec(syntax: str) -> bool:
    """Return whether a transfer syntax names no compression that is read here: none at all, or an unknown one."""
    return syntax not in _CODECS and syntax not in (DEFLATED, DEFLATED_FRAMES, ENCAPSULATED_RAW)


# JPEG of hierarchies (59 to 66) and lossless arithmetic coding (58), which nobody is known to have used, are not read.
_CODECS = {
    **{f"1.2.840.10008.1.2.4.{number}": Codec.JPEG for number in (*range(50, 58), 70)},
    **{f"1.2.840.10008.1.2.4.{number}": Codec.JPEG_LS for number in (80, 81)},
    **{f"1.2.840.10008.1.2.4.{number}": Codec.JPEG_2000 for number in (90, 91, 92, 93, 201, 202, 203)},
    "1.2.840.10008.1.2.5": Codec.RUN_LENGTHS,
}


class PixelStorage(StrEnum):
    """How the bytes of a frame are found and what they are."""

    NATIVE = "native"
    ENCAPSULATED_RAW = "encapsulated raw"
    DEFLATED = "each frame deflated"
    CODESTREAM = "codestream"


@dataclass(frozen=True)
class Tiles:
    """Slices that lie in one picture, row by row from its top left: `count` of them, `across` in a row."""

    count: int
    across: int
    rows: int
    columns: int

    def corner(self, index: int) -> tuple[int, int]:
        """The (row, column) in the picture at which a slice begins."""
        down, right = divmod(index, self.across)
        return down * self.rows, right * self.columns


@dataclass(frozen=True, eq=False)
class PixelLayout:
    """The way a file stores its pixels. `offset` counts in `stored_stream`, whose length was `size`."""

    file_syntax: str
    codec: Codec | None
    """Of a codestream; else None."""
    storage: PixelStorage
    size: int
    offset: int
    length: int | None
    little_endian: bool
    in_words: bool
    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    planar: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    is_float: bool
    palette: "NDArray[np.uint8] | None" = None
    """RGB of the stored values from `palette_first` on, [entry, 3]."""
    palette_first: int = 0
    extended_offsets: bytes = b""
    tiles: Tiles | None = None
    """The slices in one stored picture of `rows` by `columns` (a mosaic)."""
    changed: int = 0
    """`changed_at` of the file: another file of the same length under the same name is not what was listed."""

    @property
    def slice_shape(self) -> tuple[int, int]:
        """Rows and columns of what `read_frames` yields."""
        return (self.rows, self.columns) if self.tiles is None else (self.tiles.rows, self.tiles.columns)

    @property
    def polarity(self) -> Polarity:
        """Grey one way or the other, or colour."""
        if self.samples == 3 or self.photometric == "PALETTE COLOR":
            return Polarity.COLOUR
        return Polarity.MONOCHROME1 if self.photometric == "MONOCHROME1" else Polarity.MONOCHROME2

    @property
    def container(self) -> np.dtype[np.generic]:
        """The dtype of one stored sample in this machine's byte order."""
        if self.is_float:
            return np.dtype(f"f{self.bits_allocated // 8}")
        if self.bits_allocated == 1:
            return np.dtype(np.uint8)
        # 12 bits come unpacked into 16.
        return np.dtype(f"{'i' if self.signed else 'u'}{(self.bits_allocated + 7) // 8}")

    @property
    def dtype(self) -> str:
        """NumPy's name of the dtype that `read_frames` yields: uint8 for colour, else the container's."""
        return "uint8" if self.polarity is Polarity.COLOUR else self.container.name

    @property
    def frame_bits(self) -> int:
        """Bits that one uncompressed frame takes in the file (4:2:2 stores two samples a pixel, C.7.6.3.1.2)."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def plain_bytes(self) -> int:
        """Bytes that all frames take if they are not compressed."""
        return (self.frame_bits * max(self.frames, 1) + 7) // 8


def read_layout(elements: Elements, syntax: str, pixels: PixelElement) -> tuple[PixelLayout, tuple[Text, ...]]:
    """Return the layout by the elements, and notes on what is left out or wrong without being unusable.

    `syntax` is the UID of the transfer syntax. Offset and completeness of the pixels are settled by `fit_to_file`.
    Raises `Refusal`: HEADER (sizes missing or contradictory), UNSUPPORTED (a pixel format or compression that is not
    read), TOO_LARGE (a frame beyond what is ever decoded).
    """
    notes: list[Text] = []
    rows, columns = elements.integer("Rows") or 0, elements.integer("Columns") or 0
    if rows <= 0 or columns <= 0:
        raise Refusal(Code.HEADER, "The header does not say how many rows and columns the picture has.")
    storage = _storage(syntax, pixels, notes)
    samples = elements.integer("SamplesPerPixel") or 1
    allocated, stored, high = _depth(elements, pixels, notes)
    photometric = _photometric(elements.text("PhotometricInterpretation").upper(), samples, storage, notes)
    _check_format(samples, allocated, photometric, storage)
    check_frame(rows * columns * samples * allocated // 8)
    signed = bool(elements.integer("PixelRepresentation")) and samples == 1
    palette, first = read_palette(elements, signed) if photometric == "PALETTE COLOR" else (None, 0)
    layout = PixelLayout(
        file_syntax=syntax,
        codec=_CODECS.get(syntax) if storage is PixelStorage.CODESTREAM else None,
        storage=storage,
        size=0,
        offset=0,
        length=pixels.length,
        little_endian=pixels.little_endian and syntax != _GE_BIG_PIXELS,
        in_words=pixels.in_words,
        rows=rows,
        columns=columns,
        # 1 if it is left out, 0 if it cannot be understood.
        frames=max(elements.integer("NumberOfFrames") or 0, 0) if "NumberOfFrames" in elements else 1,
        samples=samples,
        photometric=photometric,
        planar=elements.integer("PlanarConfiguration") or 0,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high,
        signed=signed,
        is_float=pixels.tag in _FLOAT_BITS,
        palette=palette,
        palette_first=first,
        extended_offsets=_extended_offsets(elements),
    )
    return layout, tuple(notes)


def _storage(syntax: str, pixels: PixelElement, notes: list[Text]) -> PixelStorage:
    if pixels.length is not None:
        if not syntax:
            notes.append(english("no transfer syntax in the file; read as uncompressed"))
        elif syntax in _CODECS:
            notes.append(english("the header names a compression, but the pixels are not compressed"))
        elif syntax not in _NATIVE and syntax != ENCAPSULATED_RAW:
            notes.append(english("private transfer syntax; read as uncompressed"))
        return PixelStorage.NATIVE
    if not syntax:
        raise Refusal(Code.UNSUPPORTED, "The file does not say how its pixels are compressed.")
    if syntax == ENCAPSULATED_RAW:
        return PixelStorage.ENCAPSULATED_RAW
    if syntax == DEFLATED_FRAMES:
        return PixelStorage.DEFLATED
    if syntax in _NATIVE:
        raise Refusal(Code.HEADER, "The pixels are compressed, but the header calls them uncompressed.")
    if syntax not in _CODECS:
        raise Refusal(
            Code.UNSUPPORTED,
            english("Slicelens has no decoder for its compression ({syntax_name}).", syntax_name=syntax_name(syntax)),
        )
    return PixelStorage.CODESTREAM


def _depth(elements: Elements, pixels: PixelElement, notes: list[Text]) -> tuple[int, int, int]:
    """Bits allocated, bits stored, high bit (PS3.5 8.1.1)."""
    if pixels.tag in _FLOAT_BITS:
        bits = _FLOAT_BITS[pixels.tag]
        return bits, bits, bits - 1
    allocated = elements.integer("BitsAllocated")
    if allocated is None:
        raise Refusal(Code.HEADER, "The header does not say how many bits a pixel has.")
    stored = elements.integer("BitsStored")
    if stored is None or not 0 < stored <= allocated:
        notes.append(english("bits stored is missing or wrong; all allocated bits are used"))
        stored = allocated
    high = elements.integer("HighBit")
    if high is None or not stored - 1 <= high < allocated:
        high = stored - 1
    return allocated, stored, high


def _photometric(named: str, samples: int, storage: PixelStorage, notes: list[Text]) -> str:
    """Return the photometric interpretation, mended if it does not fit the samples."""
    if samples == 1:
        if named in _GREY:
            return named
        notes.append(english("no usable photometric interpretation; read as MONOCHROME2"))
        return "MONOCHROME2"
    if named not in _COLOUR:
        notes.append(english("no usable photometric interpretation; read as RGB"))
        return "RGB"
    if storage is PixelStorage.CODESTREAM and named.startswith("YBR_PARTIAL"):
        return "YBR_FULL_422"
    if storage is not PixelStorage.CODESTREAM and named in ("YBR_ICT", "YBR_RCT"):
        notes.append(english("{named} is impossible for uncompressed pixels; read as RGB", named=named))
        return "RGB"
    return named


def _check_format(samples: int, allocated: int, photometric: str, storage: PixelStorage) -> None:
    if samples not in (1, 3):
        raise Refusal(Code.UNSUPPORTED, english("Pixels with {samples} samples each are not read.", samples=samples))
    allowed = (1, 8, PACKED, 16, 32, 64) if samples == 1 else (8, 16, 32)
    if allocated not in allowed:
        raise Refusal(Code.UNSUPPORTED, english("Pixels of {allocated} bits are not read.", allocated=allocated))
    if photometric.startswith("YBR_PARTIAL"):
        raise Refusal(Code.UNSUPPORTED, english("Uncompressed {photometric} is not read.", photometric=photometric))
    if photometric.startswith("YBR") and allocated != 8 and storage is not PixelStorage.CODESTREAM:
        raise Refusal(
            Code.UNSUPPORTED,
            english("{photometric} of {allocated} bits is not read.", photometric=photometric, allocated=allocated),
        )


def _extended_offsets(elements: Elements) -> bytes:
    offsets, lengths = elements.raw("ExtendedOffsetTable"), elements.raw("ExtendedOffsetTableLengths")
    return offsets[0] if offsets and lengths and len(offsets[0]) == len(lengths[0]) else b""


def fit_to_file(layout: PixelLayout, offset: int, size: int, changed: int = 0) -> tuple[PixelLayout, tuple[Text, ...]]:
    """The layout of pixels that begin at `offset` of `size` bytes, its number of frames and its subsampling settled by
    the bytes that are there; and notes. Raises `Refusal` (TRUNCATED, HEADER, TOO_LARGE).
    """
    notes: list[Text] = []
    found = _fitted(with_fields(layout, offset=offset, size=size, changed=changed), notes)
    check_frames(found.frames)
    return found, tuple(notes)


def _fitted(layout: PixelLayout, notes: list[Text]) -> PixelLayout:
    if layout.storage is not PixelStorage.NATIVE:
        # Every frame takes at least the head of an item; a damaged count must not make millions of frames.
        if layout.frames * 8 > layout.size - layout.offset:
            raise Refusal(Code.TRUNCATED)
        if layout.frames == 0:
            notes.append(english("the number of frames is not readable; one is shown"))
            return replace(layout, frames=1)
        return layout
    length = layout.length or 0
    present = min(length, layout.size - layout.offset)
    frames = layout.frames or 1
    full = layout.rows * layout.columns * layout.samples * layout.bits_allocated * frames
    packed = (full + 7) // 8
    if layout.bits_allocated == PACKED and length not in (packed, packed + 1) and length * 8 >= full // PACKED * 16:
        notes.append(english("the header says 12 bits for each pixel, but they take 16"))
        layout = replace(layout, bits_allocated=16)
    if layout.photometric == "YBR_FULL_422" and length * 8 >= full:
        notes.append(english("the header says 4:2:2, but the pixels are not subsampled"))
        layout = replace(layout, photometric="YBR_FULL")
    if layout.frames == 0:
        frames = max(1, present * 8 // layout.frame_bits)
        notes.append(english("the number of frames is not readable; it was taken from the length of the pixels"))
        layout = replace(layout, frames=frames)
    needed = (layout.frame_bits * frames + 7) // 8
    if present < needed:
        if length > present or layout.size - layout.offset < needed:
            raise Refusal(Code.TRUNCATED)
        raise Refusal(Code.HEADER, "The header promises more pixels than the file holds.")
    return layout
