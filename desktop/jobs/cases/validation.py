"""A table of results against a truth file: judged in the background, and written down as a report. No Qt here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaging.base.atomic_write import write_all
from imaging.base.errors import Refusal, Skipped
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import Job, Progress
from inference.batch.resume import read_job
from inference.bundle.catalog import list_installed, resolve_model
from inference.cases.comparison import compare_models, compare_with_card
from inference.cases.results import ModelResults, read_results
from inference.cases.truth import Truth, join_truth, read_truth
from inference.cases.validation import Validation, select_cases, validate_cases
from inference.contract.contract import Contract
from inference.report.svg_plots import PlottedCurve, draw_curves
from inference.report.validation_document import ModelVerdict, make_validation_document, write_validation_csv
from inference.report.validation_page import write_validation_page

_DOING = "Judging models"
_NO_CARD = (
    "The bundle is not installed here, so its card is not beside these figures, and its task is told by the table."
)
_UNFIT = "This table holds other labels than the bundle, so the card is not beside these figures."


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """The judgement of a table: a document, plots, and what was left out."""

    document: dict[str, Any]
    """As `validate --json` writes it."""
    plots: dict[str, dict[str, str]]
    """SVGs by model hash and name."""
    unknown: tuple[Skipped, ...]
    """Lines of the truth that name no row of the table."""


def judge_table(table: Path, truth_file: Path, *, by: str, policy: ReadingPolicy) -> Job[JudgedTable]:
    """Judge every model of a table; cases are drawn `by` case or patient. Raises `Refusal`."""
    yield Progress(_DOING, 0)
    results = read_results(table)
    truth = read_truth(truth_file)
    contracts = _find_contracts(table, results, policy)
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
    return JudgedTable(document, plots, tuple(unknown.values()))


def write_judgement(judged: JudgedTable, folder: Path) -> tuple[str, ...]:
    """Write the report into a folder, and return the names of its files. Raises `Refusal` (WRITE)."""
    files = _report_files(judged)
    write_all(folder, files)
    return tuple(files)


def _judge(
    results: ModelResults, truth: Truth, contract: Contract | None, *, by_patient: bool
) -> tuple[ModelVerdict, Sequence[Skipped]]:
    notes = [] if contract is not None else [_NO_CARD]
    if contract is not None and contract.task.names != results.labels:
        contract, notes = None, [_UNFIT]
    task = results.guess_task() if contract is None else contract.task
    joined = join_truth(truth, results, task)
    validation = validate_cases(select_cases(results, joined, task, by_patient=by_patient))
    against = None if contract is None else compare_with_card(validation, contract)
    version = None if contract is None else contract.version
    return ModelVerdict(validation, version, against, tuple(notes)), joined.unknown


def _find_contracts(table: Path, results: Sequence[ModelResults], policy: ReadingPolicy) -> dict[str, Contract]:
    """Return by hash the contracts of the table's models: of those installed, and of those that its job names."""
    wanted = {one.sha256 for one in results}
    found = {one.sha256: one.contract for one in list_installed() if one.contract is not None and one.sha256 in wanted}
    try:
        job = read_job(table)
        for model in () if job is None else job.models:
            if model.sha256 in wanted - found.keys():
                bundle = resolve_model(model.named, policy=policy)
                if bundle.sha256 == model.sha256:
                    found[model.sha256] = bundle.contract
    except Refusal:
        # The figures need no bundle: a job file or a model that is gone costs the card.
        pass
    return found


def _common_notes(truth: Truth, found: Sequence[object | None]) -> list[str]:
    notes = []
    if truth.unlabelled:
        notes.append(f"{truth.unlabelled} lines of the truth have no label and were left out.")
    if None in found:
        notes.append("Models with other labels, or without a case in common, are not compared with the first.")
    return notes


def _report_files(judged: JudgedTable) -> dict[str, bytes]:
    """Return the files of the report by their names."""
    files: dict[str, bytes] = {}
    for number, drawn in enumerate(judged.plots.values()):
        which = f"-{number}" if len(judged.plots) > 1 else ""
        files |= {f"{name}{which}.svg": svg.encode() for name, svg in drawn.items()}
    document = judged.document
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return {
        "validation.json": f"{text}\n".encode(),
        "validation.html": write_validation_page(document, judged.plots),
        "validation.csv": write_validation_csv(document),
        **files,
    }


def _draw_roc(one: Validation) -> str:
    names = one.cases.task.names
    shown = names[1:] if len(names) == 2 and one.matrix else names
    curves = []
    for label in shown:
        if "auc" in one.by_label[label]:
            falsely, rightly = one.roc(label)
            curves.append(PlottedCurve(label, falsely.tolist(), rightly.tolist()))
    return draw_curves("ROC curve", "1 - specificity", "sensitivity", curves)


def _draw_calibration(one: Validation) -> str:
    confidence, right = one.calibration
    curve = PlottedCurve(f"{one.cases.model.model}, ten bins", confidence, right, with_marks=True)
    return draw_curves("Calibration", "mean probability of the answer", "share that was right", [curve])
