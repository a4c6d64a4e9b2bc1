"""The command line: what `slicelens COMMAND` does without a window and without Qt.

`run` is the one boundary: below it a `Refusal` (or a fault of ours, or of a library) is raised, here it becomes one
sentence, a code and exit code 2. The text of a third-party exception, warning or log line is never shown: it may hold
what stands in a patient's file.
"""

import contextlib
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from desktop.cli.command_request import CommandRequest
from desktop.cli.output import REFUSED, CommandOutcome, emit, only_our_words, warn
from desktop.cli.parser import COMMANDS, Printed, parse_command
from desktop.startup.build_info import NOTICE
from desktop.startup.crash_reports import as_refusal
from imaging.base.errors import Code, Refusal

if TYPE_CHECKING:
    from imaging.workers.pool import WorkerPool

__all__ = ["is_command", "run"]

_NO_FILES = {"seen": 0, "opened": 0, "skipped": 0}
# What a document holds when its command was refused before it could fill it: the same keys, so that a script may look.
_EMPTY: dict[str, dict[str, Any]] = {
    "tags": {"tags": []},
    "inspect": {"series": [], "studies": [], "skipped": [], "files": _NO_FILES},
    "measure": {"series": None, "units": None, "shapes": [], "skipped": [], "files": _NO_FILES},
    "deidentify": {"copies": [], "skipped": [], "files": _NO_FILES},
    "models": {"models": []},
    "model": {"accepted": False, "reasons": []},
    "classify": {"model": None, "results": [], "skipped": [], "files": _NO_FILES, "notice": NOTICE},
    "validate": {"n": 0, "persons": None, "labels": [], "matrix": [], "metrics": {}, "notes": []},
    "batch": {"out": None, "models": [], "rows": 0, "skipped": [], "files": _NO_FILES, "notice": NOTICE},
}
_MODULES = {"render": "slices", "values": "slices", "model_check": "models", "model_save": "models"}


def is_command(argv: Sequence[str]) -> bool:
    """Tell whether the arguments (without the program's name) are for `run`, and no window is to open."""
    return bool(argv) and (argv[0] in COMMANDS or argv[0] in ("-h", "--help", "--version"))


def run(argv: Sequence[str], pool: "WorkerPool | None" = None) -> int:
    """Do one command and return its exit code, as `CommandOutcome` has it. A `pool` given stays the caller's."""
    try:
        return _answer(argv, pool)
    except BrokenPipeError:
        # Whoever read our output went away (`| head`): there is nobody to tell.
        _give_up_output()
    except OSError:
        _give_up_output()
        with contextlib.suppress(OSError):
            warn(f"The answer could not be written to standard output. [{Code.WRITE.value}]")
    return REFUSED


def _give_up_output() -> None:
    """Let what is still buffered go nowhere, or it would fail once more when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _answer(argv: Sequence[str], pool: "WorkerPool | None") -> int:
    try:
        name, request = parse_command(argv)
    except Printed as page:
        return emit(CommandOutcome({}, page.text.splitlines()), as_json=False)
    except Refusal as refusal:
        return emit(_refused_outcome(argv, refusal), as_json="--json" in argv)
    return emit(_run_command(name, request, argv, pool), as_json=request.json)


def _run_command(name: str, request: CommandRequest, argv: Sequence[str], pool: "WorkerPool | None") -> CommandOutcome:
    """Return the command's outcome, or that of whatever it raised."""
    from imaging.workers.pool import Reading, WorkerPool  # the main window, which asks `is_command`, starts without

    try:
        policy = request.policy()
        policy = policy.with_password(_read_password()) if request.password_stdin else policy
        with only_our_words(), contextlib.nullcontext(pool) if pool else WorkerPool() as workers:
            return find_command(name)(request, Reading(policy, workers))
    except KeyboardInterrupt:
        return replace(_refused_outcome(argv, Refusal(Code.CANCELLED)), interrupted=True)
    # BaseException: a panic of a decoder written in Rust derives from it.
    except BaseException as fault:
        return _refused_outcome(argv, as_refusal(fault))


def _read_password() -> str:
    """Return the first line of standard input; on a terminal it does not show while it is typed."""
    if sys.stdin is None:
        raise Refusal(Code.ARGUMENT, "--password-stdin wants the password on standard input.")
    if sys.stdin.isatty():
        return getpass.getpass("Password of the archive: ", sys.stderr)
    return sys.stdin.readline().rstrip("\r\n")


def find_command(name: str) -> Callable[[Any, Any], CommandOutcome]:
    """Return the function of a command; its module is imported only now: `inspect` never waits for onnxruntime."""
    function_name = name.replace(" ", "_")
    module = import_module(f"desktop.cli.commands.{_MODULES.get(function_name, function_name)}")
    function = getattr(module, function_name)
    return cast("Callable[[Any, Any], CommandOutcome]", function)


def _refused_outcome(argv: Sequence[str], refusal: Refusal) -> CommandOutcome:
    first = next((word for word in argv if not word.startswith("-")), "")
    return CommandOutcome(_EMPTY.get(first, {}), error=refusal)
