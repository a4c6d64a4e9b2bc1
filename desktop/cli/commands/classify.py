"""`classify`: slices one after another through a model, each with its heatmap if that is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.cli.commands.slices import find_series, read_initial_voi, why_nothing_opened, write_npy, write_png
from desktop.cli.output import CommandOutcome, file_counts, model_row, run_job, skipped_rows
from desktop.cli.parser import ClassifyRequest
from desktop.jobs.score import choose_label
from desktop.render.colour_maps import blend_overlay, draw_heat
from desktop.render.frame import draw_frame, draw_graphics
from desktop.state.view import Heat
from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.progress import Job, Progress
from imaging.load import allocate, fill
from imaging.scan import scan
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice, Volume
from imaging.workers.pool import Reading
from inference.bundle.catalog import resolve_model
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.classify.finding import Analysis, Status, answer_set_sentence, out_of_distribution_sentence
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE
from inference.explain.normalise_cam import heat_in_slice
from inference.explain.occlusion import explain_by_occlusion


@dataclass(frozen=True, eq=False)
class ClassifiedSlice:
    """One result. Without `analysis` the slice never reached the model; `failure` says why there is no finding.

    `heatmap` is the .npy that was written, of the label `heat_label`; the overlay is the .png beside it.
    """

    path: str
    series: int
    slice: int
    phase: int
    analysis: Analysis | None
    failure: Skipped | None
    heatmap: Path | None = None
    heat_label: str | None = None

    def row(self) -> dict[str, Any]:
        """Return the result as `classify --json` writes it."""
        analysis, failure = self.analysis, self.failure
        finding = None if analysis is None else analysis.finding
        unlike = None if analysis is None else analysis.out_of_distribution
        spent = None if analysis is None else analysis.milliseconds
        return {
            "path": self.path,
            "series": self.series,
            "slice": self.slice,
            "phase": self.phase,
            "status": (Status.REFUSED if analysis is None else analysis.status).value,
            "probabilities": {} if finding is None else {score.name: score.probability for score in finding.scores},
            "decision": None if finding is None else finding.decision,
            "advice": None if finding is None else finding.advice,
            "answer_sets": [
                {"alpha": one.alpha, "answers": [list(names) for names in one.answers]}
                for one in (() if finding is None else finding.sets)
            ],
            "out_of_distribution": None if unlike is None else {"score": unlike.score, "refused": unlike.refused},
            "heatmap": None if self.heatmap is None else str(self.heatmap),
            "heatmap_label": self.heat_label,
            "overlay": None if self.heatmap is None else str(self.heatmap.with_suffix(".png")),
            "milliseconds": {"prepare": spent.prepare if spent else 0.0, "run": spent.run if spent else 0.0},
            "concerns": [
                {"point": concern.point, "kind": concern.kind.value, "sentence": concern.sentence}
                for concern in (() if analysis is None else analysis.concerns)
            ],
            "code": None if failure is None else failure.code.value,
            "message": None if failure is None else failure.message,
        }


def classify(request: ClassifyRequest, reading: Reading) -> CommandOutcome:
    """Score the wanted slices, in the order of series and slice."""
    classifier = Classifier(resolve_model(request.model))
    found = run_job(scan(request.paths, reading))
    ledger = found.ledger
    if not found.series:
        document = _classify_document(classifier, [], ledger=ledger)
        return CommandOutcome(document, [], ledger.skipped, error=why_nothing_opened(ledger))
    wanted = list(enumerate(found.series))
    if request.series is not None:
        wanted = [(request.series, find_series(found, request.series))]
    if request.explain is not None:
        _make_folder(request.explain)
    scored = run_job(classify_slices(classifier, wanted, request, reading))
    failed = [one.failure for one in scored if one.failure is not None]
    unread = [one.failure for one in scored if one.failure is not None and one.analysis is None]
    document = _classify_document(classifier, scored, ledger=ledger, unread=unread)
    lines = [_result_line(one, classifier) for one in scored]
    error = Refusal(failed[0].code, failed[0].message) if len(failed) == len(scored) else None
    return CommandOutcome(document, [*lines, NOTICE], [*ledger.skipped, *failed], error=error)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(Code.WRITE, "The folder for the results could not be made there.") from error


def classify_slices(
    classifier: Classifier, wanted: Sequence[tuple[int, Series]], request: ClassifyRequest, reading: Reading
) -> Job[list[ClassifiedSlice]]:
    """Return results in the order of series and slice; a slice that cannot be read or scored is one too."""
    results: list[ClassifiedSlice] = []
    for number, series in wanted:
        results += yield from _classify_series(classifier, number, series, request, reading)
    return results


def _classify_series(
    classifier: Classifier, number: int, series: Series, request: ClassifyRequest, reading: Reading
) -> Job[list[ClassifiedSlice]]:
    """Score the wanted slices of one series; every frame is read once, one volume is in memory at a time."""
    indices = _indices(series, request)
    try:
        _require_there(series, indices, request.phase)
        volume = allocate(series, reading)
    except Refusal as refusal:
        return [_unread_result(number, series, index, request.phase, refusal) for index in indices]
    rows = yield from fill(volume, reading, [request.phase * series.slices + index for index in indices])
    why = {row.path: row for row in rows}
    results = []
    for done, index in enumerate(indices, start=1):
        if volume.loaded[request.phase, index]:
            slice_ = volume.slice_at(Plane.ACQUIRED, index, request.phase)
            results.append((yield from _classify_slice(classifier, number, slice_, volume, request.explain, reading)))
        else:
            row = why.get(series.frame(request.phase, index).source.name)
            lost = Refusal(Code.DECODE) if row is None else Refusal(row.code, row.message)
            results.append(_unread_result(number, series, index, request.phase, lost))
        yield Progress("Scoring slices", done, len(indices))
    return results


def _indices(series: Series, request: ClassifyRequest) -> list[int]:
    if request.slice == "all":
        return list(range(series.slices))
    return [series.middle if request.slice == "middle" else request.slice]


def _require_there(series: Series, indices: Sequence[int], phase: int) -> None:
    if not 0 <= phase < series.phases:
        raise Refusal(Code.OUT_OF_RANGE, f"There is no phase {phase}; this series has {series.phases}.")
    if not all(0 <= index < series.slices for index in indices):
        raise Refusal(Code.OUT_OF_RANGE, f"This series has slices 0 to {series.slices - 1}.")


def _unread_result(number: int, series: Series, index: int, phase: int, refusal: Refusal) -> ClassifiedSlice:
    exists = 0 <= phase < series.phases and 0 <= index < series.slices
    source = series.frame(phase, index).source if exists else series.frames[0].source
    return ClassifiedSlice(source.name, number, index, phase, None, Skipped.because(source.name, refusal))


def _classify_slice(
    classifier: Classifier, number: int, slice_: Slice, volume: Volume, folder: Path | None, reading: Reading
) -> Job[ClassifiedSlice]:
    """Score one slice, and write its heatmap if there is a folder for it."""
    assert slice_.frame is not None
    path = slice_.frame.source.name
    analysis = analyse(slice_, classifier)
    if analysis.finding is None:
        failure = Skipped(path, ModelCode(analysis.code), analysis.message)
        return ClassifiedSlice(path, number, slice_.index, slice_.phase, analysis, failure)
    result = ClassifiedSlice(path, number, slice_.index, slice_.phase, analysis, None)
    if folder is None:
        return result
    # A name made of numbers alone: file names and labels may hold what no file name should.
    phase = f"_phase-{slice_.phase:03d}" if slice_.series.phases > 1 else ""
    file = folder / f"series-{number:03d}{phase}_slice-{slice_.index:04d}.npy"
    label = yield from _write_heatmap(classifier, analysis, slice_, file, volume, reading)
    return result if label is None else replace(result, heatmap=file, heat_label=label)


def _write_heatmap(
    classifier: Classifier, analysis: Analysis, slice_: Slice, file: Path, volume: Volume, reading: Reading
) -> Job[str | None]:
    """Write the heatmap of the decided label, as numbers and over the viewer's frame. Return the label, if any."""
    contract, label = classifier.contract, choose_label(analysis)
    if contract.explanation.method == "none" or label is None or analysis.raw is None:
        return None
    if analysis.raw.cams is None:
        try:
            analysis = yield from explain_by_occlusion(analysis, slice_, classifier)
        except Refusal:
            # The score stands; a model that fails on covered slices has no heatmap.
            return None
    heat = heat_in_slice(analysis, contract, label)
    look = Heat()
    overlay = draw_heat(heat, opacity=look.opacity, cut=look.cut)
    write_npy(file, heat)
    frame = draw_frame(slice_, read_initial_voi(volume, reading))
    write_png(file.with_suffix(".png"), draw_graphics(blend_overlay(frame, overlay), slice_))
    return label


