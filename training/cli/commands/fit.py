"""`slicelens-train fit`: train a recipe into a run's folder, or continue a run."""

import argparse
from pathlib import Path

from training.cli.commands.terminal import Commands, list_skipped, run_with_bar
from training.fit.history import best_epoch
from training.recipe.recipe_files import Overrides, read_recipe, recipe_path

_ABOUT = """\
Train a recipe. The run's folder then holds the recipe as run, the split, checkpoints, the logs (history.csv and
tensorboard/) and run.json, and is what `evaluate` and `export` ask for.

Stopped or killed at any moment, the same command with --resume goes on after the last whole epoch and gives the curve
that it would have given. Several processes or machines share the work when torchrun starts them:

  torchrun --nproc-per-node 2 -m -- training.cli.main fit RECIPE --data DATA --run RUN

What an option changes about the recipe is written into run.json and into the recipe as run."""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "fit",
        help="train a recipe; the run's folder holds everything",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    parser.add_argument("--data", type=Path, required=True, help="the folder of labelled images, laid out as it says")
    parser.add_argument("--run", type=Path, required=True, help="the run's folder, new or to be continued")
    parser.add_argument("--resume", action="store_true", help="go on in that folder after its last whole epoch")
    parser.add_argument(
        "--weights",
        type=weights,
        metavar="W",
        help="what to start from: imagenet, none, package:NAME or a file of weights",
    )
    divided = parser.add_mutually_exclusive_group()
    divided.add_argument("--split", type=Path, metavar="FILE", help="a split file of the same images (see `split`)")
    divided.add_argument(
        "--protocol", choices=("grouped", "random", "published"), help="how to split, instead of as the recipe says"
    )
    parser.add_argument(
        "--limit",
        type=count,
        metavar="N",
        help="a short run: learn from and judge by N cases, every class in proportion, groups whole where that fits",
    )
    parser.add_argument("--epochs", type=count, metavar="N", help="epochs of each stage, instead of the recipe's")
    parser.add_argument("--seed", type=int, metavar="S", help="seed of split, order, augmentation and new weights")
    parser.set_defaults(command=fit)


def weights(text: str) -> str:
    """Return a file by its whole path, so that the recipe as run can be read from anywhere."""
    return str(Path(text).resolve()) if Path(text).is_file() else text


def count(text: str) -> int:
    """Return a whole number from 1, for argparse. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


count.__name__ = "count"  # argparse names it where the text is none


def fit(chosen: argparse.Namespace) -> int:
    """Train. Returns the exit code; raises `Refusal`."""
    recipe_file = recipe_path(chosen.recipe)
    recipe = read_recipe(recipe_file)
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.fit.fit import FitRequest, fit_run
    from training.fit.processes import Processes

    order = FitRequest(
        recipe_file=recipe_file,
        recipe=recipe,
        data=chosen.data,
        run=chosen.run,
        resume=chosen.resume,
        split_file=chosen.split,
        overrides=Overrides(
            weights=chosen.weights,
            protocol=chosen.protocol,
            limit=chosen.limit,
            epochs=chosen.epochs,
            seed=chosen.seed,
        ),
    )
    processes = Processes()
    try:
        outcome = run_with_bar(fit_run(order, processes), shown=processes.is_main)
    finally:
        processes.close()
    if not processes.is_main:
        return 0
    best = best_epoch(outcome.history, recipe.fit.best_by)
    figures = f"AUC {best.auc:.4f}, macro-F1 {best.macro_f1:.4f}, accuracy {best.accuracy:.4f}, loss {best.loss:.4f}"
    print(f"epochs: {len(outcome.history)}; validation after the best one, {best.epoch}: {figures}")
    if outcome.facts.sentence:
        print(outcome.facts.sentence)
    return list_skipped(outcome.skipped)
