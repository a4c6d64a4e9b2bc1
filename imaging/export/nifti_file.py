"""A grid of voxels as NIfTI-1: stored samples with their scaling, and where they lie as qform and sform alike.

Axes are (column, row from the bottom, slice, phase), so that first axes run left, forward and up for an ordinary axial
series, as dcm2niix writes them. References are to nifti1.h.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import Affine, directions_of, lps_from_ras
from imaging.volume.series import IDENTITY, Rescale, Series

_LONGEST_SIDE = 32767
_CHUNK = 4 * 2**20
_KINDS = frozenset({"uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"})
_UNEVEN = "The slices of this series are not evenly spaced, which NIfTI has no way to say. Export its slices as PNG."
_SCANNER, _UNKNOWN = 1, 0
_UPRIGHT = 1e-4
# Facts that tell phases by time, as they are called in a series (`phase_of`), and their unit in seconds.
_TIMES = {"acquisition time": 1.0, "content time": 1.0, "trigger time": 1e-3, "frame reference time": 1e-3}
_UNEVEN_TIMES = 0.05
_RGB = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
# It carries no types.
_Image: Any = Nifti1Image


def require_even_grid(series: Series) -> None:
    """Raise `Refusal` (NO_GEOMETRY) if one affine would not be true for every slice; (TOO_LARGE) beyond NIfTI-1."""
    if series.affine is not None and series.slices > 1 and not (series.regular or series.tilted):
        raise Refusal(Code.NO_GEOMETRY, _UNEVEN)
    if max(series.slices, series.rows, series.columns, series.phases) > _LONGEST_SIDE:
        raise Refusal(
            Code.TOO_LARGE, english("A side of NIfTI-1 has at most {longest_side} voxels.", longest_side=_LONGEST_SIDE)
        )


def common_rescale(series: Series) -> Rescale | None:
    """Return the one rescale of all frames; None if they differ, or if values come out of a table."""
    first = series.frames[0].modality
    is_common = isinstance(first, Rescale) and all(frame.modality == first for frame in series.frames)
    return first if is_common and isinstance(first, Rescale) and series.dtype in _KINDS else None


def encode_nifti(values: NDArray[Any], series: Series, rescale: Rescale | None) -> bytes:
    """Return the file of values [phase, slice, row, column], or with 3 channels of uint8 behind.

    `rescale` None: they are modality values already. Spacing that is not known is 1, and says so by both codes being 0.
    """
    turned = np.asarray(values)[:, :, ::-1]
    is_colour = turned.ndim == 5
    stored = np.ascontiguousarray(turned).view(_RGB)[..., 0] if is_colour else turned
    grid = np.moveaxis(stored, (0, 1, 2, 3), (3, 2, 1, 0))
    grid = grid[..., 0] if grid.shape[3] == 1 else grid
    affine = nifti_affine(series)
    # nibabel asks for an affine, and for a header only afterwards.
    image = _Image(grid, np.eye(4) if affine is None else affine, dtype=grid.dtype)
    header = image.header
    spacing = series.spacing or (1.0, *(series.pixel_spacing or (1.0, 1.0)))
    if affine is None:
        image.set_qform(None, code=_UNKNOWN)
        image.set_sform(None, code=_UNKNOWN)
        header["pixdim"][1:4] = spacing[2], spacing[1], spacing[0]
        header["pixdim"][0] = 1
    else:
        image.set_sform(affine, code=_SCANNER)
        # A quaternion cannot say that axes lean.
        image.set_qform(affine, code=_UNKNOWN if _is_sheared(affine) else _SCANNER)
    step = _seconds_between_phases(series)
    header.set_xyzt_units("mm", None if step is None else "sec")
    if step is not None:
        header["pixdim"][4] = step
    if rescale is not None and rescale != IDENTITY:
        header.set_slope_inter(rescale.slope, rescale.intercept)
    elif not is_colour:
        header.set_slope_inter(1.0, 0.0)
    return _to_bytes(image, grid)


def nifti_affine(series: Series) -> Affine | None:
    """Return (column, row from the bottom, slice) to RAS millimetres; None if the series does not know."""
    if series.affine is None:
        return None
    lps = series.affine
    made = np.eye(4)
    made[:3, 0], made[:3, 1], made[:3, 2] = lps[:3, 2], -lps[:3, 1], lps[:3, 0]
    made[:3, 3] = lps[:3, 3] + (series.rows - 1) * lps[:3, 1]
    # The way there is the way back: x and y change their signs.
    return lps_from_ras(made)


def _seconds_between_phases(series: Series) -> float | None:
    """Return the time from phase to phase; None if that is not known, or not the same throughout."""
    unit, values = _TIMES.get(series.phase_of or ""), series.phase_values or ()
    times = [value for value in values if isinstance(value, int | float)]
    if unit is None or len(times) < 2 or len(times) < len(values):
        return None
    steps = np.diff(times) * unit
    mean = float(steps.mean())
    return mean if mean > 0 and float(np.abs(steps - mean).max()) <= _UNEVEN_TIMES * mean else None


def _is_sheared(affine: Affine) -> bool:
    directions = directions_of(affine)
    return bool(np.abs(directions.T @ directions - np.eye(3)).max() > _UPRIGHT)


def _to_bytes(image: Any, grid: NDArray[Any]) -> bytes:
    """Return header and voxels, samples as they are: nibabel would scale floats, and look for a scaling of integers."""
    header = image.header.copy()
    header["vox_offset"], header["magic"] = 352, b"n+1"
    little = grid.astype(grid.dtype.newbyteorder("<"), copy=False)
    return bytes(header.binaryblock) + bytes(4) + little.tobytes(order="F")


def compress_gzip(content: bytes) -> Iterator[bytes | None]:
    """Yield None while a file is packed as gzip, without name or time, and then the packed bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    parts = []
    for start in range(0, len(content), _CHUNK):
        parts.append(packer.compress(content[start : start + _CHUNK]))
        yield None
    parts.append(packer.flush())
    yield b"".join(parts)
