"""What the arguments of the window ask for. No Qt here, and nothing to import."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from imaging.base.errors import Code, Refusal


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
    """The most MiB that one packed file may unpack to, where the person said so."""
    memory_limit: int | None = None
    """The most MiB of memory that the pixels of one series may take, where the person said so."""
    provoke: bool = False
    """For `build_spec/smoke.py`: a slot raises what nobody foresaw, and the program must go on."""

    @property
    def is_automated(self) -> bool:
        """True where something is to be done and reported, beyond showing a window."""
        return self.quit or self.screenshot is not None or self.explain


class _Parser(argparse.ArgumentParser):
    """Refuses instead of ending the program."""

    def error(self, message: str) -> NoReturn:
        """A sentence of ours; argparse's own repeats the arguments, which may be paths with names in them."""
        raise Refusal(Code.ARGUMENT, "These arguments are not understood. `slicelens --help` lists them.")


def parse(argv: Sequence[str]) -> LaunchRequest:
    """The request of a command line without a subcommand. Raises `Refusal` (ARGUMENT)."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--model")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--series", type=int)
    parser.add_argument("--slice", type=int)
    parser.add_argument("--screenshot", type=Path)
    parser.add_argument("--quit", action="store_true")
    parser.add_argument("--timings", action="store_true")
    parser.add_argument("--unpack-limit", type=int)
    parser.add_argument("--memory-limit", type=int)
    parser.add_argument("--provoke", action="store_true")
    parser.add_argument("--size", type=_size, metavar="WIDTHxHEIGHT")
    found = parser.parse_intermixed_args(list(argv))
    if found.unpack_limit is not None and found.unpack_limit <= 0:
        raise Refusal(Code.ARGUMENT, "--unpack-limit wants a number of MiB above 0.")
    if found.memory_limit is not None and found.memory_limit <= 0:
        raise Refusal(Code.ARGUMENT, "--memory-limit wants a number of MiB above 0.")
    if (found.explain or found.model) and not (found.paths or found.demo):
        raise Refusal(Code.ARGUMENT, "A model needs something to look at: name a path, or use --demo.")
    return LaunchRequest(**{**vars(found), "paths": tuple(path.absolute() for path in found.paths)})


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    size = int(width), int(height)
    if not all(200 <= length <= 8000 for length in size):
        raise ValueError(text)
    return size
