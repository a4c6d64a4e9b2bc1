"""Runs in the built program before anything else: a start without one of Python's own parts ends in a sentence.

The program checks its files itself (`desktop.installation`), which needs some of them; where one of these is gone,
Python would end in a traceback. So nothing is imported here that is not part of the interpreter.
"""

import os
import sys
from types import TracebackType

# The end of `desktop.installation.sentence_of`, as a test checks.
_ADVICE = (
    "Install Slicelens again; your files and settings stay. "
    "If this comes back, ask whether the disk is full or a virus scanner removed them."
)
_REFUSED = 2


def _say(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Say that a part is missing: past the start the program catches every exception itself."""
    if sys.stderr is None or not isinstance(fault, ImportError):
        sys.__excepthook__(kind, fault, trace)
        return
    sys.stderr.write(f"The installation is damaged: {fault.name or 'a part of Python'} (missing). {_ADVICE}\n")
    sys.stderr.flush()
    os._exit(_REFUSED)


sys.excepthook = _say
