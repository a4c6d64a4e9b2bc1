"""Output of the command line: documents to standard output, progress and warnings to standard error, nothing else."""

import contextlib
import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from imaging.base.errors import Ledger, Refusal, Skipped, error_line
from imaging.base.progress import Job, Progress, finish

if TYPE_CHECKING:
    from inference.contract.storage import Bundle

Result = TypeVar("Result")

DONE, SOME_SKIPPED, REFUSED = 0, 1, 2
"""The exit codes of the command line."""

_LISTED = 20


@dataclass(frozen=True)
class CommandOutcome:
    """The answer of a command: a document for programs (its version is added), lines for people, warnings, the end.

    With `error` set the exit code is `REFUSED` and the document names it; otherwise `skipped` decides.
    """

    document: dict[str, Any]
    lines: Sequence[str] = ()
    skipped: Sequence[Skipped] = ()
    error: Refusal | None = None
    warnings: Sequence[str] = ()

    @property
    def exit_code(self) -> int:
        """Return 0, 1 or 2: `DONE`, `SOME_SKIPPED`, `REFUSED`."""
        if self.error is not None:
            return REFUSED
        return SOME_SKIPPED if self.skipped else DONE


def emit(outcome: CommandOutcome, *, as_json: bool) -> int:
    """Print an outcome and return its exit code."""
    if as_json:
        document = {"version": 1} | outcome.document
        if outcome.error is not None:
            document["error"] = {"code": outcome.error.code.value, "message": outcome.error.message}
        print_line(sys.stdout, json.dumps(_replace_infinite(document), allow_nan=False, indent=1))
    else:
        for line in outcome.lines:
            print_line(sys.stdout, line)
    for sentence in outcome.warnings:
        warn(sentence)
    if outcome.error is None or len(outcome.skipped) > 1:
        for row in outcome.skipped[:_LISTED]:
            warn(error_line(f"skipped {row.path}: {row.message}", row.code))
        if len(outcome.skipped) > _LISTED:
            warn(f"skipped {len(outcome.skipped) - _LISTED} more; --json lists them all.")
    if outcome.error is not None:
        warn(error_line(outcome.error.message, outcome.error.code))
    return outcome.exit_code


def warn(sentence: str) -> None:
    """Print one line on standard error."""
    print_line(sys.stderr, f"slicelens: {sentence}")


def skipped_rows(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    """Return rows of the ledger as every document writes them."""
    return [{"path": row.path, "code": row.code.value, "message": row.message} for row in skipped]


def file_counts(ledger: Ledger) -> dict[str, int]:
    """Return the ledger's counts as every document writes them."""
    return {"seen": ledger.seen, "opened": ledger.opened, "skipped": len(ledger.skipped)}


def model_row(bundle: "Bundle") -> dict[str, Any]:
    """Return a model as every document writes it; one without a contract comes with `assumptions`."""
    facts = {"id": bundle.contract.id, "version": bundle.contract.version, "sha256": bundle.sha256}
    return {**facts, "assumptions": list(bundle.assumptions)}


def run_job(job: Job[Result]) -> Result:
    """Run a job to its end, with a progress bar if standard error is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return finish(job)
    # Only a terminal sees the bar, and scripts start the program thousands of times.
    from tqdm import tqdm

    # No thread of its own that watches over slow loops: jobs report often enough.
    tqdm.monitor_interval = 0
    with tqdm(file=sys.stderr, leave=False, unit="") as bar:

        def report(step: Progress) -> None:
            bar.total = step.total
            if bar.desc != step.doing:
                bar.set_description_str(step.doing)
            bar.update(step.done - bar.n)

        return finish(job, report)


def _replace_infinite(value: Any) -> Any:
    """Return the document with null for every number that JSON cannot hold."""
    if isinstance(value, dict):
        return {key: _replace_infinite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_infinite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_line(stream: TextIO | None, text: str) -> None:
    """Print a line whatever the stream's encoding: file names may hold bytes that it cannot write."""
    if stream is None:
        # Whoever started us closed it (`>&-`), or it is a Windows program without a console.
        return
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


@contextlib.contextmanager
def only_our_words() -> Iterator[None]:
    """Silence libraries for the length of the block; `sys.stderr` still reaches the person."""
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            _silence_descriptor(2, nowhere.fileno()),
            _silence_descriptor(1, nowhere.fileno()),
            contextlib.redirect_stdout(nowhere),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


@contextlib.contextmanager
def _silence_descriptor(descriptor: int, nowhere: int) -> Iterator[None]:
    """Point a file descriptor to nowhere; `sys.stderr` keeps a way of its own if it stands on it."""
    stream: TextIO | None = sys.stderr
    try:
        kept = os.dup(descriptor)
    except OSError:
        # Closed by whoever started us, so that nothing can be written to it anyway.
        yield
        return
    try:
        with contextlib.ExitStack() as stack:
            if stream is not None and _stands_on(stream, descriptor):
                stream.flush()
                own = stack.enter_context(
                    open(kept, "w", encoding=stream.encoding, errors=stream.errors, buffering=1, closefd=False)
                )
                stack.enter_context(contextlib.redirect_stderr(own))
            os.dup2(nowhere, descriptor)
            yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _stands_on(stream: TextIO, descriptor: int) -> bool:
    """Tell whether a Python stream writes to this descriptor."""
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):
        return False
