"""TIFF of kinds that Pillow refuses or gets wrong, read by tifffile: more than 8 bits, floats, planes, 2 or 4 channels.

A page of one channel stays in its stored dtype. One of several that are no colours is a phase for each.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import check_frame, check_frames
from imaging.formats import laid_on_black

MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# Photometric interpretations (TIFF 6.0, tag 262) and what an extra sample may be (tag 338).
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _SEPARATED, _YCBCR = 0, 1, 2, 3, 5, 6
_ALPHA = (1, 2)
_KINDS = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
_UNREAD = "The TIFF stores its pixels in a way that Slicelens does not read."
_PLAIN = 1


@dataclass(frozen=True)
class TiffFacts:
    """The findings in a file: size of a page once turned, and which of the pages agree with the first one."""

    rows: int
    columns: int
    channels: int
    """3 of colour, else 1."""
    planes: int
    """How many channels are shown one by one."""
    dtype: str
    is_inverted: bool
    """Whether 0 is white."""
    pages: tuple[int, ...]
    notes: tuple[Text, ...]
    others: int
    """Pages that do not agree."""
    is_whole: bool
    """Whether the file reaches as far as the first page's pixels."""


def bits_lost_note(bits: int) -> Text:
    """Return the note of colour that is deeper than it is shown."""
    return english("{bits}-bit colour is shown with 8 bits a channel", bits=bits)


def left_out_note(others: int) -> Text:
    """Return the note of pages that do not agree with the first one."""
    return english("%n page(s) of another size or kind (was|were) left out", "", others)


def tiff_facts(stream: BinaryIO) -> TiffFacts:
    """Read the structure of a TIFF, no pixel of it.

    Raises `Refusal`: UNSUPPORTED, TOO_LARGE; whatever tifffile raises for a damaged file comes through.
    """
    size = stream.seek(0, 2)
    with _opened(stream) as file:
        first, *rest = _pages_of(file)
        rows, columns, _ = _shape_of(first)
        channels, planes = _layout_of(first)
        dtype = "uint8" if channels == 3 else "float32" if first.dtype.kind == "f" else first.dtype.name
        agreeing = [number for number, page in enumerate(rest, start=1) if _kind_of(page) == _kind_of(first)]
        bits = first.dtype.itemsize * 8
        notes = [bits_lost_note(bits)] if channels == 3 and bits > 8 else []
        if planes > 1:
            notes.append(english("{planes} channels that name no colours are shown as phases", planes=planes))
        ends = zip(first.dataoffsets, first.databytecounts, strict=False)
        return TiffFacts(
            rows=columns if _orientation_of(first) >= 5 else rows,
            columns=rows if _orientation_of(first) >= 5 else columns,
            channels=channels,
            planes=planes,
            dtype=dtype,
            is_inverted=channels == 1 and int(first.photometric) == _WHITE_IS_ZERO,
            pages=(0, *agreeing),
            notes=tuple(notes),
            others=len(rest) - len(agreeing),
            is_whole=max((int(at) + int(count) for at, count in ends), default=0) <= size,
        )


def tiff_page(stream: BinaryIO, number: int, plane: int) -> tuple[NDArray[Any], int]:
    """Return the pixels of one page, or of one of its channels that are no colours, and the orientation to be applied.

    Raises `Refusal`; whatever tifffile raises for damaged pixels comes through.
    """
    with _opened(stream) as file:
        page = _pages_of(file)[number]
        rows, columns, samples = _shape_of(page)
        stored = np.asarray(page.asarray()).reshape(page.shape)
        # Planar configuration 2 has the samples first.
        by_sample = stored.reshape(rows, columns, samples) if int(page.planarconfig) == _PLAIN else None
        if by_sample is None:
            by_sample = np.moveaxis(stored.reshape(samples, rows, columns), 0, -1)
        return _shown(page, by_sample, plane), _orientation_of(page)


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[Any]:
    import tifffile  # for these kinds only

    # What it has to say of damaged files holds their names.
    logging.getLogger("tifffile").disabled = True
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        yield file


