"""The lists of models that run inside: the program's own is current, an administrator's is read, faults are named."""

from pathlib import Path

import pytest

import resources
from inference.classify.allowed_models import allowed_models, is_allowed, shipped_models
from inference.contract.storage import sha256_of

MODELS = Path(resources.__file__).parent / "models"
HASH = "0123456789abcdef" * 4


@pytest.fixture
def allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an administrator's list stands."""
    monkeypatch.setattr("platformdirs.site_config_path", lambda name, appauthor: tmp_path / name)
    (tmp_path / "slicelens").mkdir()
    return tmp_path / "slicelens" / "models.allow"


def test_the_list_that_ships_is_of_the_models_that_ship() -> None:
    found = {sha256_of(path.read_bytes()) for path in MODELS.glob("*/bundle.json")}
    assert shipped_models().hashes == found
    assert shipped_models().faults == ()


def test_no_list_is_no_fault(allow: Path) -> None:
    assert allowed_models() == ()
    assert not is_allowed(HASH)
    assert not is_allowed("")


@pytest.mark.parametrize(
    ("text", "allowed", "faults"),
    [
        (f"{HASH}\n", True, 0),
        (f"  {HASH.upper()}  a name\r\n\r\n# a remark\n", True, 0),
        (f"{HASH}", True, 0),
        (f"{HASH}0\n", False, 1),
        (f"{HASH[:-1]}\n", False, 1),
        (f"tiny {HASH}\n{HASH}\n\xff", True, 2),
        (f"# {HASH}\n", False, 0),
        ("", False, 0),
        ("x" * (2**20 + 1), False, 1),
    ],
)
def test_lines_are_hashes_or_named(allow: Path, text: str, allowed: bool, faults: int) -> None:
    allow.write_bytes(text.encode("latin-1"))
    assert is_allowed(HASH) is allowed
    assert [len(one.faults) for one in allowed_models()] == ([faults] if allowed or faults else [])


def test_a_list_that_is_no_file_is_a_fault(allow: Path) -> None:
    allow.mkdir()
    (found,) = allowed_models()
    assert found.faults
