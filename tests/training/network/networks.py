"""Networks far from their beginnings, for what must hold of any weights."""

import torch
from torch import nn

from inference.contract.contract import Torch
from inference.torch_path.networks import build_network

VIT = {"img_size": 32, "patch_size": 8, "global_pool": "avg", "depth": 2, "embed_dim": 24, "num_heads": 3}
CNN, CNN2 = "slicelens_cnn", "slicelens_cnn_modified"


def network(spec: Torch, *, outputs: int, size: int) -> nn.Module:
    """A network whose weights, norms and statistics are all far from those it is built with."""
    torch.manual_seed(4)
    model = build_network(spec, outputs=outputs, channels=3, size=(size, size))
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and module.running_var is not None:
                assert module.running_mean is not None
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.normal_(0.5, 1.0)  # negative ones too
            if isinstance(module, nn.LayerNorm):
                module.weight.normal_(1.0, 0.3)
                module.bias.normal_(0, 0.3)
    return model.eval().requires_grad_(False)
