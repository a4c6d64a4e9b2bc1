"""A NIfTI header: shape, sample, scaling, and positions of the voxels (references are to nifti1.h).

nibabel parses the fields; every decision about what they mean is here, and becomes a note if it was a choice. ANALYZE
7.5, from which NIfTI took its fields, is read as a NIfTI header that says nothing of the patient's sides.
"""

from dataclasses import dataclass
from math import isfinite, prod, sqrt
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header
from nibabel.quaternions import quat2mat

from imaging.base.english import Text, english
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
_COMPLEX = {32: "c8", 1792: "c16"}
# SPM's own codes in ANALYZE headers.
_SPM_CODES = {130: 256, 132: 512, 136: 768}
_ANALYZE_UNITS = {b"mm": 2, b"um": 3, b"m": 1}
# Millimetres in a unit of length, and what a person should know of it.
_UNITS = {
    1: (1000.0, english("lengths are stored in metres")),
    2: (1.0, None),
    3: (0.001, english("lengths are stored in micrometres")),
}
_NO_UNIT = english("unit of length not stated, taken as millimetres")
# Size of a header: its mark where pixels follow in the same file, that of a header alone, where the mark stands, and
# the least offset of pixels in the same file.
_SIZES = {348: (b"n+1\0", b"ni1\0", 344, 352), 540: (b"n+2\0\r\n\x1a\n", b"ni2\0\r\n\x1a\n", 4, 544)}
_CIFTI_INTENTS = range(3000, 3100)
# It carries no types.
_rotation_of: Any = quat2mat
# Beyond this a quaternion is off by more than what single precision rounds away.
_ROUNDING = 1e-3


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
    """Where the directions are from: `sform` or `qform`; empty without directions."""
    kind: str = "NIfTI"
    """The format in words."""
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
    def is_complex(self) -> bool:
        """Return whether the stored numbers are complex: their magnitudes are shown first, then their angles."""
        return self.sample.kind == "c"

    @property
    def stored_phases(self) -> int:
        """Return how often the grid is repeated in the file."""
        return self.phases // 2 if self.is_complex else self.phases

    @property
    def slice_bytes(self) -> int:
        """Return how many bytes one (i, j) plane takes in the file."""
        return self.shape[0] * self.shape[1] * self.sample.itemsize * self.channels

    @property
    def end(self) -> int:
        """Bytes from the (unpacked) start to behind the last voxel."""
        return self.offset + self.slice_bytes * self.shape[2] * self.stored_phases

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
    fields, minimum, is_pair, kind = _parsed(head, source)
    if int(fields["intent_code"]) in _CIFTI_INTENTS:
        raise Refusal(Code.UNSUPPORTED, "This is a CIFTI file: it holds values on the brain's surface, not slices.")
    shape, phases = _shape_of(fields)
    sample, channels = _sample_of(fields)
    # The largest plane of the grid, whichever way it is cut.
    check_frame(prod(shape) // min(shape) * sample.itemsize * channels)
    notes: list[Text] = []
    if (extra := [int(length) for length in fields["dim"][5:8] if length > 1]) and int(fields["dim"][0]) > 4:
        notes.append(english("%n component(s) of every voxel (is|are) shown as phases", "", prod(extra)))
    if sample.kind == "c":
        notes.append(_complex_note(phases))
        phases *= 2
        check_frames(phases * max(shape))
    scale = _scale_of(fields, notes)
    affine, directions, transform = _affine_of(fields, shape, scale, notes)
    return NiftiHeader(
        source=source,
        shape=shape,
        phases=phases,
        dtype="float32" if sample.kind in "fc" else sample.newbyteorder("=").name,
        sample=sample,
        channels=channels,
        offset=_offset_of(fields, minimum),
        affine=affine,
        directions=directions,
        transform=transform,
        kind=kind,
        steps=_steps_of(fields, scale),
        slice_axis=fields.get_dim_info()[2],
        modality=_rescale_of(fields, kind, notes) if channels == 1 else Rescale(),
        window=_window_of(fields) if channels == 1 else None,
        notes=tuple(notes),
        is_pair=is_pair,
    )


def _parsed(head: bytes, source: Source) -> tuple[Any, int, bool, str]:
    """nibabel's header over the first bytes, the least offset of its voxels, if it is of a pair, and its kind."""
    is_hdr = source.name.lower().endswith((".hdr", ".hdr.gz"))
    length = next((size for size in _SIZES if head[:4] in (size.to_bytes(4, "little"), size.to_bytes(4, "big"))), 0)
    if is_hdr and not length:
        # Other programs' headers have this ending too.
        raise Refusal(Code.UNKNOWN_FORMAT)
    if len(head) < 348:
        raise Refusal(Code.TRUNCATED)
    if not length or len(head) < length:
        raise Refusal(Code.HEADER)
    single, pair, at, minimum = _SIZES[length]
    mark = head[at : at + len(single)]
    is_analyze = is_hdr and length == 348 and mark not in (single, pair)
    if mark not in (single, pair) and not is_analyze:
        raise Refusal(Code.HEADER, "The header of the file does not carry NIfTI's mark.")
    endianness = "<" if head[:4] == length.to_bytes(4, "little") else ">"
    made: Any = Nifti1Header if length == 348 else Nifti2Header
    fields = made(head[:length], endianness=endianness, check=False)
    if is_analyze:
        _blank_what_analyze_lacks(fields, head)
        return fields, 0, True, "ANALYZE"
    return fields, 0 if mark == pair else minimum, mark == pair, "NIfTI"


def _blank_what_analyze_lacks(fields: Any, head: bytes) -> None:
    """Make an ANALYZE 7.5 header one of NIfTI: where NIfTI has fields of its own, ANALYZE has others (dbh.h)."""
    for name in ("qform_code", "sform_code", "intent_code", "dim_info", "scl_inter"):
        fields[name] = 0
    fields["xyzt_units"] = _ANALYZE_UNITS.get(head[56:60].rstrip(b"\0 ").lower(), 0)
    code = int(fields["datatype"])
    fields["datatype"] = _SPM_CODES.get(code, code)


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
    if code in _DTYPES or code in _COMPLEX:
        return np.dtype(_DTYPES.get(code) or _COMPLEX[code]).newbyteorder(fields.endianness), 1
    if code in (0, 255):
        raise Refusal(Code.HEADER)
    raise Refusal(Code.UNSUPPORTED, "The file stores single bits or extended floats.")


def _complex_note(phases: int) -> Text:
    if phases == 1:
        return english("complex values: the first phase is their magnitude, the second their angle in radians")
    return english(
        "complex values: the first {phases} phases are their magnitudes, the others their angles in radians",
        phases=phases,
    )


def _offset_of(fields: Any, minimum: int) -> int:
    offset = float(fields["vox_offset"])
    if not isfinite(offset) or offset < 0:
        raise Refusal(Code.HEADER)
    return max(int(offset), minimum)


def _rescale_of(fields: Any, kind: str, notes: list[Text]) -> Rescale:
    """scl_slope and scl_inter; a slope of 0 or NaN means that nothing is scaled (nifti1.h, "DATA SCALING").

    ANALYZE has no such field; SPM writes its scale where NIfTI put the slope.
    """
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if slope == 0 or not isfinite(slope):
        if kind == "NIfTI":
            stated = "0" if slope == 0 else english("not a number")
            notes.append(english("the slope of the values is {stated}: they are shown as stored", stated=stated))
        return Rescale()
    if kind != "NIfTI" and slope != 1:
        notes.append(english("values are scaled by {slope:g}, as SPM writes it into ANALYZE headers", slope=slope))
    if not isfinite(intercept):
        notes.append(english("the intercept of the values is not a number and was taken as 0"))
        intercept = 0.0
    return Rescale(slope, intercept)


def _window_of(fields: Any) -> Window | None:
    low, high = float(fields["cal_min"]), float(fields["cal_max"])
    if not (isfinite(low) and isfinite(high) and high > low):
        return None
    return Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, "cal_min to cal_max")


