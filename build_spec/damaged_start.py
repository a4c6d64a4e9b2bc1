"""Runs in the built program before anything else: a start without one of Python's own parts ends in a sentence.

The program checks its files itself (`desktop.startup.build_info`), which needs some of them; where one of these is
gone, Python would end in a traceback. So nothing is imported here that is not part of the interpreter.
"""

import os
import sys
from types import TracebackType

# The end of `desktop.startup.build_info.damage_sentence`, as a test checks.
_ADVICE = (
    "Install Slicelens again; your files and settings stay. "
    "If this comes back, ask whether the disk is full or a virus scanner removed them."
)
_REFUSED = 2


def _say(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Say that a part is missing: past the start the program catches every exception itself."""
    if not isinstance(fault, ImportError):
        sys.__excepthook__(kind, fault, trace)
        return
    sentence = f"The installation is damaged: {fault.name or 'a part of Python'} (missing). {_ADVICE}"
    if sys.stderr is not None:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
    elif sys.platform != "win32" or not _was_shown(sentence):
        # What started the program has a box of its own for this.
        sys.__excepthook__(kind, fault, trace)
        return
    os._exit(_REFUSED)


def _was_shown(sentence: str) -> bool:
    """Show it in a box: a start from Windows' menu has nowhere to write to. False where ctypes is missing as well."""
    try:
        import ctypes  # itself a part that can be missing
    except ImportError:
        return False
    icon_of_an_error = 0x10
    ctypes.windll.user32.MessageBoxW(None, sentence, "Slicelens", icon_of_an_error)
    return True


sys.excepthook = _say
