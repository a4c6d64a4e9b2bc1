"""Only regular files are opened: the others are refused at once, whoever took a file's place in between."""

import os
import socket
import sys
from pathlib import Path

import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.regular_file import open_regular, read_regular

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices lie among files on POSIX only")


def code_of(path: Path) -> str:
    with pytest.raises(Refusal) as caught:
        open_regular(path)
    return caught.value.code.value


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket")
    (tmp_path / "loop").symlink_to("loop")
    assert code_of(tmp_path / "pipe") == code_of(tmp_path / "socket") == code_of(Path("/dev/null")) == Code.UNSUPPORTED
    assert code_of(tmp_path) == Code.UNKNOWN_FORMAT
    assert code_of(tmp_path / "loop") == code_of(tmp_path / "none") == Code.MISSING


def test_a_pipe_that_takes_the_place_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    before = os.stat(tmp_path / "file")
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", lambda _path: before)
        assert code_of(tmp_path / "pipe") == Code.UNSUPPORTED


def test_the_content_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    assert read_regular(tmp_path / "file", 7) == b"content"
    with pytest.raises(Refusal) as caught:
        read_regular(tmp_path / "file", 6)
    assert caught.value.code is Code.TOO_LARGE


def test_an_empty_file_is_refused_where_it_may_not_be_one(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    open_regular(tmp_path / "a").close()
    with pytest.raises(Refusal) as caught:
        open_regular(tmp_path / "a", may_be_empty=False)
    assert caught.value.code is Code.EMPTY
