"""The result of a scan: series made of stored frames, known from headers alone. No pixel is read to build one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from imaging.base.english import Text, english
from imaging.volume.geometry import (
    Affine,
    Cosines,
    affine_from_dicom,
    axes_of,
    normal_of,
    orientation_of,
    slice_distance,
    spacing_of,
)
from imaging.volume.windowing import PaddingRange, VoiTable, Window

PROJECTION_MODALITIES = frozenset({"CR", "DX", "DR", "RG", "MG", "RF", "XA", "PX", "IO", "RTIMAGE"})
"""Modalities whose pictures are projections: length is measured at the detector, and dense may be bright or dark."""


class Format(StrEnum):
    """Which reader a series belongs to."""

    DICOM = "dicom"
    NIFTI = "nifti"
    RASTER = "raster"
    ITK = "itk"


class Polarity(StrEnum):
    """Which end of the stored values is drawn bright."""

    MONOCHROME1 = "monochrome1"
    MONOCHROME2 = "monochrome2"
    COLOUR = "colour"


@dataclass(frozen=True, order=True)
class Source:
    """The source of bytes: a file, or one member of an archive."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """For the person's eyes: the path, with the member behind it for an archive."""
        return str(self.path) if self.member is None else f"{self.path}/{self.member}"


def digest_name(name: str) -> str:
    """Return 16 hexadecimal digits that stand for the name of a file: the id of a series whose file gives it none."""
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Rescale:
    """Modality value = stored × slope + intercept (PS3.3 C.11.1.1)."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, eq=False)
class ModalityTable:
    """A Modality LUT (C.11.1.1): `entries[i]` is the modality value of stored `first + i`, clamped at the ends."""

    first: int
    entries: NDArray[np.float32]


IDENTITY = Rescale()


class SpacingSource(StrEnum):
    """The source of a slice's millimetres, in the words in which measurements name it."""

    PIXEL_SPACING = "pixel spacing"
    CALIBRATED = "calibrated"
    """A projection whose spacing was corrected for the distance of the body (PS3.3 10.7.1)."""
    DETECTOR = "at detector"
    """A projection's spacing in the plane of its detector: lengths in the body are smaller."""
    REGION = "ultrasound region"


@dataclass(frozen=True)
class LengthRegion:
    """A region of an ultrasound picture with a scale of its own (C.8.5.5): pixels from `first` to `last`, both (row,
    column) and included. `spacing` is mm between rows and between columns; None if its axes are no lengths.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    spacing: tuple[float, float] | None
    is_behind: bool = False
    """Whether another region that overlaps it stands before it (Region Flags, bit 0)."""


@dataclass(frozen=True, eq=False)
class OverlayPlane:
    """A drawing that a file lays over a frame (60xx, C.9.2): a bit for each pixel, packed with the lowest bit first.

    `origin` is the (row, column) of its first pixel on the frame, counted from 0; a plane may reach beyond the frame.
    """

    rows: int
    columns: int
    origin: tuple[int, int]
    bits: bytes = field(repr=False)
    first: int = 0
    """Which bit is that of the first pixel."""


@dataclass(frozen=True)
class StoredFrame:
    """One frame as a file holds it, and what its own header says about it."""

    source: Source
    index: int = 0
    """The frame's number within its source; below 0 of an empty slice that the source leaves out."""
    modality: Rescale | ModalityTable = IDENTITY
    windows: tuple[Window | VoiTable, ...] = ()
    """The windows that the file offers, its default first (a VOI LUT stands before windows)."""
    position: tuple[float, float, float] | None = None
    """Centre of the first voxel in LPS millimetres."""
    overlays: tuple[OverlayPlane, ...] = field(default=(), compare=False, repr=False)
    regions: tuple[LengthRegion, ...] = ()
    """The parts of an ultrasound frame that have scales of their own."""
    instance_uid: str = field(default="", compare=False, repr=False)
    """The SOP Instance UID of its file; empty if that has none."""
    layout: object | None = field(default=None, compare=False, repr=False)
    """The reader's own note on how the pixels are stored, so that it need not look at the header again."""


@dataclass(frozen=True)
class Patient:
    """Facts about patient and study that corner text and contract check need. Never logged, never written."""

    name: str = ""
    id: str = ""
    sex: str = ""
    birth_date: str = ""
    age_years: float | None = None
    study_id: str = ""
    study_description: str = ""
    study_date: str = ""
    institution: str = ""

    @property
    def person(self) -> tuple[str, ...]:
        """Return what tells persons apart, without case; without anything stated of one, the study."""
        stated = (self.id.casefold(), self.name.casefold(), self.birth_date)
        return stated if any(stated) else (self.study_id,)

    @property
    def study(self) -> tuple[str, ...]:
        """Return what tells studies apart."""
        return *self.person, self.study_id, self.study_date, self.study_description


