"""A report on one slice in the background: its content, then its files. No Qt here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from desktop.jobs.explain import ShownMap
from desktop.jobs.score import choose_label
from desktop.jobs.series_score import score_series
from desktop.render.curve_picture import caption_curve, draw_curve
from desktop.render.frame import Voi
from desktop.render.report_pictures import draw_report_pictures
from desktop.startup.build_info import edition
from desktop.state.probability_curve import ProbabilityCurve, SliceState, build_curve, empty_scores
from desktop.state.report_options import Paper, ReportOptions
from desktop.state.texts.language import tr
from imaging.base.atomic_write import write_all
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job, Progress
from imaging.provenance import identify_source
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis
from inference.classify.preprocess import ModelInput, prepare
from inference.contract.codes import ModelCode
from inference.explain.map_check import check_map
from inference.explain.methods import BY_COVERING, choose_maker, describe_method, explain
from inference.explain.normalise_cam import heat_in_slice, heatmap
from inference.report.content import FindingPicture, ReportContent, compose_report
from inference.report.csv_table import write_csv
from inference.report.dicom_objects import FILE_NAMES, DicomFiles, write_dicom_objects
from inference.report.html_page import write_html
from inference.report.json_document import write_json
from inference.report.subject import CurveNote, HeatmapNote, ReaderNote, ReportSubject, TypedPatient

WritePdf = Callable[[ReportContent, Paper], bytes]
"""Sets a PDF; Qt's writer does, which stands above this folder."""


