from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.base.errors import Refusal
from training.data.folds import HELD_OUT, make_folds, undo_fold
from training.data.split import Assigned, Split


def split_of(groups: list[tuple[str, int]]) -> Split:
    """A split whose training part has these groups (label, cases), beside a case for each other part."""
    rows = [
        Assigned(f"{number}-{one}", label, f"g{number}", "train")
        for number, (label, count) in enumerate(groups)
        for one in range(count)
    ]
    others = [Assigned(part, "a", part, part) for part in ("validation", "test")]
    return Split(seed=4, grouped_by="person", manifest_sha256="", counts={}, cases=(*rows, *others))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a+b", ""]), st.integers(1, 4)), max_size=30), st.integers(2, 4))
def test_each_training_case_is_held_out_once_and_with_its_whole_group(
    groups: list[tuple[str, int]], count: int
) -> None:
    split = split_of([*groups, *([("a", 1), ("b", 1), ("", 1)] * count)])
    folds = make_folds(split, count)
    held_out = [{case.name for case in fold.cases if case.part == HELD_OUT} for fold in folds]
    training = {case.name for case in split.cases if case.part == "train"}
    assert set.union(*held_out) == training
    assert sum(map(len, held_out)) == len(training)
    fold_of_group = {
        case.group: number for number, fold in enumerate(folds) for case in fold.cases if case.part == HELD_OUT
    }
    for number, names in enumerate(held_out):
        assert names == {c.name for c in split.cases if fold_of_group.get(c.group) == number}
    for fold in folds:
        assert [c for c in fold.cases if c.part in ("validation", "test")] == list(split.cases[-2:])
        assert undo_fold(fold) == split
        assert fold.sha256 != split.sha256


def test_labels_are_in_proportion() -> None:
    split = split_of([("a", 1)] * 40 + [("b", 1)] * 10)
    for fold in make_folds(split, 5):
        held = [case.label for case in fold.cases if case.part == HELD_OUT]
        assert (held.count("a"), held.count("b")) == (8, 2)


def test_too_few_groups_are_told_with_the_way_out() -> None:
    split = split_of([("a", 1)] * 9 + [("b", 50)] * 2)
    with pytest.raises(
        Refusal, match=r"3 folds need b in 3 groups at least, and the training part has 2. Ask for fewer"
    ):
        make_folds(split, 3)
    make_folds(replace(split), 2)
