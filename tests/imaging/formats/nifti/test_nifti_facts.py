"""What is known although something is not: ANALYZE, complex values, quaternions, lengths, gzip in all its forms."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nibabel.analyze import AnalyzeImage
from nibabel.nifti1 import Nifti1Image, Nifti1Pair
from nibabel.spm99analyze import Spm99AnalyzeImage

from imaging.base.errors import Code
from imaging.base.progress import finish
from imaging.identify import identify_file
from imaging.volume.geometry import Plane
from imaging.volume.series import Format, Rescale, Series, Source
from tests.imaging.nifti_files import (
    SHAPE,
    assert_agrees_with_nibabel,
    nifti_phantom,
    open_nifti,
    patch_fields,
    refusal_of,
    save_nifti,
)
from tests.reading import POLICY, read_volume, scan

STEPS = np.diag([1.0, 2.0, 3.0, 1.0])


def one_of(path: Path) -> Series:
    found = finish(scan([path]))
    assert found.ledger.skipped == ()
    assert found.ledger.seen == found.ledger.opened == 1
    (series,) = found.series
    return series


@pytest.mark.parametrize("kind", [AnalyzeImage, Spm99AnalyzeImage])
@pytest.mark.parametrize("order", ["<", ">"])
def test_analyze_has_planes_and_no_sides(tmp_path: Path, kind: Any, order: str) -> None:
    header = kind.header_class(endianness=order)
    header.set_data_dtype(np.dtype("i2").newbyteorder(order))
    kind(nifti_phantom(), STEPS, header).to_filename(tmp_path / "a.img")
    series = one_of(tmp_path / "a.hdr")
    volume = read_volume(series)
    assert (series.affine, series.axes, series.edges) == (None, None, None)
    assert series.spacing == (3.0, 2.0, 1.0)
    assert "unknown orientation" in series.notes
    np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0))
    cut = volume.slice_at(Plane.CORONAL, 4)
    assert (cut.affine, cut.spacing) == (None, (3.0, 1.0))
    np.testing.assert_array_equal(cut.stored, nifti_phantom()[:, 4].T[::-1])


def test_what_spm_writes_into_analyze(tmp_path: Path) -> None:
    header = Spm99AnalyzeImage.header_class()
    header.set_data_dtype(np.int16)
    image = Spm99AnalyzeImage(nifti_phantom(), STEPS, header)
    image.to_filename(tmp_path / "a.img")
    content = bytearray((tmp_path / "a.hdr").read_bytes())
    content[112:116] = np.float32(0.25).tobytes()
    # An origin stands where NIfTI has its codes.
    content[253:259] = np.array([4, 5, 3], "<i2").tobytes()
    (tmp_path / "a.hdr").write_bytes(content)
    series = one_of(tmp_path / "a.hdr")
    assert series.frames[0].modality == Rescale(0.25, 0.0)
    assert series.axes is None
    assert any("SPM" in note for note in series.notes)


@pytest.mark.parametrize("dropped", ["a.hdr", "a.img"])
@pytest.mark.parametrize("kind", [AnalyzeImage, Nifti1Pair])
def test_either_half_of_a_pair_finds_the_other(tmp_path: Path, dropped: str, kind: Any) -> None:
    kind(nifti_phantom(), STEPS).to_filename(tmp_path / "a.img")
    assert read_volume(one_of(tmp_path / dropped)).is_complete
    both = finish(scan([tmp_path]))
    assert (len(both.series), both.ledger.seen, both.ledger.opened) == (1, 2, 2)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.img", "a.hdr"):
            archive.write(tmp_path / name, f"in/{name}")
    assert finish(scan([tmp_path / "a.zip"])).ledger.opened == 2
    (tmp_path / ("a.hdr" if dropped == "a.img" else "a.img")).unlink()
    (row,) = finish(scan([tmp_path / dropped])).ledger.skipped
    assert row.code is Code.MISSING


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
@pytest.mark.parametrize("affine", [STEPS, np.diag([4.0, 1, 1, 1])], ids=["by slice", "across"])
def test_complex_values_are_magnitudes_and_then_angles(tmp_path: Path, dtype: str, ending: str, affine: Any) -> None:
    values = (nifti_phantom() * np.exp(1j * nifti_phantom() / 50)).astype(dtype)
    two = np.stack([values, values * 2j], axis=-1)
    for stored, phases in ((values, 2), (two, 4)):
        Nifti1Image(stored, affine).to_filename(tmp_path / f"a.{ending}")
        series, volume = open_nifti(tmp_path / f"a.{ending}")
        assert (series.phases, series.dtype) == (phases, "float32")
        assert any("magnitude" in note and "radians" in note for note in series.notes)
        by_volume = np.moveaxis(stored.reshape(*SHAPE, -1), -1, 0)
        expected = np.concatenate([np.abs(by_volume), np.angle(by_volume)])
        np.testing.assert_allclose(np.sort(volume.stored.ravel()), np.sort(expected.ravel()), atol=1e-4)
        assert series.affine is not None
        i, j, k = (
            (np.linalg.inv(np.diag([-1, -1, 1, 1]) @ affine) @ series.affine @ [1, 2, 3, 1])[:3].round().astype(int)
        )
        np.testing.assert_allclose(volume.stored[:, 1, 2, 3], expected[:, i, j, k], atol=1e-4)


@pytest.mark.parametrize(("factor", "is_said"), [(1.0000001, False), (1.0002, False), (1.2, True)])
def test_a_quaternion_that_is_too_long_is_normalised(tmp_path: Path, factor: float, is_said: bool) -> None:
    """A turn by 180° leaves nothing for its first part: rounding makes the others longer than 1."""
    picture = Nifti1Image(nifti_phantom(), None)
    picture.set_qform(np.diag([1.0, -2, -3, 1]), code=1)
    picture.header.set_xyzt_units("mm")
    picture.to_filename(tmp_path / "a.nii")
    before, _ = open_nifti(tmp_path / "a.nii")
    patch_fields(tmp_path / "a.nii", quatern_b=float(picture.header["quatern_b"]) * factor, sform_code=0)
    series, _ = open_nifti(tmp_path / "a.nii")
    assert series.axes == before.axes
    np.testing.assert_allclose(series.affine, before.affine, atol=1e-4)  # type: ignore[arg-type]
    assert any("normalised" in note for note in series.notes) is is_said


@pytest.mark.parametrize("length", [0.0, np.nan, np.inf])
def test_directions_without_lengths(tmp_path: Path, length: float) -> None:
    picture = Nifti1Image(nifti_phantom(), None)
    picture.set_qform(STEPS, code=1)
    picture.to_filename(tmp_path / "a.nii")
    pixdim = np.array(picture.header["pixdim"])
    pixdim[3] = length
    patch_fields(tmp_path / "a.nii", pixdim=pixdim, sform_code=0)
    series, volume = open_nifti(tmp_path / "a.nii")
    assert (series.affine, series.spacing, series.pixel_spacing) == (None, None, (2.0, 1.0))
    assert (series.axes, series.edges) == (("S", "P", "L"), ("P", "L"))
    np.testing.assert_array_equal(volume.stored[0], nifti_phantom().transpose(2, 1, 0)[:, ::-1, ::-1])


@pytest.mark.parametrize("name", ["a.nii.gzip", "no_suffix", "a.dat", "a.nii.GZ"])
def test_gzip_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    save_nifti(tmp_path / "b.nii.gz", nifti_phantom(), STEPS).rename(tmp_path / name)
    series = one_of(tmp_path / name)
    assert series.format is Format.NIFTI
    assert read_volume(series).is_complete


def test_gzip_of_anything_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.dcm.gz").write_bytes(gzip.compress(b"no NIfTI" * 100))
    (tmp_path / "a.mif").write_bytes(b"mrtrix image\ndim: 3,3,3\nEND\n")
    rows = {Path(row.path).name: row for row in finish(scan([tmp_path])).ledger.skipped}
    assert {row.code for row in rows.values()} == {Code.UNSUPPORTED}
    assert "mrconvert" in rows["a.mif"].message
    assert "unpack it" in rows["a.dcm.gz"].message


def packed(whole: bytes) -> dict[str, bytes]:
    """One file as gzip in all the ways in which nothing is missing."""
    third = len(whole) // 3
    return {
        "one member": gzip.compress(whole),
        "three members": b"".join(gzip.compress(whole[at : at + third + 3]) for at in range(0, len(whole), third + 3)),
        "zeros behind": gzip.compress(whole) + bytes(10_000),
        "many zeros behind": gzip.compress(whole) + bytes(300_000),
        "members and zeros": gzip.compress(whole[:third]) + gzip.compress(whole[third:]) + bytes(512),
    }


@pytest.mark.parametrize("name", packed(bytes(9)))
def test_whole_gzip_is_no_damage(tmp_path: Path, name: str) -> None:
    values = np.random.default_rng(1).integers(0, 1000, (30, 30, 20)).astype(np.int16)
    whole = save_nifti(tmp_path / "a.nii", values, STEPS).read_bytes()
    (tmp_path / "b.nii.gz").write_bytes(packed(whole)[name])
    series, volume = open_nifti(tmp_path / "b.nii.gz")
    assert not series.incomplete
    assert series.notes == ()
    np.testing.assert_array_equal(volume.stored, open_nifti(tmp_path / "a.nii")[1].stored)


@pytest.mark.parametrize("name", packed(bytes(9)))
@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_gzip_that_was_cut_is_told(tmp_path: Path, name: str, kept: float) -> None:
    values = np.random.default_rng(1).integers(0, 1000, (30, 30, 20)).astype(np.int16)
    whole = save_nifti(tmp_path / "a.nii", values, STEPS).read_bytes()
    content = packed(whole)[name].rstrip(b"\0")
    (tmp_path / "b.nii.gz").write_bytes(content[: int(len(content) * kept)])
    assert identify_file(Source(tmp_path / "b.nii.gz"), POLICY).header.incomplete


def test_an_analyze_header_of_other_programs(tmp_path: Path) -> None:
    (tmp_path / "a.hdr").write_bytes(b"ENVI\nsamples = 3\n" * 40)
    (tmp_path / "a.img").write_bytes(bytes(1000))
    assert refusal_of(tmp_path / "a.hdr") is Code.UNKNOWN_FORMAT
    assert {row.code for row in finish(scan([tmp_path])).ledger.skipped} == {Code.UNKNOWN_FORMAT}


def test_a_sheared_sform_still_agrees(tmp_path: Path) -> None:
    save_nifti(tmp_path / "a.nii.gz", nifti_phantom(), STEPS)
    assert_agrees_with_nibabel(tmp_path / "a.nii.gz")
