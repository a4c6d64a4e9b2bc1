"""Shapes as files: JSON, as `slicelens measure` reads it, and CSV with what was measured. Both are read back alike."""

import csv
import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imaging.annotations.measurement import Measurement
from imaging.annotations.shapes import MOST_POINTS, Point, Shape, ShapeType, describe_fault
from imaging.base.english import Text, english
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import Plane

VERSION = 1
MOST_BYTES = 16 * 2**20
MOST_SHAPES = 10_000
"""The most shapes that one file may hold."""
_MOST_TEXT = 1000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_COORDINATE_LIMIT = 1e7
_HEAD = ("uid", "type", "slice", "plane", "phase", "label", "colour", "visible", "points")
_MEASURED = ("value", "unit", "calibration", "area", "area_unit", "pixels", "mean", "sd", "min", "max", "skewness",
             "entropy", "interpolated")  # fmt: skip
# A spreadsheet takes what begins so for a formula, and works it out; the apostrophe itself marks that it was guarded.
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")

Measured = Sequence[tuple[Shape, Measurement | None]]
"""Shapes with what they measure; None if their slice is not to be had."""


# --- reading ---


def parse_shapes(content: bytes, *, plane: Plane = Plane.ACQUIRED, phase: int = 0) -> tuple[Shape, ...]:
    """Return the shapes of a JSON or CSV file; `plane` and `phase` are those of shapes that name none. A shape without
    a `uid` has an empty one.

    Raises `Refusal` (ARGUMENT) that names the first bad shape by its number, counted from 1, and says what is wrong.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(
            Code.ARGUMENT,
            english("The file of shapes is larger than {most_bytes} MiB.", most_bytes=MOST_BYTES // 2**20),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(Code.ARGUMENT, "The file of shapes is not UTF-8 text.") from None
    rows = _csv_rows(text) if text.startswith(_HEAD[0]) else _json_rows(text)
    if len(rows) > MOST_SHAPES:
        raise Refusal(
            Code.ARGUMENT,
            english(
                "The file holds {rows} shapes; {most_shapes} are the most.", rows=len(rows), most_shapes=MOST_SHAPES
            ),
        )
    shapes = tuple(_shape_of(row, number, plane, phase) for number, row in enumerate(rows, start=1))
    named = [shape.uid for shape in shapes if shape.uid]
    if len(set(named)) < len(named):
        raise Refusal(Code.ARGUMENT, "Two shapes of the file have the same `uid`.")
    return shapes


def _json_rows(text: str) -> list[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(Code.ARGUMENT, "The file of shapes is not valid JSON.") from None
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise Refusal(Code.ARGUMENT, 'The file of shapes must be {"version": 1, "shapes": […]}.')
    version = document.get("version")
    if version != VERSION or isinstance(version, bool):
        is_newer = isinstance(version, int) and version > VERSION
        raise Refusal(
            Code.ARGUMENT,
            english(
                "The file of shapes is written by a newer program; this one reads version {version}.", version=VERSION
            )
            if is_newer
            else english("The file of shapes has no version {version}, which this program reads.", version=VERSION),
        )
    rows: list[Any] = document["shapes"]
    return rows


def _csv_rows(text: str) -> list[Any]:
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Refusal(Code.ARGUMENT, "The file of shapes is not valid CSV.") from None
    head, rows = table[0], [row for row in table[1:] if row]
    if tuple(head[: len(_HEAD)]) != _HEAD:
        raise Refusal(
            Code.ARGUMENT, english("The first line of the CSV must begin with {names}.", names=",".join(_HEAD))
        )
    return [_fields_of(row, number) for number, row in enumerate(rows, start=1)]


def _fields_of(row: list[str], number: int) -> dict[str, Any]:
    if len(row) < len(_HEAD):
        raise _refuse(number, english("the line has {count} columns, not {wanted}", count=len(row), wanted=len(_HEAD)))
    fields: dict[str, Any] = dict(zip(_HEAD, row, strict=False))
    fields["label"] = fields["label"].removeprefix("'")
    fields["visible"] = fields["visible"] != "no"
    try:
        fields["slice"], fields["phase"] = int(fields["slice"]), int(fields["phase"])
        pairs = [pair.split() for pair in fields["points"].split(";")]
        fields["points"] = [[float(part) for part in pair] for pair in pairs]
    except ValueError:
        raise _refuse(number, english("`slice`, `phase` and `points` must be numbers")) from None
    return fields


def _shape_of(row: Any, number: int, plane: Plane, phase: int) -> Shape:
    if not isinstance(row, dict):
        raise _refuse(number, english("it is not an object"))
    kinds = {one.value: one for one in ShapeType}
    kind = kinds.get(row["type"]) if isinstance(row.get("type"), str) else None
    if kind is None:
        raise _refuse(number, english("its `{key}` must be one of {kinds}", key="type", kinds=", ".join(kinds)))
    planes = {one.value: one for one in Plane}
    named = row.get("plane", plane.value)
    if not isinstance(named, str) or named not in planes:
        raise _refuse(number, english("its `{key}` must be one of {kinds}", key="plane", kinds=", ".join(planes)))
    points = _points_of(row.get("points"), number)
    if fault := describe_fault(kind, points):
        raise _refuse(number, fault)
    colour = _text_of(row, "colour", number)
    if colour and not _COLOUR.fullmatch(colour):
        raise _refuse(number, english("its `colour` must be like #ff8800"))
    origin = _vector_of(row, "origin", 3, number)
    return Shape(
        kind,
        points,
        _count_of(row, "slice", number),
        planes[named],
        _count_of(row, "phase", number, phase),
        label=_text_of(row, "label", number),
        colour=colour.lower(),
        is_visible=row.get("visible") is not False,
        uid=_text_of(row, "uid", number),
        origin=None if origin is None else (origin[0], origin[1], origin[2]),
        steps=_vector_of(row, "steps", 6, number),
    )


def _points_of(given: Any, number: int) -> tuple[Point, ...]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_POINTS:
        raise _refuse(
            number, english("its `points` must be a list of 1 to {most} pairs [row, column]", most=MOST_POINTS)
        )
    if not all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_coordinate, pair)) for pair in given):
        raise _refuse(number, english("each of its `points` must be a pair [row, column] of finite numbers"))
    return tuple((float(row), float(column)) for row, column in given)


def _vector_of(row: Mapping[str, Any], key: str, length: int, number: int) -> tuple[float, ...] | None:
    given = row.get(key)
    if given is None:
        return None
    if not isinstance(given, list) or len(given) != length or not all(map(_is_coordinate, given)):
        raise _refuse(number, english("its `{key}` must be {length} numbers", key=key, length=length))
    return tuple(map(float, given))


def _is_coordinate(part: Any) -> bool:
    is_number = isinstance(part, int | float) and not isinstance(part, bool)
    return is_number and math.isfinite(part) and abs(part) <= _COORDINATE_LIMIT


def _count_of(row: Mapping[str, Any], key: str, number: int, missing: int | None = None) -> int:
    count = row.get(key, missing)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 2**31:
        raise _refuse(number, english("its `{key}` must be a whole number from 0", key=key))
    return count


def _text_of(row: Mapping[str, Any], key: str, number: int) -> str:
    text = row.get(key) or ""
    if not isinstance(text, str) or len(text) > _MOST_TEXT or "\0" in text:
        raise _refuse(
            number, english("its `{key}` must be a text of at most {most} characters", key=key, most=_MOST_TEXT)
        )
    return text.encode("utf-8", "replace").decode("utf-8")


def _refuse(number: int, fault: Text) -> Refusal:
    return Refusal(Code.ARGUMENT, english("Shape {number}: {fault}.", number=number, fault=fault))


# --- writing ---


def shape_row(shape: Shape) -> dict[str, Any]:
    """Return a shape as it stands in JSON; what is as usual is left out."""
    row: dict[str, Any] = {"type": shape.type.value, "slice": shape.slice}
    row |= {"points": [list(point) for point in shape.points], "plane": shape.plane.value, "phase": shape.phase}
    more: dict[str, Any] = {"label": shape.label, "colour": shape.colour, "uid": shape.uid}
    row |= {key: text for key, text in more.items() if text}
    row |= {} if shape.is_visible else {"visible": False}
    places = {"origin": shape.origin, "steps": shape.steps}
    return row | {key: list(numbers) for key, numbers in places.items() if numbers is not None}


def measurement_row(found: Measurement) -> dict[str, Any]:
    """Return what a shape measures, in the fields of `measure --json`."""
    source = found.calibration.source
    row: dict[str, Any] = {
        "value": found.value,
        "unit": found.unit,
        "calibration": None if source is None else source.value,
    }
    if found.area is not None:
        row |= {"area": found.area, "area_unit": found.area_unit, "pixels": found.pixels, "padding": found.padding}
        row |= dict.fromkeys(("mean", "sd", "min", "max", "skewness", "entropy", "histogram"))
    if (values := found.statistics) is not None:
        row |= {"mean": values.mean, "sd": values.sd, "min": values.least, "max": values.greatest}
        row |= {"skewness": values.skewness, "entropy": values.entropy}
        row["histogram"] = {"counts": values.counts.tolist(), "first": values.least, "last": values.greatest}
    if (point := found.point) is not None:
        row |= {"stored": point.stored, "modality": point.modality, "position_mm": point.position}
    row |= {"interpolated": True} if found.is_interpolated else {}
    return row | ({"note": found.calibration.note} if found.calibration.note else {})


def write_json(shapes: Sequence[Shape]) -> bytes:
    """Return shapes as the JSON that `parse_shapes` reads."""
    return json.dumps({"version": VERSION, "shapes": [shape_row(one) for one in shapes]}, indent=1).encode()


def write_csv(measured: Measured) -> bytes:
    """Return shapes and what they measure as CSV: UTF-8 with its mark, by which spreadsheets know it."""
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow((*_HEAD, *_MEASURED))
    for shape, found in measured:
        points = "; ".join(f"{row!r} {column!r}" for row, column in shape.points)
        label = f"'{shape.label}" if shape.label.startswith(_GUARDED) else shape.label
        shown = "yes" if shape.is_visible else "no"
        row = {} if found is None else measurement_row(found)
        values = ["" if row.get(key) is None else row[key] for key in _MEASURED]
        head = (shape.uid, shape.type.value, shape.slice, shape.plane.value, shape.phase, label, shape.colour, shown)
        table.writerow((*head, points, *values))
    return text.getvalue().encode("utf-8-sig")


WRITERS: dict[str, Callable[[Measured], bytes]] = {
    "json": lambda measured: write_json([shape for shape, _ in measured]),
    "csv": write_csv,
}
"""The formats by the ending of a file's name."""
