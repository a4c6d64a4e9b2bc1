"""`slicelens-train recipes`: list the recipes that come with Slicelens, or print one to begin an own one with."""

import argparse

from training.cli.commands.terminal import Commands
from training.recipe.recipe_files import ENSEMBLES, RECIPES, read_ensemble, read_recipe, recipe_path


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser("recipes", help="list the recipes that come with Slicelens, or print one")
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this recipe's file, to begin one's own with")
    parser.set_defaults(command=recipes)


def recipes(chosen: argparse.Namespace) -> int:
    """Print what each recipe is about, or one recipe whole. Returns the exit code; raises `Refusal`."""
    if chosen.name is not None:
        print(recipe_path(chosen.name).read_text(encoding="utf-8"), end="")
        return 0
    for path in sorted(RECIPES.glob("*.toml")):
        print(f"{path.stem}: {read_recipe(path).about}")
    for path in sorted(ENSEMBLES.glob("*.toml")):
        print(f"{path.stem} (to be exported, not fitted): {read_ensemble(path).about}")
    return 0
