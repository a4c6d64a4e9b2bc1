"""Runs at the start of the built program, in place of PyInstaller's own hook for PySide6: where Qt looks for plug-ins.

PyInstaller's hook imports QtCore, to write a `qt.conf` that PySide's own wheels write when they are imported. That cost
each start more than everything else together, and commands and the children that read files have no use for Qt at all.
"""

import os
import sys

_FOLDER = os.path.join(sys._MEIPASS, "PySide6")  # type: ignore[attr-defined]

# Whatever the environment says: plug-ins of another Qt do not fit.
os.environ["QT_PLUGIN_PATH"] = os.path.join(
    _FOLDER if sys.platform == "win32" else os.path.join(_FOLDER, "Qt"), "plugins"
)
if sys.platform == "win32":
    os.environ["PATH"] = os.pathsep.join((sys._MEIPASS, os.environ.get("PATH", "")))  # type: ignore[attr-defined]
