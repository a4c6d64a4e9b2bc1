"""Python's search for garbage stays out of the way of the window, and out of background threads."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.startup.gc_policy import GarbageCollector


class Ring:
    """Garbage that only a search can find."""

    def __init__(self) -> None:
        self.ring = self


@pytest.fixture
def garbage(qapp: QApplication) -> Iterator[GarbageCollector]:
    garbage = GarbageCollector()
    yield garbage
    garbage.stop()
    garbage.deleteLater()


def test_nothing_is_looked_through_until_the_libraries_are_there(garbage: GarbageCollector) -> None:
    assert not gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_was_there_is_never_looked_through_again(garbage: GarbageCollector) -> None:
    before = len(gc.get_objects())
    garbage.settle()
    assert gc.get_freeze_count() >= before
    assert len(gc.get_objects()) < before / 10


def test_garbage_goes_all_the_same_and_in_the_gui_thread(garbage: GarbageCollector, qtbot: QtBot) -> None:
    garbage.settle()
    found_in: list[threading.Thread] = []
    rings = [Ring() for _ in range(2 * gc.get_threshold()[0])]
    gone = weakref.finalize(rings[0], lambda: found_in.append(threading.current_thread()))
    rings.clear()
    qtbot.waitUntil(lambda: not gone.alive, timeout=10_000)
    assert found_in == [threading.main_thread()]


def test_what_is_old_waits_while_the_picture_moves(garbage: GarbageCollector) -> None:
    looks: list[int] = []
    now = 1000.0
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gc, "collect", looks.append)
        patched.setattr(gc, "get_count", lambda: (10_000, 100, 100))
        patched.setattr("desktop.startup.gc_policy.time.monotonic", lambda: now)
        garbage.settle()
        for _ in range(250):
            now += 0.5
            garbage.picture_moved()
            garbage.collect_due()
        assert looks.count(2) == 2, "once a minute all the same"
        assert looks.count(0) == 248
        now += 2
        garbage.collect_due()
        assert looks[-1] == 2


def test_in_the_end_everything_is_as_it_was(qapp: QApplication) -> None:
    garbage = GarbageCollector()
    garbage.settle()
    garbage.stop()
    garbage.deleteLater()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
