"""tar and tar.gz: the same as ZIP, found from header to header, and no further than a stranger may lead."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files.archive import archive_contents, open_member
from imaging.files.sources import open_source, read_head
from imaging.volume.series import Source
from tests.hostile.archives import MIB, gzipped_zeros, tar_header, tar_member
from tests.reading import POLICY

LONG = "/".join(["folder with a long name"] * 12) + "/ä.dcm"


def written(path: Path, form: int, mode: str, **members: bytes) -> Path:
    """An archive as Python's own archiver writes it."""
    with tarfile.open(path, mode, format=form) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_of_every_format(tmp_path: Path, form: int, mode: str) -> None:
    contents = {"b/second": b"two", "a": bytes(range(256)) * 9000, "empty": b""}
    contents |= {} if form == tarfile.USTAR_FORMAT else {LONG: b"long"}
    path = written(tmp_path / "any name", form, mode, **contents)
    found = archive_contents(path, POLICY)
    assert {one.member for one in found.sources} == set(contents) - {"empty"}
    assert [(Path(row.path).name, row.code) for row in found.skipped] == [("empty", Code.EMPTY)]
    for name, content in contents.items():
        if content:
            with open_source(Source(path, name), POLICY) as stream:
                assert stream.seek(0, 2) == len(content)
                stream.seek(len(content) // 2)
                assert stream.read() == content[len(content) // 2 :]
                stream.seek(0)
                assert stream.read(2) == content[:2]
    with pytest.raises(Refusal) as caught:
        read_head(Source(path, "empty"), POLICY, 1)
    assert caught.value.code is Code.EMPTY


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"6", b"S"])
def test_links_devices_and_files_with_holes_are_rows(tmp_path: Path, kind: bytes) -> None:
    bad = tar_header(b"odd", 0, kind, b"/etc/passwd")
    (tmp_path / "a.tar").write_bytes(bad + tar_member(b"good", b"x") + bytes(1024))
    found = archive_contents(tmp_path / "a.tar", POLICY)
    assert [one.member for one in found.sources] == ["good"]
    assert [(Path(row.path).name, row.code) for row in found.skipped] == [("odd", Code.ARCHIVE)]


def test_names_are_made_plain_and_two_of_one_name_are_two(tmp_path: Path) -> None:
    names = [b"/abs.dcm", b"./x/a.dcm", b"x/a.dcm", b"../out"]
    content = tar_member(b"x/", b"", b"5") + b"".join(tar_member(name, name) for name in names)
    (tmp_path / "a.tar").write_bytes(content + bytes(1024))
    found = archive_contents(tmp_path / "a.tar", POLICY)
    assert {one.member for one in found.sources} == {"abs.dcm", "x/a.dcm", "x/a (2).dcm"}
    assert [Path(row.path).name for row in found.skipped] == ["out"]
    assert read_head(Source(tmp_path / "a.tar", "x/a (2).dcm"), POLICY, 20) == b"x/a.dcm"


@pytest.mark.parametrize("cut", [100, 512 + 200, 2048 + 100])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_cut_archive_gives_what_is_there_and_a_row(tmp_path: Path, cut: int, pack: type[bytes]) -> None:
    whole = tar_member(b"first", b"1" * 1000) + tar_member(b"second", b"2" * 1000)
    (tmp_path / "a.tar").write_bytes(pack(whole[:-cut]))
    found = archive_contents(tmp_path / "a.tar", POLICY)
    assert found.sources[0].member == "first"
    assert [(row.path, row.code) for row in found.skipped] == [(str(tmp_path / "a.tar"), Code.ARCHIVE)]
    assert read_head(found.sources[0], POLICY, 3) == b"111"


def test_gzip_that_ends_too_early_is_said(tmp_path: Path) -> None:
    content = gzip.compress(tar_member(b"first", bytes(range(256)) * 100) + tar_member(b"second", b"2" * 1000))
    (tmp_path / "a.tgz").write_bytes(content[: len(content) // 2])
    source = archive_contents(tmp_path / "a.tgz", POLICY).sources[-1]
    with pytest.raises(Refusal) as caught:
        read_head(source, POLICY, 10**6)
    assert caught.value.code is Code.ARCHIVE


@pytest.mark.parametrize("content", [b"text" * 400, gzip.compress(b"text" * 400, mtime=0), b"\x1f\x8b\x08damaged" * 90])
def test_what_is_no_tar_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        archive_contents(tmp_path / "a.tar.gz", POLICY)
    assert caught.value.code is Code.ARCHIVE


def test_a_packed_one_that_goes_on_too_far_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzipped_zeros(30, tar_header(b"zeros", 20 * MIB)))
    policy = ReadingPolicy(unpacked_bytes=10 * MIB)
    with pytest.raises(Refusal) as caught:
        archive_contents(path, policy)
    assert caught.value.code is Code.TOO_LARGE
    wanted = caught.value.unpacks_to
    assert wanted is not None
    assert wanted >= 20 * MIB
    (source,) = archive_contents(path, policy.with_grant(str(path), 40 * MIB)).sources
    assert source.member == "zeros"


@pytest.mark.parametrize("kind", [b"x", b"L", b"K", b"g"])
def test_headers_of_any_claimed_length_are_not_read(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzipped_zeros(64, tar_member(b"good", b"x") + tar_header(b"long", 60 * MIB, kind)))
    found = archive_contents(path, POLICY)
    assert [one.member for one in found.sources] == ["good"]
    assert [row.code for row in found.skipped] == [Code.ARCHIVE]


@pytest.mark.parametrize("record", [b"9" * 60_000, b"0 a=b\n" * 9000, b"99999999999999999999 path=x\n", b"-5 path=x\n"])
def test_records_of_a_header_that_are_none(tmp_path: Path, record: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(
        tar_member(b"good", b"x") + tar_member(b"pax", record, b"x") + tar_member(b"b", b"y") + bytes(1024)
    )
    assert [one.member for one in archive_contents(path, POLICY).sources][:1] in (["b"], ["good"])


def test_a_member_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar_member(b"good", b"x") + bytes(1024))
    with pytest.raises(Refusal) as caught, (tmp_path / "a.tar").open("rb") as stream:
        open_member(stream, Source(tmp_path / "a.tar", "none"), POLICY)
    assert caught.value.code is Code.MISSING
