"""Why a slice looks as it does: the sources that are named are the ones that were used."""

from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset

from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.provenance import name_series
from imaging.volume.facts import Topic
from imaging.volume.series import Series
from tests.imaging.phantoms import dataset, l_values, write_series
from tests.reading import reasons, scan


def opened(path: Path) -> Series:
    return finish(scan([path])).series[0]


def told(series: Series, topic: Topic, index: int = 0) -> tuple[str, str]:
    (found,) = [reason for reason in reasons(series, index=index) if reason.topic is topic]
    return found.value, found.source


def real(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str)
    return Path(found)


@pytest.mark.parametrize(
    ("name", "topic", "value", "source"),
    [
        ("CT_small.dcm", Topic.TRANSFER_SYNTAX, "Explicit VR Little Endian", "(0002,0010)"),
        ("CT_small.dcm", Topic.VALUES, "stored × 1 − 1024", "(0028,1053)"),
        ("CT_small.dcm", Topic.UNITS, "HU", "C.8.2.1.1.2"),
        ("CT_small.dcm", Topic.WINDOW, "automatic", "no window"),
        ("CT_small.dcm", Topic.SLICE_SPACING, "5 mm", "Slice Thickness, as there is one slice"),
        ("CT_small.dcm", Topic.ORIENTATION, "axial: slices toward S", "(0020,0037)"),
        ("MR_small.dcm", Topic.WINDOW, "centre 600, width 1600, LINEAR", "(0028,1050)"),
        ("MR_small.dcm", Topic.VALUES, "stored values as they are", "no rescale"),
        ("mlut_18.dcm", Topic.VALUES, "a table of", "(0028,3000)"),
        ("vlut_04.dcm", Topic.WINDOW, "a table of", "(0028,3010)"),
        ("eCT_Supplemental.dcm", Topic.VALUES, "stored × 1 − 1024", "(0028,9145) Pixel Value Transformation in the"),
        ("eCT_Supplemental.dcm", Topic.PIXEL_SPACING, "mm between rows", "(0028,9110) Pixel Measures in the"),
        ("rtdose.dcm", Topic.VALUES, "stored × ", "(3004,000E)"),
        ("examples_ybr_color.dcm", Topic.WINDOW, "none", "colour"),
        ("examples_overlay.dcm", Topic.DRAWINGS, "1 overlay", "(60xx,3000)"),
    ],
)
def test_sources_of_real_dicom_files(name: str, topic: Topic, value: str, source: str) -> None:
    series = opened(real(name))
    found_value, found_source = told(series, topic)
    assert value in found_value
    assert source in found_source


def test_the_shown_frame_is_asked_and_not_the_first(tmp_path: Path) -> None:
    """Slopes that differ between files are told file by file."""

    def slope(made: Dataset, number: int) -> None:
        made.RescaleSlope, made.RescaleIntercept = str(number + 1), "-5"

    write_series(tmp_path, values=l_values(slices=3), edit=slope)
    series = opened(tmp_path)
    assert [told(series, Topic.VALUES, index)[0] for index in range(3)] == [
        "stored × 1 − 5",
        "stored × 2 − 5",
        "stored × 3 − 5",
    ]


def test_a_file_without_a_transfer_syntax_says_so(tmp_path: Path) -> None:
    made = dataset(l_values()[0])
    made.file_meta = FileMetaDataset()
    made.preamble = None
    made.save_as(tmp_path / "bare", implicit_vr=True, little_endian=True, enforce_file_format=False)
    assert told(opened(tmp_path / "bare"), Topic.TRANSFER_SYNTAX)[0].startswith("not stated")


def test_notes_come_last_and_every_topic_is_in_order(tmp_path: Path) -> None:
    series = opened(real("examples_overlay.dcm"))
    order = [list(Topic).index(reason.topic) for reason in reasons(series, index=0)]
    assert order == sorted(order)


def test_pictures_and_volumes_tell_too(tmp_path: Path) -> None:
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(tmp_path / "grey.png")
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    volume = nibabel.Nifti1Image(np.arange(60, dtype=np.int16).reshape(3, 4, 5), affine)
    volume.header.set_slope_inter(2.0, 1.0)
    nibabel.save(volume, tmp_path / "v.nii.gz")
    picture, grid = opened(tmp_path / "grey.png"), opened(tmp_path / "v.nii.gz")
    assert told(picture, Topic.PIXEL_SPACING)[0] == "unknown"
    assert told(picture, Topic.FORMAT)[0] == "PNG"
    assert told(grid, Topic.ORIENTATION)[1].startswith("the sform")
    assert "inside gzip" in told(grid, Topic.FORMAT)[1]
    assert told(grid, Topic.SLICE_SPACING)[0] == "4 mm"


def test_a_qform_alone_is_named(tmp_path: Path) -> None:
    volume = nibabel.Nifti1Image(np.zeros((3, 4, 5), np.int16), None)
    volume.set_qform(np.diag([1.0, 1.0, 2.0, 1.0]), code=1)
    volume.set_sform(None, code=0)
    nibabel.save(volume, tmp_path / "q.nii")
    assert told(opened(tmp_path / "q.nii"), Topic.ORIENTATION)[1].startswith("the qform")


def test_a_file_that_vanished_is_a_refusal(tmp_path: Path) -> None:
    (file,) = write_series(tmp_path, values=l_values(slices=1))
    series = opened(tmp_path)
    file.unlink()
    with pytest.raises(Refusal) as caught:
        reasons(series, index=0)
    assert caught.value.code is Code.MISSING
    with pytest.raises(Refusal) as caught:
        reasons(series, index=7)
    assert caught.value.code is Code.OUT_OF_RANGE


def test_a_series_is_known_by_its_uids_wherever_it_lies(tmp_path: Path) -> None:
    elements = {"StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2", "PatientID": "A 1"}
    for folder in ("here", "there"):
        write_series(tmp_path / folder, values=l_values(), **elements)
    write_series(tmp_path / "of another", values=l_values(), **elements | {"PatientID": "A 2"})
    here, there, other = (finish(name_series(opened(tmp_path / one))) for one in ("here", "there", "of another"))
    assert here == there != other
    assert {"1.2.1", "1.2.2"} <= set(here)


def test_a_series_without_uids_is_known_by_its_content(tmp_path: Path) -> None:
    grey = np.arange(240, dtype=np.uint8).reshape(12, 20)
    for name, values in (("a.png", grey), ("sub/b.png", grey), ("c.png", grey + 1)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(values).save(tmp_path / name)
    same, moved, other = (finish(name_series(opened(tmp_path / one))) for one in ("a.png", "sub/b.png", "c.png"))
    assert same == moved != other
    dicom = dataset(grey, StudyInstanceUID=None, SeriesInstanceUID=None, SOPInstanceUID=None)
    dicom.save_as(tmp_path / "d.dcm")
    assert finish(name_series(opened(tmp_path / "d.dcm")))[0] == "content"
    gone = opened(tmp_path / "a.png")
    (tmp_path / "a.png").unlink()
    with pytest.raises(Refusal) as refused:
        finish(name_series(gone))
    assert refused.value.code is Code.MISSING
