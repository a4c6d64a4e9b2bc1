"""Files become series: split by what differs, sorted along the normal, repeated positions folded into phases."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from imaging.geometry import letters_of
from imaging.readers.dicom_functional import Cosines, FrameHeader, normal_of
from imaging.readers.dicom_header import DicomHeader
from imaging.readers.dicom_stack import UNKNOWN, StackGeometry, stack_geometry
from imaging.series import IDENTITY, Format, Polarity, Series, StoredFrame

# Slices of one stack share their orientation to well under this; the parts of a multi-angle scan differ by more.
_SAME_DIRECTION = float(np.cos(np.deg2rad(0.5)))
# Positions closer than this (or a tenth of the thickness) are the same place.
_SAME_PLACE_MM = 0.01


class _Item(NamedTuple):
    header: DicomHeader
    frame: FrameHeader


def group(headers: Sequence[DicomHeader]) -> list[Series]:
    """Series made of those headers, in the order of their series numbers. Independent of the order of `headers`."""
    families: dict[tuple[object, ...], list[_Item]] = defaultdict(list)
    for header in sorted(headers, key=lambda header: header.source):
        for frame in header.frames:
            families[_key(header, frame)].append(_Item(header, frame))
    series = []
    for items in families.values():
        kept, copies = _without_copies(items)
        for direction in _by_orientation(kept):
            series += _stacks(direction, _copy_notes(copies))
    series.sort(key=lambda one: (one.number is None, one.number or 0, one.id, -len(one.frames), one.frames[0].source))
    return _with_own_ids(series)


def _key(header: DicomHeader, frame: FrameHeader) -> tuple[object, ...]:
    """What must be equal for two frames to stand in one stack."""
    layout = header.layout
    spacing = None if frame.spacing is None else (round(frame.spacing[0], 4), round(frame.spacing[1], 4))
    located = frame.position is not None and frame.orientation is not None
    # A loop without positions is a stack of its own, whatever else its series holds.
    loop = header.source if len(header.frames) > 1 and not located else None
    return (
        header.series_uid,
        header.family,
        frame.variant,
        layout.slice_shape,
        layout.dtype,
        layout.polarity,
        spacing,
        located,
        None if located else header.edges,
        loop,
    )


def _without_copies(items: list[_Item]) -> tuple[list[_Item], int]:
    """The items with every instance once. Equal UIDs at different places are a writer's mistake, not copies."""
    seen = set()
    kept = []
    for item in items:
        header, frame = item
        mark = (header.instance_uid, frame.index, frame.position, frame.moment)
        if header.instance_uid and mark in seen:
            continue
        seen.add(mark)
        kept.append(item)
    return kept, len(items) - len(kept)


def _copy_notes(copies: int) -> tuple[str, ...]:
    return (f"{copies} cop{'ies' if copies > 1 else 'y'} of the same slices left out",) if copies else ()


def _by_orientation(items: list[_Item]) -> list[list[_Item]]:
    clusters: list[tuple[Cosines | None, list[_Item]]] = []
    for item in items:
        own = item.frame.orientation
        for orientation, members in clusters:
            if _same_orientation(own, orientation):
                members.append(item)
                break
        else:
            clusters.append((own, [item]))
    return [members for _, members in clusters]


def _same_orientation(one: Cosines | None, other: Cosines | None) -> bool:
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    row = sum(a * b for a, b in zip(one[:3], other[:3], strict=True))
    column = sum(a * b for a, b in zip(one[3:], other[3:], strict=True))
    return row > _SAME_DIRECTION and column > _SAME_DIRECTION


def _stacks(items: list[_Item], notes: tuple[str, ...]) -> list[Series]:
    """One series with a phase for each repetition that all positions share, and more for slices left over from that."""
    places = _places(items)
    phases = min(len(place) for place in places)
    left_over = [item for place in places for item in place[phases:]]
    if left_over:
        notes = (*notes, "some positions hold more slices than others; the surplus is a series of its own")
    ordered = [place[phase] for phase in range(phases) for place in places]
    series = [_series(ordered, len(places), phases, notes)]
    return series + (_stacks(left_over, ()) if left_over else [])


