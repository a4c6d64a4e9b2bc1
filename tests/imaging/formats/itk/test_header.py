"""How large a grid may be: its slices in any plane, and the largest of them in bytes."""

import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import FRAME_BYTES, FRAMES
from imaging.formats.itk.header import check_grid

SIDE = 1024
MOST_COLUMNS = FRAME_BYTES // SIDE


@pytest.mark.parametrize("shape", [(2, SIDE, 1024), (SIDE, 3, 1024), (SIDE, 1024, 4), (1, 1, 1)])
@pytest.mark.parametrize("voxel_bytes", [1, 2, 8])
def test_ordinary_grids_may_be(shape: tuple[int, int, int], voxel_bytes: int) -> None:
    check_grid(shape, 1, voxel_bytes)


def test_the_largest_slice_may_have_so_many_bytes_and_not_one_more_column() -> None:
    side = int((FRAME_BYTES // 8) ** 0.5)
    assert side < FRAMES
    for shape in ((2, side, side), (side, 2, side), (side, side, 2)):
        check_grid(shape, 1, 8)
    for shape in ((2, side, side + 8), (side + 8, 2, side), (side, side + 8, 2)):
        with pytest.raises(Refusal) as refused:
            check_grid(shape, 1, 8)
        assert refused.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(("shape", "phases"), [((0, 4, 4), 1), ((4, 0, 4), 1), ((4, 4, 4), 0)])
def test_a_grid_without_voxels_has_no_picture(shape: tuple[int, int, int], phases: int) -> None:
    with pytest.raises(Refusal) as refused:
        check_grid(shape, phases, 1)
    assert refused.value.code is Code.NO_PIXELS


def test_slices_of_all_phases_count() -> None:
    check_grid((100, 4, 4), FRAMES // 100, 1)
    with pytest.raises(Refusal) as refused:
        check_grid((100, 4, 4), FRAMES // 100 + 1, 1)
    assert refused.value.code is Code.TOO_LARGE
