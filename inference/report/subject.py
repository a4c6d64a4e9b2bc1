"""The subject of a report: a slice, its finding, whose it is, and all that was found out beside."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from imaging.provenance import SourceIdentity
from imaging.volume.series import Patient, Series
from imaging.volume.volume import Slice
from imaging.volume.windowing import VoiTable, Window
from inference.classify.finding import Analysis
from inference.contract.contract import Contract
from inference.contract.storage import Bundle
from inference.explain.map_check import MapCheck


@dataclass(frozen=True)
class TypedPatient:
    """The patient block as a person typed it, instead of the file's."""

    name: str = ""
    scan_date: str = ""


@dataclass(frozen=True)
class HeatmapNote:
    """How the heatmap of a report was made."""

    label: str
    method: str
    """`grad-cam`, `hires-cam`, `occlusion` or `lime`."""
    layer: str | None
    said: str = ""
    """Method and parameters in words."""
    check: MapCheck | None = None
    """How far the map can be believed; None if that was not measured."""


@dataclass(frozen=True)
class CurveNote:
    """The probability of a label over the slices of a series, in figures; slices count from 0."""

    label: str
    slices: int
    out_of_contract: int
    """Slices that the model is not applicable to; their numbers count for nothing here."""
    failed: int
    """Slices without an answer."""
    mean: float | None
    maximum: float | None
    maximum_slice: int | None
    peaks: tuple[tuple[int, float], ...]
    """Each with its probability."""


@dataclass(frozen=True)
class ReaderNote:
    """The reader's own answer, if he gave one."""

    label: str = ""
    remark: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class ReportSubject:
    """All that a report is made of. With `is_private`, whatever could name the patient is left out of every field."""

    slice: Slice
    analysis: Analysis
    bundle: Bundle
    identity: SourceIdentity
    series_number: int
    """As `inspect` counts."""
    program: str
    made: datetime
    """With its offset from UTC."""
    voi: Window | VoiTable | None = None
    """The window that the picture is drawn with; None for colour."""
    typed: TypedPatient | None = None
    is_private: bool = False
    prevalence: float | None = None
    """The share of persons with a finding where the reader works, for predictive values; within 0…1."""
    heatmap: HeatmapNote | None = None
    heat: NDArray[np.float32] | None = None
    """The heatmap in slice pixels [row, column], 0…1."""
    curve: CurveNote | None = None
    """The rest of the series, if it was scored too."""
    reader: ReaderNote = ReaderNote()

    @property
    def contract(self) -> Contract:
        """Return the contract of the model."""
        return self.bundle.contract

    @property
    def series(self) -> Series:
        """Return the series that the slice is of."""
        return self.slice.series

    @property
    def patient(self) -> Patient:
        """Return what the file says of the patient."""
        return self.slice.series.patient