def _places(items: list[_Item]) -> list[list[_Item]]:
    """The items by position along the normal, those of one place by time; without positions each is its own place."""
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return [[item] for item in sorted(items, key=_by_number)]
    normal = normal_of(first.orientation)
    located = [(float(np.dot(item.frame.position or (0.0,) * 3, normal)), item) for item in items]
    located.sort(key=lambda pair: pair[0])
    tolerance = min(_SAME_PLACE_MM, first.thickness / 10) if first.thickness else _SAME_PLACE_MM
    places: list[list[_Item]] = []
    last = -np.inf
    for distance, item in located:
        if distance - last > tolerance:
            places.append([])
            last = distance
        places[-1].append(item)
    return [sorted(place, key=_by_moment) for place in places]


def _by_number(item: _Item) -> tuple[object, ...]:
    header, frame = item
    return (header.instance_number, frame.index, frame.moment, header.instance_uid, header.source)


def _by_moment(item: _Item) -> tuple[object, ...]:
    header, frame = item
    return (frame.moment, header.instance_number, header.instance_uid, header.source)


def _series(items: list[_Item], slices: int, phases: int, notes: tuple[str, ...]) -> Series:
    header, frame = items[0]
    geometry = _geometry(items[:slices])
    own_notes = dict.fromkeys(note for item in items for note in item.header.notes)
    colour = header.layout.polarity is Polarity.COLOUR
    return Series(
        id=header.series_uid,
        format=Format.DICOM,
        frames=tuple(_stored(item) for item in items),
        slices=slices,
        rows=header.layout.slice_shape[0],
        columns=header.layout.slice_shape[1],
        dtype=header.layout.dtype,
        phases=phases,
        channels=3 if colour else 1,
        number=header.number,
        modality=header.modality,
        description=header.description,
        affine=geometry.affine,
        pixel_spacing=frame.spacing,
        pixel_aspect=header.pixel_aspect,
        units=None if colour else header.units,
        polarity=header.layout.polarity,
        padding=None if colour else header.padding,
        patient=header.patient,
        acquisition=header.acquisition,
        notes=(*own_notes, *geometry.notes, *notes),
        regular=geometry.regular,
        tilted=geometry.tilted,
        depth_known=geometry.depth_known,
        edges=_edges(header, frame) if geometry.affine is None else None,
    )


def _edges(header: DicomHeader, frame: FrameHeader) -> tuple[str, str] | None:
    """The letters of the slice's edges without an affine: by its directions, else by Patient Orientation."""
    if frame.orientation is None:
        return header.edges
    return letters_of(frame.orientation[3:]), letters_of(frame.orientation[:3])


def _geometry(items: list[_Item]) -> StackGeometry:
    first = items[0].frame
    positions = [item.frame.position for item in items if item.frame.position is not None]
    if first.orientation is None or first.spacing is None or len(positions) < len(items):
        return UNKNOWN
    return stack_geometry(
        positions,
        first.orientation,
        spacing=first.spacing,
        thickness=first.thickness,
        names=[PurePath(item.header.source.member or item.header.source.path).name for item in items],
    )


def _stored(item: _Item) -> StoredFrame:
    header, frame = item
    # Neither a rescale nor a window has a meaning for colour, whatever stands in the file (C.7.6.3, C.11.2).
    colour = header.layout.polarity is Polarity.COLOUR
    return StoredFrame(
        source=header.source,
        index=frame.index,
        modality=IDENTITY if colour else frame.modality,
        windows=() if colour else frame.windows,
        position=frame.position,
        overlays=header.overlays[frame.index],
        layout=header.layout,
    )


def _with_own_ids(series: list[Series]) -> list[Series]:
    """Ids made unique: the second stack of one series UID gets `#2`, as it is called on screen."""
    seen: dict[str, int] = defaultdict(int)
    named = []
    for one in series:
        seen[one.id] += 1
        count = seen[one.id]
        named.append(one if count == 1 else replace(one, id=f"{one.id}#{count}"))
    return named
