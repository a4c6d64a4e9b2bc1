"""Whether memory that was freed is used again, and by other threads."""

import subprocess
import sys
from pathlib import Path

import pytest

PAGES_OF_A_BLOCK = 64 * 2**20 // 4096
FAULTS = """
import resource, sys
from imaging.base.heap import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
def use():
    bytearray(b"x") * (64 * 2**20)
use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
HEAPS = """
import ctypes, sys, threading
from imaging.base.heap import share_heap
if sys.argv[1] == "shared":
    share_heap()
together = threading.Barrier(4)
def use():
    kept = [bytearray(5000) for _ in range(10)]
    together.wait()
threads = [threading.Thread(target=use) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")


def run(code: str, how: str) -> str:
    command = [sys.executable, "-c", code, how]
    root = Path(__file__).resolve().parents[3]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def test_a_block_that_was_freed_is_used_again() -> None:
    assert int(run(FAULTS, "kept")) < PAGES_OF_A_BLOCK / 10
    assert int(run(FAULTS, "given back")) > 5 * int(run(FAULTS, "kept"))


def test_threads_share_one_heap() -> None:
    assert run(HEAPS, "shared").count("<heap nr=") == 1
    assert run(HEAPS, "of their own").count("<heap nr=") > 1
