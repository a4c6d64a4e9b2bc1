"""What was dropped becomes series and a ledger: every file is opened or a row, and nothing sinks the scan."""

import os
import shutil
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from nibabel.nifti1 import Nifti1Image
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from imaging import remote_read
from imaging.base.errors import Code
from imaging.base.policy import ReadingPolicy
from imaging.base.progress import finish
from imaging.formats.raster import reader as raster
from imaging.identify import identify_file, refusal_or
from imaging.scan import Scan
from imaging.volume.series import Format
from tests.reading import POLICY, scan

DATA = Path(__file__).parents[2] / "../shared/data"
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)
CT = Path(str(get_testdata_file("CT_small.dcm", download=False)))
MR = Path(str(get_testdata_file("MR_small.dcm", download=False)))


def _scan(*paths: Path) -> Scan:
    found = finish(scan(paths))
    _is_settled(found)
    return found


def _is_settled(found: Scan) -> None:
    ledger = found.ledger
    assert ledger.seen == ledger.opened + len(ledger.skipped)
    rows = [row.path for row in ledger.skipped]
    assert len(rows) == len(set(rows))
    assert all(row.message for row in ledger.skipped)
    assert len({series.id for series in found.series}) == len(found.series)


def _rows(found: Scan) -> dict[str, str]:
    return {Path(row.path).name: str(row.code) for row in found.ledger.skipped}


def _slice(path: Path, number: int, *, series_uid: str = "1.2.3.4", series_number: int = 1) -> Path:
    """A DICOM slice at z = number."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[str(path)])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    facts: dict[str, Any] = {
        "SOPClassUID": meta.MediaStorageSOPClassUID,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": series_uid,
        "SeriesNumber": series_number,
        "InstanceNumber": number,
        "Modality": "CT",
        "Rows": 3,
        "Columns": 4,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0, 0, number],
        "PixelSpacing": [1, 1],
        "PixelData": np.full((3, 4), number, np.uint16).tobytes(),
    }
    for name, value in facts.items():
        setattr(one, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    one.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder of everything, rubbish among it."""
    root = tmp_path / "drop"
    for number in range(4):
        _slice(root / f"ct/IM{3 - number:04}", number)
    shutil.copy(MR, root / "mr.dcm")
    Nifti1Image(np.zeros((3, 4, 5), np.int16), np.eye(4)).to_filename(root / "head.nii.gz")
    (root / "pictures").mkdir()
    for number in (1, 2, 10):
        Image.fromarray(GREY).save(root / f"pictures/img{number}.png")
    Image.fromarray(GREY).save(root / "alone.jpg")
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(np.zeros((3, 4, 5), np.int16)), str(root / "a.nrrd"))
    for name, content in {
        "empty.dcm": b"",
        "readme.txt": b"hello",
        "report.pdf": b"%PDF-1.7 " + bytes(400),
        "notes.dcm": b"no DICOM at all, though its name says so" * 20,
        "broken.nii": b"\x5c\x01" + bytes(500),
        "cut.png": (root / "pictures/img1.png").read_bytes()[:40],
        "cut.dcm": CT.read_bytes()[:20_000],
        "broken.zip": b"PK\x03\x04 and no more",
        ".DS_Store": b"Bud1",
        "Thumbs.db": b"x",
        "._alone.jpg": b"x",
    }.items():
        (root / name).write_bytes(content)
    return root


def test_everything_opens_or_has_a_row(mixed: Path) -> None:
    found = _scan(mixed)
    assert [(series.format, series.slices) for series in found.series] == [
        (Format.DICOM, 4),
        (Format.DICOM, 1),
        (Format.NIFTI, 5),
        (Format.RASTER, 1),
        (Format.RASTER, 3),
        (Format.ITK, 3),
    ]
    assert _rows(found) == {
        "empty.dcm": "E_EMPTY",
        "readme.txt": "E_UNKNOWN_FORMAT",
        "report.pdf": "E_UNKNOWN_FORMAT",
        "notes.dcm": "E_UNKNOWN_FORMAT",
        "broken.nii": "E_HEADER",
        "cut.png": "E_TRUNCATED",
        "cut.dcm": "E_TRUNCATED",
        "broken.zip": "E_ARCHIVE",
    }
    assert found.ledger.opened == 4 + 1 + 1 + 3 + 1 + 1
    assert found.ledger.sentence() == "11 opened, 8 skipped"


def test_slices_are_sorted_by_position_and_not_by_name(mixed: Path) -> None:
    (series,) = _scan(mixed / "ct").series
    assert [frame.source.path.name for frame in series.frames] == ["IM0003", "IM0002", "IM0001", "IM0000"]


