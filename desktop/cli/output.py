"""Where answers go: the document to standard output, progress and warnings to standard error."""

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO, TypeVar

from imaging.base.errors import Refusal
from imaging.base.ledger import Ledger, Skipped
from imaging.base.progress import Job, Progress, finish

Result = TypeVar("Result")

DONE, SOME_SKIPPED, REFUSED = 0, 1, 2
"""The exit codes of the command line."""

_LISTED = 20


@dataclass(frozen=True)
class CommandOutcome:
    """What a command has to say: a document for programs, lines for people, warnings, and how it ended.

    With `error` set the exit code is `REFUSED` and the document names it; otherwise `skipped` decides.
    """

    document: dict[str, Any]
    lines: Sequence[str] = ()
    skipped: Sequence[Skipped] = ()
    error: Refusal | None = None
    warnings: Sequence[str] = field(default=())

    @property
    def exit_code(self) -> int:
        """0, 1 or 2 as the command-line page defines them."""
        if self.error is not None:
            return REFUSED
        return SOME_SKIPPED if self.skipped else DONE


def emit(outcome: CommandOutcome, *, as_json: bool) -> int:
    """Print an outcome and return its exit code."""
    if as_json:
        document = dict(outcome.document)
        if outcome.error is not None:
            document["error"] = {"code": outcome.error.code.value, "message": outcome.error.message}
        print_line(sys.stdout, json.dumps(_finite(document), allow_nan=False, indent=1))
    else:
        for line in outcome.lines:
            print_line(sys.stdout, line)
    for sentence in outcome.warnings:
        warn(sentence)
    if outcome.error is None or len(outcome.skipped) > 1:
        _warn_of(outcome.skipped)
    if outcome.error is not None:
        warn(f"{outcome.error.message} [{outcome.error.code.value}]")
    return outcome.exit_code


def warn(sentence: str) -> None:
    """One line on standard error."""
    print_line(sys.stderr, f"slicelens: {sentence}")


def _warn_of(skipped: Sequence[Skipped]) -> None:
    for row in skipped[:_LISTED]:
        warn(f"skipped {row.path}: {row.message} [{row.code.value}]")
    if len(skipped) > _LISTED:
        warn(f"skipped {len(skipped) - _LISTED} more; --json lists them all.")


def skipped_rows(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    """Rows of the ledger as every document writes them."""
    return [{"path": row.path, "code": row.code.value, "message": row.message} for row in skipped]


def file_counts(ledger: Ledger) -> dict[str, int]:
    """The ledger's counts as every document writes them."""
    return {"seen": ledger.seen, "opened": ledger.opened, "skipped": len(ledger.skipped)}


def run_job(job: Job[Result]) -> Result:
    """Run a job to its end; where standard error is a terminal a progress bar follows it."""
    if not _is_terminal(sys.stderr):
        return finish(job)
    # Only a terminal sees the bar, and scripts start the program thousands of times.
    from tqdm import tqdm

    # No thread of its own that watches over slow loops: jobs report often enough.
    tqdm.monitor_interval = 0
    with tqdm(file=sys.stderr, leave=False, unit="") as bar:
        return finish(job, _reporter(bar))


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _reporter(bar: Any) -> Callable[[Progress], None]:
    def report(step: Progress) -> None:
        bar.total = step.total
        if bar.desc != step.doing:
            bar.set_description_str(step.doing)
        bar.update(step.done - bar.n)

    return report


def _finite(value: Any) -> Any:
    """The same document with every number that JSON cannot hold as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def print_line(stream: TextIO | None, text: str) -> None:
    """Print a line whatever the stream's encoding: file names may hold bytes that it cannot write."""
    if stream is None:
        # Whoever started us closed it (`>&-`), or it is a Windows program without a console.
        return
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()
