"""ONNX Runtime with its options. Its errors become our sentences here and go no further."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as native

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode

ANSWER_BYTES = 64 * 2**20
"""The most bytes that a graph may answer with at once: class maps of 1,000 labels have less."""

# ONNX Runtime has no common base for its errors.
_NATIVE = (one for one in vars(native).values() if isinstance(one, type) and issubclass(one, Exception))
_ERRORS: tuple[type[Exception], ...] = (*_NATIVE, RuntimeError, ValueError, MemoryError)
_ONLY_FATAL = 4
_NUMBERS = "biuf"
_NOT_A_GRAPH = "ONNX Runtime cannot run this graph."
_FAILED = "The model failed on this slice."
_NO_NUMBERS = "The model answered with something other than numbers."
_LONG_ANSWER = "The model answered with more than any heatmap holds."
OUT_OF_MEMORY = "The model asked for more memory than a model may have."

SENTENCES = {
    _NOT_A_GRAPH: ModelCode.GRAPH,
    _FAILED: ModelCode.MODEL_ERROR,
    _NO_NUMBERS: ModelCode.MODEL_ERROR,
    _LONG_ANSWER: ModelCode.MODEL_ERROR,
    OUT_OF_MEMORY: ModelCode.MEMORY,
}
"""Everything that a session says of a graph, and under which code."""

# Where the system collects events (Windows), the variable that `inference` sets is not heeded; this is.
ort.disable_telemetry_events()


class OnnxSession:
    """One graph, ready to run on the processor."""

    def __init__(self, model: bytes, threads: int | None = None) -> None:
        """Open a graph held in memory. `threads` within one operator; None lets ONNX Runtime use every core.

        Raises `Refusal` (GRAPH, MEMORY).
        """
        options = ort.SessionOptions()
        options.log_severity_level = _ONLY_FATAL
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.use_deterministic_compute = True
        options.intra_op_num_threads = threads or 0
        # Threads that spin between two slices take the processor from the window that shows them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except _ERRORS as error:
            raise refuse(OUT_OF_MEMORY if _is_about_memory(error) else _NOT_A_GRAPH) from None

    def run(self, name: str, tensor: NDArray[np.float32], outputs: list[str]) -> list[NDArray[Any]]:
        """Compute the named outputs for one input. Raises `Refusal` (MODEL_ERROR, MEMORY)."""
        try:
            answers = self._session.run(outputs, {name: tensor})
        except _ERRORS as error:
            raise refuse(OUT_OF_MEMORY if _is_about_memory(error) else _FAILED) from None
        # A graph may answer with text, with a sequence, or not at all.
        if not all(isinstance(answer, np.ndarray) and answer.dtype.kind in _NUMBERS for answer in answers):
            raise refuse(_NO_NUMBERS)
        if sum(answer.nbytes for answer in answers) > ANSWER_BYTES:
            raise refuse(_LONG_ANSWER)
        return list(answers)


def refuse(sentence: str) -> Refusal:
    """Return the refusal that says one of `SENTENCES`."""
    return Refusal(SENTENCES[sentence], sentence)


def _is_about_memory(error: Exception) -> bool:
    """Return whether the system refused memory; ONNX Runtime tells it in words only, which are read here, not shown."""
    return isinstance(error, MemoryError) or "alloc" in str(error)
