from pathlib import Path

import cv2
import numpy as np
import pytest
from torch import from_numpy

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.volume.geometry import Plane
from inference.classify.preprocess import prepare
from tests.reading import read_volume, scan
from training.audit.audit import audit_folder
from training.data.dataset import list_cases, manifest_sha256, prepare_cases, read_slice
from training.network.network import expand_channels
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import read_recipe, recipe_path


def _as_the_viewer_sees_it(path: Path, recipe: Recipe) -> np.ndarray:
    series = finish(scan([path])).series[0]
    return prepare(read_volume(series).slice_at(Plane.ACQUIRED, 0), recipe.input).tensor


def test_training_and_viewer_make_the_same_tensor_to_the_last_bit(pictures: Path, recipe: Recipe) -> None:
    cases = list_cases(pictures, recipe)[::12]
    prepared = finish(prepare_cases(cases, recipe))
    trained_on = expand_channels(from_numpy(prepared.tensors), recipe.input).numpy()
    for case, tensor in zip(prepared.cases, trained_on, strict=True):
        assert np.array_equal(_as_the_viewer_sees_it(case.path, recipe)[0], tensor)


def test_the_same_holds_for_real_radiographs(shared: Path) -> None:
    recipe = read_recipe(recipe_path("pneumonia_lite0"))
    cases = list_cases(shared, recipe)[::700]
    prepared = finish(prepare_cases(cases, recipe))
    trained_on = expand_channels(from_numpy(prepared.tensors), recipe.input).numpy()
    assert trained_on.shape[1:] == (3, 224, 224)
    for case, tensor in zip(prepared.cases, trained_on, strict=True):
        assert np.array_equal(_as_the_viewer_sees_it(case.path, recipe)[0], tensor)


def test_a_grey_picture_stored_as_colour_gives_the_same_tensor(tmp_path: Path, recipe: Recipe) -> None:
    grey = np.random.default_rng(0).integers(20, 200, (60, 50), dtype=np.uint8)
    for folder, stored in (("NORMAL", grey), ("PNEUMONIA", cv2.merge([grey] * 3))):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "person1_bacteria_1.png"), stored)
    prepared = finish(prepare_cases(list_cases(tmp_path, recipe), recipe))
    assert np.array_equal(prepared.tensors[0], prepared.tensors[1])


def test_persons_are_read_from_names(tmp_path: Path, recipe: Recipe) -> None:
    names = {
        "NORMAL": ["IM-0115-0001.jpeg", "NORMAL2-IM-0115-0001.jpeg", "IM-0429-0001-0002.jpeg", "odd.jpeg"],
        "PNEUMONIA": ["person10_virus_21.jpeg", "person10_bacteria_43.jpeg"],
    }
    for folder, files in names.items():
        (tmp_path / folder).mkdir()
        for name in files:
            (tmp_path / folder / name).write_bytes(b"x")
    persons = {case.path.name: case.person for case in list_cases(tmp_path, recipe)}
    assert persons["IM-0115-0001.jpeg"] == "IM-0115"
    assert persons["NORMAL2-IM-0115-0001.jpeg"] == "NORMAL2-IM-0115"
    assert persons["IM-0429-0001-0002.jpeg"] == "IM-0429"
    assert persons["person10_virus_21.jpeg"] == persons["person10_bacteria_43.jpeg"] == "person10"
    assert persons["odd.jpeg"] == "NORMAL/odd.jpeg"


def test_a_label_may_stand_in_several_folders_of_which_a_person_is_one(tmp_path: Path) -> None:
    recipe = read_recipe(recipe_path("pneumonia_lite0"))
    for folder in ("chest_xray", "chest_xray_full"):
        for label, name in (("NORMAL", "IM-0115-0001.jpeg"), ("PNEUMONIA", "person10_virus_21.jpeg")):
            (tmp_path / folder / label).mkdir(parents=True)
            (tmp_path / folder / label / name).write_bytes(b"x")
    cases = list_cases(tmp_path, recipe)
    assert [(case.name, case.label, case.person) for case in cases] == [
        ("chest_xray/NORMAL/IM-0115-0001.jpeg", "normal", "IM-0115"),
        ("chest_xray_full/NORMAL/IM-0115-0001.jpeg", "normal", "IM-0115"),
        ("chest_xray/PNEUMONIA/person10_virus_21.jpeg", "pneumonia", "person10"),
        ("chest_xray_full/PNEUMONIA/person10_virus_21.jpeg", "pneumonia", "person10"),
    ]
    (tmp_path / "chest_xray_full" / "CONTROL").mkdir()
    (tmp_path / "chest_xray_full" / "CONTROL" / "a.png").write_bytes(b"x")
    with pytest.raises(Refusal, match="the recipe names no such class"):
        list_cases(tmp_path, recipe)


def test_what_cannot_be_read_is_a_row_and_the_rest_goes_on(tmp_path: Path, recipe: Recipe) -> None:
    for folder in ("NORMAL", "PNEUMONIA"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "good.png"), np.arange(900, dtype=np.uint8).reshape(30, 30))
    good = (tmp_path / "NORMAL" / "good.png").read_bytes()
    (tmp_path / "NORMAL" / "cut.png").write_bytes(good[: len(good) // 2])
    (tmp_path / "NORMAL" / "empty.png").write_bytes(b"")
    (tmp_path / "PNEUMONIA" / "notes.txt").write_text("no picture", encoding="utf-8")
    prepared = finish(prepare_cases(list_cases(tmp_path, recipe), recipe))
    assert [case.name for case in prepared.cases] == ["NORMAL/good.png", "PNEUMONIA/good.png"]
    assert prepared.labels.tolist() == [0, 1]
    assert {row.path: row.code for row in prepared.skipped} == {
        "NORMAL/cut.png": Code.TRUNCATED,
        "NORMAL/empty.png": Code.EMPTY,
        "PNEUMONIA/notes.txt": Code.UNKNOWN_FORMAT,
    }


def test_a_folder_given_as_it_lies_is_read_whatever_folder_the_children_began_in(
    pictures: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_) = list_cases(pictures, recipe)
    read_slice(first.path)  # the pool has begun by now
    monkeypatch.chdir(pictures.parent)
    cases = list_cases(Path(pictures.name), recipe)[:2]
    assert finish(prepare_cases([cases[0], list_cases(Path(pictures.name), recipe)[-1]], recipe)).skipped == ()
    assert [case.name for case in cases] == [case.name for case in list_cases(pictures, recipe)[:2]]
    assert finish(audit_folder(Path(pictures.name))).skipped == ()


def test_an_empty_class_is_refused(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(Refusal) as caught:
        list_cases(tmp_path, recipe)
    assert caught.value.code is Code.MISSING
    for folder in ("NORMAL", "PNEUMONIA"):
        (tmp_path / folder).mkdir()
    with pytest.raises(Refusal, match="no picture of the class normal") as caught:
        list_cases(tmp_path, recipe)
    assert caught.value.code is TrainingCode.EMPTY_CLASS
    for folder in ("NORMAL", "PNEUMONIA"):
        (tmp_path / folder / "bad.png").write_bytes(b"bad")
    with pytest.raises(Refusal) as caught:
        finish(prepare_cases(list_cases(tmp_path, recipe), recipe))
    assert caught.value.code is TrainingCode.EMPTY_CLASS


def test_the_manifest_follows_the_content(pictures: Path, recipe: Recipe) -> None:
    cases = list_cases(pictures, recipe)
    assert manifest_sha256(cases) == manifest_sha256(tuple(reversed(cases)))
    assert manifest_sha256(cases) != manifest_sha256(cases[1:])
