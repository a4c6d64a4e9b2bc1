"""How a command is described, progress bars, and the list of pictures that could not be read."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tqdm import tqdm

from imaging.base.errors import Skipped, error_line
from imaging.base.progress import Job, Progress, Result, finish

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Commands,
    name: str,
    command: Callable[[argparse.Namespace], int],
    summary: str,
    *,
    about: str | None = None,
    after: str | None = None,
) -> argparse.ArgumentParser:
    """Add a command's parser, with its text before and after the options; the caller adds the arguments."""
    parser = commands.add_parser(
        name, help=summary, description=about, epilog=after, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(command=command)
    return parser


def list_skipped(skipped: Sequence[Skipped]) -> int:
    """Name the files that were left out on standard error; return the exit code, 1 if there is one, else 0."""
    for row in skipped:
        print(error_line(f"skipped {row.path}: {row.message}", row.code), file=sys.stderr)
    return 1 if skipped else 0


def run_with_bar(job: Job[Result], *, shown: bool = True) -> Result:
    """Run a job with a progress bar on standard error: one bar for each thing that it says it does."""
    if not shown:
        return finish(job)
    # tqdm would start a thread of its own to watch its bars.
    tqdm.monitor_interval = 0
    bar: tqdm[None] | None = None
    doing = ""

    def report(step: Progress) -> None:
        nonlocal bar, doing
        if bar is None or doing != step.doing or step.done < bar.n:
            if bar is not None:
                bar.close()
            doing = step.doing
            bar = tqdm(total=step.total, desc=step.doing, file=sys.stderr, mininterval=1.0)
        bar.update(step.done - bar.n)

    try:
        return finish(job, report)
    finally:
        if bar is not None:
            bar.close()
