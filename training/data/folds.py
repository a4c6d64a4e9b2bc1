"""Folds: the training part of a split in K parts, each held out by one of K fits.

Validation and test are the same in every fold, so the K networks are chosen on the same cases, none of them has seen
the test part, and together they can be one ensemble.
"""

from collections import defaultdict
from dataclasses import replace

from imaging.base.errors import Refusal
from training.data.split import Split, deal_groups
from training.recipe.recipe import TrainingCode

HELD_OUT = "held_out"
"""The part of a fold's split that its network never sees."""


def make_folds(split: Split, count: int) -> tuple[Split, ...]:
    """Return `count` splits; each training case is held out in just one, with its whole group, labels in proportion.

    Raises `Refusal` (SPLIT) if a label stands in too few groups to be in every fold.
    """
    training = [case for case in split.cases if case.part == "train"]
    labels = [case.label.split("+") for case in training]
    groups_of: defaultdict[str, set[str]] = defaultdict(set)
    for case, held in zip(training, labels, strict=True):
        for label in held:
            groups_of[label].add(case.group)
    for label, groups in sorted(groups_of.items()):
        if len(groups) < count:
            words = f"{count} folds need {label} in {count} groups at least, and the training part has {len(groups)}"
            raise Refusal(TrainingCode.SPLIT, f"{words}. Ask for fewer folds, or bring more persons.")
    shares = {str(number): 1 / count for number in range(count)}
    fold_of = deal_groups(labels, [case.group for case in training], shares, split.seed)
    return tuple(
        replace(
            split,
            cases=tuple(
                replace(case, part=HELD_OUT) if case.part == "train" and fold_of[case.group] == number else case
                for case in split.cases
            ),
        )
        for number in shares
    )


def undo_fold(split: Split) -> Split:
    """Return the split that a fold was made of; of a split that is no fold, itself."""
    cases = tuple(replace(case, part="train") if case.part == HELD_OUT else case for case in split.cases)
    return replace(split, cases=cases)
