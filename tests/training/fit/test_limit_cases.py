from collections import Counter

import pytest

from training.data.split import Assigned, Split
from training.fit.batches import limit_cases


def split(sizes: dict[tuple[str, str], int], group: int) -> Split:
    cases = [
        Assigned(f"{part}{label}{number}", label, f"{part}{label}{number // group}", part)
        for (part, label), count in sizes.items()
        for number in range(count)
    ]
    return Split(seed=0, grouped_by="", manifest_sha256="", counts={}, cases=tuple(cases))


SIZES = {("train", "a"): 300, ("train", "b"): 100, ("validation", "a"): 60, ("validation", "b"): 20, ("test", "a"): 50}


@pytest.mark.parametrize("limit", [4, 10, 48, 96, 479])
def test_parts_and_labels_keep_their_proportions(limit: int) -> None:
    whole = split(SIZES, 1)
    names = limit_cases(whole, limit, 0)
    counts = Counter((case.part, case.label) for case in whole.cases if case.name in names)
    assert len(names) == limit
    assert set(counts) == {key for key in SIZES if key[0] != "test"}
    for key, count in counts.items():
        assert abs(count - limit * SIZES[key] / 480) < 2


def test_groups_stay_whole_where_that_fits() -> None:
    whole = split(SIZES, 4)
    names = limit_cases(whole, 96, 0)
    taken = Counter(case.group for case in whole.cases if case.name in names)
    assert len(names) == 96
    assert set(taken.values()) == {4}


def test_one_large_group_is_cut_rather_than_left_out() -> None:
    names = limit_cases(split({("train", "a"): 100, ("validation", "a"): 100}, 100), 10, 0)
    assert len(names) == 10


def test_a_limit_beyond_all_takes_all_and_the_draw_follows_the_seed() -> None:
    whole = split(SIZES, 1)
    assert len(limit_cases(whole, 9999, 0)) == 480
    assert limit_cases(whole, 50, 0) == limit_cases(whole, 50, 0) != limit_cases(whole, 50, 1)
