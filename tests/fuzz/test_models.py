"""Models with damaged fields: an answer for each, never an exception; 2,000 of each kind on demand."""

import random
from pathlib import Path

import pytest

from inference.bundle.provisional import open_onnx
from tests.fuzz.models import KINDS, fuzz_models
from tests.fuzz.structures import damage_graph, damage_json, damage_tensors
from tests.inference.factory import make_bundle, make_contract, tiny_model


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("count", "seed"),
    [(25, 1), pytest.param(2000, 2, marks=[pytest.mark.on_demand, pytest.mark.timeout(7200)])],
    ids=["25", "2000"],
)
@pytest.mark.leaves("the process of the last graph is kept for the next one")
def test_damaged_models_are_answered(kind: str, count: int, seed: int) -> None:
    verdict = fuzz_models(kind, count=count, seed=seed)
    assert verdict.faults == ()
    assert sum(verdict.codes.values()) == count
    # Damage that leaves everything whole, or nothing, would find nothing out.
    assert 0 < verdict.codes["opened"] < count or kind == "tensors"
    assert len(verdict.codes) > 1


def test_the_same_seed_gives_the_same_damage_and_most_of_it_changes_something(tmp_path: Path) -> None:
    folder = make_bundle(tmp_path)
    for damage, content in (
        (damage_graph, tiny_model(make_contract())),
        (damage_json, (folder / "bundle.json").read_bytes()),
        (damage_tensors, (folder / "golden/ramp.safetensors").read_bytes()),
    ):
        made = [damage(content, random.Random(seed)) for seed in range(40)]
        assert made == [damage(content, random.Random(seed)) for seed in range(40)]
        assert len({bytes_ for _, bytes_ in made}) > 25


def test_a_fault_of_ours_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tests.fuzz.models.open_onnx", broken)
    assert fuzz_models("graph", count=1, seed=1).faults
    assert open_onnx is not broken
