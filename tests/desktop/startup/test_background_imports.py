"""Importing beside Qt is as importing without it."""

import subprocess
import sys

import pytest

IMPORTS = """
import linecache
from desktop.startup.background_imports import import_qt
{importing}
from PySide6 import QtCore, QtGui, QtWidgets
import pydantic
print(any("pydantic" in name for name in linecache.cache))
"""


@pytest.mark.parametrize(
    ("importing", "looked_into"),
    [("import_qt()", "False"), ("import_qt(); import_qt()", "False"), ("", "True")],
    ids=["ours", "twice", "PySide alone"],
)
def test_pyside_looks_into_no_module_of_others(importing: str, looked_into: str) -> None:
    """The last row is the reason for the others: where it fails, `import_qt` may go."""
    code = IMPORTS.format(importing=importing)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [looked_into]
