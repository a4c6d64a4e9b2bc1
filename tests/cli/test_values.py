from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

NIBABEL = Path(nibabel.__file__).parent / "tests" / "data"


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str)
    return Path(found)


def stacked(cli, path: Path, folder: Path, *, phase: int = 0, plane: str = "acquired") -> tuple[np.ndarray, list[str]]:
    """Every slice that `values` writes, and the axes that `inspect` names."""
    (series,) = cli("inspect", path, "--json").document["series"]
    slices, wanted = [], ["--phase", phase, "--plane", plane, "--out", folder / "f.npy"]
    while cli("values", path, "--slice", len(slices), *wanted).code == 0:
        slices.append(np.load(folder / "f.npy", allow_pickle=False))
    assert all(one.dtype == np.float32 for one in slices)
    return np.stack(slices), series["axes"]


def laid_by(axes: list[str], canonical: np.ndarray) -> np.ndarray:
    """An array whose indices grow toward R, A, S, laid out so that they grow toward the letters of `axes`."""
    for letter in axes:
        if letter in "LPI":
            canonical = np.flip(canonical, "LPI".index(letter))
    return canonical.transpose(
        [("RL", "AP", "SI").index(pair) for letter in axes for pair in ("RL", "AP", "SI") if letter in pair]
    )


@pytest.mark.parametrize("name", ["anatomical.nii", "functional.nii", "example4d.nii.gz", "example_nifti2.nii.gz"])
def test_values_and_axes_say_where_every_number_is_in_the_patient(name, tmp_path, cli):
    nifti = nibabel.as_closest_canonical(nibabel.load(NIBABEL / name))
    voxels = np.asarray(nifti.get_fdata(dtype=np.float64))
    phases = voxels.reshape(*voxels.shape[:3], -1)
    for phase in {0, phases.shape[3] - 1}:
        found, axes = stacked(cli, NIBABEL / name, tmp_path, phase=phase)
        assert np.allclose(found, laid_by(axes, phases[..., phase]), rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize(("plane", "axes"), [("axial", "SPL"), ("sagittal", "RIP"), ("coronal", "PIL")])
def test_other_planes_are_as_radiologists_look_at_them(plane, axes, tmp_path, cli):
    nifti = nibabel.as_closest_canonical(nibabel.load(NIBABEL / "anatomical.nii"))
    found, _ = stacked(cli, NIBABEL / "anatomical.nii", tmp_path, plane=plane)
    assert np.array_equal(found, laid_by(list(axes), np.asarray(nifti.get_fdata(dtype=np.float32))))


def test_a_real_head_from_the_shared_data(shared, tmp_path, cli):
    path = shared / "nifti" / "spmMotor.nii.gz"
    nifti = nibabel.as_closest_canonical(nibabel.load(path))
    voxels = np.asarray(nifti.get_fdata(dtype=np.float64))
    found, axes = stacked(cli, path, tmp_path)
    assert np.allclose(found, laid_by(axes, voxels.reshape(*voxels.shape[:3], -1)[..., 0]), equal_nan=True, rtol=1e-6)


def test_hounsfield_units_of_a_ct(tmp_path, cli):
    answer = cli("values", real("CT_small.dcm"), "--out", tmp_path / "f.npy", "--json")
    assert answer.code == 0
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    expected = dataset.pixel_array.astype(np.float64) * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    assert np.array_equal(np.load(tmp_path / "f.npy"), expected)
    assert answer.document["out"] == str(tmp_path / "f.npy")
    assert (answer.document["slice"], answer.document["rows"], answer.document["columns"]) == (0, 128, 128)


def test_colour_keeps_three_channels(tmp_path, cli):
    assert cli("values", real("SC_rgb.dcm"), "--out", tmp_path / "f.npy").code == 0
    values = np.load(tmp_path / "f.npy")
    assert values.dtype == np.float32
    assert np.array_equal(values, pydicom.dcmread(real("SC_rgb.dcm")).pixel_array)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--slice", "1"], "E_OUT_OF_RANGE"),
        (["--slice", "-1"], "E_OUT_OF_RANGE"),
        (["--phase", "1"], "E_OUT_OF_RANGE"),
        (["--series", "1"], "E_OUT_OF_RANGE"),
        (["--series", "-1"], "E_OUT_OF_RANGE"),
    ],
)
def test_numbers_that_do_not_exist(words, code, tmp_path, cli):
    answer = cli("values", real("CT_small.dcm"), *words, "--out", tmp_path / "f.npy", "--json")
    assert answer.is_refused_with(code)
    assert answer.document["error"]["code"] == code
    assert list(tmp_path.iterdir()) == []


def test_other_planes_of_what_has_no_geometry(tmp_path, cli):
    answer = cli("values", real("SC_rgb.dcm"), "--plane", "sagittal", "--out", tmp_path / "f.npy")
    assert answer.is_refused_with("E_NO_GEOMETRY")


def test_the_source_is_never_written_over(tmp_path, cli):
    source = tmp_path / "ct.dcm"
    source.write_bytes(real("CT_small.dcm").read_bytes())
    (tmp_path / "link").symlink_to(source)
    before = source.read_bytes()
    for out in (source, tmp_path / "link"):
        assert cli("values", source, "--out", out).is_refused_with("E_WRITE")
    assert source.read_bytes() == before


@pytest.mark.parametrize("out", ["", "nowhere/f.npy"])
def test_a_place_that_cannot_be_written(out, tmp_path, cli):
    assert cli("values", real("CT_small.dcm"), "--out", tmp_path / out).is_refused_with("E_WRITE")


def test_a_phase_of_a_real_series(shared, tmp_path, cli):
    path = shared / "nifti" / "pcasl.nii.gz"
    voxels = np.asarray(nibabel.as_closest_canonical(nibabel.load(path)).get_fdata(dtype=np.float32))
    (series,) = cli("inspect", path, "--json").document["series"]
    assert cli("values", path, "--phase", 3, "--slice", 5, "--out", tmp_path / "f.npy").code == 0
    assert np.allclose(np.load(tmp_path / "f.npy"), laid_by(series["axes"], voxels[..., 3])[5], rtol=1e-6)


@pytest.mark.parametrize("name", ["abdomen_ct", "head_mr_3y"])
def test_slices_of_a_folder_stand_in_the_order_of_their_positions(name, shared, tmp_path, cli):
    def along_normal(header: pydicom.Dataset) -> float:
        row, column = np.reshape(np.asarray(header.ImageOrientationPatient, dtype=float), (2, 3))
        return float(np.asarray(header.ImagePositionPatient, dtype=float) @ np.cross(row, column))

    files = [path for path in (shared / "dicom" / name).rglob("*") if path.is_file()]
    ordered = sorted(files, key=lambda path: along_normal(pydicom.dcmread(path, stop_before_pixels=True)))
    for index in (0, 1, len(ordered) // 2, len(ordered) - 1):
        words = ("values", shared / "dicom" / name, "--slice", index, "--out", tmp_path / "f.npy")
        assert cli(*words).code == 0
        dataset = pydicom.dcmread(ordered[index])
        expected = dataset.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(
            dataset.get("RescaleIntercept", 0)
        )
        assert np.array_equal(np.load(tmp_path / "f.npy"), expected)
