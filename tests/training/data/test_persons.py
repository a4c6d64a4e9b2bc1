"""Whom a picture shows: what tells it, that no ID gets out, and what is said where nothing tells it."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.base.progress import finish
from tests.imaging.nifti_files import save_nifti
from tests.imaging.phantoms import write_series
from training.audit.proposal import propose
from training.cli.main import main
from training.data.dataset import Case, list_cases
from training.data.persons import (
    ToldBy,
    count_persons,
    count_unknown,
    describe_groups,
    describe_persons,
    describe_sides,
    number_persons,
)
from training.data.split import Split, hash_cases, make_split
from training.recipe.recipe import Recipe


def volume(seed: int, slices: int = 4) -> NDArray[np.int16]:
    """Smooth slices [slice, row, column] that are no near-duplicates of each other."""
    noise = np.random.default_rng(seed).normal(size=(slices, 32, 32))
    return np.stack([cv2.GaussianBlur(one, (0, 0), 3) * 3000 for one in noise]).astype(np.int16)


def write_patient(folder: Path, patient: str | None, seed: int, *, study: str | None = "", **elements: object) -> None:
    """A series of four slices; an empty study is one of the patient's own."""
    uid = f"1.2.3.{seed}" if study == "" else study
    told = {"PatientID": patient, "StudyInstanceUID": uid, "SeriesInstanceUID": f"1.2.4.{seed}", **elements}
    write_series(folder, values=volume(seed), names=[f"{seed}-{number}.dcm" for number in range(4)], **told)


def _told(cases: tuple[Case, ...]) -> dict[str, tuple[str, ToldBy]]:
    numbers = number_persons(case.person for case in cases)
    return {case.name: (number, case.told_by) for case, number in zip(cases, numbers, strict=True)}


def test_a_header_tells_where_no_name_does(tmp_path: Path, recipe: Recipe) -> None:
    write_patient(tmp_path / "NORMAL", "ID 7", 1)
    write_patient(tmp_path / "NORMAL", "ID 7 ", 2)
    write_patient(tmp_path / "PNEUMONIA", "ID 7", 3)
    write_patient(tmp_path / "PNEUMONIA", "ID 8", 4)
    write_patient(tmp_path / "PNEUMONIA", "", 5, study="1.2.9")
    write_patient(tmp_path / "PNEUMONIA", None, 6, study="1.2.9")
    write_patient(tmp_path / "PNEUMONIA", None, 7, study=None)
    save_nifti(tmp_path / "PNEUMONIA" / "head.nii.gz", volume(8), np.eye(4))
    (tmp_path / "NORMAL" / "damaged.dcm").write_bytes(bytes(128) + b"DICM" + bytes(40))
    named = tmp_path / "PNEUMONIA" / "person3_bacteria_1.dcm"
    (tmp_path / "PNEUMONIA" / "4-0.dcm").rename(named)
    told = _told(list_cases(tmp_path, recipe))
    patient = told["NORMAL/1-0.dcm"]
    assert patient[1] is ToldBy.PATIENT
    assert {told[f"{where}-{n}.dcm"] for where in ("NORMAL/1", "NORMAL/2", "PNEUMONIA/3") for n in range(4)} == {
        patient
    }
    assert told["PNEUMONIA/4-1.dcm"][1] is ToldBy.PATIENT
    assert told["PNEUMONIA/4-1.dcm"] != patient
    assert told["PNEUMONIA/5-0.dcm"] == told["PNEUMONIA/6-3.dcm"]
    assert told["PNEUMONIA/5-0.dcm"][1] is ToldBy.STUDY
    assert told["PNEUMONIA/7-0.dcm"][1] is ToldBy.NOTHING
    assert told["PNEUMONIA/7-0.dcm"] != told["PNEUMONIA/7-1.dcm"]
    assert told["PNEUMONIA/head.nii.gz"][1] is ToldBy.VOLUME
    assert told["NORMAL/damaged.dcm"][1] is ToldBy.NOTHING
    assert told["PNEUMONIA/person3_bacteria_1.dcm"][1] is ToldBy.NAME


