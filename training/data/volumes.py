"""Whole volumes as cases: which slices of a file, or of the files of a DICOM series, a recipe wants."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from imaging.base.errors import Refusal
from imaging.base.progress import finish
from imaging.scan import scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading
from training.data.forms import FoundPicture
from training.data.persons import FileFacts
from training.recipe.recipe import VolumeSlices


def choose_slices(
    found: Sequence[FoundPicture], facts: Mapping[Path, FileFacts], rule: VolumeSlices, reading: Reading
) -> list[FoundPicture]:
    """Return a picture for each slice that is wanted of each volume.

    Slices that a table names, plain pictures and files that cannot be read stay as they are. Files of a DICOM series
    are one volume as far as they have the same labels.
    """
    of_label: defaultdict[object, dict[Path, FoundPicture]] = defaultdict(dict)
    kept: list[FoundPicture] = []
    for one in found:
        if one.slice is None and facts[one.path].is_volume:
            of_label[one.labels, one.unknown, one.person, one.facts][one.path] = one
        else:
            kept.append(one)
    for pictures in of_label.values():
        left = dict(pictures)
        for series in finish(scan(list(pictures), reading)).series:
            sources = {frame.source.path for frame in series.frames}
            # A file of several series gives its first one, as everywhere in training.
            if sources <= left.keys():
                kept += _slices_of(series, [left.pop(path) for path in sorted(sources)], rule)
        kept += left.values()
    return kept


def _slices_of(series: Series, files: Sequence[FoundPicture], rule: VolumeSlices) -> Iterator[FoundPicture]:
    """Yield the wanted slices of a series; one that cannot be cut so yields one slice, of which its reader says why."""
    plane = Plane(rule.plane)
    try:
        count = count_slices(series, plane)
    except Refusal:
        count = 0
    by_path = {one.path: one for one in files}
    if plane is Plane.ACQUIRED and len(files) == len(series.frames):
        # Each slice is a file of its own: no other one is needed to read it.
        for number in choose_numbers(count, rule):
            yield by_path[series.frame(0, number).source.path]
        return
    whole = replace(files[0], plane=plane, files=tuple(by_path) if len(files) > 1 else ())
    for number in choose_numbers(count, rule):
        # The middle one as acquired keeps the name that it has without a rule.
        is_plain = plane is Plane.ACQUIRED and rule.take == "middle" and len(files) == 1
        yield replace(whole, slice=None if is_plain else number)
    if not count:
        yield whole


def count_slices(series: Series, plane: Plane) -> int:
    """Return how many slices a series has in a plane. Raises `Refusal` (NO_GEOMETRY)."""
    empty = np.empty(0)
    return Volume(series=series, stored=empty, loaded=empty.astype(np.bool_)).count(plane)


def choose_numbers(count: int, rule: VolumeSlices) -> range:
    """Return the numbers of the wanted ones of `count` slices: as far from the first as from the last."""
    if not count:
        return range(0)
    if rule.take == "middle":
        return range(count // 2, count // 2 + 1)
    inside = max(1, round(rule.share * count))
    steps = -(-inside // rule.step)
    start = (count - (steps - 1) * rule.step - 1) // 2
    return range(start, start + (steps - 1) * rule.step + 1, rule.step)
