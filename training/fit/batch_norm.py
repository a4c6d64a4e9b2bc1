"""Batch norm under several processes: statistics of the whole batch, not of each process's share; and its freezing.

On GPUs that is torch's SyncBatchNorm. There is none for CPUs, so the same is done here (Ioffe 2015, with the two sums
taken over all processes): two CPU processes give the loss of one.
"""

from types import MethodType
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

from inference.torch_path import timm
from training.network.network import backbone_of


def shared(model: nn.Module) -> nn.Module:
    """The network with batch norms that look at all processes' cases. State-dict keys stay; do this before wrapping."""
    if next(model.parameters()).device.type == "cuda":
        converted: nn.Module = timm.layers.convert_sync_batchnorm(model)
        return converted
    for module in model.modules():
        if isinstance(module, _BatchNorm) and not isinstance(module, nn.SyncBatchNorm):
            module.forward = MethodType(_forward, module)  # type: ignore[method-assign]
    return model


def freeze(model: nn.Module) -> None:
    """Batch norms of the backbone keep their statistics; to be said again after every `train()`."""
    for module in backbone_of(model).modules():
        if isinstance(module, _BatchNorm):
            module.eval()


def _forward(self: _BatchNorm, inputs: Tensor) -> Tensor:
    """What the module did, but normalised over all processes while it trains; timm's drop and activation follow."""
    if not self.training:
        return type(self).forward(self, inputs)
    outputs = _normalised(self, inputs)
    # timm's batch norms carry their activation with them.
    for name in ("drop", "act"):
        if isinstance(further := getattr(self, name, None), nn.Module):
            outputs = further(outputs)
    return outputs


def _normalised(norm: _BatchNorm, inputs: Tensor) -> Tensor:
    values = inputs.float()
    over = [0, *range(2, values.ndim)]
    shape = [1, -1, *[1] * (values.ndim - 2)]
    count = torch.tensor(float(values.numel() // values.shape[1]))
    distributed.all_reduce(count)
    mean = _AllSum.apply(values.sum(dim=over)) / count
    centred = values - mean.view(shape)
    # From the centred values, since E[x²] - E[x]² loses all digits where the mean is large.
    variance = _AllSum.apply(centred.square().sum(dim=over)) / count
    _keep_statistics(norm, mean.detach(), variance.detach(), float(count))
    outputs = centred * torch.rsqrt(variance + norm.eps).view(shape)
    if norm.affine:
        outputs = outputs * norm.weight.view(shape) + norm.bias.view(shape)
    return outputs.to(inputs.dtype)


@torch.no_grad()
def _keep_statistics(norm: _BatchNorm, mean: Tensor, variance: Tensor, count: float) -> None:
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None:
        return
    norm.num_batches_tracked.add_(1)
    share = norm.momentum if norm.momentum is not None else 1.0 / float(norm.num_batches_tracked)
    norm.running_mean.lerp_(mean, share)
    norm.running_var.lerp_(variance * (count / max(count - 1, 1)), share)


class _AllSum(torch.autograd.Function):
    """The sum over all processes; so is its gradient, since every process's loss depends on every one's values."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        """Values of all processes added up, in every process."""
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        """Gradients of all processes added up, in every process."""
        total = gradient.contiguous().clone()
        distributed.all_reduce(total)
        return total
