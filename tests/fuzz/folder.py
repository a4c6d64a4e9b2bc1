"""A folder of mutated real files, the same for the same seed, size and packages."""

import io
import json
import random
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK
from PIL import Image

from tests.conformance.real_files import SHARED, TABLE, real_files
from tests.fuzz.mutations import mutated

LARGEST = 2 * 1024 * 1024
"""Files above this are left out where none are named: a thousand of them would be gigabytes."""

_WITH_FIELDS = (".nii", ".nii.gz", ".hdr", ".nrrd", ".nhdr", ".mha", ".mhd")
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


def pictures() -> list[Path]:
    """Real pictures, a few from each folder of the shared data where it is on this machine."""
    folders = sorted({path.parent for path in SHARED.rglob("*.jp*g")}) if SHARED.is_dir() else []
    return [path for folder in folders for path in sorted(folder.glob("*.jp*g"))[:1]]


def write_made(folder: Path) -> list[Path]:
    """A file of each format that no package brings a real one of."""
    folder.mkdir()
    grey = (np.arange(60 * 70).reshape(60, 70) * 7 % 251).astype(np.uint8)
    colour = np.dstack([grey, grey.T.reshape(60, 70), 255 - grey])
    for name, pixels in (("grey.png", grey), ("colour.png", colour), ("deep.png", grey.astype(np.uint16) * 99)):
        Image.fromarray(pixels).save(folder / name)
    for name, options in (("a.tif", {}), ("packed.tif", {"compression": "tiff_lzw"}), ("a.bmp", {}), ("a.jpg", {})):
        Image.fromarray(colour).save(folder / name, **options)
    volume = SimpleITK.GetImageFromArray(np.stack([grey.astype(np.int16)] * 6))
    for name in ("a.nrrd", "a.mha", "a.mhd", "a.nhdr", "a.gipl", "a.vtk"):
        SimpleITK.WriteImage(volume, str(folder / name), useCompression=name in ("a.nrrd", "a.mha"))
    return [path for path in sorted(folder.iterdir()) if path.suffix not in (".raw", ".zraw")]


def write_mutants(
    folder: Path, *, count: int, seed: int, files: Sequence[Path] = (), fields: bool = False
) -> list[str]:
    """Write `count` mutated files below the folder, each in one of its own; their kinds of damage.

    Some are put into a ZIP of their own first, so that archives are mutated too. With `fields` they are NIfTI, NRRD and
    MetaImage alone, and what is damaged are the fields of their headers.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as made:
        sources = list(files) or [path for _, path in originals()] + pictures() + write_made(Path(made) / "made")
        if fields:
            sources = [path for path in sources if path.name.endswith(_WITH_FIELDS)]
        places = ((folder / f"{number:05d}", sources[number % len(sources)]) for number in range(count))
        return [_write(place, source, chance, fields=fields) for place, source in places]


def _write(place: Path, source: Path, chance: random.Random, *, fields: bool) -> str:
    """One mutant in a folder of its own, with the untouched file that belongs to it; the kind of damage."""
    place.mkdir(parents=True)
    name, content = source.name, source.read_bytes()
    if not fields and chance.random() < 0.05:
        name, content = f"{source.name}.zip", _zipped(source)
    kind, damaged = mutated(content, chance, fields=fields)
    (place / name).write_bytes(damaged)
    for ending in _COMPANIONS:
        companion = source.with_suffix(ending)
        if companion != source and companion.is_file():
            shutil.copyfile(companion, place / companion.name)
    return kind


def _zipped(source: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, f"folder/{source.name}")
    return out.getvalue()
