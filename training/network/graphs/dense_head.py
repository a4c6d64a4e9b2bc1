"""Pooled or flattened maps, dense layers with ReLU and batch norm, and one linear layer.

Given which hidden units are above 0, the head is linear. With hidden layers h1 = relu(W1 v + b1), h2 = relu(W2 h1 + b2)
and logits W3 h2 + b3, the gradient of logit c at the head's input is

    W3[c] · [h2 > 0] · W2 · [h1 > 0] · W1        (each batch norm multiplies by weight / sqrt(variance + eps))

Behind pooling v [K], this is the sum over places (each gets its h'·w'-th part). Behind flattening v [K·h'·w'], the sum
over places replaces W1 by its sums over the places of each channel [units, K], known once and for all.
"""

import torch
from torch import Tensor, nn

from inference.torch_path.networks import DenseHead


class DenseGradient(nn.Module):
    """Sums over places of the gradients of the logits at the head's input."""

    first: Tensor
    """The layer that reads the maps: [units, K] (summed over places where the head flattens)."""

    def __init__(self, head: DenseHead, *, maps: tuple[int, int, int]) -> None:
        super().__init__()
        self.head = head
        self.maps = maps
        layers = [module for module in (*head.hidden, head.classifier) if isinstance(module, nn.Linear)]
        weight = layers[0].weight.detach()
        self.register_buffer("first", weight.clone() if head.pooled else weight.unflatten(1, maps).sum(dim=(2, 3)))

    def forward(self, maps: Tensor, mask: Tensor | None) -> Tensor:
        """[N or 1, C, K] for the head's maps [N, K, h', w']; `mask` [N, K, h', w'] says where gradients pass on."""
        above = self._gradient_above_first(maps)
        if mask is None or self.head.pooled:
            sums = above @ self.first
            return sums if mask is None else sums * mask.mean(dim=(2, 3))[:, None]
        weight = next(module for module in (*self.head.hidden, self.head.classifier) if isinstance(module, nn.Linear))
        places = (above @ weight.weight).unflatten(2, self.maps)
        return (places * mask[:, None]).sum(dim=(3, 4))

    def _gradient_above_first(self, maps: Tensor) -> Tensor:
        """[N or 1, C, units]: the gradient of the logits at the output of the layer that reads the maps."""
        passed = list(self.head.hidden)
        if not passed:
            return torch.eye(self.head.classifier.out_features)[None]
        values = maps.mean(dim=(2, 3)) if self.head.pooled else maps.flatten(1)
        inputs = []
        for module in passed:
            inputs.append(values)
            values = module(values)
        gradient = self.head.classifier.weight[None]
        for module, before in zip(reversed(passed[1:]), reversed(inputs[1:]), strict=True):
            gradient = _through(module, gradient, before)
        return gradient


def _through(module: nn.Module, gradient: Tensor, before: Tensor) -> Tensor:
    """The gradient [N or 1, C, units] at the input `before` [N, units] of a module, for that at its output."""
    if isinstance(module, nn.Linear):
        return gradient @ module.weight
    if isinstance(module, nn.ReLU):
        return gradient * (before > 0).to(gradient.dtype)[:, None]
    if isinstance(module, nn.BatchNorm1d):
        assert module.running_var is not None
        return gradient * (module.weight / torch.sqrt(module.running_var + module.eps))
    return gradient  # dropout, which rests
