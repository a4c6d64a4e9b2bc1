"""The arguments of the window, and of how files are read. No Qt here, and nothing to import."""

from dataclasses import dataclass, replace
from pathlib import Path

from imaging.base.policy import ReadingPolicy


@dataclass(frozen=True)
class LaunchRequest:
    """The window's arguments: what to open, which model to run on it, and whether to save the screen and end."""

    paths: tuple[Path, ...] = ()
    demo: bool = False
    model: str | None = None
    explain: bool = False
    series: int | None = None
    slice: int | None = None
    screenshot: Path | None = None
    quit: bool = False
    size: tuple[int, int] | None = None
    timings: bool = False
    unpack_limit: int | None = None
    """The most MiB that one packed file may unpack to."""
    memory_limit: int | None = None
    """The most MiB of memory that the pixels of one series may take."""
    provoke: bool = False
    """For `build_spec/smoke.py`: a slot raises what nobody foresaw, and the program must go on."""

    @property
    def is_automated(self) -> bool:
        """Whether something is to be done and reported, beyond showing a window."""
        return self.quit or self.screenshot is not None or self.explain


def limited_policy(*, unpack_limit: int | None, memory_limit: int | None) -> ReadingPolicy:
    """Return how files are read under limits in MiB; without one, as the policy itself says."""
    policy = ReadingPolicy(memory_bytes=memory_limit * 2**20 if memory_limit else None)
    return policy if unpack_limit is None else replace(policy, unpacked_bytes=unpack_limit * 2**20)
