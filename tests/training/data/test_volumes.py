"""Which slices of which volumes are cases, and that they are the viewer's own slices."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.load import fill, whole_volume
from imaging.scan import scan
from imaging.volume.geometry import Plane
from tests.imaging.nifti_files import save_nifti
from tests.imaging.phantoms import write_series
from tests.reading import READING
from training.data.dataset import Case, list_cases, prepare_cases, read_case
from training.data.volumes import choose_numbers
from training.recipe.recipe import Cases, Folders, Recipe, VolumeSlices

FOLDERS = Folders(form="folders", folders={"normal": "A", "pneumonia": "B"})
AFFINE = np.diag([-1.0, -1.0, 3.0, 1.0])


def voxels(seed: int, shape: tuple[int, ...] = (20, 24, 9)) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(0, 1000, shape).astype(np.int16)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two NIfTI (one of two phases), two DICOM series and a picture in A; one NIfTI and a broken file in B."""
    (tmp_path / "A").mkdir()
    (tmp_path / "B").mkdir()
    save_nifti(tmp_path / "A" / "one.nii.gz", voxels(1), AFFINE)
    save_nifti(tmp_path / "A" / "two.nii", voxels(2, (20, 24, 5, 2)), AFFINE)
    for number in range(2):
        ids = {"PatientID": "7", "StudyInstanceUID": "1.2.3", "SeriesInstanceUID": f"1.2.4.{number}"}
        # Names that run against the slices' order.
        names = [f"{number}-{9 - k}.dcm" for k in range(10)]
        write_series(tmp_path / "A" / "scan", values=voxels(3 + number, (10, 24, 16)), names=names, **ids)
    save_nifti(tmp_path / "B" / "three.nii.gz", voxels(5), AFFINE)
    (tmp_path / "B" / "broken.nii").write_bytes(b"words")
    return tmp_path


@pytest.fixture
def list_with(recipe: Recipe, data: Path) -> Callable[..., tuple[Case, ...]]:
    """Lists the cases of the data by a rule for volumes."""

    def listed(**rule: object) -> tuple[Case, ...]:
        volumes = VolumeSlices.model_validate(rule)
        return list_cases(data, recipe.model_copy(update={"cases": Cases(source=FOLDERS, volumes=volumes)}))

    return listed


def _count(cases: tuple[Case, ...]) -> dict[str, int]:
    return dict(Counter(case.series for case in cases))


ALL = {"A/one.nii.gz": 9, "A/two.nii": 5, "A/scan/0-0.dcm": 10, "A/scan/1-0.dcm": 10, "B/three.nii.gz": 9}


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        ({}, ALL),
        ({"take": "middle"}, dict.fromkeys(ALL, 1)),
        ({"step": 4}, {**dict.fromkeys(ALL, 3), "A/two.nii": 2}),
        ({"share": 0.5}, {**dict.fromkeys(ALL, 5), "A/one.nii.gz": 4, "A/two.nii": 2, "B/three.nii.gz": 4}),
        ({"plane": "coronal"}, dict.fromkeys(ALL, 24)),
        ({"plane": "sagittal", "step": 2}, {**dict.fromkeys(ALL, 10), "A/scan/0-0.dcm": 8, "A/scan/1-0.dcm": 8}),
    ],
)
def test_a_rule_says_which_slices_are_cases(
    list_with: Callable[..., tuple[Case, ...]], rule: dict[str, object], counts: dict[str, int]
) -> None:
    cases = list_with(**rule)
    assert _count(cases) == {**counts, "B/broken.nii": 1}
    assert len({case.name for case in cases}) == len(cases)
    assert len({case.sha256 for case in cases}) == len(cases)
    # Two series of one patient are one person; each NIfTI is one.
    assert len({case.person for case in cases if case.series != "B/broken.nii"}) == 4


def test_without_a_rule_a_file_is_a_case(recipe: Recipe, data: Path) -> None:
    cases = list_cases(data, recipe.model_copy(update={"cases": Cases(source=FOLDERS)}))
    assert len(cases) == 24
    assert all("#" not in case.name for case in cases)
    assert _count(cases)["A/scan/0-0.dcm"] == 10


@pytest.mark.parametrize("plane", [Plane.ACQUIRED, Plane.CORONAL, Plane.SAGITTAL])
def test_slices_are_those_that_the_viewer_shows(
    list_with: Callable[..., tuple[Case, ...]], data: Path, plane: Plane
) -> None:
    cases = list_with(plane=plane.value, step=3)
    for paths, name in (((data / "A" / "one.nii.gz",), "A/one.nii.gz"), ((data / "A" / "scan",), "A/scan/0-0.dcm")):
        series = finish(scan(paths, READING)).series[0]
        volume = whole_volume(series)
        finish(fill(volume, READING))
        of_series = [case for case in cases if case.series == name]
        count = volume.count(plane)
        numbers = choose_numbers(count, VolumeSlices(step=3))
        wanted = [volume.slice_at(plane, number).values for number in numbers]
        # Files of a DICOM series stand in the order of their names, which is not that of its slices.
        found = sorted(read_case(case).values.tobytes() for case in of_series)
        assert found == sorted(one.tobytes() for one in wanted)


def test_what_cannot_be_cut_or_read_is_one_row(recipe: Recipe, data: Path) -> None:
    lost = data / "A" / "lost.nii"
    save_nifti(lost, voxels(9), None)
    # Neither steps (pixdim) nor directions.
    content = bytearray(lost.read_bytes())
    content[80:92] = bytes(12)
    lost.write_bytes(content)
    rule = Cases(source=FOLDERS, volumes=VolumeSlices(plane="coronal", step=8))
    changed = recipe.model_copy(update={"cases": rule})
    prepared = finish(prepare_cases(list_cases(data, changed), changed))
    skipped = {row.path: row.code for row in prepared.skipped}
    assert skipped.pop("A/lost.nii#coronal") is Code.NO_GEOMETRY
    assert set(skipped) == {"B/broken.nii"}
    assert len(prepared.cases) == 3 * len(ALL)
    broken = next(case for case in list_cases(data, changed) if case.path.name == "broken.nii")
    with pytest.raises(Refusal):
        read_case(broken)


@pytest.mark.parametrize(
    ("count", "rule", "numbers"),
    [
        (9, {"take": "middle"}, [4]),
        (10, {"take": "middle"}, [5]),
        (10, {"share": 0.4}, [3, 4, 5, 6]),
        (10, {"step": 3}, [0, 3, 6, 9]),
        (10, {"step": 4}, [0, 4, 8]),
        (11, {"step": 4}, [1, 5, 9]),
        (10, {"share": 0.01}, [4]),
        (1, {"share": 0.5, "step": 9}, [0]),
        (0, {}, []),
    ],
)
def test_chosen_slices_lie_in_the_middle(count: int, rule: dict[str, object], numbers: list[int]) -> None:
    assert list(choose_numbers(count, VolumeSlices.model_validate(rule))) == numbers


def test_the_middle_is_one_slice() -> None:
    with pytest.raises(ValueError, match="leave share and step out"):
        VolumeSlices(take="middle", step=2)
