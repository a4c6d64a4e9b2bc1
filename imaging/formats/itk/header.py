"""The header of a file that holds one grid and is read whole, by whichever library or code reads it."""

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.base.policy import check_frame, check_frames
from imaging.formats import GridHeader
from imaging.formats.itk.stored_grid import StoredGrid
from imaging.volume.series import IDENTITY, Rescale, Source

NO_ORIENTATION = english("unknown orientation")
"""The note of a file that does not say how it lies in the patient."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ItkHeader(GridHeader):
    """The header of one file."""

    read_by: str
    """Who reads it, in words."""
    modality: str = ""
    rescale: Rescale = IDENTITY
    companions: tuple[Source, ...] = ()
    """The other files that the pixels lie in."""
    grid: StoredGrid | None = None
    """Where the samples stand, if NumPy reads them; None of a file that ITK reads."""
    order: NDArray[np.intp] | None = None
    """Which of the stored planes, one after the other, makes each plane of the grid; None if they stand in order."""
    scaling: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    """Slope and intercept of each plane of the grid, where they differ: pixels are scaled as they are read."""


def check_grid(shape: tuple[int, int, int], phases: int, voxel_bytes: int) -> None:
    """Raise `Refusal`: NO_PIXELS, or TOO_LARGE for more slices or larger ones than any series may have."""
    if 0 in shape or phases < 1:
        raise Refusal(Code.NO_PIXELS)
    check_frames(phases * max(shape))
    check_frame(prod(shape) // min(shape) * voxel_bytes)


def kept_dtype(sample: "np.dtype[np.generic]") -> str:
    """Return the dtype in which samples are kept: their own, but floats of any length as float32."""
    return "float32" if sample.kind == "f" else sample.newbyteorder("=").name
