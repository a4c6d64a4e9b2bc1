"""A ring of shared memory: a child writes pixels into it, the program copies them to their volume.

One side writes, one reads, in order. The writer counts what it wrote, the reader what it took; each count is
eight bytes on the first page and has one writer only. When the ring runs empty it starts at its beginning again,
so that a reader that keeps up touches no more memory than one frame needs.
"""

import mmap
import os
import secrets
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

RING_BYTES = 8 * 1024 * 1024
"""The bytes that a ring holds at once."""

PART_BYTES = RING_BYTES // 2
"""The most bytes that cross in one part."""

_HEAD = mmap.PAGESIZE
_COUNT = struct.Struct("=Q")
_ALIGNMENT = 64
_SECONDS_BETWEEN_TRIES = 0.0002


class RingBuffer:
    """One side's view of the ring. `handle` is a file descriptor, or on Windows the name of the mapping."""

    def __init__(self, handle: int | str) -> None:
        self.handle = handle
        if sys.platform == "win32":
            self._memory = mmap.mmap(-1, _HEAD + RING_BYTES, tagname=str(handle))
        else:
            self._memory = mmap.mmap(int(handle), _HEAD + RING_BYTES)
        self._bytes = np.frombuffer(self._memory, dtype=np.uint8, offset=_HEAD)
        self.written = 0
        """The bytes that this side wrote in all; sent with a message, so that the reader can say how many it took."""

    @classmethod
    def create(cls) -> "RingBuffer":
        """Make a new ring, which nobody else can find by a name on POSIX."""
        return cls(_created(_HEAD + RING_BYTES))

    def close(self) -> None:
        """Let go of it; views that were handed out keep the memory until they go."""
        self._bytes = np.empty(0, dtype=np.uint8)
        # Where a view is still alive the mapping goes when it does.
        with suppress(BufferError):
            self._memory.close()
        if isinstance(self.handle, int):
            os.close(self.handle)

    def write(self, part: NDArray[np.uint8], is_stopped: Callable[[], bool]) -> int | None:
        """Put bytes into the ring once there is room; return their offset, or None if `is_stopped` said so first."""
        needed = -(-part.size // _ALIGNMENT) * _ALIGNMENT
        while True:
            taken: int = _COUNT.unpack_from(self._memory)[0]
            if taken == self.written and taken % RING_BYTES:
                # Nothing is under way: begin at the front again, on memory that was touched already.
                skipped = RING_BYTES - taken % RING_BYTES
                self.written += skipped
                self.take(self.written)
                continue
            offset = self.written % RING_BYTES
            # A part is never split by the end of the ring: what is left there is skipped.
            gap = RING_BYTES - offset if offset + needed > RING_BYTES else 0
            if self.written + gap + needed - taken <= RING_BYTES:
                start = (self.written + gap) % RING_BYTES
                self._bytes[start : start + part.size] = part
                self.written += gap + needed
                return start
            if is_stopped():
                return None
            time.sleep(_SECONDS_BETWEEN_TRIES)

    def view(self, start: int, size: int) -> NDArray[np.uint8]:
        """Return the bytes of a part. Raises `ValueError` if only a broken child could have put one."""
        if start < 0 or size < 0 or start + size > RING_BYTES:
            raise ValueError("outside the ring")
        return self._bytes[start : start + size]

    def take(self, up_to: int) -> None:
        """Say that the reader has done with everything written before."""
        _COUNT.pack_into(self._memory, 0, up_to)


def _created(size: int) -> int | str:
    if sys.platform == "win32":
        return f"slicelens-{secrets.token_hex(16)}"
    if sys.platform == "linux":
        handle = os.memfd_create("slicelens")
    else:
        handle = _nameless()
    os.ftruncate(handle, size)
    return handle


if sys.platform != "win32":

    def _nameless() -> int:
        """Return shared memory whose name is gone as soon as it is open."""
        # What `multiprocessing.shared_memory` is made of; needed only where there is no memfd.
        posix: Any = import_module("_posixshmem")
        name = f"/sl-{secrets.token_hex(8)}"
        handle: int = posix.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
        posix.shm_unlink(name)
        return handle
