"""Frames of one orientation become stacks: slices by position, and phases by what the frames state to differ in.

What is stated as a contrast comes before the time at which it was taken (`rules.RULES`). Values that are common to the
positions name the phases. Where only times are known, the repetitions of a position are counted in their order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from imaging.base.english import Text, english, join_english
from imaging.base.policy import FRAMES
from imaging.formats.dicom.repetitions import (
    SURPLUS,
    TIMES,
    Item,
    PhaseSlices,
    by_position,
    followed,
    moment_of,
    repetitions_of,
    sortable,
)
from imaging.formats.dicom.rules import RULES, SEGMENT, Role, Value, numbers_of
from imaging.volume.geometry import Vector, normal_of

_ORDER = english("order of taking")
_Labels = Sequence[tuple[Value, ...]]
"""The values of the items of one position, for the rows of contrast that were taken so far."""

_KINDS = numbers_of(Role.KIND)
_CONTRASTS = numbers_of(Role.CONTRAST)
# Of all pairs of a position and a value more than this part must be there for the values to be common to positions.
_MOSTLY = 0.5
# How far a segmentation's slices may lie from the grid of its stated spacing, as a part of that.
_OFF_GRID = 0.05


class Stack(NamedTuple):
    """Phases that hold the same positions, `items[phase * slices + slice]`, what they are, and notes."""

    items: list[Item]
    slices: int
    phases: int
    notes: tuple[Text, ...] = ()
    phase_of: Text | None = None
    phase_values: tuple[float | str | None, ...] | None = None
    phase_names: tuple[Text, ...] = ()


def stacks_of(items: list[Item]) -> Iterator[Stack]:
    """Yield the stacks of frames of one orientation: those of phases with the same positions, the largest first.

    A phase that lacks slices is a stack of its own, so that it does not shift the others.
    """
    volumes = list(_volumes_of_kinds(by_position(items)))
    if items[0].frame.position is not None and any(volume.states.get(SEGMENT) is not None for volume in volumes):
        volumes = _with_empty_slices(volumes)
    together: dict[_Where, list[PhaseSlices]] = defaultdict(list)
    for volume in volumes:
        together[volume.where, _kind_of(volume) if volume.is_moved else None].append(volume)
    notes = _notes_on_lacking(together)
    for where, phases in sorted(together.items(), key=lambda pair: -len(pair[0][0]) * len(pair[1])):
        yield _stack(phases, notes.get(where, ()))


_Where = tuple[tuple[int, ...], tuple[Value, ...] | None]
"""The positions that volumes share; those that moved with the patient share none with other kinds."""


def _stack(volumes: list[PhaseSlices], notes: tuple[Text, ...]) -> Stack:
    """Set phases in the order of what they state, and say what that is."""
    rows = sorted({number for volume in volumes for number in volume.states})
    varied = [number for number in rows if len({volume.states.get(number) for volume in volumes}) > 1]
    keys = {number: _order_of_values(number, volumes) for number in varied}
    volumes = sorted(
        volumes, key=lambda volume: (*(keys[row](volume.states.get(row)) for row in varied), volume.repetition)
    )
    if SEGMENT in rows and SEGMENT not in varied:
        # Of one segment, too, the label is what a person wants to know.
        varied.append(SEGMENT)
    more = dict.fromkeys(note for volume in volumes for note in volume.notes)
    items = [item for volume in volumes for item in volume.items]
    return Stack(items, len(volumes[0].items), len(volumes), (*more, *notes), *_names_of(volumes, varied))


def _names_of(
    volumes: Sequence[PhaseSlices], varied: Sequence[int]
) -> tuple[Text | None, tuple[float | str | None, ...] | None, tuple[Text, ...]]:
    """Return what phases differ in, the value of each, and its words; values of several rows as words."""
    names = [Text(RULES[number].name) for number in varied]
    columns = [[_shown(number, volume) for volume in volumes] for number in varied]
    words = [[_words_of(number, volume) for volume in volumes] for number in varied]
    if any(volume.repetition for volume in volumes):
        rows = {volume.row for volume in volumes if volume.row is not None}
        time = rows.pop() if len(rows) == 1 else _time_row(volumes, varied)
        names.append(_ORDER if time is None else Text(RULES[time].name))
        if time is not None and RULES[time].says:
            columns.append(_times(time, volumes))
            words.append([RULES[time].say(value) for value in columns[-1]])
        elif varied:
            columns.append([])
            words.append([Text(str(volume.repetition + 1)) for volume in volumes])
    said = tuple(join_english(", ", parts) for parts in zip(*words, strict=True))
    values = said if len(columns) > 1 else tuple(columns[0]) if columns else None
    return reduce(_both, names) if names else None, values, said


def _both(one: Text, other: Text) -> Text:
    return english("{one} and {other}", one=one, other=other)


def _order_of_values(number: int, volumes: Sequence[PhaseSlices]) -> Callable[[Value], tuple[object, ...]]:
    """Return the sort key of a row's values: by number or text; directions as they were taken."""
    taken: dict[Value, tuple[object, ...]] = {}
    for volume in volumes:
        value = volume.states.get(number)
        if isinstance(value, tuple):
            first = min(map(moment_of, volume.items))
            taken[value] = min(taken.get(value, first), first)
    return lambda value: (3, taken[value]) if isinstance(value, tuple) else sortable(value)


