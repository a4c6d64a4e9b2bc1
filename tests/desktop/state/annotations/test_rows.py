"""What the list of measurements says of each."""

import pytest

from desktop.state.annotations.rows import make_row
from imaging.annotations.shapes import Shape, ShapeType
from imaging.volume.geometry import Plane


@pytest.mark.parametrize(
    ("plane", "slice_", "phase", "said"),
    [
        (Plane.ACQUIRED, 0, 0, "Slice 1"),
        (Plane.ACQUIRED, 6, 2, "Slice 7, phase 3"),
        (Plane.CORONAL, 4, 0, "Slice 5, coronal"),
        (Plane.OBLIQUE, 0, 0, "Slice, oblique"),
    ],
)
def test_slices_and_phases_are_counted_from_one(plane: Plane, slice_: int, phase: int, said: str) -> None:
    shape = Shape(ShapeType.LENGTH, ((0.0, 0.0), (3.0, 4.0)), slice_, plane, phase, uid="1")
    row = make_row(shape, "5 px", is_selected=False)
    assert row.where == said
    assert row.value == "5 px"
