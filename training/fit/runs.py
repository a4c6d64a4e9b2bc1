"""A run: one folder that holds the recipe as run, the split, checkpoints, logs, what is known of it, and its judging.

`recipe.toml` is written last when a run begins, so a folder that has it has everything to go on with. Prepared slices
of a fit stand in a file mapped into memory: they take gigabytes, processes on one machine share them, and a run that
was killed finds them again.
"""

import csv
import io
import math
import platform
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from inference.contract.contract import ContractPart
from inference.contract.storage import Bundle
from training.data.dataset import Case, Prepared, labels_and_targets, manifest_sha256, prepare_cases
from training.data.perceptual_hash import hash_turns
from training.data.split import Split, make_split, save_split
from training.recipe.recipe import Recipe, Stage, TrainingCode, json_sha256
from training.recipe.recipe_files import Overrides, change_text, option_text, read_recipe, write_recipe_as_run

EVENTS = "tensorboard"
_TRAINING = (
    *("train_loss", "train_accuracy", "train_precision", "train_recall"),
    *("head_learning_rate", "backbone_learning_rate", "seconds"),
)
_VALIDATION = ("loss", "accuracy", "macro_f1", "auc", "precision", "recall")


@dataclass(frozen=True)
class Epoch:
    """One line of the log: figures of the training batches, and those of the averaged weights on the validation part.

    As in Keras, the training figures are gathered while the weights change, from augmented slices and with dropout, so
    they are no judgement of the epoch's weights. Runs of older versions lack some columns, which then are no number.
    """

    epoch: int
    """From 1, through all stages."""
    train_loss: float
    loss: float
    accuracy: float
    macro_f1: float
    auc: float
    stage: str = ""
    head_learning_rate: float = math.nan
    backbone_learning_rate: float = math.nan
    precision: float = math.nan
    """Of the second of two labels, else the mean over those that are present or decided for; recall likewise."""
    recall: float = math.nan
    train_accuracy: float = math.nan
    train_precision: float = math.nan
    train_recall: float = math.nan
    seconds: float = 0.0

    def value(self, by: str) -> float:
        """Return a figure of the epoch such that more is better; one that is no number is worse than any."""
        figure = float(self.epoch if by == "last" else getattr(self, by))
        if math.isnan(figure):
            return -math.inf
        return -figure if by == "loss" else figure


def format_history(history: Sequence[Epoch]) -> str:
    """Return the log as CSV, one line an epoch."""
    stream = io.StringIO()
    columns = ["epoch", "stage", *(field.name for field in fields(Epoch) if field.name not in ("epoch", "stage"))]
    writer = csv.DictWriter(stream, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    return stream.getvalue()


def best_epoch(history: Sequence[Epoch], by: str) -> Epoch:
    """Return the best epoch by a figure, whose weights are kept; of equal ones, the later."""
    return max(reversed(history), key=lambda epoch: epoch.value(by))


def is_stage_over(of_stage: Sequence[Epoch], stage: Stage, stop_by: str) -> bool:
    """Tell whether a stage with these epochs has ended: all are done, or the last `patience` brought nothing better."""
    if len(of_stage) >= stage.epochs:
        return True
    if stage.patience is None or not of_stage:
        return False
    values = [epoch.value(stop_by) for epoch in of_stage]
    return len(values) - 1 - values.index(max(values)) >= stage.patience


class TensorBoardLog:
    """Writes the curves as event files to the run's `tensorboard/`, if this process is the one that writes."""

    def __init__(self, run: Path, *, begun: int, writes: bool) -> None:
        self._run = run
        self._begun = begun
        """Epochs that are done; points beyond them, of a run that was killed, are void."""
        self._writes = writes
        self._writer: Any = None

    def write_epoch(self, epoch: Epoch) -> None:
        """Write an epoch's figures as points, at once. Raises `OSError`."""
        if not self._writes:
            return
        if self._writer is None:
            # Late: it takes seconds to import, and a run that breaks at once leaves no empty folder.
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self._run / EVENTS), purge_step=self._begun + 1)
        for name in _TRAINING:
            self._writer.add_scalar(f"train/{name.removeprefix('train_')}", getattr(epoch, name), epoch.epoch)
        for name in _VALIDATION:
            self._writer.add_scalar(f"validation/{name}", getattr(epoch, name), epoch.epoch)
        self._writer.flush()

    def close(self) -> None:
        """End the writer's thread."""
        if self._writer is not None:
            self._writer.close()


RECIPE, SPLIT, FACTS, ORIGIN = "recipe.toml", "split.json", "run.json", "continued.json"
LOG, LAST, BEST = "history.csv", "last.pt", "best.pt"
STORE = "prepared"

_TENSORS, _INDEX = "tensors.f32", "index.json"
_PIECE = 16 * 2**20

RunFile = TypeVar("RunFile", bound=BaseModel)


