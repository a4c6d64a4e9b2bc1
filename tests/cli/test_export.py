"""`export`: a series or slice leaves the program, checked against nibabel, dcm2niix, Pillow, OpenCV and pydicom."""

import shutil
import subprocess
from pathlib import Path

import cv2
import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image

from tests.imaging.dicom_files import find
from tests.imaging.phantoms import dataset, write_series

DCM2NIIX = shutil.which("dcm2niix")
REAL = (
    *("CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_bigendian.dcm"),
    *("MR_small_implicit.dcm", "MR_small_padded.dcm", "JPGLosslessP14SV1_1s_1f_8b.dcm", "RG1_UNCR.dcm", "RG3_UNCI.dcm"),
    *("bad_sequence.dcm", "eCT_Supplemental.dcm", "explicit_VR-UN.dcm", "liver.dcm", "liver_1frame.dcm", "vlut_04.dcm"),
    *("liver_expb.dcm", "MR_small_expb.dcm"),
)
"""Files that dcm2niix converts as well."""


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Six slices of 40 × 30, 3 mm apart, of Mr Koboldson, leaning by a few degrees as a head does."""
    folder = tmp_path / "in"
    folder.mkdir()
    rng = np.random.default_rng(3)
    across = np.array([0.99, 0.1, 0.05])
    across /= np.linalg.norm(across)
    down = np.cross([0.02, -0.05, 1.0], across)
    down /= np.linalg.norm(down)
    normal = np.cross(across, down)
    for number in range(6):
        one = dataset(rng.integers(0, 2000, (40, 30)).astype(np.int16), PatientName="Koboldson^Jan", PatientID="K-1")
        one.Modality, one.RescaleSlope, one.RescaleIntercept = "CT", 1, -1024
        one.WindowCenter, one.WindowWidth = 0, 2000
        one.ImageOrientationPatient = [round(float(part), 9) for part in (*across, *down)]
        one.ImagePositionPatient = [
            round(float(part), 6) for part in np.array([-20.0, 10.0, 5.0]) + 3 * number * normal
        ]
        one.PixelSpacing, one.SliceThickness, one.InstanceNumber = [0.8, 0.5], 3, number + 1
        one.save_as(folder / f"IM{number}.dcm", enforce_file_format=True)
    return folder


def document(cli, *words):
    answer = cli("export", *words, "--json")
    assert answer.code == 0, answer.err
    return answer.document


@pytest.mark.parametrize("name", ["f.nii", "f.nii.gz"])
def test_a_grid_has_the_values_where_they_lie(name, series, tmp_path, cli):
    assert document(cli, series, "--to", "nifti", "--out", tmp_path / name)["slices"] == 6
    image = nibabel.load(tmp_path / name)
    assert image.shape == (30, 40, 6)
    assert (image.header["qform_code"], image.header["sform_code"]) == (1, 1)
    assert np.abs(image.get_qform() - image.get_sform()).max() < 1e-4
    values = image.get_fdata()
    for number in range(6):
        one = pydicom.dcmread(series / f"IM{number}.dcm")
        pixels = one.pixel_array * 1.0 + one.RescaleIntercept
        for row, column in ((0, 0), (7, 3), (39, 29)):
            step = np.array(one.ImageOrientationPatient)
            lps = np.array(one.ImagePositionPatient) + column * 0.5 * step[:3] + row * 0.8 * step[3:]
            voxel = np.rint(np.linalg.inv(image.affine) @ [-lps[0], -lps[1], lps[2], 1]).astype(int)
            assert np.abs(image.affine @ voxel - [-lps[0], -lps[1], lps[2], 1]).max() < 1e-3
            assert values[tuple(voxel[:3])] == pixels[row, column]


@pytest.mark.skipif(DCM2NIIX is None, reason="dcm2niix is not installed")
@pytest.mark.parametrize("name", REAL)
def test_a_grid_is_that_of_dcm2niix(name, tmp_path, cli):
    shutil.copy(find(name), tmp_path / "a.dcm")
    compare_with_dcm2niix(tmp_path / "a.dcm", tmp_path, cli)


@pytest.mark.skipif(DCM2NIIX is None, reason="dcm2niix is not installed")
@pytest.mark.parametrize("name", ["abdomen_ct", "head_mr_3y"])
def test_a_whole_series_is_that_of_dcm2niix(name, shared, tmp_path, cli):
    compare_with_dcm2niix(shared / "dicom" / name, tmp_path, cli)


def compare_with_dcm2niix(path: Path, folder: Path, cli) -> None:
    (folder / "theirs").mkdir()
    command = [str(DCM2NIIX), "-z", "n", "-b", "n", "-f", "a", "-o", str(folder / "theirs"), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = (folder / "theirs").glob("*.nii")
    document(cli, path, "--to", "nifti", "--out", folder / "ours.nii")
    theirs, ours = (nibabel.as_closest_canonical(nibabel.load(one)) for one in (made, folder / "ours.nii"))
    assert ours.shape == theirs.shape
    assert np.array_equal(ours.get_fdata(), theirs.get_fdata())
    assert np.abs(ours.affine - theirs.affine).max() < 1e-4


def test_what_is_not_known_is_said_to_be_unknown(tmp_path, cli):
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)).save(tmp_path / "a.png")
    answer = document(cli, tmp_path / "a.png", "--to", "nifti", "--out", tmp_path / "a.nii")
    image = nibabel.load(tmp_path / "a.nii")
    assert (image.header["qform_code"], image.header["sform_code"]) == (0, 0)
    assert any("unknown" in note for note in answer["notes"])


def test_colours_and_phases_are_kept(tmp_path, cli):
    values = np.arange(4 * 5 * 6 * 3, dtype=np.int16).reshape(4, 5, 6, 3)
    nibabel.Nifti1Image(values, np.diag([2.0, 3, 4, 1])).to_filename(tmp_path / "in.nii")
    document(cli, tmp_path / "in.nii", "--to", "nifti", "--out", tmp_path / "out.nii")
    old, new = (nibabel.as_closest_canonical(nibabel.load(tmp_path / name)) for name in ("in.nii", "out.nii"))
    assert np.array_equal(old.get_fdata(), new.get_fdata())
    assert np.allclose(old.affine, new.affine)
    document(cli, find("SC_rgb.dcm"), "--to", "nifti", "--out", tmp_path / "rgb.nii")
    colours = np.asarray(nibabel.load(tmp_path / "rgb.nii").dataobj)
    assert np.array_equal(colours["G"][:, ::-1, 0].T, pydicom.dcmread(find("SC_rgb.dcm")).pixel_array[..., 1])


def test_a_picture_is_that_of_the_viewer(series, tmp_path, cli):
    document(cli, series, "--to", "png", "--slice", "2", "--out", tmp_path / "a.png")
    picture = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    assert picture.ndim == 2
    # Pixels of 0.8 × 0.5 mm become square ones.
    assert picture.shape == (64, 30)
    named = document(cli, series, "--to", "png", "--slice", "2", "--with-text", "--out", tmp_path / "b.png")
    assert named["with_text"]
    assert any("name" in note for note in named["notes"])
    assert cv2.imread(str(tmp_path / "b.png")).shape[0] >= 640


def test_every_slice_is_a_picture_under_its_number(series, tmp_path, cli):
    written = document(cli, series, "--to", "png", "--out", tmp_path / "out")["written"]
    assert [Path(name).name for name in written] == [f"slice-{number:04d}.png" for number in range(6)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [Path(name).name for name in written]


@pytest.mark.parametrize(("to", "ending"), [("png", ".png"), ("dicom-sc", ".dcm"), ("gsps", ".dcm")])
def test_what_was_written_before_a_fault_is_named(to, ending, series, tmp_path, cli):
    (tmp_path / "out" / f"slice-0004{ending}").mkdir(parents=True)
    answer = cli("export", series, "--to", to, "--out", tmp_path / "out", "--json")
    assert answer.is_refused_with("E_WRITE")
    there = sorted(path for path in (tmp_path / "out").iterdir() if path.is_file())
    assert len(there) >= 4
    assert sorted(answer.document["written"]) == [str(path) for path in there]


@pytest.mark.parametrize("name", ["f.gif", "f.webp"])
def test_a_film_shows_every_slice_without_loss(name, series, tmp_path, cli):
    document(cli, series, "--to", name[2:], "--rate", "5", "--out", tmp_path / name)
    document(cli, series, "--to", "png", "--out", tmp_path / "out")
    with Image.open(tmp_path / name) as film:
        assert film.n_frames == 6
        for number in range(6):
            film.seek(number)
            still = np.asarray(Image.open(tmp_path / "out" / f"slice-{number:04d}.png").convert("RGB"))
            assert np.array_equal(np.asarray(film.convert("RGB")), still)
        assert film.info["duration"] == 200


def test_an_avi_is_read_by_opencv(series, tmp_path, cli):
    document(cli, series, "--to", "avi", "--out", tmp_path / "f.avi")
    film = cv2.VideoCapture(str(tmp_path / "f.avi"), cv2.CAP_OPENCV_MJPEG)
    assert (int(film.get(cv2.CAP_PROP_FRAME_COUNT)), film.get(cv2.CAP_PROP_FPS)) == (6, 10.0)
    there, frame = film.read()
    assert there
    assert frame.shape == (64, 30, 3)


def test_captures_of_a_long_series_are_of_one_study(tmp_path, cli):
    write_series(tmp_path / "in", values=np.arange(10 * 6 * 8, dtype=np.int16).reshape(10, 6, 8))
    document(cli, tmp_path / "in", "--to", "dicom-sc", "--out", tmp_path / "out")
    made = [pydicom.dcmread(path) for path in (tmp_path / "out").iterdir()]
    assert len({one.SOPInstanceUID for one in made}) == 10
    assert len({(one.StudyInstanceUID, one.SeriesInstanceUID) for one in made}) == 1


@pytest.mark.parametrize(("seconds", "step"), [((0, 3, 6), 3.0), ((0, 3, 9), None)])
def test_phases_lie_in_time_only_if_their_step_is_known(seconds, step, tmp_path, cli):
    values = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)

    def edit(made, number):
        made.ImagePositionPatient = [0, 0, 2.5 * (number % 2)]
        made.AcquisitionTime = f"1000{seconds[number // 2]:02d}"

    write_series(tmp_path / "in", values=values, edit=edit)
    document(cli, tmp_path / "in", "--to", "nifti", "--out", tmp_path / "f.nii")
    header = nibabel.load(tmp_path / "f.nii").header
    assert header.get_xyzt_units() == ("mm", "unknown" if step is None else "sec")
    assert step is None or header["pixdim"][4] == step


def test_captures_name_nobody_unless_asked(series, tmp_path, cli):
    document(cli, series, "--to", "dicom-sc", "--out", tmp_path / "out")
    made = [pydicom.dcmread(path) for path in sorted((tmp_path / "out").iterdir())]
    assert [one.InstanceNumber for one in made] == list(range(1, 7))
    assert len({one.SeriesInstanceUID for one in made}) == 1
    assert len({one.SOPInstanceUID for one in made}) == 6
    assert {str(one.PatientName) for one in made} == {""}
    assert b"oboldson" not in b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    document(cli, series, "--to", "dicom-sc", "--with-text", "--out", tmp_path / "a.dcm")
    named = pydicom.dcmread(tmp_path / "a.dcm")
    assert (named.PatientName, named.BurnedInAnnotation) == ("Koboldson^Jan", "YES")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--to", "gif", "--out", "folder"), "E_ARGUMENT"),
        (("--to", "nifti", "--out", "f.img"), "E_ARGUMENT"),
        (("--to", "png", "--slice", "all", "--out", "f.png"), "E_ARGUMENT"),
        (("--to", "png", "--slice", "9", "--out", "f.png"), "E_OUT_OF_RANGE"),
        (("--to", "png", "--phase", "1", "--out", "f.png"), "E_OUT_OF_RANGE"),
        (("--to", "gif", "--slice", "1", "--out", "f.gif"), "E_ARGUMENT"),
        (("--to", "tiff", "--out", "f.tif"), "E_ARGUMENT"),
        (("--to", "png", "--out", "f.jpg"), "E_ARGUMENT"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(words, code, series, tmp_path, cli):
    *options, out = words
    assert cli("export", series, *options, tmp_path / out).is_refused_with(code)
    assert not (tmp_path / out).exists()


def test_uneven_slices_are_no_grid(series, tmp_path, cli):
    (series / "IM3.dcm").unlink()
    assert cli("export", series, "--to", "nifti", "--out", tmp_path / "f.nii").is_refused_with("E_NO_GEOMETRY")


def test_an_original_is_never_written_over(series, cli):
    before = (series / "IM0.dcm").read_bytes()
    answer = cli("export", series / "IM0.dcm", "--to", "dicom-sc", "--out", series / "IM0.dcm")
    assert answer.is_refused_with("E_WRITE")
    assert (series / "IM0.dcm").read_bytes() == before
