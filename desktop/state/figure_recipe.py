"""The recipe of a figure for publication: everything that decides its bytes, as JSON. No Qt here.

The same recipe over the same files gives the same bytes, with a window and without. Sizes are in millimetres of paper
and points of type, so that 300 and 600 dpi differ in sharpness alone.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar, get_args

from desktop.state.colour_tables import COLOUR_TABLES, GREY
from desktop.state.settings import HEAT_CUT, HEAT_OPACITY
from imaging.annotations.shape_files import parse_shapes, shape_row
from imaging.annotations.shapes import Shape
from imaging.base.english import english
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import Plane

Ground = Literal["black", "white"]
Made = TypeVar("Made")

VERSION = 1
DPI = (300, 600)
MAP_METHODS = ("cam", "occlusion", "lime")
_MOST_PANES = 24
_PLANES = [Plane.ACQUIRED, Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]
_MOST_MM = 420.0


@dataclass(frozen=True, kw_only=True)
class FigureMap:
    """The heatmap of a model's answer over a picture: `model` is an installed id, or the path of a bundle."""

    model: str = ""
    label: str | None = None
    """None is the label that is decided; of a normal answer there is no map."""
    method: str | None = None
    opacity: float = HEAT_OPACITY.default
    cut: float = HEAT_CUT.default


@dataclass(frozen=True, kw_only=True)
class FigurePane:
    """One picture of a figure. Numbers are those of `inspect`; `slice` None is the middle one."""

    series: int = 0
    slice: int | None = None
    phase: int = 0
    plane: Plane = Plane.ACQUIRED
    window: tuple[float, float] | None = None
    """Centre and width; None is what the viewer begins with."""
    inverted: bool = False
    colours: str = GREY
    """One of `COLOUR_TABLES`; pictures in colour have none."""
    crop: tuple[int, int, int, int] | None = None
    """Top, left, bottom, right of the slice's own pixels, bottom and right not part of it; None is all of it."""
    title: str = ""
    scale_bar_mm: float | None = None
    """Its length; None is a round one of about a quarter of the picture, 0 none at all."""
    colour_bar: bool = False
    letters: bool = False
    """Whether the letters of the body's sides stand at the edges."""
    shapes: tuple[Shape, ...] = ()
    """Measurements as in the files of `measure`; those of other slices are not drawn."""
    map: FigureMap | None = None


@dataclass(frozen=True, kw_only=True)
class FigureRecipe:
    """A figure: its size on paper, and its panes row by row, lettered A, B, C … if there are several."""

    panes: tuple[FigurePane, ...]
    version: int = VERSION
    width_mm: float = 170.0
    dpi: int = 300
    columns: int = 1
    gap_mm: float = 1.5
    text_points: float = 8.0
    ground: Ground = "black"
    """The colour between and around the panes."""


