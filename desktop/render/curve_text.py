"""Curves of probability in words: mean, maximum, peaks, and what is left out. No Qt here."""

from collections.abc import Sequence

import numpy as np

from desktop.state.probability_curve import ProbabilityCurve, SeriesScores, SliceState
from desktop.state.texts.language import tr
from inference.classify.agreement import answer_same_question, count_disagreements
from inference.classify.finding_words import format_limit, format_percent


def describe_curves(curves: Sequence[ProbabilityCurve], scores: Sequence[SeriesScores]) -> str:
    """Return what one or two curves say; of two also on how many slices their models disagree."""
    if len(curves) < 2:
        return " ".join(map(describe_curve, curves))
    is_same = curves[0].label == curves[1].label
    subjects = [name if is_same else f"{name}, {curve.label}" for name, curve in zip("AB", curves, strict=True)]
    said = [describe_curve(curve, subject) for curve, subject in zip(curves, subjects, strict=True)]
    if answer_same_question(scores[0].contract, scores[1].contract):
        differing, compared = count_disagreements(scores[0].decisions, scores[1].decisions)
        said.insert(
            0,
            tr("they disagree on {differing} of {compared} slices.", differing=differing, compared=compared)
            if compared
            else tr("nothing to compare."),
        )
    return f"{curves[0].label}: {' '.join(said)}" if is_same else " ".join(said)


def describe_curve(curve: ProbabilityCurve, subject: str = "") -> str:
    """Return what a curve says: of its label, or of `subject`, mean and maximum, and how many slices have no number."""
    parts = [_describe_numbers(curve, subject or curve.label), *_describe_gaps(curve)]
    return "; ".join(filter(None, parts)) + "."


def _describe_numbers(curve: ProbabilityCurve, subject: str) -> str:
    if curve.is_empty:
        return tr("{subject}: no slice has a number to show", subject=subject)
    limit = "" if curve.threshold is None else tr(" (from {threshold})", threshold=format_limit(curve.threshold))
    highest = int(np.nanargmax(curve.values))
    mean, most = float(np.nanmean(curve.values)), float(curve.values[highest])
    said = tr(
        "{subject}{limit}: mean {mean}, maximum {most} on slice {highest}",
        subject=subject,
        limit=limit,
        mean=format_percent(mean),
        most=format_percent(most),
        highest=highest + 1,
    )
    return tr("{said}, do not rely on it", said=said) if curve.is_doubtful else said


def _describe_gaps(curve: ProbabilityCurve) -> list[str]:
    counts = {state: int(np.count_nonzero(curve.states == state)) for state in SliceState}
    total = len(curve.states)
    said = []
    if counts[SliceState.WAITING]:
        said.append(tr("{total} of {total_2} slices scored", total=total - counts[SliceState.WAITING], total_2=total))
    if counts[SliceState.WITHHELD]:
        said.append(tr("{counts} of {total} out of contract", counts=counts[SliceState.WITHHELD], total=total))
    if counts[SliceState.FAILED]:
        said.append(tr("{counts} without an answer", counts=counts[SliceState.FAILED]))
    return said
