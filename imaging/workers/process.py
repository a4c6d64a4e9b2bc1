"""One child process: started, given a task, listened to, stopped or killed. Nothing else in this room starts any.

The child is this same program again: the interpreter with one line of code, or, packaged, the program with a hidden
argument. It is not forked (threads and locks would come along), and the program's own main module is not run again.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.policy import ReadingPolicy
from imaging.workers import WORKER_ARGUMENT
from imaging.workers.messages import STOP, MessageKind, WorkerTask, pack_message, unpack_message
from imaging.workers.ring_buffer import RingBuffer

_CODE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from imaging.workers.child import main
main(sys.argv[2:])
"""
_OURS = str(Path(__file__).resolve().parents[2])
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"), "1"
)
_SECONDS_TO_START = 60.0
_GIB = 2**30
# The most for a child, and the least however small the machine is.
_MOST_MEMORY, _LEAST_MEMORY = 2 * _GIB, _GIB * 3 // 4
_MESSAGE_LIMIT = 256 * 1024 * 1024


class ChildDied(Exception):
    """The child is gone, or sent what makes no sense."""


class Child:
    """A process that does one task at a time. `task` is the one it is at, None while it waits."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._ring = RingBuffer.create()
        self.connection, theirs = Pipe()
        try:
            self._process = _start_process(theirs, self._ring, modules)
        except OSError:
            self.connection.close()
            self._ring.close()
            raise
        finally:
            theirs.close()
        self.pid = self._process.pid
        self.task: WorkerTask | None = None
        self.is_ready = False
        """True once it has answered for the first time."""
        self.left: dict[int, None] = {}
        """The items of its task that it has not answered."""
        self._parts: list[NDArray[np.uint8]] = []
        self._heard = 0.0
        self._seconds = 0.0

    @property
    def is_over_time(self) -> bool:
        """True if it has not been heard of for longer than its task allows, and has nothing to say now."""
        if self.task is None:
            return False
        # The start of a process takes long on a machine that has much to do, and says nothing of the task.
        allowed = self._seconds if self.is_ready else max(self._seconds, _SECONDS_TO_START)
        if time.monotonic() - self._heard <= allowed:
            return False
        # It may have spoken long ago, to somebody who was busy with what was said before.
        try:
            return not self.connection.poll(0)
        except OSError:
            return True

    @property
    def is_alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    def begin(self, task: WorkerTask, policy: ReadingPolicy) -> None:
        """Give it a task. Raises `ChildDied`."""
        order = replace(task, key=None, memory=_memory_of_child() + task.memory)
        try:
            self.connection.send_bytes(pack_message((order, policy)))
        except OSError:
            raise ChildDied from None
        self.task = task
        self._seconds = policy.seconds
        self.left = dict.fromkeys(range(len(task.items)))
        self._heard = time.monotonic()

    def answers(self, *, borrow: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield its answers so far: (number of the item, array, value or `Refusal`). `task` is None once it is done.

        With `borrow` an array lies in the ring, and is only good until the next step. Raises `ChildDied`.
        """
        try:
            while self.task is not None and self.connection.poll(0):
                yield from self._take_message(unpack_message(self.connection.recv_bytes(_MESSAGE_LIMIT)), borrow)
        # A broken child may send anything, so the reading of a message may raise any of these.
        except (EOFError, OSError, UnpicklingError, ValueError, TypeError, AttributeError, ImportError, LookupError):
            raise ChildDied from None

    def ask_to_stop(self) -> None:
        """Tell it to leave its task."""
        # Where it is dead already, `has_stopped` finds that out.
        with suppress(OSError):
            self.connection.send_bytes(STOP)

    def has_stopped(self, deadline: float) -> bool:
        """Wait until it has left its task, at most to a time of `time.monotonic`; return True if it did."""
        try:
            while self.task is not None and self.connection.poll(max(0.0, deadline - time.monotonic())):
                for _ in self.answers(borrow=True):
                    pass
        except (ChildDied, OSError):
            return False
        return self.task is None

    def interrupt(self) -> None:
        """End it at once; whoever listens to it finds it dead. For any thread."""
        self._process.kill()

    def kill(self) -> None:
        """End it at once, whatever it does, and everything that belonged to it."""
        self._process.kill()
        self._process.wait()
        self.connection.close()
        self._ring.close()
        self.task = None

    def _take_message(self, message: tuple[Any, ...], borrow: bool) -> Iterator[tuple[int, Any]]:
        self._heard = time.monotonic()
        word, *rest = message
        if word == MessageKind.READY:
            self.is_ready = True
        elif word == MessageKind.DONE:
            self.task = None
            self._parts.clear()
        elif word == MessageKind.PART:
            start, size, written = rest
            self._parts.append(self._ring.view(start, size).copy())
            self._ring.take(written)
        elif word == MessageKind.PIXELS:
            number, dtype, shape, start, size, written = rest
            try:
                yield (
                    self._mark_answered(number),
                    self._pixels(np.dtype(dtype), shape, self._ring.view(start, size), borrow),
                )
            finally:
                self._ring.take(written)
        elif word == MessageKind.VALUE:
            yield self._mark_answered(rest[0]), rest[1]

    def _mark_answered(self, number: int) -> int:
        del self.left[number]
        return number

    def _pixels(self, dtype: "np.dtype[Any]", shape: tuple[int, ...], last: NDArray[np.uint8], borrow: bool) -> Any:
        if self._parts:
            last = np.concatenate([*self._parts, last])
            self._parts.clear()
        elif not borrow:
            last = last.copy()
        return last.view(dtype).reshape(shape)


@cache
def _memory_of_child() -> int:
    """Return the bytes that a child may use beyond those of its start, before what its task adds."""
    from psutil import virtual_memory  # not on the way to the window

    return min(_MOST_MEMORY, max(_LEAST_MEMORY, int(virtual_memory().total) // 4))


def _start_process(theirs: Connection, ring: RingBuffer, modules: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start the process with its end of the pipe and the ring. Raises `OSError` if the system starts no more."""
    words = [str(theirs.fileno()), str(ring.handle), json.dumps(list(modules))]
    if getattr(sys, "frozen", False):
        command = [sys.executable, WORKER_ARGUMENT, *words]
    else:
        # Isolated: what it imports from is what we import from, whatever folder or variables it starts with.
        path = [*(os.path.abspath(folder) for folder in sys.path), _OURS]
        flags = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
        command = [sys.executable, *flags, "-c", _CODE, json.dumps(path), *words]
    options: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    options["env"] = {**os.environ, **_ONE_THREAD}
    if sys.platform == "win32":
        handle = theirs.fileno()
        os.set_handle_inheritable(handle, True)
        options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        options["creationflags"] = (
            subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
    else:
        options |= {"pass_fds": (theirs.fileno(), int(ring.handle)), "start_new_session": True}
    return subprocess.Popen(command, **options)
