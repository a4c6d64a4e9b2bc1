import csv
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from tests.training.fit.phantoms import phantoms, split_of, stage
from training.fit.fit import fit
from training.fit.runs import BEST, LAST, LOG, Epoch, read_checkpoint
from training.network.network import build_recipe_network, predict
from training.recipe.recipe import Recipe, TrainingCode

Change = Callable[..., Recipe]
PREPARED = phantoms()
SPLIT = split_of(PREPARED)

TWO_STAGES: list[dict[str, Any]] = [
    stage(name="head", free="head", epochs=4, patience=2, rate={"schedule": "plateau", "factor": 0.5, "patience": 1}),
    stage(name="rest", epochs=3, rate={"schedule": "cosine", "warmup_epochs": 0.5}),
]
EVERYTHING = {
    "balance": "weights",
    "label_smoothing": 0.05,
    "one_of_each_group": True,
    "ema_decay": 0.9,
    "gradient_clip": 1.0,
    "best_by": "loss",
    "augmentation": {"rotation": 10.0, "noise": 0.1, "mixup": 0.5, "mixup_chance": 0.7, "erase": 0.3},
}


def without_times(history: tuple[Epoch, ...]) -> list[dict[str, Any]]:
    return [{**asdict(epoch), "seconds": 0} for epoch in history]


def weights_of(path: Path, recipe: Recipe) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = read_checkpoint(path, recipe, SPLIT)["model"]
    return found


def test_a_small_network_learns(change: Change, tmp_path: Path) -> None:
    recipe = change(stages=[stage(epochs=12, head_learning_rate=0.01, backbone_learning_rate=0.01)])
    history = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    assert history[-1].train_loss < 0.5 * history[0].train_loss
    assert max(epoch.macro_f1 for epoch in history) > 0.9
    model = build_recipe_network(recipe, weights="none")
    model.load_state_dict(weights_of(tmp_path / BEST, recipe))
    best = max(history, key=lambda epoch: (epoch.macro_f1, epoch.epoch))
    places = SPLIT.indices("validation", PREPARED.cases)
    said = predict(model, PREPARED.tensors[places], recipe)
    assert (said.logits.argmax(axis=1) == PREPARED.labels[places]).mean() == pytest.approx(best.accuracy)
    assert said.features.shape == (len(places), 64)


@pytest.mark.parametrize("killed_in", ["Stage head, epoch 1 of", "Stage head, epoch 2 of", "Stage rest, epoch 1 of"])
def test_a_stopped_fit_continues_with_the_same_curve(killed_in: str, change: Change, tmp_path: Path) -> None:
    recipe = change(stages=TWO_STAGES, **EVERYTHING)
    whole = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path / "whole", resume=False))
    job = fit(recipe, PREPARED, SPLIT, run=tmp_path / "stopped", resume=False)
    while not next(job).doing.startswith(killed_in):
        pass
    # Only what is on the disk is left.
    job.close()
    again = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path / "stopped", resume=True))
    assert without_times(again) == without_times(whole)
    for name in (BEST, LAST):
        one, other = (weights_of(tmp_path / run / name, recipe) for run in ("whole", "stopped"))
        assert all(torch.equal(one[key], other[key]) for key in one)


def test_stages_free_what_they_say_and_begin_with_the_best(change: Change, tmp_path: Path) -> None:
    # A second stage that learns nearly nothing: what it leaves is what it began with.
    still = stage(name="rest", epochs=1, head_learning_rate=1e-30, backbone_learning_rate=1e-30)
    head = stage(name="head", free="head", epochs=4, head_learning_rate=0.5)
    recipe = change(stages=[head, still], best_by="loss")
    history = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    assert [epoch.stage for epoch in history] == ["head"] * 4 + ["rest"]
    assert history[0].backbone_learning_rate == 0
    assert history[4].loss == pytest.approx(min(epoch.loss for epoch in history[:4]), rel=1e-5)
    assert history[3].loss > 1.01 * history[4].loss, "the last epoch of the head was not its best"


def test_where_the_head_alone_learns_the_backbone_rests(change: Change, tmp_path: Path) -> None:
    after = []
    for epochs in (1, 2):
        recipe = change(stages=[stage(free="head", epochs=epochs)])
        finish(fit(recipe, PREPARED, SPLIT, run=tmp_path / str(epochs), resume=False))
        after.append(weights_of(tmp_path / str(epochs) / LAST, recipe))
    same = {key for key in after[0] if torch.equal(after[0][key], after[1][key])}
    assert same == {key for key in after[0] if key.startswith("backbone.")}


