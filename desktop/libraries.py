"""Bringing libraries in while the window is on screen, so that the window stays awake. No Qt here.

Two things would stop it, whichever thread they happen in: Python's search for garbage, which takes 60 ms among all that
pydantic and onnx define, and the opening of large native libraries, during which `import` lets nobody else run.
"""

import ctypes
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from desktop.samples import package_folder

_LARGE = (("cv2", "cv2*.so"), ("onnxruntime", "capi/onnxruntime_pybind11_state*.so"))


def bring_in(modules: Sequence[str], *, opening: Sequence[str] = ()) -> None:
    """Import modules; the large native libraries of the packages in `opening` are opened first. For the background."""
    for package, pattern in _LARGE:
        if package in opening and package not in sys.modules:
            _open(package, pattern)
    for module in modules:
        import_module(module)


def hold_collector() -> None:
    """Do not look for garbage while libraries come in: next to nothing of them is any."""
    gc.disable()


def settle_collector() -> None:
    """Look for garbage again, but never again among what the libraries brought: that is here to stay."""
    gc.freeze()
    gc.enable()


def release_collector() -> None:
    """As Python has it: the program is over."""
    gc.unfreeze()
    gc.enable()


def _open(package: str, pattern: str) -> None:
    """Open a native library by the system's own call, through which ctypes lets the other threads run.

    The import that follows finds it open. Where this fails, the import opens it itself, or says what is wrong.
    """
    folder = package_folder(package)
    if folder is None or os.name != "posix":
        return
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for path in folder.glob(pattern):
        dlopen(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
