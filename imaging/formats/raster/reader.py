"""Pictures: PNG, JPEG, TIFF and BMP, 8 and 16 bit, grey and colour, alone or as a numbered folder.

Grey stays grey in its stored dtype, also if it is stored as equal red, green and blue; everything else becomes RGB
with 8 bits a channel. Transparency is laid on black, the EXIF orientation is applied, pages of a TIFF are slices. A
picture says nothing in millimetres. TIFFs of more than 8 bits, or with channels that are no colours, are `tiff`'s.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.natural_sort import natural_key
from imaging.base.policy import ReadingPolicy, check_frame
from imaging.files.sources import open_source
from imaging.formats import Access, laid_on_black
from imaging.formats.raster.exif_rows import list_header as list_header
from imaging.formats.raster.structure import check_structure
from imaging.formats.raster.tiff import MAGICS, TiffFacts, bits_lost_note, left_out_note, tiff_facts, tiff_page
from imaging.volume.facts import Reason, Topic, rescale_text, window_reason
from imaging.volume.series import Format, Polarity, Series, Source, StoredFrame, digest_name

# The limit of `imaging.base.policy` holds instead: Pillow's would warn, with a text that is not ours.
Image.MAX_IMAGE_PIXELS = None

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
_ORIENTATION_TAG = 274
_TIFF_BITS, _TIFF_SAMPLES, _TIFF_SAMPLE_FORMAT = 258, 277, 339
_TIFF_EXTENTS = ((273, 279), (324, 325))
_GREY_DTYPES = dict.fromkeys(("1", "L", "LA", "La"), "uint8") | {"I;16": "uint16"}
_OF_TIFF, _COLOUR_TYPE = english("the TIFF's photometric interpretation"), english("the file's own colour type")
_NUMBERS, _PAGES = english("numbers in the files' names"), english("pages of the file")
_NO_LENGTHS = english("a picture says nothing in millimetres; its dots per inch are for printing")


@dataclass(frozen=True)
class RasterHeader:
    """The header of one picture file: size after its orientation is applied, and which pages are slices."""

    source: Source
    rows: int
    columns: int
    channels: int
    dtype: str
    pages: tuple[int, ...] = (0,)
    polarity: Polarity = Polarity.MONOCHROME2
    notes: tuple[Text, ...] = ()
    planes: int = 1
    """How many channels, being no colours, are a phase each."""
    is_deep_tiff: bool = False
    """Whether the pixels are `tiff`'s to read."""
    is_grey_in_colour: bool = False
    """Whether it is grey that is stored as equal red, green and blue."""


def read_header(source: Source, policy: ReadingPolicy) -> RasterHeader:
    """Size, depth and pages of a picture; the pixels of colour are decoded coarsely, to see whether it is grey.

    Raises `Refusal`: HEADER, UNSUPPORTED, TOO_LARGE, TRUNCATED, and those of `open_source`.
    """
    with open_source(source, policy) as stream:
        if (facts := _deep_tiff(stream)) is not None:
            return _tiff_header(source, facts)
        with _opened(stream) as picture:
            _check_whole(picture, stream)
            rows, columns, channels, dtype = _shape_of(picture)
            pages, others = _pages_of(picture)
            notes = [bits_lost_note(16)] if ";16" in _raw_mode(picture) and channels == 3 else []
            if others:
                notes.append(left_out_note(others))
            is_grey = channels == 3 and not notes and len(pages) == 1 and _shows_grey(picture)
            channels = 1 if is_grey else channels
            return RasterHeader(
                *(source, rows, columns, channels, dtype),
                pages=pages,
                polarity=Polarity.MONOCHROME2 if channels == 1 else Polarity.COLOUR,
                notes=tuple(notes),
                is_grey_in_colour=is_grey,
            )


