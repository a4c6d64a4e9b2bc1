"""Which version, which build, which edition: the facts that go into a built program and into its executable."""

import os
import platform
import re
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

_UNKNOWN = "unknown"


def build_facts(root: Path, edition: str) -> dict[str, str]:
    """`version`, `build` (commit, `+` where files were changed), `made` (day of that commit), `edition`, `system`.

    The time is the commit's, or SOURCE_DATE_EPOCH: the same sources give the same facts.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    commit = _git(root, "rev-parse", "--short=12", "HEAD") or _UNKNOWN
    changed = "+" if _git(root, "status", "--porcelain") else ""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct") or "0"
    return {
        "version": version,
        "build": f"{commit}{changed}",
        "made": datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%d"),
        "edition": edition,
        "system": f"{platform.system()} {platform.machine()}",
    }


def windows_version_file(folder: Path, facts: dict[str, str]) -> Path:
    """The version resource of the Windows executable, as the text that PyInstaller reads."""
    numbers = tuple([*(int(part) for part in re.findall(r"\d+", facts["version"])), 0, 0, 0, 0][:4])
    strings = {
        "CompanyName": "Slicelens",
        "FileDescription": "Slicelens, a viewer for radiology images. Research use only. Not for diagnosis.",
        "FileVersion": facts["version"],
        "InternalName": "slicelens",
        "LegalCopyright": "Apache-2.0",
        "OriginalFilename": "slicelens.exe",
        "ProductName": f"Slicelens ({facts['edition']})",
        "ProductVersion": f"{facts['version']} {facts['build']}",
    }
    rows = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
    path = folder / "version_info.txt"
    path.write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, "
        f"fileType=1, subtype=0, date=(0, 0)), kids=[StringFileInfo([StringTable('040904B0', [{rows}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n",
        encoding="utf-8",
    )
    return path


def _git(root: Path, *arguments: str) -> str:
    """What git says, or nothing where there is no git or no checkout."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
