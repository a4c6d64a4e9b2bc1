"""The copy of a PNG, JPEG, TIFF or BMP: pixels as they are, without EXIF, comments, texts and what follows the picture.

PNG and JPEG are cut apart and put together again without recoding; TIFF and BMP are written anew, uncompressed or
deflated, with the same samples. How a camera held the picture (EXIF's orientation) stays, as that alone.
"""

import struct
import zlib
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.export.deidentify.codestreams import EOI, is_jfif, is_text, jpeg_segments
from imaging.export.deidentify.dataset_walk import OriginalValue
from imaging.export.deidentify.file_record import FRAMES, CopyRecord, FinishedCopy
from imaging.export.deidentify.letter_marks import look_for_letters
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pixel_bytes import black_out
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.export.deidentify.verifier import collect_spellings, find_leftovers
from imaging.volume.series import Source

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT pHYs bKGD".split())
_ORIENTATION = 274
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BOXES = "Boxes can be blacked out in pictures of 8 or 16 bits with one picture in the file, and not in this one."


def copy_picture(
    source: Source, content: bytes, options: DeidentifyOptions, pseudonyms: Pseudonyms, policy: ReadingPolicy
) -> FinishedCopy:
    """Return a copy without metadata. Raises `Refusal`: UNSUPPORTED, HEADER, TOO_LARGE, IDENTITY."""
    del policy
    pixels, orientation = _decode(content)
    is_one = _count_pictures(content) == 1
    if options.boxes:
        if not is_one:
            raise Refusal(Code.UNSUPPORTED, _BOXES)
        made, ending = _encode_png(_with_boxes(pixels, options)), ".png"
    elif content.startswith(_PNG):
        made, ending = _strip_png(content, orientation), ".png"
    elif content.startswith(b"\xff\xd8"):
        made, ending = _strip_jpeg(content, orientation), ".jpg"
    elif content.startswith(_TIFF):
        made, ending = _rewrite_tiff(content), ".tif"
    else:
        made, ending = _rewrite_bmp(content), ".bmp"
    originals = _texts_of(source, content)
    sought, unsought = collect_spellings(originals)
    if find_leftovers(made, sought, in_pixels=True):
        raise Refusal(Code.IDENTITY, "The copy would still hold a text of the original; it was not written.")
    return FinishedCopy(
        content=made,
        folders=(),
        name=pseudonyms.name_file("file", sha256(content).hexdigest()) + ending,
        record=CopyRecord(
            "raster",
            changed=len(originals),
            looked_for=len(sought),
            not_looked_for=unsought,
            burned_in="letters" if look_for_letters(pixels) else "",
            notes=() if is_one or content.startswith(_TIFF) else (FRAMES,),
        ),
    )


def _decode(content: bytes) -> tuple[NDArray[Any], int]:
    """Return the pixels of the first picture, and EXIF's orientation (1 if it states none)."""
    if content.startswith(_TIFF):
        import tifffile  # only where such a file comes

        return np.asarray(tifffile.imread(BytesIO(content), key=0)), 1
    with Image.open(BytesIO(content)) as image:
        orientation = int(image.getexif().get(_ORIENTATION, 1) or 1)
        return np.asarray(image.convert("RGB") if image.mode in ("P", "CMYK", "YCbCr", "RGBA", "LA") else image), (
            orientation if 1 <= orientation <= 8 else 1
        )


def _count_pictures(content: bytes) -> int:
    """Return how many pictures a file holds: pages of a TIFF, frames of an animated PNG, views of a JPEG."""
    if content.startswith(_TIFF):
        import tifffile  # only where such a file comes

        with tifffile.TiffFile(BytesIO(content)) as file:
            return len(file.pages)
    with Image.open(BytesIO(content)) as image:
        return int(getattr(image, "n_frames", 1))


