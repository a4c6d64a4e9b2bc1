"""Opens a folder of mutants in a process of its own, and says whether Slicelens took it as it should."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = 300
"""How much the program itself may grow while it lists damaged files."""

_SECONDS_OF_GRACE = 10.0
"""Between the limit for one file and the report that follows it: ending a child and starting another."""


@dataclass(frozen=True)
class Verdict:
    """What was seen, and what is wrong with it (nothing, one hopes)."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


def judged(folder: Path, *, seconds: float, originals: Sequence[str], patience: float | None = None) -> Verdict:
    """Open everything in the folder with a limit of `seconds` a file, then the untouched `originals` (names)."""
    files = sum(path.is_file() for path in folder.rglob("*"))
    command = [sys.executable, "-m", "tests.fuzz.subject", str(folder), "--seconds", str(seconds), "--originals"]
    try:
        ran = subprocess.run(
            [*command, *originals], cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return Verdict((), (f"not done after {patience:.0f} s",))
    faults = []
    if ran.returncode:
        faults.append(f"ended with {ran.returncode}")
    if ran.stderr.strip():
        faults.append(f"standard error: {ran.stderr.strip()[-2000:]}")
    if ran.returncode or not ran.stdout:
        return Verdict((), tuple(faults))
    seen = json.loads(ran.stdout)
    return Verdict(_lines(seen, files), (*faults, *_faults(seen, files, seconds)))


def _lines(seen: dict[str, object], files: int) -> tuple[str, ...]:
    return (f"files {files}", *(f"{name}: {value}" for name, value in seen.items()))


def _faults(seen: dict[str, object], files: int, seconds: float) -> list[str]:
    faults = []
    skipped = sum(seen["codes"].values())  # type: ignore[attr-defined]
    total, opened = int(str(seen["seen"])), int(str(seen["opened"]))
    if total != opened + skipped:
        faults.append(f"{total} seen, but {opened} opened and {skipped} skipped")
    if total < files:
        faults.append(f"{files} files, but only {total} are accounted for")
    if "E_INTERNAL" in (*seen["codes"], *seen["frames"]):  # type: ignore[misc]
        faults.append("a fault of ours (E_INTERNAL)")
    if float(str(seen["silence"])) > seconds + _SECONDS_OF_GRACE:
        faults.append(f"nothing was heard for {seen['silence']} s")
    if int(str(seen["scan_megabytes"])) > MEGABYTES:
        faults.append(f"listing took {seen['scan_megabytes']} MB")
    if seen["changed"]:
        faults.append(f"originals that open otherwise now: {seen['changed']}")
    return faults
