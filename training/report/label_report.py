"""The labels that look wrong, as a table and as a page with thumbnails; both stay in the run's own folder."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from imaging.base.atomic_write import write_with_folder
from imaging.base.errors import Refusal
from imaging.base.progress import Job, Progress
from inference.report.png_file import encode_png
from training.audit.label_noise import LabelNoise, RankedLabel, rank_labels
from training.audit.survey import grey_picture
from training.data.dataset import list_cases, read_case
from training.evaluate.out_of_fold import OutOfFold, read_out_of_fold
from training.fit.runs import RECIPE
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe
from training.report.audit_report import THUMBNAIL_READ_SIDE, draw_thumbnail
from training.report.rendering import Cell, ReportPicture, write_html
from training.report.run_report import write_csv

LABELS_CSV, LABELS_PAGE = "suspect_labels.csv", "suspect_labels.html"
_ROWS_SHOWN, _PICTURES_SHOWN = 100, 48
_HEAD = ("name", "group", "answered by", "label", "fits better", "probability of its label", "margin")


def report_labels(run: Path, data: Path | None) -> Job[LabelNoise]:
    """Rank the labels of a fit in folds and write both files; pictures are shown if the data are given.

    Raises `Refusal`: RUN without out-of-fold answers, as `list_cases` does, WRITE.
    """
    answers, recipe = read_out_of_fold(run), read_recipe(run / "fold_1" / RECIPE)
    found = rank_labels(answers.targets, answers.probabilities, recipe.task)
    of_group = _labels_of_groups(answers)
    rows = [_row(one, answers, of_group) for one in found.ranked]
    head = ["rank", *_HEAD, "confident", "labels of its group"]
    write_with_folder(run / LABELS_CSV, write_csv(head, [[str(rank), *row] for rank, row in enumerate(rows, start=1)]))
    pictures = [] if data is None else (yield from _draw_suspects(found.ranked, answers, recipe, data))
    shown: list[list[Cell]] = [list(row) for row in rows[:_ROWS_SHOWN]]
    write_html(
        run / LABELS_PAGE,
        "labels.jinja",
        title=f"{recipe.bundle.name}: labels that look wrong",
        subtitle=f"{len(answers.names)} cases, each judged by networks that did not learn from it.",
        notice="",
        noise=found,
        head=[*_HEAD, "confident", "labels of its group"],
        rows=shown,
        pictures=pictures,
    )
    return found


def _labels_of_groups(answers: OutOfFold) -> dict[str, str]:
    """Return for each group how often its cases carry each label, for example "glioma 3, meningioma 1"."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group, label in zip(answers.groups.tolist(), answers.labels.tolist(), strict=True):
        counted[group][label or "none"] += 1
    return {
        group: ", ".join(f"{label} {count}" for label, count in labels.most_common())
        for group, labels in counted.items()
    }


def _row(one: RankedLabel, answers: OutOfFold, of_group: dict[str, str]) -> list[str]:
    name, group, part = (str(column[one.row]) for column in (answers.names, answers.groups, answers.parts))
    figures = (f"{one.self_confidence:.4f}", f"{one.margin:.4f}", "yes" if one.is_confident else "no")
    return [name, group, part, one.given, one.likely, *figures, of_group[group]]


def _draw_suspects(
    ranked: Sequence[RankedLabel], answers: OutOfFold, recipe: Recipe, data: Path
) -> Job[list[ReportPicture]]:
    """Draw the most suspect case of each group."""
    cases = {case.name: case for case in list_cases(data, recipe)}
    first_of_group: dict[str, RankedLabel] = {}
    for one in ranked:
        if one.likely != one.given:
            first_of_group.setdefault(str(answers.groups[one.row]), one)
    chosen = list(first_of_group.values())[:_PICTURES_SHOWN]
    pictures = []
    for done, one in enumerate(chosen, start=1):
        name = str(answers.names[one.row])
        try:
            case = cases[name]
            thumbnail = draw_thumbnail(grey_picture(read_case(case), THUMBNAIL_READ_SIDE))
        except (KeyError, Refusal):
            # The file went away since the fit.
            continue
        caption = f"{one.given}? rather {one.likely}\nprobability of its label {one.self_confidence:.2f}\n{name}"
        pictures.append(ReportPicture(encode_png(thumbnail), caption, f"A case labelled {one.given}"))
        yield Progress("Drawing suspect cases", done, len(chosen))
    return pictures


def summarise_labels(found: LabelNoise) -> list[str]:
    """Return the findings in a few lines for the terminal."""
    lines = []
    for table in found.tables:
        total, wrong = table.joint.sum(), table.wrong
        lines.append(
            f"{' / '.join(table.labels)}: about {wrong:.0f} of {total:.0f} labels look wrong ({wrong / total:.1%})"
        )
    return lines
