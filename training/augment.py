"""Random changes of a batch of training slices, cheap enough that they cost little beside the network's step.

All of it works on grey in 0…1 as float32 [N, channels, rows, columns], and draws from the generator it is given only.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.recipe import Augmentation


def augment(unit: Tensor, rule: Augmentation, generator: torch.Generator) -> Tensor:
    """The batch after geometry, tone, blur, noise and erasing, each slice with draws of its own; clipped to 0…1."""
    unit = _moved(unit, rule, generator)
    unit = _toned(unit, rule, generator)
    unit = _blurred(unit, rule.blur, generator)
    if rule.noise > 0:
        strength = _uniform(len(unit), 0.0, rule.noise, generator).view(-1, 1, 1, 1)
        unit = unit + strength * torch.randn(unit.shape, generator=generator)
    unit = unit.clamp(0.0, 1.0)
    return _erased(unit, rule.erase, generator)


def mixed(inputs: Tensor, targets: Tensor, rule: Augmentation, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mixup (Zhang 2018): the batch blended with itself in another order, targets [N, C] alike; by chance not."""
    if rule.mixup <= 0 or float(torch.rand((), generator=generator)) >= rule.mixup_chance:
        return inputs, targets
    # A Beta(a, a) draw from two Gamma draws, since torch's own Beta takes no generator.
    alpha = torch.full((2,), rule.mixup)
    first, second = torch._standard_gamma(alpha, generator=generator).clamp_min(1e-6).tolist()
    share = max(first, second) / (first + second)
    order = torch.randperm(len(inputs), generator=generator)
    return inputs.lerp(inputs[order], 1 - share), targets.lerp(targets[order], 1 - share)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def _moved(unit: Tensor, rule: Augmentation, generator: torch.Generator) -> Tensor:
    """Rotation, zoom, stretch, shear, shift and mirror as one affine map, sampled once."""
    count = len(unit)
    angle = _uniform(count, -rule.rotation, rule.rotation, generator) * (math.pi / 180)
    zoom = torch.exp(_uniform(count, -rule.zoom, rule.zoom, generator))
    stretch = torch.exp(_uniform(count, -rule.stretch, rule.stretch, generator) / 2)
    shear = _uniform(count, -rule.shear, rule.shear, generator)
    mirror = torch.where(torch.rand(count, generator=generator) < rule.flip, -1.0, 1.0)
    shift = _uniform(2 * count, -rule.shift, rule.shift, generator).view(count, 2) * 2
    cosine, sine = torch.cos(angle), torch.sin(angle)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = mirror * cosine * zoom * stretch
    theta[:, 0, 1] = (shear - sine) * zoom * stretch
    theta[:, 1, 0] = mirror * sine * zoom / stretch
    theta[:, 1, 1] = cosine * zoom / stretch
    theta[:, :, 2] = shift
    grid = functional.affine_grid(theta, list(unit.shape), align_corners=False)
    return functional.grid_sample(unit, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _toned(unit: Tensor, rule: Augmentation, generator: torch.Generator) -> Tensor:
    """Gamma, contrast about the slice's mean, brightness."""
    count = len(unit)
    gamma = torch.exp(_uniform(count, -rule.gamma, rule.gamma, generator)).view(-1, 1, 1, 1)
    contrast = torch.exp(_uniform(count, -rule.contrast, rule.contrast, generator)).view(-1, 1, 1, 1)
    brightness = _uniform(count, -rule.brightness, rule.brightness, generator).view(-1, 1, 1, 1)
    unit = unit.clamp_min(1e-4).pow(gamma)
    mean = unit.mean(dim=(1, 2, 3), keepdim=True)
    return ((unit - mean) * contrast + mean + brightness).clamp(0.0, 1.0)


def _blurred(unit: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """By chance softened, or sharpened by as much: detail × (0…2), where 1 changes nothing."""
    if chance <= 0:
        return unit
    drawn = torch.rand(len(unit), generator=generator) < chance
    strength = _uniform(len(unit), -1.0, 1.0, generator) * drawn
    soft = functional.avg_pool2d(functional.pad(unit, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return unit + strength.view(-1, 1, 1, 1) * (unit - soft)


def _erased(unit: Tensor, chance: float, generator: torch.Generator) -> Tensor:
    """By chance one rectangle of 2 to 12 % of the slice in one random grey, so that no single spot decides."""
    rows, columns = unit.shape[2:]
    for number in range(len(unit)):
        draws = torch.rand(6, generator=generator).tolist()
        if draws[0] >= chance:
            continue
        area = (0.02 + 0.10 * draws[1]) * rows * columns
        ratio = math.exp((draws[2] - 0.5) * 1.6)
        height = min(rows, max(1, round(math.sqrt(area * ratio))))
        width = min(columns, max(1, round(math.sqrt(area / ratio))))
        top, left = int(draws[3] * (rows - height + 1)), int(draws[4] * (columns - width + 1))
        unit[number, :, top : top + height, left : left + width] = draws[5]
    return unit