def test_one_dropped_slice_opens_that_file_only(mixed: Path) -> None:
    found = _scan(mixed / "ct/IM0002")
    assert found.series[0].slices == 1
    assert found.ledger.seen == 1


def test_a_zip_of_the_same_gives_the_same(mixed: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "drop"), "zip", mixed)
    plain, packed = _scan(mixed), _scan(tmp_path / "drop.zip")
    for series in packed.series:
        assert all(frame.source.path == tmp_path / "drop.zip" for frame in series.frames)
    kinds = [(series.format, series.slices, series.axes) for series in plain.series]
    assert [(series.format, series.slices, series.axes) for series in packed.series] == kinds
    rows = _rows(packed)
    assert rows.pop("broken.zip") == "E_UNSUPPORTED"
    assert rows == {name: code for name, code in _rows(plain).items() if name != "broken.zip"}
    assert packed.ledger.opened == plain.ledger.opened


def test_files_folders_and_archives_mixed_count_each_file_once(mixed: Path, tmp_path: Path) -> None:
    found = _scan(mixed / "ct/IM0001", mixed / "ct", mixed / "ct" / ".." / "ct", mixed / "alone.jpg", tmp_path / "none")
    assert [(series.format, series.slices) for series in found.series] == [(Format.DICOM, 4), (Format.RASTER, 1)]
    assert _rows(found) == {"none": "E_MISSING"}
    assert found.ledger.seen == 6


def test_the_order_of_series_does_not_hang_on_the_order_of_the_drop(mixed: Path) -> None:
    parts = sorted(mixed.iterdir())
    forward, backward = _scan(*parts), _scan(*reversed(parts))
    assert [series.id for series in forward.series] == [series.id for series in backward.series]
    assert forward.ledger == backward.ledger


def test_ids_do_not_change_between_scans(mixed: Path) -> None:
    assert [series.id for series in _scan(mixed).series] == [series.id for series in _scan(mixed).series]


def test_series_of_one_study_by_number(tmp_path: Path) -> None:
    for uid, number in (("1.2.9", 10), ("1.2.8", 2), ("1.2.7", 1)):
        _slice(tmp_path / uid, 1, series_uid=uid, series_number=number)
    assert [series.number for series in _scan(tmp_path).series] == [1, 2, 10]


def _without_preamble(path: Path, *, big_endian: bool = False) -> None:
    plain = dcmread(MR)
    bare = Dataset({element.tag: element for element in plain})
    pixels = np.frombuffer(plain.PixelData, "<u2")
    bare["PixelData"].value = pixels.astype(">u2").tobytes() if big_endian else pixels.tobytes()
    bare.save_as(path, implicit_vr=not big_endian, little_endian=not big_endian, enforce_file_format=False)


@pytest.mark.parametrize("big_endian", [False, True])
def test_dicom_without_preamble_and_ending_is_found(tmp_path: Path, big_endian: bool) -> None:
    _without_preamble(tmp_path / "12345", big_endian=big_endian)
    assert (tmp_path / "12345").read_bytes()[128:132] != b"DICM"
    found = _scan(tmp_path)
    assert [series.format for series in found.series] == [Format.DICOM]


def test_formats_are_told_by_content_before_name(tmp_path: Path) -> None:
    shutil.copy(CT, tmp_path / "a.png")
    Image.fromarray(GREY).save(tmp_path / "b.png")
    (tmp_path / "b.png").rename(tmp_path / "b.dcm")
    assert [series.format for series in _scan(tmp_path).series] == [Format.DICOM, Format.RASTER]


def test_a_dicomdir_and_the_folder_around_it(tmp_path: Path) -> None:
    source = Path(str(get_testdata_file("DICOMDIR", download=False)))
    shutil.copy(source, tmp_path / "DICOMDIR")
    for folder in ("77654033", "98892001", "98892003"):
        shutil.copytree(source.parent / folder, tmp_path / folder)
    alone, around = _scan(tmp_path / "DICOMDIR"), _scan(tmp_path)
    assert alone.ledger.seen == around.ledger.seen == 31
    assert [series.id for series in alone.series] == [series.id for series in around.series]
    gone = next((tmp_path / "98892003").rglob("*0*"))
    gone = gone if gone.is_file() else next(path for path in gone.rglob("*") if path.is_file())
    gone.unlink()
    found = _scan(tmp_path)
    assert _rows(found) == {gone.name: "E_MISSING"}
    assert found.ledger.seen == 31


def test_a_second_copy_of_a_slice_is_a_row(tmp_path: Path) -> None:
    shutil.copy(CT, tmp_path / "a.dcm")
    shutil.copy(CT, tmp_path / "b.dcm")
    found = _scan(tmp_path)
    assert found.series[0].slices == 1
    assert _rows(found) == {"b.dcm": "E_DUPLICATE"}