def _scale_of(fields: Any, notes: list[Text]) -> float:
    """Millimetres in one of the header's units of length (xyzt_units, its lowest three bits)."""
    scale, note = _UNITS.get(int(fields["xyzt_units"]) & 0x07, (1.0, _NO_UNIT))
    if note is not None:
        notes.append(note)
    return scale


def _steps_of(fields: Any, scale: float) -> tuple[float, float, float]:
    """Millimetres along (i, j, k) by pixdim; NaN for an axis that the grid does not have."""
    count = int(fields["dim"][0])
    steps = [abs(float(step)) * scale for step in fields["pixdim"][1:4]]
    i, j, k = (step if axis < max(count, 1) else np.nan for axis, step in enumerate(steps))
    return i, j, k


def _affine_of(
    fields: Any, shape: tuple[int, int, int], scale: float, notes: list[Text]
) -> tuple[Affine | None, Affine | None, str]:
    """Return (k, j, i) to LPS millimetres by the sform, else the qform (nifti1.h, methods 3, 2), and which it is.

    In between are directions alone, with steps of 1, of a qform whose pixdim has no lengths.
    """
    sform = _sform_of(fields) if fields["sform_code"] > 0 else None
    qform = _qform_of(fields, notes) if fields["qform_code"] > 0 else None
    lengths = np.abs(np.asarray(fields["pixdim"][1:4], dtype=np.float64))
    is_measured = bool(np.isfinite(lengths).all() and (lengths > 0).all())
    for code, found, name in (("sform_code", sform, "sform"), ("qform_code", qform, "qform")):
        if fields[code] > 0 and found is None:
            notes.append(english("the {name} is not usable", name=name))
    chosen = sform if sform is not None else qform
    if chosen is None:
        notes.append(english("unknown orientation"))
        return None, None, ""
    if sform is None and not is_measured:
        notes.append(english("pixdim has no lengths that can be used"))
        return None, lps_from_ras(chosen)[:, [2, 1, 0, 3]], "qform"
    apart = None if sform is None or qform is None or not is_measured else _disagreement(sform, qform, shape)
    if apart is not None:
        notes.append(english("sform and qform disagree by up to {most:.1f} mm; the sform was used", most=apart * scale))
    turned: Affine = lps_from_ras(np.diag([scale, scale, scale, 1.0]) @ chosen)[:, [2, 1, 0, 3]]
    return turned, None, "qform" if sform is None else "sform"


