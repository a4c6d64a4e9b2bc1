"""Data that cannot be trained on: through the command line, a sentence that names the fact and the way out."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.imaging.phantoms import write_series
from training.cli.main import main

Refused = Callable[..., str]


@pytest.fixture
def refused(recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Fits on the folder `data` and returns the sentence with which that is refused."""

    def said(recipe: Path = recipe_file) -> str:
        run = tmp_path / "run"
        assert main(["fit", str(recipe), "--data", str(tmp_path / "data"), "--run", str(run)]) == 2
        assert not (run / "best.pt").exists()
        error = capsys.readouterr().err
        assert "Traceback" not in error
        return error.rpartition("slicelens-train: ")[2]

    return said


def _picture(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).uniform(0, 255, (64, 64)).astype(np.float32)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 6), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def _write(folder: Path, pictures: dict[str, NDArray[np.uint8]]) -> None:
    for name, picture in pictures.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), picture)


def _table(changed: Callable[[str, str], Path], folder: Path, rows: str) -> Path:
    """Write labels.csv and return a recipe that reads it."""
    (folder / "labels.csv").write_text("path,label,who\n" + rows, encoding="utf-8")
    old = 'source = { form = "folders", folders = { normal = "NORMAL", pneumonia = "PNEUMONIA" } }'
    source = 'form = "table", file = "labels.csv", path = "path", labels = ["label"], person = "who"'
    return changed(old, f"source = {{ {source} }}")


def test_all_pictures_are_flips_of_one(tmp_path: Path, refused: Refused) -> None:
    one = _picture(0)
    flips = [one, one[::-1], one[:, ::-1], one[::-1, ::-1], one.T, one.T[::-1], one.T[:, ::-1], 255 - one]
    _write(tmp_path / "data" / "NORMAL", {f"{number}.png": flip for number, flip in enumerate(flips)})
    _write(tmp_path / "data" / "PNEUMONIA", {f"{number}.png": _picture(number) for number in range(1, 9)})
    assert refused() == (
        "There are too few groups of normal to give the validation and the test part one: its 8 pictures are one "
        "group, since near-duplicates, however turned, mirrored or inverted, are kept together. Either add other "
        "pictures, or lower split.duplicate_distance if they only look alike, or give no share to split.validation "
        "and split.test. [E_SPLIT]\n"
    )


def test_a_dicom_folder_of_one_patient(tmp_path: Path, refused: Refused) -> None:
    for start, label in enumerate(("NORMAL", "PNEUMONIA")):
        values = np.stack([_picture(5 * start + number) for number in range(5)]).astype(np.int16)
        write_series(tmp_path / "data" / label, values=values, PatientID="ID 7")
    said = refused()
    assert "too few groups of normal to give" in said
    assert "its 5 pictures are one group, since they show one person (told by patient ID)" in said
    assert "say by cases.person_patterns or a table who is who" in said
    assert "ID 7" not in said


def test_one_class(tmp_path: Path, refused: Refused) -> None:
    _write(tmp_path / "data" / "NORMAL", {f"{number}.png": _picture(number) for number in range(4)})
    assert "PNEUMONIA: there is no such folder, and the recipe wants it for pneumonia" in refused()
    (tmp_path / "data" / "PNEUMONIA").mkdir()
    assert "there is no picture of the class pneumonia" in refused()
    (tmp_path / "data" / "PNEUMONIA" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert "No picture of the class pneumonia can be read" in refused()


def test_a_picture_with_two_labels_in_a_table(
    tmp_path: Path, refused: Refused, changed: Callable[[str, str], Path]
) -> None:
    data = tmp_path / "data"
    _write(data, {f"{number}.png": _picture(number) for number in range(9)})
    recipe = _table(changed, data, "1.png,normal,a\n2.png,pneumonia,b\n1.png,pneumonia,a\n")
    assert refused(recipe) == (
        f"{data / 'labels.csv'}, line 4: path: the picture stands in line 2 already, there as normal. [E_CASES]\n"
    )
    (data / "copy.png").write_bytes((data / "1.png").read_bytes())
    recipe = _table(changed, data, "1.png,normal,a\n2.png,pneumonia,b\ncopy.png,pneumonia,a\n")
    assert refused(recipe) == (
        "1.png and copy.png are one and the same picture, which is called normal and pneumonia. Correct or take out "
        "the wrong one. [E_CASES]\n"
    )


def test_a_person_with_two_labels_is_allowed_and_said(
    tmp_path: Path, changed: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    _write(data, {f"{number}.png": _picture(number) for number in range(24)})
    rows = "".join(f"{n}.png,{('normal', 'pneumonia')[n % 2]},p{n // 2 if n < 4 else n}\n" for n in range(24))
    recipe = _table(changed, data, rows)
    assert main(["split", str(data), "--recipe", str(recipe), "--out", str(tmp_path / "split.json")]) == 0
    said = capsys.readouterr().out
    assert "persons: 22" in said
    assert "persons with several labels: 2" in said
    assert main(["audit", str(data), "--recipe", str(recipe), "--out", str(tmp_path / "audit")]) == 0
    assert "2 persons have pictures of different classes" in capsys.readouterr().out
