"""The copy of a NIfTI or ANALYZE file: free text of the header and extensions set to zeros, voxels as they are.

Fields are those of nifti1.h and nifti2.h, found by nibabel's own description of the header.
"""

import gzip
import zlib
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import numpy as np
from nibabel.analyze import AnalyzeHeader
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.export.deidentify.dataset_walk import OriginalValue
from imaging.export.deidentify.file_record import EXTENSIONS, FACE, CopyRecord, FinishedCopy
from imaging.export.deidentify.options import DeidentifyOptions
from imaging.export.deidentify.pseudonyms import Pseudonyms
from imaging.export.deidentify.verifier import collect_spellings, find_leftovers
from imaging.formats.nifti.reader import read_header
from imaging.volume.series import Source

_GZIP = b"\x1f\x8b"
_TEXTS = ("data_type", "db_name", "descrip", "aux_file", "intent_name", "unused_str")
_ANALYZE_TEXTS = (
    *("data_type", "db_name", "vox_units", "cal_units", "descrip", "aux_file", "originator", "generated", "scannum"),
    *("patient_id", "exp_date", "exp_time"),
)
_BOXES = "Boxes to black out are for DICOM and for pictures, not for grids of voxels."
_PAIR = "Its header and its voxels lie in two files. Make one file of them first: slicelens export PATH --to nifti"


def copy_nifti(
    source: Source, content: bytes, options: DeidentifyOptions, pseudonyms: Pseudonyms, policy: ReadingPolicy
) -> FinishedCopy:
    """Return a copy without text. Raises `Refusal`: UNSUPPORTED (pairs of files, boxes), IDENTITY, those of reading."""
    if options.boxes:
        raise Refusal(Code.UNSUPPORTED, _BOXES)
    header = read_header(source, policy)
    if header.is_pair:
        raise Refusal(Code.UNSUPPORTED, _PAIR)
    is_packed = content.startswith(_GZIP)
    plain = bytearray(_unpack(content) if is_packed else content)[: header.end]
    name = PurePath(source.name.replace("\\", "/")).name
    originals = [OriginalValue(0, "LO", name.split(".")[0].encode("utf-8", "surrogatepass"), ("utf-8",))]
    originals += _clear_texts(plain)
    extensions = _clear(plain, _header_size(plain), header.offset)
    originals += extensions
    sought, unsought = collect_spellings(originals)
    head, voxels = bytes(plain[: header.offset]), bytes(plain[header.offset :])
    if find_leftovers(head, sought) or find_leftovers(voxels, sought, in_pixels=True):
        raise Refusal(Code.IDENTITY, "The copy would still hold a text of the original's header; it was not written.")
    made = bytes(plain)
    return FinishedCopy(
        content=gzip.compress(made, compresslevel=6, mtime=0) if is_packed else made,
        folders=(),
        name=pseudonyms.name_file("file", sha256(content).hexdigest()) + (".nii.gz" if is_packed else ".nii"),
        record=CopyRecord(
            "nifti",
            changed=len(originals),
            looked_for=len(sought),
            not_looked_for=unsought,
            notes=(FACE, *((EXTENSIONS,) if extensions else ())),
        ),
    )


def _unpack(content: bytes) -> bytes:
    """Return what a gzip file holds; one that was cut short gives what there is. Its length was checked before."""
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error):
        raise Refusal(Code.TRUNCATED) from None


def _header_size(plain: bytearray) -> int:
    return 540 if 540 in (int.from_bytes(plain[:4], order) for order in ("little", "big")) else 348


def _clear_texts(plain: bytearray) -> list[OriginalValue]:
    """Set every text of a header to zeros; return what was there."""
    size = _header_size(plain)
    is_nifti = size == 540 or bytes(plain[344:347]) in (b"n+1", b"ni1")
    kind = Nifti2Header if size == 540 else Nifti1Header if is_nifti else AnalyzeHeader
    found = []
    fields: Any = np.dtype(kind.template_dtype).fields
    for name in _TEXTS if is_nifti else _ANALYZE_TEXTS:
        if name in fields:
            dtype, start = fields[name][:2]
            found += _clear(plain, start, start + dtype.itemsize)
    return found


def _clear(plain: bytearray, start: int, end: int) -> list[OriginalValue]:
    value = bytes(plain[start:end])
    plain[start:end] = bytes(len(value))
    return [OriginalValue(0, "LT", value, ("utf-8",))] if value.strip(b"\0 ") else []
