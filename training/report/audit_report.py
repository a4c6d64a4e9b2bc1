"""The audit's report: what it says in short, and the files of its folder."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from training.audit.audit import Audit, audit_csv, audit_json
from training.audit.features import FEATURES
from training.audit.survey import LEAST_SIDE
from training.report.audit_pairs import pair_figures
from training.report.audit_sections import (
    duplicates_section,
    faults_section,
    leaks_section,
    method_section,
    pictures_section,
    said_interval,
    shortcuts_section,
)
from training.report.pages import Figure, Marked, Page, Tone, bullets, section, write_html, write_markdown

_NAMED = 4


def write_report(found: Audit, out: Path) -> Job[Page]:
    """Write `audit.html`, `audit.md` with its pictures, `audit.json` and `files.csv` into a folder.

    Raises `Refusal` (WRITE).
    """
    across = yield from pair_figures(found, found.duplicates.across_classes)
    leaking = yield from pair_figures(found, found.duplicates.across_parts)
    page = report(found, across, leaking)
    write_with_folder(out / "audit.json", audit_json(found))
    write_with_folder(out / "files.csv", audit_csv(found))
    write_markdown(page, out / "audit.md")
    write_html(page, out / "audit.html")
    return page


def refuse_inside(out: Path, folder: Path) -> None:
    """Raise `Refusal` (WRITE) where the report would be written beside the user's files."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise Refusal(Code.WRITE, f"{out}: the report may not be written into the data folder. Choose another --out.")


def report(found: Audit, across: Sequence[Figure] = (), leaking: Sequence[Figure] = ()) -> Page:
    """The page. `across` and `leaking` are the pictures of the worst pairs across classes and published parts."""
    return Page(
        title=f"Audit of {found.name}",
        subtitle=f"{len(found.survey.seen)} pictures; classes by {found.classes_told_by}.",
        sections=(
            section("In short", bullets(summary(found))),
            pictures_section(found),
            faults_section(found),
            duplicates_section(found, across),
            *([leaks_section(found, leaking)] if found.parts is not None else []),
            shortcuts_section(found),
            method_section(found),
        ),
    )


def summary(found: Audit) -> list[str | Marked]:
    """The findings, a sentence each; also what the terminal prints."""
    return [*_of_files(found), *_of_duplicates(found), *_of_shortcuts(found)]


def _of_files(found: Audit) -> list[str | Marked]:
    seen = found.survey.seen
    by_class = Counter(label for one in seen for label in one.case.labels)
    small, blank = sum(one.is_small for one in seen), sum(one.is_blank for one in seen)
    lacking = [name for name in found.labels if not by_class[name]]
    counted = ", ".join(f"{by_class[name]} {name}" for name in found.labels if by_class[name])
    return [
        f"{len(seen)} pictures can be read: {counted}.",
        *([Marked(f"There is no picture of {', '.join(lacking)}.", "warn")] if lacking else []),
        _marked(len(found.skipped), "files cannot be used.", "bad", "Every file can be read."),
        _marked(small, f"pictures are below {LEAST_SIDE} pixels.", "warn", f"No picture is below {LEAST_SIDE} pixels."),
        *([Marked(f"{blank} pictures show nothing: all pixels have one value.", "bad")] if blank else []),
    ]


def _of_duplicates(found: Audit) -> list[str | Marked]:
    counts, total = found.duplicates.counts, len(found.survey.seen)
    near, twins = counts["pictures_with_near_duplicate"], counts["pictures_with_same_pixels"]
    words = f"pictures ({near / total:.0%}) have a near-duplicate, {twins} an identical one"
    same = counts["same_pixels_across_classes"]
    across = f"near-duplicate pairs are labelled differently, {same} of them have the same pixels."
    points = [
        _marked(near, f"{words}; {counts['groups']} groups to split by.", "warn", "There are no near-duplicates."),
        _marked(counts["pairs_across_labels"], across, "bad", "There are no near-duplicates across classes."),
    ]
    for leak in (leak for leak in found.duplicates.leaks if leak.near_duplicate):
        share, identical = leak.near_duplicate / leak.pictures, leak.same_pixels / leak.pictures
        words = f"{leak.near_duplicate} of {leak.pictures} pictures of {leak.test} ({share:.0%}) have a near-duplicate"
        points.append(Marked(f"Leak: {words} in {leak.seen_in}, {identical:.0%} an identical one.", "bad"))
    return points


def _of_shortcuts(found: Audit) -> list[str | Marked]:
    if not found.shortcuts:
        return ["A class has too few groups to judge what gives it away."]
    points: list[str | Marked] = ["Nothing that was measured outside of anatomy tells the classes apart clearly."]
    if clear := [one for one in found.shortcuts if one.strength == "clear"]:
        told = [
            f"{FEATURES[one.feature]} ({one.best_label}: AUC {said_interval(one.best_auc)})" for one in clear[:_NAMED]
        ]
        more = f"; and {len(clear) - _NAMED} more" if len(clear) > _NAMED else ""
        points = [Marked(f"Classes are told apart without looking at anatomy by {'; '.join(told)}{more}.", "bad")]
    if found.combined is not None:
        accuracy, classes = said_interval(found.combined.balanced_accuracy), len(found.shortcuts[0].by_class)
        points.append(f"All such features together: balanced accuracy {accuracy}, chance is {1 / classes:.2f}.")
    return points


def _marked(count: int, words: str, tone: Tone, otherwise: str) -> str | Marked:
    return Marked(f"{count} {words}", tone) if count else otherwise
