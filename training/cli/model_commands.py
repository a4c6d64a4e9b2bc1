"""`slicelens-train fit`, `evaluate`, `export`, `continue`, `compare`: from a recipe to a bundle.

torch takes seconds to import, so the functions import it when the arguments are read: `--help` answers at once.
"""

import argparse
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from imaging.base.errors import Code, Refusal
from training.cli.terminal import Commands, add_command, list_skipped, run_shown
from training.recipe.recipe import Protocol, TrainingCode
from training.recipe.recipe_files import Overrides, find_ensemble, read_recipe, recipe_path
from training.report.rendering import Marked

if TYPE_CHECKING:
    from training.fit.fit import FitRequest

_FIT_ABOUT = """\
Train a recipe. The run's folder then holds the recipe as run, the split, checkpoints, the logs (history.csv and
tensorboard/) and run.json, and is what `evaluate` and `export` ask for.

Stopped or killed at any moment, the same command with --resume goes on after the last whole epoch and gives the curve
that it would have given. Several processes or machines share the work when torchrun starts them:

  torchrun --nproc-per-node 2 -m -- training.cli.main fit RECIPE --data DATA --run RUN

What an option changes about the recipe is written into run.json and into the recipe as run."""


def add_fit(commands: Commands) -> None:
    """Describe `fit`."""
    parser = add_command(
        commands, "fit", fit, "train a recipe; the run's folder holds everything", about=_FIT_ABOUT, reads=True
    )
    _add_recipe_and_data(parser)
    parser.add_argument("--run", type=Path, required=True, help="the run's folder, new or to be continued")
    parser.add_argument("--resume", action="store_true", help="go on in that folder after its last whole epoch")
    divided = parser.add_mutually_exclusive_group()
    divided.add_argument("--split", type=Path, metavar="FILE", help="a split file of the same images (see `split`)")
    divided.add_argument("--protocol", choices=get_args(Protocol), help="how to split, instead of as the recipe says")
    _add_overrides(parser)
    parser.add_argument(
        "--folds",
        type=count,
        metavar="K",
        help="K fits, each without another part of the training cases: RUN/fold_1 and so on, what they say of cases "
        "that they did not learn from (out_of_fold.csv, out_of_fold.npz), and an ensemble to export",
    )


def _add_recipe_and_data(parser: argparse.ArgumentParser) -> None:
    """Add what a fit begins with."""
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    parser.add_argument("--data", type=Path, required=True, help="the folder of labelled images, laid out as it says")