def _pages_of(file: Any) -> list[Any]:
    """Return the pages, no more than any file may have slices. Raises `Refusal` (HEADER) if they go in a circle."""
    pages: dict[int, Any] = {}
    for page in file.pages:
        if page.offset in pages:
            raise Refusal(Code.HEADER)
        pages[page.offset] = page
        check_frames(len(pages))
    if not pages:
        raise Refusal(Code.NO_PIXELS)
    return list(pages.values())


def _shape_of(page: Any) -> tuple[int, int, int]:
    """(rows, columns, samples) of a page; volumes within a page are not read."""
    rows, columns, samples = int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel)
    if page.dtype is None or page.dtype.name not in _KINDS or int(page.imagedepth) != 1 or samples < 1:
        raise Refusal(Code.UNSUPPORTED, _UNREAD)
    if 0 in (rows, columns):
        raise Refusal(Code.NO_PIXELS)
    check_frame(rows * columns * samples * page.dtype.itemsize)
    return rows, columns, samples


def _kind_of(page: Any) -> tuple[Any, ...]:
    facts = (page.dtype, page.samplesperpixel, page.planarconfig, page.photometric, page.extrasamples)
    return (page.imagelength, page.imagewidth, _orientation_of(page), *(str(fact) for fact in facts))


def _layout_of(page: Any) -> tuple[int, int]:
    """Return how many channels a slice has, and how many phases the other channels make."""
    samples, photometric = int(page.samplesperpixel), int(page.photometric)
    if (samples >= 3 and photometric in (_RGB, _YCBCR)) or (samples == 4 and photometric == _SEPARATED):
        return 3, 1
    if photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB):
        return 1, samples - 1 if samples == 2 and _has_alpha(page) else samples
    raise Refusal(Code.UNSUPPORTED, _UNREAD)


def _has_alpha(page: Any) -> bool:
    return bool(page.extrasamples) and int(page.extrasamples[-1]) in _ALPHA


def _orientation_of(page: Any) -> int:
    tag = page.tags.get("Orientation")
    return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1


def _shown(page: Any, stored: NDArray[Any], plane: int) -> NDArray[Any]:
    """Return [row, column] in the stored dtype (floats as float32), or [row, column, 3] uint8."""
    channels, planes = _layout_of(page)
    if channels == 3:
        return _colour(page, _as_bytes(stored))
    grey = stored[..., plane]
    if stored.shape[-1] == 2 and planes == 1:
        # Laid on black, as all transparency is.
        most = np.iinfo(stored.dtype).max if stored.dtype.kind in "iu" else 1.0
        grey = (grey.astype(np.float64) * (stored[..., 1] / most)).round(0 if stored.dtype.kind in "iu" else 9)
    with np.errstate(over="ignore"):
        kept = np.float32 if stored.dtype.kind == "f" else stored.dtype.newbyteorder("=")
        return np.ascontiguousarray(grey.astype(kept))


def _as_bytes(stored: NDArray[Any]) -> NDArray[np.uint8]:
    """Return samples of colours with 8 bits: of integers the whole range, of floats 0 to 1."""
    if stored.dtype == np.uint8:
        return np.asarray(stored)
    if stored.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(stored), 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)
    limits = np.iinfo(stored.dtype)
    return np.asarray((stored.astype(np.float64) - limits.min) * (255.0 / (limits.max - limits.min)) + 0.5, np.uint8)


def _colour(page: Any, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if int(page.photometric) == _SEPARATED:
        ink = 255 - stored.astype(np.uint16)
        return np.asarray((ink[..., :3] * ink[..., 3:4] + 127) // 255, dtype=np.uint8)
    if stored.shape[-1] == 4 and _has_alpha(page):
        return laid_on_black(stored)
    return np.ascontiguousarray(stored[..., :3])
