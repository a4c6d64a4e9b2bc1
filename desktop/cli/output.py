"""Output of the command line: documents to standard output, progress and warnings to standard error, nothing else."""

import contextlib
import json
import logging
import math
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from imaging.base.errors import Ledger, Refusal, Skipped, error_line
from imaging.base.progress import Job, Progress, finish

if TYPE_CHECKING:
    from inference.contract.storage import Bundle

Result = TypeVar("Result")

VERSION = 2
"""Of all documents: fields are added, none changes its meaning."""

KEPT = "Interrupted; what was written by then is whole and was kept."
"""The sentence of a command that Ctrl+C has stopped, if it writes one file after another."""

DONE, SOME_SKIPPED, REFUSED, INTERRUPTED = 0, 1, 2, 130
"""The exit codes of the command line."""

_LISTED = 20
_CONTROLS = {*range(32), *range(0x7F, 0xA0)} - {*b"\n\t"}
_TURNING = {0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_AS_NUMBERS = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _CONTROLS | _TURNING}
_BAR_SECONDS = 0.2
_LINE_SECONDS = 10.0


@dataclass(frozen=True)
class CommandOutcome:
    """The answer of a command: a document for programs (its version is added), lines for people, warnings, the end.

    With `error` set the exit code is `REFUSED` and the document names it; otherwise `skipped` decides. If it was
    `interrupted`, the document holds what was done until then.
    """

    document: dict[str, Any]
    lines: Sequence[str] = ()
    skipped: Sequence[Skipped] = ()
    error: Refusal | None = None
    warnings: Sequence[str] = ()
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """Return 0, 1, 2 or 130: `DONE`, `SOME_SKIPPED`, `REFUSED`, `INTERRUPTED`."""
        if self.interrupted:
            return INTERRUPTED
        if self.error is not None:
            return REFUSED
        return SOME_SKIPPED if self.skipped else DONE


def emit(outcome: CommandOutcome, *, as_json: bool) -> int:
    """Print an outcome and return its exit code."""
    if as_json:
        document = {"version": VERSION} | outcome.document | ({"interrupted": True} if outcome.interrupted else {})
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
            path = row.path.replace("\n", "\\n")
            warn(error_line(f"skipped {path}: {row.message}", row.code))
        if len(outcome.skipped) > _LISTED:
            warn(f"skipped {len(outcome.skipped) - _LISTED} more; --json lists them all.")
    if outcome.error is not None:
        warn(error_line(outcome.error.message, outcome.error.code))
    return outcome.exit_code


def warn(sentence: str) -> None:
    """Print one line on standard error."""
    print_line(sys.stderr, f"slicelens: {sentence}")


def skipped_rows(skipped: Sequence[Skipped]) -> list[dict[str, Any]]:
    """Return rows of the ledger as every document writes them; one that stands for many files says how many."""
    return [
        {"path": row.path, "code": row.code.value, "message": row.message}
        | ({"files": row.files} if row.files > 1 else {})
        for row in skipped
    ]


def file_counts(ledger: Ledger) -> dict[str, int]:
    """Return the ledger's counts as every document writes them."""
    return {"seen": ledger.seen, "opened": ledger.opened, "skipped": ledger.skipped_files}


def model_row(bundle: "Bundle") -> dict[str, Any]:
    """Return a model as every document writes it; one without a contract comes with what is assumed of it."""
    facts = {"id": bundle.contract.id, "version": bundle.contract.version, "sha256": bundle.sha256}
    assumed = [{"what": one.what, "value": one.value, "why": one.why} for one in bundle.assumed]
    return {**facts, "assumptions": list(bundle.assumptions), "assumed": assumed, "local": bundle.local_sentence}


def run_job(job: Job[Result]) -> Result:
    """Run a job to its end; tell standard error how far it is: by a bar on a terminal, else by a line now and then."""
    if sys.stderr is None:
        return finish(job)
    if not sys.stderr.isatty():
        return finish(job, _ProgressLines())
    # Only a terminal sees the bar, and scripts start the program thousands of times.
    from tqdm import tqdm

    # No thread of its own that watches over slow loops: jobs report often enough.
    tqdm.monitor_interval = 0
    columns, lines = _measure_terminal(sys.stderr)
    with tqdm(file=sys.stderr, leave=False, unit="", mininterval=_BAR_SECONDS, ncols=columns - 1, nrows=lines) as bar:

        def report(step: Progress) -> None:
            bar.total = step.total
            if bar.desc != step.doing:
                # Another kind of step: its rate and the time that is left are counted anew.
                bar.reset(step.total)
                bar.set_description_str(step.doing)
            bar.update(step.done - bar.n)

        return finish(job, report)


def _measure_terminal(terminal: TextIO) -> tuple[int, int]:
    """Return columns and lines of a terminal; in one that says it has none, tqdm would write nothing."""
    with contextlib.suppress(OSError):
        columns, lines = os.get_terminal_size(terminal.fileno())
        return columns or 80, lines or 24
    return 80, 24


class _ProgressLines:
    """Writes how far a job has come for a log: how much, how fast, how long still; nothing if it is done soon."""

    def __init__(self) -> None:
        self._doing = ""
        self._began = self._said = time.monotonic()

    def __call__(self, step: Progress) -> None:
        """Take a step, and write a line if the last one is long ago."""
        now = time.monotonic()
        if step.doing != self._doing:
            self._doing, self._began = step.doing, now
        if now - self._said >= _LINE_SECONDS and now > self._began:
            self._said = now
            warn(describe_progress(step, now - self._began))


def describe_progress(step: Progress, seconds: float) -> str:
    """Return `Scoring slices: 120 of 5000, 3.2/s, 25 min left` for a step that was reached in so many seconds."""
    count = f"{step.done} of {step.total}" if step.total else str(step.done)
    rate = step.done / seconds
    parts = [f"{step.doing}: {count}", f"{rate:.3g}/s"]
    if step.total and rate > 0:
        left = (step.total - step.done) / rate
        parts.append(f"{left:.0f} s left" if left < 120 else f"{left / 60:.0f} min left")
    return ", ".join(parts)


def _replace_infinite(value: Any) -> Any:
    """Return the document with null for every number that JSON cannot hold."""
    if isinstance(value, dict):
        return {key: _replace_infinite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_infinite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_line(stream: TextIO | None, text: str) -> None:
    """Print a line whatever the stream's encoding: file names may hold bytes that it cannot write.

    What would move a terminal's cursor, or turn the order of what stands beside it, is written as its number.
    """
    if stream is None:
        # Whoever started us closed it (`>&-`), or it is a Windows program without a console.
        return
    encoding = stream.encoding or "utf-8"
    plain = text.translate(_AS_NUMBERS)
    stream.write(plain.encode(encoding, "backslashreplace").decode(encoding) + "\n")
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
