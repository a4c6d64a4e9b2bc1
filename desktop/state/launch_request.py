"""The arguments of the window, and of how files are read. No Qt here, and nothing to import."""

from dataclasses import dataclass, replace
from pathlib import Path

from imaging.base.policy import ReadingPolicy


@dataclass(frozen=True, kw_only=True)
class ReadingLimits:
    """The limits of reading that a person may set, in every command and for the window; None is the policy's own."""

    unpack_limit: int | None = None
    """The most MiB that one packed file may unpack to."""
    memory_limit: int | None = None
    """The most MiB of memory that the pixels of one series may take."""
    time_limit: int | None = None
    """The most seconds that one file may take to read, or one run of a model."""

    def policy(self) -> ReadingPolicy:
        """Return how files are read under these limits."""
        policy = ReadingPolicy(memory_bytes=self.memory_limit * 2**20 if self.memory_limit else None)
        policy = policy if self.unpack_limit is None else replace(policy, unpacked_bytes=self.unpack_limit * 2**20)
        return policy if self.time_limit is None else replace(policy, seconds=float(self.time_limit))


@dataclass(frozen=True, kw_only=True)
class LaunchRequest(ReadingLimits):
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
    layout: str | None = None
    """The id of a layout, whose panes are filled with the series that follow the first one."""
    private: bool = False
    """Whether patient data is hidden from the start."""
    timings: bool = False
    new_window: bool = False
    """Whether a window of its own is wanted, although one may be there."""
    print_to: Path | None = None
    """For `build_spec/smoke.py`: the report on what is shown is printed into this PDF, as a printer would get it."""
    provoke: bool = False
    """For `build_spec/smoke.py`: a slot raises what nobody foresaw, and the program must go on."""

    @property
    def is_automated(self) -> bool:
        """Whether something is to be done and reported, beyond showing a window."""
        return self.quit or self.screenshot is not None or self.print_to is not None or self.explain

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked for but that paths be opened: a window that is there can do that."""
        return self == LaunchRequest(paths=self.paths)
