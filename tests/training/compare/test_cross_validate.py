import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.bundle.bundle import check_bundle, load_bundle
from training.cli.main import main
from training.data.dataset import list_cases, prepared_tensor, read_slice
from training.data.split import load_split
from training.evaluate.evaluate import read_metrics, trained_network
from training.evaluate.out_of_fold import OUT_OF_FOLD, read_out_of_fold
from training.evaluate.predictions import probabilities
from training.network.network import predict
from training.recipe.recipe_files import read_recipe


@pytest.fixture(scope="module")
def small(recipe_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small recipe, which here takes only equal pictures for duplicates, and so has groups enough for folds."""
    path = tmp_path_factory.mktemp("recipe") / "small.toml"
    path.write_text(recipe_text.replace("duplicate_distance = 4", "duplicate_distance = 0"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folds(pictures: Path, small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small recipe in two folds of one epoch."""
    run = tmp_path_factory.mktemp("folds") / "run"
    given = ["fit", str(small), "--data", str(pictures), "--run", str(run), "--epochs", "1", "--folds", "2"]
    assert main(given) == 0
    return run


def test_every_case_is_answered_once_by_networks_that_did_not_learn_from_it(folds: Path, pictures: Path) -> None:
    found, whole = read_out_of_fold(folds), load_split(folds / "split.json")
    assert sorted(found.names) == sorted(case.name for case in whole.cases)
    part_of = {case.name: case.part for case in whole.cases}
    for name, part in zip(found.names, found.parts, strict=True):
        if part_of[name] != "train":
            assert part == part_of[name]
            continue
        fold = {case.name: case.part for case in load_split(folds / part / "split.json").cases}
        assert fold[name] == "held_out"
    rows = list(csv.DictReader(io.StringIO((folds / "out_of_fold.csv").read_text(encoding="utf-8"))))
    assert [row["name"] for row in rows] == list(found.names)
    assert {row["decision"] for row in rows} <= {"NORMAL", "PNEUMONIA", "normal", "pneumonia"}


def test_the_answers_are_those_of_the_folds_own_networks(folds: Path, pictures: Path) -> None:
    found, recipe = read_out_of_fold(folds), read_recipe(folds / "fold_1" / "recipe.toml")
    cases = {case.name: case for case in list_cases(pictures, recipe)}
    for part in ("fold_1", "fold_2", "test"):
        row = int(np.flatnonzero(found.parts == part)[0])
        tensor = prepared_tensor(read_slice(cases[str(found.names[row])].path), recipe.input)[None]
        each = {}
        for run in (folds / "fold_1", folds / "fold_2"):
            model = trained_network(run, recipe, load_split(run / "split.json"))
            temperature = read_metrics(run).calibration.temperature
            each[run.name] = probabilities(predict(model, tensor, recipe).logits, recipe.task, temperature)[0]
        if part == "test":
            # The mean of all has a temperature of its own, which turns no answer round.
            mean = np.mean(list(each.values()), axis=0)
            assert (found.probabilities[row] > 0.5).tolist() == (mean > 0.5).tolist()
        else:
            np.testing.assert_allclose(found.probabilities[row], each[part], atol=1e-5)


def test_figures_are_of_all_held_out_cases(folds: Path) -> None:
    told = json.loads((folds / "folds.json").read_text(encoding="utf-8"))
    training = sum(case.part == "train" for case in load_split(folds / "split.json").cases)
    assert told["held_out"]["n"] == training == sum(one["n"] for one in told["each"])
    assert told["held_out"]["accuracy"]["low"] <= told["held_out"]["accuracy"]["value"]
    assert told["standing"] == ["A short run: 1 epoch a stage."]
    assert "| held out, all folds |" in (folds / "folds.md").read_text(encoding="utf-8")


def test_suspect_labels_are_ranked_with_pictures_in_the_runs_own_folder(
    folds: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["labels", str(folds)]) == 0
    page = folds / "suspect_labels.html"
    assert "data:image/png" not in page.read_text(encoding="utf-8")
    assert main(["labels", str(folds), "--data", str(pictures)]) == 0
    assert "labels look wrong" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").count("data:image/png") > 3
    rows = list(csv.DictReader(io.StringIO((folds / "suspect_labels.csv").read_text(encoding="utf-8"))))
    assert [float(row["margin"]) for row in rows] == sorted(float(row["margin"]) for row in rows)
    assert sorted(row["name"] for row in rows) == sorted(read_out_of_fold(folds).names)
    assert {row["label"] for row in rows} == {"normal", "pneumonia"}
    assert main(["labels", str(folds / "fold_1"), "--data", str(pictures)]) == 2
    assert "--folds 5` leaves them" in capsys.readouterr().err


def test_the_folds_become_one_bundle(folds: Path, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    assert main(["export", str(folds), "--data", str(pictures), "--out", str(out)]) == 0
    assert check_bundle(out) == []
    contract = load_bundle(out).contract
    assert contract.provenance.split_sha256 == load_split(folds / "split.json").sha256
    assert "fold_1" in contract.provenance.base_weights
    told = json.loads((folds / "folds.json").read_text(encoding="utf-8"))
    assert contract.evaluation[1].accuracy.value == told["ensemble"]["accuracy"]["value"]


def test_going_on_does_nothing_twice_and_refuses_another_number(
    folds: Path, pictures: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["fit", str(small), "--data", str(pictures), "--run", str(folds), "--epochs", "1", "--folds"]
    kept = {path: path.stat().st_mtime_ns for path in folds.glob("fold_*/last.pt")}
    answers = (folds / OUT_OF_FOLD).read_bytes()
    assert main([*given, "2"]) == 2
    assert "Continue it with --resume" in capsys.readouterr().err
    assert main([*given, "3", "--resume"]) == 2
    assert "begun with 2 folds" in capsys.readouterr().err
    assert main([*given, "1"]) == 2
    (folds / OUT_OF_FOLD).unlink()
    assert main([*given, "2", "--resume"]) == 0
    assert {path: path.stat().st_mtime_ns for path in folds.glob("fold_*/last.pt")} == kept
    assert (folds / OUT_OF_FOLD).read_bytes() == answers


def test_without_a_test_part_there_is_no_ensemble_but_all_is_answered(
    changed: Callable[[str, str], Path], pictures: Path, tmp_path: Path
) -> None:
    parts = "train = 0.5\nvalidation = 0.25\ntest = 0.25\nduplicate_distance = 4"
    recipe_file = changed(parts, "train = 0.75\nvalidation = 0.25\ntest = 0.0\nduplicate_distance = 0")
    run = tmp_path / "run"
    given = ["fit", str(recipe_file), "--data", str(pictures), "--run", str(run), "--epochs", "1", "--folds", "2"]
    assert main([*given, "--limit", "40"]) == 0
    assert len(read_out_of_fold(run).names) == 96
    assert not (run / "ensemble.toml").exists()
    assert json.loads((run / "folds.json").read_text(encoding="utf-8"))["ensemble"] is None