def test_slices_of_one_patient_id_are_never_torn_apart_and_the_id_is_nowhere(
    tmp_path: Path, recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = tmp_path / "data", tmp_path / "split.json"
    for number in range(16):
        label = ("NORMAL", "PNEUMONIA")[number % 2]
        # Two series of each patient, the second in a folder of its own.
        write_patient(data / label / "first", f"SECRET-{number}", number)
        write_patient(data / label / "second", f"SECRET-{number}", 100 + number)
    assert main(["split", str(data), "--recipe", str(recipe_file), "--out", str(out)]) == 0
    said = capsys.readouterr()
    content = out.read_text(encoding="utf-8")
    split = json.loads(content)
    assert split["counts"]["persons"] == split["counts"]["persons_by_patient_id"] == 16
    assert split["counts"]["groups"] == 16
    parts: dict[str, set[str]] = {}
    for name, _, _, part in split["cases"]:
        parts.setdefault(str(int(name.rpartition("/")[2].split("-")[0]) % 100), set()).add(part)
    assert len(parts) == 16
    assert {len(one) for one in parts.values()} == {1}
    assert split["grouped_by"].startswith("person, joined by 64-bit DCT hash")
    assert "SECRET" not in content + said.out + said.err
    again = tmp_path / "again.json"
    assert main(["split", str(data), "--recipe", str(recipe_file), "--out", str(again)]) == 0
    assert again.read_bytes() == out.read_bytes()
    report = tmp_path / "audit"
    assert main(["audit", str(data), "--out", str(report)]) == 0
    said = capsys.readouterr()
    assert "They are of 16 persons (16 by patient ID)." in said.out
    written = "".join(path.read_text(encoding="utf-8") for path in report.rglob("*.*") if path.suffix != ".png")
    assert "SECRET" not in written + said.out + said.err
    assert ",p00015," in (report / "files.csv").read_text(encoding="utf-8")


def test_the_sixty_slices_of_one_ct_are_one_person(
    shared: Path, tmp_path: Path, recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "NORMAL").symlink_to(shared / "dicom" / "head_mr_3y")
    (tmp_path / "PNEUMONIA").symlink_to(shared / "dicom" / "abdomen_ct")
    arguments = ["split", str(tmp_path), "--recipe", str(recipe_file), "--out", str(tmp_path / "split.json")]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert (
        "There are too few groups of normal to give the validation and the test part one: its 112 pictures are one "
        "group, since they show one person (told by patient ID) and nobody is put on two sides. Either add pictures of "
        "other persons, or say by cases.person_patterns or a table who is who if the files say it wrong, or give no "
        "share to split.validation and split.test."
    ) in said
    assert "LIDC" not in said


def test_pictures_of_which_nobody_is_known_are_said_to_be(pictures: Path, recipe: Recipe) -> None:
    nameless = recipe.model_copy(update={"cases": recipe.cases.model_copy(update={"person_patterns": ()})})
    half = recipe.model_copy(update={"cases": recipe.cases.model_copy(update={"person_patterns": (r"^(person\d+)_",)})})
    joined = "64-bit DCT hash at distance 4 or less, however turned, mirrored or inverted"
    split = _split(pictures, nameless)
    assert split.grouped_by == f"{joined}; nothing tells which pictures show one person"
    assert (split.counts["persons"], count_unknown(split.counts)) == (0, 96)
    assert split.counts["pairs_across_persons"] == 0
    split = _split(pictures, half)
    assert split.grouped_by == f"person, joined by {joined}; nothing tells whom 48 of 96 pictures show"
    assert (split.counts["persons"], count_unknown(split.counts)) == (24, 48)
    split = _split(pictures, recipe)
    assert split.grouped_by == f"person, joined by {joined}"
    assert (split.counts["persons"], count_unknown(split.counts)) == (48, 0)


def _split(pictures: Path, recipe: Recipe) -> Split:
    cases, hashes, _ = finish(hash_cases(list_cases(pictures, recipe), recipe))
    return make_split(cases, hashes, rule=recipe.split, seed=1)


@pytest.mark.parametrize(
    ("shown", "groups", "persons", "sides"),
    [
        (
            [("a", ToldBy.NAME, "x"), ("a", ToldBy.NAME, "y"), ("b", ToldBy.PATIENT, "x")],
            "person",
            "of 2 persons (1 by patient ID, 1 by names or a table)",
            "No person is on two sides. Persons with pictures of different labels: 1.",
        ),
        (
            [("1.png", ToldBy.NOTHING, "x"), ("2.png", ToldBy.NOTHING, "y")],
            "picture; nothing tells which pictures show one person",
            "(nothing tells which pictures show one person)",
            "Nothing tells which pictures show one person, so one person may be on two sides.",
        ),
        (
            [("a", ToldBy.TABLE, "x"), ("2.png", ToldBy.NOTHING, "y")],
            "person; nothing tells whom 1 of 2 pictures show",
            "of 1 person (1 by names or a table); nothing tells whom 1 of the pictures show",
            "No person who is known is on two sides.",
        ),
        (
            [("v", ToldBy.VOLUME, "x"), ("v", ToldBy.VOLUME, "x"), ("w", ToldBy.VOLUME, "y")],
            "volume",
            "of 2 persons (2 by volume)",
            "No volume is on two sides; whether two volumes show one person, nothing tells.",
        ),
        # Everybody known, a picture each: not what older versions counted where nobody was.
        ([("a", ToldBy.NAME, "x")], "person", "of 1 person (1 by names or a table)", "No person is on two sides."),
    ],
)
def test_words_say_what_is_known(shown: list[tuple[str, ToldBy, str]], groups: str, persons: str, sides: str) -> None:
    counts = count_persons(shown)
    assert (describe_groups(counts), describe_persons(counts), describe_sides(counts)) == (groups, persons, sides)


def test_a_split_of_an_older_version_did_not_say_that_nobody_is_known() -> None:
    assert count_unknown({"cases": 5, "persons": 5}) == 5
    assert count_unknown({"cases": 5, "persons": 4}) == 0


def test_a_first_recipe_leaves_it_to_the_headers(tmp_path: Path) -> None:
    for number in range(8):
        write_patient(tmp_path / ("A", "B")[number % 2], f"ID {number}", number)
    found = finish(propose(tmp_path))
    # By their names 0-0.dcm, 0-1.dcm … would be told too, but not as surely.
    assert found.persons == ()
    assert found.persons_said == "the files tell it: 8 persons (8 by patient ID)"
