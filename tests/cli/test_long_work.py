"""Work that takes hours: how far it is, and what is left of it when somebody has had enough."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from desktop.cli.output import describe_progress, run_job
from imaging.base.progress import Job, Progress
from inference.batch.run import SliceAnswer, answer_slices
from inference.bundle.catalog import user_models_folder
from tests.cli.conftest import ROOT, Cli
from tests.imaging.phantoms import write_series
from tests.inference.factory import make_bundle


@pytest.fixture
def model() -> str:
    make_bundle(user_models_folder())
    return "tiny"


@pytest.mark.parametrize(
    ("step", "seconds", "said"),
    [
        (Progress("Scoring slices", 120, 5000), 40.0, "Scoring slices: 120 of 5000, 3/s, 27 min left"),
        (Progress("Scoring slices", 1, 3), 10.0, "Scoring slices: 1 of 3, 0.1/s, 20 s left"),
        (Progress("Looking through folders", 1712), 4.0, "Looking through folders: 1712, 428/s"),
        (Progress("Scoring slices", 0, 3), 10.0, "Scoring slices: 0 of 3, 0/s"),
    ],
)
def test_progress_says_how_much_how_fast_and_how_long_still(step: Progress, seconds: float, said: str) -> None:
    assert describe_progress(step, seconds) == said


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def work() -> Job[None]:
        for done in range(1000):
            now[0] += 0.1
            yield Progress("Scoring slices", done + 1, 1000)

    run_job(work())
    lines = capsys.readouterr().err.splitlines()
    assert 5 <= len(lines) <= 10, "100 seconds of work"
    assert all(re.fullmatch(r"slicelens: Scoring slices: \d+ of 1000, 10(\.\d)?/s, \d+ s left", line) for line in lines)


def test_progress_counts_the_slices_of_the_whole_job(
    model: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        write_series(tmp_path / str(number), SeriesInstanceUID=f"1.2.3.{number}")
    seen: list[Progress] = []

    def noted(job: Job[object]) -> object:
        while True:
            try:
                seen.append(next(job))
            except StopIteration as end:
                return end.value

    monkeypatch.setattr("desktop.cli.commands.classify.run_job", noted)
    assert cli("classify", tmp_path, "--model", model, "--slice", "all").code == 0
    steps = [step for step in seen if step.doing == "Scoring slices"]
    assert {step.total for step in steps} == {30}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == 30


def test_ctrl_c_keeps_what_is_done(model: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write_series(tmp_path / "ct")

    def interrupted(*arguments: Any) -> Iterator[SliceAnswer | None]:
        answers = filter(None, answer_slices(*arguments))
        yield from islice(answers, 3)
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop.cli.commands.classify.answer_slices", interrupted)
    answer = cli("classify", tmp_path / "ct", "--model", model, "--slice", "all", "--json")
    assert answer.code == 130
    assert answer.document["interrupted"] is True
    assert [row["slice"] for row in answer.document["results"]] == [0, 1, 2]
    assert all(row["status"] == "ok" for row in answer.document["results"])
    assert "after 3 of 10 slices" in answer.err
    text = cli("classify", tmp_path / "ct", "--model", model, "--slice", "all")
    assert text.code == 130
    assert text.out.count(" slice ") >= 3


def test_a_command_that_has_nothing_yet_says_that_it_was_interrupted(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop.cli.find_command", lambda _: fails)
    answer = cli("inspect", "x", "--json")
    assert answer.code == 130
    assert answer.document["interrupted"] is True
    assert answer.document["series"] == []
    assert answer.err.endswith("[E_CANCELLED]\n")


def drain(terminal: int) -> None:
    """Read a terminal until nobody writes to it any more, which Linux reports as an error."""
    with suppress(OSError):
        while os.read(terminal, 65536):
            pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals and SIGINT of POSIX")
def test_on_a_terminal_there_is_a_bar_and_ctrl_c_ends_it_with_a_whole_document(model: str, tmp_path: Path) -> None:
    import pty

    ramp = np.broadcast_to(np.arange(16, dtype=np.uint8)[:, None, None], (16, 16, 30_000))
    nibabel.save(nibabel.Nifti1Image(ramp, np.eye(4)), tmp_path / "long.nii")
    terminal, end = pty.openpty()
    words = [
        sys.executable,
        "-m",
        "desktop.main",
        "classify",
        tmp_path / "long.nii",
        "--model",
        model,
        "--slice",
        "all",
    ]
    running = subprocess.Popen(
        [*map(str, words), "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=end, env={**os.environ}, text=True
    )
    os.close(end)
    shown = ""
    while not re.search(r"Scoring slices: +\d+%.*\| [1-9]\d*/30000 \[.*<.*/s\]", shown):
        # A read may end within a character of the bar.
        shown += os.read(terminal, 65536).decode(errors="replace")
    running.send_signal(signal.SIGINT)
    # Somebody goes on reading a terminal: else a bar that is drawn once more would wait for that.
    reading = threading.Thread(target=drain, args=(terminal,))
    reading.start()
    answer, _ = running.communicate(timeout=60)
    reading.join()
    os.close(terminal)
    document = json.loads(answer)
    assert running.returncode == 130
    assert document["interrupted"] is True
    assert 0 < len(document["results"]) < 30_000


def test_every_line_of_a_result_names_its_file(model: str, tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "two"
    for number in range(2):
        (folder / str(number)).mkdir(parents=True)
        write_series(folder / str(number), SeriesInstanceUID=f"1.2.3.{number}", PatientAge="064Y")
    make_bundle(
        user_models_folder(), id="children",
        intended_use={"population": {"age_years": [1, 5], "description": "Children."}},
    )  # fmt: skip
    *lines, notice = cli("classify", folder, "--model", "children").out.splitlines()
    assert notice == "Research use only. Not for diagnosis."
    assert len(lines) > 2, "what speaks against a result has lines of its own"
    assert all(line.startswith(str(folder)) for line in lines)


# --- the first word ---


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("predict", "x"), "`classify`"),
        (("clasify", "x", "--model", "m"), "`classify`"),
        (("Inspct",), "`inspect`"),
        (("rendr", "x"), "`render`"),
        (("modles",), "`models`"),
    ],
)
def test_a_first_word_that_is_nothing_is_refused_with_the_nearest_command(
    words: tuple[str, ...], meant: str, program: Cli, tmp_path: Path
) -> None:
    answer = program(*words, QT_QPA_PLATFORM="offscreen")
    assert answer.is_refused_with("E_MISSING")
    assert f"Did you mean {meant}?" in answer.err
    assert answer.out == ""
