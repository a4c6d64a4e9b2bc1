"""A page that shows an augmentation: each operation alone at its extremes, and all of it at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.report.png_file import encode_png
from training.data.augment import DRAWS, apply, augment, case_seeds, draw_worst
from training.recipe.augmentation import Augmentation, Quality
from training.recipe.recipe import Recipe
from training.report.rendering import ReportPicture, write_html

FULL_DRAWS = 8
Extremes = tuple[tuple[str, dict[str, float]], ...]
"""(caption, draws that differ from the middle) of each."""
_QUALITY = "made and saved as by other programs: fewer pixels, JPEG, noise, tone, borders, letters"


@dataclass(frozen=True)
class Operation:
    """One operation as a rule has it: its key, what it does in words, and the draws that are its extremes."""

    key: str
    says: str
    extremes: Extremes

    def alone(self, rule: Augmentation) -> Augmentation:
        """Return the rule with this operation only."""
        return Augmentation.model_validate({self.key: getattr(rule, self.key)})


def operations(rule: Augmentation) -> tuple[Operation, ...]:
    """Return the operations of a rule in the order in which they are carried out; mixup needs a second picture."""
    return tuple(one for one in _all(rule) if getattr(rule, one.key))


def _all(rule: Augmentation) -> Iterator[Operation]:
    degrees, share, added = f"{rule.rotation:g}°", f"{rule.shift:.0%}", f"{rule.brightness:g}"
    size, power, span = (
        (f"{sign}{np.exp(-strength):.2f}", f"{sign}{np.exp(strength):.2f}")
        for sign, strength in (("× ", rule.zoom), ("", rule.gamma), ("× ", rule.contrast))
    )
    low, high = rule.gain or (1.0, 1.0)
    corners: Extremes = (
        ("to one corner", {"shift_x": 0, "shift_y": 0}),
        ("to the other", {"shift_x": 1, "shift_y": 1}),
    )
    blurs: Extremes = (("sharpest", {"blur": 0, "blur_strength": 1}), ("softest", {"blur": 0, "blur_strength": 0}))
    erased: Extremes = (("smallest", {"erase": 0, "erase_area": 0}), ("largest", {"erase": 0, "erase_area": 1}))
    told: tuple[tuple[str, str, Extremes], ...] = (
        ("rotation", f"turned by up to {degrees} either way", _both("rotation", f"-{degrees}", f"+{degrees}")),
        ("zoom", f"size {size[0]} to {size[1]}", _both("zoom", *size)),
        ("stretch", f"height against width up to {np.exp(rule.stretch):.2f}", _both("stretch", "widest", "highest")),
        ("shear", f"slanted by a slope of up to {rule.shear:g}", _both("shear", "one way", "the other")),
        ("shift", f"moved by up to {share} of the side, across and along", corners),
        ("flip", f"mirrored, left for right, in {rule.flip:.0%} of draws", (("mirrored", {"flip": 0}),)),
        ("gamma", f"grey to the power of {power[0]} to {power[1]}", _both("gamma", *power)),
        ("contrast", f"contrast about the mean {span[0]} to {span[1]}", _both("contrast", *span)),
        ("brightness", f"up to {added} added or taken", _both("brightness", f"-{added}", f"+{added}")),
        ("gain", f"brightness × {low:g} to {high:g}", _both("gain", f"× {low:g}", f"× {high:g}")),
        ("blur", f"softened or sharpened in {rule.blur:.0%} of draws", blurs),
        ("noise", f"noise of a deviation of up to {rule.noise:g}", (("noisiest", {"noise": 1}),)),
        ("erase", f"a rectangle of 2 to 12 % erased in {rule.erase:.0%} of draws", erased),
    )
    return (Operation(*one) for one in told)


def _both(name: str, least: str, most: str) -> Extremes:
    return ((least, {name: 0}), (most, {name: 1}))


def write_augmentations(path: Path, name: str, recipe: Recipe, unit: NDArray[np.float32], source: str) -> None:
    """Write the page on a slice in 0…1 [channels, rows, columns] that comes from `source`. Raises `Refusal` (WRITE)."""
    rule, picture = recipe.augmentation, torch.from_numpy(unit)[None]
    found = operations(rule)
    rows = [[one.key, one.says] for one in found]
    if rule.mixup > 0:
        rows.append(["mixup", f"blended with another slice, labels alike, in {rule.mixup_chance:.0%} of batches"])
    shown = [{"key": one.key, "says": one.says, "pictures": draw_extremes(one, rule, picture)} for one in found]
    if rule.quality is not None:
        rows.append(["quality", _QUALITY])
        shown.append({"key": "quality", "says": _QUALITY, "pictures": draw_qualities(rule.quality, picture)})
    write_html(
        path,
        "augmentations.jinja",
        title=f"Augmentation of {name}",
        subtitle=f"Shown on {source}, as the network gets it ({unit.shape[1]}×{unit.shape[2]}).",
        notice="",
        rows=rows,
        operations=shown,
        together=_draw_together(rule, recipe.fit.seed, picture) if shown else [],
        seed=recipe.fit.seed,
    )


def draw_extremes(one: Operation, rule: Augmentation, picture: Tensor) -> list[ReportPicture]:
    """Return a picture [1, channels, rows, columns] unchanged, then at each extreme of an operation."""
    pictures = [_report_picture(picture, "unchanged")]
    grain = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    for caption, changes in one.extremes:
        draws = {name: torch.tensor([float(changes.get(name, 0.5))]) for name in DRAWS}
        pictures.append(_report_picture(apply(picture, one.alone(rule), draws, grain), caption))
    return pictures


def draw_qualities(rule: Quality, picture: Tensor) -> list[ReportPicture]:
    """Return a picture [1, channels, rows, columns] unchanged, then as other programs may have saved it at worst."""
    made = draw_worst(picture[0, 0].numpy(), rule)
    changed = [_report_picture(torch.from_numpy(one)[None, None], words) for words, one in made.items()]
    return [_report_picture(picture[:, :1], "unchanged"), *changed]


def _draw_together(rule: Augmentation, seed: int, picture: Tensor) -> list[ReportPicture]:
    changed = augment(
        picture.repeat(FULL_DRAWS, 1, 1, 1), rule, case_seeds(seed, 0, np.arange(FULL_DRAWS, dtype=np.int64))
    )
    return [_report_picture(one[None], f"draw {number}") for number, one in enumerate(changed, start=1)]


def _report_picture(picture: Tensor, caption: str) -> ReportPicture:
    grey = (picture[0].clamp(0, 1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    shown = grey[..., 0] if grey.shape[2] == 1 else grey
    return ReportPicture(encode_png(np.ascontiguousarray(shown)), caption)


def phantom_head() -> NDArray[np.uint8]:
    """Return a slice made by code [240, 200]: a head with ventricles, and a mark on one side only."""
    picture = np.zeros((240, 200), np.uint8)
    cv2.ellipse(picture, (100, 120), (84, 106), 0, 0, 360, 220, -1)
    cv2.ellipse(picture, (100, 120), (78, 100), 0, 0, 360, 40, -1)
    cv2.ellipse(picture, (100, 120), (74, 96), 0, 0, 360, 130, -1)
    for side in (-1, 1):
        cv2.ellipse(picture, (100 + 16 * side, 110), (9, 30), 12 * side, 0, 360, 30, -1)
    cv2.circle(picture, (142, 82), 13, 245, -1)
    for line in range(20, 240, 40):
        cv2.line(picture, (20, line), (180, line), 100, 1)
    return cv2.GaussianBlur(picture, (3, 3), 0).astype(np.uint8)
