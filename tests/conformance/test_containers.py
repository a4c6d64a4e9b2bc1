"""Rows 64 to 69: archives, discs and links, and a ledger that adds up, as the command line tells of them."""

import gzip
import io
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.conftest import Viewer
from tests.conformance.traps import trap
from tests.hostile.archives import UTF8, Member, write_zip
from tests.imaging.dicom_files import write_dicomdir
from tests.imaging.encrypted_zip import WORD, locked, zips
from tests.imaging.phantoms import dataset, l_values, save, write_series


def slice_of(value: int) -> bytes:
    """A whole file: one slice of one value, a series of its own."""
    stream = io.BytesIO()
    dataset(np.full((4, 5), value, np.int16), SeriesInstanceUID=f"1.2.{value}").save_as(stream)
    return stream.getvalue()


def ledger(answer: dict[str, Any]) -> dict[str, int]:
    """The counts, which add up."""
    files: dict[str, int] = answer["files"]
    assert files["seen"] == files["opened"] + files["skipped"]
    assert files["skipped"] == sum(row.get("files", 1) for row in answer["skipped"])
    return files


@trap(64)
def test_each_member_of_an_archive_is_a_file_of_its_own(viewer: Viewer, tmp_path: Path) -> None:
    names = [b"in/a.dcm", b"in/a.dcm", b"/absolute.dcm", b"../out.dcm", b"note.txt"]
    contents = [slice_of(1), slice_of(2), slice_of(3), slice_of(4), b"Dear colleague,"]
    members = [Member(name=name, content=content) for name, content in zip(names, contents, strict=True)]
    path = write_zip(tmp_path / "a.zip", members)
    answer = viewer.inspect(path, code=1)
    assert ledger(answer) == {"seen": 5, "opened": 3, "skipped": 2}
    assert {Path(row["path"]).name: row["code"] for row in answer["skipped"]} == {
        "out.dcm": "E_ARCHIVE", "note.txt": "E_UNKNOWN_FORMAT",
    }  # fmt: skip
    seen = {float(viewer.values(path, "--series", row["index"])[0, 0]) for row in answer["series"]}
    assert seen == {1, 2, 3}


@trap(64)
def test_copies_and_what_systems_leave_are_counted_as_they_are(viewer: Viewer, tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    paths = write_series(folder, values=l_values(4))
    (folder / "copy.dcm").write_bytes(paths[0].read_bytes())
    (folder / "Thumbs.db").write_bytes(b"x")
    answer = viewer.inspect(folder, folder / paths[0].name, tmp_path / "nowhere", code=1)
    assert ledger(answer) == {"seen": 6, "opened": 4, "skipped": 2}
    assert sorted(row["code"] for row in answer["skipped"]) == ["E_DUPLICATE", "E_MISSING"]


@trap(65)
def test_names_that_are_not_what_they_claim(viewer: Viewer, tmp_path: Path) -> None:
    names = [(b"M\xc3\xbcller.dcm", UTF8), (b"M\xfcller.dcm", UTF8), (b"Sch\xc3\xa4del.dcm", 0), (b"Sch\x84del.dcm", 0)]
    members = [Member(name=name, content=slice_of(number), flags=flags) for number, (name, flags) in enumerate(names)]
    path = write_zip(tmp_path / "a.zip", members)
    answer = viewer.inspect(path, code=0)
    assert ledger(answer) == {"seen": 4, "opened": 4, "skipped": 0}
    assert {float(viewer.values(path, "--series", number)[0, 0]) for number in range(4)} == set(range(4))


@trap(66)
@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz", "no_suffix"])
def test_tar_is_read_as_zip_is(viewer: Viewer, tmp_path: Path, name: str) -> None:
    write_series(tmp_path / "ct", values=l_values(5))
    with tarfile.open(tmp_path / name, "w:gz" if name.endswith("gz") else "w") as archive:
        archive.add(tmp_path / "ct", "ct")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for path in sorted((tmp_path / "ct").iterdir()):
            packed.write(path, f"ct/{path.name}")
    found, of_zip = (viewer.inspect(tmp_path / one, code=0) for one in (name, "a.zip"))
    assert (found["series"], ledger(found)) == (of_zip["series"], ledger(of_zip))
    np.testing.assert_array_equal(viewer.values(tmp_path / name, "--slice", 3), l_values(5)[3])


NOT_READ = {
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"), "a.rar": (b"Rar!\x1a\x07\x01\0" + bytes(40), "RAR"),
    "a.iso": (bytes(0x8001) + b"CD001" + bytes(100), "ISO"), "disc": (bytes(0x8001) + b"CD001" + bytes(100), "ISO"),
    "a.tar.xz": (b"\xfd7zXZ\0" + bytes(40), "xz"), "a.tar.bz2": (b"BZh91AY&SY" + bytes(40), "bzip2"),
    "a.dcm.gz": (gzip.compress(b"no NIfTI" * 100), "gzip"),
}  # fmt: skip


@trap(66)
@pytest.mark.parametrize("name", NOT_READ)
def test_others_are_refused_by_name_with_the_way_out(viewer: Viewer, tmp_path: Path, name: str) -> None:
    content, called = NOT_READ[name]
    (tmp_path / name).write_bytes(content)
    answer = viewer.inspect(tmp_path / name, code=2)
    (row,) = answer["skipped"]
    assert row["code"] == "E_UNSUPPORTED"
    assert called in row["message"]
    assert any(way in row["message"].lower() for way in ("unpack", "open"))
    assert ledger(answer) == {"seen": 1, "opened": 0, "skipped": 1}


@trap(67)
@zips
def test_an_encrypted_archive_asks_for_its_password(
    viewer: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "ct", values=l_values(3))
    path = locked(tmp_path, tmp_path / "ct")
    assert {row["code"] for row in viewer.inspect(path, code=2)["skipped"]} == {"E_ENCRYPTED"}
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WORD}\n"))
    answer = viewer.run("inspect", path, "--password-stdin")
    assert answer["series"][0]["slices"] == 3
    assert ledger(answer)["opened"] == 3


