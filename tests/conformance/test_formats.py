"""Rows 33 to 36: NIfTI and pictures as stored, rubbish among the slices, names in their own script."""

from pathlib import Path
from typing import Any

import cv2
import nibabel
import numpy as np
import pydicom
import pytest
from nibabel.nifti1 import Nifti1Header, Nifti1Image
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from tests.conformance.conftest import Viewer, write_png
from tests.conformance.traps import trap
from tests.imaging.dicom_files import find
from tests.imaging.phantoms import dataset, l_values, save, write_series

VOXELS = np.arange(7 * 9 * 5, dtype=np.int16).reshape(7, 9, 5)


def as_seen(voxels: np.ndarray, index: int) -> np.ndarray:
    """RAS voxels [i, j, k] as an axial slice: rows toward P, columns toward L."""
    return voxels[::-1, ::-1, index].swapaxes(0, 1)


@trap(33)
@pytest.mark.parametrize(
    ("slope", "intercept", "a", "b"),
    [(0, 0, 1, 0), (0, 7, 1, 0), (np.nan, np.nan, 1, 0), (2.5, -3, 2.5, -3), (1, 0.25, 1, 0.25), (np.inf, 0, 1, 0)],
)
def test_nifti_scaling(viewer: Viewer, tmp_path: Path, slope: float, intercept: float, a: float, b: float) -> None:
    path = tmp_path / "a.nii"
    nibabel.save(Nifti1Image(VOXELS, np.eye(4)), path)
    content = bytearray(path.read_bytes())
    content[112:120] = np.array([slope, intercept], "<f4").tobytes()
    path.write_bytes(content)
    np.testing.assert_array_equal(viewer.values(path, "--slice", 2), as_seen(VOXELS, 2) * a + b)


@trap(33)
@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "i4", "f4", "f8"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_nifti_samples_of_either_byte_order(viewer: Viewer, tmp_path: Path, kind: str, order: str, ending: str) -> None:
    voxels = (VOXELS % 200).astype(np.dtype(kind).newbyteorder(order))
    header = Nifti1Header(endianness=order)
    header.set_data_dtype(voxels.dtype)
    path = tmp_path / f"a.{ending}"
    nibabel.save(Nifti1Image(voxels, np.eye(4), header), path)
    expected = np.asarray(nibabel.load(path).dataobj)
    np.testing.assert_array_equal(viewer.values(path, "--slice", 1), as_seen(expected, 1))


@trap(33)
def test_nifti_rgb24_is_colour(viewer: Viewer, tmp_path: Path) -> None:
    colours = np.zeros((7, 9, 5), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours["R"], colours["G"], colours["B"] = VOXELS % 256, 9, 200
    nibabel.save(Nifti1Image(colours, np.eye(4)), tmp_path / "rgb.nii")
    frame = viewer.render(tmp_path / "rgb.nii", "--slice", 4)
    expected = np.stack([as_seen(colours[name], 4) for name in "RGB"], axis=-1)
    np.testing.assert_array_equal(frame, expected)
    assert viewer.one(tmp_path / "rgb.nii")["channels"] == 3


@trap(33)
def test_nifti_4d_and_5d_have_phases(viewer: Viewer, tmp_path: Path) -> None:
    four = np.stack([VOXELS + 1000 * phase for phase in range(3)], axis=-1).astype(np.int16)
    nibabel.save(Nifti1Image(four, np.eye(4)), tmp_path / "4.nii")
    nibabel.save(Nifti1Image(four[:, :, :, np.newaxis], np.eye(4)), tmp_path / "5.nii")
    for name in ("4.nii", "5.nii"):
        assert viewer.one(tmp_path / name)["phases"] == 3
        seen = viewer.values(tmp_path / name, "--slice", 1, "--phase", 2)
        np.testing.assert_array_equal(seen, as_seen(VOXELS, 1) + 2000)


@trap(34)
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_stay_sixteen(viewer: Viewer, tmp_path: Path, ending: str) -> None:
    ramp = np.arange(1001, dtype=np.uint16).reshape(7, 143)
    path = write_png(tmp_path / f"ramp.{ending}", ramp)
    np.testing.assert_array_equal(viewer.values(path), ramp)
    assert len(np.unique(viewer.render(path))) > 250
    row = viewer.one(path)
    assert (row["spacing_mm"], row["axes"], row["units"]) == (None, None, None)


@trap(34)
def test_a_palette_is_its_colours(viewer: Viewer, tmp_path: Path) -> None:
    colours = np.random.default_rng(5).integers(0, 256, (16, 3), dtype=np.uint8)
    indices = np.arange(16, dtype=np.uint8).reshape(4, 4)
    picture = Image.frombytes("P", (4, 4), indices.tobytes())
    picture.putpalette(colours.ravel().tolist())
    picture.save(tmp_path / "p.png")
    np.testing.assert_array_equal(viewer.render(tmp_path / "p.png"), colours[indices])


@trap(34)
def test_transparency_lies_on_black(viewer: Viewer, tmp_path: Path) -> None:
    clear = np.full((4, 5, 4), (200, 100, 50, 255), np.uint8)
    clear[0, :, 3] = 0
    clear[1, :, 3] = 51
    Image.fromarray(clear).save(tmp_path / "a.png")
    frame = viewer.render(tmp_path / "a.png")
    assert frame[:3, 0].tolist() == [[0, 0, 0], [40, 20, 10], [200, 100, 50]]


@trap(34)
@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_orientation_is_applied(viewer: Viewer, tmp_path: Path, turn: int) -> None:
    """CIPA DC-008, tag 274: where row 0 and column 0 of the stored picture are on the seen one."""
    seen = np.zeros((24, 40), np.uint8)
    seen[:8, :8], seen[:8, -8:] = 250, 120
    stored = {
        1: seen,
        2: seen[:, ::-1],
        3: seen[::-1, ::-1],
        4: seen[::-1],
        5: seen.T,
        6: np.rot90(seen),
        7: seen[::-1, ::-1].T,
        8: np.rot90(seen, -1),
    }[turn]
    exif = Image.Exif()
    exif[274] = turn
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "e.jpg", quality=100, exif=exif)
    frame = viewer.render(tmp_path / "e.jpg")
    assert frame.shape == seen.shape
    assert np.abs(frame.astype(int) - seen).max() < 12


