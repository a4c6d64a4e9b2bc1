"""Which slices of a phase are loaded and which were looked at, and what stands beside some of them. No Qt here."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop.state.texts.language import tr


@dataclass(frozen=True, eq=False)
class SliceCoverage:
    """Flags of the slices of the phase on screen, bool [slices]; nothing is both unread and looked at."""

    loaded: NDArray[np.bool_]
    seen: NDArray[np.bool_]
    marked: frozenset[int] = field(default=frozenset())
    """Slices that hold a measurement."""

    @property
    def unseen(self) -> int:
        """How many slices nobody has looked at."""
        return int(np.count_nonzero(~self.seen))

    def is_as(self, other: "SliceCoverage") -> bool:
        """Return whether another one says the same."""
        flags = ((self.loaded, other.loaded), (self.seen, other.seen))
        return self.marked == other.marked and all(np.array_equal(a, b) for a, b in flags)

    def describe(self) -> str:
        """Return how much was looked at, in words."""
        return (
            tr("{unseen} of {seen} not looked at", unseen=self.unseen, seen=len(self.seen))
            if self.unseen
            else tr("All {seen} looked at", seen=len(self.seen))
        )


def reduce_to_columns(flags: NDArray[np.bool_], columns: int) -> NDArray[np.bool_]:
    """Return flags [slices] for at most so many columns of pixels; a column is true if all of its slices are."""
    if len(flags) <= columns:
        return flags
    return np.asarray(np.logical_and.reduceat(flags, np.arange(columns) * len(flags) // columns))
