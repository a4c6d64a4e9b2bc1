"""Formats that SimpleITK reads: GIPL, MINC, VTK and MRC, each in one file. Only child processes import it.

No header that names other files is given to it, and it is told which of its readers to take. A member of an archive
lies in memory for it, without a name in any folder, where the system can do that.
"""

import locale
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.scratch import scratch_file
from imaging.files.sources import open_source
from imaging.formats.itk.hdf5 import names_other_files
from imaging.formats.itk.header import NO_ORIENTATION, ItkHeader, check_grid
from imaging.formats.itk.stored_grid import modality_of
from imaging.volume.geometry import Affine, is_usable
from imaging.volume.series import Source

# SimpleITK's names of its readers.
_READERS = {".gipl": "GiplImageIO", ".mnc": "MINCImageIO", ".vtk": "VTKImageIO", ".mrc": "MRCImageIO"}
_DTYPES = {f"{kind}{bits}": f"{kind.lower()}{bits}" for kind in ("UInt", "Int") for bits in (8, 16, 32, 64)}
_DTYPES |= {"Float32": "float32", "Float64": "float32"}
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_NETCDF_MAGIC = b"CDF"
# Bytes before the pixels of formats whose header always has the same length.
_HEADER_BYTES = {".gipl": 256, ".mrc": 1024}
_VTK_TEXT = 64 * 1024
_MINC_1 = "This is a MINC file of version 1; only version 2 is read."
_ELSEWHERE = "The file has its pixels in other files, where Slicelens does not look."
_SEVERAL = "Every voxel of this file holds several numbers, or a complex one."


def read_header(source: Source, policy: ReadingPolicy) -> ItkHeader:
    """Read a header; of the pixels only the length is checked, if it can be told.

    Raises `Refusal`: HEADER, UNKNOWN_FORMAT, UNSUPPORTED, NO_PIXELS, TRUNCATED, TOO_LARGE, and those of `open_source`.
    """
    ending = _ending_of(source)
    if ending == ".mnc":
        _check_minc(source, policy)
    with _path_for_itk(source, policy) as path:
        facts = _information(path, ending)
    size = tuple(int(length) for length in facts.GetSize())
    i, j, k = (*size[:3], 1, 1)[:3]
    shape = (i, j, k)
    phases = prod(size[3:])
    dtype, channels = _sample_of(facts)
    stored_bytes = 8 if _kind_of(facts) == "Float64" else np.dtype(dtype).itemsize
    check_grid(shape, phases, channels * stored_bytes)
    _check_length(source, ending, prod(size) * channels * stored_bytes, policy)
    affine = _affine_of(facts) if ending == ".mnc" else None
    across, down, depth = (*(abs(float(step)) for step in facts.GetSpacing()[:3]), np.nan, np.nan)[:3]
    return ItkHeader(
        source=source,
        shape=shape,
        phases=phases,
        dtype=dtype,
        channels=channels,
        affine=affine,
        steps=(across, down, depth),
        notes=() if affine is not None else (NO_ORIENTATION,),
        read_by="ITK",
        modality=modality_of(facts.GetMetaData("Modality")) if facts.HasMetaDataKey("Modality") else "",
    )


def read_pixels(header: ItkHeader, policy: ReadingPolicy) -> NDArray[Any]:
    """Return all samples as [phase, k, j, i], with a last axis for the channels of colour. Raises `Refusal`."""
    with _path_for_itk(header.source, policy) as path:
        try:
            picture = _reader(path, _ending_of(header.source)).Execute()
        except (RuntimeError, UnicodeError, TypeError):
            raise Refusal(Code.DECODE) from None
        array = _toolkit().GetArrayFromImage(picture)
    i, j, k = header.shape
    trailing = (header.channels,) if header.channels > 1 else ()
    return np.asarray(array).reshape(header.phases, k, j, i, *trailing)


def _ending_of(source: Source) -> str:
    """Return the ending of a file's name, in small letters."""
    return os.path.splitext(source.name.lower())[1]


@contextmanager
def _path_for_itk(source: Source, policy: ReadingPolicy) -> Iterator[Path]:
    """Yield a path that ITK can open: that of the file, or of a copy of a member that is gone with this process."""
    if source.member is None:
        yield source.path
        return
    # HDF5 wants to know the folder of its file.
    with open_source(source, policy) as stream, scratch_file(named=_ending_of(source) == ".mnc") as (copy, path):
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield path