class RunFacts(BaseModel):
    """RunFacts of a run for its provenance, beyond recipe and split (`run.json`). Older runs lack most of them."""

    model_config = ConfigDict(frozen=True)

    recipe: str = ""
    """Name of the recipe's file."""
    recipe_sha256: str = ""
    """Digest of that recipe before the command line changed it."""
    overrides: dict[str, str | int] = {}
    """Changes by the command line, by the names of its options."""
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
        """How this run differs from its recipe, for example "a short run: 600 of 8,844 cases, 2 epochs"; or empty."""
        given = self.overrides
        differences = []
        if "limit" in given:
            differences.append(f"{self.fitted_cases:,} of {self.cases:,} cases")
        if "epochs" in given:
            differences.append(f"{given['epochs']} epoch{'' if given['epochs'] == 1 else 's'} a stage")
        differences += [change_text(name, given[name]) for name in given if name not in ("limit", "epochs")]
        kind = "a short run" if {"limit", "epochs"} & given.keys() else "not as the recipe says"
        return f"{kind}: {', '.join(differences)}" if differences else ""


def resolve_recipe(run: Path, *, recipe: Recipe, overrides: Overrides, resume: bool) -> Recipe:
    """Return the recipe to run with: as begun, or with the overrides. Raises `Refusal` (RUN, CHECKPOINT)."""
    kept = run / RECIPE
    if not kept.is_file():
        return overrides.apply(recipe)
    if not resume:
        raise Refusal(TrainingCode.RUN, f"{run}: there is a run in this folder already. Continue it with --resume.")
    as_run, facts = read_recipe(kept), read_facts(run)
    if recipe.digest != (facts.recipe_sha256 or as_run.digest):
        raise Refusal(TrainingCode.CHECKPOINT, f"{run}: the run in this folder was begun with another recipe.")
    for name, value in overrides.given.items():
        if facts.overrides.get(name) != value:
            option = option_text(name, value)
            without = f"without {option.split('=')[0] if '=' in option else option.split()[0]}"
            begun = f"with {option_text(name, facts.overrides[name])}" if name in facts.overrides else without
            raise Refusal(TrainingCode.CHECKPOINT, f"{run}: the run was begun {begun}, not with {option}.")
    return as_run


def begin_run(
    run: Path, *, recipe_file: Path, recipe: Recipe, overrides: Overrides, split: Split, facts: RunFacts
) -> None:
    """Lay the run's folder out: split, facts, recipe as run. Raises `Refusal` (WRITE, RECIPE)."""
    content = write_recipe_as_run(recipe_file, recipe, overrides)
    save_split(split, run / SPLIT)
    write_facts(run, facts)
    write_with_folder(run / RECIPE, content)


def check_split(split: Split, cases: Sequence[Case], where: Path) -> None:
    """Raise `Refusal` (SPLIT) unless all that the split was made of is there; cases unknown to it are allowed."""
    known = {case.name for case in split.cases}
    found = [case for case in cases if case.name in known]
    if missing := len(known) - len(found):
        raise Refusal(TrainingCode.SPLIT, f"{where}: {missing} of the split's cases are not in the data folder.")
    if manifest_sha256(found) != split.manifest_sha256:
        raise Refusal(TrainingCode.SPLIT, f"{where}: the pictures are not those that the split was made of.")


def check_unknown_cases(split: Split, prepared: Prepared, where: Path) -> None:
    """Raise `Refusal` (SPLIT) if cases could be read that the split does not know."""
    known = {case.name for case in split.cases}
    if unknown := sum(case.name not in known for case in prepared.cases):
        raise Refusal(TrainingCode.SPLIT, f"{where}: {unknown} of the cases are not in the run's split.")


def split_cases(prepared: Prepared, recipe: Recipe) -> Split:
    """Hash every prepared slice and make the split."""
    hashes = [hash_turns(tensor[0]) for tensor in prepared.tensors]
    return make_split(prepared.cases, hashes, rule=recipe.split, seed=recipe.fit.seed)


def write_facts(run: Path, facts: RunFacts) -> None:
    """Write `run.json`. Raises `Refusal` (WRITE)."""
    write_with_folder(run / FACTS, facts.model_dump_json(indent=1).encode())


def read_facts(run: Path) -> RunFacts:
    """Return what is known of a run; of one without `run.json`, nothing. Raises `Refusal` (RUN) for a damaged file."""
    return read_run_file(run / FACTS, RunFacts) or RunFacts()


