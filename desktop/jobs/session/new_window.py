"""Another window beside this one: a process of its own, which outlives the one that starts it. For background work."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QProcessEnvironment

from desktop.state.texts.language import tr
from imaging.base.english import english
from imaging.base.errors import Code, Refusal

_ROOT = Path(__file__).resolve().parents[3]
_NOT_STARTED = english(
    "The system starts no further window. Is there memory left? Close other programs, and try again."
)


def start_window(*, private: bool) -> None:
    """Start the program once more with an empty window.

    With `private`, patient data is hidden there too. Raises `Refusal` (INTERNAL) if the system starts no process.
    """
    environment = QProcessEnvironment.systemEnvironment()
    if getattr(sys, "frozen", False):
        command = [sys.executable]
    else:
        command = [sys.executable, "-m", "desktop.main"]
        # The same program as this one, wherever that was started from.
        kept = environment.value("PYTHONPATH", "")
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, (str(_ROOT), kept))))
    process = QProcess()
    process.setProgram(command[0])
    process.setArguments([*command[1:], "--new-window", *(["--private"] if private else [])])
    process.setProcessEnvironment(environment)
    for redirect in (process.setStandardOutputFile, process.setStandardErrorFile):
        redirect(QProcess.nullDevice())
    process.setStandardInputFile(QProcess.nullDevice())
    # What this returns differs between versions of PySide, whatever its types say.
    process.startDetached()
    if process.error() is QProcess.ProcessError.FailedToStart:
        raise Refusal(Code.INTERNAL, tr(_NOT_STARTED))
