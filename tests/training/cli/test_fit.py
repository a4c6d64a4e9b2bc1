import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from training.cli.main import main
from training.data.split import load_split
from training.recipe.recipe_files import read_recipe

Fit = Callable[..., int]


@pytest.fixture
def fit(pictures: Path, recipe_file: Path, tmp_path: Path) -> Fit:
    """`fit` of the small recipe into `run`."""

    def call(*more: object, run: str = "run", recipe: Path = recipe_file) -> int:
        place = ["--data", pictures, "--run", tmp_path / run]
        return main(["fit", str(recipe), *map(str, (*place, *more))])

    return call


def test_a_short_run_says_everywhere_what_was_changed(
    fit: Fit, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit("--epochs", 1, "--limit", 30, "--seed", 5, "--protocol", "random") == 0
    told = capsys.readouterr()
    said = told.out
    (line,) = [one for one in told.err.splitlines() if one.startswith("epoch ")]
    assert line.startswith("epoch 1 of 1: training loss ")
    assert "; validation loss " in line
    assert "(best so far), accuracy " in line
    assert "a short run: 30 of 96 cases, 1 epoch a stage, protocol: random, seed: 5" in said
    facts = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert facts["overrides"] == {"protocol": "random", "limit": 30, "epochs": 1, "seed": 5}
    assert (facts["cases"], facts["fitted_cases"], facts["device"], facts["processes"]) == (96, 30, "cpu", 1)
    as_run = read_recipe(tmp_path / "run" / "recipe.toml")
    assert (as_run.fit.limit, as_run.fit.seed, as_run.split.protocol) == (30, 5, "random")
    assert len(load_split(tmp_path / "run" / "split.json").cases) == 96, "the split is that of all cases"
    assert not (tmp_path / "run" / "prepared").exists()
    # What was changed needs not be said again, and nothing else may be said.
    best = (tmp_path / "run" / "best.pt").read_bytes()
    assert fit("--resume") == 0
    assert (tmp_path / "run" / "best.pt").read_bytes() == best
    assert fit("--resume", "--epochs", 1) == 0
    capsys.readouterr()
    assert fit("--resume", "--epochs", 2) == 2
    assert "begun with --epochs 1, not with --epochs 2" in capsys.readouterr().err
    assert fit("--resume", "--weights", "none") == 2
    assert "begun without --weights" in capsys.readouterr().err


def test_a_split_is_taken_over_whole(
    fit: Fit, pictures: Path, recipe_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "given.json"
    assert main(["split", str(pictures), "--recipe", str(recipe_file), "--out", str(given)]) == 0
    assert fit("--split", given, "--epochs", 1) == 0
    assert load_split(tmp_path / "run" / "split.json").sha256 == load_split(given).sha256
    capsys.readouterr()
    folder = tmp_path / "other"
    shutil.copytree(pictures, folder)
    shutil.copy(folder / "NORMAL" / "IM-0001-0000.png", folder / "NORMAL" / "IM-0000-0000.png")
    arguments = ["fit", str(recipe_file), "--data", str(folder), "--run", str(tmp_path / "new"), "--split", str(given)]
    assert main(arguments) == 2
    assert "not those that the split was made of" in capsys.readouterr().err
    (folder / "NORMAL" / "IM-0000-0000.png").unlink()
    assert main(arguments) == 2
    assert "1 of the split's cases are not in the data folder" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_another_recipe_in_the_same_folder_is_refused(
    fit: Fit, changed: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit("--epochs", 1, "--limit", 20) == 0
    capsys.readouterr()
    assert fit("--resume", recipe=changed("rotation = 12.0", "rotation = 13.0")) == 2
    assert "begun with another recipe" in capsys.readouterr().err


def test_a_picture_that_cannot_be_read_is_listed_and_no_failure_unless_strict(
    recipe_file: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(pictures, folder)
    (folder / "NORMAL" / "IM-0000-0000.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    arguments = ["fit", str(recipe_file), "--data", str(folder), "--run", str(tmp_path / "run"), "--epochs", "1"]
    assert main(arguments) == 0
    assert "skipped NORMAL/IM-0000-0000.png: " in capsys.readouterr().err
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["skipped"] == [
        "NORMAL/IM-0000-0000.png"
    ]
    assert main([*arguments, "--resume", "--strict"]) == 1


def test_help_answers_without_torch(root: Path) -> None:
    code = (
        "import sys\nfrom training.cli.main import main\n"
        "try:\n    main(['fit', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'timm', 'matplotlib', 'SimpleITK', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "--resume" in ended.stdout
