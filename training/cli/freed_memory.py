"""Memory that tensors no longer need: whether it goes back to the system (glibc's `mallopt`)."""

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # malloc.h
_MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Keep freed memory for the next batch instead of giving it back to the system; does nothing without glibc.

    By default each large tensor is mapped, filled with zeros page by page and unmapped again (decision 0113).
    """
    if not sys.platform.startswith("linux"):
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option, value in ((_MMAP_THRESHOLD, 2**30), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, 2**28)):
            set_option(option, value)
