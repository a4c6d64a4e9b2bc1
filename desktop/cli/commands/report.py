"""`report`: a finding written down, of one series or of each, in every format that was asked for."""

from dataclasses import dataclass, replace

from desktop.cli.commands.slices import find_series, read_initial_voi, read_slice, why_nothing_opened
from desktop.cli.output import KEPT, CommandOutcome, run_job, skipped_rows
from desktop.cli.parser import ReportRequest
from desktop.jobs.report import make_report, score_whole_series, write_report
from desktop.render.curve_text import describe_curve
from desktop.state.report_options import Paper
from imaging.base.errors import Code, Refusal, Skipped
from imaging.load import allocate
from imaging.scan import Scan, scan
from imaging.volume.geometry import Plane
from imaging.workers.pool import Reading
from inference.bundle.catalog import resolve_model
from inference.bundle.local_point import require_local_point
from inference.classify.classifier import Classifier
from inference.report.content import ReportContent
from inference.report.dicom_objects import FILE_NAMES
from inference.report.json_document import make_document

_BURNED_IN = "Text is burned into these pixels and may name the patient; it is in the report's pictures too."


@dataclass(frozen=True)
class _Answer:
    """A report that was written: its content, lines for a person, what else must be said, the formats left out."""

    content: ReportContent
    lines: list[str]
    warnings: list[str]
    skipped: list[Skipped]


def report(request: ReportRequest, reading: Reading) -> CommandOutcome:
    """Score one slice of a series, or of each, and write the report on it. Raises `Refusal` if none was written."""
    bundle = resolve_model(request.model, policy=reading.policy)
    classifier = Classifier(require_local_point(bundle) if request.local else bundle, policy=reading.policy)
    found = run_job(scan(request.paths, reading))
    if not found.series:
        raise why_nothing_opened(found.ledger)
    if request.series != "all":
        answer = _report_on(found, request.series, classifier, request, reading)
        skipped = [*found.ledger.skipped, *answer.skipped]
        # What is printed is `report.json`, and names what that cannot know: what is missing beside it.
        document = make_document(answer.content) | ({"skipped": skipped_rows(skipped)} if skipped else {})
        return CommandOutcome(document, answer.lines, skipped, warnings=answer.warnings)
    return _report_on_each(found, classifier, request, reading)


def _report_on_each(found: Scan, classifier: Classifier, request: ReportRequest, reading: Reading) -> CommandOutcome:
    """Write a report on every series, each in a folder of its own; one without a finding costs no other.

    Reports that were written before Ctrl+C or a full disk are named.
    """
    answers: list[_Answer] = []
    skipped: list[Skipped] = []
    error, is_interrupted = None, False
    for number in range(len(found.series)):
        own = replace(request, folder=request.folder / f"series-{number}")
        try:
            answers.append(_report_on(found, number, classifier, own, reading))
            skipped += answers[-1].skipped
        except KeyboardInterrupt:
            is_interrupted = True
            break
        except Refusal as refusal:
            if refusal.code is Code.WRITE:
                # The disk is the same for all.
                error = refusal
                break
            skipped.append(Skipped.because(f"series {number}", refusal))
    if not answers and not is_interrupted:
        raise error or Refusal(skipped[0].code, skipped[0].message)
    return CommandOutcome(
        {"reports": [make_document(one.content) for one in answers], "skipped": skipped_rows(skipped)},
        [line for one in answers for line in one.lines],
        (*found.ledger.skipped, *skipped),
        error=error,
        warnings=[*([KEPT] if is_interrupted else []), *(sentence for one in answers for sentence in one.warnings)],
        interrupted=is_interrupted,
    )


def _report_on(found: Scan, number: int, classifier: Classifier, request: ReportRequest, reading: Reading) -> _Answer:
    """Write the report on the series with a number."""
    volume = allocate(find_series(found, number), reading)
    curve, index = None, request.slice if isinstance(request.slice, int) else volume.series.middle
    if request.slice == "all":
        curve, index = run_job(score_whole_series(volume, classifier, reading, request.phase))
    slice_ = read_slice(volume, reading, Plane.ACQUIRED, index, request.phase)
    making = make_report(
        slice_,
        classifier,
        request,
        analysis=None,
        voi=read_initial_voi(volume, reading),
        series_number=number,
        reading=reading,
        method=request.method,
        curve=curve,
    )
    content = run_job(making)
    written = run_job(write_report(content, volume.series, request, _write_pdf, reading))
    series = [] if curve is None else [describe_curve(curve)]
    lines = [content.headline, *series, *(str(request.folder / name) for name in written.names)]
    burned = [_BURNED_IN] if slice_.series.acquisition.burned_in else []
    left_out = [Skipped.because(str(request.folder / FILE_NAMES[one]), refusal) for one, refusal in written.refused]
    return _Answer(content, lines, burned, left_out)


def _write_pdf(content: ReportContent, paper: Paper) -> bytes:
    from desktop.ui.report_pdf import write_pdf_without_window  # Qt: no other answer of the command line needs it

    return write_pdf_without_window(content, paper)
