"""Interpreter start to window shown, against `python -c "import torch"`: whole processes, both from a warm page cache.

The program is timed until it has ended (`--quit` ends it once the window is shown), so the true figure is less.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.harness import Row, alternate

ROOT = Path(__file__).resolve().parents[2]


def run(rounds: int = 7) -> list[Row]:
    """One row: the program's start against the import of torch alone."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        environment |= dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"), home)

        def python(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)

        pair = alternate(
            lambda: python("-m", "desktop.main", "--quit"), lambda: python("-c", "import torch"), runs=rounds, warm=2
        )
    return [
        Row(
            "startup", "interpreter start to window shown · import torch", pair.a.median, pair.b.median,
            pair.ratio, pair.spread, "ratio < 1", ok=pair.ratio < 1.0,
        )
    ]  # fmt: skip
