"""The start page: what it says and what its buttons ask for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.startup.samples import Sample
from desktop.ui.panels.start_page import SampleCard, StartPage

SAMPLES = (
    Sample("one", "A head", "Small & quick.", (Path("/nowhere/a.nii"),)),
    Sample("two", "A chest", "Try Analyse.", (Path("/nowhere/b.dcm"),), "pneumonia-cxr"),
    Sample("three", "A disc", "Many series.", (Path("/nowhere/c"),)),
)


@pytest.fixture
def page(shown: Callable[[StartPage], StartPage]) -> StartPage:
    page = StartPage()
    page.resize(800, 700)
    page.set_samples(SAMPLES)
    return shown(page)


def texts(page: StartPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_says_what_to_do_and_that_it_is_for_research(page: StartPage) -> None:
    said = texts(page)
    assert "Drop a folder, a DICOM series, a NIfTI volume or a picture" in said
    assert any("Research use only. Not for diagnosis." in line for line in said)


def test_offers_each_sample_with_its_line(page: StartPage) -> None:
    said = texts(page)
    for sample in SAMPLES:
        assert sample.title in said
        assert sample.line in said


def test_samples_stand_two_in_a_row(page: StartPage) -> None:
    first, second, third = (card for card in page.findChildren(SampleCard) if card.isVisible())
    assert second.y() == first.y() < third.y()
    assert third.x() == first.x() < second.x()


def test_without_samples_their_heading_is_gone(page: StartPage) -> None:
    page.set_samples(())
    assert "Or look at a sample" not in texts(page)
    assert not [card for card in page.findChildren(SampleCard) if card.isVisible()]


def test_setting_samples_asks_for_nothing_and_buttons_ask(
    page: StartPage, requests: Callable[[StartPage], list[tuple[Any, ...]]], qtbot: QtBot
) -> None:
    heard = requests(page)
    page.set_samples(SAMPLES[::-1])
    assert heard == []
    qtbot.mouseClick(page.open_file, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.open_folder, Qt.MouseButton.LeftButton)
    cards = [card for card in page.findChildren(SampleCard) if card.isVisible()]
    for card in cards:
        qtbot.keyClick(card, Qt.Key.Key_Space)
    assert heard == [
        ("open_file_requested",),
        ("open_folder_requested",),
        ("sample_requested", "three"),
        ("sample_requested", "two"),
        ("sample_requested", "one"),
    ]
