"""Formats that nibabel reads beside NIfTI: MGH (FreeSurfer), AFNI (HEAD and BRIK) and PAR/REC (Philips).

nibabel parses headers, from memory; it is never given a path. Samples are read as those of other plain grids.
"""

import gzip
import warnings
import zlib
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np
from nibabel.brikhead import AFNIHeader, parse_AFNI_header
from nibabel.freesurfer.mghformat import MGHHeader
from nibabel.parrec import PARRECHeader
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.file_pairs import find_beside
from imaging.files.sources import open_source, read_head
from imaging.formats.itk.header import NO_ORIENTATION, ItkHeader, check_grid, kept_dtype
from imaging.formats.itk.stored_grid import Encoding, StoredGrid, check_length, read_grid
from imaging.volume.geometry import Affine, is_usable, lps_from_ras
from imaging.volume.series import Rescale, Source

# They carry no types.
_Mgh: Any = MGHHeader
_Afni: Any = AFNIHeader
_Par: Any = PARRECHeader
_parse_afni: Any = parse_AFNI_header
_GZIP = b"\x1f\x8b"
_TEXT_BYTES = 16 * 1024 * 1024
# Where pixels begin, and where the header says whether its directions are valid (mri_io of FreeSurfer).
_MGH_BYTES, _MGH_KNOWN = 284, 28
_SEVERAL = "Every voxel of this file holds a complex number."


def read_header(source: Source, policy: ReadingPolicy) -> ItkHeader:
    """Read a header; of the pixels only the length is checked.

    Raises `Refusal`: HEADER, UNSUPPORTED, NO_PIXELS, TRUNCATED, TOO_LARGE, MISSING, and those of `open_source`.
    Whatever nibabel raises for a damaged header comes through.
    """
    name = source.name.lower()
    made = _afni(source, policy) if name.endswith(".head") else _par(source, policy) if name.endswith(".par") else None
    header = made or _mgh(source, policy)
    assert header.grid is not None
    if header.grid.sample.kind not in "iuf":
        raise Refusal(Code.UNSUPPORTED, _SEVERAL)
    check_grid(header.shape, header.phases, header.grid.sample.itemsize)
    check_length(header.grid, header.companions or (source,), policy)
    return header


def read_pixels(header: ItkHeader, policy: ReadingPolicy) -> NDArray[Any]:
    """Return all samples as [phase, k, j, i]. Raises `Refusal`."""
    assert header.grid is not None
    stored = read_grid(header.grid, header.companions or (header.source,), policy)
    i, j, k = header.shape
    planes = stored.reshape(-1, j, i)
    if header.order is not None:
        planes = planes[header.order]
    if header.scaling is not None:
        slopes, intercepts = (one[:, np.newaxis, np.newaxis] for one in header.scaling)
        planes = (planes * slopes + intercepts).astype(np.float32)
    return planes.reshape(header.phases, k, j, i)


def _header(source: Source, grid: StoredGrid, affine: NDArray[Any] | None, read_by: str) -> ItkHeader:
    """Return the header of a grid; `affine` is nibabel's, to RAS."""
    turned: Affine | None = None
    if affine is not None and is_usable(np.asarray(affine, dtype=np.float64)):
        turned = lps_from_ras(np.asarray(affine, dtype=np.float64))[:, [2, 1, 0, 3]]
    return ItkHeader(
        source=source,
        shape=grid.shape,
        phases=grid.phases,
        dtype=kept_dtype(grid.sample),
        channels=1,
        affine=turned,
        steps=grid.steps,
        notes=() if turned is not None else (NO_ORIENTATION,),
        read_by=read_by,
        grid=grid,
    )


def _mgh(source: Source, policy: ReadingPolicy) -> ItkHeader:
    with open_source(source, policy) as stream:
        is_packed = stream.read(2) == _GZIP
        stream.seek(0)
        try:
            head = (gzip.GzipFile(fileobj=stream) if is_packed else stream).read(_MGH_BYTES)
        except (EOFError, OSError, zlib.error):
            raise Refusal(Code.TRUNCATED) from None
    if len(head) < _MGH_BYTES:
        raise Refusal(Code.TRUNCATED)
    fields = _Mgh(head.ljust(_Mgh.template_dtype.itemsize, b"\0"), check=False)
    if int(fields["version"]) != 1:
        raise Refusal(Code.UNKNOWN_FORMAT)
    lengths = [int(length) for length in fields["dims"]]
    if any(length < 0 for length in lengths):
        raise Refusal(Code.HEADER)
    if 0 in lengths:
        raise Refusal(Code.NO_PIXELS)
    i, j, k = (abs(float(step)) for step in fields["delta"])
    grid = StoredGrid(
        sizes=tuple(lengths),
        spatial=(0, 1, 2),
        component=None,
        sample=np.dtype(fields.get_data_dtype()).newbyteorder(">"),
        encoding=Encoding.GZIP if is_packed else Encoding.RAW,
        offset=0 if is_packed else _MGH_BYTES,
        skipped=_MGH_BYTES if is_packed else 0,
        steps=(i, j, k),
    )
    is_known = int.from_bytes(head[_MGH_KNOWN : _MGH_KNOWN + 2], "big") > 0
    return _header(source, grid, fields.get_affine() if is_known else None, "MGH")


