"""`slicelens-train compare`: the same recipe under a random and under a grouped split."""

import argparse
from pathlib import Path

from training.cli.commands.fit import count, weights
from training.cli.commands.terminal import Commands, run_with_bar
from training.recipe.recipe_files import Overrides, read_recipe, recipe_path

_ABOUT = """Fits and judges a recipe twice, with the same seed: single pictures split at random, and near-duplicates and
persons kept together. Writes both runs, compare.json and compare.md (rows for a table). Begun anew, it goes on."""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "compare",
        help="the same recipe under a random and a grouped split, side by side",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    parser.add_argument("--data", type=Path, required=True, help="the folder of labelled images, laid out as it says")
    parser.add_argument("--out", type=Path, required=True, help="the folder for both runs and the comparison")
    parser.add_argument("--weights", type=weights, metavar="W", help="what to start from, not as the recipe says")
    parser.add_argument("--limit", type=count, metavar="N", help="a short run: fit with N cases")
    parser.add_argument("--epochs", type=count, metavar="N", help="epochs of each stage, instead of the recipe's")
    parser.add_argument("--size", type=count, metavar="N", help="rows and columns of the input")
    parser.add_argument("--seed", type=int, metavar="S", help="seed of both runs")
    parser.set_defaults(command=compare)


def compare(chosen: argparse.Namespace) -> int:
    """Compare, and print the rows. Returns the exit code; raises `Refusal`."""
    recipe_file = recipe_path(chosen.recipe)
    recipe = read_recipe(recipe_file)
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.compare.compare_splits import ROW, SplitRequest, compare_splits

    overrides = Overrides(
        weights=chosen.weights, limit=chosen.limit, epochs=chosen.epochs, seed=chosen.seed, size=chosen.size
    )
    run_with_bar(compare_splits(SplitRequest(recipe_file, recipe, chosen.data, chosen.out, overrides)))
    print((chosen.out / ROW).read_text(encoding="utf-8"), end="")
    return 0
