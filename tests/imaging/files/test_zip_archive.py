"""ZIPs and DICOMDIRs: what they name, and what of that is not followed."""

import zipfile
from pathlib import Path

import pydicom.config
import pytest
from pydicom import Dataset
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from imaging.base.errors import Code, Refusal
from imaging.files import zip_archive
from imaging.files.zip_archive import is_zip, zip_contents
from imaging.formats.dicom.dicomdir import dicomdir_contents, is_dicomdir
from imaging.volume.series import Source
from tests.reading import POLICY


def _dicomdir(path: Path, *references: list[str] | str | None, inactive: tuple[int, ...] = ()) -> Path:
    """A DICOMDIR with one record for each Referenced File ID (None: a record without one)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    directory = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    records = []
    for number, reference in enumerate(references):
        record = Dataset()
        record.RecordInUseFlag = 0 if number in inactive else 0xFFFF
        record.DirectoryRecordType = "IMAGE" if reference else "PATIENT"
        if reference:
            record.ReferencedFileID = reference
        records.append(record)
    directory.DirectoryRecordSequence = records
    directory.save_as(path, enforce_file_format=True)
    return path


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_of_a_zip_in_the_order_of_their_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("folder")
        for name in ("folder/b", "a", "folder/deep/c"):
            archive.writestr(name, "x")
    contents = zip_contents(tmp_path / "a.zip")
    assert [source.member for source in contents.sources] == ["a", "folder/b", "folder/deep/c"]
    assert contents.skipped == ()


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/etc/passwd", "C:/a", "C:\\a", "..\\a", "\\\\server\\share\\a"])
def test_names_that_lead_out_are_rows(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("good", "x")
    contents = zip_contents(tmp_path / "a.zip")
    assert [source.member for source in contents.sources] == ["good"]
    assert [row.code for row in contents.skipped] == [Code.ARCHIVE]


def test_links_are_rows(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    contents = zip_contents(tmp_path / "a.zip")
    assert contents.sources == ()
    assert contents.skipped[0].path.endswith("a.zip/link")


@pytest.mark.parametrize(("limit", "value"), [("MEMBER_LIMIT", 2), ("TOTAL_LIMIT", 29)])
def test_archives_of_too_much_are_refused(
    tmp_path: Path, limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(3):
            archive.writestr(str(number), "x" * 10)
    monkeypatch.setattr(zip_archive, limit, value)
    with pytest.raises(Refusal) as caught:
        zip_contents(tmp_path / "a.zip")
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    ("content", "code"), [(b"PK\x03\x04" + bytes(90), Code.ARCHIVE), (b"text", Code.ARCHIVE), (b"", Code.EMPTY)]
)
def test_damaged_archives(tmp_path: Path, content: bytes, code: Code) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        zip_contents(tmp_path / "a.zip")
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"PK\x03\x04", "a.zip", True),
        (b"PK\x03\x04", "A.ZIP", True),
        (b"PK\x05\x06", "noending", True),
        (b"PK\x03\x04", "a.docx", False),
        (b"text", "a.zip", True),
        (b"text", "noending", False),
    ],
)
def test_what_counts_as_a_zip(head: bytes, name: str, expected: bool) -> None:
    assert is_zip(head, name) is expected


def test_what_counts_as_a_dicomdir(tmp_path: Path) -> None:
    head = _dicomdir(tmp_path / "x", ["A"]).read_bytes()[:352]
    plain = bytes(128) + b"DICM" + bytes(100)
    assert is_dicomdir(head, "anything")
    assert is_dicomdir(plain, "/cd/DICOMDIR")
    assert is_dicomdir(plain, "C:\\cd\\dicomdir")
    assert not is_dicomdir(plain, "/cd/IM0001")
    assert not is_dicomdir(b"text", "/cd/DICOMDIR")


def test_a_dicomdir_names_files_in_its_own_order_and_each_once(tmp_path: Path) -> None:
    two, one = _touch(tmp_path / "IMG/TWO"), _touch(tmp_path / "ONE")
    path = _dicomdir(tmp_path / "DICOMDIR", None, ["IMG", "TWO"], "ONE", ["IMG", "TWO"])
    assert dicomdir_contents(Source(path), POLICY).sources == (Source(two), Source(one))


def test_capitals_of_a_dicomdir_find_small_letters(tmp_path: Path) -> None:
    there = _touch(tmp_path / "img/two")
    assert dicomdir_contents(Source(_dicomdir(tmp_path / "DICOMDIR", ["IMG", "TWO"])), POLICY).sources == (
        Source(there),
    )


def test_missing_and_inactive_records(tmp_path: Path) -> None:
    _touch(tmp_path / "ONE")
    contents = dicomdir_contents(Source(_dicomdir(tmp_path / "DICOMDIR", "GONE", "ONE", inactive=(1,))), POLICY)
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
    contents = dicomdir_contents(Source(_dicomdir(tmp_path / "in/DICOMDIR", reference)), POLICY)
    assert contents.sources == ()
    assert len(contents.skipped) == 1
    assert contents.skipped[0].code in (Code.ARCHIVE, Code.MISSING)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/LINK").symlink_to(_touch(tmp_path / "OUT"))
    contents = dicomdir_contents(Source(_dicomdir(tmp_path / "in/DICOMDIR", "LINK")), POLICY)
    assert contents.sources == ()


def test_a_dicomdir_in_a_zip(tmp_path: Path) -> None:
    _dicomdir(tmp_path / "DICOMDIR", ["IMG", "ONE"], ["IMG", "GONE"])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "DICOMDIR", "cd/DICOMDIR")
        archive.writestr("cd/img/one", "x")
    contents = dicomdir_contents(Source(tmp_path / "a.zip", "cd/DICOMDIR"), POLICY)
    assert contents.sources == (Source(tmp_path / "a.zip", "cd/img/one"),)
    assert [row.code for row in contents.skipped] == [Code.MISSING]


def test_a_dicomdir_that_was_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    one = _touch(tmp_path / "ONE")
    path = _dicomdir(tmp_path / "DICOMDIR", ["ONE"], ["ONE"])
    path.write_bytes(path.read_bytes()[:-20])
    contents = dicomdir_contents(Source(path), POLICY)
    assert contents.sources == (Source(one),)
    assert [(row.path, row.code) for row in contents.skipped] == [(str(path), Code.TRUNCATED)]


def test_a_damaged_dicomdir(tmp_path: Path) -> None:
    path = _dicomdir(tmp_path / "DICOMDIR", ["A"])
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
