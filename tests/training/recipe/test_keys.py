import pytest

from imaging.base.errors import Refusal
from training.recipe.keys import near_keys, recipe_keys
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import Overrides


def test_every_key_has_a_type_a_default_and_a_meaning() -> None:
    keys = recipe_keys()
    assert len(keys) > 150
    assert [key.name for key in keys if not (key.kind and key.default and key.meaning)] == []
    told = [(key.name, key.where) for key in keys]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("name", "where", "kind", "default", "meaning"),
    [
        ("fit.weight_decay", "", "number, at least 0", "0", "How strongly"),
        ("fit.limit", "", "whole number, above 0", "none", "A short run"),
        ("split.train", "", "number, at least 0 and at most 1", "0.7", "Share of the cases"),
        ("input.size", "", "list of 2 × whole number, above 0 and at most 4096", "[224, 224]", "(rows, columns)"),
        ("fit.stages.N.epochs", "", "whole number, above 0", "12", "How often"),
        ("fit.stages.N.rate.patience", 'schedule = "plateau"', "whole number, above 0", "required", "Epochs without"),
        ("decision.rule", 'rule = "argmax"', '"argmax"', '"argmax"', "The most probable label wins."),
        ("decision.bands.N.low", 'rule = "bands"', "number, at least 0 and at most 1", "required", "The probability"),
        ("task.labels", "", "list of table", "required", "Names, or tables"),
        ("cases.source.folders", 'form = "folders"', "table of text or list of text", "each label's own name", "Label"),
    ],
)
def test_a_key_is_told_as_its_type_says(name: str, where: str, kind: str, default: str, meaning: str) -> None:
    (key,) = [one for one in recipe_keys() if (one.name, one.where) == (name, where)]
    assert (key.kind, key.default) == (kind, default)
    assert key.meaning.startswith(meaning)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("fit.label_smothing", "fit.label_smoothing"),
        ("weight_decay", "fit.weight_decay"),
        ("fit.stage.0.epochs", "fit.stages.N.epochs"),
        ("augmentation.qualty.jpeg", "augmentation.quality.jpeg"),
    ],
)
def test_the_nearest_keys_of_an_unknown_one(name: str, near: str) -> None:
    assert near in near_keys(name)


@pytest.mark.parametrize("name", ["fit.seed", "fit.stages.3.rate", "network.arguments.global_pool", "decision"])
def test_a_known_key_needs_no_hint(name: str) -> None:
    assert near_keys(name) == []


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("fit.weight_decay=0.25", "fit.weight_decay", 0.25),
        ("fit.weight_decay = 1", "fit.weight_decay", 1.0),
        ("fit.optimiser=sgd", "fit.optimiser", "sgd"),
        ('fit.optimiser="sgd"', "fit.optimiser", "sgd"),
        ("fit.one_of_each_group=true", "fit.one_of_each_group", True),
        ("augmentation.quality.jpeg=0.5", "augmentation.quality.jpeg", 0.5),
        ("network.arguments.global_pool=avg", "network.arguments", {"global_pool": "avg"}),
        ("fit.stages.0.epochs=7", "fit.stages", 7),
        ("bundle.name=Mein Modell", "bundle.name", "Mein Modell"),
    ],
)
def test_any_key_can_be_set(recipe: Recipe, change: str, path: str, value: object) -> None:
    found: object = Overrides(set=(change,)).apply(recipe)
    for part in path.split("."):
        found = getattr(found, part)
    assert (found[0].epochs if isinstance(found, tuple) else found) == value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("fit.label_smothing=0.1", "--set fit.label_smothing: there is no such key. Near it: fit.label_smoothing"),
        ("fit.stages.9.epochs=1", "--set fit.stages.9.epochs: this recipe has no such table"),
        ("fit.batch=0", "cannot be run with --set fit.batch=0 (fit.batch: Input should be greater than 0)"),
        ("split.train=0.9", "cannot be run with --set split.train=0.9 (split: "),
    ],
)
def test_what_cannot_be_set_is_a_sentence(recipe: Recipe, change: str, words: str) -> None:
    with pytest.raises(Refusal) as caught:
        Overrides(set=(change,)).apply(recipe)
    assert words in caught.value.message
