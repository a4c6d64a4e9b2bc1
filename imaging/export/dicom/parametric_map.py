"""A heatmap as a DICOM Parametric Map (PS3.3 A.75), in the pixels of the slice that it explains."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.export.dicom.origin import Device, as_dataset, cut_text, encode, name_source, new_identity, quiet_highdicom
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource
from imaging.volume.geometry import Affine


@dataclass(frozen=True, eq=False, kw_only=True)
class MapObject:
    """A map, float32 [row, column] in 0…1, over the slice of a legal `origin` that can be referenced."""

    heat: NDArray[np.float32]
    affine: Affine
    """Maps (slice, row, column) to LPS millimetres."""
    origin: DicomSource
    device: Device
    meaning: str
    """What the values are."""
    description: str
    thickness: float | None = None
    """Millimetres that the slice has; None if unknown."""


def write_parametric_map(one: MapObject) -> bytes:
    """Return the file of a map: one frame of 32-bit floating point, placed in the patient."""
    from highdicom import PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence, VOILUTTransformation
    from highdicom.pm import ParametricMap, RealWorldValueMapping
    from pydicom.sr.codedict import codes

    quiet_highdicom()
    heat, affine, origin, thickness = one.heat, one.affine, one.origin, one.thickness
    source = as_dataset(origin)
    source.Rows, source.Columns = heat.shape
    along_rows, along_columns = affine[:3, 2], affine[:3, 1]
    spacing = float(np.linalg.norm(along_columns)), float(np.linalg.norm(along_rows))
    cosines = [*(along_rows / spacing[1]).tolist(), *(along_columns / spacing[0]).tolist()]
    position = [round(float(value), 6) for value in affine[:3, 3]]
    source.ImageOrientationPatient, source.ImagePositionPatient = [round(value, 8) for value in cosines], position
    source.SliceThickness = thickness if thickness is not None else ""
    source.PixelSpacing = [round(value, 8) for value in spacing]
    source.FrameOfReferenceUID = origin.frame_of_reference_uid
    with silence_warnings():
        mapping = RealWorldValueMapping(
            lut_label="HEATMAP",
            lut_explanation=cut_text(one.meaning, 64),
            unit=codes.UCUM.NoUnits,
            value_range=(0.0, 1.0),
            slope=1.0,
            intercept=0.0,
        )
        made: Any = ParametricMap(
            [source],
            np.ascontiguousarray(heat, dtype=np.float32)[np.newaxis],
            contains_recognizable_visual_features=False,
            real_world_value_mappings=[mapping],
            voi_lut_transformations=[VOILUTTransformation(window_center=0.5, window_width=1.0)],
            content_label="HEATMAP",
            content_description=cut_text(one.description, 64),
            series_description=cut_text(one.description, 64),
            pixel_measures=PixelMeasuresSequence(source.PixelSpacing, thickness),
            plane_orientation=PlaneOrientationSequence("PATIENT", source.ImageOrientationPatient),
            plane_positions=[PlanePositionSequence("PATIENT", position)],
            **new_identity("OT"),
            **one.device.equipment(),
        )
        made.Laterality = None
        if thickness is None:
            del made.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness
        name_source(made, origin)
    return encode(made)
