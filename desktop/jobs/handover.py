"""The side of the window that is there: a thread that waits for what second starts hand over."""

import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Client, Listener

from PySide6.QtCore import QObject, Signal

from desktop.startup.handover import ANSWER, MOST_BYTES, find_address, read_message

_SECONDS_TO_SPEAK = 2.0
_SECONDS_TO_END = 1.0


class HandoverListener(QObject):
    """Listens from `listen` to `close`. If another window of this person listens already, this one does not."""

    received = Signal(list)  # paths (`Path`) to open, none if only the window is wanted

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener: Listener | None = None
        self._address = ""
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="handover", daemon=True)

    @property
    def is_listening(self) -> bool:
        """Whether second starts are heard."""
        return self._listener is not None

    def listen(self) -> None:
        """Begin to listen. Where there is no safe place to do so, second starts open windows of their own."""
        address = find_address()
        if address is None or self._is_closed:
            return
        with suppress(OSError):
            if sys.platform != "win32" and os.path.lexists(address):
                if _is_answered(address):
                    return
                os.unlink(address)
            self._listener, self._address = Listener(address, backlog=8), address
            self._thread.start()

    def close(self) -> None:
        """Stop listening. May be called twice."""
        self._is_closed = True
        if self._listener is None:
            return
        with suppress(OSError, EOFError), Client(self._address):
            pass  # wakes the thread, which sees that it is over
        self._thread.join(_SECONDS_TO_END)
        with suppress(OSError):
            self._listener.close()
        self._listener = None

    def _serve(self) -> None:
        assert self._listener is not None
        while not self._is_closed:
            # A start that hangs up, says nothing, or says something else opens a window of its own.
            with suppress(OSError, EOFError), self._listener.accept() as connection:
                said = connection.recv_bytes(MOST_BYTES) if connection.poll(_SECONDS_TO_SPEAK) else b""
                paths = read_message(said)
                if paths is not None:
                    connection.send_bytes(ANSWER)
                    self.received.emit(paths)


def _is_answered(address: str) -> bool:
    """Return true if a window listens there; what a killed program left behind answers to nobody."""
    try:
        with Client(address):
            return True
    except (OSError, EOFError):
        return False
