"""Rows 13 to 19 and 28 to 32: where slices and pixels are in the patient, and how they stand on the screen."""

import random
from itertools import permutations, product
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from nibabel.orientations import aff2axcodes, apply_orientation, inv_ornt_aff
from pydicom.dataset import Dataset

from desktop.state.view import Camera, Turn, Viewport
from imaging.volume.geometry import Plane
from imaging.volume.windowing import VoiFunction, Window
from tests.conformance.conftest import Screen, Viewer
from tests.conformance.traps import trap
from tests.desktop.pane import to_pane
from tests.imaging.dicom_files import find
from tests.imaging.phantoms import AXIAL, CORONAL, NUMBER_BASE, OBLIQUE, SAGITTAL, dataset, l_values, save, write_series

TURNS = [Turn(mirrored, quarters) for mirrored in (False, True) for quarters in range(4)]
STACKS = {
    "axial": AXIAL,
    "axial, feet up": (1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
    "sagittal": SAGITTAL,
    "coronal": CORONAL,
    "oblique": OBLIQUE,
}


def number_of(values: np.ndarray) -> int:
    """The number that the phantom's slice carries."""
    return int(values[-1, 0]) - NUMBER_BASE


@trap(13)
@pytest.mark.parametrize("name", STACKS)
def test_slices_stand_along_their_normal_whatever_names_and_numbers_say(
    viewer: Viewer, tmp_path: Path, name: str
) -> None:
    names = [f"{number:03d}.dcm" for number in range(10)]
    random.Random(3).shuffle(names)

    def scramble(made: Dataset, number: int) -> None:
        made.InstanceNumber = (number * 7) % 10 + 1

    write_series(tmp_path / "ct", orientation=STACKS[name], names=names, edit=scramble)
    found = [number_of(viewer.values(tmp_path / "ct", "--slice", index)) for index in range(10)]
    assert found == list(range(10)), "k at origin + k · step · normal, and the normal is row × column"
    assert viewer.one(tmp_path / "ct")["notes"] == []


@trap(13)
def test_without_positions_the_instance_number_orders(viewer: Viewer, tmp_path: Path) -> None:
    names = [f"{9 - number:03d}.dcm" for number in range(10)]
    write_series(tmp_path / "ct", names=names, ImagePositionPatient=None)
    assert [number_of(viewer.values(tmp_path / "ct", "--slice", index)) for index in range(10)] == list(range(10))
    assert viewer.one(tmp_path / "ct")["spacing_mm"] is None


@trap(14)
def test_a_folder_of_a_ct_its_scout_and_two_more_series(viewer: Viewer, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    write_series(folder / "a", SeriesNumber=2)
    scout = {"orientation": CORONAL, "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "SeriesNumber": 2}
    write_series(folder / "b", values=l_values(1), **scout)
    write_series(folder / "c", values=l_values(4, 24, 20), SeriesInstanceUID="1.9", SeriesNumber=3)
    write_series(folder / "d", values=l_values(5), SeriesInstanceUID="1.8", SeriesNumber=4, ConvolutionKernel="B70f")
    rows = viewer.inspect(folder, code=0)["series"]
    assert sorted((row["slices"], row["orientation"]) for row in rows) == [
        (1, "coronal"),
        (4, "axial"),
        (5, "axial"),
        (10, "axial"),
    ]
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == 4
    assert sum(one.endswith("#2") for one in ids) == 1, "the scout shares its series UID with the stack"


@trap(15)
def test_repeated_positions_are_phases_in_the_order_of_time(viewer: Viewer, tmp_path: Path) -> None:
    def second(made: Dataset, number: int) -> None:
        made.InstanceNumber = 30 - number
        made.PixelData = (np.frombuffer(made.PixelData, np.int16) + 100).tobytes()

    write_series(tmp_path / "x" / "z", AcquisitionTime="100000")
    write_series(tmp_path / "x" / "a", AcquisitionTime="100500.5", edit=second)
    row = viewer.one(tmp_path / "x")
    assert (row["slices"], row["phases"]) == (10, 2)
    for phase, shift in ((0, 0), (1, 100)):
        words = ("--slice", 3, "--phase", phase)
        assert number_of(viewer.values(tmp_path / "x", *words)) == 3 + shift
    assert "phase 2/2" in viewer.screen(tmp_path / "x").go(3, phase=1).text


@trap(16)
def test_a_gap_is_named_and_other_planes_are_refused_with_a_reason(viewer: Viewer, tmp_path: Path) -> None:
    def drop(made: Dataset, number: int) -> None:
        if number == 7:
            raise LookupError

    write_series(tmp_path / "ct", values=l_values(20), SliceThickness=4, edit=drop)
    row = viewer.one(tmp_path / "ct")
    assert row["spacing_mm"] == pytest.approx([2.5, 1, 1])
    (note,) = [note for note in row["notes"] if "gap" in note]
    assert "IM0006.dcm" in note
    assert "IM0008.dcm" in note
    assert number_of(viewer.values(tmp_path / "ct", "--slice", 7)) == 8, "single slices work"
    assert viewer.render(tmp_path / "ct", "--plane", "axial").shape == (24, 16)
    refused = viewer.refusal("render", tmp_path / "ct", "--plane", "sagittal", "--out", tmp_path / "f.png")
    assert refused["code"] == "E_NO_GEOMETRY"
    assert "not evenly spaced" in refused["message"]


@trap(16)
def test_probe_of_a_stack_with_a_gap_tells_each_slice_s_own_place(viewer: Viewer, tmp_path: Path) -> None:
    def drop(made: Dataset, number: int) -> None:
        if number == 3:
            raise LookupError

    write_series(tmp_path / "ct", values=l_values(6), edit=drop)
    screen = viewer.screen(tmp_path / "ct")
    assert screen.go(3).probe(0, 0).endswith("R 8.0  A 12.0  S 110.0 mm")


@trap(17)
def test_thickness_is_not_the_distance(viewer: Viewer, tmp_path: Path) -> None:
    write_series(tmp_path / "ct", step=2.5, SliceThickness=5)
    row = viewer.one(tmp_path / "ct")
    assert row["spacing_mm"] == pytest.approx([2.5, 1, 1])
    assert row["notes"] == ["slices are 5 mm thick and 2.5 mm apart"]


@trap(17)
def test_one_slice_of_unknown_thickness_says_so(viewer: Viewer, tmp_path: Path) -> None:
    write_series(tmp_path / "ct", values=l_values(1), SliceThickness=None)
    row = viewer.one(tmp_path / "ct")
    assert row["spacing_mm"] == [None, 1, 1]
    assert row["notes"] == ["one slice of unknown thickness"]
    assert "slice thickness unknown" in viewer.screen(tmp_path / "ct").text
    refused = viewer.refusal("values", tmp_path / "ct", "--plane", "coronal", "--out", tmp_path / "v.npy")
    assert refused["code"] == "E_NO_GEOMETRY"
    assert "thick" in refused["message"]


def sphere(tilt: float, step: float = 2.0) -> np.ndarray:
    """A ball of 14 mm radius in slices of 1 mm pixels that move by `tilt` mm a slice along the columns."""
    slices, rows, columns = np.mgrid[0:20, 0:50, 0:40].astype(float)
    place = (slices - 9.5) * step, rows - 24.5 + (slices - 9.5) * tilt, columns - 19.5
    return np.where(sum(part**2 for part in place) < 14**2, 1000, 0).astype(np.int16)


@trap(18)
def test_tilt_comes_from_positions_and_not_from_its_tag(viewer: Viewer, tmp_path: Path) -> None:
    write_series(tmp_path / "ct", values=sphere(0.5), step=2.0, tilt=0.5, GantryDetectorTilt=45)
    row = viewer.one(tmp_path / "ct")
    assert row["notes"] == ["gantry tilt of 14.0°"]
    assert row["spacing_mm"] == pytest.approx([2, 1, 1]), "along the normal, not along the leaning step"
    write_series(tmp_path / "straight", values=sphere(0), step=2.0, GantryDetectorTilt=45)
    assert viewer.one(tmp_path / "straight")["notes"] == []
    assert viewer.screen(tmp_path / "ct").go(4).probe(0, 0).endswith("R 8.0  A 10.0  S 108.0 mm")


@trap(18)
@pytest.mark.parametrize("tilt", [0.0, 0.5, -0.8])
@pytest.mark.parametrize("orientation", ["axial", "axial, feet up", "coronal"])
def test_a_sphere_stays_round_in_other_planes_of_a_tilted_stack(
    viewer: Viewer, tmp_path: Path, tilt: float, orientation: str
) -> None:
    write_series(tmp_path / "ct", values=sphere(tilt), step=2.0, tilt=tilt, orientation=STACKS[orientation])
    for plane in {"axial", "sagittal", "coronal"} - {orientation.split(",")[0]}:
        words = ("--plane", plane)
        middle = viewer.run("values", tmp_path / "ct", *words, "--out", tmp_path / "v.npy")["slice"]
        largest = max(range(middle - 6, middle + 7), key=lambda index: ball(viewer, tmp_path, plane, index).sum())
        rows, columns = np.nonzero(ball(viewer, tmp_path, plane, largest))
        tall, wide = _spacing_of(viewer, tmp_path / "ct", plane, largest)
        spread = np.cov(rows * tall, columns * wide)
        assert abs(spread[0, 1]) < 0.03 * spread[0, 0], "it does not lean"
        assert spread[0, 0] == pytest.approx(spread[1, 1], rel=0.08), "and is as high as wide"
        assert spread[0, 0] == pytest.approx(14**2 / 4, rel=0.08), "and as large as it was"


def ball(viewer: Viewer, folder: Path, plane: str, index: int) -> np.ndarray:
    return np.nan_to_num(viewer.values(folder / "ct", "--plane", plane, "--slice", index)) > 500


def _spacing_of(viewer: Viewer, path: Path, plane: str, index: int) -> tuple[float, float]:
    spacing = viewer.screen(path).set(plane=Plane(plane), index=index).slice.spacing
    assert spacing is not None
    return spacing


@trap(18)
def test_the_probe_finds_a_place_of_a_tilted_stack_in_every_plane(viewer: Viewer, tmp_path: Path) -> None:
    """One bright voxel, found again by its millimetres."""
    values = np.zeros((12, 30, 20), np.int16)
    values[7, 11, 5] = 900
    write_series(tmp_path / "ct", values=values, step=2.0, tilt=1.0)
    expected = "R 3.0  P 6.0  S 114.0 mm"
    screen = viewer.screen(tmp_path / "ct")
    assert screen.go(7).probe(11, 5).endswith(expected)
    for plane in (Plane.SAGITTAL, Plane.CORONAL):
        screen.set(plane=plane)
        for index in range(screen.volume.count(plane)):
            bright = np.argwhere(np.nan_to_num(screen.go(index).slice.values) > 800)
            if len(bright):
                assert len(bright) == 1
                assert screen.probe(*bright[0]).startswith("900 HU")
                assert screen.probe(*bright[0]).endswith(expected)
                break
        else:
            pytest.fail("the voxel is lost")


@trap(18)
def test_what_lies_beside_tilted_slices_is_black_and_no_value(viewer: Viewer, tmp_path: Path) -> None:
    write_series(tmp_path / "ct", values=np.full((12, 30, 20), 700, np.int16), step=2.0, tilt=1.0)
    values = viewer.values(tmp_path / "ct", "--plane", "sagittal", "--slice", 9)
    assert values.shape == (12, 41)
    assert np.isnan(values).sum() == 12 * 11
    frame = viewer.render(tmp_path / "ct", "--plane", "sagittal", "--slice", 9, "--window", "0,10")
    np.testing.assert_array_equal(frame == 0, np.isnan(values))


@trap(19)
@pytest.mark.parametrize("turn", TURNS, ids=str)
@pytest.mark.parametrize("zoom", [None, 0.5, 7.0])
def test_oblong_pixels_show_a_square_as_a_square(
    viewer: Viewer, tmp_path: Path, turn: Turn, zoom: float | None
) -> None:
    path = save(dataset(np.zeros((64, 32), np.int16), PixelSpacing=[1, 2]), tmp_path / "a.dcm")
    picture = viewer.screen(path).picture
    view = Viewport(64, 32, picture.pixel_aspect, turn, Camera(zoom), 640, 400)
    (left, top), (right, bottom) = to_pane(view, -0.5, -0.5), to_pane(view, 63.5, 31.5)
    assert abs(right - left) == pytest.approx(abs(bottom - top))
    if zoom is None:
        assert abs(bottom - top) == pytest.approx(400), "fitting counts what is drawn, not pixels"


def coordinate_slice(folder: Path, orientation: tuple[float, ...], axis: int) -> Path:
    """A slice whose every pixel holds its own LPS coordinate along one axis, by the definition of C.7.6.2.1.1."""
    cosines = np.asarray(orientation)
    rows, columns = np.mgrid[-30:31, -30:31]
    place = columns[..., np.newaxis] * cosines[:3] + rows[..., np.newaxis] * cosines[3:]
    origin = -30 * cosines[:3] - 30 * cosines[3:]
    folder.mkdir(exist_ok=True)
    made = dataset(
        np.rint(place[..., axis] * 10).astype(np.int16),
        ImageOrientationPatient=list(orientation),
        ImagePositionPatient=[float(part) for part in origin],
        PixelSpacing=[1, 1],
    )
    return save(made, folder / f"{axis}.dcm")


def seen_letters(screens: list[Screen]) -> tuple[str, str, str, str]:
    """(left, top, right, bottom) from the glass alone: toward where do L, P and S coordinates grow?"""
    growth = []
    for screen in screens:
        glass = screen.glass.astype(float)
        growth.append((glass[:, -1].mean() - glass[:, 0].mean(), glass[-1].mean() - glass[0].mean()))
    right, down = (np.array([pair[way] for pair in growth]) for way in (0, 1))

    def letters(direction: np.ndarray) -> str:
        unit = direction / np.linalg.norm(direction)
        order = sorted(range(3), key=lambda axis: -abs(unit[axis]))
        return "".join(("LPS" if unit[axis] > 0 else "RAI")[axis] for axis in order if abs(unit[axis]) > 0.0872)

    return letters(-right), letters(-down), letters(right), letters(down)


@trap(28)
@pytest.mark.parametrize("name", ["axial", "sagittal", "coronal", "oblique"])
def test_letters_are_what_the_pixels_say_in_all_eight_turns(viewer: Viewer, tmp_path: Path, name: str) -> None:
    oblique = (*np.array([0.9, 0.3, np.sqrt(0.1)]), *_orthogonal(np.array([0.9, 0.3, np.sqrt(0.1)])))
    orientation = oblique if name == "oblique" else STACKS[name]
    paths = [coordinate_slice(tmp_path / "c", orientation, axis) for axis in range(3)]
    screens = [viewer.screen(path) for path in paths]
    span = Window(0, 700, VoiFunction.LINEAR_EXACT)
    shown = set()
    for turn in TURNS:
        for screen in screens:
            screen.set(turn=turn, voi=span)
        assert screens[0].letters == seen_letters(screens)
        shown.add(screens[0].letters)
    assert len(shown) == 8
    assert (name == "oblique") == any(len(letter) > 1 for letters in shown for letter in letters or ())


def _orthogonal(row: np.ndarray) -> np.ndarray:
    column = np.cross(np.cross(row, [0.0, 1.0, 0.0]), row)
    return column / np.linalg.norm(column)


@trap(28)
@pytest.mark.parametrize(
    ("turn", "letters"),
    [
        (Turn(), ("R", "S", "L", "I")),
        (Turn(False, 1), ("I", "R", "S", "L")),
        (Turn(False, 2), ("L", "I", "R", "S")),
        (Turn(True, 0), ("L", "S", "R", "I")),
    ],
)
def test_a_projection_has_letters_by_patient_orientation(
    viewer: Viewer, turn: Turn, letters: tuple[str, str, str, str]
) -> None:
    """`L\\F`: columns toward the left hand, rows toward the feet."""
    screen = viewer.screen(find("RG1_UNCR.dcm")).set(turn=turn)
    assert screen.letters == letters
    assert ("patient's right on the left" in screen.text) == (letters[0] == "R")


@trap(28)
@pytest.mark.parametrize("elements", [{}, {"PatientOrientation": ["", ""]}, {"PatientOrientation": ["L", "R"]}])
def test_unknown_orientation_has_no_letters_and_says_so(
    viewer: Viewer, tmp_path: Path, elements: dict[str, Any]
) -> None:
    screen = viewer.screen(save(dataset(np.zeros((9, 8), np.int16), **elements), tmp_path / "x.dcm"))
    assert screen.letters is None
    assert "Orientation unknown, shown as stored" in screen.text


@trap(29)
@pytest.mark.parametrize("index", [0, 6, 9])
def test_one_head_as_dicom_and_as_nifti_is_one_picture_at_one_place(viewer: Viewer, tmp_path: Path, index: int) -> None:
    values = l_values()
    write_series(tmp_path / "ct", values=values, spacing=(1.5, 1.0), step=2.5)
    affine = np.diag([-1.0, -1.5, 2.5, 1.0])
    affine[:3, 3] = (8, 12, 100)
    nibabel.save(nibabel.Nifti1Image(values.transpose(2, 1, 0), affine), tmp_path / "head.nii.gz")
    ct, head = viewer.screen(tmp_path / "ct").go(index), viewer.screen(tmp_path / "head.nii.gz").go(index)
    np.testing.assert_array_equal(ct.glass, head.glass)
    assert ct.letters == head.letters == ("R", "A", "L", "P")
    for row, column in ((0, 0), (20, 3), (23, 15)):
        assert ct.probe(row, column).split("   ")[1:] == head.probe(row, column).split("   ")[1:]
    np.testing.assert_array_equal(
        viewer.values(tmp_path / "ct", "--slice", index), viewer.values(tmp_path / "head.nii.gz", "--slice", index)
    )


SHAPE = (7, 9, 5)


def numbered() -> np.ndarray:
    """Voxels in RAS order, every one of another value."""
    return np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


@trap(30)
@pytest.mark.parametrize(("sform", "qform"), [(1, 0), (0, 1), (2, 1), (0, 0)])
def test_sform_then_qform_then_unknown(viewer: Viewer, tmp_path: Path, sform: int, qform: int) -> None:
    picture = nibabel.Nifti1Image(numbered(), None)
    of_s, of_q = np.diag([2.0, 2, 2, 1]), np.diag([-2.0, 2, 2, 1])
    of_s[:3, 3], of_q[:3, 3] = (-6, -8, 10), (6, -8, 10)
    picture.set_sform(of_s, code=sform)
    picture.set_qform(of_q, code=qform)
    picture.header["sform_code"], picture.header["qform_code"] = sform, qform
    nibabel.save(picture, tmp_path / "a.nii")
    row = viewer.one(tmp_path / "a.nii")
    screen = viewer.screen(tmp_path / "a.nii")
    if not sform and not qform:
        assert row["axes"] is None
        assert screen.letters is None
        assert "Orientation unknown" in screen.text
        assert "unknown orientation" in row["notes"]
        return
    assert row["axes"] == ["S", "P", "L"]
    # On the right of the screen is the patient's left: the first voxels of the qform's x, the last of the sform's.
    top_right = numbered()[0 if sform else -1, -1, 0]
    assert viewer.values(tmp_path / "a.nii", "--slice", 0)[0, -1] == top_right
    assert any("disagree" in note for note in row["notes"]) == bool(sform and qform)


def _oblique(degrees: float) -> np.ndarray:
    angle = np.deg2rad(degrees)
    affine = np.diag([1.5, 1.2, 2.0, 1.0])
    affine[:3, :3] = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    ) @ np.diag([1.5, 1.2, 2.0])
    affine[:3, 3] = (-20, 11, 5)
    return affine


@trap(31)
@pytest.mark.parametrize("degrees", [0, 20])
def test_all_48_storage_orders_are_one_picture(viewer: Viewer, tmp_path: Path, degrees: float) -> None:
    path = tmp_path / "head.nii"
    for axes, flips in product(permutations(range(3)), product((1, -1), repeat=3)):
        turn = np.array(list(zip(axes, flips, strict=True)))
        stored = nibabel.Nifti1Image(apply_orientation(numbered(), turn), _oblique(degrees) @ inv_ornt_aff(turn, SHAPE))
        nibabel.save(stored, path)
        # A file that is mapped cannot be written again on Windows.
        canonical = nibabel.as_closest_canonical(nibabel.load(path, mmap=False))
        assert aff2axcodes(canonical.affine) == ("R", "A", "S"), "nibabel#1449"
        expected = np.asarray(canonical.dataobj)[::-1, ::-1, 3].T
        np.testing.assert_array_equal(viewer.values(path, "--slice", 3), expected)


@trap(31)
def test_a_45_degree_oblique_is_one_picture_in_every_storage_order(viewer: Viewer, tmp_path: Path) -> None:
    half = np.sqrt(0.5)
    affine = np.array([[half, -half, 0, 3], [half, half, 0, 4], [0, 0, 1, 5], [0, 0, 0, 1]])
    frames, places = set(), set()
    for axes, flips in product(permutations(range(3)), product((1, -1), repeat=3)):
        turn = np.array(list(zip(axes, flips, strict=True)))
        stored = nibabel.Nifti1Image(apply_orientation(numbered(), turn), affine @ inv_ornt_aff(turn, SHAPE))
        nibabel.save(stored, tmp_path / "a.nii")
        screen = viewer.screen(tmp_path / "a.nii").go(2)
        frames.add(screen.glass.tobytes())
        places.add(screen.probe(0, 0))
    assert len(frames) == len(places) == 1


@trap(31)
@pytest.mark.parametrize("qfac", [1, -1])
def test_qfac(viewer: Viewer, tmp_path: Path, qfac: int) -> None:
    """A qfac of −1 stores slices from superior to inferior (nifti1.h, method 2)."""
    picture = nibabel.Nifti1Image(numbered(), None)
    picture.set_qform(np.diag([1.0, 2, 3 * qfac, 1]), code=1)
    picture.header["sform_code"] = 0
    nibabel.save(picture, tmp_path / "a.nii")
    expected = numbered()[:, :, 1 if qfac == 1 else SHAPE[2] - 2]
    np.testing.assert_array_equal(viewer.values(tmp_path / "a.nii", "--slice", 1), expected[::-1, ::-1].T)


@trap(31)
@pytest.mark.filterwarnings("ignore")
def test_negative_steps_in_pixdim_are_lengths(viewer: Viewer, tmp_path: Path) -> None:
    picture = nibabel.Nifti1Image(numbered(), None)
    picture.set_qform(np.diag([1.0, 2, 3, 1]), code=1)
    picture.header["sform_code"] = 0
    nibabel.save(picture, tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[80:84] = np.float32(-1).tobytes()
    (tmp_path / "a.nii").write_bytes(content)
    assert viewer.one(tmp_path / "a.nii")["spacing_mm"] == [3, 2, 1]


RADIOLOGICAL = {"axial": "RALP", "axial, feet up": "RALP", "sagittal": "ASPI", "coronal": "RSLI"}


@trap(32)
@pytest.mark.parametrize("name", RADIOLOGICAL)
@pytest.mark.parametrize("mirrored", [False, True])
def test_right_is_on_the_left_and_the_nose_too(viewer: Viewer, tmp_path: Path, name: str, mirrored: bool) -> None:
    orientation = np.array(STACKS[name])
    if mirrored:
        orientation[:3] = -orientation[:3]
    for axis in range(3):
        coordinate_slice(tmp_path / "c", tuple(orientation), axis)
    screens = [viewer.screen(tmp_path / "c" / f"{axis}.dcm") for axis in range(3)]
    for screen in screens:
        screen.set(voi=Window(0, 700, VoiFunction.LINEAR_EXACT))
    assert "".join(seen_letters(screens)) == RADIOLOGICAL[name]
    assert "".join(screens[0].letters or ()) == RADIOLOGICAL[name]
    said = "Anterior on the left" if name == "sagittal" else "Radiological: patient's right on the left"
    assert said in screens[0].text


@trap(32)
@pytest.mark.parametrize(("name", "letters"), [("axial", "LARP"), ("coronal", "LSRI"), ("sagittal", "ASPI")])
def test_one_switch_turns_the_side(viewer: Viewer, tmp_path: Path, name: str, letters: str) -> None:
    path = coordinate_slice(tmp_path / "c", STACKS[name], 0)
    screen = viewer.screen(path, radiological=False)
    assert "".join(screen.letters or ()) == letters
    assert ("Neurological: patient's left on the left" in screen.text) == (name != "sagittal")
