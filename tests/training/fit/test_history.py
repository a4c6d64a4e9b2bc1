import csv
import math

import pytest

from tests.training.fit.phantoms import stage
from training.fit.runs import Epoch, best_epoch, format_history, is_stage_over
from training.recipe.recipe import Stage


def epochs(*losses: float, f1: float = 0.5) -> list[Epoch]:
    return [
        Epoch(epoch=number, train_loss=1.0, loss=loss, accuracy=0.5, macro_f1=f1, auc=math.nan, stage="s")
        for number, loss in enumerate(losses, start=1)
    ]


@pytest.mark.parametrize(
    ("losses", "best"), [((2.0,), 1), ((2.0, 1.0), 2), ((1.0, 1.0), 2), ((1.0, 2.0), 1), ((1.0, 2.0, 1.0, 3.0), 3)]
)
def test_the_later_of_equal_epochs_is_the_best(losses: tuple[float, ...], best: int) -> None:
    assert best_epoch(epochs(*losses), "loss").epoch == best


def test_a_figure_that_is_no_number_is_never_better_but_something_is_best() -> None:
    assert best_epoch(epochs(1.0), "auc").epoch == 1
    assert best_epoch(epochs(1.0, math.nan), "loss").epoch == 1


@pytest.mark.parametrize(
    ("losses", "over"),
    [
        ((), False),
        ((1.0, 2.0), False),
        ((1.0, 2.0, 2.0), True),
        ((3.0, 2.0, 2.0), False),
        ((3.0, 2.0, 2.0, 2.0), True),
        ((5.0, 4.0, 3.0, 2.0, 1.0), False),
        ((6.0, 5.0, 4.0, 3.0, 2.0, 1.0), True),
    ],
)
def test_a_stage_ends_after_its_patience_or_its_epochs(losses: tuple[float, ...], over: bool) -> None:
    rule = Stage.model_validate(stage(epochs=6, patience=2), strict=False)
    assert is_stage_over(epochs(*losses), rule, "loss") is over


def test_the_log_has_a_line_an_epoch() -> None:
    rows = list(csv.DictReader(format_history(epochs(1.0, 2.0)).splitlines()))
    assert [row["loss"] for row in rows] == ["1.0", "2.0"]
    assert {"stage", "head_learning_rate", "backbone_learning_rate", "seconds"} <= rows[0].keys()
