"""The files of an evaluation: metrics, tables, figures, galleries, and one HTML report that holds them all.

A run's own evaluation stands in its folder: `metrics.json`, `report.html`, `predictions.csv`, `per_class_*.csv`, the
reference statistics, figures and galleries. Every other labelled set has a folder of its own in `external/`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import fill

import numpy as np
from pydantic import ValidationError

from imaging.base.atomic_write import write_with_folder
from imaging.base.progress import Job
from inference.contract.contract import Evaluation, Interval
from inference.contract.wording import QUALITY_WORDS
from inference.report.png_file import encode_png
from inference.statistics.bootstrap import interval_text
from training.data.persons import describe_persons, describe_sides
from training.data.split import PARTS, load_split
from training.evaluate.evaluate import EvaluationOptions, ExternalEvaluation, RunEvaluation, evaluate_run
from training.evaluate.explanations import RIGHT, WRONG, GalleryPicture
from training.evaluate.metrics import METRICS, External, Metrics
from training.evaluate.ood_statistics import STATISTICS
from training.evaluate.operating_point import OperatingPoint
from training.evaluate.predictions import ScoredCases
from training.evaluate.saliency import DESTROYED
from training.evaluate.series_scores import series_rows
from training.fit.runs import LOG, RECIPE, SPLIT
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe
from training.report.figures import draw_classes, draw_figures, draw_history, draw_samples
from training.report.rendering import Marked, ReportPicture, render_text, write_html

_COLUMNS = 80
REPORT, PREDICTIONS, EXTERNAL, GALLERY = "report.html", "predictions.csv", "external", "gallery"
SAMPLES = "samples.png"
SERIES = "series.csv"
_CAPTIONS = "captions.txt"
_FIGURE_WORDS = {
    "confusion.png": "Confusion tables of validation and test",
    "roc.png": "ROC curves of validation and test",
    "reliability.png": "Reliability diagrams before and after temperature scaling",
    "history.png": "Losses and figures of each epoch; those of training are gathered while it learns (augmented)",
    "classes.png": "How the classes are distributed over the parts of the split",
}
_GALLERY_WORDS = {RIGHT: "Right cases of the test part", WRONG: "Wrong cases, the surest first"}
_OF_LABEL = ("precision", "recall", "f1", "auc")


def report_run(
    run: Path, folder: Path, options: EvaluationOptions | None = None
) -> Job[RunEvaluation | ExternalEvaluation]:
    """Evaluate a run and write all files of the evaluation. Raises `Refusal`."""
    found = yield from evaluate_run(run, folder, options)
    if isinstance(found, RunEvaluation):
        _write_own(run, found)
    else:
        _write_external(run, found)
    write_report(run, read_recipe(run / RECIPE), found.metrics)
    return found


def summary(found: RunEvaluation | ExternalEvaluation) -> str:
    """Return the findings in a few lines for the terminal."""
    return summarise(found.metrics, found.external if isinstance(found, ExternalEvaluation) else None)


def summarise(metrics: Metrics, external: External | None) -> str:
    """Return the findings on a run's own data, or on another set, in lines of at most 80 columns."""
    text = render_text("summary.txt", metrics=metrics, external=external, classification_rows=classification_rows)
    return "\n".join(fill(line, _COLUMNS, subsequent_indent="    ") for line in text.rstrip().splitlines())


def _write_own(run: Path, found: RunEvaluation) -> None:
    """Write statistics, figures and tables first: whoever finds `metrics.json` finds all that it speaks of."""
    metrics, choice = found.metrics, found.choice
    write_with_folder(run / STATISTICS, found.familiarity.statistics())
    judged = {part: choice.judge(found.scored[part]) for part in ("validation", "test")}
    figures = draw_figures(judged, dots=choice.marked_thresholds, notes=metrics.standing)
    figures["history.png"] = draw_history(run / LOG, notes=metrics.standing)
    cases = load_split(run / SPLIT).cases
    labels = {part: [case.label for case in cases if case.part == part] for part in PARTS}
    figures["classes.png"] = draw_classes(labels, choice.task, notes=metrics.standing)
    for name, png in figures.items():
        write_with_folder(run / "figures" / name, png)
    samples = [(one.rgb, one.caption) for one in found.samples]
    write_with_folder(run / GALLERY / SAMPLES, draw_samples(samples, notes=metrics.standing))
    for part, evaluation in zip(("validation", "test", "train"), (*metrics.evaluations, metrics.training), strict=True):
        if evaluation is not None:
            write_with_folder(run / f"per_class_{part}.csv", per_class_csv(evaluation))
    write_with_folder(run / PREDICTIONS, predictions_csv([(one, choice) for one in found.scored.values()]))
    if metrics.by_series:
        write_with_folder(run / SERIES, series_csv(list(found.scored.values()), choice))
    if found.explanations is not None:
        for kind, pictures in found.explanations.galleries.items():
            _write_gallery(run / GALLERY / kind, pictures)
    write_with_folder(run / METRICS, metrics.model_dump_json(indent=1).encode())


