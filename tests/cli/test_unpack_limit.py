"""`--unpack-limit`: what would unpack too far is a row that says how to allow it, and is then opened."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image

from desktop.cli.parser import parse_launch
from imaging.base.errors import Refusal
from tests.cli.conftest import Cli


def test_a_limit_below_and_above_what_a_file_unpacks_to(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "a.nii.gz"
    Nifti1Image(np.zeros((100, 100, 60), np.int32), np.eye(4)).to_filename(path)
    refused = cli("inspect", path, "--unpack-limit", 2, "--json")
    assert refused.code == 2
    (row,) = refused.document["skipped"]
    assert row["code"] == "E_TOO_LARGE"
    assert "--unpack-limit" in row["message"]
    assert cli("inspect", path, "--unpack-limit", 3, "--json").code == 0


@pytest.mark.parametrize("words", [["--unpack-limit", "0"], ["--unpack-limit", "many"], ["--unpack-limit=-3"]])
def test_a_limit_that_is_none(tmp_path: Path, cli: Cli, words: list[str]) -> None:
    assert cli("inspect", tmp_path, *words, "--json").code == 2
    with pytest.raises(Refusal):
        parse_launch([str(tmp_path), *words])


def test_the_window_takes_it_too() -> None:
    assert parse_launch(["x", "--unpack-limit", "2048"]).unpack_limit == 2048
