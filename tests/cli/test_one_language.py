"""What leaves the program says the same whatever the window's language is: pictures, figures and reports."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.state.texts.language import tr, use_translation
from tests.imaging.phantoms import l_values, write_series
from tests.inference.factory import make_bundle

pytestmark = pytest.mark.usefixtures("qapp")
SHAPES = [
    {"type": "length", "points": [[5, 5], [5, 30]], "slice": 3},
    {"type": "rectangle", "points": [[10, 10], [25, 30]], "slice": 3, "label": "Rim"},
    {"type": "point", "points": [[20, 20]], "slice": 3},
]
TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\"<,]*")


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """Ten slices of a detector, whose lengths say so; values are in Hounsfield units."""
    values = l_values(rows=64, columns=48)
    write_series(tmp_path / "ct", values=values, RescaleIntercept=-100, RescaleSlope=1, LossyImageCompression="01")
    return tmp_path / "ct"


@pytest.fixture
def another_language() -> Iterator[None]:
    yield
    use_translation(None)


def commands(ct: Path, folder: Path, bundle: Path) -> list[list[object]]:
    shapes, recipe = folder / "shapes.json", folder / "recipe.json"
    shapes.write_text(json.dumps({"version": 1, "shapes": SHAPES}))
    recipe.write_text(json.dumps({"panes": [{"slice": 3, "shapes": SHAPES, "colour_bar": True, "letters": True}]}))
    picture = ["export", ct, "--to", "png", "--slice", "3", "--with-text", "--shapes", shapes]
    return [
        ["export", ct, "--figure", recipe, "--out", folder / "figure.png"],
        [*picture, "--out", folder / "picture.png"],
        ["report", ct, "--model", bundle, "--slice", "3", "--out", folder / "report", "--formats", "json,html,csv"],
    ]


@pytest.mark.usefixtures("another_language")
def test_pictures_figures_and_reports_are_english_in_every_window(cli, ct: Path, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, id="tiny")
    made = []
    for name, look_up in (("english", None), ("other", lambda source, _comment, _count: source.swapcase())):
        use_translation(look_up)
        folder = tmp_path / name
        folder.mkdir()
        for words in commands(ct, folder, bundle):
            answer = cli(*words)
            assert answer.code == 0, answer.err
        made.append(folder)
    assert tr("Slice") == "sLICE"
    one, other = made
    names = [path.relative_to(one) for path in sorted(one.rglob("*")) if path.is_file() and path.name != "recipe.json"]
    assert {"figure.png", "picture.png", "report.json", "report.html", "report.csv"} <= {name.name for name in names}
    for name in names:
        assert TIME.sub(b"", (one / name).read_bytes()) == TIME.sub(b"", (other / name).read_bytes()), name
