"""`inspect`: the series that files hold, what was skipped, and with `--why` the source of each fact."""

from collections.abc import Sequence
from typing import Any

from desktop.cli.commands.slices import why_nothing_opened
from desktop.cli.output import CommandOutcome, file_counts, run_job, skipped_rows
from desktop.cli.parser import InspectRequest
from desktop.jobs.report_reading import FoundReport, read_all_reports
from imaging.base.errors import Refusal, error_line
from imaging.provenance import reasons
from imaging.scan import scan
from imaging.volume.facts import TITLES, Reason, Topic
from imaging.volume.series import Series
from imaging.volume.structured_report import ReportItem
from imaging.volume.windowing import VoiFunction, Window
from imaging.workers.pool import Reading


def inspect(request: InspectRequest, reading: Reading) -> CommandOutcome:
    """List the series and the ledger of what was named."""
    found = run_job(scan(request.paths, reading))
    rows, lines = [], []
    studies = list(dict.fromkeys(series.patient.study for series in found.series))
    for number, series in enumerate(found.series):
        why = _look_up(series, reading) if request.why else None
        row = _series_row(number, series) | {"study": studies.index(series.patient.study)}
        rows.append(row | ({} if why is None else {"why": _why_row(series, why)}))
        lines += _series_lines(number, series) + ([] if why is None else _why_lines(why))
    uids = list({series.patient.study: series.patient.study_id for series in found.series}.values())
    reports = run_job(read_all_reports(found.reports, reading))
    lines += [_report_line(one) for one in reports]
    lines.append(f"{found.ledger.seen} seen, {found.ledger.sentence()}")
    document = {
        "series": rows,
        "studies": _study_rows(found.series),
        "skipped": skipped_rows(found.ledger.skipped),
        "files": file_counts(found.ledger),
    }
    if reports:
        document["reports"] = [_report_row(one, uids) for one in reports]
    error = None if found.series else why_nothing_opened(found.ledger)
    return CommandOutcome(document, lines, found.ledger.skipped, error=error)


def _series_row(number: int, series: Series) -> dict[str, Any]:
    window = _first_linear_window(series)
    return {
        "index": number,
        "id": series.id,
        "format": series.format.value,
        "modality": series.modality,
        "description": series.description,
        "number": series.number,
        "slices": series.slices,
        "phases": series.phases,
        "phase_of": series.phase_of,
        "phase_values": series.phase_values,
        "rows": series.rows,
        "columns": series.columns,
        "channels": series.channels,
        "spacing_mm": _spacing_row(series),
        "orientation": series.orientation,
        "axes": series.axes,
        "window": None if window is None else (window.centre, window.width),
        "units": series.units,
        "notes": series.notes,
    }


def _study_rows(series: Sequence[Series]) -> list[dict[str, Any]]:
    """Return studies in the order of their series; patients are numbered, and what names one is not written."""
    studies = {one.patient.study: one.patient for one in series}
    persons = list(dict.fromkeys(patient.person for patient in studies.values()))
    return [
        {
            "index": number,
            "patient": persons.index(patient.person),
            "date": patient.study_date or None,
            "description": patient.study_description or None,
        }
        for number, patient in enumerate(studies.values())
    ]


def _report_row(one: FoundReport, studies: Sequence[str]) -> dict[str, Any]:
    """Return a structured report with its items; `studies` are the UIDs of those that `study` counts."""
    report = one.found
    if isinstance(report, Refusal):
        return {"path": one.name, "error": {"code": report.code.value, "message": report.message}}
    return {
        "path": one.name,
        "title": report.title,
        "kind": report.kind,
        "template": report.template or None,
        "date": report.date or None,
        "study": next((number for number, uid in enumerate(studies) if uid and uid in report.studies), None),
        "items": [_item_row(item) for item in report.items],
    }


def _item_row(item: ReportItem) -> dict[str, Any]:
    return {
        "depth": item.depth,
        "kind": item.kind,
        "concept": item.concept,
        "value": item.value or None,
        "number": item.number,
        "unit": item.unit or None,
        "references": [{"instance_uid": one.instance_uid, "frames": one.frames} for one in item.references],
        "shape": None if item.shape is None else {"kind": item.shape.kind, "points": item.shape.points},
    }


def _report_line(one: FoundReport) -> str:
    if isinstance(one.found, Refusal):
        return error_line(f"report {one.name}: {one.found.message}", one.found.code)
    count = len(one.found.items)
    return f"report: {one.found.title}, {count} item{'s' if count != 1 else ''} ({one.found.kind}), {one.name}"


def _look_up(series: Series, reading: Reading) -> tuple[Reason, ...] | Refusal:
    """Return the sources of the facts about the middle slice, or why that cannot be told any more."""
    try:
        return reasons(series, reading, index=series.middle)
    except Refusal as refusal:
        return refusal


def _why_row(series: Series, why: tuple[Reason, ...] | Refusal) -> dict[str, Any]:
    told: dict[str, Any] = {"slice": series.middle, "phase": 0, "reasons": []}
    if isinstance(why, Refusal):
        return {**told, "error": {"code": why.code.value, "message": why.message}}
    return {**told, "reasons": [{"topic": one.topic.value, "value": one.value, "source": one.source} for one in why]}


def _why_lines(why: tuple[Reason, ...] | Refusal) -> list[str]:
    """Return the same for a person, one line a fact; notes stand among the series' own lines already."""
    if isinstance(why, Refusal):
        return [error_line(f"   why: {why.message}", why.code)]
    return [f"   {TITLES[one.topic]}: {one.value}  [{one.source}]" for one in why if one.topic is not Topic.NOTE]


def _spacing_row(series: Series) -> tuple[float | None, float, float] | None:
    """Return millimetres along (slice, row, column); None for a slice's depth that the file does not tell."""
    return series.spacing if series.spacing is None or series.depth_known else (None, *series.spacing[1:])


def _first_linear_window(series: Series) -> Window | None:
    """Return the middle slice's first window that (centre, width) describes; None if the file has none."""
    linear = (VoiFunction.LINEAR, VoiFunction.LINEAR_EXACT)
    return next((voi for voi in series.file_windows if isinstance(voi, Window) and voi.function in linear), None)


def _series_lines(number: int, series: Series) -> list[str]:
    """Return a series for a person: one line of facts, one for each note."""
    facts = [f"{number}: {series.modality or series.format.value}", f"{series.columns} x {series.rows}"]
    facts.append(f"{series.slices} slice{'s' if series.slices != 1 else ''}")
    if series.phases > 1:
        by = f" by {series.phase_of}" if series.phase_of else ""
        facts.append(f"{series.phases} phases{by}")
    if series.channels == 3:
        facts.append("colour")
    if series.orientation and series.axes:
        facts.append(f"{series.orientation} ({''.join(series.axes)})")
    if series.spacing:
        known = series.spacing if series.depth_known else series.spacing[1:]
        facts.append(" x ".join(f"{step:.4g}" for step in known) + " mm")
    if series.description:
        facts.append(series.description)
    return [", ".join(facts), *(f"   note: {note}" for note in series.notes)]
