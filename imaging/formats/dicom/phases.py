"""The frames of one stack by place along its normal and by time at each place: slices, and phases of all of them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.formats.dicom.frame_groups import FrameHeader, normal_of
from imaging.formats.dicom.header import DicomHeader

# Positions closer than this (or a tenth of the thickness) are the same place.
_SAME_PLACE_MM = 0.01
# A slice that moves by less than this part of the distance to the next one is still the same.
_FOLLOWED = 0.25
# A place that lacks more repetitions than this is not set beside the others: while a folder is read most do.
_MOST_MISSING = 32
SURPLUS = "some positions hold more slices than others; the surplus is a series of its own"


class Item(NamedTuple):
    """One frame and the header of its file."""

    header: DicomHeader
    frame: FrameHeader


class Stack(NamedTuple):
    """A number of phases that hold the same places, `items[phase * slices + slice]`, and notes on what was left out."""

    items: list[Item]
    slices: int
    phases: int
    notes: tuple[str, ...] = ()


def stacks_of(items: list[Item]) -> Iterator[Stack]:
    """A stack with a phase for each repetition that all places share, and more for what is left over from that.

    Where places are repeated unequally, a phase is what was taken at one time as far as the headers tell that, so that
    a slice that is missing from one does not shift the following ones. Such phases are stacks of their own.
    """
    places = _places(items)
    counts = {len(place) for place in places}
    followed = _followed(places) if len(counts) > 1 or counts == {1} else None
    if followed is not None:
        yield followed
        return
    if len(counts) == 1:
        yield Stack([place[phase] for phase in range(len(places[0])) for place in places], len(places), len(places[0]))
        return
    volumes = _volumes(places)
    whole = [volume for volume in volumes if len(volume) == len(places)]
    if 2 * len(whole) > len(volumes):
        count = len(volumes) - len(whole)
        note = f"{count} phase{' lacks' if count == 1 else 's lack'} slices and stand{'s' * (count == 1)} apart"
        yield Stack([item for volume in whole for item in volume], len(places), len(whole), (note,))
        for volume in volumes:
            if len(volume) < len(places):
                yield Stack(volume, len(volume), 1)
        return
    phases = min(counts)
    yield Stack([place[phase] for phase in range(phases) for place in places], len(places), phases, (SURPLUS,))
    yield from stacks_of([item for place in places for item in place[phases:]])


def _places(items: list[Item]) -> list[list[Item]]:
    """The items by position along the normal, those of one place by time; without positions each is its own place."""
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return [[item] for item in sorted(items, key=_by_number)]
    normal = normal_of(first.orientation)
    located = [(float(np.dot(item.frame.position or (0.0,) * 3, normal)), item) for item in items]
    located.sort(key=lambda pair: pair[0])
    tolerance = min(_SAME_PLACE_MM, first.thickness / 10) if first.thickness else _SAME_PLACE_MM
    places: list[list[Item]] = []
    last = -np.inf
    for distance, item in located:
        if distance - last > tolerance:
            places.append([])
            last = distance
        places[-1].append(item)
    return [sorted(place, key=_by_moment) for place in places]


def _by_number(item: Item) -> tuple[object, ...]:
    header, frame = item
    return (header.instance_number, frame.index, frame.moment, header.instance_uid, header.source)


def _by_moment(item: Item) -> tuple[object, ...]:
    header, frame = item
    return (frame.moment, header.instance_number, header.instance_uid, header.source)


def _followed(places: Sequence[Sequence[Item]]) -> Stack | None:
    """Volumes whose slices were moved a little with the patient's head, from one repetition to the next.

    A part of the moments then tells which slices are of one volume, and none is far from its like in the others.
    """
    items = [item for place in places for item in place]
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
            note = f"slices lie up to {moved:.2g} mm apart from phase to phase; the places of the first one are used"
            return Stack(ordered, slices, len(volumes), (note,))
    return None


def _volumes(places: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """What was taken at one time, volume by volume, of places that are repeated unequally; none where nothing tells."""
    labels = _shared_labels(places) or _aligned_labels(places)
    if labels is None:
        return []
    volumes: dict[float, list[Item]] = {}
    for place, named in zip(places, labels, strict=True):
        for item, label in zip(place, named, strict=True):
            volumes.setdefault(label, []).append(item)
    return [volumes[label] for label in sorted(volumes)]


def _shared_labels(places: Sequence[Sequence[Item]]) -> list[list[float]] | None:
    """The first part of the moments that counts the repetitions: its values differ at a place and are common to all."""
    longest = max(map(len, places))
    for part in range(min(len(item.frame.moment) for place in places for item in place)):
        labels = [[item.frame.moment[part] for item in place] for place in places]
        differ = all(len(set(named)) == len(named) for named in labels)
        if differ and len({label for named in labels for label in named}) == longest:
            return labels
    return None


def _aligned_labels(places: Sequence[Sequence[Item]]) -> list[list[float]] | None:
    """Slices with a time (or a number) of their own each: the repetition by the steps between those of one place.

    The steps are those of the places that have all repetitions, which must be half of them at least.
    """
    longest = max(map(len, places))
    if 2 * sum(len(place) == longest for place in places) < len(places):
        return None
    for part in range(min(len(item.frame.moment) for place in places for item in place)):
        clocks = [np.array([item.frame.moment[part] for item in place], dtype=np.float64) for place in places]
        full = [clock for clock in clocks if len(clock) == longest]
        steps = np.mean(full, axis=0)
        starts = [float(clock[0] - steps[0]) for clock in full]
        labels = [_aligned(clock, steps, min(starts), max(starts)) for clock in clocks]
        if all(labels):
            return labels
    return None


def _aligned(clock: NDArray[np.float64], steps: NDArray[np.float64], low: float, high: float) -> list[float]:
    """The repetition of each time of one place; an empty list where two would be the same.

    A place may lack its first or its last ones: it does not begin as late (`low` to `high`, from the mean) as no other
    does, and else it is the last that are missing, as when a scan was stopped.
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
