"""A CT of 300 slices copied without identity and verified, against reading and writing each file with pydicom.

Ours reads every value twice over (to clean it, and to look for it in the copy), looks for burned-in letters, and waits
until the disk has each file; the plain copy does none of that.
"""

import tempfile
from pathlib import Path

from tests.benchmarks.bench_open import in_turn
from tests.benchmarks.folders import warm, write_ct
from tests.benchmarks.harness import Row
from tests.benchmarks.stopwatch import Stopwatch

SLICES = 300
REACH = 3.0
OURS = """
import tempfile
from pathlib import Path
from imaging.base.progress import finish
from imaging.export.deidentify.copies import deidentify
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from tests.benchmarks.stopwatch import serve
from tests.reading import POOL, READING

def work(folder):
    POOL.warm()
    with tempfile.TemporaryDirectory(dir=Path(folder).parent) as out:
        done = finish(deidentify([Path(folder)], Path(out), DeidentifyOptions(), Pseudonyms(), READING))
    assert not done.ledger.skipped
    return len(done.copies)

if __name__ == "__main__":
    serve(work)
"""
THEIRS = """
import tempfile
from pathlib import Path
from pydicom import dcmread
from tests.benchmarks.stopwatch import serve

def work(folder):
    with tempfile.TemporaryDirectory(dir=Path(folder).parent) as out:
        for number, path in enumerate(sorted(Path(folder).iterdir())):
            dcmread(path).save_as(Path(out) / str(number))
    return number + 1

if __name__ == "__main__":
    serve(work)
"""


def run(rounds: int = 5) -> list[Row]:
    """Our copies, written and verified, against plain ones."""
    slices = SLICES if rounds > 1 else 20
    with tempfile.TemporaryDirectory() as made:
        folder = write_ct(Path(made) / "ct", slices)
        warm([folder])
        with Stopwatch(OURS) as ours, Stopwatch(THEIRS) as theirs:
            said = [watch.tell(str(folder))["returned"] for watch in (ours, theirs)]
            if said != [slices, slices]:
                raise SystemExit(f"Of {slices} files {said[0]} and {said[1]} were copied.")
            pair = in_turn(lambda: ours.milliseconds(str(folder)), lambda: theirs.milliseconds(str(folder)), rounds)
    return [
        Row(
            name="deidentify",
            what=f"{slices} slices de-identified and verified, against dcmread and save_as",
            ours=pair.a.median,
            peer=pair.b.median,
            ratio=pair.ratio,
            spread=pair.spread,
            reach=f"≤ {REACH:.0f} times a plain copy",
            ok=pair.ratio <= REACH,
        )
    ]
