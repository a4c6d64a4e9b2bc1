"""Phantoms for the engine: small tensors that a small network can learn, and splits and stages made for them."""

from pathlib import Path
from typing import Any

import numpy as np

from training.data.dataset import Case, Prepared
from training.data.split import Assigned, Split

SIDE = 32


def phantoms(count: int = 48, *, side: int = SIDE, kinds: int = 2) -> Prepared:
    """Noise with a bright bar, upright or lying (or in one of `kinds` places), normalised as the recipe does it."""
    drawn = np.random.default_rng(5)
    labels = np.arange(count) % kinds
    grey = drawn.uniform(0, 0.5, (count, 1, side, side)).astype(np.float32)
    for number, label in enumerate(labels):
        at = int(drawn.integers(4, side - 8))
        if label % 2:
            grey[number, 0, at : at + 4, :] += 0.5
        else:
            grey[number, 0, :, at : at + 4] += 0.5
    cases = tuple(
        Case(Path(f"{number}.png"), f"{number}.png", (f"label{label}",), f"person{number // 4}", f"{number:064x}")
        for number, label in enumerate(labels)
    )
    targets = np.eye(kinds, dtype=np.float32)[labels]
    return Prepared(cases, labels.astype(np.int64), targets, (grey - 0.5) / 0.5, ())


def split_of(prepared: Prepared, train: float = 0.5) -> Split:
    """The first share of the cases to learn from, the rest to judge by; persons of four cases are groups."""
    ends = round(len(prepared.cases) * train)
    return Split(
        seed=0,
        grouped_by="made up",
        manifest_sha256="",
        counts={},
        cases=tuple(
            Assigned(case.name, case.label, case.person, "train" if number < ends else "validation")
            for number, case in enumerate(prepared.cases)
        ),
    )


def stage(**changes: Any) -> dict[str, Any]:
    """A stage of three epochs at a constant rate, changed."""
    rates = {"head_learning_rate": 0.003, "backbone_learning_rate": 0.003}
    return {"name": "all", "epochs": 3, **rates, "rate": {"schedule": "constant"}} | changes
