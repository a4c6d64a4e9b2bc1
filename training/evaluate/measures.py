"""Figures of a classifier as functions on arrays: labels [N] as class numbers, probabilities [N, C] in 0…1."""

import numpy as np
from numpy.typing import NDArray


def roc_auc(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> float:
    """Area under the ROC curve: of class 1 for two classes, else the mean of each class against the rest, over the
    classes that some and not all cases belong to; NaN where there is none.

    By the Mann-Whitney statistic with mid-ranks, so ties count half.
    """
    classes = probabilities.shape[1]
    wanted = [1] if classes == 2 else range(classes)
    found = [binary_auc(labels == one, probabilities[:, one]) for one in wanted]
    defined = [value for value in found if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")


def binary_auc(positive: NDArray[np.bool_], scores: NDArray[np.float32]) -> float:
    """Area under the ROC curve of scores [N] for the cases that are `positive`; NaN where one side is empty."""
    ill, well = int(positive.sum()), int((~positive).sum())
    if not ill or not well:
        return float("nan")
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    mid = np.cumsum(count) - (count - 1) / 2
    return float((mid[place][positive].sum() - ill * (ill + 1) / 2) / (ill * well))


def confusion(labels: NDArray[np.int64], decided: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Counts [true class, decided class]."""
    return np.bincount(labels * classes + decided, minlength=classes * classes).reshape(classes, classes)


def precision_recall_f1(table: NDArray[np.int64]) -> NDArray[np.float64]:
    """[3, C]: precision, recall and F1 of each class from a confusion table; 0 where nothing was decided or present."""
    hits = np.diag(table).astype(np.float64)
    decided, present = table.sum(axis=0), table.sum(axis=1)
    precision = hits / np.maximum(decided, 1)
    recall = hits / np.maximum(present, 1)
    f1 = 2 * hits / np.maximum(decided + present, 1)
    return np.stack([precision, recall, f1])


def macro_f1(labels: NDArray[np.int64], decided: NDArray[np.int64], classes: int) -> float:
    """Mean F1 over the classes that were wanted or decided for; NaN without a case."""
    table = confusion(labels, decided, classes)
    counted = table.sum(axis=0) + table.sum(axis=1) > 0
    return float(precision_recall_f1(table)[2][counted].mean()) if counted.any() else float("nan")
