import math

import pytest

from training.fit.epoch_line import duration, epoch_line
from training.fit.runs import Epoch
from training.recipe.recipe import Constant, Fit, Stage


def epoch(number: int, f1: float, *, loss: float = 0.5, stage: str = "all", train_accuracy: float = 0.9) -> Epoch:
    return Epoch(
        epoch=number,
        train_loss=0.25,
        loss=loss,
        accuracy=0.8,
        macro_f1=f1,
        auc=0.95,
        stage=stage,
        train_accuracy=train_accuracy,
        seconds=30.0,
    )


def rule(best_by: str = "macro_f1", *stages: tuple[str, int, int | None]) -> Fit:
    made = tuple(
        Stage(
            name=name,
            epochs=epochs,
            patience=patience,
            head_learning_rate=1e-3,
            backbone_learning_rate=1e-3,
            rate=Constant(schedule="constant"),
        )
        for name, epochs, patience in (stages or (("all", 10, None),))
    )
    return Fit.model_validate({"seed": 1, "batch": 8, "stages": made, "best_by": best_by})


BEFORE = "training loss 0.250, accuracy 0.900; validation loss 0.500, accuracy 0.800"


@pytest.mark.parametrize(
    ("history", "rule_", "said"),
    [
        (
            [epoch(1, 0.6), epoch(2, 0.7)],
            rule(),
            f"epoch  2 of 10: {BEFORE}, macro-F1 0.700 (best so far); about 4 min left",
        ),
        (
            [epoch(1, 0.7), epoch(2, 0.6)],
            rule(),
            f"epoch  2 of 10: {BEFORE}, macro-F1 0.600 (best: 0.700 in epoch 1); about 4 min left",
        ),
        (
            [epoch(1, 0.7)],
            rule("loss"),
            "epoch  1 of 10: training loss 0.250, accuracy 0.900; validation loss 0.500 (best so far), accuracy 0.800; "
            "about 4 min left",
        ),
        (
            [epoch(1, 0.7, train_accuracy=math.nan)],
            rule("accuracy", ("all", 1, None)),
            "epoch 1 of 1: training loss 0.250; validation loss 0.500, accuracy 0.800 (best so far)",
        ),
        (
            [epoch(1, 0.7, loss=0.4, stage="head"), epoch(2, 0.6, stage="head")],
            rule("macro_f1", ("head", 5, 1), ("all", 3, None)),
            f"epoch 2 of 5 (head): {BEFORE}, macro-F1 0.600 (best: 0.700 in epoch 1); stopped: no better loss in 1 "
            "epoch; at most 2 min left",
        ),
        ([epoch(1, 0.7)], rule("last", ("all", 1, None)), f"epoch 1 of 1: {BEFORE}"),
    ],
)
def test_a_line_tells_what_an_epoch_brought(history: list[Epoch], rule_: Fit, said: str) -> None:
    assert epoch_line(history, rule_) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (3600, "60 min"), (7500, "2 h 05 min")]
)
def test_a_time_is_told_as_people_do(seconds: float, said: str) -> None:
    assert duration(seconds) == said
