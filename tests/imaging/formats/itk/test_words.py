"""NRRD and MetaImage as their headers say: encodings, files apart, units, frames; and never another file."""

import bz2
import gzip
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaging.base.errors import Code, Refusal
from imaging.base.scratch import clear_scratch, scratch_file
from imaging.formats import reader_for
from imaging.formats.itk.hdf5 import names_other_files
from imaging.identify import identify_file
from imaging.volume.geometry import Plane
from imaging.volume.series import Rescale, Series, Source
from imaging.volume.volume import Volume
from tests.reading import POLICY, read_volume

VALUES = np.arange(5 * 6 * 7, dtype="<i2").reshape(5, 6, 7) - 40
BYTES = VALUES.tobytes()
META = "NDims = 3\nDimSize = 7 6 5\nElementType = MET_SHORT\nElementSpacing = 1 2 2.5\n"
NRRD = "NRRD0005\ntype: short\ndimension: 3\nsizes: 7 6 5\nendian: little\n"
UPRIGHT = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 5 6 7\n"
DIRECTIONS = "space directions: (1,0,0) (0,2,0) (0,0,2.5)\n"


def opened(path: Path) -> tuple[Series, Volume]:
    found = identify_file(Source(path), POLICY)
    assert found.format is not None
    (series,) = reader_for(found.format).group([found.header])
    return series, read_volume(series)


def written(path: Path, header: str, content: bytes = b"") -> Path:
    path.write_bytes(header.encode() + content)
    return path


def code_of(path: Path) -> Code:
    with pytest.raises(Refusal) as caught:
        opened(path)
    assert isinstance(caught.value.code, Code)
    return caught.value.code


PACKED: dict[str, tuple[str, bytes]] = {
    "raw": ("raw", BYTES),
    "gzip": ("gzip", gzip.compress(BYTES)),
    "gz of two members and padding": ("gz", gzip.compress(BYTES[:100]) + gzip.compress(BYTES[100:]) + bytes(512)),
    "bzip2": ("bzip2", bz2.compress(BYTES)),
    "hex": ("hex", BYTES.hex().upper().encode()),
    "ascii": ("ascii", " ".join(str(one) for one in VALUES.ravel()).encode()),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("apart", [False, True])
def test_every_encoding_of_nrrd(tmp_path: Path, name: str, apart: bool) -> None:
    encoding, content = PACKED[name]
    header = f"{NRRD}encoding: {encoding}\n"
    if apart:
        (tmp_path / "a.bin").write_bytes(content)
        path = written(tmp_path / "a.nhdr", header + "data file: a.bin\n")
    else:
        path = written(tmp_path / "a.nrrd", header + "\n", content)
    np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)
    assert code_of(_cut(tmp_path, path, "a.bin" if apart else path.name)) in (Code.TRUNCATED, Code.DECODE)


def _cut(folder: Path, path: Path, name: str) -> Path:
    # What is padding is not missed.
    content = (folder / name).read_bytes().rstrip(b"\0")
    (folder / name).write_bytes(content[: len(content) * 2 // 3] if len(content) > 300 else content[:-30])
    return path


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
@pytest.mark.parametrize("apart", [False, True])
def test_packed_metaimage(tmp_path: Path, pack: Any, apart: bool) -> None:
    header = META + "CompressedData = True\n"
    if apart:
        (tmp_path / "a.zraw").write_bytes(pack(BYTES))
        path = written(tmp_path / "a.mhd", header + "ElementDataFile = a.zraw\n")
    else:
        path = written(tmp_path / "a.mha", header + "ElementDataFile = LOCAL\n", pack(BYTES))
    np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)


def test_metaimage_in_digits_in_big_endian_and_behind_a_header(tmp_path: Path) -> None:
    digits = " ".join(str(one) for one in VALUES.ravel()).encode()
    text = written(tmp_path / "a.mha", META + "BinaryData = False\nElementDataFile = LOCAL\n", digits)
    (tmp_path / "b.raw").write_bytes(b"x" * 33 + VALUES.astype(">i2").tobytes())
    big = META + "ElementByteOrderMSB = True\n"
    counted = written(tmp_path / "b.mhd", big + "HeaderSize = 33\nElementDataFile = b.raw\n")
    at_end = written(tmp_path / "c.mhd", big + "HeaderSize = -1\nElementDataFile = b.raw\n")
    for path in (text, counted, at_end):
        np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)


