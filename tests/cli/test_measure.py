"""`measure`: shapes of a file, measured on real and made slices, and shapes that are none."""

import json
import math
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from tests.cli.conftest import Cli
from tests.imaging.phantoms import dataset, l_values, save, write_series


def write_shapes(folder: Path, *shapes: dict[str, Any], **document: Any) -> Path:
    path = folder / "shapes.json"
    path.write_text(json.dumps({"version": 1, "shapes": shapes} | document))
    return path


def shape(kind: str, *points: tuple[float, float], slice: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": kind, "slice": slice, "points": [list(point) for point in points], **more}


def test_a_real_ct(tmp_path: Path, cli: Cli) -> None:
    found = get_testdata_file("CT_small.dcm", download=False)
    assert isinstance(found, str)
    shapes = write_shapes(
        tmp_path,
        shape("length", (10, 20), (40, 60)), shape("rectangle", (20, 30), (60, 90), label="liver"),
        shape("point", (64, 64)), shape("angle", (0, 10), (0, 0), (10, 10)), shape("arrow", (1, 1), (9, 9)),
    )  # fmt: skip
    answer = cli("measure", found, "--shapes", shapes, "--json")
    assert (answer.code, answer.document["version"], answer.document["units"]) == (0, 2, "HU")
    line, area, point, angle, arrow = answer.document["shapes"]
    spacing = 0.661468
    assert line["value"] == pytest.approx(50 * spacing)
    assert (line["unit"], line["calibration"], line["points"]) == ("mm", "pixel spacing", [[10, 20], [40, 60]])
    assert cli("values", found, "--out", tmp_path / "v.npy").code == 0
    values = np.load(tmp_path / "v.npy").astype(np.float64)
    inside = values[20:61, 30:91]
    assert area["area"] == pytest.approx(40 * 60 * spacing**2)
    assert (area["area_unit"], area["unit"], area["value"]) == ("mm²", "mm", pytest.approx(200 * spacing))
    assert (area["mean"], area["sd"], area["pixels"]) == (inside.mean(), inside.std(), inside.size)
    assert (area["min"], area["max"]) == (inside.min(), inside.max())
    assert sum(area["histogram"]["counts"]) == inside.size
    assert (point["value"], point["unit"], point["stored"]) == (values[64, 64], "HU", values[64, 64] + 1024)
    assert cli("render", found, "--out", tmp_path / "f.png").code == 0
    assert point["presentation"] == np.asarray(Image.open(tmp_path / "f.png"))[64, 64]
    assert (angle["value"], angle["unit"]) == (pytest.approx(45), "°")
    assert (arrow["value"], arrow["unit"]) == (None, None)
    said = cli("measure", found, "--shapes", shapes).out.splitlines()
    assert len(said) == 5
    assert all(one.startswith(f"{found}: shape {number}") for number, one in enumerate(said, start=1))
    assert "33.1 mm (pixel spacing)" in said[0]
    assert "“liver”" in said[1]


def test_planes_and_phases(tmp_path: Path, cli: Cli) -> None:
    values = np.random.default_rng(1).integers(0, 99, (6, 7, 8, 2)).astype(np.int16)
    path = tmp_path / "a.nii"
    nibabel.save(nibabel.Nifti1Image(values, np.diag([-2.0, -3.0, 5.0, 1.0])), path)
    shapes = write_shapes(
        tmp_path,
        shape("length", (0, 0), (2, 3), slice=2),
        shape("length", (0, 0), (2, 3), slice=2, plane="acquired", phase=0),
    )
    (cut, plain) = cli("measure", path, "--shapes", shapes, "--plane", "coronal", "--phase", 1, "--json").document[
        "shapes"
    ]
    assert (cut["value"], cut["plane"], cut["phase"]) == (pytest.approx(math.hypot(10, 6)), "coronal", 1)
    assert (plain["value"], plain["plane"], plain["phase"]) == (pytest.approx(math.hypot(6, 6)), "acquired", 0)


def test_oblique_planes_and_slabs(tmp_path: Path, cli: Cli) -> None:
    write_series(tmp_path / "ct", values=l_values(), spacing=(1.0, 1.0))
    words = ("measure", tmp_path / "ct", "--oblique", "0,1,1", "--json", "--shapes")
    shapes = write_shapes(tmp_path, shape("length", (0, 0), (3, 4), slice=2), shape("point", (1, 1), slice=2))
    (line, point) = cli(*words, shapes).document["shapes"]
    assert (line["value"], line["plane"], line["interpolated"]) == (pytest.approx(5), "oblique", True)
    assert point["interpolated"] is True
    assert cli(*words, write_shapes(tmp_path, shape("point", (1, 1), slice=999))).is_refused_with("E_OUT_OF_RANGE")
    unsaid = write_shapes(tmp_path, shape("point", (1, 1), plane="oblique"))
    assert cli("measure", tmp_path / "ct", "--shapes", unsaid).is_refused_with("E_ARGUMENT")
    (slab,) = cli("measure", tmp_path / "ct", "--slab", "5,max", "--json", "--shapes", write_shapes(
        tmp_path, shape("rectangle", (3, 3), (9, 9), slice=4))).document["shapes"]  # fmt: skip
    assert (slab["max"], slab["interpolated"]) == (500, True)


@pytest.mark.parametrize(
    ("elements", "source", "length"),
    [
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]}, "at detector", 2.0),
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2]}, "at detector", 2.0),
        ({"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.1, 0.1]}, "calibrated", 1.0),
        ({"Modality": "DX", "PixelSpacing": [0.1, 0.1], "PixelSpacingCalibrationType": "FIDUCIAL"}, "calibrated", 1.0),
        ({"Modality": "DX", "PixelSpacing": [0.1, 0.1]}, "pixel spacing", 1.0),
        ({"Modality": "US", "PixelSpacing": [0.1, 0.1]}, None, 10.0),
        ({"Modality": "CT"}, None, 10.0),
    ],
)
def test_the_source_of_millimetres(
    tmp_path: Path, cli: Cli, elements: dict[str, Any], source: str | None, length: float
) -> None:
    path = save(dataset(np.zeros((20, 30), np.uint16), **elements), tmp_path / "a.dcm")
    shapes = write_shapes(tmp_path, shape("length", (5, 5), (5, 15)))
    (row,) = cli("measure", path, "--shapes", shapes, "--json").document["shapes"]
    assert (row["calibration"], row["value"]) == (source, pytest.approx(length))
    assert row["unit"] == ("px" if source is None else "mm")


