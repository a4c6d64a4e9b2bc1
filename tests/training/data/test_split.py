import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from imaging.base.progress import finish
from training.data.dataset import Case, list_cases
from training.data.perceptual_hash import TURNS, Hashes, NearDuplicates
from training.data.split import PARTS, Split, count_leaks, hash_cases, load_split, make_split, save_split
from training.recipe.recipe import Recipe, SplitPart, TrainingCode
from training.recipe.recipe_files import read_recipe, recipe_path

RULE = SplitPart(train=0.8, validation=0.1, test=0.1, duplicate_distance=4)


def _case(number: int, person: int, label: str) -> Case:
    return Case(Path(f"{number}.png"), f"{label}/{number}.png", (label,), f"{label}/{person}", f"{number:064x}")


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


def unturned(hashes: list[int]) -> list[Hashes]:
    """Pictures that look the same however they are turned."""
    return [(one,) * len(TURNS) for one in hashes]


@settings(max_examples=20)
@given(_worlds())
def test_nobody_is_on_two_sides(world: tuple[list[Case], list[int], int]) -> None:
    cases, hashes, seed = world
    split = make_split(cases, unturned(hashes), rule=RULE, seed=seed)
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
    split = make_split(cases, unturned(hashes), rule=RULE, seed=seed)
    largest = split.counts["largest_group"]
    for label in ("normal", "pneumonia"):
        total = sum(case.label == label for case in cases)
        for part in PARTS:
            have = sum(case.part == part and case.label == label for case in split.cases)
            assert abs(have - getattr(RULE, part) * total) <= largest + 1


@settings(max_examples=15)
@given(_worlds(), st.randoms(use_true_random=False), st.sampled_from(["grouped", "random"]))
def test_the_order_of_files_does_not_matter(
    world: tuple[list[Case], list[int], int], chance: random.Random, protocol: str
) -> None:
    cases, hashes, seed = world
    rule = RULE.model_copy(update={"protocol": protocol})
    order = list(range(len(cases)))
    chance.shuffle(order)
    shuffled = make_split([cases[n] for n in order], unturned([hashes[n] for n in order]), rule=rule, seed=seed)
    assert shuffled.to_bytes() == make_split(cases, unturned(hashes), rule=rule, seed=seed).to_bytes()


@settings(max_examples=15)
@given(_worlds(), st.sampled_from(["random", "published"]))
def test_leaks_are_those_of_a_plain_search(world: tuple[list[Case], list[int], int], protocol: str) -> None:
    cases, hashes, seed = world
    told = {"train": r"/\d*[0-6]\.png$", "test": r"/\d*[7-9]\.png$"}
    rule = RULE.model_copy(update={"protocol": protocol, "published": told})
    cases[1] = replace(cases[1], sha256=cases[-1].sha256)
    split = make_split(cases, unturned(hashes), rule=rule, seed=seed)
    part = {case.name: case.part for case in split.cases}
    pairs = [(one, other) for one in range(len(cases)) for other in range(one)]
    apart = [pair for pair in pairs if part[cases[pair[0]].name] != part[cases[pair[1]].name]]
    near = [pair for pair in apart if (hashes[pair[0]] ^ hashes[pair[1]]).bit_count() <= 4]
    assert split.counts["leak_near_duplicate_pairs"] == len(near)
    same = [pair for pair in apart if cases[pair[0]].sha256 == cases[pair[1]].sha256]
    assert split.counts["leak_same_file_pairs"] == len(same)
    parts_of: dict[str, set[str]] = {}
    for case in cases:
        parts_of.setdefault(case.person, set()).add(part[case.name])
    assert split.counts["leak_persons"] == sum(len(parts) > 1 for parts in parts_of.values())
    seen = {number for pair in near for number in pair if part[cases[number].name] == "test"}
    assert split.counts["test_cases_near_duplicate_seen"] == len(seen)
    persons_seen = {case.person for case in cases if part[case.name] != "test"}
    tests = [case for case in cases if part[case.name] == "test"]
    assert split.counts["test_cases_person_seen"] == sum(case.person in persons_seen for case in tests)


def test_what_leaks_is_counted_on_a_set_made_for_it() -> None:
    cases = [_case(number, person, "a") for number, person in enumerate([0, 0, 1, 2, 3, 4])]
    cases[3] = replace(cases[3], sha256=cases[2].sha256)
    far = [hash_of(number) for number in range(6)]
    hashes = [far[0], far[1], far[2], far[2], far[4], far[4] ^ 0b1011]
    parts = ["train", "test", "train", "test", "validation", "test"]
    assert count_leaks(cases, NearDuplicates(unturned(hashes), 4), parts) == {
        "leak_same_file_pairs": 1,
        "leak_near_duplicate_pairs": 2,
        "leak_persons": 1,
        "test_cases_same_file_seen": 1,
        "test_cases_near_duplicate_seen": 2,
        "test_cases_person_seen": 1,
    }


