"""The fields of a NIfTI or ANALYZE header as rows, by their offsets and the names of nifti1.h."""

from typing import Any, Literal

import numpy as np
from nibabel.analyze import AnalyzeHeader
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.volume.header_rows import HeaderListing, HeaderRow, RowList, describe_bytes

# They carry no types.
_nifti_1: Any = Nifti1Header
_nifti_2: Any = Nifti2Header
_analyze: Any = AnalyzeHeader
_NAMES = {
    "dim": english("Dimensions"),
    "pixdim": english("Spacing"),
    "datatype": english("Kind of sample"),
    "bitpix": english("Bits of a voxel"),
    "vox_offset": english("Offset of the voxels"),
    "scl_slope": english("Slope"),
    "scl_inter": english("Intercept"),
    "descrip": english("Description"),
    "xyzt_units": english("Units"),
    "cal_max": english("Greatest shown value"),
    "cal_min": english("Least shown value"),
    "aux_file": english("Other file"),
    "qform_code": english("Code of the qform"),
    "sform_code": english("Code of the sform"),
    "intent_code": english("Code of the intent"),
    "intent_name": english("Name of the intent"),
    "dim_info": english("Directions of the acquisition"),
    "toffset": english("Time of the first volume"),
    "db_name": english("Name"),
    "magic": english("Mark of the format"),
    "srow_x": english("sform, first row"),
    "srow_y": english("sform, second row"),
    "srow_z": english("sform, third row"),
    "quatern_b": english("qform, b"),
    "quatern_c": english("qform, c"),
    "quatern_d": english("qform, d"),
}
_EXTENSIONS = {2: "DICOM", 4: "AFNI", 6: "comment", 8: "XCEDE", 10: "JIM", 12: "workflow", 16: "CIFTI", 44: "BIDS JSON"}
_MOST_EXTENSIONS = 64


def list_fields(content: bytes) -> HeaderListing:
    """List the fields of a header and the extensions behind it, from a file's first bytes. Raises `Refusal`."""
    kind, header = _header_of(content)
    fields = header.structarr
    rows = RowList()
    for name in fields.dtype.names or ():
        dtype, offset = fields.dtype.fields[name][:2]
        title = _NAMES.get(name, name.replace("_", " "))
        rows.add(HeaderRow(0, str(offset), title, name, _describe_type(dtype), _text(fields[name])))
    if kind != "analyze":
        _add_extensions(rows, content, fields.dtype.itemsize, int(fields["vox_offset"]), header.endianness)
    return rows.listing(kind)


def _header_of(content: bytes) -> tuple[str, Any]:
    size = {int.from_bytes(content[:4], order) for order in ("little", "big")}
    if 540 in size and len(content) >= 540:
        order = "<" if int.from_bytes(content[:4], "little") == 540 else ">"
        return "nifti", _nifti_2(content[:540], endianness=order, check=False)
    if 348 in size and len(content) >= 348:
        order = "<" if int.from_bytes(content[:4], "little") == 348 else ">"
        if content[344:347] in (b"n+1", b"ni1"):
            return "nifti", _nifti_1(content[:348], endianness=order, check=False)
        return "analyze", _analyze(content[:348], endianness=order, check=False)
    raise Refusal(Code.HEADER)


def _describe_type(dtype: np.dtype[Any]) -> str:
    """Return the type of a field in words: `int16`, `float32 × 4`, `char × 16`."""
    if dtype.kind == "S":
        return "char" if dtype.itemsize == 1 else f"char × {dtype.itemsize}"
    return " × ".join((dtype.base.name, *map(str, dtype.shape)))


def _text(value: Any) -> str:
    array = np.asarray(value)
    if array.dtype.kind == "S":
        return describe_bytes(array.tobytes()) if array.any() else ""
    return " ".join(f"{one:.7g}" if isinstance(one, float) else str(one) for one in array.ravel().tolist())


def _add_extensions(rows: RowList, content: bytes, at: int, end: int, order: str) -> None:
    """Add the extensions between the header and the voxels (nifti1.h, EXTENDED HEADER INFORMATION)."""
    if len(content) < at + 4 or not content[at]:
        return
    at += 4
    byteorder: Literal["little", "big"] = "little" if order == "<" else "big"
    for number in range(1, _MOST_EXTENSIONS + 1):
        if at + 8 > min(len(content), end):
            return
        size, code = (int.from_bytes(content[at + skip : at + skip + 4], byteorder) for skip in (0, 4))
        if size < 8 or at + size > max(end, 0):
            return
        known = f"{code} ({_EXTENSIONS[code]})" if code in _EXTENSIONS else str(code)
        told = describe_bytes(content[at + 8 : at + size])
        rows.add(
            HeaderRow(
                0,
                str(at),
                english("Extension {number}", number=number),
                "",
                english("code {known}", known=known),
                told or english("%n byte(s)", "", size),
            )
        )
        at += size