def _tiff_header(source: Source, facts: TiffFacts) -> RasterHeader:
    if not facts.is_whole:
        raise Refusal(Code.TRUNCATED)
    grey = Polarity.MONOCHROME1 if facts.is_inverted else Polarity.MONOCHROME2
    notes = (*facts.notes, *((left_out_note(facts.others),) if facts.others else ()))
    return RasterHeader(
        *(source, facts.rows, facts.columns, facts.channels, facts.dtype),
        pages=facts.pages,
        polarity=Polarity.COLOUR if facts.channels == 3 else grey,
        notes=notes,
        planes=facts.planes,
        is_deep_tiff=True,
    )


def access(_: StoredFrame) -> Access:
    """Every picture goes through a decoder."""
    return Access.CODED


def group(headers: Sequence[RasterHeader]) -> list[Series]:
    """One stack for a folder whose names differ in their numbers only and whose pictures agree, else one series each.

    Names and folders are in natural order. A file of several pages is always a series of its own.
    """
    ordered = sorted(headers, key=lambda header: natural_key(header.source.name))
    folders: dict[str, list[RasterHeader]] = {}
    for header in ordered:
        folders.setdefault(_folder_of(header.source), []).append(header)
    series = []
    for members in folders.values():
        single = [header for header in members if len(header.pages) == 1]
        # A black one among pictures in colour is no grey one.
        alike = _in_colour(single)
        stack = alike if _is_stack(alike) else []
        alone = [[header] for header in members if not stack or len(header.pages) > 1]
        series += [_series(headers) for headers in ([stack, *alone] if stack else alone)]
    return series


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one picture. Raises `Refusal`: those of `read_header`."""
    with open_source(frame.source, policy) as stream:
        if frame.layout is not None:
            kind, stored, turn = "TIFF", "samples", 1
        else:
            with _opened(stream) as picture:
                kind, stored = picture.format or "picture", _raw_mode(picture) or picture.mode
                turn = _orientation_of(picture)
    exif = english("EXIF orientation {turn}, applied", turn=turn) if turn != 1 else english("no EXIF orientation")
    samples = english("{stored} as stored, kept as {dtype}", stored=stored, dtype=series.dtype)
    polarity = _OF_TIFF if kind == "TIFF" else _COLOUR_TYPE
    stack = _NUMBERS if len({one.source for one in series.frames}) > 1 else _PAGES
    return (
        Reason(Topic.FORMAT, kind, english("its magic bytes")),
        Reason(Topic.SAMPLES, samples, "the picture's header"),
        Reason(Topic.COLOUR, series.polarity.value, polarity),
        Reason(Topic.VALUES, rescale_text(frame), english("pictures have no rescale")),
        window_reason(series, frame, english("the picture's header")),
        Reason(Topic.PIXEL_SPACING, "unknown", _NO_LENGTHS),
        Reason(Topic.ORIENTATION, "unknown", exif),
        Reason(Topic.ORDER, english("by number"), stack),
    )


def read_frames(
    series: Series, wanted: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[Any] | Refusal]]:
    """Pixels of the wanted frames, [row, column] in the series' dtype or [row, column, 3] uint8, in the order asked."""
    for source, numbers in groupby(wanted, key=lambda number: series.frames[number].source):
        remaining = list(numbers)
        is_deep_tiff = series.frames[remaining[0]].layout is not None
        try:
            with (
                open_source(source, policy) as stream,
                nullcontext() if is_deep_tiff else _opened(stream) as picture,
            ):
                while remaining:
                    pixels = _page(picture, stream, series.frames[remaining[0]])
                    yield remaining[0], pixels if isinstance(pixels, Refusal) else _as_in(series, pixels)
                    remaining.pop(0)
        except Refusal as refusal:
            yield from ((number, refusal) for number in remaining)


def _deep_tiff(stream: BinaryIO) -> TiffFacts | None:
    """Return the structure of a TIFF that Pillow refuses or gets wrong; None of all other pictures, damaged or not."""
    is_tiff = stream.read(4) in MAGICS
    stream.seek(0)
    if not is_tiff:
        return None
    check_structure(stream)
    try:
        return None if _is_for_pillow(stream) else tiff_facts(stream)
    except Refusal:
        raise
    # What is wrong with it Pillow is asked again.
    except Exception:
        return None
    finally:
        stream.seek(0)


