"""The program as a shell starts it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from tests.inference.factory import make_bundle

ROOT = Path(__file__).resolve().parents[2]
NEVER = ("PySide6", "pyqtgraph", "torch", "timm", "sklearn", "matplotlib", "SimpleITK")
# A real interpreter, the real entry point; what it has loaded is told at the very end, on standard error.
LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr))
sys.argv = ["slicelens", *sys.argv[1:]]
from desktop.main import main
sys.exit(main())
"""


def ct() -> str:
    found = get_testdata_file("CT_small.dcm", download=False)
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("bundles"))


def loaded_by(*words: object) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    last = done.stderr.splitlines()[-1]
    assert last.startswith("loaded:"), done.stderr
    return done.returncode, set(last.split()[1:])


@pytest.mark.parametrize(
    "command", ["--help", "--version", "inspect", "values", "render", "models", "model", "classify"]
)
def test_a_command_never_loads_qt_or_torch(command, tmp_path, tiny):
    words = {
        "inspect": ("inspect", ct(), "--json"),
        "values": ("values", ct(), "--out", tmp_path / "f.npy"),
        "render": ("render", ct(), "--out", tmp_path / "f.png"),
        "models": ("models", "--json"),
        "model": ("model", "check", tiny, "--json"),
        "classify": ("classify", ct(), "--model", tiny, "--explain", tmp_path / "m", "--json"),
    }.get(command, (command,))
    code, loaded = loaded_by(*words)
    assert code == 0
    assert loaded.isdisjoint(NEVER)
    if command in ("inspect", "values", "render", "--help"):
        assert "onnxruntime" not in loaded


def test_standard_output_is_one_document_and_nothing_else(program, tiny, tmp_path):
    answer = program("classify", ct(), "--model", tiny, "--explain", tmp_path / "m", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.document["results"][0]["status"] == "ok"


def test_it_works_where_the_system_speaks_ascii(program, tmp_path):
    folder = tmp_path / "Größe"
    folder.mkdir()
    (folder / "ct.dcm").write_bytes(Path(ct()).read_bytes())
    answer = program("inspect", folder, "--json", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert answer.code == 0
    assert answer.document["series"]


@pytest.mark.skipif(shutil.which("head") is None, reason="needs head")
def test_a_pipe_that_closes_early(tiny):
    words = f"{sys.executable} -m desktop.main inspect {ct()} --json | head -c 1"
    done = subprocess.run(words, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.stdout == "{"
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_results_of_two_processes_are_the_same(program, tiny):
    def answer() -> str:
        document = program("classify", ct(), "--model", tiny, "--json").document
        document["results"][0].pop("milliseconds")
        return json.dumps(document)

    assert answer() == answer()


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize(("closed", "out"), [(">&-", ""), ("2>&-", "{"), ("<&- >&- 2>&-", ""), ("</dev/null", "{")])
def test_streams_that_are_closed(closed, out, tiny):
    for words in (f"inspect {ct()} --json", f"classify {ct()} --model {tiny} --json", "inspect /nowhere --json"):
        command = f"{sys.executable} -m desktop.main {words} {closed}"
        done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == (2 if "nowhere" in words else 0)
        assert done.stdout[:1] == out
        assert "Traceback" not in done.stderr
