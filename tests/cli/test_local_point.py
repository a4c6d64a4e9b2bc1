"""`validate --choose-point`, and `classify --local` and `report --local`, which decide by it and name it."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.bundle.catalog import user_models_folder
from inference.bundle.local_point import find_local_point
from tests.cli.conftest import Cli
from tests.inference.cases.table_files import make_rows, write_table, write_truth
from tests.inference.factory import make_bundle


@pytest.fixture
def sha256() -> str:
    return hashlib.sha256((make_bundle(user_models_folder()) / "bundle.json").read_bytes()).hexdigest()


@pytest.fixture
def tables(sha256: str, tmp_path: Path) -> tuple[Path, Path]:
    """240 cases of 120 persons whose truth is `bright` from 0.3 on, nine of ten times."""
    rows = make_rows(240, model_sha256=sha256)
    drawn = np.random.default_rng(3)
    truth = [
        {"path": row["path"], "label": ("normal", "bright")[(float(row["p_bright"]) >= 0.3) == (drawn.random() < 0.9)]}
        for row in rows
    ]
    return write_table(tmp_path / "r.csv", rows), write_table(tmp_path / "t.csv", truth)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.full((48, 48), 20, np.uint8)
    pixels[10:20, 5:15] = 250
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    return tmp_path / "a.png"


def test_it_is_chosen_on_some_persons_and_judged_on_the_others(
    tables: tuple[Path, Path], sha256: str, cli: Cli
) -> None:
    command = ("validate", tables[0], "--truth", tables[1], "--choose-point", "youden", "--json")
    (told,) = cli(*command).document["local_points"]
    assert 0.2 < told["threshold"] < 0.4
    assert told["label"] == "bright"
    assert (told["cases"], told["judged"]["n"], told["split_by"]) == (120, 120, "person")
    assert told["judged"]["accuracy"]["value"] > 0.8
    kept = find_local_point(sha256)
    assert kept is not None
    assert kept.model_dump(mode="json") == told
    # The same cases give the same choice.
    assert cli(*command).document["local_points"] == [told]


@pytest.mark.parametrize("aim", ["sensitivity=0.95", "specificity=0.9", "temperature"])
def test_it_is_used_and_named_where_it_is_asked_for(
    tables: tuple[Path, Path], sha256: str, picture: Path, aim: str, tmp_path: Path, cli: Cli
) -> None:
    before = cli("classify", picture, "--model", "tiny", "--json").document
    assert cli("classify", picture, "--model", "tiny", "--local").is_refused_with("E_MISSING")
    assert cli("validate", tables[0], "--truth", tables[1], "--choose-point", aim).code == 0
    point = find_local_point(sha256)
    assert point is not None
    answer = cli("classify", picture, "--model", "tiny", "--local", "--json").document
    result = answer["results"][0]
    assert answer["model"]["sha256"] == sha256
    assert answer["model"]["local"] == point.sentence
    assert point.sentence in result["advice"]
    if point.threshold is not None:
        assert result["threshold"] == {"bright": point.threshold}
        assert result["probabilities"] == before["results"][0]["probabilities"]
    else:
        assert point.calibration is not None
        assert result["probabilities"] != before["results"][0]["probabilities"]
    # Nothing else changed: without the option the bundle decides as ever.
    after = cli("classify", picture, "--model", "tiny", "--json").document
    assert after["model"] == before["model"]
    for one in (before, after):
        one["results"][0].pop("milliseconds")
    assert after["results"] == before["results"]
    out = tmp_path / "out"
    assert cli("report", picture, "--model", "tiny", "--local", "--formats", "json,html", "--out", out).code == 0
    assert point.sentence in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--choose-point", "best"), "E_ARGUMENT"),
        (("--choose-point", "sensitivity=2"), "E_ARGUMENT"),
        (("--choose-point", "youden", "--label", "dark"), "E_ARGUMENT"),
        (("--choose-point", "youden", "--share", "0.02"), "E_ARGUMENT"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    tables: tuple[Path, Path], sha256: str, options: tuple[str, ...], code: str, cli: Cli
) -> None:
    assert cli("validate", tables[0], "--truth", tables[1], *options).is_refused_with(code)
    assert find_local_point(sha256) is None


def test_a_model_that_is_not_here_gets_none(tmp_path: Path, cli: Cli) -> None:
    rows = make_rows(200)
    table, truth = write_table(tmp_path / "r.csv", rows), write_truth(tmp_path / "t.csv", rows)
    assert cli("validate", table, "--truth", truth, "--choose-point", "youden").is_refused_with("E_MISSING")