def _is_for_pillow(stream: BinaryIO) -> bool:
    """Return whether Pillow reads the kind of a TIFF right: its samples have no more than 8 bits."""
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        tags: Any = Image.open(stream, formats=("TIFF",)).tag_v2  # type: ignore[attr-defined]
    except UnidentifiedImageError:
        return False
    # Of two channels Pillow takes the second for transparency, whatever it is.
    return bool(max(tags.get(_TIFF_BITS, (1,))) <= 8 and tags.get(_TIFF_SAMPLES, 1) != 2)


def _opened(stream: BinaryIO) -> Image.Image:
    warnings.filterwarnings("ignore", module=r"PIL\.")
    check_structure(stream)
    try:
        picture = Image.open(stream, formats=_FORMATS)
    except UnidentifiedImageError:
        raise _unidentified(stream) from None
    # A damaged header makes Pillow raise nearly every exception there is.
    except Exception:
        raise Refusal(Code.HEADER) from None
    # As many bytes as a pixel takes while it is decoded.
    check_frame(picture.width * picture.height * 4)
    return picture


def _unidentified(stream: BinaryIO) -> Refusal:
    """Why Pillow could not identify a picture: it breaks off in its header, or the header is damaged."""
    stream.seek(0)
    head = stream.read(8)
    size = stream.seek(0, 2)
    directory = int.from_bytes(head[4:], "little" if head[:2] == b"II" else "big")
    is_cut = (
        (head[:4] == b"\x89PNG" and not _png_ends(stream, size))
        or (head[:2] == b"\xff\xd8" and not _jpeg_ends(stream, 2))
        or (head[:2] in (b"II", b"MM") and directory >= size)
    )
    if is_cut:
        return Refusal(Code.TRUNCATED)
    return Refusal(Code.HEADER, "The picture is damaged, or stores its pixels in a way that Slicelens does not read.")


def _check_whole(picture: Image.Image, stream: BinaryIO) -> None:
    """Raise `Refusal` (TRUNCATED) if the file is shorter than its own structure says.

    Decoders fill what is missing with grey and say nothing, so the structure is asked instead.
    """
    after_header = stream.tell()
    size = stream.seek(0, 2)
    if picture.format == "PNG":
        whole = _png_ends(stream, size)
    elif picture.format == "TIFF":
        whole = _tiff_extent(picture) <= size
    elif picture.format == "BMP":
        whole = _bmp_extent(picture) <= size
    else:
        whole = _jpeg_ends(stream, after_header)
    stream.seek(after_header)
    if not whole:
        raise Refusal(Code.TRUNCATED)


def _png_ends(stream: BinaryIO, size: int) -> bool:
    """Return whether a PNG's chunks lead to its IEND, or to what is no chunk (PNG 5.3)."""
    position = 8
    while position + 12 <= size:
        stream.seek(position)
        head = stream.read(8)
        if head[4:] == b"IEND" or not head[4:].isalpha():
            return True
        position += int.from_bytes(head[:4], "big") + 12
    return False


def _jpeg_ends(stream: BinaryIO, after_header: int) -> bool:
    """Return whether an end marker follows. Coded pixels never hold one; a thumbnail in front of them may."""
    stream.seek(after_header)
    return b"\xff\xd9" in stream.read()


def _tiff_extent(picture: Image.Image) -> int:
    """Return the end of the last strip or tile of the first page, in bytes from the start of the file."""
    tags: Any = picture.tag_v2  # type: ignore[attr-defined]
    for offsets, counts in _TIFF_EXTENTS:
        if offsets in tags and counts in tags:
            strips = zip(tags[offsets], tags[counts], strict=False)
            return max((int(at) + int(count) for at, count in strips), default=0)
    return 0


def _bmp_extent(picture: Image.Image) -> int:
    tile = picture.tile[0]  # type: ignore[attr-defined]
    if tile.codec_name != "raw":
        return int(tile.offset)
    # The last line may leave out the bytes that fill it up to four.
    return int(tile.offset) + int(tile.args[1]) * (picture.height - 1)


