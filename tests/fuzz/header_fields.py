"""Damage to the fields of headers, by a seed: of NIfTI by its structure, of NRRD and MetaImage by their lines.

A bit that flips somewhere mostly meets pixels, or makes a header that nobody takes for one. Here the header stays a
header, and says what cannot be, says it twice, or no longer says it.
"""

import random
import struct
from collections.abc import Callable

from nibabel.nifti1 import header_dtype as nifti1
from nibabel.nifti2 import header_dtype as nifti2

_INTEGERS = (0, 1, -1, 2, 3, 7, 8, 127, 255, 1024, 32767, -32768, 2**31 - 1, -(2**31), 2**62, -(2**63))
_FLOATS = (0.0, -0.0, 1e-45, 1e38, -1e38, float("nan"), float("inf"), -float("inf"), 0.5, 348.0, 2.0**40)
_TEXTS = (
    "", "0", "-1", "1e999", "nan", "4294967296", "99999999999999999999", "1 1", "1 1 1 1 1 1 1 1 1", "0 0 0",
    "100000 100000 100000", "(1,0,0) (0,1,0)", "(1,0", "none none", "raw", "gzip", "bzip2", "LOCAL", "LIST", "a.raw",
    "../a.raw", "/etc/hostname", "int16", "block", "unsigned long long", "x" * 5000, "\u00e9\u0000", "MET_SHORT",
    "True",
)  # fmt: skip


def mutate_fields(content: bytes, chance: random.Random) -> tuple[str, bytes] | None:
    """Return (the kinds of damage, the damaged bytes); None if this is no header of which fields are known."""
    damage = _damage_for(content)
    if damage is None:
        return None
    names, damaged = [], content
    for _ in range(chance.choice((1, 1, 2, 3))):
        name, damaged = damage(damaged, chance)
        names.append(name)
    return "+".join(names), damaged


def _damage_for(content: bytes) -> Callable[[bytes, random.Random], tuple[str, bytes]] | None:
    if content[:4] in (struct.pack("<i", 348), struct.pack(">i", 348)) and len(content) >= 348:
        return _nifti1
    if content[:4] in (struct.pack("<i", 540), struct.pack(">i", 540)) and len(content) >= 540:
        return _nifti2
    if content.startswith((b"NRRD", b"ObjectType", b"NDims")):
        return _lines
    return None


def _nifti1(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    return _record(content, chance, nifti1, "<" if content[0] == 348 % 256 else ">")


def _nifti2(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    return _record(content, chance, nifti2, "<" if content[0] == 540 % 256 else ">")


def _record(content: bytes, chance: random.Random, layout, order: str) -> tuple[str, bytes]:
    """Set one number or text of a header that has its fields at fixed offsets."""
    name = chance.choice(layout.names)
    field, offset = layout.fields[name][0], layout.fields[name][1]
    base = field.base
    at = offset + base.itemsize * chance.randrange(max(1, field.itemsize // base.itemsize))
    if base.kind == "S":
        put = bytes(chance.randrange(256) for _ in range(base.itemsize))
    elif base.kind == "f":
        put = _float(chance.choice(_FLOATS), order, base.itemsize)
    else:
        size = base.itemsize
        put = (chance.choice(_INTEGERS) % 256**size).to_bytes(size, "little" if order == "<" else "big")
    return name, content[:at] + put + content[at + len(put) :]


def _float(value: float, order: str, size: int) -> bytes:
    try:
        return struct.pack(f"{order}{'f' if size == 4 else 'd'}", value)
    except OverflowError:
        return struct.pack(f"{order}f", float("inf"))


def _lines(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Change one line of a header in words, and leave what stands behind the header as it is."""
    end = _end_of_words(content)
    lines = content[:end].split(b"\n")
    at = chance.randrange(len(lines))
    key, mark, _ = _parted(lines[at])
    kind = chance.choice(("value", "value", "value", "twice", "gone", "spelling", "moved"))
    other = chance.choice(_TEXTS).encode()
    if kind == "value":
        lines[at] = key + mark + other
    elif kind == "twice":
        lines.insert(chance.randrange(len(lines) + 1), key.upper() + mark + other)
    elif kind == "gone":
        del lines[at]
    elif kind == "spelling":
        lines[at] = lines[at].replace(b" ", b"", 1).swapcase()
    else:
        lines.insert(chance.randrange(len(lines)), lines.pop(at))
    return kind, b"\n".join(lines) + content[end:]


def _parted(line: bytes) -> tuple[bytes, bytes, bytes]:
    for mark in (b":=", b": ", b" = ", b"="):
        if mark in line:
            return line.partition(mark)
    return line, b": ", b""


def _end_of_words(content: bytes) -> int:
    """Return where the pixels begin: NRRD ends its header by a blank line, MetaImage by ElementDataFile's."""
    if content.startswith(b"NRRD"):
        found = content.find(b"\n\n")
        return len(content) if found < 0 else found
    found = content.find(b"ElementDataFile")
    end = content.find(b"\n", found) if found >= 0 else -1
    return len(content) if end < 0 else end
