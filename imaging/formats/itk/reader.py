"""Formats that only ITK reads: NRRD, MetaImage, Analyze, GIPL, MINC, VTK, MRC. Only child processes import SimpleITK.

ITK speaks LPS already. Formats that do not say where the patient's axes are get no affine, whatever ITK puts there.
The grid is turned by permutation and flips as for NIfTI, so that the picture stands upright. A file is read at
once (ITK streams few of these formats); other threads run on meanwhile.
"""

import locale
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.natural_sort import natural_key
from imaging.base.policy import ReadingPolicy, check_frame, check_frames
from imaging.files.file_pairs import Companions, check_length, file_on_disk, find_companions, read_header_text
from imaging.files.sources import file_changed
from imaging.formats import Access, GridHeader
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.geometry import Affine, is_usable
from imaging.volume.series import Format, Series, Source, StoredFrame

_DTYPES = {f"{kind}{bits}": f"{kind.lower()}{bits}" for kind in ("UInt", "Int") for bits in (8, 16, 32, 64)}
_DTYPES |= {"Float32": "float32", "Float64": "float32"}
"""By SimpleITK's names of its pixel kinds."""
_NRRD_MAGIC = b"NRRD000"
_META_ORIENTATION = re.compile(rb"^ *(TransformMatrix|Rotation|Orientation) *=", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, eq=False, kw_only=True)
class ItkHeader(GridHeader):
    """The header of one file."""

    modality: str
    paired: Companions

    @property
    def companions(self) -> tuple[Source, ...]:
        """The other files that the pixels lie in."""
        return self.paired.sources