def _raw_mode(picture: Image.Image) -> str:
    """The layout of the stored samples in Pillow's words, for example `LA;16B`."""
    tiles = getattr(picture, "tile", None)
    if not tiles:
        return ""
    args = tiles[0].args
    return str(args if isinstance(args, str) else args[0] if args else "")


def _shape_of(picture: Image.Image) -> tuple[int, int, int, str]:
    """(rows, columns, channels, dtype) of the pixels that `_page` will return."""
    columns, rows = picture.size
    if _orientation_of(picture) >= 5:
        rows, columns = columns, rows
    dtype = _grey_dtype(picture)
    return (rows, columns, 3, "uint8") if dtype is None else (rows, columns, 1, dtype)


def _grey_dtype(picture: Image.Image) -> str | None:
    """The stored dtype of a grey picture (also one whose palette is grey), None for colour."""
    if picture.format == "TIFF" and picture.mode == "L":
        tags: Any = picture.tag_v2  # type: ignore[attr-defined]
        return "int8" if next(iter(tags.get(_TIFF_SAMPLE_FORMAT, (1,)))) == 2 else "uint8"
    if picture.mode == "I":
        return "int32"
    if _raw_mode(picture) == "LA;16B":
        return "uint16"
    if picture.mode in ("P", "PA"):
        palette = np.array(picture.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
        return "uint8" if (palette == palette[:, :1]).all() else None
    return _GREY_DTYPES.get(picture.mode)


def _pages_of(picture: Image.Image) -> tuple[tuple[int, ...], int]:
    """Numbers of the pages that agree with the first one, and how many do not. Leaves the picture at page 0."""
    count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    if count == 1:
        return (0,), 0
    pages = []
    first = _shape_of(picture)
    for number in range(count):
        picture.seek(number)
        if _shape_of(picture) == first:
            pages.append(number)
    picture.seek(0)
    return tuple(pages), count - len(pages)


def _orientation_of(picture: Image.Image) -> int:
    """The EXIF orientation that is still to be applied, 1 to 8. Pillow applies a TIFF's own, and turns its size."""
    if picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info):
        return 1
    try:
        value = picture.getexif().get(_ORIENTATION_TAG, 1)
    # A damaged EXIF block is no reason to refuse the picture around it.
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _page(picture: Image.Image | None, stream: BinaryIO, frame: StoredFrame) -> NDArray[Any] | Refusal:
    """The pixels of one page, or why they cannot be decoded; without a Pillow picture they are tifffile's."""
    try:
        if picture is None:
            assert isinstance(frame.layout, int)
            return np.ascontiguousarray(_turned(*tiff_page(stream, frame.index, frame.layout)))
        if frame.index or picture.tell():
            picture.seek(frame.index)
        orientation = _orientation_of(picture)
        return np.ascontiguousarray(_turned(_decoded(picture, stream), orientation))
    except Refusal as refusal:
        return refusal
    except MemoryError:
        return Refusal(Code.TOO_LARGE)
    except OSError as error:
        return Refusal(Code.TRUNCATED if "truncated" in str(error) else Code.DECODE)
    # Damaged pixels make Pillow raise nearly every exception there is.
    except Exception:
        return Refusal(Code.DECODE)


def _decoded(picture: Image.Image, stream: BinaryIO) -> NDArray[Any]:
    dtype = _grey_dtype(picture)
    if dtype is None:
        return _colour(picture)
    if _raw_mode(picture) == "LA;16B":
        return _grey_alpha_16(stream)
    if picture.mode in ("P", "PA", "LA", "1") or (picture.mode == "L" and "transparency" in picture.info):
        return laid_on_black(np.asarray(picture.convert("LA")))[..., 0]
    pixels = np.asarray(picture.convert("L") if picture.mode == "La" else picture)
    if pixels.dtype.itemsize == np.dtype(dtype).itemsize and pixels.dtype.kind in "iu" and dtype[0] in "iu":
        # Pillow has no mode for int8 and hands the same bits out under another name.
        pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False).view(dtype)
    clear = picture.info.get("transparency")
    grey = pixels.astype(dtype, copy=False)
    return np.where(grey == clear, 0, grey).astype(dtype) if isinstance(clear, int) else grey


