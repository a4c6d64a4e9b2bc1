"""How pictures are made and saved: fewer pixels, JPEG, noise, tone, borders, covered corners and burnt-in letters.

A model that learns from files of one maker learns the maker's JPEG as well, so training draws from these at random.

All of it works on grey [row, column] float32 in 0…1 and returns the same shape, clipped to 0…1.
"""

import math
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.recipe.recipe import Quality

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
    """Return the picture as some program might have made and saved it; what is drawn follows from `seed` alone.

    In the order in which it happens to real pictures: tone, border, corners, letters, noise, size, JPEG.
    """
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
