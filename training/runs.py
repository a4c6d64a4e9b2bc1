"""A run: one folder that holds the recipe as run, the split, checkpoints, the log, figures and metrics."""

import json
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from imaging.refusal import Refusal
from training.dataset import Prepared
from training.files import write_atomically
from training.phash import phash
from training.recipe import Recipe, read_recipe
from training.split import Split, load_split, make_split, save_split
from training.training_codes import TrainingCode

RECIPE, SPLIT, FACTS = "recipe.toml", "split.json", "run.json"


def begin(run: Path, *, recipe_file: Path, recipe: Recipe, resume: bool) -> None:
    """Lay the run's folder out with the recipe in it.

    Raises `Refusal` (RUN) where the folder holds another run, or a run that was not asked to be continued.
    """
    kept = run / RECIPE
    if kept.is_file():
        if not resume:
            raise Refusal(TrainingCode.RUN, f"{run}: there is a run in this folder already. Continue it with --resume.")
        if read_recipe(kept).digest != recipe.digest:
            raise Refusal(TrainingCode.CHECKPOINT, f"{run}: the run in this folder was begun with another recipe.")
        return
    write_atomically(kept, recipe_file.read_bytes())


def split_of(run: Path, prepared: Prepared, recipe: Recipe) -> Split:
    """The run's split, made when it is not there yet. Raises `Refusal` (SPLIT) where the data are others."""
    path = run / SPLIT
    if not path.is_file():
        save_split(split_cases(prepared, recipe), path)
    split = load_split(path)
    known = {case.name for case in split.cases}
    if strangers := sum(case.name not in known for case in prepared.cases):
        raise Refusal(TrainingCode.SPLIT, f"{path}: {strangers} of the cases are not in the run's split.")
    return split


def split_cases(prepared: Prepared, recipe: Recipe) -> Split:
    """Hash every prepared slice and split."""
    hashes = [phash(tensor[0]) for tensor in prepared.tensors]
    return make_split(prepared.cases, hashes, rule=recipe.split, seed=recipe.fit.seed)


def write_facts(run: Path, *, folder: Path, skipped: Sequence[str], seconds: float) -> None:
    """What a provenance needs to know of this run beyond recipe and split: where, with which versions, for how long."""
    facts = {
        "data_folder": folder.name,
        "skipped": list(skipped),
        "seconds": round(seconds, 1),
        "environment": environment(),
    }
    write_atomically(run / FACTS, json.dumps(facts, indent=1).encode())


def environment() -> dict[str, str]:
    """Versions of what computes."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "numpy": np.__version__}
    for package in ("torch", "timm", "onnx", "onnxruntime", "opencv-python-headless"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
