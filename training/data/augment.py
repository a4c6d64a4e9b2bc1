"""Random changes of a batch of training slices, cheap enough that they cost little beside the network's step.

All of it works on grey in 0…1 as float32 [N, channels, rows, columns]. Each slice has a seed of its own, made of run,
epoch and case, so one process or several give the same. `degrade` draws how a picture was made and saved (fewer pixels,
JPEG, noise, tone, borders, letters), for whoever learns from one maker's files learns the maker's JPEG as well.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional

from training.recipe.augmentation import Augmentation, Quality

DRAWS = (
    *("rotation", "zoom", "stretch", "shear", "shift_x", "shift_y", "flip"),
    *("gamma", "contrast", "brightness", "gain", "blur", "blur_strength", "noise"),
    *("erase", "erase_area", "erase_ratio", "erase_top", "erase_left", "erase_grey"),
)
"""Draws of a slice, evenly from 0…1 each; every one is drawn whatever the rule, so that the draws of one
operation do not depend on another being there. A new one goes to the end."""

_GOLDEN = 0x9E3779B97F4A7C15


def case_seeds(seed: int, epoch: int, cases: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a seed [N] of 63 bits for each case number [N] in an epoch: splitmix64 (Steele 2014) over the three."""
    with np.errstate(over="ignore"):
        mixed = _scramble(np.full(cases.shape, seed, np.int64).astype(np.uint64))
        mixed = _scramble(mixed ^ np.uint64(epoch))
        mixed = _scramble(mixed ^ cases.astype(np.uint64))
    return (mixed >> np.uint64(1)).astype(np.int64)


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = values + np.uint64(_GOLDEN)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def augment(unit: Tensor, rule: Augmentation, seeds: NDArray[np.int64]) -> Tensor:
    """Return the batch [N, channels, rows, columns] changed, slice n by draws from `seeds[n]` alone, clipped to 0…1."""
    generator = torch.Generator()
    draws = torch.empty(len(unit), len(DRAWS))
    grain = torch.zeros_like(unit, device="cpu") if rule.noise > 0 else None
    for number, seed in enumerate(seeds.tolist()):
        generator.manual_seed(seed)
        torch.rand(len(DRAWS), generator=generator, out=draws[number])
        if grain is not None:
            torch.randn(unit.shape[1:], generator=generator, out=grain[number])
    columns = dict(zip(DRAWS, draws.unbind(dim=1), strict=True))
    changed = apply(unit, rule, columns, None if grain is None else grain.to(unit.device))
    return changed if rule.quality is None else _degraded(changed, rule.quality, seeds)


def _degraded(unit: Tensor, rule: Quality, seeds: NDArray[np.int64]) -> Tensor:
    """The batch as other programs might have saved it; three channels of one slice are changed alike."""
    made = [
        np.stack([degrade(channel, rule, seed) for channel in slice_])
        for slice_, seed in zip(unit.cpu().numpy(), seeds.tolist(), strict=True)
    ]
    return torch.from_numpy(np.stack(made)).to(unit.device)


def apply(unit: Tensor, rule: Augmentation, draws: Mapping[str, Tensor], grain: Tensor | None = None) -> Tensor:
    """Return the batch changed by draws [N] in 0…1 for each of `DRAWS`; `grain` is the noise at strength 1, if any."""
    unit = _move(unit, rule, draws)
    unit = _tone(unit, rule, draws)
    unit = _blur(unit, rule.blur, draws)
    if rule.noise > 0 and grain is not None:
        unit = unit + _per_slice(rule.noise * draws["noise"], unit) * grain
    return _erase(unit.clamp(0.0, 1.0), rule.erase, draws)


def _between(low: float, high: float, draw: Tensor) -> Tensor:
    return low + (high - low) * draw


def _per_slice(values: Tensor, unit: Tensor) -> Tensor:
    """Return values [N] to be multiplied with the batch, on its device."""
    return values.to(unit.device).view(-1, 1, 1, 1)


