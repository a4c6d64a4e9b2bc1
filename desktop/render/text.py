"""Texts around a slice: corners, orientation letters, the value under the cursor. Pure functions, no Qt.

A fact that the file does not tell is said to be unknown or left out; it is never guessed.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop.state.colour_tables import GREY, find_colour_table
from desktop.state.picture import Corners, Letters
from desktop.state.texts.dates import format_date
from desktop.state.texts.language import tr
from desktop.state.view import Turn, ViewState
from imaging.base.english import Text, english, join_english
from imaging.volume.geometry import SCREEN_AXES, Affine, Plane, directions_of, letters_of, opposite_of
from imaging.volume.series import PROJECTION_MODALITIES, Patient, Series
from imaging.volume.volume import Slice, modality_values
from imaging.volume.windowing import VoiTable, Window

if TYPE_CHECKING:
    # At run time this would make the first slice wait for what models need.
    from inference.contract.contract import Contract

_BODY_AXES = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}
_ALL_TURNS = tuple(Turn(mirrored, quarters) for mirrored in (False, True) for quarters in range(4))
_PROJECTIONS = {"MG": english("mammogram"), "XA": english("angiogram"), "RF": english("fluoroscopy")}
_SIDES = {
    "R": english("Radiological: patient's right on the left"),
    "L": english("Neurological: patient's left on the left"),
    "A": english("Anterior on the left"),
    "P": english("Posterior on the left"),
}


def find_edge_letters(affine: Affine | None, turn: Turn, *, edges: tuple[str, str] | None = None) -> Letters | None:
    """Return the letters at the screen's edges, None if unknown; `edges` (`Series.edges`) stand in for an affine."""
    if affine is None:
        return None if edges is None else _turned_letters(edges, turn)
    return _letters_of_grid(affine[:3, :3].astype(np.float64).tobytes(), turn)


@lru_cache(maxsize=64)
def _letters_of_grid(steps: bytes, turn: Turn) -> Letters:
    """Return the letters of a grid's steps, float64 [3, 3]: slices of one series, all but always, have the same."""
    right, down = _screen_directions(np.frombuffer(steps).reshape(3, 3), turn)
    return Letters(letters_of(-right), letters_of(right), letters_of(-down), letters_of(down))


def _turned_letters(edges: tuple[str, str], turn: Turn) -> Letters:
    """Return the letters toward which (row, column) grow, as they stand on the screen."""
    down_rows, along_columns = edges

    def toward(along: int, down: int) -> str:
        letters = along_columns if along else down_rows
        return letters if along + down > 0 else opposite_of(letters)

    right, bottom = (toward(along, down) for along, down in turn.matrix())
    return Letters(opposite_of(right), right, opposite_of(bottom), bottom)


def choose_home_turn(affine: Affine | None, *, radiological: bool = True) -> Turn:
    """Return the turn that brings a slice nearest to how its plane is read (`volume.geometry.SCREEN_AXES`).

    One that does not know its orientation stays as stored. Without `radiological` the patient's left is on the left.
    """
    if affine is None:
        return Turn()
    _, down_rows, along_columns = directions_of(affine).T
    normal = np.cross(along_columns, down_rows)
    plane = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[int(np.argmax(np.abs(normal)))]
    _, down_letter, right_letter = SCREEN_AXES[plane]
    if not radiological and right_letter == "L":
        right_letter = "R"

    def nearness(turn: Turn) -> float:
        right, down = _screen_directions(affine, turn)
        return _component(right, right_letter) + _component(down, down_letter)

    return max(_ALL_TURNS, key=nearness)


def describe_side(letters: Letters | None) -> Text:
    """Return which side of the patient is on the left of the screen, in words."""
    if letters is None:
        return english("Orientation unknown, shown as stored")
    return _SIDES.get(letters.left[:1], Text(""))


def describe_corners(slice_: Slice, view: ViewState) -> Corners:
    """Return the texts of the corners; the pane itself adds zoom and probe at the bottom left."""
    series = slice_.series
    patient = series.patient
    side = describe_side(find_edge_letters(slice_.affine, view.turn, edges=series.edges))
    return Corners(
        top_left=_kept(_patient_lines(patient)),
        top_right=_kept((patient.institution, patient.study_description, format_date(patient.study_date))),
        bottom_left=_kept(_position_lines(slice_, view)),
        bottom_right=_kept((*_series_lines(slice_), side)),
        description=series.description,
        side=side,
    )


