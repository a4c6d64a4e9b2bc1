"""`slicelens-train new`, `recipes`, `keys`: recipes before anything is fitted."""

import argparse
import shlex
from pathlib import Path

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal
from training.audit.proposal import propose, try_split
from training.cli.data_commands import add_folder_hints, folder_hints
from training.cli.terminal import Commands, add_command, list_skipped, run_shown
from training.recipe.recipe import Recipe, TrainingCode
from training.recipe.recipe_files import (
    ENSEMBLES,
    RECIPES,
    find_ensemble,
    parse_recipe,
    read_ensemble,
    read_recipe,
    recipe_path,
)
from training.report.recipe_texts import keys_text, recipe_id, recipe_text, write_keys

_NEW_ABOUT = """\
Write a first recipe for a folder of labelled pictures. Classes, form of the data, modality and whom a picture shows are
guessed from folders, names and some of the files; every guess stands in the recipe with a word on how it was made.

From the folder to a bundle:

  slicelens-train new DATA --out my.toml
  slicelens-train fit my.toml --data DATA --run runs/my
  slicelens-train export runs/my --data DATA --out my-bundle/"""


def add_new(commands: Commands) -> None:
    """Describe `new`."""
    parser = add_command(
        commands, "new", new, "write a first recipe for a folder of labelled pictures", about=_NEW_ABOUT, reads=True
    )
    parser.add_argument("data", type=Path, metavar="DATA", help="a folder of labelled pictures")
    parser.add_argument("--out", type=Path, metavar="RECIPE", help="the recipe to write (default: NAME.toml, here)")
    add_folder_hints(parser)


def new(chosen: argparse.Namespace) -> int:
    """Guess, write, and say what to do next. Returns the exit code; raises `Refusal`."""
    # What reads pictures is imported for this command only; `--help` answers at once.

    out: Path = chosen.out or Path(f"{recipe_id(chosen.data.resolve().name)}.toml")
    if out.exists():
        raise Refusal(Code.WRITE, f"{out}: there is a file already. Choose another --out.")
    found = run_shown(propose(chosen.data, *folder_hints(chosen)))
    recipe = parse_recipe(recipe_text(found, out), out, Recipe)
    trial = run_shown(try_split(chosen.data, recipe))
    try:
        content = recipe_text(found, out, trial).encode()
    except UnicodeEncodeError:
        words = "a folder's name holds bytes that are no text, so no recipe can name it. Rename it."
        raise Refusal(TrainingCode.CASES, f"{chosen.data}: {words}") from None
    write_with_folder(out, content)
    print(f"{found.pictures:,} files of {len(found.counts):,} classes; {found.told_by}")
    print(f"modality: {', '.join(found.modality) or 'not named by the files'}")
    if trial.refusal:
        print(f"It cannot be fitted yet: {trial.refusal}")
    else:
        print(f"grouped by: {trial.grouped_by} ({trial.groups:,} groups)")
    epochs = recipe.fit.stages[0].epochs
    print(f"{out}: the recipe, {epochs} epochs of {recipe.network.architecture}. Read it, change what is wrong, then")
    print(
        f"  {shlex.join(['slicelens-train', 'fit', str(out), '--data', str(chosen.data), '--run', f'runs/{out.stem}'])}"
    )
    return list_skipped((*found.skipped, *trial.skipped), strict=chosen.strict)


def add_recipes(commands: Commands) -> None:
    """Describe `recipes`."""
    parser = add_command(commands, "recipes", recipes, "list the recipes that come with Slicelens, or print one")
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this recipe's file, to begin one's own with")


def recipes(chosen: argparse.Namespace) -> int:
    """Print what each recipe is about, or one recipe whole. Returns the exit code; raises `Refusal`."""
    if chosen.name is not None:
        path = find_ensemble(Path(chosen.name)) or recipe_path(chosen.name)
        print(path.read_text(encoding="utf-8"), end="")
        return 0
    for path in sorted(RECIPES.glob("*.toml")):
        print(f"{path.stem}: {read_recipe(path).about}")
    for path in sorted(ENSEMBLES.glob("*.toml")):
        print(f"{path.stem} (to be exported, not fitted): {read_ensemble(path).about}")
    return 0


def add_keys(commands: Commands) -> None:
    """Describe `keys`."""
    parser = add_command(commands, "keys", keys, "list every key of a recipe: type, default, meaning")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a page instead: .html, or .md for Markdown")


def keys(chosen: argparse.Namespace) -> int:
    """Print all keys as Markdown, or write them as a page. Returns the exit code; raises `Refusal`."""
    if chosen.out is None:
        print(keys_text(), end="")
    else:
        write_keys(chosen.out)
        print(chosen.out)
    return 0
