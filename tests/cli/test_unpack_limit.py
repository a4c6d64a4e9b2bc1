"""`--unpack-limit`: what would unpack too far is a row that says how to allow it, and is then opened."""

from pathlib import Path

import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image

from desktop.cli.parser import parse_command, parse_launch
from desktop.state.launch_request import ReadingLimits
from imaging.base.errors import Refusal
from imaging.base.policy import ReadingPolicy
from tests.cli.conftest import Cli
from tests.hostile.archives import write_zip, zeros_member


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


@pytest.mark.parametrize("words", [["inspect", "x"], ["models"], ["model", "check", "x"], ["selftest"], ["about"]])
def test_every_command_takes_the_options_of_reading(words: list[str]) -> None:
    options = ["--unpack-limit", "7", "--memory-limit", "8", "--time-limit", "9", "--password-stdin"]
    _, request = parse_command([*words, *options])
    assert (request.unpack_limit, request.memory_limit, request.time_limit) == (7, 8, 9)
    assert request.password_stdin
    assert parse_launch(["x", *options[:-1]]).time_limit == 9


def test_limits_become_a_policy() -> None:
    policy = ReadingLimits(unpack_limit=7, memory_limit=8, time_limit=9).policy()
    assert (policy.unpacked_bytes, policy.memory_bytes, policy.seconds) == (7 * 2**20, 8 * 2**20, 9.0)
    assert ReadingLimits().policy() == ReadingPolicy()


def test_a_whole_archive_is_asked_about_and_then_opened(tmp_path: Path, cli: Cli) -> None:
    path = write_zip(tmp_path / "a.zip", [zeros_member(b"%d.txt" % number, 2) for number in range(3)])
    refused = cli("inspect", path, "--unpack-limit", 5, "--json")
    (row,) = refused.document["skipped"]
    assert (row["path"], row["code"]) == (str(path), "E_TOO_LARGE")
    assert "--unpack-limit 6" in row["message"]
    assert len(cli("inspect", path, "--unpack-limit", 6, "--json").document["skipped"]) == 3
