"""A batch from paths to a table: scan, plan, score, write; from the beginning or from the rows that are there."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from imaging.base.errors import Code, Ledger, Refusal, Skipped
from imaging.base.progress import Job, Progress, change_steps
from imaging.scan import scan
from imaging.workers.pool import Reading
from inference.batch.plan import SeriesPlan, SliceChoice, count_slices, plan_slices
from inference.batch.resume import BatchJob, begin_job, describe_job, find_done, read_job, with_salt_of
from inference.batch.run import SliceAnswer, answer_slices, open_lanes
from inference.batch.table import RowScore, RowWriter, TableFile, scores_of
from inference.bundle.catalog import resolve_model
from inference.contract.storage import Bundle

DOING = "Scoring slices"

ScoredSlices = Generator[tuple[SeriesPlan, int, tuple[RowScore, ...], SliceAnswer | None] | None, None, None]
"""Slices of a plan in its order with what their rows hold; None is a sign of life."""


@dataclass(frozen=True, kw_only=True)
class BatchOrder:
    """The order of a person: paths to score, models, and the table to write."""

    paths: tuple[Path, ...]
    models: tuple[str, ...]
    out: Path
    program: str
    """The version of Slicelens."""
    choice: SliceChoice = "middle"
    resume: bool = False
    workers: int | None = None
    """How many slices are scored at a time; None for as many as there are cores."""
    timings: bool = False


@dataclass
class BatchRun:
    """A batch under way: `run` does it, and what was done until now stands here, however it ends."""

    order: BatchOrder
    reading: Reading
    on_answer: Callable[[SliceAnswer, Sequence[Bundle]], Job[object]] | None = None
    """Called with each answer before its rows are written, for pictures of it."""
    score_elsewhere: Callable[[Sequence[SeriesPlan], Sequence[Bundle]], ScoredSlices] | None = None
    """What scores the slices instead of this process."""
    bundles: tuple[Bundle, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    failed: list[Skipped] = field(default_factory=list)
    """Slices that have no finding."""
    rows: int = 0
    """Rows that were written."""
    done: int = 0
    """Slices that were scored now."""
    total: int = 0
    """Slices that were to be scored now."""
    before: int = 0
    """Slices whose rows were there before."""

    def run(self) -> Job[None]:
        """Do it. Raises `Refusal`: those of models and of the table; the first reason if nothing could be opened."""
        order = self.order
        self.bundles = _open_models(order, self.reading)
        there = read_job(order.out) if order.resume else None
        slices = str(order.choice)
        wanted = describe_job(
            order.models, self.bundles, order.paths, program=order.program, slices=slices, timings=order.timings
        )
        wanted = with_salt_of(wanted, there, order.paths)
        found = yield from scan(order.paths, self.reading)
        self.ledger = found.ledger
        if not found.series:
            return
        plan = plan_slices(enumerate(found.series), order.choice)
        del found
        job = begin_job(order.out, wanted, resume=order.resume)
        yield from self._write_table(plan, job)

    def _write_table(self, plan: list[SeriesPlan], job: BatchJob) -> Job[None]:
        writer = RowWriter(self.bundles, job.keys, with_timings=job.timings)
        with closing(TableFile(self.order.out, writer.columns)) as table:
            done = find_done(table, writer, len(self.bundles))
            self.before = len(done)
            plan = _left_of(plan, writer, done)
            self.total = count_slices(plan)
            yield Progress(DOING, 0, self.total)
            try:
                yield from self._score(plan, writer, table)
                skipped = (one for one in self.ledger.skipped if (writer.skipped_row(one)[0], "") not in done)
                table.add([writer.skipped_row(one) for one in skipped])
            finally:
                self.rows = table.rows

    def _score(self, plan: list[SeriesPlan], writer: RowWriter, table: TableFile) -> Job[None]:
        if not plan:
            return
        scoring = self._score_here if self.score_elsewhere is None else self.score_elsewhere
        with closing(scoring(plan, self.bundles)) as scored:
            for one in scored:
                step = Progress(DOING, self.done, self.total)
                yield step
                if one is None:
                    continue
                planned, index, scores, answer = one
                if self.on_answer is not None and answer is not None:
                    yield from change_steps(self.on_answer(answer, self.bundles), lambda _, step=step: step)  # type: ignore[misc]
                table.add(writer.rows(planned, index, scores))
                self.done += 1
                path = planned.frame(index).source.name
                self.failed += [Skipped.because(path, why) for score in scores if (why := score.failure) is not None]

    def _score_here(self, plan: Sequence[SeriesPlan], bundles: Sequence[Bundle]) -> ScoredSlices:
        count = min(self.order.workers or self.reading.pool.count, count_slices(plan))
        lanes = open_lanes(bundles, count, self.reading.policy)
        contracts = [bundle.contract for bundle in bundles]
        with closing(answer_slices(plan, lanes, self.reading)) as answers:
            for answer in answers:
                if answer is None:
                    yield None
                else:
                    yield answer.plan, answer.index, scores_of(answer, contracts), answer


def _open_models(order: BatchOrder, reading: Reading) -> tuple[Bundle, ...]:
    bundles = tuple(resolve_model(named, policy=reading.policy) for named in order.models)
    if len({bundle.sha256 for bundle in bundles}) < len(bundles):
        raise Refusal(Code.ARGUMENT, "A model is named twice; its rows would stand in the table twice.")
    return bundles


def _left_of(plan: Sequence[SeriesPlan], writer: RowWriter, done: set[tuple[str, str]]) -> list[SeriesPlan]:
    """Return the part of a plan that is not done."""
    if not done:
        return list(plan)
    left = (replace(one, indices=tuple(i for i in one.indices if writer.row_key(one, i) not in done)) for one in plan)
    return [one for one in left if one.indices]
