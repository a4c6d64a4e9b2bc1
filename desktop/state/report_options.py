"""The wishes of a person or a command line for one report. No Qt here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Paper = Literal["A4", "Letter"]
REPORT_FORMATS = ("json", "html", "csv", "pdf")
"""The formats of a report as a document; each is the ending of its file."""
DICOM_FORMATS = ("sr", "pm", "sc", "gsps")
"""The DICOM objects that it can be written as: report, parametric map, secondary capture, presentation state."""


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """The files to write into `folder`, and what stands in them beside the finding.

    `name` and `date` stand in for the file's patient block if either is given; `prevalence` is within 0…1.
    """

    folder: Path
    formats: tuple[str, ...] = REPORT_FORMATS
    paper: Paper = "A4"
    private: bool = False
    name: str | None = None
    date: str | None = None
    prevalence: float | None = None
    label: str = ""
    remark: str = ""
