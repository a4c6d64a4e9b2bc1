"""One look at every picture: what can be read, how large it is, what can be measured of it, and its hashes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imaging.base.errors import Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.volume.volume import Slice
from inference.contract.contract import InputSpec
from training.audit.features import Value, grey_picture, measure_features
from training.data.dataset import Case, prepared_tensor, slices_of
from training.data.perceptual_hash import phash

LEAST_SIDE = 100
"""Pictures with a shorter side are called low-resolution."""


@dataclass(frozen=True)
class SurveyedPicture:
    """One picture that could be read."""

    case: Case
    rows: int
    columns: int
    pixels_sha256: str
    """Of the stored pixels: equal where two files hold the same picture, however it is wrapped."""
    phash: int
    """The 64-bit DCT hash of the slice as the model sees it."""
    features: dict[str, Value]

    @property
    def is_small(self) -> bool:
        """True where the shorter side is below `LEAST_SIDE` pixels."""
        return min(self.rows, self.columns) < LEAST_SIDE

    @property
    def is_blank(self) -> bool:
        """True where every pixel has the same value."""
        return self.features["contrast"] == 0.0


@dataclass(frozen=True)
class Survey:
    """All pictures of a folder."""

    seen: tuple[SurveyedPicture, ...]
    skipped: tuple[Skipped, ...]


def survey(cases: Sequence[Case], spec: InputSpec) -> Job[Survey]:
    """Look at every case; one that cannot be read is a row of `skipped`."""
    seen: list[SurveyedPicture] = []
    skipped: list[Skipped] = []
    for done, (case, slice_) in enumerate(slices_of(cases), start=1):
        try:
            if isinstance(slice_, Refusal):
                raise slice_
            seen.append(_seen(case, slice_, spec))
        except Refusal as refusal:
            skipped.append(Skipped.because(case.name, refusal))
        yield Progress("Looking at pictures", done, len(cases))
    return Survey(tuple(seen), tuple(skipped))


def _seen(case: Case, slice_: Slice, spec: InputSpec) -> SurveyedPicture:
    stored = np.ascontiguousarray(slice_.stored)
    digest = hashlib.sha256(f"{stored.dtype.str} {stored.shape}".encode())
    digest.update(stored.tobytes())
    return SurveyedPicture(
        case=case,
        rows=stored.shape[0],
        columns=stored.shape[1],
        pixels_sha256=digest.hexdigest(),
        phash=phash(prepared_tensor(slice_, spec)[0]),
        features=measure_features(case.path, slice_, grey_picture(slice_)),
    )