def _move(unit: Tensor, rule: Augmentation, draws: Mapping[str, Tensor]) -> Tensor:
    """Rotate, zoom, stretch, shear, shift and mirror as one affine map, sampled once; black comes in from outside."""
    mirrored = draws["flip"] < rule.flip
    if not (rule.rotation or rule.zoom or rule.stretch or rule.shear or rule.shift):
        return torch.where(_per_slice(mirrored, unit), unit.flip(3), unit) if rule.flip else unit
    angle = _between(-rule.rotation, rule.rotation, draws["rotation"]) * (math.pi / 180)
    # Bounds of the picture's size, so the sampling grid shrinks where the picture grows.
    zoom = torch.exp(-_between(-rule.zoom, rule.zoom, draws["zoom"]))
    stretch = torch.exp(_between(-rule.stretch, rule.stretch, draws["stretch"]) / 2)
    shear = _between(-rule.shear, rule.shear, draws["shear"])
    mirror = torch.where(mirrored, -1.0, 1.0)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    theta = torch.zeros(len(unit), 2, 3)
    theta[:, 0, 0] = mirror * cosine * zoom * stretch
    theta[:, 0, 1] = (shear - sine) * zoom * stretch
    theta[:, 1, 0] = mirror * sine * zoom / stretch
    theta[:, 1, 1] = cosine * zoom / stretch
    # The grid goes from -1 to 1, twice the side.
    theta[:, 0, 2] = 2 * _between(-rule.shift, rule.shift, draws["shift_x"])
    theta[:, 1, 2] = 2 * _between(-rule.shift, rule.shift, draws["shift_y"])
    grid = functional.affine_grid(theta.to(unit.device), list(unit.shape), align_corners=False)
    return functional.grid_sample(unit, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _tone(unit: Tensor, rule: Augmentation, draws: Mapping[str, Tensor]) -> Tensor:
    """Apply gamma, contrast about the slice's mean, brightness and gain; clipped if it can leave 0…1."""
    if rule.gamma > 0:
        exponent = torch.exp(_between(-rule.gamma, rule.gamma, draws["gamma"]))
        unit = unit.clamp_min(1e-4).pow(_per_slice(exponent, unit))
    if rule.contrast > 0 or rule.brightness > 0:
        contrast = torch.exp(_between(-rule.contrast, rule.contrast, draws["contrast"]))
        added = _between(-rule.brightness, rule.brightness, draws["brightness"])
        mean = unit.mean(dim=(1, 2, 3), keepdim=True)
        unit = ((unit - mean) * _per_slice(contrast, unit) + mean + _per_slice(added, unit)).clamp(0.0, 1.0)
    if rule.gain is not None:
        unit = (unit * _per_slice(_between(*rule.gain, draws["gain"]), unit)).clamp(0.0, 1.0)
    return unit


def _blur(unit: Tensor, chance: float, draws: Mapping[str, Tensor]) -> Tensor:
    """Soften by chance, or sharpen by as much: detail × (0…2); 1 changes nothing."""
    if chance <= 0:
        return unit
    strength = _between(-1.0, 1.0, draws["blur_strength"]) * (draws["blur"] < chance)
    soft = functional.avg_pool2d(functional.pad(unit, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return unit + _per_slice(strength, unit) * (unit - soft)


def _erase(unit: Tensor, chance: float, draws: Mapping[str, Tensor]) -> Tensor:
    """Erase by chance one rectangle of 2 to 12 % of the slice in one random grey, so that no single spot decides."""
    if chance <= 0:
        return unit
    unit = unit.clone()
    rows, columns = unit.shape[2:]
    for number in (draws["erase"] < chance).nonzero()[:, 0].tolist():
        area = (0.02 + 0.10 * float(draws["erase_area"][number])) * rows * columns
        ratio = math.exp((float(draws["erase_ratio"][number]) - 0.5) * 1.6)
        height = min(rows, max(1, round(math.sqrt(area * ratio))))
        width = min(columns, max(1, round(math.sqrt(area / ratio))))
        top = min(rows - height, int(float(draws["erase_top"][number]) * (rows - height + 1)))
        left = min(columns - width, int(float(draws["erase_left"][number]) * (columns - width + 1)))
        unit[number, :, top : top + height, left : left + width] = draws["erase_grey"][number]
    return unit


Grey = NDArray[np.float32]

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "bilinear": cv2.INTER_LINEAR,
    "area": cv2.INTER_AREA,
    "lanczos": cv2.INTER_LANCZOS4,
}
"""By which programs shrink and enlarge pictures."""

_LETTERS = "LRAPSI0123456789"


def resample(grey: Grey, side: int, *, down: str, up: str, save: Callable[[Grey], Grey] | None = None) -> Grey:
    """Return the picture after it was kept, and by `save` stored, at `side` pixels along its longer side."""
    rows, columns = grey.shape
    scale = side / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    first, second = (down, up) if scale < 1 else (up, down)
    kept = _clipped(cv2.resize(grey, size, interpolation=INTERPOLATIONS[first]))
    if save is not None:
        kept = save(kept)
    return _clipped(cv2.resize(kept, (columns, rows), interpolation=INTERPOLATIONS[second]))


def save_as_jpeg(grey: Grey, quality: int, *, colour: bool = False) -> Grey:
    """Return the picture as a JPEG of that quality holds it; `colour` saves it as YCbCr with halved chroma (4:2:0)."""
    stored = _as_bytes(grey)
    if colour:
        options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x221111]
        coded = cv2.imencode(".jpg", cv2.cvtColor(stored, cv2.COLOR_GRAY2BGR), options)[1]
    else:
        coded = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), dtype=np.float32) / np.float32(255)


