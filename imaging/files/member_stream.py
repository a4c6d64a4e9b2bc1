"""A member of an archive as a seekable stream that unpacks no further than it is read."""

import struct
import zlib
from collections.abc import Callable
from io import SEEK_CUR, SEEK_SET, BufferedIOBase, BytesIO
from zipfile import BadZipFile

from imaging.base.errors import Code, Refusal, refusal_of

ARCHIVE_ERRORS = (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error)
"""Everything that zipfile and decompressors raise for damaged or unknown content (NotImplementedError among them)."""

# A header is mostly read in small bits.
_LEAST_STEP = 64 * 1024


class MemberStream(BufferedIOBase):
    """A stream that keeps what it unpacked in memory, so that going back is free. Damage is kept as `fault`."""

    def __init__(self, unpack: Callable[[int], bytes], size: int) -> None:
        self._unpack = unpack
        """Returns the next bytes, so many at most."""
        self._size = size
        self._known = BytesIO()
        self._count = 0
        self._at = 0
        self.fault: Refusal | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the offset that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Move to an offset, which unpacks nothing; return it."""
        begin = 0 if whence == SEEK_SET else self._at if whence == SEEK_CUR else self._size
        if begin + offset < 0:
            raise ValueError("before the beginning")
        self._at = begin + offset
        return self._at

    def read(self, count: int | None = -1) -> bytes:
        """Return the next bytes, all of them without a count. Raises `Refusal` (ARCHIVE, TOO_LARGE)."""
        end = self._size if count is None or count < 0 else min(self._at + count, self._size)
        if end <= self._at:
            return b""
        self._unpack_to(end)
        self._known.seek(self._at)
        part = self._known.read(end - self._at)
        self._at = end
        return part

    def read1(self, count: int = -1) -> bytes:
        """As `read`."""
        return self.read(count)

    def _unpack_to(self, end: int) -> None:
        """Make everything before `end` known."""
        while self._count < end:
            part = self._next_part(min(max(end - self._count, _LEAST_STEP), self._size - self._count))
            if self._count == 0:
                # Taken as it is, without a copy, if it is all that was wanted.
                self._known = BytesIO(part)
            else:
                self._known.seek(self._count)
                self._known.write(part)
            self._count += len(part)

    def _next_part(self, count: int) -> bytes:
        if self.fault is not None:
            raise self.fault
        try:
            part = self._unpack(count)
        except Refusal as refusal:
            self.fault = refusal
        except ARCHIVE_ERRORS:
            self.fault = Refusal(Code.ARCHIVE)
        except OSError as error:
            self.fault = refusal_of(error)
        except MemoryError:
            self.fault = Refusal(Code.TOO_LARGE)
        else:
            if part:
                return part
            # It ends before the size that the archive gives for it.
            self.fault = Refusal(Code.ARCHIVE)
        raise self.fault from None
