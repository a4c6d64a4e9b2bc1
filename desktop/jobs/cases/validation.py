"""A table of results against a truth file: judged in the background, and written down as a report. No Qt here."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop.jobs.cases.table_bundles import find_bundles
from desktop.render.plot_picture import draw_plot
from imaging.base.atomic_write import write_all
from imaging.base.english import english
from imaging.base.errors import Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress
from inference.cases.comparison import compare_models, compare_with_card
from inference.cases.results import ModelResults, read_results
from inference.cases.threshold_figures import ThresholdFigures, judge_thresholds
from inference.cases.truth import Truth, join_truth, read_truth
from inference.cases.validation import Validation, select_cases, validate_cases
from inference.classify.finding import threshold_of
from inference.contract.contract import Contract
from inference.report.png_file import encode_png
from inference.report.svg_plots import Plot, PlottedCurve, draw_svg
from inference.report.validation_document import ModelVerdict, make_validation_document, write_validation_csv
from inference.report.validation_page import write_validation_page

_DOING = "Judging models"
_NO_CARD = english(
    "The bundle is not installed here, so its card is not beside these figures, and its task is told by the table."
)
_UNFIT = english("This table holds other labels than the bundle, so the card is not beside these figures.")


Pictures = Mapping[str, Mapping[str, NDArray[np.uint8]]]
"""Plots as RGB pictures, by model hash and name."""
WritePdf = Callable[[Mapping[str, Any], Pictures], bytes]
"""Sets the document as PDF; Qt's writer does, which stands above this folder."""


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """The judgement of a table: a document, plots, and what was left out."""

    document: dict[str, Any]
    """As `validate --json` writes it."""
    plots: dict[str, dict[str, Plot]]
    """By model hash and name."""
    validations: tuple[Validation, ...]
    contracts: dict[str, Contract]
    """By model hash, of the bundles that could be found and fit the table."""
    bundles: dict[str, Path]
    """By model hash, the paths of these bundles."""
    unknown: tuple[Skipped, ...]
    """Lines of the truth that name no row of the table."""


def judge_table(table: Path, truth_file: Path, *, by: str, policy: ReadingPolicy) -> Job[JudgedTable]:
    """Judge every model of a table; cases are drawn `by` case or patient. Raises `Refusal`."""
    yield Progress(_DOING, 0)
    results = read_results(table)
    truth = read_truth(truth_file)
    bundles = find_bundles(table, {one.sha256 for one in results}, policy)
    contracts = {sha256: contract for sha256, (contract, _) in bundles.items()}
    verdicts, unknown = [], dict[str, Skipped]()
    for number, one in enumerate(results):
        yield Progress(_DOING, number, len(results))
        verdict, skipped = _judge(one, truth, contracts.get(one.sha256), by_patient=by == "patient")
        verdicts.append(verdict)
        unknown |= {row.path: row for row in skipped}
    validations = [one.validation for one in verdicts]
    found = []
    for other in validations[1:]:
        yield Progress(_DOING, len(results), len(results))
        found.append(compare_models(validations[0], other))
    document = make_validation_document(verdicts, [one for one in found if one is not None], by=by)
    document["notes"] += _common_notes(truth, found)
    plots = {
        one.cases.model.sha256: {"roc": _draw_roc(one), "calibration": _draw_calibration(one)} for one in validations
    }
    fitting = {one.sha256: contracts[one.sha256] for one in results if _fits(contracts.get(one.sha256), one)}
    paths = {sha256: bundles[sha256][1] for sha256 in fitting}
    return JudgedTable(document, plots, tuple(validations), fitting, paths, tuple(unknown.values()))


def write_judgement(judged: JudgedTable, folder: Path, write_pdf: WritePdf) -> tuple[str, ...]:
    """Write the report into a folder, and return the names of its files. Raises `Refusal` (WRITE)."""
    files = _report_files(judged, write_pdf)
    write_all(folder, files)
    return tuple(files)


def judge_label(judged: JudgedTable, model: int, label: str) -> Job[ThresholdFigures]:
    """Return the figures of a label at all thresholds, the model's own among them."""
    yield Progress(_DOING, 0)
    validation = judged.validations[model]
    contract = judged.contracts.get(validation.cases.model.sha256)
    own = None if contract is None else threshold_of(contract, label)
    return judge_thresholds(validation.cases, label, () if own is None else (own,))


def _fits(contract: Contract | None, results: ModelResults) -> bool:
    return contract is not None and contract.task.names == results.labels


def _judge(
    results: ModelResults, truth: Truth, contract: Contract | None, *, by_patient: bool
) -> tuple[ModelVerdict, Sequence[Skipped]]:
    notes = [] if contract is not None else [_NO_CARD]
    if contract is not None and not _fits(contract, results):
        contract, notes = None, [_UNFIT]
    task = results.guess_task() if contract is None else contract.task
    joined = join_truth(truth, results, task)
    validation = validate_cases(select_cases(results, joined, task, by_patient=by_patient))
    against = None if contract is None else compare_with_card(validation, contract)
    version = None if contract is None else contract.version
    return ModelVerdict(validation, version, against, tuple(notes)), joined.unknown


def _common_notes(truth: Truth, found: Sequence[object | None]) -> Sequence[str]:
    notes = []
    if truth.unlabelled:
        notes.append(
            english("%n line(s) of the truth (has|have) no label and (was|were) left out.", "", truth.unlabelled)
        )
    if None in found:
        notes.append(english("Models with other labels, or without a case in common, are not compared with the first."))
    return notes


def _report_files(judged: JudgedTable, write_pdf: WritePdf) -> dict[str, bytes]:
    """Return the files of the report by their names."""
    files: dict[str, bytes] = {}
    pictures = {model: {name: draw_plot(plot) for name, plot in plots.items()} for model, plots in judged.plots.items()}
    drawn = {model: {name: draw_svg(plot) for name, plot in plots.items()} for model, plots in judged.plots.items()}
    for number, model in enumerate(judged.plots):
        which = f"-{number}" if len(judged.plots) > 1 else ""
        files |= {f"{name}{which}.svg": svg.encode() for name, svg in drawn[model].items()}
        files |= {f"{name}{which}.png": encode_png(picture) for name, picture in pictures[model].items()}
    document = judged.document
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return {
        "validation.json": f"{text}\n".encode(),
        "validation.html": write_validation_page(document, drawn),
        "validation.pdf": write_pdf(document, pictures),
        "validation.csv": write_validation_csv(document),
        **files,
    }


def _draw_roc(one: Validation) -> Plot:
    names = one.cases.task.names
    shown = names[1:] if len(names) == 2 and one.matrix else names
    curves = []
    for label in shown:
        if "auc" in one.by_label[label]:
            falsely, rightly = one.roc(label)
            curves.append(PlottedCurve(label, falsely.tolist(), rightly.tolist()))
    return Plot(english("ROC curve"), english("1 − specificity"), english("sensitivity"), curves)


def _draw_calibration(one: Validation) -> Plot:
    confidence, right = one.calibration
    curve = PlottedCurve(english("{model}, ten bins", model=one.cases.model.model), confidence, right, with_marks=True)
    return Plot(
        english("Calibration"), english("mean probability of the answer"), english("share that was right"), [curve]
    )
