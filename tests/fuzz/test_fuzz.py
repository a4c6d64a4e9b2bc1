"""Five hundred mutated real files in every run; `python -m tests.fuzz --count N --seed S` for any other number."""

import os
import random
import sys
from pathlib import Path

import pytest

from tests.fuzz.folder import originals, write_mutants
from tests.fuzz.judge import _faults, judged
from tests.fuzz.mutations import mutated

GOOD = {
    "seen": 5, "opened": 2, "codes": {"E_HEADER": 3}, "frames": {"read": 2}, "silence": 0.4, "scan_megabytes": 12,
    "changed": [],
}  # fmt: skip


@pytest.mark.timeout(600)
def test_five_hundred_mutants_cost_nothing_but_themselves(tmp_path: Path) -> None:
    """No crash, no hang, no traceback, a row for every file, little memory, and the originals open as before."""
    write_mutants(tmp_path, count=500, seed=20261121)
    # Every eighth: tests/conformance opens them all.
    untouched = sorted({name for name, _ in originals()})[::8]
    verdict = judged(tmp_path, seconds=10.0, originals=untouched, patience=500.0)
    assert verdict.faults == (), "\n".join(verdict.lines)


@pytest.mark.timeout(600)
def test_headers_that_say_what_cannot_be_cost_nothing_but_themselves(tmp_path: Path) -> None:
    """Two hundred NIfTI, NRRD and MetaImage headers whose fields were changed; 2,000 by `--fields --count 2000`."""
    kinds = write_mutants(tmp_path, count=200, seed=20261128, fields=True)
    assert sum(kind.startswith("fields-") for kind in kinds) > 190
    verdict = judged(tmp_path, seconds=10.0, originals=(), patience=500.0)
    assert verdict.faults == (), "\n".join(verdict.lines)


@pytest.mark.parametrize(
    ("seen", "fault"),
    [
        ({}, None),
        ({"opened": 1}, "seen"),
        ({"seen": 4, "opened": 1}, "accounted"),
        ({"frames": {"E_INTERNAL": 1}}, "ours"),
        ({"codes": {"E_INTERNAL": 3}}, "ours"),
        ({"silence": 60.0}, "heard"),
        ({"scan_megabytes": 301}, "MB"),
        ({"changed": ["pydicom/CT_small.dcm"]}, "originals"),
    ],
)
def test_the_judge_finds_what_it_looks_for(seen: dict[str, object], fault: str | None) -> None:
    faults = _faults(GOOD | seen, 5, 30.0)
    assert len(faults) == (fault is not None)
    assert fault is None or fault in faults[0]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(
    ("script", "fault"),
    [("kill -SEGV $$", "ended with -11"), ("echo Traceback >&2; exit 1", "Traceback"), ("exec sleep 60", "not done")],
)
def test_a_process_that_crashes_or_hangs_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, fault: str
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    verdict = judged(tmp_path, seconds=1.0, originals=(), patience=5.0)
    assert any(fault in one for one in verdict.faults)


def test_the_same_seed_gives_the_same_damage() -> None:
    content = bytes(range(256)) * 40
    one, other = ([mutated(content, random.Random(seed)) for seed in (5, 5)], mutated(content, random.Random(6)))
    assert one[0] == one[1] != other
    assert all(mutated(content, random.Random(seed))[1] != content for seed in range(300))
