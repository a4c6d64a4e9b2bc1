"""Blocks of a batch on other machines: a Dask scheduler hands them out, its workers do what this process would do.

What travels: facts about series with the paths of their files, names and hashes of models, and back what rows hold;
no pixel, so that every worker must find the files under the same paths. The scheduler is on this machine, or behind
TLS. Dask repeats a block whose worker was lost. It is imported when an address was given, and not before.
"""

import ipaddress
import os
import platform
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import onnxruntime

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.volume.series import Source
from imaging.workers.pool import Reading, WorkerPool
from inference.batch.batch_run import BatchOrder, ScoredSlices
from inference.batch.plan import SeriesPlan
from inference.batch.run import Lane, answer_slices
from inference.batch.table import RowScore, scores_of
from inference.bundle.catalog import resolve_model
from inference.classify.classifier import Classifier
from inference.contract.storage import Bundle

_SLICES_PER_BLOCK = 32
_BLOCKS_PER_THREAD = 3
_SECONDS_TO_ANSWER = 10
_SECONDS_BETWEEN_SIGNS = 0.01
_ABSENT = (
    "Batches on several machines need Dask, which is not installed here. In the Python that Slicelens is installed in: "
    "pip install 'slicelens[cluster]' (the installed program cannot have it)."
)
_NOT_SAFE = (
    "A scheduler on another machine must be reached by TLS: give its address as tls://HOST:PORT. Without it only one "
    "on this machine is used (tcp://127.0.0.1:8786)."
)


@dataclass(frozen=True)
class ClusterBlock:
    """A few slices for one worker, and by what they are scored."""

    plan: tuple[SeriesPlan, ...]
    models: tuple[tuple[str, str], ...]
    """Name or path, and the SHA-256 that it must have."""
    program: str
    policy: ReadingPolicy


@dataclass(frozen=True)
class BlockAnswer:
    """The answer of a worker: the scores of each slice, and on what they were computed."""

    scores: tuple[tuple[RowScore, ...], ...]
    machine: str


class ClusterScoring:
    """Scores slices on a cluster; what `BatchRun.score_elsewhere` wants."""

    def __init__(self, address: str, order: BatchOrder, policy: ReadingPolicy) -> None:
        """Check the address. Raises `Refusal` (ARGUMENT) if it is not safe, or Dask is not there."""
        require_safe_address(address)
        try:
            import distributed  # noqa: F401 - whether it is there
        except ImportError:
            raise Refusal(Code.ARGUMENT, _ABSENT) from None
        self._address = address
        self._order = order
        self._policy = policy
        self.machines: set[str] = set()
        """The kinds of machines that answered."""

    @property
    def note(self) -> str | None:
        """Return what a person should know of the rows if machines of several kinds made them."""
        if len(self.machines | {describe_machine()}) == 1:
            return None
        return (
            "The workers are not all of the kind of this machine, so the last digits of probabilities may differ from "
            f"those that are computed here: {'; '.join(sorted(self.machines))}."
        )

    def __call__(self, plan: Sequence[SeriesPlan], bundles: Sequence[Bundle]) -> ScoredSlices:
        """Yield what rows hold, in the order of the plan. Raises `Refusal` if the cluster cannot go on."""
        from distributed import Client

        models = tuple(
            (os.path.abspath(name) if os.path.exists(name) else name, bundle.sha256)
            for name, bundle in zip(self._order.models, bundles, strict=True)
        )
        blocks = (ClusterBlock(part, models, self._order.program, self._policy) for part in split_for_workers(plan))
        try:
            client = Client(self._address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError, RuntimeError):
            raise Refusal(Code.ARGUMENT, "No Dask scheduler answered at this address.") from None
        try:
            yield from self._gather(client, blocks)
        finally:
            client.close(timeout=1)

    def _gather(self, client: Any, blocks: Iterator[ClusterBlock]) -> ScoredSlices:
        threads = sum(client.nthreads().values())
        if not threads:
            raise Refusal(Code.ARGUMENT, "The Dask scheduler at this address has no workers.")
        waiting: deque[tuple[ClusterBlock, Any]] = deque()
        while True:
            while len(waiting) < _BLOCKS_PER_THREAD * threads and (block := next(blocks, None)) is not None:
                sent = replace(block, plan=tuple(map(_with_whole_paths, block.plan)))
                waiting.append((block, client.submit(score_block, sent, pure=False)))
            if not waiting:
                return
            block, future = waiting.popleft()
            answer = yield from _wait_for(future)
            self.machines.add(answer.machine)
            places = ((one, index) for one in block.plan for index in one.indices)
            for (one, index), scores in zip(places, answer.scores, strict=True):
                yield one, index, scores, None


