"""From slices to series: by hand, and from NIfTI volumes without a table to the report of a run."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.contract.contract import Argmax, Label, Task
from tests.imaging.nifti_files import save_nifti
from training.cli.main import main
from training.evaluate.evaluate import read_metrics
from training.evaluate.operating_point import ChosenDecision, OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.evaluate.series_scores import judge_series, pool_slices

TASK = Task(kind="multilabel", labels=(Label(name="a", display="a"), Label(name="b", display="b")))
CHOICE = OperatingPoint(
    task=TASK,
    temperature=1.0,
    temperature_rule="",
    rule=ChosenDecision(Argmax(rule="argmax"), ""),
    label=None,
    conformal=None,
    youden={"a": 0.5},
)


def _scored(series: str, chances: list[float], has: list[float]) -> ScoredCases:
    """Slices with their series (a letter each), their probability of `a` and whether they have it."""
    logits = np.log(np.array(chances) / (1 - np.array(chances))).astype(np.float32)
    return ScoredCases(
        part="test",
        names=tuple(map(str, range(len(series)))),
        groups=tuple(series),
        labels=("",) * len(series),
        targets=np.stack([np.array(has), np.full(len(has), np.nan)], axis=1).astype(np.float32),
        logits=np.stack([logits, np.zeros_like(logits)], axis=1),
        features=np.zeros((len(series), 2), dtype=np.float32),
        series=tuple(series),
    )


SCORED = _scored("xyxyxyxyz", [0.9, 0.6, 0.5, 0.2, 0.4, 0.1, 0.3, 0.3, 0.2], [1, 0, 0, 0, np.nan, 0, 0, 0, 0])


def test_series_are_pooled_as_by_hand() -> None:
    found = pool_slices(SCORED, CHOICE.probabilities(SCORED))
    assert found.names == ("x", "y", "z")
    assert found.slices.tolist() == [4, 4, 1]
    assert found.targets[:, 0].tolist() == [1, 0, 0]
    assert np.isnan(found.targets[:, 1]).all()
    np.testing.assert_allclose(found.scores["maximum"][:, 0], [0.9, 0.6, 0.2], rtol=1e-5)
    np.testing.assert_allclose(found.scores["top three"][:, 0], [0.6, 1.1 / 3, 0.2], rtol=1e-5)


def test_figures_by_series_use_the_thresholds_of_slices() -> None:
    figures = judge_series(SCORED, CHOICE, seed=0)
    assert figures is not None
    assert (figures.series, figures.slices, figures.longest, figures.having) == (3, 9, 4, {"a": 1, "b": 0})
    highest, three = figures.pooled["maximum"], figures.pooled["top three"]
    assert highest.auc["a"] is not None
    assert highest.auc["a"].value == 1
    assert highest.auc["b"] is None
    # The odd slice of y reaches the threshold alone, the mean of its three highest does not.
    specificities = [one.operating["a"].specificity for one in (highest, three)]
    assert [one.value if one else None for one in specificities] == [0.5, 1]
    assert all(one.operating["a"].sensitivity for one in (highest, three))


def test_series_of_one_slice_have_no_figures_of_their_own() -> None:
    assert judge_series(replace(SCORED, series=SCORED.names), CHOICE, seed=0) is None


def test_volumes_train_without_a_table(tmp_path: Path, recipe_text: str, capsys: pytest.CaptureFixture[str]) -> None:
    generator = np.random.default_rng(0)
    data = tmp_path / "nifti"
    data.mkdir()
    for number in range(16):
        stack = generator.uniform(0, 160, (40, 40, 5)).astype(np.float32)
        stack = np.stack([cv2.GaussianBlur(stack[..., k], (7, 7), 0) for k in range(5)], axis=-1)
        left = number % 2
        stack[8 + number : 14 + number, 4 + 20 * left : 14 + 20 * left] = 230
        name = f"{('well', 'ill')[left]}_{number}.nii.gz"
        save_nifti(data / name, stack.astype(np.int16), np.diag([-1.0, -1.0, 3.0, 1.0]))
    names = '{ form = "names", patterns = { normal = "well", pneumonia = "ill" } }'
    text = re.sub(r"^source = .*$", f"source = {names}\nvolumes = {{ share = 0.6 }}", recipe_text, flags=re.MULTILINE)
    recipe, run = tmp_path / "volumes.toml", tmp_path / "run"
    recipe.write_text(text, encoding="utf-8")
    assert main(["fit", str(recipe), "--data", str(data), "--run", str(run), "--epochs", "1"]) == 0
    assert main(["evaluate", str(run), "--data", str(data), "--quick"]) == 0
    metrics = read_metrics(run)
    assert metrics.counts["volumes"] == metrics.counts["persons"] == 16
    assert metrics.counts["cases"] == 48
    assert metrics.evaluations[1].grouped_by.startswith("volume, joined by 64-bit DCT hash")
    by_series = metrics.by_series["test"]
    assert (by_series.slices, by_series.longest) == (metrics.evaluations[1].n, 3)
    assert by_series.series * 3 == by_series.slices
    rows = list(csv.DictReader((run / "series.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 16
    assert {row["slices"] for row in rows} == {"3"}
    assert all(float(row["maximum pneumonia"]) >= float(row["top three pneumonia"]) for row in rows)
    assert "By series" in (run / "report.html").read_text(encoding="utf-8")
    assert main(["export", str(run), "--out", str(tmp_path / "bundle")]) == 0
    card = (tmp_path / "bundle" / "README.md").read_text(encoding="utf-8")
    assert "of 16 persons (16 by volume)." in card
    assert "No volume is on two sides; whether two volumes show one person, nothing tells." in card
    assert "AUC, top three" in card
    capsys.readouterr()