@dataclass(frozen=True)
class WrittenReport:
    """The names of the files that were written, and the formats that were refused, each with the reason."""

    names: tuple[str, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences on the formats that were refused, for a person."""
        return tuple(
            tr("{one} was not written: {message}", one=one, message=tr(refusal.message))
            for one, refusal in self.refused
        )


_WRITERS = {"json": write_json, "html": write_html, "csv": write_csv}


def make_report(
    slice_: Slice,
    classifier: Classifier,
    options: ReportOptions,
    *,
    analysis: Analysis | None,
    voi: Voi | None,
    series_number: int,
    reading: Reading,
    method: str | None = None,
    shown: ShownMap | None = None,
    curve: ProbabilityCurve | None = None,
) -> Job[ReportContent]:
    """Make the content of the report on a slice that is a stored frame; `analysis` None: it is scored here.

    `shown` is the heatmap of that analysis on screen, which the report has then; without one it is made and checked.
    `curve` is that of its series, if that was scored; `method` is as in `inference.explain.methods`. Raises `Refusal`:
    the model's own if there is no finding, NO_HEATMAP, and that of a file that can no longer be read.
    """
    if slice_.frame is None:
        raise Refusal(Code.UNSUPPORTED, "A report is about a slice as it was acquired, not about a cut across slices.")
    contract, analysis = classifier.contract, analysis or analyse(slice_, classifier)
    if analysis.finding is None:
        raise Refusal(ModelCode(analysis.code), analysis.message)
    input_ = prepare(slice_, contract.input)
    analysis, note = yield from _explain(analysis, slice_, classifier, method, input_, shown)
    identity = yield from identify_source(slice_.series, slice_.frame, reading)
    heat = None if note is None else heat_in_slice(analysis, contract, note.label)
    pictures = draw_report_pictures(
        slice_,
        voi,
        input_=input_,
        spec=contract.input,
        heat=heat,
        note=note,
    )
    if curve is not None:
        pictures = (*pictures, FindingPicture("curve", caption_curve(curve), draw_curve(curve, slice_.index)))
    is_typed = options.name is not None or options.date is not None
    subject = ReportSubject(
        slice=slice_,
        analysis=analysis,
        bundle=classifier.bundle,
        identity=identity,
        series_number=series_number,
        program=edition().line(),
        made=datetime.now().astimezone(),
        voi=voi,
        typed=TypedPatient(options.name or "", options.date or "") if is_typed else None,
        is_private=options.private,
        prevalence=options.prevalence,
        heatmap=note,
        heat=heat,
        curve=None if curve is None else _note_curve(curve),
        reader=ReaderNote(options.label, options.remark),
    )
    return compose_report(subject, pictures)


def score_whole_series(
    volume: Volume, classifier: Classifier, reading: Reading, phase: int
) -> Job[tuple[ProbabilityCurve, int]]:
    """Score every slice of a phase; its curve, and the slice that it is greatest on (without a number, the middle one).

    Raises `Refusal`: OUT_OF_RANGE, and those of a model that is ended.
    """
    series = volume.series
    if not 0 <= phase < series.phases:
        raise Refusal(Code.OUT_OF_RANGE, english("This series has phases 0 to {phases}.", phases=series.phases - 1))
    scores = empty_scores(classifier.contract, phase=phase, slices=series.slices)
    yield from score_series(volume, [(classifier, scores)], reading, is_streaming=lambda: False)
    curve = build_curve(scores, None, revealed=False)
    return curve, series.middle if curve.is_empty else int(np.nanargmax(curve.values))


def write_report(
    content: ReportContent, series: Series, options: ReportOptions, write_pdf: WritePdf, reading: Reading
) -> Job[WrittenReport]:
    """Write the files of a report, all or none. Raises `Refusal`: WRITE, also onto what was opened; a refused format's
    if no other was wanted.
    """
    made: dict[str, bytes] = {}
    for one in options.formats:
        if one in _WRITERS:
            made[f"report.{one}"] = _WRITERS[one](content)
        elif one == "pdf":
            made["report.pdf"] = write_pdf(content, options.paper)
        yield Progress(tr("Writing the report"), len(made), len(options.formats))
    objects = DicomFiles({})
    if any(one in FILE_NAMES for one in options.formats):
        objects = yield from write_dicom_objects(content, options.formats, reading)
        made |= objects.files
    if not made:
        raise objects.refused[0][1]
    folder = options.folder.resolve()
    opened = {frame.source.path.resolve() for frame in series.frames}
    if opened & {folder / name for name in made}:
        raise Refusal(Code.WRITE, "A file to write is one of the files that were opened; they are never changed.")
    write_all(options.folder, made)
    return WrittenReport(tuple(made), objects.refused)


def _note_curve(curve: ProbabilityCurve) -> CurveNote:
    values, known = curve.values, not curve.is_empty
    highest = int(np.nanargmax(values)) if known else None
    return CurveNote(
        label=curve.label,
        slices=len(values),
        out_of_contract=int(np.count_nonzero(curve.states == SliceState.WITHHELD)),
        failed=int(np.count_nonzero(curve.states == SliceState.FAILED)),
        mean=float(np.nanmean(values, dtype=np.float64)) if known else None,
        maximum=None if highest is None else float(values[highest]),
        maximum_slice=highest,
        peaks=tuple((peak, float(values[peak])) for peak in curve.peaks),
    )


def _explain(
    analysis: Analysis,
    slice_: Slice,
    classifier: Classifier,
    method: str | None,
    input_: ModelInput,
    shown: ShownMap | None,
) -> Job[tuple[Analysis, HeatmapNote | None]]:
    """Return the analysis with class maps and how they were made; no note if there is no map to show."""
    label = choose_label(analysis) if shown is None else shown.label
    if classifier.contract.explanation.method == "none" or label is None:
        return analysis, None
    explained = shown.explained if shown else (yield from explain(analysis, slice_, classifier, method))
    raw = explained.analysis.raw
    if raw is None or raw.cams is None:
        return explained.analysis, HeatmapNote(label, explained.method, explained.layer)
    said = describe_method(explained.method, explained.layer, (raw.cams.shape[1], raw.cams.shape[2]))
    note = HeatmapNote(label, explained.method, explained.layer, said, None if shown is None else shown.check)
    heat = heatmap(raw, classifier.contract, label)
    # A map by covering, or of another layer, takes long to check: whoever sees it on screen has its check there.
    is_own = explained.layer == classifier.contract.explanation.target_layer and explained.method not in BY_COVERING
    if note.check is not None or not heat.any() or (shown is not None and not is_own):
        return explained.analysis, note
    make_cams = choose_maker(explained.method, classifier)
    check = yield from check_map(heat, input_, classifier, label=label, make_cams=make_cams)
    return explained.analysis, replace(note, check=check)
