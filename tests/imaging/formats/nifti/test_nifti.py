"""NIfTI: where every voxel is, in all 48 ways to store a head, and what odd or damaged headers get."""

from itertools import permutations, product
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Header, Nifti1Image
from nibabel.nifti2 import Nifti2Image
from nibabel.orientations import apply_orientation, inv_ornt_aff
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.formats.nifti import reader as nifti
from imaging.volume.geometry import SCREEN_AXES, Plane
from imaging.volume.series import Polarity, Rescale, Source
from imaging.volume.volume import Volume
from tests.imaging.nifti_files import (
    RAS_FROM_LPS,
    SHAPE,
    assert_agrees_with_nibabel,
    nifti_phantom,
    open_nifti,
    patch_fields,
    refusal_of,
    save_nifti,
)
from tests.reading import POLICY, fill

SCANS = sorted((Path(__file__).parents[4] / "../shared/data/nifti").glob("*.nii.gz"))
PACKAGED = sorted((Path(nibabel.__file__).parent / "tests/data").glob("*.nii*"))
needs_scans = pytest.mark.skipif(not SCANS, reason="../shared/data/nifti is not on this machine")


@needs_scans
@pytest.mark.parametrize("path", SCANS, ids=lambda path: path.name)
def test_real_scans_agree_with_nibabel(path: Path) -> None:
    assert_agrees_with_nibabel(path)


@pytest.mark.parametrize(
    "name", ["anatomical.nii", "example4d.nii.gz", "example_nifti2.nii.gz", "functional.nii", "standard.nii.gz"]
)
def test_packaged_scans_agree_with_nibabel(name: str) -> None:
    (path,) = (path for path in PACKAGED if path.name == name)
    assert_agrees_with_nibabel(path)


_ALL_48 = list(product(permutations(range(3)), product((1, -1), repeat=3)))


