"""`slicelens-train`: split, fit, evaluate and export from the command line.

Exit codes: 0 done · 1 done, but some pictures could not be read (they are listed) · 2 the input or the arguments were
refused, with a sentence.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from imaging.ledger import Skipped
from imaging.progress import Job, Progress, Result, finish
from imaging.refusal import Refusal
from training.recipe import RECIPES, Recipe, read_recipe, recipe_path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except Refusal as refusal:
        print(f"slicelens-train: {refusal.message} [{refusal.code.value}]", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("slicelens-train: stopped. Continue a fit with --resume.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slicelens-train", description="Make, judge and export a classifier.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    split = commands.add_parser("split", help="divide a data folder by person and near-duplicate; writes a split file")
    split.add_argument("data", type=Path, metavar="DATA", help="a folder with one folder for each class")
    split.add_argument("--recipe", default="pneumonia_lite0", help="whose classes, input and shares to use")
    split.add_argument("--out", type=Path, required=True, help="the split file to write (JSON)")
    split.set_defaults(command=_split)

    fit = commands.add_parser("fit", help="train a recipe; the run's folder holds everything")
    fit.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    fit.add_argument("--data", type=Path, required=True, help="a folder with one folder for each class")
    fit.add_argument("--run", type=Path, required=True, help="the run's folder, new or to be continued")
    fit.add_argument("--resume", action="store_true", help="continue the run in that folder after its last whole epoch")
    fit.set_defaults(command=_fit)

    evaluate = commands.add_parser("evaluate", help="judge a run on validation and test; writes metrics and figures")
    evaluate.add_argument("run", type=Path, metavar="RUN")
    evaluate.add_argument("--data", type=Path, required=True, help="the folder that the run was trained on")
    evaluate.set_defaults(command=_evaluate)

    export = commands.add_parser("export", help="write an evaluated run as a bundle; proves that ONNX equals torch")
    export.add_argument("run", type=Path, metavar="RUN")
    export.add_argument("--out", type=Path, required=True, help="the bundle's folder (its content is replaced)")
    export.set_defaults(command=_export)

    recipes = commands.add_parser("recipes", help="list the recipes that come with Slicelens")
    recipes.set_defaults(command=_recipes)
    return parser


def _split(chosen: argparse.Namespace) -> int:
    from training.dataset import list_cases, prepare_cases
    from training.runs import split_cases
    from training.split import save_split

    recipe = read_recipe(recipe_path(chosen.recipe))
    prepared = _with_bar(prepare_cases(list_cases(chosen.data, recipe), recipe))
    split = split_cases(prepared, recipe)
    save_split(split, chosen.out)
    for key, count in split.counts.items():
        print(f"{key.replace('_', ' ')}: {count}")
    for part in ("train", "validation", "test"):
        labels = [case.label for case in split.cases if case.part == part]
        counted = ", ".join(f"{labels.count(name)} {name}" for name in recipe.task.names)
        print(f"{part}: {len(labels)} ({counted})")
    print(f"sha256: {split.sha256}")
    return _listed(prepared.skipped)


def _fit(chosen: argparse.Namespace) -> int:
    # torch takes seconds to import; a wrong recipe is told at once.
    recipe_file = recipe_path(chosen.recipe)
    recipe = read_recipe(recipe_file)
    from training.dataset import list_cases, prepare_cases
    from training.fit import fit
    from training.runs import begin, split_of, write_facts

    began = time.monotonic()
    cases = list_cases(chosen.data, recipe)
    begin(chosen.run, recipe_file=recipe_file, recipe=recipe, resume=chosen.resume)
    prepared = _with_bar(prepare_cases(cases, recipe))
    split = split_of(chosen.run, prepared, recipe)
    history = _with_bar(fit(recipe, prepared, split, run=chosen.run, resume=chosen.resume))
    skipped = [row.path for row in prepared.skipped]
    write_facts(chosen.run, folder=chosen.data, skipped=skipped, seconds=time.monotonic() - began)
    last = history[-1]
    print(f"{len(history)} epochs; validation AUC {last.auc:.4f}, macro-F1 {last.macro_f1:.4f}, loss {last.loss:.4f}")
    return _listed(prepared.skipped)


def _evaluate(chosen: argparse.Namespace) -> int:
    from training.evaluate import evaluate_run, summary

    metrics, skipped = _with_bar(evaluate_run(chosen.run, chosen.data))
    print(summary(metrics))
    return _listed(skipped)


def _export(chosen: argparse.Namespace) -> int:
    from training.export import export_run

    print(export_run(chosen.run, chosen.out))
    return 0


def _recipes(_: argparse.Namespace) -> int:
    for path in sorted(RECIPES.glob("*.toml")):
        recipe: Recipe = read_recipe(path)
        print(f"{path.stem}: {recipe.about}")
    return 0


def _listed(skipped: Sequence[Skipped]) -> int:
    for row in skipped:
        print(f"skipped {row.path}: {row.message} [{row.code.value}]", file=sys.stderr)
    return 1 if skipped else 0


def _with_bar(job: Job[Result]) -> Result:
    """Run a job with a progress bar on standard error: one bar for each thing that it says it does."""
    # tqdm would start a thread of its own to watch its bars.
    tqdm.monitor_interval = 0
    bar: tqdm[None] | None = None
    doing = ""

    def report(step: Progress) -> None:
        nonlocal bar, doing
        if bar is None or doing != step.doing:
            if bar is not None:
                bar.close()
            doing = step.doing
            bar = tqdm(total=step.total, desc=step.doing, file=sys.stderr, mininterval=1.0)
        bar.update(step.done - bar.n)

    try:
        return finish(job, report)
    finally:
        if bar is not None:
            bar.close()


if __name__ == "__main__":
    sys.exit(main())
