"""`SHA256SUMS` of everything in a folder that is released: `python build_spec/checksums.py dist/release`."""

import argparse
import hashlib
import sys
from pathlib import Path

NAME = "SHA256SUMS"


def write_checksums(release: Path) -> None:
    """Write the list as `sha256sum -c` (and PowerShell's Get-FileHash, by eye) reads it."""
    lines = []
    for path in sorted(release.iterdir()):
        if path.is_file() and path.name != NAME:
            with open(path, "rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (release / NAME).write_bytes("".join(lines).encode("utf-8"))


def main() -> int:
    """Write it for the folder that is named; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    write_checksums(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
