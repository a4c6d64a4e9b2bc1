"""HDF5 files (MINC 2 is one) that have the library look into other files, which libraries do without a word.

There are three ways: samples in external files, links to objects of other files, and virtual datasets. Each is told by
its own bytes, wherever they stand (HDF5 File Format Specification 3.0: IV.A.2.h, IV.A.2.g, IV.A.2.i).
"""

import re
from itertools import chain

# A name of a file stands in a local heap; what refers to it is a message of version 1 with two counts before that.
_EXTERNAL_FILES = rb"\x01\0\0\0[\s\S]{4}"
# A link of version 1 that says its kind (bit 3 of its flags), which is 64.
_LINK = re.compile(rb"\x01([\x08-\x1f])\x40")
_HEAP, _VIRTUAL_HEAP, _FRACTAL_HEAP = b"HEAP", b"GCOL", b"FRHP"
_MOST_NAMES = 64 * 1024


def names_other_files(content: bytes) -> bool:
    """Return True if an HDF5 file has samples or objects in other files, or packs its links so that nobody can see."""
    return (
        any(re.search(_EXTERNAL_FILES + re.escape(address), content) for address in _addresses_of(content, _HEAP))
        or any(b"\x04\x03" + address in content for address in _addresses_of(content, _VIRTUAL_HEAP))
        or any(_is_external_link(content, match) for match in _LINK.finditer(content))
        or any(content[at + 7 : at + 9] != b"\0\0" for at in _positions_of(content, _FRACTAL_HEAP))
    )


def _positions_of(content: bytes, signature: bytes) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(signature), content)][:_MOST_NAMES]


def _addresses_of(content: bytes, signature: bytes) -> list[bytes]:
    """Return how the positions of a signature are written as addresses, which count from the superblock."""
    base = max(content.find(b"\x89HDF\r\n\x1a\n"), 0)
    found = ((at - base, at) for at in _positions_of(content, signature))
    return [
        number.to_bytes(size, "little") for number in chain(*found) for size in (8, 4) if 0 <= number < 2 ** (8 * size)
    ]


def _is_external_link(content: bytes, match: "re.Match[bytes]") -> bool:
    """Return True if what looks like the beginning of a link is one to another file, down to its last byte."""
    flags = match[1][0]
    at = match.end() + (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
    width = 1 << (flags & 3)
    name = int.from_bytes(content[at : at + width], "little")
    at += width + name
    length = int.from_bytes(content[at : at + 2], "little")
    value = content[at + 2 : at + 2 + length]
    # Version and flags, then two names with a zero behind each.
    return 0 < name < _MOST_NAMES and len(value) == length and length > 4 and value[0] == 0 and value[1:].count(0) == 2
