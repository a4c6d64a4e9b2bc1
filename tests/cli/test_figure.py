"""A figure for publication by its recipe: its size, its scale bar, the same bytes again, and recipes that are none."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.render.colour_maps import build_colour_table
from desktop.state.figure_recipe import MAP_METHODS, FigureMap, FigurePane, FigureRecipe, read_recipe, write_recipe
from imaging.annotations.shapes import Shape, ShapeType
from imaging.volume.geometry import Plane
from inference.explain.methods import METHODS
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle

MM_PER_INCH = 25.4


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """Ten slices of 64 × 48 pixels of 1 mm, of Mrs Kestrel."""
    write_series(tmp_path / "ct", values=l_values(rows=64, columns=48), PatientName="Kestrel^Ann", PatientID="K-1")
    return tmp_path / "ct"


def write(folder: Path, **keys: object) -> Path:
    recipe = folder / "recipe.json"
    recipe.write_text(json.dumps({"panes": [{}]} | keys))
    return recipe


def figure(cli, ct: Path, recipe: Path, name: str = "f.png") -> np.ndarray:
    answer = cli("export", ct, "--figure", recipe, "--out", recipe.parent / name, "--json")
    assert answer.code == 0, answer.err
    with Image.open(recipe.parent / name) as image:
        return np.asarray(image)


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", ["f.png", "f.tif"])
def test_it_is_as_wide_on_paper_as_it_says(dpi, name, ct, tmp_path, cli):
    recipe = write(tmp_path, width_mm=80, dpi=dpi)
    made = figure(cli, ct, recipe, name)
    assert made.shape[1] == round(80 / MM_PER_INCH * dpi)
    with Image.open(tmp_path / name) as image:
        assert round(float(image.info["dpi"][0])) == dpi


def test_the_scale_bar_is_as_long_as_it_says(ct, tmp_path, cli):
    recipe = write(tmp_path, width_mm=80, panes=[{"scale_bar_mm": 20, "window": [5000, 100]}])
    made = figure(cli, ct, recipe)
    # The window leaves the slice black, so that the bar is the only white.
    rows = [int((row == 255).all(axis=1).sum()) for row in made]
    longest = max(rows)
    assert abs(longest - 20 * made.shape[1] / 48) <= 1


def test_colours_of_the_picture_and_of_its_bar(ct, tmp_path, cli):
    plain, coloured = (
        figure(cli, ct, write(tmp_path, width_mm=60, panes=[{"colour_bar": True, "scale_bar_mm": 0, "colours": name}]))
        for name in ("grey", "pet")
    )
    assert (plain[..., 0] == plain[..., 2]).all()
    # The bar shows most of the table, whatever the slice has of it.
    table = {tuple(colour) for colour in build_colour_table("pet").tolist()}
    columns = ({tuple(colour) for colour in column} & table for column in coloured.swapaxes(0, 1).tolist())
    assert max(len(found) for found in columns) > 100


def test_the_same_recipe_gives_the_same_bytes_in_another_process(ct, tmp_path, cli, program):
    panes = [
        {"plane": "coronal", "title": "Ä"},
        {"slice": 3, "colour_bar": True, "letters": True, "crop": [0, 0, 40, 40]},
    ]
    recipe = write(tmp_path, columns=2, ground="white", panes=panes)
    figure(cli, ct, recipe, "one.png")
    done = program("export", ct, "--figure", recipe, "--out", tmp_path / "two.png", PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    assert done.code == 0, done.err
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert b"Kestrel" not in (tmp_path / "one.png").read_bytes()


def test_without_a_pixel_size_there_is_no_bar_and_none_can_be_asked_for(tmp_path, cli):
    Image.fromarray(np.zeros((40, 40), dtype=np.uint8)).save(tmp_path / "a.png")
    made = figure(cli, tmp_path / "a.png", write(tmp_path, width_mm=40))
    assert made.max() == 0
    asked = write(tmp_path, panes=[{"scale_bar_mm": 10}])
    assert cli("export", tmp_path / "a.png", "--figure", asked, "--out", tmp_path / "g.png").is_refused_with(
        "E_NO_GEOMETRY"
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"panes": []}, "panes"),
        ({"dpi": 72}, "dpi"),
        ({"dpi": "300"}, "dpi"),
        ({"width_mm": 1e9}, "width_mm"),
        ({"width_mm": True}, "width_mm"),
        ({"columns": 2}, "columns"),
        ({"ground": "red"}, "ground"),
        ({"version": 2}, "version"),
        ({"colour": "red"}, "colour"),
        ({"panes": [{"plane": "oblique"}]}, "plane"),
        ({"panes": [{"window": [1]}]}, "window"),
        ({"panes": [{"window": [1, 0]}]}, "window"),
        ({"panes": [{"crop": [4, 4, 2, 2]}]}, "crop"),
        ({"panes": [{"slice": -1}]}, "slice"),
        ({"panes": [{"colours": "jet"}]}, "colours"),
        ({"panes": [{"slice": "3"}]}, "slice"),
        ({"panes": [7]}, "panes"),
        ({"panes": [{"shapes": 3}]}, "shapes"),
        ({"panes": [{"shapes": [{"type": "star", "slice": 0, "points": [[1, 1]]}]}]}, "Shape 1"),
        ({"panes": [{"map": "tiny"}]}, "map"),
        ({"panes": [{"map": {}}]}, "model"),
        ({"panes": [{"map": {"model": "tiny", "method": "magic"}}]}, "method"),
        ({"panes": [{"map": {"model": "tiny", "opacity": 2}}]}, "opacity"),
    ],
)
def test_a_recipe_that_is_none_names_its_key(keys, said, ct, tmp_path, cli):
    answer = cli("export", ct, "--figure", write(tmp_path, **keys), "--out", tmp_path / "f.png")
    assert answer.is_refused_with("E_ARGUMENT")
    assert said in answer.err
    assert not (tmp_path / "f.png").exists()


@pytest.mark.parametrize(
    ("pane", "code"),
    [
        ({"series": 3}, "E_OUT_OF_RANGE"),
        ({"slice": 99}, "E_OUT_OF_RANGE"),
        ({"crop": [0, 0, 999, 9]}, "E_OUT_OF_RANGE"),
    ],
)
def test_a_pane_that_is_not_there_is_refused(pane, code, ct, tmp_path, cli):
    answer = cli("export", ct, "--figure", write(tmp_path, panes=[pane]), "--out", tmp_path / "f.png")
    assert answer.is_refused_with(code)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_recipe_is_refused(content, ct, tmp_path, cli):
    (tmp_path / "recipe.json").write_bytes(content)
    answer = cli("export", ct, "--figure", tmp_path / "recipe.json", "--out", tmp_path / "f.png")
    assert answer.is_refused_with("E_ARGUMENT")


def test_a_recipe_comes_back_as_it_was():
    pane = FigurePane(series=2, slice=7, plane=Plane.SAGITTAL, window=(40.0, 400.0), crop=(1, 2, 30, 40), title="ß")
    shape = Shape(ShapeType.LENGTH, ((1.0, 2.0), (3.0, 4.0)), 7, label="ß")
    other = FigurePane(shapes=(shape,), map=FigureMap(model="tiny", label="bright", cut=0.25))
    recipe = FigureRecipe(panes=(pane, other), dpi=600, columns=2, ground="white")
    assert read_recipe(write_recipe(recipe)) == recipe


def test_methods_of_a_recipe_are_those_of_models():
    assert MAP_METHODS == METHODS


def test_shapes_and_heatmaps_lie_on_their_pixels_in_a_cut_too(tmp_path, cli):
    values = np.full((2, 64, 64), 100, np.int16)
    values[:, 8:17, 44:53] = 2000
    write_series(tmp_path / "spot", values=values)
    bundle = make_bundle(tmp_path / "models", id="tiny")
    line = {"type": "length", "slice": 1, "points": [[30, 40], [30, 60]], "colour": "#00ff00"}
    pane = {"slice": 1, "crop": [0, 32, 64, 64], "shapes": [line], "scale_bar_mm": 0}
    heat = {"map": {"model": str(bundle), "label": "bright"}, "colour_bar": True}
    recipe = write(tmp_path, width_mm=40, dpi=300, panes=[pane])
    plain = figure(cli, tmp_path / "spot", recipe).astype(int)
    zoom = plain.shape[1] / 32
    is_green = plain[..., 1] - np.maximum(plain[..., 0], plain[..., 2]) > 100
    rows, columns = np.nonzero(is_green)
    assert abs(rows.mean() - 30.5 * zoom) < 2
    assert abs(columns.min() - (40.5 - 32) * zoom) < 4
    # The words beside it may lie over its end.
    assert abs(columns.max() - (60.5 - 32) * zoom) < 10
    mapped = figure(cli, tmp_path / "spot", write(tmp_path, width_mm=40, dpi=300, panes=[pane | heat])).astype(int)
    at = round(13 * zoom), round((48 - 32) * zoom)
    assert np.ptp(mapped[at]) > 30
    assert np.ptp(plain[at]) < 10
    unknown = [pane | {"map": {"model": str(bundle), "label": "Kidney"}}]
    refused = cli("export", tmp_path / "spot", "--figure", write(tmp_path, panes=unknown), "--out", tmp_path / "n.png")
    assert refused.is_refused_with("E_ARGUMENT")