@pytest.mark.parametrize("mixup", [0.0, 0.5])
def test_training_figures_are_those_of_the_batches(mixup: float, change: Change, tmp_path: Path) -> None:
    """At a rate of nearly nothing the network of the batches is the one that is left."""
    rates = {"head_learning_rate": 1e-30, "backbone_learning_rate": 1e-30}
    # Mixed with itself: each case's neighbour shows the same, so only the targets could be taken for mixed ones.
    augmentation = {"mixup": mixup, "mixup_chance": 1.0} if mixup else {}
    recipe = change(stages=[stage(epochs=1, **rates)], augmentation=augmentation)
    same = replace(PREPARED, tensors=np.repeat(PREPARED.tensors[:1], len(PREPARED.cases), axis=0))
    prepared = same if mixup else PREPARED
    (epoch,) = finish(fit(recipe, prepared, SPLIT, run=tmp_path, resume=False))
    model = build_recipe_network(recipe, weights="none")
    model.load_state_dict(weights_of(tmp_path / BEST, recipe))
    rows = SPLIT.indices("train", prepared.cases)
    decided = predict(model, prepared.tensors[rows], recipe).logits.argmax(axis=1)
    labels = prepared.labels[rows]
    assert epoch.train_accuracy == pytest.approx((decided == labels).mean())
    assert epoch.train_recall == pytest.approx((decided[labels == 1] == 1).mean())
    hits = labels[decided == 1] == 1
    assert epoch.train_precision == pytest.approx(hits.mean() if len(hits) else 0.0)


def test_a_run_of_a_version_with_fewer_columns_goes_on(change: Change, tmp_path: Path) -> None:
    recipe = change()
    job = fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False)
    while not next(job).doing.startswith("Stage all, epoch 2"):
        pass
    job.close()
    newer = {"precision", "recall", "train_accuracy", "train_precision", "train_recall"}
    content = read_checkpoint(tmp_path / LAST, recipe, SPLIT)
    content["history"] = [{key: row[key] for key in row.keys() - newer} for row in content["history"]]
    torch.save(content, tmp_path / LAST)
    history = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=True))
    assert [np.isnan(epoch.train_accuracy) for epoch in history] == [True, False, False]
    rows = list(csv.DictReader((tmp_path / LOG).read_text().splitlines()))
    assert [row["train_accuracy"] == "nan" for row in rows] == [True, False, False]


def test_the_last_epoch_may_be_the_one_that_is_kept(change: Change, tmp_path: Path) -> None:
    recipe = change(stages=[stage(epochs=4, head_learning_rate=0.5)], best_by="last")
    finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    best, last = (weights_of(tmp_path / name, recipe) for name in (BEST, LAST))
    assert all(torch.equal(best[key], last[key]) for key in last)


def test_a_layer_that_is_not_there_is_told_before_training(change: Change, tmp_path: Path) -> None:
    recipe = change()
    network = recipe.network.model_copy(update={"target_layer": "features.nowhere"})
    with pytest.raises(Refusal, match="no layer `features"):
        next(fit(recipe.model_copy(update={"network": network}), PREPARED, SPLIT, run=tmp_path, resume=False))
    late = change(stages=[stage(), stage(name="late", free="layers:99")])
    with pytest.raises(Refusal, match="free = layers:99"):
        next(fit(late, PREPARED, SPLIT, run=tmp_path, resume=False))


def test_a_stage_stops_early(change: Change, tmp_path: Path) -> None:
    recipe = change(stages=[stage(epochs=9, patience=2, head_learning_rate=1e-30, backbone_learning_rate=1e-30)])
    history = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    assert len(history) == 3


def test_frozen_batch_norm_keeps_its_statistics(change: Change, tmp_path: Path) -> None:
    network = change().network.model_copy(update={"architecture": "slicelens_cnn_modified"})
    for frozen in (True, False):
        one = stage(frozen_batch_norm=frozen, epochs=1)
        recipe = change(stages=[one]).model_copy(update={"network": network})
        finish(fit(recipe, PREPARED, SPLIT, run=tmp_path / str(frozen), resume=False))
        after = weights_of(tmp_path / str(frozen) / BEST, recipe)
        at_rest = [
            torch.equal(after[key], torch.zeros_like(after[key])) for key in after if key.endswith("running_mean")
        ]
        assert at_rest == [frozen] * 4


