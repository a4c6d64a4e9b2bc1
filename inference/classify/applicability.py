"""Whether a model is applicable to a slice: the slice and its file against the input that the contract names."""

import re
from collections.abc import Iterator

import numpy as np

from imaging.volume.geometry import orientation_of
from imaging.volume.series import PROJECTION_MODALITIES, Format, Series
from imaging.volume.volume import Slice
from inference.classify.finding import Concern, ConcernKind
from inference.classify.preprocess import is_grey
from inference.contract.contract import Contract


def find_concerns(slice_: Slice, contract: Contract, assumptions: tuple[str, ...] = ()) -> tuple[Concern, ...]:
    """Find every point in which a slice is not what the model was made for, or in which its file does not tell.

    `assumptions` are those of a provisional contract (`Bundle.assumptions`): each is a concern about every slice.
    """
    series = slice_.series
    return (
        *(_unknown("contract", sentence, sentence) for sentence in assumptions),
        *_check_modality(series, contract),
        *_check_body_part(series, contract),
        *_check_plane(slice_, contract),
        *_check_colour(slice_, contract),
        *_check_polarity(series, contract),
        *_check_age(series, contract),
    )


def _check_modality(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.input.modality
    if not expected:
        return
    wanted = " or ".join(expected)
    if not series.modality:
        said = f"The file does not tell its modality; the model was made for {wanted}."
        yield _unknown("modality", said, f"not stated, made for {wanted}")
    elif series.modality.upper() not in expected:
        said = f"The modality is {series.modality}; the model was made for {wanted}."
        yield _mismatch("modality", said, f"{series.modality}, made for {wanted}")


def _check_body_part(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.input.body_part
    if not expected:
        return
    have, wanted = series.acquisition.body_part, " or ".join(part.lower() for part in expected)
    if not have:
        said = f"The file does not tell the body part; the model was made for the {wanted}."
        yield _unknown("body part", said, f"not stated, made for the {wanted}")
    elif not {part.upper() for part in expected} & set(re.split(r"[^A-Z0-9]+", have.upper())):
        said = f"The body part is {have.lower()}; the model was made for the {wanted}."
        yield _mismatch("body part", said, f"{have.lower()}, made for the {wanted}")


def _check_plane(slice_: Slice, contract: Contract) -> Iterator[Concern]:
    wanted = contract.input.plane
    if wanted == "acquired":
        return
    if slice_.affine is None:
        said = f"The file does not tell how the slice lies; the model expects {wanted} slices."
        yield _unknown("plane", said, f"not stated, made for {wanted}")
        return
    have = orientation_of(slice_.affine)
    if have != wanted:
        said = f"The slice is {have}; the model was made for {wanted} slices."
        yield _mismatch("plane", said, f"{have}, made for {wanted}")


def _check_colour(slice_: Slice, contract: Contract) -> Iterator[Concern]:
    if contract.input.colour == "rgb":
        if not slice_.is_colour:
            yield _mismatch("colour", "The slice is grey; the model was made for colour.", "grey, made for colour")
    elif slice_.is_colour and not is_grey(slice_.stored):
        said = "The slice is in colour; the model was made for grey, so its luminance was used."
        yield _mismatch("colour", said, "in colour, made for grey")


def _check_polarity(series: Series, contract: Contract) -> Iterator[Concern]:
    """Check the polarity, which DICOM names; a picture file of a projection (either is usual, C.7.6.3.1.2) does not."""
    if series.format is not Format.DICOM and PROJECTION_MODALITIES & set(contract.input.modality):
        said = "The file does not tell its polarity; dense tissue was taken to be bright in it."
        yield _unknown("polarity", said, "not stated, dense tissue taken to be bright")


def _check_age(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.intended_use.population.age_years
    if expected is None:
        return
    low, high = expected
    trained = f"the model was trained on patients of {low:g} to {high:g} years"
    age = series.patient.age_years
    if age is None:
        said = f"The file does not tell the patient's age; {trained}."
        yield _unknown("age", said, f"not stated, made for {low:g} to {high:g} years")
    # An age is given in completed years, so someone "of 5" may be almost 6.
    elif not low <= age < np.floor(high) + 1:
        said = f"The patient is {age:.3g} years old; {trained}."
        yield _mismatch("age", said, f"{age:.3g} years, made for {low:g} to {high:g}")


def _unknown(point: str, sentence: str, brief: str) -> Concern:
    return Concern(point, ConcernKind.UNKNOWN, sentence, brief)


def _mismatch(point: str, sentence: str, brief: str) -> Concern:
    return Concern(point, ConcernKind.MISMATCH, sentence, brief)
