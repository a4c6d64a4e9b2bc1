"""Reading as tests do it: one pool of child processes for the whole run, and the policy that a program begins with."""

from collections.abc import Sequence
from pathlib import Path

from imaging import load, provenance
from imaging import scan as scanning
from imaging.base.errors import Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, finish
from imaging.volume.facts import Reason
from imaging.volume.series import Series
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading, WorkerPool

POLICY = ReadingPolicy()
POOL = WorkerPool()
READING = Reading(POLICY, POOL)


def under(policy: ReadingPolicy) -> Reading:
    """Return the tests' pool under another policy."""
    return Reading(policy, POOL)


def with_memory(count: int) -> Reading:
    """Return the tests' pool with so many bytes for the pixels of a series."""
    return under(ReadingPolicy(memory_bytes=count))


def scan(paths: Sequence[Path], reading: Reading = READING) -> Job[scanning.Scan]:
    """As `imaging.scan.scan`."""
    return scanning.scan(paths, reading)


def allocate(series: Series, reading: Reading = READING) -> Volume:
    """As `imaging.load.allocate`."""
    return load.allocate(series, reading)


def fill(
    volume: Volume, wanted: Sequence[int] | None = None, *, reading: Reading = READING, urgent: bool = False
) -> Job[tuple[Skipped, ...]]:
    """As `imaging.load.fill`."""
    return load.fill(volume, reading, wanted, urgent=urgent)


def read_volume(series: Series, reading: Reading = READING) -> Volume:
    """Read the whole series, in this thread. Raises `Refusal` if no slice could be read."""
    volume = load.allocate(series, reading)
    skipped = finish(load.fill(volume, reading))
    if not volume.loaded.any() and skipped:
        raise Refusal(skipped[0].code, skipped[0].message)
    return volume


def reasons(series: Series, *, index: int, phase: int = 0) -> tuple[Reason, ...]:
    """As `imaging.provenance.reasons`."""
    return provenance.reasons(series, READING, index=index, phase=phase)
