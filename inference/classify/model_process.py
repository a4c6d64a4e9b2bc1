"""A stranger's graph in a process of its own, which can be ended: in front an `OnnxSession`, behind it a child.

The upper half is called by the program, the lower half runs in the child (`imaging.workers.dedicated_child`). A graph
that never ends, crashes, or asks for all memory is answered with a `Refusal`, and the next run finds a new process.
Tensors cross in shared memory. Nothing that the child says reaches a person but numbers and the sentences that we know.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.workers.dedicated_child import DedicatedChild
from imaging.workers.messages import WorkerTask
from imaging.workers.process import ChildDied
from inference.classify.onnx_session import OUT_OF_MEMORY, SENTENCES, OnnxSession, refuse
from inference.contract.codes import ModelCode

MODEL_BYTES = 512 * 2**20
"""The bytes that a stranger's model may use, beyond some multiples of its own size and of its input's."""

_HERE = "inference.classify.model_process"
# ONNX Runtime parses a copy, keeps one, packs the weights of each operator into another, and turns those of a
# convolution once more (a VGG whose first dense layer is a convolution of 7 × 7 took 5.1 times its size).
_COPIES_OF_GRAPH, _COPIES_OF_INPUT = 6, 32
# Each thread has a stack, and the allocator keeps room for it.
_BYTES_OF_THREAD = 16 * 2**20


class ModelProcess:
    """The process of one graph, for all sessions of it; the graph is opened there when it is first needed."""

    def __init__(self, key: str, threads: int | None) -> None:
        self._key = key
        self._threads = threads
        self._child = DedicatedChild((_HERE,))
        self._lock = threading.Lock()
        self._opened_in: int | None = None
        self._size = 0

    @property
    def pid(self) -> int | None:
        """The number of the process; None if there is none now."""
        return self._child.pid

    def open(self, model: bytes, policy: ReadingPolicy) -> None:
        """Open the graph, unless it is open. Raises `Refusal`."""
        with self._lock:
            self._open(lambda: model, policy)

    def run(
        self,
        name: str,
        tensor: NDArray[np.float32],
        outputs: list[str],
        *,
        read: Callable[[], bytes],
        policy: ReadingPolicy,
    ) -> list[NDArray[Any]]:
        """Compute outputs as `OnnxSession.run`; the graph is opened again if its process had to end."""
        with self._lock:
            self._open(read, policy)
            extra = _COPIES_OF_INPUT * tensor.nbytes
            task = self._task("run_graph", tuple(outputs), (self._key, name, tensor), extra, policy)
            answers = self._do(task, policy)
        if not all(isinstance(answer, np.ndarray) for answer in answers):
            raise Refusal(ModelCode.MODEL_ERROR, _CRASHED)
        return answers

    def _open(self, read: Callable[[], bytes], policy: ReadingPolicy) -> None:
        if self._opened_in is not None and self._opened_in == self._child.pid:
            return
        model = read()
        self._size = len(model)
        self._do(self._task("open_graph", (model,), (self._key, self._threads), 0, policy), policy)
        self._opened_in = self._child.pid

    def _task(
        self, what: str, items: tuple[Any, ...], common: tuple[Any, ...], extra: int, policy: ReadingPolicy
    ) -> WorkerTask:
        limit = max(model_bytes(self._size) + extra, policy.memory_bytes or 0)
        return WorkerTask(f"{_HERE}:{what}", items, common, together=True, limit=limit)

    def _do(self, task: WorkerTask, policy: ReadingPolicy) -> list[Any]:
        """Return the answers of the child. Raises `Refusal`, in our words whatever the child said."""
        try:
            # No password of a person's archives goes to where a stranger's graph runs.
            answers = self._child.run(task, ReadingPolicy(seconds=policy.seconds))
        except ChildDied:
            raise Refusal(ModelCode.MODEL_ERROR, _CRASHED) from None
        except Refusal as refusal:
            if refusal.code is Code.TIMEOUT:
                raise Refusal(ModelCode.TIMEOUT, Text(_TOO_LONG, facts={"seconds": policy.seconds})) from None
            raise
        for answer in answers:
            if isinstance(answer, str) and answer in SENTENCES:
                raise refuse(answer)
            if isinstance(answer, Refusal):
                is_memory = answer.code is Code.TOO_LARGE
                raise refuse(OUT_OF_MEMORY) if is_memory else Refusal(ModelCode.MODEL_ERROR, _CRASHED)
        return answers


class ChildSession:
    """As `OnnxSession`, but the graph runs in a process of its own, under limits of time and memory."""

    def __init__(
        self,
        read: Callable[[], bytes],
        key: str,
        policy: ReadingPolicy,
        threads: int | None = None,
        lane: int = 0,
    ) -> None:
        """Open the graph that `read` returns whenever it is asked, and whose SHA-256 is `key`.

        Sessions of one lane share a process and wait for each other.

        Raises `Refusal`: what `read` raises, GRAPH, TIMEOUT, MEMORY, MODEL_ERROR (a crash).
        """
        self._read, self._policy = read, policy
        self._process = _process_of(key, threads, lane)
        # Read although it may be open: a file that has changed since is refused, as it is anywhere else.
        self._process.open(read(), policy)

    def run(self, name: str, tensor: NDArray[np.float32], outputs: list[str]) -> list[NDArray[Any]]:
        """Compute the named outputs for one input.

        Raises `Refusal`: MODEL_ERROR, TIMEOUT, MEMORY; CANCELLED if nobody waits for the answer any more.
        """
        return self._process.run(name, tensor, outputs, read=self._read, policy=self._policy)


_CRASHED = "The model crashed the process that it ran in."
_TOO_LONG = english("The model took longer than {seconds:.0f} seconds and was ended.")

# The process of a graph lives as long as a session of it, and that of the last one longer: a model that was loaded and
# checked is used next.
_processes: "WeakValueDictionary[tuple[str, int | None, int], ModelProcess]" = WeakValueDictionary()
_last: deque[ModelProcess] = deque(maxlen=1)
_lock = threading.Lock()


def _process_of(key: str, threads: int | None, lane: int) -> ModelProcess:
    with _lock:
        found = _processes.get((key, threads, lane)) or ModelProcess(key, threads)
        _processes[key, threads, lane] = found
        _last.append(found)
        return found


def model_bytes(graph_bytes: int) -> int:
    """Return the bytes that a stranger's model of that size may use, beyond what its input adds."""
    return MODEL_BYTES + _COPIES_OF_GRAPH * graph_bytes + _BYTES_OF_THREAD * (os.cpu_count() or 1)


def process_ids() -> set[int]:
    """Return the numbers of the processes in which graphs are open now."""
    with _lock:
        return {one.pid for one in _processes.values() if one.pid is not None}


# --- in the child ---

_opened: dict[str, OnnxSession] = {}


def open_graph(common: tuple[str, int | None], models: tuple[bytes], _: object) -> Iterator[tuple[int, str | None]]:
    """Open a graph; answer with the sentence that refuses it, or with None."""
    key, threads = common
    _opened.clear()
    try:
        _opened[key] = OnnxSession(models[0], threads)
    except Refusal as refusal:
        yield 0, refusal.message
        return
    yield 0, None


def run_graph(
    common: tuple[str, str, NDArray[np.float32]], outputs: tuple[str, ...], _: object
) -> Iterator[tuple[int, NDArray[Any] | str]]:
    """Run an open graph; answer each output, or with the sentence that refuses it."""
    key, name, tensor = common
    try:
        yield from enumerate(_opened[key].run(name, tensor, list(outputs)))
    except Refusal as refusal:
        yield from ((number, refusal.message) for number in range(len(outputs)))
