"""Files become series: split by what differs, sorted along the normal, repeated positions folded into phases."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import PurePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.base.natural_sort import natural_key
from imaging.formats.dicom.frame_groups import FrameHeader
from imaging.formats.dicom.header import DicomHeader
from imaging.formats.dicom.pixels.pixel_module import PixelStorage
from imaging.volume.geometry import Cosines, StackGeometry, letters_of, normal_of, stack_geometry
from imaging.volume.series import IDENTITY, Acquisition, Format, Polarity, Series, StoredFrame

# Slices of one stack share their orientation to well under this; the parts of a multi-angle scan differ by more.
_SAME_DIRECTION = float(np.cos(np.deg2rad(0.5)))
# Positions closer than this (or a tenth of the thickness) are the same position.
_SAME_POSITION_MM = 0.01
# A slice that moves by less than this part of the distance to the next one is still the same.
_FOLLOWED = 0.25
# A position that lacks more repetitions than this is not set beside the others: while a folder is read most do.
_MOST_MISSING = 32
SURPLUS = "some positions hold more slices than others; the surplus is a series of its own"


class Item(NamedTuple):
    """One frame and the header of its file."""

    header: DicomHeader
    frame: FrameHeader


class Stack(NamedTuple):
    """Phases that hold the same positions, `items[phase * slices + slice]`, and notes on what was left out."""

    items: list[Item]
    slices: int
    phases: int
    notes: tuple[str, ...] = ()


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
            notes = (f"{copies} cop{'ies' if copies > 1 else 'y'} of the same slices left out",) if copies else ()
            for stack in stacks_of(direction):
                found.append((_rank(stack), _series(stack, (*stack.notes, *notes))))
                notes = ()
    return _with_own_ids([series for _, series in sorted(found, key=itemgetter(0))])


def _rank(stack: Stack) -> tuple[object, ...]:
    """Series by their number; of one series the largest stack first, then as they were taken, echo by echo."""
    header, frame = stack.items[0]
    number = header.shared.number
    taken = min(item.header.instance_number for item in stack.items), *map(natural_key, frame.variant)
    return number is None, number or 0, header.series_uid, -len(stack.items), taken, frame.index, header.source


def _key(header: DicomHeader, frame: FrameHeader) -> tuple[object, ...]:
    """Return all that must be equal for two frames to stand in one stack."""
    layout = header.layout
    spacing = None if frame.spacing is None else (round(frame.spacing[0], 4), round(frame.spacing[1], 4))
    located = frame.position is not None and frame.orientation is not None
    # A loop without positions is a stack of its own, whatever else its series holds.
    loop = header.source if len(header.frames) > 1 and not located else None
    edges = None if located else header.shared.edges
    pixels = layout.slice_shape, layout.dtype, layout.polarity, spacing
    return (header.series_uid, header.shared.family, frame.variant, *pixels, located, edges, loop)


def _without_copies(items: list[Item]) -> tuple[list[Item], int]:
    """The items with every instance once, of several the one whose pixels are surest: as they were, and plainly stored.

    Equal UIDs at different positions are a writer's mistake, not copies.
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
    return header.shared.acquisition.is_lossy, header.layout.storage is not PixelStorage.NATIVE


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
    edges = header.shared.edges
    if frame.orientation is not None:
        edges = letters_of(frame.orientation[3:]), letters_of(frame.orientation[:3])
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
        number=header.shared.number,
        modality=header.shared.modality,
        description=header.shared.description,
        affine=geometry.affine,
        pixel_spacing=frame.spacing,
        pixel_aspect=header.pixel_aspect,
        units=None if colour else header.units,
        polarity=header.layout.polarity,
        padding=None if colour else header.shared.padding,
        patient=header.shared.patient,
        acquisition=_acquisition(items),
        notes=(*own_notes, *geometry.notes, *notes),
        regular=geometry.regular,
        tilted=geometry.tilted,
        depth_known=geometry.depth_known,
        edges=edges if geometry.affine is None else None,
    )


def _acquisition(items: list[Item]) -> Acquisition:
    """Return that of the first slice; lossy if any slice is, by the largest ratio."""
    every = {id(item.header): item.header.shared.acquisition for item in items}.values()
    ratios = [one.lossy_ratio for one in every if one.is_lossy and one.lossy_ratio is not None]
    first = items[0].header.shared.acquisition
    is_lossy = any(one.is_lossy for one in every)
    return replace(first, is_lossy=True, lossy_ratio=max(ratios, default=None)) if is_lossy else first


def _geometry(items: list[Item]) -> StackGeometry:
    first = items[0].frame
    positions = [item.frame.position for item in items if item.frame.position is not None]
    if first.orientation is None or first.spacing is None or len(positions) < len(items):
        return StackGeometry(None, False)
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


def stacks_of(items: list[Item]) -> Iterator[Stack]:
    """A stack with a phase for each repetition that all positions share, and more for what is left over from that.

    If positions are repeated unequally, a phase is what was taken at one time as far as the headers tell, so that a
    slice that is missing from one does not shift the following ones. Such phases are stacks of their own.
    """
    positions = _by_position(items)
    counts = {len(position) for position in positions}
    followed = _followed(positions) if len(counts) > 1 or counts == {1} else None
    if followed is not None:
        yield followed
        return
    volumes = _volumes(positions) if len(counts) > 1 else []
    whole = [volume for volume in volumes if len(volume) == len(positions)]
    if 2 * len(whole) > len(volumes):
        count = len(volumes) - len(whole)
        note = f"{count} phase{' lacks' if count == 1 else 's lack'} slices and stand{'s' * (count == 1)} apart"
        yield Stack([item for volume in whole for item in volume], len(positions), len(whole), (note,))
        for volume in volumes:
            if len(volume) < len(positions):
                yield Stack(volume, len(volume), 1)
        return
    phases = min(counts)
    surplus = [item for position in positions for item in position[phases:]]
    items = [position[phase] for phase in range(phases) for position in positions]
    yield Stack(items, len(positions), phases, (SURPLUS,) if surplus else ())
    if surplus:
        yield from stacks_of(surplus)


