"""The fields of NRRD and MetaImage headers as rows: a line each, in words."""

import re

from imaging.base.english import english
from imaging.volume.header_rows import HeaderListing, HeaderRow, RowList

_NRRD_LINE = re.compile(r"([^:=]+)(:=|: ?)(.*)")


def list_words(text: bytes, *, is_nrrd: bool) -> HeaderListing:
    """List the lines of a header, which ends at an empty line (NRRD) or with the name of the data (MetaImage)."""
    rows = RowList()
    for number, words in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
        line = english("line {number}", number=number)
        stripped = words.strip()
        if is_nrrd and not stripped:
            break
        if is_nrrd:
            match = _NRRD_LINE.fullmatch(stripped)
            if match is None or stripped.startswith("#"):
                rows.add(
                    HeaderRow(
                        0, line, english("Remark") if number > 1 else english("Mark of the format"), value=stripped
                    )
                )
                continue
            name, value = match[1].strip(), match[3].strip()
            kind = english("key/value") if match[2] == ":=" else english("field")
        else:
            name, is_there, value = (part.strip() for part in stripped.partition("="))
            if not is_there:
                break
            kind = english("field")
        rows.add(HeaderRow(0, line, name, name, kind, value))
        if not is_nrrd and name == "ElementDataFile":
            break
    return rows.listing("itk")
