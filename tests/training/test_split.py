from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.refusal import Refusal
from training.dataset import Case
from training.recipe import SplitPart
from training.split import PARTS, Split, load_split, make_split, save_split
from training.training_codes import TrainingCode

RULE = SplitPart(train=0.8, validation=0.1, test=0.1, duplicate_distance=4)


def _case(number: int, person: int, label: str) -> Case:
    return Case(Path(f"{number}.png"), f"{label}/{number}.png", label, f"{label}/{person}", f"{number:064x}")


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Case], list[int], int]:
    """Cases of two labels with 20 to 60 persons each, some pictures near-duplicates across persons and labels."""
    cases, hashes = [], []
    for label in ("normal", "pneumonia"):
        for person in range(draw(st.integers(20, 60))):
            for _ in range(draw(st.integers(1, 4))):
                cases.append(_case(len(cases), person, label))
                hashes.append(hash_of(len(cases)))
    for _ in range(draw(st.integers(0, 10))):
        one, other = draw(st.integers(0, len(cases) - 1)), draw(st.integers(0, len(cases) - 1))
        hashes[one] = hashes[other] ^ (1 << draw(st.integers(0, 63)))
    return cases, hashes, draw(st.integers(0, 2**31))


def hash_of(number: int) -> int:
    """Hashes that lie far apart: a number scattered over 64 bits."""
    return (number * 0x9E3779B97F4A7C15 ^ (number * 0xC2B2AE3D27D4EB4F) >> 7) % 2**64


@settings(max_examples=20)
@given(_worlds())
def test_nobody_is_on_two_sides(world: tuple[list[Case], list[int], int]) -> None:
    cases, hashes, seed = world
    split = make_split(cases, hashes, rule=RULE, seed=seed)
    part_of = {case.name: case.part for case in split.cases}
    assert set(part_of) == {case.name for case in cases}
    parts_of_person: dict[str, set[str]] = {}
    for case in cases:
        parts_of_person.setdefault(case.person, set()).add(part_of[case.name])
    assert all(len(parts) == 1 for parts in parts_of_person.values())
    for first, one in enumerate(cases):
        for second in range(first):
            if (hashes[first] ^ hashes[second]).bit_count() <= RULE.duplicate_distance:
                assert part_of[one.name] == part_of[cases[second].name]


@settings(max_examples=20)
@given(_worlds())
def test_parts_get_their_share_of_each_label(world: tuple[list[Case], list[int], int]) -> None:
    cases, hashes, seed = world
    split = make_split(cases, hashes, rule=RULE, seed=seed)
    largest = split.counts["largest_group"]
    for label in ("normal", "pneumonia"):
        total = sum(case.label == label for case in cases)
        for part in PARTS:
            have = sum(case.part == part and case.label == label for case in split.cases)
            assert abs(have - getattr(RULE, part) * total) <= largest + 1


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path: Path) -> None:
    cases = [_case(number, number // 2, ("normal", "pneumonia")[number % 4 // 2]) for number in range(200)]
    hashes = [hash_of(number) for number in range(200)]
    one, again, other = (make_split(cases, hashes, rule=RULE, seed=seed) for seed in (1, 1, 2))
    assert one.sha256 == again.sha256 != other.sha256
    save_split(one, tmp_path / "split.json")
    assert load_split(tmp_path / "split.json") == one
    assert load_split(tmp_path / "split.json").sha256 == one.sha256


def test_too_few_groups_are_refused() -> None:
    cases = [_case(0, 0, "normal"), *(_case(number, number, "pneumonia") for number in range(1, 30))]
    with pytest.raises(Refusal, match="too few groups of normal") as caught:
        make_split(cases, [hash_of(number) for number in range(30)], rule=RULE, seed=0)
    assert caught.value.code is TrainingCode.SPLIT


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"seed": "x"}', b"\xff"])
def test_a_damaged_split_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "split.json").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        load_split(tmp_path / "split.json")
    assert caught.value.code is TrainingCode.SPLIT


def test_positions_follow_the_order_of_the_cases() -> None:
    cases = [_case(number, number, ("normal", "pneumonia")[number % 2]) for number in range(60)]
    split: Split = make_split(cases, [hash_of(number) for number in range(60)], rule=RULE, seed=0)
    positions = [int(number) for part in PARTS for number in split.indices(part, cases)]
    assert sorted(positions) == list(range(60))
