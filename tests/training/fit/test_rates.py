import math
from contextlib import closing
from pathlib import Path

import pytest

from imaging.base.progress import finish
from training.cli.main import main
from training.fit.processes import Processes
from training.fit.rates import LEAST, MOST, RateSearch, find_rates
from training.recipe.recipe import Recipe

RATES = tuple(10.0 ** (-6 + 6 * number / 119) for number in range(120))


def valley(lowest: float) -> RateSearch:
    """A loss of 1 that falls to 0.2 at a rate and blows up behind it."""
    depth = [1 - 0.8 / (1 + (lowest / 10 / rate) ** 2) + (rate / lowest / 3) ** 3 for rate in RATES]
    return RateSearch(RATES, tuple(depth), 0.1)


@pytest.mark.parametrize("lowest", [1e-3, 1e-2, 1e-1])
def test_the_steepest_fall_lies_before_the_lowest_loss_and_the_suggestion_no_higher(lowest: float) -> None:
    found = valley(lowest)
    assert found.steepest is not None
    assert found.suggestion is not None
    assert found.steepest < found.lowest
    assert lowest / 3 < found.lowest < 3 * lowest
    assert lowest / 40 < found.suggestion <= found.lowest / 10 * 1.05


def test_a_batch_that_is_easy_by_chance_hides_no_fall() -> None:
    # As on radiographs: the loss of the first batch lay below all that came later.
    quiet = valley(1e-2)
    lucky = RateSearch(RATES, (0.01, *quiet.losses[1:]), 0.1)
    assert lucky.lowest == pytest.approx(quiet.lowest, rel=0.2)
    assert lucky.suggestion == pytest.approx(quiet.suggestion, rel=0.2)


@pytest.mark.parametrize("losses", [[1.0 + 0.01 * number for number in range(120)], [1.0] * 120])
def test_where_no_loss_falls_nothing_is_suggested(losses: list[float]) -> None:
    found = RateSearch(RATES, tuple(losses), 0.1)
    assert found.steepest is found.suggestion is None


def test_rates_are_raised_from_the_least_until_the_loss_blows_up(recipe: Recipe, pictures: Path) -> None:
    with closing(Processes()) as processes:
        found = finish(find_rates(pictures, recipe, processes, minutes=0.01))
        again = finish(find_rates(pictures, recipe, processes, minutes=0.0))
    assert found.rates[0] == pytest.approx(LEAST)
    assert found.rates[-1] <= MOST * 1.001
    assert list(found.rates) == sorted(found.rates)
    assert all(math.isfinite(loss) for loss in found.losses)
    stage = recipe.fit.stages[0]
    assert found.backbone_share == stage.backbone_learning_rate / stage.head_learning_rate
    assert len(again.rates) <= 60, "a few steps at least, however short the time"


@pytest.mark.parametrize("name", ["rates.html", "rates.md", "rates.png"])
def test_the_search_is_told_and_written(
    name: str, recipe_file: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / name
    command = ["rates", str(recipe_file), "--data", str(pictures), "--out", str(out), "--minutes", "0.001"]
    assert main([*command, "--set", "fit.batch=8"]) == 0
    assert "The recipe has 0.002 (head) and 0.0003 (backbone)" in capsys.readouterr().out
    start = {"rates.html": b"<!doctype html>", "rates.md": b"# Learning rates", "rates.png": b"\x89PNG"}[name]
    assert out.read_bytes().startswith(start)
