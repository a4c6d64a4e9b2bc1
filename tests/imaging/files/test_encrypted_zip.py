"""Encrypted ZIPs: opened with the right password, refused in words without it, and no word of it anywhere."""

import zipfile
from pathlib import Path

import pytest

from imaging.base.errors import Code, Ledger, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import finish
from imaging.files.sources import open_source, read_head
from imaging.volume.series import Source
from tests.imaging.encrypted_zip import WORD, locked, zips
from tests.imaging.phantoms import write_series
from tests.reading import POLICY, scan, under


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_series(tmp_path / "in" / "deep" / "ct")
    return locked(tmp_path, tmp_path / "in")


def ledger_of(path: Path, policy: ReadingPolicy = POLICY) -> tuple[int, Ledger]:
    found = finish(scan([path], under(policy)))
    return sum(one.slices for one in found.series), found.ledger


@zips
def test_every_entry_is_a_row_until_the_password_is_there(archive: Path) -> None:
    slices, ledger = ledger_of(archive)
    assert slices == 0
    assert {row.code for row in ledger.skipped} == {Code.ENCRYPTED}
    assert len(ledger.skipped) == 10
    policy = POLICY.with_password("wrong")
    slices, ledger = ledger_of(archive, policy)
    assert (slices, {row.code for row in ledger.skipped}) == (0, {Code.ENCRYPTED})
    assert all("does not fit" in row.message for row in ledger.skipped)
    slices, ledger = ledger_of(archive, policy.with_password(WORD))
    assert (slices, ledger.skipped) == (10, ())


@zips
def test_the_bytes_are_those_of_the_files(archive: Path, tmp_path: Path) -> None:
    policy = POLICY.with_password(WORD).with_password("another, given later, that fits something else")
    member = Source(archive, "in/deep/ct/IM0003.dcm")
    expected = (tmp_path / "in" / "deep" / "ct" / "IM0003.dcm").read_bytes()
    with open_source(member, policy) as stream:
        assert stream.read() == expected
    assert read_head(member, policy, 132) == expected[:132]


@zips
def test_a_password_that_passes_the_quick_check_by_chance_is_told_by_the_checksum(archive: Path) -> None:
    member = Source(archive, "in/deep/ct/IM0003.dcm")
    codes = set()
    for number in range(600):
        policy = POLICY.with_password(f"guess {number}")
        with pytest.raises(Refusal) as caught:
            read_head(member, policy, 16)
        codes.add(caught.value.code)
    assert codes == {Code.ENCRYPTED}


def test_aes_is_named_as_what_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("one", b"x" * 50)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    for signature, flags, method in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        at = content.index(signature)
        content[at + flags] |= 1
        content[at + method : at + method + 2] = (99).to_bytes(2, "little")
    (tmp_path / "a.zip").write_bytes(content)
    _, ledger = ledger_of(tmp_path / "a.zip", POLICY.with_password("anything"))
    (row,) = ledger.skipped
    assert (row.code, "AES" in row.message) == (Code.UNSUPPORTED, True)
