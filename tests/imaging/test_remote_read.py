"""What is read in child processes, what is not, and that both give the same."""

import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from nibabel.nifti1 import Nifti1Image
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from imaging import remote_read
from imaging.base.errors import Code, Refusal
from imaging.base.progress import finish
from imaging.formats import Access, reader_for
from imaging.identify import IdentifiedFile, identify_in_process, refusal_or
from imaging.remote_read import access
from imaging.volume.series import Series, Source
from tests.imaging.phantoms import dataset, l_values, save, write_series
from tests.reading import POLICY, READING, read_volume, scan

GREY = (np.arange(600) % 251).astype(np.uint8).reshape(20, 30)


def series_in(path: Path) -> Series:
    (series,) = finish(scan([path])).series
    return series


def mixed_syntaxes(folder: Path) -> Series:
    """One series whose slices are stored in four ways in turn."""
    syntaxes = (ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless, JPEGLSLossless)
    made = l_values(16, rows=64, columns=64).astype(np.uint16)
    paths = write_series(folder, values=made)
    for number, path in enumerate(paths):
        syntax = syntaxes[number % 4]
        if syntax is not ExplicitVRLittleEndian:
            import pydicom

            read = pydicom.dcmread(path)
            read.compress(syntax, generate_instance_uid=False)
            save(read, path)
    return series_in(folder)


def test_one_series_in_many_syntaxes_is_whole(tmp_path: Path) -> None:
    series = mixed_syntaxes(tmp_path)
    assert Counter(access(series, frame) for frame in series.frames) == {Access.PLAIN: 4, Access.CODED: 12}
    np.testing.assert_array_equal(read_volume(series).stored[0], l_values(16, rows=64, columns=64))


@pytest.mark.parametrize(
    "name", ["examples_jpeg2k.dcm", "SC_rgb_rle_16bit_2frame.dcm", "image_dfl.dcm", "emri_small_RLE.dcm"]
)
def test_a_child_gives_what_the_reader_gives(name: str) -> None:
    series = series_in(Path(str(get_testdata_file(name, download=False))))
    expected = dict(
        step for step in reader_for(series.format).read_frames(series, range(len(series.frames)), POLICY) if step
    )
    seen = 0
    for step in remote_read.read_frames(series, range(len(series.frames)), READING):
        if step is not None:
            assert isinstance(step[1], np.ndarray)
            np.testing.assert_array_equal(step[1], expected[step[0]])
            seen += 1
    assert seen == len(series.frames)


def test_members_of_an_archive_are_unpacked_in_one_go(tmp_path: Path) -> None:
    values = l_values(20).astype(np.uint16)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(save(dataset(values), tmp_path / "m.dcm"), "deep/m")
    series = series_in(tmp_path / "a.zip")
    assert {access(series, frame) for frame in series.frames} == {Access.WHOLE}
    assert len(list(remote_read.split_into_tasks(series, range(20), 2))) == 1
    np.testing.assert_array_equal(read_volume(series).stored[0], values)


def test_the_wanted_come_first(tmp_path: Path) -> None:
    for number in range(30):
        Image.fromarray(GREY + np.uint8(number)).save(tmp_path / f"x{number:02d}.png")
    series = series_in(tmp_path)
    order = [17, 3, *(number for number in range(30) if number not in (17, 3))]
    first = next(iter(remote_read.split_into_tasks(series, order, 2)))
    assert first.key[:2] == (17, 3)
    came = [step[0] for step in remote_read.read_frames(series, order, READING) if step is not None]
    assert sorted(came) == list(range(30))
    # Within the first task; the second child may be quicker with its own than the first is with starting.
    assert came.index(17) < came.index(3) < came.index(0) < came.index(1)


def test_files_are_looked_at_in_their_order_whichever_child_is_quicker(tmp_path: Path) -> None:
    sources = []
    for number in range(70):
        path = tmp_path / f"{number:02d}.png"
        size = 2000 if number < 16 else 20
        Image.fromarray(np.zeros((size, size), np.uint8)).save(path)
        sources.append(Source(path))
    sources.insert(5, Source(tmp_path / "gone.png"))
    seen = [step for step in remote_read.identify_files(sources, READING) if step is not None]
    assert [source for source, _ in seen] == sources
    assert isinstance(seen[5][1], Refusal)
    assert seen[5][1].code is Code.MISSING
    assert all(isinstance(identified, IdentifiedFile) for number, (_, identified) in enumerate(seen) if number != 5)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("CT_small.dcm", True), ("JPEG2000.dcm", True), ("image_dfl.dcm", False), ("DICOMDIR", True), ("a.nii", True),
        ("a.nii.gz", False), ("a.png", False), ("a.nrrd", False), ("a.zip", True),
    ],
)  # fmt: skip
def test_which_headers_the_program_reads_itself(tmp_path: Path, name: str, safe: bool) -> None:
    path = tmp_path / name
    match name.split(".")[-1]:
        case "nii" | "gz":
            Nifti1Image(np.zeros((3, 3, 3), np.int16), np.eye(4)).to_filename(path)
        case "png":
            Image.fromarray(GREY).save(path)
        case "nrrd":
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(GREY), str(path))
        case "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a", b"x")
            assert identify_in_process(Source(path, "a"), POLICY) is None
        case _:
            path = Path(str(get_testdata_file(name, download=False)))
    assert (refusal_or(identify_in_process, Source(path), POLICY) is not None) is safe


PARENT = """
import gzip
import sys
from pathlib import Path
from PIL import Image
from imaging.base.progress import finish
from imaging.formats.dicom.pixels import frames
from tests.reading import POOL, read_volume, reasons, scan

# Whoever calls one of these here, and not in a child, fails.
assert frames.decode_frame and Image.open and gzip.GzipFile.__init__
frames.decode_frame = Image.open = gzip.GzipFile.__init__ = None
found = finish(scan([Path(sys.argv[1])]))
for series in found.series:
    assert read_volume(series).is_complete
    reasons(series, index=0)
print(len(found.series), len(found.ledger.skipped), "SimpleITK" in sys.modules, "cv2" in sys.modules)
POOL.close()
"""


def test_the_program_itself_decodes_nothing(root: Path, tmp_path: Path) -> None:
    """Pictures, ITK's formats, packed and compressed ones are opened, and none of it in this process."""
    Image.fromarray(GREY).save(tmp_path / "a.png")
    sitk: Any = SimpleITK
    volume = sitk.GetImageFromArray(np.stack([GREY] * 3))
    sitk.WriteImage(volume, str(tmp_path / "a.nrrd"), useCompression=True)
    Nifti1Image(np.zeros((3, 3, 3), np.int16), np.eye(4)).to_filename(tmp_path / "a.nii.gz")
    for name in ("JPEG2000.dcm", "rtdose_rle.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm"):
        (tmp_path / name).write_bytes(Path(str(get_testdata_file(name, download=False))).read_bytes())
    ran = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["7", "0", "False", "False"]