def _by_position(items: list[Item]) -> list[list[Item]]:
    """Group items by position along the normal, those of one position by time; without positions each is alone."""
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return [[item] for item in sorted(items, key=_by_number)]
    normal = normal_of(first.orientation)
    located = [(float(np.dot(item.frame.position or (0.0,) * 3, normal)), item) for item in items]
    located.sort(key=lambda pair: pair[0])
    tolerance = min(_SAME_POSITION_MM, first.thickness / 10) if first.thickness else _SAME_POSITION_MM
    positions: list[list[Item]] = []
    last = -np.inf
    for distance, item in located:
        if distance - last > tolerance:
            positions.append([])
            last = distance
        positions[-1].append(item)
    return [sorted(position, key=_by_moment) for position in positions]


def _by_number(item: Item) -> tuple[object, ...]:
    header, frame = item
    return (header.instance_number, frame.index, frame.moment, header.instance_uid, header.source)


def _by_moment(item: Item) -> tuple[object, ...]:
    header, frame = item
    return (frame.moment, header.instance_number, header.instance_uid, header.source)


def _followed(positions: Sequence[Sequence[Item]]) -> Stack | None:
    """Volumes whose slices were moved a little with the patient's head, from one repetition to the next.

    A part of the moments then tells which slices are of one volume, and none is far from its like in the others.
    """
    items = [item for position in positions for item in position]
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return None
    normal = normal_of(first.orientation)
    for part in range(min(len(item.frame.moment) for item in items)):
        volumes: dict[float, list[Item]] = {}
        for item in items:
            volumes.setdefault(item.frame.moment[part], []).append(item)
        slices = len(next(iter(volumes.values())))
        if slices < 2 or len(volumes) < 2 or any(len(volume) != slices for volume in volumes.values()):
            continue
        ordered = [item for label in sorted(volumes) for item in volumes[label]]
        depths = np.array([np.dot(item.frame.position or (0.0,) * 3, normal) for item in ordered]).reshape(-1, slices)
        moved = float(np.ptp(depths, axis=0).max())
        if moved < _FOLLOWED * float(np.median(np.diff(depths, axis=1))):
            note = f"slices lie up to {moved:.2g} mm apart from phase to phase; the positions of the first one are used"
            return Stack(ordered, slices, len(volumes), (note,))
    return None


def _volumes(positions: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Return the items taken at one time, volume by volume, of positions repeated unequally; none if nothing tells."""
    labels = _shared_labels(positions) or _aligned_labels(positions)
    if labels is None:
        return []
    volumes: dict[float, list[Item]] = {}
    for position, named in zip(positions, labels, strict=True):
        for item, label in zip(position, named, strict=True):
            volumes.setdefault(label, []).append(item)
    return [volumes[label] for label in sorted(volumes)]


def _shared_labels(positions: Sequence[Sequence[Item]]) -> list[list[float]] | None:
    """Return the first part of the moments that counts repetitions: it differs at a position and is common to all."""
    longest = max(map(len, positions))
    for part in range(min(len(item.frame.moment) for position in positions for item in position)):
        labels = [[item.frame.moment[part] for item in position] for position in positions]
        differ = all(len(set(named)) == len(named) for named in labels)
        if differ and len({label for named in labels for label in named}) == longest:
            return labels
    return None


def _aligned_labels(positions: Sequence[Sequence[Item]]) -> list[list[float]] | None:
    """Slices with a time (or a number) of their own each: the repetition by the steps between those of one position.

    The steps are those of the positions that have all repetitions, which must be half of them at least.
    """
    longest = max(map(len, positions))
    if 2 * sum(len(position) == longest for position in positions) < len(positions):
        return None
    for part in range(min(len(item.frame.moment) for position in positions for item in position)):
        clocks = [np.array([item.frame.moment[part] for item in position], dtype=np.float64) for position in positions]
        full = [clock for clock in clocks if len(clock) == longest]
        steps = np.mean(full, axis=0)
        starts = [float(clock[0] - steps[0]) for clock in full]
        labels = [align_repetitions(clock, steps, min(starts), max(starts)) for clock in clocks]
        if all(labels):
            return labels
    return None


def align_repetitions(clock: NDArray[np.float64], steps: NDArray[np.float64], low: float, high: float) -> list[float]:
    """Return the repetition of each time at one position; an empty list if two would be the same.

    A position may lack its first or its last ones: it does not begin as late (`low` to `high`, from the mean) as no
    other does, and else it is the last that are missing, as when a scan was stopped.
    """
    if len(steps) - len(clock) > _MOST_MISSING:
        return []
    found: list[tuple[bool, int, list[float]]] = []
    for first in range(len(steps) - len(clock) + 1):
        late = float(clock[0] - steps[first])
        named = np.abs(clock[:, np.newaxis] - late - steps).argmin(axis=1).tolist()
        if len(set(named)) == len(named):
            found.append((not low <= late <= high, first, named))
    return min(found)[2] if found else []
