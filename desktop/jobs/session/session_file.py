"""The file of what was open: read, written whole, taken away, set aside if it is damaged. For background work.

It lies in the system's folder for the state of programs, beside the reports of faults.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.state.session.session import MOST_BYTES, Owner, Session, format_session, read_session
from desktop.state.texts.language import tr
from imaging.base.atomic_write import move, write_with_folder
from imaging.base.english import english
from imaging.base.errors import Code, Refusal

_SET_ASIDE = english(
    "What was open last is damaged and cannot be brought back. The file is kept as {path}; a new one is begun."
)
_NEWER = english("A newer version of Slicelens kept what was open last: {path}. This version leaves that file alone.")


@dataclass(frozen=True)
class FoundSession:
    """The content of the file when the program started."""

    session: Session | None = None
    is_taken: bool = False
    """Whether another program keeps its session there now, or a newer version does: that file is not ours to write."""
    refusal: Refusal | None = None
    """What is to be said about the file."""

    @property
    def was_cut_off(self) -> bool:
        """Whether the program that kept it did not end well."""
        return self.session is not None and self.session.owner is not None and not self.is_taken


def find_session_file() -> Path:
    """Return where what is open is kept; there may be no file."""
    from platformdirs import user_state_path  # not on the way to the window

    return user_state_path("slicelens", appauthor=False) / "session.json"


def find_session() -> FoundSession:
    """Return what the file holds. One that is damaged is set aside under another name."""
    path = find_session_file()
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
        session = read_session(content)
    except OSError:
        return FoundSession()
    except Refusal as refusal:
        if refusal.code is Code.UNSUPPORTED:
            return FoundSession(is_taken=True, refusal=Refusal(Code.UNSUPPORTED, tr(_NEWER, path=path)))
        aside = path.with_suffix(".damaged.json")
        with suppress(OSError):
            move(path, aside)
        return FoundSession(refusal=Refusal(Code.HEADER, tr(_SET_ASIDE, path=aside)))
    return FoundSession(session, is_taken=session.owner is not None and _lives(session.owner))


def write_session(session: Session) -> None:
    """Write a session in the name of this process. Raises `Refusal` (WRITE)."""
    _write(replace(session, owner=this_process()))


def end_session(session: Session) -> None:
    """Write a session that nobody keeps any more: its program ends. Raises `Refusal` (WRITE)."""
    _write(replace(session, owner=None))


def _write(session: Session) -> None:
    path = find_session_file()
    write_with_folder(path, format_session(session))
    with suppress(OSError):
        # Paths may name patients: nobody else on this computer reads them.
        path.parent.chmod(0o700)


def remove_session() -> None:
    """Take the file away, and what was set aside. Nothing happens if there is none."""
    for path in (find_session_file(), find_session_file().with_suffix(".damaged.json")):
        with suppress(OSError):
            path.unlink()


def this_process() -> Owner:
    """Return the process that asks."""
    import psutil  # loaded in the background by then

    return Owner(os.getpid(), psutil.Process().create_time())


def _lives(owner: Owner) -> bool:
    """Return whether the process still runs; another one may have its number by now."""
    import psutil

    try:
        # The clock may have been set meanwhile by a little.
        return owner.pid != os.getpid() and abs(psutil.Process(owner.pid).create_time() - owner.began) < 2.0
    except psutil.Error:
        return False
