"""`batch`: folders become a table."""

from collections.abc import Sequence
from dataclasses import replace

from desktop.cli.commands.heatmap_files import HeatmapWriter
from desktop.cli.commands.slices import why_nothing_opened
from desktop.cli.output import CommandOutcome, file_counts, model_row, run_job, skipped_rows
from desktop.cli.table_requests import BatchRequest
from desktop.startup.build_info import edition
from imaging.base.errors import Code, Refusal
from imaging.base.progress import Job
from imaging.workers.pool import Reading
from inference.batch.batch_run import BatchOrder, BatchRun
from inference.batch.run import SliceAnswer
from inference.contract.contract import NOTICE
from inference.contract.storage import Bundle


def batch(request: BatchRequest, reading: Reading) -> CommandOutcome:
    """Score the wanted slices of every series into a table, which is whole however this ends."""
    order = BatchOrder(
        paths=request.paths,
        models=request.models,
        out=request.out,
        program=edition().version,
        choice=request.slice,
        resume=request.resume,
        workers=request.workers,
        timings=request.timings,
    )
    running = BatchRun(order, reading)
    cluster = None
    if request.cluster is not None:
        from inference.batch.cluster import ClusterScoring  # Dask: only where it is asked for

        if request.overlays is not None:
            raise Refusal(Code.ARGUMENT, "--overlays needs the pictures here; on a cluster there are none.")
        cluster = running.score_elsewhere = ClusterScoring(request.cluster, order, reading.policy)
    if request.overlays is not None:
        running.on_answer = _Overlays(request, reading)
    error: Refusal | None = None
    interrupted = False
    try:
        run_job(running.run())
    except KeyboardInterrupt:
        interrupted = True
    except Refusal as refusal:
        error = refusal
    outcome = _outcome(running, request, error, interrupted=interrupted)
    note = None if cluster is None else cluster.note
    return outcome if note is None else replace(outcome, warnings=(*outcome.warnings, note))


class _Overlays:
    """Writes the heatmaps of each answer; the folder is made with the first."""

    def __init__(self, request: BatchRequest, reading: Reading) -> None:
        self._request = request
        self._reading = reading
        self._writer: HeatmapWriter | None = None

    def __call__(self, answer: SliceAnswer, bundles: Sequence[Bundle]) -> Job[object]:
        assert self._request.overlays is not None
        self._writer = self._writer or HeatmapWriter(bundles, self._request.overlays)
        return self._writer.write(answer, self._reading)


def _outcome(running: BatchRun, request: BatchRequest, error: Refusal | None, *, interrupted: bool) -> CommandOutcome:
    ledger = running.ledger
    skipped = [*ledger.skipped, *running.failed]
    is_empty = error is None and not interrupted and ledger.opened == 0
    error = why_nothing_opened(ledger) if is_empty else error
    document = {
        "out": None if is_empty else str(request.out),
        "models": [model_row(bundle) for bundle in running.bundles],
        "slices": running.done,
        "rows": running.rows,
        "rows_before": running.before,
        "skipped": skipped_rows(skipped),
        "files": file_counts(ledger),
        "notice": NOTICE,
    }
    lines = [f"{request.out}: {running.done} slices scored now, {running.rows} rows added.", NOTICE]
    if interrupted:
        said = f"Interrupted after {running.done} of {running.total} slices; --resume goes on from there."
        return CommandOutcome(document, lines, skipped, warnings=(said,), interrupted=True)
    return CommandOutcome(document, [] if error else lines, skipped, error=error)
