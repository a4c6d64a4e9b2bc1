"""The script a newcomer runs: what it says when something is missing, what it installs, and the lock it uses."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distributions, version
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.conftest import pytest_xdist_auto_num_workers


def loaded(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def dev(root: Path) -> ModuleType:
    return loaded(root / "dev.py")


@pytest.fixture
def lock(root: Path) -> ModuleType:
    return loaded(root / "build_spec" / "lock.py")


@pytest.fixture
def locked(root: Path) -> dict[str, str]:
    """Version of every package in the lock, by its normal name."""
    lines = (root / "build_spec" / "lock.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("  # ")[0].split("==") for line in lines if line and not line.startswith("#"))


# --- the lock ---------------------------------------------------------------------------------------------------


def asked_for(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return [*project["dependencies"], *(row for rows in extras for row in rows if not row.startswith("slicelens"))]


def test_the_lock_names_every_dependency(root: Path, lock: ModuleType, locked: dict[str, str]) -> None:
    names = {lock.normal(re.match(r"[A-Za-z0-9._-]+", row)[0]) for row in asked_for(root)}  # type: ignore[index]
    assert names - locked.keys() == set()


def test_every_line_of_the_lock_and_of_the_project_has_its_reason(root: Path, lock: ModuleType) -> None:
    for name in ("lock.txt", "alone.txt"):
        lines = (root / "build_spec" / name).read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][^ ]*  # \S.*", line)] == []
    reasons = lock.reasons_in((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(reasons) == len(asked_for(root))


def test_the_lock_holds_the_whole_closure(root: Path, lock: ModuleType, locked: dict[str, str]) -> None:
    """Whatever an installed package needs in turn, as far as it is installed here, is pinned as well."""
    installed = {lock.normal(found.metadata["Name"]): found for found in distributions()}
    needed = {
        name
        for package in locked
        if package in installed
        for requirement in installed[package].requires or ()
        for condition, name, _ in lock.links_of(requirement)
        if condition == "" and name in installed and "platform" not in requirement
    }
    assert needed - locked.keys() == set()


def test_what_is_installed_is_what_is_locked(locked: dict[str, str]) -> None:
    differing = {}
    for name, pinned in locked.items():
        try:
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            continue
        if found != pinned:
            differing[name] = (found, pinned)
    assert differing == {}


@pytest.mark.parametrize(
    ("requirement", "links"),
    [
        ("numpy>=2.0", [("", "numpy", "")]),
        ("Some_Package.x (!=8.3.*,>=5.3.0)", [("", "some-package-x", "")]),
        ('slicelens[torch]; extra == "train"', [("train", "slicelens", ""), ("train", "slicelens", "torch")]),
        ("pandas; extra == 'All-Of-It'", [("all-of-it", "pandas", "")]),
    ],
)
def test_lock_reads_requirements(lock: ModuleType, requirement: str, links: list[tuple[str, str, str]]) -> None:
    assert lock.links_of(requirement) == links


def test_lock_sections_follow_what_needs_what(lock: ModuleType) -> None:
    packages = {
        "slicelens": lock.Package("1", (("", "a", ""), ("x", "b", ""))),
        "a": lock.Package("2", (("", "c", ""), ("fast", "d", ""))),
        "b": lock.Package("3", (("", "a", "fast"),)),
        "c": lock.Package("4", ()),
        "d": lock.Package("5", ()),
    }
    assert lock.closure(packages, ("slicelens", "")) == {"slicelens", "a", "c"}
    assert lock.closure(packages, ("slicelens", "x")) == {"slicelens", "a", "b", "c", "d"}
    assert lock.line(packages, "c", {}) == "c==4  # needed by a"
    assert lock.line(packages, "a", {"a": "a reason"}) == "a==2  # a reason"


# --- what dev.py says -------------------------------------------------------------------------------------------


def test_it_needs_only_the_standard_library(root: Path) -> None:
    found = set(re.findall(r"^(?:import|from) (\w+)", (root / "dev.py").read_text(encoding="utf-8"), re.MULTILINE))
    assert found - sys.stdlib_module_names == set()


def test_a_wrong_python_gets_a_sentence(dev: ModuleType, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 2, "final", 0))
    assert dev.main(["app"]) == 2
    assert "needs Python 3.11, 3.12 or 3.13" in capsys.readouterr().err


@pytest.mark.parametrize("newer", ["3.14", "4.0"])
def test_a_newer_python_gets_it_too(dev: ModuleType, monkeypatch: Any, newer: str) -> None:
    monkeypatch.setattr(sys, "version_info", (*map(int, newer.split(".")), 0))
    assert dev.main(["app"]) == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...: Temporary failure in name resolution')",
            "Is there a network?",
        ),
        ("ERROR: No matching distribution found for numpy==2.4.6", "Is there a network?"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: metadata-generation-failed", "--verbose"),
    ],
)
def test_pip_failures_get_a_sentence_and_pips_last_lines(dev: ModuleType, said: str, sentence: str) -> None:
    told = dev._why_pip_failed(["Collecting numpy", said])
    assert sentence in told
    assert said in told


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (181.1 MB)",
            "  Downloading torch 2.13.0 (181.1 MB)\n",
        ),
        ("Downloading idna-3.20-py3-none-any.whl (70 kB)", ""),
        ("Installing collected packages: numpy, torch, timm", "  Installing 3 packages\n"),
        ("Requirement already satisfied: numpy", ""),
    ],
)
def test_progress_without_a_terminal_names_what_takes_long(dev: ModuleType, capsys: Any, line: str, shown: str) -> None:
    dev._show_progress(line)
    assert capsys.readouterr().out == shown


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for Linux' libc")
def test_missing_libraries_are_named_with_the_command(dev: ModuleType, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(dev, "LIBRARIES", {"libc.so.6": "libc6", "libnever-there.so.9": "libnever9"})
    monkeypatch.setattr(dev, "_is_root_on_apt", lambda: False)
    monkeypatch.setattr(dev.sys, "platform", "linux")
    assert dev.main(["app", "--lite"]) == 2
    told = capsys.readouterr().err
    assert "apt-get install -y --no-install-recommends libnever9" in told
    assert "libc6" not in told


def test_a_python_without_venv_is_noticed(dev: ModuleType, monkeypatch: Any) -> None:
    monkeypatch.setattr(dev, "find_spec", lambda name: None)
    assert f"python3.{sys.version_info.minor}-venv" in dev._missing_system_packages("lite")


def test_libraries_named_are_all_that_qt_asks_for(dev: ModuleType) -> None:
    """Every library that Qt's window and offscreen plug-ins need and do not bring is in the two tables."""
    if not sys.platform.startswith("linux") or shutil.which("readelf") is None:
        pytest.skip("readelf is needed to read what a library asks for")
    import PySide6

    qt = Path(PySide6.__file__).parent / "Qt"
    files = [qt / f"lib/libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets", "OpenGL", "DBus", "XcbQpa")]
    files += [qt / f"plugins/platforms/libq{name}.so" for name in ("xcb", "offscreen")]
    read = subprocess.run(["readelf", "-d", *files], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", read))
    brought = {path.name for path in (qt / "lib").iterdir()}
    always = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "ld-linux-x86-64.so.2"}
    # Each comes with one that is named: gthread with glib, the two of xcb with libxcb-image0 and libx11-6.
    along = {"libgthread-2.0.so.0", "libxcb-render.so.0", "libxcb.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"}
    assert needed - brought - always - along - dev.LIBRARIES.keys() - dev.WINDOW_LIBRARIES.keys() == set()


