"""Where the facts about one frame of a NIfTI file come from, by the fields of its header (nifti1.h)."""

from imaging.formats.nifti.header import NiftiHeader
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.series import Rescale, Series, StoredFrame

_STORAGE = "the grid is turned by whole axes only; no value is interpolated"


def reasons_of(series: Series, frame: StoredFrame, header: NiftiHeader, packed: bool) -> tuple[Reason, ...]:
    """What shaped one frame of a file whose header is `header`; `packed` where the file is gzip."""
    i, j, k = header.shape
    kind = f"{i} × {j} × {k} voxels" + (f", {header.phases} volumes" if header.phases > 1 else "")
    known = series.affine is not None
    scaled = header.modality != Rescale()
    return (
        Reason(Topic.FORMAT, f"NIfTI, {kind}", "its magic bytes" + (", inside gzip" if packed else "")),
        Reason(Topic.SAMPLES, f"{header.sample.name}, {_order_of(header)}", "datatype, and the header's byte order"),
        Reason(Topic.COLOUR, "colour" if series.channels == 3 else "grey, large values bright", "datatype"),
        Reason(Topic.VALUES, rescale_text(frame), "scl_slope, scl_inter" if scaled else "no usable scl_slope"),
        Reason(Topic.UNITS, "not stated", "NIfTI has no unit for values"),
        window_reason(series, frame, "cal_min, cal_max"),
        _pixel_spacing(series, known),
        Reason(Topic.SLICE_SPACING, depth_text(series), _transform(header) if known else "no usable affine"),
        Reason(Topic.ORIENTATION, axes_text(series), f"{_transform(header)}; {_STORAGE}"),
        Reason(Topic.ORDER, "along the slice axis of the grid", _axis(header)),
    )


def _order_of(header: NiftiHeader) -> str:
    return "big endian" if header.sample.byteorder == ">" else "little endian"


def _pixel_spacing(series: Series, known: bool) -> Reason:
    if series.pixel_spacing is None:
        return Reason(Topic.PIXEL_SPACING, "unknown", "no usable affine and no usable pixdim")
    source = "the columns of the affine" if known else "pixdim, as there is no usable affine"
    return Reason(Topic.PIXEL_SPACING, spacing_text(series.pixel_spacing), source)


def _transform(header: NiftiHeader) -> str:
    if header.affine is None:
        return "neither sform nor qform is usable"
    return f"the {header.transform} (RAS turned to LPS)"


def _axis(header: NiftiHeader) -> str:
    if header.slice_axis is not None:
        return f"dim_info names axis {'ijk'[header.slice_axis]} as the slice axis"
    return "dim_info names no slice axis: the one that is much coarser than the others, else that of axial slices"
