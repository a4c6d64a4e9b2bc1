"""One slice in every transfer syntax that DICOM has: the same values, or one refusal that names the syntax.

`codestreams.json` holds a phantom of 8 and of 12 bits as encoders of others wrote it (libjpeg of T. Richter, OpenJPH,
OpenJPEG, CharLS, libjxl), since no encoder at hand makes arithmetic, hierarchical or high-throughput codestreams. What
DCMTK writes of a real slice is compared too, where DCMTK is installed.
"""

import base64
import json
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, UID_dictionary

from tests.conformance.conftest import Viewer
from tests.imaging.phantoms import AXIAL, dataset, save

BASE = "1.2.840.10008.1.2."
STREAMS: dict[str, str] = json.loads(Path(__file__).with_name("codestreams.json").read_text(encoding="utf-8"))
# Transform coding at these qualities; the lossy wavelets were cut to a size.
WITHIN = {
    **{f"4.{number}": 4 for number in range(50, 57)},
    "4.81": 2, "4.91": 40, "4.203": 4,
}  # fmt: skip
LATER = {
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}
"""Syntaxes of the standard that pydicom's dictionary does not have yet."""
NAMES = {uid: entry[0] for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"} | LATER
UNREAD = [f"4.{number}" for number in (*range(58, 67), 110, 111, 112)] + [f"7.{number}" for number in (1, 2, 3)]
UNREAD += [uid.removeprefix(BASE) for uid in NAMES if uid.startswith(f"{BASE}4.10")]
REFERENCED = ["4.94", "4.95", "4.204", "4.205"]
PLAIN = ["", "1", "2", "1.98", "1.99", "8.1", "5"]
READ = sorted({name.partition("/")[0] for name in STREAMS} - set(UNREAD))
PART_2 = {"4.92": "4.90", "4.93": "4.91"}
# These two are no files (a mail, a text), and this one is a file of another kind of its time.
NO_FILES = {f"{BASE}6.1", f"{BASE}6.2"}
PAPYRUS = "1.2.840.10008.1.20"


def phantom(bits: int) -> NDArray[Any]:
    """What the codestreams hold."""
    row, column = np.mgrid[:24, :20]
    values = np.rint((np.sin(row / 5) * np.cos(column / 7) + 1) / 2 * (2**bits - 1))
    return np.asarray(values, np.uint16 if bits > 8 else np.uint8)


def uid_of(tail: str) -> str:
    return f"{BASE}{tail}" if tail else BASE.rstrip(".")


def slice_of(pixels: NDArray[Any], bits: int, **elements: Any) -> FileDataset:
    return dataset(
        pixels,
        **{
            "BitsStored": bits, "HighBit": bits - 1, "ImageOrientationPatient": list(AXIAL),
            "ImagePositionPatient": [0.0, 0.0, 0.0], "PixelSpacing": [1.0, 1.0], "SliceThickness": 2.0, **elements,
        },
    )  # fmt: skip


def written(made: FileDataset, path: Path, tail: str, content: Sequence[bytes] | None) -> Path:
    """The file with its pixels replaced by codestreams, one a frame."""
    made.file_meta.TransferSyntaxUID = UID(uid_of(tail))
    if content is not None:
        made.PixelData = encapsulate(list(content))
        made["PixelData"].VR = "OB"
        made["PixelData"].is_undefined_length = True
    pydicom.dcmwrite(path, made, implicit_vr=tail == "", little_endian=tail != "2", force_encoding=True)
    return path


def stream(tail: str, bits: int) -> bytes:
    return base64.b64decode(STREAMS[f"{tail}/{bits}"])


def plainly(tail: str, bits: int, path: Path, **elements: Any) -> Path:
    """The phantom in a syntax that needs no codestream."""
    pixels = phantom(bits)
    if tail in ("", "1", "2"):
        return save(slice_of(pixels, bits, syntax=uid_of(tail), **elements), path)
    made = slice_of(pixels, bits, syntax=uid_of("5") if tail == "5" else uid_of("1"))
    if tail in ("5", "1.99"):
        made.file_meta.TransferSyntaxUID = UID(uid_of(tail))
        return save(made, path)
    content = pixels.tobytes()
    if tail == "8.1":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        content = packer.compress(content) + packer.flush()
    return written(made, path, tail, [content])


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("tail", PLAIN)
def test_uncompressed_deflated_and_run_lengths_are_the_same_values(
    viewer: Viewer, tmp_path: Path, tail: str, bits: int
) -> None:
    path = plainly(tail, bits, tmp_path / "a.dcm")
    np.testing.assert_array_equal(viewer.values(path), phantom(bits))
    (series,) = viewer.series(path)
    assert series.acquisition.transfer_syntax == NAMES[uid_of(tail)]
    assert not series.acquisition.is_lossy
    assert series.notes == ()


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("tail", [*READ, *PART_2])
def test_codestreams_are_the_same_values(viewer: Viewer, tmp_path: Path, tail: str, bits: int) -> None:
    if tail == "4.50" and bits == 12:
        pytest.skip("baseline has 8 bits")
    content = stream(PART_2.get(tail, tail), bits)
    path = written(slice_of(phantom(bits), bits), tmp_path / "a.dcm", tail, [content])
    apart = np.abs(viewer.values(path) - phantom(bits))
    assert apart.max() <= WITHIN.get(PART_2.get(tail, tail), 0)
    (series,) = viewer.series(path)
    assert series.acquisition.transfer_syntax == NAMES[uid_of(tail)]
    by_its_nature = tail in {"4.81", *(f"4.{number}" for number in range(50, 57))}
    assert series.acquisition.is_lossy is by_its_nature
    assert ("Lossy" in viewer.screen(path).text) is by_its_nature


@pytest.mark.parametrize("tail", UNREAD)
def test_what_nothing_here_decodes_is_refused_by_its_name(viewer: Viewer, tmp_path: Path, tail: str) -> None:
    content = stream(tail, 8) if f"{tail}/8" in STREAMS else b"\0\0\1\xb3" + bytes(60)
    path = written(slice_of(phantom(8), 8), tmp_path / "a.dcm", tail, [content])
    (row,) = viewer.inspect(path, code=2)["skipped"]
    assert row["code"] == "E_UNSUPPORTED"
    assert f"({NAMES[uid_of(tail)]})" in row["message"]


@pytest.mark.parametrize("tail", REFERENCED)
def test_pixels_on_a_server_are_not_asked_for(viewer: Viewer, tmp_path: Path, tail: str) -> None:
    made = slice_of(phantom(8), 8, PixelData=None, PixelDataProviderURL="http://127.0.0.1:1/jpip?target=1")
    path = written(made, tmp_path / "a.dcm", tail, None)
    if tail in ("4.95", "4.205"):
        content = path.read_bytes()
        start = content.index(b"\x08\0\x16\0UI")
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        path.write_bytes(content[:start] + packer.compress(content[start:]) + packer.flush())
    (row,) = viewer.inspect(path, code=2)["skipped"]
    assert row["code"] == "E_UNSUPPORTED"
    assert f"({NAMES[uid_of(tail)]})" in row["message"]


def test_a_codestream_that_cannot_be_decoded_is_refused_by_its_name(viewer: Viewer, tmp_path: Path) -> None:
    for tail in ("4.57", "4.56", "4.80", "4.90", "4.202"):
        content = stream(tail, 12)[:4] + bytes(60) + b"\xff\xd9"
        path = written(slice_of(phantom(12), 12), tmp_path / f"{tail}.dcm", tail, [content])
        error = viewer.refusal("values", path, "--out", tmp_path / "v.npy")
        assert error["code"] == "E_DECODE", tail
        assert f"({NAMES[uid_of(tail)]})" in error["message"]


def test_deflated_frames_are_each_their_own(viewer: Viewer, tmp_path: Path) -> None:
    frames = np.stack([phantom(12), phantom(12)[::-1], phantom(12)[:, ::-1]])
    contents = []
    for frame in frames:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        contents.append(packer.compress(frame.tobytes()) + packer.flush())
    path = written(slice_of(frames, 12), tmp_path / "a.dcm", "8.1", contents)
    for index, frame in enumerate(frames):
        np.testing.assert_array_equal(viewer.values(path, "--slice", index), frame)
    short = written(slice_of(frames, 12), tmp_path / "b.dcm", "8.1", [*contents[:2], contents[2][:20]])
    assert viewer.refusal("values", short, "--slice", 2, "--out", tmp_path / "v.npy")["code"] == "E_TRUNCATED"


def test_frames_that_share_a_codestream_are_refused(viewer: Viewer, tmp_path: Path) -> None:
    frames = np.stack([phantom(8)] * 3)
    path = written(slice_of(frames, 8), tmp_path / "a.dcm", "4.92", [stream("4.90", 8)])
    error = viewer.refusal("values", path, "--slice", 1, "--out", tmp_path / "v.npy")
    assert error["code"] == "E_UNSUPPORTED"
    assert NAMES[uid_of("4.92")] in error["message"]


def test_papyrus_is_plain_implicit_little_endian(viewer: Viewer, tmp_path: Path) -> None:
    path = save(slice_of(phantom(12), 12, syntax=uid_of("")), tmp_path / "a.dcm")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"UI\x12\x001.2.840.10008.1.2\0", b"UI\x12\x00" + PAPYRUS.encode(), 1))
    assert PAPYRUS.encode() in path.read_bytes()
    np.testing.assert_array_equal(viewer.values(tmp_path / "a.dcm"), phantom(12))
    assert viewer.one(tmp_path / "a.dcm")["notes"] == []


