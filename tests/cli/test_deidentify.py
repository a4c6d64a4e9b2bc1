"""`deidentify` as a person's shell and a script use it."""

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pydicom
import pytest

from tests.imaging.dicom_files import find


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    originals = tmp_path / "Koboldson Anna"
    originals.mkdir()
    for number, name in enumerate(("CT_small.dcm", "MR_small.dcm", "US1_J2KR.dcm")):
        shutil.copy(find(name), originals / f"Koboldson_{number}.dcm")
    (originals / "letter.txt").write_text("Dear Mrs Koboldson")
    return originals


def test_copies_and_report(folder, tmp_path, cli):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    answer = cli("deidentify", folder, "--out", tmp_path / "out", "--json")
    assert answer.code == 1, answer.err
    assert answer.document["files"] == {"seen": 4, "opened": 3, "skipped": 1}
    assert answer.document["skipped"][0]["code"] == "E_UNKNOWN_FORMAT"
    rows = answer.document["copies"]
    assert all(row["verifier"]["looked_for"] > 0 and row["verifier"]["found"] == 0 for row in rows)
    written = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert sorted(tmp_path / "out" / row["copy"] for row in rows) == written
    assert "oboldson" not in "".join(row["copy"] for row in rows)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_map_makes_two_runs_alike(folder, tmp_path, cli):
    for run in ("one", "two"):
        cli(
            "deidentify",
            folder,
            "--out",
            tmp_path / run,
            "--keep",
            "dates,descriptions",
            "--map",
            tmp_path / "map.json",
        )
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / run).rglob("*.dcm")} for run in ("one", "two"))
    assert len(one) == 3
    assert one == two
    assert set(json.loads((tmp_path / "map.json").read_text())) == {"version", "key"}


def test_without_a_map_two_runs_have_nothing_in_common(folder, tmp_path, cli):
    for run in ("one", "two"):
        cli("deidentify", folder / "Koboldson_0.dcm", "--out", tmp_path / run)
    one, two = (pydicom.dcmread(next((tmp_path / run).rglob("*.dcm"))) for run in ("one", "two"))
    assert one.StudyInstanceUID != two.StudyInstanceUID
    assert one.PatientID != two.PatientID


def test_an_archive_is_looked_into(folder, tmp_path, cli):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in folder.glob("*.dcm"):
            archive.write(path, path.name)
    answer = cli("deidentify", tmp_path / "all.zip", "--out", tmp_path / "out", "--json")
    assert answer.code == 0, answer.err
    assert answer.document["files"] == {"seen": 3, "opened": 3, "skipped": 0}


def test_text_in_the_pixels_is_pointed_out_and_can_be_blacked_out(tmp_path, cli):
    dataset = pydicom.dcmread(find("CT_small.dcm"))
    dataset.BurnedInAnnotation = "YES"
    dataset.save_as(tmp_path / "a.dcm")
    answer = cli("deidentify", tmp_path / "a.dcm", "--out", tmp_path / "out", "--json")
    assert answer.document["copies"][0]["burned_in"] == "stated"
    assert "burned into the pixels" in answer.err
    boxed = cli("deidentify", tmp_path / "a.dcm", "--out", tmp_path / "boxed", "--black-out", "0,0,20,128", "--json")
    made = pydicom.dcmread(tmp_path / "boxed" / boxed.document["copies"][0]["copy"])
    assert (made.pixel_array[:20] == made.pixel_array[0, 0]).all()


def test_ctrl_c_lists_the_copies_that_are_there_and_no_others(tmp_path, cli, monkeypatch):
    dataset = pydicom.dcmread(find("CT_small.dcm"))
    (tmp_path / "in").mkdir()
    for number in range(60):
        dataset.InstanceNumber = number
        dataset.save_as(tmp_path / "in" / f"{number}.dcm")

    def interrupted(job):
        for step in job:
            if step.done >= 12:
                job.throw(KeyboardInterrupt)

    monkeypatch.setattr("desktop.cli.commands.deidentify.run_job", interrupted)
    answer = cli("deidentify", tmp_path / "in", "--out", tmp_path / "out", "--json")
    assert answer.code == 130
    assert "Interrupted; what was written by then is whole" in answer.err
    written = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert sorted(tmp_path / "out" / row["copy"] for row in answer.document["copies"]) == written
    assert 12 <= len(written) < 60
    assert answer.document["files"] == {"seen": len(written), "opened": len(written), "skipped": 0}
    assert not list((tmp_path / "out").glob(".*")), "no temporary folder"


@pytest.mark.parametrize("out", ["", "inside"])
def test_copies_never_lie_among_the_originals(out, folder, cli):
    assert cli("deidentify", folder, "--out", folder / out).is_refused_with("E_ARGUMENT")
    assert not (folder / "inside").exists()


def test_nothing_to_copy_is_refused(folder, tmp_path, cli):
    assert cli("deidentify", folder / "letter.txt", "--out", tmp_path / "out").is_refused_with("E_UNKNOWN_FORMAT")
    assert cli("deidentify", folder / "none", "--out", tmp_path / "out").is_refused_with("E_MISSING")


@pytest.mark.parametrize("box", ["1,2,3", "5,5,5,9", "a,b,c,d", "-1,0,2,2"])
def test_a_box_that_is_none_is_refused(box, folder, tmp_path, cli):
    answer = cli("deidentify", folder, "--out", tmp_path / "out", f"--black-out={box}")
    assert answer.is_refused_with("E_ARGUMENT")


@pytest.mark.skipif(sys.platform != "linux", reason="a disk of a few kilobytes is Linux' own /dev/full's neighbour")
def test_a_folder_that_cannot_be_written_is_a_sentence(folder, tmp_path, cli):
    out = tmp_path / "out"
    out.mkdir()
    os.chmod(out, 0o500)
    if os.access(out, os.W_OK):
        (tmp_path / "file").write_text("")
        assert cli("deidentify", folder, "--out", tmp_path / "file").is_refused_with("E_ARGUMENT")
        return
    answer = cli("deidentify", folder, "--out", out, "--json")
    assert answer.code == 2
    assert answer.document["error"]["code"] == "E_WRITE"
    assert list(out.iterdir()) == []


def test_a_full_disk_in_the_middle_leaves_whole_copies_only(folder, tmp_path, program):
    if sys.platform != "linux":
        pytest.skip("a limit on the size of files is set by Linux' prlimit")
    large = pydicom.dcmread(find("RG1_UNCR.dcm"))
    large.PixelData, large.NumberOfFrames = 3 * large.PixelData, 3
    large.save_as(folder / "large.dcm")
    # A file that may not grow beyond 18 MB, more than the children's memory, stands for the disk that is full.
    answer = program("deidentify", folder, "--out", tmp_path / "out", "--json", before=("-c", LIMITED))
    document = json.loads(answer.out)
    assert answer.code == 2
    assert document["error"]["code"] == "E_WRITE"
    assert "full" in document["error"]["message"]
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert all(pydicom.dcmread(path).pixel_array.size for path in written)
    assert not any("slicelens-" in path.name for path in written)


LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (18_000_000, 18_000_000))
sys.argv = sys.argv[sys.argv.index("desktop.main"):]
runpy.run_module("desktop.main", run_name="__main__", alter_sys=True)
"""
