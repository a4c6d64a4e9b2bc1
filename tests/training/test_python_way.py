"""The documented way from Python: names that are imported when they are asked for, and the notebook that uses them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import training


def test_every_name_that_is_offered_is_there() -> None:
    offered = [name for name in dir(training) if not name.startswith("_") and name not in vars(training)]
    assert {"FitRequest", "audit_folder", "fit_run", "report_run", "export_run"} <= set(offered)
    for name in offered:
        assert getattr(training, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing_such'"):
        training.nothing_such  # noqa: B018


def test_importing_the_package_loads_nothing_heavy(root: Path) -> None:
    code = "import sys, training\nprint(*({'torch', 'numpy', 'timm', 'cv2', 'pydantic'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""


def test_the_notebook_runs_on_small_data(
    root: Path,
    pictures: Path,
    recipe_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    notebook = json.loads((root / "docs" / "train_a_model.ipynb").read_text(encoding="utf-8"))
    assert (notebook["nbformat"], {cell["cell_type"] for cell in notebook["cells"]}) == (4, {"markdown", "code"})
    assert all(not cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    shutil.copytree(pictures, tmp_path / "data")
    shutil.copy(recipe_file, tmp_path / "recipe.toml")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    said = capsys.readouterr().out
    assert "96 pictures can be read, 0 cannot" in said
    assert re.search(r"normal: 0\.\d{3} \(labelled normal\)", said)
    assert (tmp_path / "runs" / "first" / "report.html").is_file()
    assert (tmp_path / "bundle" / "bundle.json").is_file()
