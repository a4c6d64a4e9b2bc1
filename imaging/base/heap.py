"""The heap of the C library: whether freed memory is kept, and whether threads share it (glibc's `mallopt`)."""

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # malloc.h
_MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Keep freed memory for the next batch instead of giving it back to the system; does nothing without glibc.

    By default each large tensor is mapped, filled with zeros page by page and unmapped again (decision 0113).
    """
    _set_options({_MMAP_THRESHOLD: 2**30, _TRIM_THRESHOLD: _MOST, _TOP_PAD: 2**28})


def share_heap() -> None:
    """Let threads that begin from here on share one heap; does nothing without glibc.

    By default each has one of its own, in which what another one has freed is of no use (decision 0114).
    """
    _set_options({_ARENA_MAX: 1})


def _set_options(options: dict[int, int]) -> None:
    if not sys.platform.startswith("linux"):
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option, value in options.items():
            set_option(option, value)
