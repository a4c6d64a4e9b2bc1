"""Hiding places behind pixels: bytes after the last sample, comments in codestreams, drawings in unused bits.

Pixels themselves stay as they are, byte for byte, but where a person names boxes to black out.
"""

import struct

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from imaging.base.errors import Code, Refusal
from imaging.export.deidentify.options import Box

_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_COMMENT, _APP0, _APP14, _APP15 = 0xFE, 0xE0, 0xEE, 0xEF
_SCAN, _TILE = 0xDA, 0x90
_COMMENT_2000 = 0x64
_JFIF = b"JFIF\0"
_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


def native_length(dataset: Dataset) -> int | None:
    """Return how many bytes the samples of uncompressed pixels take; None if the header does not say."""
    try:
        count = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1) or 1)
        bits = count * int(dataset.get("NumberOfFrames", 1) or 1) * int(dataset.BitsAllocated)
    except (AttributeError, TypeError, ValueError):
        return None
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    return (bits + 7) // 8


def trim_native(value: bytes, length: int) -> bytes:
    """Return the samples without what follows them, of even length; fewer than expected stay as they are."""
    return value if len(value) <= length else value[:length] + bytes(length % 2)


def silence_codestreams(value: bytes) -> bytes:
    """Return encapsulated pixels with every comment and application segment of their codestreams set to zeros.

    Lengths stay, so that offsets hold; JFIF's and Adobe's segments, which say how colours are meant, stay.
    """
    written = bytearray(value)
    at = 0
    while value[at : at + 4] == _ITEM:
        (length,) = struct.unpack("<I", value[at + 4 : at + 8])
        head = value[at + 8 : at + 12]
        if head.startswith(_JPEG):
            _silence(written, at + 10, at + 8 + length, jpeg_2000=False)
        elif head.startswith(_JPEG_2000):
            _silence(written, at + 10, at + 8 + length, jpeg_2000=True)
        at += 8 + length
    # Nothing follows the sequence delimiter.
    if value[at : at + 4] == _DELIMITER:
        del written[at + 8 :]
    return bytes(written)


def _silence(written: bytearray, at: int, end: int, *, jpeg_2000: bool) -> None:
    """Zero the segments of one codestream's head that hold free text (ISO 10918-1 B.2.4, ISO 15444-1 A.9)."""
    while at + 4 <= end and written[at] == 0xFF:
        marker = written[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == (_TILE if jpeg_2000 else _SCAN):
            return
        length = int.from_bytes(written[at + 2 : at + 4], "big")
        last = min(at + 2 + length, end)
        if jpeg_2000:
            is_text, begin = marker == _COMMENT_2000, at + 6
        else:
            is_application = _APP0 <= marker <= _APP15 and marker != _APP14
            is_jfif = marker == _APP0 and written[at + 4 : at + 9] == _JFIF
            is_text, begin = marker == _COMMENT or (is_application and not is_jfif), at + 4
        if is_text and begin < last:
            written[begin:last] = bytes(last - begin)
        at += 2 + max(length, 2)


def clear_embedded_overlays(value: bytes, dataset: Dataset, planes: list[int]) -> bytes:
    """Return native samples with the bits cleared in which overlays were drawn (Overlay Bit Position, retired)."""
    allocated = int(dataset.BitsAllocated)
    if allocated not in (8, 16, 32) or not planes:
        return value
    stored, high = int(dataset.BitsStored), int(dataset.get("HighBit", int(dataset.BitsStored) - 1))
    samples = ((1 << stored) - 1) << max(high + 1 - stored, 0)
    mask = (1 << allocated) - 1
    for bit in planes:
        if 0 <= bit < allocated and not samples >> bit & 1:
            mask &= ~(1 << bit)
    words = np.frombuffer(value, dtype=f"<u{allocated // 8}", count=len(value) // (allocated // 8))
    cleared: bytes = (words & words.dtype.type(mask)).tobytes()
    return cleared + value[len(cleared) :]


def black_out(frames: NDArray[np.generic], boxes: tuple[Box, ...], *, white_is_least: bool) -> NDArray[np.generic]:
    """Return frames [frame, row, column(, sample)] with the boxes filled with each frame's darkest value.

    Raises `Refusal` (ARGUMENT) for a box that lies outside all of them.
    """
    filled = frames.copy()
    rows, columns = frames.shape[1:3]
    for top, left, bottom, right in boxes:
        if top >= rows or left >= columns:
            raise Refusal(Code.ARGUMENT, "A box to black out lies outside the picture.")
        for frame in filled:
            frame[top:bottom, left:right] = frame.max() if white_is_least else frame.min()
    return filled


def store_uncompressed(dataset: Dataset, frames: NDArray[np.generic]) -> None:
    """Put decoded frames [frame, row, column(, 3)] into a data set as native samples, explicit little endian."""
    is_colour = frames.ndim == 4
    dataset.SamplesPerPixel = 3 if is_colour else 1
    if is_colour:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
    bits = frames.dtype.itemsize * 8
    if int(dataset.BitsAllocated) != bits or is_colour:
        dataset.BitsAllocated = bits
        dataset.BitsStored = min(int(dataset.BitsStored), bits)
        dataset.HighBit = dataset.BitsStored - 1
    content = np.ascontiguousarray(frames, dtype=frames.dtype.newbyteorder("<")).tobytes()
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.add_new(0x7FE00010, "OB" if bits == 8 else "OW", content + bytes(len(content) % 2))
    dataset["PixelData"].is_undefined_length = False
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
