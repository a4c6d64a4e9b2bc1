"""ICU's data without what nobody asks for: Qt does as before."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

needs_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux") or any(shutil.which(one) is None for one in ("cc", "nm")),
    reason="needs Linux with a C compiler and binutils",
)


def said(code: str, **environment: str) -> str:
    """What a Python of its own prints: a library that is broken would take the tests along."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


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
