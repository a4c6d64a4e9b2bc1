"""The rules of style that a machine can check: ruff, types, sizes, codes, and what must not be committed."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCES = ("imaging", "inference", "desktop", "training", "resources", "build_spec", "dev.py")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_CLASS = 500, 60, 300

BOUNDARIES: dict[str, str] = {
    # The two that catch for good.
    "desktop/jobs/jobs.py:_work": "delivers every failure of a job as a value",
    "desktop/cli/__init__.py:_run_command": "turns every failure of a command into a sentence and an exit code",
    "desktop/main.py:main": "turns a failure of the start itself into a sentence and an exit code",
    # The boundary of scan: what one file does costs that file only.
    "imaging/identify.py:_contain_faults": "a reader's fault is a row in the ledger, here and in a child process",
    "imaging/scan.py:series_so_far": "what upsets the grouping is found out in the end",
    "imaging/scan.py:_group": "a file that upsets its neighbours is tried alone",
    "imaging/workers/item_answers.py:_answer_one": "in a child process: what one file does costs that file only",
    # One call into a library that raises nearly anything on damaged input; the answer is a Refusal without its text.
    "imaging/formats/dicom/header.py:read_open_header": "pydicom on a header",
    "imaging/formats/dicom/pixels/frames.py:_guarded": "decoders, one of them in Rust with panics of its own",
    "imaging/formats/dicom/reader.py:reasons": "pydicom on a header, read again",
    "imaging/formats/dicom/source_facts.py:read_dicom_source": "pydicom on a header, read again",
    "imaging/formats/dicom/report_reader.py:read_report": "pydicom on a report",
    "imaging/workers/child.py:do": "what a child trips over is one refused item of its task",
    "imaging/formats/raster/reader.py:_deep_tiff": "tifffile on a header; Pillow says what is wrong with it",
    "imaging/formats/raster/reader.py:_opened": "Pillow on a header",
    "imaging/formats/raster/reader.py:_shows_grey": "Pillow on pixels, of which the reading of them tells more",
    "imaging/formats/raster/reader.py:_orientation_of": "Pillow on EXIF, which is no reason to refuse the picture",
    "imaging/formats/raster/reader.py:_page": "Pillow on pixels",
    "training/fit/runs.py:read_checkpoint": "torch on a checkpoint",
    "training/network/starting_weights.py:_from_hub": "huggingface_hub without a network",
    "training/network/starting_weights.py:_read_torch": "torch on a file of weights",
}
"""Where a broad `except` may stand (`file:function`), and what it does there."""

# Put together here so that this file does not hold them itself.
FORBIDDEN_TEXTS = (
    "py" + "pi.org", "python" + "hosted.org", "download.py" + "torch.org", "deb.de" + "bian.org",
    "registry.npm" + "js.org", "/wo" + "rk/", "/ro" + "ot/", "/opt/wh" + "eels",
)  # fmt: skip


def sources(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of the product: its path in the repository and its tree."""
    for name in SOURCES:
        place = root / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_ruff_has_nothing_to_say(root: Path) -> None:
    check = run(root, "ruff", "check", "--no-cache", "--output-format=concise", ".")
    assert check.returncode == 0, check.stdout
    layout = run(root, "ruff", "format", "--no-cache", "--check", ".")
    assert layout.returncode == 0, layout.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_types_are_strict(root: Path) -> None:
    check = run(root, "mypy")
    assert check.returncode == 0, check.stdout


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False, timeout=600
    )


def test_files_functions_and_classes_stay_small(root: Path) -> None:
    too_long = []
    for path, tree in sources(root):
        lines = len((root / path).read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            too_long.append(f"{path}: {lines} lines")
        for node in ast.walk(tree):
            length = (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length > LONGEST_FUNCTION:
                too_long.append(f"{path}:{node.lineno} {node.name}: {length} lines")
            if isinstance(node, ast.ClassDef) and length > LONGEST_CLASS:
                too_long.append(f"{path}:{node.lineno} {node.name}: {length} lines")
    assert too_long == []


def test_broad_excepts_stand_only_at_the_named_boundaries(root: Path) -> None:
    found = {f"{path}:{function}" for path, tree in sources(root) for function in broad_excepts(tree)}
    assert sorted(found - BOUNDARIES.keys()) == []
    assert sorted(BOUNDARIES.keys() - found) == [], "a boundary is named that is no longer there"


def broad_excepts(tree: ast.AST, function: str = "") -> Iterator[str]:
    """Names of the functions in which `except:`, `except Exception` or `except BaseException` stands."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or ast.unparse(kind) in ("Exception", "BaseException") for kind in caught):
                yield function
        yield from broad_excepts(node, inside)


def test_the_text_of_an_unforeseen_exception_is_never_used(root: Path) -> None:
    """It may hold patient data, so a broad `except ... as fault` may only hand `fault` on whole."""
    found = []
    for path, tree in sources(root):
        for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)):
            if handler.name and ast.unparse(handler.type or handler) in ("Exception", "BaseException"):
                found += [f"{path}:{line}" for line in texts_of(handler.name, handler)]
    assert found == []


def texts_of(name: str, handler: ast.ExceptHandler) -> list[int]:
    """Lines where a caught exception becomes text: in an f-string, by str, repr or print, or through its arguments."""
    lines = []
    for node in ast.walk(handler):
        match node:
            case ast.FormattedValue(value=ast.Name(id=used)) | ast.Attribute(value=ast.Name(id=used), attr="args"):
                lines += [node.lineno] * (used == name)
            case ast.Call(func=ast.Name(id="str" | "repr" | "print" | "format"), args=[ast.Name(id=used), *_]):
                lines += [node.lineno] * (used == name)
    return lines


@pytest.mark.parametrize("use", ["f'{fault}'", "str(fault)", "print(fault)", "fault.args[0]"])
def test_texts_of_finds_what_it_looks_for(use: str) -> None:
    def handler(body: str) -> ast.ExceptHandler:
        tree = ast.parse(f"try:\n    pass\nexcept Exception as fault:\n    x = {body}")
        return next(node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))

    assert texts_of("fault", handler(use))
    assert not texts_of("fault", handler("as_refusal(fault)"))


def test_every_refusal_has_a_sentence(root: Path) -> None:
    """The common codes have one each; with a code of another list the sentence is given where it is raised."""
    from imaging.base.errors import Code

    assert all(code.sentence[0].isupper() and code.sentence.endswith(".") for code in Code)
    wordless = []
    for path, tree in sources(root):
        for node in ast.walk(tree):
            match node:
                case ast.Call(ast.Name("Refusal"), [ast.Attribute(ast.Name(listing))], []) if listing.endswith("Code"):
                    wordless += [f"{path}:{node.lineno}"] * (listing != "Code")
    assert wordless == []


def test_codes_are_unique_over_all_lists() -> None:
    from imaging.base.errors import Code
    from inference.contract.codes import ModelCode
    from training.recipe.recipe import TrainingCode

    codes = [code.value for listing in (Code, ModelCode, TrainingCode) for code in listing]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("E_") and code == code.upper() for code in codes)


def test_nothing_of_one_machine_is_committed(root: Path) -> None:
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of what would be committed")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        found += [f"{name}: {forbidden}" for forbidden in FORBIDDEN_TEXTS if forbidden in text]
    assert found == []


def test_modules_are_named_after_what_they_hold(root: Path) -> None:
    avoided = ("util", "helper", "manager", "misc", "common", "base")
    assert [path for path, _ in sources(root) if any(word in Path(path).stem for word in avoided)] == []
