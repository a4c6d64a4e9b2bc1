"""`slicelens batch`: the table is what `classify` says, whatever number of workers makes it and however it ends."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import nibabel
import numpy as np
import pytest

from inference.batch.run import SliceAnswer, answer_slices
from inference.bundle.catalog import user_models_folder
from tests.cli.conftest import ROOT, Answer, Cli
from tests.imaging.phantoms import write_series
from tests.inference.factory import make_bundle

COLUMNS = (
    "path,patient_key,study_key,series_key,sop_key,series,slice,modality,model,model_sha256,status,standing,reasons,"
    "decision,colour,p_normal,p_bright,ood_score,ood_refused,error,sex,age_band,maker"
)

KILLS = int(os.environ.get("SLICELENS_KILLS", "10"))
"""How often a batch is killed; 100 before a release."""


@pytest.fixture
def model() -> str:
    make_bundle(user_models_folder())
    return "tiny"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A CT of ten slices, a NIfTI of six, two pictures that are no stack, and a text file."""
    folder = tmp_path / "cases"
    (folder / "ct").mkdir(parents=True)
    write_series(folder / "ct", PatientID="P-1", PatientSex="F", PatientAge="064Y", Manufacturer="Maker")
    ramp = np.broadcast_to(np.arange(6, dtype=np.uint8)[None, None, :] * 40, (16, 16, 6)).copy()
    ramp[4:8, 4:8] += 20
    nibabel.save(nibabel.Nifti1Image(ramp, np.eye(4)), folder / "head.nii.gz")
    for name, size in (("a", 40), ("b", 60)):
        picture = np.full((size, 48), 20, np.uint8)
        picture[10:20, 5:15] = 250
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    (folder / "notes.txt").write_text("no picture")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def copy_job(source: Path, target: Path) -> None:
    """Let another table have the keys of the first."""
    name = "{}.job.json"
    target.with_name(name.format(target.name)).write_bytes(source.with_name(name.format(source.name)).read_bytes())


def batch(cli: Cli, folder: Path, model: str, out: Path, *words: object) -> Answer:
    return cli("batch", folder, "--model", model, "--out", out, "--slice", "all", *words)


