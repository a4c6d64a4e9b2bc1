"""Headers byte by byte, with whatever they claim: DICOM, NIfTI, NRRD, MetaImage, PNG, JPEG, TIFF, WebP and the rest."""

import struct
import zlib
from collections.abc import Sequence

_LONG = (b"OB", b"OW", b"OF", b"SQ", b"UN", b"UT", b"OD", b"OL")
EXPLICIT, DEFLATED_SYNTAX = b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.1.99"
JPEG_BASELINE, JPEG2000, RLE = b"1.2.840.10008.1.2.4.50", b"1.2.840.10008.1.2.4.90", b"1.2.840.10008.1.2.5"
UNDEFINED = 0xFFFFFFFF
_CT = b"1.2.840.10008.5.1.4.1.1.2"


def element(group: int, number: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """Return a data element, explicit little endian; `length` is what it claims."""
    value += (b"\0" if vr in (b"UI", b"OB") else b" ") * (len(value) % 2)
    said = len(value) if length is None else length
    head = struct.pack("<HH2s", group, number, vr)
    return head + (struct.pack("<HL", 0, said) if vr in _LONG else struct.pack("<H", said)) + value


def item(content: bytes, length: int | None = None) -> bytes:
    """Return an item of a sequence, or a fragment."""
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content) if length is None else length) + content


DELIMITER = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
ITEM_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0)


def us(number: int) -> bytes:
    """Return a value of VR US."""
    return struct.pack("<H", number)


def meta(syntax: bytes = EXPLICIT, sop_class: bytes = _CT) -> bytes:
    """Return preamble and meta header."""
    group = element(2, 2, b"UI", sop_class) + element(2, 3, b"UI", b"1.2.3") + element(2, 0x10, b"UI", syntax)
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<L", len(group))) + group


def dicom(
    pixels: bytes,
    *,
    syntax: bytes = EXPLICIT,
    rows: int = 4,
    columns: int = 4,
    frames: bytes | None = None,
    bits: int = 8,
    before: bytes = b"",
    behind_rows: bytes = b"",
) -> bytes:
    """Return a CT slice; `pixels` is the whole element of its pixels, `before` stands in front of group 0028."""
    named = (
        (8, 0x16, b"UI", _CT),
        (8, 0x18, b"UI", b"1.2.3.4"),
        (8, 0x60, b"CS", b"CT"),
        (0x10, 0x10, b"PN", b"Hostile^Henry"),
        (0x20, 0x0D, b"UI", b"1.2.3.5"),
        (0x20, 0x0E, b"UI", b"1.2.3.6"),
    )
    image = [
        element(0x28, 2, b"US", us(1)),
        element(0x28, 4, b"CS", b"MONOCHROME2"),
        *([] if frames is None else [element(0x28, 8, b"IS", frames)]),
        element(0x28, 0x10, b"US", us(rows)),
        element(0x28, 0x11, b"US", us(columns)),
        element(0x28, 0x100, b"US", us(bits)),
        element(0x28, 0x101, b"US", us(bits)),
        element(0x28, 0x102, b"US", us(bits - 1)),
        element(0x28, 0x103, b"US", us(0)),
    ]
    data = b"".join(element(*one) for one in named) + before + b"".join(image) + behind_rows + pixels
    if syntax == DEFLATED_SYNTAX:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = packer.compress(data) + packer.flush()
    return meta(syntax) + data


def plain_pixels(count: int = 16, length: int | None = None) -> bytes:
    """Return Pixel Data as it is stored without packing."""
    return element(0x7FE0, 0x10, b"OW", bytes(count), length)


def encapsulated(fragments: Sequence[bytes], table: bytes = b"") -> bytes:
    """Return Pixel Data in fragments."""
    head = struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, UNDEFINED)
    return head + item(table) + b"".join(item(one) for one in fragments) + DELIMITER


def dicomdir(references: Sequence[bytes], record: bytes = b"IMAGE") -> bytes:
    """Return a DICOMDIR that names these files, components parted by backslashes."""
    items = b"".join(
        item(
            element(4, 0x1400, b"UL", bytes(4))
            + element(4, 0x1410, b"US", us(0xFFFF))
            + element(4, 0x1420, b"UL", bytes(4))
            + element(4, 0x1430, b"CS", record)
            + element(4, 0x1500, b"CS", one)
        )
        for one in references
    )
    return meta(EXPLICIT, b"1.2.840.10008.1.3.10") + element(4, 0x1220, b"SQ", items)


