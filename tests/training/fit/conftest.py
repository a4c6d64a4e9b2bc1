import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.training.fit.phantoms import SIDE, stage
from training.recipe.recipe import Recipe

Change = Callable[..., Recipe]


@pytest.fixture
def change(recipe: Recipe) -> Change:
    """Makes a recipe for phantoms: our own small CNN at 32×32, no augmentation, one stage of three epochs, changed."""

    def changed(*, stages: list[dict[str, Any]] | None = None, **fit: Any) -> Recipe:
        content = recipe.model_dump(mode="json")
        content["input"]["size"] = [SIDE, SIDE]
        content["network"] |= {"architecture": "slicelens_cnn", "drop_rate": 0.0, "drop_path_rate": 0.0}
        content["network"] |= {"target_layer": "backbone.features.relu3", "familiarity_layers": []}
        content["network"]["head"] = {"input": "pooled", "layers": [{"units": 8}]}
        content["augmentation"] = fit.pop("augmentation", {})
        content["fit"] = {"seed": 3, "batch": 8, "optimiser": "adam"} | fit
        content["fit"]["stages"] = [stage(**one) for one in stages or [{}]]
        return Recipe.model_validate_json(json.dumps(content))

    return changed
