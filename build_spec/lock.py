"""Resolves all dependencies of pyproject.toml and writes lock.txt: `python3 dev.py lock`.

Standard library only; pip does the resolving, without installing anything.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "build_spec" / "lock.txt"
HEAD = """\
# Every package that `python3 dev.py` installs, with the version that was tested. Written by `python3 dev.py lock`.
# A constraints file for pip: it pins what pyproject.toml asks for and what that needs in turn, and installs nothing.
# Not here: what only another system needs, and the libraries of a CUDA build of torch, which it pins by itself.
"""


@dataclass(frozen=True)
class Package:
    """A package that pip resolved: version, and what it needs in turn as (its extra, package, that one's extra)."""

    version: str
    links: tuple[tuple[str, str, str], ...]


def main() -> int:
    """Write the lock, each line with its reason, in sections from the viewer to the benchmarks."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = list(tomllib.loads(text)["project"]["optional-dependencies"])
    packages = resolved(["setuptools", "-e", f"{ROOT}[{','.join(extras)}]"])
    reasons = {"setuptools": "builds the installation", **reasons_in(text)}
    sections = [HEAD]
    written = {"slicelens"}
    for extra in ["", *extras]:
        reached = closure(packages, ("slicelens", extra))
        lines = [line(packages, name, reasons) for name in sorted(reached - written)]
        sections.append("\n".join([f"# {'Extra: ' + extra if extra else 'The viewer'}", *lines, ""]))
        written |= reached
    if rest := [line(packages, name, reasons) for name in sorted(packages.keys() - written)]:
        sections.append("\n".join(["# Installing", *rest, ""]))
    LOCK.write_text("\n".join(sections), encoding="utf-8")
    print(f"{LOCK} names {len(packages) - 1} packages.")
    return 0


def resolved(requirements: list[str]) -> dict[str, Package]:
    """Every package that pip would install for these requirements, by its normal name."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["-qq", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *requirements], check=True)
        rows = [row["metadata"] for row in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {
        normal(row["name"]): Package(
            # The build of torch (`+cpu`) is the machine's choice, not the lock's.
            row["version"].split("+")[0],
            tuple(link for requirement in row.get("requires_dist", ()) for link in links_of(requirement)),
        )
        for row in rows
    }


def links_of(requirement: str) -> list[tuple[str, str, str]]:
    """`timm[x]; extra == "y"` as (y, timm, ""), (y, timm, x): a package with extras is needed plain as well."""
    needs = re.search(r"extra == ['\"]([^'\"]+)", requirement)
    named = re.match(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?", requirement)
    assert named is not None
    wanted = {"", *(named[2] or "").split(",")}
    return [(normal(needs[1]) if needs else "", normal(named[1]), normal(extra)) for extra in sorted(wanted)]


def closure(packages: dict[str, Package], start: tuple[str, str]) -> set[str]:
    """Names of the packages reached from (package, extra) along what was resolved."""
    reached: set[tuple[str, str]] = set()
    ahead = [start]
    while ahead:
        package, extra = ahead.pop()
        if (package, extra) not in reached and package in packages:
            reached.add((package, extra))
            ahead += [(name, of) for condition, name, of in packages[package].links if condition in ("", extra)]
    return {package for package, _ in reached}


def line(packages: dict[str, Package], name: str, reasons: dict[str, str]) -> str:
    """`name==version  # reason`, the reason from pyproject.toml, or else who needs it."""
    needed_by = sorted(
        other
        for other, package in packages.items()
        if other != "slicelens" and any(link[:2] == ("", name) for link in package.links)
    )
    return f"{name}=={packages[name].version}  # {reasons.get(name) or 'needed by ' + ', '.join(needed_by)}"


def reasons_in(pyproject: str) -> dict[str, str]:
    """The comment behind each requirement of pyproject.toml, by the package's normal name."""
    found = re.findall(r'^    "([A-Za-z0-9._-]+)[<>=][^"]*",\s*# (.+)$', pyproject, flags=re.MULTILINE)
    return {normal(name): reason for name, reason in found}


def normal(name: str) -> str:
    """A package's name as the registry compares it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


if __name__ == "__main__":
    sys.exit(main())