def read_header(source: Source, policy: ReadingPolicy) -> ItkHeader:
    """Read the header of a file; of its pixels only the length is checked, if it can be told.

    Raises `Refusal`: HEADER, UNKNOWN_FORMAT, UNSUPPORTED, TRUNCATED, TOO_LARGE, MISSING, and those of `open_source`.
    """
    text = read_header_text(source, policy)
    companions = find_companions(source, text)
    with file_on_disk(source, companions, policy) as path:
        facts = _information(path, text)
    size = tuple(facts.GetSize())
    shape = (*size[:3], *(1,) * (3 - len(size)))
    phases = prod(size[3:])
    if 0 in size:
        raise Refusal(Code.NO_PIXELS)
    check_frames(phases * max(shape))
    dtype, channels = _sample_of(facts)
    check_frame(prod(shape) // min(shape) * channels * np.dtype(dtype).itemsize)
    stored_bytes = 8 if _kind_of(facts) == "Float64" else np.dtype(dtype).itemsize
    if not check_length(source, text, companions, prod(size) * channels * stored_bytes, policy):
        policy.check_unpacked(prod(size) * channels * stored_bytes, source.name)
    affine = _affine_of(facts, source, text)
    spacing = tuple(abs(float(step)) for step in facts.GetSpacing()[:3])
    return ItkHeader(
        source=source,
        shape=(shape[0], shape[1], shape[2]),
        phases=phases,
        dtype=dtype,
        channels=channels,
        affine=affine,
        steps=(spacing[0], spacing[1], spacing[2] if len(spacing) > 2 else 1.0),
        modality=_modality_of(facts),
        paired=companions,
        notes=() if affine is not None else ("unknown orientation",),
    )


def _kind_of(facts: Any) -> str:
    """The pixel kind by its name in `_DTYPES`, or `VectorUInt8`; empty for all others."""
    kinds = {getattr(_toolkit(), f"sitk{name}"): name for name in (*_DTYPES, "VectorUInt8")}
    return kinds.get(facts.GetPixelID(), "")


def access(_: StoredFrame) -> Access:
    """ITK reads a file at once."""
    return Access.WHOLE


def group(headers: Sequence[ItkHeader]) -> list[Series]:
    """One series for each file, in natural order of their names."""
    ordered = sorted(headers, key=lambda header: natural_key(header.source.name))
    return [_series(header) for header in ordered]


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one frame, as far as ITK tells. Raises `Refusal`: those of `read_header`."""
    header = read_header(frame.source, policy)
    i, j, k = header.shape
    known = header.affine is not None
    frame_of = "the file's own directions (LPS)" if known else "the file does not say how it lies in the patient"
    lengths = "the file's spacing" if series.pixel_spacing else "no usable spacing in the file"
    spacing = "unknown" if series.pixel_spacing is None else spacing_text(series.pixel_spacing)
    return (
        Reason(Topic.FORMAT, f"{i} × {j} × {k} voxels, read by ITK", "its magic bytes or its ending"),
        Reason(Topic.SAMPLES, header.dtype, "the file's element type"),
        Reason(Topic.VALUES, rescale_text(frame), "ITK applies the format's own scaling, where it has one"),
        window_reason(series, frame, "the file"),
        Reason(Topic.PIXEL_SPACING, spacing, lengths),
        Reason(Topic.SLICE_SPACING, depth_text(series), lengths),
        Reason(Topic.ORIENTATION, axes_text(series), frame_of),
        Reason(Topic.ORDER, "along the slice axis of the grid", "the order of the stored slices"),
    )


def read_frames(
    series: Series, wanted: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[Any] | Refusal] | None]:
    """Stored pixels of the wanted frames; the first of them costs the reading of the whole file."""
    missing = list(wanted)
    try:
        header = read_header(series.frames[0].source, policy)
        if header.dtype != series.dtype or prod(header.shape) != series.slices * series.rows * series.columns:
            raise file_changed()
        yield None
        pixels = _pixels(header, policy)
        while missing:
            phase, index = divmod(series.frames[missing[0]].index, series.slices)
            yield missing[0], header.kept(header.turn.of_array(pixels[phase])[index])
            missing.pop(0)
    except Refusal as refusal:
        yield from ((number, refusal) for number in missing)
    except MemoryError:
        yield from ((number, Refusal(Code.TOO_LARGE)) for number in missing)


def _reader(path: Path, text: bytes) -> Any:
    reader = _toolkit().ImageFileReader()
    reader.SetFileName(str(path))
    if text.startswith(_NRRD_MAGIC):
        reader.SetImageIO("NrrdImageIO")
    return reader


def _information(path: Path, text: bytes) -> Any:
    """A reader that has seen the header."""
    reader = _reader(path, text)
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        code = Code.UNKNOWN_FORMAT if "Unable to determine ImageIO" in str(error) else Code.HEADER
        raise Refusal(code) from None
    except (OverflowError, UnicodeError, TypeError):
        raise Refusal(Code.HEADER) from None
    return reader


def _pixels(header: ItkHeader, policy: ReadingPolicy) -> NDArray[Any]:
    """The whole file as [phase, k, j, i], with a last axis for the channels of colour."""
    text = read_header_text(header.source, policy)
    with file_on_disk(header.source, header.paired, policy) as path:
        try:
            picture = _reader(path, text).Execute()
        except (RuntimeError, UnicodeError, TypeError):
            raise Refusal(Code.DECODE) from None
        array = _toolkit().GetArrayFromImage(picture)
    i, j, k = header.shape
    trailing = (header.channels,) if header.channels > 1 else ()
    return np.asarray(array).reshape(header.phases, k, j, i, *trailing)


def _sample_of(facts: Any) -> tuple[str, int]:
    """(dtype, channels) that the series keeps; float64 as float32, since values are shown as such."""
    channels = int(facts.GetNumberOfComponents())
    kind = _kind_of(facts)
    if channels == 1 and kind in _DTYPES:
        return _DTYPES[kind], 1
    if channels in (3, 4) and kind == "VectorUInt8":
        return "uint8", channels
    raise Refusal(Code.UNSUPPORTED, "Every voxel of this file holds several numbers, or a complex one.")


def _affine_of(facts: Any, source: Source, text: bytes) -> Affine | None:
    """Return (k, j, i) to LPS millimetres, or None if the file does not say how it lies in the patient."""
    dimension = int(facts.GetDimension())
    if dimension < 3 or not _says_orientation(facts, source, text):
        return None
    direction = np.array(facts.GetDirection(), dtype=np.float64).reshape(dimension, dimension)[:3, :3]
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(facts.GetSpacing()[:3])
    affine[:3, 3] = facts.GetOrigin()[:3]
    turned: Affine = affine[:, [2, 1, 0, 3]]
    return turned if is_usable(turned) else None


def _says_orientation(facts: Any, source: Source, text: bytes) -> bool:
    known = set(facts.GetMetaDataKeys())
    name = source.name.lower()
    if text.startswith(_NRRD_MAGIC):
        return "NRRD_space" in known
    if name.endswith((".mha", ".mhd")):
        return _META_ORIENTATION.search(text) is not None
    if {"qform_code", "sform_code"} <= known:
        return any(facts.GetMetaData(code).strip() not in ("", "0") for code in ("qform_code", "sform_code"))
    return name.endswith(".mnc")


def _modality_of(facts: Any) -> str:
    """MetaImage's modality (MET_MOD_CT and the like) in DICOM's word."""
    word = facts.GetMetaData("Modality").removeprefix("MET_MOD_") if facts.HasMetaDataKey("Modality") else ""
    return word if word in ("CT", "MR", "NM", "US") else ""


def _series(header: ItkHeader) -> Series:
    found = header.series(Format.ITK, lambda number: StoredFrame(source=header.source, index=number))
    return replace(found, modality=header.modality)


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
