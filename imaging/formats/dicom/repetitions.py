"""The positions of frames of one orientation, and repetitions of a position that only times and numbers tell apart."""

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.natural_sort import natural_key
from imaging.formats.dicom.frame_groups import FrameHeader
from imaging.formats.dicom.header import DicomHeader
from imaging.formats.dicom.rules import ORDERING, RULES, SEGMENT, Role, Value, numbers_of
from imaging.volume.geometry import Cosines, normal_of

# Positions closer than this (or a tenth of the thickness) are the same position.
_SAME_POSITION_MM = 0.01
# A slice that moves by less than this part of the distance to the next one is still the same.
_FOLLOWED = 0.25
# A position that lacks more repetitions than this is not set beside the others: while a folder is read most do.
_MOST_MISSING = 32
SURPLUS = english("some positions hold more slices than others; the surplus is a series of its own")
UNKNOWN_ORDER = english(
    "nothing in the files tells the order of their slices, which are shown in the order of the files' names"
)

TIMES = numbers_of(Role.TIME)
_CONTRASTS = tuple(number for number in numbers_of(Role.CONTRAST) if number != SEGMENT)
_CLOCKS = (*(number for number in _CONTRASTS if RULES[number].ranked), *TIMES)
"""The rows whose values may differ from position to position within one phase."""


class Item(NamedTuple):
    """One frame and the header of its file."""

    header: DicomHeader
    frame: FrameHeader


class PhaseSlices(NamedTuple):
    """The slices of one phase, the numbers of the positions they have, and what they state, by the number of a row."""

    items: list[Item]
    where: tuple[int, ...]
    states: dict[int, Value]
    repetition: int = 0
    notes: tuple[Text, ...] = ()
    row: int | None = None
    """The row of time that tells repetitions apart, where it is one."""
    is_moved: bool = False
    """Whether its slices moved with the patient, so that its positions are its own."""


def by_position(items: list[Item]) -> list[list[Item]]:
    """Group items by position along the normal, those of one position by time; without positions each is alone."""
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return [[item] for item in in_order(items)]
    located = sorted(zip(_depths_of(items, first.orientation).tolist(), items, strict=True), key=itemgetter(0))
    tolerance = min(_SAME_POSITION_MM, first.thickness / 10) if first.thickness else _SAME_POSITION_MM
    positions: list[list[Item]] = []
    last = -np.inf
    for distance, item in located:
        if distance - last > tolerance:
            positions.append([])
            last = distance
        positions[-1].append(item)
    return [sorted(position, key=moment_of) if len(position) > 1 else position for position in positions]


def _depths_of(items: Sequence[Item], orientation: Cosines) -> NDArray[np.float64]:
    """Return how far along the normal of their slices the positions of frames lie, [item] in millimetres."""
    normal = normal_of(orientation)
    x, y, z = np.array([item.frame.position or (0.0,) * 3 for item in items]).T
    return np.asarray(x * normal[0] + y * normal[1] + z * normal[2])


def in_order(items: Sequence[Item]) -> list[Item]:
    """Return frames without positions in the order of the first number that tells them apart, else of all together.

    Where not even these do, they stand as their files are called.
    """
    ordered = sorted(items, key=_file_name)
    for rows in (*((number,) for number in ORDERING), ORDERING):
        if is_told_apart(items, rows):
            stated = _stated_by_all(items, rows)
            return sorted(ordered, key=lambda item: (*_numbers(item, stated), item.frame.index))
    return ordered


def is_told_apart(items: Sequence[Item], rows: Sequence[int] = ORDERING) -> bool:
    """Return whether the files of frames (whose own order is that of their frames) differ in what the rows state."""
    files = {id(item.header): item for item in items}
    stated = _stated_by_all(items, rows)
    return len({_numbers(item, stated) for item in files.values()}) == len(files)


def _stated_by_all(items: Sequence[Item], rows: Sequence[int]) -> list[int]:
    """Return those of some rows of numbers that every frame states: where one is missing, its turn is not known."""
    return [row for row in rows if all(isinstance(item.frame.values[row], int | float) for item in items)]


def _file_name(item: Item) -> tuple[object, ...]:
    return natural_key(item.header.source.name), item.frame.index


def _numbers(item: Item, rows: Iterable[int]) -> tuple[float, ...]:
    """Return what a frame states for some rows of numbers, 0 for what it does not."""
    values = (item.frame.values[number] for number in rows)
    return tuple(value if isinstance(value, int | float) else 0.0 for value in values)


def sortable(value: Value) -> tuple[object, ...]:
    """Return the sort key of any value: what is not stated first, numbers by size, texts as a person counts."""
    if value is None:
        return (0,)
    # Of the types of images, what was derived comes behind the original.
    return (2, value.startswith("DERIVED"), natural_key(value)) if isinstance(value, str) else (1, value)


def moment_of(item: Item) -> tuple[object, ...]:
    """Sort key at one position: the rows of time, one after the other."""
    times = tuple(sortable(item.frame.values[number]) for number in TIMES)
    return (*times, item.frame.index, natural_key(item.header.source.name))


