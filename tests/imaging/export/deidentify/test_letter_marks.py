"""How often the detector of letters is right: on pictures without text, and on the same with text drawn into them."""

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from imaging.export.deidentify.letter_marks import find_letter_marks, look_for_letters
from tests.imaging.dicom_files import find

FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
TEXTS = ("DOE^JOHN 19600102", "SMITH ANNA", "ID 4711-0815", "ST. MARY HOSPITAL", "2021-03-04 12:33", "Müller, Jörg")
PLAIN = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "RG1_UNCR.dcm", "693_UNCR.dcm", "liver_1frame.dcm")
SIZES = (12, 14, 18, 24, 30)
LEAST_FOUND = 0.85
"""Of texts of 12 to 30 pixels; docs/deidentify.md says how much was measured."""


def pictures() -> list[NDArray[np.generic]]:
    """Slices of real files without text, and noise over an edge."""
    import pydicom

    found = [np.asarray(pydicom.dcmread(find(name)).pixel_array) for name in PLAIN]
    noise = np.random.default_rng(1).normal(100, 20, (300, 300))
    noise[:, 150:] += 400
    return [*(one if one.ndim == 2 else one[0] for one in found), noise.astype(np.int16)]


def with_text(picture: NDArray[np.generic], fonts: Path, draw: random.Random) -> NDArray[np.generic]:
    """The picture with one line of text somewhere, as bright as its brightest pixel or nearly so."""
    rows, columns = picture.shape[:2]
    size = draw.choice([one for one in SIZES if one * 11 < columns])
    mask = Image.new("L", (columns, rows))
    drawing = ImageDraw.Draw(mask)
    drawing.fontmode = draw.choice(["1", "L"])
    at = draw.randint(2, columns - size * 10), draw.randint(2, rows - size * 2)
    font = ImageFont.truetype(str(fonts / draw.choice(FONTS)), size)
    drawing.text(at, draw.choice(TEXTS), font=font, fill=255)
    share = np.asarray(mask) / 255.0
    low, high = float(picture.min()), float(picture.max())
    return picture * (1 - share) + share * (low + draw.choice([1.0, 0.8]) * (high - low))


def test_pictures_without_text_are_left_alone() -> None:
    assert [number for number, picture in enumerate(pictures()) if find_letter_marks(picture)] == []


def test_text_is_found(root: Path) -> None:
    draw = random.Random(17)
    large = [picture for picture in pictures() if min(picture.shape) > 200]
    texts = [with_text(draw.choice(large), root / "resources" / "fonts", draw) for _ in range(60)]
    found = sum(look_for_letters(one) for one in texts)
    assert found >= LEAST_FOUND * len(texts)


def test_the_box_is_around_the_text(root: Path) -> None:
    picture = np.zeros((200, 300), dtype=np.uint8)
    image = Image.fromarray(picture)
    font = ImageFont.truetype(str(root / "resources" / "fonts" / FONTS[0]), 20)
    ImageDraw.Draw(image).text((40, 60), "SMITH ANNA", font=font, fill=255)
    drawn = np.asarray(image)
    ((top, left, bottom, right),) = find_letter_marks(drawn)
    rows, columns = np.nonzero(drawn)
    assert top <= rows.min() <= top + 6
    assert left <= columns.min() <= left + 6
    assert bottom - 6 <= rows.max() <= bottom
    assert right - 6 <= columns.max() <= right


@pytest.mark.parametrize("shape", [(4, 4), (1, 300), (300, 1), (64, 64, 3)])
def test_odd_shapes_and_flat_pictures_have_no_text(shape: tuple[int, ...]) -> None:
    assert find_letter_marks(np.zeros(shape, dtype=np.uint8)) == ()
    assert find_letter_marks(np.full(shape[:2], np.nan)) == ()
