"""The frame of the benchmarks: two ways of doing the same, timed in turn, and a table of their medians.

A benchmark is a module `bench_*.py` here with `run(rounds) -> list[Row]`. Ratios are taken within one run, A B A B, so
that a busy machine slows both; every figure stands with its spread.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, ours and the other's median, their ratio, what must be reached.

    `ours`, `peer` and `spread` carry their unit as text where they are shown (`unit`); `ratio` is None where the aim is
    an absolute figure. `ok` says whether the aim was reached.
    """

    name: str
    what: str
    ours: float
    peer: float | None
    ratio: float | None
    spread: str
    reach: str
    ok: bool
    unit: str = "ms"


@dataclass(frozen=True)
class Timing:
    """Times of repeated runs, in milliseconds."""

    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle of the times."""
        return statistics.median(self.times)

    @property
    def quartiles(self) -> tuple[float, float]:
        """A quarter of the times are below the first, a quarter above the second."""
        if len(self.times) < 2:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.times, n=4, method="inclusive")
        return low, high

    @property
    def spread(self) -> str:
        """The quartiles as text."""
        low, high = self.quartiles
        return f"{low:.3g}…{high:.3g}"

    def percentile(self, percent: float) -> float:
        """The time that `percent` of the runs stay at or below (nearest rank)."""
        ordered = sorted(self.times)
        rank = -(-len(ordered) * percent // 100)
        return ordered[max(0, int(rank) - 1)]


@dataclass(frozen=True)
class Pair:
    """Two timings taken in turn. `ratio` is the median of the ratios of neighbouring runs, not the ratio of medians."""

    a: Timing
    b: Timing

    @property
    def ratios(self) -> Timing:
        """a / b of every round."""
        return Timing(tuple(a / b for a, b in zip(self.a.times, self.b.times, strict=True)))

    @property
    def ratio(self) -> float:
        """How many times as long a takes as b."""
        return self.ratios.median

    @property
    def spread(self) -> str:
        """The quartiles of the ratios, as text."""
        return self.ratios.spread


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes once."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000.0


def repeat(work: Callable[[], object], *, runs: int, warm: int = 1) -> Timing:
    """Time `work` `runs` times after `warm` runs that do not count."""
    for _ in range(warm):
        work()
    return Timing(tuple(timed(work) for _ in range(runs)))


def alternate(a: Callable[[], object], b: Callable[[], object], *, runs: int, warm: int = 1) -> Pair:
    """Time two pieces of work in turn, A B A B; which of the two goes first changes from round to round."""
    return alternate_told(lambda: timed(a), lambda: timed(b), runs=runs, warm=warm)


def alternate_told(a: Callable[[], float], b: Callable[[], float], *, runs: int, warm: int = 1) -> Pair:
    """The same with work that tells its own milliseconds."""
    for _ in range(warm):
        a()
        b()
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(runs):
        for which in (0, 1) if round_ % 2 == 0 else (1, 0):
            times[which].append((a, b)[which]())
    return Pair(Timing(tuple(times[0])), Timing(tuple(times[1])))


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, as it goes into a closing note."""
    head = "| benchmark | what | ours | other | ratio | spread | reach | |\n|---|---|---|---|---|---|---|---|"
    return "\n".join([head, *map(_line, rows)])


def _line(row: Row) -> str:
    ours = f"{row.ours:.3g} {row.unit}"
    peer = "" if row.peer is None else f"{row.peer:.3g} {row.unit}"
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    cells = (row.name, row.what, ours, peer, ratio, row.spread, row.reach, "reached" if row.ok else "NOT REACHED")
    return "| " + " | ".join(cells) + " |"
