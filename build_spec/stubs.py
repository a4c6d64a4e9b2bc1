"""Empty libraries in the place of those that a library is linked to and never calls (Linux).

OpenCV's wheel is linked to FFmpeg and AVIF, and through them to an OpenSSL of years ago: 40 MB for films, which no
code of ours does, with holes that a hospital's scanner finds. The loader wants every name that OpenCV might call: so
each library is replaced by one that has these names, each a function that returns 0 ("nothing found, nothing opened").
OpenBLAS goes the same way, 42 MB with its Fortran; 0 would pass for a solution there, so a call of it ends the program.
Where there is no C compiler the libraries stay.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from contents import Contents
from links import libraries, needed

_MARK = "slicelens_empty_library"


@dataclass(frozen=True)
class _Symbol:
    name: str
    version: str
    is_function: bool


def replace_unused(contents: Contents, internal: Path) -> list[str]:
    """Replace the listed libraries, and remove those that only they needed; what was saved, as lines for a person."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not sys.platform.startswith("linux") or not contents.empty:
        return []
    if compiler is None or shutil.which("nm") is None or shutil.which("readelf") is None:
        return ["no C compiler here: unused libraries stay as they are"]
    binaries = libraries(internal)
    chosen = [path for path in binaries if contents.empties(path.relative_to(internal).as_posix())]
    before = sum(path.stat().st_size for path in binaries)
    needs = {path: needed(path) for path in binaries}
    for library in chosen:
        users = [path for path in binaries if path not in chosen and library.name in needs[path]]
        _replace(library, users, compiler, traps=contents.traps(library.relative_to(internal).as_posix()))
        needs[library] = set()
    gone = _remove_orphans(
        internal, {path for path in binaries if path.parent in {one.parent for one in chosen}}, needs
    )
    after = sum(path.stat().st_size for path in binaries if path.exists())
    return [
        f"emptied: {', '.join(path.name for path in chosen)}",
        f"removed: {', '.join(gone)}; both {(before - after) / 1e6:.1f} MB",
    ]


def _replace(library: Path, users: list[Path], compiler: str, *, traps: bool) -> None:
    """Write an empty library with the names that its users want, in the versions that they want them in."""
    wanted: set[str] = set()
    for user in users:
        wanted |= {symbol.name for symbol in _symbols(user, "--undefined-only")}
    have = [symbol for symbol in _symbols(library, "--defined-only") if symbol.name in wanted]
    by_version: dict[str, list[str]] = defaultdict(list)
    for symbol in have:
        by_version[symbol.version].append(symbol.name)
    code = [f"int {_MARK} = 1;"]
    body = "__builtin_trap();" if traps else "return 0;"
    code += [f"long {one.name}(void) {{ {body} }}" if one.is_function else f"char {one.name}[4096];" for one in have]
    script = []
    for version, names in sorted(by_version.items()):
        script.append(f"{version or 'SLICELENS_EMPTY'} {{ global: {' '.join(f'{name};' for name in sorted(names))} }};")
    with tempfile.TemporaryDirectory() as folder:
        source, versions, target = (Path(folder) / name for name in ("empty.c", "empty.map", "empty.so"))
        source.write_text("\n".join(code), encoding="ascii")
        versions.write_text("\n".join(script), encoding="ascii")
        command = [
            compiler,
            "-shared",
            "-fPIC",
            "-O1",
            "-s",
            "-nostdlib",
            f"-Wl,-soname,{library.name}",
            "-o",
            str(target),
        ]
        if set(by_version) - {""}:
            command.append(f"-Wl,--version-script={versions}")
        subprocess.run([*command, str(source)], check=True)
        shutil.copyfile(target, library)


def _remove_orphans(internal: Path, candidates: set[Path], needs: dict[Path, set[str]]) -> list[str]:
    """Remove libraries beside the emptied ones that nothing needs any more, and the links to them."""
    gone: list[str] = []
    while True:
        wanted = {name for path, names in needs.items() if path.exists() for name in names}
        orphans = [path for path in candidates if path.exists() and path.name not in wanted]
        if not orphans:
            break
        for path in orphans:
            path.unlink()
            gone.append(path.name)
    for link in internal.iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink()
    return sorted(gone)


def _symbols(path: Path, which: str) -> list[_Symbol]:
    listed = subprocess.run(
        ["nm", "-D", "--with-symbol-versions", which, str(path)], capture_output=True, text=True, check=True
    ).stdout
    found = []
    for line in listed.splitlines():
        match = re.fullmatch(r"(?:[0-9a-f]+)?\s+(\S) ([^@\s]+)(?:@@?(\S+))?", line)
        # An absolute symbol is the name of a version.
        if match is not None and match[1] != "A":
            found.append(_Symbol(match[2], match[3] or "", match[1] in "TtWwiU"))
    return found
