"""Whether memory that was freed is used again."""

import subprocess
import sys
from pathlib import Path

import pytest

PAGES_OF_A_BLOCK = 64 * 2**20 // 4096
MEASURE = """
import resource, sys
from training.cli.freed_memory import keep_freed_memory
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")
def test_a_block_that_was_freed_is_used_again() -> None:
    def faults(how: str) -> int:
        command = [sys.executable, "-c", MEASURE, how]
        root = Path(__file__).resolve().parents[3]
        return int(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)

    assert faults("kept") < PAGES_OF_A_BLOCK / 10
    assert faults("given back") > 5 * faults("kept")
