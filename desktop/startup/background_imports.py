"""Import libraries while the window is on screen, so that the window stays awake. No Qt here.

The opening of large native libraries would stop it, whichever thread it happens in: during it `import` lets nobody else
run. (So would Python's search for garbage; `gc_policy` keeps that away.)
"""

import builtins
import ctypes
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from desktop.startup.samples import find_package

_LARGE = {
    "cv2": "cv2*.so",
    "onnxruntime": "capi/onnxruntime_pybind11_state*.so",
    "SimpleITK": "_SimpleITK*.so",
}


def import_qt() -> None:
    """Import PySide, and take its hook out of the import statement again; before threads import anything.

    The hook looks into the source of every module that is imported from then on, for a feature that nobody here uses
    (`from __feature__ import …`). That takes a sixth of the start, keeps 8 MB of source in memory, and
    in the midst of pydantic's own import it asks pydantic for more than is there yet, so that one start in some 75 had
    no models.
    """
    import_module("PySide6.QtCore")
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def import_modules(modules: Sequence[str], *, opening: Sequence[str] = ()) -> None:
    """Import modules; the large native libraries of the packages in `opening` are opened first. For the background."""
    for package in opening:
        if package not in sys.modules:
            _open(package, _LARGE[package])
    for module in modules:
        import_module(module)


def _open(package: str, pattern: str) -> None:
    """Open a native library by the system's own call, through which ctypes lets the other threads run.

    The import that follows finds it open. If this fails, the import opens it itself, or says what is wrong.
    """
    folder = find_package(package)
    if folder is None or os.name != "posix":
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for path in folder.glob(pattern):
        dlopen(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
