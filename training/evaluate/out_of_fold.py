"""Out-of-fold answers: what networks that did not learn from a case say of it, for every case of a cross-validation."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.recipe.recipe import TrainingCode

OUT_OF_FOLD = "out_of_fold.npz"


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """N cases with their calibrated probabilities; text as arrays of str."""

    names: NDArray[np.str_]
    groups: NDArray[np.str_]
    labels: NDArray[np.str_]
    parts: NDArray[np.str_]
    """Who answered: `fold_2` for a case that fold 2 held out; all folds together for `validation` and `test`."""
    targets: NDArray[np.float32]
    """[N, labels]: 0 or 1, NaN where it was not asked."""
    probabilities: NDArray[np.float32]
    """[N, labels]."""

    @classmethod
    def collected(cls, answered: Iterable[tuple[ScoredCases, OperatingPoint]]) -> "OutOfFold":
        """Return the answers of several sets of cases, each calibrated by its own temperature."""
        pairs = list(answered)
        return cls(
            names=np.array([name for one, _ in pairs for name in one.names]),
            groups=np.array([group for one, _ in pairs for group in one.groups]),
            labels=np.array([label for one, _ in pairs for label in one.labels]),
            parts=np.array([one.part for one, _ in pairs for _ in one.names]),
            targets=np.concatenate([one.targets for one, _ in pairs]),
            probabilities=np.concatenate([choice.probabilities(one) for one, choice in pairs]),
        )

    def save(self, run: Path) -> None:
        """Write `out_of_fold.npz` into the run's folder. Raises `Refusal` (WRITE)."""
        stream = io.BytesIO()
        np.savez(stream, **{one.name: getattr(self, one.name) for one in fields(self)})
        write_with_folder(run / OUT_OF_FOLD, stream.getvalue())


def read_out_of_fold(run: Path) -> OutOfFold:
    """Return the answers of an earlier cross-validation. Raises `Refusal` (RUN) if there are none."""
    try:
        with np.load(run / OUT_OF_FOLD, allow_pickle=False) as stored:
            return OutOfFold(**{one.name: stored[one.name] for one in fields(OutOfFold)})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        words = "there are no out-of-fold answers here; `slicelens-train fit … --folds 5` leaves them."
        raise Refusal(TrainingCode.RUN, f"{run}: {words}") from None
