"""What macOS is told of the program: its document types, and what a person reads of it. Read by the spec."""

import re
from collections.abc import Iterable
from importlib.metadata import distribution
from typing import Any

_OLDEST = (13, 0)
"""What Qt asks for."""
_TAG = re.compile(r"^Tag: \S+-macosx_(\d+)_(\d+)_(\w+)$", re.MULTILINE)
_UTI = "org.slicelens"
# (name, identifier, endings, MIME types, what it conforms to, whether we are the ones who made the type up)
_TYPES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str, bool], ...] = (
    ("DICOM file", "org.nema.dicom", ("dcm", "dicom"), ("application/dicom",), "public.data", False),
    ("NIfTI volume", f"{_UTI}.nifti", ("nii",), ("application/x-nifti",), "public.data", False),
    ("Compressed volume", "org.gnu.gnu-zip-archive", ("gz",), ("application/gzip",), "public.data", False),
    ("NRRD volume", f"{_UTI}.nrrd", ("nrrd", "nhdr"), ("application/x-nrrd",), "public.data", False),
    ("MetaImage volume", f"{_UTI}.metaimage", ("mha", "mhd"), ("application/x-metaimage",), "public.data", False),
    ("Slicelens model", f"{_UTI}.bundle", ("slb",), ("application/x-slicelens-bundle",), "public.zip-archive", True),
)


def oldest_system(distributions: Iterable[str], processor: str) -> str:
    """The oldest macOS that every installed wheel was made for, by the tags of its file WHEEL (PEP 425)."""
    oldest = _OLDEST
    for name in distributions:
        tags = _TAG.findall(distribution(name).read_text("WHEEL") or "")
        made_for = [(int(major), int(minor)) for major, minor, arch in tags if arch in (processor, "universal2")]
        oldest = max(oldest, min(made_for, default=oldest))
    return ".".join(map(str, oldest))


def info_plist(facts: dict[str, str], oldest: str) -> dict[str, Any]:
    """The rows of Info.plist beside PyInstaller's own. Finder offers us; only models are ours at once."""
    return {
        "CFBundleName": "Slicelens",
        "CFBundleDisplayName": "Slicelens",
        "CFBundleShortVersionString": facts["version"],
        "CFBundleVersion": facts["version"],
        "CFBundleGetInfoString": f"Slicelens {facts['version']} {facts['edition']} ({facts['build']})",
        "NSHumanReadableCopyright": "Apache-2.0. Research use only. Not for diagnosis.",
        "LSApplicationCategoryType": "public.app-category.medical",
        "LSMinimumSystemVersion": oldest,
        "LSBackgroundOnly": False,
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": name,
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Owner" if ours else "Alternate",
                "LSItemContentTypes": [identifier],
            }
            for name, identifier, _, _, _, ours in _TYPES
        ]
        + [
            {
                "CFBundleTypeName": "Folder",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.folder"],
            }
        ],
        "UTImportedTypeDeclarations": [_declared(row) for row in _TYPES if not row[5]],
        "UTExportedTypeDeclarations": [_declared(row) for row in _TYPES if row[5]],
    }


def _declared(row: tuple[str, str, tuple[str, ...], tuple[str, ...], str, bool]) -> dict[str, Any]:
    name, identifier, endings, mime_types, conforms, _ = row
    return {
        "UTTypeIdentifier": identifier,
        "UTTypeDescription": name,
        "UTTypeConformsTo": [conforms],
        "UTTypeTagSpecification": {
            "public.filename-extension": list(endings),
            "public.mime-type": list(mime_types),
        },
    }
