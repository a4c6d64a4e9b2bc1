"""Keeping what was drawn: nothing that was not saved is given up, whatever holds the store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers.annotations.keeping import AnnotationKeeper
from desktop.jobs.jobs import Jobs
from imaging.annotations.shapes import Shape, ShapeType
from imaging.annotations.store import AnnotationStore
from imaging.base.errors import Refusal
from imaging.base.progress import finish
from imaging.provenance import name_series
from tests.imaging.annotations.slices import make_volume

LINE = Shape(ShapeType.LENGTH, ((1.0, 2.0), (3.0, 4.5)), 0, uid="u1")
SERIES = make_volume(np.zeros((1, 4, 4), np.int16)).series


@pytest.fixture
def jobs(qtbot: QtBot) -> Jobs:
    return Jobs()


def kept(path: Path) -> tuple[Shape, ...]:
    return AnnotationStore(path).load(finish(name_series(SERIES)))


def test_what_cannot_be_saved_now_is_saved_with_the_next_change(jobs: Jobs, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    keeper = AnnotationKeeper(jobs, AnnotationStore(path, patience=0.05))
    refused: list[Refusal] = []
    keeper.refused.connect(refused.append)
    keeper.open(SERIES)
    qtbot.waitUntil(lambda: not jobs.is_busy() and path.exists())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        keeper.keep(SERIES, {"u1": LINE})
        qtbot.waitUntil(lambda: bool(refused), timeout=20_000)
        assert "Another program" in refused[0].message
        other.execute("ROLLBACK")
    assert kept(path) == ()
    keeper.keep(SERIES, {"u2": None})
    qtbot.waitUntil(lambda: not jobs.is_busy(), timeout=20_000)
    assert kept(path) == (LINE,)
    jobs.shut_down()


def test_what_still_waits_is_saved_at_the_end(jobs: Jobs, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    keeper = AnnotationKeeper(jobs, AnnotationStore(path))
    # The program ends before the series is known by which names.
    jobs.shut_down()
    keeper.keep(SERIES, {"u1": LINE})
    keeper.close()
    assert kept(path) == (LINE,)
