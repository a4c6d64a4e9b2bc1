"""NRRD and MetaImage by NumPy, MGH, AFNI and PAR/REC by nibabel, GIPL, MINC, VTK and MRC by SimpleITK.

Formats that do not say where the patient's axes are get no affine. The grid is turned by permutation and flips as for
NIfTI, so that the picture stands upright. A file is read at once; other threads run on meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from math import prod
from typing import Any, Protocol, cast

from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.natural_sort import natural_key
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import file_changed, read_head
from imaging.formats import Access
from imaging.formats.itk.header import ItkHeader
from imaging.formats.itk.nrrd import MAGIC
from imaging.formats.itk.stored_grid import TEXT_BYTES
from imaging.formats.itk.word_rows import list_words
from imaging.volume.facts import Reason, Topic, axes_text, depth_text, rescale_text, spacing_text, window_reason
from imaging.volume.header_rows import HeaderListing
from imaging.volume.series import Format, Series, Source, StoredFrame

_MODULES = {
    (".mgh", ".mgz", ".mgh.gz", ".head", ".par"): "nibabel_images",
    (".gipl", ".mnc", ".vtk", ".mrc"): "toolkit",
}


class _GridReader(Protocol):
    """The functions that the modules beside this one offer."""

    def read_header(self, source: Source, policy: ReadingPolicy) -> ItkHeader:
        """Read a file's header. Raises `Refusal`."""

    def read_pixels(self, header: ItkHeader, policy: ReadingPolicy) -> NDArray[Any]:
        """Return all samples as [phase, k, j, i], with a last axis for the channels of colour. Raises `Refusal`."""


def read_header(source: Source, policy: ReadingPolicy) -> ItkHeader:
    """Read the header of a file; of its pixels only the length is checked, if it can be told.

    Raises `Refusal`: HEADER, UNKNOWN_FORMAT, UNSUPPORTED, TRUNCATED, TOO_LARGE, MISSING, and those of `open_source`.
    """
    return _grid_reader_of(source).read_header(source, policy)


def list_header(source: Source, policy: ReadingPolicy) -> HeaderListing:
    """List the fields of a header in words. Raises `Refusal`: UNSUPPORTED for any other, and those of `open_source`."""
    if source.name.lower().endswith(tuple(ending for endings in _MODULES for ending in endings)):
        raise Refusal(Code.UNSUPPORTED, "The headers of DICOM, NIfTI, NRRD, MetaImage and pictures are listed alone.")
    text = read_head(source, policy, TEXT_BYTES)
    return list_words(text, is_nrrd=text.startswith(MAGIC))


def _grid_reader_of(source: Source) -> _GridReader:
    """Return the module that reads a file; nibabel and SimpleITK come with the first file that needs them."""
    name = source.name.lower()
    module = next((module for endings, module in _MODULES.items() if name.endswith(endings)), "words")
    return cast(_GridReader, import_module(f"imaging.formats.itk.{module}"))


def access(_: StoredFrame) -> Access:
    """A file is read at once."""
    return Access.WHOLE


def group(headers: Sequence[ItkHeader]) -> list[Series]:
    """One series for each file, in natural order of their names."""
    ordered = sorted(headers, key=lambda header: natural_key(header.source.name))
    return [_series(header) for header in ordered]


def reasons(series: Series, frame: StoredFrame, policy: ReadingPolicy) -> tuple[Reason, ...]:
    """Return what shaped one frame, as far as the header tells. Raises `Refusal`: those of `read_header`."""
    header = read_header(frame.source, policy)
    i, j, k = header.shape
    known = header.affine is not None or header.directions is not None
    frame_of = (
        english("the file's own directions (LPS)")
        if known
        else english("the file does not say how it lies in the patient")
    )
    lengths = english("the file's spacing") if series.pixel_spacing else english("no usable spacing in the file")
    spacing = "unknown" if series.pixel_spacing is None else spacing_text(series.pixel_spacing)
    return (
        Reason(
            Topic.FORMAT,
            english("{i} × {j} × {k} voxels, read by {read_by}", i=i, j=j, k=k, read_by=header.read_by),
            english("its magic bytes or its ending"),
        ),
        Reason(Topic.SAMPLES, header.dtype, english("the file's element type")),
        Reason(Topic.VALUES, rescale_text(frame), english("the format's own scaling, where it has one")),
        window_reason(series, frame, english("the file")),
        Reason(Topic.PIXEL_SPACING, spacing, lengths),
        Reason(Topic.SLICE_SPACING, depth_text(series), lengths),
        Reason(Topic.ORIENTATION, axes_text(series), frame_of),
        Reason(Topic.ORDER, english("along the slice axis of the grid"), english("the order of the stored slices")),
    )


def read_frames(
    series: Series, wanted: Sequence[int], policy: ReadingPolicy
) -> Iterator[tuple[int, NDArray[Any] | Refusal] | None]:
    """Stored pixels of the wanted frames; the first of them costs the reading of the whole file."""
    missing = list(wanted)
    try:
        source = series.frames[0].source
        header = read_header(source, policy)
        if header.dtype != series.dtype or prod(header.shape) != series.slices * series.rows * series.columns:
            raise file_changed()
        yield None
        pixels = _grid_reader_of(source).read_pixels(header, policy)
        while missing:
            phase, index = divmod(series.frames[missing[0]].index, series.slices)
            yield missing[0], header.kept(header.turn.of_array(pixels[phase])[index])
            missing.pop(0)
    except Refusal as refusal:
        yield from ((number, refusal) for number in missing)
    except MemoryError:
        yield from ((number, Refusal(Code.TOO_LARGE)) for number in missing)


def _series(header: ItkHeader) -> Series:
    found = header.series(Format.ITK, lambda number: StoredFrame(header.source, number, header.rescale))
    return replace(found, modality=header.modality)
