"""Agreement of readers in words, as the window shows it. No Qt here."""

from collections.abc import Sequence

from inference.cases.reader_agreement import LEAST_IN_COMMON, DisputedCase, ReaderAgreement
from inference.statistics.agreement import Kappa

PAIR_COLUMNS = ("Reader", "Reader", "Cases of both", "Agreed", "Cohen's kappa (95 %)")
DISPUTED_COLUMNS = ("File", "Slice", "Readers said", "Adjudicated", "Remarks")


def kappa_text(kappa: Kappa | None) -> str:
    """Return a kappa with its interval; words if there is none."""
    if kappa is None:
        return "not told"
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {min(kappa.high, 1.0):.2f})".replace("-", "−")


def list_pairs(agreement: ReaderAgreement) -> list[tuple[str, ...]]:
    """Return a row of text for each pair of readers."""
    return [
        (one.first, one.second, str(one.n), f"{one.agreed}" if one.n else "", kappa_text(one.kappa))
        for one in agreement.pairs
    ]


def list_disputed(disputed: Sequence[DisputedCase]) -> list[tuple[str, ...]]:
    """Return a row of text for each case on which readers disagree; files without their folders."""
    return [
        (
            one.place[0].replace("\\", "/").rpartition("/")[2],
            one.place[1],
            ", ".join(f"{reader}: {said or 'cannot tell'}" for reader, said in one.said),
            "" if one.adjudicated is None else one.adjudicated or "cannot tell",
            "; ".join(one.remarks),
        )
        for one in disputed
    ]


def describe_readers(agreement: ReaderAgreement) -> str:
    """Return who labelled how many cases, how many have a truth, and how far all readers agree."""
    if not agreement.readers:
        return "Nobody has labelled a case of this table yet."
    counts = ", ".join(f"{reader} {count}" for reader, count in agreement.readers)
    open_cases = sum(one.adjudicated is None for one in agreement.disputed)
    lines = [
        f"Labelled: {counts}. {agreement.settled} cases have a truth; "
        f"{len(agreement.disputed)} are disputed, {open_cases} of them not adjudicated."
    ]
    if len(agreement.readers) > 2:
        told = f"Fleiss' kappa of all readers on {agreement.in_common} cases: {kappa_text(agreement.fleiss)}."
        lines.append(told)
    lines.append(f"Kappa is told of {LEAST_IN_COMMON} cases in common or more; “cannot tell” is an answer like others.")
    return "\n".join(lines)
