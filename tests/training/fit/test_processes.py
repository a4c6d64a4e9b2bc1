"""Several processes on CPUs, started by torchrun as a user would; each test waits for two imports of torch."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from imaging.base.progress import finish
from tests.training.fit.conftest import Change
from tests.training.fit.phantoms import phantoms, split_of, stage
from training.cli.main import main
from training.fit.fit import fit
from training.fit.runs import BEST, LAST, LOG, read_checkpoint
from training.recipe.recipe import Recipe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHILD = Path(__file__).with_name("child.py")
FIGURES = ("train_loss", "loss", "accuracy", "macro_f1", "auc")


@pytest.fixture
def recipe_of_two(change: Change) -> Recipe:
    """All that may differ between processes: weights, mixing, a clip, an average. Batch norm rests."""
    # Not Adam: of a gradient that is rounding and nothing else (a bias before a batch norm) it makes a whole step.
    rates = {"head_learning_rate": 0.05, "backbone_learning_rate": 0.05}
    recipe = change(
        stages=[
            stage(epochs=3, frozen_batch_norm=True, **rates),
            stage(name="frozen", free="head", epochs=1, frozen_batch_norm=True),
        ],
        optimiser="sgd",
        balance="weights",
        gradient_clip=1.0,
        ema_decay=0.5,
        batch=9,
        augmentation={"rotation": 10.0, "noise": 0.1, "mixup": 0.5, "mixup_chance": 0.7},
    )
    network = recipe.network.model_copy(update={"architecture": "slicelens_cnn_modified"})
    return recipe.model_copy(update={"network": network})


def torchrun(root: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Two processes on this machine. It ends within the time-out, or the test fails."""
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *map(str, command)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=400,
        env=environment,
        cwd=root,
        check=False,
    )


def test_two_processes_give_the_curve_of_one(recipe_of_two: Recipe, root: Path, tmp_path: Path) -> None:
    one = finish(fit(recipe_of_two, phantoms(), split_of(phantoms()), run=tmp_path / "one", resume=False))
    (tmp_path / "recipe.json").write_text(recipe_of_two.model_dump_json(), encoding="utf-8")
    ended = torchrun(root, CHILD, tmp_path / "recipe.json", tmp_path / "two", "whole")
    assert ended.returncode == 0, ended.stderr
    two: list[dict[str, Any]] = json.loads((tmp_path / "two" / "told.json").read_text(encoding="utf-8"))
    assert len(two) == len(one) == 4
    for row, epoch in zip(two, one, strict=True):
        for figure in FIGURES:
            assert row[figure] == pytest.approx(getattr(epoch, figure), rel=1e-4, abs=1e-6), (epoch.epoch, figure)
    weights = [
        read_checkpoint(tmp_path / run / LAST, recipe_of_two, split_of(phantoms()))["model"] for run in ("one", "two")
    ]
    for key, wanted in weights[0].items():
        assert (weights[1][key].float() - wanted.float()).abs().max() < 2e-3, key
    # One writer: the same files as one process leaves, and one file of events.
    assert {path.name for path in (tmp_path / "two").iterdir()} == {BEST, LAST, LOG, "tensorboard", "told.json"}
    assert len(list((tmp_path / "two" / "tensorboard").iterdir())) == 1


def test_a_loss_that_is_no_number_in_one_process_ends_both(recipe_of_two: Recipe, root: Path, tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text(recipe_of_two.model_dump_json(), encoding="utf-8")
    ended = torchrun(root, CHILD, tmp_path / "recipe.json", tmp_path / "run", "nan")
    assert ended.returncode != 0
    assert ended.stderr.count("REFUSED: The loss became nan in stage all, epoch 1, step 1") == 1
    assert not (tmp_path / "run").exists()


def test_a_killed_process_ends_the_other_and_the_fit_goes_on_later(
    recipe_of_two: Recipe, root: Path, tmp_path: Path
) -> None:
    one = finish(fit(recipe_of_two, phantoms(), split_of(phantoms()), run=tmp_path / "one", resume=False))
    (tmp_path / "recipe.json").write_text(recipe_of_two.model_dump_json(), encoding="utf-8")
    ended = torchrun(root, CHILD, tmp_path / "recipe.json", tmp_path / "run", "killed")
    assert ended.returncode != 0
    kept = read_checkpoint(tmp_path / "run" / LAST, recipe_of_two, split_of(phantoms()))
    assert len(kept["history"]) == 1
    # What two processes began, one can end.
    history = finish(fit(recipe_of_two, phantoms(), split_of(phantoms()), run=tmp_path / "run", resume=True))
    assert [epoch.loss for epoch in history] == pytest.approx([epoch.loss for epoch in one], rel=2e-4)


def test_the_same_command_runs_in_two_processes(pictures: Path, recipe_file: Path, root: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = ["fit", recipe_file, "--data", pictures, "--run", run, "--epochs", 1, "--limit", 40]
    ended = torchrun(root, "-m", "--", "training.cli.main", *arguments)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("a short run: 40 of 96 cases, 1 epoch a stage") == 1
    assert ended.stderr.count("100%|") <= 3, "one process shows its bars"
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert facts["processes"] == 2
    assert {path.name for path in run.iterdir()} == {
        *(BEST, LAST, LOG, "tensorboard", "recipe.toml", "split.json", "run.json")
    }


def test_a_run_killed_by_the_system_goes_on_with_the_same_curve(
    pictures: Path, recipe_file: Path, root: Path, tmp_path: Path
) -> None:
    def arguments(run: str, *more: str) -> list[str]:
        return ["fit", str(recipe_file), "--data", str(pictures), "--run", str(tmp_path / run), *more]

    assert main(arguments("whole")) == 0
    victim = subprocess.Popen(
        [sys.executable, "-m", "training.cli.main", *arguments("killed")],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # With another number of threads sums are rounded otherwise, and an AUC jumps where two cases change places.
        env=os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())},
    )
    try:
        while not (tmp_path / "killed" / LAST).is_file():
            assert victim.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
    finally:
        victim.kill()
        victim.wait()
    assert main(arguments("killed", "--resume")) == 0
    logs = [(tmp_path / run / LOG).read_text(encoding="utf-8").splitlines() for run in ("whole", "killed")]
    # All but the last column, the seconds.
    for whole, killed in zip(logs[0][1:], logs[1][1:], strict=True):
        numbers = [[float(cell) for cell in line.split(",")[2:-1]] for line in (whole, killed)]
        assert numbers[0] == pytest.approx(numbers[1], rel=1e-3, abs=1e-4)
    assert not (tmp_path / "killed" / "prepared").exists()
