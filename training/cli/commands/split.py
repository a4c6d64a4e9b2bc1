"""`slicelens-train split`: divide the cases of a data folder, and write that as a file with a hash."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from training.cli.commands.terminal import Commands, list_skipped, run_with_bar
from training.data.dataset import list_cases
from training.data.split import PARTS, Split, hash_cases, make_split, save_split
from training.recipe.recipe_files import read_recipe, recipe_path

_EPILOG = """\
protocols:
  grouped    persons, and persons who share a near-duplicate picture, are never torn apart (the honest one)
  random     single pictures at random, as many published projects did; what leaks is counted and printed
  published  the parts that file names or folders tell (split.published in the recipe); what leaks is counted and
             printed. Where they tell no validation part, one is cut out of the training part by groups

The split's SHA-256 travels into the bundle that is made with it; `fit --split FILE` uses the file.
"""


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser(
        "split",
        help="divide a data folder by person and near-duplicate; writes a split file",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the data folder, in the form that the recipe names")
    parser.add_argument("--recipe", required=True, help="whose labels, form of the data, input and shares to use")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the split file to write (JSON)")
    parser.add_argument(
        "--protocol", choices=("grouped", "random", "published"), help="how to divide (default: as the recipe says)"
    )
    parser.add_argument("--seed", type=int, help="the order in which groups are dealt out (default: the recipe's seed)")
    parser.set_defaults(command=split)


def split(chosen: argparse.Namespace) -> int:
    """Hash, group, divide; print what was found. Returns the exit code; raises `Refusal`."""
    recipe = read_recipe(recipe_path(chosen.recipe))
    rule = recipe.split.model_copy(update={"protocol": chosen.protocol} if chosen.protocol else {})
    cases, hashes, skipped = run_with_bar(hash_cases(list_cases(chosen.data, recipe), recipe))
    seed = recipe.fit.seed if chosen.seed is None else chosen.seed
    divided = make_split(cases, hashes, rule=rule, seed=seed)
    save_split(divided, chosen.out)
    print("\n".join(describe_split(divided, recipe.task.names)))
    return list_skipped(skipped)


def describe_split(divided: Split, labels: Sequence[str]) -> list[str]:
    """Return the facts of a split that a person wants to know, line by line."""
    lines = [f"grouped by: {divided.grouped_by}"]
    lines += [f"{key.replace('_', ' ')}: {count}" for key, count in divided.counts.items()]
    for part in PARTS:
        held = [case.label.split("+") for case in divided.cases if case.part == part]
        counted = ", ".join(f"{sum(label in one for one in held)} {label}" for label in labels)
        lines.append(f"{part}: {len(held)} ({counted})")
    if seen := divided.counts.get("test_cases_near_duplicate_seen"):
        tests = sum(case.part == "test" for case in divided.cases)
        lines.append(f"LEAK: {seen} of {tests} test pictures ({seen / tests:.0%}) have a near-duplicate in training.")
    return [*lines, f"sha256: {divided.sha256}"]
