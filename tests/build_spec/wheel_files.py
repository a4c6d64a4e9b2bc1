"""Writes `wheel_files.json`: which compiled files the locked wheels of Windows and macOS hold, and what each links to.

`python tests/build_spec/wheel_files.py` fetches the wheels with pip (1 GB, from where pip is set to look) and reads
them; `--wheels FOLDER` reads what lies there. `test_systems.py` holds contents.toml against the list, so that no build
on those systems is the first to see a new library.
"""

import argparse
import json
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "build_spec")]

from contents import Contents  # noqa: E402  its folder is on the path only now

LIST = HERE / "wheel_files.json"
# The newest first, as pip on the workflow's machines chooses.
_MACOS = [*(f"macosx_{version}_0" for version in (14, 13, 12, 11)), *(f"macosx_10_{n}" for n in range(16, 8, -1))]
PLATFORMS = {
    "windows-x86_64": ["win_amd64"],
    "macos-arm64": [f"{tag}_{kind}" for tag in _MACOS for kind in ("arm64", "universal2")],
    "macos-x86_64": [f"{tag}_{kind}" for tag in _MACOS for kind in ("x86_64", "universal2")],
}
# As the workflow has it: the last one that is made for Intel's.
OTHER_VERSIONS = {"macos-x86_64": {"onnxruntime": "1.23.2"}}
# Pure Python, or large and the same everywhere (torch), or not of these systems.
_NOT_ASKED = {"slicelens", "torch", "torchvision", "timm", "pyinstaller"}
_LOADS = (0xC, 0x80000018, 0x8000001F, 0x80000023)
_MACH, _FAT, _PE_PLUS = 0xFEEDFACF, 0xCAFEBABE, 0x20B


def main() -> int:
    """Fetch, read, write; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, help="a folder with one folder of wheels for each system")
    chosen = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen or Path(scratch)
        found = {}
        for system in PLATFORMS:
            if chosen is None:
                _fetch(folder / system, system)
            found[system] = _read(sorted((folder / system).glob("*.whl")))
    LIST.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def locked() -> dict[str, str]:
    """Normalised name → version of what the lock pins."""
    rows = re.findall(r"^([\w.-]+)==([^\s#]+)", (ROOT / "build_spec" / "lock.txt").read_text("utf-8"), re.MULTILINE)
    return {_normal(name): version for name, version in rows}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _fetch(folder: Path, system: str) -> None:
    names = {_normal(name) for name in Contents.read(ROOT / "build_spec" / "contents.toml", "full").metadata()}
    versions = locked() | OTHER_VERSIONS.get(system, {})
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--no-deps"]
    command += ["--python-version", "3.11", "--implementation", "cp", "--dest", str(folder)]
    command += [word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)]
    command += [word for tag in PLATFORMS[system] for word in ("--platform", tag)]
    subprocess.run([*command, *(f"{name}=={versions[name]}" for name in sorted(names - _NOT_ASKED))], check=True)


def _read(wheels: list[Path]) -> dict[str, list[str]]:
    """`wheels`: `name version`; `files`: path, and the names of what it links to that is not the system's."""
    versions, files = [], {}
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        versions.append(f"{_normal(name)} {version}")
        with zipfile.ZipFile(wheel) as opened:
            for entry in opened.namelist():
                path = re.sub(r"^[^/]+\.data/(platlib|purelib)/", "", entry)
                if re.search(r"\.(dll|pyd|so|dylib)$|\.framework/Versions/A/\w+$", path) and "/qml/" not in path:
                    files[path] = {*linked(opened.read(entry))} - {path.rpartition("/")[2]}
    # Windows has no folder by which the system's own libraries are known.
    there = {path.rpartition("/")[2].lower() for path in files}
    rows = [
        " ".join([path, *sorted(name for name in names if not name.endswith(".dll") or name in there)])
        for path, names in sorted(files.items())
    ]
    return {"wheels": versions, "files": rows}


def linked(content: bytes) -> list[str]:
    """Names of the libraries that a file for Windows (PE) or macOS (Mach-O, one or several processors) asks for."""
    if content[:2] == b"MZ":
        return [*_linked_on_windows(content)]
    (magic,) = struct.unpack_from(">I", content)
    if magic != _FAT:
        return [*_linked_on_macos(content, 0)]
    (count,) = struct.unpack_from(">I", content, 4)
    starts = [struct.unpack_from(">5I", content, 8 + 20 * number)[2] for number in range(count)]
    return [name for start in starts for name in _linked_on_macos(content, start)]


def _linked_on_macos(content: bytes, start: int) -> Iterator[str]:
    magic, *_, commands = struct.unpack_from("<5I", content, start)
    assert magic == _MACH
    place = start + 32
    for _ in range(commands):
        command, size, offset = struct.unpack_from("<3I", content, place)
        if command in _LOADS:
            path = content[place + offset : place + size].partition(b"\0")[0].decode()
            if not path.startswith(("/usr/lib/", "/System/")):
                yield path.rpartition("/")[2]
        place += size


def _linked_on_windows(content: bytes) -> Iterator[str]:
    """The import table and that of delayed imports (PE format: data directories 1 and 13)."""
    (head,) = struct.unpack_from("<I", content, 0x3C)
    count, optional_size = struct.unpack_from("<H12xH", content, head + 6)
    optional = head + 24
    assert struct.unpack_from("<H", content, optional)[0] == _PE_PLUS
    sections = [struct.unpack_from("<4I", content, optional + optional_size + 40 * n + 8) for n in range(count)]

    def at(address: int) -> int:
        fits = (
            (address - start, raw) for size, start, kept, raw in sections if start <= address < start + max(size, kept)
        )
        return sum(next(fits))

    for directory, row, field in ((1, 20, 12), (13, 32, 4)):
        (address,) = struct.unpack_from("<I", content, optional + 112 + 8 * directory)
        place = at(address) if address else 0
        while place and (name := struct.unpack_from("<I", content, place + field)[0]):
            yield content[at(name) :].partition(b"\0")[0].decode().lower()
            place += row


if __name__ == "__main__":
    sys.exit(main())
