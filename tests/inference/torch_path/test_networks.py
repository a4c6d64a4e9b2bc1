"""The one door to networks: what they hold, and that `run_network` says what the network itself says."""

from typing import Any

import pytest

from imaging.base.errors import Refusal
from inference.contract.codes import ModelCode
from inference.contract.contract import Head, HeadLayer, Torch

torch = pytest.importorskip("torch", reason="this edition has no torch")
from torch import nn  # noqa: E402

from inference.torch_path.networks import Headed, as_grid, build_network, run_network  # noqa: E402

DENSE = Head(input="pooled", layers=(HeadLayer(units=7, batch_norm=True, dropout=0.5), HeadLayer(units=5)))
AVERAGED_TOKENS: dict[str, float | int | str | bool] = {"global_pool": "avg", "fc_norm": False}


def _network(
    architecture: str, head: Head | None = None, *, outputs: int = 3, side: int = 64, **kwargs: Any
) -> nn.Module:
    torch.manual_seed(0)
    spec = Torch(architecture=architecture, kwargs=kwargs, head=head or Head())
    return build_network(spec, outputs=outputs, channels=3, size=(side, side)).eval()


def _parameters(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("architecture", "head", "outputs", "side", "count"),
    [
        # 448 + 4,640 + 18,496 of the convolutions, 50,176 × 128 + 128 of the dense layer, 258 of the last one.
        ("slicelens_cnn", Head(), 2, 224, 6_446_498),
        (
            "slicelens_cnn",
            Head(input="flattened", dropout=0.2, layers=(HeadLayer(units=128),)),
            2,
            224,
            6_446_498,
        ),
        ("vgg16", Head(input="pooled", dropout=0.5), 4, 150, 14_716_740),
        ("vgg16", Head(input="pooled", dropout=0.5), 4, 64, 14_716_740),
    ],
)
def test_published_numbers_of_parameters(architecture: str, head: Head, outputs: int, side: int, count: int) -> None:
    assert _parameters(_network(architecture, head, outputs=outputs, side=side)) == count


def test_the_small_network_is_built_as_described() -> None:
    model = _network("slicelens_cnn", outputs=2, side=224)
    kinds = [type(module).__name__ for module in model.modules() if not list(module.children())]
    block = ["Conv2d", "ReLU", "MaxPool2d"]
    assert kinds == [*block * 3, "Dropout", "Linear", "ReLU", "Linear"]
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert [one.out_channels for one in convolutions] == [16, 32, 64]
    assert {(one.kernel_size, one.padding, one.stride) for one in convolutions} == {((3, 3), (1, 1), (1, 1))}
    assert next(one.p for one in model.modules() if isinstance(one, nn.Dropout)) == 0.2


@pytest.mark.parametrize(
    ("architecture", "head", "kwargs", "layer", "maps", "features"),
    [
        ("resnet10t", None, {}, "layer4", (512, 2, 2), 512),
        ("resnet10t", DENSE, {}, "backbone.layer3", (256, 4, 4), 512),
        ("test_efficientnet", None, {}, "bn2", None, None),
        ("mobilenetv3_small_100", DENSE, {}, "backbone.blocks", (576, 2, 2), 576),
        ("slicelens_cnn", None, {}, "backbone.features.relu3", (64, 16, 16), 64),
        ("slicelens_cnn_modified", None, {}, "backbone.features.relu4", (128, 8, 8), 128),
        # Cut before an activation that works in place, and behind one.
        ("vgg11", DENSE, {}, "backbone.features.18", (512, 4, 4), 512),
        ("vgg11", Head(input="flattened", layers=(HeadLayer(units=6),)), {}, "backbone.features.19", (512, 4, 4), 512),
        ("test_vit", None, AVERAGED_TOKENS | {"img_size": 64}, "norm", (64, 4, 4), 64),
        ("test_vit", None, {"img_size": 64}, "blocks.3", (64, 4, 4), 64),
        ("test_vit", DENSE, {"img_size": 64}, "backbone.norm", (64, 4, 4), 64),
    ],
)
def test_answer_says_what_the_network_says(
    architecture: str,
    head: Head | None,
    kwargs: dict[str, Any],
    layer: str,
    maps: tuple[int, int, int] | None,
    features: int | None,
) -> None:
    model = _network(architecture, head, **kwargs)
    inputs = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        found = run_network(model, inputs, target_layer=layer)
        assert torch.equal(found.logits, model(inputs))
    assert found.logits.shape == (2, 3)
    assert found.maps.ndim == 4
    if maps is not None:
        assert found.maps.shape == (2, *maps)
        assert found.features.shape == (2, features)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_maps_are_those_of_the_layer_though_the_next_works_in_place() -> None:
    model = _network("vgg11", DENSE)
    inputs = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        found = run_network(model, inputs, target_layer="backbone.features.18").maps
        expected = model.backbone.features[:19](inputs)  # type: ignore[index, operator, union-attr]
    assert float(expected.min()) < 0
    assert torch.equal(found, expected)