def nifti(
    dims: Sequence[int] = (3, 4, 4, 4), kind: int = 4, bits: int = 16, offset: float = 352.0, tail: bytes = b""
) -> bytes:
    """Return a NIfTI-1 header in one file with its pixels; `dims` is the field `dim`."""
    shape = [*dims, *(1,) * (8 - len(dims))]
    head = struct.pack("<L36x8h12x", 348, *shape) + struct.pack("<4h8ff", 0, kind, bits, 0, *(1.0,) * 8, offset)
    return head + bytes(344 - len(head)) + b"n+1\0" + bytes(4) + tail


def metaimage(
    dims: str = "4 4 4", data: str = "LOCAL", kind: str = "MET_UCHAR", more: str = "", tail: bytes = b""
) -> bytes:
    """Return a MetaImage header, and what follows it."""
    count = len(dims.split())
    text = (
        f"ObjectType = Image\nNDims = {count}\n{more}DimSize = {dims}\nElementType = {kind}\nElementDataFile = {data}\n"
    )
    return text.encode() + tail


def nrrd(sizes: str = "4 4 4", more: str = "encoding: raw\n", tail: bytes = b"") -> bytes:
    """Return an NRRD header, and what follows it."""
    count = len(sizes.split())
    return f"NRRD0004\ntype: uchar\ndimension: {count}\nsizes: {sizes}\nendian: little\n{more}\n".encode() + tail


def png_chunk(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    """Return a chunk of a PNG; `length` is what it claims."""
    said = len(content) if length is None else length
    return struct.pack(">L", said) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes, *, depth: int = 8, colour: int = 0, before: bytes = b"") -> bytes:
    """Return a PNG of any claimed size around packed data."""
    header = png_chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def jpeg(width: int, height: int, *, before: bytes = b"", scan: bytes = b"\0" * 64) -> bytes:
    """Return a grey JPEG of any claimed size; its tables are there, its scan is not whole."""
    tables = b"\xff\xdb\0\x43\0" + b"\x01" * 64
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    codes = b"\xff\xc4\0\x14\0" + b"\x01" + bytes(15) + b"\0" + b"\xff\xc4\0\x14\x10" + b"\x01" + bytes(15) + b"\0"
    return b"\xff\xd8" + before + tables + frame + codes + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + scan + b"\xff\xd9"


def j2k(width: int, height: int, *, tile: int | None = None, components: int = 1) -> bytes:
    """Return a JPEG 2000 codestream whose header claims any size, in tiles of any size, with no data."""
    across, down = tile or width, tile or height
    size = (
        struct.pack(">HLLLLLLLLH", 0, width, height, 0, 0, across, down, 0, 0, components)
        + b"\x07\x01\x01" * components
    )
    style = b"\xff\x52\0\x0c\0\0\0\x01\0\x05\x04\x04\0\x01"
    quantisation = b"\xff\x5c\0\x13\x40" + b"\x40" * 16
    tile_part = b"\xff\x90\0\x0a\0\0\0\0\0\0\0\x01\xff\x93" + bytes(16)
    return (
        b"\xff\x4f\xff\x51" + struct.pack(">H", len(size) + 2) + size + style + quantisation + tile_part + b"\xff\xd9"
    )


def tiff(tags: Sequence[tuple[int, int, int, int]], *, following: int = 0, tail: bytes = b"") -> bytes:
    """Return a little-endian TIFF with one directory at 8; `following` is where the next is said to be."""
    rows = b"".join(struct.pack("<HHLL", *one) for one in sorted(tags))
    return b"II*\0" + struct.pack("<LH", 8, len(tags)) + rows + struct.pack("<L", following) + tail


def tiff_tags(width: int, height: int, *, at: int, count: int, packing: int = 1) -> list[tuple[int, int, int, int]]:
    """Return the tags of a grey picture of 8 bits in one strip."""
    return [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, packing), (262, 3, 1, 1),
        (273, 4, 1, at), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, count),
    ]  # fmt: skip


def webp(width: int, height: int) -> bytes:
    """Return a WebP whose header claims any size up to 16384, with no data."""
    bits = b"\x2f" + struct.pack("<L", (width - 1) | (height - 1) << 14) + bytes(32)
    chunk = b"VP8L" + struct.pack("<L", len(bits)) + bits + bytes(len(bits) % 2)
    return b"RIFF" + struct.pack("<L", len(chunk) + 4) + b"WEBP" + chunk


def bmp(width: int, height: int) -> bytes:
    """Return a BMP whose header claims any size, with no data."""
    info = struct.pack("<LllHHLLllLL", 40, width, height, 1, 8, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<LHHL", 54 + 1024, 0, 0, 54 + 1024) + info + bytes(1024) + bytes(64)
