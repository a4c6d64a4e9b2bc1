"""The report of an audit: its findings in short, pictures of the worst pairs, and the files of its folder."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from inference.report.png_file import encode_png
from inference.statistics.bootstrap import interval_text
from training.audit.audit import Audit, audit_csv, audit_json
from training.audit.duplicates import Pair
from training.audit.shortcuts import Strength
from training.audit.survey import FEATURES, LEAST_SIDE, SurveyedPicture, grey_picture
from training.data.dataset import read_case
from training.data.perceptual_hash import TURNS
from training.data.persons import NOTHING_TELLS, ToldBy, count_unknown, describe_groups, describe_persons
from training.recipe.recipe import list_some
from training.report.rendering import Cell, Marked, ReportPicture, Tone, write_html, write_markdown

_FEATURES_NAMED, _SIZES_SHOWN, _PAIRS_SHOWN = 4, 8, 12
_SIDE, _GAP = 180, 6
THUMBNAIL_READ_SIDE = 512
"""Up to so many pixels along the longer side are read for a thumbnail."""
_STRENGTHS: dict[Strength, Marked] = {
    "clear": Marked("clearly", "bad"),
    "some": Marked("somewhat", "warn"),
    "none": Marked("no", "good"),
}


def write_report(found: Audit, out: Path) -> Job[None]:
    """Write `audit.html`, `audit.md`, `audit.json` and `files.csv` into a folder. Raises `Refusal` (WRITE)."""
    across_classes = yield from _draw_pairs(found, found.duplicates.across_classes)
    across_parts = yield from _draw_pairs(found, found.duplicates.across_parts)
    context: dict[str, object] = {
        "title": f"Audit of {found.name}",
        "subtitle": f"{len(found.survey.seen)} pictures; classes by {found.classes_told_by}.",
        "notice": "",
        "audit": found,
        "summary": summary(found),
        "class_rows": _class_rows(found),
        "grouped_by": describe_groups(found.duplicates.counts, "near-duplicates"),
        "sizes": Counter(f"{one.rows}×{one.columns}" for one in found.survey.seen).most_common(_SIZES_SHOWN),
        "crossings": list(_crossings(found.survey.seen)),
        "faults": _faults(found),
        "across_classes": across_classes,
        "across_parts": across_parts,
        "names": FEATURES,
        "marks": _STRENGTHS,
    }
    write_with_folder(out / "audit.json", audit_json(found))
    write_with_folder(out / "files.csv", audit_csv(found))
    write_markdown(out / "audit.md", "audit.jinja", **context)
    write_html(out / "audit.html", "audit.jinja", **context)


def refuse_inside(out: Path, folder: Path) -> None:
    """Raise `Refusal` (WRITE) if the report would be written beside the user's files."""
    if out.resolve().is_relative_to(folder.resolve()):
        raise Refusal(Code.WRITE, f"{out}: the report may not be written into the data folder. Choose another --out.")


def summary(found: Audit) -> list[str | Marked]:
    """Return the findings, a sentence each; the terminal prints them too."""
    return [*_summarise_files(found), *_summarise_duplicates(found), *_summarise_shortcuts(found)]


def _summarise_files(found: Audit) -> list[str | Marked]:
    seen = found.survey.seen
    by_class = Counter(label for one in seen for label in one.case.labels)
    small, blank = sum(one.is_small for one in seen), sum(one.is_blank for one in seen)
    lacking = [name for name in found.labels if not by_class[name]]
    few = f"{LEAST_SIDE} pixels"
    counted = list_some((f"{by_class[name]} {name}" for name in found.labels if by_class[name]), 12)
    return [
        f"{len(seen)} pictures can be read: {counted}.",
        *_summarise_persons(found),
        *([Marked(f"There is no picture of {list_some(lacking)}.", "warn")] if lacking else []),
        _counted(len(found.skipped), "files cannot be used.", "bad", "Every file can be read."),
        _counted(small, f"pictures are below {few}.", "warn", f"No picture is below {few}."),
        *([Marked(f"{blank} pictures show nothing: all pixels have one value.", "bad")] if blank else []),
    ]


def _summarise_persons(found: Audit) -> list[str | Marked]:
    counts = found.duplicates.counts
    unknown, several = count_unknown(counts), counts.get("persons_with_several_labels", 0)
    said = f"They are {describe_persons(counts)}." if unknown < counts["cases"] else f"{NOTHING_TELLS.capitalize()}."
    return [
        Marked(said, "warn") if unknown else said,
        *([Marked(f"{several} persons have pictures of different classes.", "warn")] if several else []),
    ]


def _summarise_duplicates(found: Audit) -> list[str | Marked]:
    counts, total = found.duplicates.counts, len(found.survey.seen)
    near, twins = counts["pictures_with_near_duplicate"], counts["pictures_with_same_pixels"]
    words = f"pictures ({near / total:.0%}) have a near-duplicate, {twins} an identical one"
    same = counts["same_pixels_across_classes"]
    across = f"near-duplicate pairs are labelled differently, {same} of them have the same pixels."
    points = [
        _counted(near, f"{words}; {counts['groups']} groups to split by.", "warn", "There are no near-duplicates."),
        _counted(counts["pairs_across_labels"], across, "bad", "There are no near-duplicates across classes."),
    ]
    for leak in (leak for leak in found.duplicates.leaks if leak.near_duplicate):
        share, identical = leak.near_duplicate / leak.pictures, leak.same_pixels / leak.pictures
        words = f"{leak.near_duplicate} of {leak.pictures} pictures of {leak.test} ({share:.0%}) have a near-duplicate"
        points.append(Marked(f"Leak: {words} in {leak.seen_in}, {identical:.0%} an identical one.", "bad"))
    return points


