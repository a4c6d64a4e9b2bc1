"""The ONNX file of a network that explains itself."""

import warnings
from typing import TYPE_CHECKING

import torch
from torch import nn
from tqdm import tqdm

from training.network.graphs.explained_network import Explained

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
INPUT, LOGITS, CAMS, FEATURES = "image", "logits", "cams", "features"


def export_graph(
    model: nn.Module, shape: tuple[int, int, int], *, target_layer: str, familiarity_layers: tuple[str, ...] = ()
) -> bytes:
    """The ONNX file of a network for inputs [channels, rows, columns]: any batch size, no external data, opset 18.

    Raises `Refusal` (PARITY, UNKNOWN_LAYER) where the head or the layer is not one whose heatmap has a closed form.
    """
    explained = Explained(model, shape=shape, target_layer=target_layer, familiarity_layers=familiarity_layers)
    return onnx_file(explained, shape)


def onnx_file(explained: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """The ONNX file of a module that answers with logits, class maps and features."""
    # The exporter shows bars, and tqdm would start a thread of its own to watch them.
    tqdm.monitor_interval = 0
    with warnings.catch_warnings():
        # The exporter warns about its own internals.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            explained.eval().requires_grad_(False),
            (torch.zeros(2, *shape),),
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