def describe_pixel(slice_: Slice, row: int, column: int) -> Text:
    """Return a pixel's value in modality units (R, G, B for colour), its row and column, and its point in LPS.

    Empty outside the slice: the pane may have shown a larger one until now.
    """
    if not (0 <= row < slice_.stored.shape[0] and 0 <= column < slice_.stored.shape[1]):
        return Text("")
    stored = slice_.stored[row, column]
    if slice_.is_colour:
        value = "R {} G {} B {}".format(*(int(channel) for channel in stored))
    elif slice_.padding is not None and slice_.padding[row, column]:
        value = english("outside the volume") if slice_.is_interpolated else english("padding")
    else:
        number = float(modality_values(np.asarray([stored]), slice_.modality)[0])
        value = f"{format_number(number)} {slice_.series.units or ''}".strip()
        if slice_.is_interpolated:
            value = english("{value} (interpolated)", value=value)
    pixel = english("row {row}, column {column}", row=row, column=column)
    # A line through the volume has no one point.
    point = "" if slice_.is_projection else _millimetres(slice_.affine, row, column)
    return join_english("   ", (part for part in (value, pixel, point) if part))


def describe_window(voi: Window | VoiTable | None) -> str:
    """Return a window or a table in words."""
    if voi is None:
        return ""
    if isinstance(voi, VoiTable):
        return english("Table {explanation}", explanation=voi.explanation) if voi.explanation else english("Table")
    sizes = f"W {format_number(voi.width)}  C {format_number(voi.centre)}"
    return join_english("   ", (sizes, voi.explanation) if voi.explanation else (sizes,))


def describe_slice(slice_: Slice) -> Text:
    """Return which slice this is, for the person who reads a finding."""
    what = slice_.series.description or slice_.series.modality or english("series")
    phase = (
        english(", phase {phase}/{phases}", phase=slice_.phase + 1, phases=slice_.series.phases)
        if slice_.series.phases > 1
        else ""
    )
    return english(
        "{what}, slice {index}/{count}{phase}", what=what, index=slice_.index + 1, count=slice_.count, phase=phase
    )


def describe_scored(slice_: Slice) -> Text:
    """Return which slice was scored, with the file that it is from, unless that is what the series is called."""
    what = describe_slice(slice_)
    file = "" if slice_.frame is None else PurePath(slice_.frame.source.name.replace("\\", "/")).name
    return what if not file or file in what else join_english(", ", (what, file))


def describe_subject(contract: "Contract") -> str:
    """Return in a few words what a model was made for: `a chest radiograph`, `an MR slice of the head`."""
    named = contract.input.body_part[0].lower() if contract.input.body_part else ""
    part = tr(named)
    modality = contract.input.modality[0] if contract.input.modality else ""
    if modality in PROJECTION_MODALITIES:
        kind = tr(_PROJECTIONS.get(modality, english("radiograph")))
        return tr("a {part} {kind}", part=part, kind=kind) if part else tr("a {kind}", kind=kind)
    kind = (
        (
            tr("an {modality} slice", modality=modality)
            if modality[:1] in "AEFHILMNORSX"
            else tr("a {modality} slice", modality=modality)
        )
        if modality
        else tr("a slice")
    )
    return tr("{kind} of the {part}", kind=kind, part=part) if part else tr("{kind} it was made for", kind=kind)


def list_opened(series: Sequence[Series]) -> tuple[tuple[str, str], ...]:
    """Return every file that slices of these series are in, each once, with the series that it was opened as."""
    found: dict[str, list[str]] = {}
    for one in series:
        title = one.description.strip() or (
            tr("series {number}", number=one.number) if one.number is not None else one.modality
        )
        for name in dict.fromkeys(frame.source.name for frame in one.frames):
            found.setdefault(name, []).append(title or tr("a picture"))
    return tuple((name, tr("Opened: {titles}", titles=", ".join(titles))) for name, titles in found.items())


