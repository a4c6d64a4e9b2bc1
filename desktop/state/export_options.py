"""The wishes of a person or a command line for what leaves the program. No Qt here."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from desktop.state.colour_tables import GREY
from desktop.state.texts.language import tr

if TYPE_CHECKING:
    # At run time this would bring NumPy and OpenCV to the parser, before the program knows that it is whole.
    from desktop.state.view import Turn
    from imaging.volume.geometry import Plane
    from imaging.volume.windowing import VoiTable, Window

ExportFormat = Literal["nifti", "png", "gif", "webp", "avi", "dicom-sc", "gsps"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = ("nifti", "png", "gif", "webp", "avi", "dicom-sc", "gsps")
FILMS = ("gif", "webp", "avi")
ENDINGS: dict[str, tuple[str, ...]] = {
    "nifti": (".nii.gz", ".nii"),
    "png": (".png",),
    "gif": (".gif",),
    "webp": (".webp",),
    "avi": (".avi",),
    "dicom-sc": (".dcm",),
    "gsps": (".dcm",),
}
"""The endings of one file of each format, the usual one first."""


def describe_figure(options: "ExportOptions") -> str:
    """Return what will be in a figure for publication."""
    layers = _layers_said(options)
    also = f", {layers}" if layers else ""
    return tr(
        "In it: the slice on screen, 170 mm wide, with a scale bar, the greys of its window and the letters of the "
        "sides{also}. No name and no date. Beside it a recipe (JSON) that makes the same figure again.",
        also=also,
    )


def _acquired() -> "Plane":
    from imaging.volume.geometry import Plane

    return Plane.ACQUIRED


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """One export: `index` None is every slice; `voi` None the window that the viewer begins with.

    `with_text` writes the corners and letters into pictures, and leaves the patient in a secondary capture.
    """

    format: ExportFormat
    out: Path
    index: int | None = None
    phase: int = 0
    plane: "Plane" = field(default_factory=_acquired)
    voi: "Window | VoiTable | None" = None
    inverted: bool = False
    colours: str = GREY
    """A colour table of `state.colour_tables`."""
    with_text: bool = False
    private: bool = False
    """Whether patient data is hidden, in texts and headers alike."""
    turn: "Turn | None" = None
    """How slices stand; None is as their plane is read."""
    rate: int = 10
    with_marks: bool = False
    """Whether measurements are drawn into pictures."""
    with_map: bool = False
    """Whether the heatmap of a model is laid over pictures, with its colours and its caveat beside it."""

    @property
    def names_patient(self) -> bool:
        """Return whether the patient may be named in what is written."""
        return self.with_text and not self.private

    @property
    def is_one_file(self) -> bool:
        """Return whether `out` is a file, and no folder for one file a slice."""
        return self.out.name.lower().endswith(ENDINGS[self.format])


def describe_export(options: ExportOptions) -> str:
    """Return what will be in the files, for the person who is about to give them away."""
    whole = tr("every slice of the series") if options.index is None else tr("the slice on screen")
    if options.format == "nifti":
        return tr(
            "The values of every slice, and where they lie in the patient. No name and no date. "
            "Not in it: window, drawings, measurements, heatmaps."
        )
    if options.format == "gsps":
        named = tr("names nobody, but its UIDs are those of the study") if options.private else tr("names the patient")
        words = "" if options.private else tr(" and words")
        return tr(
            "No picture: the measurements with their values{words}, the window and how the slices stand, for {whole} "
            "in the study that another viewer has. It {named}.",
            words=words,
            whole=whole,
            named=named,
        )
    corners = tr("with the texts of the corners: name, identifier, dates, institution, descriptions, position")
    if options.private:
        corners = tr("with the texts of the corners, but nothing of the patient, whose data is hidden")
    has_words = options.with_marks or options.with_map
    without = tr("without the texts of the corners") if has_words else tr("without any text")
    texts = corners if options.with_text else without
    layers, left_out = _layers_said(options), _layers_left_out(options)
    also = f", {layers}" if layers else ""
    seen = tr(
        "In it: {whole}, as it is shown, {texts}{also}.{left_out}",
        whole=whole,
        texts=texts,
        also=also,
        left_out=left_out,
    )
    if options.format != "dicom-sc":
        return seen
    named = tr("The header names the patient.")
    return f"{seen} {named if options.names_patient else tr('The header names nobody, and has new UIDs.')}"


def _layers_said(options: ExportOptions) -> str:
    words = tr("the measurements with their values") + ("" if options.private else tr(" and the words beside them"))
    heat = tr("the heatmap with its score and its caveat")
    return ", ".join(([words] if options.with_marks else []) + ([heat] if options.with_map else []))


def _layers_left_out(options: ExportOptions) -> str:
    left = ([] if options.with_marks else [tr("measurements")]) + ([] if options.with_map else [tr("heatmaps")])
    return tr(" Not in it: {left}.", left=", ".join(left)) if left else ""
