"""The classifier: from a prepared tensor to raw output by one run of the graph, whose answer is checked first."""

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Refusal
from imaging.base.policy import DEFAULT_POLICY, ReadingPolicy
from inference.classify.finding import RawOutput
from inference.classify.ood import read_ood_reference
from inference.classify.preprocess import ModelInput
from inference.classify.session import open_session
from inference.contract.codes import ModelCode
from inference.contract.contract import Contract, Task
from inference.contract.storage import Bundle

# How far probabilities that a graph computed itself may leave 0…1, or their sum 1: single precision, and no more.
_PROBABILITY_TOLERANCE = 1e-3


class Classifier:
    """A bundle's graph, ready to answer. It keeps nothing between runs: equal inputs get equal answers, bit for bit.

    Slices are run one by one: a batch would change the last bits (a matrix product with one row takes another path than
    with many), and gains nothing on a processor whose cores one slice already fills.
    """

    def __init__(
        self, bundle: Bundle, threads: int | None = None, *, policy: ReadingPolicy = DEFAULT_POLICY, lane: int = 0
    ) -> None:
        """Open the graph of a bundle: in this process if the bundle is allowed to, else in one of its own.

        Those of another `lane` have a process of their own again, so that they run side by side.

        Raises `Refusal` (GRAPH, HASH, MISSING_FILE; TIMEOUT, MEMORY, MODEL_ERROR in a process of its own).
        """
        self.bundle = bundle
        self.reference = read_ood_reference(bundle)
        self._session = open_session(bundle, threads, policy, lane)

    @property
    def contract(self) -> Contract:
        """Return the contract of the bundle."""
        return self.bundle.contract

    def run(self, input_: ModelInput) -> RawOutput:
        """Run the graph on one slice.

        Raises `Refusal`: MODEL_ERROR for NaN, infinity, a wrong shape, a failure; TIMEOUT, MEMORY, CANCELLED.
        """
        output = self.contract.output
        names = [name for name in (output.logits, output.cams, output.features, output.members) if name is not None]
        answers = dict(zip(names, self._session.run(output.input, input_.tensor, names), strict=True))
        logits = _check_logits(answers[output.logits], self.contract)
        return RawOutput(
            logits=logits,
            probabilities=probabilities_of(logits, self.contract),
            cams=None if output.cams is None else _check_cams(answers[output.cams], self.contract),
            features=None if output.features is None else _check_features(answers[output.features]),
            members=None if output.members is None else _check_members(answers[output.members], self.contract),
        )

    def run_variant(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities [labels] of a changed input, without maps and features. Raises `Refusal` as `run`."""
        output = self.contract.output
        answer = self._session.run(output.input, tensor, [output.logits])[0]
        return probabilities_of(_check_logits(answer, self.contract), self.contract)


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


def _check_logits(answer: NDArray[np.generic], contract: Contract) -> NDArray[np.float32]:
    expected = (1, contract.task.logits)
    if answer.shape != expected:
        raise _model_error(f"The model answered with shape {list(answer.shape)} instead of {list(expected)}.")
    return np.asarray(_check_finite(answer)[0])


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


def _check_members(answer: NDArray[np.generic], contract: Contract) -> NDArray[np.float32]:
    """Return probabilities [members, labels] of an answer [1, members, logits]."""
    if answer.ndim != 3 or answer.shape[0] != 1 or answer.shape[1] == 0 or answer.shape[2] != contract.task.logits:
        raise _model_error("The model's members do not have the shape that the contract says.")
    each = _check_finite(answer)[0]
    if (each < -_PROBABILITY_TOLERANCE).any() or (each > 1 + _PROBABILITY_TOLERANCE).any():
        raise _model_error("A member answered with something that is no probability.")
    each = np.clip(each, 0.0, 1.0)
    return np.concatenate([1 - each, each], axis=1) if contract.task.kind == "binary" else each


def _check_finite(answer: NDArray[np.generic]) -> NDArray[np.float32]:
    if answer.dtype != np.float32:
        raise _model_error("The model answered with a type other than float32.")
    if not np.isfinite(answer).all():
        raise _model_error("The model answered with a value that is no number.")
    return np.asarray(answer, dtype=np.float32)


def _model_error(sentence: str) -> Refusal:
    return Refusal(ModelCode.MODEL_ERROR, sentence)
