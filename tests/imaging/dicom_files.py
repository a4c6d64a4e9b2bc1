"""The DICOM files that pydicom and pydicom-data bring, by their names."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pydicom
import pytest


def folders() -> Iterator[Path]:
    yield Path(pydicom.__file__).parent / "data" / "test_files"
    store = pytest.importorskip("data_store", reason="pydicom-data is not installed")
    yield Path(store.__file__).parent / "data"


@cache
def all_files() -> dict[str, Path]:
    return {path.name: path for folder in folders() for path in sorted(folder.rglob("*")) if path.is_file()}


def find(name: str) -> Path:
    return all_files()[name]
