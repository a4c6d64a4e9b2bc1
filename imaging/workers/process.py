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
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Pipe
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.policy import FRAME_BYTES, STARVED, ReadingPolicy
from imaging.base.scratch import scratch_environment
from imaging.workers import WORKER_ARGUMENT
from imaging.workers.messages import STOP, MessageKind, SharedArray, WorkerTask, pack_message, unpack_message
from imaging.workers.ring_buffer import PART_BYTES, RingBuffer

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
# From which silence on it is asked whether a child was kept waiting for a core; a look costs more than a message.
_SECONDS_UNASKED = 0.5
_GIB = 2**30
# The most for a child, and the least however small the machine is.
_MOST_MEMORY, _LEAST_MEMORY = 2 * _GIB, _GIB * 3 // 4
_MESSAGE_LIMIT = 256 * 1024 * 1024


class ChildDied(Exception):
    """The child is gone, or sent what makes no sense."""


class Child:
    """A process that does one task at a time. `task` is the one it is at, None while it waits."""

    def __init__(self, modules: Sequence[str]) -> None:
        # One for what it answers, one for what it is given.
        self._ring, self._given = RingBuffer.create(), RingBuffer.create()
        self.connection, theirs = Pipe()
        try:
            with ExitStack() as kept:
                ends = (theirs.fileno(), self._ring.handle, self._given.handle)
                self._process = _start_process([_above_streams(one, kept) for one in ends], modules)
        except OSError:
            self.connection.close()
            self._ring.close()
            self._given.close()
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
        self._asked: tuple[float, float] = (0.0, 0.0)
        """When it was last heard before it was asked how long it had waited for a core by then, and the answer."""

    @property
    def is_over_time(self) -> bool:
        """True if it has not been heard of for longer than its task allows, and has nothing to say now.

        Seconds in which it was ready to go on and the machine had no core for it are not the task's, up to `STARVED`
        times those that are allowed.
        """
        if self.task is None:
            return False
        # The start of a process takes long on a machine that has much to do, and says nothing of the task.
        allowed = self._seconds if self.is_ready else max(self._seconds, _SECONDS_TO_START)
        silent = time.monotonic() - self._heard
        if silent > _SECONDS_UNASKED and self._asked[0] != self._heard:
            self._asked = self._heard, seconds_without_core(self.pid)
        if silent <= allowed:
            return False
        if silent <= STARVED * allowed and silent - (seconds_without_core(self.pid) - self._asked[1]) <= allowed:
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
        limit = memory_of_child() + task.memory if task.limit is None else task.limit
        order = replace(task, key=None, common=self._share(task.common), limit=limit)
        try:
            self.connection.send_bytes(pack_message((order, policy)))
        except OSError:
            raise ChildDied from None
        self.task = task
        self._seconds = policy.seconds
        self.left = dict.fromkeys(range(len(task.items)))
        self._heard = time.monotonic()

    def _share(self, common: Any) -> Any:
        """Return what items have in common, with the arrays among it in shared memory as far as there is room."""
        if not isinstance(common, tuple):
            return common
        return tuple(self._shared(one) if isinstance(one, np.ndarray) else one for one in common)

    def _shared(self, array: NDArray[Any]) -> Any:
        if not 0 < array.nbytes <= PART_BYTES or array.dtype.hasobject:
            return array
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        start = self._given.write(flat, lambda: True)
        if start is None:
            return array
        return SharedArray(array.dtype.str, array.shape, start, flat.size, self._given.written)

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
        self._given.close()
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
            if sum(part.size for part in self._parts) > FRAME_BYTES:
                raise ValueError("larger than anything that is asked of a child")
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


def seconds_without_core(pid: int) -> float:
    """Return how long a process was ready to run and waited for a core, in all; 0 where the system does not tell.

    The second number of Linux's `schedstat` (Documentation/scheduler/sched-stats), of the main thread.
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


@cache
def memory_of_child() -> int:
    """Return the bytes that a child may use beyond those of its start, before what its task adds."""
    from psutil import virtual_memory  # not on the way to the window

    return min(_MOST_MEMORY, max(_LEAST_MEMORY, int(virtual_memory().total) // 4))


def _above_streams(handle: int | str, kept: ExitStack) -> int | str:
    """Return a copy of a file descriptor, until `kept` ends, that is none of the numbers of the child's own streams.

    A program whose streams are closed has ours under these numbers, and there the child would find nothing.
    """
    if sys.platform == "win32":
        return handle
    import fcntl  # POSIX only

    copy = fcntl.fcntl(int(handle), fcntl.F_DUPFD_CLOEXEC, 3)
    kept.callback(os.close, copy)
    return copy


def _start_process(handles: Sequence[int | str], modules: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start the process with its end of the pipe and the rings. Raises `OSError` if the system starts no more."""
    words = [*map(str, handles), json.dumps(list(modules))]
    if getattr(sys, "frozen", False):
        command = [sys.executable, WORKER_ARGUMENT, *words]
    else:
        # Isolated: what it imports from is what we import from, whatever folder or variables it starts with.
        path = [*(os.path.abspath(folder) for folder in sys.path), _OURS]
        flags = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
        command = [sys.executable, *flags, "-c", _CODE, json.dumps(path), *words]
    options: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    options["env"] = {**os.environ, **_ONE_THREAD, **scratch_environment()}
    if sys.platform == "win32":
        handle = int(handles[0])
        os.set_handle_inheritable(handle, True)
        options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        options["creationflags"] = (
            subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
    else:
        options |= {"pass_fds": tuple(map(int, handles)), "start_new_session": True}
    return subprocess.Popen(command, **options)
