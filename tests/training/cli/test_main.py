import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from training.cli.main import main
from training.data.split import load_split
from training.recipe.recipe_files import ENSEMBLES, RECIPES


def test_recipes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    said = capsys.readouterr().out
    assert "pneumonia_lite0: " in said
    assert "ensemble (" in said
    assert main(["recipes", "pneumonia_lite0"]) == 0
    assert capsys.readouterr().out == (RECIPES / "pneumonia_lite0.toml").read_text(encoding="utf-8")
    assert main(["recipes", "vote"]) == 0
    assert capsys.readouterr().out == (ENSEMBLES / "vote.toml").read_text(encoding="utf-8")
    assert main(["recipes", "nothing_such"]) == 2


def test_split_writes_a_file_and_says_what_it_found(
    pictures: Path, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "split.json"
    assert main(["split", str(pictures), "--recipe", str(recipe_file), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "cases: 96" in said
    assert "persons: 48" in said
    assert load_split(out).sha256 in said


def test_a_picture_that_cannot_be_read_is_listed_and_no_failure_unless_strict(
    pictures: Path, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(pictures, folder)
    (folder / "NORMAL" / "IM-0000-0000.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    out = tmp_path / "split.json"
    arguments = ["split", str(folder), "--recipe", str(recipe_file), "--out", str(out)]
    assert main(arguments) == 0
    assert "skipped NORMAL/IM-0000-0000.png: " in capsys.readouterr().err
    assert len(load_split(out).cases) == 95
    assert main([*arguments, "--strict"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "nothing_such", "--data", "{data}", "--run", "{new}"], "There is no recipe nothing_such"),
        (["fit", "{recipe}", "--data", "{new}/gone", "--run", "{new}"], "there is no such folder"),
        (["fit", "{recipe}", "--data", "{data}", "--run", "{run}"], "Continue it with --resume"),
        # What fits writes into --run; scripts may still say --out where it was called so.
        (["compare", "{recipe}", "--data", "{new}/gone", "--run", "{new}"], "there is no such folder"),
        (["compare", "{recipe}", "--data", "{new}/gone", "--out", "{new}"], "there is no such folder"),
        (["continue", "{new}/gone", "--data", "{data}", "--run", "{new}"], "no file or folder"),
        (["continue", "{new}/gone", "--data", "{data}", "--out", "{new}"], "no file or folder"),
        (["evaluate", "{new}", "--data", "{data}"], "the recipe cannot be read"),
        (["export", "{new}", "--out", "{new}/bundle"], "the recipe cannot be read"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_2(
    arguments: list[str],
    words: str,
    pictures: Path,
    recipe_file: Path,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"data": pictures, "recipe": recipe_file, "run": run, "new": tmp_path / "new"}
    assert main([argument.format(**places) for argument in arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert not (tmp_path / "new").exists()


def test_an_unknown_key_is_told_with_file_and_line(
    changed: Callable[[str, str], Path], pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = changed("epochs = 3", "epochs = 3\nepoochs = 3")
    assert main(["fit", str(path), "--data", str(pictures), "--run", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert "epoochs: this version knows no such key. Near it: fit.stages.N.epochs" in said
    assert f"{path}, line " in said


def test_other_pictures_than_the_runs_are_refused(
    run: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(pictures, folder)
    shutil.copy(folder / "NORMAL" / "IM-0001-0000.png", folder / "NORMAL" / "IM-0000-0000.png")
    assert main(["evaluate", str(run), "--data", str(folder)]) == 2
    assert "not the pictures that the run was trained with" in capsys.readouterr().err


def test_a_finished_run_resumed_stays_as_it_is(run: Path, recipe_file: Path, pictures: Path, tmp_path: Path) -> None:
    again = tmp_path / "run"
    shutil.copytree(run, again)
    assert main(["fit", str(recipe_file), "--data", str(pictures), "--run", str(again), "--resume"]) == 0
    assert (again / "best.pt").read_bytes() == (run / "best.pt").read_bytes()
