"""NRRD headers (.nrrd, .nhdr): a line for a field, up to an empty one, behind which the pixels stand.

https://teem.sourceforge.net/nrrd/format.html. A header whose pixels lie elsewhere names them in `data file`.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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

MAGIC = b"NRRD000"

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_DTYPES = {name: kind for kind, names in _TYPES.items() for name in names}
_ENCODINGS = {
    "raw": Encoding.RAW,
    **dict.fromkeys(("txt", "text", "ascii"), Encoding.TEXT),
    "hex": Encoding.HEX,
    **dict.fromkeys(("gz", "gzip"), Encoding.GZIP),
    **dict.fromkeys(("bz2", "bzip2"), Encoding.BZIP2),
}
_BYTE_ORDERS = {"little": "<", "big": ">"}
# What turns the frames that name the patient's sides to LPS; all other frames name none.
_ANATOMICAL = {
    **dict.fromkeys(("right-anterior-superior", "ras"), (-1.0, -1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las"), (1.0, -1.0, 1.0)),
    **dict.fromkeys(("left-posterior-superior", "lps"), (1.0, 1.0, 1.0)),
}
_UNITS = {
    "": 1.0,
    **dict.fromkeys(("mm", "millimeter", "millimetre"), 1.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "micrometer", "micrometre"), 1e-3),
    **dict.fromkeys(("nm", "nanometer", "nanometre"), 1e-6),
    **dict.fromkeys(("cm", "centimeter", "centimetre"), 10.0),
    **dict.fromkeys(("m", "meter", "metre"), 1e3),
    **dict.fromkeys(("in", "inch", "inche"), 25.4),
}
_COLOURS = {"rgb-color": 3, "3-color": 3, "vector": 0, "3-vector": 3, "rgba-color": 4, "4-color": 4, "4-vector": 4}
# Axes that repeat the grid; what is neither this, nor colour, nor of space makes a voxel of several numbers.
_REPEATED = ("list", "time", "", "???", "none")
_SPATIAL = ("space", "domain", "", "???", "none")
_LIST = re.compile(r"LIST(\s+\d+)?", re.IGNORECASE)
_VECTOR = re.compile(r"\(([^()]*)\)|[^\s()]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SEVERAL = "Every voxel of this file holds several numbers, or a complex one."


@dataclass(frozen=True)
class _Words:
    """The fields of a header by their names in small letters without blanks, and where its pixels may begin."""

    fields: dict[str, str]
    keys: dict[str, str]
    """What stands as `key:=value`, by its key in small letters."""
    listed: tuple[str, ...]
    end: int | None
    """Bytes up to behind the empty line; None if there is none."""

    def of_axes(self, field: str, count: int) -> list[str]:
        """Return a field of one word an axis, in small letters; empty words if it is not there."""
        found = self.fields.get(field, "").lower().split()
        return found if len(found) == count else [""] * count


@dataclass(frozen=True)
class _Space:
    """The frame in which a header says where its axes lie."""

    vectors: dict[int, NDArray[np.float64]]
    """Millimetres along an axis, by its number; an axis that does not lie in space is not among them."""
    sides: tuple[float, float, float] | None
    """What turns the frame to LPS, if it names the patient's sides."""
    origin: NDArray[np.float64]


