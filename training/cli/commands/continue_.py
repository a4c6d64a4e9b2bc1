"""`slicelens-train continue`: fine-tune a bundle on new cases, and say what got better and worse."""

import argparse
from pathlib import Path

from training.cli.commands.terminal import Commands, list_skipped, run_with_bar
from training.recipe.recipe_files import read_recipe, recipe_path

_ABOUT = """\
Fine-tune a bundle that was made here on new cases. The new cases are split as the bundle's recipe says; its last stage
is run once more, slower. Then the old model and the new one are judged on the same held-out new cases, and where
--old-data is given, on the test part of the old ones too: for each class what got better, what got worse, with
intervals.

The bundle stays as it is. The run's folder is one like those of `fit`: export it with `slicelens-train export`.

  slicelens-train continue pneumonia-cxr/ --data new_cases/ --run runs/pneumonia_2 --old-data chest_xray/"""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "continue",
        help="fine-tune a bundle on new cases; says what got better and worse for each class",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="epochs (10)")
    parser.add_argument(
        "--rate", type=float, default=0.1, metavar="S", help="share of the last stage's learning rates (0.1)"
    )
    parser.add_argument("--resume", action="store_true", help="go on in that folder after its last whole epoch")
    parser.add_argument("--quick", action="store_true", help="leave out galleries, saliency checks and LIME")
    parser.set_defaults(command=continue_)


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
        also=EvaluationOptions({}, explained=not chosen.quick),
    )
    processes = Processes()
    try:
        found = run_with_bar(continue_bundle(request, processes), shown=processes.is_main)
    finally:
        processes.close()
    if found is None:
        return 0
    for compared in found.comparison.sets:
        print(comparison_summary(compared))
    for sentence in found.comparison.warnings:
        print(sentence)
    return list_skipped(found.skipped)
