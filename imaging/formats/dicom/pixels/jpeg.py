"""JPEG with samples of 2 to 16 bits, lossy and lossless, grey and colour: one decoder, libjpeg-turbo, in memory.

libjpeg-turbo goes on where coded samples are missing, with grey in their place, and says so only in warnings that do
not come out of imagecodecs. So what is missing is looked for here.
"""

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from imagecodecs import jpeg8_decode
from numpy.typing import NDArray
from pydicom.pixels.processing import convert_color_space

from imaging.base.errors import Code, Refusal
from imaging.formats.dicom.pixels.codestream import JpegHead, ends_of_data, jpeg_head
from imaging.formats.dicom.pixels.native import coloured, stored_bits
from imaging.formats.dicom.pixels.pixel_module import PixelLayout

_LOSSLESS = 0xC3
# Arithmetic coding may leave out zeros at the end of its data, which a decoder adds (ISO 10918-1 D.1.8).
_BY_HUFFMAN = frozenset({0xC0, 0xC1, 0xC2, _LOSSLESS})
_RGB, _YBR = "RGB", "YCBCR"
# Any bits but these would do as well; none is 0xFF, which begins a marker.
_STRAY = bytes((number * 101 + 90) % 255 for number in range(16))
_MOST_STRETCHES = 2**20


def decode_jpeg(content: bytes, layout: PixelLayout) -> NDArray[Any]:
    """One frame as stored, [row, column], or as RGB uint8, [row, column, 3].

    Raises `Refusal`: DECODE (damaged, or samples are missing), HEADER (other pixels than the file's header promises);
    or what imagecodecs throws.
    """
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
    return coloured(stored_bits(pixels, replace(layout, high_bit=layout.bits_stored - 1)), layout)


def _samples(content: bytes, head: JpegHead, layout: PixelLayout) -> NDArray[Any]:
    """The codestream's samples, colour as RGB."""
    if len(head.components) == 1:
        return jpeg8_decode(content)
    space = _colour_space(head, layout)
    if head.start != _LOSSLESS or space == _RGB:
        return jpeg8_decode(content, colorspace=space, outcolorspace=_RGB)
    if head.precision != 8:
        raise Refusal(Code.UNSUPPORTED, f"{layout.photometric} of {head.precision} bits is not read.")
    return convert_color_space(jpeg8_decode(content, colorspace=_YBR, outcolorspace=_YBR), "YBR_FULL", _RGB)


def _colour_space(head: JpegHead, layout: PixelLayout) -> str:
    """Which colours the components are: as the codestream says of itself, else as the header of the file says."""
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
