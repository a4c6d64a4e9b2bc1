"""A run: one folder that holds the recipe as run, the split, checkpoints, logs, what is known of it, and its judging.

`recipe.toml` is written last when a run begins, so a folder that has it has everything to go on with.
"""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from imaging.base.errors import Refusal
from training.data.dataset import Case, Prepared, manifest_sha256
from training.data.perceptual_hash import phash
from training.data.split import Split, make_split, save_split
from training.recipe.overrides import Overrides, recipe_as_run
from training.recipe.recipe import Recipe, read_recipe
from training.recipe.text_files import write_atomically
from training.recipe.training_codes import TrainingCode

RECIPE, SPLIT, FACTS = "recipe.toml", "split.json", "run.json"


class Facts(BaseModel):
    """What a provenance needs to know of a run beyond recipe and split (`run.json`). Older runs lack most of it."""

    model_config = ConfigDict(frozen=True)

    recipe: str = ""
    """Name of the recipe's file."""
    recipe_sha256: str = ""
    """Digest of that recipe before the command line changed it."""
    overrides: dict[str, str | int] = {}
    """What the command line changed, by the names of its options."""
    data_folder: str = ""
    cases: int = 0
    """Cases of the data folder."""
    fitted_cases: int = 0
    """Cases that were learned from or judged by while fitting."""
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0
    """Of the whole fit, what was done before a `--resume` included."""
    device: str = ""
    precision: str = ""
    processes: int = 1
    environment: dict[str, str] = {}

    @property
    def sentence(self) -> str:
        """What a report must say of how this run differs from its recipe; empty where it does not.

        For example "a short run: 600 of 8,844 cases, 2 epochs, weights: none".
        """
        given = self.overrides
        said = []
        if "limit" in given:
            said.append(f"{self.fitted_cases:,} of {self.cases:,} cases")
        if "epochs" in given:
            said.append(f"{given['epochs']} epoch{'' if given['epochs'] == 1 else 's'} a stage")
        said += [f"{name}: {given[name]}" for name in ("size", "weights", "protocol", "seed") if name in given]
        kind = "a short run" if {"limit", "epochs"} & given.keys() else "not as the recipe says"
        return f"{kind}: {', '.join(said)}" if said else ""


def check_folder(run: Path, *, recipe: Recipe, overrides: Overrides, resume: bool) -> Recipe:
    """The recipe to run with: as it was begun, where a run is continued, else with the overrides.

    Raises `Refusal`: RUN where the folder holds a run that was not asked to be continued, CHECKPOINT where it is that
    of another recipe, or of other overrides than those that are given now.
    """
    kept = run / RECIPE
    if not kept.is_file():
        return overrides.applied(recipe)
    if not resume:
        raise Refusal(TrainingCode.RUN, f"{run}: there is a run in this folder already. Continue it with --resume.")
    as_run, facts = read_recipe(kept), read_facts(run)
    if recipe.digest != (facts.recipe_sha256 or as_run.digest):
        raise Refusal(TrainingCode.CHECKPOINT, f"{run}: the run in this folder was begun with another recipe.")
    for name, value in overrides.given.items():
        if facts.overrides.get(name) != value:
            begun = f"with --{name} {facts.overrides[name]}" if name in facts.overrides else f"without --{name}"
            raise Refusal(TrainingCode.CHECKPOINT, f"{run}: the run was begun {begun}, not with --{name} {value}.")
    return as_run


def begin(run: Path, *, recipe_file: Path, recipe: Recipe, overrides: Overrides, split: Split, facts: Facts) -> None:
    """Lay the run's folder out: split, facts, recipe as run. Raises `Refusal` (WRITE, RECIPE)."""
    content = recipe_as_run(recipe_file, recipe, overrides)
    save_split(split, run / SPLIT)
    write_facts(run, facts)
    write_atomically(run / RECIPE, content)


def check_split(split: Split, cases: Sequence[Case], where: Path) -> None:
    """Raises `Refusal` (SPLIT) unless the cases are those that the split was made of, content and all.

    Cases that the split does not know are allowed: they could not be read when it was made.
    """
    known = {case.name for case in split.cases}
    found = [case for case in cases if case.name in known]
    if missing := len(known) - len(found):
        raise Refusal(TrainingCode.SPLIT, f"{where}: {missing} of the split's cases are not in the data folder.")
    if manifest_sha256(found) != split.manifest_sha256:
        raise Refusal(TrainingCode.SPLIT, f"{where}: the pictures are not those that the split was made of.")


def check_strangers(split: Split, prepared: Prepared, where: Path) -> None:
    """Raises `Refusal` (SPLIT) where cases could be read that the split does not know."""
    known = {case.name for case in split.cases}
    if strangers := sum(case.name not in known for case in prepared.cases):
        raise Refusal(TrainingCode.SPLIT, f"{where}: {strangers} of the cases are not in the run's split.")


def split_cases(prepared: Prepared, recipe: Recipe) -> Split:
    """Hash every prepared slice and split."""
    hashes = [phash(tensor[0]) for tensor in prepared.tensors]
    return make_split(prepared.cases, hashes, rule=recipe.split, seed=recipe.fit.seed)


def write_facts(run: Path, facts: Facts) -> None:
    """Write `run.json`. Raises `Refusal` (WRITE)."""
    write_atomically(run / FACTS, facts.model_dump_json(indent=1).encode())


def read_facts(run: Path) -> Facts:
    """What is known of a run; of one without `run.json`, nothing. Raises `Refusal` (RUN) where that is damaged."""
    try:
        return Facts.model_validate_json((run / FACTS).read_bytes())
    except FileNotFoundError:
        return Facts()
    except (OSError, ValidationError):
        raise Refusal(TrainingCode.RUN, f"{run / FACTS}: the file cannot be read.") from None


def environment() -> dict[str, str]:
    """Versions of what computes."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "numpy": np.__version__}
    for package in ("torch", "timm", "onnx", "onnxruntime", "opencv-python-headless"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