@dataclass(frozen=True)
class Acquisition:
    """Facts about how the pixels were made. None (or an empty string) is unknown, never a guess."""

    body_part: str = ""
    maker: str = ""
    """The manufacturer of the device."""
    transfer_syntax: str = ""
    lossy_ratio: float | None = None
    is_lossy: bool = False
    burned_in: bool = False
    frame_of_reference: str = ""
    """The UID of the space that positions are in; series of the same one can be laid over each other."""
    frames_per_second: float | None = None
    """How fast the file says that its pictures are to follow each other."""
    spacing_source: SpacingSource = SpacingSource.PIXEL_SPACING
    """The source of the millimetres between rows and columns, if these are known."""

    @property
    def spacing_label(self) -> Text:
        """Return `mm`, or `mm at detector` if a projection is not calibrated."""
        return english("mm at detector") if self.spacing_source is SpacingSource.DETECTOR else Text("mm")


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Series:
    """Slices that belong together, sorted along their normal. `frames[phase * slices + slice]`.

    `affine` maps (slice, row, column) to LPS millimetres, None if the files do not tell. `pixel_spacing` is
    (between rows, between columns) in millimetres, which a projection may know without an affine. `pixel_aspect` is
    the height of a pixel over its width.
    """

    id: str
    format: Format
    frames: tuple[StoredFrame, ...]
    slices: int
    rows: int
    columns: int
    dtype: str
    """NumPy's name of the stored dtype (uint8 for colour)."""
    phases: int = 1
    phase_of: Text | None = None
    """The fact in which phases differ (b value, echo, segment, acquisition time …); None if there is none known."""
    phase_values: tuple[float | str | None, ...] | None = None
    """The value of each phase, None in the place of one that states none; None if they have no values."""
    phase_names: tuple[Text, ...] = ()
    """The same in words, as `b 1000`; empty without values."""
    channels: int = 1
    number: int | None = None
    modality: str = ""
    description: str = ""
    affine: Affine | None = None
    pixel_spacing: tuple[float, float] | None = None
    pixel_aspect: float = 1.0
    units: str | None = None
    polarity: Polarity = Polarity.MONOCHROME2
    padding: PaddingRange | None = None
    patient: Patient = field(default_factory=Patient)
    acquisition: Acquisition = field(default_factory=Acquisition)
    notes: tuple[Text, ...] = ()
    regular: bool = True
    """False if gaps, uneven spacing, tilt or an unknown depth forbid to read the grid as it is in other planes."""
    tilted: bool = False
    """Whether the slices are evenly spaced but lean (gantry tilt): other planes are sheared right."""
    depth_known: bool = True
    """False if one slice says nothing of its thickness: the affine's step along it is a stand-in of 1 mm."""
    incomplete: bool = False
    """Whether a file does not seem to hold all that its header promises; the screen says so over every slice."""
    edges: tuple[str, str] | None = None
    """Letters toward which (row, column) grow, if a series without an affine knows as much; as `letters_of` does."""
    cosines: Cosines | None = None
    """How slices that are sorted along their normal lie, of a series without an affine that knows as much."""
    steps: tuple[float, float, float] | None = None
    """Millimetres between neighbouring slices, rows and columns, if a series without an affine knows as much."""

    def frame(self, phase: int, index: int) -> StoredFrame:
        """The stored frame of one slice."""
        return self.frames[phase * self.slices + index]

    @property
    def spacing(self) -> tuple[float, float, float] | None:
        """Millimetres between neighbouring slices along their normal, rows and columns, or None."""
        return self.steps if self.affine is None else (slice_distance(self.affine), *spacing_of(self.affine)[1:])

    @property
    def grid_affine(self) -> Affine | None:
        """(slice, row, column) to millimetres: the affine, else of a grid that knows its steps and not its sides.

        The latter is cut as if it stood upright in the patient; where it really is, nobody knows.
        """
        if self.affine is not None or self.steps is None:
            return self.affine
        slices, rows, columns = self.steps
        return np.array([[0, 0, columns, 0], [0, rows, 0, 0], [slices, 0, 0, 0], [0, 0, 0, 1]], dtype=np.float64)

    @property
    def orientation(self) -> str | None:
        """axial, sagittal, coronal, oblique, or None if unknown."""
        return None if (directions := self._directions) is None else orientation_of(directions)

    @property
    def axes(self) -> tuple[str, str, str] | None:
        """Letters toward which (slice, row, column) grow, or None."""
        return None if (directions := self._directions) is None else axes_of(directions)

    @property
    def _directions(self) -> Affine | None:
        """The affine, or one that holds directions alone if no lengths are known."""
        if self.affine is not None or self.cosines is None:
            return self.affine
        return affine_from_dicom(self.cosines, (0.0, 0.0, 0.0), (1.0, 1.0), normal_of(self.cosines))

    @property
    def middle(self) -> int:
        """The number of the middle slice (of an even count, the one after the middle)."""
        return middle_of(self.slices)

    @property
    def file_windows(self) -> tuple[Window | VoiTable, ...]:
        """The windows of the middle slice: the first one may be an empty frame with a window of its own."""
        return self.frame(0, self.middle).windows if self.frames else ()


def middle_of(count: int) -> int:
    """The number of the middle one of `count` slices, in whatever plane they are."""
    return count // 2


def group_by_patient(series: Sequence[Series]) -> tuple[Series, ...]:
    """Return series patient by patient and study by study, both in the order in which they are first met."""
    persons: dict[tuple[str, ...], dict[tuple[str, ...], list[Series]]] = {}
    for one in series:
        persons.setdefault(one.patient.person, {}).setdefault(one.patient.study, []).append(one)
    return tuple(one for studies in persons.values() for together in studies.values() for one in together)


def find_study(series: Sequence[Series], member: Series) -> tuple[Series, ...]:
    """Return the series of the study that one belongs to; a file without patient data is a study of its own."""
    if not any(member.patient.study):
        return (member,)
    return tuple(one for one in series if one.patient.study == member.patient.study)
