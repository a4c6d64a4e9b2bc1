"""Rows 38 to 40: what a model sees, where its heatmap lies, and that it does not matter who else is scored."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from desktop.render.picture_builder import PictureBuilder
from desktop.state.view import Camera, Heat, Turn
from imaging.volume.windowing import Window
from inference.bundle.bundle import load_bundle
from inference.classify.analysis import analyse
from inference.classify.classifier import Classifier
from inference.explain.normalise_cam import heat_in_slice
from tests.conformance.conftest import Viewer
from tests.conformance.traps import trap
from tests.imaging.phantoms import dataset, save, write_series
from tests.inference.factory import make_bundle

BRIGHT = {"rule": "thresholds", "values": {"normal": 1.0, "bright": 0.0}}


def texture(slices: int = 6, rows: int = 40, columns: int = 56) -> np.ndarray:
    chance = np.random.default_rng(9)
    return chance.integers(0, 1000, (slices, rows, columns)).astype(np.int16) // np.arange(1, slices + 1)[:, None, None]


@trap(38)
@pytest.mark.parametrize(
    "elements",
    [
        {"WindowCenter": -600, "WindowWidth": 10},
        {"WindowCenter": [1, 2], "WindowWidth": [3, 4], "VOILUTFunction": "SIGMOID"},
        {"PixelSpacing": [3, 3]},
        {"PatientOrientation": ["R", "H"]},
    ],
)
def test_windows_of_the_file_do_not_change_a_score(viewer: Viewer, tmp_path: Path, elements: dict[str, Any]) -> None:
    model = make_bundle(tmp_path)
    plain = save(dataset(texture(1)[0].astype(np.int16)), tmp_path / "plain.dcm")
    other = save(dataset(texture(1)[0].astype(np.int16), **elements), tmp_path / "other.dcm")
    (one,), (two,) = viewer.classify(plain, model), viewer.classify(other, model)
    assert one["probabilities"] == two["probabilities"], "bit for bit"


@trap(38)
def test_nothing_done_on_screen_changes_a_score(viewer: Viewer, tmp_path: Path) -> None:
    classifier = Classifier(load_bundle(make_bundle(tmp_path)))
    screen = viewer.screen(save(dataset(texture(1)[0].astype(np.int16)), tmp_path / "a.dcm"))
    before = analyse(screen.slice, classifier).finding
    for changes in (
        {"voi": Window(900, 3)},
        {"inverted": True},
        {"turn": Turn(True, 3)},
        {"camera": Camera(9.0, 5.0, 5.0)},
    ):
        screen.set(**changes)
        assert screen.frame.size
        assert analyse(screen.slice, classifier).finding == before


SPOTS = [
    ((64, 64), (16, 44)),
    ((120, 40), (100, 8)),
    ((40, 120), (8, 100)),
    ((91, 53), (70, 40)),
    ((48, 200), (30, 90)),
]


@trap(39)
@pytest.mark.parametrize("resize", ["stretch", "letterbox", "centre_crop"])
@pytest.mark.parametrize("aspect", [1, 2])
@pytest.mark.parametrize(("shape", "spot"), SPOTS)
def test_the_map_peaks_where_the_spot_is(
    viewer: Viewer, tmp_path: Path, resize: str, aspect: int, shape: tuple[int, int], spot: tuple[int, int]
) -> None:
    """Within one cell: the tiny model's cells are 4 of the 64 pixels of its input's side."""
    height, width = shape[0] * aspect, shape[1]
    side = {"stretch": 0, "letterbox": max(height, width), "centre_crop": min(height, width)}[resize]
    seen = np.array([side / aspect, side]) if side else np.array(shape)
    # What a crop takes away cannot be hot; the spot is brought into what stays.
    edge = np.minimum(np.maximum((np.array(shape) - seen) / 2, 0) + 5, np.array(shape) / 2)
    row, column = np.clip(spot, edge, np.array(shape) - 1 - edge).astype(int)
    pixels = np.full(shape, 100, np.int16)
    pixels[row - 2 : row + 3, column - 2 : column + 3] = 3000
    model = make_bundle(tmp_path, decision=BRIGHT, input={"resize": resize, "size": [64, 64]})
    path = save(dataset(pixels, PixelSpacing=[aspect, 1]), tmp_path / "s.dcm")
    (result,) = viewer.classify(path, model, "--explain", tmp_path / "maps")
    assert result["heatmap_label"] == "bright"
    heat = np.load(result["heatmap"])
    assert heat.shape == shape
    peak = np.array(np.unravel_index(int(heat.argmax()), shape))
    assert (np.abs(peak - (row, column)) <= seen * 4 / 64 + 1).all()


@trap(39)
def test_an_input_that_is_not_square(viewer: Viewer, tmp_path: Path) -> None:
    pixels = np.full((90, 70), 100, np.int16)
    pixels[18:23, 58:63] = 3000
    model = make_bundle(tmp_path, decision=BRIGHT, input={"resize": "stretch", "size": [32, 96]})
    (result,) = viewer.classify(save(dataset(pixels), tmp_path / "s.dcm"), model, "--explain", tmp_path / "maps")
    row, column = np.unravel_index(int(np.load(result["heatmap"]).argmax()), pixels.shape)
    assert abs(row - 20) <= 90 * 4 / 32
    assert abs(column - 60) <= 70 * 4 / 96 + 1


@trap(39)
@pytest.mark.parametrize("turn", [Turn(mirrored, quarters) for mirrored in (False, True) for quarters in range(4)])
def test_the_map_is_turned_with_its_slice(viewer: Viewer, tmp_path: Path, turn: Turn) -> None:
    """The picture's layers share one grid, one turn and one camera, so that none can leave the other."""
    classifier = Classifier(load_bundle(make_bundle(tmp_path, decision=BRIGHT)))
    pixels = np.full((120, 40), 100, np.int16)
    pixels[96:105, 4:13] = 3000
    screen = viewer.screen(save(dataset(pixels), tmp_path / "a.dcm"))
    heat = heat_in_slice(analyse(screen.slice, classifier), classifier.contract, "bright")
    levels = np.rint(heat * 255).astype(np.uint8)
    state = screen.set(turn=turn, camera=Camera(3.0, 1.0, 2.0), heat=Heat(visible=True)).state
    picture = PictureBuilder().compose(screen.slice, state, levels)
    assert picture.overlay is not None
    assert (picture.turn, picture.camera) == (turn, Camera(3.0, 1.0, 2.0))
    assert picture.overlay.levels.shape == picture.frame.shape
    peak = np.unravel_index(int(picture.overlay.levels.argmax()), (120, 40))
    assert picture.frame[peak] == 255


