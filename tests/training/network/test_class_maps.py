"""Every head in one ONNX graph, held against automatic differentiation in torch."""

from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from imaging.base.errors import Refusal
from inference.classify.onnx_session import OnnxSession
from inference.contract.contract import Head, HeadLayer, Torch
from inference.torch_path.gradcam import compute_cams
from inference.torch_path.networks import run_network
from tests.training.network.networks import CNN, CNN2, VIT, network
from training.network.class_maps import ClassMapNetwork, find_tail_layers
from training.network.onnx_export import export_graph
from training.recipe.recipe import TrainingCode


def head(kind: Any, *units: int, batch_norm: bool = False) -> Head:
    layers = tuple(HeadLayer(units=count, batch_norm=batch_norm, dropout=0.3) for count in units)
    return Head(input=kind, dropout=0.2, layers=layers)


EVERY_HEAD: dict[str, tuple[Torch, str, int, int, tuple[str, ...]]] = {
    "pooled, linear": (Torch(architecture="test_resnet"), "layer4", 3, 64, ()),
    "pooled, linear, one sigmoid, more features": (
        Torch(architecture="test_resnet"),
        "layer4",
        1,
        64,
        ("layer2", "layer3"),
    ),
    "pooled, dense, batch norm": (
        Torch(architecture=CNN, head=head("pooled", 9, 7, batch_norm=True)),
        "backbone.features.pool3",
        4,
        32,
        (),
    ),
    "pooled, dense, one sigmoid, ReLU and max-pool behind": (
        Torch(architecture=CNN2, head=head("pooled", 9)),
        "backbone.features.norm4",
        1,
        36,
        (),
    ),
    "own dense head, batch norm behind": (Torch(architecture=CNN2), "backbone.features.conv4", 2, 35, ()),
    "flattened, dense": (Torch(architecture=CNN), "backbone.features.pool3", 2, 32, ()),
    "flattened, dense, max-pool behind": (Torch(architecture=CNN), "backbone.features.relu3", 2, 36, ()),
    "flattened, dense, ReLU and max-pool behind": (Torch(architecture=CNN), "backbone.features.conv3", 2, 36, ()),
    "flattened, two dense": (
        Torch(architecture=CNN2, head=head("flattened", 11, 6, batch_norm=True)),
        "backbone.features.relu4",
        3,
        32,
        ("backbone.features.pool1",),
    ),
    "flattened, linear": (Torch(architecture=CNN, head=head("flattened")), "backbone.features.relu3", 2, 32, ()),
    "tokens averaged, normed": (Torch(architecture="test_vit", kwargs=VIT), "blocks.1", 4, 32, ("blocks.0",)),
    "tokens averaged, behind an identity": (Torch(architecture="test_vit", kwargs=VIT), "norm", 4, 32, ()),
    "tokens normed, averaged": (
        Torch(architecture="test_vit", kwargs={**VIT, "fc_norm": False}),
        "norm",
        4,
        32,
        (),
    ),
    "layer norm behind the pooling": (Torch(architecture="test_convnext"), "stages.3", 2, 64, ()),
}


@pytest.mark.parametrize("name", EVERY_HEAD)
def test_the_closed_form_is_grad_cam(name: str) -> None:
    spec, layer, outputs, size, more = EVERY_HEAD[name]
    model = network(spec, outputs=outputs, size=size)
    explained = ClassMapNetwork(model, shape=(3, size, size), target_layer=layer, familiarity_layers=more)
    tensors = torch.randn(3, 3, size, size)
    with torch.no_grad():
        logits, cams, features = explained(tensors)
        expected = run_network(model, tensors, target_layer=layer, familiarity_layers=more)
    torch.testing.assert_close(logits, expected.logits)
    torch.testing.assert_close(features, expected.features)
    for number in range(3):
        maps = compute_cams(model, layer, tensors[number : number + 1].numpy())
        assert maps.shape == cams[number].shape
        assert np.abs(maps).max() > 0
        np.testing.assert_allclose(cams[number].numpy(), maps, atol=1e-4 * np.abs(maps).max())


ONE_OF_EACH = (
    "pooled, linear, one sigmoid, more features",
    "pooled, dense, one sigmoid, ReLU and max-pool behind",
    "flattened, dense, ReLU and max-pool behind",
    "tokens averaged, normed",
)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_graph_answers_any_batch_like_torch(name: str) -> None:
    spec, layer, outputs, size, more = EVERY_HEAD[name]
    model = network(spec, outputs=outputs, size=size)
    content = export_graph(model, (3, size, size), target_layer=layer, familiarity_layers=more)
    session = OnnxSession(content)
    for count in (1, 5):
        tensors = np.random.default_rng(count).normal(0, 1, (count, 3, size, size)).astype(np.float32)
        logits, cams, features = session.run("image", tensors, ["logits", "cams", "features"])
        expected = run_network(model, torch.from_numpy(tensors), target_layer=layer, familiarity_layers=more)
        np.testing.assert_allclose(logits, expected.logits, atol=1e-4)
        np.testing.assert_allclose(features, expected.features, atol=1e-4)
        for number in range(count):
            maps = compute_cams(model, layer, tensors[number : number + 1])
            np.testing.assert_allclose(cams[number], maps, atol=1e-4 * np.abs(maps).max())
    assert {node.domain for node in onnx.load_from_string(content).graph.node} == {""}


@pytest.mark.parametrize(
    ("spec", "layer"),
    [
        (Torch(architecture=CNN), "backbone.features.conv2"),
        (Torch(architecture=CNN), "backbone.features.pool2"),
        (Torch(architecture="test_resnet"), "layer3"),
        (Torch(architecture="test_vit", kwargs={**VIT, "global_pool": "token"}), "blocks.1"),
        (Torch(architecture="test_resnet"), "fc"),
    ],
)
def test_a_layer_without_a_closed_form_is_refused(spec: Torch, layer: str) -> None:
    model = network(spec, outputs=2, size=32)
    with pytest.raises(Refusal) as refused:
        ClassMapNetwork(model, shape=(3, 32, 32), target_layer=layer, familiarity_layers=())
    assert refused.value.code is TrainingCode.PARITY


def test_what_does_not_commute_is_refused() -> None:
    for modules in ([nn.MaxPool2d(2), nn.ReLU()], [nn.ReLU(), nn.BatchNorm2d(4)], [nn.ReLU(), nn.ReLU()], [nn.GELU()]):
        model = nn.Sequential(nn.Conv2d(3, 4, 3), *modules)
        with pytest.raises(Refusal):
            find_tail_layers(model, "0")


def test_overlapping_and_padded_max_pooling_keeps_the_sum_over_places() -> None:
    """The proof in `training.network.class_maps`, by automatic differentiation."""
    torch.manual_seed(0)
    maps = torch.randn(2, 4, 11, 9, requires_grad=True)
    pooled = nn.functional.max_pool2d(nn.functional.relu(maps), 3, stride=2, padding=1)
    above = torch.randn_like(pooled)
    (below,) = torch.autograd.grad((pooled * above).sum(), maps)
    expected = (above * (pooled > 0)).sum(dim=(2, 3))
    torch.testing.assert_close(below.sum(dim=(2, 3)), expected)
