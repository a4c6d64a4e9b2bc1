import numpy as np
import pytest

from inference.contract.contract import Label, Task
from training.evaluate.answers import probabilities
from training.evaluate.calibrate import find_temperature, negative_log_likelihood

LABELS = tuple(Label(name=name, display=name) for name in "abcd")
TASKS = {
    "multiclass": Task(kind="multiclass", labels=LABELS),
    "binary": Task(kind="binary", labels=LABELS[:2]),
    "multilabel": Task(kind="multilabel", labels=LABELS),
    "several_outputs": Task(kind="several_outputs", labels=LABELS, heads=(("a", "b", "c"), ("d",))),
}


def drawn(task: Task, logits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Targets that follow the probabilities of the logits exactly."""
    shares = probabilities(logits.astype(np.float32), task)
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