def test_nrrd_passes_over_lines_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"one\ntwo\nxyz" + BYTES)
    path = written(tmp_path / "a.nhdr", NRRD + "encoding: raw\nline skip: 2\nbyte skip: 3\ndata file: a.bin\n")
    np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)
    path = written(tmp_path / "b.nhdr", NRRD + "encoding: raw\nbyte skip: -1\ndata file: a.bin\n")
    np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)


@pytest.mark.parametrize(
    "header",
    [
        NRRD + "encoding: raw\ndata file: LIST\ns1.raw\ns2.raw\ns3.raw\ns4.raw\ns5.raw\n",
        NRRD + "encoding: raw\ndata file: s%d.raw 1 5 1\n",
        META + "ElementDataFile = LIST\ns1.raw\ns2.raw\ns3.raw\ns4.raw\ns5.raw\n",
        META + "ElementDataFile = s%01d.raw 1 5 1\n",
    ],
)
def test_files_of_a_plane_each(tmp_path: Path, header: str) -> None:
    for number, plane in enumerate(VALUES, start=1):
        (tmp_path / f"s{number}.raw").write_bytes(plane.tobytes())
    path = written(tmp_path / ("a.nhdr" if header.startswith("NRRD") else "a.mhd"), header)
    np.testing.assert_array_equal(opened(path)[1].stored[0], VALUES)
    (tmp_path / "s4.raw").unlink()
    assert code_of(path) is Code.MISSING


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("microns", 1e-3),
        ("um", 1e-3),
        ("µm", 1e-3),
        ("micrometers", 1e-3),
        ("mm", 1),
        ("cm", 10),
        ("m", 1000),
        ("nm", 1e-6),
    ],
)
def test_units_of_nrrd(tmp_path: Path, unit: str, factor: float) -> None:
    """Microns shown as millimetres were 1,000 times too long."""
    units = " ".join([f'"{unit}"'] * 3)
    spaces = {"space: left-posterior-superior\n": True, "space dimension: 3\n": False}
    for space, is_known in spaces.items():
        text = f"{NRRD}{space}{DIRECTIONS}space units: {units}\nencoding: raw\n\n"
        series, _ = opened(written(tmp_path / "a.nrrd", text, BYTES))
        assert series.spacing == pytest.approx((2.5 * factor, 2 * factor, factor))
        assert (series.axes is not None) is is_known
        assert ("unknown orientation" in series.notes) is not is_known
        assert any(unit in note for note in series.notes) == (factor != 1)
    series, _ = opened(
        written(tmp_path / "b.nrrd", f"{NRRD}spacings: 1 2 2.5\nunits: {units}\nencoding: raw\n\n", BYTES)
    )
    assert series.spacing == pytest.approx((2.5 * factor, 2 * factor, factor))


def test_planes_are_cut_by_spacing_where_only_the_sides_are_unknown(tmp_path: Path) -> None:
    series, volume = opened(written(tmp_path / "a.mha", META + "ElementDataFile = LOCAL\n", BYTES))
    assert (series.affine, series.axes, series.spacing) == (None, None, (2.5, 2.0, 1.0))
    cut = volume.slice_at(Plane.CORONAL, 3)
    assert (cut.affine, cut.spacing) == (None, (2.5, 1.0))
    np.testing.assert_array_equal(cut.stored, VALUES[::-1, 3])


def test_axes_are_known_without_lengths(tmp_path: Path) -> None:
    header = META.replace("ElementSpacing = 1 2 2.5\n", "") + UPRIGHT + "ElementDataFile = LOCAL\n"
    series, _ = opened(written(tmp_path / "a.mha", header, BYTES))
    assert (series.affine, series.spacing, series.axes) == (None, None, ("S", "P", "L"))
    assert series.edges == ("P", "L")


