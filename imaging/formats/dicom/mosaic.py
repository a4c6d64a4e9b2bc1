"""Siemens mosaics: a volume of MR slices stored as tiles of one large picture, unfolded into its slices.

How many tiles hold slices, and to which side the next ones lie, is only in the maker's private header (CSA), whose two
forms SPM's `spm_dicom_headers` and nibabel's `csareader` describe. The content is a stranger's:
every length is checked against what is there, text is only ever read as a number, and what does not fit is damaged.
"""

from collections.abc import Set
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from struct import Struct
from typing import Any

import numpy as np

from imaging.base.english import Text, english
from imaging.formats.dicom.dataset.elements import Elements, finite_number
from imaging.formats.dicom.dataset.parser import CSA_IMAGE_HEADER, IMAGES_IN_MOSAIC
from imaging.formats.dicom.frame_groups import BY_THICKNESS, FrameHeader, frame_at
from imaging.formats.dicom.pixels.pixel_module import PixelLayout, Tiles
from imaging.volume.geometry import Cosines, Vector, normal_of
from imaging.volume.series import OverlayPlane

FLAT = english("a mosaic of slices whose private header is missing or damaged, shown as one picture")
BY_RULE = english("the private header with the direction of the slices is missing; the usual one is taken")
_COUNT, _NORMAL = "NumberOfImagesInMosaic", "SliceNormalVector"
_WANTED = frozenset((_COUNT, _NORMAL))
# The maker's normal is that of the orientation or its opposite; what is neither belongs to something else.
_PARALLEL = 0.99
_MARK = b"SV10"
_HEAD, _TAG, _ITEM = Struct("<2I"), Struct("<64si4s3i"), Struct("<4i")
_MOST = 1000
_LARGEST = 4 * 1024 * 1024


def unfold_mosaic(
    elements: Elements, layout: PixelLayout, base: FrameHeader
) -> tuple[PixelLayout, tuple[FrameHeader, ...], tuple[Text, ...]]:
    """Return the layout that finds the slices of a mosaic in the file, their frames, and notes.

    If the header does not help, the sheet is one picture without a position.
    """
    notes: list[Text] = []
    count, normal = _stated(elements)
    tiles = _tiles(layout, count)
    step = elements.number("SpacingBetweenSlices")
    if not step or step < 0:
        notes.append(BY_THICKNESS)
        step = base.thickness
    corner, orientation, spacing = base.position, base.orientation, base.spacing
    if tiles is None or not step or corner is None or orientation is None or spacing is None:
        # The position in the header is that of no tile, so the sheet lies nowhere.
        return layout, (replace(base, position=None),), (FLAT,)
    side = _side(orientation, normal)
    if side is None:
        notes.append(BY_RULE)
    sheet = (layout.rows, layout.columns)
    positions = _positions(corner, orientation, spacing, sheet, tiles, (side or 1.0) * step)
    frames = tuple(frame_at(base, index, position) for index, position in enumerate(positions))
    return replace(layout, tiles=tiles), frames, tuple(notes)


def overlays_of_tiles(planes: tuple[OverlayPlane, ...], tiles: Tiles) -> list[tuple[OverlayPlane, ...]]:
    """The planes over a sheet, as they lie over each of its tiles."""
    made = []
    for index in range(tiles.count):
        top, left = tiles.corner(index)
        made.append(tuple(replace(one, origin=(one.origin[0] - top, one.origin[1] - left)) for one in planes))
    return made


def _stated(elements: Elements) -> tuple[int, tuple[float, ...]]:
    """Return how many slices the private header counts (else 0), and their direction (else empty)."""
    count, normal = 0, tuple[float, ...]()
    header = elements.private(*CSA_IMAGE_HEADER)
    if header is not None:
        try:
            found = csa_numbers(header[0], _WANTED)
        except DamagedCsa:
            found = {}
        counted, normal = found.get(_COUNT, ()), found.get(_NORMAL, ())
        count = int(counted[0]) if len(counted) == 1 and counted[0].is_integer() else 0
    own = elements.private(*IMAGES_IN_MOSAIC)
    if not count and own is not None and len(own[0]) == 2:
        count = int.from_bytes(own[0], "little" if own[1] else "big")
    return count, normal