def add_noise(grey: Grey, sigma: float, generator: np.random.Generator) -> Grey:
    """Return the picture with normal noise of that standard deviation, in shares of white."""
    return _clipped(grey + sigma * generator.standard_normal(grey.shape, dtype=np.float32))


def bend_tone(grey: Grey, strength: float) -> Grey:
    """Return the picture washed out (strength below 0, to half its range at -1) or hard (above 0, an S at 1)."""
    if strength < 0:
        return _clipped(0.5 + (grey - 0.5) * (1 + 0.5 * strength) + 0.1 * -strength)
    # A logistic through (0, 0), (1/2, 1/2) and (1, 1), blended in.
    steep = 8.0
    ends = 1 / (1 + math.exp(steep / 2))
    curve = (1 / (1 + np.exp(-steep * (grey - 0.5))) - ends) / (1 - 2 * ends)
    return _clipped(grey + strength * (curve - grey))


def add_border(grey: Grey, shares: tuple[float, float, float, float], level: float) -> Grey:
    """Return the picture with its rim (top, bottom, left, right, as shares of the side) painted in one grey."""
    rows, columns = grey.shape
    sides = (rows, rows, columns, columns)
    top, bottom, left, right = (round(share * side) for share, side in zip(shares, sides, strict=True))
    framed = grey.copy()
    framed[:top], framed[rows - bottom :], framed[:, :left], framed[:, columns - right :] = (level,) * 4
    return framed


def cover_corners(grey: Grey, share: float, level: float = 0.0) -> Grey:
    """Return the picture with its four corners cut off along straight lines, `share` of the side long."""
    rows, columns = grey.shape
    down = np.arange(rows, dtype=np.float32)[:, None] / max(rows - 1, 1)
    across = np.arange(columns, dtype=np.float32)[None] / max(columns - 1, 1)
    distance = np.minimum(down, 1 - down) + np.minimum(across, 1 - across)
    return np.where(distance < share, np.float32(level), grey).astype(np.float32)


def burn_in(grey: Grey, text: str, *, row: float, column: float, height: float, level: float) -> Grey:
    """Return the picture with letters in it: their lower left corner and height as shares of the side."""
    rows, columns = grey.shape
    ink = np.zeros(grey.shape, np.uint8)
    # The font's capitals are 22 pixels high at scale 1.
    scale = height * rows / 22
    corner = round(column * columns), round(row * rows)
    cv2.putText(ink, text, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, max(1, round(scale * 2)), cv2.LINE_AA)
    return _clipped(grey + (level - grey) * (ink.astype(np.float32) / 255))


