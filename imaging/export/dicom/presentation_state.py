"""Outlines over a grey image as a Grayscale Softcopy Presentation State (PS3.3 A.33.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imaging.export.dicom.origin import Device, as_dataset, cut_text, encode, name_source, new_identity, quiet_highdicom
from imaging.formats.dicom.dataset.elements import silence_warnings
from imaging.volume.dicom_source import DicomSource
from imaging.volume.series import ModalityTable, Rescale
from imaging.volume.windowing import VoiTable, Window

# L*, a*, b* of the outline, which stands out from grey.
_YELLOW = (85.0, 0.0, 80.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class OutlineObject:
    """Closed outlines over the frame of a legal `origin` that can be referenced, and how that frame is shown.

    Each outline is [point, 2] of (row, column), pixel centres being whole numbers.
    """

    outlines: tuple[NDArray[np.float32], ...]
    origin: DicomSource
    device: Device
    shape: tuple[int, int]
    """(rows, columns)."""
    rescale: Rescale | ModalityTable
    voi: Window | VoiTable | None
    is_inverse: bool
    """Whether small values are bright."""
    spacing: tuple[float, float] | None
    pixel_aspect: float
    layer: str
    """The outlines in words."""
    description: str


def write_presentation_state(one: OutlineObject) -> bytes:
    """Return the file of the outlines."""
    from highdicom import PresentationLUTTransformation
    from highdicom.color import CIELabColor
    from highdicom.pr import GraphicAnnotation, GraphicLayer, GraphicObject, GrayscaleSoftcopyPresentationState

    quiet_highdicom()
    image = as_dataset(one.origin)
    image.Rows, image.Columns = one.shape
    image.SamplesPerPixel = 1
    with silence_warnings():
        drawn = GraphicLayer(
            "HEATMAP", order=1, description=cut_text(one.layer, 64), display_color=CIELabColor(*_YELLOW)
        )
        # PS3.3 C.10.5.1.2: the corner of the first pixel is 0\0, its centre 0.5\0.5, as column and row.
        figures = [GraphicObject("POLYLINE", _closed(points)[:, ::-1] + 0.5, "PIXEL") for points in one.outlines]
        annotations = [GraphicAnnotation([image], drawn, graphic_objects=figures)] if figures else None
        made: Any = GrayscaleSoftcopyPresentationState(
            [image],
            content_label="OUTLINE",
            content_description=cut_text(one.description, 64),
            series_description=cut_text(one.description, 64),
            graphic_annotations=annotations,
            graphic_layers=[drawn] if figures else None,
            modality_lut_transformation=modality_lut(one.rescale),
            voi_lut_transformations=voi_lut(one.voi),
            presentation_lut_transformation=PresentationLUTTransformation("INVERSE" if one.is_inverse else "IDENTITY"),
            **new_identity("PR"),
            **one.device.equipment(),
        )
        set_pixel_size(made.DisplayedAreaSelectionSequence[0], one.spacing, one.pixel_aspect)
        made.Laterality = None
        name_source(made, one.origin)
    return encode(made)


def _closed(outline: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([outline, outline[:1]])


def modality_lut(rescale: Rescale | ModalityTable) -> Any:
    """Return the modality transformation of the frame, which a presentation state must repeat (C.11.1)."""
    from highdicom import ModalityLUT, ModalityLUTTransformation

    if isinstance(rescale, Rescale):
        return ModalityLUTTransformation(float(rescale.intercept), float(rescale.slope), "US")
    entries = np.clip(np.rint(rescale.entries), 0, 65535).astype(np.uint16)
    table = _described(ModalityLUT("US", 0, entries), rescale.first, len(entries), 16)
    return ModalityLUTTransformation(modality_lut=table)


def voi_lut(voi: Window | VoiTable | None) -> Any:
    """Return the window of a presentation state; None without one."""
    from highdicom import VOILUT
    from highdicom.pr import SoftcopyVOILUTTransformation

    if voi is None:
        return None
    if isinstance(voi, Window):
        return [
            SoftcopyVOILUTTransformation(
                window_center=float(voi.centre), window_width=float(voi.width), voi_lut_function=voi.function.value
            )
        ]
    table = _described(VOILUT(0, voi.entries), voi.first, len(voi.entries), voi.bits)
    return [SoftcopyVOILUTTransformation(voi_luts=[table])]


def _described(table: Any, first: int, count: int, bits: int) -> Any:
    """Return a table whose descriptor says its first value, which highdicom takes for positive, and its bits."""
    table[0x00283002].VR = "SS" if first < 0 else "US"
    table.LUTDescriptor = [count % 65536, first, bits]
    return table


def set_pixel_size(area: Any, spacing: tuple[float, float] | None, pixel_aspect: float) -> None:
    """Say how high and wide a pixel is, in millimetres if that is known (C.10.4)."""
    area.PixelOriginInterpretation = "FRAME"
    if spacing is not None:
        del area.PresentationPixelAspectRatio
        area.PresentationPixelSpacing = [round(one, 8) for one in spacing]
    elif pixel_aspect != 1.0:
        area.PresentationPixelAspectRatio = [round(1000 * pixel_aspect), 1000]
