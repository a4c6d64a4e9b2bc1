"""The tags of a picture as rows: EXIF with its parts, the tags of a TIFF, the texts of a PNG."""

import warnings
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, TiffTags, UnidentifiedImageError

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source
from imaging.formats.raster.structure import check_structure
from imaging.volume.header_rows import HeaderListing, HeaderRow, RowList, describe_bytes
from imaging.volume.series import Source

_PARTS = {
    ExifTags.IFD.Exif: (english("Exif"), ExifTags.TAGS),
    ExifTags.IFD.GPSInfo: (english("Position"), ExifTags.GPSTAGS),
    ExifTags.IFD.Interop: (english("Interoperability"), ExifTags.TAGS),
}
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
_SHOWN_NUMBERS = 64


def list_header(source: Source, policy: ReadingPolicy) -> HeaderListing:
    """List what a picture says of itself, without its pixels. Raises `Refusal`, or what Pillow raises."""
    with open_source(source, policy) as stream:
        warnings.filterwarnings("ignore", module=r"PIL\.")
        check_structure(stream)
        try:
            picture = Image.open(stream, formats=_FORMATS)
        except UnidentifiedImageError:
            raise Refusal(Code.HEADER) from None
        return _list_picture(picture)


def _list_picture(picture: Image.Image) -> HeaderListing:
    rows = RowList()
    size = f"{picture.width} × {picture.height}"
    facts = (
        (english("Format"), picture.format or ""),
        (english("Size"), size),
        (english("Mode"), picture.mode),
    )
    for title, told in facts:
        rows.add(HeaderRow(0, "", title, value=told))
    if (tags := getattr(picture, "tag_v2", None)) is not None:
        _add_tags(rows, dict(tags), {number: one.name for number, one in TiffTags.TAGS_V2.items()}, 0)
    else:
        _add_exif(rows, picture)
    for name, value in sorted(picture.info.items(), key=lambda pair: str(pair[0])):
        if name not in ("exif", "icc_profile"):
            rows.add(HeaderRow(0, "", str(name), value=_text(value)))
    return rows.listing("raster")


def _add_exif(rows: RowList, picture: Image.Image) -> None:
    exif = picture.getexif()
    _add_tags(rows, {number: value for number, value in exif.items() if number not in _PARTS}, ExifTags.TAGS, 0)
    for part, (name, names) in _PARTS.items():
        inside = exif.get_ifd(part)
        if inside and rows.add(HeaderRow(0, str(int(part)), name, value=english("%n tag(s)", "", len(inside)))):
            _add_tags(rows, inside, names, 1)


def _add_tags(rows: RowList, tags: Mapping[int, Any], names: Mapping[int, str], depth: int) -> None:
    for number, value in sorted(tags.items()):
        name = names.get(number, english("Tag {number}", number=number))
        rows.add(HeaderRow(depth, str(number), name, name if number in names else "", value=_text(value)))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return describe_bytes(value)
    if isinstance(value, tuple | list):
        said = " ".join(_text(one) for one in value[:_SHOWN_NUMBERS])
        count = len(value)
        return english("{first} … ({count} numbers)", first=said, count=count) if count > _SHOWN_NUMBERS else said
    return str(value).rstrip("\0 ")