def degrade(grey: Grey, rule: Quality, seed: int) -> Grey:
    """Return the picture as some program might have made and saved it, drawn from `seed`, in the order of real life."""
    drawn = np.random.default_rng(seed)
    if drawn.random() < rule.tone:
        grey = bend_tone(grey, float(drawn.uniform(-1, 1)))
    if drawn.random() < rule.border:
        top, bottom, left, right = drawn.uniform(0, 0.12, 4) * (drawn.random(4) < 0.6)
        grey = add_border(grey, (top, bottom, left, right), float(drawn.choice([0.0, 0.0, 1.0, drawn.random()])))
    if drawn.random() < rule.corners:
        grey = cover_corners(grey, float(drawn.uniform(0.05, 0.3)))
    if drawn.random() < rule.letters:
        grey = _with_letters(grey, drawn)
    if rule.noise > 0:
        grey = add_noise(grey, float(drawn.uniform(0, rule.noise)), drawn)
    down, up = (list(INTERPOLATIONS)[number] for number in drawn.integers(len(INTERPOLATIONS), size=2))
    whole = max(grey.shape)
    least = min(rule.least_side, whole)
    side = round(least * float(whole / least) ** drawn.random()) if drawn.random() < rule.resolution else whole
    if drawn.random() < rule.jpeg:
        quality, colour = int(drawn.integers(rule.least_jpeg, 96)), bool(drawn.random() < 0.3)
        return resample(grey, side, down=down, up=up, save=partial(save_as_jpeg, quality=quality, colour=colour))
    return resample(grey, side, down=down, up=up) if side < whole else grey


def draw_worst(grey: Grey, rule: Quality) -> dict[str, Grey]:
    """Return the picture under the worst of each operation that a rule holds, by a few words for each."""
    drawn = np.random.default_rng(0)
    offered: list[tuple[float, str, Callable[[], Grey]]] = [
        *(
            (
                rule.resolution,
                f"{rule.least_side} pixels, {name}",
                partial(resample, grey, rule.least_side, down=name, up=name),
            )
            for name in INTERPOLATIONS
        ),
        (rule.jpeg, f"JPEG {rule.least_jpeg}", partial(save_as_jpeg, grey, rule.least_jpeg)),
        (rule.noise, f"noise {rule.noise * 255:.1f}/255", partial(add_noise, grey, rule.noise, drawn)),
        (rule.tone, "washed out", partial(bend_tone, grey, -1)),
        (rule.tone, "hard", partial(bend_tone, grey, 1)),
        (rule.border, "border", partial(add_border, grey, (0.12, 0, 0.12, 0), 1.0)),
        (rule.corners, "covered corners", partial(cover_corners, grey, 0.3)),
        (rule.letters, "burnt-in letters", partial(burn_in, grey, "L", row=0.15, column=0.02, height=0.12, level=1.0)),
    ]
    return {words: make() for chance, words, make in offered if chance > 0}


def _with_letters(grey: Grey, drawn: np.random.Generator) -> Grey:
    text = "".join(drawn.choice(list(_LETTERS), size=int(drawn.integers(1, 4))))
    row = float(drawn.choice([drawn.uniform(0.08, 0.2), drawn.uniform(0.85, 0.98)]))
    column = float(drawn.choice([drawn.uniform(0.01, 0.15), drawn.uniform(0.7, 0.9)]))
    level = float(drawn.choice([1.0, 1.0, 0.0, drawn.random()]))
    return burn_in(grey, text, row=row, column=column, height=float(drawn.uniform(0.04, 0.12)), level=level)


def _as_bytes(grey: Grey) -> NDArray[np.uint8]:
    return np.clip(np.rint(grey * 255), 0, 255).astype(np.uint8)


def _clipped(grey: ArrayLike) -> Grey:
    return np.clip(np.asarray(grey, dtype=np.float32), 0.0, 1.0)