@trap(34)
def test_one_bit_is_black_and_white(viewer: Viewer, tmp_path: Path) -> None:
    bits = np.eye(9, dtype=bool)
    Image.fromarray(bits).save(tmp_path / "b.png")
    np.testing.assert_array_equal(viewer.render(tmp_path / "b.png"), np.where(bits, 255, 0))


@trap(34)
def test_a_numbered_folder_is_in_the_order_that_a_person_counts(viewer: Viewer, tmp_path: Path) -> None:
    for number in (1, 2, 3, 10, 11, 20):
        write_png(tmp_path / f"img{number}.png", np.full((8, 9), number, np.uint8))
    assert viewer.one(*tmp_path.glob("*.png"))["slices"] == 6
    seen = [viewer.screen(*sorted(tmp_path.glob("*.png"))).go(index).frame[0, 0] for index in range(6)]
    assert seen == [1, 2, 3, 10, 11, 20]
    text = viewer.screen(tmp_path / "img1.png").text
    assert "pixel size unknown" in text
    assert "Orientation unknown" in text


@trap(34)
def test_eight_bit_jpeg_is_as_stored(viewer: Viewer, tmp_path: Path) -> None:
    grey = np.arange(60, 124, dtype=np.uint8).reshape(8, 8).repeat(4, 0).repeat(4, 1)
    cv2.imwrite(str(tmp_path / "g.jpg"), grey, [cv2.IMWRITE_JPEG_QUALITY, 100])
    assert np.abs(viewer.render(tmp_path / "g.jpg").astype(int) - grey).max() <= 3


def _object(kind: str, **elements: Any) -> FileDataset:
    made = dataset(np.zeros((2, 2), np.uint16), PixelData=None, SOPClassUID=kind, **elements)
    made.file_meta.MediaStorageSOPClassUID = kind
    return made


