"""The licence texts of everything that is in a built program, collected into it; a part without one stops the build."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from contents import Contents, Part

_TEXT = re.compile(r"(?i)(licen[cs]e|copying|notice|authors|thirdpartynotices)[^/]*$")
_NO_TEXT = (".py", ".pyc", ".json", ".html")


@dataclass(frozen=True)
class Component:
    """One thing with a version and a licence of its own: a distribution of pip, a system's package, a model, Python."""

    part: str
    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    url: str = ""
    """A package URL (purl), the name under which lists of vulnerabilities know it."""


def collect(contents: Contents, root: Path, internal: Path) -> list[Component]:
    """Copy every licence text below `resources/licences` and write `index.json` there; what was found.

    Raises SystemExit if a part has no text.
    """
    folder = internal / "resources" / "licences"
    shutil.rmtree(folder, ignore_errors=True)
    found: list[Component] = []
    for part in contents.parts:
        mine = [_of_distribution(part, distribution(name), folder) for name in part.distributions]
        if part.licence_files:
            texts = tuple(_copied(root / name, folder, part.name) for name in part.licence_files)
            mine = [Component(**{**asdict(one), "texts": one.texts or texts}) for one in mine] or [
                Component(part.name, part.name, "", part.licence, texts)
            ]
        if part.name == "Python":
            mine = [_python(part, folder)]
        if part.system:
            mine = _system(part, internal, folder)
        if part.name == "Models":
            mine = _models(part, internal, folder)
        found += mine
    if lacking := [one.name for one in found if not one.texts]:
        sys.exit(
            f"No licence text for: {', '.join(lacking)}. Put one into build_spec/licences and name it in contents.toml."
        )
    rows = [asdict(one) for one in found]
    (folder / "index.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return found


def _of_distribution(part: Part, found: Distribution, folder: Path) -> Component:
    name, number = found.metadata["Name"], found.version
    texts = [
        path for path in found.files or []
        if _TEXT.search(str(path)) and not str(path).endswith(_NO_TEXT) and part.is_licensed_by(path.as_posix())
    ]  # fmt: skip
    copied = tuple(
        _copied(Path(str(found.locate_file(path))), folder, name)
        for path in texts
        if Path(str(found.locate_file(path))).is_file()
    )
    said = found.metadata.get("License-Expression") or (found.metadata.get("License") or "").strip().partition("\n")[0]
    licence = said if said and len(said) < 120 else part.licence
    return Component(part.name, name, number, licence, copied, f"pkg:pypi/{name.lower().replace('_', '-')}@{number}")


def _copied(path: Path, folder: Path, name: str) -> str:
    """Copy a text below the folder of its part; its path from there. Texts of the same name get numbers."""
    place = folder / re.sub(r"[^\w.-]+", "-", name)
    place.mkdir(parents=True, exist_ok=True)
    stem, suffix = path.stem, ".txt"
    target, number = place / f"{stem}{suffix}", 2
    while target.exists() and target.read_bytes() != path.read_bytes():
        target, number = place / f"{stem}-{number}{suffix}", number + 1
    shutil.copyfile(path, target)
    return target.relative_to(folder).as_posix()


def _python(part: Part, folder: Path) -> Component:
    number = ".".join(map(str, sys.version_info[:3]))
    base = Path(sys.base_prefix)
    places = [Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt", base / "LICENSE.txt", base / "LICENSE"]
    text = next((place for place in places if place.is_file()), None)
    texts = (_copied(text, folder, "Python"),) if text else ()
    return Component(part.name, "Python", number, part.licence, texts, f"pkg:generic/python@{number}")


def _models(part: Part, internal: Path, folder: Path) -> list[Component]:
    found = []
    for contract in sorted((internal / "resources" / "models").glob("*/bundle.json")):
        facts = json.loads(contract.read_text(encoding="utf-8"))
        texts = (_copied(contract.parent / "README.md", folder, f"model-{facts['id']}"),)
        found.append(Component(part.name, facts["id"], facts["version"], facts["weights_licence"], texts))
    return found


def _system(part: Part, internal: Path, folder: Path) -> list[Component]:
    """Debian's packages that the files of a part were taken from, with their copyright files; empty elsewhere."""
    if shutil.which("dpkg-query") is None:
        return []
    packages: dict[str, str] = {}
    for path in sorted(internal.iterdir()):
        if path.is_file() and not path.is_symlink() and path.name.startswith("lib") and part.claims(path.name):
            name, number = _package_of(path.name)
            packages[name] = number
    found = []
    for name, number in sorted(packages.items()):
        text = Path("/usr/share/doc") / name / "copyright"
        texts = (_copied(text.resolve(), folder, name), *_common(text, folder)) if text.is_file() else ()
        url = f"pkg:deb/debian/{name}@{number}"
        found.append(Component(part.name, name, number, "see its copyright file", texts, url))
    return found


def _common(copyright_file: Path, folder: Path) -> Iterator[str]:
    """Debian's copyright files name the long licences (GPL, LGPL) by a path of the system: those texts as well."""
    said = copyright_file.read_text(encoding="utf-8", errors="replace")
    for name in sorted(set(re.findall(r"/usr/share/common-licenses/([\w.-]*\w)", said))):
        path = Path("/usr/share/common-licenses") / name
        if path.is_file():
            yield _copied(path.resolve(), folder, f"common-{path.resolve().name}")


def _package_of(library: str) -> tuple[str, str]:
    """(package, version) that a library of this system belongs to. Raises SystemExit if none does."""
    for base in ("/usr/lib", "/lib", "/usr/local/lib"):
        for path in (Path(base) / library, *sorted(Path(base).glob(f"*-linux-gnu*/{library}"))):
            if not path.exists():
                continue
            for spelled in {str(path), str(path).removeprefix("/usr"), str(path.resolve())}:
                said = subprocess.run(["dpkg-query", "-S", spelled], capture_output=True, text=True, check=False)
                if said.returncode == 0:
                    name = said.stdout.partition(":")[0].strip()
                    number = subprocess.run(
                        ["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=True
                    ).stdout
                    return name, number.partition("\n")[0]
    sys.exit(f"No package of this system holds {library}; its licence is not known.")
