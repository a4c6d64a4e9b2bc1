"""Whatever goes wrong, as one `Refusal`: a code, a sentence of ours, and never the text of somebody else's exception.

Qt-free. Such text can hold what stands in a patient's file; the type of a fault and our line that met it cannot.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from imaging.base.errors import SENTENCES, Code, Refusal

_ROOT = Path(__file__).resolve().parents[2]
_ROOMS = ("desktop", "inference", "imaging")


def as_refusal(fault: BaseException) -> Refusal:
    """A refusal for any exception: itself where it is one, else TOO_LARGE for memory, else INTERNAL with its place."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, MemoryError):
        return Refusal(Code.TOO_LARGE)
    return Refusal(Code.INTERNAL, f"{SENTENCES[Code.INTERNAL]} ({type(fault).__name__}, {_place(fault.__traceback__)})")


def show_faults_with(
    show: Callable[[Refusal], None], *, keep: Callable[[BaseException], object] | None = None
) -> Callable[[], None]:
    """From now on, an exception that nobody caught is shown and the program goes on; returns the way back.

    `keep` is told of each that nobody foresaw, to leave a report of it.
    """
    before = sys.excepthook

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            raise SystemExit(130)
        if keep is not None and not isinstance(fault, Refusal):
            keep(fault.with_traceback(trace))
        show(as_refusal(fault.with_traceback(trace)))

    sys.excepthook = hook

    def restore() -> None:
        sys.excepthook = before

    return restore


def _place(trace: TracebackType | None) -> str:
    """The innermost line of our own rooms that the fault went through."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        # In a built program the names are relative to the program already.
        own = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path
        if own.parts[0] in _ROOMS:
            return f"{own.as_posix()}:{frame.lineno}"
    return "elsewhere"