def test_no_transfer_syntax_is_left_out() -> None:
    held = {uid_of(tail) for tail in (*PLAIN, *READ, *PART_2, *UNREAD, *REFERENCED)} | {PAPYRUS} | NO_FILES
    assert set(NAMES) == held


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder in which one slice stands in 23 transfer syntaxes, most of them under one SOP Instance UID."""
    folder = tmp_path / "many"
    folder.mkdir()
    uid = {"SOPInstanceUID": "1.2.3.4"}
    for tail in PLAIN:
        plainly(tail, 12, folder / f"z{tail}.dcm", **(uid if tail == "" else {}))
    for tail in (*READ, *PART_2):
        if tail not in ("4.50", "4.51"):
            content = stream(PART_2.get(tail, tail), 12)
            written(slice_of(phantom(12), 12, **uid), folder / f"a{tail}.dcm", tail, [content])
    return folder


def test_copies_in_many_syntaxes_are_one_slice_and_a_row_for_each_other(viewer: Viewer, many: Path) -> None:
    for path in many.glob("z[0-9]*"):
        path.unlink()
    files = len(list(many.iterdir()))
    answer = viewer.inspect(many, code=1)
    (row,) = answer["series"]
    assert (row["slices"], row["phases"]) == (1, 1)
    assert row["notes"] == [f"{files - 1} copies of the same slices left out"]
    assert {skipped["code"] for skipped in answer["skipped"]} == {"E_DUPLICATE"}
    assert answer["files"] == {"seen": files, "opened": 1, "skipped": files - 1}
    # Of all copies the one whose pixels are as they were, though others come first by name.
    np.testing.assert_array_equal(viewer.values(many), phantom(12))
    assert viewer.series(many)[0].frames[0].source.path.name == "z.dcm"


def test_instances_of_their_own_in_many_syntaxes_are_phases_of_one_place(viewer: Viewer, many: Path) -> None:
    for number, path in enumerate(sorted(many.iterdir())):
        content = path.read_bytes()
        if b"1.2.3.4\0" in content:
            path.write_bytes(content.replace(b"1.2.3.4\0", b"1.2.3.%02d" % (number + 10)))
    files = len(list(many.iterdir()))
    assert files == 23
    row = viewer.one(many)
    assert (row["slices"], row["phases"]) == (1, files)
    (series,) = viewer.series(many)
    assert series.acquisition.is_lossy, "some are, so nobody may take the lot for the original"
    for phase, frame in enumerate(series.frames):
        tail = frame.source.path.name[1:].removesuffix(".dcm")
        apart = np.abs(viewer.values(many, "--phase", phase) - phantom(12))
        assert apart.max() <= WITHIN.get(PART_2.get(tail, tail), 0), tail


DCMTK = {
    "implicit": ("dcmconv", "+ti"), "big endian": ("dcmconv", "+tb"), "deflated": ("dcmconv", "+td"),
    "RLE": ("dcmcrle",), "JPEG-LS": ("dcmcjpls", "+el"), "JPEG-LS, cooked": ("dcmcjpls", "+el", "+pc"),
    "JPEG lossless": ("dcmcjpeg", "+e1"), "JPEG lossless in fragments": ("dcmcjpeg", "+e1", "+fs", "4"),
    **{f"JPEG lossless, predictor {value}": ("dcmcjpeg", "+el", "+sv", str(value)) for value in range(1, 8)},
    "JPEG-LS near-lossless": ("dcmcjpls", "+en"), "JPEG extended": ("dcmcjpeg", "+ee", "+q", "100"),
    "JPEG spectral": ("dcmcjpeg", "+es", "+q", "100"), "JPEG progressive": ("dcmcjpeg", "+ep", "+q", "100"),
}  # fmt: skip


@pytest.mark.parametrize("name", DCMTK)
def test_a_real_slice_as_dcmtk_writes_it(viewer: Viewer, shared: Path, tmp_path: Path, name: str) -> None:
    program, *words = DCMTK[name]
    if shutil.which(program) is None:
        pytest.skip("dcmtk is not installed")
    source = sorted((shared / "dicom" / "abdomen_ct").glob("*.dcm"))[30]
    made = tmp_path / "made.dcm"
    subprocess.run([program, *words, str(source), str(made)], check=True, capture_output=True, timeout=60)
    expected = viewer.values(source)
    # Lossy JPEG of CT: DCMTK moves the values into 12 bits without a sign, and says so in the rescale.
    lossy = name in ("JPEG extended", "JPEG spectral", "JPEG progressive", "JPEG-LS near-lossless")
    assert np.abs(viewer.values(made) - expected).max() <= (2 if lossy else 0)
    window = ("--window", "40,400")
    apart = np.abs(viewer.render(made, *window).astype(int) - viewer.render(source, *window))
    assert apart.max() <= (2 if lossy else 0)
