"""The network as one ONNX graph: slice -> logits, class maps of all classes, pooled features.

The head must be global average pooling and one linear layer. Then Grad-CAM at the layer that is pooled has a closed
form: the gradient of logit c with respect to channel k of A is W[c, k] / (h·w) everywhere, so the map is a 1×1
convolution of A with W, divided by h·w (Selvaraju et al. 2017, section 3.1). ReLU and the rest is left to who shows it.
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from imaging.refusal import Refusal
from training.training_codes import TrainingCode

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
INPUT, LOGITS, CAMS, FEATURES = "image", "logits", "cams", "features"


class Explained(nn.Module):
    """A timm network that answers with logits [N, C], signed class maps [N, C, h, w] and pooled features [N, D]."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        classifier = model.get_classifier()  # type: ignore[operator]
        if not isinstance(classifier, nn.Linear):
            raise Refusal(TrainingCode.PARITY, "Only a head of global pooling and one linear layer can be exported.")
        self.model = model
        self.classifier = classifier

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run inputs [N, channels, H, W]."""
        maps = self.model.forward_features(inputs)  # type: ignore[operator]
        features = maps.mean(dim=(2, 3))
        kernel = self.classifier.weight[:, :, None, None]
        cams = functional.conv2d(maps, kernel) / (maps.shape[2] * maps.shape[3])
        return self.classifier(features), cams, features


def export_graph(model: nn.Module, input_shape: tuple[int, int, int]) -> bytes:
    """The ONNX file (opset 18, any batch size, no external data) of a network for inputs [channels, H, W]."""
    wrapped = Explained(model).eval()
    example = torch.zeros(2, *input_shape)
    with warnings.catch_warnings():
        # The exporter warns about its own internals.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            wrapped,
            (example,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[LOGITS, CAMS, FEATURES],
            dynamic_shapes={"inputs": {0: torch.export.Dim("batch", min=1, max=1024)}},
        )
    assert program is not None
    return _without_notes(program.model_proto)


def _without_notes(proto: "ModelProto") -> bytes:
    """The file without the exporter's notes on each node, which name folders of this machine."""
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    for entry in (*proto.graph.node, *proto.graph.value_info, *proto.graph.input, *proto.graph.output):
        del entry.metadata_props[:]
        entry.doc_string = ""
    del proto.graph.value_info[:]
    return proto.SerializeToString()


def greatest_difference(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """The greatest absolute difference between two maps [h, w] after ReLU and min-max, as they are shown."""
    return float(np.abs(_shown(first) - _shown(second)).max())


def _shown(signed: NDArray[np.float32]) -> NDArray[np.float32]:
    positive = np.maximum(signed, 0.0)
    span = float(positive.max() - positive.min())
    return (positive - positive.min()) / span if span > 1e-5 * float(np.abs(signed).max()) else np.zeros_like(positive)
