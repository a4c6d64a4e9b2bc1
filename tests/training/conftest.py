"""A small world for the training tests: pictures made by code, a tiny network, and one run that many tests look at."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from inference.torch_availability import torch_available
from tests.training.small_run import small_recipe_text, write_pictures
from training.recipe.recipe import Recipe
from training.recipe.recipe_files import read_recipe


class _WithoutTorch(pytest.Module):
    def collect(self) -> NoReturn:
        pytest.skip("training needs torch", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """In an environment without torch (`dev.py test --lite`) no file here can be loaded."""
    return None if torch_available() else _WithoutTorch.from_parent(parent, path=module_path)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 96 pictures of 48 persons."""
    return write_pictures(tmp_path_factory.mktemp("pictures") / "data")


@pytest.fixture(scope="session")
def recipe_text() -> str:
    """Our own recipe, cut down (`small_run`)."""
    return small_recipe_text()


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