def _as_in(series: Series, pixels: NDArray[Any]) -> NDArray[Any]:
    """Return a page as its series has it: one channel of grey that is stored as colour."""
    if series.channels == 3 or pixels.ndim == 2:
        return pixels
    if _is_grey(pixels):
        return np.ascontiguousarray(pixels[..., 0])
    return np.asarray(Image.fromarray(pixels).convert("L"))


def _is_grey(pixels: NDArray[Any]) -> bool:
    return np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 0], pixels[..., 2])


def _shows_grey(picture: Image.Image) -> bool:
    """Return whether a picture in colour shows nothing but grey; a JPEG is decoded at an eighth of its size.

    One that cannot be decoded is left as it is: its pixels will say so.
    """
    if picture.format == "JPEG":
        picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
    try:
        return _is_grey(_colour(picture))
    # Damaged pixels make Pillow raise nearly every exception there is.
    except Exception:
        return False


def _colour(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.mode in ("P", "PA", "RGBA") or "transparency" in picture.info:
        return laid_on_black(np.asarray(picture.convert("RGBA")))
    if picture.mode == "RGBa":
        return np.asarray(picture)[..., :3]
    return np.asarray(picture.convert("RGB"))


def _grey_alpha_16(stream: BinaryIO) -> NDArray[np.uint16]:
    """Grey with alpha in 16 bits, which Pillow would cut to 8."""
    import cv2  # for this rare kind only

    stream.seek(0)
    decoded: Any = cv2.imdecode(np.frombuffer(stream.read(), dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.ndim != 3 or decoded.dtype != np.uint16:
        raise ValueError("not a 16-bit picture with alpha")
    grey, alpha = decoded[..., 0].astype(np.uint32), decoded[..., -1].astype(np.uint32)
    return np.asarray((grey * alpha + 32767) // 65535, dtype=np.uint16)


def _turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Pixels as the EXIF orientation (CIPA DC-008, tag 274) says they are to be seen."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def _folder_of(source: Source) -> str:
    if source.member is None:
        return str(source.path.parent)
    return f"{source.path}/{PurePosixPath(source.member).parent}"


def _in_colour(headers: Sequence[RasterHeader]) -> list[RasterHeader]:
    """Return pictures all in colour if any of them is, of those that are stored so."""
    if all(header.channels == 1 for header in headers):
        return list(headers)
    return [
        replace(header, channels=3, polarity=Polarity.COLOUR) if header.is_grey_in_colour else header
        for header in headers
    ]


def _is_stack(headers: Sequence[RasterHeader]) -> bool:
    """Tell two pictures or more that agree in shape and dtype, and in name once numbers are masked."""
    kinds = {
        (header.rows, header.columns, header.channels, header.planes, header.dtype, header.polarity)
        for header in headers
    }
    names = {re.sub(r"\d+", "#", PurePosixPath(header.source.name).name.lower()) for header in headers}
    return len(headers) > 1 and len(kinds) == 1 and len(names) == 1


def _series(headers: Sequence[RasterHeader]) -> Series:
    first = headers[0]
    frames = tuple(
        StoredFrame(source=header.source, index=page, layout=plane if header.is_deep_tiff else None)
        for plane in range(first.planes)
        for header in headers
        for page in header.pages
    )
    origin = _folder_of(first.source) if len(headers) > 1 else first.source.name
    return Series(
        id=digest_name(origin),
        format=Format.RASTER,
        frames=frames,
        slices=len(frames) // first.planes,
        phases=first.planes,
        rows=first.rows,
        columns=first.columns,
        dtype=first.dtype,
        channels=first.channels,
        description=PurePosixPath(origin.replace("\\", "/")).name,
        polarity=first.polarity,
        notes=tuple(dict.fromkeys(note for header in headers for note in header.notes)),
    )
