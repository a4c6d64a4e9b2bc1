"""The bundles that ship: they load, their cards say what their contracts say, and they stay small."""

import re
from pathlib import Path

import pytest

from inference.bundle.bundle import check_bundle, load_bundle
from inference.statistics.bootstrap import interval_text
from training.data.dataset import list_cases, manifest_sha256
from training.recipe.recipe_files import RECIPES, read_recipe

MODELS = Path(__file__).parents[2] / "resources" / "models"
BUNDLES = sorted(path.parent for path in MODELS.glob("*/bundle.json"))
MOST_BYTES = 30_000_000


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_a_shipped_bundle_is_whole_and_small(folder: Path) -> None:
    assert check_bundle(folder) == []
    assert load_bundle(folder).contract.id == folder.name
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= MOST_BYTES


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_its_card_says_what_its_contract_says(folder: Path) -> None:
    contract = load_bundle(folder).contract
    card = (folder / "README.md").read_text(encoding="utf-8")
    for sentence in (contract.intended_use.notice, contract.intended_use.not_for, *contract.intended_use.limits):
        assert sentence in card
    for evaluation in contract.evaluation:
        assert f"n = {evaluation.n}" in card
        for interval in (evaluation.accuracy, evaluation.macro_f1, evaluation.auc):
            assert interval is not None
            assert interval_text(interval) in card
    for licence in (contract.weights_licence, contract.data_licence, contract.provenance.base_weights_licence):
        assert licence in card


@pytest.mark.parametrize("folder", BUNDLES, ids=lambda folder: folder.name)
def test_it_was_made_with_a_recipe_that_still_stands_here(folder: Path) -> None:
    provenance = load_bundle(folder).contract.provenance
    assert provenance.recipe in {read_recipe(path).digest for path in RECIPES.glob("*.toml")}
    assert re.fullmatch("[0-9a-f]{64}", provenance.split_sha256)


def test_the_radiographs_are_those_it_was_trained_on(shared: Path) -> None:
    contract = load_bundle(MODELS / "pneumonia-cxr").contract
    recipe = read_recipe(RECIPES / "pneumonia_lite0.toml")
    cases = list_cases(shared, recipe)
    assert manifest_sha256(cases) == contract.provenance.data_manifest_sha256