def _afni(source: Source, policy: ReadingPolicy) -> ItkHeader:
    text = _text_of(source, policy)
    if "type" not in text[:200]:
        raise Refusal(Code.UNKNOWN_FORMAT)
    fields = _Afni(_parse_afni(StringIO(text)))
    pixels = find_beside(source, _beside(source, (".BRIK", ".BRIK.gz", ".brik", ".brik.gz")))
    i, j, k = (abs(float(step)) for step in fields.info["DELTA"])
    grid = StoredGrid(
        sizes=_sizes_of(fields.get_data_shape()),
        spatial=(0, 1, 2),
        component=None,
        sample=fields.get_data_dtype(),
        encoding=Encoding.GZIP if _is_gzip(pixels, policy) else Encoding.RAW,
        steps=(i, j, k),
    )
    affine = fields.get_affine() if "IJK_TO_DICOM_REAL" in fields.info else None
    header = replace(_header(source, grid, affine, "AFNI"), companions=(pixels,))
    slopes = fields.get_data_scaling()
    return header if slopes is None else _scaled(header, np.repeat(slopes, header.shape[2]), np.zeros(1))


def _par(source: Source, policy: ReadingPolicy) -> ItkHeader:
    text = _text_of(source, policy)
    if not text.lstrip().startswith("#"):
        raise Refusal(Code.UNKNOWN_FORMAT)
    with warnings.catch_warnings():
        # It warns of scans that were broken off, and of versions that it does not know.
        warnings.simplefilter("ignore")
        fields = _Par.from_fileobj(StringIO(text), permit_truncated=True)
        order = np.asarray(fields.get_sorted_slice_indices())
        slopes, intercepts = fields.get_data_scaling()
        affine = fields.get_affine()
    pixels = find_beside(source, _beside(source, (".REC", ".rec", ".Rec")))
    sizes = _sizes_of(fields.get_data_shape())
    i, j, k = (abs(float(step)) for step in fields.get_zooms()[:3])
    stored = StoredGrid(
        sizes=(*sizes[:2], int(fields.get_rec_shape()[2])),
        spatial=(0, 1, 2),
        component=None,
        sample=np.dtype(fields.get_data_dtype()).newbyteorder("<"),
        encoding=Encoding.GZIP if _is_gzip(pixels, policy) else Encoding.RAW,
        steps=(i, j, k),
    )
    shape = (sizes[0], sizes[1], sizes[2])
    header = replace(
        _header(source, stored, affine, "PAR/REC"),
        companions=(pixels,),
        shape=shape,
        phases=sizes[3] if len(sizes) > 3 else 1,
        order=order,
        modality="MR",
    )
    # [i, j, slice, volume], the slice the faster one.
    return _scaled(header, *(np.ravel(one, order="F") for one in (slopes, intercepts)))


def _scaled(header: ItkHeader, slopes: NDArray[Any], intercepts: NDArray[Any]) -> ItkHeader:
    """Return the header with its scaling: one for the whole grid, else one for each of the stored planes."""
    count = header.shape[2] * header.phases
    by_plane = tuple(np.broadcast_to(np.asarray(one, dtype=np.float64), (count,)) for one in (slopes, intercepts))
    if all((one == one[0]).all() for one in by_plane):
        return replace(header, rescale=Rescale(float(by_plane[0][0]), float(by_plane[1][0])))
    return replace(header, scaling=(by_plane[0], by_plane[1]), dtype="float32")


def _sizes_of(shape: tuple[Any, ...]) -> tuple[int, ...]:
    sizes = tuple(int(length) for length in shape)
    if any(length < 1 for length in sizes) or len(sizes) < 3:
        raise Refusal(Code.HEADER)
    return sizes


def _beside(source: Source, endings: tuple[str, ...]) -> list[str]:
    stem = source.name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    return [stem + ending for ending in endings]


def _is_gzip(source: Source, policy: ReadingPolicy) -> bool:
    return read_head(source, policy, 2) == _GZIP


def _text_of(source: Source, policy: ReadingPolicy) -> str:
    """Return a header in words. Raises `Refusal` (TOO_LARGE) if it is none by its size."""
    text = read_head(source, policy, _TEXT_BYTES)
    if len(text) >= _TEXT_BYTES:
        raise Refusal(Code.TOO_LARGE)
    return text.decode("latin-1").replace("\r\n", "\n")
