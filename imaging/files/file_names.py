"""Names of files that strangers wrote: which may not be followed, and which are nobody's picture."""

from pathlib import PureWindowsPath

_LITTER = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", "icon\r"})
_LITTER_FOLDERS = frozenset({"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", "$recycle.bin"})


def leads_out(name: str) -> bool:
    """Return True if a relative name points outside its folder on any system."""
    windows = PureWindowsPath(name)
    return bool(windows.drive or windows.root or ".." in windows.parts or "\0" in name)


def is_litter(name: str) -> bool:
    """Return True for a file that an operating system left lying about; `name` may have folders in front of it."""
    parts = [part for part in name.lower().split("/") if part]
    # macOS keeps a file's extra facts in a second one whose name begins with "._".
    is_own = bool(parts) and (parts[-1] in _LITTER or parts[-1].startswith("._"))
    return is_own or any(is_litter_folder(part) for part in parts[:-1])


def is_litter_folder(name: str) -> bool:
    """Return True for a folder in which an operating system keeps things of its own."""
    return name.lower() in _LITTER_FOLDERS
