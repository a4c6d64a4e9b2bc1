"""ONNX Runtime with its options. Its errors become our sentences here and go no further."""

from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as native

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode

# ONNX Runtime has no common base for its errors.
_NATIVE = (one for one in vars(native).values() if isinstance(one, type) and issubclass(one, Exception))
_ERRORS: tuple[type[Exception], ...] = (*_NATIVE, RuntimeError, ValueError, MemoryError)
_ONLY_FATAL = 4

# Where the system collects events (Windows), the variable that `inference` sets is not heeded; this is.
ort.disable_telemetry_events()


class OnnxSession:
    """One graph, ready to run on the processor."""

    def __init__(self, model: bytes, threads: int | None = None) -> None:
        """Open a graph held in memory. `threads` within one operator; None lets ONNX Runtime use every core."""
        options = ort.SessionOptions()
        options.log_severity_level = _ONLY_FATAL
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.use_deterministic_compute = True
        options.intra_op_num_threads = threads or 0
        # Threads that spin between two slices take the processor from the window that shows them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except _ERRORS:
            raise Refusal(ModelCode.GRAPH, "ONNX Runtime cannot run this graph.") from None
        shape = self._session.get_inputs()[0].shape
        self.batch: int | None = shape[0] if shape and isinstance(shape[0], int) else None
        """The batch size that the graph insists on; None if it takes any."""

    def run(self, name: str, tensor: NDArray[np.float32], outputs: list[str]) -> list[NDArray[Any]]:
        """Compute the named outputs for one input. Raises `Refusal` (MODEL_ERROR)."""
        try:
            answers = self._session.run(outputs, {name: tensor})
        except _ERRORS:
            raise Refusal(ModelCode.MODEL_ERROR, "The model failed on this slice.") from None
        return [np.asarray(answer) for answer in answers]
