"""Which libraries the files of a built program are linked to, and which of these are nowhere (Linux).

A pattern that leaves out one library too many is found here, at the build, and not by whoever opens the first file.
"""

import re
import subprocess
from pathlib import Path

FROM_THE_SYSTEM = re.compile(
    r"(ld-linux-.*|lib(c|dl|m|pthread|rt|util|resolv)|libGL|libEGL|libX11(-xcb)?|libxcb|libwayland-(client|cursor|egl)"
    r"|libcups)\.so\.\d+"
)
"""The C library, and what must fit the graphics driver and the desktop: what the Debian package depends on. Without
libcups the plug-in of printers is not loaded, and a report is printed into a file."""


def is_elf(path: Path) -> bool:
    """Return whether a file is a library or a program of Linux."""
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries(internal: Path) -> list[Path]:
    """Every library below a folder, links to them apart."""
    return [path for path in sorted(internal.rglob("*")) if path.is_file() and not path.is_symlink() and is_elf(path)]


def needed(path: Path) -> set[str]:
    """Names of the libraries that one is linked to."""
    listed = subprocess.run(["readelf", "-d", str(path)], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"\(NEEDED\).*\[(.+?)\]", listed))


def unresolved(internal: Path) -> list[str]:
    """`LIBRARY (for FILE)` of every library that is neither in the program nor the system's to have."""
    there = {path.name for path in internal.rglob("*")}
    lacking: dict[str, str] = {}
    for path in libraries(internal):
        for name in needed(path) - there:
            if not FROM_THE_SYSTEM.fullmatch(name):
                lacking.setdefault(name, path.relative_to(internal).as_posix())
    return [f"{name} (for {user})" for name, user in sorted(lacking.items())]
