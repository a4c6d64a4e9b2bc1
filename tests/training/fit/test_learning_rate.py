import math
from collections.abc import Sequence
from typing import Any

import pytest

from tests.training.fit.phantoms import stage
from training.fit.loop import rate_at
from training.fit.runs import Epoch
from training.recipe.recipe import Stage


def made(**changes: Any) -> Stage:
    return Stage.model_validate(stage(**changes), strict=False)


def epochs(losses: Sequence[float], accuracies: Sequence[float] = ()) -> list[Epoch]:
    given = accuracies or [0.5] * len(losses)
    return [
        Epoch(epoch=number, train_loss=1.0, loss=loss, accuracy=accuracy, macro_f1=0.5, auc=0.5)
        for number, (loss, accuracy) in enumerate(zip(losses, given, strict=True), start=1)
    ]


def test_cosine_starts_linearly_and_ends_at_its_final_share() -> None:
    one = made(epochs=4, rate={"schedule": "cosine", "warmup_epochs": 0.5, "final": 0.1})
    scales = [rate_at(one, epoch=step // 10, step=step % 10, steps=10, done=()).factor for step in range(40)]
    assert scales[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert scales[5:] == sorted(scales[5:], reverse=True)
    half = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * 17.5 / 35))
    assert (scales[22] + scales[23]) / 2 == pytest.approx(half, abs=1e-3)
    assert scales[-1] == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("losses", "rate"),
    [
        ([], 1.0),
        ([3.0, 2.0, 1.0], 1.0),
        ([1.0, 1.0], 1.0),
        ([1.0, 1.0, 1.1], 0.5),
        ([1.0, 2.0, 0.9, 2.0], 1.0),
        ([1.0, 2.0, 2.0, 2.0, 2.0], 0.3),
    ],
)
def test_plateau_follows_the_losses_down_to_the_least_rate(losses: list[float], rate: float) -> None:
    one = made(rate={"schedule": "plateau", "factor": 0.5, "patience": 2, "least": 0.3})
    found = rate_at(one, epoch=len(losses), step=0, steps=5, done=epochs(losses))
    assert found.scaled(1.0) == pytest.approx(rate)
    assert found.scaled(0.2) == pytest.approx(0.2), "a rate that began below the least one stays"


@pytest.mark.parametrize(
    ("accuracies", "factor"),
    [
        ([0.5, 0.6, 0.7, 0.8], 1.0),
        ([0.5, 0.6, 0.6, 0.6], 0.1),
        ([0.5, 0.6, 0.60005, 0.6001], 0.1),
        ([0.5, 0.4, 0.3, 0.2, 0.1], 0.01),
        ([0.5, 0.4, 0.6, 0.5], 1.0),
    ],
)
def test_a_plateau_of_accuracy_waits_for_more_and_not_for_less(accuracies: list[float], factor: float) -> None:
    rule = {"schedule": "plateau", "factor": 0.1, "patience": 2, "least_gain": 1.5e-4, "by": "accuracy"}
    losses = [1.0 - 0.1 * number for number in range(len(accuracies))]
    found = rate_at(made(rate=rule), epoch=0, step=0, steps=5, done=epochs(losses, accuracies))
    assert found.factor == pytest.approx(factor)


def test_constant_stays() -> None:
    assert rate_at(made(), epoch=2, step=1, steps=5, done=epochs([1.0, 2.0])).scaled(0.1) == 0.1
