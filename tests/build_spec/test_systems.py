"""The list of contents against the wheels of Windows and macOS, where no build runs here (`wheel_files.py` read them).

PyInstaller takes what is imported, Qt's plug-ins, and whatever those link to. All of it must have its part, and what is
left out must not be linked to by what stays: there, nothing starts without it.
"""

import importlib.util
import json
import re
import struct
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
SYSTEMS = ("windows-x86_64", "macos-arm64", "macos-x86_64")
QT_MODULES = re.compile(r"PySide6/Qt(Core|Gui|Widgets|Svg|DBus)\.")


@pytest.fixture(scope="module")
def listing(script: Any) -> ModuleType:
    """The script that made the list."""
    spec = importlib.util.spec_from_file_location("wheel_files", HERE / "wheel_files.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> tuple[str, dict[str, list[str]]]:
    """(name, path → names of what it links to) of a system's wheels."""
    rows = json.loads((HERE / "wheel_files.json").read_text(encoding="utf-8"))[request.param]["files"]
    return request.param, {path: names for path, *names in (row.split(" ") for row in rows)}


def is_asked_for(contents: Any, path: str) -> bool:
    """True where the build starts from this file, and does not merely find that another links to it."""
    if contents.leaves_out_file(path):
        return False
    if path.startswith("PySide6/") and "/plugins/" not in path:
        return bool(QT_MODULES.match(path))
    if path.endswith((".pyd", ".so")) and not path.rpartition("/")[2].startswith("lib"):
        name = path.partition(".")[0].replace("/", ".")
        if name.startswith("imagecodecs."):
            return name in contents.hidden_imports()
        return not contents.leaves_out_module(name)
    # Plug-ins, and what OpenCV and ONNX Runtime load by name.
    return "/plugins/" in path or path.startswith(("cv2/opencv_", "onnxruntime/capi/"))


def collected(contents: Any, files: dict[str, list[str]]) -> tuple[set[str], dict[str, str]]:
    """(all that comes in, what is linked to and left out or nowhere → who links to it)."""
    places = defaultdict(list)
    for path in files:
        places[path.rpartition("/")[2].lower()].append(path)
    found = {path for path in files if is_asked_for(contents, path)}
    left, lacking = sorted(found), {}
    while left:
        path = left.pop()
        for name in files[path]:
            there = places[name.lower()]
            near = [one for one in there if one.partition("/")[0] == path.partition("/")[0]] or there
            if not near or all(contents.leaves_out_file(one) for one in near):
                lacking[name] = path
            fresh = {one for one in near if not contents.leaves_out_file(one)} - found
            found |= fresh
            left += fresh
    return found, lacking


def test_the_list_is_of_the_locked_versions(listing: ModuleType) -> None:
    """Where the lock was renewed: `python tests/build_spec/wheel_files.py`, and read what changed."""
    locked = listing.locked()
    kept = json.loads((HERE / "wheel_files.json").read_text(encoding="utf-8"))
    for name, rows in kept.items():
        wanted = locked | listing.OTHER_VERSIONS.get(name, {})
        assert len(rows["wheels"]) > 25
        assert {row for row in rows["wheels"] if wanted[row.split(" ")[0]] != row.split(" ")[1]} == set()


def test_what_comes_in_has_its_part_and_lacks_nothing(contents: Any, system: tuple[str, dict[str, list[str]]]) -> None:
    name, files = system
    found, lacking = collected(contents, files)
    assert len(found) > 60
    assert {"cv2/cv2.pyd", "cv2/cv2.abi3.so"} & found
    assert sorted(path for path in found if contents.part_of_file(path) is None) == []
    assert lacking == {}, f"on {name} these are linked to and would not be there"


def test_what_nobody_wants_does_not_come_in(contents: Any, system: tuple[str, dict[str, list[str]]]) -> None:
    _, files = system
    found, _ = collected(contents, files)
    for unwanted in ("QtQuick", "Qt6Quick", "QtNetwork", "Qt6Network", "opencv_videoio_ffmpeg", "onnxruntime.dll"):
        assert [path for path in found if unwanted in path and "QuickTest" not in path] == [], unwanted


def test_a_library_that_nobody_decided_on_is_seen(contents: Any, system: tuple[str, dict[str, list[str]]]) -> None:
    """The check itself: a new dependency, and one that was left out and is needed."""
    _, files = system
    core = next(path for path in files if QT_MODULES.match(path))
    more = {**files, core: [*files[core], "new.dll", "gone.dylib"], "somewhere/new.dll": []}
    found, lacking = collected(contents, more)
    assert [path for path in found if contents.part_of_file(path) is None] == ["somewhere/new.dll"]
    assert lacking == {"gone.dylib": core}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("python311.dll", "Python"), ("python3.dll", "Python"), ("vcruntime140_1.dll", "Python"),
        # As the import tables spell it, and so PyInstaller.
        ("VCRUNTIME140.dll", "Python"), ("MSVCP140.dll", "Python"),
        ("_ctypes.pyd", "Python"), ("unicodedata.pyd", "Python"), ("api-ms-win-crt-heap-l1-1-0.dll", "Python"),
        ("libcrypto-3.dll", "GCC's run-time and compression (system libraries)"),
        ("libffi-8.dll", "GCC's run-time and compression (system libraries)"),
        ("Python.framework/Versions/3.11/Python", "Python"), ("Python", "Python"),
        ("Python.framework/Versions/3.11/Resources/Info.plist", "Python"),
        ("python3.11/lib-dynload/_struct.cpython-311-darwin.so", "Python"),
        ("libcrypto.3.dylib", "GCC's run-time and compression (system libraries)"),
        ("liblzma.5.dylib", "GCC's run-time and compression (system libraries)"),
        ("slicelens.icns", "Slicelens"),
    ],
)  # fmt: skip
def test_what_python_itself_brings_has_its_part(contents: Any, path: str, part: str) -> None:
    assert not contents.leaves_out_file(path)
    assert contents.part_of_file(path).name == part


def test_what_python_brings_for_the_network_is_left_out_everywhere(contents: Any) -> None:
    for path in (
        "_ssl.pyd", "libssl-3.dll", "_testcapi.pyd", "libssl.3.dylib",
        "python3.11/lib-dynload/_ssl.cpython-311-darwin.so",
    ):  # fmt: skip
        assert contents.leaves_out_file(path), path


def test_links_of_both_formats_are_read(listing: ModuleType) -> None:
    """Made by hand: a Mach-O with one library of its own and one of the system, and the same for two processors."""
    own, of_system = (
        struct.pack("<3I12x32s", 0xC, 56, 24, name)
        for name in (b"@rpath/libown.1.dylib", b"/usr/lib/libSystem.B.dylib")
    )
    mach = struct.pack("<I12xI12x", 0xFEEDFACF, 2) + own + of_system
    assert listing.linked(mach) == ["libown.1.dylib"]
    fat = struct.pack(">II8xI8x", 0xCAFEBABE, 1, 28) + mach
    assert listing.linked(fat) == ["libown.1.dylib"]