def _summarise_shortcuts(found: Audit) -> list[str | Marked]:
    if not found.shortcuts:
        return ["A class has too few groups to judge what gives it away."]
    points: list[str | Marked] = ["Nothing that was measured outside of anatomy tells the classes apart clearly."]
    if clear := [one for one in found.shortcuts if one.strength == "clear"]:
        told = [
            f"{FEATURES[one.feature]} ({one.best_label}: AUC {interval_text(one.best_auc)})"
            for one in clear[:_FEATURES_NAMED]
        ]
        more = f"; and {len(clear) - _FEATURES_NAMED} more" if len(clear) > _FEATURES_NAMED else ""
        points = [Marked(f"Classes are told apart without looking at anatomy by {'; '.join(told)}{more}.", "bad")]
    if found.combined is not None:
        accuracy = interval_text(found.combined.balanced_accuracy)
        chance = 1 / len(found.shortcuts[0].by_class)
        points.append(f"All such features together: balanced accuracy {accuracy}, chance is {chance:.2f}.")
    return points


def _counted(count: int, words: str, tone: Tone, otherwise: str) -> str | Marked:
    return Marked(f"{count} {words}", tone) if count else otherwise


def _class_rows(found: Audit) -> list[list[Cell]]:
    """Return for each class how many pictures there are, of how many persons and groups, and how large they are."""
    seen = found.survey.seen
    rows: list[list[Cell]] = []
    for label in sorted({one.case.label for one in seen}):
        numbers = [number for number, one in enumerate(seen) if one.case.label == label]
        of_class = [seen[number] for number in numbers]
        known = {one.case.person for one in of_class if one.case.told_by is not ToldBy.NOTHING}
        unknown = sum(one.case.told_by is ToldBy.NOTHING for one in of_class)
        persons = f"{len(known)} and {unknown} unknown" if known and unknown else "unknown" if unknown else len(known)
        groups = len({found.duplicates.groups[number] for number in numbers})
        share = f"{len(of_class) / len(seen):.1%}"
        rows.append([label, len(of_class), share, persons, groups, _size_range(of_class)])
    return rows


def _size_range(seen: Sequence[SurveyedPicture]) -> str:
    sides = np.array([(one.rows, one.columns) for one in seen])
    low, high = sides.min(axis=0), sides.max(axis=0)
    least = f"{low[0]}×{low[1]}"
    return f"{least} to {high[0]}×{high[1]}" if (low != high).any() else least


def _crossings(seen: Sequence[SurveyedPicture]) -> Iterator[tuple[str, list[str], list[list[Cell]]]]:
    """Return for each named level of folders the classes, and how often each of its names goes with each class."""
    for level in dict.fromkeys(level for one in seen for level, _ in one.case.facts):
        counted = Counter((dict(one.case.facts).get(level, "–"), one.case.label) for one in seen)
        names = sorted({name for name, _ in counted})
        labels = sorted({label for _, label in counted})
        if names != labels:
            yield level, labels, [[name, *(counted[name, label] for label in labels)] for name in names]


def _faults(found: Audit) -> list[list[Cell]]:
    """Return files that cannot be read, show nothing, or are small: name, sentence, code."""
    seen = found.survey.seen
    rows: list[list[Cell]] = [[row.path, row.message, row.code.value] for row in found.skipped]
    rows += [[one.case.name, "All pixels have one value.", "blank"] for one in seen if one.is_blank]
    rows += [
        [one.case.name, f"Only {one.rows}×{one.columns} pixels.", "low resolution"] for one in seen if one.is_small
    ]
    return rows


def _draw_pairs(found: Audit, pairs: Sequence[Pair]) -> Job[list[ReportPicture]]:
    """Draw the worst pairs, one of each group, side by side with their names and classes."""
    of_group: dict[int, Pair] = {}
    for pair in pairs:
        of_group.setdefault(found.duplicates.groups[pair.first], pair)
    chosen = list(of_group.values())[:_PAIRS_SHOWN]
    pictures = []
    for done, pair in enumerate(chosen, start=1):
        cases = [found.survey.seen[number].case for number in (pair.first, pair.second)]
        try:
            one, other = (draw_thumbnail(grey_picture(read_case(case), THUMBNAIL_READ_SIDE)) for case in cases)
        except Refusal:
            # The file went away since it was looked at.
            continue
        gap = np.full((_SIDE, _GAP), 128, dtype=np.uint8)
        turn = "" if pair.turn == TURNS[0] else f"{pair.turn}, "
        kind = f"{pair.kind}, {turn}{pair.distance} bits" if pair.kind == "near-duplicate" else pair.kind
        caption = "\n".join([kind, *(f"{case.label}: {case.name}" for case in cases)])
        pictures.append(ReportPicture(encode_png(np.hstack([one, gap, other])), caption, f"Two pictures: {kind}"))
        yield Progress("Drawing pairs", done, len(chosen))
    return pictures


def draw_thumbnail(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a grey picture in 0…1 [row, column] in the middle of a small black square."""
    rows, columns = grey.shape
    scale = _SIDE / max(rows, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.zeros((_SIDE, _SIDE), dtype=np.uint8)
    top, left = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = np.rint(np.clip(small, 0, 1) * 255)
    return square
