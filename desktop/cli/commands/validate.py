"""`validate`: how good models are on one's own cases, from a table of `batch` and a truth file."""

from collections.abc import Mapping
from typing import Any

from desktop.cli.output import CommandOutcome, run_job, skipped_rows
from desktop.cli.table_requests import ValidateRequest
from desktop.jobs.cases.local_points import choose_and_keep
from desktop.jobs.cases.validation import JudgedTable, Pictures, judge_table, write_judgement
from imaging.workers.pool import Reading
from inference.bundle.local_point import LocalPoint
from inference.contract.contract import NOTICE
from inference.report.validation_page import FIGURE_WORDS, text_of_figure
from inference.statistics.bootstrap import interval_text


def validate(request: ValidateRequest, reading: Reading) -> CommandOutcome:
    """Judge every model of the table."""
    judged = run_job(judge_table(request.results, request.truth, by=request.by, policy=reading.policy))
    document = judged.document | {"skipped": skipped_rows(judged.unknown)}
    lines = [line for one in (document, *document["others"]) for line in _lines(one)]
    if request.choose_point is not None:
        points = [_choose(judged, number, request) for number in range(len(judged.validations))]
        document |= {"local_points": [point.model_dump(mode="json") for point in points]}
        lines += [f"{one.model}: {one.sentence} {_judged_words(one)}" for one in points]
    if request.out is not None:
        lines += [str(request.out / name) for name in write_judgement(judged, request.out, _write_pdf)]
    return CommandOutcome(document, [*lines, NOTICE], judged.unknown)


def _choose(judged: JudgedTable, model: int, request: ValidateRequest) -> LocalPoint:
    assert request.choose_point is not None
    choosing = choose_and_keep(
        judged,
        model,
        aim=request.choose_point,
        label=request.label,
        share=request.share,
        with_temperature=request.temperature,
    )
    return run_job(choosing)


def _judged_words(point: LocalPoint) -> str:
    found = {"accuracy": point.judged.accuracy}
    if point.label is not None and (recall := point.judged.labels[point.label].recall) is not None:
        found["sensitivity"] = recall
    told = ", ".join(f"{name} {interval_text(figure)}" for name, figure in found.items())
    return f"On the {point.judged.n} others: {told}. `classify --local` uses it."


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
