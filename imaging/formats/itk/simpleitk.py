"""The one door to SimpleITK. It is large, and damaged files can crash it: it is for child processes only."""

import locale
import sys
from contextlib import suppress
from functools import cache
from typing import Any


@cache
def toolkit() -> Any:
    """SimpleITK, which carries no types, with its own messages switched off."""
    import SimpleITK  # whoever groups headers or asks for a reason does without

    found: Any = SimpleITK
    if sys.platform == "win32":
        # It hands Windows a path's UTF-8 as it is, which stands for other letters in the code page of the system.
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, ".UTF-8")
    # ITK would write its warnings, with paths and header texts in them, to standard error.
    found.ProcessObject.SetGlobalWarningDisplay(False)
    return found
