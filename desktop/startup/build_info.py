"""Which program this is: version, build, edition, and whether it was built or runs from source. No Qt here."""

import json
import platform
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import resources
from inference.torch_availability import torch_available

_FACTS = "build.json"
"""Written beside the resources when the program is built; a checkout has none."""


@dataclass(frozen=True)
class Edition:
    """The program's own facts. `made` is the date of the sources; `is_built` is false for a run from source."""

    version: str
    build: str
    made: str
    name: str
    is_built: bool

    def line(self) -> str:
        """All of it in one line, for people."""
        made = f", {self.made}" if self.made else ""
        return f"Slicelens {self.version} {self.name} ({self.build}{made})"


@cache
def edition() -> Edition:
    """The edition of this program; a checkout that was never installed has version 0."""
    path = resources_folder() / _FACTS
    if is_built():
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Edition(facts["version"], facts["build"], facts["made"], facts["edition"], True)
    try:
        number = version("slicelens")
    except PackageNotFoundError:
        number = "0"
    return Edition(number, "from source", "", "full" if torch_available() else "lite", False)


def is_built() -> bool:
    """True in a program that PyInstaller made."""
    return bool(getattr(sys, "frozen", False))


def resources_folder() -> Path:
    """Where the program's resources lie, built or not."""
    return Path(resources.__file__).parent


def system_line() -> str:
    """The system that it runs on, in one line."""
    return f"{platform.platform(aliased=True)}, {platform.machine()}, Python {platform.python_version()}"
