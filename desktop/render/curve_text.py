"""Curves of probability in words: mean, maximum, peaks, and what is left out. No Qt here."""

from collections.abc import Sequence

import numpy as np

from desktop.state.probability_curve import ProbabilityCurve, SeriesScores, SliceState
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
        said.insert(0, f"they disagree on {differing} of {compared} slices." if compared else "nothing to compare.")
    return f"{curves[0].label}: {' '.join(said)}" if is_same else " ".join(said)


def describe_curve(curve: ProbabilityCurve, subject: str = "") -> str:
    """Return what a curve says: of its label, or of `subject`, mean and maximum, and how many slices have no number."""
    parts = [_describe_numbers(curve, subject or curve.label), *_describe_gaps(curve)]
    return "; ".join(filter(None, parts)) + "."


def _describe_numbers(curve: ProbabilityCurve, subject: str) -> str:
    if curve.is_empty:
        return f"{subject}: no slice has a number to show"
    limit = "" if curve.threshold is None else f" (from {format_limit(curve.threshold)})"
    highest = int(np.nanargmax(curve.values))
    mean, most = float(np.nanmean(curve.values)), float(curve.values[highest])
    said = f"{subject}{limit}: mean {format_percent(mean)}, maximum {format_percent(most)} on slice {highest + 1}"
    return f"{said}, do not rely on it" if curve.is_doubtful else said


def _describe_gaps(curve: ProbabilityCurve) -> list[str]:
    counts = {state: int(np.count_nonzero(curve.states == state)) for state in SliceState}
    total = len(curve.states)
    said = []
    if counts[SliceState.WAITING]:
        said.append(f"{total - counts[SliceState.WAITING]} of {total} slices scored")
    if counts[SliceState.WITHHELD]:
        said.append(f"{counts[SliceState.WITHHELD]} of {total} out of contract")
    if counts[SliceState.FAILED]:
        said.append(f"{counts[SliceState.FAILED]} without an answer")
    return said
