import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from imaging.progress import finish
from imaging.refusal import Refusal
from training.dataset import Prepared, list_cases, prepare_cases
from training.fit import BEST, LAST, LOG, class_weights, fit, read_checkpoint, soft_cross_entropy
from training.recipe import Recipe, read_recipe
from training.runs import SPLIT, split_cases
from training.split import Split, load_split
from training.training_codes import TrainingCode


@pytest.fixture(scope="module")
def prepared(pictures: Path, recipe: Recipe) -> Prepared:
    return finish(prepare_cases(list_cases(pictures, recipe), recipe))


@pytest.fixture(scope="module")
def split(prepared: Prepared, recipe: Recipe) -> Split:
    return split_cases(prepared, recipe)


def test_a_killed_run_continues_with_the_same_curve(
    run: Path, recipe: Recipe, prepared: Prepared, split: Split, tmp_path: Path
) -> None:
    job = fit(recipe, prepared, split, run=tmp_path, resume=False)
    while next(job).doing != "Epoch 2 of 3":
        pass
    # Killed in the middle of an epoch: only what is on disk is left.
    job.close()
    assert len((tmp_path / LOG).read_text(encoding="utf-8").splitlines()) == 2
    finish(fit(recipe, prepared, split, run=tmp_path, resume=True))
    assert (tmp_path / LOG).read_text(encoding="utf-8") == (run / LOG).read_text(encoding="utf-8")
    for name in (BEST, LAST):
        one = read_checkpoint(tmp_path / name, recipe, split)
        other = read_checkpoint(run / name, recipe, split)
        key = "model"
        assert all(torch.equal(one[key][weight], other[key][weight]) for weight in one[key])


def test_the_best_checkpoint_is_that_of_the_best_epoch(run: Path, recipe: Recipe) -> None:
    split = load_split(run / SPLIT)
    rows = list(csv.DictReader((run / LOG).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 3
    best = min(range(3), key=lambda number: float(rows[number]["loss"]))
    assert len(read_checkpoint(run / BEST, recipe, split)["history"]) == best + 1


def test_a_loss_that_is_no_number_stops_with_a_sentence(
    recipe: Recipe, prepared: Prepared, split: Split, tmp_path: Path
) -> None:
    spoiled = prepared.tensors.copy()
    spoiled[:] = np.nan
    broken = Prepared(prepared.cases, prepared.labels, spoiled, ())
    with pytest.raises(Refusal, match="The loss became nan in epoch 1, step 1") as caught:
        finish(fit(recipe, broken, split, run=tmp_path, resume=False))
    assert caught.value.code is TrainingCode.DIVERGED
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_of_another_recipe_or_split_is_refused(
    run: Path, recipe: Recipe, prepared: Prepared, changed: Callable[[str, str], Path]
) -> None:
    other = read_recipe(changed("rotation = 12.0", "rotation = 13.0"))
    with pytest.raises(Refusal, match="another recipe"):
        read_checkpoint(run / BEST, other, load_split(run / SPLIT))
    reseeded = read_recipe(changed("seed = 20261121", "seed = 7"))
    with pytest.raises(Refusal, match="another split"):
        read_checkpoint(run / BEST, recipe, split_cases(prepared, reseeded))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint"])
def test_a_damaged_checkpoint_is_refused(content: bytes, recipe: Recipe, split: Split, tmp_path: Path) -> None:
    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(Refusal, match="missing or damaged") as caught:
        read_checkpoint(tmp_path / LAST, recipe, split)
    assert caught.value.code is TrainingCode.CHECKPOINT


def test_the_loss_is_torchs_own() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(20, 3, generator=generator)
    labels = torch.randint(0, 3, (20,), generator=generator)
    targets = torch.nn.functional.one_hot(labels, 3).float()
    wanted = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    torch.testing.assert_close(soft_cross_entropy(logits, targets, None, 0.1), wanted)
    weights = class_weights(labels.numpy(), 3)
    weighted = torch.nn.functional.cross_entropy(logits, labels, weight=weights)
    torch.testing.assert_close(soft_cross_entropy(logits, targets, weights, 0.0), weighted)


def test_class_weights_make_every_class_count_the_same() -> None:
    labels = np.array([0] * 10 + [1] * 30)
    weights = class_weights(labels, 2).numpy()
    assert weights[0] * 10 == pytest.approx(weights[1] * 30)
    assert weights[labels].mean() == pytest.approx(1.0)
