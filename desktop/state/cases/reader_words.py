"""Agreement of readers in words, as the window shows it. No Qt here."""

from collections.abc import Sequence

from desktop.state.texts.language import tr
from imaging.base.english import english
from inference.cases.reader_agreement import LEAST_IN_COMMON, DisputedCase, ReaderAgreement
from inference.statistics.agreement import Kappa

PAIR_COLUMNS = (
    english("Reader"),
    english("Reader"),
    english("Both"),
    english("Agreed"),
    english("Kappa (95 %)"),
)
DISPUTED_COLUMNS = (
    english("File"),
    english("Slice"),
    english("Readers said"),
    english("Adjudicated"),
    english("Remarks"),
)
NAMING_COLUMNS = (DISPUTED_COLUMNS[0], DISPUTED_COLUMNS[-1])
"""Those that may name a file or a patient."""


def kappa_text(kappa: Kappa | None) -> str:
    """Return a kappa with its interval; words if there is none."""
    if kappa is None:
        return tr("not told")
    return tr(
        "{value:.2f} ({low:.2f} to {high:.2f})", value=kappa.value, low=kappa.low, high=min(kappa.high, 1.0)
    ).replace("-", "−")


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
            ", ".join(f"{reader}: {said or tr('cannot tell')}" for reader, said in one.said),
            "" if one.adjudicated is None else one.adjudicated or tr("cannot tell"),
            "; ".join(one.remarks),
        )
        for one in disputed
    ]


def describe_readers(agreement: ReaderAgreement) -> str:
    """Return who labelled how many cases, how many have a truth, and how far all readers agree."""
    if not agreement.readers:
        return tr("Nobody has labelled a case of this table yet.")
    counts = ", ".join(f"{reader} {count}" for reader, count in agreement.readers)
    open_cases = sum(one.adjudicated is None for one in agreement.disputed)
    lines = [
        tr(
            "Labelled: {counts}. {settled} cases have a truth; "
            "{disputed} are disputed, {open_cases} of them not adjudicated.",
            counts=counts,
            settled=agreement.settled,
            disputed=len(agreement.disputed),
            open_cases=open_cases,
        )
    ]
    if len(agreement.readers) > 2:
        told = tr(
            "Fleiss' kappa of all readers on {in_common} cases: {kappa_text}.",
            in_common=agreement.in_common,
            kappa_text=kappa_text(agreement.fleiss),
        )
        lines.append(told)
    lines.append(
        tr(
            "Kappa is told of {least} cases in common or more; “cannot tell” is an answer like others.",
            least=LEAST_IN_COMMON,
        )
    )
    return "\n".join(lines)
