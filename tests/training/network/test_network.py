from typing import Any

import pytest
import torch
from torch import nn

from imaging.base.errors import Refusal
from inference.contract.contract import Head, HeadLayer, Torch
from inference.torch_path.networks import build_network
from training.network.network import blocks_of, free_parameters, group_parameters, layers_of
from training.recipe.recipe import Fit, Stage

DENSE = Head(input="pooled", layers=(HeadLayer(units=7, batch_norm=True, dropout=0.5),))


def _stage(free: str, *, frozen_batch_norm: bool = False) -> Stage:
    return Stage.model_validate(
        {
            "name": "one",
            "epochs": 1,
            "free": free,
            "head_learning_rate": 1e-3,
            "backbone_learning_rate": 1e-4,
            "rate": {"schedule": "constant"},
            "frozen_batch_norm": frozen_batch_norm,
        }
    )


def _network(architecture: str, head: Head | None = None, **kwargs: Any) -> nn.Module:
    spec = Torch(architecture=architecture, kwargs=kwargs, head=head or Head())
    return build_network(spec, outputs=4, channels=3, size=(64, 64))


def _modules(names: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(name.rpartition(".")[0] for name in names))


def test_layers_are_counted_as_keras_counts() -> None:
    """Keras's VGG16 without its top has 19 layers with the input; its MobileNetV2 154, with the input, 10 additions,
    and 4 paddings, which are no modules here."""
    assert len(layers_of(_network("vgg16", DENSE))) == 19 - 1
    assert len(layers_of(_network("mobilenetv2_100", DENSE))) == 154 - 1 - 10 - 4
    assert len(layers_of(_network("mobilenetv2_100"))) == 154 - 1 - 10 - 4
    # 20 convolutions, 20 norms, 17 activations (one behind each first norm, one behind each sum), one pooling.
    assert len(layers_of(_network("resnet18"))) == 20 + 20 + 17 + 1
    assert [type(one).__name__ for one in layers_of(_network("slicelens_cnn"))] == ["Conv2d", "MaxPool2d"] * 3


def test_the_last_four_layers_of_vgg16_are_its_last_block() -> None:
    names = free_parameters(_network("vgg16", DENSE), _stage("layers:4"))
    convolutions = [f"backbone.features.{number}" for number in (24, 26, 28)]
    assert _modules(names) == [*convolutions, "head.hidden.0", "head.hidden.2", "head.classifier"]


def test_the_last_sixty_layers_of_mobilenetv2_with_its_norms_at_rest() -> None:
    model = _network("mobilenetv2_100", DENSE)
    with_norms = free_parameters(model, _stage("layers:60"))
    # Seven blocks of eight layers, the three behind them, and the norm that ends the block before.
    assert _modules(with_norms)[:2] == ["backbone.blocks.3.3.bn3", "backbone.blocks.4.0.conv_pw"]
    names = free_parameters(model, _stage("layers:60", frozen_batch_norm=True))
    assert set(names) < set(with_norms)
    kinds = {type(model.get_submodule(name)) for name in _modules(names) if name.startswith("backbone")}
    assert kinds == {nn.Conv2d}
    # The head's own batch norm learns.
    assert "head.hidden.2.weight" in names


@pytest.mark.parametrize(
    ("architecture", "head", "blocks", "first"),
    [
        ("resnet18", None, 8, "layer4.0.conv1.weight"),
        ("resnet18", DENSE, 8, "backbone.layer4.0.conv1.weight"),
        ("mobilenetv2_100", None, 7, "blocks.5.0.conv_pw.weight"),
        ("test_vit", None, 6, "blocks.4.norm1.weight"),
    ],
)
def test_the_last_two_blocks_and_what_comes_behind(
    architecture: str, head: Head | None, blocks: int, first: str
) -> None:
    kwargs = {"img_size": 64} if architecture == "test_vit" else {}
    model = _network(architecture, head, **kwargs)
    assert len(blocks_of(model)) == blocks
    names = free_parameters(model, _stage("blocks:2"))
    assert names[0] == first
    order = [name for name, _ in model.named_parameters()]
    assert list(names) == order[order.index(first) :]


@pytest.mark.parametrize("head", [None, DENSE])
def test_the_head_alone_and_everything(head: Head | None) -> None:
    model = _network("resnet10t", head)
    names = free_parameters(model, _stage("head"))
    assert _modules(names) == (["fc"] if head is None else ["head.hidden.0", "head.hidden.2", "head.classifier"])
    assert [name for name, one in model.named_parameters() if one.requires_grad] == list(names)
    everything = free_parameters(model, _stage("all"))
    assert list(everything) == [name for name, _ in model.named_parameters()]
    assert all(one.requires_grad for one in model.parameters())


@pytest.mark.parametrize("free", ["layers:99", "blocks:9"])
def test_more_than_there_is_is_refused(free: str) -> None:
    with pytest.raises(Refusal, match="only"):
        free_parameters(_network("resnet18"), _stage(free))


def test_a_step_changes_what_is_free_and_nothing_else() -> None:
    model = _network("resnet18", DENSE)
    stage = _stage("layers:5", frozen_batch_norm=True)
    names = set(free_parameters(model, stage))
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    rule = Fit.model_validate_json(
        '{"seed": 1, "batch": 2, "weight_decay": 0.1, "stages": [' + stage.model_dump_json() + "]}"
    )
    groups = group_parameters(model, stage, rule)
    for group in groups:
        group["lr"] = group["scale"]
    optimiser = torch.optim.AdamW(groups)
    model(torch.rand(3, 3, 64, 64)).square().sum().backward()
    optimiser.step()
    changed = {name for name, one in model.named_parameters() if not torch.equal(one, before[name])}
    assert changed == names


def test_groups_have_their_rates_and_norms_no_decay() -> None:
    model = _network("resnet10t", DENSE)
    stage = _stage("all")
    free_parameters(model, stage)
    rule = Fit.model_validate_json(
        '{"seed": 1, "batch": 2, "weight_decay": 0.1, "stages": [' + stage.model_dump_json() + "]}"
    )
    of = {id(one): group for group in group_parameters(model, stage, rule) for one in group["params"]}
    assert len(of) == len(list(model.parameters()))
    for name, one in model.named_parameters():
        group = of[id(one)]
        assert group["scale"] == (1e-3 if name.startswith("head.") else 1e-4)
        assert group["weight_decay"] == (0.1 if one.ndim > 1 else 0.0)
        assert group["lr"] == 0.0
