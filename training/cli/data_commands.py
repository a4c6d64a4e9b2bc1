"""`slicelens-train audit`, `split`, `labels`, `augmentations`: what is known of the data.

What only one command needs, torch above all, is imported in its function: `--help` answers at once.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from training.cli.terminal import Commands, add_command, list_skipped, run_shown
from training.data.dataset import list_cases
from training.data.split import PARTS, Split, hash_cases, make_split, save_split
from training.recipe.recipe import Protocol, Recipe, TrainingCode, check_patterns, list_some
from training.recipe.recipe_files import read_recipe, recipe_path
from training.report.rendering import Marked

_AUDIT_NOTES = """\
Without a recipe the classes are guessed from the folders; the report says how. Say it yourself with, for example,
  --levels '{modality}/{sex}/{age}' --label age

writes into the report's folder: audit.html (self-contained), audit.md with its pictures, audit.json, files.csv
"""


def add_audit(commands: Commands) -> None:
    """Describe `audit`."""
    parser = add_command(
        commands,
        "audit",
        audit,
        "look at a data folder before training: broken files, duplicates, leaks, shortcuts",
        after=_AUDIT_NOTES,
        reads=True,
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder of labelled pictures")
    parser.add_argument("--recipe", help="whose labels, form of the data and input to use (default: guess)")
    add_folder_hints(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the report's folder (default: runs/audit/NAME)")


def add_folder_hints(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what a folder without a recipe means."""
    parser.add_argument("--levels", default="", help="names of the folder levels, for example '{modality}/{age}'")
    parser.add_argument("--label", default="", help="which of the levels is the class")
    parser.add_argument(
        "--person", action="append", default=[], metavar="REGEX", help="whose picture it is: a pattern with one group"
    )


def audit(chosen: argparse.Namespace) -> int:
    """Audit, write the report, print what it says in short. Returns the exit code; raises `Refusal`."""
    # What reads pictures is imported for this command only; `--help` answers at once.
    from training.audit.audit import FolderHints, audit_folder
    from training.report.audit_report import refuse_inside, summary, write_report

    if chosen.recipe and (chosen.levels or chosen.label or chosen.person):
        raise Refusal(Code.ARGUMENT, "--levels, --label and --person are for an audit without --recipe.")
    recipe = read_recipe(recipe_path(chosen.recipe)) if chosen.recipe else None
    hints = FolderHints(*folder_hints(chosen))
    out = chosen.out or Path("runs", "audit", chosen.data.resolve().name)
    refuse_inside(out, chosen.data)
    found = run_shown(audit_folder(chosen.data, recipe, hints))
    run_shown(write_report(found, out))
    for point in summary(found):
        print(f"- {point.text if isinstance(point, Marked) else point}")
    print(f"report: {out / 'audit.html'}")
    return list_skipped(found.skipped, strict=chosen.strict)


def folder_hints(chosen: argparse.Namespace) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return levels, label and persons that the options of `add_folder_hints` say. Raises `Refusal` (ARGUMENT)."""
    return _levels(chosen), chosen.label, _patterns(chosen.person)


def _levels(chosen: argparse.Namespace) -> tuple[str, ...]:
    """Return the level names of `{modality}/{age}`, braces or not."""
    if bool(chosen.levels) != bool(chosen.label):
        raise Refusal(Code.ARGUMENT, "--levels and --label go together: the levels, and which of them is the class.")
    return tuple(name.strip().strip("{}") for name in chosen.levels.strip("/").split("/")) if chosen.levels else ()


def _patterns(given: list[str]) -> tuple[str, ...]:
    try:
        return check_patterns(tuple(given), groups=1)
    except ValueError as error:
        raise Refusal(Code.ARGUMENT, f"--person: {error}.") from None


_SPLIT_PROTOCOLS = """\
protocols:
  grouped    persons, and persons who share a near-duplicate picture, are never torn apart (the honest one)
  grouped_upright  the same by a hash that knows no flips, turns or inversion, so such twins cross it
  random     single pictures at random, as many published projects did
  published  the parts that file names or folders tell (split.published in the recipe). Where they tell no validation
             part, one is cut out of the training part by groups

What leaks is counted and printed for all but the first.