@trap(35)
def test_rubbish_in_the_folder_costs_nothing_but_a_row(viewer: Viewer, tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    paths = write_series(folder, values=l_values(4))
    whole = paths[0].read_bytes()
    bare = paths[1].read_bytes()
    paths[0].rename(folder / "IM1")
    # A slice without preamble and meta header, one of a private syntax: both are read.
    (folder / "IM2").write_bytes(bare[bare.index(b"\x08\x00\x16\x00UI") :])
    paths[1].unlink()
    (folder / "truncated.dcm").write_bytes(whole[: len(whole) - 100])
    (folder / "empty.dcm").touch()
    (folder / "half header.dcm").write_bytes(whole[:307])
    (folder / "letter.txt").write_text("Dear colleague,")
    (folder / "noise.dcm").write_bytes(np.random.default_rng(1).bytes(3000))
    save(_object(EncapsulatedPDFStorage), folder / "report.pdf.dcm")
    for name in ("rtstruct.dcm", "test-SR.dcm", "rtplan.dcm"):
        (folder / name).write_bytes(find(name).read_bytes())
    photo = write_png(folder / "photo.png", np.zeros((50, 50), np.uint8))
    photo.write_bytes(photo.read_bytes()[:60])
    answer = viewer.inspect(folder, code=1)
    (row,) = answer["series"]
    assert row["slices"] == 4
    codes = {Path(skipped["path"]).name: skipped["code"] for skipped in answer["skipped"]}
    assert codes == {
        "truncated.dcm": "E_TRUNCATED",
        "empty.dcm": "E_EMPTY",
        "half header.dcm": "E_TRUNCATED",
        "letter.txt": "E_UNKNOWN_FORMAT",
        "noise.dcm": "E_UNKNOWN_FORMAT",
        "report.pdf.dcm": "E_NOT_AN_IMAGE",
        "rtstruct.dcm": "E_NOT_AN_IMAGE",
        "test-SR.dcm": "E_NOT_AN_IMAGE",
        "rtplan.dcm": "E_NOT_AN_IMAGE",
        "photo.png": "E_TRUNCATED",
    }
    assert all(skipped["message"].endswith(".") for skipped in answer["skipped"])
    assert answer["files"] == {"seen": 14, "opened": 4, "skipped": 10}
    np.testing.assert_array_equal(viewer.values(folder, "--slice", 1), l_values(4)[1])


@trap(35)
def test_a_private_transfer_syntax_of_plain_pixels_opens_with_a_note(viewer: Viewer, tmp_path: Path) -> None:
    made = dataset(np.arange(600, dtype=np.uint16).reshape(20, 30))
    made.file_meta.TransferSyntaxUID = "1.3.46.670589.33.1.4.1"
    made.save_as(tmp_path / "p.dcm", implicit_vr=False, little_endian=True)
    assert viewer.one(tmp_path / "p.dcm")["notes"] == ["private transfer syntax; read as uncompressed"]
    np.testing.assert_array_equal(viewer.values(tmp_path / "p.dcm").ravel(), np.arange(600))


@trap(35)
def test_a_dicomdir_leads_to_its_slices(viewer: Viewer) -> None:
    by_directory = viewer.inspect(Path(pydicom.__file__).parent / "data/test_files/dicomdirtests/DICOMDIR")
    assert sum(row["slices"] * row["phases"] for row in by_directory["series"]) == 31
    assert not [row for row in by_directory["skipped"] if row["code"] == "E_MISSING"]


NAMES = [
    ("ISO_IR 126", "iso8859-7", "Διονυσιος^Αννα", "Διονυσιος, Αννα"),
    ("GB18030", "gb18030", "Wang^XiaoDong=王^小东", "Wang, XiaoDong"),
    ("\\ISO 2022 IR 87", "iso2022_jp", "Yamada^Tarou=山田^太郎", "山田, 太郎"),
    ("ISO_IR 192", "utf-8", "Люкceмбypг^Анна", "Люкceмбypг, Анна"),
    ("ISO_IR 100", "latin-1", "Buc^Jérôme", "Buc, Jérôme"),
]


@trap(36)
@pytest.mark.parametrize(("charset", "encoding", "name", "shown"), NAMES, ids=[row[0] for row in NAMES])
def test_names_are_right_on_screen(
    viewer: Viewer, tmp_path: Path, charset: str, encoding: str, name: str, shown: str
) -> None:
    made = dataset(np.zeros((4, 4), np.int16))
    path = tmp_path / "n.dcm"
    _write_raw(made, path, charset=charset, name=name.encode(encoding))
    assert shown in viewer.screen(path).text


@trap(36)
def test_descriptions_are_right_in_the_list(viewer: Viewer, tmp_path: Path) -> None:
    made = dataset(np.zeros((4, 4), np.int16), SpecificCharacterSet="GB18030", SeriesDescription="颅脑平扫")
    path = save(made, tmp_path / "d.dcm")
    assert viewer.one(path)["description"] == "颅脑平扫"
    assert "颅脑平扫" in viewer.screen(path).text


def _write_raw(made: Dataset, path: Path, *, charset: str, name: bytes) -> None:
    """A file whose character set and name are exactly these bytes, which pydicom would encode in its own way."""
    assert made.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    made.SpecificCharacterSet, made.PatientName = "ISO_IR 6", "X" * 60
    made.save_as(path)
    content = path.read_bytes()
    code = charset.encode().ljust((len(charset) + 1) // 2 * 2)
    old = b"\x08\x00\x05\x00CS\x08\x00ISO_IR 6"
    assert old in content
    content = content.replace(old, b"\x08\x00\x05\x00CS" + len(code).to_bytes(2, "little") + code)
    path.write_bytes(content.replace(b"X" * 60, name.ljust(60)))
