"""Archives and DICOMDIRs: what they name, and what of that is not followed."""

import gzip
import tracemalloc
import zipfile
from pathlib import Path

import pydicom.config
import pytest
from pydicom.data import get_testdata_file

from imaging.base.errors import Code, Refusal
from imaging.base.policy import ReadingPolicy
from imaging.files import zip_archive
from imaging.files.archive import ROWS_LIMIT, ArchiveKind, archive_contents, archive_kind
from imaging.files.sources import read_head
from imaging.formats.dicom.dicomdir import dicomdir_contents, is_dicomdir
from imaging.volume.series import Source
from tests.hostile.archives import MIB, UTF8, Member, tar_header, write_zip, zeros_member
from tests.imaging.dicom_files import write_dicomdir
from tests.reading import POLICY


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_of_a_zip_in_the_order_of_their_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("folder")
        for name in ("folder/b", "a", "folder/deep/c"):
            archive.writestr(name, "x")
    contents = archive_contents(tmp_path / "a.zip", POLICY)
    assert [source.member for source in contents.sources] == ["a", "folder/b", "folder/deep/c"]
    assert contents.skipped == ()


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/../a", "..\\a", "C:/../a"])
def test_names_that_lead_out_are_rows(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("good", "x")
    contents = archive_contents(tmp_path / "a.zip", POLICY)
    assert [source.member for source in contents.sources] == ["good"]
    assert [row.code for row in contents.skipped] == [Code.ARCHIVE]


def test_links_are_rows(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    contents = archive_contents(tmp_path / "a.zip", POLICY)
    assert contents.sources == ()
    assert contents.skipped[0].path.endswith("a.zip/link")


def test_a_leading_slash_is_stripped_and_two_of_one_name_are_two_files(tmp_path: Path) -> None:
    contents = [b"first", b"second", b"third", b"fourth"]
    names = [b"/x/a.nii.gz", b"x/a.nii.gz", b"x/a (2).nii.gz", b"./x/a.nii.gz"]
    path = write_zip(tmp_path / "a.zip", [Member(name=n, content=c) for n, c in zip(names, contents, strict=True)])
    found = archive_contents(path, POLICY)
    assert sorted(one.member or "" for one in found.sources) == [
        "x/a (2) (2).nii.gz", "x/a (2).nii.gz", "x/a (3).nii.gz", "x/a.nii.gz",
    ]  # fmt: skip
    assert {read_head(one, POLICY, 9) for one in found.sources} == set(contents)
    assert found.skipped == ()


@pytest.mark.parametrize("name", ["/x/a", "//x/a", "./x/a", "C:/x/a", "c:x/a", "\\x/a", "\\\\x/a", "/./x/a"])
def test_an_absolute_name_is_made_relative(tmp_path: Path, name: str) -> None:
    found = archive_contents(write_zip(tmp_path / "a.zip", [Member(name=name.encode(), content=b"y")]), POLICY)
    assert [one.member for one in found.sources] == ["x/a"]
    assert read_head(found.sources[0], POLICY, 2) == b"y"


def test_names_that_claim_utf8_and_are_not_are_read_as_they_can_be(tmp_path: Path) -> None:
    names = [(b"M\xc3\xbcller", UTF8), (b"M\xfcller", UTF8), (b"Sch\xc3\xa4del", 0), (b"Sch\x84del", 0)]
    members = [Member(name=name, content=b"x", flags=flags) for name, flags in names]
    found = archive_contents(write_zip(tmp_path / "a.zip", members), POLICY)
    assert {one.member for one in found.sources} == {"Müller", "Mⁿller", "Schädel", "Schädel (2)"}
    assert all(read_head(one, POLICY, 2) == b"x" for one in found.sources)


def test_members_that_lie_over_each_other_are_rows_and_the_rest_opens(tmp_path: Path) -> None:
    members = [Member(name=b"good", content=b"x" * 40)]
    members += [Member(name=b"a", content=b"y" * 40), Member(name=b"b", content=b"y" * 40, at=74)]
    found = archive_contents(write_zip(tmp_path / "a.zip", members), POLICY)
    assert [one.member for one in found.sources] == ["good"]
    assert [(Path(row.path).name, row.code) for row in found.skipped] == [("a", Code.ARCHIVE), ("b", Code.ARCHIVE)]
    with pytest.raises(Refusal):
        read_head(Source(tmp_path / "a.zip", "b"), POLICY, 4)


def test_thousands_of_rows_are_counted_in_one(tmp_path: Path) -> None:
    members = [Member(name=b"a", content=b"y" * 40)] + [Member(name=b"%d" % n, at=0) for n in range(ROWS_LIMIT + 50)]
    found = archive_contents(write_zip(tmp_path / "a.zip", members), POLICY)
    assert found.sources == ()
    assert len(found.skipped) == ROWS_LIMIT + 1
    assert sum(row.files for row in found.skipped) == len(members)


def test_an_archive_that_lists_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "a.zip", [Member(name=b"%d" % number) for number in range(3)])
    monkeypatch.setattr(zip_archive, "MEMBER_LIMIT", 2)
    with pytest.raises(Refusal) as caught:
        archive_contents(path, POLICY)
    assert caught.value.code is Code.TOO_LARGE


def test_an_archive_that_unpacks_too_far_is_asked_about(tmp_path: Path) -> None:
    members = [zeros_member(b"%d" % number, 3) for number in range(4)]
    path = write_zip(tmp_path / "a.zip", members)
    policy = ReadingPolicy(unpacked_bytes=10 * MIB)
    with pytest.raises(Refusal) as caught:
        archive_contents(path, policy)
    assert (caught.value.code, caught.value.unpacks_to) == (Code.TOO_LARGE, 12 * MIB)
    assert len(archive_contents(path, policy.with_grant(str(path), 12 * MIB)).sources) == 4
    assert len(archive_contents(path, ReadingPolicy(unpacked_bytes=12 * MIB)).sources) == 4


def test_an_archive_that_packs_as_pictures_do_may_be_larger(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", [Member(name=b"%d" % number, content=bytes(MIB)) for number in range(4)])
    assert len(archive_contents(path, ReadingPolicy(unpacked_bytes=2 * MIB)).sources) == 4


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_member_is_unpacked_no_further_than_it_is_read(tmp_path: Path, method: int) -> None:
    """Whatever it says of its size: a few bytes may hold gigabytes."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a", bytes(24 * MIB))
    tracemalloc.start()
    try:
        assert read_head(Source(tmp_path / "a.zip", "a"), POLICY, 100) == bytes(100)
        assert tracemalloc.get_traced_memory()[1] < 12 * MIB
    finally:
        tracemalloc.stop()


def test_a_way_of_packing_that_is_not_ours_is_named(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", [Member(name=b"a", content=b"x" * 40, method=9)])
    with pytest.raises(Refusal) as caught:
        read_head(Source(path, "a"), POLICY, 4)
    assert caught.value.code is Code.UNSUPPORTED


@pytest.mark.parametrize(
    ("content", "code"), [(b"PK\x03\x04" + bytes(90), Code.ARCHIVE), (b"text", Code.ARCHIVE), (b"", Code.EMPTY)]
)
def test_damaged_archives(tmp_path: Path, content: bytes, code: Code) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        archive_contents(tmp_path / "a.zip", POLICY)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"PK\x03\x04", "a.zip", ArchiveKind.ZIP),
        (b"PK\x03\x04", "A.ZIP", ArchiveKind.ZIP),
        (b"PK\x05\x06", "noending", ArchiveKind.ZIP),
        (b"PK\x03\x04", "a.docx", None),
        (b"text", "a.zip", ArchiveKind.ZIP),
        (b"text", "noending", None),
        (tar_header(b"x", 0), "anything", ArchiveKind.TAR),
        (gzip.compress(tar_header(b"x", 0), mtime=0), "anything", ArchiveKind.TAR),
        (b"text", "a.tar", ArchiveKind.TAR),
        (b"text", "a.tgz", ArchiveKind.TAR),
        (gzip.compress(bytes(400), mtime=0), "a.nii.gz", None),
    ],
)
def test_what_counts_as_an_archive(head: bytes, name: str, expected: ArchiveKind | None) -> None:
    assert archive_kind(head, name) is expected


def test_what_counts_as_a_dicomdir(tmp_path: Path) -> None:
    head = write_dicomdir(tmp_path / "x", ["A"]).read_bytes()[:352]
    plain = bytes(128) + b"DICM" + bytes(100)
    assert is_dicomdir(head, "anything")
    assert is_dicomdir(plain, "/cd/DICOMDIR")
    assert is_dicomdir(plain, "C:\\cd\\dicomdir")
    assert not is_dicomdir(plain, "/cd/IM0001")
    assert not is_dicomdir(b"text", "/cd/DICOMDIR")


def test_a_dicomdir_names_files_in_its_own_order_and_each_once(tmp_path: Path) -> None:
    two, one = _touch(tmp_path / "IMG/TWO"), _touch(tmp_path / "ONE")
    path = write_dicomdir(tmp_path / "DICOMDIR", None, ["IMG", "TWO"], "ONE", ["IMG", "TWO"])
    assert dicomdir_contents(Source(path), POLICY).sources == (Source(two), Source(one))


def test_capitals_of_a_dicomdir_find_small_letters(tmp_path: Path) -> None:
    there = _touch(tmp_path / "img/two")
    assert dicomdir_contents(Source(write_dicomdir(tmp_path / "DICOMDIR", ["IMG", "TWO"])), POLICY).sources == (
        Source(there),
    )


@pytest.mark.parametrize("name", ["IM1.dcm", "im1.DCM", "IM1;1", "IM1.;1", "im1.ima"])
def test_endings_that_a_dicomdir_does_not_know(tmp_path: Path, name: str) -> None:
    there = _touch(tmp_path / "img" / name)
    _touch(tmp_path / "img/IM1.txt")
    _touch(tmp_path / "img/IM10.dcm")
    contents = dicomdir_contents(Source(write_dicomdir(tmp_path / "DICOMDIR", ["IMG", "IM1"])), POLICY)
    assert contents.sources == (Source(there),) if name.lower().endswith(("dcm", "ima")) else contents.sources
    assert contents.skipped == ()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "DICOMDIR", "cd/DICOMDIR")
        archive.write(there, f"cd/img/{name}")
    contents = dicomdir_contents(Source(tmp_path / "a.zip", "cd/DICOMDIR"), POLICY)
    assert contents.sources == (Source(tmp_path / "a.zip", f"cd/img/{name}"),)


def test_thousands_of_missing_files_are_counted(tmp_path: Path) -> None:
    _touch(tmp_path / "ONE")
    references = ["ONE", *(["GONE", f"IM{number}"] for number in range(ROWS_LIMIT + 500))]
    contents = dicomdir_contents(Source(write_dicomdir(tmp_path / "DICOMDIR", *references)), POLICY)
    assert contents.sources == (Source(tmp_path / "ONE"),)
    assert len(contents.skipped) == ROWS_LIMIT + 1
    assert sum(row.files for row in contents.skipped) == ROWS_LIMIT + 500
    assert {row.code for row in contents.skipped} == {Code.MISSING}


def test_missing_and_inactive_records(tmp_path: Path) -> None:
    _touch(tmp_path / "ONE")
    contents = dicomdir_contents(Source(write_dicomdir(tmp_path / "DICOMDIR", "GONE", "ONE", inactive=(1,))), POLICY)
    assert contents.sources == ()
    assert [(row.path, row.code) for row in contents.skipped] == [(str(tmp_path / "GONE"), Code.MISSING)]


@pytest.mark.parametrize("reference", [["..", "OUT"], "../OUT", ["", "etc", "passwd"], "/etc/passwd", "C:\\OUT"])
def test_files_outside_the_folder_are_rows(
    tmp_path: Path, reference: list[str] | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pydicom itself would not write such a name.
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.IGNORE)
    monkeypatch.setattr(pydicom.config.settings, "writing_validation_mode", pydicom.config.IGNORE)
    _touch(tmp_path / "OUT")
    (tmp_path / "in").mkdir()
    contents = dicomdir_contents(Source(write_dicomdir(tmp_path / "in/DICOMDIR", reference)), POLICY)
    assert contents.sources == ()
    assert len(contents.skipped) == 1
    assert contents.skipped[0].code in (Code.ARCHIVE, Code.MISSING)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/LINK").symlink_to(_touch(tmp_path / "OUT"))
    contents = dicomdir_contents(Source(write_dicomdir(tmp_path / "in/DICOMDIR", "LINK")), POLICY)
    assert contents.sources == ()


def test_a_dicomdir_in_a_zip(tmp_path: Path) -> None:
    write_dicomdir(tmp_path / "DICOMDIR", ["IMG", "ONE"], ["IMG", "GONE"])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "DICOMDIR", "cd/DICOMDIR")
        archive.writestr("cd/img/one", "x")
    contents = dicomdir_contents(Source(tmp_path / "a.zip", "cd/DICOMDIR"), POLICY)
    assert contents.sources == (Source(tmp_path / "a.zip", "cd/img/one"),)
    assert [row.code for row in contents.skipped] == [Code.MISSING]


def test_a_dicomdir_that_was_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    one = _touch(tmp_path / "ONE")
    path = write_dicomdir(tmp_path / "DICOMDIR", ["ONE"], ["ONE"])
    path.write_bytes(path.read_bytes()[:-20])
    contents = dicomdir_contents(Source(path), POLICY)
    assert contents.sources == (Source(one),)
    assert [(row.path, row.code) for row in contents.skipped] == [(str(path), Code.TRUNCATED)]


def test_a_damaged_dicomdir(tmp_path: Path) -> None:
    path = write_dicomdir(tmp_path / "DICOMDIR", ["A"])
    content = path.read_bytes()
    start = content.index(b"\xfe\xff\x00\xe0") + 8
    path.write_bytes(content[:start] + b"\x08\x00\x05\x00XX\x04\x00\xff\xff\xff\xff" * 20)
    with pytest.raises(Refusal) as caught:
        dicomdir_contents(Source(path), POLICY)
    assert caught.value.code is Code.HEADER


def test_a_real_dicomdir() -> None:
    path = Path(str(get_testdata_file("DICOMDIR", download=False)))
    contents = dicomdir_contents(Source(path), POLICY)
    assert len(contents.sources) == 31
    assert all(source.path.is_file() for source in contents.sources)
    assert contents.skipped == ()
