"""The harness itself: it sees what an attack must not do."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.harness import MEGABYTES, SECONDS, Attack, Outcome, Scene, draw_attacks, run_attack
from tests.hostile.pictures import dicom, plain_pixels

GOOD = Outcome(code=0, out="{}", err="", seconds=1, megabytes=200, canary=False, left=(), document={"series": []})


def one_slice(scene: Scene) -> Path:
    (scene.inputs / "a.dcm").write_bytes(dicom(plain_pixels()))
    return scene.inputs / "a.dcm"


def attack(make: object = one_slice, **options: object) -> Attack:
    return Attack(name="x", clause="x", rule="x", make=make, **options)  # type: ignore[arg-type]


def test_a_good_file_breaks_no_rule(tmp_path: Path) -> None:
    row = attack(series=1, codes=())
    outcome = run_attack(row, tmp_path)
    assert outcome.faults(row) == []
    assert outcome.megabytes > 20
    assert outcome.seconds > 0.05


def test_a_canary_that_is_opened_is_seen(tmp_path: Path) -> None:
    outcome = run_attack(attack(lambda scene: scene.canary), tmp_path)
    assert "the canary was opened" in outcome.faults(attack())
    assert outcome.codes == {"E_UNKNOWN_FORMAT"}


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"code": None}, "no answer"),
        ({"code": 3}, "ended with 3"),
        ({"seconds": SECONDS + 1}, "6.0 s"),
        ({"megabytes": MEGABYTES + 1.0}, "MB"),
        ({"canary": True}, "canary"),
        ({"left": ("process x",)}, "left behind: process x"),
        ({"out": "E_INTERNAL"}, "E_INTERNAL"),
        ({"err": "Traceback (most recent call last)"}, "traceback"),
        ({"document": {}}, "no document"),
        ({"document": {"series": [1]}}, "1 series instead of 0"),
        ({"document": {"error": {"code": "E_HEADER"}}}, "E_HEADER"),
        ({"document": {"files": {"seen": 3, "opened": 1, "skipped": 1}}}, "add up"),
    ],
)
def test_every_rule_is_told_when_it_breaks(broken: dict[str, object], says: str) -> None:
    row = attack(series=0, codes=())
    assert GOOD.faults(row) == []
    (fault, *_) = replace(GOOD, **broken).faults(row)  # type: ignore[arg-type]
    assert says in fault


def test_every_rule_is_in_every_run_and_the_draw_is_the_same_again() -> None:
    rows = [replace(attack(), name=f"{rule} {number}", rule=rule) for rule in "abc" for number in range(9)]
    marked = [{mark.name for mark in one.marks} for one in draw_attacks(rows)]
    kept = [row for row, marks in zip(rows, marked, strict=True) if "on_demand" not in marks]
    assert [one.rule for one in kept] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    assert {"a 0", "b 0", "c 0"} < {one.name for one in kept}
    assert [one.marks for one in draw_attacks(rows)] == [one.marks for one in draw_attacks(rows)]
