"""torch keeps what it compiles where nobody else writes, and nothing in the temporary folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = "import {0}\nfrom torch._inductor.runtime.cache_dir_utils import cache_dir\nprint(cache_dir())"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the folders are named by Linux's variables")
@pytest.mark.parametrize("module", ["inference.torch_path", "training"])
def test_caches_lie_in_the_users_own_folder(root: Path, tmp_path: Path, module: str) -> None:
    pytest.importorskip("torch")
    for name in ("cache", "temporary"):
        (tmp_path / name).mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "TORCHINDUCTOR_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "temporary")}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module)],
        cwd=root, env=environment, capture_output=True, text=True, timeout=110, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "cache" / "slicelens")
    assert list((tmp_path / "temporary").iterdir()) == []