def test_pixels_beside_their_header_are_opened_with_it(tmp_path: Path) -> None:
    picture = SimpleITK.GetImageFromArray(np.zeros((3, 4, 5), np.int16))
    for name in ("a.mhd", "b.hdr", "c.nhdr", "d.img.gz"):
        SimpleITK.WriteImage(picture, str(tmp_path / name))
    found = _scan(tmp_path)
    assert len(found.series) == 4
    assert found.ledger.skipped == ()
    assert found.ledger.seen == len(list(tmp_path.iterdir())) == 8
    assert _scan(tmp_path / "a.mhd").ledger.seen == 1
    (tmp_path / "b.img").unlink()
    found = _scan(tmp_path)
    assert _rows(found) == {"b.hdr": "E_MISSING"}


def test_a_folder_that_cannot_be_read(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Permissions do not hold back root, as whom tests may run.
    listing = os.scandir

    def refusing(path: Any) -> Any:
        if Path(path).name == "pictures":
            raise PermissionError(13, "Doe^Jane")
        return listing(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refusing)
        found = _scan(mixed)
    assert _rows(found)["pictures"] == "E_PERMISSION"
    assert len(found.series) == 5


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.png").write_bytes(b"x")
    (tmp_path / "folder").chmod(0)
    (tmp_path / "file.png").chmod(0)
    assert _rows(_scan(tmp_path)) == {"folder": "E_PERMISSION", "file.png": "E_PERMISSION"}
    (tmp_path / "folder").chmod(0o700)


def test_links_to_folders_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.fromarray(GREY).save(tmp_path / "a/one.png")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "a/gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a/two.png").symlink_to(tmp_path / "a/one.png")
    found = _scan(tmp_path)
    assert _rows(found) == {"up": "E_UNSUPPORTED", "gone": "E_MISSING"}
    assert len(found.series) == 2
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert len(_scan(tmp_path / "link").series) == 2


@pytest.mark.skipif(sys.platform != "win32", reason="junctions are Windows'")
def test_junctions_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.fromarray(GREY).save(tmp_path / "a/one.png")
    create = import_module("_winapi").CreateJunction
    try:
        create(str(tmp_path), str(tmp_path / "a/up"))
    except OSError:
        pytest.skip("this file system has no junctions")
    found = _scan(tmp_path)
    assert _rows(found) == {"up": "E_UNSUPPORTED"}
    assert len(found.series) == 1


def test_litter_of_operating_systems_is_not_counted(tmp_path: Path) -> None:
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "._x.dcm", "__MACOSX/._x.dcm", ".Trashes/x"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(b"x")
    assert _scan(tmp_path).ledger.seen == 0
    shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path / "in")
    assert _scan(tmp_path / "a.zip").ledger.seen == 0


def test_empty_folders_and_nothing_at_all(tmp_path: Path) -> None:
    assert _scan(tmp_path) == _scan() == Scan((), _scan().ledger)
    assert _scan().ledger.sentence() == "0 opened"


def test_names_that_are_odd(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 200) / ("y" * 200)
    deep.mkdir(parents=True)
    names = ["Ünïcödé ☃.png", "with space.png", "-o.png", "%s.png"]
    if sys.platform != "win32":
        # No file can be called so on Windows.
        names += ["\n.png", "a'b\".png", os.fsdecode(b"\xff\xfe.png")]
    content = BytesIO()
    Image.fromarray(GREY).save(content, "PNG")
    for name in names:
        (deep / name).write_bytes(content.getvalue())
    assert len(_scan(tmp_path).series) == len(names)
    assert _scan(Path("a\0b")).ledger.skipped[0].code is Code.MISSING
    assert _scan(tmp_path / ("z" * 5000)).ledger.skipped[0].code is Code.MISSING


