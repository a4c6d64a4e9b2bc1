"""`slicelens-train recipes`: list the recipes that come with Slicelens."""

import argparse

from training.commands.terminal import Commands
from training.ensemble_recipe import ENSEMBLES, read_ensemble
from training.recipe import RECIPES, read_recipe


def add(commands: Commands) -> None:
    """Describe the command."""
    parser = commands.add_parser("recipes", help="list the recipes that come with Slicelens")
    parser.set_defaults(command=recipes)


def recipes(_: argparse.Namespace) -> int:
    """Print each recipe with the sentence that says what it is about. Returns the exit code; raises `Refusal`."""
    for path in sorted(RECIPES.glob("*.toml")):
        print(f"{path.stem}: {read_recipe(path).about}")
    for path in sorted(ENSEMBLES.glob("*.toml")):
        print(f"{path.stem} (to be exported, not fitted): {read_ensemble(path).about}")
    return 0
