"""The command line as a test uses it: in this process, or as the real program in a process of its own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import run
from tests.reading import POOL

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = re.compile(r"^slicelens: .+[.)] \[E_[A-Z_]+\]$")


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as one JSON document, in which every number is finite."""

        def refuse(name: str) -> float:
            raise AssertionError(f"{name} is no JSON number")

        document = json.loads(self.out, parse_constant=refuse)
        assert isinstance(document, dict)
        return document

    def is_refused_with(self, code: str) -> bool:
        """True where the code is 2, and standard error is a sentence of ours with that code and nothing else."""
        lines = self.err.splitlines()
        assert lines, "a refusal says why"
        assert all(SENTENCE.match(line) for line in lines), self.err
        assert "Traceback" not in self.err
        return self.code == 2 and lines[-1].endswith(f"[{code}]")


Cli = Callable[..., Answer]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process; what C libraries write is captured too."""

    def call(*argv: object) -> Answer:
        capfd.readouterr()
        code = run([str(word) for word in argv], POOL)
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def program() -> Cli:
    """Run the program itself, as a person's shell would."""

    def call(*argv: object, before: Sequence[str] = (), **environment: str) -> Answer:
        words = [sys.executable, *before, "-m", "desktop.main", *map(str, argv)]
        done = subprocess.run(
            words, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=100, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call
