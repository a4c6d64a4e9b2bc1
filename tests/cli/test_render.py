from pathlib import Path

import cv2
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


def rendered(cli, folder: Path, *words: object) -> np.ndarray:
    answer = cli("render", *words, "--out", folder / "f.png")
    assert answer.code == 0, answer.err
    frame = cv2.imread(str(folder / "f.png"), cv2.IMREAD_UNCHANGED)
    assert frame is not None
    assert frame.dtype == np.uint8
    return frame


def values_of(cli, folder: Path, *words: object) -> np.ndarray:
    assert cli("values", *words, "--out", folder / "f.npy").code == 0
    return np.load(folder / "f.npy").astype(np.float64)


def linear(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """PS3.3 C.11.2.1.2.1, with 0…255 as the output range, not rounded."""
    ramp = ((values - (centre - 0.5)) / (width - 1) + 0.5) * 255
    ramp[values <= centre - 0.5 - (width - 1) / 2] = 0
    ramp[values > centre - 0.5 + (width - 1) / 2] = 255
    return ramp


@pytest.mark.parametrize("window", ["40,400", "-600,1500", "0,2", "100.5,33.25", "1000,4096"])
def test_the_window_is_the_formula_of_the_standard(window, tmp_path, cli):
    path = real("CT_small.dcm")
    frame = rendered(cli, tmp_path, path, "--window", window)
    exact = linear(values_of(cli, tmp_path, path), *(float(part) for part in window.split(",")))
    assert np.abs(frame - exact).max() <= 0.5 + 1e-3


def test_width_one_is_a_step(tmp_path, cli):
    path = real("CT_small.dcm")
    frame = rendered(cli, tmp_path, path, "--window", "40,1")
    assert np.array_equal(frame, np.where(values_of(cli, tmp_path, path) > 39.5, 255, 0))


def test_values_below_one_can_be_windowed(tmp_path, cli):
    path = NIBABEL / "example_nifti2.nii.gz"
    values = values_of(cli, tmp_path, path)
    frame = rendered(cli, tmp_path, path, "--window", f"{values.mean()},0.5")
    exact = np.clip((values - values.mean()) / 0.5 + 0.5, 0, 1) * 255
    assert np.abs(frame - exact).max() <= 0.5 + 1e-2


def test_without_a_window_it_is_the_file_s_own(tmp_path, cli):
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    dataset.WindowCenter, dataset.WindowWidth = ["40", "-600"], ["400", "1500"]
    dataset.save_as(tmp_path / "ct.dcm")
    own = rendered(cli, tmp_path, tmp_path / "ct.dcm")
    assert np.array_equal(own, rendered(cli, tmp_path, tmp_path / "ct.dcm", "--window", "40,400"))


def test_monochrome_1_is_the_exact_complement(tmp_path, cli):
    dataset = pydicom.dcmread(real("CT_small.dcm"))
    bright = rendered(cli, tmp_path, real("CT_small.dcm"), "--window", "40,400")
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.save_as(tmp_path / "m1.dcm")
    assert np.array_equal(rendered(cli, tmp_path, tmp_path / "m1.dcm", "--window", "40,400"), 255 - bright)


def test_colour_is_rgb_and_has_no_window(tmp_path, cli):
    path = real("SC_rgb.dcm")
    frame = rendered(cli, tmp_path, path)
    assert np.array_equal(frame[:, :, ::-1], pydicom.dcmread(path).pixel_array)
    answer = cli("render", path, "--window", "40,400", "--out", tmp_path / "f.png")
    assert answer.code == 0
    assert "no window" in answer.err
    assert np.array_equal(cv2.imread(str(tmp_path / "f.png"), cv2.IMREAD_UNCHANGED), frame)


def test_the_automatic_window_comes_from_the_middle_and_not_from_an_empty_slice(tmp_path, cli):
    voxels = np.zeros((16, 12, 5), dtype=np.int16)
    voxels[:, :, 2] = np.arange(16 * 12).reshape(16, 12)
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / "head.nii")
    assert rendered(cli, tmp_path, tmp_path / "head.nii", "--slice", 0).max() == 0
    assert rendered(cli, tmp_path, tmp_path / "head.nii", "--slice", 2).max() == 255
    # The middle slice is empty now: its neighbour is asked, and every slice is drawn with the same window.
    voxels[:, :, 1] = voxels[:, :, 2]
    voxels[:, :, 2] = 0
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / "head.nii")
    assert rendered(cli, tmp_path, tmp_path / "head.nii", "--slice", 1).max() == 255
    assert rendered(cli, tmp_path, tmp_path / "head.nii").max() == 0


def test_the_grid_is_the_slice_s_own_in_every_plane(tmp_path, cli):
    path = NIBABEL / "anatomical.nii"
    for plane in ("acquired", "axial", "sagittal", "coronal"):
        frame = rendered(cli, tmp_path, path, "--plane", plane)
        assert frame.shape == values_of(cli, tmp_path, path, "--plane", plane).shape


def test_json_says_what_was_written(tmp_path, cli):
    answer = cli("render", real("CT_small.dcm"), "--window", "40,400", "--out", tmp_path / "f.png", "--json")
    assert answer.document["window"] == [40, 400]
    assert answer.document["out"] == str(tmp_path / "f.png")


def test_two_runs_write_the_same_bytes(shared, tmp_path, cli):
    contents = set()
    for name in ("a.png", "b.png"):
        assert cli("render", shared / "nifti" / "chris_t1.nii.gz", "--out", tmp_path / name).code == 0
        contents.add((tmp_path / name).read_bytes())
    assert len(contents) == 1
