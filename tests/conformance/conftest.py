"""What a person or a script gets of files: command line answers, and the screen without its window."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop.cli import run
from desktop.render.frame import choose_next_window, choose_voi, fit_window, list_file_windows
from desktop.render.picture_builder import PictureBuilder
from desktop.render.text import choose_home_turn, describe_pixel
from desktop.state.picture import Picture
from desktop.state.view import ViewState
from imaging.base.progress import finish
from imaging.volume.geometry import Plane
from imaging.volume.series import Series
from imaging.volume.volume import Slice
from tests.reading import POOL, read_volume, scan


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "trap(number): holds rows of the table of display traps (traps.py)")


class Screen:
    """A series as the window shows it: frame, letters and text, and what a person does to them."""

    def __init__(self, series: Series, *, index: int = 0, radiological: bool = True) -> None:
        self.volume = read_volume(series)
        turn = choose_home_turn(self.volume.slice_at(Plane.ACQUIRED, index).affine, radiological=radiological)
        self.state = ViewState(voi=choose_voi(self.volume), index=index, turn=turn)
        self._pictures = PictureBuilder()

    @property
    def slice(self) -> Slice:
        return self.volume.slice_at(self.state.plane, self.state.index, self.state.phase)

    @property
    def picture(self) -> Picture:
        return self._pictures.compose(self.slice, self.state, None)

    @property
    def frame(self) -> NDArray[np.uint8]:
        """The frame on the slice's own grid."""
        return self.picture.frame

    @property
    def glass(self) -> NDArray[np.uint8]:
        """The frame as it stands on the screen: mirrored first, then turned clockwise."""
        frame = self.frame[:, ::-1] if self.state.turn.mirrored else self.frame
        return np.rot90(frame, -self.state.turn.quarters)

    @property
    def letters(self) -> tuple[str, str, str, str] | None:
        """(left, top, right, bottom)."""
        shown = self.picture.letters
        return None if shown is None else (shown.left, shown.top, shown.right, shown.bottom)

    @property
    def text(self) -> str:
        corners = self.picture.corners
        assert corners is not None
        return "\n".join((*corners.top_left, *corners.top_right, *corners.bottom_left, *corners.bottom_right))

    def probe(self, row: int, column: int) -> str:
        return describe_pixel(self.slice, row, column)

    def go(self, index: int, phase: int = 0) -> "Screen":
        self.state = replace(self.state, index=index, phase=phase)
        return self

    def set(self, **changes: Any) -> "Screen":
        """Another window, another turn: fields of `ViewState`."""
        self.state = replace(self.state, **changes)
        return self

    def next_window(self) -> "Screen":
        """Key 1."""
        return self.set(voi=choose_next_window(list_file_windows(self.slice), self.state.voi))

    def automatic_window(self) -> "Screen":
        """Key 0."""
        return self.set(voi=fit_window(self.slice))


class Viewer:
    """The program, by its public ways in."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capfd = capfd
        self.err = ""

    def run(self, *words: object, code: int | None = 0) -> Any:
        """One command; its document. `code` None accepts any exit."""
        self._capfd.readouterr()
        exit_code = run([*map(str, words), "--json"], POOL)
        out, self.err = self._capfd.readouterr()
        assert code is None or exit_code == code, self.err
        return json.loads(out)

    def inspect(self, *paths: Path, code: int | None = None) -> Any:
        return self.run("inspect", *paths, code=code)

    def one(self, *paths: Path) -> Any:
        """The row of the only series."""
        (row,) = self.inspect(*paths)["series"]
        return row

    def render(self, path: Path, *words: object) -> NDArray[np.uint8]:
        """Grey [row, column], or RGB [row, column, 3]."""
        out = self._folder / "frame.png"
        self.run("render", path, *words, "--out", out, code=None)
        with Image.open(out) as png:
            frame = np.asarray(png)
        out.unlink()
        return frame

    def values(self, path: Path, *words: object) -> NDArray[np.float32]:
        out = self._folder / "values.npy"
        self.run("values", path, *words, "--out", out, code=None)
        values: NDArray[np.float32] = np.load(out, allow_pickle=False)
        out.unlink()
        return values

    def refusal(self, *words: object) -> dict[str, str]:
        """Code and sentence of a command that is refused."""
        error: dict[str, str] = self.run(*words, code=2)["error"]
        return error

    def classify(self, path: Path, model: Path, *words: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.run("classify", path, "--model", model, *words)["results"]
        return rows

    def series(self, *paths: Path) -> tuple[Series, ...]:
        return finish(scan(paths)).series

    def screen(self, *paths: Path, number: int = 0, index: int = 0, radiological: bool = True) -> Screen:
        return Screen(self.series(*paths)[number], index=index, radiological=radiological)


@pytest.fixture
def viewer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Viewer:
    folder = tmp_path / "written"
    folder.mkdir()
    return Viewer(folder, capfd)


def write_png(path: Path, pixels: NDArray[Any]) -> Path:
    cv2.imwrite(str(path), pixels)
    return path


def complements(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return bool((one.astype(int) + other == 255).all())


def near(one: NDArray[Any], other: Sequence[Any] | NDArray[Any], within: float) -> bool:
    return bool(np.abs(np.asarray(one, float) - np.asarray(other, float)).max() <= within)
