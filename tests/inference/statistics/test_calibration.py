"""Temperature, calibration error and reliability: by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from inference.classify.classifier import activate_logits
from inference.contract.contract import Label, Task
from inference.statistics.calibration import (
    calibration_error,
    find_temperature,
    negative_log_likelihood,
    reliability_curve,
)
from inference.statistics.judged_cases import JudgedCases

LABELS = tuple(Label(name=name, display=name) for name in "abcd")
TASKS = {
    "multiclass": Task(kind="multiclass", labels=LABELS),
    "binary": Task(kind="binary", labels=LABELS[:2]),
    "multilabel": Task(kind="multilabel", labels=LABELS),
    "several_outputs": Task(kind="several_outputs", labels=LABELS, heads=(("a", "b", "c"), ("d",))),
}


def drawn(task: Task, logits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Targets that follow the probabilities of the logits exactly."""
    activation = "sigmoid" if task.kind in ("binary", "multilabel") else "softmax"
    shares = np.stack([activate_logits(row, task=task, activation=activation) for row in logits.astype(np.float32)])
    chance = generator.uniform(size=(len(shares), len(task.heads) or 1))
    if task.kind == "multilabel":
        return (generator.uniform(size=shares.shape) < shares).astype(np.float32)
    heads = [[task.names.index(name) for name in head] for head in task.heads] or [list(range(len(task.names)))]
    targets = np.zeros(shares.shape, dtype=np.float32)
    for number, columns in enumerate(heads):
        if len(columns) == 1:
            targets[:, columns[0]] = chance[:, number] < shares[:, columns[0]]
        else:
            place = (chance[:, number : number + 1] > np.cumsum(shares[:, columns], axis=1)).sum(axis=1)
            targets[np.arange(len(shares)), np.array(columns)[np.minimum(place, len(columns) - 1)]] = 1
    return targets


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_put_in_is_found(kind: str, temperature: float) -> None:
    task, generator = TASKS[kind], np.random.default_rng(0)
    logits = generator.normal(0, 2, (6000, task.logits))
    targets = drawn(task, logits, generator)
    # What was not asked must not matter.
    if kind == "several_outputs":
        targets[::3, 3] = np.nan
    found = find_temperature((logits * temperature).astype(np.float32), targets, task)
    assert found == pytest.approx(temperature, rel=0.08)


def test_likelihood_by_hand() -> None:
    logits = np.array([[np.log(3.0), 0.0, 0.0, 0.0]], dtype=np.float32)
    targets = np.array([[1, 0, 0, 0]], dtype=np.float32)
    assert negative_log_likelihood(logits, targets, TASKS["multiclass"], 1.0) == pytest.approx(np.log(2))
    one = np.array([[np.log(3.0)]], dtype=np.float32)
    sick, well = np.array([[0, 1]], dtype=np.float32), np.array([[1, 0]], dtype=np.float32)
    assert negative_log_likelihood(one, sick, TASKS["binary"], 1.0) == pytest.approx(-np.log(0.75))
    assert negative_log_likelihood(one, well, TASKS["binary"], 1.0) == pytest.approx(-np.log(0.25))
    half = np.array([[1, 0, 0, np.nan]], dtype=np.float32)
    assert negative_log_likelihood(logits, half, TASKS["several_outputs"], 1.0) == pytest.approx(-np.log(3 / 5))


def test_calibration_error_by_hand() -> None:
    two = Task(kind="multiclass", labels=LABELS[:2])
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]], dtype=np.float32)
    cases = JudgedCases(two, np.eye(2, dtype=np.float32)[[0, 1, 1, 1]], shares, shares > 0.5)
    # Two cases at 0.9 of which one is right, two at 0.6 that both are: (2 × 0.4 + 2 × 0.4) / 4.
    assert calibration_error(cases, np.ones((1, 4)))[0] == pytest.approx(0.4, abs=1e-6)
    # Of yes and no, 0.1 is a probability of 0.9 for no.
    single = JudgedCases(
        Task(kind="multilabel", labels=LABELS[:1]),
        np.array([[0], [1], [1], [1]], dtype=np.float32),
        np.array([[0.1], [0.1], [0.6], [0.6]], dtype=np.float32),
        np.zeros((4, 1), dtype=bool),
    )
    assert calibration_error(single, np.ones((1, 4)))[0] == pytest.approx(0.4, abs=1e-6)


def test_reliability_agrees_with_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    shares = generator.dirichlet(np.ones(3), 400).astype(np.float32)
    labels = generator.integers(0, 3, 400)
    task = Task(kind="multiclass", labels=LABELS[:3])
    cases = JudgedCases(task, np.eye(3, dtype=np.float32)[labels], shares, np.zeros((400, 3), dtype=bool))
    right = labels == shares.argmax(axis=1)
    wanted = calibration_curve(right, shares.max(axis=1), n_bins=10)
    np.testing.assert_allclose(reliability_curve(cases, 10), wanted[::-1], atol=1e-6)
