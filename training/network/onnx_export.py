"""The ONNX file of a network with class maps, and the proof that it answers as the network does in torch.

The network's heatmap in the proof is Grad-CAM by automatic differentiation at the named layer, not the closed form.

An ensemble is one graph too. Member m with logits z, temperature T and share w answers with probabilities
p = activation(z / T). The ensemble's are the sum of w · p over members, written as logits that the contract's
activation turns back into them: log p for labels that compete, log(p / (1 - p)) for a label alone. In a vote p is 1
for the member's most probable label (a label alone: from 0.5) and 0 elsewhere, so the sums are shares of votes. Class
maps are divided by their own strongest value, resized to the finest, and averaged with the shares; they stay signed.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from imaging.base.errors import Refusal
from inference.bundle.goldens import GoldenAnswer
from inference.classify.classifier import maps_of_labels, probabilities_of
from inference.classify.onnx_session import OnnxSession
from inference.classify.preprocess import prepare
from inference.contract.contract import Contract, Task
from inference.contract.phantoms import make_phantoms
from inference.torch_path.gradcam import compute_cams
from inference.torch_path.networks import run_network
from training.network.class_maps import ClassMapNetwork
from training.recipe.recipe import TrainingCode

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
INPUT, LOGITS, CAMS, FEATURES, MEMBERS = "image", "logits", "cams", "features", "members"
PROBABILITY_TOLERANCE, HEATMAP_TOLERANCE = 1e-4, 5e-3
FEATURE_TOLERANCE = 1e-3
"""Of the strongest feature."""
_RANDOM_SLICES = 8


def export_graph(
    model: nn.Module, shape: tuple[int, int, int], *, target_layer: str, familiarity_layers: tuple[str, ...] = ()
) -> bytes:
    """Return the ONNX file for inputs [channels, rows, columns]. Raises `Refusal` (PARITY, UNKNOWN_LAYER)."""
    network = ClassMapNetwork(model, shape=shape, target_layer=target_layer, familiarity_layers=familiarity_layers)
    return write_onnx(network, shape)


def write_onnx(network: nn.Module, shape: tuple[int, int, int], *, has_members: bool = False) -> bytes:
    """Return the ONNX file of a module that answers with logits, class maps and features, and with those of members."""
    # The exporter shows bars, and tqdm would start a thread of its own to watch them.
    tqdm.monitor_interval = 0
    with warnings.catch_warnings():
        # The exporter warns about its own internals.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network.eval().requires_grad_(False),
            (torch.zeros(2, *shape),),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[LOGITS, CAMS, FEATURES, *([MEMBERS] if has_members else [])],
            dynamic_shapes={"inputs": {0: torch.export.Dim("batch", min=1, max=1024)}},
        )
    assert program is not None
    return _strip_notes(program.model_proto)


def _strip_notes(proto: "ModelProto") -> bytes:
    """Return the file without the exporter's notes on each node, which name folders of this machine."""
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    for entry in (*proto.graph.node, *proto.graph.value_info, *proto.graph.input, *proto.graph.output):
        del entry.metadata_props[:]
        entry.doc_string = ""
    del proto.graph.value_info[:]
    return proto.SerializeToString()


@dataclass(frozen=True, eq=False)
class TorchOutput:
    """The answer of torch to one input: logits [L], signed maps [L, h, w], features [D]."""

    logits: NDArray[np.float32]
    cams: NDArray[np.float32]
    features: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Proof:
    """The greatest differences between ONNX Runtime and torch, and torch's answers on the phantoms."""

    probability: float
    heatmap: float
    features: float
    answers: dict[str, GoldenAnswer]

    @property
    def sentence(self) -> str:
        """For the terminal and the model card."""
        return (
            f"ONNX against torch: probability differs by at most {self.probability:.1e}, "
            f"heatmap by at most {self.heatmap:.1e}"
        )


def torch_runner(
    model: nn.Module, *, target_layer: str, familiarity_layers: tuple[str, ...] = ()
) -> Callable[[NDArray[np.float32]], TorchOutput]:
    """Return a network as a function of one input [1, channels, rows, columns]."""

    def run(tensor: NDArray[np.float32]) -> TorchOutput:
        with torch.no_grad():
            output = run_network(
                model, torch.from_numpy(tensor), target_layer=target_layer, familiarity_layers=familiarity_layers
            )
        cams = compute_cams(model, target_layer, tensor)
        return TorchOutput(output.logits[0].numpy(), cams, output.features[0].numpy())

    return run


def prove_graph(graph: bytes, contract: Contract, run_torch: Callable[[NDArray[np.float32]], TorchOutput]) -> Proof:
    """Hold the graph against torch on the golden phantoms and on random inputs. Raises `Refusal` (PARITY)."""
    session = OnnxSession(graph)
    named = [(phantom.name, prepare(phantom.slice, contract.input).tensor) for phantom in make_phantoms(contract)]
    generator = np.random.default_rng(contract.provenance.seed)
    noise = generator.normal(0, 0.5, (_RANDOM_SLICES, *named[0][1].shape)).astype(np.float32)
    named += [("", tensor) for tensor in noise]
    probability, heat, features = 0.0, 0.0, 0.0
    answers = {}
    for name, tensor in named:
        logits, cams, pooled = (
            np.asarray(found[0], np.float32) for found in session.run(INPUT, tensor, [LOGITS, CAMS, FEATURES])
        )
        expected = run_torch(tensor)
        # numpy's maximum keeps a NaN, which max() would drop.
        differences = np.abs(probabilities_of(logits, contract) - probabilities_of(expected.logits, contract))
        probability = float(np.maximum(probability, differences.max()))
        maps, wanted = maps_of_labels(cams, contract.task), maps_of_labels(expected.cams, contract.task)
        heat = float(np.max([heat, *(greatest_difference(*both) for both in zip(maps, wanted, strict=True))]))
        scale = max(float(np.abs(expected.features).max()), 1e-6)
        features = float(np.maximum(features, np.abs(pooled - expected.features).max() / scale))
        if name:
            answers[name] = GoldenAnswer(logits=expected.logits, cams=wanted)
    _refuse_difference("probability", probability, PROBABILITY_TOLERANCE)
    _refuse_difference("heatmap", heat, HEATMAP_TOLERANCE)
    _refuse_difference("familiarity features", features, FEATURE_TOLERANCE)
    return Proof(probability, heat, features, answers)


