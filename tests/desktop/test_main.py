"""The program as its own process: arguments, exit codes, screenshots, what it loads."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from desktop.startup import crash_reports
from inference.bundle.catalog import user_models_folder
from tests.imaging.phantoms import write_series
from tests.inference.factory import make_bundle

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(root: Path) -> Run:
    def ran(*arguments: object, **environment: str | None) -> "subprocess.CompletedProcess[str]":
        variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment}
        return subprocess.run(
            [sys.executable, "-m", "desktop.main", *map(str, arguments)],
            cwd=root, capture_output=True, text=True, timeout=100, check=False,
            env={name: value for name, value in variables.items() if value is not None},
        )  # fmt: skip

    return ran


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    write_series(tmp_path / "ct")
    return tmp_path / "ct"


def test_screenshot_finding_and_exit_code(run: Run, ct: Path, tmp_path: Path) -> None:
    make_bundle(user_models_folder())
    out = tmp_path / "out.png"
    ran = run(ct, "--model", "tiny", "--explain", "--slice", 9, "--screenshot", out, "--quit", "--size", "1100x700")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "slice 10/10" in ran.stdout
    assert "Decision: " in ran.stdout
    assert ran.stdout.strip().endswith("Research use only. Not for diagnosis.")
    with Image.open(out) as picture:
        assert picture.size == (1100, 700)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_some_skipped_is_1(run: Run, ct: Path, tmp_path: Path) -> None:
    (ct / "notes.txt").write_text("no picture")
    assert run(ct, "--screenshot", tmp_path / "out.png", "--quit").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("gone", "--quit"), "E_MISSING"),
        (("--bogus",), "E_ARGUMENT"),
        (("--explain",), "E_ARGUMENT"),
        (("CT", "--series", "7", "--quit"), "E_OUT_OF_RANGE"),
        (("CT", "--slice", "70", "--quit"), "E_OUT_OF_RANGE"),
        (("CT", "--model", "nobody", "--explain", "--quit"), "E_UNKNOWN_MODEL"),
        (("CT", "--model", "nobody", "--quit"), "E_UNKNOWN_MODEL"),
        (("CT", "--screenshot", "no/such/folder/out.png", "--quit"), "E_WRITE"),
    ],
)
def test_what_is_refused_is_2_and_a_sentence(run: Run, ct: Path, arguments: tuple[str, ...], code: str) -> None:
    ran = run(*(ct if word == "CT" else word for word in arguments))
    assert ran.returncode == 2, ran.stderr
    assert code in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert ran.stdout == ""


@pytest.mark.parametrize("layout", ["mpr", "mip"])
def test_a_layout_of_a_whole_volume_is_saved_or_refused_with_the_reason(
    run: Run, ct: Path, tmp_path: Path, layout: str
) -> None:
    out, plain = tmp_path / "out.png", tmp_path / "plain.png"
    Image.new("L", (32, 32)).save(plain)
    assert run(ct, "--layout", layout, "--screenshot", out, "--quit", "--size", "900x600").returncode == 0
    assert out.exists()
    ran = run(plain, "--layout", layout, "--quit")
    assert ran.returncode == 2, ran.stderr
    assert "planes cannot be made" in ran.stderr


@pytest.mark.parametrize(("more", "expected"), [((), 0), (("--model", "nobody"), 2)])
def test_an_automation_from_windows_menu_which_gives_no_streams(
    root: Path, ct: Path, tmp_path: Path, more: tuple[str, ...], expected: int
) -> None:
    make_bundle(user_models_folder())
    script = (
        "import os, sys; sys.stdin = sys.stdout = sys.stderr = None\n"
        "from desktop.main import main; os._exit(main(sys.argv[1:]))"
    )
    picture = tmp_path / "a.png"
    arguments = [str(ct), "--model", "tiny", "--explain", "--screenshot", str(picture), "--quit", *more]
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=root, timeout=100, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.returncode == expected
    assert picture.exists() == (expected == 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="screens are looked for on Linux only")
def test_without_a_screen_a_sentence_or_an_offscreen_picture(run: Run, ct: Path, tmp_path: Path) -> None:
    nowhere: dict[str, str | None] = {"QT_QPA_PLATFORM": None, "DISPLAY": None, "WAYLAND_DISPLAY": None}
    ran = run(ct, "--quit", **nowhere)
    assert ran.returncode == 2
    assert "no screen" in ran.stderr
    assert run(ct, "--quit", **{**nowhere, "DISPLAY": ":4711"}).returncode == 2
    assert run(ct, "--screenshot", tmp_path / "out.png", "--quit", **nowhere).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="settings lie elsewhere on other systems")
def test_settings_of_a_newer_version_are_2_and_a_sentence_and_stay(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "config" / "slicelens" / "slicelens.ini"
    place.parent.mkdir(parents=True)
    place.write_text("[General]\nformat=2\nscale=huge\n")
    before = place.read_bytes()
    ran = run(XDG_CONFIG_HOME=str(place.parents[1]))
    assert ran.returncode == 2
    assert "newer version of Slicelens" in ran.stderr
    assert str(place) in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert place.read_bytes() == before


def test_an_automation_whose_parts_cannot_be_loaded_ends_and_says_so(root: Path, ct: Path) -> None:
    script = (
        "import sys; import desktop.app as app; app.FOR_MODELS = lambda: 1 / 0\n"
        "from desktop.main import main; sys.exit(main(sys.argv[1:]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(ct), "--explain", "--model", "tiny", "--quit"], cwd=root, timeout=100,
        capture_output=True, text=True, check=False, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.returncode == 2
    assert "ZeroDivisionError" in ran.stderr
    assert "E_INTERNAL" in ran.stderr
    (report,) = crash_reports.find_unseen()
    assert "ZeroDivisionError" in report.text
    crash_reports.delete(report)


def test_files_that_macos_hands_over_are_opened_together(root: Path, ct: Path) -> None:
    """Finder's choice of many files is one event for each; opening them one by one would leave the last alone."""
    script = (
        "import sys; from PySide6.QtCore import QCoreApplication; from PySide6.QtGui import QFileOpenEvent\n"
        "from desktop.app import start; from desktop.state.launch_request import LaunchRequest\n"
        "from desktop.state.settings import Settings\n"
        "program = start(LaunchRequest(), Settings({}))\n"
        "app = QCoreApplication.instance(); heard = []\n"
        "program.main_window.paths_requested.connect(heard.append)\n"
        "for path in sys.argv[1:]: QCoreApplication.sendEvent(app, QFileOpenEvent(path))\n"
        "app.processEvents(); print(*(' '.join(map(str, paths)) for paths in heard), sep=chr(10)); program.shut_down()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(ct), str(root)], cwd=root, capture_output=True, text=True, timeout=100,
        check=False, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.stdout.splitlines() == [f"{ct} {root}"], ran.stderr


def test_a_whole_automation_loads_nothing_heavy(root: Path, ct: Path, tmp_path: Path) -> None:
    make_bundle(user_models_folder())
    script = (
        "import sys; from desktop.main import main; code = main(sys.argv[1:]);"
        "print(sorted({'torch', 'timm', 'SimpleITK', 'sklearn', 'matplotlib', 'scipy'} & set(sys.modules)), code)"
    )
    arguments = [str(ct), "--model", "tiny", "--explain", "--screenshot", str(tmp_path / "a.png"), "--quit"]
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=root, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "[] 0", ran.stderr


def test_the_window_itself_loads_nothing_that_slices_need(root: Path) -> None:
    script = (
        "import sys; from desktop.app import start; from desktop.state.launch_request import LaunchRequest\n"
        "from desktop.state.settings import Settings\n"
        "program = start(LaunchRequest(), Settings({}))\n"
        "late = {'cv2', 'pydicom', 'nibabel', 'onnxruntime', 'pydantic', 'onnx', 'PIL'} & set(sys.modules)\n"
        "shown = program.main_window.isVisible(); program.shut_down(); print(sorted(late), shown)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ran.stdout.strip() == "[] True", ran.stderr
