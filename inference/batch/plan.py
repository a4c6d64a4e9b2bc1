"""The plan of a run: which slices of which series are scored, in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.formats import Access
from imaging.remote_read import access, frame_bytes
from imaging.volume.series import Series, StoredFrame

SliceChoice = int | Literal["middle", "all"]
"""Which slices of each series: the one of that number, the middle one, or all."""

_SLICES_TOGETHER = 16


@dataclass(frozen=True, eq=False)
class SeriesPlan:
    """The slices of one series that are scored: the series' number as `inspect` counts, and numbers of slices."""

    number: int
    series: Series
    indices: tuple[int, ...]
    phase: int = 0

    @property
    def bytes(self) -> int:
        """Return about how much memory the slices take once they are read; a packed file is unpacked whole."""
        series = self.series
        frames = len(series.frames) if self._is_whole else len(self.indices)
        return frame_bytes(series) * frames

    def blocks(self, most: int | None = None) -> list[tuple[int, ...]]:
        """Return the slices in blocks that are read at a time; `most` is how many may be in memory, None for all.

        What is unpacked from its beginning is read at once, or each block would unpack it again.
        """
        together = len(self.indices) if self._is_whole else _SLICES_TOGETHER
        step = max(1, min(together, most or together))
        return [self.indices[start : start + step] for start in range(0, len(self.indices), step)]

    def frame(self, index: int) -> StoredFrame:
        """Return the stored frame of a slice; the first one for a slice that the series does not have."""
        series = self.series
        exists = 0 <= self.phase < series.phases and 0 <= index < series.slices
        return series.frame(self.phase, index) if exists else series.frames[0]

    def require_there(self) -> None:
        """Raise `Refusal` (OUT_OF_RANGE) if the series lacks the phase or one of the slices."""
        series = self.series
        if not 0 <= self.phase < series.phases:
            raise Refusal(
                Code.OUT_OF_RANGE,
                english("There is no phase {phase}; this series has {phases}.", phase=self.phase, phases=series.phases),
            )
        if not all(0 <= index < series.slices for index in self.indices):
            raise Refusal(Code.OUT_OF_RANGE, english("This series has slices 0 to {slices}.", slices=series.slices - 1))

    @property
    def _is_whole(self) -> bool:
        # The frames of a packed file stand together, so that two tell: members of an archive are a file each.
        frames = self.series.frames
        return access(self.series, frames[0]) is Access.WHOLE and frames[0].source == frames[-1].source


def plan_slices(wanted: Iterable[tuple[int, Series]], choice: SliceChoice, phase: int = 0) -> list[SeriesPlan]:
    """Return the plan for numbered series. A slice that a series does not have is part of it, and refused later."""
    return [SeriesPlan(number, series, _indices(series, choice), phase) for number, series in wanted]


def count_slices(plan: Sequence[SeriesPlan]) -> int:
    """Return how many slices a plan has."""
    return sum(len(one.indices) for one in plan)


def _indices(series: Series, choice: SliceChoice) -> tuple[int, ...]:
    if choice == "all":
        return tuple(range(series.slices))
    return (series.middle if choice == "middle" else choice,)