def read_recipe(content: bytes) -> FigureRecipe:
    """Return the recipe of a JSON file. Raises `Refusal` (ARGUMENT) that names the key at fault."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise _fault("the file is not JSON") from None
    if not isinstance(document, dict):
        raise _fault("it is not one object")
    panes = document.get("panes")
    if not isinstance(panes, list) or not 0 < len(panes) <= _MOST_PANES:
        raise _fault(f"panes: a list of 1 to {_MOST_PANES} panes is wanted")
    recipe = _make(FigureRecipe, {**document, "panes": tuple(_read_pane(one) for one in panes)}, "")
    _check(recipe)
    return recipe


def write_recipe(recipe: FigureRecipe) -> bytes:
    """Return a recipe as JSON, every key written out."""
    document = {one.name: getattr(recipe, one.name) for one in fields(recipe)}
    document["panes"] = [_pane_row(pane) for pane in recipe.panes]
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _pane_row(pane: FigurePane) -> dict[str, Any]:
    row = {one.name: getattr(pane, one.name) for one in fields(pane)}
    row["shapes"] = [shape_row(shape) for shape in pane.shapes]
    row["map"] = None if pane.map is None else asdict(pane.map)
    return row


def _read_map(given: Any) -> FigureMap | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise _fault("map: one object is wanted")
    made = _make(FigureMap, given, "map: ")
    if not made.model:
        raise _fault("map: model: an installed id or the path of a bundle is wanted")
    if not all(one is None or isinstance(one, str) for one in (made.label, made.method)):
        raise _fault("map: label and method: texts are wanted")
    if made.method is not None and made.method not in MAP_METHODS:
        raise _fault(f"map: method: one of {', '.join(MAP_METHODS)} is wanted")
    if not (0 <= made.opacity <= 1 and 0 <= made.cut <= 1):
        raise _fault("map: opacity and cut: 0 to 1 is wanted")
    return made


def _read_shapes(given: Any) -> tuple[Shape, ...]:
    if not isinstance(given, list):
        raise _fault("shapes: a list is wanted")
    return parse_shapes(json.dumps({"version": 1, "shapes": given}).encode())


def _read_pane(document: Any) -> FigurePane:
    if not isinstance(document, dict):
        raise _fault("panes: each is one object")
    given = dict(document)
    if given.get("plane", Plane.ACQUIRED) not in _PLANES:
        raise _fault("plane: acquired, axial, sagittal or coronal is wanted")
    given["plane"] = Plane(given.get("plane", Plane.ACQUIRED))
    for key, count in (("window", 2), ("crop", 4)):
        value = given.get(key)
        if value is not None:
            if not isinstance(value, list) or len(value) != count or not all(_is_number(one) for one in value):
                raise _fault(f"{key}: {count} numbers are wanted")
            given[key] = tuple(value)
    given["shapes"], given["map"] = _read_shapes(given.get("shapes", [])), _read_map(given.get("map"))
    pane = _make(FigurePane, given, "panes: ")
    _check_pane(pane)
    return pane


def _make(kind: type[Made], given: Mapping[str, Any], where: str) -> Made:
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    for key, value in given.items():
        if key not in known:
            raise _fault(f"{where}{key} is no key of a recipe")
        default = known[key].default
        is_fitting = isinstance(value, type(default)) if isinstance(default, bool | str) else True
        if isinstance(default, int | float) and not isinstance(default, bool):
            is_fitting = _is_number(value) and (isinstance(default, float) or isinstance(value, int))
        if not is_fitting:
            raise _fault(f"{where}{key}: {type(default).__name__} is wanted")
    return kind(**given)


def _check(recipe: FigureRecipe) -> None:
    limits = {
        "version": (recipe.version == VERSION, f"{VERSION} is the only one known"),
        "dpi": (recipe.dpi in DPI, "300 or 600 is wanted"),
        "width_mm": (10 <= recipe.width_mm <= _MOST_MM, f"10 to {_MOST_MM:.0f} is wanted"),
        "columns": (1 <= recipe.columns <= len(recipe.panes), "no more than there are panes"),
        "gap_mm": (0 <= recipe.gap_mm <= 20, "0 to 20 is wanted"),
        "text_points": (4 <= recipe.text_points <= 24, "4 to 24 is wanted"),
        "ground": (recipe.ground in get_args(Ground), "black or white is wanted"),
    }
    for key, (is_right, wanted) in limits.items():
        if not is_right:
            raise _fault(f"{key}: {wanted}")


def _check_pane(pane: FigurePane) -> None:
    for key in ("slice", "scale_bar_mm"):
        value = getattr(pane, key)
        if value is not None and not (_is_number(value) and value >= 0 and (key != "slice" or isinstance(value, int))):
            raise _fault(f"panes: {key}: a number from 0 on is wanted")
    if pane.colours not in (known := [table.id for table in COLOUR_TABLES]):
        raise _fault(f"panes: colours: one of {', '.join(known)} is wanted")
    if pane.window is not None and not pane.window[1] > 0:
        raise _fault("panes: window: a width above 0 is wanted")
    if pane.crop is not None:
        top, left, bottom, right = pane.crop
        if not all(isinstance(one, int) for one in pane.crop) or not (0 <= top < bottom and 0 <= left < right):
            raise _fault("panes: crop: top, left, bottom and right are wanted, as whole numbers")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _fault(what: str) -> Refusal:
    return Refusal(Code.ARGUMENT, english("The recipe of the figure cannot be used: {what}.", what=what))
