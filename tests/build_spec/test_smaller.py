"""What makes libraries smaller without changing what they do: packed addresses, ICU without what nobody asks for."""

import os
import platform
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PLACES = 20_000
LIBRARY = f"""
#include <stdlib.h>
static int values[{PLACES}];
static int *places[{PLACES}] = {{ {", ".join(f"&values[{number}]" for number in range(PLACES))} }};
struct __attribute__((packed)) odd {{ char one; int *place; }};
static struct odd odd = {{ 1, &values[3] }};
void *(*allocate)(size_t) = malloc;
long checked(void) {{
    long wrong = 0;
    for (long number = 0; number < {PLACES}; number++) wrong += places[number] != &values[number];
    void *got = allocate(64);
    wrong += got == NULL || odd.place != &values[3];
    free(got);
    return wrong;
}}
"""
needs_linux = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64")
    or platform.libc_ver()[0] != "glibc"
    or tuple(map(int, platform.libc_ver()[1].split("."))) < (2, 36)
    or any(shutil.which(one) is None for one in ("cc", "nm", "readelf")),
    reason="needs Linux with glibc 2.36, a C compiler and binutils",
)


def said(code: str, **environment: str) -> str:
    """What a Python of its own prints: a library that is broken would take the tests along."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library with a table of addresses, one of which stands at an odd place, and a function of the C library."""
    (tmp_path / "many.c").write_text(LIBRARY, encoding="ascii")
    target = tmp_path / "many.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-g", "-o", str(target), str(tmp_path / "many.c")], check=True)
    return target


@needs_linux
def test_a_library_with_packed_addresses_is_smaller_and_does_the_same(script: Any, library: Path) -> None:
    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).checked())"
    assert said(code) == "0\n"
    before = library.read_bytes()
    after = script("relocations").packed(before)
    library.write_bytes(after)
    assert len(before) - len(after) > PLACES * 20
    assert said(code) == "0\n"
    tags = subprocess.run(["readelf", "-dVW", str(library)], capture_output=True, text=True, check=True).stdout
    assert "(RELR)" in tags
    assert "GLIBC_ABI_DT_RELR" in tags, "an older C library must refuse it, not misread it"


@needs_linux
def test_sections_stay_true(script: Any, library: Path) -> None:
    """Tools that read them, not the loader: the names of functions are where they were."""
    names = ["nm", "--defined-only", str(library)]
    before = subprocess.run(names, capture_output=True, text=True, check=True).stdout
    library.write_bytes(script("relocations").packed(library.read_bytes()))
    after = subprocess.run(names, capture_output=True, text=True, check=True)
    assert (after.stdout, after.stderr) == (before, "")
    assert " T checked\n" in after.stdout


@needs_linux
def test_what_is_packed_already_or_too_small_stays(script: Any, library: Path, tmp_path: Path) -> None:
    relocations = script("relocations")
    again = relocations.packed(library.read_bytes())
    with pytest.raises(relocations.Unpackable):
        relocations.packed(again)
    (tmp_path / "few.c").write_text("int one; int *place = &one;", encoding="ascii")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(tmp_path / "few.so"), str(tmp_path / "few.c")], check=True)
    with pytest.raises(relocations.Unpackable):
        relocations.packed((tmp_path / "few.so").read_bytes())
    with pytest.raises(relocations.Unpackable):
        relocations.packed(b"no library at all" * 10)


# --- ICU --------------------------------------------------------------------------------------------------------------

ASKED_OF_QT = """
from PySide6.QtCore import QCollator, QLocale, QTimeZone, QStringDecoder
for name in ("de_DE", "sv_SE", "tr_TR", "zh_CN"):
    order = QCollator(QLocale(name))
    order.setNumericMode(True)
    print(name, sorted(["Z", "ä", "a", "ö10", "ö9", "B", "中", "文"], key=order.sortKey), order.compare("å", "z"))
    print(QLocale(name).toUpper("istanbul ß ǆ"), QLocale(name).toLower("ÄÖIİ"))
print(QTimeZone(b"Europe/Berlin").isValid(), [QStringDecoder(one).isValid() for one in ("utf-8", "utf-16", "latin1")])
"""


@needs_linux
def test_qt_sorts_and_spells_as_before_with_the_trimmed_data(script: Any, root: Path, tmp_path: Path) -> None:
    spec = find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    found = sorted((Path(spec.origin).parent / "Qt" / "lib").glob("libicudata.so.*"))
    if not found:
        pytest.skip("this PySide6 brings no ICU")
    library = tmp_path / "PySide6" / "Qt" / "lib" / found[0].name
    library.parent.mkdir(parents=True)
    shutil.copyfile(found[0], library)
    contents = script("contents").Contents.read(root / "build_spec" / "contents.toml", "lite")
    before = said(ASKED_OF_QT, PYTHONUTF8="1")
    script("unicode_data").trim_unicode_data(contents, tmp_path)
    assert library.stat().st_size < found[0].stat().st_size / 3
    assert said(ASKED_OF_QT, PYTHONUTF8="1", LD_PRELOAD=str(library)) == before
    seen = said("from PySide6 import QtCore; print(open('/proc/self/maps').read())", LD_PRELOAD=str(library))
    assert str(library) in seen
    assert str(found[0]) not in seen, "the wheel's own data must not be what was asked"


@needs_linux
def test_a_package_of_icu_is_written_as_it_was_read(script: Any) -> None:
    kind = script("unicode_data")._Package
    items = ((b"icudt1l/a.res", b"one".ljust(16, b"\0")), (b"icudt1l/coll/b.icu", bytes(range(48))))
    read = kind.read(kind(b"\x14\0\xda\x27".ljust(20, b"\0"), items).packed())
    assert read.items == items
    assert kind.read(read.packed()) == read
