"""`export --to gsps`: measurements and window as a presentation state, read back by pydicom and checked by dciodvfy."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from tests.cli.conftest import Cli
from tests.imaging.dicom_files import find
from tests.imaging.phantoms import l_values, write_series

DCIODVFY = shutil.which("dciodvfy")
ROWS = [
    {"type": "length", "slice": 2, "points": [[10, 5], [10, 25]], "label": "Läsion"},
    {"type": "ellipse", "slice": 2, "points": [[4, 6], [14, 30]], "colour": "#6fd36f"},
    {"type": "rectangle", "slice": 2, "points": [[4, 6], [14, 30]]},
    {"type": "freehand", "slice": 3, "points": [[4, 6], [14, 30], [30, 8]]},
    {"type": "cobb", "slice": 3, "points": [[4, 6], [4, 30], [20, 6], [30, 30]]},
    {"type": "angle", "slice": 3, "points": [[4, 6], [4, 30], [20, 30]]},
    {"type": "arrow", "slice": 3, "points": [[4, 6], [20, 30]]},
    {"type": "point", "slice": 5, "points": [[7, 8]]},
    {"type": "text", "slice": 5, "points": [[9, 9]], "label": "See here"},
    {"type": "length", "slice": 5, "points": [[1, 1], [2, 2]], "visible": False},
    {"type": "length", "slice": 5, "points": [[1, 1], [2, 2]], "plane": "sagittal"},
]


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Ten slices of 32 × 40 of Mrs Kestrel."""
    write_series(tmp_path / "ct", values=l_values(rows=32, columns=40), PatientName="Kestrel^Ann", PatientID="K-1")
    return tmp_path / "ct"


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    (tmp_path / "shapes.json").write_text(json.dumps({"version": 1, "shapes": ROWS}))
    return tmp_path / "shapes.json"


def validate(path: Path) -> None:
    """Check a file with David Clunie's validator, if there is one."""
    if DCIODVFY is not None:
        said = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, check=False).stderr
        assert not [line for line in said.splitlines() if line.startswith("Error")], said


def export(cli: Cli, *words: object) -> dict:
    answer = cli("export", *words, "--to", "gsps", "--json")
    assert answer.code == 0, answer.err
    return answer.document


def graphics(state: pydicom.Dataset) -> list[tuple[str, str, list[tuple[float, float]]]]:
    """(instance, type, points (row, column) at pixel centres) of every graphic."""
    return [
        (
            item.ReferencedImageSequence[0].ReferencedSOPInstanceUID,
            one.GraphicType,
            [(row - 0.5, column - 0.5) for column, row in np.reshape(one.GraphicData, (-1, 2)).tolist()],
        )
        for item in state.GraphicAnnotationSequence
        for one in item.get("GraphicObjectSequence", ())
    ]


def test_a_series_with_its_measurements_and_window(series: Path, shapes: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "state.dcm"
    answer = export(cli, series, "--shapes", shapes, "--window", "40,400", "--out", out)
    assert any("names the patient" in note for note in answer["notes"])
    assert any("1 measurements on other planes" in note for note in answer["notes"])
    validate(out)
    state = pydicom.dcmread(out)
    assert state.SOPClassUID.name == "Grayscale Softcopy Presentation State Storage"
    originals = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, sorted(series.iterdir()))}
    by_place = sorted(originals, key=lambda uid: float(originals[uid].ImagePositionPatient[2]))
    named = [one.ReferencedSOPInstanceUID for one in state.ReferencedSeriesSequence[0].ReferencedImageSequence]
    assert sorted(named) == sorted(originals)
    assert {one.StudyInstanceUID for one in originals.values()} == {state.StudyInstanceUID}
    assert state.PatientName == "Kestrel^Ann"
    window = state.SoftcopyVOILUTSequence[0]
    assert (float(window.WindowCenter), float(window.WindowWidth)) == (40, 400)
    first = next(iter(originals.values()))
    assert state.RescaleIntercept == first.RescaleIntercept
    found = graphics(state)
    drawn = {(uid, kind) for uid, kind, _ in found}
    assert len(drawn) == 4
    second = next(uid for uid, kind, _ in found if kind == "ELLIPSE")
    lengths = [points for uid, kind, points in found if uid == second and kind == "POLYLINE" and len(points) == 2]
    assert lengths == [[(10, 5), (10, 25)]]
    ends = next(points for _, kind, points in found if kind == "ELLIPSE")
    assert sorted(ends) == [(4, 18), (9, 6), (9, 30), (14, 18)]
    third = {uid for uid, kind, points in found if uid != second and len(points) == 4}
    assert len(third) == 1
    places = [by_place.index(uid) for uid in (second, third.pop())]
    assert abs(places[0] - places[1]) == 1
    assert len({layer.GraphicLayer for layer in state.GraphicLayerSequence}) == 2
    texts = [
        one.UnformattedTextValue
        for item in state.GraphicAnnotationSequence
        for one in item.get("TextObjectSequence", ())
    ]
    assert "See here" in texts
    assert any(text.startswith("Läsion\r\n") and text.endswith("mm") for text in texts)