def repetitions_of(part: list[tuple[int, list[Item]]]) -> Iterator[PhaseSlices]:
    """Yield the repetitions of one contrast, which only times and numbers tell apart."""
    numbers, positions = [where for where, _ in part], [position for _, position in part]
    if all(len(position) == 1 for position in positions):
        yield PhaseSlices([position[0] for position in positions], tuple(numbers), {})
        return
    found = _shared_labels(positions)
    if found is None and len({len(position) for position in positions}) > 1:
        found = _aligned_labels(positions)
    if found is not None:
        row, labels = found
        volumes: dict[Value, tuple[list[Item], list[int]]] = {}
        for where, position, named in zip(numbers, positions, labels, strict=True):
            for item, label in zip(position, named, strict=True):
                items, places = volumes.setdefault(label, ([], []))
                items.append(item)
                places.append(where)
        for repetition, label in enumerate(sorted(volumes, key=sortable)):
            items, places = volumes[label]
            yield PhaseSlices(items, tuple(places), {}, repetition, row=row)
        return
    phases = min(map(len, positions))
    surplus = [(where, position[phases:]) for where, position in part if len(position) > phases]
    notes = _notes_on_ranks(positions, is_surplus=bool(surplus))
    for phase in range(phases):
        yield PhaseSlices([position[phase] for position in positions], tuple(numbers), {}, phase, notes)
    if surplus:
        yield from (volume._replace(repetition=volume.repetition + phases) for volume in repetitions_of(surplus))


def _notes_on_ranks(positions: Sequence[Sequence[Item]], *, is_surplus: bool) -> tuple[Text, ...]:
    """Return what a person should know of repetitions that were only counted."""
    is_known = all(len({moment_of(item)[:-1] for item in position}) == len(position) for position in positions)
    return (*((SURPLUS,) if is_surplus else ()), *(() if is_known else (UNKNOWN_ORDER,)))


def followed(positions: Sequence[Sequence[Item]]) -> Iterator[PhaseSlices]:
    """Yield volumes whose slices were moved a little with the patient's head, from one repetition to the next.

    A row then tells which slices are of one volume, and none is far from its like in the others.
    """
    items = [item for position in positions for item in position]
    first = items[0].frame
    if first.position is None or first.orientation is None:
        return
    gaps = np.diff(np.sort(_depths_of(items, first.orientation)))
    if len(gaps) == 0 or gaps.min() >= 2 * _FOLLOWED * gaps.max():
        # Evenly spaced: slices that moved lie far nearer to their like than to the next one.
        return
    for number in (*_CONTRASTS, *TIMES):
        column = [item.frame.values[number] for item in items]
        count = len(set(column))
        if not 1 < count <= len(items) // 2 or len(items) % count:
            continue
        volumes: dict[Value, list[Item]] = {}
        for item, value in zip(items, column, strict=True):
            volumes.setdefault(value, []).append(item)
        slices = len(items) // count
        if any(len(volume) != slices for volume in volumes.values()):
            continue
        labels = sorted(volumes, key=sortable)
        ordered = [item for label in labels for item in volumes[label]]
        depths = _depths_of(ordered, first.orientation).reshape(-1, slices)
        moved = float(np.ptp(depths, axis=0).max())
        if moved < _FOLLOWED * float(np.median(np.diff(depths, axis=1))):
            note = english(
                "slices lie up to {moved:.2g} mm apart from phase to phase; the positions of the first one are used",
                moved=moved,
            )
            for repetition, label in enumerate(labels):
                states = {number: label} if RULES[number].role is Role.CONTRAST else {}
                turn = 0 if states else repetition
                yield PhaseSlices(volumes[label], tuple(range(slices)), states, turn, (note,), is_moved=True)
            return


def _shared_labels(positions: Sequence[Sequence[Item]]) -> tuple[int, list[list[Value]]] | None:
    """Return the first row of time that counts repetitions, and its values: they differ at a position and are common
    to all.
    """
    longest = max(map(len, positions))
    for number in TIMES:
        labels = [[item.frame.values[number] for item in position] for position in positions]
        differ = all(len(set(named)) == len(named) for named in labels)
        if differ and len({label for named in labels for label in named}) == longest:
            return number, labels
    return None


def _aligned_labels(positions: Sequence[Sequence[Item]]) -> tuple[int, list[list[Value]]] | None:
    """Slices with a time (or a number) of their own each: the repetition by the steps between those of one position.

    The steps are those of the positions that have all repetitions, which must be half of them at least.
    """
    longest = max(map(len, positions))
    if 2 * sum(len(position) == longest for position in positions) < len(positions):
        return None
    for number in _CLOCKS:
        clocks = [np.array(sorted(_numbers(item, (number,))[0] for item in position)) for position in positions]
        full = [clock for clock in clocks if len(clock) == longest]
        steps = np.mean(full, axis=0)
        starts = [float(clock[0] - steps[0]) for clock in full]
        found = [align_repetitions(clock, steps, min(starts), max(starts)) for clock in clocks]
        if all(found):
            return number, [_in_turn(*pair, number) for pair in zip(positions, found, strict=True)]
    return None


def _in_turn(position: Sequence[Item], named: Sequence[float], number: int) -> list[Value]:
    """Return the names of items that were given in the order of a row, in the order of the items."""
    order = sorted(range(len(position)), key=lambda index: _numbers(position[index], (number,))[0])
    turn = dict(zip(order, named, strict=True))
    return [turn[index] for index in range(len(position))]


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