The split's SHA-256 travels into the bundle that is made with it; `fit --split FILE` uses the file.
"""


def add_split(commands: Commands) -> None:
    """Describe `split`."""
    parser = add_command(
        commands,
        "split",
        split,
        "divide a data folder by person and near-duplicate; writes a split file",
        after=_SPLIT_PROTOCOLS,
        reads=True,
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="the data folder, in the form that the recipe names")
    parser.add_argument("--recipe", required=True, help="whose labels, form of the data, input and shares to use")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the split file to write (JSON)")
    parser.add_argument("--protocol", choices=get_args(Protocol), help="how to divide (default: as the recipe says)")
    parser.add_argument("--seed", type=int, help="the order in which groups are dealt out (default: the recipe's seed)")


def split(chosen: argparse.Namespace) -> int:
    """Hash, group, divide; print what was found. Returns the exit code; raises `Refusal`."""
    recipe = read_recipe(recipe_path(chosen.recipe))
    rule = recipe.split.model_copy(update={"protocol": chosen.protocol} if chosen.protocol else {})
    cases, hashes, skipped = run_shown(hash_cases(list_cases(chosen.data, recipe), recipe))
    seed = recipe.fit.seed if chosen.seed is None else chosen.seed
    divided = make_split(cases, hashes, rule=rule, seed=seed)
    save_split(divided, chosen.out)
    print("\n".join(describe_split(divided, recipe.task.names)))
    return list_skipped(skipped, strict=chosen.strict)


def describe_split(divided: Split, labels: Sequence[str]) -> list[str]:
    """Return the facts of a split that a person wants to know, line by line."""
    lines = [f"grouped by: {divided.grouped_by}"]
    lines += [f"{key.replace('_', ' ')}: {count}" for key, count in divided.counts.items()]
    for part in PARTS:
        held = [case.label.split("+") for case in divided.cases if case.part == part]
        counted = list_some((f"{sum(label in one for one in held)} {label}" for label in labels), 12)
        lines.append(f"{part}: {len(held)} ({counted})")
    if seen := divided.counts.get("test_cases_near_duplicate_seen"):
        tests = sum(case.part == "test" for case in divided.cases)
        lines.append(f"LEAK: {seen} of {tests} test pictures ({seen / tests:.0%}) have a near-duplicate in training.")
    return [*lines, f"sha256: {divided.sha256}"]


_LABELS_ABOUT = """\
Ranks the cases whose label looks wrong, after `fit … --folds K`: its label is held against networks that saw neither
the case nor a near-duplicate of it (confident learning). Writes suspect_labels.csv and suspect_labels.html into RUN."""


def add_labels(commands: Commands) -> None:
    """Describe `labels`."""
    parser = add_command(
        commands, "labels", labels, "rank the cases whose label looks wrong, after a fit in folds", about=_LABELS_ABOUT
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder of a fit in folds")
    parser.add_argument("--data", type=Path, help="the folder it was trained on: the page then shows the pictures")


def labels(chosen: argparse.Namespace) -> int:
    """Rank, write, print what was found in short. Returns the exit code; raises `Refusal`."""
    # What reads pictures is imported for this command only; `--help` answers at once.
    from training.report.label_report import LABELS_PAGE, report_labels, summarise_labels

    print("\n".join(summarise_labels(run_shown(report_labels(chosen.run, chosen.data)))))
    print(f"report: {chosen.run / LABELS_PAGE}")
    return 0


def add_augmentations(commands: Commands) -> None:
    """Describe `augmentations`."""
    parser = add_command(
        commands, "augmentations", augmentations, "write a page that shows what a recipe's augmentation does"
    )
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    parser.add_argument("--data", type=Path, help="a data folder of the recipe; without it, a phantom is shown")
    parser.add_argument("--case", type=int, default=0, metavar="N", help="which case of the data, from 0 (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="the page to write (HTML)")


def augmentations(chosen: argparse.Namespace) -> int:
    """Prepare one slice as for training, change it, write the page. Returns the exit code; raises `Refusal`."""
    recipe = read_recipe(recipe_path(chosen.recipe))
    # torch takes seconds to import; a wrong recipe is told at once.
    from training.report.augmentation_page import write_augmentations

    unit, source = _slice(chosen, recipe)
    write_augmentations(chosen.out, Path(chosen.recipe).stem, recipe, unit, source)
    print(f"{chosen.out}: shown on {source}")
    return 0


def _slice(chosen: argparse.Namespace, recipe: Recipe) -> tuple[NDArray[np.float32], str]:
    """Return a slice in 0…1 [channels, rows, columns] as the network would get it, and words for its source."""
    from inference.contract.phantoms import slice_from_array
    from training.data.dataset import list_cases, prepared_tensor, read_case
    from training.report.augmentation_page import phantom_head

    if chosen.data is None:
        slice_, source = slice_from_array(phantom_head()), "a phantom made by code"
    else:
        cases = list_cases(chosen.data, recipe)
        if not 0 <= chosen.case < len(cases):
            raise Refusal(
                TrainingCode.CASES,
                f"{chosen.data}: there is no case {chosen.case}; they go from 0 to {len(cases) - 1}.",
            )
        case = cases[chosen.case]
        slice_, source = read_case(case), f"a case of {case.label or 'no label'}"
    tensor = prepared_tensor(slice_, recipe.input)
    shape = (len(tensor), 1, 1)
    mean = np.array(recipe.input.mean[: len(tensor)], np.float32).reshape(shape)
    std = np.array(recipe.input.std[: len(tensor)], np.float32).reshape(shape)
    return np.clip(tensor * std + mean, 0, 1), source
