"""The main loop of a child process: take a task, do it item by item, send what comes of it, wait for the next.

The child limits itself as well, should nobody be left to end it: its memory, the time of a task (by the system's alarm,
on Windows by a watcher in C, which need no turn of Python's), and it ends with the program. It writes nowhere: its
standard streams lead nowhere, and it leaves no core dump.
"""

import faulthandler
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TextIO, cast

import numpy as np

from imaging.base.errors import Code, Refusal
from imaging.base.leftovers import sweep_leftovers
from imaging.base.policy import STARVED, ReadingPolicy
from imaging.workers.messages import STOP, MessageKind, SharedArray, WorkerTask, pack_message, unpack_message
from imaging.workers.ring_buffer import PART_BYTES, RingBuffer

# Background work: the program's own thread, which draws, goes first.
_NICENESS = 5
# The program kills at the limit; where it is gone, the child's own watcher does, this much later.
_SECONDS_OF_GRACE = 5.0
_SECONDS_BETWEEN_SIGNS = 0.2
_SECONDS_TO_OUTLIVE = 1.0


def main(arguments: list[str]) -> None:
    """Serve until the other side is gone.

    `arguments`: the pipe's handle, those of the rings for answers and for what is given, modules to import early.
    """
    _go_quiet()
    threading.Thread(target=_end_with_program, daemon=True).start()
    handle, *rings, modules = arguments
    connection = _open_pipe(int(handle))
    worker = _Worker(connection, *(RingBuffer(int(ring) if ring.isdigit() else ring) for ring in rings))
    ahead = deque(json.loads(modules))
    try:
        worker.say(MessageKind.READY)
        while True:
            _import_ahead(ahead, connection)
            # Copies for libraries that want files are made by children; one that was killed left its own.
            sweep_leftovers(Path(tempfile.gettempdir()))
            content = connection.recv_bytes()
            # A late word to stop what was done by then.
            if content != STOP:
                order = unpack_message(content)
                # It may be as large as a graph.
                content = b""
                worker.do(*order)
                del order
    except (EOFError, OSError):
        # The program is gone.
        os._exit(0)


def _end_with_program() -> None:
    """End this process soon after the program: at a graph or a decoder in C it would not hear that the pipe is gone."""
    program = os.getppid()
    if sys.platform != "win32":
        while os.getppid() == program:
            time.sleep(_SECONDS_TO_OUTLIVE)
    else:
        from psutil import Process, wait_procs  # Windows never tells a process that its parent is another

        wait_procs([Process(program)])
    os._exit(0)


def _import_ahead(modules: deque[str], connection: Connection) -> None:
    """Import what will probably be needed, until the first task is there: that imports what it needs itself."""
    while modules and not connection.poll(0):
        # One that is damaged or not there is found out by the task that needs it.
        with suppress(ImportError):
            import_module(modules.popleft())


