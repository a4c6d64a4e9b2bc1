"""Files become series: split by what differs, sorted along the normal, repeated positions folded into phases."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import PurePath

import numpy as np

from imaging.base.natural_sort import natural_key
from imaging.formats.dicom.frame_groups import Cosines, FrameHeader
from imaging.formats.dicom.header import DicomHeader
from imaging.formats.dicom.phases import Item, Stack, stacks_of
from imaging.formats.dicom.pixels.pixel_module import PixelStorage
from imaging.formats.dicom.stack import UNKNOWN, StackGeometry, stack_geometry
from imaging.volume.geometry import letters_of
from imaging.volume.series import IDENTITY, Acquisition, Format, Polarity, Series, StoredFrame

# Slices of one stack share their orientation to well under this; the parts of a multi-angle scan differ by more.
_SAME_DIRECTION = float(np.cos(np.deg2rad(0.5)))


def group(headers: Sequence[DicomHeader]) -> list[Series]:
    """Series made of those headers, in the order of their series numbers. Independent of the order of `headers`."""
    families: dict[tuple[object, ...], list[Item]] = defaultdict(list)
    for header in sorted(headers, key=lambda header: header.source):
        for frame in header.frames:
            families[_key(header, frame)].append(Item(header, frame))
    found = []
    for items in families.values():
        kept, copies = _without_copies(items)
        for direction in _by_orientation(kept):
            notes = _copy_notes(copies)
            for stack in stacks_of(direction):
                found.append((_rank(stack), _series(stack, (*stack.notes, *notes))))
                notes = ()
    return _with_own_ids([series for _, series in sorted(found, key=itemgetter(0))])


def _rank(stack: Stack) -> tuple[object, ...]:
    """Series by their number; of one series the largest stack first, then as they were taken, echo by echo."""
    header, frame = stack.items[0]
    number = header.number
    taken = min(item.header.instance_number for item in stack.items), *map(natural_key, frame.variant)
    return number is None, number or 0, header.series_uid, -len(stack.items), taken, frame.index, header.source


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


def _without_copies(items: list[Item]) -> tuple[list[Item], int]:
    """The items with every instance once, of several the one whose pixels are surest: as they were, and plainly stored.

    Equal UIDs at different places are a writer's mistake, not copies.
    """
    best: dict[object, Item] = {}
    for item in items:
        header, frame = item
        mark = (header.instance_uid, frame.index, frame.position, frame.moment) if header.instance_uid else id(frame)
        if mark not in best or _doubts(header) < _doubts(best[mark].header):
            best[mark] = item
    kept = list(best.values())
    return kept, len(items) - len(kept)


def _doubts(header: DicomHeader) -> tuple[bool, bool]:
    return header.acquisition.is_lossy, header.layout.storage is not PixelStorage.NATIVE


def _copy_notes(copies: int) -> tuple[str, ...]:
    return (f"{copies} cop{'ies' if copies > 1 else 'y'} of the same slices left out",) if copies else ()


def _by_orientation(items: list[Item]) -> list[list[Item]]:
    clusters: list[tuple[Cosines | None, list[Item]]] = []
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


def _series(stack: Stack, notes: tuple[str, ...]) -> Series:
    items, slices = stack.items, stack.slices
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
        phases=stack.phases,
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
        acquisition=_acquisition(items),
        notes=(*own_notes, *geometry.notes, *notes),
        regular=geometry.regular,
        tilted=geometry.tilted,
        depth_known=geometry.depth_known,
        edges=_edges(header, frame) if geometry.affine is None else None,
    )


def _acquisition(items: list[Item]) -> Acquisition:
    """That of the first slice; lossy where any slice is, by the largest ratio."""
    first = items[0].header.acquisition
    lossy = {id(item.header): item.header.acquisition for item in items if item.header.acquisition.is_lossy}
    if not lossy:
        return first
    ratios = [one.lossy_ratio for one in lossy.values() if one.lossy_ratio is not None]
    return replace(first, is_lossy=True, lossy_ratio=max(ratios, default=None))


def _edges(header: DicomHeader, frame: FrameHeader) -> tuple[str, str] | None:
    """The letters of the slice's edges without an affine: by its directions, else by Patient Orientation."""
    if frame.orientation is None:
        return header.edges
    return letters_of(frame.orientation[3:]), letters_of(frame.orientation[:3])


def _geometry(items: list[Item]) -> StackGeometry:
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


def _stored(item: Item) -> StoredFrame:
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
