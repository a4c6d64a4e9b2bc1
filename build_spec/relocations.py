"""The table of addresses that a library is told at its start, packed (Linux): of SimpleITK's 272 MB it is 49.

A library that may lie anywhere in memory names every place that holds an address: 24 bytes for each (DT_RELA). The
newer form (DT_RELR: generic ABI, "Relative Relocation Table") lists the places alone, a bit for each where they are
neighbours, and the address stands in its place in the file. The C library reads it from glibc 2.36 on; an older one
says "version GLIBC_ABI_DT_RELR not found", since the name is asked for. So it is done only where the system that the
program is built on, and thereby made for, is as new. Nothing else in the library changes, and no address does.
"""

import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contents import Contents

_RELATIVE = {"x86_64": 8, "aarch64": 1027}
_MACHINE = {"x86_64": 62, "aarch64": 183}
_NEEDED = (2, 36)
_VERSION_NAME = b"GLIBC_ABI_DT_RELR"
_PT_LOAD, _PT_DYNAMIC, _PT_NOTE = 1, 2, 4
_SHT_RELA, _SHT_NOBITS = 4, 8
_STRTAB, _RELA, _RELASZ, _STRSZ, _RELRSZ, _RELR, _RELRENT = 5, 7, 8, 10, 35, 36, 37
_RELACOUNT, _VERNEED, _VERNEEDNUM = 0x6FFFFFF9, 0x6FFFFFFE, 0x6FFFFFFF
_HEAD = "<16sHHIIHHHHHH"
_SEGMENT = "<II"
_SECTION = "<IIQIIQQ"
_WORD, _BITS = 8, 63


class Unpackable(Exception):
    """The library is not laid out as this needs; it stays as it is."""


@dataclass
class _Segment:
    """A row of the table of segments."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int
    memory: int
    align: int

    def packed(self) -> bytes:
        row = (self.kind, self.flags, self.offset, self.address, self.physical, self.size, self.memory, self.align)
        return struct.pack(_SEGMENT, *row)


def pack_relocations(contents: Contents, internal: Path) -> list[str]:
    """Pack the tables of the listed libraries; what was saved, as lines for a person."""
    name, number = platform.libc_ver()
    version = tuple(map(int, number.split(".")[:2])) if name == "glibc" else (0, 0)
    if version < _NEEDED or platform.machine() not in _RELATIVE:
        return []
    saved, done = 0, []
    for path in sorted(internal.rglob("*")):
        if path.is_file() and not path.is_symlink() and contents.packs(path.relative_to(internal).as_posix()):
            before = path.stat().st_size
            try:
                content = packed(path.read_bytes())
            except Unpackable:
                continue
            path.write_bytes(content)
            saved += before - len(content)
            done.append(path.name)
    return [f"addresses packed in {', '.join(done)}: {saved / 1e6:.1f} MB"] if done else []


def packed(library: bytes) -> bytes:
    """The library with its relative relocations as DT_RELR. Raises Unpackable where its layout is another one."""
    content = bytearray(library)
    head = list(struct.unpack_from(_HEAD, content))
    if head[0][:6] != b"\x7fELF\x02\x01" or head[2] != _MACHINE[platform.machine()]:
        raise Unpackable
    segments = [
        _Segment(*struct.unpack_from(_SEGMENT, content, head[5] + number * head[9])) for number in range(head[10])
    ]
    place = _dynamic_place(segments)
    tags = dict(_tags(content, place))
    if _RELR in tags or not {_RELA, _RELASZ, _STRTAB, _STRSZ, _VERNEED, _VERNEEDNUM} <= tags.keys():
        raise Unpackable
    start, end = _offset(segments, tags[_RELA]), _offset(segments, tags[_RELA]) + tags[_RELASZ]
    others, addresses = _taken_out(content, segments, content[start:end])
    strings = bytes(content[_offset(segments, tags[_STRTAB]) :][: tags[_STRSZ]])
    needs = _with_version(content, _offset(segments, tags[_VERNEED]), tags[_VERNEEDNUM], strings)
    relr = _encoded(addresses)
    # What replaces the table, in the place of the table: (tag of its address, its bytes).
    pieces = [(_RELA, others), (_RELR, relr), (_STRTAB, strings + _VERSION_NAME + b"\0"), (_VERNEED, needs)]
    at, new, block = tags[_RELA], {}, bytearray()
    for tag, piece in pieces:
        new[tag] = at + len(block)
        block += piece + bytes(-len(piece) % _WORD)
    if start + len(block) > end:
        raise Unpackable
    content[start:end] = block + bytes(end - start - len(block))
    new |= {_RELASZ: len(others), _RELRSZ: len(relr), _RELRENT: _WORD, _STRSZ: len(pieces[2][1]), _RELACOUNT: 0}
    _write_tags(content, place, tags | new)
    shift, cut_at = _cut(segments, start + len(block), end)
    _write_sections(content, head, new, cut=(cut_at, shift), moved={tags[tag]: tag for tag, _ in pieces if tag in tags})
    content[head[5] : head[5] + head[9] * head[10]] = b"".join(segment.packed() for segment in segments)
    struct.pack_into("<Q", content, 40, head[6] - shift)
    del content[cut_at - shift : cut_at]
    return bytes(content)


def _dynamic_place(segments: list[_Segment]) -> tuple[int, int]:
    found = next((one for one in segments if one.kind == _PT_DYNAMIC), None)
    if found is None:
        raise Unpackable
    return found.offset, found.size


def _offset(segments: list[_Segment], address: int) -> int:
    """Where in the file an address lies. Raises Unpackable where it is not in the file."""
    for one in segments:
        if one.kind == _PT_LOAD and one.address <= address < one.address + one.size:
            return address - one.address + one.offset
    raise Unpackable


def _tags(content: bytearray, place: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dynamic section up to its end mark. DT_NEEDED is there more than once, and none of ours."""
    for tag, value in struct.iter_unpack("<QQ", content[place[0] : place[0] + place[1]]):
        if tag == 0:
            return
        yield tag, value


