"""Slices of known geometry and values, without files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.volume.geometry import Affine, Plane
from imaging.volume.series import (
    Acquisition,
    Format,
    LengthRegion,
    Polarity,
    Series,
    Source,
    SpacingSource,
    StoredFrame,
)
from imaging.volume.volume import Slice, Volume


def make_volume(
    values: NDArray[Any],
    *,
    affine: Affine | None = None,
    spacing: tuple[float, float] | None = None,
    source: SpacingSource = SpacingSource.PIXEL_SPACING,
    regions: tuple[LengthRegion, ...] = (),
    **facts: Any,
) -> Volume:
    """A volume of [slice, row, column(, 3)] that is read whole."""
    frames = tuple(StoredFrame(Source(Path(f"{n}.dcm")), regions=regions) for n in range(len(values)))
    colour = values.ndim == 4
    series = Series(
        "1.2.3", Format.DICOM, frames, len(values), *values.shape[1:3], values.dtype.name,
        affine=affine, pixel_spacing=spacing, acquisition=Acquisition(spacing_source=source),
        channels=3 if colour else 1, polarity=Polarity.COLOUR if colour else Polarity.MONOCHROME2, **facts,
    )  # fmt: skip
    return Volume(series, values[np.newaxis], np.ones((1, len(values)), np.bool_))


def make_slice(values: NDArray[Any], **facts: Any) -> Slice:
    """The one slice of [row, column(, 3)]."""
    return make_volume(values[np.newaxis], **facts).slice_at(Plane.ACQUIRED, 0)
