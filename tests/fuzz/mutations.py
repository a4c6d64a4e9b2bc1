"""Damage, by a seed: bits flipped, files cut, lengths made absurd, blocks lost and blocks doubled.

What is packed (gzip, deflate within ZIP) is also damaged inside and packed again, or nearly every mutation would only
ever meet the checksum.
"""

import gzip
import io
import random
import zipfile
from collections.abc import Callable

from tests.fuzz.header_fields import mutate_fields

_ABSURD = (0, 1, 2, 3, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
# Headers are where damage does the most, and are a small part of most files.
_HEADER = 2048
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


def mutated(content: bytes, chance: random.Random, *, fields: bool = False) -> tuple[str, bytes]:
    """(the kinds of damage, the damaged bytes); never the same bytes as before.

    With `fields` the fields of a header are damaged where they are known, inside of gzip as well.
    """
    if fields:
        packed = content.startswith(_GZIP)
        found = mutate_fields(_gunzipped(content) if packed else content, chance)
        if found is not None and found[1] != content:
            return f"fields-{found[0]}", gzip.compress(found[1], 1) if packed else found[1]
    if content.startswith(_GZIP) and chance.random() < 0.6:
        kinds, inner = _damaged(_gunzipped(content), chance)
        return f"inside-{kinds}", gzip.compress(inner, 1)
    if content.startswith(_ZIP) and chance.random() < 0.6:
        return _inside_archive(content, chance)
    return _damaged(content, chance)


def _damaged(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    names: list[str] = []
    damaged = content
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        name, damage = chance.choice(_KINDS)
        names.append(name)
        damaged = damage(damaged, chance)
    if damaged == content:
        return "cut", content[:-1]
    return "+".join(names), damaged


def _place(content: bytes, chance: random.Random) -> int:
    """Somewhere in the bytes; a third of the time in the header."""
    end = min(len(content), _HEADER) if chance.random() < 0.33 else len(content)
    return chance.randrange(max(end, 1))


def _flip(content: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64)) if flipped else 0):
        flipped[_place(content, chance)] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: _place(content, chance)]


def _absurd_length(content: bytes, chance: random.Random) -> bytes:
    size = chance.choice((1, 2, 2, 4, 4, 8))
    value = chance.choice(_ABSURD) % 256**size
    at = _place(content, chance) // 2 * 2
    return content[:at] + value.to_bytes(size, chance.choice(("little", "big"))) + content[at + size :]


def _delete(content: bytes, chance: random.Random) -> bytes:
    at = _place(content, chance)
    return content[:at] + content[at + chance.choice((1, 2, 4, 16, 128, 1024, 65536)) :]


def _double(content: bytes, chance: random.Random) -> bytes:
    at, size = _place(content, chance), chance.choice((1, 2, 4, 16, 128, 1024, 65536))
    return content[: at + size] + content[at:]


def _gunzipped(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError):
        return content


def _inside_archive(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    kinds = "none"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        members = [one for one in old.infolist() if not one.is_dir()]
        chosen = chance.randrange(len(members)) if members else -1
        for number, member in enumerate(members):
            inner = old.read(member)
            if number == chosen:
                kinds, inner = _damaged(inner, chance)
            new.writestr(member.filename, inner)
    return f"inside-{kinds}", out.getvalue()


_KINDS: tuple[tuple[str, Callable[[bytes, random.Random], bytes]], ...] = (
    # Twice, as it leaves the most to be read.
    ("flip", _flip),
    ("flip", _flip),
    ("cut", _cut),
    ("length", _absurd_length),
    ("length", _absurd_length),
    ("delete", _delete),
    ("double", _double),
)