def _write_tags(content: bytearray, place: tuple[int, int], values: dict[int, int]) -> None:
    """Write new values, and new tags over the empty rows that linkers leave at the end."""
    rows = [(tag, values[tag] if tag != 1 else value) for tag, value in _tags(content, place)]
    rows += [(tag, values[tag]) for tag in (_RELR, _RELRSZ, _RELRENT)]
    if (len(rows) + 1) * 16 > place[1]:
        raise Unpackable
    content[place[0] : place[0] + len(rows) * 16] = b"".join(struct.pack("<QQ", *row) for row in rows)


def _taken_out(content: bytearray, segments: list[_Segment], table: bytearray) -> tuple[bytes, list[int]]:
    """(what stays in the table, places of the others in order); the others' addresses are written to their places."""
    others, addresses = bytearray(), []
    relative = _RELATIVE[platform.machine()]
    loaded = [one for one in segments if one.kind == _PT_LOAD]
    for address, info, addend in struct.iter_unpack("<QQq", table):
        if info != relative or address % _WORD:
            others += struct.pack("<QQq", address, info, addend)
            continue
        addresses.append(address)
        struct.pack_into("<q", content, _offset(loaded, address), addend)
    return bytes(others), sorted(addresses)


def _encoded(addresses: list[int]) -> bytes:
    """An address, then words with the lowest bit set whose other 63 bits stand for the 63 places that follow."""
    words, index = [], 0
    while index < len(addresses):
        words.append(addresses[index])
        following = addresses[index] + _WORD
        index += 1
        while True:
            bits = 0
            while index < len(addresses) and addresses[index] - following < _BITS * _WORD:
                bits |= 1 << (addresses[index] - following) // _WORD
                index += 1
            if bits == 0:
                break
            words.append(bits << 1 | 1)
            following += _BITS * _WORD
    return struct.pack(f"<{len(words)}Q", *words)


def _with_version(content: bytearray, offset: int, count: int, strings: bytes) -> bytes:
    """The table of needed versions, in which the C library is asked for `GLIBC_ABI_DT_RELR` as well."""
    rows, at, libc, last, highest, end = bytearray(), offset, None, 0, 1, offset
    for _ in range(count):
        _, auxiliaries, file, first, following = struct.unpack_from("<HHIII", content, at)
        place = at + first
        for _ in range(auxiliaries):
            _, _, other, _, distance = struct.unpack_from("<IHHII", content, place)
            highest, end = max(highest, other & 0x7FFF), max(end, place + 16)
            if strings[file:].startswith(b"libc.so.6\0"):
                libc, last = at, place
            place += distance
        at += following
    if libc is None:
        raise Unpackable
    rows += content[offset:end]
    auxiliaries = struct.unpack_from("<H", rows, libc - offset + 2)[0]
    struct.pack_into("<H", rows, libc - offset + 2, auxiliaries + 1)
    struct.pack_into("<I", rows, last - offset + 12, end - last)
    return bytes(rows + struct.pack("<IHHII", _hash(_VERSION_NAME), 0, highest + 1, len(strings), 0))


def _hash(name: bytes) -> int:
    """The generic ABI's hash of a name."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        top = value & 0xF0000000
        value = (value ^ top >> 24) & ~top
    return value & 0xFFFFFFFF


def _cut(segments: list[_Segment], used: int, end: int) -> tuple[int, int]:
    """Split the segment that the table was in, so that whole pages between can go; (bytes that go, where they end).

    The row for it is taken from a note (the number of the build), which nobody reads.
    """
    holder = next(one for one in segments if one.kind == _PT_LOAD and one.offset <= used < one.offset + one.size)
    note = next((one for one in segments if one.kind == _PT_NOTE), None)
    step = max(one.align for one in segments if one.kind == _PT_LOAD)
    stop = end // step * step
    shift = (stop - used) // step * step
    if note is None or shift <= 0 or (holder.address - holder.offset) % step:
        raise Unpackable
    ahead = stop - holder.offset
    rest = _Segment(_PT_LOAD, holder.flags, stop - shift, holder.address + ahead, holder.physical + ahead,
                    holder.size - ahead, holder.memory - ahead, holder.align)  # fmt: skip
    for one in segments:
        if one.offset >= stop:
            one.offset -= shift
    holder.size = holder.memory = used - holder.offset
    segments.remove(note)
    segments.insert(segments.index(holder) + 1, rest)
    return shift, stop


def _write_sections(
    content: bytearray, head: list[int], new: dict[int, int], *, cut: tuple[int, int], moved: dict[int, int]
) -> None:
    """Keep the table of sections true, which the loader does not read and tools do."""
    lengths = {_RELA: new[_RELASZ], _STRTAB: new[_STRSZ]}
    for number in range(head[12]):
        at = head[6] + number * head[11]
        name, kind, flags, address, offset, size, *rest = struct.unpack_from(_SECTION, content, at)
        tag = moved.get(address) if address else None
        if tag is not None:
            offset, address, size = offset + new[tag] - address, new[tag], lengths.get(tag, size + 16)
        elif offset >= cut[0]:
            offset -= cut[1]
        struct.pack_into(_SECTION, content, at, name, kind, flags, address, offset, size, *rest)
