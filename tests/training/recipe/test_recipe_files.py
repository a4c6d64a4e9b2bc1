from pathlib import Path

import pytest

from imaging.base.errors import Refusal
from training.fit.runs import RunFacts
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import RECIPES, Overrides, read_recipe, write_recipe_as_run

ALL = Overrides(weights="none", protocol="random", limit=600, epochs=2, seed=-5)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_as_run_reads_as_the_recipe_that_runs(path: Path, tmp_path: Path) -> None:
    changed = ALL.apply(read_recipe(path))
    (tmp_path / "as_run.toml").write_bytes(write_recipe_as_run(path, changed, ALL))
    again = read_recipe(tmp_path / "as_run.toml")
    assert again == changed
    assert again.digest == changed.digest != read_recipe(path).digest
    assert again.network.weights == "none"
    assert again.split.protocol == "random"
    assert (again.fit.limit, again.fit.seed, {stage.epochs for stage in again.fit.stages}) == (600, -5, {2})
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert (tmp_path / "as_run.toml").read_text(encoding="utf-8").startswith(header)


def test_without_overrides_the_file_is_kept_as_it_is(recipe: Recipe, recipe_file: Path) -> None:
    assert Overrides().apply(recipe) == recipe
    assert write_recipe_as_run(recipe_file, recipe, Overrides()) == recipe_file.read_bytes()


def test_what_makes_no_sense_is_refused(recipe: Recipe) -> None:
    with pytest.raises(Refusal, match="cannot be run with --epochs 0"):
        Overrides(epochs=0).apply(recipe)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, ""),
        ({"seed": 4}, "not as the recipe says: seed: 4"),
        (
            {"limit": 600, "epochs": 2, "weights": "none"},
            "a short run: 600 of 8,844 cases, 2 epochs a stage, weights: none",
        ),
    ],
)
def test_a_report_says_what_was_changed(given: dict[str, str | int], sentence: str) -> None:
    assert RunFacts(overrides=given, cases=8844, fitted_cases=600).sentence == sentence


def test_facts_of_older_runs_are_understood() -> None:
    facts = RunFacts.model_validate_json('{"data_folder": "x", "skipped": ["a"], "seconds": 1.5, "environment": {}}')
    assert facts.skipped == ("a",)
    assert facts.sentence == ""
