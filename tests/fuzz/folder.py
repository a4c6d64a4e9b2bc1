"""A folder of mutated real files, the same for the same seed, size and packages."""

import io
import json
import random
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.real_files import TABLE, real_files
from tests.fuzz.mutations import mutated

LARGEST = 2 * 1024 * 1024
"""Files above this are left out where none are named: a thousand of them would be gigabytes."""

_COMPANIONS = (".img", ".raw", ".zraw", ".hdr")
_SLICES_OF_A_SERIES = 3


def originals() -> list[tuple[str, Path]]:
    """(name in the table of real files, path) of what is mutated; of a folder that is a series some slices."""
    found: list[tuple[str, Path]] = []
    known = json.loads(TABLE.read_text(encoding="utf-8"))
    for name, path in real_files():
        if name not in known:
            # Formats that nobody claims to read.
            continue
        if path.is_dir():
            slices = sorted(one for one in path.rglob("*") if one.is_file())[:_SLICES_OF_A_SERIES]
            found += [(name, one) for one in slices]
        elif path.stat().st_size <= LARGEST:
            found.append((name, path))
    return found


def write_mutants(folder: Path, *, count: int, seed: int, files: Sequence[Path] = ()) -> list[str]:
    """Write `count` mutated files below the folder, each in one of its own; their kinds of damage.

    Some are put into a ZIP of their own first, so that archives are mutated too.
    """
    chance = random.Random(seed)
    sources = list(files) or [path for _, path in originals()]
    kinds = []
    for number in range(count):
        # Every file comes in turn before any comes twice.
        source = sources[number % len(sources)]
        place = folder / f"{number:05d}"
        place.mkdir(parents=True)
        name, content = source.name, source.read_bytes()
        if chance.random() < 0.05:
            name, content = f"{source.name}.zip", _zipped(source)
        kind, damaged = mutated(content, chance)
        (place / name).write_bytes(damaged)
        kinds.append(kind)
        for ending in _COMPANIONS:
            companion = source.with_suffix(ending)
            if companion != source and companion.is_file():
                shutil.copyfile(companion, place / companion.name)
    return kinds


def _zipped(source: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, f"folder/{source.name}")
    return out.getvalue()