def _write_external(run: Path, found: ExternalEvaluation) -> None:
    external, choice = found.external, found.choice
    out = run / EXTERNAL / f"{external.name}-{external.data_manifest_sha256[:8]}"
    judged = {external.name: choice.judge(found.scored)}
    for name, png in draw_figures(judged, dots=choice.marked_thresholds, notes=found.metrics.standing).items():
        write_with_folder(out / name, png)
    write_with_folder(out / "per_class_external.csv", per_class_csv(external.evaluation))
    write_with_folder(out / PREDICTIONS, predictions_csv([(found.scored, choice)]))
    if external.by_series is not None:
        write_with_folder(out / SERIES, series_csv([found.scored], choice))
    write_with_folder(out / METRICS, external.model_dump_json(indent=1).encode())


def write_report(run: Path, recipe: Recipe, metrics: Metrics) -> None:
    """Write `report.html` from the run's folder. Raises `Refusal` (WRITE)."""
    write_html(
        run / REPORT,
        "run.jinja",
        title=f"{recipe.bundle.name}: how it was judged",
        subtitle=f"{recipe.about}.",
        notice=" ".join(metrics.standing),
        recipe=recipe,
        metrics=metrics,
        points=list(_list_points(metrics)),
        display={label.name: label.display for label in recipe.task.labels},
        pictures=_read_figures(run / "figures", metrics.standing),
        samples=_read_samples(run / GALLERY / SAMPLES),
        classification_rows=classification_rows,
        externals=[(one, _read_figures(path, ())) for path, one in _read_externals(run, metrics.checkpoint_sha256)],
        galleries=[(words, _read_gallery(run / GALLERY / kind)) for kind, words in _GALLERY_WORDS.items()],
        destroyed_below=DESTROYED,
        marked=Marked,
        persons=describe_persons(metrics.counts),
        sides=describe_sides(metrics.counts) if recipe.split.protocol == "grouped" else "",
    )


def _list_points(metrics: Metrics) -> Iterator[str]:
    """Yield what is to be believed, a sentence each: figures of the test part, and what the model refuses."""
    test = metrics.evaluations[1]
    yield (
        f"On {test.n} slices that it did not learn from, accuracy is {interval_text(test.accuracy)} "
        f"and macro-F1 {interval_text(test.macro_f1)}."
    )
    if found := metrics.any_finding:
        rare = found.predictive[0]
        yield (
            f"Any finding: sensitivity {interval_text(found.sensitivity)}, "
            f"specificity {interval_text(found.specificity)}."
        )
        if rare.positive is not None:
            words = (
                f"Where {100 * rare.prevalence:g} in 100 has one, an answer that there is one is right with probability"
            )
            yield f"{words} {interval_text(rare.positive)}."
    if others := [item for item in metrics.qualities.items() if item[0] != "as_given"]:
        worst, figures = min(others, key=lambda item: item[1].accuracy.value)
        lowest = f"{QUALITY_WORDS[worst]}: {interval_text(figures.accuracy)}"
        yield f"Of the same slices in other qualities, accuracy is lowest for {lowest}."
    error = interval_text(metrics.ece["test"]["after"])
    yield f"A stated probability lies {error} from how often it is right, on average."
    given = metrics.qualities.get("as_given")
    share = f"{metrics.out_of_distribution.in_distribution_refused:.2f}"
    refused = share if given is None or given.refused is None else interval_text(given.refused)
    yield f"A share of {refused} of such slices is called unfamiliar: their answers are not to be relied on."
    yield "These slices come from the same source as those that it learnt from: elsewhere, expect less."
    for name, one in metrics.foreign.items():
        yield f"Of {name}, {interval_text(one.refused)} is called unfamiliar ({one.sources} persons or files)."


