"""`slicelens-train augmentations`: a page that shows what a recipe's augmentation does to a slice."""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from training.cli.commands.terminal import Commands
from training.recipe.codes import TrainingCode
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe, recipe_path


def add(commands: Commands) -> None:
    """Describe the command's arguments."""
    parser = commands.add_parser("augmentations", help="write a page that shows what a recipe's augmentation does")
    parser.add_argument("recipe", metavar="RECIPE", help="a name from `recipes`, or a TOML file")
    parser.add_argument("--data", type=Path, help="a data folder of the recipe; without it, a phantom is shown")
    parser.add_argument("--case", type=int, default=0, metavar="N", help="which case of the data, from 0 (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="the page to write (HTML)")
    parser.set_defaults(command=augmentations)


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
    from training.data.dataset import list_cases, prepared_tensor, read_slice
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
        slice_, source = read_slice(case.path, case.slice), f"a case of {case.label or 'no label'}"
    tensor = prepared_tensor(slice_, recipe.input)
    shape = (len(tensor), 1, 1)
    mean = np.array(recipe.input.mean[: len(tensor)], np.float32).reshape(shape)
    std = np.array(recipe.input.std[: len(tensor)], np.float32).reshape(shape)
    return np.clip(tensor * std + mean, 0, 1), source
