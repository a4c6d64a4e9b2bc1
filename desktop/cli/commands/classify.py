"""`classify`: slices one after another through a model, each with its heatmap if that is wanted."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from desktop.cli.commands.heatmap_files import Heatmap, HeatmapWriter
from desktop.cli.commands.slices import find_series, why_nothing_opened
from desktop.cli.output import CommandOutcome, file_counts, model_row, run_job, skipped_rows
from desktop.cli.parser import ClassifyRequest
from imaging.base.errors import Ledger, Refusal, Skipped
from imaging.base.progress import Job, Progress, change_steps
from imaging.scan import scan
from imaging.workers.pool import Reading
from inference.batch.plan import SeriesPlan, count_slices, plan_slices
from inference.batch.run import Lane, SliceAnswer, answer_slices, open_lanes
from inference.bundle.catalog import resolve_model
from inference.bundle.local_point import require_local_point
from inference.classify.finding import (
    Analysis,
    Applicability,
    Finding,
    FindingColour,
    Standing,
    Status,
    answer_set_sentence,
    choose_colour,
    describe_standing,
    threshold_of,
)
from inference.classify.finding_words import NOT_ASKED, describe_threshold, describe_votes
from inference.contract.codes import ModelCode
from inference.contract.contract import NOTICE, Contract
from inference.contract.storage import Bundle
from inference.explain.methods import CAM, without_maps


@dataclass(frozen=True, eq=False)
class ClassifiedSlice:
    """One result. Without `analysis` the slice never reached the model; `failure` says why there is no finding."""

    path: str
    series: int
    slice: int
    phase: int
    analysis: Analysis | None
    failure: Skipped | None
    read: float = 0.0
    """Milliseconds that its pixels took to read; of slices that were read together, the mean."""
    heat: Heatmap | None = None

    def row(self, contract: Contract) -> dict[str, Any]:
        """Return the result as `classify --json` writes it. What never reached the model is not verified."""
        analysis, failure, heat = self.analysis, self.failure, self.heat
        finding = None if analysis is None else analysis.finding
        spent = None if analysis is None else analysis.milliseconds
        unread = Applicability(Standing.UNVERIFIED, () if failure is None else (failure.message,))
        worth = unread if analysis is None else analysis.applicability
        thresholds = {name: threshold_of(contract, name) for name in contract.task.names}
        return {
            "path": self.path,
            "series": self.series,
            "slice": self.slice,
            "phase": self.phase,
            "status": (Status.REFUSED if analysis is None else analysis.status).value,
            "standing": worth.standing.value,
            "reasons": worth.reasons,
            "probabilities": {} if finding is None else {score.name: score.probability for score in finding.scores},
            "unasked": [] if finding is None else [score.name for score in finding.scores if not score.asked],
            "members": None if finding is None else _members_row(finding),
            "decision": None if finding is None else finding.decision,
            "colour": (FindingColour.GREY if analysis is None else choose_colour(analysis, contract)).value,
            "advice": None if finding is None else finding.advice,
            "threshold": {name: value for name, value in thresholds.items() if value is not None},
            "conformal": None if finding is None else _conformal_row(finding, contract),
            "answer_sets": [
                {"alpha": one.alpha, "answers": [list(names) for names in one.answers]}
                for one in (() if finding is None else finding.sets)
            ],
            "out_of_distribution": None if analysis is None else _unlike_row(analysis),
            "explanation": None if heat is None else {"method": heat.method, "layer": heat.layer},
            "heatmap": None if heat is None else str(heat.path),
            "heatmap_label": None if heat is None else heat.label,
            "heatmap_empty": None if heat is None else heat.is_empty,
            "overlay": None if heat is None else str(heat.path.with_suffix(".png")),
            "milliseconds": {
                "read": self.read,
                "prepare": spent.prepare if spent else 0.0,
                "run": spent.run if spent else 0.0,
            },
            "concerns": [
                {"point": concern.point, "kind": concern.kind.value, "sentence": concern.sentence}
                for concern in (() if analysis is None else analysis.concerns)
            ],
            "code": None if failure is None else failure.code.value,
            "message": None if failure is None else failure.message,
        }


def classify(request: ClassifyRequest, reading: Reading) -> CommandOutcome:
    """Score the wanted slices, in the order of series and slice."""
    bundle = resolve_model(request.model, policy=reading.policy)
    if request.local:
        bundle = require_local_point(bundle)
    contract = bundle.contract
    if request.method == CAM and contract.output.cams is None:
        raise without_maps()
    found = run_job(scan(request.paths, reading))
    ledger = found.ledger
    if not found.series:
        document = _classify_document(bundle, [], ledger=ledger)
        return CommandOutcome(document, [], ledger.skipped, error=why_nothing_opened(ledger))
    wanted = list(enumerate(found.series))
    if request.series is not None:
        wanted = [(request.series, find_series(found, request.series))]
    plan = plan_slices(wanted, request.slice, request.phase)
    total = count_slices(plan)
    lanes = open_lanes([bundle], min(reading.pool.count, total), reading.policy)
    scored: list[ClassifiedSlice] = []
    interrupted = False
    try:
        run_job(classify_slices(plan, lanes, request, reading, scored))
    except KeyboardInterrupt:
        interrupted = True
    failed = [one.failure for one in scored if one.failure is not None]
    unread = [one.failure for one in scored if one.failure is not None and one.analysis is None]
    document = _classify_document(bundle, scored, ledger=ledger, unread=unread)
    lines = [line for one in scored for line in _result_lines(one, bundle.contract)]
    skipped = [*ledger.skipped, *failed]
    if interrupted:
        stopped = f"Interrupted after {len(scored)} of {total} slices; what was done is kept."
        return CommandOutcome(document, [*lines, NOTICE], skipped, warnings=(stopped,), interrupted=True)
    error = Refusal(failed[0].code, failed[0].message) if len(failed) == len(scored) else None
    return CommandOutcome(document, [*lines, NOTICE], skipped, error=error)


def classify_slices(
    plan: Sequence[SeriesPlan],
    lanes: Sequence[Lane],
    request: ClassifyRequest,
    reading: Reading,
    results: list[ClassifiedSlice],
) -> Job[None]:
    """Append results in the order of series and slice; a slice that cannot be read or scored is one too.

    Whatever is read or computed on the way, progress counts the slices of the whole job.
    """
    total = count_slices(plan)
    bundles = [lanes[0][0].bundle]
    explainer = None if request.explain is None else HeatmapWriter(bundles, request.explain, request.method)
    with closing(answer_slices(plan, lanes, reading)) as answers:
        for answer in answers:
            if answer is not None:
                result = _classified(answer)
                if explainer is not None:
                    step = Progress("Scoring slices", len(results), total)
                    heats = yield from change_steps(explainer.write(answer, reading), lambda _, step=step: step)  # type: ignore[misc]
                    result = replace(result, heat=heats[0] if heats else None)
                results.append(result)
            yield Progress("Scoring slices", len(results), total)


def _classified(answer: SliceAnswer) -> ClassifiedSlice:
    path, plan = answer.path, answer.plan
    place = (path, plan.number, answer.index, plan.phase)
    if answer.refusal is not None:
        return ClassifiedSlice(*place, None, Skipped.because(path, answer.refusal))
    (analysis,) = answer.analyses
    failure = None if analysis.finding else Skipped(path, ModelCode(analysis.code), analysis.message)
    return ClassifiedSlice(*place, analysis, failure, read=answer.read)


def _conformal_row(finding: Finding, contract: Contract) -> dict[str, Any] | None:
    """Return the strictest promise: the answers that it leaves, and by how many cases it was made."""
    if not finding.sets or contract.conformal is None:
        return None
    strictest = finding.sets[0]
    names = [name for answers in strictest.answers for name in answers]
    return {"alpha": strictest.alpha, "set": names, "n": contract.conformal.cases}


def _members_row(finding: Finding) -> dict[str, Any] | None:
    """Return what the members of an ensemble say of the label at stake; None of a single model."""
    votes = finding.votes
    if votes is None:
        return None
    return {
        "label": votes.label,
        "probabilities": list(votes.probabilities),
        "mean": votes.mean,
        "alike": votes.alike,
    }


def _unlike_row(analysis: Analysis) -> dict[str, Any] | None:
    unlike = analysis.out_of_distribution
    if unlike is None:
        return None
    return {"score": unlike.score, "limit": unlike.limit, "refused": unlike.refused}


def _classify_document(
    bundle: Bundle, scored: Sequence[ClassifiedSlice], *, ledger: Ledger, unread: Sequence[Skipped] = ()
) -> dict[str, Any]:
    return {
        "model": model_row(bundle),
        "results": [one.row(bundle.contract) for one in scored],
        "skipped": skipped_rows([*ledger.skipped, *unread]),
        "files": file_counts(ledger),
        "notice": NOTICE,
    }


def _result_lines(one: ClassifiedSlice, contract: Contract) -> list[str]:
    """Return a result for a person: decision, scores, what speaks against believing it. Each line names the file.

    Lines of many files are sorted, cut and searched by other programs.
    """
    phase = f" phase {one.phase}" if one.phase else ""
    where = f"{one.path}: series {one.series}{phase} slice {one.slice}"
    if one.analysis is None or one.analysis.finding is None:
        return [f"{where}: {one.failure.message if one.failure is not None else ''}"]
    finding = one.analysis.finding
    scores = ", ".join(
        f"{label.name} {f'{label.probability:.3f}' if label.asked else NOT_ASKED}" for label in finding.scores
    )
    promised = answer_set_sentence(finding)
    against = [describe_standing(one.analysis), describe_threshold(finding, contract)]
    against += [one for one in (promised, describe_votes(finding)) if one is not None]
    against += [concern.sentence for concern in one.analysis.concerns]
    if one.heat is not None and one.heat.is_empty:
        against.append(f"The heatmap of {one.heat.label} is zero everywhere: no place of the slice speaks for it.")
    return [f"{where}: {finding.decision} ({scores}). {finding.advice}", *(f"{where}: {line}" for line in against)]