def test_features_are_means_of_the_named_layers_else_pooled_before_the_dense_ones() -> None:
    model = _network("resnet10t", DENSE)
    inputs = torch.rand(2, 3, 64, 64)
    layers = ("backbone.layer2", "backbone.layer3")
    with torch.no_grad():
        named = run_network(model, inputs, target_layer="backbone.layer4", familiarity_layers=layers).features
        pooled = run_network(model, inputs, target_layer="backbone.layer4").features
        maps = model.forward_features(inputs)  # type: ignore[operator]
        second = run_network(model, inputs, target_layer="backbone.layer2").maps
    torch.testing.assert_close(pooled, maps.mean(dim=(2, 3)))
    assert named.shape == (2, 128 + 256)
    torch.testing.assert_close(named[:, :128], second.mean(dim=(2, 3)))


def test_features_of_a_network_with_its_own_head_are_what_its_classifier_reads() -> None:
    model = _network("test_vit", img_size=64, **AVERAGED_TOKENS)
    inputs = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        found = run_network(model, inputs, target_layer="norm")
        torch.testing.assert_close(model.head(found.features), found.logits)  # type: ignore[operator]
        # Normalised tokens, averaged: each place's share of a logit is a plain sum.
        torch.testing.assert_close(found.maps.mean(dim=(2, 3)), found.features)


def test_the_logits_depend_on_the_maps() -> None:
    model = _network("resnet10t", DENSE)
    found = run_network(model, torch.rand(1, 3, 64, 64), target_layer="backbone.layer3")
    (gradient,) = torch.autograd.grad(found.logits[0, 0], found.maps)
    assert float(gradient.abs().max()) > 0


def test_tokens_lie_as_the_patches_do() -> None:
    model = _network("test_vit", img_size=64)
    tokens = torch.arange(17.0).view(1, 17, 1)
    assert torch.equal(as_grid(model, tokens)[0, 0], torch.arange(1.0, 17.0).view(4, 4))
    assert torch.equal(as_grid(_network("resnet10t"), tokens), tokens)


def test_a_headed_network_holds_nothing_that_it_does_not_use() -> None:
    """VGG's dense layers, MobileNetV3's second convolution, a classifier of 1,000: weights without an effect."""
    for architecture in ("vgg11", "mobilenetv3_small_100", "resnet10t"):
        model = _network(architecture, Head(input="pooled"))
        model(torch.rand(1, 3, 64, 64)).sum().backward()
        assert [name for name, one in model.named_parameters() if one.grad is None] == []


def test_keys_with_the_own_head_are_timms() -> None:
    assert "fc.weight" in _network("resnet10t").state_dict()
    model = _network("resnet10t", DENSE)
    assert isinstance(model, Headed)
    assert {name.partition(".")[0] for name in model.state_dict()} == {"backbone", "head"}


@pytest.mark.parametrize(
    ("architecture", "head", "kwargs", "sentence"),
    [
        ("no_such_network", None, {}, "timm knows no architecture"),
        ("no_such_network", DENSE, {}, "timm knows no architecture"),
        ("resnet10t", None, {"nonsense": 1}, "arguments"),
        ("resnet10t", None, {"checkpoint_path": "weights.pth"}, "arguments"),
        ("slicelens_cnn", None, {"drop_rate": 0.1}, "takes no arguments"),
    ],
)
def test_what_cannot_be_built_is_refused(
    architecture: str, head: Head | None, kwargs: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as caught:
        _network(architecture, head, **kwargs)
    assert caught.value.code is ModelCode.NO_TORCH


def test_a_size_that_the_architecture_cannot_take_is_refused() -> None:
    with pytest.raises(Refusal, match="no input of 2×2"):
        _network("slicelens_cnn", side=2)


@pytest.mark.parametrize("layer", ["layer9", "backbone.layer4"])
def test_an_unknown_layer_is_refused(layer: str) -> None:
    with pytest.raises(Refusal) as caught:
        run_network(_network("resnet10t"), torch.rand(1, 3, 64, 64), target_layer=layer)
    assert caught.value.code is ModelCode.UNKNOWN_LAYER
