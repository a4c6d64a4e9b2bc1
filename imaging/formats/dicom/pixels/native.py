"""Uncompressed frames: from the file's bytes to an array, and the steps that every frame shares after decoding."""

import sys
from io import BufferedIOBase
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.processing import convert_color_space

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.pixels.pixel_module import PixelLayout, PixelStorage
from imaging.volume.series import Polarity

# The header of a file is made without its pixels, but for drawings inside them: a run of frames, not a whole film.
_LOOKED_THROUGH = 64 * 1024 * 1024
_BIG_MACHINE = sys.byteorder == "big"


def read_native(stream: BinaryIO, layout: PixelLayout, index: int) -> NDArray[Any]:
    """Frame `index` of uncompressed pixels, ready to be yielded. Raises `Refusal` (TRUNCATED)."""
    return frame_from_bytes(_frame_bytes(stream, layout, index), layout, index)


def _frame_bytes(stream: BinaryIO, layout: PixelLayout, index: int) -> NDArray[np.uint8]:
    """The whole bytes that hold the frame's bits, in the order of a little endian file where samples are bytes."""
    first = index * layout.frame_bits // 8
    last = ((index + 1) * layout.frame_bits + 7) // 8
    swapped = layout.in_words and not layout.little_endian and layout.bits_allocated == 8
    if not swapped:
        return _read(stream, layout.offset + first, last - first)
    # Bytes were swapped in pairs, so a frame that begins or ends inside a pair needs its neighbour's byte.
    start, end = first // 2 * 2, (last + 1) // 2 * 2
    pairs = _read(stream, layout.offset + start, end - start).view(np.uint16)
    return pairs.byteswap().view(np.uint8)[first - start : last - start]


def _read(stream: BinaryIO, start: int, length: int) -> NDArray[np.uint8]:
    content = np.empty(length, dtype=np.uint8)
    stream.seek(start)
    # `BinaryIO` does not list `readinto`; every stream of `open_source` is a BufferedReader or a BytesIO.
    if cast(BufferedIOBase, stream).readinto(content.data) < length:
        raise Refusal(Code.TRUNCATED)
    return content


def frame_from_bytes(content: NDArray[np.uint8], layout: PixelLayout, index: int) -> NDArray[Any]:
    """An uncompressed frame's bytes as [row, column], or [row, column, 3] uint8 for colour."""
    rows, columns = layout.rows, layout.columns
    if layout.bits_allocated == 1:
        skipped = index * layout.frame_bits % 8
        bits = np.unpackbits(content, bitorder="little")[skipped : skipped + rows * columns]
        return coloured(bits.reshape(rows, columns), layout)
    samples = content.view(layout.container)
    if layout.little_endian == _BIG_MACHINE:
        samples = samples.byteswap()
    samples = stored_bits(samples, layout)
    if layout.samples == 1:
        return coloured(samples.reshape(rows, columns), layout)
    if layout.photometric == "YBR_FULL_422":
        pixels = _from_422(samples.reshape(rows, columns // 2, 4))
    elif layout.planar == 1:
        pixels = np.ascontiguousarray(samples.reshape(3, rows, columns).transpose(1, 2, 0))
    else:
        pixels = samples.reshape(rows, columns, 3)
    if layout.photometric.startswith("YBR_FULL"):
        pixels = convert_color_space(pixels, "YBR_FULL", "RGB")
    return coloured(pixels, layout)


def stored_bits(samples: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Samples without their unused bits, sign-extended (PS3.5 8.1.1); changed in place."""
    if layout.is_float or layout.bits_stored == layout.bits_allocated:
        return samples
    left = layout.bits_allocated - 1 - layout.high_bit
    right = layout.bits_allocated - layout.bits_stored
    if left == right and not layout.signed:
        samples &= samples.dtype.type((1 << layout.bits_stored) - 1)
        return samples
    if left:
        np.left_shift(samples, left, out=samples)
    np.right_shift(samples, right, out=samples)
    return samples


def unused_bit(stream: BinaryIO, layout: PixelLayout, bit: int) -> list[bytes] | None:
    """A bit of every pixel that is no part of its value, packed with the lowest first, frame by frame.

    None where there is no such bit, or more pixels than are read for this. Raises `Refusal` (TRUNCATED).
    """
    in_use = range(layout.high_bit + 1 - layout.bits_stored, layout.high_bit + 1)
    is_grey = layout.storage is PixelStorage.NATIVE and layout.samples == 1 and not layout.is_float
    if not is_grey or bit in in_use or not 0 <= bit < layout.bits_allocated or layout.bits_allocated % 8:
        return None
    if layout.frame_bits * layout.frames > _LOOKED_THROUGH * 8:
        return None
    kind = np.dtype(f"u{layout.bits_allocated // 8}").newbyteorder("<" if layout.little_endian else ">")
    found = []
    for index in range(layout.frames):
        samples = _frame_bytes(stream, layout, index).view(kind)
        found.append(np.packbits((samples >> bit & 1).astype(np.uint8), bitorder="little").tobytes())
    return found


def _from_422(pairs: NDArray[Any]) -> NDArray[Any]:
    """[row, pair, (Y1, Y2, Cb, Cr)] as [row, column, (Y, Cb, Cr)] (C.7.6.3.1.2)."""
    rows, count, _ = pairs.shape
    pixels = np.empty((rows, count, 2, 3), dtype=pairs.dtype)
    pixels[..., 0] = pairs[..., :2]
    pixels[..., 1] = pairs[..., 2:3]
    pixels[..., 2] = pairs[..., 3:4]
    return pixels.reshape(rows, count * 2, 3)


def coloured(pixels: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Grey as it is; palette indices and deep RGB as 8-bit RGB."""
    if layout.polarity is not Polarity.COLOUR:
        return pixels
    if layout.palette is not None:
        index = np.clip(pixels.astype(np.int64) - layout.palette_first, 0, len(layout.palette) - 1)
        return np.asarray(layout.palette[index])
    if pixels.dtype == np.uint8 and layout.bits_stored == 8:
        return pixels
    scale = 255.0 / (2**layout.bits_stored - 1)
    scaled: NDArray[np.uint8] = np.clip(np.rint(pixels * scale), 0, 255).astype(np.uint8)
    return scaled
