"""`about` and `selftest`: what a hospital's IT files."""

import re
from pathlib import Path

import pytest

from desktop.cli.commands import selftest as command
from desktop.cli.commands.selftest import Check, run_checks
from imaging.base.errors import Refusal
from imaging.base.progress import finish
from inference.bundle.catalog import user_models_folder
from inference.contract.codes import ModelCode
from inference.torch_availability import torch_available
from tests.cli.conftest import Cli
from tests.inference.factory import make_bundle
from tests.reading import READING

NOTICE = "Research use only. Not for diagnosis."


@pytest.fixture
def lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the lite edition: torch takes seconds, and its own tests know it."""
    monkeypatch.setattr("desktop.cli.commands.selftest.torch_available", lambda: False)


def test_about_names_program_models_and_licences(cli: Cli) -> None:
    answer = cli("about", "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert document["version"] == 2
    assert set(document["program"]) == {"version", "build", "made", "name", "is_built", "system"}
    model = next(row for row in document["models"] if row["id"] == "pneumonia-cxr")
    assert re.fullmatch(r"[0-9a-f]{64}", model["sha256"])
    assert document["notice"] == NOTICE
    text = cli("about").out
    assert model["sha256"] in text
    assert NOTICE in text


@pytest.mark.usefixtures("lite")
def test_selftest_passes_here_and_says_what_it_stands_on(cli: Cli) -> None:
    answer = cli("selftest", "--json")
    assert answer.code == 0, answer.err
    document = answer.document
    assert document["passed"] is True
    kinds = {row["name"].partition(":")[0] for row in document["checks"]}
    assert kinds == {"files", "decoder", "display", "model", "list", "place"}
    assert document["libraries"]["pydicom"]
    assert document["notice"] == NOTICE


@pytest.mark.usefixtures("lite")
def test_selftest_says_where_models_run_and_names_what_is_wrong_with_a_list(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_bundle(user_models_folder())
    monkeypatch.setattr("platformdirs.site_config_path", lambda name, appauthor: tmp_path)
    (tmp_path / "models.allow").write_text(f"# ours\n{'0' * 64}\nnot a hash\n")
    answer = cli("selftest", "--json", "--time-limit", "20")
    assert answer.is_refused_with("E_DAMAGED")
    checks = {row["name"]: row for row in answer.document["checks"]}
    assert checks["model: pneumonia-cxr"]["says"].endswith("runs in the program")
    assert checks["model: tiny"]["says"].endswith("runs in a process of its own")
    assert not checks["list: models.allow"]["ok"]
    assert "1 model runs" in checks["list: models.allow"]["says"]
    assert "Line 3 " in checks["list: models.allow"]["says"]
    assert [row["name"] for row in checks.values() if not row["ok"]] == ["list: models.allow"]
    limits = answer.document["limits"]
    assert limits["seconds"] == 20
    assert limits["model_bytes"] == 512 * 2**20


def test_a_failed_check_is_2_and_names_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_fails(reading):
        yield from ()
        return [Check("files", True, "whole"), Check("decoder: RLE", False, "It gives other pixels than it must.")]

    monkeypatch.setattr(command, "run_checks", one_fails)
    answer = cli("selftest")
    assert answer.is_refused_with("E_DAMAGED")
    assert "other pixels" in answer.err
    assert "FAILED  decoder: RLE" in answer.out
    assert "1 checks passed, 1 failed" in answer.out
    assert cli("selftest", "--json").document["passed"] is False


@pytest.mark.skipif(not torch_available(), reason="this edition has no torch")
def test_a_torch_path_that_does_not_start_is_one_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(bundle: object) -> None:
        raise Refusal(ModelCode.NO_TORCH, "It does not load.")

    monkeypatch.setattr("inference.torch_path.proof.load_bundle_network", refused)
    found = finish(run_checks(READING))
    failed = [check for check in found if not check.ok]
    assert failed
    assert {check.says for check in failed} == {"It does not load."}
    assert all(check.name.startswith("torch: ") for check in failed)
    assert found[-1].name.startswith("place: ")