@pytest.mark.parametrize(
    ("frame", "signs"), [("RAS", (-1, -1, 1)), ("left-anterior-superior", (1, -1, 1)), ("LPS", (1, 1, 1))]
)
def test_frames_of_nrrd(tmp_path: Path, frame: str, signs: tuple[int, ...]) -> None:
    text = f"{NRRD}space: {frame}\n{DIRECTIONS}space origin: (5,6,7)\nencoding: raw\n\n"
    series, volume = opened(written(tmp_path / "a.nrrd", text, BYTES))
    assert series.affine is not None
    # The first stored voxel, wherever it went.
    at = np.argwhere(volume.stored[0] == VALUES[0, 0, 0])[0]
    np.testing.assert_allclose((series.affine @ [*at, 1])[:3], np.array([5, 6, 7]) * signs)


def test_a_list_in_front_of_space_is_phases(tmp_path: Path) -> None:
    """As diffusion images are stored."""
    values = np.arange(2 * 5 * 6 * 7, dtype="<i2").reshape(5, 6, 7, 2)
    text = (
        "NRRD0005\ntype: short\ndimension: 4\nsizes: 2 7 6 5\nendian: little\nencoding: raw\nspace: LPS\n"
        "space directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: list space space space\n\n"
    )
    series, volume = opened(written(tmp_path / "a.nrrd", text, values.tobytes()))
    assert (series.phases, series.slices) == (2, 5)
    np.testing.assert_array_equal(volume.stored, np.moveaxis(values, -1, 0))


def test_metaimage_scales_its_values(tmp_path: Path) -> None:
    scale = "ElementToIntensityFunctionSlope = 2\nElementToIntensityFunctionOffset = -100\n"
    series, _ = opened(written(tmp_path / "a.mha", META + scale + "ElementDataFile = LOCAL\n", BYTES))
    assert series.frames[0].modality == Rescale(2, -100)


@pytest.mark.parametrize("name", ["a.raw", "a.zraw"])
def test_pixels_that_were_dropped_without_their_header(tmp_path: Path, name: str) -> None:
    is_packed = name.endswith("zraw")
    (tmp_path / name).write_bytes(zlib.compress(BYTES) if is_packed else BYTES)
    assert code_of(tmp_path / name) is Code.UNKNOWN_FORMAT
    written(tmp_path / "a.mhd", f"{META}CompressedData = {is_packed}\nElementDataFile = {name}\n")
    np.testing.assert_array_equal(opened(tmp_path / name)[1].stored[0], VALUES)
    (tmp_path / "b.raw").write_bytes(BYTES)
    (tmp_path / "b.mhd").write_text((tmp_path / "a.mhd").read_text())
    assert code_of(tmp_path / "b.raw") is Code.UNKNOWN_FORMAT, "its neighbour names other pixels"


def test_a_copy_for_a_library_has_no_name_or_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scratch_file() as (copy, path):
        copy.write(b"pixels")
        copy.flush()
        assert path.read_bytes() == b"pixels"
        assert not hasattr(os, "memfd_create") or str(path).startswith("/proc/")
    monkeypatch.delattr(os, "memfd_create", raising=False)
    with scratch_file() as (copy, path):
        assert path.parent.name.startswith("slicelens-")
        assert path.exists()
        copy.write(b"pixels")
    assert not path.exists()
    with pytest.raises(KeyError), scratch_file() as (_, path):
        raise KeyError
    assert not path.exists()
    (path.parent / "left").write_bytes(b"by a child that was killed")
    clear_scratch()
    assert not path.parent.exists()


def test_hdf5_that_looks_elsewhere() -> None:
    plain = b"\x89HDF\r\n\x1a\n" + bytes(100) + b"HEAP" + bytes(50) + b"GCOL" + bytes(40)
    heap, collection = ((plain.index(name)).to_bytes(8, "little") for name in (b"HEAP", b"GCOL"))
    link = b"\x01\x08\x40\x03abc" + b"\x10\0\0/etc/x.h5\0/mnc\0\0"[:2] + b"\0/etc/x.h5\0/mnc\0"
    assert not names_other_files(plain)
    # A group of the old kind refers to its heap behind the address of its tree.
    assert not names_other_files(plain + (4000).to_bytes(8, "little") + heap)
    assert names_other_files(plain + b"\x01\0\0\0\x01\0\x01\0" + heap)
    assert names_other_files(plain + b"\x04\x03" + collection)
    assert names_other_files(plain + link)
    assert names_other_files(plain + b"FRHP\0\x07\0\x08\0")