def _screen_directions(affine: Affine, turn: Turn) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return unit vectors in LPS toward the right and the bottom of the screen."""
    _, down_rows, along_columns = directions_of(affine).T
    (a, b), (c, d) = turn.matrix()
    return a * along_columns + b * down_rows, c * along_columns + d * down_rows


def _component(direction: NDArray[np.float64], letter: str) -> float:
    axis, sign = _BODY_AXES[letter]
    return sign * float(direction[axis])


def _patient_lines(patient: Patient) -> tuple[str, ...]:
    name = patient.name.replace("^", " ").replace("=", " ").strip()
    age = "" if patient.age_years is None else english("{age} y", age=format_number(round(patient.age_years, 1)))
    about = _kept((patient.sex, age, format_date(patient.birth_date)))
    return name, patient.id, join_english("  ", about) if about else ""


def _position_lines(slice_: Slice, view: ViewState) -> tuple[str, ...]:
    series = slice_.series
    plane = english("Slice") if slice_.plane is Plane.ACQUIRED else Text(slice_.plane.value.capitalize())
    plane = english("Projection") if slice_.is_projection else plane
    position = [
        Text("{plane} {index}/{count}", facts={"plane": plane, "index": slice_.index + 1, "count": slice_.count})
    ]
    if series.phases > 1:
        position.append(english("phase {phase}/{phases}", phase=slice_.phase + 1, phases=series.phases))
    window = [english("Colour") if slice_.is_colour else describe_window(view.voi)]
    if view.inverted:
        window.append(english("inverted"))
    if view.colours != GREY and not slice_.is_colour:
        window.append(Text(find_colour_table(view.colours).title))
    return join_english("   ", position), slice_.slab, join_english("   ", window), _other_window(slice_, view)


def _other_window(slice_: Slice, view: ViewState) -> str:
    """Return the file's window of this slice if the one in use is another's: the picture does not jump, but says so."""
    own = slice_.frame.windows if slice_.frame is not None else ()
    in_use = view.voi
    if not isinstance(in_use, Window) or in_use not in slice_.series.file_windows:
        return ""
    windows = [window for window in own if isinstance(window, Window)]
    return (
        ""
        if not windows or in_use in windows
        else english("File's window here: {window}", window=describe_window(windows[0]))
    )


def _series_lines(slice_: Slice) -> tuple[str, ...]:
    series = slice_.series
    number = "" if series.number is None else english("Series {number}", number=series.number)
    named = _kept((series.modality, number))
    return (
        *_warnings(series),
        join_english("  ", named) if named else "",
        series.description,
        _size_text(slice_),
        "" if series.depth_known else english("slice thickness unknown"),
    )


def _size_text(slice_: Slice) -> str:
    rows, columns = slice_.stored.shape[:2]
    size = f"{columns} × {rows}"
    if slice_.spacing is None:
        is_known = slice_.frame is not None and any(one.spacing is not None for one in slice_.frame.regions)
        if is_known:
            return english("{size}   pixel size by region", size=size)
        return english("{size}   pixel size unknown", size=size)
    row, column = slice_.spacing
    step = (
        f"{format_number(column)}"
        if abs(row - column) < 1e-6 * row
        else f"{format_number(column)} × {format_number(row)}"
    )
    return join_english("", (f"{size}   {step} ", slice_.series.acquisition.spacing_label))


def _warnings(series: Series) -> tuple[str, ...]:
    made = series.acquisition
    ratio = f" {format_number(made.lossy_ratio)}:1" if made.lossy_ratio else ""
    return (
        english("DATA INCOMPLETE") if series.incomplete else "",
        english("Lossy compression{ratio}", ratio=ratio) if made.is_lossy or made.lossy_ratio is not None else "",
        english("Text burned into the pixels") if made.burned_in else "",
    )


def _millimetres(affine: Affine | None, row: int, column: int) -> str:
    if affine is None:
        return ""
    x, y, z = (float(part) for part in (affine @ (0.0, row, column, 1.0))[:3])
    parts = (
        f"{(positive if part >= 0 else negative)} {abs(part):.1f}"
        for part, positive, negative in ((x, "L", "R"), (y, "P", "A"), (z, "S", "I"))
    )
    return "  ".join(parts) + " mm"


def format_number(value: float) -> str:
    """Return at most four significant digits if there are fractions; whole numbers whole, with a true minus."""
    text = f"{value:.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def _kept(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