def _stored_as(
    axes: tuple[int, ...], flips: tuple[int, ...], affine: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The phantom and its affine in another order of storage."""
    turn = np.array([[axis, flip] for axis, flip in zip(axes, flips, strict=True)])
    return apply_orientation(nifti_phantom(), turn), affine @ inv_ornt_aff(turn, SHAPE)


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
@pytest.mark.parametrize("tilt", [0, 20], ids=["straight", "oblique"])
def test_all_48_orientations_give_the_same_picture(tmp_path: Path, tilt: float, ending: str) -> None:
    angle = np.deg2rad(tilt)
    affine = np.array(
        [
            [1.5, 0, 0, -20],
            [0, 1.2 * np.cos(angle), -2 * np.sin(angle), 11],
            [0, 1.2 * np.sin(angle), 2 * np.cos(angle), 5],
            [0, 0, 0, 1],
        ]
    )
    for axes, flips in _ALL_48:
        values, turned = _stored_as(axes, flips, affine)
        series, volume = open_nifti(save_nifti(tmp_path / f"head.{ending}", values, turned))
        assert series.axes == SCREEN_AXES[Plane.AXIAL]
        # On screen rows go posterior and columns go left: RAS reversed along both.
        np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1])
        assert series.affine is not None
        corner = RAS_FROM_LPS @ series.affine @ [0, 0, 0, 1]
        np.testing.assert_allclose(corner, affine @ [SHAPE[0] - 1, SHAPE[1] - 1, 0, 1], atol=1e-4)


def test_an_oblique_of_45_degrees_keeps_its_exact_affine_and_one_picture(tmp_path: Path) -> None:
    half = np.sqrt(0.5)
    affine = np.array([[half, -half, 0, 3], [half, half, 0, 4], [0, 0, 1, 5], [0, 0, 0, 1]])
    pictures = set()
    for axes, flips in _ALL_48:
        values, turned = _stored_as(axes, flips, affine)
        path = save_nifti(tmp_path / "a.nii", values, turned)
        series, volume = open_nifti(path)
        assert series.axes == SCREEN_AXES[Plane.AXIAL]
        pictures.add(volume.stored.tobytes())
    assert len(pictures) == 1
    assert_agrees_with_nibabel(path)


@pytest.mark.parametrize(
    ("zooms", "dim_info", "shape", "axes"),
    [
        ((1, 1, 1), None, SHAPE, "SPL"),
        ((3, 1, 1), None, SHAPE, "RIP"),
        ((1, 3, 1), None, SHAPE, "PIL"),
        ((1, 1, 3), None, SHAPE, "SPL"),
        ((1.4, 1, 1), None, SHAPE, "SPL"),
        ((1, 1, 1), 0, SHAPE, "RIP"),
        ((1, 1, 3), 1, SHAPE, "PIL"),
        ((1, 1, 1), None, (7, 1, 5), "PIL"),
        ((1, 1, 1), None, (1, 9, 5), "RIP"),
    ],
)
def test_plane_of_acquisition(
    tmp_path: Path, zooms: tuple[float, ...], dim_info: int | None, shape: tuple[int, ...], axes: str
) -> None:
    header = Nifti1Header()
    header.set_dim_info(slice=dim_info)
    Nifti1Image(np.zeros(shape, np.uint8), np.diag([*zooms, 1]), header).to_filename(tmp_path / "a.nii")
    series, _ = open_nifti(tmp_path / "a.nii")
    assert "".join(series.axes or ()) == axes


_CODES = [(1, 0, "sform"), (0, 1, "qform"), (1, 1, "sform"), (0, 0, None)]


@pytest.mark.parametrize(("sform_code", "qform_code", "chosen"), _CODES)
def test_sform_before_qform_before_unknown(
    tmp_path: Path, sform_code: int, qform_code: int, chosen: str | None
) -> None:
    picture = Nifti1Image(nifti_phantom(), None)
    sform, qform = np.diag([1.0, 2, 3, 1]), np.diag([1.0, 2, 3, 1])
    sform[:3, 3], qform[:3, 3] = (10, 20, 30), (-5, -6, -7)
    picture.set_sform(sform, code=1)
    picture.set_qform(qform, code=1)
    picture.to_filename(tmp_path / "a.nii")
    patch_fields(tmp_path / "a.nii", sform_code=sform_code, qform_code=qform_code)
    series, volume = open_nifti(tmp_path / "a.nii")
    assert any("disagree" in note for note in series.notes) == (sform_code == qform_code == 1)
    if chosen is None:
        assert series.affine is None
        assert series.axes is None
        assert "unknown orientation" in series.notes
        assert series.pixel_spacing == (2.0, 1.0)
        np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0))
        # Method 1 of nifti1.h: planes by pixdim, and no word about sides.
        assert series.spacing == (3.0, 2.0, 1.0)
        assert [volume.count(plane) for plane in (Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)] == [5, 7, 9]
        cut = volume.slice_at(Plane.SAGITTAL, 6)
        assert (cut.affine, cut.spacing, cut.pixel_aspect) == (None, (3.0, 2.0), 1.5)
        np.testing.assert_array_equal(cut.stored, nifti_phantom()[0].T[::-1])
        cut = volume.slice_at(Plane.CORONAL, 8)
        assert (cut.affine, cut.spacing) == (None, (3.0, 1.0))
        np.testing.assert_array_equal(cut.stored, nifti_phantom()[:, 8].T[::-1])
        np.testing.assert_array_equal(volume.slice_at(Plane.AXIAL, 2).stored, nifti_phantom()[..., 2].T)
    else:
        assert_agrees_with_nibabel(tmp_path / "a.nii")
        assert series.affine is not None
        assert series.affine[2, 3] == (30 if chosen == "sform" else -7)


def test_agreeing_forms_are_no_note(tmp_path: Path) -> None:
    picture = Nifti1Image(nifti_phantom(), None)
    picture.set_sform(np.diag([1.0, 2, 3, 1]), code=1)
    picture.set_qform(np.diag([1.0, 2, 3, 1]), code=1)
    picture.header.set_xyzt_units("mm")
    picture.to_filename(tmp_path / "a.nii")
    assert nifti.read_header(Source(tmp_path / "a.nii"), POLICY).notes == ()


def test_an_unusable_sform_gives_way_to_the_qform(tmp_path: Path) -> None:
    picture = Nifti1Image(nifti_phantom(), None)
    picture.set_qform(np.diag([1.0, 2, 3, 1]), code=1)
    picture.to_filename(tmp_path / "a.nii")
    patch_fields(tmp_path / "a.nii", sform_code=1, srow_x=[0, 0, 0, 0])
    series, _ = open_nifti(tmp_path / "a.nii")
    assert series.spacing == (3.0, 2.0, 1.0)
    assert "the sform is not usable" in series.notes


@pytest.mark.parametrize(("qfac", "letter"), [(1, "S"), (0, "S"), (-1, "S")])
def test_qfac_and_negative_pixdim(tmp_path: Path, qfac: int, letter: str) -> None:
    picture = Nifti1Image(nifti_phantom(), None)
    picture.set_qform(np.diag([1.0, 2, 3, 1]), code=1)
    picture.to_filename(tmp_path / "a.nii")
    pixdim = np.array(picture.header["pixdim"])
    pixdim[:4] = (qfac, -1, 2, 3)
    patch_fields(tmp_path / "a.nii", pixdim=pixdim, sform_code=0)
    series, volume = open_nifti(tmp_path / "a.nii")
    assert series.spacing == (3.0, 2.0, 1.0)
    assert (series.axes or "")[0] == letter
    # A qfac of -1 stores the slices from superior to inferior.
    expected = nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1]
    np.testing.assert_array_equal(volume.stored[0], expected[::-1] if qfac == -1 else expected)


@pytest.mark.parametrize(
    ("slope", "intercept", "expected"),
    [
        (2.0, 5.0, Rescale(2.0, 5.0)),
        (0.0, 5.0, Rescale()),
        (np.nan, np.nan, Rescale()),
        (np.inf, 1.0, Rescale()),
        (0.5, np.nan, Rescale(0.5, 0.0)),
    ],
)
def test_scaling(tmp_path: Path, slope: float, intercept: float, expected: Rescale) -> None:
    path = save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), scl_slope=slope, scl_inter=intercept)
    series, volume = open_nifti(path)
    assert volume.stored.dtype == np.int16
    assert series.frames[0].modality == expected
    assert series.units is None
    is_said = any("slope" in note or "intercept" in note for note in series.notes)
    assert is_said == (slope == 0 or not np.isfinite([slope, intercept]).all())
    value = volume.slice_at(Plane.ACQUIRED, 3).values[0, 0]
    assert value == volume.stored[0, 3, 0, 0] * expected.slope + expected.intercept


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8", "i8", "u8"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_sample_and_byte_order(tmp_path: Path, kind: str, order: str) -> None:
    values = nifti_phantom().astype(np.dtype(kind).newbyteorder(order))
    header = Nifti1Header(endianness=order)
    header.set_data_dtype(values.dtype)
    Nifti1Image(values, np.eye(4), header).to_filename(tmp_path / "a.nii")
    series, volume = open_nifti(tmp_path / "a.nii")
    assert series.dtype == ("float32" if kind == "f8" else np.dtype(kind).name)
    assert volume.stored.dtype.isnative
    assert_agrees_with_nibabel(tmp_path / "a.nii")


def test_colour_and_colour_with_alpha(tmp_path: Path) -> None:
    rgb = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    rgb["R"], rgb["B"] = nifti_phantom() % 251, 7
    Nifti1Image(rgb, np.eye(4)).to_filename(tmp_path / "rgb.nii.gz")
    series, volume = open_nifti(tmp_path / "rgb.nii.gz")
    assert (series.channels, series.polarity) == (3, Polarity.COLOUR)
    np.testing.assert_array_equal(volume.stored[0, ..., 0], (nifti_phantom() % 251).transpose(2, 1, 0)[:, ::-1, ::-1])
    assert (volume.stored[0, ..., 2] == 7).all()
    rgba = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1"), ("A", "u1")])
    rgba["G"], rgba["A"] = 200, 51
    Nifti1Image(rgba, np.eye(4)).to_filename(tmp_path / "rgba.nii")
    _, volume = open_nifti(tmp_path / "rgba.nii")
    assert (volume.stored[0] == [0, 40, 0]).all()


def test_phases_of_4d_and_components_of_5d(tmp_path: Path) -> None:
    values = np.stack([nifti_phantom() + 1000 * phase for phase in range(6)], axis=-1).astype(np.int16)
    series, volume = open_nifti(save_nifti(tmp_path / "a.nii.gz", values, np.eye(4)))
    assert (series.phases, series.slices) == (6, SHAPE[2])
    assert volume.slice_at(Plane.ACQUIRED, 0, 4).values[-1, -1] == values[0, 0, 0, 4]
    series, _ = open_nifti(save_nifti(tmp_path / "b.nii", values[..., np.newaxis], np.eye(4)))
    assert series.phases == 6
    assert series.notes == ()
    five = values.reshape(*SHAPE, 2, 3)
    series, volume = open_nifti(save_nifti(tmp_path / "c.nii", five, np.eye(4)))
    assert series.phases == 6
    assert any("3 components" in note for note in series.notes)
    assert volume.slice_at(Plane.ACQUIRED, 0, 3).values[-1, -1] == five[0, 0, 0, 1, 1]


@pytest.mark.parametrize(("code", "factor"), [(0, 1.0), (1, 1000.0), (2, 1.0), (3, 0.001)])
def test_units_of_length(tmp_path: Path, code: int, factor: float) -> None:
    series, _ = open_nifti(save_nifti(tmp_path / "a.nii", nifti_phantom(), np.diag([2.0, 2, 2, 1]), xyzt_units=code))
    assert series.spacing == pytest.approx((2 * factor,) * 3)
    assert bool(series.notes) == (code != 2)


def test_display_range_of_the_header_is_the_file_window(tmp_path: Path) -> None:
    series, _ = open_nifti(save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), cal_min=100, cal_max=300))
    (window,) = series.file_windows
    assert (window.centre, window.width) == (200, 200)  # type: ignore[union-attr]


def test_a_member_across_the_slices_of_a_packed_file(tmp_path: Path) -> None:
    """Sagittal slices of a file stored axially, packed: the reader reports while it has no slice to give."""
    path = save_nifti(tmp_path / "a.nii.gz", nifti_phantom(), np.diag([4.0, 1, 1, 1]))
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    steps = list(nifti.read_frames(series, [2], POLICY))
    assert steps[0] is None
    assert steps[-1] is not None
    np.testing.assert_array_equal(steps[-1][1], nifti_phantom()[2].T[::-1, ::-1])


def test_only_the_wanted_frames_come(tmp_path: Path) -> None:
    for ending in ("nii", "nii.gz"):
        path = save_nifti(tmp_path / f"a.{ending}", nifti_phantom(), np.eye(4))
        (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
        assert sorted(step[0] for step in nifti.read_frames(series, [4, 1], POLICY) if step) == [1, 4]


def test_a_packed_file_under_a_plain_name_opens(tmp_path: Path) -> None:
    save_nifti(tmp_path / "a.nii.gz", nifti_phantom(), np.eye(4)).rename(tmp_path / "a.nii")
    assert open_nifti(tmp_path / "a.nii")[0].slices == SHAPE[2]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"magic": b"abc"}, Code.HEADER),
        ({"sizeof_hdr": 5}, Code.HEADER),
        ({"dim": [9, 1, 1, 1, 1, 1, 1, 1]}, Code.HEADER),
        ({"dim": [0, 1, 1, 1, 1, 1, 1, 1]}, Code.HEADER),
        ({"dim": [3, -4, 9, 5, 1, 1, 1, 1]}, Code.HEADER),
        ({"dim": [3, 7, 0, 5, 1, 1, 1, 1]}, Code.NO_PIXELS),
        ({"dim": [3, 700, 900, 500, 1, 1, 1, 1]}, Code.TRUNCATED),
        ({"dim": [4, 7, 9, 32000, 32000, 1, 1, 1]}, Code.TOO_LARGE),
        ({"datatype": 0}, Code.HEADER),
        ({"datatype": 1536}, Code.UNSUPPORTED),
        ({"vox_offset": np.nan}, Code.HEADER),
        ({"vox_offset": 1e9}, Code.TRUNCATED),
        ({"intent_code": 3001}, Code.UNSUPPORTED),
    ],
)
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_broken_headers(tmp_path: Path, fields: dict[str, Any], code: Code, ending: str) -> None:
    path = save_nifti(tmp_path / f"a.{ending}", nifti_phantom(), np.eye(4), **fields)
    assert refusal_of(path) is code


@pytest.mark.parametrize("length", [1, 100, 347])
def test_a_file_of_less_than_a_header(tmp_path: Path, length: int) -> None:
    (tmp_path / "a.nii").write_bytes(save_nifti(tmp_path / "b.nii", nifti_phantom(), np.eye(4)).read_bytes()[:length])
    assert refusal_of(tmp_path / "a.nii") is Code.TRUNCATED


def test_a_cut_plain_file_is_known_from_its_header(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4))
    path.write_bytes(path.read_bytes()[:-1])
    assert refusal_of(path) is Code.TRUNCATED


def test_a_cut_packed_file_shows_what_is_there_and_names_the_rest(tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(0, 1000, (40, 40, 40)).astype(np.int16)
    path = save_nifti(tmp_path / "a.nii.gz", values, np.eye(4))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    volume = Volume(series, np.zeros((1, 40, 40, 40), np.int16), np.zeros((1, 40), np.bool_))
    skipped = finish(fill(volume))
    assert 0 < volume.loaded.sum() < 40
    assert len(skipped) == 40 - volume.loaded.sum()
    assert {row.code for row in skipped} == {Code.TRUNCATED}
    np.testing.assert_array_equal(volume.stored[0, 0], values[::-1, ::-1, 0].T)


def test_a_wrong_checksum_is_a_decode_error(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii.gz", nifti_phantom(), np.eye(4))
    content = bytearray(path.read_bytes())
    content[-8] ^= 0xFF
    path.write_bytes(content)
    (series,) = nifti.group([nifti.read_header(Source(path), POLICY)])
    found = [step for step in nifti.read_frames(series, range(series.slices), POLICY) if step]
    refusals = [pixels for _, pixels in found if isinstance(pixels, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.DECODE]


def test_rubbish_behind_the_packed_stream_is_harmless(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii.gz", nifti_phantom(), np.eye(4))
    path.write_bytes(path.read_bytes() + b"rubbish")
    assert open_nifti(path)[1].is_complete


def test_nifti2(tmp_path: Path) -> None:
    Nifti2Image(nifti_phantom(), np.diag([1.0, 2, 3, 1])).to_filename(tmp_path / "a.nii")
    assert_agrees_with_nibabel(tmp_path / "a.nii")


def test_nothing_is_printed_or_logged_for_a_broken_header(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    refusal_of(save_nifti(tmp_path / "a.nii", nifti_phantom(), np.eye(4), datatype=0, sizeof_hdr=348, dim=[9] * 8))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
