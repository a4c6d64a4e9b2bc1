"""Bytes from files and members, and the refusals of those that cannot be opened."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.sources import open_source, read_head
from imaging.volume.series import Source
from tests.reading import POLICY

CONTENT = bytes(range(256)) * 400


def _code(call: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as caught:
        call()
    assert isinstance(caught.value.code, Code)
    return caught.value.code


def _read(source: Source) -> bytes:
    with open_source(source, POLICY) as stream:
        return stream.read()


def _zip(path: Path, compression: int = zipfile.ZIP_DEFLATED, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_file_is_seekable_and_closed_behind_the_block(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    with open_source(Source(tmp_path / "a"), POLICY) as stream:
        stream.seek(1000)
        assert stream.read(2) == CONTENT[1000:1002]
        assert stream.seek(0, 2) == len(CONTENT)
    assert stream.closed
    assert read_head(Source(tmp_path / "a"), POLICY, 10) == CONTENT[:10]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_is_seekable(tmp_path: Path, compression: int) -> None:
    archive = _zip(tmp_path / "a.zip", compression, first=b"x" * 99, second=CONTENT)
    with open_source(Source(archive, "second"), POLICY) as stream:
        stream.seek(1000)
        assert stream.read(2) == CONTENT[1000:1002]
        assert stream.seek(0, 2) == len(CONTENT)
    assert read_head(Source(archive, "second"), POLICY, 10) == CONTENT[:10]
    assert read_head(Source(archive, "first"), POLICY, 1000) == b"x" * 99


def test_an_archive_behind_other_bytes(tmp_path: Path) -> None:
    """Self-extracting archives begin with a program; the offsets of their entries do not count it."""
    archive = _zip(tmp_path / "a.zip", member=CONTENT)
    archive.write_bytes(b"MZ" * 500 + archive.read_bytes())
    assert _read(Source(archive, "member")) == CONTENT


def test_an_archive_that_was_replaced_is_listed_anew(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", one=b"1")
    assert _read(Source(archive, "one")) == b"1"
    _zip(tmp_path / "a.zip", two=b"22")
    assert _read(Source(archive, "two")) == b"22"
    assert _code(lambda: _read(Source(archive, "one"))) is Code.MISSING


def test_what_is_not_there_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    archive = _zip(tmp_path / "a.zip", empty=b"", full=b"1")
    assert _code(lambda: _read(Source(tmp_path / "none"))) is Code.MISSING
    assert _code(lambda: _read(Source(tmp_path / "empty" / "below"))) is Code.MISSING
    assert _code(lambda: _read(Source(Path("a\0b")))) is Code.MISSING
    assert _code(lambda: _read(Source(tmp_path / "empty"))) is Code.EMPTY
    assert _code(lambda: _read(Source(archive, "empty"))) is Code.EMPTY
    assert _code(lambda: _read(Source(archive, "none"))) is Code.MISSING
    assert _code(lambda: _read(Source(tmp_path))) is Code.UNKNOWN_FORMAT


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")
    assert _code(lambda: read_head(Source(tmp_path / "pipe"), POLICY, 4)) is Code.UNSUPPORTED


def test_a_damaged_member_is_an_archive_error(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", member=os.urandom(5000))
    content = bytearray(archive.read_bytes())
    content[1000:1010] = bytes(10)
    archive.write_bytes(content)
    assert _code(lambda: _read(Source(archive, "member"))) is Code.ARCHIVE
    archive.write_bytes(content[:2000])
    assert _code(lambda: _read(Source(archive, "member"))) is Code.ARCHIVE


def test_an_encrypted_member(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", member=CONTENT)
    content = bytearray(archive.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    archive.write_bytes(content)
    assert _code(lambda: _read(Source(archive, "member"))) is Code.ENCRYPTED


def test_a_member_that_unpacks_to_too_much(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", member=bytes(10_000))
    policy = ReadingPolicy(unpacked_bytes=9_999)
    assert _code(lambda: read_head(Source(archive, "member"), policy, 1)) is Code.TOO_LARGE


def test_a_member_that_lies_about_its_length(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", member=bytes(10_000))
    content = bytearray(archive.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (20_000).to_bytes(4, "little")
    archive.write_bytes(content)
    assert _code(lambda: _read(Source(archive, "member"))) is Code.ARCHIVE


def test_an_error_inside_the_block_is_the_callers_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    with pytest.raises(PermissionError), open_source(Source(tmp_path / "a"), POLICY):
        raise PermissionError
