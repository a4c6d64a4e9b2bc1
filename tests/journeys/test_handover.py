"""A second start hands its paths to the window that is there, unless it asks for more than that."""

import os
import socket
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.cli.parser import parse_launch
from desktop.jobs.handover import HandoverListener
from desktop.main import main
from desktop.startup.handover import find_address, hand_over, read_message
from tests.journeys.conftest import Launch, Reader

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at the socket that other systems have")


@pytest.fixture(autouse=True)
def screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A screen of its own, which a person could see, and its runtime folder."""
    folder = tmp_path / "r"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(np.arange(2400, dtype=np.uint8).reshape(40, 60)).save(path)
    return path


def listens(reader: Reader) -> bool:
    return reader.program.handover is not None and reader.program.handover.is_listening


def test_the_window_opens_what_a_second_start_brings(launch: Launch, picture: Path) -> None:
    reader = launch()
    reader.until_ready()
    assert listens(reader)
    assert hand_over([picture])
    reader.until_open()
    assert reader.pane.picture is not None
    assert reader.pane.picture.frame.shape == (40, 60)
    assert hand_over([]), "no path: the window comes to the front"


@pytest.mark.parametrize("more", [["--new-window"], ["--demo"], ["--slice", "3"], ["--size", "800x600"]])
def test_whoever_asks_for_more_gets_a_window_of_his_own(picture: Path, more: list[str]) -> None:
    assert parse_launch([str(picture)]).is_plain
    assert not parse_launch([str(picture), *more]).is_plain


@pytest.mark.parametrize("arguments", [[], ["--new-window"]])
def test_the_program_ends_at_once_if_a_window_is_there(
    launch: Launch, picture: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = launch()
    reader.until_ready()
    # Were a window of its own to open, the lack of a screen would be said.
    monkeypatch.setenv("DISPLAY", ":77")
    code = main([str(picture), *arguments])
    assert code == (0 if not arguments else 2)
    if not arguments:
        reader.until_open()


def test_nothing_is_there_after_the_end_and_the_next_one_listens(launch: Launch, picture: Path) -> None:
    reader = launch()
    reader.until_ready()
    address = find_address()
    assert address is not None
    assert os.path.lexists(address)
    reader.program.shut_down()
    assert not os.path.lexists(address)
    assert not hand_over([picture])
    launch().until_ready()
    assert hand_over([picture])


def test_what_a_killed_program_left_behind_is_no_window(launch: Launch, picture: Path) -> None:
    address = find_address()
    assert address is not None
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(address)
    assert not hand_over([picture])
    reader = launch()
    reader.until_ready()
    assert listens(reader)


def test_only_one_window_listens(launch: Launch) -> None:
    first = launch()
    first.until_ready()
    second = launch("--new-window")
    second.until_ready()
    assert [listens(one) for one in (first, second)] == [True, False]


def test_another_screen_is_another_window(launch: Launch, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launch().until_ready()
    monkeypatch.setenv("DISPLAY", ":78")
    assert not hand_over([picture])


def test_a_folder_that_others_may_write_to_is_not_used(screen: Path) -> None:
    folder = screen / "slicelens"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    assert find_address() is None


def test_nobody_is_handed_to_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert find_address() is None


@pytest.mark.parametrize(
    "message",
    [b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"version": "0.0.0", "paths": []}', b"[" * 100_000,
     b'{"version": "0.1.0"}', b'{"version": "0.1.0", "paths": [1]}', b'{"version": "0.1.0", "paths": "abc"}'],
)  # fmt: skip
def test_a_message_that_is_none_opens_nothing(message: bytes) -> None:
    assert read_message(message) is None


def test_a_visitor_who_says_nothing_does_not_end_the_listening(launch: Launch, picture: Path) -> None:
    reader = launch()
    reader.until_ready()
    address = find_address()
    assert address is not None
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(address)
        visitor.sendall(b"\x7f\xff\xff\xffnonsense")
    assert hand_over([picture])
    reader.until_open()


def test_a_listener_that_never_listened_closes() -> None:
    listener = HandoverListener()
    listener.close()
    assert not listener.is_listening
