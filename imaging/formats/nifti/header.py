"""A NIfTI header: shape, sample, scaling, and positions of the voxels (references are to nifti1.h).

nibabel parses the fields; every decision about what they mean is here, and becomes a note if it was a choice.
"""

from dataclasses import dataclass
from math import isfinite, prod
from typing import Any, cast

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.spatialimages import HeaderDataError

from imaging.base.errors import Code, Refusal
from imaging.base.policy import check_frame, check_frames
from imaging.formats import GridHeader
from imaging.volume.geometry import Affine, is_usable, lps_from_ras, spacing_of
from imaging.volume.series import Rescale, Source
from imaging.volume.windowing import VoiFunction, Window

# datatype code: NumPy's kind and size, or the number of 8-bit channels (nifti1.h, NIFTI_TYPE_…).
_DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_CHANNELS = {128: 3, 2304: 4}
# Millimetres in a unit of length, and what a person should know of it.
_UNITS = {1: (1000.0, "lengths are stored in metres"), 2: (1.0, ""), 3: (0.001, "lengths are stored in micrometres")}
# Size of a header: its mark where pixels follow in the same file, that of a header alone, where the mark stands, and
# the least offset of pixels in the same file.
_SIZES = {348: (b"n+1\0", b"ni1\0", 344, 352), 540: (b"n+2\0\r\n\x1a\n", b"ni2\0\r\n\x1a\n", 4, 544)}
_CIFTI_INTENTS = range(3000, 3100)


@dataclass(frozen=True, eq=False, kw_only=True)
class NiftiHeader(GridHeader):
    """The header of one file; of a grid, `slice_axis` is that of dim_info."""

    sample: np.dtype[Any]
    """The stored sample with its byte order; of colour, one channel."""
    offset: int
    """Bytes from the (unpacked) start to the first voxel."""
    modality: Rescale
    window: Window | None
    transform: str = ""
    """Which of the two the affine is: `sform` or `qform`; empty without an affine."""
    packed: bool = False
    """Whether the file is gzip."""
    incomplete: bool = False
    """Whether it is gzip and does not end as it should."""
    is_pair: bool = False
    """Whether the pixels lie in a file of their own."""
    pixels: Source | None = None
    """That file, once it is found."""

    @property
    def voxels(self) -> Source:
        """The file that the pixels lie in."""
        return self.pixels or self.source

    @property
    def companions(self) -> tuple[Source, ...]:
        """The other files that belong to this one."""
        return () if self.pixels is None else (self.pixels,)

    @property
    def slice_bytes(self) -> int:
        """Return how many bytes one (i, j) plane takes in the file."""
        return self.shape[0] * self.shape[1] * self.sample.itemsize * self.channels

    @property
    def end(self) -> int:
        """Bytes from the (unpacked) start to behind the last voxel."""
        return self.offset + self.slice_bytes * self.shape[2] * self.phases

    @property
    def is_by_slice(self) -> bool:
        """Return whether a slice of the series is one run of bytes in the file; else slices lie across such runs."""
        return self.turn.axes[0] == 0


HEADER_BYTES = 540
"""How many bytes from the start of a file `parse_header` wants to see."""


