"""The fields of NRRD and MetaImage headers as rows: a line each, in words."""

import re

from imaging.volume.header_rows import HeaderListing, HeaderRow, RowList

_NRRD_LINE = re.compile(r"([^:=]+)(:=|: ?)(.*)")


def list_words(text: bytes, *, is_nrrd: bool) -> HeaderListing:
    """List the lines of a header, which ends at an empty line (NRRD) or with the name of the data (MetaImage)."""
    rows = RowList()
    for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        stripped = line.strip()
        if is_nrrd and not stripped:
            break
        if is_nrrd:
            match = _NRRD_LINE.fullmatch(stripped)
            if match is None or stripped.startswith("#"):
                rows.add(
                    HeaderRow(0, f"line {number}", "Remark" if number > 1 else "Mark of the format", value=stripped)
                )
                continue
            name, value = match[1].strip(), match[3].strip()
            kind = "key/value" if match[2] == ":=" else "field"
        else:
            name, is_there, value = (part.strip() for part in stripped.partition("="))
            if not is_there:
                break
            kind = "field"
        rows.add(HeaderRow(0, f"line {number}", name, name, kind, value))
        if not is_nrrd and name == "ElementDataFile":
            break
    return rows.listing("itk")
