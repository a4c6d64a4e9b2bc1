"""What people read of a run: the report, the card, the lines on the terminal."""

import re
from pathlib import Path

import pytest

from inference.contract.contract import Conformal, Interval, QualityFigures, SizeCoverage
from inference.contract.wording import QUALITY_WORDS
from training.evaluate.evaluate import read_metrics
from training.evaluate.metrics import External, Metrics
from training.export.export import run_contract
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import RECIPES, read_recipe
from training.report.card import CardNotes, model_card
from training.report.run_report import REPORT, summarise, write_report

SHARE, LOW = Interval(value=0.9512, low=0.9049, high=0.9876), Interval(value=0.0, low=0.0, high=0.0312)


@pytest.fixture(scope="module")
def metrics(run: Path) -> Metrics:
    """Metrics of the small run, with what a larger one would have beside them."""
    found = read_metrics(run)
    by_size = {"0.1": {"1": SizeCoverage(n=14, coverage=SHARE)}}
    qualities = {"jpeg_20": QualityFigures(n=18, accuracy=SHARE, flipped=SHARE, refused=None)}
    conformal = Conformal(q_hat={"0.05": 0.97531, "0.1": 0.93876}, cases=20, coverage_by_size=by_size)
    changed = {"conformal": conformal, "qualities": qualities, "refused": {"test": {"normal": SHARE}}}
    return found.model_copy(update=changed)


@pytest.fixture(scope="module")
def card(run: Path, recipe: Recipe, metrics: Metrics) -> str:
    """The small run's card."""
    return model_card(recipe, metrics, run_contract(run, recipe, metrics), CardNotes(figures=(), proof="Proved"))


def test_figures_of_a_card_have_two_decimals(card: str) -> None:
    figures = card[card.index("## Figures") : card.index("## Operating point")]
    assert not re.findall(r"\d\.\d{3}", figures + card[card.index("## Calibration") : card.index("## How it was made")])
    assert "0.95 (0.90 to 0.99)" in figures


def test_a_card_says_what_an_answer_is_worth(card: str, metrics: Metrics) -> None:
    assert metrics.any_finding is not None
    assert "Any answer but Normal is a finding" in card
    (rare,) = (line for line in card.splitlines() if line.startswith("| 10 |"))
    assert len(rare.split("|")) == 5
    assert "as in the test part" in card


def test_a_card_says_limits_in_plain_words(card: str) -> None:
    assert "in 90 of 100 such cases the right answer is in the set | 0.94 |" in card
    assert "1 (n = 14): 0.95 (0.90 to 0.99)" in card
    assert "How far a slice may be from the training cases" in card
    assert ": Normal 0.95 (0.90 to 0.99)." in card
    assert "| JPEG 20 | 18 | 0.95 (0.90 to 0.99) | 0.95 (0.90 to 0.99) | – |" in card


def test_the_report_begins_with_what_is_to_be_believed(recipe: Recipe, metrics: Metrics, tmp_path: Path) -> None:
    write_report(tmp_path, recipe, metrics)
    text = (tmp_path / REPORT).read_text(encoding="utf-8")
    short = text[text.index("<h2>In short") : text.index("<h2>Figures")]
    assert f"On {metrics.evaluations[1].n} slices that it did not learn from" in short
    assert "Any finding: sensitivity" in short
    assert "accuracy is lowest for JPEG 20: 0.95 (0.90 to 0.99)" in short
    assert "elsewhere, expect less" in short
    assert "right answer in the set" in text
    assert text.index('<th scope="row">test (our own') < text.index('<th scope="row">validation (our own')


@pytest.mark.parametrize("name", ["small", "neonatal_age_resnet18"])
def test_the_lines_of_a_terminal_fit_into_it(name: str, metrics: Metrics) -> None:
    ages = read_recipe(RECIPES / "neonatal_age_resnet18.toml").task.names
    test = metrics.evaluations[1]
    if name != "small":
        labels = dict.fromkeys((*ages, "a label of twenty-four"), test.labels["normal"])
        metrics = metrics.model_copy(update={"evaluations": (test, test.model_copy(update={"labels": labels}))})
    lowest = QualityFigures(n=18, accuracy=SHARE, flipped=LOW, refused=LOW)
    qualities = dict.fromkeys(QUALITY_WORDS, lowest)
    long = metrics.model_copy(
        update={"qualities": qualities, "standing": ("A sentence that stands beside every figure of the run. " * 4,)}
    )
    lines = summarise(long, None).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith(("JPEG 20 ", "original resolution ")) and line.count("(") == 3 for line in lines) == 2
    assert sum(line.startswith("  ") and "(" in line for line in lines) > len(test.labels)
    external = External(
        name="elsewhere",
        evaluation=test,
        ece=metrics.ece["test"],
        any_finding=metrics.any_finding,
        refused=metrics.foreign["noise"],
        data_manifest_sha256="",
        checkpoint_sha256="",
    )
    assert max(map(len, summarise(metrics, external).splitlines())) <= 80