def _read_externals(run: Path, checkpoint: str) -> list[tuple[Path, External]]:
    """Return the other sets on which these very weights were judged, with their folders."""
    found = []
    for path in sorted((run / EXTERNAL).glob(f"*/{METRICS}")):
        try:
            external = External.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if external.checkpoint_sha256 == checkpoint:
            found.append((path.parent, external))
    return found


def _read_figures(folder: Path, standing: Sequence[str]) -> list[ReportPicture]:
    return [
        ReportPicture((folder / name).read_bytes(), " ".join((f"{words}.", *standing)), words)
        for name, words in _FIGURE_WORDS.items()
        if (folder / name).is_file()
    ]


def _read_samples(file: Path) -> list[ReportPicture]:
    """Return the grid of samples; runs that an older version judged have none."""
    return (
        [ReportPicture(file.read_bytes(), "Cases of the training part as the network gets them, with their labels")]
        if file.is_file()
        else []
    )


def classification_rows(evaluation: Evaluation) -> list[tuple[str, float, float, float, int]]:
    """Return scikit-learn's classification report: precision, recall, F1 and n of each label, and their averages.

    As there, a figure that nothing was decided or present for counts as 0. Means are macro, and weighted by n.
    """
    known = {label: one for label, one in evaluation.labels.items() if one.precision is not None or one.n}
    values = [[0.0 if one is None else one.value for one in (of.precision, of.recall, of.f1)] for of in known.values()]
    counts = [of.n for of in known.values()]
    rows = list(zip(known, values, counts, strict=True))
    for title, weights in (("macro average", None), ("weighted average", counts)):
        if sum(counts):
            rows.append((title, np.average(values, axis=0, weights=weights).tolist(), sum(counts)))
    return [(label, precision, recall, f1, count) for label, (precision, recall, f1), count in rows]


def _write_gallery(folder: Path, pictures: Sequence[GalleryPicture]) -> None:
    for old in folder.glob("*.png") if folder.is_dir() else ():
        old.unlink()
    for number, one in enumerate(pictures):
        write_with_folder(folder / f"{number:03d}.png", encode_png(one.rgb))
    captions = [one.caption.replace("\n", " | ") for one in pictures]
    write_with_folder(folder / _CAPTIONS, ("\n".join(captions) + "\n").encode())


def _read_gallery(folder: Path) -> list[ReportPicture]:
    try:
        captions = (folder / _CAPTIONS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    paths = sorted(folder.glob("*.png"))
    return [
        ReportPicture(path.read_bytes(), caption.replace(" | ", "\n"))
        for path, caption in zip(paths, captions, strict=False)
    ]


def per_class_csv(evaluation: Evaluation) -> bytes:
    """Return one line a label: n, then precision, recall, F1 and AUC, each with the ends of its 95 % interval."""
    head = ["label", "n", *(f"{name}{end}" for name in _OF_LABEL for end in ("", "_low", "_high"))]
    rows = [
        [label, str(found.n), *(cell for name in _OF_LABEL for cell in _interval_cells(getattr(found, name)))]
        for label, found in evaluation.labels.items()
    ]
    return write_csv(head, rows)


def _interval_cells(value: Interval | None) -> Sequence[str]:
    return ("", "", "") if value is None else tuple(f"{one:.5f}" for one in (value.value, value.low, value.high))


def predictions_csv(judged: Sequence[tuple[ScoredCases, OperatingPoint]]) -> bytes:
    """Return one line a case: part, name, group and label, the calibrated probability of each label, the decision."""
    rows = []
    for one, choice in judged:
        probabilities, decisions = choice.probabilities(one), choice.decisions(one)
        for number, name in enumerate(one.names):
            values = [f"{value:.6f}" for value in probabilities[number]]
            rows.append([one.part, name, one.groups[number], one.labels[number], *values, decisions[number]])
    names = [f"p_{name}" for name in judged[0][1].task.names]
    return write_csv(["part", "name", "group", "label", *names, "decision"], rows)


def series_csv(scored: Sequence[ScoredCases], choice: OperatingPoint) -> bytes:
    """Return one line a series: part, first file, group, slices, labels, the score of each label by each pooling."""
    head, *rows = series_rows(scored, choice)
    return write_csv(head, rows)


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode()
