"""A folder of many pictures: each is a series of its own, and only those that are looked at in the list are read."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QPixmap

from desktop.jobs import thumbnails
from desktop.ui.panels.series_rows import THUMBNAIL_ROLE
from imaging.volume.series import Series
from imaging.workers.pool import Reading
from tests.journeys.conftest import Launch, Reader

COUNT = 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures without numbers in their names, which would make a stack of them."""
    made = tmp_path / "pictures"
    made.mkdir()
    for number, letters in zip(range(COUNT), product("abcdefgh", repeat=3), strict=False):
        ramp = np.arange(12 * (10 + number % 80), dtype=np.uint16).reshape(12, -1) % 256
        Image.fromarray(ramp.astype(np.uint8)).save(made / f"{''.join(letters)}.png")
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The series whose thumbnails were read."""
    names: list[str] = []
    real: Callable[..., object] = thumbnails.read_first_picture

    def noted(series: Series, reading: Reading) -> object:
        names.append(series.id)
        return real(series, reading)

    monkeypatch.setattr(thumbnails, "read_first_picture", noted)
    return names


def painted_rows(reader: Reader) -> range:
    """The rows of the list that are on screen."""
    view = reader.window.series.list
    shown = view.viewport().rect()
    rows = [row for row in range(COUNT) if view.visualRect(reader.window.series.rows.index(row, 0)).intersects(shown)]
    return range(rows[0], rows[-1] + 1)


def thumbnail(reader: Reader, row: int) -> QPixmap | None:
    found = reader.window.series.rows.index(row, 0).data(THUMBNAIL_ROLE)
    assert found is None or isinstance(found, QPixmap)
    return found


def until_settled(reader: Reader) -> range:
    """Wait until every row on screen has its thumbnail; those rows."""
    rows = painted_rows(reader)
    reader.until(lambda: all(thumbnail(reader, row) is not None for row in rows))
    reader.until_ready()
    return rows


def test_thumbnails_come_for_what_is_looked_at(launch: Launch, folder: Path, read: list[str]) -> None:
    reader = launch(folder)
    reader.until_open()
    assert reader.program.document is not None
    series = reader.program.document.series
    assert len(series) == COUNT
    seen = until_settled(reader)
    assert 3 < len(seen) < 40
    assert len(read) <= len(seen) + 2, "a row or two may show for a moment while the window is laid out"
    assert series[0].id not in read, "the series on screen has its picture already"

    view = reader.window.series.list
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    reader.until(lambda: thumbnail(reader, COUNT - 1) is not None)
    reader.until_ready()
    assert set(painted_rows(reader)).isdisjoint(seen)
    assert len(read) == len(set(read)) < 3 * len(seen)
    last = thumbnail(reader, COUNT - 1)
    assert last is not None
    columns = 10 + (COUNT - 1) % 80
    assert (last.width(), last.height()) == (96, round(12 * 96 / columns)), "the picture of that very series"


def test_what_is_looked_at_now_goes_before_what_was(launch: Launch, folder: Path, read: list[str]) -> None:
    reader = launch(folder)
    reader.until_open()
    document = reader.program.document
    assert document is not None
    until_settled(reader)
    read.clear()
    earlier, later = ([one.id for one in document.series[at : at + 3]] for at in (200, 300))
    document.thumbnails.want(earlier)
    document.thumbnails.want(later)
    reader.until_ready()
    assert read == [earlier[0], *later, *earlier[1:]]