def _classify_document(
    classifier: Classifier, scored: Sequence[ClassifiedSlice], *, ledger: Ledger, unread: Sequence[Skipped] = ()
) -> dict[str, Any]:
    return {
        "model": model_row(classifier.bundle),
        "results": [one.row() for one in scored],
        "skipped": skipped_rows([*ledger.skipped, *unread]),
        "files": file_counts(ledger),
        "notice": NOTICE,
    }


def _result_line(one: ClassifiedSlice, classifier: Classifier) -> str:
    """Return a result for a person: where it is from, decision and scores, and what speaks against believing it."""
    where = f"series {one.series} slice {one.slice}"
    if one.analysis is None or one.analysis.finding is None:
        return f"{where}: {one.failure.message if one.failure is not None else ''}"
    finding = one.analysis.finding
    scores = ", ".join(f"{label.name} {label.probability:.3f}" for label in finding.scores)
    unfamiliar = out_of_distribution_sentence(one.analysis, classifier.contract)
    promised = answer_set_sentence(finding)
    against = [] if promised is None else [promised]
    against += [concern.sentence for concern in one.analysis.concerns]
    against += [] if unfamiliar is None else [f"Unlike what it was trained on: {unfamiliar}"]
    return "\n   ".join([f"{where}: {finding.decision} ({scores}). {finding.advice}", *against])
