"""The six contracts of the house (architecture.md), read from the real modules."""

import ast
import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOMS = ("imaging", "inference", "desktop", "training", "resources")
QT = {"PySide6", "shiboken6", "pyqtgraph", "qtpy"}
TORCH = {"torch", "torchvision", "timm", "captum", "pytorch_grad_cam"}
HEAVY = {
    "torch", "torchvision", "timm", "SimpleITK", "sklearn", "matplotlib", "scipy", "distributed", "dask", "highdicom",
}  # fmt: skip

QT_FREE = (
    "desktop.state",
    "desktop.render",
    "desktop.jobs.open",
    "desktop.jobs.explain",
    "desktop.jobs.score",
    "desktop.jobs.series_score",
    "desktop.startup.crash_reports",
    "desktop.startup.build_info",
    "desktop.cli",
)
"""The folders and modules of `desktop` that hold state, drawing, work for the background, and the command line."""

STARTERS_OF_WORK = (Path("desktop/jobs"), Path("inference/batch"), Path("imaging/workers"))
"""The only folders that may start a thread, a pool or a process."""

STARTING = {
    "concurrent", "multiprocessing", "subprocess", "_thread", "asyncio", "joblib",
    "Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "ThreadPool",
    "QThread", "QThreadPool", "QRunnable", "QProcess", "QtConcurrent",
    "fork", "forkpty", "system", "popen", "spawnv", "posix_spawn", "start_new_thread",
}  # fmt: skip


@pytest.fixture(scope="module")
def graph(root: Path) -> grimp.ImportGraph:
    sys.path.insert(0, str(root))
    try:
        return grimp.build_graph(*ROOMS, include_external_packages=True, cache_dir=None)
    finally:
        sys.path.remove(str(root))


def breaches(graph: grimp.ImportGraph, room: str, forbidden: set[str], *, but: str | None = None) -> list[str]:
    """Every import of a forbidden package by a module of the room, as `importer (line) -> imported`."""
    found = []
    for module in sorted(graph.modules):
        inside = module == room or module.startswith(f"{room}.")
        if not inside or (but is not None and (module == but or module.startswith(f"{but}."))):
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            if imported.split(".")[0] in forbidden:
                lines = graph.get_import_details(importer=module, imported=imported)
                found += [f"{module} ({line['line_number']}) -> {imported}" for line in lines]
    return found


def test_1_imaging_stands_alone(graph: grimp.ImportGraph) -> None:
    others = {"inference", "desktop", "training", "resources"}
    assert breaches(graph, "imaging", others | QT | TORCH | {"onnxruntime", "onnx"}) == []


def test_2_inference_knows_no_qt_and_torch_only_in_torch_path(graph: grimp.ImportGraph) -> None:
    assert breaches(graph, "inference", QT | {"desktop", "training"}) == []
    assert breaches(graph, "inference", TORCH, but="inference.torch_path") == []


def test_3_desktop_and_training_do_not_know_each_other(graph: grimp.ImportGraph) -> None:
    assert breaches(graph, "desktop", {"training"}) == []
    assert breaches(graph, "training", QT | {"desktop"}) == []


@pytest.mark.parametrize("module", QT_FREE)
def test_4_state_and_composition_never_reach_qt(graph: grimp.ImportGraph, module: str) -> None:
    """The command line has one exception, which it imports when it is asked for: a PDF, set by Qt's writer."""
    assert module in graph.modules, f"{module} is gone: say in QT_FREE where its content went"
    graph = copy.deepcopy(graph)
    graph.remove_module("desktop.ui.report_pdf")
    within = {module} | {name for name in graph.modules if name.startswith(f"{module}.")}
    chains = [graph.find_shortest_chain(importer=name, imported=qt) for name in within for qt in QT & graph.modules]
    assert [" -> ".join(chain) for chain in chains if chain] == []


def test_5_only_three_folders_start_threads_or_processes(root: Path) -> None:
    found = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            relative = path.relative_to(root)
            if not any(relative.is_relative_to(starter) for starter in STARTERS_OF_WORK):
                found += [f"{relative}:{line} {name}" for line, name in starts(path.read_text(encoding="utf-8"))]
    assert found == []


def starts(source: str) -> list[tuple[int, str]]:
    """(line, name) of everything in a source that starts threads or processes: imported, or reached as an attribute."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            # A connection between processes that are there starts none.
            top = "" if node.module == "multiprocessing.connection" else (node.module or "").split(".")[0]
            names = [top, *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [node.attr] if node.value.id in ("threading", "os", "QtCore") else []
        elif isinstance(node, ast.keyword) and node.arg in ("num_workers", "n_jobs"):
            names = [] if isinstance(node.value, ast.Constant) and node.value.value in (0, 1) else ["Thread"]
        found += [(node.lineno, name) for name in names if name in STARTING]
    return found


@pytest.mark.parametrize(
    "source",
    ["import concurrent.futures", "from threading import Thread", "import threading\nthreading.Thread()",
     "from multiprocessing import Process", "from PySide6.QtCore import QThreadPool", "import os\nos.fork()",
     "loader(num_workers=2)"],
)  # fmt: skip
def test_5_finds_what_it_looks_for(source: str) -> None:
    assert starts(source)
    assert not starts("import threading\nlock = threading.Lock()\nloader(num_workers=0)")


def modules_loaded(root: Path, *arguments: str) -> set[str]:
    """Top-level names of everything that a fresh interpreter imports while the program runs and ends by itself."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "desktop.main", *arguments],
        cwd=root, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    return set(re.findall(r"^import time:.*\|\s+([A-Za-z0-9_]+)(?:\.\S+)?$", ran.stderr, flags=re.MULTILINE))


def test_6_starting_the_window_loads_nothing_heavy(root: Path) -> None:
    loaded = modules_loaded(root, "--quit")
    assert "PySide6" in loaded
    assert loaded & HEAVY == set()


def test_a_subcommand_never_loads_qt_or_torch(root: Path) -> None:
    loaded = modules_loaded(root, "models", "--json")
    assert "desktop" in loaded
    assert loaded & (QT | HEAVY) == set()


def test_no_module_of_ours_imports_in_a_circle(graph: grimp.ImportGraph) -> None:
    ours = {module for module in graph.modules if module.split(".")[0] in ROOMS}
    ahead = {module: graph.find_modules_directly_imported_by(module) & ours for module in ours}
    # Kahn's algorithm: what cannot be taken away from the outside in lies on, or between, circles.
    while free := {module for module, targets in ahead.items() if not targets & ahead.keys()}:
        for module in free:
            del ahead[module]
    assert sorted(ahead) == []
