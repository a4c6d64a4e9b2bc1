"""Scripts of build_spec import each other by their plain names, as they do when they are run."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "build_spec"


@pytest.fixture(scope="session")
def script() -> Iterator[Any]:
    """Imports a script of build_spec by its name."""
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))

    def imported(name: str) -> ModuleType:
        return import_module(name)

    yield imported
    sys.path.remove(str(FOLDER))
    for name in {path.stem for path in FOLDER.glob("*.py")} & (set(sys.modules) - before):
        del sys.modules[name]


@pytest.fixture(params=["lite", "full"])
def contents(script: Any, request: pytest.FixtureRequest) -> Any:
    """The list of what is in an edition."""
    return script("contents").Contents.read(FOLDER / "contents.toml", request.param)
