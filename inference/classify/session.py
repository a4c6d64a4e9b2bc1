"""The one choice of where a graph runs: in this process if its bundle is allowed to, else in a process of its own."""

from functools import partial

from imaging.base.policy import ReadingPolicy
from inference.classify.allowed_models import is_allowed
from inference.classify.model_process import ChildSession
from inference.classify.onnx_session import OnnxSession
from inference.contract.storage import Bundle
from inference.graph.walk import MODEL_FILE


def open_session(
    bundle: Bundle, threads: int | None, policy: ReadingPolicy, lane: int = 0
) -> OnnxSession | ChildSession:
    """Open the graph of a bundle. Raises `Refusal`."""
    read = partial(bundle.read, MODEL_FILE)
    if is_allowed(bundle.sha256):
        return OnnxSession(read(), threads)
    # `read` compares with this hash each time.
    return ChildSession(read, bundle.contract.files.get(MODEL_FILE, ""), policy, threads, lane)