def _sform_of(fields: Any) -> Affine | None:
    affine = np.asarray(fields.get_sform(), dtype=np.float64)
    return affine if is_usable(affine) else None


def _qform_of(fields: Any, notes: list[Text]) -> Affine | None:
    """The qform with steps made positive and a qfac of 0 read as 1, as nifti1.h says; None if it is no rotation.

    A quaternion longer than 1 is normalised, as nifti1_io does. Steps are 1 where pixdim has no lengths.
    """
    b, c, d = (float(fields[name]) for name in ("quatern_b", "quatern_c", "quatern_d"))
    square = b * b + c * c + d * d
    if not isfinite(square):
        return None
    if square > 1 + _ROUNDING:
        notes.append(english("the quaternion of the qform is too long and was normalised"))
    lengths = np.abs(np.asarray(fields["pixdim"][1:4], dtype=np.float64))
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        lengths = np.ones(3)
    affine = np.eye(4)
    # It is normalised there.
    affine[:3, :3] = _rotation_of((sqrt(max(0.0, 1 - square)), b, c, d)) * lengths
    if fields["pixdim"][0] < 0:
        affine[:3, 2] *= -1
    affine[:3, 3] = [float(fields[name]) for name in ("qoffset_x", "qoffset_y", "qoffset_z")]
    return affine if is_usable(affine) else None


def _disagreement(first: Affine, second: Affine, shape: tuple[int, int, int]) -> float | None:
    """Return how far apart two affines put the same corner at most, or None if within a tenth of a voxel."""
    corners = np.array([[i, j, k, 1] for i in (0, shape[0] - 1) for j in (0, shape[1] - 1) for k in (0, shape[2] - 1)])
    apart = float(np.linalg.norm((corners @ (first - second).T)[:, :3], axis=1).max())
    return apart if apart > 0.1 * min(spacing_of(first)) else None
