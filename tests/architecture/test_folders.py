"""Folders are the architecture: their order in each room, what each imports, and the words of their names."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER: dict[str, tuple[str, ...]] = {
    "imaging": (
        "base", "workers", "volume", "annotations", "files", "formats", "formats/dicom/dataset",
        "formats/dicom/pixels", "formats/dicom", "formats/nifti", "formats/raster", "formats/itk", "export/dicom",
        "export/deidentify", "export", "",
    ),
    "inference": (
        "contract", "statistics", "graph", "classify", "explain", "bundle", "torch_path", "cases", "batch", "report",
        "",
    ),
    "desktop": (
        "startup", "state/texts", "state/annotations", "state/cases", "state", "state/multiplanar", "state/session",
        "render", "render/gestures", "jobs", "jobs/cases", "jobs/session", "jobs/export", "controllers",
        "controllers/session", "controllers/cases", "controllers/files",
        "controllers/series", "controllers/findings", "controllers/annotations", "controllers/multiplanar",
        "controllers/compare", "controllers/picture", "ui/widgets", "ui/slice_view",
        "ui/tools", "ui/plots", "ui/panels", "ui/dialogs", "ui/cases", "ui", "wiring", "cli", "cli/commands", "",
    ),
    "training": (
        "recipe", "data", "network", "fit", "evaluate", "audit", "report", "export", "compare", "cli",
        "",
    ),
}  # fmt: skip
"""The folders of each room, bottom first, and the room's root (an empty name); docs/architecture.md describes them."""

ROOMS_BELOW = {
    "imaging": set[str](),
    "inference": {"imaging"},
    "desktop": {"imaging", "inference", "resources"},
    "training": {"imaging", "inference", "resources"},
}

FULLEST = 18
"""The most modules that a folder may hold before a stranger loses the way."""

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "misc", "common", "stuff"}
"""Words that say nothing in the name of a module."""

RIDDLES = {
    "apart", "within", "abreast", "looking", "singles", "errand", "inquiry", "marks", "garbage", "completing", "bare",
    "large", "locked", "chosen", "scored", "measured", "continued", "trust", "why", "entries", "places",
}  # fmt: skip
"""Names that modules of this house had, and that no stranger would search for (docs/words.md)."""


def modules(root: Path) -> dict[str, Path]:
    """Every module of the rooms by its dotted name."""
    found = {}
    for room in ORDER:
        for path in (root / room).rglob("*.py"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def folder_of(path: Path, root: Path) -> tuple[str, str]:
    """(room, folder within it)."""
    room, *folders = path.relative_to(root).parent.parts
    return room, "/".join(folders)


def imported(source: str, known: dict[str, Path]) -> Iterator[tuple[int, Path]]:
    """(line, file) of every module of ours that a source imports, early or late."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = (f"{node.module}.{alias.name}" for alias in node.names)
            names = [name if name in known else node.module for name in whole]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from ((node.lineno, known[name]) for name in dict.fromkeys(names) if name in known)


def is_allowed(importer: tuple[str, str], target: tuple[str, str]) -> bool:
    """Return whether a module of one (room, folder) may import one of another."""
    if importer[0] != target[0]:
        return target[0] in ROOMS_BELOW[importer[0]]
    order = ORDER[importer[0]]
    return order.index(target[1]) <= order.index(importer[1])


def test_every_folder_has_its_place_in_the_order(root: Path) -> None:
    found = {folder_of(path, root) for path in modules(root).values()}
    assert sorted(f"{room}/{folder}" for room, folder in found if folder not in ORDER[room]) == []


def test_imports_follow_the_order_of_folders(root: Path) -> None:
    known, against = modules(root), []
    for path in known.values():
        here = folder_of(path, root)
        for line, target in imported(path.read_text(encoding="utf-8"), known):
            if not is_allowed(here, folder_of(target, root)):
                against.append(f"{path.relative_to(root)}:{line} imports {target.relative_to(root)}")
    assert sorted(against) == []


@pytest.mark.parametrize(
    ("importer", "target", "allowed"),
    [
        (("imaging", "files"), ("imaging", "base"), True),
        (("imaging", "base"), ("imaging", "files"), False),
        (("imaging", ""), ("imaging", "formats/dicom"), True),
        (("imaging", "formats/dicom/pixels"), ("imaging", "formats/dicom"), False),
        (("desktop", "state"), ("imaging", "volume"), True),
        (("desktop", "ui"), ("training", "fit"), False),
        (("inference", "graph"), ("desktop", "state"), False),
    ],
)
def test_the_order_is_read_as_meant(importer: tuple[str, str], target: tuple[str, str], allowed: bool) -> None:
    assert is_allowed(importer, target) is allowed


def test_late_imports_of_ours_are_seen(root: Path) -> None:
    known = modules(root)
    source = "import os\ndef f():\n    from imaging import scan\n    from imaging.volume.series import Series\n"
    assert [path.name for _, path in imported(source, known)] == ["scan.py", "series.py"]


def test_no_folder_is_crowded_and_each_says_what_it_holds(root: Path) -> None:
    paths = modules(root).values()
    counted = Counter(path.parent for path in paths)
    assert [f"{folder.relative_to(root)}: {count}" for folder, count in counted.items() if count > FULLEST] == []
    silent = [
        str(path.relative_to(root))
        for path in paths
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_two_public_classes_share_a_name(root: Path) -> None:
    found: dict[str, list[str]] = {}
    for path in modules(root).values():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(str(path.relative_to(root)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def is_empty_or_a_riddle(name: str) -> bool:
    return name in RIDDLES or bool(set(name.split("_")) & EMPTY_WORDS)


def test_modules_have_names_that_a_stranger_would_search_for(root: Path) -> None:
    paths = modules(root).values()
    assert sorted(str(path.relative_to(root)) for path in paths if is_empty_or_a_riddle(path.stem)) == []


def test_docstrings_begin_with_a_verb_or_a_noun(root: Path) -> None:
    """None says "What it is …" or "True where …", which say nothing in an index."""
    found = []
    for path in modules(root).values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                if text.startswith(("What ", "True where", "Somebody")):
                    found.append(f"{path.relative_to(root)}: {text[:50]}")
    assert sorted(found) == []
