"""What bad input gets: a sentence, a code, the exit code, one JSON document, and no traceback; the rest still opens."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.inference.factory import make_bundle

ROOT = Path(__file__).resolve().parents[2]


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str)
    return Path(found)


def _missing(folder: Path) -> Path:
    return folder / "nowhere.dcm"


def _empty(folder: Path) -> Path:
    (folder / "empty.dcm").touch()
    return folder / "empty.dcm"


def _text(folder: Path) -> Path:
    (folder / "letter.txt").write_text("Dear colleague, thank you for referring Jane Doe.\n")
    return folder / "letter.txt"


def _text_called_dicom(folder: Path) -> Path:
    (folder / "letter.dcm").write_text("Dear colleague, thank you for referring Jane Doe.\n")
    return folder / "letter.dcm"


def _truncated_dicom(folder: Path) -> Path:
    whole = real("CT_small.dcm").read_bytes()
    (folder / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    return folder / "cut.dcm"


def _dicom_cut_in_its_header(folder: Path) -> Path:
    (folder / "stub.dcm").write_bytes(real("CT_small.dcm").read_bytes()[:700])
    return folder / "stub.dcm"


def _dicom_without_pixels(folder: Path) -> Path:
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    del dataset.PixelData
    dataset.save_as(folder / "bare.dcm")
    return folder / "bare.dcm"


def _report(folder: Path) -> Path:
    return Path(shutil.copy(real("reportsi.dcm"), folder / "report.dcm"))


def _broken_nifti(folder: Path) -> Path:
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4)), folder / "head.nii")
    content = bytearray((folder / "head.nii").read_bytes())
    content[40:56] = b"\xff\x7f" * 8  # dim: eight times 32767
    (folder / "head.nii").write_bytes(content)
    return folder / "head.nii"


def _cut_gzip(folder: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 30000, (32, 32, 8), dtype=np.int16)
    content = gzip.compress(nibabel.Nifti1Image(noise, np.eye(4)).to_bytes())
    (folder / "head.nii.gz").write_bytes(content[: len(content) // 2])
    return folder / "head.nii.gz"


def _half_png(folder: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    cv2.imwrite(str(folder / "half.png"), noise)
    whole = (folder / "half.png").read_bytes()
    (folder / "half.png").write_bytes(whole[: len(whole) // 2])
    return folder / "half.png"


def _rubbish_zip(folder: Path) -> Path:
    (folder / "scan.zip").write_bytes(b"PK\x03\x04" + bytes(range(200)))
    return folder / "scan.zip"


def _empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


BAD: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "missing file": (_missing, {"E_MISSING"}),
    "empty file": (_empty, {"E_EMPTY"}),
    "text file": (_text, {"E_UNKNOWN_FORMAT"}),
    "text called dicom": (_text_called_dicom, {"E_UNKNOWN_FORMAT", "E_HEADER"}),
    "truncated DICOM": (_truncated_dicom, {"E_TRUNCATED"}),
    "DICOM cut in its header": (_dicom_cut_in_its_header, {"E_TRUNCATED", "E_HEADER", "E_NO_PIXELS", "E_NOT_AN_IMAGE"}),
    "DICOM without pixels": (_dicom_without_pixels, {"E_NO_PIXELS"}),
    "a report": (_report, {"E_NOT_AN_IMAGE"}),
    "NIfTI with a broken header": (_broken_nifti, {"E_HEADER", "E_TRUNCATED", "E_TOO_LARGE"}),
    "NIfTI cut in its gzip": (_cut_gzip, {"E_TRUNCATED"}),
    "PNG cut in half": (_half_png, {"E_TRUNCATED", "E_DECODE"}),
    "rubbish called zip": (_rubbish_zip, {"E_ARCHIVE"}),
    "empty folder": (_empty_folder, {"E_MISSING", "E_EMPTY"}),
}
COMMANDS = {
    "inspect": (),
    "render": ("--out", "f.png"),
    "values": ("--out", "f.npy"),
    "classify": ("--model", "bundle"),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("bundles"))


def words_for(command: str, path: Path, tmp_path: Path, bundle: Path) -> list[object]:
    more = [
        {"f.png": tmp_path / "f.png", "f.npy": tmp_path / "f.npy", "bundle": bundle}.get(word, word)
        for word in COMMANDS[command]
    ]
    return [command, path, *more, "--json"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", BAD)
def test_alone_it_is_refused(kind, command, tmp_path, tiny, cli):
    make, codes = BAD[kind]
    folder = tmp_path / "bad"
    folder.mkdir()
    path = make(folder)
    answer = cli(*words_for(command, path, tmp_path, tiny))
    code = answer.document.get("error", {}).get("code")
    if command == "inspect" and answer.code == 0:
        # What only the pixels show is found when they are read.
        assert kind in ("NIfTI cut in its gzip", "PNG cut in half")
        return
    assert answer.is_refused_with(code)
    assert code in codes
    assert "Jane" not in answer.out + answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad"]


@pytest.mark.parametrize("kind", BAD)
def test_beside_a_good_one_the_good_one_opens(kind, tmp_path, tiny, cli):
    make, _ = BAD[kind]
    path = make(tmp_path)
    answer = cli("classify", real("CT_small.dcm"), path, "--model", tiny, "--json")
    assert answer.code == (0 if kind == "empty folder" else 1)
    rows = answer.document["results"]
    assert [row["path"] for row in rows if row["status"] == "ok"] == [str(real("CT_small.dcm"))]
    assert kind == "empty folder" or json.dumps(str(path))[1:-1] in answer.out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder(tmp_path, cli):
    (tmp_path / "closed").mkdir(mode=0)
    answer = cli("inspect", tmp_path / "closed", "--json")
    assert answer.is_refused_with("E_PERMISSION")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_an_unreadable_folder_as_somebody_who_is_not_root(cli):
    # Loads everything now: somebody else may not be allowed to read the program.
    cli("inspect", real("CT_small.dcm"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0o700)
        (folder / "closed" / "ct.dcm").write_bytes(b"x")
        os.seteuid(65534)
        try:
            answer = cli("inspect", folder / "closed", "--json")
        finally:
            os.seteuid(0)
    assert answer.is_refused_with("E_PERMISSION")


@pytest.mark.parametrize("kind", ["missing file", "text file", "truncated DICOM", "PNG cut in half"])
def test_the_program_itself_ends_without_a_traceback(kind, tmp_path, program):
    path = BAD[kind][0](tmp_path)
    answer = program("values", path, "--out", tmp_path / "f.npy", "--json")
    assert answer.is_refused_with(answer.document["error"]["code"])
    assert not (tmp_path / "f.npy").exists()


def test_an_unwritable_standard_output_is_no_traceback():
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "desktop.main", "inspect", real("CT_small.dcm"), "--json"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
