"""Memory over the start: a whole series, an 8 GB file and a smaller packed one scrolled from end to end.

Each in a process of its own; what its child processes have on top is counted too.
"""

import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np

from tests.benchmarks.folders import SLICES, write_ct
from tests.benchmarks.harness import Row, Timing
from tests.benchmarks.stopwatch import Stopwatch

REACH_SERIES = 1.3
REACH_BYTES = 1.5e9
SIDE, DEPTH = 1024, 4096
# Packed, a quarter is as far beyond its window of 1 GiB as is needed, and takes half a minute.
PACKED_SHARE = 4
WATCH = """
import resource
import time
from pathlib import Path
import psutil
import imaging.formats.dicom.reader, imaging.formats.nifti.reader
from imaging.volume.geometry import Plane
from imaging.base.policy import ReadingPolicy
from tests.reading import POOL, allocate, read_volume, scan, under
from imaging.base.progress import finish
from desktop.jobs.open import stream_slices
from tests.benchmarks.stopwatch import serve

def most():
    status = Path("/proc/self/status")
    if status.is_file():
        # What getrusage says here may be the most of the process that started this one.
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def children():
    return sum(child.memory_info().rss for child in psutil.Process().children(recursive=True))

def work(path, scrolled):
    reading = under(ReadingPolicy(unpacked_bytes=2**36))
    POOL.warm()
    time.sleep(3)
    start, idle = most(), children()
    beside = idle
    (series,) = finish(scan([Path(path)], reading)).series
    if not scrolled:
        volume = read_volume(series, reading)
        return (most() - start) / volume.stored.nbytes
    volume = allocate(series, reading)
    for index in range(series.slices):
        if not volume.loaded[0, index]:
            finish(stream_slices(lambda: [(volume, 0, index)], reading))
        assert volume.slice_at(Plane.ACQUIRED, index).values.shape == (series.rows, series.columns)
        if index % 32 == 0:
            beside = max(beside, children())
    return most() - start + beside - idle

if __name__ == "__main__":
    serve(work)
"""


def run(rounds: int = 3) -> list[Row]:
    """A row for the series, in its stored bytes, and one for the large file."""
    depth = DEPTH if rounds > 1 else 64
    with tempfile.TemporaryDirectory() as made:
        folder = write_ct(Path(made) / "ct", SLICES if rounds > 1 else 60)
        large = write_sparse(Path(made) / "large.nii", depth)
        series = Timing(tuple(_returned(folder, scrolled=False) for _ in range(rounds)))
        packed = Timing((_returned(write_packed(Path(made) / "large.nii.gz", depth // PACKED_SHARE), scrolled=True),))
        scrolled = Timing(tuple(_returned(large, scrolled=True) for _ in range(max(1, rounds // 3))))
    gigabytes = SIDE * SIDE * 2 * depth / 1e9
    return [
        Row("memory", "whole series of 512×512 slices, in its stored bytes", series.median, None, None, series.spread,
            f"≤ {REACH_SERIES}", ok=series.median <= REACH_SERIES, unit="times"),
        Row("memory", f"NIfTI of {gigabytes:.2g} GB scrolled from end to end", scrolled.median / 1e6, None, None, "",
            f"≤ {REACH_BYTES / 1e6:g} MB", ok=scrolled.median <= REACH_BYTES, unit="MB"),
        Row("memory", f".nii.gz of {gigabytes / PACKED_SHARE:.2g} GB unpacked, the same way", packed.median / 1e6, None,
            None, "", f"≤ {REACH_BYTES / 1e6:g} MB", ok=packed.median <= REACH_BYTES, unit="MB"),
    ]  # fmt: skip


def _returned(path: Path, *, scrolled: bool) -> float:
    with Stopwatch(WATCH) as watch:
        return float(watch.tell(str(path), scrolled)["returned"])


def write_sparse(path: Path, depth: int) -> Path:
    """An int16 NIfTI of zeros that takes no room on the disk."""
    with path.open("wb") as stream:
        stream.write(_header(depth))
        stream.truncate(352 + SIDE * SIDE * 2 * depth)
    return path


def write_packed(path: Path, depth: int) -> Path:
    """The same packed, with a disc of noise in every slice, so that it does not pack to nothing."""
    row, column = np.ogrid[:SIDE, :SIDE]
    disc = (row - SIDE / 2) ** 2 + (column - SIDE / 2) ** 2 < (SIDE / 5) ** 2
    noise = np.random.default_rng(0).integers(0, 200, int(disc.sum())).astype(np.int16)
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    with path.open("wb") as stream:
        stream.write(packer.compress(_header(depth)))
        for index in range(depth):
            values = np.zeros((SIDE, SIDE), np.int16)
            values[disc] = noise + index
            stream.write(packer.compress(values.tobytes()))
        stream.write(packer.flush())
    return path


def _header(depth: int) -> bytes:
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, SIDE, SIDE, depth, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<ff", header, 108, 352, 1)
    struct.pack_into("<h", header, 254, 1)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *(float(row == column) for column in range(4)))
    header[344:348] = b"n+1\0"
    return bytes(header)