def _wait_for(future: Any) -> Any:
    """Return what a worker answered; yields None meanwhile. Raises its `Refusal`, and ours if Dask gave up."""
    while not future.done():
        yield None
        time.sleep(_SECONDS_BETWEEN_SIGNS)
    if future.status != "finished":
        fault = future.exception()
        lost = "A block was lost with three workers, one after another; --resume goes on from there."
        raise fault if isinstance(fault, Refusal) else Refusal(Code.INTERNAL, lost)
    return future.result()


def require_safe_address(address: str) -> None:
    """Raise `Refusal` (ARGUMENT) for an address that is neither on this machine nor reached by TLS."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme == "tls" and parts.hostname:
        return
    try:
        is_here = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_here = False
    if parts.scheme != "tcp" or not is_here:
        raise Refusal(Code.ARGUMENT, _NOT_SAFE)


def split_for_workers(plan: Sequence[SeriesPlan]) -> Iterator[tuple[SeriesPlan, ...]]:
    """Yield a plan in parts of a few slices; what is unpacked from its beginning stays together."""
    part: list[SeriesPlan] = []
    count = 0
    for one in plan:
        for block in one.blocks():
            if part and count + len(block) > _SLICES_PER_BLOCK:
                yield tuple(part)
                part, count = [], 0
            part.append(replace(one, indices=block))
            count += len(block)
    if part:
        yield tuple(part)


def _with_whole_paths(plan: SeriesPlan) -> SeriesPlan:
    """Return a plan whose paths hold in whatever folder a worker was started."""
    series = plan.series
    whole = {frame.source.path: Path(os.path.abspath(frame.source.path)) for frame in series.frames}
    frames = tuple(
        replace(frame, source=Source(whole[frame.source.path], frame.source.member)) for frame in series.frames
    )
    return replace(plan, series=replace(series, frames=frames))


# --- on a worker ---


def score_block(block: ClusterBlock) -> BlockAnswer:
    """Score the slices of a block, with one thread. Raises `Refusal` if this worker is another Slicelens."""
    here = _program_version()
    if block.program != here:
        raise Refusal(
            Code.ARGUMENT,
            english(
                "A worker runs Slicelens {here}, and this job is of {program}. Install the same on all.",
                here=here,
                program=block.program,
            ),
        )
    lane = _open_lane(block.models, block.policy, threading.get_ident())
    contracts = [classifier.contract for classifier in lane]
    reading = Reading(block.policy, _pool())
    answers = (one for one in answer_slices(block.plan, [lane], reading) if one is not None)
    return BlockAnswer(tuple(scores_of(answer, contracts) for answer in answers), describe_machine())


@cache
def _open_lane(models: tuple[tuple[str, str], ...], policy: ReadingPolicy, thread: int) -> Lane:
    """Return the models for one thread of this worker. Raises `Refusal` if one is another than that of the job."""
    opened = []
    for named, sha256 in models:
        bundle = resolve_model(named, policy=policy)
        if bundle.sha256 != sha256:
            raise Refusal(
                Code.ARGUMENT, english("A worker has another model `{id}` than this job.", id=bundle.contract.id)
            )
        opened.append(Classifier(bundle, 1, policy=policy, lane=thread))
    return tuple(opened)


@cache
def _pool() -> WorkerPool:
    """Return the processes that read for this worker; they end with it."""
    return WorkerPool()


@cache
def describe_machine() -> str:
    """Return on what numbers are computed: the processor and the version of ONNX Runtime."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
    except OSError:
        # Only Linux tells it there.
        pass
    return f"{processor}, ONNX Runtime {onnxruntime.__version__}"


def _program_version() -> str:
    try:
        return version("slicelens")
    except PackageNotFoundError:
        return "0"