def test_one_slice_and_a_folder_of_one_each(series: Path, shapes: Path, tmp_path: Path, cli: Cli) -> None:
    export(cli, series, "--slice", "2", "--shapes", shapes, "--out", tmp_path / "one.dcm")
    one = pydicom.dcmread(tmp_path / "one.dcm")
    assert len(one.ReferencedSeriesSequence[0].ReferencedImageSequence) == 1
    assert len(graphics(one)) == 3
    written = export(cli, series, "--shapes", shapes, "--out", tmp_path / "each")["written"]
    assert [Path(path).name for path in written] == [f"slice-{number:04d}.dcm" for number in range(10)]
    for path in written[:4]:
        validate(Path(path))
    assert "GraphicAnnotationSequence" not in pydicom.dcmread(written[0])


@pytest.mark.parametrize("right", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_the_area_is_named_by_the_pixels_at_its_corners(
    right: tuple[int, int, int], is_mirrored: bool, tmp_path: Path, cli: Cli
) -> None:
    down = np.cross((0, 0, -1 if is_mirrored else 1), right)
    write_series(tmp_path / "ct", values=l_values(rows=32, columns=40), orientation=[*right, *map(float, down)])
    export(cli, tmp_path / "ct", "--out", tmp_path / "state.dcm")
    validate(tmp_path / "state.dcm")
    area = pydicom.dcmread(tmp_path / "state.dcm").DisplayedAreaSelectionSequence[0]
    # An axial slice is read with the patient's right at the left and the front above.
    seen = [
        (column if right[0] + right[1] > 0 else 41 - column, row if down[0] + down[1] > 0 else 33 - row)
        for column, row in ((1, 1), (40, 32))
    ]
    found = area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner
    assert [tuple(one) for one in found] == seen


def test_frames_of_one_file_are_named(tmp_path: Path, cli: Cli) -> None:
    shutil.copy(find("emri_small.dcm"), tmp_path / "a.dcm")
    rows = [{"type": "length", "slice": number, "points": [[1, 1], [9, 9]]} for number in (1, 4)]
    (tmp_path / "s.json").write_text(json.dumps({"version": 1, "shapes": rows}))
    export(cli, tmp_path / "a.dcm", "--shapes", tmp_path / "s.json", "--out", tmp_path / "state.dcm")
    state = pydicom.dcmread(tmp_path / "state.dcm")
    frames = [one.ReferencedImageSequence[0].get("ReferencedFrameNumber") for one in state.GraphicAnnotationSequence]
    assert len(set(frames)) == 2
    assert None not in frames


def test_what_no_presentation_state_can_be_of_is_refused(tmp_path: Path, series: Path, cli: Cli) -> None:
    Image.fromarray(np.zeros((20, 30), np.uint8)).save(tmp_path / "a.png")
    out = ("--to", "gsps", "--out", tmp_path / "s.dcm")
    assert cli("export", tmp_path / "a.png", *out).is_refused_with("E_UNSUPPORTED")
    assert cli("export", find("SC_rgb.dcm"), *out).is_refused_with("E_UNSUPPORTED")
    assert cli("export", series, "--plane", "coronal", *out).is_refused_with("E_UNSUPPORTED")
    assert cli("export", series, "--slice", "10", *out).is_refused_with("E_OUT_OF_RANGE")
    assert cli("export", series, "--with-text", *out).is_refused_with("E_ARGUMENT")
    assert not (tmp_path / "s.dcm").exists()


def test_slices_of_different_rescale_need_a_file_each(series: Path, tmp_path: Path, cli: Cli) -> None:
    path = sorted(series.iterdir())[4]
    one = pydicom.dcmread(path)
    one.RescaleSlope = 2
    one.save_as(path)
    refused = cli("export", series, "--to", "gsps", "--out", tmp_path / "s.dcm")
    assert refused.is_refused_with("E_UNSUPPORTED")
    assert len(export(cli, series, "--out", tmp_path / "each")["written"]) == 10
