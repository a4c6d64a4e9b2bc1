"""How a JPEG file was coded: its quantisation tables are the fingerprint of the program that saved it."""

import hashlib
from dataclasses import dataclass
from functools import cache

_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
"""ITU-T T.81, table K.1."""
_START, _SCAN, _TABLES = b"\xff\xd8", 0xDA, 0xDB
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})


@dataclass(frozen=True)
class JpegCoding:
    """How a JPEG was coded."""

    quality: int
    """1 to 100, as the IJG library counts: the setting whose luminance table has the sum that is nearest."""
    tables: str
    """Short hash of all quantisation tables."""
    progressive: bool
    sampling: str
    """Sampling factors of the components, for example "2x2 1x1 1x1"."""


def read_jpeg_coding(head: bytes) -> JpegCoding | None:
    """The coding told by the first bytes of a file (64 KiB are plenty); None where they are no whole JPEG header."""
    if not head.startswith(_START):
        return None
    tables: dict[int, bytes] = {}
    frame: tuple[int, bytes] | None = None
    place = 2
    while place + 4 <= len(head) and head[place] == 0xFF:
        marker, length = head[place + 1], int.from_bytes(head[place + 2 : place + 4], "big")
        body = head[place + 4 : place + 2 + length]
        if marker == _SCAN:
            break
        if marker == _TABLES:
            tables |= _tables(body)
        elif marker in _FRAMES:
            frame = (marker, body)
        place += 2 + length
    if 0 not in tables or frame is None:
        return None
    fingerprint = hashlib.sha256(b"".join(bytes([key]) + tables[key] for key in sorted(tables))).hexdigest()[:8]
    return JpegCoding(_quality(tables[0]), fingerprint, frame[0] in _PROGRESSIVE, _sampling(frame[1]))


def _tables(body: bytes) -> dict[int, bytes]:
    """Number -> 64 entries of two bytes each, of all tables in one segment."""
    found = {}
    while body:
        wide, number = divmod(body[0], 16)
        size = 128 if wide else 64
        entries = body[1 : 1 + size]
        if len(entries) < size:
            break
        found[number] = entries if wide else b"".join(bytes([0, entry]) for entry in entries)
        body = body[1 + size :]
    return found


def _sampling(frame: bytes) -> str:
    components = frame[5] if len(frame) > 5 else 0
    factors = [frame[7 + 3 * number] for number in range(components) if 7 + 3 * number < len(frame)]
    return " ".join(f"{one >> 4}x{one & 15}" for one in factors)


def _quality(table: bytes) -> int:
    total = sum(int.from_bytes(table[place : place + 2], "big") for place in range(0, 128, 2))
    return min(range(1, 101), key=lambda quality: (abs(_sum_at(quality) - total), -quality))


@cache
def _sum_at(quality: int) -> int:
    """The sum of the luminance table at a quality, scaled as the IJG library does."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return sum(min(255, max(1, (entry * scale + 50) // 100)) for entry in _LUMINANCE)
