"""Whether `fit` learns from as many images a second as timm's own training script: same network, batch and images.

timm's script `train.py` is not in its wheel. The peer is a faithful re-statement of its `train_one_epoch` with timm's
own parts: `create_dataset` on a folder of JPEG files, `create_loader` with its default augmentation and worker
processes, `create_optimizer_v2`, `create_scheduler_v2`, `LabelSmoothingCrossEntropy`, `dispatch_clip_grad`,
`ModelEmaV3`. Both sides compute in float32 and channels-last, with label smoothing, clipped gradients, averaged weights
and dropout. Of worker counts the peer gets the one that serves it best here. Ours changes slices by our own recipe
(rotation, tone, blur, noise, erasing, mixing), which is more than timm's default (crop, mirror, colour).

A round is one epoch of steps without validation. Reading and decoding is part of timm's every epoch; ours did it once,
before (`Preparing slices`), which is not counted: the second row says what it costs against one epoch.
"""

import gc
import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from imaging.base.progress import finish
from inference.torch_path import timm
from tests.benchmarks.harness import Row, Timing, alternate, timed
from training.data.dataset import Prepared, list_cases, prepare_cases
from training.fit.batches import PartCases
from training.fit.loop import FitLoop
from training.fit.processes import Processes
from training.network.network import build_recipe_network
from training.recipe.recipe import Folders, Recipe
from training.recipe.recipe_files import Overrides, read_recipe, recipe_path

REACH = 1.0
SIDE = 224


def run(rounds: int = 5) -> list[Row]:
    """Two rows: an epoch of steps against timm's, and what preparing the slices costs against an epoch."""
    images, batch = (8, 8) if rounds == 1 else (64, 32)
    with tempfile.TemporaryDirectory() as folder:
        recipe = _recipe(batch)
        _write_images(Path(folder), images)
        cases = list_cases(Path(folder), recipe)
        prepared = finish(prepare_cases(cases, recipe))
        preparing = timed(lambda: finish(prepare_cases(cases, recipe)))
        ours = _ours(recipe, prepared)
        theirs = _fastest(Path(folder), recipe, tries=rounds > 1)
        ours()
        pair = alternate(ours, theirs, runs=rounds, warm=0)
    gc.collect()
    what = f"{recipe.network.architecture}, {SIDE}×{SIDE}, batch {recipe.fit.batch}, {images} images: an epoch of steps"
    return [
        Row(
            name="fit",
            what=f"{what}, against timm's loop",
            ours=pair.a.median,
            peer=pair.b.median,
            ratio=pair.ratio,
            spread=pair.spread,
            reach=f"≤ {REACH:g}",
            ok=pair.ratio <= REACH,
        ),
        Row(
            name="fit",
            what="preparing the slices, once a run, against one epoch",
            ours=preparing,
            peer=pair.a.median,
            ratio=preparing / pair.a.median,
            spread=Timing((preparing,)).spread,
            reach="stated",
            ok=True,
        ),
    ]


def _recipe(batch: int) -> Recipe:
    recipe = Overrides(weights="none").apply(read_recipe(recipe_path("pneumonia_lite0")))
    source = Folders(form="folders", folders={"normal": "NORMAL", "pneumonia": "PNEUMONIA"})
    return recipe.model_copy(
        update={
            "cases": recipe.cases.model_copy(update={"source": source}),
            # The peer does not save its pictures anew.
            "augmentation": recipe.augmentation.model_copy(update={"quality": None}),
            "fit": recipe.fit.model_copy(update={"precision": "float32", "batch": batch}),
        }
    )


def _write_images(folder: Path, count: int) -> None:
    """Blurred noise as JPEG files, in a folder for each class."""
    drawn = np.random.default_rng(0)
    for number in range(count):
        label = ("NORMAL", "PNEUMONIA")[number % 2]
        (folder / label).mkdir(exist_ok=True)
        grey = cv2.GaussianBlur(drawn.uniform(0, 255, (SIDE, SIDE)).astype(np.float32), (0, 0), 3)
        cv2.imwrite(str(folder / label / f"person{number}_{number}.jpeg"), grey.astype(np.uint8))


def _ours(recipe: Recipe, prepared: Prepared) -> Callable[[], object]:
    count = len(prepared.cases)
    train = PartCases(np.arange(count), np.arange(count), np.arange(count), prepared.labels)
    # One case to judge by, since an epoch ends with judging.
    few = PartCases(np.arange(1), np.arange(1), np.arange(1), prepared.labels[:1])
    fitting = FitLoop(
        build_recipe_network(recipe), recipe, prepared, train=train, validation=few, processes=Processes()
    )
    fitting.begin_stage(recipe.fit.stages[0], weights=None)
    epochs = iter(range(10**6))
    return lambda: finish(fitting.run_epoch(next(epochs), []))


def _fastest(folder: Path, recipe: Recipe, *, tries: bool) -> Callable[[], object]:
    """timm's loop with as many worker processes as serve it best on this machine."""
    counts = sorted({0, 1, os.cpu_count() or 1}) if tries else [0]
    loops = {count: _theirs(folder, recipe, workers=count) for count in counts}
    times: dict[int, float] = {}
    for count, loop in loops.items():
        loop()
        times[count] = timed(loop)
    return loops[min(times, key=lambda count: times[count])]


def _theirs(folder: Path, recipe: Recipe, *, workers: int) -> Callable[[], object]:
    """One epoch of timm's `train_one_epoch`."""
    for part in ("data", "loss", "optim", "scheduler", "utils"):
        import_module(f"timm.{part}")
    rule = recipe.fit
    device = torch.device("cpu")
    model: nn.Module = timm.create_model(
        recipe.network.architecture,
        num_classes=recipe.task.logits,
        drop_rate=recipe.network.drop_rate,
        drop_path_rate=recipe.network.drop_path_rate,
    ).to(memory_format=torch.channels_last)
    dataset: Any = timm.data.create_dataset("", root=str(folder), is_training=True)
    loader: Any = timm.data.create_loader(
        dataset,
        input_size=(3, SIDE, SIDE),
        batch_size=rule.batch,
        is_training=True,
        num_workers=workers,
        persistent_workers=workers > 0,
        device=device,
    )
    optimiser = timm.optim.create_optimizer_v2(model, opt="adamw", lr=1e-3, weight_decay=rule.weight_decay)
    schedule, _ = timm.scheduler.create_scheduler_v2(
        optimiser, num_epochs=100, step_on_epochs=False, updates_per_epoch=len(loader)
    )
    average = timm.utils.ModelEmaV3(model, decay=rule.ema_decay, use_warmup=True)
    loss_of = timm.loss.LabelSmoothingCrossEntropy(smoothing=rule.label_smoothing)
    updates = 0

    def epoch() -> None:
        nonlocal updates
        model.train()
        losses = timm.utils.AverageMeter()
        for inputs, labels in loader:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
            loss = loss_of(model(inputs), labels)
            optimiser.zero_grad()
            loss.backward()
            timm.utils.dispatch_clip_grad(model.parameters(), value=rule.gradient_clip, mode="norm")
            optimiser.step()
            updates += 1
            average.update(model, step=updates)
            losses.update(loss.item(), inputs.size(0))
            schedule.step_update(num_updates=updates, metric=losses.avg)

    return epoch
