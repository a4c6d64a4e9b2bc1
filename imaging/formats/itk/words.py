"""NRRD and MetaImage: a header in words, and samples behind it or in files beside it. No library sees either."""

from typing import Any

from numpy.typing import NDArray

from imaging.base.policy import ReadingPolicy
from imaging.files.file_pairs import find_beside
from imaging.files.sources import read_head
from imaging.formats.itk.header import NO_ORIENTATION, ItkHeader, check_grid, kept_dtype
from imaging.formats.itk.metaimage import parse_metaimage
from imaging.formats.itk.nrrd import MAGIC, parse_nrrd
from imaging.formats.itk.stored_grid import TEXT_BYTES, check_length, read_grid
from imaging.volume.series import Source


def read_header(source: Source, policy: ReadingPolicy) -> ItkHeader:
    """Read a header; of the pixels only the length is checked, as far as it can be told.

    Raises `Refusal`: UNKNOWN_FORMAT, HEADER, UNSUPPORTED, NO_PIXELS, TOO_LARGE, MISSING, TRUNCATED, and those of
    `open_source`.
    """
    text = read_head(source, policy, TEXT_BYTES)
    is_nrrd = text.startswith(MAGIC)
    grid = parse_nrrd(text) if is_nrrd else parse_metaimage(text)
    dtype = kept_dtype(grid.sample)
    check_grid(grid.shape, grid.phases, grid.channels * grid.sample.itemsize)
    companions = tuple(find_beside(source, [name]) for name in grid.names)
    check_length(grid, companions or (source,), policy)
    is_known = grid.affine is not None or grid.directions is not None
    return ItkHeader(
        source=source,
        shape=grid.shape,
        phases=grid.phases,
        dtype=dtype,
        channels=grid.channels,
        affine=grid.affine,
        directions=grid.directions,
        steps=grid.steps,
        notes=(*grid.notes, *(() if is_known else (NO_ORIENTATION,))),
        read_by="NRRD" if is_nrrd else "MetaImage",
        modality=grid.modality,
        rescale=grid.rescale,
        companions=companions,
        grid=grid,
    )


def read_pixels(header: ItkHeader, policy: ReadingPolicy) -> NDArray[Any]:
    """Return all samples as [phase, k, j, i], with a last axis for the channels of colour. Raises `Refusal`."""
    assert header.grid is not None
    return read_grid(header.grid, header.companions or (header.source,), policy)
