"""What SimpleITK reads: values where the patient is, headers apart from their pixels, damage, members of a ZIP."""

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.formats import reader_for
from imaging.formats.itk import reader as itk
from imaging.formats.nifti import reader as nifti
from imaging.identify import identify_file
from imaging.volume.geometry import SCREEN_AXES, Plane
from imaging.volume.series import Polarity, Series, Source
from imaging.volume.volume import Volume
from tests.reading import POLICY, read_volume

sitk: Any = SimpleITK
VALUES = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7) - 40
SINGLE = ["a.nrrd", "a.mha", "a.gipl", "a.vtk", "a.mrc", "a.mnc"]
PAIRED = ["a.nhdr", "a.mhd", "a.hdr", "a.img.gz"]
ORIENTED = ["a.nrrd", "a.nhdr", "a.mha", "a.mhd", "a.hdr", "a.img.gz", "a.mnc"]


def _write(path: Path, values: NDArray[Any] = VALUES, *, turned: bool = False, is_vector: bool = False) -> Path:
    """A file of steps 1, 2, 3 mm, stored as LPS or, `turned`, with rows toward the head."""
    picture = sitk.GetImageFromArray(values, isVector=is_vector)
    picture.SetSpacing((1.0, 2.0, 2.5)[: picture.GetDimension()] + (1.0,) * (picture.GetDimension() - 3))
    if picture.GetDimension() == 3:
        picture.SetOrigin((5.0, 6.0, 7.0))
        if turned:
            picture.SetDirection((1, 0, 0, 0, 0, 1, 0, 1, 0))
    sitk.WriteImage(picture, str(path))
    return path


def _open(source: Source) -> tuple[Series, Volume]:
    found = identify_file(source, POLICY)
    assert found.format is not None
    (series,) = reader_for(found.format).group([found.header])
    volume = read_volume(series)
    assert volume.is_complete
    return series, volume


@pytest.mark.parametrize("name", SINGLE + PAIRED)
def test_letters_that_the_system_may_not_know(tmp_path: Path, name: str) -> None:
    """Windows' code page has an umlaut or a Chinese letter, never both."""
    (tmp_path / "plain").mkdir()
    _write(tmp_path / "plain" / name)
    folder = (tmp_path / "plain").rename(tmp_path / "Jürgen 試")
    np.testing.assert_array_equal(_open(Source(folder / name))[1].stored[0], VALUES)