def parse_nrrd(text: bytes) -> StoredGrid:
    """The findings in a header, of which `text` is the beginning of the file.

    Raises `Refusal`: HEADER, UNSUPPORTED, NO_PIXELS, TOO_LARGE.
    """
    words = _read_words(text)
    fields = words.fields
    dimension = whole_number(fields.get("dimension", ""), 1, 16)
    sizes = sizes_of(fields.get("sizes", ""), dimension)
    sample = _sample_of(fields)
    notes: list[Text] = []
    space = _space_of(words, dimension, notes)
    spatial, component = _axes_of(words, sizes, space, sample)
    affine, steps = _geometry_of(words, spatial, space, notes)
    names = _names_of(words, len(text))
    if not names and words.end is None:
        raise Refusal(Code.HEADER)
    encoding = _ENCODINGS.get(fields.get("encoding", "").lower())
    if encoding is None:
        raise Refusal(Code.UNSUPPORTED if "encoding" in fields else Code.HEADER)
    skipped = whole_number(fields.get("byteskip", "0"), -1, 2**40)
    is_at_end = skipped < 0 and encoding is Encoding.RAW
    is_raw = encoding is Encoding.RAW
    start = 0 if names else words.end or 0
    return StoredGrid(
        sizes=sizes,
        spatial=spatial,
        component=component,
        sample=sample,
        encoding=encoding,
        names=names,
        offset=-1 if is_at_end else start,
        lines=0 if is_at_end else whole_number(fields.get("lineskip", "0"), 0, 10_000),
        skipped=0 if is_at_end or (skipped < 0 and not is_raw) else skipped,
        affine=affine,
        steps=steps,
        modality=modality_of(words.keys.get("modality", "")),
        notes=tuple(notes),
    )


def _read_words(text: bytes) -> _Words:
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    at = text.find(b"\n") + 1
    while 0 < at < len(text):
        end = text.find(b"\n", at)
        behind = len(text) if end < 0 else end + 1
        line, at = text[at:behind].decode("utf-8", "surrogateescape").rstrip("\r\n"), behind
        if not line:
            return _Words(fields, keys, (), at)
        if line.startswith("#"):
            continue
        key, is_key, value = line.partition(":=")
        name, is_field, words = line.partition(":")
        if is_key and len(key) <= len(name):
            keys[key.strip().lower()] = value
            continue
        if not is_field:
            raise Refusal(Code.HEADER)
        field = "".join(name.lower().split())
        field = {"centerings": "centers"}.get(field, field)
        if field in fields:
            raise stated_twice(name)
        fields[field] = words.strip()
        if field == "datafile" and _LIST.fullmatch(words.strip()):
            rest = text[at:].decode("utf-8", "surrogateescape").split("\n")
            return _Words(fields, keys, tuple(one.strip() for one in rest if one.strip()), None)
    return _Words(fields, keys, (), None)


def _names_of(words: _Words, read: int) -> tuple[str, ...]:
    named = words.fields.get("datafile")
    if named is None:
        return ()
    if _LIST.fullmatch(named):
        if read >= TEXT_BYTES:
            raise Refusal(Code.TOO_LARGE)
        check_file_count(len(words.listed))
        return words.listed
    if not named:
        raise Refusal(Code.HEADER)
    return numbered_names(named) if "%" in named else (named,)


def _sample_of(fields: dict[str, str]) -> "np.dtype[np.generic]":
    kind = _DTYPES.get(" ".join(fields.get("type", "").lower().split()))
    if kind is None:
        raise Refusal(Code.UNSUPPORTED if fields.get("type", "").lower() == "block" else Code.HEADER)
    order = _BYTE_ORDERS.get(fields.get("endian", "").lower())
    is_text = fields.get("encoding", "").lower() in ("txt", "text", "ascii")
    if order is None and (kind not in ("i1", "u1") and not is_text):
        raise Refusal(Code.HEADER, "The header of the file does not say in which order its bytes stand.")
    return np.dtype(f"{order or '<'}{kind}")


def _space_of(words: _Words, dimension: int, notes: list[Text]) -> _Space | None:
    """The frame and the vectors of the axes in it; None if the header gives no directions."""
    stated = words.fields.get("spacedirections")
    if stated is None:
        return None
    found = list(_VECTOR.finditer(stated))
    if len(found) != dimension:
        raise Refusal(Code.HEADER)
    named = words.fields.get("space", "").lower()
    scales = _scales_of(words.fields.get("spaceunits", ""), notes)
    vectors = {}
    for axis, one in enumerate(found):
        if one[1] is None:
            # `none`, or NaN in older files.
            continue
        numbers = np.array([*numbers_of(one[1].replace(",", " ")), 0.0, 0.0, 0.0][:3])
        if np.isfinite(numbers).all() and numbers.any():
            vectors[axis] = numbers * scales
    origin = np.zeros(3)
    if (at := _VECTOR.search(words.fields.get("spaceorigin", ""))) is not None and at[1] is not None:
        origin = np.array([*numbers_of(at[1].replace(",", " ")), 0.0, 0.0, 0.0][:3]) * scales
    sides = _ANATOMICAL.get(named.removesuffix("-time").removesuffix("t") if named not in _ANATOMICAL else named)
    return _Space(vectors, sides, origin if np.isfinite(origin).all() else np.zeros(3))


