import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score
from torch.nn import functional

from inference.contract.contract import Label, Task
from training.fit.loop import Loss, loss_terms, validation_figures, weigh_classes


def task(kind: str, count: int, heads: tuple[tuple[str, ...], ...] = ()) -> Task:
    labels = tuple(Label(name=f"l{number}", display="") for number in range(count))
    return Task.model_construct(kind=kind, labels=labels, heads=heads)


@pytest.fixture
def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_multiclass_is_torchs_own(drawn: torch.Generator) -> None:
    logits, labels = torch.randn(20, 3, generator=drawn), torch.randint(0, 3, (20,), generator=drawn)
    targets = functional.one_hot(labels, 3).float()
    terms = loss_terms(task("multiclass", 3))
    wanted = functional.cross_entropy(logits, labels, label_smoothing=0.1)
    torch.testing.assert_close(Loss(terms, smoothing=0.1).mean(logits, targets), wanted)
    weights = weigh_classes(targets, task("multiclass", 3))
    wanted = functional.cross_entropy(logits, labels, weight=weights[0][:, 1])
    torch.testing.assert_close(Loss(terms, weights).mean(logits, targets), wanted)


def test_one_logit_is_the_probability_of_the_second_label(drawn: torch.Generator) -> None:
    logits, labels = torch.randn(20, 1, generator=drawn), torch.randint(0, 2, (20,), generator=drawn)
    targets = functional.one_hot(labels, 2).float()
    loss = Loss(loss_terms(task("binary", 2)))
    wanted = functional.binary_cross_entropy_with_logits(logits[:, 0], labels.float())
    torch.testing.assert_close(loss.mean(logits, targets), wanted)


def test_multilabel_counts_answered_cells_only(drawn: torch.Generator) -> None:
    logits, targets = torch.randn(9, 4, generator=drawn), torch.randint(0, 2, (9, 4), generator=drawn).float()
    targets[2, 1] = targets[5, 3] = torch.nan
    answered = ~targets.isnan()
    wanted = functional.binary_cross_entropy_with_logits(logits[answered], targets[answered])
    torch.testing.assert_close(Loss(loss_terms(task("multilabel", 4))).mean(logits, targets), wanted)


def test_heads_are_added_and_one_that_was_not_asked_counts_nothing(drawn: torch.Generator) -> None:
    of = task("several_outputs", 4, (("l0", "l1"), ("l3",), ("l2",)))
    logits = torch.randn(6, 4, generator=drawn)
    targets = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, torch.nan, 1]] * 2)
    asked = ~targets[:, 2].isnan()
    wanted = (
        functional.cross_entropy(logits[:, :2], targets[:, :2])
        + functional.binary_cross_entropy_with_logits(logits[:, 3], targets[:, 3])
        + functional.binary_cross_entropy_with_logits(logits[asked, 2], targets[asked, 2])
    )
    torch.testing.assert_close(Loss(loss_terms(of)).mean(logits, targets), wanted)
    targets[:, 2] = torch.nan
    assert torch.isfinite(Loss(loss_terms(of)).mean(logits, targets))


@pytest.mark.parametrize("kind", ["multiclass", "multilabel", "several_outputs"])
def test_the_loss_of_a_batch_is_that_of_its_shares(kind: str, drawn: torch.Generator) -> None:
    of = task(kind, 3, (("l0", "l1"), ("l2",)) if kind == "several_outputs" else ())
    logits = torch.randn(10, 3, generator=drawn)
    targets = functional.one_hot(torch.randint(0, 3, (10,), generator=drawn), 3).float()
    loss = Loss(loss_terms(of), weigh_classes(targets, of), 0.1)
    sums = loss.sums(logits[:3], targets[:3]) + loss.sums(logits[3:], targets[3:])
    torch.testing.assert_close(loss.value(sums, loss.amounts(targets)), loss.mean(logits, targets))


def test_class_weights_make_every_class_count_the_same_with_mean_1() -> None:
    labels = np.array([0] * 10 + [1] * 30)
    targets = functional.one_hot(torch.from_numpy(labels), 3).float()
    weights = weigh_classes(targets, task("multiclass", 3))[0][:, 1].numpy()
    assert weights[0] * 10 == pytest.approx(weights[1] * 30)
    assert weights[labels].mean() == pytest.approx(1.0)
    assert weights[2] == 1.0, "a class that is not there"
    of_cells = weigh_classes(targets[:, :2], task("multilabel", 2))[0].numpy()
    assert of_cells[0, 0] * 30 == pytest.approx(of_cells[0, 1] * 10)


@pytest.mark.parametrize(("kind", "count"), [("multiclass", 3), ("multiclass", 2), ("binary", 2)])
def test_the_figures_of_an_epoch_are_scikit_learns(kind: str, count: int, drawn: torch.Generator) -> None:
    of = task(kind, count)
    outputs = 1 if kind == "binary" else count
    logits, labels = torch.randn(40, outputs, generator=drawn), torch.randint(0, count, (40,), generator=drawn)
    targets = functional.one_hot(labels, count).float()
    decided = (logits[:, 0] > 0).long() if kind == "binary" else logits.argmax(dim=1)
    found = validation_figures(logits.numpy(), targets.numpy(), Loss(loss_terms(of)))
    # Of two labels, precision and recall are the second's, as of Keras's one sigmoid; of more, the mean.
    average = "binary" if count == 2 else "macro"
    assert found["accuracy"] == pytest.approx(accuracy_score(labels, decided))
    assert found["precision"] == pytest.approx(precision_score(labels, decided, average=average))
    assert found["recall"] == pytest.approx(recall_score(labels, decided, average=average))
    assert found["macro_f1"] == pytest.approx(f1_score(labels, decided, average="macro"))


def test_the_figures_of_an_epoch_count_only_who_was_asked(drawn: torch.Generator) -> None:
    of = task("several_outputs", 3, (("l0", "l1"), ("l2",)))
    logits = torch.randn(20, 3, generator=drawn)
    targets = functional.one_hot(torch.randint(0, 2, (20,), generator=drawn), 3).float()
    targets[:, 2] = torch.nan
    heads = Loss(loss_terms(of))
    alone = Loss(loss_terms(task("multiclass", 2)))
    found = validation_figures(logits.numpy(), targets.numpy(), heads)
    wanted = validation_figures(logits[:, :2].numpy(), targets[:, :2].numpy(), alone)
    assert {key: found[key] for key in found if key != "loss"} == {key: wanted[key] for key in wanted if key != "loss"}