def _with_boxes(pixels: NDArray[Any], options: DeidentifyOptions) -> NDArray[Any]:
    if pixels.dtype not in (np.uint8, np.uint16, np.bool_) or pixels.ndim > 3:
        raise Refusal(Code.UNSUPPORTED, _BOXES)
    plain = pixels.astype(np.uint8) * 255 if pixels.dtype == np.bool_ else pixels
    return np.asarray(black_out(plain[np.newaxis], options.boxes, white_is_least=False)[0])


def _encode_png(pixels: NDArray[Any]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _minimal_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _strip_png(content: bytes, orientation: int) -> bytes:
    """Return a PNG with the chunks that a picture needs (PNG 3, 5.6) and nothing behind its end."""
    parts = [_PNG]
    at = len(_PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind = content[at + 4 : at + 8]
        if kind == b"IDAT" and orientation != 1:
            exif = b"eXIf" + _minimal_exif(orientation).removeprefix(b"Exif\0\0")
            parts.append(struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif)))
            orientation = 1
        if kind in _PNG_CHUNKS:
            parts.append(content[at : at + 12 + length])
        at += 12 + length
        if kind == b"IEND":
            return b"".join(parts)
    raise Refusal(Code.TRUNCATED)


def _strip_jpeg(content: bytes, orientation: int) -> bytes:
    """Return a JPEG without application segments (JFIF's and Adobe's stay), comments, and bytes behind its end."""
    parts = [content[:2]]
    if orientation != 1:
        exif = _minimal_exif(orientation)
        exif = exif if exif.startswith(b"Exif\0\0") else b"Exif\0\0" + exif
        parts.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    for segment in jpeg_segments(content, 2, len(content)):
        own = content[segment.begin : segment.end]
        if is_jfif(content, segment):
            # Without the thumbnail that may follow.
            parts.append(own[:2] + struct.pack(">H", 16) + own[4:16] + b"\0\0")
        elif not is_text(content, segment):
            parts.append(own)
        if segment.marker == EOI:
            return b"".join(parts)
    raise Refusal(Code.TRUNCATED)


def _rewrite_tiff(content: bytes) -> bytes:
    """Return a TIFF with the same samples, page by page, and nothing but what describes them."""
    import tifffile  # only where such a file comes

    buffer = BytesIO()
    with tifffile.TiffFile(BytesIO(content)) as old, tifffile.TiffWriter(buffer, bigtiff=old.is_bigtiff) as new:
        for page in old.pages:
            page = page.aspage()
            held = page.tags.get(_ORIENTATION)
            is_converted = page.photometric == tifffile.PHOTOMETRIC.YCBCR
            photometric = tifffile.PHOTOMETRIC.RGB if is_converted else page.photometric
            new.write(
                page.asarray(),
                photometric=photometric,
                planarconfig=None if is_converted else page.planarconfig,
                colormap=page.colormap,
                extrasamples=page.extrasamples or None,
                compression="zlib",
                resolution=page.resolution,
                resolutionunit=page.resolutionunit,
                metadata=None,
                software=False,
                contiguous=False,
                extratags=[] if held is None else [(_ORIENTATION, "H", 1, int(held.value), True)],
            )
    return buffer.getvalue()


def _rewrite_bmp(content: bytes) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(content)) as image:
        if image.format != "BMP":
            raise Refusal(Code.UNSUPPORTED, "Copies of this kind of picture are not made. As PNG they would be.")
        image.save(buffer, "BMP")
    return buffer.getvalue()


def _texts_of(source: Source, content: bytes) -> list[OriginalValue]:
    """Return every text that the file holds, and its own name."""
    stem = PurePath(source.name.replace("\\", "/")).stem
    texts: list[Any] = [stem]
    with Image.open(BytesIO(content)) as image:
        exif = image.getexif()
        texts += [*exif.values(), *exif.get_ifd(0x8769).values(), *exif.get_ifd(0x8825).values(), *image.info.values()]
        texts += list(getattr(image, "tag_v2", {}).values())
    return [
        OriginalValue(0, "LT", text if isinstance(text, bytes) else text.encode("utf-8", "replace"), ("utf-8",))
        for text in texts
        if isinstance(text, str | bytes) and len(text) < 65536
    ]
