"""`slicelens-train audit`: what is in a data folder, what is broken or there twice, and what gives the class away."""

import argparse
import re
from pathlib import Path

from imaging.base.errors import Code, Refusal
from training.cli.commands.terminal import Commands, list_skipped, run_with_bar
from training.recipe.recipe_files import read_recipe, recipe_path

_EPILOG = """\
Without a recipe the classes are guessed from the folders; the report says how. Say it yourself with, for example,
  --levels '{modality}/{sex}/{age}' --label age

writes into the report's folder: audit.html (self-contained), audit.md with its pictures, audit.json, files.csv
"""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "audit",
        help="look at a data folder before training: broken files, duplicates, leaks, shortcuts",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder of labelled pictures")
    parser.add_argument("--recipe", help="whose labels, form of the data and input to use (default: guess)")
    parser.add_argument("--levels", default="", help="names of the folder levels, for example '{modality}/{age}'")
    parser.add_argument("--label", default="", help="which of the levels is the class")
    parser.add_argument(
        "--person", action="append", default=[], metavar="REGEX", help="whose picture it is: a pattern with one group"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the report's folder (default: runs/audit/NAME)")
    parser.set_defaults(command=audit)


def audit(chosen: argparse.Namespace) -> int:
    """Audit, write the report, print what it says in short. Returns the exit code; raises `Refusal`."""
    # What reads pictures is imported for this command only; `--help` answers at once.
    from training.audit.audit import FolderHints, audit_folder
    from training.report.audit_report import refuse_inside, summary, write_report
    from training.report.rendering import Marked

    recipe = read_recipe(recipe_path(chosen.recipe)) if chosen.recipe else None
    hints = FolderHints(_levels(chosen), chosen.label, _patterns(chosen.person))
    out = chosen.out or Path("runs", "audit", chosen.data.resolve().name)
    refuse_inside(out, chosen.data)
    found = run_with_bar(audit_folder(chosen.data, recipe, hints))
    run_with_bar(write_report(found, out))
    for point in summary(found):
        print(f"- {point.text if isinstance(point, Marked) else point}")
    print(f"report: {out / 'audit.html'}")
    return list_skipped(found.skipped)


def _levels(chosen: argparse.Namespace) -> tuple[str, ...]:
    """Return the level names of `{modality}/{age}`, braces or not."""
    if chosen.recipe and (chosen.levels or chosen.label or chosen.person):
        raise Refusal(Code.ARGUMENT, "--levels, --label and --person are for an audit without --recipe.")
    if bool(chosen.levels) != bool(chosen.label):
        raise Refusal(Code.ARGUMENT, "--levels and --label go together: the levels, and which of them is the class.")
    return tuple(name.strip().strip("{}") for name in chosen.levels.strip("/").split("/")) if chosen.levels else ()


def _patterns(given: list[str]) -> tuple[str, ...]:
    for pattern in given:
        try:
            groups = re.compile(pattern).groups
        except re.error:
            raise Refusal(Code.ARGUMENT, f"--person: {pattern} is no regular expression.") from None
        if groups < 1:
            raise Refusal(Code.ARGUMENT, f"--person: {pattern} has no group that gives the person.")
    return tuple(given)
