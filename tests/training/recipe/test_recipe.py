from collections.abc import Callable
from pathlib import Path

import pytest

from imaging.base.errors import Refusal
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import RECIPES, find_line, read_recipe, recipe_path


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_reads_and_says_where_it_comes_from(path: Path) -> None:
    recipe = read_recipe(path)
    assert path.read_text(encoding="utf-8").startswith(f"# {path.stem}:")
    assert recipe.about


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        (
            "epochs = 3",
            "epochs = 3\nepoch = 4",
            "fit.stages.0.epoch",
            "knows no such key. Near it: fit.stages.N.epochs",
        ),
        ("epochs = 3", "epochs = 0", "fit.stages.0.epochs", "greater than 0"),
        ("epochs = 3", 'epochs = "3"', "fit.stages.0.epochs", "integer"),
        ("seed = 20261128", "seed = 20261128\nseeds = 1", "fit.seeds", "knows no such key. Near it: fit.seed"),
        ("doubt = 1.0", "doubts = 1.0", "decision.doubts", "knows no such key. Near it: decision.doubt"),
        ("zoom = 0.22", "zomm = 0.22", "augmentation.zomm", "knows no such key. Near it: augmentation.zoom"),
        ("train = 0.5", "train = 0.6", "split", "must add up to 1"),
        ('resize = "stretch"', 'resize = "squeeze"', "input.resize", "stretch"),
    ],
)
def test_a_fault_is_told_with_file_line_and_key(
    changed: Callable[[str, str], Path], old: str, new: str, key: str, sentence: str
) -> None:
    path = changed(old, new)
    with pytest.raises(Refusal) as caught:
        read_recipe(path)
    assert caught.value.code is TrainingCode.RECIPE
    line = next(
        number
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if text == new.splitlines()[-1] or (key == "split" and text == "[split]")
    )
    assert f"{path}, line {line}: {key}: " in caught.value.message
    assert sentence in caught.value.message


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("about = \n", encoding="utf-8")
    with pytest.raises(Refusal, match="line 1"):
        read_recipe(path)


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(Refusal, match="pneumonia_lite0") as caught:
        recipe_path("pneumonia_lite9")
    assert caught.value.code is TrainingCode.UNKNOWN_RECIPE


def test_the_digest_follows_what_decides_the_weights_and_nothing_else(
    recipe: Recipe, changed: Callable[[str, str], Path]
) -> None:
    assert read_recipe(changed("Ours; the bundle", "Theirs; the bundle")).digest == recipe.digest
    assert read_recipe(changed("doubt = 1.0", "doubt = 0.5")).digest == recipe.digest
    assert read_recipe(changed("rotation = 12.0", "rotation = 12.5")).digest != recipe.digest
    assert read_recipe(changed("low = 0.5", "low = 1.0")).digest != recipe.digest
    name = 'display = "Pneumonia"'
    assert read_recipe(changed('normal = "normal"\n', "")).digest == recipe.digest
    assert read_recipe(changed(name, f'{name}, snomed_ct = "233604007"')).digest == recipe.digest


def test_a_line_is_found_in_nested_tables() -> None:
    text = "a = 1\n[one]\nb = 2\n[one.two]\nb = 3\n"
    assert find_line(text, ("a",)) == 1
    assert find_line(text, ("one", "b")) == 3
    assert find_line(text, ("one", "two", "b")) == 5
    assert find_line(text, ("one", "two", "missing")) == 4
    assert find_line(text, ("other",)) is None
    stages = "[fit]\nseed = 1\n[[fit.stages]]\nepochs = 1\n[[fit.stages]]\nname = 'b'\nepochs = 2\n"
    assert find_line(stages, ("fit", "stages", "0", "epochs")) == 4
    assert find_line(stages, ("fit", "stages", "1", "epochs")) == 7
    assert find_line(stages, ("fit", "stages", "1", "missing")) == 5
