"""Whole audits: of folders in which everything that can be wrong was planted, and of the shared data."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from training.audit.audit import Audit, FolderHints, audit_csv, audit_folder
from training.audit.survey import FEATURES, find_collections
from training.cli.main import main
from training.data.dataset import list_cases
from training.data.split import hash_cases, make_split
from training.recipe.recipe import Recipe, TrainingCode
from training.report.audit_report import summary


def _picture(seed: int, side: int = 120) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).uniform(0, 255, (side, side)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 9)
    return cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def _save(path: Path, picture: NDArray[np.uint8], quality: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return path


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes in a published split with a shortcut (JPEG quality), twins, leaks and broken files."""
    folder = tmp_path_factory.mktemp("planted") / "set"
    for number in range(40):
        part = "test" if number % 4 == 0 else "train"
        _save(folder / part / "ill" / f"{number}.jpg", _picture(number), quality=70)
        _save(folder / part / "well" / f"{number}.jpg", _picture(1000 + number), quality=95)
    shutil.copy(folder / "train/ill/1.jpg", folder / "test/ill/twin.jpg")
    pixels = cv2.imread(str(folder / "train/ill/2.jpg"), cv2.IMREAD_GRAYSCALE)
    _save(folder / "train/well/same-pixels.png", pixels)
    _save(folder / "test/well/near.jpg", _picture(1001), quality=60)
    _save(folder / "train/ill/small.jpg", _picture(5000, side=64), quality=70)
    _save(folder / "train/well/blank.jpg", np.full((120, 120), 90, np.uint8), quality=95)
    (folder / "train/well/cut.jpg").write_bytes((folder / "train/well/1.jpg").read_bytes()[:900])
    (folder / "train/well/empty.png").write_bytes(b"")
    (folder / "readme.txt").write_text("not a picture", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(planted: Path) -> Audit:
    return finish(audit_folder(planted))


def _names(found: Audit, first: int, second: int) -> set[str]:
    return {found.survey.seen[first].case.name, found.survey.seen[second].case.name}


class TestPlanted:
    def test_classes_are_guessed_below_the_published_parts(self, found: Audit) -> None:
        assert found.labels == ("ill", "well")
        assert found.classes_told_by == "guessed from the folders at level 2: ill, well"
        assert found.others == 1

    def test_broken_files_are_rows_and_the_rest_goes_on(self, found: Audit) -> None:
        assert {row.path: row.code for row in found.skipped} == {
            "train/well/cut.jpg": Code.TRUNCATED,
            "train/well/empty.png": Code.EMPTY,
        }
        assert len(found.survey.seen) == 85

    def test_small_and_blank_pictures_are_found(self, found: Audit) -> None:
        assert [one.case.name for one in found.survey.seen if one.is_small] == ["train/ill/small.jpg"]
        assert [one.case.name for one in found.survey.seen if one.is_blank] == ["train/well/blank.jpg"]

    def test_twins_are_told_by_how_alike_they_are(self, found: Audit) -> None:
        counts = found.duplicates.counts
        assert counts["same_file_pairs"] == 1
        assert counts["same_pixels_pairs"] == 2
        assert counts["same_pixels_across_classes"] == 1
        assert counts["pictures_with_near_duplicate"] == 6
        (across,) = found.duplicates.across_classes
        assert across.kind == "same pixels"
        assert _names(found, across.first, across.second) == {"train/ill/2.jpg", "train/well/same-pixels.png"}

    def test_leaks_of_the_published_split_are_counted(self, found: Audit) -> None:
        (leak,) = found.duplicates.leaks
        assert (leak.test, leak.seen_in, leak.pictures) == ("test", "train", 22)
        assert (leak.same_file, leak.same_pixels, leak.near_duplicate) == (1, 1, 2)
        kinds = [(pair.kind, _names(found, pair.first, pair.second)) for pair in found.duplicates.across_parts]
        assert kinds == [
            ("same file", {"train/ill/1.jpg", "test/ill/twin.jpg"}),
            ("near-duplicate", {"train/well/1.jpg", "test/well/near.jpg"}),
        ]

    def test_the_planted_shortcut_is_named_and_nothing_else_of_the_picture(self, found: Audit) -> None:
        clear = {one.feature for one in found.shortcuts if one.strength == "clear"}
        assert {"jpeg_quality", "jpeg_tables"} <= clear
        assert clear <= {"jpeg_quality", "jpeg_tables", "file_bytes", "bytes_per_pixel"}
        quality = next(one for one in found.shortcuts if one.feature == "jpeg_quality")
        assert quality.by_class["ill"].startswith("70 ")
        assert found.combined is not None
        assert found.combined.balanced_accuracy.low > 0.9

    def test_the_report_holds_it_all(self, planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "report"
        assert main(["audit", str(planted), "--out", str(out), "--strict"]) == 1
        said = capsys.readouterr()
        assert "skipped train/well/cut.jpg" in said.err
        assert "- 2 files cannot be used." in said.out
        assert "- Leak: 2 of 22 pictures of test (9%) have a near-duplicate in train" in said.out
        assert "JPEG quality" in said.out
        page = (out / "audit.html").read_text(encoding="utf-8")
        assert page.count('<img src="data:image/png;base64,') == 3
        assert "train/well/cut.jpg" in page
        text = (out / "audit.md").read_text(encoding="utf-8")
        assert all((out / f"pictures/00{number}.png").is_file() for number in (1, 2, 3))
        assert "| JPEG quality | **clearly** |" in text
        content = json.loads((out / "audit.json").read_bytes())
        assert content["by_class"] == {"ill": 42, "well": 43}
        assert content["low_resolution"] == ["train/ill/small.jpg"]
        assert content["leaks"][0]["near_duplicate"] == 2
        assert sorted(path.name for path in out.iterdir()) == [
            "audit.html",
            "audit.json",
            "audit.md",
            "files.csv",
            "pictures",
        ]

    def test_every_picture_is_a_row_of_the_table(self, found: Audit) -> None:
        rows = list(csv.DictReader(io.StringIO(audit_csv(found).decode())))
        assert len(rows) == 85
        assert set(FEATURES) <= rows[0].keys()
        groups = {row["name"]: row["group"] for row in rows}
        assert groups["train/ill/1.jpg"] == groups["test/ill/twin.jpg"] != groups["train/ill/2.jpg"]

    def test_nothing_is_written_beside_the_users_files(self, planted: Path, capsys: pytest.CaptureFixture[str]) -> None:
        before = sorted(planted.rglob("*"))
        assert main(["audit", str(planted), "--out", str(planted / "report")]) == 2
        assert "may not be written into the data folder" in capsys.readouterr().err
        assert sorted(planted.rglob("*")) == before

    def test_it_can_be_stopped_at_any_step(self, planted: Path) -> None:
        job = audit_folder(planted)
        for _ in range(100):
            next(job)
        job.close()


def test_by_a_recipe_the_audit_counts_as_the_split_does(pictures: Path, recipe: Recipe) -> None:
    found = finish(audit_folder(pictures, recipe))
    assert found.labels == ("normal", "pneumonia")
    assert found.classes_told_by == "the recipe pneumonia-cxr (folders)"
    cases, hashes, _ = finish(hash_cases(list_cases(pictures, recipe), recipe))
    split = make_split(cases, hashes, rule=recipe.split, seed=0)
    assert split.counts["persons"] == 48
    assert split.counts.items() <= found.duplicates.counts.items()


Layout = list[str]


@pytest.mark.parametrize(
    ("files", "classes"),
    [
        (["a/1", "b/2"], ["a", "b"]),
        (["T1/a/1", "T1/b/2", "T2/a/3", "T2/b/4"], ["a", "b"]),
        (["a/p1/1", "a/p2/2", "b/p3/3", "b/p4/4"], ["a", "b"]),
        (["a/p1/t1/1", "a/p2/t1/2", "b/p3/t1/3", "b/p3/t2/4"], ["a", "b"]),
        (["train/a/1", "train/b/2", "val/a/3", "test/a/4", "test/b/5", "val/b/6"], ["a", "b"]),
        (["a/1", "b/2", "stray"], ["a", "b"]),
    ],
)
def test_layouts_that_are_guessed(tmp_path: Path, files: Layout, classes: list[str]) -> None:
    for number, name in enumerate(files):
        _save(tmp_path / f"{name}.png", _picture(number))
    found = finish(audit_folder(tmp_path))
    assert list(found.labels) == classes
    assert [row.path for row in found.skipped] == [f"{name}.png" for name in files if "/" not in name]
    assert found.shortcuts == ()
    assert any("too few groups" in str(point) for point in summary(found))


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ([], TrainingCode.CASES, "there are no pictures in it"),
        (["1", "2"], TrainingCode.CASES, "the pictures lie in no folders that could tell the classes"),
        (["a/1", "a/2"], TrainingCode.CASES, r"all pictures lie in one folder \(a\), and it takes two classes"),
        (["train/1", "test/2"], TrainingCode.CASES, "the pictures lie in no folders that could tell the classes"),
    ],
)
def test_layouts_that_tell_nothing(tmp_path: Path, files: Layout, code: TrainingCode, words: str) -> None:
    for number, name in enumerate(files):
        _save(tmp_path / f"{name}.png", _picture(number))
    with pytest.raises(Refusal, match=words) as caught:
        finish(audit_folder(tmp_path))
    assert caught.value.code is code


