"""Whether a model is applicable to a slice: the slice and its file against the input that the contract names."""

import re
from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np

from imaging.base.english import Text, english
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


def _any_of(words: Sequence[str]) -> Text:
    return reduce(lambda one, other: english("{one} or {other}", one=one, other=other), map(Text, words))


def _check_modality(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.input.modality
    if not expected:
        return
    wanted = _any_of(expected)
    if not series.modality:
        said = english("The file does not tell its modality; the model was made for {wanted}.", wanted=wanted)
        yield _unknown("modality", said, english("not stated, made for {wanted}", wanted=wanted))
    elif series.modality.upper() not in expected:
        said = english(
            "The modality is {modality}; the model was made for {wanted}.", modality=series.modality, wanted=wanted
        )
        yield _mismatch(
            "modality", said, english("{modality}, made for {wanted}", modality=series.modality, wanted=wanted)
        )


def _check_body_part(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.input.body_part
    if not expected:
        return
    have, wanted = series.acquisition.body_part, _any_of([part.lower() for part in expected])
    lower = Text(have.lower())
    if not have:
        said = english("The file does not tell the body part; the model was made for the {wanted}.", wanted=wanted)
        yield _unknown("body part", said, english("not stated, made for the {wanted}", wanted=wanted))
    elif not {part.upper() for part in expected} & set(re.split(r"[^A-Z0-9]+", have.upper())):
        said = english("The body part is {lower}; the model was made for the {wanted}.", lower=lower, wanted=wanted)
        yield _mismatch("body part", said, english("{lower}, made for the {wanted}", lower=lower, wanted=wanted))


def _check_plane(slice_: Slice, contract: Contract) -> Iterator[Concern]:
    if contract.input.plane == "acquired":
        return
    wanted = Text(contract.input.plane)
    if slice_.affine is None:
        said = english("The file does not tell how the slice lies; the model expects {wanted} slices.", wanted=wanted)
        yield _unknown("plane", said, english("not stated, made for {wanted}", wanted=wanted))
        return
    have = orientation_of(slice_.affine)
    if have != wanted:
        said = english("The slice is {have}; the model was made for {wanted} slices.", have=Text(have), wanted=wanted)
        yield _mismatch("plane", said, english("{have}, made for {wanted}", have=Text(have), wanted=wanted))


def _check_colour(slice_: Slice, contract: Contract) -> Iterator[Concern]:
    if contract.input.colour == "rgb":
        if not slice_.is_colour:
            yield _mismatch(
                "colour", english("The slice is grey; the model was made for colour."), english("grey, made for colour")
            )
    elif slice_.is_colour and not is_grey(slice_.stored):
        said = english("The slice is in colour; the model was made for grey, so its luminance was used.")
        yield _mismatch("colour", said, english("in colour, made for grey"))


def _check_polarity(series: Series, contract: Contract) -> Iterator[Concern]:
    """Check the polarity, which DICOM names; a picture file of a projection (either is usual, C.7.6.3.1.2) does not."""
    if series.format is not Format.DICOM and PROJECTION_MODALITIES & set(contract.input.modality):
        said = english("The file does not tell its polarity; dense tissue was taken to be bright in it.")
        yield _unknown("polarity", said, english("not stated, dense tissue taken to be bright"))


def _check_age(series: Series, contract: Contract) -> Iterator[Concern]:
    expected = contract.intended_use.population.age_years
    if expected is None:
        return
    low, high = expected
    trained = english("the model was trained on patients of {low:g} to {high:g} years", low=low, high=high)
    age = series.patient.age_years
    if age is None:
        said = english("The file does not tell the patient's age; {trained}.", trained=trained)
        yield _unknown("age", said, english("not stated, made for {low:g} to {high:g} years", low=low, high=high))
    # An age is given in completed years, so someone "of 5" may be almost 6.
    elif not low <= age < np.floor(high) + 1:
        said = english("The patient is {age:.3g} years old; {trained}.", age=age, trained=trained)
        yield _mismatch(
            "age", said, english("{age:.3g} years, made for {low:g} to {high:g}", age=age, low=low, high=high)
        )


def _unknown(point: str, sentence: str, brief: str) -> Concern:
    return Concern(point, ConcernKind.UNKNOWN, sentence, brief)


def _mismatch(point: str, sentence: str, brief: str) -> Concern:
    return Concern(point, ConcernKind.MISMATCH, sentence, brief)
