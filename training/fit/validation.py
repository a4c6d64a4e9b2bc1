"""The figures of a validation part that follow an epoch, for every kind of task."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from inference.statistics.metrics import macro_f1, mean_auc
from training.fit.losses import Loss, Term


def figures(logits: NDArray[np.float32], targets: NDArray[np.float32], loss: Loss) -> dict[str, float]:
    """loss, accuracy, macro_f1 and auc of logits [N, outputs] against targets [N, L] with NaN where not asked.

    Where a task has several answers (labels of a multilabel task, heads), a figure is the mean of theirs; an answer
    whose AUC is not defined, since only one class is there, does not count in that mean.
    """
    rows = [row for term in loss.terms for row in _of_term(logits, targets, term)]
    accuracy, f1, auc = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    defined = auc[~np.isnan(auc)]
    return {
        "loss": float(loss.mean(torch.from_numpy(logits), torch.from_numpy(targets))),
        "accuracy": float(np.mean(accuracy)) if len(accuracy) else float("nan"),
        "macro_f1": float(np.mean(f1)) if len(f1) else float("nan"),
        "auc": float(defined.mean()) if len(defined) else float("nan"),
    }


def _of_term(logits: NDArray[np.float32], targets: NDArray[np.float32], term: Term) -> list[tuple[float, float, float]]:
    """(accuracy, macro-F1, AUC) of each answer that anyone was asked for."""
    if term.exclusive:
        answers = [(logits[:, list(term.logits)], targets[:, list(term.targets)])]
    else:
        # "No" as a class of its own, with a logit of 0: softmax over the two is the sigmoid.
        answers = [
            (
                np.stack([np.zeros_like(logits[:, logit]), logits[:, logit]], axis=1),
                np.stack([1 - targets[:, target], targets[:, target]], axis=1),
            )
            for logit, target in zip(term.logits, term.targets, strict=True)
        ]
    return [_of_classes(given, wanted) for given, wanted in answers if not np.isnan(wanted).any(axis=1).all()]


def _of_classes(logits: NDArray[np.float32], targets: NDArray[np.float32]) -> tuple[float, float, float]:
    asked = ~np.isnan(targets).any(axis=1)
    labels = targets[asked].argmax(axis=1).astype(np.int64)
    probabilities = functional.softmax(torch.from_numpy(logits[asked]), dim=1).numpy()
    decided = probabilities.argmax(axis=1).astype(np.int64)
    classes = probabilities.shape[1]
    return float((decided == labels).mean()), macro_f1(labels, decided, classes), mean_auc(labels, probabilities)
