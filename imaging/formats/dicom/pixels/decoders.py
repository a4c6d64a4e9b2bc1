"""Codestreams to pixels, in memory: JPEG of 2 to 16 bits, JPEG-LS, JPEG 2000 and HTJ2K by imagecodecs, RLE.

imagecodecs' own RLE reads beyond the ends of damaged segments, and crashes; pylibjpeg-rle, written in Rust, does not.

libjpeg-turbo goes on if coded samples are missing, with grey instead, and says so only in warnings that do
not come out of imagecodecs. So what is missing is looked for here.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from io import BufferedIOBase
from itertools import islice
from typing import Any, BinaryIO, cast

import numpy as np
from imagecodecs import jpeg2k_decode, jpeg8_decode, jpegls_decode
from numpy.typing import NDArray
from pydicom.pixels.processing import convert_color_space
from rle.utils import decode_pixel_data

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.pixels.codestream import JpegHead, codec_of, ends_of_data, jpeg_head, wavelet_components
from imaging.formats.dicom.pixels.pixel_module import PACKED, Codec, PixelLayout, PixelStorage
from imaging.volume.series import Polarity

_LOSSLESS = 0xC3
# Arithmetic coding may leave out zeros at the end of its data, which a decoder adds (ISO 10918-1 D.1.8).
_BY_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2, _LOSSLESS})
_RGB, _YBR = "RGB", "YCBCR"
# Any bits but these would do as well; none is 0xFF, which begins a marker.
_STRAY = bytes((number * 101 + 90) % 255 for number in range(16))
_MOST_STRETCHES = 2**20


def decode_frame(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    """Return one frame as stored, [row, column], or as RGB uint8, [row, column, 3].

    The codestream's own first bytes say what it is, where they do; else the transfer syntax.

    Raises `Refusal`: DECODE (damaged, or samples are missing), HEADER (other pixels than the file's header promises),
    UNSUPPORTED; or whatever imagecodecs throws.
    """
    codec = codec_of(content) or layout.codec
    assert codec is not None
    return _DECODERS[codec](content, layout)


def _decode_jpeg(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    head = jpeg_head(content)
    if head is None:
        raise Refusal(Code.DECODE)
    promised = (layout.rows, layout.columns, layout.samples)
    if (head.rows, head.columns, len(head.components)) != promised or head.precision > layout.bits_allocated:
        raise Refusal(Code.HEADER)
    pixels = _samples(content, head, layout)
    if head.start in _BY_HUFFMAN and not np.array_equal(_samples(_with_stray(content, head), head, layout), pixels):
        raise Refusal(Code.DECODE)
    pixels = pixels.astype(layout.container, copy=False)
    # Of a codestream the high bit means nothing: its samples are numbers.
    return colour_to_rgb8(clear_unused_bits(pixels, replace(layout, high_bit=layout.bits_stored - 1)), layout)


def _samples(content: bytes, head: JpegHead, layout: PixelLayout) -> NDArray[Any]:
    """The codestream's samples, colour as RGB."""
    if len(head.components) == 1:
        return jpeg8_decode(content)
    space = _colour_space(head, layout)
    if head.start != _LOSSLESS or space == _RGB:
        return jpeg8_decode(content, colorspace=space, outcolorspace=_RGB)
    if head.precision != 8:
        raise Refusal(
            Code.UNSUPPORTED,
            english(
                "{photometric} of {precision} bits is not read.",
                photometric=layout.photometric,
                precision=head.precision,
            ),
        )
    return convert_color_space(jpeg8_decode(content, colorspace=_YBR, outcolorspace=_YBR), "YBR_FULL", _RGB)


def _colour_space(head: JpegHead, layout: PixelLayout) -> str:
    """Return the colours of the components: as the codestream says of itself, else as the file's header says."""
    if head.components in (b"RGB", b"rgb"):
        return _RGB
    if head.is_jfif:
        return _YBR
    if head.adobe is not None:
        return _YBR if head.adobe else _RGB
    return _RGB if layout.photometric == "RGB" else _YBR


def _with_stray(content: bytes, head: JpegHead) -> bytes:
    """The codestream with stray bytes behind each stretch of coded samples.

    A decoder that has all samples of a stretch steps over them to the marker; one that lacks some takes them for those.
    """
    parts, at = [], 0
    for end in islice(ends_of_data(content, head.end), _MOST_STRETCHES):
        parts += [content[at:end], _STRAY]
        at = end
    return b"".join([*parts, content[at:]])


def _decode_wavelet(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    # A JP2 file's boxes around the codestream are not asked: DICOM knows none (PS3.5 A.4.4).
    content = content[max(content.find(b"\xff\x4f\xff\x51"), 0) :]
    precision, signed, is_subsampled = wavelet_components(content)
    pixels = _in_container(jpeg2k_decode(content), layout)
    if layout.samples == 1 and layout.palette is None:
        # A wrong sign in the codestream is common; its bits are the right ones.
        unused = 8 * pixels.dtype.itemsize - precision if signed != layout.signed else 0
    else:
        unused = layout.bits_allocated - layout.bits_stored
    # imagecodecs brings components of different sizes together, and to RGB.
    return _finished(_without_unused(pixels, unused), layout, is_ybr=_is_ybr(layout) and not is_subsampled)


def _decode_jpeg_ls(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    head = jpeg_head(content)
    if head is None:
        raise Refusal(Code.DECODE)
    pixels = jpegls_decode(content)
    if pixels.ndim == 3 and pixels.shape[2] != layout.samples:
        pixels = np.moveaxis(pixels, 0, -1)
    pixels = _in_container(pixels, layout)
    # The codestream knows no sign (ISO 14495-1), so the highest of its bits is that of a signed sample.
    used = head.precision if layout.signed else layout.bits_stored
    is_ybr = head.components not in (b"RGB", b"rgb") and (head.is_jfif or _is_ybr(layout))
    return _finished(_without_unused(pixels, 8 * pixels.dtype.itemsize - used), layout, is_ybr=is_ybr)


def _decode_run_lengths(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    coded = decode_pixel_data(
        content, version=2, rows=layout.rows, columns=layout.columns, bits_allocated=layout.bits_allocated
    )
    planes = np.frombuffer(coded, layout.container.newbyteorder("<"))
    planes = planes.reshape(layout.samples, layout.rows, layout.columns).astype(layout.container)
    pixels = planes[0] if layout.samples == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))
    return _finished(clear_unused_bits(pixels, layout), layout, is_ybr=_is_ybr(layout))


def _in_container(pixels: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
    """Return decoded samples in the file's own dtype, their bits read with the sign that the file gives them."""
    shape = (layout.rows, layout.columns, 3)[: 2 if layout.samples == 1 else 3]
    if pixels.shape != shape:
        raise Refusal(Code.DECODE)
    same_bits = pixels.view(f"{'i' if layout.signed else 'u'}{pixels.dtype.itemsize}")
    return same_bits.astype(layout.container)


def _without_unused(pixels: NDArray[Any], count: int) -> NDArray[Any]:
    """Clear the highest bits, or fill them with the sign; changed in place."""
    if count > 0:
        np.left_shift(pixels, count, out=pixels)
        np.right_shift(pixels, count, out=pixels)
    return pixels


def _is_ybr(layout: PixelLayout) -> bool:
    """Return whether decoded samples are still luminance and chrominance: those of YBR_ICT and YBR_RCT are RGB."""
    return layout.photometric.startswith("YBR_FULL")


def _finished(pixels: NDArray[Any], layout: PixelLayout, *, is_ybr: bool) -> NDArray[Any]:
    if is_ybr and layout.samples == 3:
        pixels = convert_color_space(pixels, "YBR_FULL", _RGB)
    return colour_to_rgb8(pixels, layout)


_DECODERS: dict[Codec, Callable[[bytes, PixelLayout], NDArray[Any]]] = {
    Codec.JPEG: _decode_jpeg,
    Codec.JPEG_LS: _decode_jpeg_ls,
    Codec.JPEG_2000: _decode_wavelet,
    Codec.RUN_LENGTHS: _decode_run_lengths,
}


# --- uncompressed frames, and the steps that every frame shares ---

# The header of a file is made without its pixels, but for drawings inside them: a run of frames, not a whole film.
_LOOKED_THROUGH = 64 * 1024 * 1024
_BIG_MACHINE = sys.byteorder == "big"


def read_native(stream: BinaryIO, layout: PixelLayout, index: int) -> NDArray[Any]:
    """Frame `index` of uncompressed pixels, ready to be yielded. Raises `Refusal` (TRUNCATED)."""
    return frame_from_bytes(_frame_bytes(stream, layout, index), layout, index)


def _frame_bytes(stream: BinaryIO, layout: PixelLayout, index: int) -> NDArray[np.uint8]:
    """The whole bytes that hold the frame's bits, in the order of a little endian file if samples are bytes."""
    first = index * layout.frame_bits // 8
    last = ((index + 1) * layout.frame_bits + 7) // 8
    swapped = layout.in_words and not layout.little_endian and layout.bits_allocated in (8, PACKED)
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
        return colour_to_rgb8(bits.reshape(rows, columns), layout)
    if layout.bits_allocated == PACKED:
        samples = _unpacked_12(content, layout, index * layout.frame_bits % 8)
        return colour_to_rgb8(samples.reshape(rows, columns), layout)
    samples = content.view(layout.container)
    if layout.little_endian == _BIG_MACHINE:
        samples = samples.byteswap()
    samples = clear_unused_bits(samples, layout)
    if layout.samples == 1:
        return colour_to_rgb8(samples.reshape(rows, columns), layout)
    if layout.photometric == "YBR_FULL_422":
        pixels = _from_422(samples.reshape(rows, columns // 2, 4))
    elif layout.planar == 1:
        pixels = np.ascontiguousarray(samples.reshape(3, rows, columns).transpose(1, 2, 0))
    else:
        pixels = samples.reshape(rows, columns, 3)
    if layout.photometric.startswith("YBR_FULL"):
        pixels = convert_color_space(pixels, "YBR_FULL", "RGB")
    return colour_to_rgb8(pixels, layout)


def _unpacked_12(content: NDArray[np.uint8], layout: PixelLayout, skipped: int) -> NDArray[Any]:
    """Samples of 12 bits each, the lowest first, from that bit on: as 16 bits."""
    count = layout.rows * layout.columns
    bits = np.unpackbits(content, bitorder="little")[skipped : skipped + count * PACKED].reshape(count, PACKED)
    wide = np.packbits(np.pad(bits, ((0, 0), (0, 16 - PACKED))), axis=1, bitorder="little")
    samples = wide.reshape(-1).view("<u2").astype(np.uint16).view(layout.container)
    return clear_unused_bits(samples, replace(layout, bits_allocated=16))


def clear_unused_bits(samples: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
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


def read_unused_bit(stream: BinaryIO, layout: PixelLayout, bit: int) -> list[bytes] | None:
    """Read a bit of every pixel that is no part of its value, packed with the lowest first, frame by frame.

    None if there is no such bit, or more pixels than are read for this. Raises `Refusal` (TRUNCATED).
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


def colour_to_rgb8(pixels: NDArray[Any], layout: PixelLayout) -> NDArray[Any]:
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