def _open_pipe(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection  # there is none elsewhere

        return cast(Connection, PipeConnection(handle))
    return Connection(handle)


def _go_quiet() -> None:
    """Show no warnings, ignore Ctrl+C (the program ends us), leave no core dump, and run behind what is drawn.

    On Windows `process` starts us behind what is drawn.
    """
    sys.warnoptions = ["ignore"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import msvcrt  # Windows only

        # Else each crash brings a dialog, and Windows writes what was in memory to a file of its own.
        msvcrt.SetErrorMode(
            msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX | msvcrt.SEM_NOOPENFILEERRORBOX
        )
    else:
        import resource  # POSIX only

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _Worker:
    """The state of this process: its pipe, its ring, its limits."""

    def __init__(self, connection: Connection, ring: RingBuffer, given: RingBuffer) -> None:
        self._connection = connection
        self._ring = ring
        self._given = given
        self._nowhere: TextIO = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
        self._spoken = 0.0
        self._job: Any = None  # the JobObject, on Windows

    def say(self, word: MessageKind, *rest: Any) -> None:
        """Send a message."""
        self._connection.send_bytes(pack_message((word.value, *rest)))
        self._spoken = time.monotonic()

    def do(self, task: WorkerTask, policy: ReadingPolicy) -> None:
        """Do a task; every item gets its answer unless the program says stop."""
        assert task.limit is not None
        self._limit_memory(task.limit)
        left = dict.fromkeys(range(len(task.items)))
        fault = Refusal(task.fault)
        work: Iterator[tuple[int, Any] | None] | None = None
        try:
            work = resolve_name(task.call)(self._find_shared(task.common), task.items, policy)
            self._send_all(work, left, policy.seconds)
        except Refusal as refusal:
            fault = refusal
        except MemoryError:
            fault = Refusal(Code.TOO_LARGE)
        except (EOFError, BrokenPipeError):
            raise
        # BaseException: a panic of a decoder written in Rust derives from it. Its text goes no further.
        except BaseException:
            pass
        finally:
            self._limit_time(0.0)
            del work
            self._give_back(task.common)
        if not self._is_stopped():
            for number in left:
                self.say(MessageKind.VALUE, number, fault)
        self.say(MessageKind.DONE)

    def _find_shared(self, common: Any) -> Any:
        """Return what items have in common with the arrays that stand in shared memory, where they stand."""
        if not isinstance(common, tuple):
            return common
        return tuple(self._array(one) if isinstance(one, SharedArray) else one for one in common)

    def _array(self, shared: SharedArray) -> "np.ndarray[Any, Any]":
        return self._given.view(shared.start, shared.size).view(shared.dtype).reshape(shared.shape)

    def _give_back(self, common: Any) -> None:
        for one in common if isinstance(common, tuple) else ():
            if isinstance(one, SharedArray):
                self._given.take(one.written)

    def _send_all(self, work: Iterator[tuple[int, Any] | None], left: dict[int, None], seconds: float) -> None:
        watched = 0.0
        while True:
            now = time.monotonic()
            if now - watched > 1.0:
                watched = now
                self._limit_time(STARVED * seconds + _SECONDS_OF_GRACE)
            step = next(work, StopIteration)
            if step is StopIteration:
                return
            if self._is_stopped():
                left.clear()
                return
            if step is None:
                if time.monotonic() - self._spoken > _SECONDS_BETWEEN_SIGNS:
                    self.say(MessageKind.LIFE)
                continue
            number, answer = cast("tuple[int, Any]", step)
            # Telling takes as long as the program is busy with what it was told before: that is not the task's time.
            self._limit_time(0.0)
            watched = 0.0
            if not isinstance(answer, np.ndarray) or answer.dtype.hasobject:
                self.say(MessageKind.VALUE, number, answer)
            elif not self._send_pixels(number, answer):
                continue
            left.pop(number, None)

    def _send_pixels(self, number: int, pixels: "np.ndarray[Any, Any]") -> bool:
        """Send an array through the ring, in parts if it is large; return False if the program said stop meanwhile."""
        flat = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)
        offsets = range(0, max(flat.size, 1), PART_BYTES)
        for at in offsets:
            part = flat[at : at + PART_BYTES]
            start = self._ring.write(part, self._is_stopped)
            if start is None:
                return False
            if at == offsets[-1]:
                facts = (number, pixels.dtype.str, pixels.shape)
                self.say(MessageKind.PIXELS, *facts, start, part.size, self._ring.written)
            else:
                self.say(MessageKind.PART, start, part.size, self._ring.written)
        return True

    def _is_stopped(self) -> bool:
        """Return True if the program has sent something while we work (it only ever says stop), or is gone."""
        return self._connection.poll(0)

    def _limit_time(self, seconds: float) -> None:
        """Let this process be ended in so many seconds, whoever holds Python's lock then; 0 is never."""
        if sys.platform != "win32":
            # The system's own alarm ends who does not listen to it, and costs a call; a thread has to be waited for.
            signal.setitimer(signal.ITIMER_REAL, seconds)
        elif seconds:
            faulthandler.dump_traceback_later(seconds, exit=True, file=self._nowhere)
        else:
            faulthandler.cancel_dump_traceback_later()

    def _limit_memory(self, wanted: int) -> None:
        """Limit this process to so many bytes of its own from here on.

        Linux counts them by RLIMIT_DATA, Windows by a Job Object; macOS keeps no such limit.
        """
        if sys.platform == "win32":
            self._job = self._job or JobObject()
            self._job.limit(wanted)
            return
        import resource  # POSIX only

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


if sys.platform == "win32":
    import ctypes  # Windows only
    from struct import Struct

    from psutil import Process

    _EXTENDED_LIMITS = 9
    _LIMIT_PROCESS_MEMORY = 0x100
    # JOBOBJECT_EXTENDED_LIMIT_INFORMATION on 64 bits: LimitFlags at byte 16, ProcessMemoryLimit at byte 112 of 144.
    _LIMITS = Struct("<16xI92xQ24x")
    _kernel = ctypes.WinDLL("kernel32")
    _kernel.CreateJobObjectW.restype = ctypes.c_void_p
    _kernel.GetCurrentProcess.restype = ctypes.c_void_p

    class JobObject:
        """Windows' counterpart of a resource limit, with this process in it; a Windows that refuses sets no limit.

        https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-jobobject_extended_limit_information
        """

        def __init__(self) -> None:
            self._job = ctypes.c_void_p(_kernel.CreateJobObjectW(None, None))
            # What this process has committed by now (PagefileUsage).
            self._committed: int = Process().memory_info().pagefile
            _kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(_kernel.GetCurrentProcess()))

        def limit(self, more: int) -> bool:
            """Let so many bytes be committed beyond those of the start; return False if Windows refuses."""
            limits = _LIMITS.pack(_LIMIT_PROCESS_MEMORY, self._committed + more)
            return bool(_kernel.SetInformationJobObject(self._job, _EXTENDED_LIMITS, limits, _LIMITS.size))
