"""Work in a process of its own that says how long each piece took, its imports and its start left out."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Stopwatch:
    """A process that runs `code`, which calls `serve`; it lives for the length of a `with` block.

    It runs under our own interpreter unless another `python` is named; `environment` is added to ours.
    """

    def __init__(
        self, code: str, *, python: str | Path = sys.executable, environment: Mapping[str, str] | None = None
    ) -> None:
        self._python, self._environment = str(python), {**os.environ, **(environment or {})}
        self._folder = tempfile.TemporaryDirectory()
        self._script = Path(self._folder.name) / "work.py"
        self._script.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}", "utf-8")
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Stopwatch":
        self._child = subprocess.Popen(
            [self._python, str(self._script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=self._environment,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._child is not None
        self._child.communicate()
        self._folder.cleanup()

    def tell(self, *arguments: Any) -> dict[str, Any]:
        """What the process says of one piece of work: its milliseconds, and what else `serve` adds."""
        assert self._child is not None
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(arguments) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise SystemExit("What was to be measured has failed.")
        said: dict[str, Any] = json.loads(line)
        return said

    def milliseconds(self, *arguments: Any) -> float:
        """How long one piece of work takes."""
        return float(self.tell(*arguments)["ms"])


def serve(work: Callable[..., Any]) -> None:
    """In the process: for every line of arguments do the work, and say how long it took and what it returned."""
    for line in sys.stdin:
        start = time.perf_counter()
        returned = work(*json.loads(line))
        milliseconds = (time.perf_counter() - start) * 1000.0
        sys.stdout.write(json.dumps({"ms": milliseconds, "returned": returned}) + "\n")
        sys.stdout.flush()