@pytest.mark.parametrize("name", SINGLE + PAIRED)
def test_values_and_geometry(tmp_path: Path, name: str) -> None:
    series, volume = _open(Source(_write(tmp_path / name)))
    assert (series.slices, series.rows, series.columns, series.dtype) == (5, 6, 7, "int16")
    np.testing.assert_array_equal(volume.stored[0], VALUES)
    if name in ORIENTED:
        assert series.axes == SCREEN_AXES[Plane.AXIAL]
        assert series.spacing == pytest.approx((2.5, 2.0, 1.0))
        assert series.affine is not None
        np.testing.assert_allclose(series.affine[:3, 3], [5, 6, 7])
    else:
        assert series.affine is None
        assert series.notes == ("unknown orientation",)
        assert series.pixel_spacing == pytest.approx((2.0, 1.0))


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha"])
def test_a_grid_in_another_order_stands_upright(tmp_path: Path, name: str) -> None:
    _write(tmp_path / name, turned=True)
    _write(tmp_path / "a.nii", turned=True)
    series, volume = _open(Source(tmp_path / name))
    (same,) = nifti.group([nifti.read_header(Source(tmp_path / "a.nii"), POLICY)])
    assert series.axes == same.axes
    assert series.affine is not None
    assert same.affine is not None
    np.testing.assert_allclose(series.affine, same.affine, atol=1e-5)
    np.testing.assert_array_equal(volume.stored, read_volume(same).stored)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
)
def test_every_sample(tmp_path: Path, dtype: str) -> None:
    series, volume = _open(Source(_write(tmp_path / "a.nrrd", np.abs(VALUES // 2).astype(dtype))))
    assert series.dtype == ("float32" if dtype == "float64" else dtype)
    np.testing.assert_array_equal(volume.stored[0], np.abs(VALUES // 2))


def test_colour_and_vectors(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (5, 6, 7, 3), dtype=np.uint8)
    series, volume = _open(Source(_write(tmp_path / "a.nrrd", rgb, is_vector=True)))
    assert (series.channels, series.polarity) == (3, Polarity.COLOUR)
    np.testing.assert_array_equal(volume.stored[0], rgb)
    _write(tmp_path / "b.nrrd", rgb.astype(np.float32), is_vector=True)
    assert _refusal(tmp_path / "b.nrrd") is Code.UNSUPPORTED


def test_four_dimensions_are_phases(tmp_path: Path) -> None:
    values = np.stack([VALUES, VALUES + 1000])
    picture = sitk.JoinSeries([sitk.GetImageFromArray(phase) for phase in values])
    sitk.WriteImage(picture, str(tmp_path / "a.nrrd"))
    series, volume = _open(Source(tmp_path / "a.nrrd"))
    assert (series.phases, series.slices) == (2, 5)
    np.testing.assert_array_equal(volume.stored, values)


def test_two_dimensions_are_one_slice(tmp_path: Path) -> None:
    series, volume = _open(Source(_write(tmp_path / "a.mha", VALUES[0])))
    assert series.slices == 1
    assert series.affine is None
    assert series.pixel_spacing == (2.0, 1.0)
    np.testing.assert_array_equal(volume.stored[0, 0], VALUES[0])


def test_metaimage_says_its_modality(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mhd")
    path.write_text(path.read_text().replace("ObjectType = Image\n", "ObjectType = Image\nModality = MET_MOD_CT\n"))
    assert itk.read_header(Source(path), POLICY).modality == "CT"


def test_nrrd_without_a_space_has_no_orientation(tmp_path: Path) -> None:
    head = b"NRRD0004\ntype: short\ndimension: 3\nsizes: 7 6 5\nspacings: 1 2 3\nendian: little\nencoding: raw\n\n"
    (tmp_path / "a.bin").write_bytes(head + VALUES.astype("<i2").tobytes())
    series, volume = _open(Source(tmp_path / "a.bin"))
    assert series.axes is None
    np.testing.assert_array_equal(volume.stored[0], VALUES)


def _refusal(path: Path) -> Code:
    with pytest.raises(Refusal) as caught:
        _open(Source(path))
    assert isinstance(caught.value.code, Code)
    return caught.value.code


@pytest.mark.parametrize("name", ["a.nrrd", "a.mha", "a.gipl", "a.vtk", "a.mrc"])
@pytest.mark.parametrize("lost", [0.5, 2])
def test_a_cut_file_is_truncated(tmp_path: Path, name: str, lost: float, capfd: pytest.CaptureFixture[str]) -> None:
    picture = sitk.GetImageFromArray(np.tile(VALUES, (4, 3, 3)))
    sitk.WriteImage(picture, str(tmp_path / name), useCompression=False)
    content = (tmp_path / name).read_bytes()
    # VTK closes with a line of metadata, so only a real cut reaches its pixels.
    kept = len(content) - int(lost) if lost > 1 and name != "a.vtk" else int(len(content) * 0.5)
    (tmp_path / name).write_bytes(content[:kept])
    assert _refusal(tmp_path / name) is Code.TRUNCATED
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "pixels"), [("a.nhdr", "a.raw"), ("a.mhd", "a.raw"), ("a.hdr", "a.img")])
def test_headers_apart_from_their_pixels(tmp_path: Path, name: str, pixels: str) -> None:
    picture = sitk.GetImageFromArray(VALUES)
    sitk.WriteImage(picture, str(tmp_path / name), useCompression=False)
    assert identify_file(Source(tmp_path / name), POLICY).header.companions == (Source(tmp_path / pixels),)
    content = (tmp_path / pixels).read_bytes()
    (tmp_path / pixels).write_bytes(content[:-2])
    assert _refusal(tmp_path / name) is Code.TRUNCATED
    (tmp_path / pixels).unlink()
    assert _refusal(tmp_path / name) is Code.MISSING


@pytest.mark.parametrize("elsewhere", ["../a.raw", "/etc/passwd", "C:\\a.raw", "\\\\server\\share\\a.raw"])
def test_pixels_outside_the_folder_are_refused(tmp_path: Path, elsewhere: str) -> None:
    (tmp_path / "in").mkdir()
    path = _write(tmp_path / "in/a.mhd")
    (tmp_path / "a.raw").write_bytes(bytes(10_000))
    lines = [line for line in path.read_text().splitlines() if not line.startswith("ElementDataFile")]
    path.write_text("\n".join([*lines, f"ElementDataFile = {elsewhere}", ""]))
    assert _refusal(path) in (Code.UNSUPPORTED, Code.MISSING)
    assert elsewhere.startswith("\\\\") or _refusal(path) is Code.UNSUPPORTED


def test_a_list_of_pixel_files(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.mhd")
    names = [f"s{number}.raw" for number in range(5)]
    for name, plane in zip(names, VALUES, strict=True):
        (tmp_path / name).write_bytes(plane.astype("<i2").tobytes())
    text = path.read_text().replace("CompressedData = True", "CompressedData = False")
    lines = [line for line in text.splitlines() if not line.startswith(("ElementDataFile", "CompressedDataSize"))]
    path.write_text("\n".join([*lines, "ElementDataFile = LIST", *names, ""]))
    series, volume = _open(Source(path))
    assert [one.path.name for one in itk.read_header(Source(path), POLICY).companions] == names
    np.testing.assert_array_equal(volume.stored[0], VALUES)
    assert series.slices == 5


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.nrrd", b"NRRD0004\ntype: nonsense\n\n", Code.HEADER),
        ("a.mha", b"nothing of the kind", Code.UNKNOWN_FORMAT),
        ("a.hdr", b"ENVI\nsamples = 3\n", Code.UNKNOWN_FORMAT),
        ("a.vtk", b"# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\n", Code.UNKNOWN_FORMAT),
    ],
)
def test_rubbish(tmp_path: Path, name: str, content: bytes, code: Code, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(content)
    assert _refusal(tmp_path / name) is code
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", SINGLE + PAIRED)
def test_members_of_a_zip_leave_nothing_behind(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Doe^Jane").mkdir()
    (tmp_path / "temporary").mkdir()
    _write(tmp_path / "Doe^Jane" / name)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for path in (tmp_path / "Doe^Jane").iterdir():
            archive.write(path, f"Doe^Jane/{path.name}")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    _, volume = _open(Source(tmp_path / "a.zip", f"Doe^Jane/{name}"))
    np.testing.assert_array_equal(volume.stored[0], VALUES)
    assert os.listdir(tmp_path / "temporary") == []


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"CDF\x01" + bytes(100), Code.UNSUPPORTED), (b"no MINC at all, but a letter", Code.UNKNOWN_FORMAT)],
)
def test_minc_of_version_1_is_valid_but_not_read(tmp_path: Path, content: bytes, code: Code) -> None:
    (tmp_path / "a.mnc").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        itk.read_header(Source(tmp_path / "a.mnc"), POLICY)
    assert caught.value.code is code