def _shown(number: int, volume: PhaseSlices) -> float | str | None:
    value = volume.states.get(number)
    if number == SEGMENT and isinstance(value, float):
        return volume.items[0].header.segments.get(int(value)) or value
    return _words_of(number, volume) if isinstance(value, tuple) else value


def _words_of(number: int, volume: PhaseSlices) -> Text:
    rule, value = RULES[number], volume.states.get(number)
    if value is None:
        return english("no {name}", name=Text(rule.name))
    if number == SEGMENT and isinstance(shown := _shown(number, volume), str):
        return Text("{label}", facts={"label": shown})
    return rule.say(value)


def _time_row(volumes: Sequence[PhaseSlices], varied: Sequence[int]) -> int | None:
    """Return the first row of time whose values grow from repetition to repetition; None if no one's do."""
    for number in TIMES:
        last: tuple[object, float] | None = None
        for volume in volumes:
            same = tuple(volume.states.get(row) for row in varied)
            time = _median_of(number, volume)
            if time is None or (last is not None and last[0] == same and last[1] >= time):
                break
            last = same, time
        else:
            return number
    return None


def _times(number: int, volumes: Sequence[PhaseSlices]) -> list[float | str | None]:
    """Return the values of a row of time; clocks as seconds since the first."""
    values = [_median_of(number, volume) or 0.0 for volume in volumes]
    if RULES[number].says == "{value:g} s":
        start = min(values)
        return [round((value - start) / 1e6, 3) for value in values]
    return list(values)


def _median_of(number: int, volume: PhaseSlices) -> float | None:
    values = [item.frame.values[number] for item in volume.items]
    known = [value for value in values if isinstance(value, int | float)]
    return float(median(known)) if len(known) == len(values) else None


def _notes_on_lacking(together: dict[_Where, list[PhaseSlices]]) -> dict[_Where, tuple[Text, ...]]:
    """Return a note for the positions of the most complete phases, on those that lack some of them."""
    if len(together) == 1:
        return {}
    best = max(together, key=lambda where: (len(where[0]), len(together[where])))
    whole = together[best]
    kinds = {_kind_of(volume) for volume in whole}
    others = [volume for where, volumes in together.items() if where != best for volume in volumes]
    near = [volume for volume in others if _kind_of(volume) in kinds or 2 * len(volume.where) > len(best[0])]
    lacking = sum(set(volume.where) < set(best[0]) for volume in near)
    if not lacking or any(volume.notes for volume in whole):
        return {}
    if len(whole) == 1 < lacking:
        return {best: (SURPLUS,)}
    return {best: (english("%n phase(s) (lacks|lack) slices and (stands|stand) apart", "", lacking),)}


