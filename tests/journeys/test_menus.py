"""The menus that the program fills while it runs: each entry opens what it names."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from desktop.startup.samples import list_samples
from tests.journeys.conftest import Launch, Reader


def choose(reader: Reader, menu: QMenu, title: str) -> None:
    """Open a menu of File and choose the entry of that title."""
    assert menu.menuAction() in _file(reader).actions()
    assert menu.isEnabled()
    menu.popup(reader.window.mapToGlobal(QPoint(0, 0)))
    reader.until(menu.isVisible)
    entry = _entry(menu, title)
    menu.hide()
    entry.trigger()
    reader.until_open()


def _file(reader: Reader) -> QMenu:
    [menu] = [action.menu() for action in reader.window.menuBar().actions() if action.text() == "&File"]
    assert isinstance(menu, QMenu)
    return menu


def _entry(menu: QMenu, title: str) -> QAction:
    [entry] = [action for action in menu.actions() if action.text().replace("&&", "&") == title]
    return entry


def opened(reader: Reader) -> tuple[Path, ...]:
    """What is open: the paths that were asked for, one series of which is on screen with its pixels."""
    document, view = reader.program.document, reader.program.view
    assert document is not None
    assert view is not None
    assert view.series in document.series
    assert reader.pane.isVisible()
    assert np.ptp(reader.pixels()) > 50
    return tuple(document.paths)


def test_each_entry_of_samples_opens_its_sample(launch: Launch) -> None:
    reader = launch()
    reader.until_ready()
    listed = list_samples()
    menu = reader.window.menus.samples
    assert [action.text() for action in menu.actions()] == [sample.title for sample in listed]
    if not listed:
        pytest.skip("no samples are installed")
    for sample in listed:
        choose(reader, menu, sample.title)
        assert opened(reader) == sample.paths


def test_each_entry_of_recent_opens_what_it_names(launch: Launch, ct: Path, head: Path, pictures: Path) -> None:
    reader = launch()
    reader.until_ready()
    menu = reader.window.menus.recent
    assert not menu.isEnabled()
    odd = pictures.rename(pictures.with_name("this & that"))
    visits = ((ct,), (head,), (odd,), (ct, head))
    titles = dict(zip(visits, (str(ct), str(head), str(odd), f"{ct} and 1 more"), strict=True))
    for paths in visits:
        reader.open(*paths)
    for paths in visits:
        choose(reader, menu, titles[paths])
        assert opened(reader) == paths
        # What was opened last stands first, once.
        assert menu.actions()[0].text().replace("&&", "&") == titles[paths]
        assert len(menu.actions()) == len(visits)