def greatest_difference(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the greatest difference between two maps [h, w] after ReLU and min-max, as they are shown."""
    return float(np.abs(_stretch_map(first) - _stretch_map(second)).max())


def _stretch_map(signed: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(signed, 0.0)
    span = float(positive.max() - positive.min())
    # A NaN must come out as a NaN, and not as a map where nothing speaks for the label.
    if span <= 1e-5 * float(np.abs(signed).max()):
        return np.zeros_like(positive)
    return (positive - positive.min()) / span


def _refuse_difference(figure: str, difference: float, tolerance: float) -> None:
    # A NaN must be refused too.
    if not difference <= tolerance:
        sentence = f"The {figure} of the ONNX graph differs from torch's by {difference:.1e}; {tolerance:g} is allowed."
        raise Refusal(TrainingCode.PARITY, sentence)


_LEAST = 1e-7
"""Probabilities are kept this far from 0 and 1, so that their logarithm is a number."""


class EnsembleNetwork(nn.Module):
    """Members that each answer with (logits, cams, features), as one that answers so too, and with what each says."""

    def __init__(
        self,
        members: Sequence[nn.Module],
        *,
        task: Task,
        temperatures: Sequence[float],
        shares: Sequence[float],
        grid: tuple[int, int],
        is_vote: bool = False,
    ) -> None:
        """Take the members' calibration temperatures, their shares in the mean or the vote, and the maps' size."""
        super().__init__()
        self.members = nn.ModuleList(members)
        self.task = task
        self.temperatures = tuple(temperatures)
        self.shares = tuple(share / sum(shares) for share in shares)
        self.grid = grid
        self.is_vote = is_vote

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, rows, columns]."""
        outputs = [member(inputs) for member in self.members]
        each = [
            member_probabilities(one[0], self.task, temperature)
            for one, temperature in zip(outputs, self.temperatures, strict=True)
        ]
        logits = average_logits(
            [one[0] for one in outputs], self.task, self.temperatures, self.shares, is_vote=self.is_vote
        )
        cams = average_maps([one[1] for one in outputs], self.shares, self.grid)
        return logits, cams, torch.cat([one[2] for one in outputs], dim=1), torch.stack(each, dim=1)


def member_probabilities(logits: Tensor, task: Task, temperature: float) -> Tensor:
    """Return the calibrated probabilities [N, C] of one member's logits [N, C]."""
    found = []
    for first, end in _competing_columns(task):
        part = logits[:, first:end] / temperature
        found.append(torch.sigmoid(part) if end - first == 1 else torch.softmax(part, dim=1))
    return torch.cat(found, dim=1)


def average_logits(
    logits: Sequence[Tensor],
    task: Task,
    temperatures: Sequence[float],
    shares: Sequence[float],
    *,
    is_vote: bool = False,
) -> Tensor:
    """Return logits [N, C] of the weighted mean of the members' calibrated probabilities, or of their votes."""
    found = []
    for first, end in _competing_columns(task):
        parts = [one[:, first:end] / temperature for one, temperature in zip(logits, temperatures, strict=True)]
        alone = end - first == 1
        if is_vote:
            once = torch.eye(end - first)
            each = [(part >= 0).float() if alone else once[part.argmax(dim=1)] for part in parts]
        else:
            each = [torch.sigmoid(part) if alone else torch.softmax(part, dim=1) for part in parts]
        mean = sum((share * one for share, one in zip(shares, each, strict=True)), torch.zeros_like(each[0]))
        mean = mean.clamp(_LEAST, 1 - _LEAST)
        found.append(torch.log(mean) - torch.log(1 - mean) if alone else torch.log(mean))
    return torch.cat(found, dim=1)


def average_maps(cams: Sequence[Tensor], shares: Sequence[float], grid: tuple[int, int]) -> Tensor:
    """Return the weighted mean [N, C, *grid] of the members' class maps, each divided by its strongest value."""
    mean = torch.zeros_like(cams[0][:, :, :1, :1])
    for maps, share in zip(cams, shares, strict=True):
        strongest = maps.abs().amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)
        own = maps / strongest
        if tuple(own.shape[2:]) != grid:
            own = functional.interpolate(own, size=grid, mode="bilinear", align_corners=False)
        mean = mean + share * own
    return mean


def _competing_columns(task: Task) -> list[tuple[int, int]]:
    if task.kind == "multiclass":
        return [(0, len(task.names))]
    if task.kind == "several_outputs":
        ends = [0]
        for head in task.heads:
            ends.append(ends[-1] + len(head))
        return list(pairwise(ends))
    return [(column, column + 1) for column in range(task.logits)]
