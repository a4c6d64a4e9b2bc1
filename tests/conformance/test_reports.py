"""Inputs made anew from public reports of other programs (`../shared/faults`), each with what is right of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from tests.conformance.conftest import Viewer, near

FAULTS = Path(__file__).parents[3] / "shared" / "faults"
pytestmark = pytest.mark.skipif(
    not FAULTS.is_dir(), reason="the inputs (../shared/faults) are not beside this checkout"
)

_CONTRASTS, _ENHANCED = "03_multi_contrast_one_series", "04_enhanced_same_stack_by_value"
STACKS: dict[str, tuple[int, int, str | None, list[Any] | None, list[float] | None]] = {
    "02_t1_mapping_inversion_times": (4, 3, "inversion time", [180, 260, 1080, 1160], [8, 2, 2]),
    f"{_CONTRASTS}/acqnum": (2, 3, "acquisition number", [1, 2], [4, 2, 2]),
    f"{_CONTRASTS}/bvalue": (2, 3, "b value", [0, 1000], [4, 2, 2]),
    f"{_CONTRASTS}/component": (2, 3, "component", ["MAGNITUDE", "PHASE"], [4, 2, 2]),
    f"{_CONTRASTS}/contrast": (2, 3, "contrast agent", [None, "Gd"], [4, 2, 2]),
    f"{_CONTRASTS}/echo": (2, 3, "echo", [5, 90], [4, 2, 2]),
    f"{_CONTRASTS}/flip": (2, 3, "flip angle", [5, 20], [4, 2, 2]),
    f"{_CONTRASTS}/imagetype": (2, 3, "image type", None, [4, 2, 2]),
    f"{_CONTRASTS}/kvp": (2, 3, "tube voltage", [80, 140], [4, 2, 2]),
    f"{_CONTRASTS}/protocol": (2, 3, "protocol", ["a", "b"], [4, 2, 2]),
    f"{_CONTRASTS}/sequence": (2, 3, "sequence", ["*ep_b0", "*ep_b1000"], [4, 2, 2]),
    f"{_CONTRASTS}/temporal": (2, 3, "temporal position", [1, 2], [4, 2, 2]),
    f"{_CONTRASTS}/ti": (2, 3, "inversion time", [100, 2000], [4, 2, 2]),
    f"{_CONTRASTS}/tr": (2, 3, "repetition time", [500, 3000], [4, 2, 2]),
    f"{_CONTRASTS}/trigger": (2, 3, "trigger time", [0, 300], [4, 2, 2]),
    f"{_ENHANCED}/bvalue.dcm": (2, 3, "b value", [0, 1000], [2, 1, 1]),
    f"{_ENHANCED}/component.dcm": (2, 3, "component", ["MAGNITUDE", "PHASE"], [2, 1, 1]),
    f"{_ENHANCED}/echo.dcm": (2, 3, "echo", [5, 90], [2, 1, 1]),
    f"{_ENHANCED}/flip.dcm": (2, 3, "flip angle", [5, 20], [2, 1, 1]),
    f"{_ENHANCED}/inversion.dcm": (2, 3, "inversion time", [100, 2000], [2, 1, 1]),
    f"{_ENHANCED}/kvp.dcm": (2, 3, "tube voltage", [80, 140], [2, 1, 1]),
    "05_order_by_content_time/content_time": (3, 5, "content time", [0, 60, 120], [4, 2, 2]),
    "05_order_by_content_time/reset": (2, 4, "content time", [0, 1], [3, 1, 1]),
    "06_segmentation_sparse": (3, 7, "segment", ["s1", "s2", "s3"], [3, 1, 1]),
    "07_numbers_with_a_comma": (1, 2, None, None, [2, 0.5, 0.5]),
    "08_tiff_planar_16": (1, 1, None, None, None),
    "10_archives/a.tar.gz": (1, 3, None, None, [2, 1, 1]),
    "10_archives/disc_with_suffixes": (1, 3, None, None, [2, 1, 1]),
    "10_archives/same_name_twice.zip": (1, 3, None, None, [2, 1, 1]),
    "11_signedness_differs": (1, 5, None, None, [2, 1, 1]),
    "12_nm_negative_spacing": (1, 6, None, None, [4.4, 4.4, 4.4]),
    **dict.fromkeys((f"13_nifti/analyze/{name}" for name in ("ana.hdr", "ana.img", "spm.hdr", "spm.img")),
                    (1, 4, None, None, [3, 2, 1])),
    **dict.fromkeys(("13_nifti/complex64.nii", "13_nifti/complex128.nii"), (2, 4, None, None, [3, 2, 1])),
    **dict.fromkeys((f"13_nifti/{name}" for name in ("epi.nii.gzip", "gz_nosuffix", "zero_dims.nii")),
                    (1, 4, None, None, [3, 2, 1])),
    **dict.fromkeys((f"14_dicom_structure/{name}.dcm" for name in
                     ("packed12", "vr_OX_long", "vr_blank", "vr_nul", "vr_question")), (1, 1, None, None, None)),
    "15_nrrd": (1, 4, None, None, [0.38, 0.38, 0.38]),
}  # fmt: skip
REFUSED = {
    "10_archives/a.7z": ("7z", "E_UNSUPPORTED"), "10_archives/a.rar": ("RAR", "E_UNSUPPORTED"),
    "10_archives/a.iso": ("ISO", "E_UNSUPPORTED"), "10_archives/aes.zip": ("AES", "E_UNSUPPORTED"),
}  # fmt: skip
ELSEWHERE = ("01_", "09_", "10_archives/absolute_and_dots.zip", "20_", "README.md", "13_nifti/analyze/spm.mat")
"""Held by the tests below; models are those of tests/inference and tests/hostile."""
KEYWORDS = {
    "acqnum": "AcquisitionNumber", "bvalue": "DiffusionBValue", "component": "ComplexImageComponent",
    "contrast": "ContrastBolusAgent", "echo": "EchoTime", "flip": "FlipAngle", "imagetype": "ImageType", "kvp": "KVP",
    "protocol": "ProtocolName", "sequence": "SequenceName", "temporal": "TemporalPositionIdentifier",
    "ti": "InversionTime", "tr": "RepetitionTime", "trigger": "TriggerTime",
}  # fmt: skip


def volume(viewer: Viewer, path: Path, row: dict[str, Any]) -> NDArray[np.float32]:
    """The values of every slice, [phase, slice, row, column]."""
    words = [("--phase", phase, "--slice", index) for phase in range(row["phases"]) for index in range(row["slices"])]
    seen = np.stack([viewer.values(path, *each) for each in words])
    return seen.reshape(row["phases"], row["slices"], *seen.shape[1:])


@pytest.mark.parametrize("name", STACKS)
def test_an_input_is_what_its_report_says(viewer: Viewer, name: str) -> None:
    phases, slices, phase_of, values, spacing = STACKS[name]
    answer = viewer.inspect(FAULTS / name, code=0)
    (row,) = answer["series"]
    assert answer["files"]["seen"] == answer["files"]["opened"]
    assert (row["phases"], row["slices"], row["phase_of"]) == (phases, slices, phase_of)
    assert values is None or row["phase_values"] == values
    assert (row["spacing_mm"] is None) == (spacing is None)
    assert spacing is None or near(row["spacing_mm"], spacing, 1e-6)
    assert np.isfinite(volume(viewer, FAULTS / name, row)).all()


@pytest.mark.parametrize("name", REFUSED)
def test_an_input_that_is_not_read_is_refused_by_name(viewer: Viewer, name: str) -> None:
    called, code = REFUSED[name]
    for row in viewer.inspect(FAULTS / name, code=2)["skipped"]:
        assert row["code"] == code
        assert called in row["message"]
        assert "npack" in row["message"]


def test_no_input_is_left_out() -> None:
    named = (*STACKS, *REFUSED, *ELSEWHERE)
    files = [path.relative_to(FAULTS).as_posix() for path in FAULTS.rglob("*") if path.is_file()]
    assert [name for name in files if not name.startswith(named)] == []


@pytest.mark.parametrize("name", KEYWORDS)
def test_a_phase_holds_the_files_of_one_value(viewer: Viewer, name: str) -> None:
    (series,) = viewer.series(FAULTS / _CONTRASTS / name)
    for phase in range(series.phases):
        files = [pydicom.dcmread(series.frame(phase, index).source.path) for index in range(series.slices)]
        assert len({str(one.get(KEYWORDS[name], "")) for one in files}) == 1
        heights = [one.ImagePositionPatient[2] for one in files]
        assert heights == sorted(set(heights))


def test_inversion_times_in_another_order_at_each_position(viewer: Viewer) -> None:
    (series,) = viewer.series(FAULTS / "02_t1_mapping_inversion_times")
    stated = [float(pydicom.dcmread(frame.source.path).InversionTime) for frame in series.frames]
    assert stated == [time for time in (180.0, 260.0, 1080.0, 1160.0) for _ in range(3)]


@pytest.mark.parametrize(("name", "called"), [("content_time", "_{slice}{phase}.dcm"), ("reset", "{phase}{slice}.dcm")])
def test_content_time_tells_phases_apart(viewer: Viewer, name: str, called: str) -> None:
    (series,) = viewer.series(FAULTS / "05_order_by_content_time" / name)
    for phase in range(series.phases):
        for index in range(series.slices):
            assert series.frame(phase, index).source.path.name.endswith(called.format(phase=phase, slice=index))


def test_two_patients_of_one_series_uid(viewer: Viewer) -> None:
    series = viewer.series(FAULTS / "01_two_patients_one_series_uid")
    files = [{frame.source.path.name[:2] for frame in one.frames} for one in series]
    assert sorted(map(sorted, files)) == [["p1"], ["p2"]]
    assert [one.slices for one in series] == [3, 3]
    assert all("same series UID" in one.notes[0] for one in series)


def test_a_comma_is_a_decimal_point(viewer: Viewer) -> None:
    path = FAULTS / "07_numbers_with_a_comma"
    row = viewer.one(path)
    values = volume(viewer, path, row)
    assert (values.min(), values.max()) == (-1000, -670)
    assert sum("comma" in note for note in row["notes"]) == 2


def test_planes_of_16_bits(viewer: Viewer) -> None:
    assert viewer.values(FAULTS / "08_tiff_planar_16")[5, 7].tolist() == [22, 57, 11]


def test_a_leading_slash_is_stripped_and_what_leads_out_is_refused_alone(viewer: Viewer) -> None:
    answer = viewer.inspect(FAULTS / "10_archives" / "absolute_and_dots.zip", code=1)
    assert [row["slices"] for row in answer["series"]] == [2]
    assert [row["code"] for row in answer["skipped"]] == ["E_ARCHIVE"]
    assert answer["files"] == {"seen": 3, "opened": 2, "skipped": 1}


def test_each_slice_is_signed_as_it_says(viewer: Viewer) -> None:
    path = FAULTS / "11_signedness_differs"
    (series,) = viewer.series(path)
    for index, frame in enumerate(series.frames):
        read = pydicom.dcmread(frame.source.path)
        expected = read.pixel_array * float(read.get("RescaleSlope", 1)) + float(read.get("RescaleIntercept", 0))
        np.testing.assert_array_equal(viewer.values(path, "--slice", index), expected)


def test_nuclear_slices_step_against_their_normal(viewer: Viewer) -> None:
    path = FAULTS / "12_nm_negative_spacing"
    (series,) = viewer.series(path)
    read = pydicom.dcmread(path / "neg.dcm")
    first = float(read.DetectorInformationSequence[0].ImagePositionPatient[2])
    # Of the file, frame k lies 4.4 mm below the one before; of the series, slices go up.
    assert [frame.index for frame in series.frames] == [5, 4, 3, 2, 1, 0]
    assert near(
        [frame.position[2] for frame in series.frames if frame.position], first - 4.4 * np.arange(5, -1, -1), 1e-6
    )


def test_complex_values_and_their_note(viewer: Viewer) -> None:
    for name in ("complex64.nii", "complex128.nii"):
        row = viewer.one(FAULTS / "13_nifti" / name)
        seen = volume(viewer, FAULTS / "13_nifti" / name, row)
        assert seen[0].min() >= 0
        assert np.abs(seen[1]).max() <= np.pi + 1e-6
        assert any("magnitude" in note for note in row["notes"])


def test_damaged_vrs_hold_the_same_picture(viewer: Viewer) -> None:
    folder = FAULTS / "14_dicom_structure"
    pictures = [viewer.values(folder / f"vr_{name}.dcm") for name in ("OX_long", "blank", "nul", "question")]
    assert all((one == pictures[0]).all() for one in pictures)
    assert pictures[0].max() > pictures[0].min()


def test_a_decoy_opens_nothing_outside(viewer: Viewer) -> None:
    """Its header names the canary beside the folder in a second spelling."""
    path = FAULTS / "20_hostile" / "decoy.mhd"
    row = viewer.one(path)
    canary = (FAULTS / "20_hostile_canary.txt").read_bytes()
    seen = np.concatenate([viewer.values(path, "--slice", index).ravel() for index in range(row["slices"])])
    own = np.fromfile(FAULTS / "20_hostile" / "y.raw", np.uint8)[: seen.size]
    np.testing.assert_array_equal(seen.astype(np.uint8), own)
    assert canary[: len(own)] != own.tobytes()
