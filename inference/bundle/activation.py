"""Which activation a bare graph's scores have gone through, judged by what comes out for phantoms."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.base.errors import Refusal
from inference.classify.model_process import ChildSession
from inference.classify.onnx_session import OnnxSession
from inference.classify.preprocess import prepare
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract
from inference.contract.phantoms import make_phantoms

_TOLERANCE = 1e-3
# So far beyond the range of any picture that what a layer adds up leaves 0…1, and what went through softmax or sigmoid
# does not.
_FAR = 50.0
_RANDOM = english(
    "The graph answers the same picture differently each time: something random is left on in it, such as dropout. "
    "Export it in evaluation mode."
)


def score_phantoms(session: OnnxSession | ChildSession, contract: Contract) -> NDArray[np.float64]:
    """Return the rows of scores [N, L] of phantoms, and of the same far beyond any picture if the graph answers.

    Raises `Refusal`: what the session raises for the phantoms themselves, MODEL_ERROR for rows of another length, GRAPH
    for one that does not answer the same picture alike twice.
    """
    output = contract.output
    tensors = [prepare(one.slice, contract.input).tensor for one in make_phantoms(contract)]
    rows, again = ([session.run(output.input, one, [output.logits])[0] for one in tensors] for _ in range(2))
    if not all(np.array_equal(*pair, equal_nan=True) for pair in zip(rows, again, strict=True)):
        raise Refusal(ModelCode.GRAPH, _RANDOM)
    for sign in (1.0, -1.0):
        try:
            rows += session.run(output.input, tensors[0] * np.float32(sign * _FAR), [output.logits])
        except Refusal:
            break
    wanted = (1, contract.task.logits)
    if any(row.shape != wanted for row in rows):
        raise Refusal(
            ModelCode.MODEL_ERROR,
            english("The model did not answer with shape {list}, as its graph says.", list=list(wanted)),
        )
    found = [row.astype(np.float64) for row in rows if np.isfinite(row).all()]
    return np.concatenate(found) if found else np.empty((0, contract.task.logits))


def require_maps(session: OnnxSession | ChildSession, contract: Contract) -> None:
    """Return if the graph's class maps are maps, of more than one position. Raises `Refusal` (GRAPH, or the run's)."""
    output = contract.output
    assert output.cams is not None
    tensor = prepare(make_phantoms(contract)[0].slice, contract.input).tensor
    maps = session.run(output.input, tensor, [output.cams])[0]
    is_map = maps.ndim == 4 and maps.shape[:2] == (1, contract.task.logits) and maps[0, 0].size > 1
    if not is_map or not np.isfinite(maps).all():
        raise Refusal(ModelCode.GRAPH, "The graph's class maps are none.")


def judge_activation(rows: NDArray[np.float64]) -> tuple[str, str, Text]:
    """Return the kind of task, the activation that is still to be done, and why; of rows of scores [N, L]."""
    single = rows.shape[1] == 1
    if not len(rows):
        return _still_to_do(single, english("nothing that comes out for phantoms is a number"))
    if rows.min() < -_TOLERANCE or rows.max() > 1 + _TOLERANCE:
        return _still_to_do(single, english("what comes out for phantoms leaves 0…1"))
    if single:
        return "binary", "none", english("what comes out for phantoms lies within 0…1: the graph ends with a sigmoid")
    if np.abs(rows.sum(axis=1) - 1.0).max() <= _TOLERANCE:
        return (
            "multiclass",
            "none",
            english("what comes out for phantoms lies within 0…1 and adds up to 1: a softmax is done"),
        )
    return (
        "multilabel",
        "none",
        english("what comes out for phantoms lies within 0…1 and does not add up to 1: sigmoids"),
    )


def _still_to_do(single: bool, why: Text) -> tuple[str, str, Text]:
    return ("binary", "sigmoid", why) if single else ("multiclass", "softmax", why)


def task_names(length: int) -> Sequence[str]:
    """Return the names of labels that a graph does not name, for that many scores."""
    return ("negative", "positive") if length == 1 else tuple(f"class_{number}" for number in range(length))
