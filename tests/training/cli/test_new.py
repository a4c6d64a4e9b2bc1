"""A newcomer's way: a recipe made for a folder, and on to a bundle without an editor."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pytest

from inference.bundle.bundle import load_bundle
from training.cli.main import main
from training.evaluate.evaluate import is_judged
from training.recipe.recipe import CsvTable, Folders, Levels, Names, Recipe
from training.recipe.recipe_files import read_recipe

New = Callable[..., Recipe]


@pytest.fixture
def new(tmp_path: Path) -> New:
    """`new` of a folder; returns the recipe that it wrote."""

    def call(folder: Path, *more: str) -> Recipe:
        out = tmp_path / "made.toml"
        assert main(["new", str(folder), "--out", str(out), *more]) == 0
        return read_recipe(out)

    return call


def draw(folder: Path, *names: str) -> Path:
    """Write a picture of noise of its own under each name."""
    generator = np.random.default_rng(5)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture = cv2.resize(generator.integers(0, 255, (6, 6), np.uint8), (40, 40), interpolation=cv2.INTER_CUBIC)
        (folder / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return folder


def test_from_a_folder_to_a_bundle_in_three_commands(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    data = shutil.copytree(pictures, tmp_path / "Kinder-Thorax")
    (data / "NORMAL" / "Thumbs.db").write_bytes(b"no picture")
    assert main(["new", "Kinder-Thorax"]) == 0
    said = capsys.readouterr().out
    assert "96 files of 2 classes" in said
    assert "slicelens-train fit kinder-thorax.toml --data Kinder-Thorax --run runs/kinder-thorax" in said
    recipe = read_recipe(Path("kinder-thorax.toml"))
    assert recipe.cases.person_patterns, "the names tell whom a picture shows"
    assert recipe.task.normal == "NORMAL"
    # The network of the recipe would take minutes; nothing else is made smaller.
    tiny = ["--weights", "none", "--set", "network.architecture=test_efficientnet", "--epochs", "1", "--size", "64"]
    assert main(["fit", "kinder-thorax.toml", "--data", "Kinder-Thorax", "--run", "run", *tiny]) == 0
    assert "skipped" not in capsys.readouterr().err
    facts = json.loads(Path("run/run.json").read_text(encoding="utf-8"))
    assert facts["overrides"]["set network.architecture"] == "test_efficientnet"
    assert "network.architecture: test_efficientnet" in Path("run/recipe.toml").read_text(encoding="utf-8")
    assert main(["export", "run", "--out", "bundle"]) == 2
    assert "give `export` its data with --data" in capsys.readouterr().err
    assert main(["export", "run", "--data", "Kinder-Thorax", "--out", "bundle"]) == 0
    assert "was not judged yet" in capsys.readouterr().out
    contract = load_bundle(Path("bundle")).contract
    assert (contract.id, contract.data_licence) == ("kinder-thorax", "not stated")
    assert is_judged(Path("run"))
    assert not is_judged(tmp_path)


def test_a_recipe_is_never_overwritten(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("mine", encoding="utf-8")
    assert main(["new", str(pictures), "--out", str(out)]) == 2
    assert "there is a file already" in capsys.readouterr().err
    assert out.read_text(encoding="utf-8") == "mine"


def test_classes_below_parts_are_folders_with_the_parts_beside_them(new: New, tmp_path: Path) -> None:
    names = [f"{part}/{label}/{part}{n}.png" for part in ("train", "test") for label in "ab" for n in range(9)]
    recipe = new(draw(tmp_path / "data", *names))
    assert isinstance(recipe.cases.source, Folders)
    assert recipe.cases.source.folders == {"a": ("test/a", "train/a"), "b": ("test/b", "train/b")}
    assert recipe.split.published == {"test": "^test/", "train": "^train/"}
    assert recipe.split.protocol == "grouped"


def test_classes_below_many_persons_are_told_by_paths_and_persons_by_their_folders(new: New, tmp_path: Path) -> None:
    names = [f"P{person:02d}/{label}/{n}.png" for person in range(12) for label in ("ill", "well") for n in range(2)]
    recipe = new(draw(tmp_path / "data", *names))
    assert isinstance(recipe.cases.source, Names)
    assert recipe.cases.source.patterns == {"ill": "^[^/]+/ill/", "well": "^[^/]+/well/"}
    assert recipe.cases.person_patterns == ("^([^/]+)/",)


def test_persons_below_classes_are_told_by_their_folders(new: New, tmp_path: Path) -> None:
    names = [f"{label}/{label}{person}/{n}.png" for label in ("a", "b") for person in range(8) for n in range(3)]
    assert new(draw(tmp_path / "data", *names)).cases.person_patterns == ("^[^/]+/([^/]+)/",)


def test_named_levels_are_kept(new: New, tmp_path: Path) -> None:
    names = [f"{kind}/{age}/{n}.png" for kind in ("T1", "T2") for age in ("1m", "2m") for n in range(6)]
    recipe = new(draw(tmp_path / "data", *names), "--levels", "{kind}/{age}", "--label", "kind")
    assert isinstance(recipe.cases.source, Levels)
    assert (recipe.cases.source.levels, recipe.cases.source.label) == (("kind", "age"), "kind")
    assert recipe.task.names == ("T1", "T2")


@pytest.mark.parametrize(("slices", "are_told"), [(1, False), (3, True)])
def test_only_volumes_are_asked_which_slices(slices: int, are_told: bool, tmp_path: Path) -> None:
    for number in range(8):
        values = np.random.default_rng(number).integers(0, 1000, (40, 40, slices)).astype(np.int16)
        path = tmp_path / "scans" / "ab"[number % 2] / f"{number}.nii"
        path.parent.mkdir(parents=True, exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)
    assert main(["new", str(tmp_path / "scans"), "--out", str(tmp_path / "made.toml")]) == 0
    assert ("\nvolumes = {" in (tmp_path / "made.toml").read_text(encoding="utf-8")) is are_told


def test_a_table_tells_where_folders_do_not(new: New, tmp_path: Path) -> None:
    folder = draw(tmp_path / "data", *(f"{number}.png" for number in range(24)))
    with (folder / "files.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = [[f"{n}.png", "ill" if n % 2 else "well", f"p{n // 2 * 2 + n % 2}"] for n in range(24)]
        csv.writer(stream, delimiter=";").writerows([["file", "diagnosis", "patient_id"], *rows])
    source = new(folder).cases.source
    assert isinstance(source, CsvTable)
    assert (source.file, source.path, source.labels, source.person) == (
        "files.csv",
        "file",
        ("diagnosis",),
        "patient_id",
    )


def test_awkward_names_are_kept(new: New, tmp_path: Path) -> None:
    folder = tmp_path / "Ärger 'mit' \"Namen\""
    recipe = new(draw(folder, *(f"{label}/bild {n}.png" for label in ("Größe 1", "[zwei]=") for n in range(8))))
    assert recipe.task.names == ("Größe 1", "[zwei]=")
    assert (recipe.bundle.name, recipe.bundle.id) == (folder.name, "rger-mit-namen")


def test_smooth_pictures_that_are_all_alike_get_a_smaller_distance(new: New, tmp_path: Path) -> None:
    def cloud(seed: int, width: float) -> np.ndarray:
        noise = np.random.default_rng(seed).uniform(0, 1, (128, 128))
        soft = cv2.GaussianBlur(noise, (0, 0), width)
        return (soft - soft.min()) / np.ptp(soft)

    for number in range(28):
        path = tmp_path / "data" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = cloud(1000, 12) + 0.08 * cloud(number, 6)
        path.write_bytes(cv2.imencode(".png", (picture * 230).astype(np.uint8))[1].tobytes())
    recipe = new(tmp_path / "data")
    assert recipe.split.duplicate_distance == 0


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([f"only/{n}.png" for n in range(4)], "all pictures lie in one folder (only), and it takes two classes"),
        ([f"{n}.png" for n in range(4)], "the pictures lie in no folders that could tell the classes"),
        ([f"c{n}/1.png" for n in range(200)], "200 folders at level 1 are too many to be taken for classes"),
        (["notes.txt"], "there are no pictures in it"),
    ],
)
def test_what_tells_no_classes_is_a_short_sentence(
    names: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    if names[0].endswith(".png"):
        draw(folder, *names)
    else:
        folder.mkdir()
        (folder / names[0]).write_text("no picture", encoding="utf-8")
    assert main(["new", str(folder), "--out", str(tmp_path / "made.toml")]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert words in said
    assert len(said) < 400
    assert not (tmp_path / "made.toml").exists()


def test_one_group_cannot_be_divided_and_the_recipe_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = draw(tmp_path / "data", *(f"{label}/{n}.png" for label in "ab" for n in range(2)))
    assert main(["new", str(folder), "--out", str(tmp_path / "made.toml")]) == 0
    assert "It cannot be fitted yet: There are too few groups" in capsys.readouterr().out
    assert "# NOT YET POSSIBLE: There are too few groups" in (tmp_path / "made.toml").read_text(encoding="utf-8")


def test_many_classes_make_no_long_sentences(new: New, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = draw(tmp_path / "data", *(f"Klasse {n} mit Namen/1.png" for n in range(80)))
    recipe = new(folder, "--levels", "class", "--label", "class")
    assert len(recipe.task.names) == 80
    said = capsys.readouterr()
    assert max(map(len, (said.out + said.err).splitlines())) < 400
    arguments = ["--data", str(folder), "--run", str(tmp_path / "run")]
    assert main(["fit", str(tmp_path / "made.toml"), *arguments, "--size", "32"]) == 2
    assert len(capsys.readouterr().err.splitlines()[-1]) < 400


def test_keys_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys"]) == 0
    said = capsys.readouterr().out
    assert "| `fit.weight_decay` | number, at least 0 | 0 | How strongly weights are pulled to 0. |" in said
    for name, start in (("keys.md", "# The keys of a recipe"), ("keys.html", "<!doctype html>")):
        assert main(["keys", "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