def read_run_file(path: Path, kind: type[RunFile]) -> RunFile | None:
    """Return the content of a JSON file of a run, or None if there is none. Raises `Refusal` (RUN) if it is damaged."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise Refusal(TrainingCode.RUN, f"{path}: the file cannot be read.") from None


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "numpy": np.__version__}
    for package in ("torch", "timm", "onnx", "onnxruntime", "opencv-python-headless"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


class RunOrigin(ContractPart):
    """The bundle whose weights the run began with."""

    id: str
    version: str
    sha256: str
    licence: str
    base_weights: str


def origin_of(bundle: Bundle) -> RunOrigin:
    """Return the facts of a bundle that a run begins with."""
    contract = bundle.contract
    return RunOrigin(
        id=contract.id,
        version=contract.version,
        sha256=bundle.sha256,
        licence=contract.weights_licence,
        base_weights=contract.provenance.base_weights,
    )


def read_origin(run: Path) -> RunOrigin | None:
    """Return the bundle that the run continues, or None. Raises `Refusal` (RUN) for a damaged file."""
    return read_run_file(run / ORIGIN, RunOrigin)


def describe_origin(run: Path) -> tuple[str, str] | None:
    """Return the sentence on the starting weights and their licence, or None if the run continues no bundle."""
    found = read_origin(run)
    if found is None:
        return None
    sentence = f"bundle {found.id} {found.version} (SHA-256 {found.sha256}), which started from: {found.base_weights}"
    return sentence, found.licence


def write_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Replace a checkpoint. Raises `Refusal` (WRITE), and then the old one is still there, whole."""
    stream = io.BytesIO()
    torch.save(content, stream)
    write_with_folder(path, stream.getvalue())


def read_checkpoint(path: Path, recipe: Recipe, split: Split) -> dict[str, Any]:
    """Return a checkpoint that belongs to this recipe and split. Raises `Refusal` (CHECKPOINT)."""
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    # A damaged checkpoint makes torch raise nearly every exception there is.
    except Exception:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint is missing or damaged.") from None
    if not isinstance(content, dict) or content.get("recipe") != recipe.digest:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another recipe.")
    if content.get("split") != split.sha256:
        raise Refusal(TrainingCode.CHECKPOINT, f"{path}: the checkpoint was made with another split.")
    known: dict[str, Any] = content
    return known


@dataclass(frozen=True)
class _StoreIndex:
    """Content of the store of prepared slices; written when all of it is there."""

    key: str
    shape: tuple[int, ...]
    cases: tuple[Case, ...]
    skipped: int


_INDEX_FORM = TypeAdapter(_StoreIndex)


def store_cases(run: Path, cases: Sequence[Case], recipe: Recipe) -> Job[Prepared]:
    """Prepare the slices in the run's store, or find them there. Raises `Refusal` (WRITE …); then nothing is left."""
    folder, key = run / STORE, _store_key(cases, recipe)
    index = _read_index(folder)
    # With files that could not be read, reading again is what lists them.
    if index is not None and index.key == key and not index.skipped:
        return _map_tensors(folder, index, recipe)
    try:
        made = yield from prepare_cases(cases, recipe, room=lambda shape: _reserve_file(folder, shape))
        shape = tuple(map(int, made.tensors.shape))
        content = _INDEX_FORM.dump_json(_StoreIndex(key, shape, made.cases, len(made.skipped)))
        write_with_folder(folder / _INDEX, content)
    except Refusal:
        discard_stored_cases(run)
        raise
    return made


def open_stored_cases(run: Path, recipe: Recipe) -> Prepared | None:
    """Return the slices that another process has stored; None if this machine does not see them."""
    index = _read_index(run / STORE)
    return None if index is None else _map_tensors(run / STORE, index, recipe)


def discard_stored_cases(run: Path) -> None:
    """Remove the store."""
    shutil.rmtree(run / STORE, ignore_errors=True)


def _store_key(cases: Sequence[Case], recipe: Recipe) -> str:
    """Return a hash of the pictures, the recipe's input and the versions, on which the stored tensors depend."""
    content = [manifest_sha256(cases), recipe.input.model_dump(mode="json"), package_versions()]
    return json_sha256(content)


def _reserve_file(folder: Path, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Map a file of this size, every byte of it on the disk: writing through a mapping cannot tell of a full disk."""
    left = math.prod(shape) * np.dtype(np.float32).itemsize
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _INDEX).unlink(missing_ok=True)
        with (folder / _TENSORS).open("wb") as stream:
            while left > 0:
                left -= stream.write(bytes(min(left, _PIECE)))
        return np.memmap(folder / _TENSORS, dtype=np.float32, mode="r+", shape=shape)
    except OSError:
        words = f"{folder}: there is no room for the prepared slices (is the disk full?)."
        raise Refusal(Code.WRITE, words) from None


def _read_index(folder: Path) -> _StoreIndex | None:
    try:
        return _INDEX_FORM.validate_json((folder / _INDEX).read_bytes())
    except (OSError, ValidationError):
        return None


def _map_tensors(folder: Path, index: _StoreIndex, recipe: Recipe) -> Prepared:
    tensors = np.memmap(folder / _TENSORS, dtype=np.float32, mode="r", shape=index.shape)
    labels, targets = labels_and_targets(index.cases, recipe.task)
    return Prepared(index.cases, labels, targets, tensors, ())
