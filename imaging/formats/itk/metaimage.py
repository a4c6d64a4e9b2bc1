"""MetaImage headers (.mha, .mhd): a line for a field, `Key = Value`, the last of which names the pixels.

https://itk.org/Wiki/MetaIO/Documentation. Lengths are millimetres, the patient's axes LPS.
"""

import re
from dataclasses import dataclass

import numpy as np

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.formats.itk.stored_grid import (
    TEXT_BYTES,
    Encoding,
    StoredGrid,
    check_file_count,
    modality_of,
    numbered_names,
    numbers_of,
    sizes_of,
    stated_twice,
    whole_number,
)
from imaging.volume.geometry import Affine, is_usable
from imaging.volume.series import Rescale

_FIELD = re.compile(r"\s*([A-Za-z][\w ]*?)\s*[=:](.*)", re.DOTALL)
_LIST = re.compile(r"LIST(\s+\d+)?", re.IGNORECASE)
_DTYPES = {
    "MET_CHAR": "i1", "MET_ASCII_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2",
    "MET_INT": "i4", "MET_UINT": "u4", "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
# Other names of one field, the one that counts first.
_OFFSET, _MATRIX = ("offset", "position", "origin"), ("transformmatrix", "rotation", "orientation")
_BYTE_ORDER = ("elementbyteordermsb", "binarydatabyteordermsb")
_PIXELS = "elementdatafile"
_USED = {
    *_OFFSET, *_MATRIX, *_BYTE_ORDER, _PIXELS, "objecttype", "ndims", "dimsize", "elementtype", "elementspacing",
    "elementsize", "elementnumberofchannels", "binarydata", "compresseddata", "headersize", "modality",
    "distanceunits", "elementtointensityfunctionslope", "elementtointensityfunctionoffset",
}  # fmt: skip
_UNITS = {"mm": 1.0, "millimeters": 1.0, "um": 0.001, "micrometers": 0.001, "cm": 10.0, "m": 1000.0}
_SEVERAL = "Every voxel of this file holds several numbers."


@dataclass(frozen=True)
class _Words:
    """The fields of a header by their names in small letters, and what follows them."""

    fields: dict[str, str]
    listed: tuple[str, ...]
    """The lines behind `ElementDataFile = LIST`."""
    end: int
    """Bytes up to behind the last field."""

    def first(self, names: tuple[str, ...]) -> str | None:
        """Return the first of several names of a field that is there."""
        return next((self.fields[name] for name in names if name in self.fields), None)

    def is_true(self, *names: str) -> bool:
        return (self.first(names) or "")[:1].upper() in ("T", "Y", "1")


def parse_metaimage(text: bytes) -> StoredGrid:
    """The findings in a header, of which `text` is the beginning of the file.

    Raises `Refusal`: UNKNOWN_FORMAT, HEADER, UNSUPPORTED, NO_PIXELS, TOO_LARGE.
    """
    words = _read_words(text)
    fields = words.fields
    if fields.get("objecttype", "Image").lower() != "image":
        raise Refusal(Code.UNKNOWN_FORMAT)
    dimension = whole_number(fields.get("ndims", ""), 1, 10)
    sizes = sizes_of(fields.get("dimsize", ""), dimension)
    channels = whole_number(fields.get("elementnumberofchannels", "1"), 1, 2**16)
    kind = _DTYPES.get(fields.get("elementtype", "").upper().removesuffix("_ARRAY"))
    if kind is None:
        raise Refusal(Code.HEADER)
    if channels > 1 and not (kind == "u1" and channels in (3, 4)):
        raise Refusal(Code.UNSUPPORTED, _SEVERAL)
    is_msb = words.is_true(*_BYTE_ORDER)
    names, encoding = _names_of(words), _encoding_of(words)
    if words.listed and len(text) >= TEXT_BYTES:
        raise Refusal(Code.TOO_LARGE)
    scale, notes = _scale_of(fields.get("distanceunits", "mm"))
    affine, directions, steps = _geometry_of(words, dimension, scale)
    header_bytes = whole_number(fields.get("headersize", "0"), -1, 2**40)
    first = 0 if channels == 1 else 1
    return StoredGrid(
        sizes=sizes if channels == 1 else (channels, *sizes),
        spatial=tuple(range(first, first + min(dimension, 3))),
        component=None if channels == 1 else 0,
        sample=np.dtype(kind).newbyteorder(">" if is_msb else "<"),
        encoding=encoding,
        names=names,
        offset=header_bytes if names or header_bytes < 0 else max(header_bytes, words.end),
        affine=affine,
        directions=directions,
        steps=steps,
        modality=modality_of(fields.get("modality", "")),
        rescale=_rescale_of(fields),
        notes=notes,
    )


def _read_words(text: bytes) -> _Words:
    fields: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = text.find(b"\n", at)
        behind = len(text) if end < 0 else end + 1
        line, at = text[at:behind].decode("utf-8", "surrogateescape").strip(), behind
        match = _FIELD.fullmatch(line)
        if match is None:
            if line:
                break
            continue
        key, value = match[1].lower().replace(" ", ""), match[2].strip()
        if key in fields and key in _USED:
            raise stated_twice(match[1])
        fields[key] = value
        if key == _PIXELS:
            rest = text[at:].decode("utf-8", "surrogateescape") if _LIST.fullmatch(value) else ""
            return _Words(fields, tuple(line.strip() for line in rest.split("\n") if line.strip()), at)
    raise Refusal(Code.HEADER if "ndims" in fields else Code.UNKNOWN_FORMAT)


def _names_of(words: _Words) -> tuple[str, ...]:
    named = words.fields[_PIXELS]
    if named.upper() == "LOCAL":
        return ()
    if not named:
        raise Refusal(Code.HEADER)
    if _LIST.fullmatch(named):
        check_file_count(len(words.listed))
        return words.listed
    return numbered_names(named) if "%" in named else (named,)


def _encoding_of(words: _Words) -> Encoding:
    if "binarydata" in words.fields and not words.is_true("binarydata"):
        return Encoding.TEXT
    return Encoding.ZLIB if words.is_true("compresseddata") else Encoding.RAW


def _scale_of(unit: str) -> tuple[float, tuple[Text, ...]]:
    """Millimetres in a unit of length, and what a person should know of it."""
    scale = _UNITS.get(unit.strip().lower(), 1.0)
    return scale, () if scale == 1.0 else (english("lengths are stored in {unit}", unit=unit.strip()),)


def _geometry_of(
    words: _Words, dimension: int, scale: float
) -> tuple[Affine | None, Affine | None, tuple[float, float, float]]:
    """(k, j, i) to LPS, directions alone where lengths are unknown, and the steps along (i, j, k)."""
    stated = words.first(("elementspacing", "elementsize"))
    spacing = [np.nan] * dimension if stated is None else [abs(one) for one in numbers_of(stated, dimension)]
    steps = [*(one * scale for one in spacing), np.nan, np.nan][:3]
    lengths = (steps[0], steps[1], steps[2])
    matrix = words.first(_MATRIX)
    if matrix is None or dimension < 3:
        return None, None, lengths
    turned = np.reshape(numbers_of(matrix, dimension**2), (dimension, dimension))[:3, :3]
    offset = words.first(_OFFSET)
    affine = np.eye(4)
    # A row of the matrix is the direction of one axis.
    affine[:3, :3] = turned[::-1].T
    if not is_usable(affine):
        return None, None, lengths
    if not all(0 < step < np.inf for step in lengths):
        return None, affine, lengths
    affine[:3, :3] *= lengths[::-1]
    if offset is not None:
        affine[:3, 3] = np.array(numbers_of(offset, dimension))[:3] * scale
    return (affine if is_usable(affine) else None), None, lengths


def _rescale_of(fields: dict[str, str]) -> Rescale:
    """Intensity = element × slope + offset, where the header says so."""
    slope = numbers_of(fields.get("elementtointensityfunctionslope", "1"), 1)[0]
    offset = numbers_of(fields.get("elementtointensityfunctionoffset", "0"), 1)[0]
    return Rescale(slope, offset) if np.isfinite([slope, offset]).all() and slope != 0 else Rescale()