def test_regions_of_an_ultrasound(tmp_path: Path, cli: Cli) -> None:
    def region(left: int, right: int, delta: float) -> Dataset:
        made = Dataset()
        made.RegionLocationMinX0, made.RegionLocationMaxX1 = left, right
        made.RegionLocationMinY0, made.RegionLocationMaxY1 = 0, 39
        made.PhysicalUnitsXDirection = made.PhysicalUnitsYDirection = 3
        made.PhysicalDeltaX = made.PhysicalDeltaY = delta
        made.RegionSpatialFormat = made.RegionDataType = 1
        made.RegionFlags = 0
        return made

    regions = [region(0, 19, 0.05), region(20, 59, 0.02)]
    path = save(
        dataset(np.zeros((40, 60), np.uint8), Modality="US", SequenceOfUltrasoundRegions=regions), tmp_path / "us.dcm"
    )
    shapes = write_shapes(
        tmp_path, shape("length", (5, 5), (5, 15)), shape("length", (5, 30), (5, 40)), shape("length", (5, 5), (5, 40))
    )
    rows = cli("measure", path, "--shapes", shapes, "--json").document["shapes"]
    assert [row["calibration"] for row in rows] == ["ultrasound region", "ultrasound region", None]
    assert [row["value"] for row in rows] == pytest.approx([5.0, 2.0, 35.0])
    assert [row["unit"] for row in rows] == ["mm", "mm", "px"]


def test_what_was_skipped_is_listed(tmp_path: Path, cli: Cli) -> None:
    write_series(tmp_path / "ct", values=l_values())
    (tmp_path / "ct" / "note.txt").write_text("no scan")
    shapes = write_shapes(tmp_path, shape("length", (0, 0), (3, 4), slice=9))
    answer = cli("measure", tmp_path / "ct", "--shapes", shapes, "--json")
    assert answer.code == 1
    assert answer.document["files"] == {"seen": 11, "opened": 10, "skipped": 1}
    assert answer.document["shapes"][0]["value"] == pytest.approx(5)


@pytest.mark.parametrize(
    ("bad", "code", "said"),
    [
        (shape("length", (0, 0)), "E_ARGUMENT", "Shape 2: a length has 2 points, not 1."),
        (shape("length", (0, 0), (0, 500)), "E_ARGUMENT", "Shape 2: a point lies outside the slice"),
        (shape("length", (0, 0), (1, 1), slice=10), "E_OUT_OF_RANGE", "Shape 2: This series has slices 0 to 9"),
        (shape("length", (0, 0), (1, 1), phase=3), "E_OUT_OF_RANGE", "Shape 2: "),
    ],
)
def test_a_bad_shape_is_named(tmp_path: Path, cli: Cli, bad: dict[str, Any], code: str, said: str) -> None:
    write_series(tmp_path / "ct", values=l_values())
    shapes = write_shapes(tmp_path, shape("point", (0, 0)), bad)
    answer = cli("measure", tmp_path / "ct", "--shapes", shapes, "--json")
    assert answer.is_refused_with(code)
    assert said in answer.document["error"]["message"]
    assert answer.document["shapes"] == []


def test_a_file_of_shapes_that_is_none(tmp_path: Path, cli: Cli) -> None:
    write_series(tmp_path / "ct", values=l_values())
    assert cli("measure", tmp_path / "ct", "--shapes", tmp_path / "no.json").is_refused_with("E_MISSING")
    assert cli("measure", tmp_path / "ct", "--shapes", tmp_path).is_refused_with("E_UNKNOWN_FORMAT")
    shapes = tmp_path / "no.json"
    shapes.write_bytes(b"\x89PNG")
    assert cli("measure", tmp_path / "ct", "--shapes", shapes).is_refused_with("E_ARGUMENT")
    with shapes.open("wb") as stream:
        stream.truncate(2**30)
    assert cli("measure", tmp_path / "ct", "--shapes", shapes).is_refused_with("E_TOO_LARGE")
