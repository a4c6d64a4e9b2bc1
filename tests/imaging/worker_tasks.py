"""What the tests of the workers have a child do, misdeeds above all."""

import ctypes
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy


class Panic(BaseException):
    """As pyo3's PanicException: no `Exception`."""


class Loud(Exception):
    """Its text must never arrive."""


def tell(common: Any, items: tuple[Any, ...], _policy: ReadingPolicy) -> Iterator[tuple[int, Any] | None]:
    """Each item beside what all have in common."""
    for number, item in enumerate(items):
        yield number, (common, item)


def own_pid(_: Any, items: tuple[Any, ...], _policy: ReadingPolicy) -> Iterator[tuple[int, int]]:
    for number, seconds in enumerate(items):
        time.sleep(seconds)
        yield number, os.getpid()


def arrays(_: Any, items: tuple[tuple[str, tuple[int, ...]], ...], _policy: ReadingPolicy) -> Iterator[tuple[int, Any]]:
    """Arrays of a dtype and shape, filled with their own number."""
    for number, (dtype, shape) in enumerate(items):
        yield number, np.full(shape, number + 1, dtype=dtype)


def sums(common: tuple[Any, ...], items: tuple[str, ...], _policy: ReadingPolicy) -> Iterator[tuple[int, list[float]]]:
    """The sum of each array of numbers that all items have in common."""
    numbers = [one for one in common if isinstance(one, np.ndarray) and one.dtype.kind == "f"]
    for number, _ in enumerate(items):
        yield number, [float(one.sum(dtype=np.float64)) for one in numbers]


def misdeed(_: Any, items: tuple[str, ...], _policy: ReadingPolicy) -> Iterator[tuple[int, Any] | None]:
    """`fine`, or one of the ways in which a reader goes wrong."""
    for number, item in enumerate(items):
        yield number, _done(item)


def _done(item: str) -> Any:
    match item:
        case "segfault":
            # ctypes would make an exception of it on Windows.
            faulthandler._sigsegv()  # type: ignore[attr-defined]
        case "kill":
            # Windows has no such signal: there any one ends a process at once.
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        case "abort":
            os.abort()
        case "exit":
            sys.exit(3)
        case "hang":
            time.sleep(600)
        case "stubborn":
            # Holds Python's lock, as a loop in C does.
            if sys.platform == "win32":
                ctypes.PyDLL("kernel32").Sleep(600_000)
            ctypes.PyDLL(None).sleep(600)
        case "panic":
            raise Panic("PATIENT^NAME")
        case "raise":
            raise Loud("PATIENT^NAME")
        case "refuse":
            raise Refusal(Code.ENCRYPTED, "A sentence of ours.")
        case "memory":
            return len(bytearray(64 * 2**30))
        case "eat":
            eaten = [np.ones(2**27, dtype=np.uint8) for _ in range(200)]
            return len(eaten)
        case "print":
            print("PATIENT^NAME")
            os.write(1, b"PATIENT^NAME")
            os.write(2, b"PATIENT^NAME")
        case "strange":
            return Loud
    return item


def endless(_: Any, items: tuple[Any, ...], _policy: ReadingPolicy) -> Iterator[None]:
    """Signs of life for ever."""
    while items:
        time.sleep(0.01)
        yield None


def sizes(_: Any, items: tuple[tuple[str, tuple[int, ...]], ...], _policy: ReadingPolicy) -> Iterator[tuple[int, int]]:
    """Allocates arrays without touching them, and tells their bytes."""
    for number, (dtype, shape) in enumerate(items):
        yield number, np.empty(shape, dtype=dtype).nbytes


def limited(_: Any, items: tuple[int, ...], _policy: ReadingPolicy) -> Iterator[tuple[int, bool]]:
    """Whether Windows takes a limit of so many bytes."""
    from imaging.workers.child import JobObject  # Windows only

    for number, count in enumerate(items):
        yield number, JobObject().limit(count)
