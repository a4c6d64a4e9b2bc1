"""`slicelens-train evaluate`: judge a run on validation and test, or on another labelled set."""

import argparse
from pathlib import Path

from imaging.base.errors import Refusal
from training.cli.commands.terminal import Commands, list_skipped, run_with_bar
from training.recipe.codes import TrainingCode

_ABOUT = """Judges the best checkpoint of a run; metrics.json, report.html, tables and figures go into its folder.

With the folder that the run was trained on, everything is chosen on its validation part and reported on its test part.
With any other labelled folder nothing is chosen: it is an external test, with a folder of its own in external/."""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "evaluate",
        help="judge a run on validation and test, or on another set; writes metrics, figures and a report",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    parser.add_argument("--quick", action="store_true", help="leave out galleries, saliency checks and LIME")
    parser.set_defaults(command=evaluate)


def evaluate(chosen: argparse.Namespace) -> int:
    """Judge, and print the summary. Returns the exit code; raises `Refusal`."""
    foreign = foreign_sets(chosen.foreign)
    # torch takes seconds to import; a wrong argument is told at once.
    from training.evaluate.evaluate import EvaluationOptions
    from training.report.run_report import report_run, summary

    options = EvaluationOptions(foreign, chosen.photographs, explained=not chosen.quick)
    found = run_with_bar(report_run(chosen.run, chosen.data, options))
    print(summary(found))
    return list_skipped(found.skipped)


def foreign_sets(given: list[str]) -> dict[str, Path]:
    """Name -> folder of `NAME=FOLDER`. Raises `Refusal` (CASES) for anything else."""
    found = {}
    for text in given:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise Refusal(TrainingCode.CASES, f"--foreign {text}: write NAME=FOLDER.")
        found[name] = Path(folder)
    return found