def _tiles(layout: PixelLayout, count: int) -> Tiles | None:
    """The smallest square of tiles that holds so many, if it fits the sheet."""
    if not 1 < count <= min(layout.rows, layout.columns) ** 2 or layout.samples != 1 or layout.frames != 1:
        return None
    across = int(np.ceil(np.sqrt(count)))
    if layout.rows % across or layout.columns % across:
        return None
    return Tiles(count, across, layout.rows // across, layout.columns // across)


def _side(orientation: Cosines, normal: tuple[float, ...]) -> float | None:
    """Return +1 if slices follow each other along row × column, −1 if against it, None if the header does not tell."""
    if len(normal) != 3:
        return None
    along = float(np.dot(normal_of(orientation), normal))
    return None if abs(along) < _PARALLEL else float(np.sign(along))


@lru_cache(maxsize=64)
def _positions(
    corner: Vector,
    orientation: Cosines,
    spacing: tuple[float, float],
    sheet: tuple[int, int],
    tiles: Tiles,
    step: float,
) -> tuple[Vector, ...]:
    """Return the centre of the first voxel of every slice.

    The stated position is that of the corner of a slice as large as the sheet with the same centre (nibabel's
    "DICOM mosaic" page gives the derivation). Volumes of one run share the result.
    """
    row, column = np.asarray(orientation[:3]), np.asarray(orientation[3:])
    across = (sheet[1] - tiles.columns) / 2 * spacing[1] * row
    down = (sheet[0] - tiles.rows) / 2 * spacing[0] * column
    first = np.asarray(corner) + across + down
    normal = normal_of(orientation) * step
    positions = first + np.arange(tiles.count)[:, np.newaxis] * normal
    return tuple((float(x), float(y), float(z)) for x, y, z in positions)


# --- Siemens' private image header (CSA): named values in a private element, in two undocumented forms ---


class DamagedCsa(Exception):
    """The header does not hold what its own lengths promise."""


def csa_numbers(content: bytes, wanted: Set[str]) -> dict[str, tuple[float, ...]]:
    """The finite numbers of those `wanted` names that are there. Raises `DamagedCsa`."""
    if len(content) > _LARGEST:
        raise DamagedCsa
    is_second = content.startswith(_MARK)
    stream = BytesIO(content)
    stream.seek(8 if is_second else 0)
    count, _ = _fields(stream, _HEAD)
    if not 0 < count <= _MOST:
        raise DamagedCsa
    found: dict[str, tuple[float, ...]] = {}
    first_items: int | None = None
    for _ in range(count):
        name, _, _, _, items, _ = _fields(stream, _TAG)
        if not 0 <= items <= _MOST:
            raise DamagedCsa
        first_items = items if first_items is None else first_items
        if is_second:
            values = [_value(stream, _fields(stream, _ITEM)[1]) for _ in range(items)]
        else:
            values = _first_form(stream, items, first_items)
        key = _text(name)
        if key in wanted:
            found[key] = tuple(number for one in values if (number := finite_number(_text(one))) is not None)
            if len(found) == len(wanted):
                break
    return found


def _take(stream: BytesIO, count: int) -> bytes:
    """Take so many bytes. Raises `DamagedCsa` if they are not there."""
    taken = stream.read(count) if count >= 0 else b""
    if len(taken) != count:
        raise DamagedCsa
    return taken


def _fields(stream: BytesIO, form: Struct) -> tuple[Any, ...]:
    """The fields of a structure. Raises `DamagedCsa`."""
    return form.unpack(_take(stream, form.size))


def _value(stream: BytesIO, length: int) -> bytes:
    """The bytes of a value, and on to the next multiple of four counted from the beginning."""
    taken = _take(stream, length)
    stream.read(-stream.tell() % 4)
    return taken


def _first_form(stream: BytesIO, items: int, first_items: int) -> list[bytes]:
    """As SPM reads it: lengths count from the number of items of the first name, and a wrong one ends the list."""
    values = []
    for _ in range(items):
        length = _fields(stream, _ITEM)[0] - first_items
        if not 0 <= length <= len(stream.getbuffer()) - stream.tell():
            break
        values.append(_value(stream, length))
    return values


def _text(value: bytes) -> str:
    return value.partition(b"\0")[0].decode("latin-1").strip()
