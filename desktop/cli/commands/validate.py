"""`validate`: how good models are on one's own cases, from a table of `batch` and a truth file."""

from collections.abc import Mapping
from typing import Any

from desktop.cli.output import CommandOutcome, run_job, skipped_rows
from desktop.cli.table_requests import ValidateRequest
from desktop.jobs.cases.validation import Pictures, judge_table, write_judgement
from imaging.workers.pool import Reading
from inference.contract.contract import NOTICE
from inference.report.validation_page import FIGURE_WORDS, text_of_figure


def validate(request: ValidateRequest, reading: Reading) -> CommandOutcome:
    """Judge every model of the table."""
    judged = run_job(judge_table(request.results, request.truth, by=request.by, policy=reading.policy))
    document = judged.document | {"skipped": skipped_rows(judged.unknown)}
    lines = [line for one in (document, *document["others"]) for line in _lines(one)]
    if request.out is not None:
        lines += [str(request.out / name) for name in write_judgement(judged, request.out, _write_pdf)]
    return CommandOutcome(document, [*lines, NOTICE], judged.unknown)


def _write_pdf(document: Mapping[str, Any], pictures: Pictures) -> bytes:
    from desktop.ui.report_pdf import write_validation_pdf_without_window  # Qt: only a PDF needs it

    return write_validation_pdf_without_window(document, pictures)


def _lines(one: dict[str, Any]) -> list[str]:
    named = one["model"]["id"]
    persons = "persons unknown" if one["persons"] is None else f"{one['persons']} persons"
    lines = [f"{named}: {one['n']} cases, {persons}, {one['refused']} of them out of contract"]
    for name, figure in one["metrics"].items():
        beside = (one["against_card"] or {"figures": {}})["figures"].get(name)
        said = {True: ", a real difference", False: ", within chance", None: ""}
        card = f"; card {text_of_figure(beside['card'])}{said[beside['real']]}" if beside else ""
        lines.append(f"{named}: {FIGURE_WORDS[name]} {text_of_figure(figure)}{card}")
    return [*lines, *(f"{named}: {note}" for note in one["notes"])]
