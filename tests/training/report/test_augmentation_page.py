import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.cli.main import main
from training.recipe.augmentation import Augmentation, Quality
from training.recipe.recipe import Recipe
from training.report.augmentation_page import (
    FULL_DRAWS,
    draw_extremes,
    draw_qualities,
    operations,
    phantom_head,
    write_augmentations,
)

EVERYTHING = {
    name: {"gain": (0.7, 1.3)}.get(name, 0.2)
    for name in Augmentation.model_fields
    if not name.startswith("mixup") and name != "quality"
}


def _unit() -> NDArray[np.float32]:
    grey = cv2.resize(phantom_head(), (64, 64)).astype(np.float32) / 255
    return grey[None]


def test_every_operation_that_there_is_can_be_shown() -> None:
    rule = Augmentation.model_validate(EVERYTHING)
    assert {one.key for one in operations(rule)} == set(EVERYTHING)
    assert operations(Augmentation()) == ()


@pytest.mark.parametrize("key", list(EVERYTHING))
def test_an_extreme_is_another_picture_than_the_slice_itself(key: str) -> None:
    rule = Augmentation.model_validate({key: EVERYTHING[key]})
    (operation,) = operations(rule)
    assert operation.key == key
    unchanged, *extremes = [one.png for one in draw_extremes(operation, rule, torch.from_numpy(_unit())[None])]
    assert extremes
    assert unchanged not in extremes
    assert len(set(extremes)) == len(extremes)


def test_what_files_do_is_shown_one_by_one() -> None:
    rule = Quality(resolution=0.5, jpeg=0.5, noise=0.04, tone=0.5, border=0.1, corners=0.1, letters=0.1)
    unchanged, *worst = draw_qualities(rule, torch.from_numpy(_unit())[None])
    assert len({one.png for one in worst} | {unchanged.png}) == len(worst) + 1
    assert {"96 pixels, nearest", "JPEG 20", "washed out", "burnt-in letters"} <= {one.caption for one in worst}
    assert len(draw_qualities(Quality(jpeg=0.5), torch.from_numpy(_unit())[None])) == 2


def test_a_page_of_a_phantom_is_written_whole(recipe_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    assert main(["augmentations", str(recipe_file), "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "a phantom made by code" in text
    assert text.count("<img") == text.count("data:image/png;base64,")
    assert not re.search(r"""(?:src|href)=["']https?:""", text)
    assert text.count("draw ") >= FULL_DRAWS
    assert "mixup" in text


def test_a_page_of_a_real_slice_differs_and_an_unknown_case_is_refused(
    recipe_file: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page.html"
    assert main(["augmentations", str(recipe_file), "--data", str(pictures), "--case", "3", "--out", str(out)]) == 0
    assert "a case of normal" in out.read_text(encoding="utf-8")
    assert main(["augmentations", str(recipe_file), "--data", str(pictures), "--case", "999", "--out", str(out)]) == 2
    assert "they go from 0 to" in capsys.readouterr().err


def test_a_recipe_without_augmentation_says_so(recipe: Recipe, tmp_path: Path) -> None:
    plain = recipe.model_copy(update={"augmentation": Augmentation()})
    write_augmentations(tmp_path / "none.html", "none", plain, _unit(), "a phantom")
    text = (tmp_path / "none.html").read_text(encoding="utf-8")
    assert "This recipe changes nothing." in text
    assert text.count("<h2>") == 2
    assert "<img" not in text
