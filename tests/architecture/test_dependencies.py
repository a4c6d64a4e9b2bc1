"""What is imported is declared where it is needed, and what is declared is used."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

OURS = {"imaging", "inference", "desktop", "training", "resources", "tests"}

NEVER_IMPORTED = {
    "pylibjpeg": "pydicom loads it, in tests",
    "pylibjpeg-openjpeg": "pylibjpeg loads it, in tests",
    "pyjpegls": "highdicom loads it",
    "pydicom-data": "its files are read, and pydicom finds it for tests",
    "tensorboard": "torch.utils.tensorboard loads it",
    "torchvision": "timm loads it",
    "onnxscript": "torch.onnx loads it",
    "pytest-timeout": "pytest loads it",
    "pytest-xdist": "pytest loads it",
    "mypy": "run as a program",
    "pyinstaller": "run as a program",
    "ruff": "run as a program",
}
"""Declared, and used all the same."""

RUN_ELSEWHERE = {"tests/benchmarks/napari_steps.py": "runs in the environment that a benchmark makes for napari"}
"""What another interpreter runs, whose packages are not ours."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def declared(root: Path) -> dict[str, set[str]]:
    """Normal names of the packages by extra; the viewer's own stand under the empty name."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    names = {extra: {normal(re.split(r"[^\w.-]", row)[0]) for row in rows} for extra, rows in groups.items()}
    return {extra: found - {"slicelens"} for extra, found in names.items()}


@pytest.fixture(scope="module")
def imported(root: Path) -> dict[str, set[str]]:
    """Normal names of the packages that are imported, late or early, by room; `torch_path` is a room of its own."""
    owners = {top: {normal(name) for name in names} for top, names in packages_distributions().items()}
    found: dict[str, set[str]] = {}
    # Scripts of build_spec import each other by their plain names.
    ours = OURS | {path.stem for path in (root / "build_spec").glob("*.py")}
    for room in ("imaging", "inference", "desktop", "training", "resources", "tests", "build_spec"):
        for path in (root / room).rglob("*.py"):
            if path.relative_to(root).as_posix() in RUN_ELSEWHERE:
                continue
            place = "torch_path" if "torch_path" in path.parts and room == "inference" else room
            for top in tops(path.read_text(encoding="utf-8")) - ours - sys.stdlib_module_names:
                found.setdefault(place, set()).update(owners.get(top, {f"{top} (not installed)"}))
    return found


def tops(source: str) -> set[str]:
    """Top-level names of all that a source imports, also by `import_module("…")` and pytest's `importorskip("…")`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "importorskip")):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value.split(".")[0])
    return found


@pytest.mark.parametrize(
    ("room", "extras"),
    [
        ("imaging", [""]),
        ("inference", ["", "cluster"]),
        ("desktop", [""]),
        ("resources", [""]),
        ("torch_path", ["", "torch"]),
        ("training", ["", "torch", "train"]),
        ("build_spec", ["", "build"]),
        ("tests", ["", "samples", "torch", "train", "cluster", "test", "bench", "build"]),
    ],
)
def test_what_a_room_imports_is_declared_for_it(
    declared: dict[str, set[str]], imported: dict[str, set[str]], room: str, extras: list[str]
) -> None:
    allowed = {name for extra in extras for name in declared[extra]}
    # Qt's binding comes with PySide6, and is named where a test asks whether an object is still alive.
    assert imported.get(room, set()) - allowed - {"shiboken6"} == set()


def test_what_is_declared_is_used(declared: dict[str, set[str]], imported: dict[str, set[str]]) -> None:
    viewer = imported["imaging"] | imported["inference"] | imported["desktop"]
    used = {
        "": viewer,
        "samples": viewer,
        "torch": imported["torch_path"] | imported["training"],
        "train": imported["training"],
        "cluster": viewer,
        "test": imported["tests"],
        "bench": imported["tests"],
        "build": imported["build_spec"],
    }
    idle = {name for extra, names in declared.items() for name in names - used[extra]}
    assert idle - NEVER_IMPORTED.keys() == set()
    assert NEVER_IMPORTED.keys() - idle == set(), "imported after all, or no longer declared"


def test_late_imports_are_seen() -> None:
    source = "import a.b\nfrom c.d import e\ndef f():\n    import g\n    import_module('h.i')\nfrom . import j"
    assert tops(source) == {"a", "c", "g", "h"}
