"""A volume larger than its budget: some of its slices are resident, the others are read again when asked for.

Room for the resident slices is allocated once. One that comes in replaces the one that is furthest from the slice on
screen.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.files.gzip_index import GzipIndex
from imaging.volume.geometry import Reorientation
from imaging.volume.volume import Volume

ReadFrames = Callable[[Sequence[int]], Iterator[tuple[int, NDArray[Any] | Refusal]]]
"""The stored pixels of `series.frames[number]` for each of some numbers, read now; good until the next step."""


@dataclass(frozen=True, eq=False)
class PagedVolume(Volume):
    """As `Volume`, with `stored[resident, row, column(, 3)]` of a few slices only, and `loaded` true for those.

    Slices are copies, since their memory is given to others later. One that is asked for and not there is read.
    """

    read: ReadFrames = field(kw_only=True)
    gzip_index: GzipIndex | None = None
    """Where unpacking can begin in its file, if the series lies in one gzip file."""
    _resident: dict[int, int] = field(default_factory=dict)
    _focus: list[int] = field(default_factory=lambda: [0, 0])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_damaged(self) -> bool:
        """True once it is known that any slice may be wrong."""
        return super().is_damaged or (self.gzip_index is not None and self.gzip_index.damage is not None)

    @property
    def resident_slices(self) -> int | None:
        """How many slices are in memory at most."""
        return len(self.stored)

    def pixels(self, phase: int, index: int) -> NDArray[Any]:
        """Return a copy of a slice's stored pixels. Raises `Refusal` if it has to be read and cannot be."""
        number = phase * self.series.slices + index
        with self._lock:
            at = self._resident.get(number)
            if at is not None:
                return np.array(self.stored[at])
        self.look_at(phase, index)
        for _, found in self.read([number]):
            if isinstance(found, Refusal):
                raise found
            self.store_frame(number, found)
            return np.array(found)
        raise Refusal(Code.DECODE)

    def frame_array(self, number: int) -> NDArray[Any] | None:
        """Return None: a slice is stored once it is whole, as another may be looked at there until then."""
        return None

    def store_frame(self, number: int, pixels: NDArray[Any] | None = None) -> None:
        """Make a slice resident; the one furthest from the focus makes room."""
        if pixels is None:
            raise ValueError("a slice becomes resident with its pixels")
        with self._lock:
            at = self._resident.get(number)
            if at is None and len(self._resident) < len(self.stored):
                at = len(self._resident)
            elif at is None:
                furthest = max(self._resident, key=self._distance)
                at = self._resident.pop(furthest)
                self.loaded.reshape(-1)[furthest] = False
            self.stored[at] = pixels
            self._resident[number] = at
            self.loaded.reshape(-1)[number] = True

    def look_at(self, phase: int, index: int) -> None:
        """Move the focus, around which slices are kept."""
        self._focus[:] = phase, index

    def _cut(self, turn: Reorientation, index: int, phase: int) -> NDArray[Any]:
        axis = turn.axes[0]
        last = (self.series.rows if axis == 1 else self.series.columns) - 1
        lines = self._lines(phase, axis, last - index if turn.reversed_[0] else index)
        return np.asarray(turn.of_array(np.expand_dims(np.stack(lines), axis))[0])

    def _lines(self, phase: int, axis: int, near: int) -> list[NDArray[Any]]:
        """Return a row (axis 1) or a column (axis 2) of every slice; what is missing is read and not kept."""
        first, count = phase * self.series.slices, self.series.slices
        lines: dict[int, NDArray[Any]] = {}

        def take(number: int, pixels: NDArray[Any]) -> None:
            lines[number] = np.array(pixels[near] if axis == 1 else pixels[:, near])

        with self._lock:
            for number, at in self._resident.items():
                if 0 <= number - first < count:
                    take(number, self.stored[at])
        missing = [number for number in range(first, first + count) if number not in lines]
        # No more at once than may be resident: a reader of a packed file may hold all of them.
        for start in range(0, len(missing), len(self.stored)):
            for number, found in self.read(missing[start : start + len(self.stored)]):
                if isinstance(found, Refusal):
                    raise found
                take(number, found)
        if len(lines) < count:
            raise Refusal(Code.DECODE)
        return [lines[number] for number in range(first, first + count)]

    def _distance(self, number: int) -> int:
        """Return the distance from the focus; any slice of another phase is further than all of the same."""
        phase, index = divmod(number, self.series.slices)
        return abs(phase - self._focus[0]) * self.series.slices + abs(index - self._focus[1])


def gzip_index_of(volume: Volume) -> GzipIndex | None:
    """Return the gzip index of a packed file that is too large to be unpacked whole; None for all others."""
    return volume.gzip_index if isinstance(volume, PagedVolume) else None
