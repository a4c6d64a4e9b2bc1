"""`export --with-marks`, `--shapes` and `--with-map`: layers over pictures lie where the window would draw them."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from PIL import Image

from imaging.annotations.shapes import Shape, ShapeType, new_uid
from imaging.annotations.store import AnnotationStore, default_store_path
from imaging.base.progress import finish
from imaging.provenance import name_series
from imaging.scan import scan
from inference.contract.contract import NOTICE
from tests.cli.conftest import Cli
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle
from tests.reading import READING

GREEN = "#00ff00"


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Ten slices of 48 × 64."""
    write_series(tmp_path / "ct", values=l_values(rows=48, columns=64), PatientName="Kestrel^Ann")
    return tmp_path / "ct"


def shapes_file(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "shapes.json"
    path.write_text(json.dumps({"version": 1, "shapes": list(rows)}))
    return path


def line(index: int, *points: tuple[float, float]) -> dict[str, object]:
    return {"type": "length", "slice": index, "points": [list(point) for point in points], "colour": GREEN}


def green(picture: np.ndarray) -> np.ndarray:
    """Where an RGB picture is as green as the line; a film's JPEG has half as many samples of colour as of light."""
    values = picture.astype(int)
    return values[..., 1] - np.maximum(values[..., 0], values[..., 2]) > 50


def as_rgb(path: Path) -> np.ndarray:
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


def test_a_line_lies_on_its_pixels(series: Path, tmp_path: Path, cli: Cli) -> None:
    shapes = shapes_file(tmp_path, line(3, (10, 5), (10, 50)))
    words = ("export", series, "--to", "png", "--slice", "3", "--shapes", shapes, "--out", tmp_path / "a.png", "--json")
    assert cli(*words).document["marks"] == 1
    picture = as_rgb(tmp_path / "a.png")
    zoom = picture.shape[1] / 64
    assert picture.shape[0] / 48 == zoom >= 12
    rows, columns = np.nonzero(green(picture))
    assert abs(rows.mean() - (10.5 * zoom - 0.5)) < 1
    assert abs(columns.min() - 5.5 * zoom) < 3
    assert abs(columns.max() - 50.5 * zoom) < 3


def test_other_slices_and_hidden_marks_have_none(series: Path, tmp_path: Path, cli: Cli) -> None:
    hidden = line(4, (5, 5), (30, 40)) | {"visible": False}
    shapes = shapes_file(tmp_path, line(3, (10, 5), (10, 50)), hidden)
    assert cli("export", series, "--to", "png", "--shapes", shapes, "--out", tmp_path / "out").code == 0
    seen = [bool(green(as_rgb(path)).any()) for path in sorted((tmp_path / "out").iterdir())]
    assert seen == [number == 3 for number in range(10)]


def test_marks_of_the_window_are_found_in_the_store(series: Path, tmp_path: Path, cli: Cli) -> None:
    assert cli("export", series, "--to", "png", "--with-marks", "--slice", "2", "--out", tmp_path / "0.png").code == 0
    assert not default_store_path().exists(), "nothing is made by looking"
    (one,) = finish(scan((series,), READING)).series
    shape = Shape(ShapeType.RECTANGLE, ((10.0, 10.0), (30.0, 40.0)), 2, colour=GREEN, uid=new_uid())
    AnnotationStore(default_store_path()).save(finish(name_series(one)), {shape.uid: shape})
    words = ("export", series, "--to", "png", "--slice", "2", "--out")
    assert cli(*words, tmp_path / "a.png", "--with-marks").code == 0
    assert cli(*words, tmp_path / "b.png").code == 0
    assert green(as_rgb(tmp_path / "a.png")).any()
    assert cv2.imread(str(tmp_path / "b.png"), cv2.IMREAD_UNCHANGED).ndim == 2
    elsewhere = replace(shape, slice=99, uid=new_uid())
    AnnotationStore(default_store_path()).save(finish(name_series(one)), {elsewhere.uid: elsewhere})
    answer = cli(*words, tmp_path / "c.png", "--with-marks", "--json")
    assert answer.document["notes"] == ["Not drawn, of slices that are not open: 1 measurement."]
    default_store_path().write_bytes(default_store_path().read_bytes()[:12288])
    answer = cli(*words, tmp_path / "d.png", "--with-marks", "--json")
    assert "damaged" in answer.document["notes"][0]
    assert answer.document["notes"][0] in answer.err


@pytest.mark.parametrize("name", ["f.gif", "f.webp", "f.avi", "f.dcm"])
def test_films_and_captures_have_them_too(name: str, series: Path, tmp_path: Path, cli: Cli) -> None:
    shapes = shapes_file(tmp_path, *(line(index, (10, 5), (10, 50)) for index in range(10)))
    format_ = "dicom-sc" if name == "f.dcm" else name[2:]
    answer = cli("export", series, "--to", format_, "--shapes", shapes, "--out", tmp_path / name)
    assert answer.code == 0, answer.err
    if name == "f.dcm":
        one = pydicom.dcmread(tmp_path / name)
        picture, shown = one.pixel_array, one.BurnedInAnnotation
        assert shown == "YES", "words stand in it"
    elif name == "f.avi":
        film = cv2.VideoCapture(str(tmp_path / name), cv2.CAP_OPENCV_MJPEG)
        picture = cv2.cvtColor(film.read()[1], cv2.COLOR_BGR2RGB)
        film.release()
    else:
        picture = as_rgb(tmp_path / name)
    assert green(picture).any()


def test_a_heatmap_has_its_colours_its_score_and_its_caveat(tmp_path: Path, cli: Cli) -> None:
    values = np.full((2, 64, 64), 100, np.int16)
    values[:, 8:17, 44:53] = 2000
    write_series(tmp_path / "spot", values=values)
    bundle = make_bundle(tmp_path / "models", id="tiny")
    words = ("export", tmp_path / "spot", "--to", "png", "--slice", "1", "--out")
    answer = cli(*words, tmp_path / "a.png", "--with-map", bundle, "--label", "bright", "--json")
    assert answer.code == 0, answer.err
    assert answer.document["map"]["id"] == "tiny"
    assert cli(*words, tmp_path / "b.png", "--with-map", bundle, "--label", "Kidney").is_refused_with("E_ARGUMENT")
    assert cli(*words, tmp_path / "b.png", "--label", "bright").is_refused_with("E_ARGUMENT")
    picture = as_rgb(tmp_path / "a.png")
    is_coloured = picture.max(axis=2).astype(int) - picture.min(axis=2) > 30
    zoom = 768 // 64
    assert is_coloured[12 * zoom, 48 * zoom], "over the spot"
    assert not is_coloured[40 * zoom, 10 * zoom]
    assert is_coloured[:, -10].any(), "the bar of colours"
    assert (picture[-60:] > 250).any(), "white words on black"


def test_of_an_answer_that_must_not_be_relied_on_there_is_none(series: Path, tmp_path: Path, cli: Cli) -> None:
    use = {"use": "Tests.", "not_for": "Anything else.", "limits": [], "notice": NOTICE}
    limits = {"population": {"age_years": [1.0, 5.0], "description": "children"}}
    bundle = make_bundle(tmp_path / "models", intended_use={**use, **limits})
    for path in series.iterdir():
        one = pydicom.dcmread(path)
        one.PatientAge = "064Y"
        one.save_as(path)
    answer = cli("export", series, "--to", "png", "--slice", "3", "--out", tmp_path / "a.png", "--with-map", bundle)
    assert answer.code == 0, answer.err
    picture = as_rgb(tmp_path / "a.png")
    rows, columns = round(768 * 48 / 64), 768
    over = picture[:rows, :columns]
    assert (over.max(axis=2) == over.min(axis=2)).all(), "nothing is laid over the slice"


def test_a_grid_of_voxels_has_no_layers(series: Path, tmp_path: Path, cli: Cli) -> None:
    answer = cli("export", series, "--to", "nifti", "--with-marks", "--out", tmp_path / "a.nii")
    assert answer.is_refused_with("E_ARGUMENT")
    assert not (tmp_path / "a.nii").exists()
