"""How much memory the pixels of one series may take: half of what is free, or what a person has set.

A series that needs more is paged (`imaging.paged_volume`): a window of its slices stays, the rest is read again.
"""

import ctypes
import os
import sys

CHEAP_BYTES = 2**30
"""The window of a series that lies uncompressed in its files, where reading a slice again takes under a millisecond."""

_GUESS = 4 * 2**30
_chosen: int | None = None


def set_budget(count: int | None) -> None:
    """Let the pixels of a series take `count` bytes from here on; None is half of what is free."""
    global _chosen  # a setting of the whole program
    _chosen = count


def budget() -> int:
    """The bytes that the pixels of a series may take now."""
    return _chosen if _chosen is not None else free_bytes() // 2


def free_bytes() -> int:
    """Memory that the system could give without taking it from others; a guess of 4 GiB where it does not say."""
    try:
        return _free_bytes()
    except (OSError, ValueError, KeyError, IndexError):
        return _GUESS


if sys.platform == "win32":

    def physical_bytes() -> int:
        """All memory of this machine. Raises OSError where Windows does not say."""
        return _memory_status()[0]

    def _free_bytes() -> int:
        return _memory_status()[1]

    def _memory_status() -> tuple[int, int]:
        """MEMORYSTATUSEX.ullTotalPhys and ullAvailPhys, by GlobalMemoryStatusEx."""
        status = (ctypes.c_ulonglong * 8)()
        # The first two fields are 32 bits each: the length of the structure, and the load in percent.
        ctypes.cast(status, ctypes.POINTER(ctypes.c_ulong))[0] = ctypes.sizeof(status)
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            raise OSError
        return int(status[1]), int(status[2])

else:

    def physical_bytes() -> int:
        """All memory of this machine."""
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    def _free_bytes() -> int:
        if sys.platform != "linux":
            # macOS gives no figure without a library of its own; half of all is what it keeps for files.
            return physical_bytes() // 2
        with open("/proc/meminfo", encoding="ascii") as lines:
            facts = dict(line.split(":", 1) for line in lines)
        return int(facts["MemAvailable"].split()[0]) * 1024
