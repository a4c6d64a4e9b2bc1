"""The samples that come with installed packages, found without importing the packages.

Importing nilearn, for one, would load scikit-learn; `find_spec` of a top-level package only finds its folder.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from imaging.base.english import english
from imaging.base.errors import Code, Refusal


@dataclass(frozen=True)
class Sample:
    """Something to open without having anything: `paths` exist; `model` is the bundle it is meant to be tried with.

    `demo` says whether `slicelens --demo` opens it along with the others.
    """

    id: str
    title: str
    line: str
    paths: tuple[Path, ...]
    model: str | None = None
    demo: bool = True


def list_samples() -> tuple[Sample, ...]:
    """Return the samples whose files are all installed, in the order of `samples.toml`; the first is the demo."""
    return tuple(sample for sample in read_list() if all(path.exists() for path in sample.paths))


def find_sample(sample_id: str) -> Sample:
    """Return the sample of that id. Raises `Refusal` (MISSING) if it is not installed."""
    for candidate in list_samples():
        if candidate.id == sample_id:
            return candidate
    raise Refusal(Code.MISSING, english("The sample “{sample_id}” is not installed.", sample_id=sample_id))


@cache
def read_list() -> tuple[Sample, ...]:
    """Return every row of the list whose package is installed."""
    rows = tomllib.loads(files("resources").joinpath("samples.toml").read_text(encoding="utf-8"))["sample"]
    found = []
    for row in rows:
        folder = find_package(row["package"])
        if folder is not None:
            paths = tuple(folder / name for name in row["files"])
            more = (row.get("model"), row.get("demo", True))
            found.append(Sample(row["id"], row["title"], row["line"], paths, *more))
    return tuple(found)


def find_package(package: str) -> Path | None:
    """Return the folder of an installed top-level package, or None; the package is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
