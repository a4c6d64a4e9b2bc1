"""The recipe as it travels inside a bundle: `recipe.json`, data like all of a bundle, so that it can be continued.

A starting file is named without its folder: where someone keeps files is nobody's business.
"""

import json
from pathlib import Path

from pydantic import ValidationError

from imaging.base.errors import Refusal
from inference.contract.storage import Bundle
from training.recipe.recipe import Recipe
from training.recipe.training_codes import TrainingCode

RECIPE_FILE = "recipe.json"


def packed(recipe: Recipe) -> bytes:
    """The recipe as JSON, what has its default left out, so that later versions can read it."""
    content = recipe.model_dump(mode="json", exclude_defaults=True)
    content["network"]["weights"] = without_folder(recipe.network.weights)
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


def unpacked(bundle: Bundle) -> Recipe:
    """The recipe of a bundle. Raises `Refusal` (RECIPE) where it has none, or one that cannot be read."""
    if RECIPE_FILE not in bundle.contract.files:
        raise Refusal(
            TrainingCode.RECIPE,
            f"{bundle.path}: this bundle carries no recipe ({RECIPE_FILE}), so nobody can say how to train it further.",
        )
    try:
        return Recipe.model_validate_json(bundle.read(RECIPE_FILE))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the recipe as a whole"
        raise Refusal(TrainingCode.RECIPE, f"{bundle.path}: {RECIPE_FILE}: {key}: {first['msg']}") from None


def without_folder(weights: str) -> str:
    """A source of weights as anybody may read it."""
    is_source = weights in ("imagenet", "none") or weights.startswith("package:")
    return weights if is_source else Path(weights).name
