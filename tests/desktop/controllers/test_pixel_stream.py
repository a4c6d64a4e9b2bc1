"""How much memory a series may take beside those that other panes are still filling."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject

from desktop.controllers.panes import PanesController
from desktop.controllers.pixel_stream import PixelStream
from desktop.jobs.jobs import Jobs
from imaging.volume.series import Format, Series, Source, StoredFrame
from imaging.volume.volume import Volume
from imaging.workers.pool import Reading
from tests.reading import READING

FREE = 8 * 2**30
SLICES, SIDE = 64, 2048


@pytest.fixture
def jobs(qtbot: object) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shut_down()


def volume(loaded: int) -> Volume:
    """Half a gigabyte of slices, of which some were read. Nothing is touched, so nothing is taken."""
    frames = tuple(StoredFrame(Source(Path("a.dcm")), index) for index in range(SLICES))
    series = Series(id="x", format=Format.DICOM, frames=frames, slices=SLICES, rows=SIDE, columns=SIDE, dtype="int16")
    flags = np.arange(SLICES)[np.newaxis] < loaded
    return Volume(series, np.zeros((1, SLICES, SIDE, SIDE), np.int16), flags)


def test_what_other_panes_have_still_to_fill_is_not_free(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.base.policy.free_bytes", lambda: FREE)
    automatic = replace(READING, policy=replace(READING.policy, memory_bytes=None))
    asked: list[Reading] = [automatic]
    parent = QObject()
    panes = PanesController(parent)
    stream = PixelStream(panes, jobs, lambda: asked[0], parent)
    panes.set_layout("2x2")
    first, second, *_ = panes
    assert stream.reading_beside(second) is automatic
    first.volume = volume(loaded=SLICES // 2)
    size = first.volume.stored.nbytes
    assert stream.reading_beside(second).policy.memory_budget() == FREE // 2 - size // 4
    # Its own place is given up, and what was read is not free in any case.
    assert stream.reading_beside(first) is automatic
    first.volume = volume(loaded=SLICES)
    assert stream.reading_beside(second) is automatic
    first.volume = volume(loaded=0)
    # What a person allows is for each series.
    asked[0] = replace(READING, policy=replace(READING.policy, memory_bytes=2**30))
    assert stream.reading_beside(second).policy.memory_budget() == 2**30
    first.volume = None
