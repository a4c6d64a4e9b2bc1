"""`--oblique` and `--slab`: the same phantom gives the same planes in every format, or says why it cannot."""

import re
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pytest

from imaging.volume.geometry import lps_from_ras
from tests.imaging.phantoms import l_values, write_series

SLICES = 10
PLANES = [
    ("--plane", "sagittal", "--slab", "3,max"),
    ("--oblique", "0,0.5,1"),
    ("--oblique", "-1,0.2,0.3", "--slab", "6,mean"),
    ("--slab", "4,min"),
]


@pytest.fixture
def phantom(tmp_path: Path) -> dict[str, Path]:
    """The L as DICOM, as NIfTI and as a stack of PNGs; steps of 2, 1 and 1 mm."""
    values = l_values(SLICES) + 100 * np.arange(SLICES, dtype=np.int16)[:, None, None]
    write_series(tmp_path / "dicom", values=values, step=2.0)
    affine = lps_from_ras(np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1]]))
    spacing = np.diag([1.0, 1.0, 2.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), affine @ spacing), tmp_path / "l.nii.gz")
    (tmp_path / "png").mkdir()
    for index, one in enumerate(values):
        cv2.imwrite(str(tmp_path / "png" / f"{index:03}.png"), one.astype(np.uint16))
    return {"dicom": tmp_path / "dicom", "nifti": tmp_path / "l.nii.gz", "png": tmp_path / "png"}


@pytest.mark.parametrize("words", PLANES, ids=" ".join)
def test_the_same_phantom_gives_the_same_planes(words, phantom, tmp_path, cli):
    found = {}
    for name in ("dicom", "nifti"):
        document = cli("values", phantom[name], *words, "--json", "--out", tmp_path / "f.npy").document
        assert document["interpolated"] is True
        found[name] = np.load(tmp_path / "f.npy"), document
    values, document = found["dicom"]
    other, _ = found["nifti"]
    if "--plane" not in words and "--oblique" not in words:
        # As acquired: NIfTI's rows are turned as its plane is read.
        values, other = np.sort(values, axis=None), np.sort(other, axis=None)
    np.testing.assert_allclose(values, other, atol=0.05, equal_nan=True)
    assert np.nanmax(values) > np.nanmin(values)
    assert document["slab"] == (None if "--slab" not in words else document["slab"])
    assert (document["plane"] == "oblique") is ("--oblique" in words)


@pytest.mark.parametrize("words", PLANES, ids=" ".join)
def test_a_stack_without_spacing_says_why(words, phantom, tmp_path, cli):
    answer = cli("values", phantom["png"], *words, "--out", tmp_path / "f.npy")
    assert answer.is_refused_with("E_NO_GEOMETRY")
    assert not (tmp_path / "f.npy").exists()


def test_what_is_not_asked_for_is_not_interpolated(phantom, tmp_path, cli):
    document = cli("values", phantom["dicom"], "--plane", "coronal", "--json", "--out", tmp_path / "f.npy").document
    assert (document["interpolated"], document["slab"], document["oblique"]) == (False, None, None)


def test_planes_are_counted_along_the_normal(phantom, tmp_path, cli):
    def values(*words: object) -> np.ndarray:
        assert cli("values", phantom["dicom"], *words, "--out", tmp_path / "f.npy").code == 0
        return np.load(tmp_path / "f.npy")

    upward = values("--oblique", "0,0,1", "--slice", 0)
    downward = values("--oblique", "0,0,-1", "--slice", SLICES - 1)
    np.testing.assert_array_equal(upward, values("--plane", "axial", "--slice", 0))
    np.testing.assert_array_equal(upward, downward)
    answer = cli("values", phantom["dicom"], "--oblique", "0,0,1", "--slice", SLICES, "--out", tmp_path / "f.npy")
    assert answer.is_refused_with("E_OUT_OF_RANGE")
    assert re.search(rf"planes 0 to {SLICES - 1}", answer.err)


def test_a_slab_is_drawn_as_the_viewer_draws(phantom, tmp_path, cli):
    answer = cli("render", phantom["dicom"], "--slab", "100,max", "--window", "500,1000", "--out", tmp_path / "f.png")
    assert answer.code == 0, answer.err
    frame = cv2.imread(str(tmp_path / "f.png"), cv2.IMREAD_UNCHANGED)
    assert frame.max() == 255
    assert frame.shape == (24, 16)


@pytest.mark.parametrize(
    "words",
    [
        ("--oblique", "0,0,0"),
        ("--oblique", "1,2"),
        ("--oblique", "nan,0,1"),
        ("--oblique", "0,0,1", "--plane", "axial"),
        ("--slab", "10"),
        ("--slab", "10,most"),
        ("--slab", "-3,max"),
        ("--slab", "inf,max"),
    ],
    ids=" ".join,
)
def test_what_makes_no_plane_is_refused(words, phantom, tmp_path, cli):
    answer = cli("values", phantom["dicom"], *words, "--out", tmp_path / "f.npy")
    assert answer.is_refused_with("E_ARGUMENT")