# --- what dev.py does -------------------------------------------------------------------------------------------


@pytest.fixture
def record(dev: ModuleType, monkeypatch: Any, tmp_path: Path) -> Callable[..., list[list[str]]]:
    """Everything set up already, in a folder of its own; commands are recorded instead of run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "BIN", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(dev, "_missing_system_packages", lambda kind: [])
    monkeypatch.setattr(dev, "_make_venv", lambda: (tmp_path / dev._PYTHON).touch())
    monkeypatch.setattr(dev, "_pip", lambda arguments, verbose: commands.append(["pip", *map(str, arguments)]))
    monkeypatch.setattr(dev, "_run", lambda command, **_: commands.append([str(word) for word in command]) or 0)

    def run(*arguments: str) -> list[list[str]]:
        commands.clear()
        assert dev.main(list(arguments)) == 0
        return list(commands)

    return run


def test_the_second_run_installs_nothing(record: Callable[..., list[list[str]]]) -> None:
    assert [command[0] for command in record("app")].count("pip") == 3
    assert [command[0] for command in record("app")].count("pip") == 0
    assert [command[0] for command in record("app", "--lite")].count("pip") == 0, "lite is a part of what is there"


def test_extras_add_up_and_a_change_installs_again(
    record: Callable[..., list[list[str]]], dev: ModuleType, monkeypatch: Any
) -> None:
    assert any("[samples]" in word for command in record("app", "--lite") for word in command)
    assert any("[samples,torch]" in word for command in record("app") for word in command)
    monkeypatch.setattr(dev, "_state", lambda: "another lock")
    assert [command[0] for command in record("app", "--lite")].count("pip") == 3
    assert json.loads(dev.STAMP.read_text())["state"] == "another lock"


@pytest.mark.parametrize(("command", "extras"), [("app", "samples]"), ("test", "samples,test,build]")])
def test_lite_asks_pip_for_no_torch(record: Callable[..., list[list[str]]], command: str, extras: str) -> None:
    commands = record(command, "--lite")
    editable = next(word for one in commands for word in one if "[" in word)
    assert editable.rsplit("[", 1)[1] == extras
    assert "--lite" not in commands[-1]


def test_app_shows_the_main_job_or_what_was_asked_for(
    record: Callable[..., list[list[str]]], dev: ModuleType, monkeypatch: Any
) -> None:
    monkeypatch.setattr(dev, "_has_display", lambda: True)
    assert record("app")[-1][1:] == ["--demo", "--model", "pneumonia-cxr", "--explain"]
    assert record("app", "a scan.zip")[-1][1:] == ["a scan.zip"]


def test_without_a_display_app_draws_offscreen_and_names_the_picture(
    record: Callable[..., list[list[str]]], dev: ModuleType, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr(dev, "_has_display", lambda: False)
    command = record("app")[-1]
    assert command[-1] == "--quit"
    assert command[command.index("--screenshot") + 1] in capsys.readouterr().out


def test_the_exit_code_is_the_programs_own(record: Any, dev: ModuleType, monkeypatch: Any) -> None:
    monkeypatch.setattr(dev, "_run", lambda command, **_: 5)
    assert dev.main(["test", "-k", "nothing"]) == 5


def test_arguments_go_to_pytest_and_names_to_the_benchmarks(record: Callable[..., list[list[str]]]) -> None:
    command = record("test", "-k", "window", "tests/desktop")[-1]
    assert command[1:3] == ["-m", "pytest"]
    assert command[-3:] == ["-k", "window", "tests/desktop"]
    assert record("bench", "startup")[-1][1:] == ["-m", "tests.benchmarks.run", "startup"]


@pytest.mark.parametrize(
    ("places", "capture", "is_own"),
    [
        (["tests"], "fd", False),
        (["tests/imaging", "tests/test_dev.py"], "fd", False),
        (["tests/test_dev.py", "tests/conftest.py"], "fd", True),
        (["tests/test_dev.py::test_an_unknown_command_is_refused"], "fd", True),
        (["tests"], "no", True),
    ],
)
def test_folders_are_spread_and_files_are_watched(
    root: Path, monkeypatch: Any, places: list[str], capture: str, is_own: bool
) -> None:
    monkeypatch.chdir(root)
    config = SimpleNamespace(args=places, option=SimpleNamespace(capture=capture))
    assert (pytest_xdist_auto_num_workers(config) == 0) is is_own


def test_an_unknown_command_is_refused(root: Path) -> None:
    ran = subprocess.run([sys.executable, root / "dev.py", "bild"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "invalid choice" in ran.stderr
    assert "Traceback" not in ran.stderr