@trap(40)
def test_all_at_once_one_by_one_and_in_any_order_is_the_same(viewer: Viewer, tmp_path: Path) -> None:
    model = make_bundle(tmp_path)
    write_series(tmp_path / "ct", values=texture())
    write_series(tmp_path / "mr", values=texture(3, 30, 30), Modality="MR", SeriesInstanceUID="1.7", SeriesNumber=2)
    both = (tmp_path / "ct", tmp_path / "mr")
    everything = {
        (row["series"], row["slice"]): row["probabilities"]
        for row in viewer.run("classify", *both, "--model", model, "--slice", "all")["results"]
    }
    assert len(everything) == 9
    places = sorted(everything)
    random.Random(2).shuffle(places)
    for series, index in places:
        words = ("--series", series, "--slice", index)
        (row,) = viewer.run("classify", *reversed(both), "--model", model, *words)["results"]
        assert row["probabilities"] == everything[series, index]


@trap(40)
def test_a_slice_alone_in_its_file_has_the_score_of_its_place_in_the_stack(viewer: Viewer, tmp_path: Path) -> None:
    def own(made: Dataset, number: int) -> None:
        made.RescaleSlope = number + 1

    model = make_bundle(tmp_path)
    paths = write_series(tmp_path / "ct", values=texture(), edit=own)
    stack = viewer.classify(tmp_path / "ct", model, "--slice", "all")
    alone = [viewer.classify(path, model)[0]["probabilities"] for path in paths]
    assert [row["probabilities"] for row in stack] == alone
    assert [row["path"] for row in stack] == [str(path) for path in paths]
