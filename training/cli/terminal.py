"""How a command is described, how its progress is shown, and the list of pictures that could not be read."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tqdm import tqdm

from imaging.base.errors import Skipped, error_line
from imaging.base.progress import Job, Milestone, Progress, Result, finish

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_SKIPPED_LISTED = 20
_SECONDS_BETWEEN_LINES = 30.0


def add_command(
    commands: Commands,
    name: str,
    command: Callable[[argparse.Namespace], int],
    summary: str,
    *,
    about: str | None = None,
    after: str | None = None,
    reads: bool = False,
) -> argparse.ArgumentParser:
    """Add a command's parser, with its text before and after the options; `reads` gives it `--strict`."""
    parser = commands.add_parser(
        name, help=summary, description=about, epilog=after, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(command=command)
    if reads:
        parser.add_argument("--strict", action="store_true", help="exit with 1 if a picture could not be read")
    return parser


def list_skipped(skipped: Sequence[Skipped], *, strict: bool) -> int:
    """Name the files that were left out on standard error; return the exit code: 1 if strict and there is one."""
    for row in skipped[:_SKIPPED_LISTED]:
        print(error_line(f"skipped {row.path}: {row.message}", row.code), file=sys.stderr)
    if len(skipped) > _SKIPPED_LISTED:
        print(f"skipped {len(skipped) - _SKIPPED_LISTED:,} more ({len(skipped):,} in all)", file=sys.stderr)
    return 1 if strict and skipped else 0


class _Bars:
    """One bar for each kind of work, with milestones as lines above it."""

    def __init__(self) -> None:
        # tqdm would start a thread of its own to watch its bars.
        tqdm.monitor_interval = 0
        self._bar: tqdm[None] | None = None

    def report(self, step: Progress) -> None:
        if isinstance(step, Milestone):
            self.close()
            print(step.said, file=sys.stderr)
            return
        if self._bar is None or step.doing != self._bar.desc.removesuffix(": ") or step.done < self._bar.n:
            self.close()
            # A finished bar makes room for what comes after it.
            self._bar = tqdm(total=step.total, desc=step.doing, file=sys.stderr, mininterval=1.0, leave=False)
        self._bar.update(step.done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None


class _Lines:
    """A line when work has ended, and one every half minute while it goes on: for a log file or a pipe."""

    def __init__(self) -> None:
        self._last: Progress | None = None
        self._said = time.monotonic()

    def report(self, step: Progress) -> None:
        if isinstance(step, Milestone):
            self._last = None
            self._print(step.said)
            return
        if self._last is not None and (step.doing != self._last.doing or step.done < self._last.done):
            self.close()
        self._last = step
        if step.done != step.total and time.monotonic() - self._said > _SECONDS_BETWEEN_LINES:
            self._print_progress(step)

    def close(self) -> None:
        if self._last is not None:
            self._print_progress(self._last)
        self._last = None

    def _print_progress(self, step: Progress) -> None:
        self._print(f"{step.doing}: {step.done:,}{'' if step.total is None else f' of {step.total:,}'}")

    def _print(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
        self._said = time.monotonic()


def run_shown(job: Job[Result], *, shown: bool = True) -> Result:
    """Run a job and show its progress on standard error: bars on a terminal, lines elsewhere."""
    if not shown:
        return finish(job)
    display = _Bars() if sys.stderr.isatty() else _Lines()
    try:
        return finish(job, display.report)
    finally:
        display.close()
