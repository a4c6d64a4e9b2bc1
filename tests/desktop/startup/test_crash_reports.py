"""Reports of faults: what is in them, what is never in them, and which the next start finds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.startup import crash_reports

PATIENT = "ROE^JANE 1956"


def _opened(path: str) -> None:
    raise ValueError(f"cannot read {path}")


def fault_over(path: str) -> BaseException:
    """A fault whose text, cause and local variables all name a patient."""
    try:
        try:
            _opened(path)
        except ValueError as first:
            raise KeyError(PATIENT) from first
    except KeyError as second:
        return second


def test_a_report_has_types_places_and_versions(tmp_path: Path) -> None:
    written = crash_reports.write_fault(fault_over(f"/scans/{PATIENT}.dcm"), tmp_path)
    assert written is not None
    text = written.read_text(encoding="utf-8")
    assert "builtins.KeyError" in text
    assert "builtins.ValueError" in text
    assert "tests/desktop/startup/test_crash_reports.py:" in text
    assert "in _opened" in text
    assert "Slicelens" in text
    assert "Python 3." in text


def test_a_report_names_nobody(tmp_path: Path) -> None:
    written = crash_reports.write_fault(fault_over(f"/scans/{PATIENT}.dcm"), tmp_path)
    assert written is not None
    text = written.read_text(encoding="utf-8")
    for secret in ("ROE", "JANE", "1956", "/scans", "cannot read", str(Path.home()), str(Path(__file__).parents[3])):
        assert secret not in text, secret
    assert "ROE" not in written.name


def test_nothing_unfinished_stays_behind_and_old_reports_go(tmp_path: Path) -> None:
    for _ in range(14):
        crash_reports.write_fault(ValueError("x"), tmp_path)
    assert len(list(tmp_path.iterdir())) == 10
    assert all(path.suffix == ".txt" for path in tmp_path.iterdir())


def test_a_chain_without_end_is_cut(tmp_path: Path) -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    written = crash_reports.write_fault(first, tmp_path)
    assert written is not None
    assert written.read_text(encoding="utf-8").count("builtins.") == 8


def test_where_nothing_can_be_written_the_program_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert crash_reports.write_fault(ValueError("x"), blocked / "crashes") is None
    crash_reports.CrashWatch(blocked / "crashes").close()
    assert crash_reports.find_unseen(blocked / "crashes") == ()


def test_reports_are_offered_until_they_are_seen_or_deleted(tmp_path: Path) -> None:
    for _ in range(2):
        crash_reports.write_fault(ValueError("x"), tmp_path)
    kept, removed = crash_reports.find_unseen(tmp_path)
    crash_reports.mark_seen(kept)
    crash_reports.delete(removed)
    assert crash_reports.find_unseen(tmp_path) == ()
    assert [path.name.endswith(".seen.txt") for path in tmp_path.iterdir()] == [True]


def test_a_run_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    watch = crash_reports.CrashWatch(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert crash_reports.find_unseen(tmp_path) == (), "the program that watches is still running"
    watch.close()
    watch.close()
    assert list(tmp_path.iterdir()) == []


HELD = """
import os, signal, sys
from pathlib import Path
from desktop.startup import crash_reports
watch = crash_reports.CrashWatch(Path(sys.argv[1]))
patient = "ROE^JANE 1956"
def opening(path):
    os.kill(os.getpid(), int(sys.argv[2]))
opening(patient)
"""


def ended_by(number: int, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELD, str(folder), str(number)],
        cwd=Path(__file__).parents[3], capture_output=True, timeout=60, check=False, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == -number, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_native_crash_is_reported_and_a_killed_run_is_not(tmp_path: Path) -> None:
    ended_by(signal.SIGKILL, tmp_path)
    assert crash_reports.find_unseen(tmp_path) == ()
    assert list(tmp_path.iterdir()) == [], "the trace of a run that was merely ended is cleared away"
    ended_by(signal.SIGSEGV, tmp_path)
    (report,) = crash_reports.find_unseen(tmp_path)
    assert "Segmentation fault" in report.text
    assert "in opening" in report.text
    assert "ROE" not in report.text


def test_a_fault_that_no_line_of_ours_raised_names_the_one_that_waited_for_it(tmp_path: Path) -> None:
    """As of a slot that Qt cannot call: the exception comes without a traceback."""
    ours = Path(crash_reports.__file__).parents[1] / "ui" / "made_up.py"
    source = "def clicked():\n    return as_refusal(fault), write_fault(fault, folder)\n"
    space = {
        "as_refusal": crash_reports.as_refusal,
        "write_fault": crash_reports.write_fault,
        "fault": TypeError("ROE^JANE"),
        "folder": tmp_path,
    }
    exec(compile(source, str(ours), "exec"), space)
    refusal, report = space["clicked"]()  # type: ignore[operator]
    assert "TypeError, desktop/ui/made_up.py:2" in refusal.message
    text = report.read_text(encoding="utf-8")
    assert "desktop/ui/made_up.py:2 in clicked" in text
    assert "ROE" not in refusal.message + text