def test_levels_can_be_named(tmp_path: Path, write: Callable[[Path, list[str]], None]) -> None:
    write(tmp_path, ["T1/a/1", "T1/b/2", "T2/a/3"])
    hints = FolderHints(levels=("modality", "age"), label="modality", persons=(r"^(\d)",))
    found = finish(audit_folder(tmp_path, hints=hints))
    assert found.labels == ("T1", "T2")
    assert dict(found.survey.seen[0].case.facts) == {"modality": "T1", "age": "a"}
    assert [one.case.person for one in found.survey.seen] == ["1", "2", "3"]
    with pytest.raises(Refusal, match="pictures lie 2 folders deep, not 1"):
        finish(audit_folder(tmp_path, hints=FolderHints(levels=("age",), label="age")))


@pytest.fixture
def write() -> Callable[[Path, list[str]], None]:
    def written(folder: Path, names: list[str]) -> None:
        for number, name in enumerate(names):
            _save(folder / f"{name}.png", _picture(number))

    return written


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "there is no such folder"),
        (["nowhere", "--levels", "{a}/{b}"], "--levels and --label go together"),
        (["nowhere", "--levels", "{a}/{b}", "--label", "a", "--recipe", "pneumonia_lite0"], "without --recipe"),
        (["nowhere", "--person", "("], "( is no regular expression"),
        (["nowhere", "--person", "x"], "x has no group"),
    ],
)
def test_wrong_arguments_are_a_sentence_and_2(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", *arguments, "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("names", "collections"),
    [
        (["a/set1-train-1.png", "a/set1_testing_2.png"], [("set1-train", "train"), ("set1_testing", "test")]),
        (["Training/a/1.png", "Testing/a/1.png"], [("Training", "train"), ("Testing", "test")]),
        (
            ["x/val/1.png", "x/train/1.png", "x/test/1.png"],
            [("val", "validation"), ("train", "train"), ("test", "test")],
        ),
        (["train/1.png", "train/2.png"], None),
        (["latest/1.png", "strain/2.png"], None),
        (["train/1.png", "test/2.png", "other/3.png"], None),
    ],
)
def test_collections_are_read_from_paths(names: list[str], collections: list[tuple[str, str]] | None) -> None:
    assert find_collections(names) == collections