def _reader(path: Path, ending: str) -> Any:
    reader = _toolkit().ImageFileReader()
    reader.SetImageIO(_READERS[ending])
    reader.SetFileName(str(path))
    return reader


def _information(path: Path, ending: str) -> Any:
    """A reader that has seen the header."""
    reader = _reader(path, ending)
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        # Of a MINC file the first bytes were right.
        raise Refusal(Code.HEADER if ending == ".mnc" else Code.UNKNOWN_FORMAT) from None
    except (OverflowError, UnicodeError, TypeError):
        raise Refusal(Code.HEADER) from None
    return reader


def _check_minc(source: Source, policy: ReadingPolicy) -> None:
    """Raise `Refusal` for what libminc, whose messages hold the path, would stumble over, or look elsewhere for."""
    with open_source(source, policy) as stream:
        head = stream.read(len(_HDF5_MAGIC))
        if head.startswith(_NETCDF_MAGIC):
            raise Refusal(Code.UNSUPPORTED, _MINC_1)
        if head != _HDF5_MAGIC:
            raise Refusal(Code.UNKNOWN_FORMAT)
        stream.seek(0)
        if names_other_files(stream.read()):
            raise Refusal(Code.UNSUPPORTED, _ELSEWHERE)


def _check_length(source: Source, ending: str, voxel_bytes: int, policy: ReadingPolicy) -> None:
    """Raise `Refusal`: TRUNCATED if pixels that are stored plainly need more bytes than there are, else TOO_LARGE.

    ITK fills what a short file lacks with zeros.
    """
    before = _HEADER_BYTES.get(ending)
    with open_source(source, policy) as stream:
        if ending == ".vtk":
            text = stream.read(_VTK_TEXT)
            at = text.find(b"LOOKUP_TABLE")
            if b"\nBINARY" in text.replace(b"\r", b""):
                before = text.find(b"\n", at) + 1 if at > 0 else 0
        if before is None:
            policy.check_unpacked(voxel_bytes, source.name)
        elif stream.seek(0, 2) < before + voxel_bytes:
            raise Refusal(Code.TRUNCATED)


def _kind_of(facts: Any) -> str:
    """The pixel kind by its name in `_DTYPES`, or `VectorUInt8`; empty for all others."""
    kinds = {getattr(_toolkit(), f"sitk{name}"): name for name in (*_DTYPES, "VectorUInt8")}
    return kinds.get(facts.GetPixelID(), "")


def _sample_of(facts: Any) -> tuple[str, int]:
    """(dtype, channels) that the series keeps; float64 as float32, since values are shown as such."""
    channels = int(facts.GetNumberOfComponents())
    kind = _kind_of(facts)
    if channels == 1 and kind in _DTYPES:
        return _DTYPES[kind], 1
    if channels in (3, 4) and kind == "VectorUInt8":
        return "uint8", channels
    raise Refusal(Code.UNSUPPORTED, _SEVERAL)


def _affine_of(facts: Any) -> Affine | None:
    """Return (k, j, i) to LPS millimetres; only MINC says how its grid lies in the patient."""
    dimension = int(facts.GetDimension())
    if dimension < 3:
        return None
    direction = np.array(facts.GetDirection(), dtype=np.float64).reshape(dimension, dimension)[:3, :3]
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(facts.GetSpacing()[:3])
    affine[:3, 3] = facts.GetOrigin()[:3]
    turned: Affine = affine[:, [2, 1, 0, 3]]
    return turned if is_usable(turned) else None


@cache
def _toolkit() -> Any:
    """Return SimpleITK, which carries no types, with its own messages switched off.

    It is large, and damaged files can crash it: call this in child processes only.
    """
    import SimpleITK  # grouping headers does without

    found: Any = SimpleITK
    if sys.platform == "win32":
        # It hands Windows a path's UTF-8 as it is, which stands for other letters in the code page of the system.
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, ".UTF-8")
    # ITK would write its warnings, with paths and header texts in them, to standard error.
    found.ProcessObject.SetGlobalWarningDisplay(False)
    return found
