"""The one door to SimpleITK. It is large, and damaged files can crash it: it is for child processes only."""

from functools import cache
from typing import Any


@cache
def toolkit() -> Any:
    """SimpleITK, which carries no types, with its own messages switched off."""
    import SimpleITK  # whoever groups headers or asks for a reason does without

    found: Any = SimpleITK
    # ITK would write its warnings, with paths and header texts in them, to standard error.
    found.ProcessObject.SetGlobalWarningDisplay(False)
    return found