def _looked_at_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that child processes would look at are looked at here, where a reader can be exchanged."""
    monkeypatch.setattr(
        remote_read,
        "identify_files",
        lambda sources, _: ((one, refusal_or(identify_file, one, POLICY)) for one in sources),
    )


def test_a_reader_that_fails_costs_one_file(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _looked_at_here(monkeypatch)
    original = raster.read_header

    def failing(source: Any, policy: ReadingPolicy) -> Any:
        if source.path.name == "img2.png":
            raise ZeroDivisionError("Doe^Jane")
        if source.path.name == "alone.jpg":
            raise MemoryError
        return original(source, policy)

    monkeypatch.setattr(raster, "read_header", failing)
    found = _scan(mixed)
    rows = {Path(row.path).name: row for row in found.ledger.skipped}
    assert rows["img2.png"].code is Code.HEADER
    assert rows["alone.jpg"].code is Code.TOO_LARGE
    assert "Doe" not in rows["img2.png"].message
    assert sum(series.format is Format.RASTER for series in found.series) == 1


def test_a_grouping_that_fails_costs_one_file(mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = raster.group

    def failing(headers: Any) -> Any:
        if any(header.source.path.name == "img2.png" for header in headers):
            raise ZeroDivisionError
        return original(headers)

    monkeypatch.setattr(raster, "group", failing)
    found = _scan(mixed)
    assert _rows(found)["img2.png"] == "E_HEADER"
    assert sum(series.format is Format.RASTER for series in found.series) == 3


def test_closing_the_scan_cancels_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        Image.fromarray(GREY).save(tmp_path / f"x{number}.png")
    read = Counter[str]()
    original = raster.read_header

    def counted(source: Any, policy: ReadingPolicy) -> Any:
        read[source.path.name] += 1
        return original(source, policy)

    _looked_at_here(monkeypatch)

    monkeypatch.setattr(raster, "read_header", counted)
    job = scan([tmp_path])
    assert any(read for _ in job)
    job.close()
    assert 0 < read.total() < 10


def test_progress_grows_to_its_total(mixed: Path) -> None:
    steps = list(_steps(mixed))
    counts = [step.done for step in steps if step.doing == "Reading headers"]
    assert counts == sorted(counts)
    assert steps[-1].done == steps[-1].total


def _steps(path: Path) -> Iterator[Any]:
    yield from scan([path])


def test_a_walk_over_many_names_reports_before_it_reads(tmp_path: Path) -> None:
    for number in range(450):
        (tmp_path / str(number)).touch()
    doings = [step.doing for step in scan([tmp_path])]
    assert doings[:2] == ["Looking for files"] * 2


@pytest.mark.skipif(not (DATA / "dicom").exists(), reason="../shared/data/dicom is not on this machine")
def test_real_series() -> None:
    found = _scan(DATA / "dicom")
    assert [(one.modality, one.slices, one.axes) for one in found.series] == [
        ("CT", 60, ("S", "P", "L")),
        ("MR", 112, ("R", "I", "P")),
    ]
    assert found.ledger.seen == found.ledger.opened == 172


def test_every_file_of_pydicom_and_nibabel_is_settled() -> None:
    import nibabel
    import pydicom

    found = _scan(Path(pydicom.__file__).parent / "data", Path(nibabel.__file__).parent / "tests/data")
    assert found.ledger.opened > 60
    assert {series.format for series in found.series} == {Format.DICOM, Format.NIFTI, Format.ITK}


def test_rubbish_of_every_kind_is_rows(tmp_path: Path) -> None:
    """Files that begin like something and go on like nothing."""
    random = np.random.default_rng(5)
    starts = [
        b"",
        bytes(128) + b"DICM",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"II*\0",
        b"MM\0*",
        b"BM",
        b"NRRD0004\n",
    ]
    starts += [(348).to_bytes(4, "little") + bytes(340) + b"n+1\0", b"\x08\0\x05\0", b"PK\x03\x04", b"\x1f\x8b\x08"]
    endings = ["", ".dcm", ".nii", ".nii.gz", ".png", ".tif", ".nrrd", ".mha", ".mhd", ".hdr", ".vtk", ".zip", ".gipl"]
    for number, start in enumerate(starts):
        for ending in endings:
            body = random.integers(0, 256, int(random.integers(1, 900)), dtype=np.uint8).tobytes()
            (tmp_path / f"{number}{ending}").write_bytes(start + body)
    found = _scan(tmp_path)
    assert found.ledger.seen == len(starts) * len(endings)
    assert found.ledger.opened == len({frame.source for series in found.series for frame in series.frames})


def test_damaged_copies_of_real_files_are_rows_or_series(mixed: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    whole = [CT, mixed / "head.nii.gz", mixed / "alone.jpg", mixed / "a.nrrd", mixed / "pictures/img1.png"]
    shutil.make_archive(str(tmp_path / "small"), "zip", mixed / "pictures")
    whole.append(tmp_path / "small.zip")
    target = tmp_path / "damaged"
    target.mkdir()
    for path in whole:
        for number in range(12):
            content = bytearray(path.read_bytes())
            for place in random.integers(0, min(len(content), 1500), 6):
                content[place] = int(random.integers(0, 256))
            (target / f"{number}_{path.name}").write_bytes(content[: int(random.integers(1, len(content) + 1))])
    found = _scan(target)
    assert found.ledger.seen >= 60


def test_members_are_read_where_they_lie(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with zipfile.ZipFile(tmp_path / "out/a.zip", "w") as archive:
        archive.write(mixed / "alone.jpg", "x/alone.jpg")
    _scan(tmp_path / "out/a.zip")
    assert os.listdir(tmp_path / "out") == ["a.zip"]