def test_the_best_checkpoint_is_that_of_the_best_epoch(change: Change, tmp_path: Path) -> None:
    recipe = change(stages=[stage(epochs=6, head_learning_rate=0.1, backbone_learning_rate=0.1)], best_by="loss")
    history = finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    best = min(history, key=lambda epoch: epoch.loss)
    assert len(read_checkpoint(tmp_path / BEST, recipe, SPLIT)["history"]) == best.epoch


def test_the_logs_hold_every_epoch(change: Change, tmp_path: Path) -> None:
    history = finish(fit(change(), PREPARED, SPLIT, run=tmp_path, resume=False))
    rows = list(csv.DictReader((tmp_path / LOG).read_text(encoding="utf-8").splitlines()))
    assert [float(row["loss"]) for row in rows] == [epoch.loss for epoch in history]
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    points = events.Scalars("validation/loss")
    assert [point.step for point in points] == [1, 2, 3]
    assert [point.value for point in points] == pytest.approx([epoch.loss for epoch in history], rel=1e-6)


def test_a_loss_that_is_no_number_stops_with_a_sentence(change: Change, tmp_path: Path) -> None:
    spoiled = replace(PREPARED, tensors=np.full_like(PREPARED.tensors, np.nan))
    with pytest.raises(Refusal, match="The loss became nan in stage all, epoch 1, step 1") as caught:
        finish(fit(change(), spoiled, SPLIT, run=tmp_path, resume=False))
    assert caught.value.code is TrainingCode.DIVERGED
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_sentence_and_the_last_checkpoint_stays_whole(change: Change, tmp_path: Path) -> None:
    recipe = change()
    job = fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False)
    while not next(job).doing.startswith("Stage all, epoch 2"):
        pass
    before = (tmp_path / LAST).read_bytes()
    resource = pytest.importorskip("resource", reason="this system has no limit on the size of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(Refusal, match="is the disk full") as caught:
            finish(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.code is Code.WRITE
    assert (tmp_path / LAST).read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=True))) == 3


def test_a_split_without_validation_is_refused(change: Change, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no case in the validation part"):
        finish(fit(change(), PREPARED, split_of(PREPARED, 1.0), run=tmp_path, resume=False))


def test_a_checkpoint_of_another_recipe_or_split_is_refused(change: Change, tmp_path: Path) -> None:
    recipe = change()
    finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=False))
    with pytest.raises(Refusal, match="another recipe"):
        finish(fit(change(batch=4), PREPARED, SPLIT, run=tmp_path, resume=True))
    with pytest.raises(Refusal, match="another split"):
        finish(fit(recipe, PREPARED, split_of(PREPARED, 0.6), run=tmp_path, resume=True))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_damaged_checkpoint_is_refused(content: bytes, change: Change, tmp_path: Path) -> None:
    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(Refusal, match="missing or damaged") as caught:
        read_checkpoint(tmp_path / LAST, change(), SPLIT)
    assert caught.value.code is TrainingCode.CHECKPOINT


def test_mixed_precision_is_close_to_float32(change: Change, tmp_path: Path) -> None:
    losses = []
    for precision in ("float32", "bfloat16"):
        history = finish(fit(change(precision=precision), PREPARED, SPLIT, run=tmp_path / precision, resume=False))
        losses.append([epoch.train_loss for epoch in history])
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert losses[1] != losses[0]


def test_a_checkpoint_of_an_older_version_is_judged_but_not_continued(change: Change, tmp_path: Path) -> None:
    recipe = change()
    row = {"epoch": 1, "train_loss": 1.0, "loss": 1.0, "accuracy": 0.5, "macro_f1": 0.5, "auc": 1.0}
    old = {"recipe": recipe.digest, "split": SPLIT.sha256, "history": [row], "model": {"weight": torch.ones(2)}}
    for name in (BEST, LAST):
        torch.save(old, tmp_path / name)
    assert torch.equal(read_checkpoint(tmp_path / BEST, recipe, SPLIT)["model"]["weight"], torch.ones(2))
    with pytest.raises(Refusal, match="of an older version") as caught:
        finish(fit(recipe, PREPARED, SPLIT, run=tmp_path, resume=True))
    assert caught.value.code is TrainingCode.CHECKPOINT