def _add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add the options that change a recipe for one run."""
    several = parser.add_argument_group("what this run does otherwise than the recipe")
    several.add_argument(
        "--weights", type=weights, metavar="W", help="to start from: imagenet, none, package:NAME or a file of weights"
    )
    limited = "a short run: learn from and judge by N cases, every class in proportion, groups whole where that fits"
    several.add_argument("--limit", type=count, metavar="N", help=limited)
    several.add_argument("--epochs", type=count, metavar="N", help="epochs of each stage")
    several.add_argument("--batch", type=count, metavar="N", help="cases of a step, of all processes together")
    several.add_argument("--size", type=count, metavar="N", help="rows and columns of the input")
    several.add_argument("--seed", type=int, metavar="S", help="of split, order, augmentation and new weights")
    any_key = "any key of `slicelens-train keys`, for example fit.weight_decay=0.1 (may be given several times)"
    several.add_argument("--set", action="append", metavar="KEY=VALUE", help=any_key)


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


def _overrides(chosen: argparse.Namespace) -> Overrides:
    """Return the options of `_add_overrides`. Raises `Refusal` (ARGUMENT)."""
    given: dict[str, Any] = {one.name: getattr(chosen, one.name, None) for one in fields(Overrides)}
    if wrong := next((text for text in given["set"] or () if "=" not in text), None):
        raise Refusal(Code.ARGUMENT, f"--set {wrong}: write KEY=VALUE, for example fit.weight_decay=0.1.")
    return Overrides(**{**given, "set": tuple(given["set"]) if given["set"] else None})


def fit(chosen: argparse.Namespace) -> int:
    """Train. Returns the exit code; raises `Refusal`."""
    recipe_file = recipe_path(chosen.recipe)
    recipe = read_recipe(recipe_file)
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.fit.fit import FitRequest, fit_run
    from training.fit.processes import Processes
    from training.fit.runs import best_epoch

    order = FitRequest(
        recipe_file=recipe_file,
        recipe=recipe,
        data=chosen.data,
        run=chosen.run,
        resume=chosen.resume,
        split_file=chosen.split,
        overrides=_overrides(chosen),
    )
    if chosen.folds is not None:
        return _fit_folds(order, chosen.folds, strict=chosen.strict)
    with closing(Processes()) as processes:
        outcome = run_shown(fit_run(order, processes), shown=processes.is_main)
    if not processes.is_main:
        return 0
    best = best_epoch(outcome.history, recipe.fit.best_by)
    figures = f"AUC {best.auc:.4f}, macro-F1 {best.macro_f1:.4f}, accuracy {best.accuracy:.4f}, loss {best.loss:.4f}"
    print(f"epochs: {len(outcome.history)}; validation after the best one, {best.epoch}: {figures}")
    if outcome.facts.sentence:
        print(outcome.facts.sentence)
    return list_skipped(outcome.skipped, strict=chosen.strict)


def _fit_folds(order: "FitRequest", folds: int, *, strict: bool) -> int:
    """Train fold by fold, and print the figures of all cases that were held out."""
    from training.compare.cross_validate import ROWS, cross_validate
    from training.fit.processes import Processes

    if folds == 1:
        raise Refusal(Code.ARGUMENT, "--folds 1: a fit in folds needs two at least; leave the option out for one fit.")
    with closing(Processes()) as processes:
        found = run_shown(cross_validate(order, folds, processes), shown=processes.is_main)
    if found is None:
        return 0
    print((order.run / ROWS).read_text(encoding="utf-8"), end="")
    return list_skipped(found[1], strict=strict)


_RATES_ABOUT = """\
Raises the learning rate from a millionth to 1 over some steps of the recipe's first stage, and says where the loss
falls (the range test of Smith 2017). Some minutes; nothing is kept of what was learnt."""


def add_rates(commands: Commands) -> None:
    """Describe `rates`."""
    parser = add_command(
        commands,
        "rates",
        rates,
        "find a learning rate: raise it step by step, see where the loss falls",
        about=_RATES_ABOUT,
    )
    _add_recipe_and_data(parser)
    parser.add_argument("--minutes", type=float, default=3.0, metavar="M", help="how long the steps may take (3)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the curve: .html, .md or .png")
    _add_overrides(parser)


def rates(chosen: argparse.Namespace) -> int:
    """Search, print, and write the curve if that is wanted. Returns the exit code; raises `Refusal`."""
    recipe = _overrides(chosen).apply(read_recipe(recipe_path(chosen.recipe)))
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.fit.processes import Processes
    from training.fit.rates import find_rates
    from training.report.rates_page import describe_rates, write_rates

    with closing(Processes()) as processes:
        found = run_shown(find_rates(chosen.data, recipe, processes, minutes=chosen.minutes))
    for point in describe_rates(found, recipe):
        print(point.text if isinstance(point, Marked) else point)
    if chosen.out is not None:
        write_rates(chosen.out, found, recipe)
        print(f"curve: {chosen.out}")
    return 0


_EVALUATE_ABOUT = """\
Judges the best checkpoint of a run; metrics.json, report.html, tables and figures go into its folder.

With the folder that the run was trained on, everything is chosen on its validation part and reported on its test part.
With any other labelled folder nothing is chosen: it is an external test, with a folder of its own in external/."""


def add_evaluate(commands: Commands) -> None:
    """Describe `evaluate`."""
    parser = add_command(
        commands,
        "evaluate",
        evaluate,
        "judge a run on validation and test, or on another set; writes metrics, figures and a report",
        about=_EVALUATE_ABOUT,
        reads=True,
    )
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--data", type=Path, required=True, help="the folder the run was trained on, or another one")
    parser.add_argument(
        "--foreign",
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="slices that the model should call unfamiliar (may be given several times)",
    )
    parser.add_argument(
        "--photographs", type=Path, metavar="FOLDER", help="natural photographs; each is cut into squares and tried"
    )
    _add_extent(parser)


def _add_extent(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how much is judged."""
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="leave out galleries, saliency checks, most qualities")
    extent.add_argument(
        "--all", action="store_true", help="every case in every quality, and LIME; without it, the report says how many"
    )


