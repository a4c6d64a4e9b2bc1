"""Shapes written and read again, and files that are none."""

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.annotations.measurement import measure_shape
from imaging.annotations.shape_files import MOST_SHAPES, WRITERS, measurement_row, parse_shapes
from imaging.annotations.shapes import POINT_COUNTS, Points, Shape, ShapeType, describe_fault
from imaging.base.errors import Code, Refusal
from imaging.volume.geometry import Plane
from tests.imaging.annotations.slices import make_slice

NUMBERS = st.floats(-1e6, 1e6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    kind = draw(st.sampled_from(ShapeType))
    count = draw(st.sampled_from(POINT_COUNTS[kind] or (3, 5)))
    points: Points = tuple(draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=count, max_size=count)))
    return Shape(
        kind, points, draw(st.integers(0, 999)), draw(st.sampled_from(Plane)), draw(st.integers(0, 9)),
        draw(TEXTS), draw(st.sampled_from(["", "#ff8800"])), draw(st.booleans()), draw(st.uuids().map(str)),
    )  # fmt: skip


@given(st.lists(shapes(), max_size=3), st.sampled_from(sorted(WRITERS)))
def test_what_was_written_is_read_again(drawn: list[Shape], ending: str) -> None:
    sound = [one for one in drawn if not describe_fault(one.type, one.points)]
    assert parse_shapes(WRITERS[ending]([(one, None) for one in sound])) == tuple(sound)


def test_a_table_holds_what_was_measured_and_no_formula() -> None:
    shape = Shape(ShapeType.RECTANGLE, ((1, 1), (3, 4)), 0, label="=1+1", uid="a")
    found = measure_shape(shape, make_slice(np.arange(100, dtype=np.int16).reshape(10, 10), spacing=(1.0, 2.0)))
    (row,) = csv.DictReader(io.StringIO(WRITERS["csv"]([(shape, found)]).decode("utf-8-sig")))
    assert row["label"] == "'=1+1"
    assert (row["area"], row["area_unit"], row["pixels"], row["calibration"]) == ("12.0", "mm²", "12", "pixel spacing")
    assert float(row["mean"]) == measurement_row(found)["mean"]


ONE: dict[str, Any] = {"type": "length", "slice": 0, "points": [[0, 0], [1, 1]]}


def test_what_is_not_said_is_as_usual() -> None:
    (shape,) = parse_shapes(json.dumps({"version": 1, "shapes": [ONE]}).encode(), plane=Plane.CORONAL, phase=2)
    assert shape == Shape(ShapeType.LENGTH, ((0.0, 0.0), (1.0, 1.0)), 0, Plane.CORONAL, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "line"}, "`type` must be one of"),
        ({"type": None}, "`type` must be one of"),
        ({"type": ["length"]}, "`type` must be one of"),
        ({"slice": None}, "`slice` must be"),
        ({"slice": -1}, "`slice` must be"),
        ({"slice": 1.5}, "`slice` must be"),
        ({"slice": True}, "`slice` must be"),
        ({"slice": 10**30}, "`slice` must be"),
        ({"phase": "x"}, "`phase` must be"),
        ({"plane": "tilted"}, "`plane` must be one of"),
        ({"plane": {}}, "`plane` must be one of"),
        ({"points": [[0, 0]]}, "a length has 2 points, not 1"),
        ({"points": [[1, 1], [1, 1]]}, "are the same"),
        ({"points": [[0, 0], [1]]}, "pair [row, column]"),
        ({"points": [[0, 0], [1, "2"]]}, "pair [row, column]"),
        ({"points": [[0, 0], [1, 1e300]]}, "pair [row, column]"),
        ({"points": [[0, 0], [1, float("nan")]]}, "pair [row, column]"),
        ({"points": [[0, 0], [1, float("inf")]]}, "pair [row, column]"),
        ({"points": [[0, 0], [True, 1]]}, "pair [row, column]"),
        ({"points": []}, "`points` must be a list"),
        ({"points": [[0, 0]] * 20_000}, "`points` must be a list"),
        ({"type": "rectangle", "points": [[0, 0], [0, 9]]}, "encloses nothing"),
        ({"type": "freehand"}, "3 to 10000 points"),
        ({"label": 3}, "`label` must be"),
        ({"label": "x" * 2000}, "`label` must be"),
        ({"colour": "red"}, "`colour` must be"),
        ({"origin": [1, 2]}, "`origin` must be"),
    ],
)
def test_a_bad_shape_is_named_by_its_number(changes: dict[str, Any], said: str) -> None:
    content = json.dumps({"version": 1, "shapes": [ONE, ONE | changes]}).encode()
    with pytest.raises(Refusal) as refused:
        parse_shapes(content)
    assert refused.value.code is Code.ARGUMENT
    assert refused.value.message.startswith("Shape 2: ")
    assert said in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 200_000, b'{"shapes": 3, "version": 1}', b'{"shapes": []}',
        b'{"version": 2, "shapes": []}', b'{"version": true, "shapes": []}', b'{"version": 1, "shapes": [3]}',
        b'{"version": 1, "shapes": ' + b"[" * 100_000, b" " * (17 * 2**20), b"uid,type\r\n1,2\r\n",
        b"uid,type,slice,plane,phase,label,colour,visible,points\r\na,length,x,axial,0,,,yes,0 0; 1 1\r\n",
        b"uid,type,slice,plane,phase,label,colour,visible,points\r\na,length\r\n",
        json.dumps({"version": 1, "shapes": [ONE] * (MOST_SHAPES + 1)}).encode(),
        json.dumps({"version": 1, "shapes": [ONE | {"uid": "a"}] * 2}).encode(),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_shapes_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse_shapes(content)
    assert refused.value.code is Code.ARGUMENT
    assert refused.value.message.endswith(".")