def _with_empty_slices(volumes: Sequence[PhaseSlices]) -> list[PhaseSlices]:
    """Return every segment on all slices: frames that are left out are empty (C.8.20.2, highdicom#214).

    Slices that no segment has are told by the stated spacing.
    """
    known = {where: item for volume in volumes for where, item in zip(volume.where, volume.items, strict=True)}
    numbers = sorted(known)
    places = _grid_of([known[number] for number in numbers])
    if len(places) * len(volumes) > FRAMES:
        return list(volumes)
    there = (place for place, (_, is_there) in enumerate(places) if is_there)
    turn = dict(zip(numbers, there, strict=True))
    filled = []
    for count, volume in enumerate(volumes):
        own = {turn[where]: item for where, item in zip(volume.where, volume.items, strict=True)}
        header, frame = volume.items[0]
        slices = [
            # Counted below 0, so that each is a frame of its own.
            own.get(n) or Item(header, replace(frame, index=-1 - count * len(places) - n, position=position))
            for n, (position, _) in enumerate(places)
        ]
        filled.append(volume._replace(items=slices, where=tuple(range(len(places)))))
    return filled


def _grid_of(items: Sequence[Item]) -> list[tuple[Vector, bool]]:
    """Return the positions of slices and of those that the stated spacing leaves room for; and which were there."""
    frame = items[0].frame
    points = np.array([item.frame.position for item in items], dtype=np.float64)
    there = [((float(x), float(y), float(z)), True) for x, y, z in points]
    if frame.orientation is None or not frame.step or len(items) < 2:
        return there
    step = abs(frame.step) * normal_of(frame.orientation)
    counted = (points - points[0]) @ step / (step @ step)
    numbers = np.rint(counted).astype(int)
    if np.abs(counted - numbers).max() > _OFF_GRID or np.diff(numbers).min() < 1 or numbers[-1] > FRAMES:
        return there
    found = dict(zip(numbers.tolist(), there, strict=True))
    between = (points[0] + n * step for n in range(int(numbers[-1]) + 1))
    return [found.get(n, ((float(x), float(y), float(z)), False)) for n, (x, y, z) in enumerate(between)]


def _kind_of(volume: PhaseSlices) -> tuple[Value, ...]:
    return tuple(volume.states.get(number) for number in _KINDS)


def _volumes_of_kinds(positions: Sequence[Sequence[Item]]) -> Iterator[PhaseSlices]:
    """Yield the volumes of each kind of picture, which never stand in one."""
    items = [item for position in positions for item in position]
    kinds: list[int] = []
    for number in _KINDS:
        # A row that tells no more than those before it is left out.
        if len({item.frame.values[number] for item in items}) == 1:
            continue
        rows = (kinds, [*kinds, number])
        told, more = (len({tuple(item.frame.values[row] for row in some) for item in items}) for some in rows)
        if more > told:
            kinds.append(number)
    parts: dict[tuple[Value, ...], list[tuple[int, list[Item]]]] = {}
    for place, position in enumerate(positions):
        for item in position:
            part = parts.setdefault(tuple(item.frame.values[number] for number in kinds), [])
            if not part or part[-1][0] != place:
                part.append((place, []))
            part[-1][1].append(item)
    for label, part in parts.items():
        states = dict(zip(kinds, label, strict=True))
        for volume in _volumes([position for _, position in part]):
            where = volume.where if volume.is_moved else tuple(part[number][0] for number in volume.where)
            yield volume._replace(states=states | volume.states, where=where)


def _volumes(positions: list[list[Item]]) -> Iterator[PhaseSlices]:
    """Yield the volumes of one kind of picture; `where` counts in the given positions."""
    counts = {len(position) for position in positions}
    is_segmented = any(item.frame.values[SEGMENT] is not None for position in positions for item in position)
    if not is_segmented and (counts == {1} or len(counts) > 1):
        moved = list(followed(positions))
        if moved:
            yield from moved
            return
    rows, labels = _contrasts(positions)
    of_label: dict[tuple[Value, ...], list[tuple[int, list[Item]]]] = {}
    for where, (position, named) in enumerate(zip(positions, labels, strict=True)):
        for item, label in zip(position, named, strict=True):
            part = of_label.setdefault(label, [])
            if not part or part[-1][0] != where:
                part.append((where, []))
            part[-1][1].append(item)
    for label, part in of_label.items():
        states = dict(zip(rows, label, strict=True))
        for volume in repetitions_of(part):
            yield volume._replace(states=states)