def _extent(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return those of `EvaluationOptions` that say how much is judged."""
    return {
        "explained": not chosen.quick,
        **({"most_in_qualities": None, "most_copied": None, "lime": True} if chosen.all else {}),
    }


def evaluate(chosen: argparse.Namespace) -> int:
    """Judge, and print the summary. Returns the exit code; raises `Refusal`."""
    foreign = foreign_sets(chosen.foreign)
    # torch takes seconds to import; a wrong argument is told at once.
    from training.evaluate.evaluate import EvaluationOptions
    from training.report.run_report import report_run, summary

    options = EvaluationOptions(foreign, chosen.photographs, **_extent(chosen))
    found = run_shown(report_run(chosen.run, chosen.data, options))
    print(summary(found))
    return list_skipped(found.skipped, strict=chosen.strict)


def foreign_sets(given: list[str]) -> dict[str, Path]:
    """Name -> folder of `NAME=FOLDER`. Raises `Refusal` (CASES) for anything else."""
    found = {}
    for text in given:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise Refusal(TrainingCode.CASES, f"--foreign {text}: write NAME=FOLDER.")
        found[name] = Path(folder)
    return found


_EXPORT_ABOUT = """\
Write a run as a bundle: an ONNX graph that answers with the score and the heatmap of every class in one
pass, the weights for torch, the recipe, figures and a model card. Refused where ONNX and torch differ by more than
1e-4 in a probability or 5e-3 in a heatmap; the golden pairs inside prove it again wherever the bundle is opened.

RUN may also be the recipe of an ensemble (see training/recipes/ensembles). Its members are then judged together on the
test part of their common split, for which --data is needed, and become one graph.

A run that was not judged yet is judged first, in short, if --data says on what.

  slicelens-train export runs/pneumonia_lite0 --out pneumonia-cxr/ --data chest_xray/
  slicelens-train export ensemble.toml --data brain_tumor/ --out ensemble/"""


def add_export(commands: Commands) -> None:
    """Describe `export`."""
    parser = add_command(
        commands,
        "export",
        export,
        "write an evaluated run or an ensemble as a bundle; proves that ONNX equals torch",
        about=_EXPORT_ABOUT,
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run's folder, or the recipe of an ensemble")
    parser.add_argument("--out", type=Path, required=True, help="the bundle's folder (its content is replaced)")
    parser.add_argument(
        "--data",
        type=Path,
        help="the data folder: a run that was not judged yet, or an ensemble, is judged on it first",
    )


def export(chosen: argparse.Namespace) -> int:
    """Judge if need be, export, and print what was proved. Returns the exit code; raises `Refusal`."""
    recipe = find_ensemble(chosen.run)
    if recipe is None:
        # torch takes seconds to import; a wrong argument is told at once.
        from training.evaluate.evaluate import EvaluationOptions, is_judged
        from training.export.export import export_run
        from training.report.run_report import report_run, summary

        if chosen.data is not None and not is_judged(chosen.run):
            print("The run was not judged yet: that comes first, as `evaluate --quick` does it.")
            options = EvaluationOptions({}, explained=False)
            print(summary(run_shown(report_run(chosen.run, chosen.data, options))))
        print(export_run(chosen.run, chosen.out))
        return 0
    if chosen.data is None:
        raise Refusal(Code.ARGUMENT, f"{recipe}: an ensemble is judged when it is exported; give its data with --data.")
    from training.export.ensemble import export_ensemble

    print(run_shown(export_ensemble(recipe, chosen.data, chosen.out)))
    return 0


_CONTINUE_ABOUT = """\
Fine-tune a bundle that was made here on new cases. The new cases are split as the bundle's recipe says; its last stage
is run once more, slower. Then the old model and the new one are judged on the same held-out new cases, and where
--old-data is given, on the test part of the old ones too: for each class what got better, what got worse, with
intervals.

The bundle stays as it is. The run's folder is one like those of `fit`: export it with `slicelens-train export`.

  slicelens-train continue pneumonia-cxr/ --data new_cases/ --run runs/pneumonia_2 --old-data chest_xray/"""


def add_continue(commands: Commands) -> None:
    """Describe `continue`."""
    parser = add_command(
        commands,
        "continue",
        continue_,
        "fine-tune a bundle on new cases; says what got better and worse for each class",
        about=_CONTINUE_ABOUT,
        reads=True,
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a bundle with weights and recipe inside")
    parser.add_argument("--data", type=Path, required=True, help="the new cases, laid out as the bundle's recipe says")
    parser.add_argument("--run", "--out", type=Path, required=True, metavar="RUN", help="the new run's folder")
    parser.add_argument("--recipe", metavar="R", help="a recipe whose [cases] and [split] say how the new cases lie")
    parser.add_argument("--old-data", type=Path, metavar="D", help="the data that the bundle was made with")
    parser.add_argument("--old-split", type=Path, metavar="FILE", help="the split file that the bundle was made with")
    parser.add_argument(
        "--about", default="further cases", metavar="WORDS", help="what the new cases are, for the card"
    )
    parser.add_argument("--licence", default="not stated", metavar="WORDS", help="the licence of the new cases")
    parser.add_argument("--epochs", type=count, default=10, metavar="N", help="epochs (10)")
    parser.add_argument(
        "--rate", type=float, default=0.1, metavar="S", help="share of the last stage's learning rates (0.1)"
    )
    parser.add_argument("--resume", action="store_true", help="go on in that folder after its last whole epoch")
    _add_extent(parser)


def continue_(chosen: argparse.Namespace) -> int:
    """Fine-tune, judge, compare, and print what changed. Returns the exit code; raises `Refusal`."""
    cases_as = None if chosen.recipe is None else read_recipe(recipe_path(chosen.recipe))
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.compare.continue_bundle import ContinueRequest, continue_bundle
    from training.evaluate.evaluate import EvaluationOptions
    from training.fit.processes import Processes
    from training.report.card import comparison_summary

    request = ContinueRequest(
        bundle=chosen.bundle,
        data=chosen.data,
        run=chosen.run,
        cases_as=cases_as,
        old_data=chosen.old_data,
        old_split=chosen.old_split,
        about_data=chosen.about,
        data_licence=chosen.licence,
        epochs=chosen.epochs,
        share_of_rate=chosen.rate,
        resume=chosen.resume,
        also=EvaluationOptions({}, **_extent(chosen)),
    )
    with closing(Processes()) as processes:
        found = run_shown(continue_bundle(request, processes), shown=processes.is_main)
    if found is None:
        return 0
    for compared in found.comparison.sets:
        print(comparison_summary(compared))
    for sentence in found.comparison.warnings:
        print(sentence)
    return list_skipped(found.skipped, strict=chosen.strict)


_COMPARE_ABOUT = """\
Fits and judges a recipe three times, with the same seed: single pictures split at random; persons and near-duplicates
kept together by a hash that does not know flips; and by one that does. Writes the runs, compare.json and compare.md
(rows for a table). Begun anew, it goes on."""


def add_compare(commands: Commands) -> None:
    """Describe `compare`."""
    parser = add_command(
        commands,
        "compare",
        compare,
        "the same recipe under a random and two grouped splits, side by side",
        about=_COMPARE_ABOUT,
    )
    _add_recipe_and_data(parser)
    runs = "the folder for the runs and the comparison"
    parser.add_argument("--run", "--out", type=Path, required=True, metavar="RUN", help=runs)
    _add_overrides(parser)


def compare(chosen: argparse.Namespace) -> int:
    """Compare, and print the rows. Returns the exit code; raises `Refusal`."""
    recipe_file = recipe_path(chosen.recipe)
    recipe = read_recipe(recipe_file)
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.compare.compare_splits import ROW, SplitRequest, compare_splits

    run_shown(compare_splits(SplitRequest(recipe_file, recipe, chosen.data, chosen.run, _overrides(chosen))))
    print((chosen.run / ROW).read_text(encoding="utf-8"), end="")
    return 0