@trap(67)
def test_aes_is_refused_by_name(viewer: Viewer, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", [Member(name=b"a.dcm", content=slice_of(1), method=99, flags=1)])
    (row,) = viewer.inspect(path, code=2)["skipped"]
    assert row["code"] == "E_UNSUPPORTED"
    assert "AES" in row["message"]


@trap(68)
@pytest.mark.parametrize("written", ["IM{}", "IM{}.dcm", "im{}.DCM", "im{}", "IM{};1"])
def test_a_dicomdir_finds_its_files(viewer: Viewer, tmp_path: Path, written: str) -> None:
    folder = tmp_path / "cd"
    paths = write_series(folder / "PT0" / "SE0", values=l_values(4))
    for number, path in enumerate(paths):
        path.rename(path.with_name(written.format(number)))
    directory = write_dicomdir(folder / "DICOMDIR", *(["PT0", "SE0", f"IM{number}"] for number in range(6)))
    answer = viewer.inspect(directory, code=1)
    assert [row["slices"] for row in answer["series"]] == [4]
    assert [Path(row["path"]).name for row in answer["skipped"]] == ["IM4", "IM5"]
    assert {row["code"] for row in answer["skipped"]} == {"E_MISSING"}
    assert ledger(answer) == {"seen": 6, "opened": 4, "skipped": 2}
    assert ledger(viewer.inspect(folder)) == {"seen": 6, "opened": 4, "skipped": 2}, "counted once"


@trap(69)
@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_are_a_row_each_and_the_rest_opens(viewer: Viewer, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write_series(folder / "ct", values=l_values(4))
    outside = save(dataset(np.zeros((4, 5), np.int16), SeriesInstanceUID="1.9"), tmp_path / "secret.dcm")
    for name, target in {"loop": folder / "loop", "up": folder, "out.dcm": outside}.items():
        (folder / name).symlink_to(target)
    answer = viewer.inspect(folder, code=1)
    assert [row["slices"] for row in answer["series"]] == [4]
    assert sorted(Path(row["path"]).name for row in answer["skipped"]) == ["loop", "out.dcm", "up"]
    assert ledger(answer) == {"seen": 7, "opened": 4, "skipped": 3}