def test_real_pictures_of_two_classes(shared: Path, tmp_path: Path) -> None:
    """Twenty-four radiographs of each class: all can be read, and the report says what was found."""
    for label in ("NORMAL", "PNEUMONIA"):
        (tmp_path / label).mkdir()
        for path in sorted((shared / "chest_xray" / label).iterdir())[::50][:24]:
            (tmp_path / label / path.name).symlink_to(path)
    found = finish(audit_folder(tmp_path, hints=FolderHints(persons=(r"^(person\d+)_",))))
    assert len(found.survey.seen) == 48
    assert found.skipped == ()
    assert {one.features["size"] for one in found.survey.seen} == {"224×224"}
    assert len(found.shortcuts) > 8


def test_infant_templates_of_two_ages_are_one_file(shared: Path) -> None:
    """The finding that the audit was first surprised by: 0 to 10 days and 3 months hold the same forty files."""
    found = finish(audit_folder(shared / "infant_brain"))
    across = [pair for pair in found.duplicates.across_classes if pair.kind == "same file"]
    ages = {tuple(found.survey.seen[number].case.label for number in (pair.first, pair.second)) for pair in across}
    assert len(across) == 40
    assert ages == {("0_10d", "3m")}


def test_flips_of_one_picture_are_one_group_and_the_audit_names_the_turn(tmp_path: Path, recipe: Recipe) -> None:
    picture = np.full((120, 120), 30, np.uint8)
    picture[20:60, 30:100], picture[70:110, 10:40] = 200, 90
    turns = {"a": picture, "b": picture[:, ::-1], "c": picture[::-1], "d": np.rot90(picture), "e": 255 - picture}
    for number, label in enumerate(("NORMAL", "PNEUMONIA")):
        (tmp_path / label).mkdir()
        for name, one in list(turns.items())[number::2]:
            cv2.imwrite(str(tmp_path / label / f"{name}.png"), np.ascontiguousarray(one))
    found = finish(audit_folder(tmp_path, recipe))
    assert found.duplicates.counts["groups"] == 1
    told = {pair.turn for pair in found.duplicates.across_classes}
    assert {"mirrored", "turned by 180°"} <= told
    cases, hashes, _ = finish(hash_cases(list_cases(tmp_path, recipe), recipe))
    with pytest.raises(Refusal) as refused:
        make_split(cases, hashes, rule=recipe.split, seed=0)
    assert refused.value.code is TrainingCode.SPLIT
