import numpy as np
import pytest

from training.fit.batches import PartCases, count_steps, draw_batches, number_kinds
from training.recipe.recipe import Fit

PLACES = np.arange(100, 130)
PART = PartCases(PLACES, np.arange(30), np.arange(30) // 3, np.array([0] * 24 + [1] * 6))


def rule(**changes: object) -> Fit:
    return Fit.model_construct(**{"seed": 1, "batch": 8, "balance": "none", "one_of_each_group": False} | changes)


def shown(part: PartCases, fit: Fit, epoch: int) -> np.ndarray:
    return np.concatenate([batch.rows for batch in draw_batches(part, fit, epoch)])


def test_every_case_is_shown_once_in_batches_of_nearly_one_size() -> None:
    found = draw_batches(PART, rule(), 0)
    assert sorted(np.concatenate([batch.rows for batch in found])) == PLACES.tolist()
    assert len(found) == count_steps(PART, rule()) == 4
    assert {len(batch.rows) for batch in found} == {7, 8}
    assert all(len(batch.seeds) == len(batch.rows) for batch in found)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    first = shown(PART, rule(), 0)
    assert (shown(PART, rule(), 0) == first).all()
    assert (shown(PART, rule(), 1) != first).any()
    assert (shown(PART, rule(seed=2), 0) != first).any()
    assert (shown(PART, rule(seed=-1), 0) != first).any()


def test_a_case_keeps_its_seed_wherever_it_stands() -> None:
    def seed_of(fit: Fit) -> dict[int, int]:
        found = draw_batches(PART, fit, 3)
        return {int(p): int(s) for batch in found for p, s in zip(batch.rows, batch.seeds, strict=True)}

    assert seed_of(rule()) == seed_of(rule(batch=5))
    fewer = PartCases(PLACES - 100, PART.numbers, PART.groups, PART.kinds)
    there = {int(s) for batch in draw_batches(fewer, rule(), 3) for s in batch.seeds}
    assert there == set(seed_of(rule()).values()), "whatever else is prepared"
    assert len(set(seed_of(rule()).values())) == 30


def test_one_of_each_group_is_drawn_anew_each_epoch() -> None:
    fit = rule(one_of_each_group=True)
    epochs = [shown(PART, fit, epoch) for epoch in range(30)]
    for places in epochs:
        assert sorted(PART.groups[places - 100]) == list(range(10))
    assert count_steps(PART, fit) == 2
    assert set(np.concatenate(epochs).tolist()) == set(PLACES.tolist())


def test_sampling_shows_classes_equally_often_and_repeats_with_other_changes() -> None:
    found = draw_batches(PART, rule(balance="sampling"), 0)
    places = np.concatenate([batch.rows for batch in found])
    kinds = PART.kinds[places - 100]
    assert (kinds == 0).sum() == (kinds == 1).sum() == 15
    counts = np.bincount(places - 100, minlength=30)
    assert set(counts[24:]) == {2, 3}, "rare ones in turn"
    seeds = np.concatenate([batch.seeds for batch in found])
    assert len(set(seeds.tolist())) == len(places)


def test_kinds_are_combinations_of_answers() -> None:
    targets = np.array([[1, 0], [1, np.nan], [1, 0], [0, 0], [1, np.nan]], dtype=np.float32)
    kinds = number_kinds(targets)
    assert kinds[0] == kinds[2]
    assert kinds[1] == kinds[4]
    assert len(set(kinds.tolist())) == 3


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 64, 65])
def test_no_batch_is_larger_than_asked_or_tiny(count: int) -> None:
    part = PartCases(np.arange(count), np.arange(count), np.arange(count), np.zeros(count, dtype=np.int64))
    sizes = [len(batch.rows) for batch in draw_batches(part, rule(), 0)]
    assert max(sizes) <= 8
    assert max(sizes) - min(sizes) <= 1
