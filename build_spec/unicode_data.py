"""ICU's data without the parts that nothing of ours asks for (Linux, where Qt's wheels bring ICU along).

Qt asks ICU for sorting, upper and lower case, text encodings and time zones, and never for names of currencies,
languages, regions and units, transliteration, dictionaries of words and numbers in words. They are items of one file
(ICU User Guide, "ICU Data"; its format: common/ucmndata.h) inside a library that holds nothing else, so the library is
made anew around the items that stay. What is missing is answered by ICU with its root data or with "not there".
"""

import re
import shutil
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from contents import Contents

_MAGIC = b"\xda\x27"
_FORMAT = b"CmnD"
_ALIGN = 16


@dataclass(frozen=True)
class _Package:
    """ICU's package: its head as it is, and (name, content) of every item in the order of the names."""

    head: bytes
    items: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def read(cls, content: bytes) -> "_Package":
        """From the bytes of the symbol: the head, the number of items, (place of name, place of content) of each."""
        length = struct.unpack_from("<H", content)[0]
        table = content[length:]
        count = struct.unpack_from("<I", table)[0]
        places = [struct.unpack_from("<II", table, 4 + 8 * number) for number in range(count)]
        ends = [start for _, start in places[1:]] + [len(table)]
        items = tuple(
            (table[name : table.index(b"\0", name)], table[start:end])
            for (name, start), end in zip(places, ends, strict=True)
        )
        return cls(content[:length], items)

    def packed(self) -> bytes:
        """The same form again."""
        at = 4 + 8 * len(self.items)
        names = b"".join(name + b"\0" for name, _ in self.items)
        start = at + len(names)
        start += -start % _ALIGN
        rows, contents = bytearray(struct.pack("<I", len(self.items))), bytearray()
        for name, content in self.items:
            rows += struct.pack("<II", at, start + len(contents))
            at += len(name) + 1
            contents += content + bytes(-len(content) % _ALIGN)
        return self.head + bytes((rows + names).ljust(start, b"\0") + contents)


def trim_unicode_data(contents: Contents, internal: Path) -> list[str]:
    """Take the listed items out of the listed libraries; what was saved, as lines for a person."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not sys.platform.startswith("linux") or compiler is None or shutil.which("nm") is None:
        return []
    lines = []
    for path in sorted(internal.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if dropped := contents.trimmed_items(path.relative_to(internal).as_posix()):
            before = path.stat().st_size
            _trim(path, dropped, compiler)
            lines.append(f"trimmed: {path.name}, {(before - path.stat().st_size) / 1e6:.1f} MB")
    return lines


def _trim(library: Path, dropped: list[re.Pattern[str]], compiler: str) -> None:
    symbol, content = _data_of(library)
    package = _Package.read(content)
    kept = tuple(
        (name, item) for name, item in package.items
        if not any(one.fullmatch(name.decode("ascii").partition("/")[2]) for one in dropped)
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        data, source, target = (Path(folder) / name for name in ("data.bin", "data.s", "data.so"))
        data.write_bytes(_Package(package.head, kept).packed())
        source.write_text(
            f".section .rodata\n.balign {_ALIGN}\n.globl {symbol}\n.type {symbol}, %object\n{symbol}:\n"
            f'.incbin "{data}"\n.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",%progbits\n',
            encoding="utf-8",
        )
        command = [compiler, "-shared", "-nostdlib", "-s", f"-Wl,-soname,{library.name}"]
        subprocess.run([*command, "-o", str(target), str(source)], check=True)
        shutil.copyfile(target, library)


def _data_of(library: Path) -> tuple[str, bytes]:
    """(name of the symbol, its bytes). The library holds nothing but this one."""
    listed = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True)
    symbol = next(name for name in re.findall(r"^[0-9a-f]+ \w (icudt\w+_dat)$", listed.stdout, re.MULTILINE))
    content = library.read_bytes()
    # The magic number stands behind the head's length; the form's name ten bytes further (unicode/udata.h).
    for found in re.finditer(re.escape(_MAGIC), content):
        start = found.start() - 2
        if content[start + 12 : start + 16] == _FORMAT:
            return symbol, content[start:]
    raise ValueError(f"{library.name} holds no package of ICU")
