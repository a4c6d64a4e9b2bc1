"""The classifier: from a prepared tensor to raw output by one run of the graph, whose answer is checked first."""

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from inference.classify.finding import RawOutput
from inference.classify.onnx_session import OnnxSession
from inference.classify.ood import read_ood_reference
from inference.classify.preprocess import ModelInput
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract, Task
from inference.contract.storage import Bundle
from inference.graph.walk import MODEL_FILE

# How far probabilities that a graph computed itself may leave 0…1, or their sum 1: single precision, and no more.
_PROBABILITY_TOLERANCE = 1e-3


class Classifier:
    """A bundle's graph, ready to answer. It keeps nothing between runs: equal inputs get equal answers, bit for bit.

    Slices are run one by one: a batch would change the last bits (a matrix product with one row takes another path than
    with many), and gains nothing on a processor whose cores one slice already fills.
    """

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        """Open the graph of a bundle. Raises `Refusal` (GRAPH, HASH, MISSING_FILE)."""
        self.bundle = bundle
        self.reference = read_ood_reference(bundle)
        self._session = OnnxSession(bundle.read(MODEL_FILE), threads)

    @property
    def contract(self) -> Contract:
        """Return the contract of the bundle."""
        return self.bundle.contract

    def run(self, input_: ModelInput) -> RawOutput:
        """Run the graph on one slice. Raises `Refusal` (MODEL_ERROR) for NaN, infinity, a wrong shape, a failure."""
        output = self.contract.output
        names = [name for name in (output.logits, output.cams, output.features) if name is not None]
        answers = dict(zip(names, self._session.run(output.input, input_.tensor, names), strict=True))
        logits = _check_logits(answers[output.logits], 1, self.contract)[0]
        return RawOutput(
            logits=logits,
            probabilities=probabilities_of(logits, self.contract),
            cams=None if output.cams is None else _check_cams(answers[output.cams], self.contract),
            features=None if output.features is None else _check_features(answers[output.features]),
        )

    def probabilities_of_variants(self, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities [N, labels] of N variants of one input; in one run if the graph takes any batch size."""
        output = self.contract.output
        step = len(tensors) if self._session.batch is None else self._session.batch
        rows: list[NDArray[np.float32]] = []
        for start in range(0, len(tensors), step):
            part = tensors[start : start + step]
            answer = self._session.run(output.input, part, [output.logits])[0]
            rows.extend(_check_logits(answer, len(part), self.contract))
        return np.stack([probabilities_of(row, self.contract) for row in rows])


def probabilities_of(logits: NDArray[np.float32], contract: Contract) -> NDArray[np.float32]:
    """Return probabilities [labels] of one row of logits [L]: temperature, then activation, in double precision.

    A model with one logit gives (1 - p, p). With the activation `none`, `logits` are probabilities already and are
    returned as they are. Raises `Refusal` (MODEL_ERROR) for an answer that is no probability.
    """
    temperature = 1.0 if contract.calibration is None else contract.calibration.temperature
    return activate_logits(logits, task=contract.task, activation=contract.output.activation, temperature=temperature)


def activate_logits(
    logits: NDArray[np.float32], *, task: Task, activation: str, temperature: float = 1.0
) -> NDArray[np.float32]:
    """Return probabilities like `probabilities_of` for a task that has no contract yet."""
    scaled = logits.astype(np.float64) / temperature
    if activation == "softmax":
        values = _softmax_by_head(scaled, task)
    elif activation == "sigmoid":
        values = _sigmoid(scaled)
    else:
        values = scaled
    if task.kind == "binary":
        values = np.array([1.0 - values[0], values[0]])
    if not ((values >= -_PROBABILITY_TOLERANCE) & (values <= 1 + _PROBABILITY_TOLERANCE)).all():
        raise _model_error("The model answered with something that is no probability.")
    if task.kind == "multiclass" and abs(float(values.sum()) - 1.0) > _PROBABILITY_TOLERANCE:
        raise _model_error("The model's probabilities do not add up to one.")
    return np.clip(values, 0.0, 1.0).astype(np.float32)


def maps_of_labels(maps: NDArray[np.float32], task: Task) -> NDArray[np.float32]:
    """Return the class maps of the labels [labels, h, w] from those of the logits [logits, h, w].

    The one logit of a binary task speaks for its positive label; the negative one has the negated map.
    """
    return np.concatenate([-maps, maps]) if task.kind == "binary" and len(maps) == 1 else maps


def _softmax_by_head(logits: NDArray[np.float64], task: Task) -> NDArray[np.float64]:
    """Apply softmax over all labels, or within each head of several outputs; a head of one label gets a sigmoid."""
    lengths = [len(head) for head in task.heads] or [len(logits)]
    parts = np.split(logits, np.cumsum(lengths)[:-1])
    return np.concatenate([_softmax(part) if len(part) > 1 else _sigmoid(part) for part in parts])


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum())


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    # The form with tanh overflows nowhere.
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)))


def _check_logits(answer: NDArray[np.generic], rows: int, contract: Contract) -> NDArray[np.float32]:
    expected = (rows, contract.task.logits)
    if answer.shape != expected:
        raise _model_error(f"The model answered with shape {list(answer.shape)} instead of {list(expected)}.")
    return _check_finite(answer)


def _check_cams(answer: NDArray[np.generic], contract: Contract) -> NDArray[np.float32]:
    """Return maps [labels, h, w] of an answer [1, labels or logits, h, w]."""
    labels, logits = len(contract.task.labels), contract.task.logits
    if answer.ndim != 4 or answer.shape[0] != 1 or answer.shape[1] not in (labels, logits) or 0 in answer.shape:
        raise _model_error("The model's class maps do not have the shape that the contract says.")
    return maps_of_labels(_check_finite(answer)[0], contract.task)


def _check_features(answer: NDArray[np.generic]) -> NDArray[np.float32]:
    if answer.ndim != 2 or answer.shape[0] != 1:
        raise _model_error("The model's features do not have the shape that the contract says.")
    return np.asarray(_check_finite(answer)[0])


def _check_finite(answer: NDArray[np.generic]) -> NDArray[np.float32]:
    if answer.dtype != np.float32:
        raise _model_error("The model answered with a type other than float32.")
    if not np.isfinite(answer).all():
        raise _model_error("The model answered with a value that is no number.")
    return np.asarray(answer, dtype=np.float32)


def _model_error(sentence: str) -> Refusal:
    return Refusal(ModelCode.MODEL_ERROR, sentence)