def test_rows_are_what_classify_says_bit_for_bit(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "results.csv"
    answer = batch(cli, folder, model, out, "--json")
    assert answer.code == 1, "the text file was skipped"
    assert (answer.document["slices"], answer.document["rows"]) == (18, 19)
    assert answer.document["files"] == {"seen": 14, "opened": 13, "skipped": 1}
    said = cli("classify", folder, "--model", model, "--slice", "all", "--json").document
    *rows, last = table(out)
    assert ",".join(last) == COLUMNS
    assert len(rows) == len(said["results"]) == 18
    for row, result in zip(rows, said["results"], strict=True):
        assert (row["path"], int(row["series"]), int(row["slice"])) == (
            result["path"],
            result["series"],
            result["slice"],
        )
        assert {name: float(row[f"p_{name}"]) for name in ("normal", "bright")} == result["probabilities"]
        assert (row["status"], row["standing"], row["decision"], row["colour"]) == tuple(
            result[name] for name in ("status", "standing", "decision", "colour")
        )
        assert row["model_sha256"] == said["model"]["sha256"]
        assert row["error"] == ""
    assert (last["path"], last["status"]) == (str(folder / "notes.txt"), "skipped")
    assert last["error"].endswith("[E_UNKNOWN_FORMAT]")


def test_keys_group_rows_without_a_name(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "results.csv"
    batch(cli, folder, model, out)
    text = out.read_text(encoding="utf-8")
    assert "P-1" not in text
    rows = table(out)[:-1]
    ct = [row for row in rows if row["modality"] == "CT"]
    assert len({row["patient_key"] for row in ct}) == len({row["series_key"] for row in ct}) == 1
    assert len({row["sop_key"] for row in rows}) == 18
    assert {(row["sex"], row["age_band"], row["maker"]) for row in ct} == {("F", "60-69", "Maker")}
    assert {row["patient_key"] for row in rows if row["path"].endswith("png")} == {""}
    other = tmp_path / "other.csv"
    batch(cli, folder / "a.png", model, other)
    assert {row["sop_key"] for row in table(other)} & {row["sop_key"] for row in rows} == set(), "another job"


@pytest.mark.parametrize("workers", [1, 5])
def test_the_bytes_are_the_same_for_any_number_of_workers(
    model: str, folder: Path, tmp_path: Path, cli: Cli, workers: int
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    batch(cli, folder, model, first)
    assert batch(cli, folder, model, second, "--workers", workers).code == 1
    assert second.read_bytes() == first.read_bytes()


def test_several_models_have_a_row_each(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    make_bundle(user_models_folder(), id="other", version="2.0")
    out = tmp_path / "results.csv"
    answer = cli("batch", folder / "a.png", "--model", model, "--model", "other", "--out", out, "--timings")
    assert answer.code == 0
    rows = table(out)
    assert [row["model"] for row in rows] == ["tiny", "other"]
    assert all(float(row["milliseconds"]) > 0 for row in rows)
    assert cli("batch", folder, "--model", model, "--model", model, "--out", out).is_refused_with("E_ARGUMENT")


def test_overlays_are_those_of_classify(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    maps = tmp_path / "maps", tmp_path / "classified"
    cli("batch", folder / "ct", "--model", model, "--out", tmp_path / "r.csv", "--overlays", maps[0])
    cli("classify", folder / "ct", "--model", model, "--explain", maps[1])
    written = [sorted(one.iterdir()) for one in maps]
    assert [path.name for path in written[0]] == [path.name for path in written[1]]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*written, strict=True))


# --- it goes on ---


def test_it_goes_on_from_wherever_the_file_ends(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    make_bundle(user_models_folder(), id="other", version="2.0")
    out = tmp_path / "results.csv"
    words = ("--model", "other", "--workers", 1)
    batch(cli, folder, model, out, *words)
    whole = out.read_bytes()
    ends = [at for at, byte in enumerate(whole) if byte == 10]
    for cut in (0, 7, ends[0] + 1, ends[0] + 40, ends[1] + 1, ends[2] + 1, ends[9], ends[-2] + 3, len(whole)):
        out.write_bytes(whole[:cut])
        assert batch(cli, folder, model, out, *words, "--resume").code == 1
        assert out.read_bytes() == whole, f"cut behind {cut} bytes"


def test_ctrl_c_keeps_what_is_done(
    model: str, folder: Path, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any) -> Iterator[SliceAnswer | None]:
        yield from islice(filter(None, answer_slices(*arguments)), 4)
        raise KeyboardInterrupt

    out = tmp_path / "results.csv"
    with monkeypatch.context() as patched:
        patched.setattr("inference.batch.batch_run.answer_slices", interrupted)
        answer = batch(cli, folder, model, out, "--json")
    assert answer.code == 130
    assert answer.document["interrupted"] is True
    assert "after 4 of 18 slices; --resume" in answer.err
    assert [row["slice"] for row in table(out)] == ["0", "1", "2", "3"]
    answer = batch(cli, folder, model, out, "--resume", "--json")
    assert (answer.document["rows_before"], answer.document["slices"]) == (4, 14)
    assert len(table(out)) == 19


def test_a_file_that_came_later_is_added_and_one_that_went_keeps_its_rows(
    model: str, folder: Path, tmp_path: Path, cli: Cli
) -> None:
    out = tmp_path / "results.csv"
    batch(cli, folder, model, out)
    before = out.read_bytes()
    (folder / "b.png").rename(tmp_path / "b.png")
    cv2.imwrite(str(folder / "c.png"), np.eye(33, 44, dtype=np.uint8) * 255)
    assert batch(cli, folder, model, out, "--resume").code == 1
    assert out.read_bytes().startswith(before)
    assert [Path(row["path"]).name for row in table(out)[19:]] == ["c.png"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.timeout(KILLS * 60)
def test_killed_again_and_again_nothing_is_lost_and_nothing_doubled(model: str, tmp_path: Path, cli: Cli) -> None:
    slices = 250 * KILLS
    ramp = np.broadcast_to(np.arange(16, dtype=np.uint8)[:, None, None], (16, 16, slices))
    nibabel.save(nibabel.Nifti1Image(ramp, np.eye(4)), tmp_path / "long.nii")
    out = tmp_path / "results.csv"
    command = [sys.executable, "-m", "desktop.main", "batch", tmp_path / "long.nii", "--model", model, "--slice", "all"]
    command = [*map(str, command), "--out", str(out)]
    for turn in range(KILLS):
        size = out.stat().st_size if out.exists() else 0
        running = subprocess.Popen(
            [*command, *(["--resume"] if turn else [])], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        while running.poll() is None and (not out.exists() or out.stat().st_size < size + 8_000 * (turn % 10 + 1)):
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    assert cli(*command[3:], "--resume").code == 0
    killed = out.read_bytes()
    assert [int(row["slice"]) for row in table(out)] == list(range(slices))
    other = tmp_path / "other.csv"
    copy_job(out, other)
    assert cli(*command[3:-1], other, "--resume").code == 0
    assert other.read_bytes() == killed


# --- what is refused ---


def test_a_table_is_not_replaced(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "results.csv"
    out.write_text("mine")
    assert batch(cli, folder, model, out).is_refused_with("E_WRITE")
    assert batch(cli, folder, model, out, "--resume").is_refused_with("E_ARGUMENT")
    assert out.read_text() == "mine"
    assert batch(cli, folder, model, tmp_path / "no folder" / "r.csv").is_refused_with("E_WRITE")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"program": "0.0.1"}, "by Slicelens 0.0.1"),
        ({"slices": "middle"}, "with other options: --slice middle"),
        ({"models": [{"named": "x", "id": "tiny", "version": "9", "sha256": "0" * 64}]}, "with other models: tiny 9"),
        ({"inputs": "0"}, "with other paths"),
    ],
)
def test_only_the_same_job_goes_on(
    model: str, folder: Path, tmp_path: Path, cli: Cli, change: dict[str, Any], said: str
) -> None:
    out = tmp_path / "results.csv"
    cli("batch", folder / "a.png", "--model", model, "--out", out, "--slice", "all")
    job = out.with_name("results.csv.job.json")
    job.write_text(json.dumps(json.loads(job.read_text()) | change))
    before = out.read_bytes()
    answer = cli("batch", folder / "a.png", "--model", model, "--out", out, "--slice", "all", "--resume")
    assert answer.is_refused_with("E_ARGUMENT")
    assert said in answer.err
    assert out.read_bytes() == before
    job.write_text("{")
    answer = cli("batch", folder / "a.png", "--model", model, "--out", out, "--slice", "all", "--resume")
    assert answer.is_refused_with("E_HEADER")


def test_nothing_that_opens_is_refused_and_writes_nothing(model: str, folder: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "results.csv"
    assert batch(cli, folder / "notes.txt", model, out).is_refused_with("E_UNKNOWN_FORMAT")
    assert not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_is_a_sentence_and_the_rows_are_whole(
    model: str, folder: Path, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def on_a_full_disk(*arguments: Any) -> Iterator[SliceAnswer | None]:
        for number, answer in enumerate(filter(None, answer_slices(*arguments))):
            if number == 1:
                # The processes that read and score are there by now.
                resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
            yield answer

    out = tmp_path / "results.csv"
    batch(cli, folder, model, out)
    whole = out.read_bytes()
    out.unlink()
    try:
        with monkeypatch.context() as patched:
            patched.setattr("inference.batch.batch_run.answer_slices", on_a_full_disk)
            answer = batch(cli, folder, model, out, "--resume", "--json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert answer.code == 2
    assert answer.document["error"]["code"] == "E_WRITE"
    kept = out.read_bytes()
    assert whole.startswith(kept)
    assert kept.endswith(b"\n")
    assert kept.count(b"\n") == answer.document["rows"] + 1 > 2
    batch(cli, folder, model, out, "--resume")
    assert out.read_bytes() == whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cluster", "tcp://10.0.0.5:8786"), "by TLS"),
        (("--cluster", "127.0.0.1:1", "--overlays", "maps"), "--overlays"),
    ],
)
def test_a_cluster_is_here_or_safe(
    model: str, folder: Path, tmp_path: Path, cli: Cli, words: tuple[str, ...], said: str
) -> None:
    answer = batch(cli, folder, model, tmp_path / "r.csv", *words)
    assert answer.is_refused_with("E_ARGUMENT")
    assert said in answer.err