def _scales_of(stated: str, notes: list[Text]) -> NDArray[np.float64]:
    """Millimetres in the units of a frame's three axes."""
    units = [one.strip() for one in _QUOTED.findall(stated)][:3]
    return np.array([*(_scale_of(unit, notes) for unit in units), 1.0, 1.0, 1.0][:3])


def _scale_of(unit: str, notes: list[Text]) -> float:
    """Millimetres in a unit of length; what is not plainly millimetres is said."""
    word = unit.strip()
    scale = _UNITS.get(word, _UNITS.get(word.lower(), _UNITS.get(word.lower().removesuffix("s"))))
    note = (
        english("lengths are stored in {unit}", unit=word)
        if scale
        else english("a unit of length is not known, taken as millimetres")
    )
    if scale != 1.0 and note not in notes:
        notes.append(note)
    return scale or 1.0


def _axes_of(
    words: _Words, sizes: tuple[int, ...], space: _Space | None, sample: "np.dtype[np.generic]"
) -> tuple[tuple[int, ...], int | None]:
    """Which axes are i, j, k, and which holds the numbers of a voxel. Raises `Refusal` (UNSUPPORTED)."""
    kinds = words.of_axes("kinds", len(sizes))
    if space is not None and space.vectors:
        spatial = tuple(sorted(space.vectors))[:3]
    else:
        spatial = tuple(axis for axis, kind in enumerate(kinds) if kind in _SPATIAL)[:3]
    component = None
    for axis, kind in enumerate(kinds):
        if axis in spatial or kind in (*_REPEATED, *_SPATIAL) or sizes[axis] == 1:
            continue
        is_colour = kind in _COLOURS and _COLOURS[kind] in (0, sizes[axis]) and sizes[axis] in (3, 4)
        if not is_colour or sample != np.uint8 or component is not None:
            raise Refusal(Code.UNSUPPORTED, _SEVERAL)
        component = axis
    if not spatial:
        raise Refusal(Code.HEADER)
    return spatial, component


def _geometry_of(
    words: _Words, spatial: tuple[int, ...], space: _Space | None, notes: list[Text]
) -> tuple[Affine | None, tuple[float, float, float]]:
    """(k, j, i) to LPS millimetres, None if the frame names no sides, and the steps along (i, j, k)."""
    if space is None or not space.vectors:
        return None, _spacings_of(words, spatial, notes)
    lengths = [*(float(np.linalg.norm(space.vectors[axis])) for axis in spatial), np.nan, np.nan][:3]
    steps = (lengths[0], lengths[1], lengths[2])
    if space.sides is None or len(spatial) < 3:
        return None, steps
    affine = np.eye(4)
    affine[:3, :3] = np.stack([space.vectors[axis] for axis in reversed(spatial)], axis=1)
    affine[:3, 3] = space.origin
    turned: Affine = np.diag([*space.sides, 1.0]) @ affine
    return (turned if is_usable(turned) else None), steps


def _spacings_of(words: _Words, spatial: tuple[int, ...], notes: list[Text]) -> tuple[float, float, float]:
    """Millimetres along (i, j, k) by `spacings` and the axes' own `units`."""
    stated = words.fields.get("spacings")
    if stated is None:
        return np.nan, np.nan, np.nan
    spacings = numbers_of(stated)
    units = _QUOTED.findall(words.fields.get("units", ""))
    found = []
    for axis in spatial:
        if axis >= len(spacings):
            raise Refusal(Code.HEADER)
        found.append(abs(spacings[axis]) * (_scale_of(units[axis], notes) if axis < len(units) else 1.0))
    i, j, k = [*found, np.nan, np.nan][:3]
    return i, j, k
