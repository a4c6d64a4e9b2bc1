"""The sections of the audit's report, one function each."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from inference.contract.contract import Interval
from training.audit.audit import Audit
from training.audit.features import FEATURES
from training.audit.shortcuts import Shortcut, Strength
from training.audit.survey import SurveyedPicture
from training.report.pages import Block, Cell, Figure, Marked, PageTable, Section, gallery, section, table

_ROWS_SHOWN = 40
_SIZES_SHOWN = 8
_MARKS: dict[Strength, Marked] = {
    "clear": Marked("clearly", "bad"),
    "some": Marked("somewhat", "warn"),
    "none": Marked("no", "good"),
}


def pictures_section(found: Audit) -> Section:
    """How many pictures of which class, of how many persons, how large; and how nested folders cross the classes."""
    seen = found.survey.seen
    rows: list[list[Cell]] = []
    for label in sorted({one.case.label for one in seen}):
        places = [number for number, one in enumerate(seen) if one.case.label == label]
        held = [seen[number] for number in places]
        persons = len({one.case.person for one in held})
        groups = len({found.duplicates.groups[number] for number in places})
        rows.append([label, len(held), f"{len(held) / len(seen):.1%}", persons, groups, _span(held)])
    head = ["Class", "Pictures", "Share", "Persons", "Groups", "Rows × columns"]
    sizes = Counter(f"{one.rows}×{one.columns}" for one in seen).most_common(_SIZES_SHOWN)
    return section(
        "Pictures",
        table(head, rows, "Where nothing tells persons, each file counts as one"),
        table(["Size", "Pictures"], sizes, "The most frequent sizes"),
        *_crossed(seen),
    )


def _span(seen: Sequence[SurveyedPicture]) -> str:
    sides = np.array([(one.rows, one.columns) for one in seen])
    low, high = sides.min(axis=0), sides.max(axis=0)
    least = f"{low[0]}×{low[1]}"
    return f"{least} to {high[0]}×{high[1]}" if (low != high).any() else least


def _crossed(seen: Sequence[SurveyedPicture]) -> list[PageTable]:
    """For each named level of folders, how its names and the classes go together."""
    tables = []
    for level in dict.fromkeys(level for one in seen for level, _ in one.case.facts):
        counted = Counter((dict(one.case.facts).get(level, "–"), one.case.label) for one in seen)
        names = sorted({name for name, _ in counted})
        labels = sorted({label for _, label in counted})
        if names != labels:
            cells: list[list[Cell]] = [[name, *(counted[name, label] for label in labels)] for name in names]
            tables.append(table([level, *labels], cells, f"Pictures by {level} and class"))
    return tables


def faults_section(found: Audit) -> Section:
    """Files that cannot be read, show nothing, or are small."""
    seen = found.survey.seen
    rows: list[list[Cell]] = [[row.path, row.message, row.code.value] for row in found.skipped]
    rows += [[one.case.name, "All pixels have one value.", "blank"] for one in seen if one.is_blank]
    rows += [
        [one.case.name, f"Only {one.rows}×{one.columns} pixels.", "low resolution"] for one in seen if one.is_small
    ]
    others = [f"{found.others} files that are no pictures were left alone."] if found.others else []
    if not rows:
        return section("Files that are broken or small", "None.", *others)
    caption = f"The first {_ROWS_SHOWN} of {len(rows)}; audit.json has them all" if len(rows) > _ROWS_SHOWN else ""
    return section(
        "Files that are broken or small", table(["File", "What", "Code"], rows[:_ROWS_SHOWN], caption), *others
    )


def duplicates_section(found: Audit, figures: Sequence[Figure]) -> Section:
    """What is there twice, with pictures of the worst pairs across classes."""
    counts = found.duplicates.counts
    rows: list[list[Cell]] = [
        ["Pairs of identical files", counts["same_file_pairs"]],
        ["Pairs with identical pixels", counts["same_pixels_pairs"]],
        [f"Near-duplicate pairs (at most {found.distance} of 64 bits differ)", counts["near_duplicate_pairs"]],
        ["Near-duplicate pairs of two persons, by their names", counts["pairs_across_persons"]],
        ["Near-duplicate pairs in different classes", counts["pairs_across_labels"]],
        ["Pairs with identical pixels in different classes", counts["same_pixels_across_classes"]],
        ["Pictures that have a near-duplicate", counts["pictures_with_near_duplicate"]],
        ["Groups to split by (persons, joined by near-duplicates)", counts["groups"]],
        ["Pictures in the largest group", counts["largest_group"]],
    ]
    total = counts["pairs_across_labels"]
    return section("Duplicates", table(["What", "Count"], rows), *_shown(figures, total, "classes"))


def leaks_section(found: Audit, figures: Sequence[Figure]) -> Section:
    """What of the published test collections stands in other collections, with pictures of the worst pairs."""
    rows: list[list[Cell]] = [
        [
            f"{leak.test} in {leak.seen_in}",
            leak.pictures,
            _share(leak.same_file, leak.pictures),
            _share(leak.same_pixels, leak.pictures),
            _share(leak.near_duplicate, leak.pictures),
        ]
        for leak in found.duplicates.leaks
    ]
    head = ["Test pictures that the other collection has", "Pictures", "Same file", "Same pixels", "Near-duplicate"]
    total = found.duplicates.counts["near_duplicate_pairs_across_parts"]
    return section("The published split", table(head, rows), *_shown(figures, total, "parts"))


def _shown(figures: Sequence[Figure], total: int, across: str) -> list[Block]:
    if not figures:
        return []
    return [f"The worst of {total} pairs across {across}, one of each group:", gallery(figures)]


def _share(count: int, total: int) -> str:
    return f"{count} ({count / total:.1%})"


def shortcuts_section(found: Audit) -> Section:
    """Which features tell the classes apart, strongest first, and what they are in each class."""
    if not found.shortcuts:
        return section("What gives the class away", "A class has too few groups for a cross-validated judgement.")
    every = [*found.shortcuts, *([found.combined] if found.combined is not None else [])]
    head = ["Feature", "Tells apart", "AUC of the class told best", "AUC, mean", "Balanced accuracy"]
    classes = list(found.shortcuts[0].by_class)
    caption = f"Five folds, groups never torn; 95 % intervals; chance is AUC 0.50, accuracy {1 / len(classes):.2f}"
    blocks = [table(head, [_shortcut_row(one) for one in every], caption)]
    telling = [one for one in found.shortcuts if one.strength != "none"]
    if telling:
        values: list[list[Cell]] = [[FEATURES[one.feature], *one.by_class.values()] for one in telling]
        caption = "Median (quartiles), or the most frequent value, in each class"
        blocks.append(table(["Feature", *classes], values, caption))
    return section("What gives the class away", *blocks)


def _shortcut_row(one: Shortcut) -> list[Cell]:
    return [
        FEATURES.get(one.feature, one.feature),
        _MARKS[one.strength],
        f"{said_interval(one.best_auc)} {one.best_label}",
        said_interval(one.auc),
        said_interval(one.balanced_accuracy),
    ]


def said_interval(interval: Interval) -> str:
    """A figure with its interval."""
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def method_section(found: Audit) -> Section:
    """How everything on the page was measured."""
    return section(
        "How this was measured",
        "Near-duplicates: the picture as the model sees it, 32×32 by area averaging, two-dimensional DCT, the 64 "
        f"lowest frequencies against their median; two pictures are near-duplicates where at most {found.distance} "
        "bits differ. Groups are persons (where names or columns tell them) joined by near-duplicates.",
        "What gives the class away: each feature alone is put into twelve bins whose votes are learned on four fifths "
        "of the groups and judged on the last fifth, in turn. Intervals come from drawing whole groups 400 times. "
        "Clearly: the interval of the best class's AUC lies above 0.70; somewhat: above 0.60. A network that looks at "
        "nothing else would reach such a figure too, so a test on pictures from elsewhere is needed.",
        "Dark margin: lines from the edge in which at most 1 % of the pixels are brighter than 8 % of the range. "
        "Letter-like marks: thin bright strokes (white top-hat) in one piece, of a letter's height, in a corner of the "
        "picture; sharp anatomy in a corner can look like a letter to this rule. JPEG quality is estimated from the "
        "luminance quantisation table, as the IJG library scales it.",
        "The pictures of this page stay in this folder; they are no part of what Slicelens ships.",
    )