def parse_header(head: bytes, source: Source) -> NiftiHeader:
    """The header over the first `HEADER_BYTES` bytes.

    Raises `Refusal`: HEADER, TRUNCATED, UNSUPPORTED, NO_PIXELS, TOO_LARGE.
    """
    fields, minimum, is_pair = _parsed(head)
    if int(fields["intent_code"]) in _CIFTI_INTENTS:
        raise Refusal(Code.UNSUPPORTED, "This is a CIFTI file: it holds values on the brain's surface, not slices.")
    shape, phases = _shape_of(fields)
    sample, channels = _sample_of(fields)
    # The largest plane of the grid, whichever way it is cut.
    check_frame(prod(shape) // min(shape) * sample.itemsize * channels)
    notes: list[str] = []
    if (extra := [int(length) for length in fields["dim"][5:8] if length > 1]) and int(fields["dim"][0]) > 4:
        notes.append(f"{prod(extra)} components of every voxel are shown as phases")
    scale = _scale_of(fields, notes)
    affine, transform = _affine_of(fields, shape, scale, notes)
    return NiftiHeader(
        source=source,
        shape=shape,
        phases=phases,
        dtype="float32" if sample.kind == "f" else sample.newbyteorder("=").name,
        sample=sample,
        channels=channels,
        offset=_offset_of(fields, minimum),
        affine=affine,
        transform=transform,
        steps=cast("tuple[float, float, float]", tuple(abs(float(step)) * scale for step in fields["pixdim"][1:4])),
        slice_axis=fields.get_dim_info()[2],
        modality=_rescale_of(fields, notes) if channels == 1 else Rescale(),
        window=_window_of(fields) if channels == 1 else None,
        notes=tuple(notes),
        is_pair=is_pair,
    )


def _parsed(head: bytes) -> tuple[Any, int, bool]:
    """nibabel's header over the first bytes, the least offset that its voxels may have, and if it is of a pair."""
    if len(head) < 348:
        raise Refusal(Code.TRUNCATED)
    length = next((size for size in _SIZES if head[:4] in (size.to_bytes(4, "little"), size.to_bytes(4, "big"))), 0)
    if not length or len(head) < length:
        raise Refusal(Code.HEADER)
    single, pair, at, minimum = _SIZES[length]
    mark = head[at : at + len(single)]
    if mark not in (single, pair):
        raise Refusal(Code.HEADER, "The header of the file does not carry NIfTI's mark.")
    endianness = "<" if head[:4] == length.to_bytes(4, "little") else ">"
    kind: Any = Nifti1Header if length == 348 else Nifti2Header
    return kind(head[:length], endianness=endianness, check=False), 0 if mark == pair else minimum, mark == pair


def _shape_of(fields: Any) -> tuple[tuple[int, int, int], int]:
    """(i, j, k), and the product of everything beyond."""
    count = int(fields["dim"][0])
    lengths = [int(length) for length in fields["dim"][1:8]]
    if not 1 <= count <= 7 or any(length < 0 for length in lengths[:count]):
        raise Refusal(Code.HEADER)
    lengths = lengths[:count] + [1] * (7 - count)
    if 0 in lengths[:3]:
        raise Refusal(Code.NO_PIXELS)
    phases = prod(max(length, 1) for length in lengths[3:])
    check_frames(phases * max(lengths[:3]))
    return (lengths[0], lengths[1], lengths[2]), phases


def _sample_of(fields: Any) -> tuple[np.dtype[Any], int]:
    code = int(fields["datatype"])
    if code in _CHANNELS:
        return np.dtype("u1"), _CHANNELS[code]
    if code in _DTYPES:
        return np.dtype(_DTYPES[code]).newbyteorder(fields.endianness), 1
    if code in (0, 255):
        raise Refusal(Code.HEADER)
    raise Refusal(Code.UNSUPPORTED, "The file stores complex numbers, single bits or extended floats.")


def _offset_of(fields: Any, minimum: int) -> int:
    offset = float(fields["vox_offset"])
    if not isfinite(offset) or offset < 0:
        raise Refusal(Code.HEADER)
    return max(int(offset), minimum)


def _rescale_of(fields: Any, notes: list[str]) -> Rescale:
    """scl_slope and scl_inter; a slope of 0 or NaN means that nothing is scaled (nifti1.h, "DATA SCALING")."""
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if slope == 0 or not isfinite(slope):
        return Rescale()
    if not isfinite(intercept):
        notes.append("the intercept of the values is not a number and was taken as 0")
        intercept = 0.0
    return Rescale(slope, intercept)


def _window_of(fields: Any) -> Window | None:
    low, high = float(fields["cal_min"]), float(fields["cal_max"])
    if not (isfinite(low) and isfinite(high) and high > low):
        return None
    return Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, "cal_min to cal_max")


def _scale_of(fields: Any, notes: list[str]) -> float:
    """Millimetres in one of the header's units of length (xyzt_units, its lowest three bits)."""
    scale, note = _UNITS.get(int(fields["xyzt_units"]) & 0x07, (1.0, "unit of length not stated, taken as millimetres"))
    if note:
        notes.append(note)
    return scale


def _affine_of(fields: Any, shape: tuple[int, int, int], scale: float, notes: list[str]) -> tuple[Affine | None, str]:
    """Return (k, j, i) to LPS millimetres by the sform, else the qform (nifti1.h, methods 3, 2), and which it is."""
    sform = _sform_of(fields) if fields["sform_code"] > 0 else None
    qform = _qform_of(fields) if fields["qform_code"] > 0 else None
    for code, found, name in (("sform_code", sform, "sform"), ("qform_code", qform, "qform")):
        if fields[code] > 0 and found is None:
            notes.append(f"the {name} is not usable")
    chosen = sform if sform is not None else qform
    if chosen is None:
        notes.append("unknown orientation")
        return None, ""
    if sform is not None and qform is not None and (apart := _disagreement(sform, qform, shape)) is not None:
        notes.append(f"sform and qform disagree by up to {apart * scale:.1f} mm; the sform was used")
    turned: Affine = lps_from_ras(np.diag([scale, scale, scale, 1.0]) @ chosen)[:, [2, 1, 0, 3]]
    return turned, "qform" if sform is None else "sform"


def _sform_of(fields: Any) -> Affine | None:
    affine = np.asarray(fields.get_sform(), dtype=np.float64)
    return affine if is_usable(affine) else None


def _qform_of(fields: Any) -> Affine | None:
    """The qform with steps made positive and a qfac of 0 read as 1, as nifti1.h says; None if it is no rotation."""
    fixed = fields.copy()
    pixdim = np.array(fields["pixdim"])
    pixdim[1:4] = np.abs(pixdim[1:4])
    pixdim[0] = -1.0 if pixdim[0] < 0 else 1.0
    fixed["pixdim"] = pixdim
    try:
        affine = np.asarray(fixed.get_qform(), dtype=np.float64)
    except (HeaderDataError, ValueError):
        return None
    return affine if is_usable(affine) else None


def _disagreement(first: Affine, second: Affine, shape: tuple[int, int, int]) -> float | None:
    """Return how far apart two affines put the same corner at most, or None if within a tenth of a voxel."""
    corners = np.array([[i, j, k, 1] for i in (0, shape[0] - 1) for j in (0, shape[1] - 1) for k in (0, shape[2] - 1)])
    apart = float(np.linalg.norm((corners @ (first - second).T)[:, :3], axis=1).max())
    return apart if apart > 0.1 * min(spacing_of(first)) else None
