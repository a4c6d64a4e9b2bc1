"""Rows 52 to 63: pictures and volumes of which something is not known, or that are written in an unusual way."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import nibabel
import numpy as np
import pytest
import tifffile
from nibabel.analyze import AnalyzeImage
from nibabel.nifti1 import Nifti1Image, Nifti1Pair
from numpy.typing import NDArray
from PIL import Image

from tests.conformance.conftest import Viewer, near
from tests.conformance.real_files import roots
from tests.conformance.traps import trap
from tests.imaging.nifti_files import nifti_phantom, patch_fields, save_nifti

RNG = np.random.default_rng(3)
STEPS = np.diag([1.0, 2.0, 3.0, 1.0])
VOXELS = nifti_phantom()


def as_seen(voxels: NDArray[Any], index: int) -> NDArray[Any]:
    """RAS voxels [i, j, k] as an axial slice: rows toward P, columns toward L."""
    return voxels[::-1, ::-1, index].swapaxes(0, 1)


@trap(52)
def test_a_nifti_of_unknown_steps_has_letters(viewer: Viewer, tmp_path: Path) -> None:
    picture = Nifti1Image(VOXELS, None)
    picture.set_qform(STEPS, code=1)
    picture.to_filename(tmp_path / "a.nii")
    patch_fields(tmp_path / "a.nii", pixdim=[1, 1, 2, 0, 1, 1, 1, 1], sform_code=0)
    row = viewer.one(tmp_path / "a.nii")
    assert (row["axes"], row["spacing_mm"]) == (["S", "P", "L"], None)
    np.testing.assert_array_equal(viewer.values(tmp_path / "a.nii", "--slice", 2), as_seen(VOXELS, 2))


@trap(53)
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_16_bit_colour_in_planes(viewer: Viewer, tmp_path: Path, planar: str) -> None:
    deep = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    stored = deep if planar == "contig" else np.moveaxis(deep, -1, 0)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=planar)
    assert near(viewer.values(tmp_path / "a.tif"), deep / 257, 0.5)
    assert near(viewer.render(tmp_path / "a.tif"), deep / 257, 0.5)


@trap(53)
@pytest.mark.parametrize("kind", ["u2", "u4", "i4", "f4", "f8"])
def test_grey_of_many_bits_keeps_its_values(viewer: Viewer, tmp_path: Path, kind: str) -> None:
    values = (RNG.random((20, 30)) * 60000).astype(kind)
    tifffile.imwrite(tmp_path / "a.tif", values)
    np.testing.assert_array_equal(viewer.values(tmp_path / "a.tif"), values.astype(np.float32))


@trap(54)
@pytest.mark.parametrize("count", [2, 4, 5])
def test_channels_are_phases(viewer: Viewer, tmp_path: Path, count: int) -> None:
    values = (RNG.random((20, 30, count)) * 60000).astype(np.uint16)
    extra = ["unspecified"] * (count - 1)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", extrasamples=extra)
    row = viewer.one(tmp_path / "a.tif")
    assert (row["phases"], row["channels"]) == (count, 1)
    assert any(f"{count} channels" in note for note in row["notes"])
    for phase in range(count):
        np.testing.assert_array_equal(viewer.values(tmp_path / "a.tif", "--phase", phase), values[..., phase])


@trap(54)
def test_transparency_is_no_channel(viewer: Viewer, tmp_path: Path) -> None:
    values = np.full((4, 4, 2), 100, np.uint16)
    values[..., 1], values[2:, :, 1] = 65535, 0
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", extrasamples=["unassalpha"])
    assert viewer.one(tmp_path / "a.tif")["phases"] == 1
    assert viewer.values(tmp_path / "a.tif")[:, 0].tolist() == [100, 100, 0, 0]


@trap(55)
@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif"])
def test_equal_red_green_and_blue_have_a_window(viewer: Viewer, tmp_path: Path, ending: str) -> None:
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (24, 1))
    Image.fromarray(np.stack([ramp] * 3, axis=-1)).save(tmp_path / f"a.{ending}")
    assert viewer.one(tmp_path / f"a.{ending}")["channels"] == 1
    whole, narrow = (viewer.render(tmp_path / f"a.{ending}", *words) for words in ((), ("--window", "120,20")))
    assert whole.ndim == narrow.ndim == 2
    assert (narrow == 0).sum() > (whole == 0).sum(), "a window does something"
    assert viewer.screen(tmp_path / f"a.{ending}").probe(3, 10).startswith("40")


@trap(55)
def test_a_little_colour_is_colour(viewer: Viewer, tmp_path: Path) -> None:
    colours = np.full((20, 20, 3), 90, np.uint8)
    colours[3, 4] = (200, 30, 30)
    cv2.imwrite(str(tmp_path / "a.png"), colours[..., ::-1])
    assert viewer.one(tmp_path / "a.png")["channels"] == 3
    np.testing.assert_array_equal(viewer.render(tmp_path / "a.png"), colours)


@trap(56)
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.hdr"])
def test_planes_by_pixdim_where_the_sides_are_unknown(viewer: Viewer, tmp_path: Path, name: str) -> None:
    if name == "a.hdr":
        AnalyzeImage(VOXELS, STEPS).to_filename(tmp_path / "a.img")
    else:
        save_nifti(tmp_path / name, VOXELS, STEPS, qform_code=0, sform_code=0)
    path = tmp_path / name
    row = viewer.one(path)
    assert (row["axes"], row["orientation"], row["spacing_mm"]) == (None, None, [3, 2, 1])
    assert "unknown orientation" in row["notes"]
    screen = viewer.screen(path)
    assert screen.letters is None
    assert "Orientation unknown" in screen.text
    np.testing.assert_array_equal(viewer.values(path, "--slice", 2), VOXELS[:, :, 2].T)
    cut = viewer.values(path, "--plane", "coronal", "--slice", 4)
    np.testing.assert_array_equal(cut, VOXELS[:, 4].T[::-1])


@trap(57)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_values_are_magnitude_and_angle(viewer: Viewer, tmp_path: Path, dtype: str) -> None:
    values = (VOXELS * np.exp(1j * VOXELS / 50)).astype(dtype)
    Nifti1Image(values, np.eye(4)).to_filename(tmp_path / "a.nii")
    row = viewer.one(tmp_path / "a.nii")
    assert row["phases"] == 2
    assert any("magnitude" in note and "radians" in note for note in row["notes"])
    for phase, expected in enumerate((np.abs(values), np.angle(values))):
        seen = viewer.values(tmp_path / "a.nii", "--slice", 2, "--phase", phase)
        assert near(seen, as_seen(expected, 2), 1e-3)


@trap(58)
def test_a_quaternion_off_by_rounding(viewer: Viewer, tmp_path: Path) -> None:
    picture = Nifti1Image(VOXELS, None)
    picture.set_qform(np.diag([1.0, -2, -3, 1]), code=1)
    picture.header.set_xyzt_units("mm")
    picture.to_filename(tmp_path / "a.nii")
    before = viewer.one(tmp_path / "a.nii")
    patch_fields(tmp_path / "a.nii", quatern_b=float(picture.header["quatern_b"]) * 1.0001, sform_code=0)
    after = viewer.one(tmp_path / "a.nii")
    assert after | {"id": ""} == before | {"id": ""}
    assert after["axes"] is not None
    assert after["notes"] == []


GZIPS: dict[str, Callable[[bytes], bytes]] = {
    "three members": lambda whole: b"".join(gzip.compress(whole[at : at + 400]) for at in range(0, len(whole), 400)),
    "zeros behind": lambda whole: gzip.compress(whole) + bytes(10_000),
    "members and zeros": lambda whole: gzip.compress(whole[:400]) + gzip.compress(whole[400:]) + bytes(512),
}


@trap(59)
@pytest.mark.parametrize("name", GZIPS)
def test_gzip_of_several_members_is_no_damage(viewer: Viewer, tmp_path: Path, name: str) -> None:
    whole = save_nifti(tmp_path / "a.nii", VOXELS, STEPS).read_bytes()
    (tmp_path / "b.nii.gz").write_bytes(GZIPS[name](whole))
    answer = viewer.inspect(tmp_path / "b.nii.gz", code=0)
    assert answer["series"][0]["notes"] == []
    np.testing.assert_array_equal(viewer.values(tmp_path / "b.nii.gz", "--slice", 4), as_seen(VOXELS, 4))
    assert "ncomplete" not in viewer.screen(tmp_path / "b.nii.gz").text


@trap(60)
@pytest.mark.parametrize("name", ["a.nii.gzip", "no_suffix", "a.dat", "a.nii.GZ"])
def test_gzip_is_told_by_its_content(viewer: Viewer, tmp_path: Path, name: str) -> None:
    save_nifti(tmp_path / "b.nii.gz", VOXELS, STEPS).rename(tmp_path / name)
    assert viewer.one(tmp_path / name)["format"] == "nifti"
    np.testing.assert_array_equal(viewer.values(tmp_path / name, "--slice", 1), as_seen(VOXELS, 1))


@trap(61)
@pytest.mark.parametrize("dropped", ["a.hdr", "a.img"])
@pytest.mark.parametrize("kind", [AnalyzeImage, Nifti1Pair])
def test_either_half_finds_the_other(viewer: Viewer, tmp_path: Path, dropped: str, kind: Any) -> None:
    kind(VOXELS, STEPS).to_filename(tmp_path / "a.img")
    assert viewer.one(tmp_path / dropped)["spacing_mm"] == [3, 2, 1]
    (tmp_path / ("a.hdr" if dropped == "a.img" else "a.img")).unlink()
    answer = viewer.inspect(tmp_path / dropped, code=2)
    assert [row["code"] for row in answer["skipped"]] == ["E_MISSING"]


@trap(62)
@pytest.mark.parametrize(("unit", "factor"), [("microns", 1e-3), ("µm", 1e-3), ("mm", 1), ("cm", 10)])
def test_lengths_of_nrrd(viewer: Viewer, tmp_path: Path, unit: str, factor: float) -> None:
    header = (
        "NRRD0005\ntype: short\ndimension: 3\nsizes: 7 9 5\nendian: little\nspace: left-posterior-superior\n"
        f'space directions: (1,0,0) (0,2,0) (0,0,2.5)\nspace units: "{unit}" "{unit}" "{unit}"\nencoding: raw\n\n'
    )
    (tmp_path / "a.nrrd").write_bytes(header.encode() + VOXELS.astype("<i2").tobytes(order="F"))
    assert near(viewer.one(tmp_path / "a.nrrd")["spacing_mm"], [2.5 * factor, 2 * factor, factor], 1e-9)
    np.testing.assert_array_equal(viewer.values(tmp_path / "a.nrrd", "--slice", 3), VOXELS[:, :, 3].T)


@trap(63)
@pytest.mark.filterwarnings("ignore")  # nibabel leaves the file of PAR/REC to the garbage collector
@pytest.mark.skipif("nibabel" not in roots(), reason="nibabel's own test files are not installed")
@pytest.mark.parametrize("name", ["test.mgz", "phantom_EPI_asc_CLEAR_2_1.PAR", "example4d+orig.HEAD"])
def test_other_programs_volumes_hold_what_nibabel_reads(viewer: Viewer, name: str) -> None:
    path = roots()["nibabel"] / name
    if not path.is_file():
        pytest.skip("this file is not among nibabel's")
    expected = np.asarray(nibabel.load(path).dataobj, dtype=np.float32)
    row = viewer.one(path)
    assert row["slices"] * row["rows"] * row["columns"] * row["phases"] == expected.size
    seen = np.concatenate(
        [
            viewer.values(path, "--slice", index, "--phase", phase).ravel()
            for phase in range(row["phases"])
            for index in range(row["slices"])
        ]
    )
    assert near(np.sort(seen), np.sort(expected.ravel()), 1e-3)


@trap(63)
def test_a_volume_that_is_not_read_is_refused_with_the_way_out(viewer: Viewer, tmp_path: Path) -> None:
    (tmp_path / "a.mif").write_bytes(b"mrtrix image\ndim: 3,3,3\nEND\n")
    (row,) = viewer.inspect(tmp_path / "a.mif", code=2)["skipped"]
    assert row["code"] == "E_UNSUPPORTED"
    assert "mrconvert" in row["message"]