def test_a_published_split_keeps_its_parts_and_cuts_validation_out_of_train_by_groups() -> None:
    cases, hashes = [], []
    for number in range(240):
        part = "testing" if number % 5 == 0 else "training"
        label = ("normal", "pneumonia")[number % 2]
        cases.append(replace(_case(number, number // 3, label), name=f"{part}/{label}/{number}.png"))
        hashes.append(hash_of(number))
    rule = RULE.model_copy(update={"protocol": "published", "published": {"train": "^training/", "test": "^testing/"}})
    split = make_split(cases, unturned(hashes), rule=rule, seed=4)
    person = {case.name: case.person for case in cases}
    trained = {person[case.name] for case in split.cases if case.part == "train"}
    judged = {person[case.name] for case in split.cases if case.part == "validation"}
    assert judged
    assert not trained & judged
    assert all((case.part == "test") == case.name.startswith("testing/") for case in split.cases)
    share = sum(case.part == "validation" for case in split.cases) / 192
    assert abs(share - 1 / 9) < 0.03
    assert split.counts["leak_persons"] > 0


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ({}, "must tell train and test"),
        (
            {"train": "normal", "test": "nothing"},
            "pneumonia/1.png: .* patterns give it no part",
        ),
        ({"train": "png", "test": "normal"}, "several parts: train, test"),
        ({"train": "normal", "test": "pneumonia"}, "There are no pictures of"),
    ],
)
def test_names_that_do_not_tell_the_published_parts_are_refused(published: dict[str, str], words: str) -> None:
    cases = [_case(number, number, ("normal", "pneumonia")[number % 2]) for number in range(60)]
    rule = RULE.model_copy(update={"protocol": "published", "published": published})
    with pytest.raises(Refusal, match=words) as caught:
        make_split(cases, unturned([hash_of(number) for number in range(60)]), rule=rule, seed=0)
    assert caught.value.code is TrainingCode.SPLIT


def test_a_split_that_knows_no_flips_lets_mirrored_twins_cross_and_counts_them() -> None:
    """Every third picture of a person has a twin that was saved again, and one that was mirrored."""
    cases = [_case(number, number, ("normal", "pneumonia")[number // 3 % 2]) for number in range(360)]
    hashes = []
    for first in range(0, 360, 3):
        turned = [hash_of(16 * first + turn + 1) for turn in range(len(TURNS))]
        hashes += [tuple(turned), (turned[0] ^ 1, *turned[1:]), (turned[1], turned[0], *turned[2:])]
    rule = RULE.model_copy(update={"protocol": "grouped_upright"})
    split = make_split(cases, hashes, rule=rule, seed=0)
    part_of = {case.name: case.part for case in split.cases}
    parts = [tuple(part_of[case.name] for case in cases[first : first + 3]) for first in range(0, 360, 3)]
    assert all(one == saved_again for one, saved_again, _ in parts)
    crossing = sum(one != mirrored for one, _, mirrored in parts)
    assert crossing > 10
    assert split.counts["leak_near_duplicate_pairs"] == 2 * crossing
    assert split.counts["test_cases_near_duplicate_seen"] > 0
    # Groups, over which intervals are drawn, are those of a hash that knows flips.
    assert len(split.groups()) == 360
    assert len(set(split.groups().values())) == split.counts["groups"] == 120
    assert make_split(cases, hashes, rule=RULE, seed=0).counts.keys().isdisjoint({"leak_near_duplicate_pairs"})


def test_cases_of_several_labels_give_each_label_its_share() -> None:
    sets = [("a",), ("a", "b"), ("b",), ()]
    cases = [replace(_case(number, number, "x"), labels=sets[number % 4]) for number in range(400)]
    split = make_split(cases, unturned([hash_of(number) for number in range(400)]), rule=RULE, seed=0)
    for part in PARTS:
        of_part = [case.label for case in split.cases if case.part == part]
        for label in ("a", "a+b", "b", ""):
            assert abs(of_part.count(label) - getattr(RULE, part) * 100) <= 8


def test_hashing_needs_no_more_than_one_slice_and_tells_what_it_skipped(pictures: Path, recipe: Recipe) -> None:
    cases = list_cases(pictures, recipe)[:3]
    gone = replace(cases[1], path=pictures / "gone.png")
    kept, hashes, skipped = finish(hash_cases([cases[0], gone, cases[2]], recipe))
    assert kept == [cases[0], cases[2]]
    assert len(hashes) == 2
    assert [row.path for row in skipped] == [cases[1].name]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_shipped_split_is_made_again_from_the_shared_data(shared: Path, root: Path) -> None:
    recipe = read_recipe(recipe_path("pneumonia_lite0"))
    cases, hashes, skipped = finish(hash_cases(list_cases(shared, recipe), recipe))
    bundle = json.loads((root / "resources/models/pneumonia-cxr/bundle.json").read_bytes())
    assert skipped == ()
    split = make_split(cases, hashes, rule=recipe.split, seed=recipe.fit.seed)
    assert split.sha256 == bundle["provenance"]["split_sha256"]


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path: Path) -> None:
    cases = [_case(number, number // 2, ("normal", "pneumonia")[number % 4 // 2]) for number in range(200)]
    hashes = [hash_of(number) for number in range(200)]
    one, again, other = (make_split(cases, unturned(hashes), rule=RULE, seed=seed) for seed in (1, 1, 2))
    assert one.sha256 == again.sha256 != other.sha256
    save_split(one, tmp_path / "split.json")
    assert load_split(tmp_path / "split.json") == one
    assert load_split(tmp_path / "split.json").sha256 == one.sha256


def test_too_few_groups_are_refused() -> None:
    cases = [_case(0, 0, "normal"), *(_case(number, number, "pneumonia") for number in range(1, 30))]
    with pytest.raises(Refusal, match="too few groups of normal") as caught:
        make_split(cases, unturned([hash_of(number) for number in range(30)]), rule=RULE, seed=0)
    assert caught.value.code is TrainingCode.SPLIT


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"seed": "x"}', b"\xff"])
def test_a_damaged_split_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "split.json").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        load_split(tmp_path / "split.json")
    assert caught.value.code is TrainingCode.SPLIT


def test_positions_follow_the_order_of_the_cases() -> None:
    cases = [_case(number, number, ("normal", "pneumonia")[number % 2]) for number in range(60)]
    split: Split = make_split(cases, unturned([hash_of(number) for number in range(60)]), rule=RULE, seed=0)
    positions = [int(number) for part in PARTS for number in split.indices(part, cases)]
    assert sorted(positions) == list(range(60))