def _contrasts(positions: Sequence[Sequence[Item]]) -> tuple[list[int], list[list[tuple[Value, ...]]]]:
    """Return the rows of contrast that tell the items of one position apart, and the values of each item.

    Every row in its turn, as long as there is something left to tell.
    """
    labels: list[list[tuple[Value, ...]]] = [[()] * len(position) for position in positions]
    total, cells = sum(map(len, positions)), len(positions)
    rows: list[int] = []
    for number in _CONTRASTS:
        if cells == total and number != SEGMENT:
            continue
        column = [[item.frame.values[number] for item in position] for position in positions]
        values = {value for part in column for value in part}
        if values == {None} or (len(values) == 1 and number != SEGMENT):
            continue
        finer: list[list[tuple[Value, ...]]] | None = _joined(labels, column)
        if number != SEGMENT:
            finer = _common(labels, column, number) if _cells(_joined(labels, column)) > cells else None
        if finer is None:
            continue
        rows.append(number)
        labels, cells = finer, _cells(finer)
    return rows, labels


def _common(
    labels: Sequence[_Labels], column: Sequence[Sequence[Value]], number: int
) -> list[list[tuple[Value, ...]]] | None:
    """Return labels with the values of a row if these are common to the positions, else None.

    Of all pairs of a position and a value more than half must be there. Values of a ranked row may differ a little
    from position to position: they then count as the middle one of those that are as many-th.
    """
    finer = _joined(labels, column)
    share = _cells(finer) / (len({one for part in finer for one in part}) * len(column))
    ranks = _ranked(labels, column) if RULES[number].ranked and share < 1 else None
    if ranks is not None and (ranks.are_clear or share <= _MOSTLY):
        return _joined(labels, ranks.column)
    return finer if share > _MOSTLY else None


def _joined(labels: Sequence[_Labels], column: Sequence[Sequence[Value]]) -> list[list[tuple[Value, ...]]]:
    return [
        [(*label, value) for label, value in zip(named, values, strict=True)]
        for named, values in zip(labels, column, strict=True)
    ]


def _cells(labels: Sequence[_Labels]) -> int:
    return sum(len(set(named)) for named in labels)


class _Ranks(NamedTuple):
    """Each value as the middle one of those that are as many-th at their positions, and if no two ranks overlap."""

    column: list[list[Value]]
    are_clear: bool


def _ranked(labels: Sequence[_Labels], column: Sequence[Sequence[Value]]) -> _Ranks | None:
    """Return the ranks of values among those of their position and label; None if positions have unequal numbers."""
    sizes: dict[tuple[Value, ...], list[list[float]]] = defaultdict(list)
    cells: list[dict[tuple[Value, ...], list[float]]] = []
    for named, values in zip(labels, column, strict=True):
        cell: dict[tuple[Value, ...], list[float]] = defaultdict(list)
        for label, value in zip(named, values, strict=True):
            if not isinstance(value, int | float):
                return None
            cell[label].append(value)
        cells.append(cell)
        for label, found in cell.items():
            found.sort()
            sizes[label].append(found)
            if len(set(found)) < len(found) or len(found) != len(sizes[label][0]):
                return None
    ranks = {label: list(zip(*found, strict=True)) for label, found in sizes.items()}
    are_clear = all(max(one) < min(other) for found in ranks.values() for one, other in pairwise(found))
    middle = {label: [float(median(one)) for one in found] for label, found in ranks.items()}
    ranked: list[list[Value]] = [
        [middle[label][cell[label].index(value)] for label, value in zip(named, values, strict=True)]  # type: ignore[arg-type]
        for cell, named, values in zip(cells, labels, column, strict=True)
    ]
    return _Ranks(ranked, are_clear)
