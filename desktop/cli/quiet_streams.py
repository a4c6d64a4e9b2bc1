"""While a command runs, nobody but the command line itself writes to its two streams.

What libraries print, warn and log may hold what stands in a patient's file, and one stray line on standard output
spoils the document. Decoders written in C write to the file descriptors, past everything that Python knows.
"""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from typing import TextIO


@contextlib.contextmanager
def only_our_words() -> Iterator[None]:
    """Silence libraries for the length of the block; `sys.stderr` still reaches the person."""
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            _descriptor_silenced(2, nowhere.fileno()),
            _descriptor_silenced(1, nowhere.fileno()),
            contextlib.redirect_stdout(nowhere),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


@contextlib.contextmanager
def _descriptor_silenced(descriptor: int, nowhere: int) -> Iterator[None]:
    """Point a file descriptor to nowhere; where it is the one of `sys.stderr`, that keeps a way of its own."""
    stream: TextIO | None = sys.stderr
    try:
        kept = os.dup(descriptor)
    except OSError:
        # Closed by whoever started us, so that nothing can be written to it anyway.
        yield
        return
    try:
        with contextlib.ExitStack() as stack:
            if stream is not None and _stands_on(stream, descriptor):
                stream.flush()
                own = stack.enter_context(
                    open(kept, "w", encoding=stream.encoding, errors=stream.errors, buffering=1, closefd=False)
                )
                stack.enter_context(contextlib.redirect_stderr(own))
            os.dup2(nowhere, descriptor)
            yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _stands_on(stream: TextIO, descriptor: int) -> bool:
    """True where a Python stream writes to this descriptor."""
    try:
        return stream.fileno() == descriptor
    except (OSError, ValueError):
        return False
